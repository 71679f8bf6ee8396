"""A stretch: what happened in it, what it owns, and that it ends just that."""

import re
import threading
import time
from types import SimpleNamespace

import pytest
import zmq
from zmqlab.lab import Lab
from zmqlab.live.crew import Busy, Closed
from zmqlab.page.freeing import free
from zmqlab.picture.playback import SHORT
from zmqlab.record import events as kinds

from tests.unit.common import DEADLINE, Aside, client, eventually, left_over, messages, nothing_left, server, worker_of


def ask(place, text, name="asker"):
    """Ask the server that answers at an endpoint of a lab or stretch."""
    with place.context(name).socket(zmq.REQ) as asker:
        asker.connect(place.endpoint())
        asker.send(text)
        assert asker.poll(5000)
        return asker.recv()


def test_events_and_messages_are_those_of_the_stretch(lab):
    lab.start(server)
    ask(lab, b"before")
    with lab.experiment("a stretch") as run:
        ask(run, b"inside", "another asker")
        so_far = run.messages("another asker")
    ask(lab, b"after")
    assert [m.frames for m in run.messages("another asker")] == [(b"inside",), (b"INSIDE",)]
    assert so_far == run.messages("another asker")
    assert [m.frames for m in run.messages("server", "received")] == [(b"inside",)]
    assert len(run.messages()) == 4
    assert {event.actor for event in run.events()} == {"another asker", "server"}
    assert all(run.began <= event.time <= run.ended for event in run.events())
    assert len(messages(lab)) == 12


def test_its_film_says_how_long_it_took_also_where_nothing_happened_at_its_end(lab, monkeypatch):
    later = SimpleNamespace(monotonic_ns=lambda: time.monotonic_ns() + 3600 * 1_000_000_000)
    lab.start(server)
    lab.start(client)
    with lab.experiment("with a long wait") as run:
        lab["client"].say("inside")
        assert lab.wait_for(lambda: len(run.messages()) == 4)
        monkeypatch.setattr("zmqlab.stretch.time", later)  # as if an hour had passed
    assert re.match(r"It took 36\d\d s\. ", run.stage.told()["scale"])


def test_it_ends_what_was_made_through_it_and_nothing_else(lab):
    lab.start(server)
    with lab.experiment("owns") as run:
        mine = run.start(server, name="mine", endpoint=run.endpoint("mine"))
        cell, outside = run.context("cell"), lab.context("outside")
        theirs = lab.start(client)
        left = cell.socket(zmq.SUB)
        assert run["mine"].alive
        assert run.endpoint() == lab.endpoint()
    assert left.closed
    assert cell.closed
    assert not mine.alive
    assert not outside.closed
    assert theirs.alive
    assert lab["server"].alive
    with pytest.raises(LookupError, match="not at work any more"):
        mine.arm("sent")
    assert mine.restart().alive  # by its name, as any other


def test_a_long_one_has_an_end_at_which_nothing_flies(lab):
    with lab.experiment("a long one") as run:
        out, into = run.context("ventilator").socket(zmq.PUSH), run.context("sink").socket(zmq.PULL)
        out.bind(run.endpoint())
        into.connect(run.endpoint())
        for number in range(SHORT + 1):
            out.send(b"%d" % number)
            assert into.poll(DEADLINE * 1000)
            into.recv()
        out.send(b"the last, which nobody receives")
    assert run.stage.told()["ends"], "its last button says End, not Live"
    assert run.stage.playback.scene.totals()["on its way"] == 0


def test_an_error_inside_ends_it_as_well_and_comes_through(lab):
    kept = []

    def fail():
        with lab.experiment("fails") as run:
            kept.extend([run, run.context("cell")])
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail()
    run, cell = kept
    assert cell.closed
    assert run.over


@pytest.mark.parametrize("alone", [False, True])
def test_one_whose_page_cannot_be_told_ends_all_that_it_owns_all_the_same(lab, monkeypatch, alone):
    def unheard(stage):
        raise zmq.ZMQError(zmq.ENOTSOCK)

    def fail():
        with lab._beside("p") if alone else lab.experiment("p") as run:
            kept.extend([run, run.start(server)])
            monkeypatch.setattr(run._bench.pump, "end_stretch", unheard)

    kept = []
    with pytest.raises(zmq.ZMQError):
        fail()
    run, actor = kept
    assert run.over
    assert not actor.alive
    assert run._bench.crew.closed is alone


def test_one_that_was_abandoned_is_ended_by_the_next(lab):
    kept = []

    def interrupted():
        run = lab.experiment("abandoned")
        run.__enter__()  # and the interrupt came just before `with` had noted it
        kept.append(run)
        kept.append(run.context("cell").socket(zmq.SUB))

    interrupted()
    first, left = kept
    assert not first.over
    with lab.experiment("next") as second:
        assert first.over
        assert left.closed
        assert not worker_of(lab, "cell").alive
        second.context("cell")  # its name is free
        with lab.experiment("inner"):
            assert not second.over  # its code still stands around this one
    assert lab._bench.stretches == []


def test_one_of_another_thread_is_left_alone(lab):
    there, go_on = threading.Event(), threading.Event()

    def aside():
        with lab.experiment("aside") as run:
            cell = run.context("cell aside")
            there.set()
            assert go_on.wait(DEADLINE)
            return cell.closed

    other = Aside(aside)
    assert there.wait(DEADLINE)
    with lab.experiment("here") as run:
        run.context("cell here")
    go_on.set()
    assert other.result() is False


def test_it_does_not_take_a_name_of_the_lab(lab):
    lab.start(server)
    with lab.experiment("takes") as run, pytest.raises(Busy, match="server is at work in this lab already"):
        run.start(server)
    assert lab["server"].alive


def test_one_that_is_alone_has_everything_to_itself_and_leaves_nothing(lab):
    Lab("warm up").close()
    lab.start(server)
    eventually(lambda: any(isinstance(event, kinds.Bound) for event in lab.trace.controls()))  # all of it is there
    before = left_over()
    with lab._beside("alone") as run:
        run.start(server)
        assert run.endpoint() != lab.endpoint()
        assert ask(run, b"x") == b"X"
        assert len(run.messages()) == 4
        with pytest.raises(LookupError):
            lab["asker"]
    assert messages(lab) == []
    assert len(run.messages()) == 4  # and what happened can be asked for
    free([run.stage], "")  # which its lab would do
    eventually(lambda: nothing_left(before))
    with pytest.raises(Closed, match="The experiment 'alone' has ended"):
        run.context("late")


def test_in_a_closed_lab_none_begins_and_an_open_one_ends():
    lab = Lab("stretches")
    with lab.experiment("open") as run:
        cell = run.context("cell")
        lab.close()
        assert cell.closed
    assert lab._bench.stretches == []
    with pytest.raises(Closed, match="This lab is closed"):
        lab.experiment("late")


def test_its_end_is_in_the_record_before_what_the_end_closes(lab):
    with lab.experiment("ends") as run:
        left = run.context("cell").socket(zmq.SUB)
    assert left.closed
    own = [type(event) for event in lab.trace.controls() if event.actor == "cell"]
    assert own.index(kinds.Ended) < own.index(kinds.Closed)
    assert kinds.Closed not in [type(event) for event in run.events()]


def test_a_crew_leaves_the_workers_of_others_alone(lab):
    lab.crew(server, 1)
    lab.start(server, name="worker bee", endpoint=lab.endpoint("bee"))
    with lab.experiment("its own crew") as run, pytest.raises(Busy, match="worker 1 is at work in this lab already"):
        run.crew(server, 1)
    assert lab["worker 1"].alive
    lab.crew(server, 0)
    assert not lab["worker 1"].alive
    assert lab["worker bee"].alive
