"""zmq.proxy_steerable, zmq.device and monitored_queue: recorded, and the same as the original."""

import struct
import threading

import pytest
import zmq
import zmq.devices
from zmqlab.live.proxies import ANSWERS_ALL, PAUSE, RESUME
from zmqlab.live.sockets import Context

from tests.unit.common import DEADLINE, begun, eventually


@pytest.fixture(params=["recorded", "plain"])
def any_context(request, trace):
    """Tests with this run twice: with our contexts, and with pyzmq's own, with which ours must agree."""
    made = Context(trace=trace) if request.param == "recorded" else zmq.Context()
    yield made
    made.destroy(linger=0)


class Between:
    """A proxy in a thread, between a sender at one end and a receiver at the other."""

    def __init__(self, context, run, control=None, types=(zmq.PULL, zmq.PUSH), third=None):
        self.context, self.results, self.ready = context, [], threading.Event()
        self._given = run, control, types, third
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()
        assert self.ready.wait(DEADLINE)

    def _work(self):
        run, control, types, third = self._given
        sockets = [
            self.context.socket(kind) for kind in (*types, *(kind for kind in (third, control) if kind is not None))
        ]
        for socket, name in zip(sockets, ("front", "back", "third" if third else "control", "control"), strict=False):
            socket.bind(f"inproc://{name}")
        self.ready.set()
        try:
            self.results.append(run(*sockets))
        except zmq.ZMQError as error:
            self.results.append(error)
        for socket in sockets:
            socket.close(0)

    def end(self):
        """Return what the proxy returned or raised."""
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()
        return self.results[0]


def connected(context, kind, name):
    socket = context.socket(kind)
    socket.connect(f"inproc://{name}")
    return socket


def steerable(frontend, backend, control):
    return zmq.proxy_steerable(frontend, backend, None, control)


def told(boss, *command):
    boss.send_multipart(command)
    assert boss.poll(1000 * DEADLINE)
    return boss.recv_multipart()


@pytest.mark.parametrize(("control", "boss"), [(zmq.REP, zmq.REQ), (zmq.PAIR, zmq.PAIR)], ids=["REP", "PAIR"])
def test_a_steerable_proxy_tells_its_statistics_and_terminates(any_context, control, boss):
    if control == zmq.PAIR and not ANSWERS_ALL:
        pytest.skip("this libzmq answers a REP only")
    between = Between(any_context, steerable, control)
    sender, receiver = connected(any_context, zmq.PUSH, "front"), connected(any_context, zmq.PULL, "back")
    boss = connected(any_context, boss, "control")
    assert [struct.unpack("=Q", frame)[0] for frame in told(boss, b"STATISTICS")] == [0] * 8
    for frames in ([b"abc", b"de"], [b"", b"x"], [b"f"]):
        sender.send_multipart(frames)
        assert receiver.recv_multipart() == frames
    counted = eventually(
        lambda: (values := [struct.unpack("=Q", frame)[0] for frame in told(boss, b"STATISTICS")])[0] == 5 and values
    )
    assert counted == [5, 7, 0, 0, 0, 0, 5, 7]
    for nothing in (b"", b"pause", b"NONSENSE", RESUME, b"TERMINATE "):
        assert told(boss, nothing) == [b""]
    sender.send(b"still at work")
    assert receiver.recv() == b"still at work"
    assert told(boss, b"TERMINATE") == [b""]
    assert between.end() == 0


def test_both_ways_are_counted_apart(any_context):
    between = Between(any_context, steerable, zmq.REP, (zmq.ROUTER, zmq.DEALER))
    asker, answerer = connected(any_context, zmq.REQ, "front"), connected(any_context, zmq.REP, "back")
    boss = connected(any_context, zmq.REQ, "control")
    asker.send(b"question")
    answerer.recv()
    answerer.send(b"no")
    asker.recv()
    values = [struct.unpack("=Q", frame)[0] for frame in told(boss, b"STATISTICS")]
    identity = values[1] - len(b"question")  # ROUTER puts one before it, and takes it off again
    assert values == [3, 8 + identity, 3, 2 + identity, 3, 2 + identity, 3, 8 + identity]
    told(boss, b"TERMINATE")
    assert between.end() == 0


def test_a_paused_proxy_hands_on_nothing_and_resumes(any_context):
    between = Between(any_context, steerable, zmq.REP)
    sender, receiver = connected(any_context, zmq.PUSH, "front"), connected(any_context, zmq.PULL, "back")
    boss = connected(any_context, zmq.REQ, "control")
    sender.send(b"before")
    assert receiver.recv() == b"before"
    told(boss, PAUSE)
    sender.send(b"held")
    for _ in range(20):
        values = told(boss, b"STATISTICS")
    assert struct.unpack("=Q", values[0]) == (1,)
    assert receiver.poll(0) == 0
    told(boss, RESUME)
    assert receiver.recv() == b"held"
    told(boss, PAUSE)
    told(boss, b"TERMINATE")
    assert between.end() == 0


def test_a_control_socket_that_only_hears_ends_the_proxy_where_it_has_to_answer(any_context):
    between = Between(any_context, steerable, zmq.PULL)
    connected(any_context, zmq.PUSH, "control").send(b"STATISTICS")
    assert between.end().errno == zmq.ENOTSUP


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "run",
    [
        lambda frontend, backend: zmq.device(zmq.QUEUE, frontend, backend),
        lambda frontend, backend: zmq.proxy_steerable(frontend, backend),
        lambda frontend, backend: zmq.proxy(frontend, backend, None),
    ],
    ids=["device", "steerable", "proxy"],
)
def test_without_control_they_are_a_proxy_and_end_with_their_context(any_context, run):
    between = Between(any_context, run, None, (zmq.ROUTER, zmq.DEALER))
    asker, answerer = connected(any_context, zmq.REQ, "front"), connected(any_context, zmq.REP, "back")
    for _ in range(10):
        asker.send(b"question")
        assert answerer.recv() == b"question"
        answerer.send(b"answer")
        assert asker.recv() == b"answer"
    asker.close(0)
    answerer.close(0)
    any_context.term()
    assert isinstance(between.end(), zmq.ContextTerminated)


@pytest.mark.parametrize("prefixes", [(), (b"to", b"fro")], ids=["in and out", "others"])
def test_a_monitored_queue_copies_each_message_with_which_way_it_went(any_context, prefixes):
    between = Between(
        any_context,
        lambda *sockets: zmq.devices.monitored_queue(*sockets, *prefixes),
        types=(zmq.ROUTER, zmq.DEALER),
        third=zmq.PUSH,
    )
    ear = connected(any_context, zmq.PULL, "third")
    asker, answerer = connected(any_context, zmq.REQ, "front"), connected(any_context, zmq.REP, "back")
    asker.send_multipart([b"question", b"2"])
    assert answerer.recv_multipart() == [b"question", b"2"]
    answerer.send(b"answer")
    assert asker.recv() == b"answer"
    forth, back = ear.recv_multipart(), ear.recv_multipart()
    assert (forth[0], back[0]) == (prefixes or (b"in", b"out"))
    assert (forth[2:], back[2:]) == ([b"", b"question", b"2"], [b"", b"answer"])
    assert forth[1] == back[1]
    for socket in (ear, asker, answerer):
        socket.close(0)
    any_context.term()
    assert isinstance(between.end(), zmq.ContextTerminated)


def test_a_monitored_queue_between_two_routers_hands_on_to_the_peer_that_is_named(any_context):
    types = (zmq.ROUTER, zmq.ROUTER)
    between = Between(any_context, zmq.devices.monitored_queue, types=types, third=zmq.PUB)
    one, other = any_context.socket(zmq.DEALER), any_context.socket(zmq.DEALER)
    one.routing_id, other.routing_id = b"one", b"other"
    one.connect("inproc://front")
    other.connect("inproc://back")
    other.send_multipart([b"one", b"hello"])
    assert one.recv_multipart() == [b"other", b"hello"]
    one.send_multipart([b"other", b"hello"])
    assert other.recv_multipart() == [b"one", b"hello"]
    for socket in (one, other):
        socket.close(0)
    any_context.term()
    assert isinstance(between.end(), zmq.ContextTerminated)


@pytest.mark.parametrize("run", [zmq.proxy, zmq.proxy_steerable], ids=["proxy", "steerable"])
def test_what_is_no_socket_is_refused_as_pyzmq_refuses_it(any_context, run):
    with any_context.socket(zmq.PULL) as frontend, any_context.socket(zmq.PUSH) as backend:
        with pytest.raises(TypeError, match="capture"):
            run(frontend, backend, "no socket")
        with pytest.raises(TypeError, match="backend"):
            run(frontend, "no socket")


def test_one_recorded_socket_is_enough_for_a_proxy_to_be_seen(trace):
    context, plain = Context(trace=trace), zmq.Context()
    frontend, backend = context.socket(zmq.PULL), plain.socket(zmq.PUSH)
    frontend.bind("inproc://front")
    backend.bind("inproc://back")
    ended = []

    def work():
        try:
            zmq.proxy(frontend, backend)
        except zmq.ContextTerminated as end:
            ended.append(end)
        frontend.close(0)
        backend.close(0)

    thread = threading.Thread(target=work)
    thread.start()
    sender, receiver = connected(context, zmq.PUSH, "front"), connected(plain, zmq.PULL, "back")
    sender.send(b"x")
    assert receiver.recv() == b"x"
    eventually(lambda: [message for message in trace.messages() if message.way == "received"])
    sender.close(0)
    receiver.close(0)
    context.term()
    thread.join(DEADLINE)
    plain.term()
    assert len(ended) == 1


def steered(context, endpoint, back_endpoint, control_endpoint):
    frontend, backend, control = context.socket(zmq.PULL), context.socket(zmq.PUSH), context.socket(zmq.REP)
    frontend.bind(endpoint)
    backend.bind(back_endpoint)
    control.bind(control_endpoint)
    zmq.proxy_steerable(frontend, backend, None, control)


def test_a_steerable_proxy_in_an_actor_is_recorded_and_stops_also_while_it_is_paused(lab):
    for orders in ([], [PAUSE]):
        actor = begun(lab, steered)
        with lab.context("boss") as context:
            sender, receiver, boss = context.socket(zmq.PUSH), context.socket(zmq.PULL), context.socket(zmq.REQ)
            sender.connect(lab.endpoint())
            receiver.connect(lab.endpoint("back"))
            boss.connect(lab.endpoint("control"))
            sender.send(b"x")
            assert receiver.recv() == b"x"
            for order in orders:
                told(boss, order)
        eventually(lambda actor=actor: lab["steered"].messages("sent", since=actor.started))
        assert lab["steered"].stop()
        assert actor.ended == "stopped"
