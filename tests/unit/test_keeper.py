"""Processes that end with the kernel, whatever ends it: with all that they have started, in time, within their memory."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import psutil
import pytest
from zmqlab.live.processes import keeping, unkept
from zmqlab.live.processes.keeping import Child, Folder
from zmqlab.live.processes.latch import Latch
from zmqlab.live.processes.unkept import Unkept

from tests.soak import soak
from tests.unit.common import Interrupting, eventually, left_over, nothing_left, processes_at_work

NOTEBOOKS = str(Path(__file__).parents[2] / "notebooks")
HANG = "import time; print('here', flush=True); time.sleep(1000)"
BUSY = "print('here', flush=True)\nwhile True: pass"
FAMILY = """
import os, subprocess, time
subprocess.Popen(["sleep", "1000"])
subprocess.Popen(["sleep", "1000"], start_new_session=True)
there, said = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        os.write(said, b"x")
        time.sleep(1000)
    os._exit(0)
os.wait()
os.read(there, 1)  # who is to be ended has said who it is
"""


class Process:
    """A child that runs a program, and what it printed."""

    def __init__(self, program, **limits):
        self.printed = b""
        self.child = Child([sys.executable, "-I", "-S", "-c", program], self._read, name="a test's", **limits)

    def _read(self, child):
        while said := child.read():
            self.printed += said

    def start(self):
        self.child.start()
        return self

    def end(self):
        self.child.end()
        assert self.child.done.wait(10)

    def is_at_work(self):
        return eventually(lambda: b"\n" in self.printed)


@pytest.fixture(autouse=True)
def no_process_is_left(monkeypatch):
    started = []
    start = Child.start
    monkeypatch.setattr(Child, "start", lambda child: (started.append(child), start(child)))
    yield
    for child in started:
        child.end()
    eventually(lambda: processes_at_work() == [])


def descendants():
    return psutil.Process().children(recursive=True)


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def family_of_four():
    """The ids of the processes that FAMILY has made, when the one is gone that only began another."""
    family = {one.pid for one in descendants()} - {keeping.keeper_pid()}
    return family if len(family) == 4 else None


def test_a_process_is_read_and_its_exit_status_is_told():
    process = Process("import sys; print('x' * 300_000); sys.exit(7)").start()
    assert process.child.done.wait(10)
    assert process.printed == b"x" * 300_000 + b"\n"
    assert (process.child.status, process.child.why, process.child.alive) == (7, "", False)


def test_a_process_that_is_killed_is_told_so_and_again_does_nothing():
    process = Process(HANG).start()
    process.is_at_work()
    for _ in range(2):
        process.end()
        assert (process.child.status, process.child.why) == (-signal.SIGKILL, "ended")


def test_one_that_is_ended_before_it_began_never_begins():
    process = Process(HANG)
    process.child.end()
    assert process.child.gone.wait(10)
    process.start()
    assert process.child.done.wait(10)
    assert (process.child.pid, process.child.alive) == (0, False)


def test_one_that_cannot_be_started_says_why():
    said = []
    child = Child(["/no/such/program"], lambda child: said.append(child.read()), name="nothing")
    child.start()
    assert child.done.wait(10)
    assert child.status == 127
    assert b"No such file" in said[0]


def test_what_a_process_has_started_ends_with_it_also_in_a_session_of_its_own():
    process = Process(FAMILY + "time.sleep(1000)").start()
    process.is_at_work()
    family = eventually(family_of_four)
    process.end()
    assert all(map(is_gone, family))


def test_what_a_process_leaves_behind_when_it_ends_by_itself_ends_too():
    process = Process(FAMILY).start()
    assert process.child.done.wait(10)
    assert (process.child.status, process.child.why) == (0, "")
    eventually(lambda: is_gone(int(process.printed)))


def test_a_process_has_a_deadline_that_can_be_changed_while_it_runs():
    process = Process(BUSY, seconds=100).start()
    process.is_at_work()
    process.child.limit(seconds=0.1)
    assert process.child.done.wait(10)
    assert (process.child.status, process.child.why) == (-signal.SIGKILL, "deadline")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_the_memory_of_all_that_a_process_has_started_is_limited():
    # Three times 60 MB, of which each is small enough: in its group, and beyond.
    program = """
import os, time
for number in range(2):
    if os.fork() == 0:
        if number: os.setsid()
        break
kept = bytearray(b"x") * 60_000_000
time.sleep(1000)
"""
    process = Process(program, memory=120_000_000).start()
    assert process.child.done.wait(20)
    assert process.child.why == "memory"
    modest = Process(HANG, memory=120_000_000).start()
    modest.is_at_work()
    modest.child.limit(seconds=0.2, memory=120_000_000)
    assert modest.child.done.wait(10)
    assert modest.child.why == "deadline"


def test_a_keeper_that_was_killed_is_replaced_and_what_it_kept_is_told_to_be_ended():
    process = Process(FAMILY + "time.sleep(1000)").start()
    process.is_at_work()
    former = keeping.keeper_pid()
    family = eventually(family_of_four)
    os.kill(former, signal.SIGKILL)
    assert process.child.done.wait(10)
    assert process.child.why == "keeper"
    eventually(lambda: all(map(is_gone, family)))
    other = Process("print(1)").start()
    assert other.child.done.wait(10)
    assert other.printed == b"1\n"
    assert keeping.keeper_pid() not in (0, former)
    assert is_gone(former)


def test_a_keeper_that_does_not_answer_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(keeping, "ANSWER", 0.2)
    process = Process(HANG).start()
    process.is_at_work()
    os.kill(keeping.keeper_pid(), signal.SIGSTOP)
    process.child.end_from_here()
    eventually(lambda: is_gone(process.child.pid))
    assert process.child.done.wait(10)


def test_a_keeper_goes_that_nobody_needs_with_its_thread_and_its_descriptors(monkeypatch):
    eventually(lambda: not keeping.keeper_pid())
    gc.collect()
    before = left_over()
    monkeypatch.setattr(keeping, "IDLE", 0.05)
    for _ in range(3):
        process = Process("pass").start()
        assert process.child.done.wait(10)
        pid = keeping.keeper_pid()
        eventually(lambda pid=pid: not pid or is_gone(pid))
    eventually(lambda: nothing_left(before))


def test_a_fork_of_the_kernel_ends_nothing_of_its_parent():
    process = Process(HANG).start()
    process.is_at_work()
    pid = os.fork()
    if pid == 0:
        try:
            process.child.end()
            process.child.end_from_here()
            own = Process("print(2)").start()
            own.child.done.wait(10)
            os._exit(0 if own.printed == b"2\n" else 1)
        finally:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    other = Process("print(1)").start()
    assert other.child.done.wait(10)
    assert process.child.alive
    assert not is_gone(process.child.pid)
    process.end()


def test_a_folder_for_a_while_is_there_and_gone():
    with Folder("zmqlab-test-") as folder:
        assert os.stat(folder).st_mode & 0o777 == 0o700
        Path(folder, "file").write_text("x")
    assert not os.path.exists(folder)


KERNEL = """
import ctypes, os, sys, threading, time
sys.path.insert(0, sys.argv[1])
import zmq
from zmqlab import Lab
from zmqlab.learning.checking import check_source
from zmqlab.course import LESSONS

def stubborn(context, endpoint):
    import subprocess
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    context.socket(zmq.REP).bind(endpoint)
    while True:
        pass

def hangs(endpoint, note):
    import os, subprocess, time
    subprocess.Popen(["sleep", "1000"])
    open(note, "w").write(os.getcwd())
    time.sleep(1000)

lab = Lab("dies")
lab.start(stubborn, process=True)
note = sys.argv[2]
script = lab.script(hangs, note=note)
threading.Thread(target=lab.run, args=[script], kwargs={"seconds": 100}, daemon=True).start()
text = f"def serve(socket):\\n    open({note + '2'!r}, 'w').close()\\n    sum(range(10**12))\\n"
exercise = LESSONS["request-reply"].exercise("serve")
threading.Thread(target=check_source, args=[exercise, text], daemon=True).start()
assert lab.wait_for(lambda: "Bound" in [type(e).__name__ for e in lab.trace.controls()], 20)
assert lab.wait_for(lambda: os.path.exists(note) and os.path.getsize(note) and os.path.exists(note + "2"), 20)
# As a library in C forks: Python does not get to know, and so closes nothing in the child.
forked = ctypes.PyDLL(None).fork() if "forks" in sys.argv else -1
if forked == 0:
    time.sleep(60)  # it holds a copy of all that the kernel had open
    os._exit(0)
print(forked, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("way", ["plain", "forks"])
def test_a_kernel_that_is_killed_leaves_no_process_and_no_folder(way, tmp_path):
    note = tmp_path / "note"
    program = tmp_path / "kernel.py"
    program.write_text(KERNEL)
    command = [sys.executable, str(program), NOTEBOOKS, str(note), way]
    environment = os.environ | {"ZMQLAB_PROGRESS": "off"}
    for _ in range(soak(1, 20)):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as kernel:
            forked = int(kernel.stdout.readline())
            family = {one.pid for one in psutil.Process(kernel.pid).children(recursive=True)} - {forked}
            folder = note.read_text()
            assert len(family) >= 6
            assert os.path.isdir(folder)
            kernel.kill()
            eventually(lambda family=family: all(map(is_gone, family)))
            eventually(lambda folder=folder: not os.path.exists(folder))
            if forked > 0:
                os.kill(forked, signal.SIGKILL)
        note.unlink()
        Path(f"{note}2").unlink()


def test_an_interrupt_of_the_kernels_group_reaches_neither_keeper_nor_child():
    program = f"""
import sys, time
sys.path.insert(0, {NOTEBOOKS!r})
from zmqlab.live.processes.keeping import Child, keeper_pid
child = Child([sys.executable, "-c", {HANG!r}], lambda child: [print(child.pid, keeper_pid(), flush=True) for _ in [child.read()]] and child.read(), name="x")
child.start()
try:
    time.sleep(60)
except KeyboardInterrupt:
    print(child.alive, flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as kernel:
        pids = [int(pid) for pid in kernel.stdout.readline().split()]
        assert all(pids)
        os.killpg(kernel.pid, signal.SIGINT)
        assert kernel.stdout.readline() == "True\n"
        assert not any(map(is_gone, pids))
        kernel.kill()
    eventually(lambda: all(map(is_gone, pids)))


def test_an_interrupt_at_any_line_leaves_nothing_and_all_can_be_called_again():
    made = []

    def life():
        process = Process("import time; time.sleep(1000)")
        made.append(process.child)
        try:
            process.child.start()
            process.child.began.wait(10)
        finally:
            process.child.end()
            process.child.done.wait(10)
        return process

    life()
    before = left_over()
    at, again = 0, True
    while again:
        at += soak(4, 1)
        interrupting = Interrupting(at)
        try:
            with interrupting:
                life()
        except KeyboardInterrupt:
            sys.settrace(None)
        again = interrupting.struck
        if at % 3 == 0:
            assert life().child.why == "ended"
        # One interrupt in `finally` leaves the process to whoever holds the handle: here nobody does.
        while made:
            made.pop().end()
    assert at > 15, "nothing was interrupted"
    eventually(lambda: nothing_left(before))


def test_a_latch_can_be_set_and_waited_for_after_its_waiter_was_interrupted():
    for at in range(1, 12):
        latch = Latch()
        try:
            with Interrupting(at):
                latch.wait(0.001)
        except KeyboardInterrupt:
            sys.settrace(None)
        waiter = threading.Thread(target=latch.wait, args=[10])
        waiter.start()
        latch.set()
        waiter.join(5)
        assert not waiter.is_alive()
        assert latch.wait(0)


def test_without_a_keeper_processes_are_started_watched_and_ended_all_the_same(monkeypatch):
    eventually(lambda: not keeping.keeper_pid())
    monkeypatch.setattr(keeping, "CAN_BE_KEPT", False)
    monkeypatch.setattr(keeping, "IDLE", 0.05)
    assert issubclass(Unkept, unkept.Unkept)
    processes = [Process("import sys; print(1); sys.exit(3)"), Process(HANG), Process(BUSY, seconds=0.2)]
    for process in processes:
        process.start()
    processes[1].is_at_work()
    processes[1].child.end()
    assert all(process.child.done.wait(10) for process in processes)
    told = [(process.child.status, process.child.why) for process in processes]
    assert told == [(3, ""), (-signal.SIGKILL, "ended"), (-signal.SIGKILL, "deadline")]
    assert processes[0].printed == b"1\n"
    eventually(lambda: keeping._nursery.line is None)
