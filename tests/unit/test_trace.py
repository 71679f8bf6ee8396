"""The record: in order, exact, and what it drops is folded away, not lost."""

import time

import zmq
from hypothesis import given
from hypothesis import strategies as st
from zmqlab.picture.scene import Scene, apply
from zmqlab.record import events as kinds
from zmqlab.record.tally import Tally
from zmqlab.record.trace import Trace

from tests.soak import soak
from tests.unit.common import scene_now


def message(moment, socket=1, total=1, frames=(b"x",)):
    return kinds.Sent(moment, "a", socket, frames, tuple(map(len, frames)), total)


def test_events_stand_in_the_order_of_their_time_whenever_they_were_entered(trace):
    for moment in (5, 1, 4, 2, 3):
        trace.add(message(moment))
    trace.add(kinds.Started(0, "a", None))
    assert [event.time for event in trace.events()] == [0, 1, 2, 3, 4, 5]
    assert [event.time for event in trace.events(since=3)] == [3, 4, 5]


def test_what_is_dropped_is_the_oldest_whenever_it_was_entered():
    trace = Trace(capacity=3)
    for moment in (5, 9, 1, 4, 8, 2, 7):
        trace.add(message(moment))
        trace.take()
    kept = [event.time for event in trace.messages()]
    assert kept == [7, 8, 9][-len(kept) :]


def test_take_gives_each_event_once_and_leaves_what_is_too_recent(trace):
    for moment in (1, 2, 9):
        trace.add(message(moment))
    assert [event.time for event in trace.take(until=5)] == [1, 2]
    trace.add(message(3))
    assert [event.time for event in trace.take()] == [3, 9]
    assert trace.take() == []


def test_a_receive_that_had_to_wait_is_preceded_by_its_wait(trace):
    trace.add(kinds.Received(50_000, "a", 1, (b"x",), (1,), 1, 10_000))
    trace.add(kinds.Received(61_000, "a", 1, (b"y",), (1,), 2, 60_000))
    assert trace.events()[0] == kinds.Waits(10_000, "a", 1, "recv", short=True)
    assert len(trace.events()) == 3


def test_a_receive_after_a_poll_did_not_wait_again(trace):
    trace.add(kinds.Waits(5_000, "a", None, "poll"))
    trace.add(kinds.GoesOn(9_000, "a", None))
    trace.add(kinds.Received(50_000, "a", 1, (b"x",), (1,), 1, 10_000))
    assert [type(event) for event in trace.events()] == [kinds.Waits, kinds.GoesOn, kinds.Received]
    trace.add(kinds.Received(99_000, "a", 1, (b"y",), (1,), 2, 60_000))
    assert trace.events()[3] == kinds.Waits(60_000, "a", 1, "recv", short=True)


def test_control_events_survive_a_flood_of_a_million_messages():
    trace = Trace(capacity=1_000)
    trace.note(kinds.Bound, "a", 1, endpoint="tcp://127.0.0.1:1")
    flood = [message(time.monotonic_ns(), total=number + 1) for number in range(10_000)]
    for _ in range(100):
        for one in flood:
            trace.add(one)
        trace.take()
    trace.note(kinds.Closed, "a", 1)
    assert [type(event) for event in trace.controls()] == [kinds.Bound, kinds.Closed]
    assert len(trace.messages()) <= 1_000
    assert trace.dropped + len(trace.messages()) == 1_000_000


KINDS_OF_A_SOCKET = [kinds.Sent, kinds.Received, kinds.Waits, kinds.GoesOn, kinds.LinkUp, kinds.LinkDown]
KINDS_OF_A_SOCKET += [kinds.Subscribed, kinds.Closed]
SOCKETS = {1: "PUSH", 2: "PULL", 3: "PUB", 4: "SUB", 5: "REQ", 6: "REP"}


@st.composite
def histories(draw):
    """Random histories of six sockets: made, linked, and then anything at all."""
    events = []

    def add(kind, number, **fields):
        events.append(kind(len(events), f"actor {number}", number, **fields))

    for number, type_name in SOCKETS.items():
        add(kinds.SocketMade, number, type=type_name)
        endpoint = f"tcp://127.0.0.1:{(number + 1) // 2}"
        add(kinds.Bound if number % 2 else kinds.Connected, number, endpoint=endpoint)
    totals = dict.fromkeys([(number, kind) for number in SOCKETS for kind in (kinds.Sent, kinds.Received)], 0)
    for _ in range(draw(st.integers(0, 40))):
        number = draw(st.sampled_from(list(SOCKETS)))
        what = draw(st.sampled_from(KINDS_OF_A_SOCKET))
        if what in (kinds.Sent, kinds.Received):
            totals[number, what] += draw(st.integers(1, 3))
            frames = tuple(draw(st.lists(st.sampled_from([b"a", b"b", b""]), min_size=1, max_size=2)))
            fields = {"frames": frames, "sizes": tuple(map(len, frames)), "total": totals[number, what]}
            add(what, number, **fields, **({"began": len(events)} if what is kinds.Received else {}))
        elif what is kinds.Waits:
            add(what, number, call="recv")
        elif what is kinds.Subscribed:
            add(what, number, topic=draw(st.sampled_from([b"", b"a"])))
        elif what in (kinds.LinkUp, kinds.LinkDown):
            add(what, number, endpoint=f"tcp://127.0.0.1:{(number + 1) // 2}")
        else:
            add(what, number)
    return events


@given(histories(), st.integers(1, 20))
def test_a_checkpoint_and_what_came_after_give_the_scene_of_all(events, capacity):
    trace = Trace(capacity=capacity, fold=apply, start=Scene())
    for event in events:
        trace.add(event)
        trace.take()
    scene = trace.checkpoint
    for event in trace.events():
        apply(scene, event)
    whole = Scene()
    for event in events:
        whole.apply(event)
    assert scene == whole


@given(histories())
def test_in_every_scene_the_sum_adds_up(events):
    scene = Scene()
    for event in events:
        scene.apply(event)
        totals = scene.totals()
        assert all(number >= 0 for number in totals.values()), totals
        assert totals.pop("expected") == sum(totals.values()), (event, totals)


def test_each_tick_allows_more_messages_and_no_more_than_the_burst():
    trace = Trace(burst=10, refill=4)
    tally = Tally("a", trace.burst)
    trace.enter(tally)
    tally.sends_to_keep, tally.sent = -3, 17
    trace.tick()
    assert tally.sends_to_keep == 4
    assert trace.events()[0].sent == 17
    for _ in range(5):
        trace.tick()
    assert tally.sends_to_keep == 10
    assert len(trace.events()) == 1


def test_what_closed_sockets_leave_is_folded_away():
    trace = Trace(capacity=100, fold=apply, start=Scene())
    trace.note(kinds.Started, "a")
    lasting = Tally("a")
    trace.enter(lasting)
    trace.note(kinds.SocketMade, "a", lasting.number, type="PUB")
    for _ in range(2_000):
        tally = Tally("a")
        trace.enter(tally)
        trace.note(kinds.SocketMade, "a", tally.number, type="REQ")
        trace.note(kinds.Connected, "a", tally.number, endpoint="tcp://127.0.0.1:5")
        trace.note(kinds.Closed, "a", tally.number)
        trace.leave(tally)
        trace.take()
    assert list(trace.tallies) == [lasting.number]
    assert len(trace.controls()) <= 110
    assert [type(event) for event in trace.controls()[:2]] == [kinds.Started, kinds.SocketMade]
    scene, after = trace.everything(time.monotonic_ns())
    for event in after:
        scene.apply(event)
    assert len(scene.sockets) <= 3
    assert trace.tally(tally.number) is tally


def test_totals_that_were_only_counted_are_told_when_a_socket_closes():
    trace = Trace(burst=2)
    tally = Tally("a", trace.burst)
    trace.enter(tally)
    tally.sent, tally.sends_to_keep = 7, 0
    trace.leave(tally)
    assert [(event.sent, event.received) for event in trace.events()] == [(7, 0)]


def test_a_picture_asked_for_while_the_record_folds_is_of_one_moment(lab):
    lab.trace.capacity, lab.trace.burst = 300, 10**9

    def sink(context, endpoint):
        with context.socket(zmq.PULL) as puller:
            puller.bind(endpoint)
            while True:
                puller.recv()

    def source(context, endpoint, pause):
        with context.socket(zmq.PUSH) as pusher:
            pusher.connect(endpoint)
            while True:
                for _ in range(20):
                    pusher.send(b"x")
                pause(0.002)

    lab.start(sink)
    lab.start(source)
    assert lab.wait_for(lambda: lab.trace.dropped > 0)
    [pusher] = [tally for tally in lab.trace.tallies.values() if tally.actor == "source"]
    for _ in range(soak(20, 100)):
        before = lab.trace.settle() and pusher.sent
        scene = scene_now(lab)
        assert before - 1 <= scene.sent <= pusher.sent
        totals = scene.totals()
        assert totals.pop("expected") == sum(totals.values())


def test_who_comes_late_is_told_what_was_taken_and_the_rest_later(trace):
    trace.note(kinds.Started, "a")
    trace.add(message(1, total=1))
    trace.take(until=5)
    trace.add(message(2, total=2))
    trace.messages()  # somebody else looks
    late = time.monotonic_ns()
    assert [event.time for event in trace.taken() if event.time < late] == [1]
    assert [type(event) for event in trace.take()] == [kinds.Sent, kinds.Started]
    assert len(trace.taken()) == 3
