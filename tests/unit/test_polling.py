"""zmq.Poller, zmq.select, Socket.poll and zmq.proxy: recorded, and the same as pyzmq's own."""

import threading

import pytest
import zmq
from zmqlab.live import polling
from zmqlab.live.sockets import Context, SocketInUse
from zmqlab.record.events import Waits

from tests.unit.common import eventually


@pytest.fixture(params=["recorded", "plain"])
def any_context(request, trace):
    """Tests with this run twice: with our contexts, and with pyzmq's own, with which ours must agree."""
    made = Context(trace=trace) if request.param == "recorded" else zmq.Context()
    yield made
    made.destroy(linger=0)


def linked(context, name, one_type=zmq.PAIR, other_type=zmq.PAIR):
    one, other = context.socket(one_type), context.socket(other_type)
    one.bind(f"inproc://{name}")
    other.connect(f"inproc://{name}")
    return one, other


def test_the_three_ways_to_poll_agree(any_context):
    one, other = linked(any_context, "a")
    third, _fourth = linked(any_context, "b")
    poller = zmq.Poller()
    poller.register(other, zmq.POLLIN)
    poller.register(third, zmq.POLLIN | zmq.POLLOUT)
    assert dict(poller.poll(0)) == {third: zmq.POLLOUT}
    assert other.poll(0) == 0
    assert other.poll(20) == 0
    one.send(b"x")
    eventually(lambda: other.poll(0))
    assert dict(poller.poll()) == {other: zmq.POLLIN, third: zmq.POLLOUT}
    assert other.poll(1000) == zmq.POLLIN
    assert zmq.select([other], [third], [], timeout=1) == ([other], [third], [])
    poller.modify(third, zmq.POLLIN)
    assert poller.poll(10) == [(other, zmq.POLLIN)]
    poller.unregister(other)
    assert poller.poll(10.5) == []


def test_a_plain_descriptor_can_be_polled_beside_a_socket(any_context):
    import socket

    _one, other = linked(any_context, "a")
    near, far = socket.socketpair()
    poller = zmq.Poller()
    poller.register(other, zmq.POLLIN)
    poller.register(near, zmq.POLLIN)
    assert poller.poll(10) == []
    far.send(b"!")
    assert poller.poll(1000) == [(near.fileno(), zmq.POLLIN)]
    near.close()
    far.close()


def proxied(context, capture=None, hwm=1000):
    """Run `zmq.proxy` between a ROUTER and a DEALER in a thread; its sockets are its own. Returns the thread."""
    ready, ended = threading.Event(), []

    def work():
        frontend, backend = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
        frontend.hwm = backend.hwm = hwm
        frontend.bind("inproc://front")
        backend.bind("inproc://back")
        ear = context.socket(zmq.PUSH) if capture else None
        if ear:
            ear.connect(capture)
        ready.set()
        try:
            zmq.proxy(frontend, backend, ear)
        except zmq.ContextTerminated as end:
            ended.append(end)
        for socket in (frontend, backend, ear):
            if socket:
                socket.close(0)

    thread = threading.Thread(target=work, daemon=True)
    thread.ended = ended
    thread.start()
    assert ready.wait(5)
    return thread


def test_a_proxy_hands_on_both_ways_with_a_copy_to_its_capture_and_ends_with_its_context(any_context):
    ear = any_context.socket(zmq.PULL)
    ear.bind("inproc://ear")
    thread = proxied(any_context, "inproc://ear")
    asker, answerer = any_context.socket(zmq.REQ), any_context.socket(zmq.REP)
    asker.connect("inproc://front")
    answerer.connect("inproc://back")
    for number in range(50):
        asker.send_multipart([b"question", str(number).encode()])
        assert answerer.recv_multipart() == [b"question", str(number).encode()]
        answerer.send(b"answer")
        assert asker.recv() == b"answer"
    captured = [ear.recv_multipart()[2:] for _ in range(100)]
    assert captured[:2] == [[b"question", b"0"], [b"answer"]]
    for socket in (asker, answerer, ear):
        socket.close(0)
    any_context.term()
    thread.join(5)
    assert not thread.is_alive()
    assert len(thread.ended) == 1


def test_a_proxy_whose_one_way_is_full_goes_on_the_other_way(trace):
    """Had it read what it cannot hand on, it would wait for room, and hand on nothing at all.

    Ours alone: libzmq 4.3.5 reads up to 1000 messages after one look at the room (`proxy_burst_size`), and so
    its own proxy sometimes does wait here.
    """
    context = Context(trace=trace)
    thread = proxied(context, hwm=1)
    asker, worker = context.socket(zmq.DEALER), context.socket(zmq.DEALER)
    asker.routing_id = b"asker"
    asker.sndhwm = worker.rcvhwm = 1
    asker.connect("inproc://front")
    worker.connect("inproc://back")
    sent = 0
    while asker.poll(100, zmq.POLLOUT):
        asker.send(b"request")
        sent += 1
        assert sent < 100, "the proxy swallows everything"
    worker.send_multipart([b"asker", b"reply"])
    assert asker.poll(5000)
    assert asker.recv() == b"reply"
    for _ in range(sent):
        assert worker.recv_multipart() == [b"asker", b"request"]
    asker.close(0)
    worker.close(0)
    context.term()
    thread.join(5)
    assert not thread.is_alive()


def test_what_passes_a_proxy_and_what_waits_is_recorded(trace):
    context = Context(trace=trace, actor="all")
    thread = proxied(context)
    asker, answerer = context.socket(zmq.REQ), context.socket(zmq.REP)
    asker.connect("inproc://front")
    answerer.connect("inproc://back")
    asker.send(b"question")
    answerer.recv()
    eventually(lambda: len([m for m in trace.messages() if b"question" in m.frames]) == 4)  # sent, in, out, received
    eventually(lambda: [e for e in trace.events() if isinstance(e, Waits) and e.call == "poll"])
    asker.close(0)
    answerer.close(0)
    context.term()
    thread.join(5)
    assert not thread.is_alive()


def test_polling_a_socket_that_another_thread_uses_is_refused(trace):
    context = Context(trace=trace)
    puller = context.socket(zmq.PULL)
    puller.bind("inproc://x")
    thread = threading.Thread(target=lambda: puller.poll(2000), daemon=True)
    thread.start()
    eventually(lambda: [e for e in trace.events() if isinstance(e, Waits)])
    with pytest.raises(SocketInUse):
        puller.poll(0)
    pusher = context.socket(zmq.PUSH)
    pusher.connect("inproc://x")
    pusher.send(b"wake up")
    thread.join(5)
    context.destroy(linger=0)


def test_polling_without_a_recorded_socket_is_pyzmqs_own(monkeypatch):
    calls = []
    monkeypatch.setattr(polling, "plain_poll", lambda *call: calls.append(call) or [])
    with zmq.Context() as context, context.socket(zmq.PULL) as puller:
        puller.poll(7)
    assert calls == [([(puller, zmq.POLLIN)], 7)]
