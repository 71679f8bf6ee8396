"""The lessons at work: run again, run in pieces, cleaned up after, taken out, and proved able to fail."""

import ast
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from itertools import groupby

import psutil
import pytest

from tests import lessons
from tests.kernels import CellFailed, kernel
from tests.lessons import code_cells, parsed, source, tags

LESSONS = {path.name: lessons.read(path) for path in lessons.lesson_files()}
SECONDS = 20
"""Seconds that a lesson's functions get to finish as scripts."""
SHUTDOWN = 2
"""Seconds that a kernel may take to end."""

RESULTS = "sink_endpoint='ipc://results'"
"""Where the results go, where a lesson's functions have two endpoints: a file in the folder of the run."""
NEWS = "news_endpoint='ipc://news'"  # a file in the folder in which the scripts run

WORK = "workers_endpoint='ipc://work'"
ASKS = "texts=['2'], my_name='anna'"

RUNS = {
    "00-start-here.ipynb": [
        ({"friend": "", "you": "texts=['Hello']"}, None),
        ({"friend_connects": "", "you_bind": "texts=['Hello']"}, None),
    ],
    "01-request-reply.ipynb": [
        ({"server": "done=[]", "client": "texts=['Hello', 'Again']"}, ["World 1", "World 2"]),
        ({"server": "done=[]", "patient_client": "texts=['Hello', 'Again']"}, ["World 1", "World 2"]),
        ({"you": "texts=iter(['Yes'])", "client": "texts=['Soup?']"}, ["Yes"]),
        ({"careful_server": "done={}", "careful_client": "orders=['tea', 'tea']"}, ["made: tea", "made: tea"]),
        ({"server": "done=[]", "asker": "anna_endpoint=endpoint, bert_endpoint=endpoint, texts=['Hello']"}, None),
        ({"slow_server": "texts=iter(['Re:'])", "client": "texts=['question']"}, ["Re: question"]),
        ({"slow_server": "texts=iter(['Re:'])", "impatient_client": "texts=['question']"}, None),
        ({"ask": "text='Hello', timeout=10"}, None),  # to be written by the learner
    ],
    "02-publish-subscribe.ipynb": [
        ({"listener": "topics=['paris']", "broadcaster": "texts=['paris|sunny']"}, None),
        (
            {
                "careful_publisher": "confirm_endpoint='ipc://confirm', reports=['paris|21', 'oslo|4']",
                "careful_subscriber": "confirm_endpoint='ipc://confirm', number=2",
            },
            ["paris|21", "oslo|4"],
        ),
        ({"traveller": "endpoints=[endpoint]", "broadcaster": "texts=['paris|sunny']"}, None),
        ({"weather_station": "reports=[('paris', '21')]", "collect": "city='paris'"}, None),  # to be written
    ],
    "03-pipeline.ipynb": [
        (
            {"ventilator": "texts=['2']", "worker": RESULTS, "plain_sink": f"{RESULTS}, count=2"},
            ["task 1 done", "task 2 done"],
        ),
        ({"computing_worker": RESULTS, "ventilator": "texts=['1']"}, None),
        ({"asking_worker": "limit=10_000", "giver": "texts=['2']"}, {"task 1 done", "task 2 done"}),
        (
            {"waiting_ventilator": "workers=1, texts=['1']", "worker": RESULTS, "plain_sink": f"{RESULTS}, count=1"},
            ["task 1 done"],
        ),
        ({"worker": RESULTS, "hasty_ventilator": "linger=0"}, None),
        ({"work": "tasks_endpoint='', done_endpoint='', do=str"}, None),  # to be written by the learner
        ({"sink": "sink_endpoint='', tasks=[]"}, None),  # this too
    ],
    "04-pollers.ipynb": [
        (
            {"push": "texts=['close']", "desk": f"{NEWS}, question_endpoint='ipc://ask', stop_endpoint=endpoint"},
            "close",
        ),
        (
            {
                "desk": f"{NEWS}, question_endpoint=endpoint, stop_endpoint='ipc://stop'",
                "station": f"{NEWS}, texts=['late']",
                "traveller": "question_endpoint=endpoint, texts=['My train?', 'My bus?']",
            },
            None,
        ),
        (
            {
                "desk_in_turn": f"{NEWS}, question_endpoint=endpoint",
                "traveller": "question_endpoint=endpoint, texts=['My train?']",
            },
            None,
        ),
        (
            {
                "wall": "tick_endpoint='ipc://ticks'",
                "idle": "flags=1",
                "clock": "tick_endpoint='ipc://ticks', timeout=1",
            },
            None,
        ),
        ({"relay": "next_endpoint='ipc://next', turns=100"}, None),
        ({"mended_clock": "tick_endpoint='ipc://ticks'"}, None),  # it ticks once the learner has written `tick`
        ({"push": "texts=['note'] * 1_000", "count_wake_ups": "most=1"}, 1_000),
    ],
    "05-exclusive-pair.ipynb": [
        ({"partner": "", "you": "texts=['It rains.']"}, None),
        (
            {
                "guest": "table_endpoint='ipc://before', texts=['begin']",
                "step": "before_endpoint='ipc://before', after_endpoint=endpoint",
                "you": "texts=['And?']",
            },
            None,
        ),
        ({"host": "table_endpoint=endpoint", "guest": "table_endpoint=endpoint, texts=['It rains.']"}, None),
        ({"program": ""}, b"ready"),
        ({"in_order": "first=None, second=None"}, None),  # these two are to be written by the learner
        ({"ask_partner": "pair=None, hire=None, text='Hello', timeout=10"}, None),
    ],
    "06-queues-and-limits.ipynb": [
        (
            {
                "sender": "dials={'sends': 1000, 'size': 10, 'mark': 10}",
                "reader": "dials={'reads': 1000, 'mark': 10}",
                "leave": "linger=0",
            },
            re.compile(r"gone after \d+\.\d s"),
        ),
        ({"reader": "dials={'reads': 0, 'mark': 10}", "stubborn_sender": ""}, None),
    ],
    "07-envelopes.ipynb": [
        ({"server": "", "client": "texts=['hi']"}, None),
        (
            {"you": "messages=iter([[b'question %d' % n, b'Yes'] for n in range(1, 10)])", "ten_questions": ""},
            ["Yes"] * 9,
        ),
        ({"device": "my_name=b'Anna'", "desk": "messages=[[b'Anna', b'hello']], mandatory=False"}, None),
        ({"careless": "messages=iter([[b'', b'Yes']])", "client": "texts=['soup?']"}, None),
        ({"ask_many": "texts=[], timeout=10"}, None),  # to be written by the learner
    ],
    "08-brokers.ipynb": [
        ({"proxy_broker": WORK, "worker": WORK, "client": ASKS}, ["A1", "A2"]),
        ({"ready_broker": WORK, "ready_worker": WORK, "client": ASKS}, ["A1", "A2"]),
        ({"crowded_broker": f"{WORK}, mark=10", "worker": WORK, "client": ASKS}, ["A1", "A2"]),
        (
            {
                "proxy_broker": "workers_endpoint='ipc://near'",
                "far_broker": f"{WORK}, near_endpoint='ipc://near'",
                "worker": WORK,
                "client": ASKS,
            },
            ["A1", "A2"],
        ),
        ({"forwarder": NEWS, "hasty_publisher": "", "listener": f"{NEWS}, topics=['end'], most=1"}, [b"end"]),
        ({"station": "", "listener": "news_endpoint=endpoint, topics=['paris'], most=1"}, [b"paris", b"21"]),
        ({"steered_broker": f"{WORK}, orders_endpoint='ipc://orders'", "boss": "orders_endpoint='ipc://orders'"}, b""),
    ],
}
"""For each lesson, which of its plain functions run together as scripts: their arguments beside `context`, `endpoint`
and `pause` (these may name `endpoint`), and what the last of them returns. The others work until that one has returned."""


@pytest.fixture(params=LESSONS)
def lesson(request):
    return LESSONS[request.param]


def cells(lesson):
    return [cell for _, cell in code_cells(lesson)]


# --- Run again ---


def test_a_lesson_runs_twice_in_one_kernel(lesson):
    with kernel() as running:
        running.run_cells(cells(lesson) * 2)


def groups(lesson):
    """The code cells, as they are run again: alone, or those in a row that are tagged as a sequence together."""
    for in_sequence, in_a_row in groupby(cells(lesson), lambda cell: "sequence" in tags(cell)):
        some = list(in_a_row)
        yield from [some] if in_sequence else [[cell] for cell in some]


def test_cells_in_a_sequence_are_repeated_together():
    def code(text, *tags):
        return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": text}

    some = [code("a"), code("b"), code("c", "sequence"), code("d", "sequence"), code("e")]
    assert ["".join(map(source, group)) for group in groups({"cells": some})] == ["a", "b", "cd", "e"]


def test_every_cell_runs_three_times_in_a_row(lesson):
    with kernel() as running:
        for group in groups(lesson):
            running.run_cells(group * 3)


# --- Skipped cells ---

SKIPS = [
    ("01-request-reply.ipynb", [1], 5, "LookupError"),  # the server
    ("01-request-reply.ipynb", [1], 24, "LookupError"),
    ("03-pipeline.ipynb", [5], 7, "NameError"),  # the worker that computes
    *[("03-pipeline.ipynb", [14], place, "NameError") for place in (16, 17, 20)],  # the giver
    ("03-pipeline.ipynb", [22], 23, "NameError"),  # the ventilator in a hurry
    ("04-pollers.ipynb", [26], 29, "NameError"),  # what the desk on asyncio does
]
"""A lesson, which of its code cells were skipped (from 0), one that was run all the same, and the error that it raises."""


LEFT = """
import asyncio as _asyncio, gc as _gc
import zmq.asyncio as _aio

def _left():  # what a cell left at work that is not the lab's
    made = [thing for thing in _gc.get_objects() if type(thing) in (_aio.Context, _aio.Socket)]
    tasks = [task.get_coro().__name__ for task in _asyncio.all_tasks()]
    return sum(not one.closed for one in made), sorted(set(tasks) & {"visit", "asyncio_desk", "answer", "read"})
"""


def failure_of(running, cell):
    """Run a cell, and return how it failed; None when it did not."""
    try:
        running.run(source(cell))
    except CellFailed as failure:
        return failure
    return None


@pytest.mark.parametrize(("name", "skipped", "place", "error"), SKIPS)
def test_a_cell_whose_cells_above_were_skipped_says_so(name, skipped, place, error):
    with kernel() as running:
        running.run(LEFT)
        for cell in (cell for number, cell in enumerate(cells(LESSONS[name])[:place]) if number not in skipped):
            failure = failure_of(running, cell)
            assert failure is None or failure.error in ("LookupError", "NameError"), failure
        failure = failure_of(running, cells(LESSONS[name])[place])
        assert (failure and failure.error) == error
        assert error != "LookupError" or "Run the cells above" in str(failure)
        assert running.value("_left()") == (0, [])


@pytest.mark.parametrize(("name", "place"), [("01-request-reply.ipynb", 5)])
def test_a_lab_that_was_begun_again_says_what_to_run(name, place):
    some = cells(LESSONS[name])
    with kernel() as running:
        running.run_cells([*some[:place], some[0]])  # which ends who was started
        failure = failure_of(running, some[place])
        assert failure.error == "LookupError"
        assert "Run the cells above" in str(failure)


# --- A busy machine ---

LATE = """
import threading as _threading
_count = count_wake_ups

def count_wake_ups(context, endpoint, most):  # longer than a socket of the lab lingers
    _threading.Event().wait(0.7)
    return _count(context, endpoint, most)
"""


def test_a_flood_waits_for_who_binds_late():
    some = cells(LESSONS["04-pollers.ipynb"])
    flood = next(place for place, cell in enumerate(some) if "wake_ups = {}" in source(cell))
    with kernel() as running:
        running.run_cells([some[0], some[flood - 1]])
        running.run(LATE)
        running.run_cells([some[flood]])


# --- Clean up ---

HOLDINGS = """
import asyncio as _asyncio, gc as _gc, threading as _threading
import ipywidgets, psutil as _psutil, zmq, zmqlab

_out = get_ipython().kernel.iopub_thread

def _holdings():
    # For each thread that said something ipykernel keeps a socket; it closes those of dead threads, but only every
    # 10 s. Ask it to do so now.
    _asyncio.run_coroutine_threadsafe(_out._event_pipe_gc(), _out.io_loop.asyncio_loop).result(5)
    process = _psutil.Process()
    kinds = [type(thing) for thing in _gc.get_objects()
             if issubclass(type(thing), (zmq.Context, zmq.Socket)) and not thing.closed]
    listening = [link.laddr.port for link in process.net_connections("tcp") if link.status == _psutil.CONN_LISTEN]
    return {
        "threads of Python": sorted(thread.name for thread in _threading.enumerate()),
        "threads": process.num_threads(),
        "descriptors": process.num_fds(),
        "contexts": sum(issubclass(kind, zmq.Context) for kind in kinds),
        "sockets": sum(issubclass(kind, zmq.Socket) for kind in kinds),
        "ports": sorted(listening),
        "processes": [child.name() for child in process.children(recursive=True)],
    }

def _holdings_without_keeper():
    # Who keeps the processes goes when nobody has needed one for two seconds.
    rests = _threading.Event()
    for _ in range(1000):
        if not {"zmqlab keeper", "zmqlab processes"} & {thread.name for thread in _threading.enumerate()}:
            break
        rests.wait(0.01)
    return _holdings()

zmqlab.Lab("throw-away").close()
# A kernel that shows something large sends it without a copy. For that, pyzmq starts a thread which it never ends.
zmq.Frame(bytes(100_000), copy=False)
"""


def test_a_lesson_leaves_nothing_behind(lesson):
    with kernel() as running:
        running.run(HOLDINGS)
        before = running.value("_holdings()")
        running.run_cells(cells(lesson))
        while_it_runs = running.value("_holdings()")
        if any("finding" in tags(cell) for cell in lesson["cells"]):
            assert while_it_runs == before, "a case file opens no socket"
        else:
            assert while_it_runs != before, "the lesson holds nothing while it runs: this test sees nothing"
        running.run("for _lab in list(zmqlab.lab._labs.values()): _lab.close()")
        assert running.value("_holdings_without_keeper()") == before


def test_a_kernel_ends_quickly_after_a_lesson(lesson):
    with kernel() as running:
        running.run_cells(cells(lesson))
        asked = time.monotonic()
        running.ask_to_end()
        assert running.process.wait(SHUTDOWN) == 0
        print(f"the kernel ended in {time.monotonic() - asked:.2f} s")


# --- Claims that can fail ---

BLIND = "import zmqlab.bench; zmqlab.bench.Workplace.wait_for = lambda self, condition, seconds=5.0: False"


WAITING = [name for name, lesson in LESSONS.items() if any("run.wait_for(" in source(cell) for cell in cells(lesson))]


@pytest.mark.parametrize("name", WAITING)
def test_a_lesson_fails_when_what_it_waits_for_does_not_happen(name):
    with kernel() as running:
        running.run(BLIND)
        with pytest.raises(CellFailed) as failure:
            running.run_cells(cells(LESSONS[name]))
    assert failure.value.error == "AssertionError"
    experiments = [source(cell) for cell in cells(LESSONS[name]) if "experiment" in tags(cell)]
    failed = failure.value.cell
    assert failed in experiments or failed.startswith("assert prediction.holds()")


# --- The plain functions, taken out ---


def functions_of(lesson):
    """All functions that a lesson defines, by name."""
    trees = [parsed(cell) for cell in cells(lesson)]
    return {node.name: node for tree in trees if tree for node in tree.body if isinstance(node, ast.FunctionDef)}


def plain_functions(lesson):
    """The functions that a lesson's actors are made of, by name: those that take a context."""
    return {name: f for name, f in functions_of(lesson).items() if f.args.args and f.args.args[0].arg == "context"}


IMPORTS = "import itertools\nimport time\nimport uuid\n\nimport zmq\nfrom zmq.utils.monitor import recv_monitor_message"


PARTNERS = {
    f.name: f for f in ast.parse((lessons.ROOT / "notebooks/zmqlab/course/brokers/actors.py").read_text()).body[2:]
}
"""Functions from a lesson's folder, which work beside those of its notebook."""


def helpers(lesson, function):
    """The small functions of a lesson, of no context, that another one calls."""
    named = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    trees = [parsed(cell) for cell in cells(lesson)]
    made = [node for tree in trees if tree for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [node for node in made if node.name in named - plain_functions(lesson).keys()]


def script(function, arguments, endpoint, besides=()):
    """A function and a call of it, as a script that needs pyzmq and nothing else. `besides` are functions that it calls."""
    given = {"context": "zmq.Context()", "endpoint": repr(endpoint), "pause": "time.sleep"}
    made = [f"{name}={given[name]}" for name in (a.arg for a in function.args.args) if name in given]
    call = f"{function.name}({', '.join([*made, arguments])})"
    defined = "\n\n\n".join(ast.unparse(one) for one in (*besides, function))
    return f"{IMPORTS}\n\n\n{defined}\n\n\nendpoint = {endpoint!r}\nprint(repr({call}))\n"


def in_a_process_of_its_own(text, folder):
    """Start a script. It sees the installed packages, and neither the folder of the course nor any setting."""
    file = folder / f"{len(list(folder.iterdir()))}.py"
    file.write_text(text)
    return subprocess.Popen([sys.executable, "-I", file], cwd=folder, text=True, stdout=subprocess.PIPE)


def run_together(scripts, folder):
    """Run scripts at the same time until the last of them has ended. Returns what that one printed."""
    processes = [in_a_process_of_its_own(text, folder) for text in scripts]
    try:
        return processes[-1].communicate(timeout=SECONDS)[0]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@pytest.fixture
def endpoint():
    # A bound socket that never listens keeps the port; on Linux, libzmq can bind it all the same.
    with closing(socket.socket()) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{holder.getsockname()[1]}"


@pytest.mark.parametrize(
    ("name", "arguments", "returned"),
    [(name, arguments, returned) for name, runs in RUNS.items() for arguments, returned in runs],
    ids=["+".join([name[:2], *arguments]) for name, runs in RUNS.items() for arguments, _ in runs],
)
def test_the_functions_of_a_lesson_run_as_scripts_without_zmqlab(name, arguments, returned, endpoint, tmp_path):
    functions = PARTNERS | plain_functions(LESSONS[name])
    scripts = [
        script(functions[one], given, endpoint, helpers(LESSONS[name], functions[one]))
        for one, given in arguments.items()
    ]
    printed = ast.literal_eval(run_together(scripts, tmp_path))
    assert returned.fullmatch(printed) if isinstance(returned, re.Pattern) else printed == returned


def test_the_desk_on_asyncio_runs_as_a_script_without_zmqlab(endpoint, tmp_path):
    lesson = LESSONS["04-pollers.ipynb"]
    trees = [parsed(cell) for cell in cells(lesson)]
    made = [ast.unparse(node) for tree in trees for node in tree.body if isinstance(node, ast.AsyncFunctionDef)]
    call = f"asyncio_desk('ipc://ask', 'ipc://news', {endpoint!r})"
    desk = "\n".join(["import asyncio, zmq, zmq.asyncio", *made, f"print(asyncio.run({call}))"])
    boss = script(plain_functions(lesson)["push"], "texts=['close']", endpoint)
    assert run_together([boss, desk], tmp_path) == "None\n"


def test_zmqlab_is_out_of_reach_of_the_scripts(tmp_path):
    looking = "import importlib.util, zmq; print(importlib.util.find_spec('zmqlab'))"
    assert run_together([looking], tmp_path).strip() == "None"


def test_the_functions_of_a_lesson_know_nothing_of_zmqlab(lesson):
    for name, function in plain_functions(lesson).items():
        named = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        assert not named & {"lab", "Lab", "zmqlab"}, f"{name}() uses the lab: what it needs must be an argument"


def functions_never_run(name, lesson):
    covered = {function for arguments, _ in RUNS.get(name, []) for function in arguments}
    to_repair = [parsed(cell) for cell in cells(lesson) if "case.exercise(" in source(cell)]  # its check runs it
    covered |= {node.name for tree in to_repair for node in tree.body if isinstance(node, ast.FunctionDef)}
    return sorted(plain_functions(lesson).keys() - covered)


@pytest.mark.parametrize("name", LESSONS)
def test_every_function_of_a_lesson_is_run_as_a_script(name):
    missing = functions_never_run(name, LESSONS[name])
    assert not missing, (
        f"{', '.join(missing)} of {name} never runs without zmqlab. Add a run to RUNS[{name!r}] in {__file__}: which "
        "functions work together, their arguments, and what the last of them returns."
    )


def test_a_function_that_never_runs_is_noticed():
    code = {"cell_type": "code", "metadata": {}, "source": "def newcomer(context, endpoint):\n    pass"}
    assert functions_never_run("01-request-reply.ipynb", {"cells": [code]}) == ["newcomer"]


@pytest.mark.parametrize("name", ["06-queues-and-limits.ipynb"])  # whose gauges read what only tcp tells
def test_on_a_shared_host_a_lesson_leaves_no_tcp_port_open(name, monkeypatch):
    monkeypatch.setenv("ZMQLAB_SHARED_HOST", "1")
    with kernel() as run:
        process = psutil.Process(run.process.pid)
        before = listening(process)
        run.run_cells([cell for _, cell in code_cells(LESSONS[name])])
        assert listening(process) == before


def listening(process):
    """Return the tcp ports at which a process listens."""
    return {found.laddr.port for found in process.net_connections("tcp") if found.status == psutil.CONN_LISTEN}
