"""A handle is a name in a lab: who does what is asked is looked up at each call."""

import pytest
import zmq
from zmqlab.lab import Lab
from zmqlab.live.crew import Closed
from zmqlab.record import events as kinds

from tests.unit.common import DEADLINE, client, eventually, server


def quick():
    """End at once."""


def listener(context, endpoint):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        while True:
            subscriber.recv()


def failing():
    raise ValueError("seven")


def test_it_reaches_whoever_has_the_name_now(lab):
    handle = lab.start(quick, name="one")
    assert handle.join(DEADLINE)
    assert not handle.alive
    first, began = handle.run, handle.started
    lab.start(server, name="one")
    assert handle.alive
    assert handle.run > first
    assert handle.started > began
    assert handle.run == lab["one"].run
    assert handle.restart() is handle
    assert handle.run > first + 1
    assert handle.kill()
    assert not handle.alive
    assert repr(handle) == "one: died"


def test_no_two_runs_in_a_lab_have_one_number(lab):
    runs = [lab.start(quick, name=name).run for name in ("a", "b", "a", "b")]
    assert len(set(runs)) == 4


def test_messages_are_those_of_the_present_run(lab):
    lab.start(server)
    lab.start(client)
    lab["client"].say("first")
    eventually(lambda: lab["client"].messages("received"))
    middle = lab["client"].messages("received")[0].time + 1
    lab["client"].say("second")
    eventually(lambda: len(lab["client"].messages("received")) == 2)
    assert [m.frames for m in lab["client"].messages("sent")] == [(b"first",), (b"second",)]
    assert [m.frames for m in lab["client"].messages("received", since=middle)] == [(b"SECOND",)]
    assert len(lab["client"].messages()) == 4
    lab["client"].restart()
    assert lab["client"].messages() == []
    assert len(lab["server"].messages()) == 4


def test_a_name_that_nobody_had_is_refused_with_what_to_do(lab):
    with pytest.raises(LookupError, match=r"No actor is called 'nobody'. Run the cells above.*none yet"):
        lab["nobody"]
    lab.start(server)
    lab.context("your cell")
    with pytest.raises(LookupError, match=r"\(There are: server\.\)"):  # a cell is no actor
        lab["nobody"]


@pytest.mark.parametrize("ask", ["say", "arm", "subscribe", "unsubscribe"])
def test_who_is_not_at_work_cannot_be_asked(lab, ask):
    handle = lab.start(quick)
    assert handle.join(DEADLINE)
    with pytest.raises(LookupError, match=r"“quick” is not at work any more. Run the cell that starts it"):
        getattr(handle, ask)("received")


def test_a_cell_is_asked_nothing_but_can_be_ended(lab):
    context = lab.context("your cell")
    left = context.socket(zmq.SUB)
    with pytest.raises(LookupError, match="your cell is a cell of this notebook"):
        lab["your cell"].say("x")
    assert lab["your cell"].alive
    assert lab["your cell"].stop()
    assert left.closed
    assert not lab["your cell"].alive


def test_what_a_closed_lab_is_asked_says_so():
    lab = Lab("closed soon")
    handle = lab.start(server)
    lab.close()
    for ask in (lambda: handle.say("x"), lambda: handle.arm("sent"), handle.restart, lambda: lab["server"]):
        with pytest.raises(Closed, match=r"This lab is closed. Run the cell that says Lab\('closed soon'\) again"):
            ask()
    assert not handle.alive
    assert handle.stop()  # it is done already


def test_subscriptions_and_errors_go_through(lab):
    handle = lab.start(listener)
    handle.subscribe(b"paris")
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.Subscribed) and e.topic == b"paris"])
    handle.unsubscribe(b"paris")
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.Unsubscribed)])
    assert handle.error is None
    assert lab.start(failing).join(DEADLINE)
    assert str(lab["failing"].error) == "seven"


def test_where_it_works_is_kept_by_a_restart_and_changed_on_demand(lab):
    handle = lab.start(server)
    assert not handle.pid
    here = handle.restart(process=True).pid
    assert here
    again = handle.restart().pid
    assert again not in (None, here)
    assert not handle.restart(process=False).pid
