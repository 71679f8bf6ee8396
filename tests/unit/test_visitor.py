"""A cell's context: ended whole, also in the middle of a message."""

import threading

import pytest
import zmq
from zmqlab.lab import Lab
from zmqlab.live.inbox import Killed
from zmqlab.record import events as kinds

from tests.unit.common import DEADLINE, Aside, eventually, left_over, nothing_left, worker_of


@pytest.fixture
def before():
    Lab("half").close()
    return left_over()


def begin_a_message(lab, *names):
    """Leave as many contexts in the middle of a message. Returns their sockets."""
    sockets = []
    for name in names:
        context = lab.context(name)
        puller, pusher = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        puller.bind(f"inproc://{name}")
        pusher.connect(f"inproc://{name}")
        pusher.send(b"the first half", zmq.SNDMORE)
        sockets.append(pusher)
    return sockets


@pytest.mark.parametrize("names", [["one"], ["one", "two"]], ids=len)
def test_half_a_message_in_this_thread_is_thrown_away(before, names):
    lab = Lab("half")
    pushers = begin_a_message(lab, *names)
    lab.close()
    assert all(pusher.closed for pusher in pushers)
    eventually(lambda: nothing_left(before))


@pytest.mark.parametrize("names", [["one"], ["one", "two"]], ids=len)
def test_half_a_message_in_a_thread_that_has_ended_is_thrown_away(before, names):
    lab = Lab("half")
    pushers = Aside(lambda: begin_a_message(lab, *names)).result()
    lab.close()
    assert all(pusher.closed for pusher in pushers)
    eventually(lambda: nothing_left(before))
    Lab("half").close()


def test_half_a_message_in_another_thread_that_lives_holds_nobody_up(before):
    lab, there, go_on = Lab("half"), threading.Event(), threading.Event()

    def idle():
        [pusher] = begin_a_message(lab, "one")
        there.set()
        assert go_on.wait(DEADLINE)
        with pytest.raises(Killed):
            pusher.send(b"the other half")
        pusher.close()

    other = Aside(idle)
    assert there.wait(DEADLINE)
    lab.close()
    again = Lab("half")
    again.close()
    go_on.set()
    other.result()
    eventually(lambda: nothing_left(before))


def test_asked_for_again_by_its_name_it_ends_the_former_one(lab):
    first = lab.context("cell")
    left = first.socket(zmq.PULL)
    left.bind(lab.endpoint())
    again = lab.context("cell")
    assert left.closed
    assert first.closed
    with again.socket(zmq.PULL) as puller:
        puller.bind(lab.endpoint())
    own = [type(event) for event in lab.trace.controls() if event.actor == "cell"]
    assert own.index(kinds.Stopped) < len(own) - own[::-1].index(kinds.Started) - 1


def test_a_cell_that_waits_in_another_thread_is_woken_by_the_end_of_its_lab(lab):
    def wait():
        with lab.context("waiting").socket(zmq.PULL) as puller:
            puller.bind(lab.endpoint())
            puller.recv()

    other = Aside(wait)
    eventually(lambda: [e for e in lab.trace.events() if isinstance(e, kinds.Waits)])
    lab.close()
    with pytest.raises(BaseException):  # noqa: B017, PT011  (what ends an actor is no Exception, so that nobody keeps it)
        other.result()


def test_a_shared_context_outlives_the_cell_that_used_it(lab):
    one = lab.context("one", shared=True)
    left = one.socket(zmq.PAIR)
    left.bind("inproc://between")
    other = lab.context("other", shared=True).socket(zmq.PAIR)
    other.connect("inproc://between")
    other.send(b"x")
    assert left.recv() == b"x"
    lab["one"].stop()
    assert left.closed
    assert not worker_of(lab, "other").context.closed
    other.close()
