"""Whatever is pressed, in any order, from any thread, twice: each does what it does alone, and nothing is left."""

import json
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import zmq
from zmqlab import Sender
from zmqlab.course import LESSONS
from zmqlab.course.publish_subscribe import Trials
from zmqlab.lab import Lab
from zmqlab.learning import trying
from zmqlab.learning.checking import Verdict
from zmqlab.learning.predictions import Prediction
from zmqlab.learning.progress import Progress
from zmqlab.learning.trying import Try
from zmqlab.live.crew import Busy, Closed
from zmqlab.record import events as kinds

from tests.unit.common import DEADLINE, Aside, eventually, left_over, messages, nothing_left, server, shown_by

LESSON = Path(__file__).parents[2] / "notebooks" / "02-publish-subscribe.ipynb"
ROUNDS = 8


def at_work(name):
    return sum(thread.name == name for thread in threading.enumerate())


def ask(lab, text, name="asker"):
    with lab.context(name).socket(zmq.REQ) as asker:
        asker.linger = 0
        asker.connect(lab.endpoint())
        asker.send(text)
        assert asker.poll(5000), "no answer"
        return asker.recv()


# predictions


def prediction(name, right):
    """A question whose experiment comes out as the letter that it sends twice."""

    def happened(run):
        received = run.messages("your cell", "received")
        letter = received[-1].frames[0].decode() if len(received) == 2 else f"{len(received)} received"
        return letter, letter

    texts = {"options": {"A": "a", "B": "b"}, "said": {"A": "", "B": ""}}
    return Prediction(name=name, text="?", **texts, right=right, happened=happened)


def sends_twice(letter, between=lambda: None):
    """Return what the notebooks do: a few sockets in one cell, and a wait in between."""

    def experiment(context, endpoint):
        with context.socket(zmq.PULL) as puller, context.socket(zmq.PUSH) as pusher:
            puller.bind(endpoint)
            pusher.connect(endpoint)
            pusher.send_string(letter)
            puller.recv()
            between()
            pusher.send_string(letter)
            puller.recv()

    return experiment


def holds(asked):
    assert asked.holds(), view(asked)
    return asked.question.grade(asked._seen)


def view(asked):
    return asked._card.view


@pytest.mark.parametrize("when", ["at once", "while the first has begun", "in its middle", "when it has ended"])
def test_two_predictions_come_to_their_right_letter_whenever_the_second_is_answered(lab, when):
    begun, go_on, half = threading.Event(), threading.Event(), threading.Event()

    def between():
        half.set()
        assert go_on.wait(DEADLINE)

    def first(context, endpoint):
        begun.set()
        sends_twice("A", between)(context, endpoint)

    one, two = lab.predict(prediction("one", "A"), first), lab.predict(prediction("two", "B"), sends_twice("B"))
    if when == "when it has ended":
        go_on.set()
    one._press("answer", "A")
    if when == "when it has ended":
        assert holds(one) == "A"
    elif when != "at once":
        assert (begun if when == "while the first has begun" else half).wait(DEADLINE)
    two._press("answer", "B")
    assert holds(two) == "B"  # though the first has not ended
    go_on.set()
    assert holds(one) == "A"
    for asked, letter in ((one, "A"), (two, "B")):
        eventually(lambda asked=asked: view(asked).get("notes"))
        assert view(asked)["notes"][0]["title"] == f"You said {letter}, and so it was. What happened: {letter}."
    assert messages(lab) == []  # and nothing of it is in the lab


def test_predictions_leave_nothing_behind_when_their_lab_is_closed():
    before = left_over()
    lab = Lab("predictions")
    for number in range(5):
        assert lab.predict(prediction(f"number {number}", "A"), sends_twice("A")).holds()
    lab.close()
    eventually(lambda: nothing_left(before))


def its_own_functions():
    """Return the functions of lesson 02, as its notebook has them."""
    space = {"zmq": zmq, "__name__": "lesson"}
    for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and any(
            f"def {name}(" in source for name in ("listener", "too_early", "two_lives")
        ):
            exec(compile(source[source.index("def ") :].split("\n\n\n")[0], "<cell>", "exec"), space)
    return space


@pytest.mark.parametrize("first", [0, 1])
def test_the_two_predictions_of_lesson_02_can_be_answered_at_once(first):
    space = its_own_functions()
    lab = Lab("publish-subscribe")
    asked = [lab.predict("slow joiner", space["too_early"]), lab.predict("revived", space["two_lives"])]
    for one in (asked[first], asked[1 - first]):
        one._press("answer", "C")
    for one in asked:
        assert one.holds(), (one.question.name, one._seen, one._problem)
    lab.close()


# a cell beside what runs by itself


def test_a_cell_keeps_its_context_while_trials_run(lab):
    inside, go_on, contexts = threading.Event(), threading.Event(), []

    def once(run):
        contexts.append(run.context())  # called as the learner's cell is
        inside.set()
        return go_on.wait(DEADLINE)

    trials = shown_by(lab, Trials(once, "title"))
    trials.start()
    assert inside.wait(DEADLINE)
    with lab.context().socket(zmq.PAIR) as mine, lab.context("other").socket(zmq.PAIR) as other:
        mine.bind(lab.endpoint("mine"))
        other.connect(lab.endpoint("mine"))
        go_on.set()
        trials._thread.join(DEADLINE)
        assert "20 of 20 arrived" in trials.results.value
        other.send(b"still here")
        assert mine.recv() == b"still here"
    assert all(context.closed for context in contexts)


# one registry


def test_a_double_restart_leaves_one_server_at_work_and_it_answers(lab):
    lab.start(server)
    for _ in range(ROUNDS):
        both = threading.Barrier(2, timeout=DEADLINE)

        def again(both=both):
            both.wait()
            lab["server"].restart()

        for one in [Aside(again) for _ in range(2)]:
            one.result()
        assert at_work("server") == 1
        assert ask(lab, b"x") == b"X"
    kept = [type(event) for event in lab.trace.controls() if event.actor == "server"]
    assert kept.count(kinds.Started) == kept.count(kinds.Stopped) + 1 == 2 * ROUNDS + 1


def test_a_close_beside_a_start_leaves_nothing_at_work():
    Lab("beside").close()
    before = left_over()
    for _ in range(ROUNDS):
        lab, begun = Lab("beside"), threading.Event()

        def start_for_ever(lab=lab, begun=begun):
            number = 0
            while True:
                number += 1
                lab.start(server, name=f"worker {number % 4}", endpoint=lab.endpoint(f"{number % 4}"))
                begun.set()

        starting = Aside(start_for_ever)
        assert begun.wait(DEADLINE)
        lab.close()
        with pytest.raises((Closed, RuntimeError), match="closed"):
            starting.result()
        assert not any(thread.name.startswith("worker ") for thread in threading.enumerate())
    eventually(lambda: nothing_left(before))


def test_half_a_message_and_then_a_close_leaves_nothing_and_a_new_lab_can_be_made():
    Lab("half").close()
    before = left_over()
    lab = Lab("half")
    lab.start(server)

    def half():
        context = lab.context("mine")
        puller, pusher = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        puller.bind("inproc://a")
        pusher.connect("inproc://a")
        pusher.send(b"part one", zmq.SNDMORE)
        return pusher

    pusher = Aside(half).result()
    lab.close()
    assert pusher.closed
    Lab("half").close()
    eventually(lambda: nothing_left(before))


# an exercise


@pytest.fixture
def exercise(tmp_path, monkeypatch):
    """One whose check lasts until it is told to go on."""
    made = Try(
        "request-reply", 1, LESSONS["request-reply"].exercise("serve"), lambda name: None, Progress(tmp_path / "p")
    )
    made.checks, made.go_on = [], threading.Event()

    def check(exercise, function):
        made.checks.append(1)
        assert made.go_on.wait(DEADLINE)
        return Verdict("wrong", "Not yet", "")

    monkeypatch.setattr(trying, "check", check)
    yield made
    made.go_on.set()
    eventually(lambda: not at_work("check: serve"))


def buttons(exercise):
    return {one["action"]: one.get("disabled") for one in exercise._card.view["buttons"]}


def test_check_is_busy_before_its_thread_starts_and_a_second_press_starts_nothing(exercise):
    exercise._press("check", "")
    assert exercise._busy
    assert exercise._card.view["busy"] == "Checking, on real sockets …"
    assert buttons(exercise)["check"]
    exercise._press("check", "")
    assert exercise._card.view["busy"] == trying.AT_WORK
    with pytest.raises(RuntimeError, match="It is being checked already"):
        exercise.check()
    exercise.go_on.set()
    eventually(lambda: exercise._card.view["busy"] == "")
    assert not exercise._busy
    assert exercise.checks == [1]
    assert exercise._progress.exercise("request-reply", "serve")["tries"] == 1


def test_two_presses_of_check_at_once_start_one(exercise):
    both = threading.Barrier(2, timeout=DEADLINE)
    for one in [Aside(lambda: (both.wait(), exercise._press("check", ""))) for _ in range(2)]:
        one.result()
    exercise.go_on.set()
    eventually(lambda: not exercise._busy)
    assert exercise.checks == [1]


def test_who_draws_an_exercise_late_does_not_draw_what_is_no_more_so(exercise):
    show, held, go_on = exercise._card.show, threading.Event(), threading.Event()

    def late(**view):
        if view["busy"] and threading.current_thread() is not threading.main_thread() and not held.is_set():
            held.set()
            go_on.wait(0.2)  # who presses Hint is held up between reading and showing
        show(**view)

    exercise._press("check", "")
    exercise._card.show = late
    hint = Aside(lambda: exercise._press("hint", ""))
    assert held.wait(DEADLINE)
    exercise.go_on.set()  # meanwhile the check ends, and draws too
    go_on.set()
    hint.result()
    eventually(lambda: not exercise._busy)
    eventually(lambda: not at_work("check: serve"))
    assert exercise._card.view["busy"] == ""
    assert not buttons(exercise)["check"]


# two threads on one lab


def touch(lab, number):
    lab.start(server, name=f"server {number}", endpoint=lab.endpoint(f"server {number}"))
    assert lab[f"server {number}"].alive


def with_an_experiment(lab, number):
    with lab.experiment(f"number {number}") as run:
        cell = run.context(f"cell {number}")
        left = cell.socket(zmq.SUB)
    assert left.closed
    assert [event.actor for event in run.events() if isinstance(event, kinds.SocketMade)].count(f"cell {number}") == 1


def with_a_crew(lab, number):
    def worker(context, endpoint, pause):
        with context.socket(zmq.REQ) as requester:
            requester.connect(endpoint)
            pause(60)

    with suppress(Busy):
        lab.crew(worker, 2)
    eventually(
        lambda: lab["worker 1"].alive and lab["worker 2"].alive
    )  # the other thread may put others in their place


def with_a_context(lab, number):
    with (
        lab.context(f"cell {number}").socket(zmq.PAIR) as one,
        lab.context(f"other {number}").socket(zmq.PAIR) as other,
    ):
        one.bind(lab.endpoint(f"cell {number}"))
        other.connect(lab.endpoint(f"cell {number}"))
        other.send(b"x")
        assert one.recv() == b"x"


def with_an_endpoint(lab, number):
    addresses = [lab.endpoint(name) for name in "abcdefgh"]
    assert addresses == [lab.endpoint(name) for name in "abcdefgh"]
    assert len(set(addresses)) == 8


def with_a_picture(lab, number):
    lab.show()
    sender = Sender("server")
    lab.show(sender)
    assert sender.lab is lab


def with_a_prediction(lab, number):
    letter = "AB"[number]
    asked = lab.predict(prediction(f"number {number}", letter), sends_twice(letter))
    asked._press("answer", letter)
    assert holds(asked) == letter


def with_a_script(lab, number):
    def speak():
        return "spoken"

    [run] = lab.run(lab.script(speak))
    assert "spoken" in run.output


def with_the_same_name(lab, number):
    handle = lab.start(server)
    assert handle.name == "server"


def with_waiting(lab, number):
    assert lab.wait_for(lambda: True)
    assert not lab.wait_for(lambda: False, 0.01)


def with_a_question(lab, number):
    assert lab.question() is not lab.question()


def with_an_exercise(lab, number):
    assert lab.exercise("serve") is not lab.exercise("serve")


def with_its_end(lab, number):
    lab.close()
    with pytest.raises(Closed):
        lab.start(server)


WITH = {
    "start": touch,
    "start, the same name": with_the_same_name,
    "crew": with_a_crew,
    "[]": lambda lab, number: lab["server"].restart(),
    "context": with_a_context,
    "endpoint": with_an_endpoint,
    "experiment": with_an_experiment,
    "show": with_a_picture,
    "predict": with_a_prediction,
    "question": with_a_question,
    "exercise": with_an_exercise,
    "script and run": with_a_script,
    "wait_for": with_waiting,
    "close": with_its_end,
}


@pytest.mark.parametrize("what", WITH)
def test_two_threads_may_use_a_lab_at_once(what):
    Lab("request-reply").close()
    before = left_over()
    for _ in range(3):
        lab, both = Lab("request-reply"), threading.Barrier(2, timeout=DEADLINE)
        lab.start(server)

        def use(number, lab=lab, both=both):
            both.wait()
            WITH[what](lab, number)

        for one in [Aside(lambda number=number: use(number)) for number in (0, 1)]:
            one.result()
        if what != "close":
            assert at_work("server") == 1
            assert ask(lab, b"x", "asked at last") == b"X"
        lab.close()
        assert not at_work("server")
    eventually(lambda: nothing_left(before))


def test_two_threads_that_ask_for_one_address_get_one(lab, monkeypatch):
    both = threading.Barrier(2, timeout=DEADLINE)
    for number in range(20):

        def get(name=f"number {number}"):
            both.wait()
            return lab.endpoint(name)

        threads = [Aside(get) for _ in range(2)]
        one, other = (thread.result() for thread in threads)
        assert one == other == lab.endpoint(f"number {number}")


def test_a_lab_made_in_two_threads_at_once_is_one_that_works_and_one_that_is_closed():
    both = threading.Barrier(2, timeout=DEADLINE)
    labs = [one.result() for one in [Aside(lambda: (both.wait(), Lab("twice"))[1]) for _ in range(2)]]
    assert sorted("closed" in repr(lab) for lab in labs) == [False, True]
    for lab in labs:
        lab.close()


def test_two_threads_that_close_a_lab_end_its_context_one_after_the_other(monkeypatch):
    """libzmq frees a context while it ends it: who comes meanwhile reads what is not there any more."""
    lab, both = Lab("request-reply"), threading.Barrier(2)
    together, destroy = [], lab._bench.common.destroy

    def slow(linger):
        with suppress(threading.BrokenBarrierError):
            both.wait(0.2)
            together.append(True)
        destroy(linger)

    monkeypatch.setattr(lab._bench.common, "destroy", slow)
    for one in [Aside(lab.close), Aside(lab.close)]:
        one.result()
    assert together == []
    assert lab._bench.common.closed
