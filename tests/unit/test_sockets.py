"""Recorded sockets: pyzmq's own underneath, one event a message, one user at a time."""

import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
import zmq
from zmqlab.live.sockets import PATIENCE, Context, Socket, SocketInUse
from zmqlab.record import events as kinds
from zmqlab.record.trace import Trace

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def context(trace):
    made = Context(trace=trace, actor="tester")
    yield made
    made.destroy(linger=0)


@pytest.fixture
def pair(context):
    one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    one.bind("inproc://pair")
    other.connect("inproc://pair")
    return one, other


def test_a_socket_is_pyzmqs_own(context):
    with context.socket(zmq.REQ) as socket:
        assert isinstance(socket, zmq.Socket)
        assert isinstance(context, zmq.Context)
        assert socket.type == zmq.REQ
        socket.linger = 7
        assert socket.linger == socket.get(zmq.LINGER) == 7
        socket.setsockopt_string(zmq.IDENTITY, "me")
        assert socket.getsockopt(zmq.IDENTITY) == b"me"
    assert socket.closed


def test_who_only_subscribes_does_not_linger_and_others_do_for_half_a_second(context):
    lingers = {kind: context.socket(kind).linger for kind in (zmq.SUB, zmq.XSUB, zmq.PUB, zmq.REQ)}
    assert lingers == {zmq.SUB: 0, zmq.XSUB: 0, zmq.PUB: 500, zmq.REQ: 500}
    context.linger = 9
    assert context.socket(zmq.SUB).linger == 9


def test_a_publisher_that_waits_instead_of_dropping_says_so(trace, context):
    with context.socket(zmq.XPUB) as publisher:
        publisher.xpub_nodrop = 1
        publisher.setsockopt(zmq.XPUB_NODROP, 0)
    assert [event.on for event in trace.events() if isinstance(event, kinds.NoDrop)] == [True, False]


def test_a_message_of_several_frames_is_one_event_however_it_is_sent(trace, pair):
    one, other = pair
    one.send_multipart([b"a", b"b"])
    one.send(b"c", zmq.SNDMORE)
    one.send(b"d")
    one.send_string("é")
    one.send_json(1)
    one.send_multipart([b"e"], flags=zmq.SNDMORE)
    one.send(b"f")
    assert other.recv_multipart() == [b"a", b"b"]
    assert other.recv() == b"c"
    assert other.rcvmore
    assert other.recv() == b"d"
    assert other.recv_string() == "é"
    assert other.recv_json() == 1
    buffer = bytearray(1)
    assert other.recv_into(buffer) == 1
    assert other.recv_into(buffer) == 1
    frames = [(message.way, message.frames) for message in trace.messages()]
    sent = [(b"a", b"b"), (b"c", b"d"), ("é".encode(),), (b"1",), (b"e", b"f")]
    assert [f for way, f in frames if way == "sent"] == sent
    assert [f for way, f in frames if way == "received"] == sent


def test_a_long_frame_is_cut_to_a_preview_and_its_size_is_exact(trace, pair):
    one, other = pair
    one.send_multipart([b"x" * 100_000, memoryview(b"y" * 70), zmq.Frame(b"")])
    other.recv_multipart(copy=False)
    for message in trace.messages():
        assert message.sizes == (100_000, 70, 0)
        assert [len(frame) for frame in message.frames] == [64, 64, 0]


def test_counters_are_exact_where_events_are_thinned_out(monkeypatch):
    trace = Trace(burst=10)
    # This test alone ticks: beside it, a busy machine would have time for more.
    monkeypatch.setattr(trace, "keep_ticking", lambda: None)
    with Context(trace=trace) as context:
        one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        for number in range(900):
            one.send(b"12345")
            if number % 3 == 0:
                one.send_multipart([b"ab", b"c"])
        for _ in range(1200):
            other.recv_multipart()
        sender, receiver = one._record, other._record
        assert (sender.sent, sender.sent_bytes) == (1200, 900 * 5 + 300 * 3)
        assert (receiver.received, receiver.received_bytes) == (1200, 900 * 5 + 300 * 3)
        assert len(trace.messages()) == 20
        trace.tick()
        [*_, count_of_sender, count_of_receiver] = trace.events()
        assert (count_of_sender.sent, count_of_receiver.received) == (1200, 1200)
        one.send(b"12345")
        assert trace.messages()[-1].total == 1201  # after a tick some more are kept one by one
        one.close(0)
        other.close(0)


def test_single_frames_received_one_by_one_are_counted_as_whole_messages_in_a_flood():
    trace = Trace(burst=0)
    with Context(trace=trace) as context:
        one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        one.send_multipart([b"a", b"b", b"c"])
        one.send(b"d")
        for _ in range(4):
            other.recv()
        assert other._record.received == 2
        one.close(0)
        other.close(0)


def test_time_outs_are_those_that_the_user_sets(pair):
    _, other = pair
    assert other.rcvtimeo == -1
    other.rcvtimeo = 30
    assert other.rcvtimeo == other.getsockopt(zmq.RCVTIMEO) == 30
    with pytest.raises(zmq.Again):
        other.recv()
    with pytest.raises(zmq.Again):
        other.recv(zmq.NOBLOCK)
    other.rcvtimeo = 0
    with pytest.raises(zmq.Again):
        other.recv_multipart()


def test_a_time_out_holds_for_all_of_a_wait_also_where_what_came_was_nothing(monkeypatch, pair):
    _, other = pair
    limits, moment = [], time.monotonic_ns()

    def wakes_twice_in_vain(_sockets, _inbox, limit):
        limits.append(limit)
        return len(limits) < 3

    other.rcvtimeo = 60_000
    monkeypatch.setattr("zmqlab.live.sockets.wait_for", wakes_twice_in_vain)
    monkeypatch.setattr("zmqlab.live.sockets.now", lambda: moment + len(limits) * 20_000_000_000)
    with pytest.raises(zmq.Again):
        other.recv()
    assert limits == [60_000 - PATIENCE, 40_000 - PATIENCE, 20_000 - PATIENCE]


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "plain"])
def test_a_late_reply_wakes_who_may_ask_again_and_there_is_nothing_to_receive(trace, recorded):
    """Why lesson 01 sets a time-out where it could poll. Our sockets do as pyzmq's own."""
    made = Context(trace=trace, actor="tester") if recorded else zmq.Context()
    with made as context, context.socket(zmq.REP) as replier, context.socket(zmq.REQ) as requester:
        port = replier.bind_to_random_port("tcp://127.0.0.1")
        requester.req_relaxed = requester.req_correlate = True
        requester.linger = 0
        requester.connect(f"tcp://127.0.0.1:{port}")
        for question in (b"old", b"new"):
            requester.send(question)
        assert replier.recv() == b"old"
        replier.send(b"too late")
        assert requester.poll(10_000)
        with pytest.raises(zmq.Again):
            requester.recv(zmq.NOBLOCK)


def test_a_shadow_of_a_socket_waits_as_long_as_the_user_said(pair):
    one, other = pair
    shadow = zmq.Socket.shadow(other.underlying)
    assert shadow.rcvtimeo == -1
    one.send(b"x")
    assert shadow.recv() == b"x"
    one.send(b"y")
    assert other.recv() == b"y"


def test_what_zeromq_refuses_raises_as_in_pyzmq_and_is_recorded(trace, context):
    requester = context.socket(zmq.REQ)
    requester.connect("inproc://nobody")
    requester.send(b"one")
    with pytest.raises(zmq.ZMQError) as refusal:
        requester.send(b"two")
    assert refusal.value.errno == zmq.EFSM
    [event] = [event for event in trace.controls() if isinstance(event, kinds.Refused)]
    assert event.error == "EFSM"
    assert requester._record.sent == 1
    with pytest.raises(TypeError, match="send_string"):
        requester.send("text")
    with pytest.raises(TypeError, match="buffer"):
        requester.send_multipart([b"a", "text"])


def test_a_send_that_fails_is_not_counted(context):
    pusher = context.socket(zmq.PUSH)
    pusher.bind("inproc://nobody-connects")
    with pytest.raises(zmq.Again):
        pusher.send(b"x", zmq.NOBLOCK)
    pusher.sndtimeo = 10
    with pytest.raises(zmq.Again):
        pusher.send_multipart([b"x", b"y"])
    assert (pusher._record.sent, pusher._record.sent_bytes) == (0, 0)


def test_a_socket_may_be_handed_to_another_thread_between_messages(pair):
    one, other = pair
    one.send(b"from the first")
    problems = []

    def work():
        try:
            one.send_multipart([b"from", b"the second"])
        except Exception as problem:  # the test must see any problem of the thread
            problems.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    one.send(b"from the first again")
    assert problems == []
    assert [other.recv_multipart() for _ in range(3)] == [
        [b"from the first"],
        [b"from", b"the second"],
        [b"from the first again"],
    ]


def test_nobody_comes_between_the_frames_of_a_message(pair):
    one, other = pair
    one.send(b"first frame", zmq.SNDMORE)
    refused = []

    def intrude():
        try:
            one.send(b"intruder")
        except SocketInUse as refusal:
            refused.append(str(refusal))

    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join()
    one.send(b"last frame")
    assert "a socket of its own" in refused[0]
    assert "in the middle of a message" in refused[0]
    assert "would have" not in refused[0], "what plain pyzmq does here is luck"
    assert other.recv_multipart() == [b"first frame", b"last frame"]


HAMMER = """
    import sys, threading
    sys.path.insert(0, sys.argv[1])
    import zmq
    from zmqlab.live.sockets import Context, SocketInUse
    from zmqlab.record.trace import Trace

    context = Context(trace=Trace())
    pusher, puller = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    pusher.bind("inproc://hammer")
    puller.connect("inproc://hammer")
    refusals, torn, enough = [], [], threading.Event()

    def hammer(number):
        mine = str(number).encode()
        while not enough.is_set():
            try:
                pusher.send_multipart([mine, mine, mine])
            except SocketInUse as refusal:
                refusals.append(refusal)

    def drain():
        while not enough.is_set() or puller.poll(50):
            if puller.poll(50):
                frames = puller.recv_multipart()
                if len(set(frames)) != 1 or len(frames) != 3:
                    torn.append(frames)

    threads = [threading.Thread(target=hammer, args=(n,), daemon=True) for n in range(8)]
    reader = threading.Thread(target=drain)
    for thread in [*threads, reader]:
        thread.start()
    enough.wait(0.3)
    enough.set()
    for thread in [*threads, reader]:
        thread.join(10)
    assert refusals, "no thread ever came second: the test proves nothing"
    assert not torn, torn[:3]
    assert pusher._record.sent == puller._record.received
    print("sent", pusher._record.sent, "refused", len(refusals))
"""


def test_eight_threads_on_one_socket_neither_abort_the_process_nor_tear_a_message():
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(HAMMER), str(NOTEBOOKS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(20)
    ]
    results = [(run.communicate(timeout=60), run.returncode) for run in runs]
    assert [status for _, status in results] == [0] * 20, results
    assert all(output.startswith("sent") for (output, _), _ in results)


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_no_message_arrives_before_it_left(transport):
    count = 10_000
    trace = Trace(capacity=10 * count, burst=count)
    with Context(trace=trace) as context:
        puller = context.socket(zmq.PULL)
        puller.bind("inproc://order" if transport == "inproc" else "tcp://127.0.0.1:*")
        address = puller.last_endpoint.decode()

        def push():
            with context.socket(zmq.PUSH) as pusher:
                pusher.connect(address)
                for number in range(count):
                    pusher.send(str(number).encode())

        thread = threading.Thread(target=push)
        thread.start()
        for number in range(count):
            assert puller.recv() == str(number).encode()
        thread.join()
        puller.close()
        seen = set()
        messages = trace.messages()
        assert len(messages) == 2 * count
        for message in messages:
            if message.way == "sent":
                seen.add(message.frames)
            else:
                assert message.frames in seen, "received before it was sent"


def test_the_links_of_a_socket_come_and_go_in_the_record(trace, links):
    with Context(trace=trace, link_watch=links) as context:
        requester = context.socket(zmq.REQ)
        requester.connect("tcp://127.0.0.1:9")  # nobody is there, and connect() succeeds
        with Context(trace=trace) as other:
            replier = other.socket(zmq.REP)
            port = replier.bind_to_random_port("tcp://127.0.0.1")
            requester.connect(f"tcp://127.0.0.1:{port}")
            _kind(trace, kinds.LinkUp, port)
            replier.close()
        _kind(trace, kinds.LinkDown, port)
        requester.close(0)


def _kind(trace, kind, port):
    from tests.unit.common import eventually

    def happened():
        return [e for e in trace.controls() if isinstance(e, kind) and e.endpoint.endswith(f":{port}")]

    eventually(happened)
    assert not [e for e in trace.controls() if isinstance(e, kind) and e.endpoint.endswith(":9")]


def test_a_context_can_be_destroyed_while_its_links_are_watched(trace, links):
    for _ in range(20):
        with Context(trace=trace, link_watch=links) as context:
            socket = context.socket(zmq.DEALER)
            socket.connect("tcp://127.0.0.1:9")
            socket.linger = 0


def test_every_message_carries_who_when_and_how_many(trace, pair):
    one, other = pair
    one.send(b"x")
    other.recv()
    sent, received = trace.messages()
    assert isinstance(sent, kinds.Sent)
    assert (sent.actor, sent.way, sent.total) == ("tester", "sent", 1)
    assert (received.way, received.total) == ("received", 1)
    assert sent.time <= received.began <= received.time
    assert sent.socket != received.socket


def test_a_socket_of_ours_in_plain_pyzmqs_hands_is_one_of_its_own(context):
    socket = context.socket(zmq.PUB)
    assert isinstance(socket, Socket)
    monitor = socket.get_monitor_socket()
    socket.bind("tcp://127.0.0.1:*")
    assert monitor.poll(5000)
    socket.disable_monitor()
    socket.close(0)


def test_a_name_of_inproc_says_whose_context_it_means(trace):
    common, contexts = zmq.Context(), []
    for name, shadow in (("one", {}), ("two", {}), ("three", {"shadow": common}), ("four", {"shadow": common})):
        contexts.append(Context(trace=trace, actor=name, **shadow))
        contexts[-1].socket(zmq.PAIR).connect("inproc://table")
    homes = [event.home for event in trace.controls() if isinstance(event, kinds.Connected)]
    assert homes == ["one", "two", "in common", "in common"]
    for context in [*contexts, common]:
        context.destroy(linger=0)
