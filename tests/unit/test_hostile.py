"""Whatever a function does that is checked: there is a verdict, in time, and nothing is left of it."""

import contextlib
import functools
import json
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from zmqlab.course import LESSONS
from zmqlab.learning import checking
from zmqlab.learning.checking import check, check_source
from zmqlab.learning.frames import PIECE, Listener, Teller
from zmqlab.live.processes import keeping

from tests.soak import soak
from tests.unit import hostile
from tests.unit.common import eventually, processes_at_work

SERVE = LESSONS["request-reply"].exercise("serve")
KINDS = {"exception", "wrong", "right", "not attempted"}
CASES = hostile.QUICK | soak({}, hostile.SLOW)
IN_TIME = 11.0
"""Seconds until a verdict. It is printed, and asserted where the machine is ours: in no test of `make test`."""


@pytest.fixture(scope="module")
def verdicts():
    """The verdict of each case and the seconds that it took, by its name. A check mostly waits: so a few run at a time."""

    def timed(body):
        began = time.monotonic()
        return check_source(SERVE, hostile.source(body)), time.monotonic() - began

    with ThreadPoolExecutor(3) as pool:
        asked = {name: pool.submit(timed, body) for name, (body, _) in CASES.items()}
        yield {name: future.result() for name, future in asked.items()}


@pytest.mark.parametrize("name", CASES)
def test_there_is_a_verdict(name, verdicts):
    verdict, seconds = verdicts[name]
    print(f"{seconds:.1f} s: {verdict.title.encode('ascii', 'backslashreplace').decode()}")
    assert verdict.kind in KINDS
    assert re.search(CASES[name][1], verdict.title), verdict.title
    assert json.dumps([verdict.title, verdict.text, verdict.printed], ensure_ascii=False).encode("utf-8")
    assert "I say so" not in verdict.title


def test_nothing_is_left_of_them(verdicts):
    eventually(lambda: processes_at_work() == [])


@pytest.mark.parametrize("name", ["a loop in C", "stops itself", "busy threads"])
def test_what_never_ends_is_ended_by_the_keeper(name, monkeypatch):
    monkeypatch.setattr(checking, "DEADLINE", 1.0)
    verdict = check_source(SERVE, hostile.source(hostile.SLOW[name][0]))
    assert verdict.title == "Not yet: your function did not come to an end"


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="memory is read from /proc")
def test_who_takes_all_memory_is_told_so(monkeypatch):
    monkeypatch.setattr(checking, "MEMORY", 200_000_000)
    verdict = check_source(SERVE, hostile.source(hostile.SLOW["takes all memory"][0]))
    assert verdict.title == "Not yet: your function took more than 0.2 GB of memory"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_who_ends_the_keeper_is_told_so_and_the_next_check_is_as_ever(number):
    text = f"import os\nos.kill(os.getppid(), {int(number)})\nwhile True: pass"
    verdict = check_source(SERVE, hostile.source(text))
    assert verdict.title in (
        "Not yet: your function ended a process that is not its own",
        "Not yet: your function ended its whole process (SIGKILL)",
    )
    assert "ValueError" in check_source(SERVE, hostile.source("raise ValueError")).title


def test_who_stops_the_keeper_gets_a_verdict_all_the_same(monkeypatch):
    monkeypatch.setattr(checking, "DEADLINE", 1.0)
    monkeypatch.setattr(keeping, "ANSWER", 0.5)
    text = "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass"
    assert "Not yet" in check_source(SERVE, hostile.source(text)).title
    assert "ValueError" in check_source(SERVE, hostile.source("raise ValueError")).title


def checks():
    """The processes of checks that are at work."""
    found = []
    for one in processes_at_work():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ends just now
            found += [one] if one.cmdline()[-1:] == [checking.BOOT] else []
    return found


def test_the_stop_button_does_not_reach_a_check():
    """It signals the group of the kernel (`test_keeper.py` presses it): a check is in none of ours."""
    groups = []

    def look():
        groups.extend(os.getpgid(child.pid) for child in checks())
        return groups

    looker = threading.Thread(target=eventually, args=[look])
    looker.start()
    check_source(SERVE, hostile.source("socket.recv()"))
    looker.join()
    assert os.getpgid(0) not in groups


def test_a_check_that_is_interrupted_ends_and_can_be_made_again():
    def press():
        eventually(checks)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        check_source(SERVE, hostile.source("while True: pass"))
    presser.join()
    assert "ValueError" in check_source(SERVE, hostile.source("raise ValueError")).title


def serve(socket):
    return 1


async def soon(socket):
    return 1


def giving(socket):
    yield 1


class Serving:
    def __call__(self, socket):
        return 1


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (functools.partial(serve), "`functools.partial`.*Write `def serve"),
        (lambda socket: 1, "lambda.*Write `def serve"),
        (soon, "`async def`.*Write `def serve"),
        (giving, "Take the `yield` out"),
        (Serving, "class.*Write `def serve"),
        (Serving(), "object of type `Serving`.*Write `def serve"),
        (Serving().__call__, "method.*Write `def serve"),
    ],
)
def test_what_is_no_plain_function_is_told_what_to_write(made, words):
    verdict = check(SERVE, made)
    assert (verdict.kind, verdict.title) == ("wrong", "Not yet: serve is no plain function")
    assert re.search(words, verdict.text), verdict.text


def test_a_body_that_returns_a_constant_is_an_attempt():
    assert check(SERVE, serve).kind == "wrong"


def test_what_fails_in_the_check_itself_is_no_fault_of_the_learner(monkeypatch):
    monkeypatch.setattr(checking, "check_source", lambda *_: 1 / 0)
    verdict = check(SERVE, serve)
    assert (verdict.kind, verdict.title) == ("not attempted", "The check itself failed")


def test_what_is_told_is_heard_between_any_garbage_in_any_pieces():
    reads, writes = os.pipe()
    teller, listener = Teller(writes, "a-token"), Listener("a-token")
    told = [{"n": 1}, {"text": "x" * 3 * PIECE}, {"a": ["°", "\ud800"]}]
    for one in told:
        os.write(writes, b'{"n": 2}\na-toke a-token.zzzz \x00\xff' * 3)
        teller.tell(one)
    os.write(writes, b"a-token")
    os.close(writes)
    heard = []
    while said := os.read(reads, 7):
        heard += listener.hear(said)
    os.close(reads)
    assert heard == told
    listener.hear(b"\x00" * 1_000_000)
    assert len(listener._heard) < 1_000_000
