"""Counts after a flood: exact, whichever end was made first, over every transport."""

import threading

import pytest
import zmq
from zmqlab.live.actors import Actor
from zmqlab.live.endpoints import Endpoints
from zmqlab.live.sockets import Context
from zmqlab.picture.playback import AT_ONCE, Playback
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds
from zmqlab.record.tally import Tally
from zmqlab.record.trace import Trace
from zmqlab.recording import snapshot

from tests.unit.common import eventually

MESSAGES = 6_000
"""Three times what is kept one by one."""


def scene_of(trace):
    scene = Scene()
    for event in trace.events():
        scene.apply(event)
    return scene


def at_rest(trace):
    """Wait until all that was only counted has been told."""
    eventually(lambda: trace._ticking is None)
    return scene_of(trace)


class Flood:
    """Two ends in threads of their own; the sending end begins when the other is linked, and tells when all is there."""

    def __init__(self, sending, receiving, messages=MESSAGES):
        self.sending, self.receiving, self.messages = sending, receiving, messages
        self.all_there = threading.Event()

    def sender(self, context, endpoint):
        with context.socket(self.sending) as socket:
            socket.set_hwm(0)
            socket.bind(endpoint)
            if self.sending == zmq.XPUB:
                socket.recv()
            for _ in range(self.messages):
                socket.send(b"x")
            self.all_there.wait(20)

    def receiver(self, context, endpoint):
        with context.socket(self.receiving) as socket:
            socket.set_hwm(0)
            if self.receiving == zmq.SUB:
                socket.subscribe(b"")
            socket.connect(endpoint)
            for _ in range(self.messages):
                socket.recv()
        self.all_there.set()


@pytest.fixture
def endpoints():
    made = Endpoints("test")
    yield made
    made.close()


@pytest.fixture
def common():
    made = zmq.Context()
    yield made
    made.destroy(linger=0)


def run(flood, trace, endpoint, common, first):
    names = ("sender", "receiver") if first == "sender" else ("receiver", "sender")
    actors = []
    for name in names:
        function, given = getattr(flood, name), {"endpoint": endpoint}
        actors.append(Actor(function, given, trace, name=name, common=common).start())
    for actor in actors:
        assert actor.join(30), f"{actor.name} did not come to an end"
        assert actor.error is None
    return at_rest(trace)


@pytest.mark.parametrize("first", ["sender", "receiver"])
@pytest.mark.parametrize("transport", ["tcp", "ipc", "inproc"])
@pytest.mark.parametrize(
    ("sending", "receiving"), [(zmq.PUSH, zmq.PULL), (zmq.XPUB, zmq.SUB), (zmq.DEALER, zmq.DEALER)]
)
def test_after_a_flood_in_which_nothing_was_lost_the_sum_says_so(
    trace, endpoints, common, sending, receiving, transport, first
):
    scene = run(Flood(sending, receiving), trace, endpoints.get(transport=transport), common, first)
    assert scene.sent == MESSAGES
    assert {name: number for name, number in scene.totals().items() if number} == {
        "expected": MESSAGES,
        "received": MESSAGES,
    }


@pytest.mark.parametrize("first", ["sender", "receiver"])
def test_after_a_flood_of_requests_and_replies_the_sum_says_so(trace, endpoints, first):
    def server(context, endpoint):
        with context.socket(zmq.REP) as socket:
            socket.bind(endpoint)
            while True:
                socket.send(socket.recv())

    def client(context, endpoint):
        with context.socket(zmq.REQ) as socket:
            socket.connect(endpoint)
            for _ in range(2_500):
                socket.send(b"x")
                socket.recv()

    functions = [server, client] if first == "receiver" else [client, server]
    actors = {
        function.__name__: Actor(function, {"endpoint": endpoints.get()}, trace).start() for function in functions
    }
    assert actors["client"].join(30)
    actors["server"].stop()
    scene = at_rest(trace)
    assert scene.sent == 5_000
    assert {name: number for name, number in scene.totals().items() if number} == {"expected": 5_000, "received": 5_000}


def test_a_flood_against_a_full_queue_is_counted_exactly(trace, common):
    def reader(context):
        with context.socket(zmq.PULL) as socket:
            socket.rcvhwm = 1
            socket.bind("inproc://narrow")
            for _ in range(MESSAGES):
                socket.recv()

    def writer(context):
        with context.socket(zmq.PUSH) as socket:
            socket.sndhwm = 1
            socket.connect("inproc://narrow")
            for _ in range(MESSAGES):
                socket.send(b"x")

    actors = [Actor(function, {}, trace, common=common).start() for function in (reader, writer)]
    for actor in actors:
        assert actor.join(60)
    scene = at_rest(trace)
    assert (scene.sent, scene.received, scene.ledger.unseen, scene.ledger.not_delivered) == (MESSAGES, MESSAGES, 0, 0)


def test_what_is_lost_in_a_flood_is_said_to_be_not_seen_and_nothing_else(trace, endpoints):
    """A publisher drops what a slow subscriber's queue has no room for. Who counts only cannot know which."""
    done = threading.Event()

    def publisher(context, endpoint):
        with context.socket(zmq.XPUB) as socket:
            socket.sndhwm = 10
            socket.bind(endpoint)
            socket.recv()
            for _ in range(20_000):
                socket.send(bytes(1_000))
            done.set()
            socket.poll(20_000)

    def subscriber(context, endpoint):
        with context.socket(zmq.SUB) as socket:
            socket.rcvhwm = 10
            socket.subscribe(b"")
            socket.connect(endpoint)
            socket.recv()
            done.wait(20)
            while socket.poll(100):
                socket.recv()

    endpoint = {"endpoint": endpoints.get()}
    actors = [Actor(function, endpoint, trace).start() for function in (publisher, subscriber)]
    assert actors[1].join(30)
    actors[0].stop()
    scene = at_rest(trace)
    received = trace.tally(next(n for n, s in scene.sockets.items() if s.type == "SUB")).received
    totals = scene.totals()
    assert scene.sent == totals["expected"] == 20_000
    assert totals["received"] == received < 20_000
    assert totals["not delivered"] + totals["counted only"] == 20_000 - received


def counted(moment, socket, sent=0, received=0):
    return kinds.Counted(moment, f"a{socket}", socket, sent, received)


def linked(bound, connected):
    """A socket of one type, number 1, and one of another, number 2, linked."""
    scene = Scene()
    for event in (
        kinds.SocketMade(1, "a1", 1, bound),
        kinds.Bound(2, "a1", 1, "tcp://127.0.0.1:5"),
        kinds.SocketMade(3, "a2", 2, connected),
        kinds.Connected(4, "a2", 2, "tcp://127.0.0.1:5"),
        kinds.LinkUp(5, "a2", 2, "tcp://127.0.0.1:5"),
    ):
        scene.apply(event)
    return scene


def sent(moment, total):
    return kinds.Sent(moment, "a1", 1, (b"x",), (1,), total)


def received(moment, total):
    return kinds.Received(moment, "a2", 2, (b"x",), (1,), total, moment)


@pytest.mark.parametrize(
    "story",
    [
        [sent(10, 1), counted(20, 1, sent=9), counted(20, 2, received=9)],
        [counted(9, 1), counted(20, 2, received=9), counted(21, 1, sent=9)],  # the receiver first
        [
            counted(9, 1),
            received(10, 1),
            received(11, 2),
            counted(20, 1, sent=9),
            counted(20, 2, received=9),
        ],  # sends only counted
        [sent(10, 1), sent(11, 2), counted(20, 1, sent=2), counted(20, 2, received=2)],  # receives only counted
        [counted(20, 1, sent=3), sent(21, 3), received(22, 3)],  # counted, then seen after all
        [counted(20, 1, sent=3), counted(20, 2, received=3), sent(21, 3), received(22, 3)],
        [counted(20, 1, sent=4), counted(30, 1, sent=3), counted(30, 2, received=3)],  # one was taken back
        # read between two tries of a send
        [
            sent(10, 1),
            sent(11, 2),
            counted(12, 1, sent=1),
            sent(13, 3),
            counted(20, 1, sent=3),
            counted(20, 2, received=3),
        ],
        [sent(9, 1), counted(10, 1, sent=5), sent(20, 6), counted(30, 2, received=4), received(40, 5), received(50, 6)],
    ],
)
def test_however_sends_and_receives_were_counted_the_sum_comes_right(story):
    scene = linked("PUSH", "PULL")
    for event in story:
        scene.apply(event)
        totals = scene.totals()
        assert totals.pop("expected") == sum(totals.values())
        assert all(number >= 0 for number in totals.values())
    number = scene.sockets[1].sent
    assert scene.sockets[2].received == number
    assert {name: many for name, many in scene.totals().items() if many} == {"expected": number, "received": number}
    assert scene.sent == number


@pytest.mark.parametrize("asks_first", [True, False], ids=["the next request is told first", "the reply is told first"])
def test_a_reply_of_a_flood_whose_receive_is_only_counted_is_not_lost(asks_first):
    scene = linked("REP", "REQ")
    asks = [kinds.Sent(20, "a2", 2, (b"again",), (5,), 2)]
    replies = [kinds.Sent(30, "a1", 1, (b"yes",), (3,), 1)]
    for event in (
        counted(6, 2),  # from here on, its receives may be told as numbers
        kinds.Sent(7, "a2", 2, (b"once",), (4,), 1),
        kinds.Received(8, "a1", 1, (b"once",), (4,), 1, 8),
        *(asks + replies if asks_first else replies + asks),
    ):
        scene.apply(event)
    assert scene.ledger.not_delivered == 0
    scene.apply(counted(40, 2, sent=2, received=1))
    assert {name: many for name, many in scene.totals().items() if many} == {"expected": 3, "received": 2, "waiting": 1}


def test_totals_are_read_of_receivers_first_and_told_of_senders_first():
    trace = Trace(burst=1)
    receiver, sender = Tally("receiver", 1), Tally("sender", 1)
    for tally in (receiver, sender):
        trace.enter(tally)
        tally.refill(-5)
    receiver.received, sender.sent = 5, 7
    receiver.receives_to_keep = sender.sends_to_keep = 0
    trace.tick()
    assert [(event.actor, event.sent, event.received) for event in trace.events()] == [
        ("sender", 7, 0),
        ("receiver", 0, 5),
    ]


def test_whose_allowance_is_spent_says_so_before_the_first_message_that_is_only_counted():
    trace = Trace(burst=3)
    context = Context(trace=trace, actor="tester")
    with context.socket(zmq.PUSH) as one, context.socket(zmq.PULL) as other:
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        for _ in range(3):
            one.send(b"x")
            other.recv()
        counts = [event for event in trace.events() if isinstance(event, kinds.Counted)]
        assert [(event.socket, event.sent, event.received) for event in counts] == [
            (one._record.number, 3, 0),
            (other._record.number, 0, 3),
        ]
        one.send_multipart([b"x", b"y"])
        assert other.recv_multipart() == [b"x", b"y"]
        assert len(trace.messages()) == 6
    context.term()


def test_a_stretch_that_ends_with_a_flood_knows_all_of_it(lab):
    flood = Flood(zmq.PUSH, zmq.PULL)
    with lab.experiment("a flood") as experiment:
        lab.start(flood.receiver)
        lab.start(flood.sender)
        assert flood.all_there.wait(30)
    totals = {name: number for name, number in experiment.stage.playback.scene.totals().items() if number}
    assert totals == {"expected": MESSAGES, "received": MESSAGES}
    counted = [event for event in experiment.events() if isinstance(event, kinds.Counted)]
    assert max(event.received for event in counted) == MESSAGES
    assert f"{MESSAGES:,} sent = {MESSAGES:,} received" in repr(snapshot(lab))


LINK = kinds.LinkUp(3_000_000_000, "reader", 2, "tcp://127.0.0.1:5000", "", "")


def a_flood(seconds, rate=3_000):
    """One who sends what nobody reads, and pauses in between, as the record tells it."""
    events = [
        kinds.Started(0, "sender", None),
        kinds.SocketMade(1, "sender", 1, "PUSH"),
        kinds.Bound(2, "sender", 1, "tcp://127.0.0.1:5000"),
        kinds.Started(3, "reader", None),
        kinds.SocketMade(4, "reader", 2, "PULL"),
        kinds.Connected(6, "reader", 2, "tcp://127.0.0.1:5000"),
    ]
    for number in range(1, seconds * rate + 1):
        moment = 1_000 + number * 1_000_000_000 // rate
        events.append(kinds.Sent(moment, "sender", 1, (b"x",), (1,), number))
        if number % (rate // 20) == 0:
            events += [kinds.Pauses(moment + 1, name, None, 0.05) for name in ("sender", "reader")]
    return events


@pytest.mark.parametrize("looks_a_second", [1, 20])
def test_a_flood_takes_few_pictures_however_many_messages_wait(monkeypatch, looks_a_second):
    playback, drawn = Playback(), []
    draw = Playback._draw
    monkeypatch.setattr(
        Playback, "_draw", lambda self, *rates: drawn.append(len(self.scene.pending)) or draw(self, *rates)
    )
    events, length = a_flood(2), 1_000_000_000 // looks_a_second
    for until in range(length, 2_100_000_000, length):
        look = [event for event in events if until - length <= event.time < until]
        playback.tell(look, until)
    assert len(playback.scene.pending) > 5_000
    assert sum(waiting > 1_000 for waiting in drawn) <= 2 * looks_a_second + 5, "no more than one a look, and some"
    assert len(drawn) < 500


@pytest.mark.parametrize(("number", "flies"), [(AT_ONCE, AT_ONCE), (1_000, 0)])
def test_what_has_waited_for_a_link_flies_unless_it_is_too_much(number, flies):
    playback, events = Playback(), a_flood(1, number)
    for event in [*events, kinds.Waits(2_900_000_000, "reader", 2, "recv")]:
        playback.unhurried(event)
    playback.caught_up()
    put = [name for step in playback.tell([LINK], LINK.time + 1) for name in step.put if name.startswith("pills/")]
    assert len(put) == flies
    assert playback.scene.waiting_at(playback.scene.sockets[2]) == number - flies
    later = LINK.time + 10_000_000_000
    assert len(playback.tell([], later)) <= flies + 1
    assert playback.scene.waiting_at(playback.scene.sockets[2]) == number


def test_what_is_kept_of_a_flood_is_no_more_than_somebody_takes():
    trace = Trace(burst=10, refill=4)
    tally = Tally("sender", burst=10)
    trace.enter(tally)
    tally.sends_to_keep = 0
    for moment in range(10):
        trace.append(kinds.Pauses(moment, "sender", None, 0.05))
    trace.tick()
    assert tally.sends_to_keep == 0, "ten wait to be taken"
    trace.take()
    trace.tick()
    assert tally.sends_to_keep == 4
