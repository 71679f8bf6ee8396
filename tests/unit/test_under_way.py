"""A thread may be held up between a call and its entry in the record: no picture may show what is half known."""

import threading
import time

import psutil
import pytest
import zmq
from zmqlab.live import sockets
from zmqlab.live.actors import Actor
from zmqlab.picture.playback import Playback
from zmqlab.record import events as kinds
from zmqlab.record import tally as tallies
from zmqlab.record import trace as traces
from zmqlab.record.tally import Tally, UnderWay
from zmqlab.record.trace import Trace, event_of
from zmqlab.recording import snapshot

from tests.unit.common import DEADLINE, begun, eventually, server


class HeldUp:
    """Holds one thread up right after libzmq has sent, or received, and before that is entered."""

    def __init__(self, monkeypatch, call):
        self.there, self.go_on = threading.Event(), threading.Event()
        self._plain, self._armed = getattr(sockets, call), True
        monkeypatch.setattr(sockets, call, self)

    def __call__(self, *args, **kwargs):
        result = self._plain(*args, **kwargs)
        if self._armed and threading.current_thread().name == "held up":
            self._armed = False
            self.there.set()
            self.go_on.wait(DEADLINE)
        return result


@pytest.fixture
def pair(trace):
    """Two linked sockets, and who runs a function in a thread that may be held up."""
    context = sockets.Context(trace=trace, actor="tester")
    one, other = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    one.bind("inproc://pair")
    other.connect("inproc://pair")
    yield one, other
    context.destroy(linger=0)


def in_thread(function):
    thread = threading.Thread(target=function, name="held up", daemon=True)
    thread.start()
    return thread


def messages(events):
    return [type(event) for event in events if isinstance(event, kinds.Message)]


def test_a_receive_is_not_taken_before_its_send_when_the_sender_is_held_up(trace, pair, monkeypatch):
    one, other = pair
    held = HeldUp(monkeypatch, "plain_send")
    thread = in_thread(lambda: one.send(b"x"))
    assert held.there.wait(DEADLINE)
    assert other.recv() == b"x"
    assert messages(trace.take(trace.complete_until())) == []
    assert messages(trace.take(trace.settle(0.001))) == []
    held.go_on.set()
    thread.join(DEADLINE)
    assert messages(trace.take(trace.settle())) == [kinds.Sent, kinds.Received]


def test_a_stretch_that_ends_waits_for_a_receiver_that_is_held_up(trace, pair, monkeypatch):
    one, other = pair
    held = HeldUp(monkeypatch, "plain_recv")
    thread = in_thread(other.recv)
    one.send(b"x")
    assert held.there.wait(DEADLINE)
    settled, moment = [], time.monotonic_ns()
    assert trace.complete_until() < moment
    waiting = threading.Thread(target=lambda: settled.append(trace.settle()))
    waiting.start()
    assert messages(trace.take(trace.complete_until())) in ([], [kinds.Sent])  # never a receive that is not entered
    held.go_on.set()
    waiting.join(DEADLINE)
    thread.join(DEADLINE)
    assert messages(trace.events()) == [kinds.Sent, kinds.Received]
    assert settled[0] >= trace.messages()[-1].began
    assert trace.complete_until() >= moment


def test_who_does_not_come_back_is_named_once_and_holds_nobody_up_for_ever(trace, pair, monkeypatch):
    for module in (tallies, traces):
        monkeypatch.setattr(module, "SILENCE", 20_000_000)
    one, _ = pair
    held = HeldUp(monkeypatch, "plain_send")
    thread = in_thread(lambda: one.send(b"x"))
    assert held.there.wait(DEADLINE)
    began = time.monotonic_ns()
    assert trace.settle() >= began
    assert trace.settle() >= began
    named = [event for event in trace.events() if isinstance(event, kinds.HeldUp)]
    assert [(event.actor, event.socket) for event in named] == [("tester", one._record.number)]
    said = [step.say for step in Playback().film(trace.events())]
    assert "tester has not been heard of for 0.02 s: what it did since may be missing here" in said
    held.go_on.set()
    thread.join(DEADLINE)


def test_a_server_that_waits_in_recv_holds_nobody_up(trace, pair):
    _, other = pair
    thread = threading.Thread(target=lambda: other.recv(), daemon=True)
    thread.start()
    eventually(lambda: [event for event in trace.events() if isinstance(event, kinds.Waits)])
    began = time.monotonic_ns()
    assert trace.complete_until() >= began
    assert other._record.under_way == 0
    pair[0].send(b"x")
    thread.join(DEADLINE)


@pytest.mark.parametrize("call", ["send", "recv", "send_multipart", "recv_multipart", "poll", "close"])
def test_after_a_call_nothing_is_under_way_however_it_ended(trace, pair, call):
    one, other = pair
    record, other_record = one._record, other._record
    for _ in range(2):
        match call:
            case "send":
                one.send(b"x")
            case "send_multipart":
                one.send_multipart([b"x", b"y"])
            case "recv" | "recv_multipart":
                with pytest.raises(zmq.Again):
                    getattr(other, call)(zmq.NOBLOCK)
            case "poll":
                other.poll(0)
            case "close":
                one.close()
                other.close()
        assert (record.under_way, other_record.under_way) == (0, 0)
    with pytest.raises((zmq.ZMQError, TypeError)):
        one.send("no bytes") if call != "close" else one.send(b"x")
    assert record.under_way == 0


def test_a_send_that_waits_for_room_is_under_way_again_when_it_tries_anew(trace, monkeypatch):
    context = sockets.Context(trace=trace, actor="tester")
    with context.socket(zmq.PUSH) as one, context.socket(zmq.PULL) as other:
        one.sndhwm = other.rcvhwm = 1
        other.bind("inproc://narrow")
        one.connect("inproc://narrow")
        one.send(b"1")
        one.send(b"2")
        thread = in_thread(lambda: one.send(b"3"))
        eventually(lambda: [event for event in trace.events() if isinstance(event, kinds.Waits)])
        assert one._record.under_way == 0
        calls, held = one._record.calls, HeldUp(monkeypatch, "plain_send")
        assert [other.recv(), other.recv()] == [b"1", b"2"]
        assert held.there.wait(DEADLINE)
        assert one._record.under_way > calls
        assert other.recv() == b"3"
        assert [event.frames for event in trace.take(trace.complete_until()) if isinstance(event, kinds.Received)] in (
            [],
            [(b"1",)],
            [(b"1",), (b"2",)],
        )
        held.go_on.set()
        thread.join(DEADLINE)
    context.term()


def test_a_call_seen_twice_with_another_number_has_come_back_in_between():
    tally, under_way = Tally("a"), UnderWay()
    tally.number = 1
    assert under_way.complete_until([tally]) > 0
    looked = time.monotonic_ns()
    tally.under_way = 1
    assert under_way.complete_until([tally]) < looked  # it may have begun right after the look before
    tally.under_way = 2
    assert under_way.complete_until([tally]) >= looked
    tally.under_way = 0
    now = time.monotonic_ns()
    assert under_way.complete_until([tally]) >= now


@pytest.mark.parametrize("kind", [kinds.Sent, kinds.Received])
def test_a_bare_entry_holds_its_class_and_its_fields_in_order(trace, pair, kind):
    one, other = pair
    one.send(b"x" * 100)
    other.recv()
    [entry] = [entry for entry in trace._arrivals if type(entry) is tuple and entry[0] is kind]
    event = event_of(entry)
    record = (one if kind is kinds.Sent else other)._record
    assert event.frames == (b"x" * 64,)
    assert event.sizes == (100,)
    assert (event.actor, event.socket, event.total) == ("tester", record.number, 1)
    assert len(entry) == 1 + len(kind._fields)
    assert 0 < event.time <= time.monotonic_ns()
    if kind is kinds.Received:
        assert 0 < event.began <= event.time


def test_a_process_tells_no_later_moment_than_its_oldest_call_under_way(trace, pair, monkeypatch):
    from zmqlab.live.processes.child import Child

    child = Child.__new__(Child)
    child._trace, told = trace, []
    child._write = lambda *lines: told.append(lines)
    child._report()
    held = HeldUp(monkeypatch, "plain_send")
    before = time.monotonic_ns()
    thread = in_thread(lambda: pair[0].send(b"x"))
    assert held.there.wait(DEADLINE)
    child._report()
    assert told[-1][-1]["until"] <= before  # not the moment of this report: the call began after the one before
    assert trace._under_way._calls[pair[0]._record.number].after <= before
    held.go_on.set()
    thread.join(DEADLINE)
    child._report()
    assert "Sent" in [line.get("event") for line in told[-1]]
    assert told[-1][-1]["until"] > before


def test_a_process_that_falls_silent_is_named_and_holds_nobody_up_for_ever(lab, monkeypatch):
    for module in (tallies, traces):
        monkeypatch.setattr(module, "SILENCE", 50_000_000)
    actor = begun(lab, server, process=True)
    eventually(lambda: actor in lab.trace._heard)
    assert lab.wait_for(lambda: [event for event in lab.trace.events() if isinstance(event, kinds.Waits)])
    psutil.Process(actor.pid).suspend()
    try:
        eventually(lambda: lab.trace.settle() and [e for e in lab.trace.events() if isinstance(e, kinds.HeldUp)])
        began = time.monotonic_ns()
        lab.trace.settle()
        assert time.monotonic_ns() >= began
        assert len([e for e in lab.trace.events() if isinstance(e, kinds.HeldUp)]) == 1
    finally:
        psutil.Process(actor.pid).resume()
    eventually(lambda: actor in lab.trace._heard)


def test_the_end_of_an_experiment_knows_what_a_thread_did_that_was_held_up(lab, monkeypatch):
    def sender(context, endpoint):
        with context.socket(zmq.PUSH) as socket:
            socket.bind(endpoint)
            socket.send(b"x")

    held = HeldUp(monkeypatch, "plain_send")
    actor = Actor(sender, {"endpoint": lab.endpoint()}, lab.trace, name="held up")
    with lab.experiment("held up") as experiment:
        actor.start()
        with lab.context().socket(zmq.PULL) as puller:
            puller.connect(lab.endpoint())
            assert puller.recv() == b"x"
        assert held.there.wait(DEADLINE)
        threading.Timer(0.05, held.go_on.set).start()
    assert messages(experiment.events()) == [kinds.Sent, kinds.Received]
    assert experiment.stage.playback.pieces["totals"].startswith("1 sent = 1 received")
    actor.stop()


def test_a_trace_alone_is_complete_at_once():
    trace = Trace()
    before = time.monotonic_ns()
    assert trace.complete_until() >= before


def test_a_picture_that_is_asked_for_waits_for_a_sender_that_is_held_up(lab, monkeypatch):
    context = lab.context("tester")
    one, other = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    one.bind("inproc://pair")
    other.connect("inproc://pair")
    held = HeldUp(monkeypatch, "plain_send")
    thread = in_thread(lambda: one.send(b"x"))
    assert other.recv() == b"x"
    assert held.there.wait(DEADLINE)
    threading.Timer(0.05, held.go_on.set).start()
    assert repr(snapshot(lab)).endswith("1 sent = 1 received")
    thread.join(DEADLINE)
