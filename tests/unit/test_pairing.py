"""Which send a receive belongs to: exact where contents differ or one link exists, on real runs of 10,000 messages."""

import threading

import pytest
import zmq
from hypothesis import given
from zmqlab.live.sockets import Context
from zmqlab.picture.scene import Scene
from zmqlab.record.events import Sent
from zmqlab.record.trace import Trace

from tests.unit.test_trace import histories

COUNT = 10_000
PATTERNS = {  # who sends to whom: (sender, how many), (receiver, how many), and how a receiver begins
    "push-pull": ((zmq.PUSH, 1), (zmq.PULL, 1)),
    "pipeline to three": ((zmq.PUSH, 1), (zmq.PULL, 3)),
    "three into one": ((zmq.PUSH, 3), (zmq.PULL, 1)),
    "publish-subscribe": ((zmq.PUB, 1), (zmq.SUB, 2)),
    "pair": ((zmq.PAIR, 1), (zmq.PAIR, 1)),
    "dealer-router": ((zmq.DEALER, 2), (zmq.ROUTER, 1)),
}


def run(pattern, content):
    """Send 10,000 messages through a pattern with real sockets, and return the trace."""
    (sender_type, senders), (receiver_type, receivers) = PATTERNS[pattern]
    trace = Trace(capacity=20 * COUNT, burst=3 * COUNT)
    fan_out = receivers if sender_type == zmq.PUB else 1
    each = COUNT // senders
    expected = each * senders * fan_out
    got = [0] * receivers
    with Context(trace=trace, actor="all") as context:
        hub_type, hub_is_sender = (sender_type, True) if senders == 1 else (receiver_type, False)
        hub = context.socket(hub_type)
        hub.hwm = 0
        hub.bind(f"inproc://{pattern}")
        others = [
            context.socket(receiver_type if hub_is_sender else sender_type) for _ in range(max(senders, receivers))
        ]
        for other in others:
            other.hwm = 0
            if receiver_type == zmq.SUB:
                other.subscribe(b"")
            other.connect(f"inproc://{pattern}")
        sending, receiving = ([hub], others) if hub_is_sender else (others, [hub])

        def receive(number):
            while sum(got) < expected:
                if receiving[number].poll(50):
                    receiving[number].recv_multipart()
                    got[number] += 1

        threads = [threading.Thread(target=receive, args=(n,)) for n in range(receivers)]
        for thread in threads:
            thread.start()
        for number in range(each):
            for index, socket in enumerate(sending):
                socket.send(content(index, number))
        for thread in threads:
            thread.join(60)
        for socket in [hub, *others]:
            socket.close(0)
    return trace


@pytest.mark.parametrize("pattern", PATTERNS)
def test_messages_of_different_content_are_paired_without_an_error(pattern):
    trace = run(pattern, lambda sender, number: f"{sender} {number}".encode())
    sent_by, scene, pairs = {}, Scene(), 0
    for event in trace.events():
        scene.apply(event)
        if isinstance(event, Sent):
            sent_by[event.frames[-1]] = event
        for copy in scene.changes.landed:
            true = sent_by[event.frames[-1]]
            assert (copy.sender, copy.left) == (true.socket, true.time)
            assert not copy.inferred
            pairs += 1
    assert pairs >= COUNT * 99 // 100 * (2 if pattern == "publish-subscribe" else 1)
    assert scene.totals()["received"] == pairs
    assert scene.totals()["not delivered"] == 0


def test_messages_of_equal_content_on_one_link_are_paired_in_their_order():
    trace = run("push-pull", lambda sender, number: b"the same")
    sends = [message.time for message in trace.messages() if message.way == "sent"]
    scene, pairs = Scene(), []
    for event in trace.events():
        scene.apply(event)
        pairs += [copy.left for copy in scene.changes.landed]
    assert pairs == sends


def test_messages_of_equal_content_from_several_are_called_inferred():
    trace = run("three into one", lambda sender, number: b"the same")
    scene, inferred = Scene(), 0
    for event in trace.events():
        scene.apply(event)
        inferred += sum(copy.inferred for copy in scene.changes.landed)
    assert inferred > 0
    assert scene.totals()["received"] == COUNT // 3 * 3


@given(histories())
def test_every_receive_has_at_most_one_earlier_send_of_equal_content(events):
    scene, taken = Scene(), set()
    for event in events:
        scene.apply(event)
        for copy in scene.changes.landed:
            assert copy.number not in taken
            taken.add(copy.number)
            assert copy.left <= event.time
            assert copy.frames[-1] == event.frames[-1]
        assert len(scene.changes.landed) <= 1
