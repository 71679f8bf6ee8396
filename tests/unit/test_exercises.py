"""Exercises: the blank, every known wrong answer, and the solution, each told apart; nothing takes the kernel along."""

import ast
import importlib.util
import json
import subprocess
import sys
import textwrap
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
import zmq
from zmqlab.course import FOLDERS, LESSONS, known_wrong_answers
from zmqlab.course.cases import CASES
from zmqlab.learning import arena as arena_module
from zmqlab.learning import checking
from zmqlab.learning.arena import Arena
from zmqlab.learning.checked import explained
from zmqlab.learning.checking import check, check_source
from zmqlab.learning.progress import Progress
from zmqlab.learning.trying import Try, failing
from zmqlab.page.stage import Stage
from zmqlab.record.events import Counted, Finished, LinkUp, OfALink, Waits

from tests import lessons
from tests.soak import soak
from tests.unit.common import DEADLINE, eventually

ASKED = [*LESSONS.items(), *CASES.items()]
EXERCISES = [(name, exercise) for name, lesson in ASKED for exercise in lesson.exercises]
WRONG = known_wrong_answers()
IMPORTS = "import zmq\n\n"


def named(some):
    return [f"{exercise.name}: {refused.says or refused.law}" for exercise, refused in some]


@pytest.fixture(scope="module")
def verdicts():
    """What is said of each source, each time that it is checked. A check mostly waits: so a few run at a time."""
    with ThreadPoolExecutor(4) as pool:
        sources = [(exercise, exercise.solution) for _, exercise in EXERCISES] * soak(1, 20)
        sources += [(exercise, refused.source) for exercise, refused in WRONG] * soak(1, 3)
        told = [(source, pool.submit(check_source, exercise, IMPORTS + source)) for exercise, source in sources]
        found = defaultdict(list)
        for source, future in told:
            found[source].append(future.result())
        yield found


@pytest.mark.parametrize("exercise", [exercise for _, exercise in EXERCISES], ids=lambda exercise: exercise.name)
def test_the_solution_passes(exercise, verdicts):
    for verdict in verdicts[exercise.solution]:
        assert verdict.kind == "right", (verdict.title, verdict.text)


@pytest.mark.parametrize(("exercise", "refused"), WRONG, ids=named(WRONG))
def test_a_known_wrong_answer_is_told_what_is_wrong_with_it(exercise, refused, verdicts):
    for verdict in verdicts[refused.source]:
        assert refused.says in verdict.title, verdict.text
        assert verdict.law == refused.law, (verdict.title, verdict.text)
        assert verdict.text
        assert verdict.kind == ("exception" if refused.law == "raises" else "wrong")
        assert isinstance(failing(verdict, "x"), Stage)


def test_each_wrong_answer_has_a_message_of_its_own():
    for _, exercise in EXERCISES:
        assert len(exercise.refused) >= 4, "two that are worth a message, an endless loop, an exception"
        assert any("pass" in source and "while True" in source for _, source, _ in exercise.refused)


def wrong(exercise, says):
    return next(refused.source for refused in exercise.refused if says in refused.says)


def blanks():
    """The functions of the lessons that are to be written, as (name, source). In a case, it uses what stands before it."""
    for path in lessons.lesson_files():
        before = ""
        for _, cell in lessons.code_cells(lessons.read(path)):
            functions = [node for node in lessons.parsed(cell).body if isinstance(node, ast.FunctionDef)]
            if "exercise" in lessons.tags(cell):
                yield from ((function.name, before + ast.unparse(function)) for function in functions)
            elif path.name.startswith("9"):
                before += "".join(f"{ast.unparse(function)}\n\n\n" for function in functions)


def test_every_exercise_has_its_blank_in_a_lesson():
    assert sorted(name for name, _ in blanks()) == sorted(exercise.name for _, exercise in EXERCISES)


@pytest.fixture
def in_a_file(tmp_path):
    """Make functions whose source can be read, as in a notebook."""

    def make(text, name):
        file = tmp_path / f"written_{time.monotonic_ns()}.py"
        file.write_text(textwrap.dedent(text))
        spec = importlib.util.spec_from_file_location(file.stem, file)
        module = importlib.util.module_from_spec(spec)
        sys.modules[file.stem] = module
        spec.loader.exec_module(module)
        return getattr(module, name)

    return make


SERVE = LESSONS["request-reply"].exercise("serve")


def test_the_blanks_of_the_lessons_count_as_not_attempted_and_the_programs_of_the_cases_are_wrong(in_a_file):
    for name, text in blanks():
        exercise = next(exercise for _, exercise in EXERCISES if exercise.name == name)
        to_repair = exercise.runs
        assert check(exercise, in_a_file(IMPORTS + text, name)).kind == ("wrong" if to_repair else "not attempted")


def test_what_is_not_there_or_no_function_is_told_so():
    assert check(SERVE, None).kind == "not attempted"
    verdict = check(SERVE, 7)
    assert (verdict.kind, verdict.title) == ("wrong", "Not yet: serve is no function")
    assert "cannot be checked" in check(SERVE, len).title


def test_a_function_brings_along_what_it_names(in_a_file):
    text = """
        from functools import partial
        import json as j
        GREETING = "not text"

        def capitals(text):
            return recursive(text.upper(), 1)

        def recursive(text, left):
            return recursive(text, left - 1) if left else text

        def serve(socket):
            assert j.dumps(1) == "1" and partial(capitals, "a")() == "A"
            while True:
                try:
                    reply = capitals(socket.recv_string())
                except UnicodeDecodeError:
                    reply = GREETING
                socket.send_string(reply)
    """
    assert check(SERVE, in_a_file(text, "serve")).kind == "right"


def test_a_name_that_cannot_come_along_is_explained(in_a_file):
    text = """
        import threading
        lock = threading.Lock()

        def serve(socket):
            with lock:
                socket.send(socket.recv())
    """
    verdict = check(SERVE, in_a_file(text, "serve"))
    assert (verdict.kind, verdict.title) == ("wrong", "Not yet: serve cannot be checked")
    assert "names lock" in verdict.text


def test_an_exception_is_told_with_the_line_that_raised_it():
    verdict = check_source(SERVE, "def serve(socket):\n    socket.recv()\n    reply.upper()\n")
    assert (verdict.kind, verdict.title) == ("exception", "Your code raised NameError: name 'reply' is not defined")
    assert "`reply.upper()`" in verdict.text


def test_what_send_string_refuses_is_not_told_to_use_send_string():
    verdict = check_source(SERVE, "def serve(socket):\n    socket.recv()\n    socket.send_string(7)\n")
    assert (verdict.kind, verdict.title) == ("exception", "Your code raised TypeError: str objects only")
    assert "`str(…)`" in verdict.text


def raised_by(action):
    try:
        action()
    except Exception as error:
        return error
    raise AssertionError("it raised nothing")


def no_value_yet():
    if not EXERCISES:
        value = 1
    return value


def no_value_yet_outside():
    def inside():
        return value

    found = inside()
    value = 1
    return found, value


@pytest.mark.parametrize("early", [no_value_yet, no_value_yet_outside])
def test_a_name_without_a_value_is_not_told_to_be_imported(early):
    error = raised_by(early)
    said = explained(error, str(error))
    assert "import" not in said
    assert "Give it one in every case" in said


TEXT = {
    "+ bytes": lambda: "a" + b"b",
    "+ text": lambda: b"a" + "b",
    "join": lambda: b",".join(["a"]),
    "split": lambda: b"a".split(","),
    "startswith": lambda: b"a".startswith("a"),
    "starts with bytes": lambda: "a".startswith(b"a"),
}
OTHER = {
    "a number": lambda: "a" + 1,
    "called": lambda text="a": text(1),
    "formatted": lambda text="a": text % 1,
    "an index": lambda: [1][str(1)],
    "sum": lambda: sum(["a", "b"]),
    "compared": lambda: "a" < 1,
}


@pytest.mark.parametrize("action", TEXT.values(), ids=TEXT)
def test_text_for_bytes_is_told_to_be_encoded(action):
    error = raised_by(action)
    assert "Sockets carry bytes" in explained(error, str(error)), error


@pytest.mark.parametrize("action", OTHER.values(), ids=OTHER)
def test_a_mistake_with_text_that_has_to_do_with_no_bytes_is_not_told_of_sockets(action):
    error = raised_by(action)
    assert "Sockets" not in explained(error, str(error)), error


@pytest.mark.parametrize("frame", ["text", 7])
def test_a_frame_that_is_text_is_told_to_be_encoded_and_a_number_is_not(frame):
    with zmq.Context() as context, context.socket(zmq.PUB) as publisher:
        error = raised_by(lambda: publisher.send_multipart([frame]))
        assert ("Sockets carry bytes" in explained(error, str(error))) == (frame == "text")


def test_an_abort_ends_its_own_process_only_and_what_happened_until_then_is_kept():
    text = (
        "import os, threading\ndef serve(socket):\n    socket.recv()\n    threading.Event().wait(0.3)\n    os.abort()\n"
    )
    verdict = check_source(SERVE, text)
    assert verdict.title == "Not yet: your function ended its whole process (SIGABRT)"
    assert verdict.events


def test_a_loop_that_not_even_python_can_interrupt_is_ended(monkeypatch):
    monkeypatch.setattr(checking, "DEADLINE", 1.5)
    # A regular expression of this kind never lets go of Python's lock.
    text = "import re\ndef serve(socket):\n    re.match(r'(a+)+$', 'a' * 40 + 'b')\n"
    verdict = check_source(SERVE, text)
    assert verdict.title == "Not yet: your function did not come to an end"


def test_what_a_function_prints_is_shown_and_takes_nothing_apart():
    text = (
        "import os\ndef serve(socket):\n    os.write(1, b'?\\n')\n    print('{\"kind\": 1}')\n    print('x' * 5000)\n"
    )
    verdict = check_source(SERVE, text)
    assert verdict.kind == "wrong"
    assert verdict.printed.startswith('{"kind": 1}')
    assert len(verdict.printed) < 2100


def test_the_panel_checks_what_there_is_now_and_counts_tries_and_hints(tmp_path, in_a_file):
    progress, functions = Progress(tmp_path / "progress.json"), {}
    panel = Try("request-reply", 1, SERVE, functions.get, progress)

    def press(action):
        panel._card._hear(None, {"type": "pressed", "action": action}, None)

    def told():
        return [(note["kind"], note["title"]) for note in panel._card.view["notes"]]

    def checked():
        press("check")
        eventually(lambda: not panel._busy and not panel._card.view["busy"])
        return told()[0]  # what was asked for last is on top

    assert checked() == ("quiet", "Not attempted")
    functions["serve"] = in_a_file(wrong(SERVE, "2 of 3 clients got no reply"), "serve")
    assert checked() == ("wrong", "Not yet: 2 of 3 clients got no reply")
    press("watch")
    (stage,) = eventually(lambda: panel._below.children)
    assert isinstance(stage, Stage)
    press("hint")
    assert told()[0] == ("quiet", "Hint 1")  # what was asked for last stands right below the buttons
    press("solution")
    assert panel._card.view["code"]["text"] == SERVE.solution
    assert panel._below.children == ()  # where a film stands there is room for one
    press("watch")
    assert panel._card.view["code"] is None
    assert len(eventually(lambda: panel._below.children)) == 1
    press("solution")
    press("solution")
    assert panel._card.view["code"] is None
    functions["serve"] = in_a_file(SERVE.solution, "serve")
    kind, _ = checked()
    assert kind == "right"
    assert panel._below.children == ()
    assert panel._card.view["notes"][0]["text"] == "Solved in 2 tries, with one hint and a look at a solution."
    assert checked()[0] == "right"
    assert panel._card.view["notes"][0]["text"] == "Solved in 2 tries, with one hint and a look at a solution.", (
        "tries count until it is solved"
    )
    press("hint")
    assert panel._card.view["notes"][-1]["text"] == "Solved in 2 tries, with one hint and a look at a solution.", (
        "and so do hints"
    )
    again = Try("request-reply", 1, SERVE, functions.get, progress)
    assert again._card.view["notes"][0]["title"] == "You have solved this."


@pytest.mark.parametrize(
    ("pressed", "said"),
    [
        ([], "Solved at the first try, without a hint."),
        (["hint", "hint"], "Solved at the first try, with 2 hints."),
        (["solution", "solution"], "Solved at the first try, with a look at a solution."),
    ],
)
def test_a_solved_exercise_tells_what_helped(tmp_path, in_a_file, pressed, said):
    progress, serve = Progress(tmp_path / "progress.json"), in_a_file(SERVE.solution, "serve")
    panel = Try("request-reply", 1, SERVE, lambda name: serve, progress)
    for action in pressed:
        panel._press(action, "")
    assert panel.check().kind == "right"
    assert panel._card.view["notes"][0]["text"] == said
    panel._press("solution", "")  # looked at afterwards
    assert Try("request-reply", 1, SERVE, lambda name: serve, progress)._card.view["notes"][0]["text"] == said


@pytest.fixture
def slow_film(monkeypatch):
    """Let a film be made once it `may`, and no sooner. `begun` are the verdicts of which one was begun."""
    plain = Try._film

    class Slow:
        may, begun, made = threading.Event(), [], []

    def film(panel, verdict):
        Slow.begun.append(verdict)
        assert Slow.may.wait(DEADLINE)
        Slow.made.append(plain(panel, verdict))
        return Slow.made[-1]

    monkeypatch.setattr(Try, "_film", film)
    yield Slow
    Slow.may.set()


@pytest.fixture
def failed(tmp_path, in_a_file):
    """An exercise whose answer was checked, and failed."""
    function = in_a_file(wrong(SERVE, "2 of 3 clients got no reply"), "serve")
    panel = Try("request-reply", 1, SERVE, lambda name: function, Progress(tmp_path / "progress.json"))
    assert panel.check().kind == "wrong"
    return panel


def to_watch(panel):
    """Return what is said on the button of its film, or None where there is none."""
    return next((one["label"] for one in panel._card.view["buttons"] if one["action"] == "watch"), None)


def watch(panel):
    panel._card._hear(None, {"type": "pressed", "action": "watch"}, None)


def test_while_a_film_is_made_it_says_so_where_it_was_pressed_and_other_buttons_go_on_working(slow_film, failed):
    watch(failed)
    assert to_watch(failed) == "Making the film …"
    failed._card._hear(None, {"type": "pressed", "action": "hint"}, None)
    assert failed._card.view["notes"][0]["title"] == "Hint 1"
    watch(failed)
    slow_film.may.set()
    eventually(lambda: failed._below.children)
    eventually(lambda: to_watch(failed) == "Watch it fail")
    assert len(slow_film.begun) == 1


def test_a_film_that_is_there_is_played_again_and_not_made_anew(failed):
    watch(failed)
    [film] = eventually(lambda: failed._below.children)
    sent = []
    film.send = lambda content, *_: sent.append(content)
    watch(failed)
    assert failed._below.children == (film,)
    assert (sent[0]["type"], sent[0]["anew"]) == ("history", True)
    failed._card._hear(None, {"type": "pressed", "action": "solution"}, None)
    watch(failed)
    [other] = eventually(lambda: failed._below.children)
    assert other is not film, "a solution took its place"


def test_a_film_of_what_was_checked_anew_meanwhile_is_not_shown(slow_film, failed):
    watch(failed)
    eventually(lambda: slow_film.begun)
    assert failed.check().kind == "wrong"
    assert to_watch(failed) == "Watch it fail"
    slow_film.may.set()
    (film,) = eventually(lambda: slow_film.made)
    eventually(lambda: film.comm is None)
    assert failed._below.children == ()


def test_watching_a_failure_shows_the_part_of_the_check_that_failed():
    exercise = LESSONS["pollers"].exercise("serve")
    verdict = check_source(exercise, IMPORTS + wrong(exercise, "an alarm waited behind the questions"))
    of_the_third_round = {"your server", "many guests", "late alarm"}
    assert {event.actor for event in verdict.events} == of_the_third_round


def test_there_is_no_film_of_a_run_in_which_no_socket_was_made(tmp_path, in_a_file):
    exercise = LESSONS["exclusive-pair"].exercise("in_order")
    function = in_a_file(wrong(exercise, "the second began before the first was ready"), "in_order")
    panel = Try("exclusive-pair", 1, exercise, lambda name: function, Progress(tmp_path / "progress.json"))
    assert panel.check().events
    assert to_watch(panel) is None


def test_watching_a_failure_comes_to_rest_at_the_event_that_broke_the_law():
    verdict = check_source(SERVE, IMPORTS + wrong(SERVE, "and was told “a"))
    stage = failing(verdict, "x")
    film = [step for step in stage.past.told()["history"] if step["kind"]]
    broke = next(step for step in film if step["at"] == stage._told.rest)
    assert broke["say"].startswith("client A receives “a ")
    assert [step for step in film if step["kind"] == "fault"] == [broke], "a mark says where it is"


def stops_at(exercise, title):
    """Return what is said where the film of a wrong answer comes to rest, when that is, and when the film ends."""
    stage = failing(check_source(exercise, IMPORTS + wrong(exercise, title)), "x")
    said = [step.say for step in stage._told.steps if step.kind and step.at <= stage._told.rest]
    return said[-1], stage._told.rest, stage._told.end


def test_watching_a_result_that_was_counted_twice_comes_to_rest_where_it_came_again():
    said, _, _ = stops_at(LESSONS["pipeline"].exercise("sink"), "a task that is not yours")
    assert said.startswith("your sink receives “task 9 ")
    said, at, end = stops_at(LESSONS["pipeline"].exercise("sink"), "counted twice")
    assert said.startswith("your sink receives “task ")
    assert at < end


def test_a_verdict_leaves_who_falls_into_a_wait_the_time_to_say_so(monkeypatch):
    may = threading.Event()

    def late(context, endpoint):
        with context.socket(zmq.PULL) as puller:
            puller.bind(endpoint)
            may.wait()
            puller.recv()

    monkeypatch.setattr(arena_module, "MOMENT", DEADLINE)
    arena = Arena()
    actor = arena.start(late, "late")
    eventually(lambda: arena.events("late"))
    threading.Timer(0.05, may.set).start()
    arena.come_to_rest()
    assert arena.waits_in("late") == "recv()"
    actor.stop()
    arena.come_to_rest()


def test_who_waits_for_a_reply_that_never_comes_is_not_shown_at_work():
    source = "def serve(socket):\n    while True:\n        socket.send_string(socket.recv_string().upper())\n"
    verdict = check_source(SERVE, IMPORTS + source)
    assert verdict.title == "Not yet: a bad request stopped your server"
    last = {event.actor: event for event in verdict.events if not isinstance(event, OfALink | Counted)}
    clients = [event for name, event in last.items() if name.startswith("client")]
    assert clients
    assert all(isinstance(event, Waits | Finished) for event in clients)


def test_watching_who_waits_for_ever_shows_the_end_of_the_run():
    _, at, end = stops_at(LESSONS["pollers"].exercise("serve"), "the alarms wait for a guest")
    assert at == end


def test_what_is_told_and_shown_is_of_the_round_that_failed():
    exercise = LESSONS["request-reply"].exercise("ask")
    verdict = check_source(exercise, IMPORTS + wrong(exercise, "1 of 2 sockets were never closed"))
    assert verdict.title == "Not yet: 1 of 2 sockets were never closed"
    shown = {step["say"].split()[0] for step in failing(verdict, "x").past.told()["history"] if step["kind"]}
    assert shown == {"you", "forgetful"}


def test_a_link_that_comes_up_while_an_actor_waits_does_not_end_its_wait():
    def waiting(context, endpoint):
        with context.socket(zmq.SUB) as subscriber:
            subscriber.connect(endpoint)
            subscriber.recv()

    def peer(context, endpoint):
        with context.socket(zmq.XPUB) as publisher:
            publisher.bind(endpoint)
            publisher.recv()

    arena = Arena()
    actors = [arena.start(waiting, "waiting")]
    eventually(lambda: arena.waits_in("waiting") == "recv()")
    actors.append(arena.start(peer, "peer"))
    eventually(lambda: arena.of_kind("waiting", LinkUp))
    assert arena.waits_in("waiting") == "recv()"
    assert arena.wait_of("waiting").socket is not None
    for actor in actors:
        actor.stop()
    assert arena.wait_of("waiting") is None


ANSWER = """
import zmq

class Server:
    LEAST = [1]
    def __init__(self, socket):
        self.socket = socket

def words(request):
    try:
        return request.decode().upper()
    except ValueError:
        return NOT_TEXT

NOT_TEXT = "not text"

def serve(socket):
    while Server(socket).LEAST:
        socket.send_string(words(socket.recv()))
"""


@pytest.fixture
def checked(tmp_path):
    """What the command says of an answer in a file, and its exit status."""

    def run(text, *options):
        file = tmp_path / "answer.py"
        file.write_text(text)
        command = [sys.executable, "tools/check.py", "01", "serve", str(file), *options]
        done = subprocess.run(command, capture_output=True, text=True, cwd=lessons.ROOT)
        return done.stdout, done.returncode

    return run


@pytest.mark.parametrize(
    ("text", "verdict", "law", "status"),
    [
        (ANSWER, "right", "", 0),
        ("def serve(socket):\n    socket.send(socket.recv())\n", "wrong", "replies", 1),
        ("def serve(socket):\n    1 / 0\n", "exception", "raises", 1),
        ("def serve(socket):\n    ...\n", "not attempted", "", 1),
        ("x = 1\n", "not attempted", "", 1),
        ("def serve(socket:\n", "exception", "raises", 1),
    ],
)
def test_the_command_tells_one_object_and_its_exit_status_says_whether_it_is_right(checked, text, verdict, law, status):
    out, code = checked(text, "--json")
    told = json.loads(out)
    assert (told["verdict"], told["law"], code) == (verdict, law, status), told
    assert told["title"][0].isupper()
    assert told.keys() == {"verdict", "title", "text", "law"}
    assert checked(text)[0].startswith(told["title"][:9])


def test_the_command_says_which_exercises_there_are(tmp_path):
    for arguments in (["01", "sing", __file__], ["99", "serve", __file__], ["01", "serve", str(tmp_path / "none.py")]):
        done = subprocess.run(
            [sys.executable, "tools/check.py", *arguments], capture_output=True, text=True, cwd=lessons.ROOT
        )
        assert done.returncode == 2
        assert done.stderr.strip()
        assert not done.stdout


def test_an_endless_loop_is_told_where_it_goes_round():
    verdict = check_source(LESSONS["request-reply"].exercise("ask"), "def ask(*_):\n    while True:\n        pass\n")
    assert verdict.title == "Not yet: your function does not come to an end"
    assert "It goes round and round" in verdict.text
    assert "busy" not in verdict.title + verdict.text


def test_what_every_room_but_the_course_is_made_of_names_no_lesson():
    package = lessons.ROOT / "notebooks" / "zmqlab"
    names = {name for pair in FOLDERS.items() for name in pair} - {"pipeline"} | {
        exercise.name for _, exercise in EXERCISES
    }
    names -= {"ask", "serve", "work", "sink", "offer", "publish", "collect", "tick", "newest"}  # words of the field
    files = [
        package / "lab.py",
        *(one for room in ("live", "page", "learning") for one in (package / room).rglob("*.py")),
    ]
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        own = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
        notes = {ast.get_docstring(node, clean=False) for node in own}
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        parts = {part for module in modules for part in module.split(".")}
        assert not names & (texts - notes | imported | parts), file
