"""What must be done whole is done whole, whoever is interrupted meanwhile."""

import contextvars
import os
import signal
import sys
import threading

import pytest
from zmqlab.live import hands
from zmqlab.live.hands import caller, thread_for_the_caller, whole

from tests.unit.common import DEADLINE, Aside, eventually, interrupt_the_main_thread


def main_thread_waits():
    """Whether it lies in a wait. A signal that comes just before one does not wake who lies down: Python looks at it later."""
    seen = []
    for _ in range(2):
        frame = sys._current_frames()[threading.main_thread().ident]
        seen.append((id(frame), frame.f_lasti, frame.f_code.co_name))
        threading.Event().wait(0.005)
    return seen[0] == seen[1] and seen[0][2] == "wait"


def test_an_interrupt_of_the_main_thread_does_not_reach_the_work(interruptible):
    done, go_on = [], threading.Event()

    def work():
        done.append("begun")
        eventually(main_thread_waits)
        interrupt_the_main_thread()
        assert go_on.wait(DEADLINE)
        done.append("ended")

    with pytest.raises(KeyboardInterrupt):
        whole(work)
    assert done == ["begun"]  # who waits is free at once
    go_on.set()
    eventually(lambda: done == ["begun", "ended"])


def test_an_interrupt_that_comes_with_the_call_leaves_it_done_or_not_begun(interruptible):
    begun, ended = [], []

    def work():
        begun.append(1)
        ended.append(1)

    def until_interrupted():
        Aside(interrupt_the_main_thread)
        while True:
            whole(work)

    for _ in range(50):
        with pytest.raises(KeyboardInterrupt):
            until_interrupted()
        eventually(lambda: len(begun) == len(ended))


def test_what_it_returns_and_what_it_raises_comes_through():
    assert whole(lambda: 7) == 7
    for problem in (ValueError("no"), KeyboardInterrupt(), SystemExit(3)):

        def fail(problem=problem):
            raise problem

        with pytest.raises(type(problem)) as raised:
            whole(fail)
        assert raised.value is problem


def test_only_the_work_of_the_main_thread_goes_to_another_thread():
    assert whole(threading.current_thread) is not threading.main_thread()
    assert Aside(lambda: whole(threading.get_ident) == threading.get_ident()).result()


def test_one_work_may_need_another_and_two_do_not_wait_for_each_other():
    assert whole(lambda: whole(lambda: whole(lambda: 1))) == 1
    both = threading.Barrier(2, timeout=DEADLINE)
    job = hands.Job(both.wait)
    hands._hands[0]._jobs.put(job)
    whole(both.wait)
    assert job.done.wait(DEADLINE)
    assert job.problem is None


def test_who_works_for_another_knows_for_whom_and_prints_where_that_one_prints():
    where = contextvars.ContextVar("where")
    where.set("the caller's cell")
    assert whole(lambda: (caller(), where.get())) == (threading.main_thread(), "the caller's cell")
    assert caller() is threading.main_thread()
    seen = []

    def have_another():
        thread = thread_for_the_caller(lambda: seen.append(caller()), "another")
        thread.start()
        thread.join(DEADLINE)

    whole(have_another)
    assert seen == [threading.main_thread()]


def test_a_thread_that_has_ended_is_not_taken_for_the_next_of_its_number():
    first = Aside(caller)
    one = first.result()
    for _ in range(20):  # the system gives the number of the last to the next
        next_one = Aside(caller).result()
        assert next_one is not one
    assert not one.is_alive()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_the_kernel_has_hands_of_its_own():
    assert whole(os.getpid) == os.getpid()
    child = os.fork()
    if child == 0:
        signal.alarm(int(DEADLINE))  # one that waits for hands that are not there ends all the same
        os._exit(7 if whole(os.getpid) == os.getpid() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
