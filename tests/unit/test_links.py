"""Who is linked to whom, however the address is spelled, and who to a program that is not recorded."""

import contextlib
import errno
import os
import socket as system
import subprocess
import sys
import threading

import pytest
import zmq
from zmqlab.live.links import UP
from zmqlab.live.sockets import Context
from zmqlab.picture.scene import Scene
from zmqlab.picture.words import totals_words
from zmqlab.record import events as kinds
from zmqlab.record.events import Accepted, Departed, LinkDown, LinkUp
from zmqlab.recording import snapshot

from tests.unit.common import eventually, scene_now

STRANGER = "a program that is not recorded"


def free_port(host="127.0.0.1", family=system.AF_INET):
    with system.socket(family) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def has_ipv6():
    try:
        return bool(free_port("::1", system.AF_INET6))
    except OSError:
        return False


def has_a_name():
    try:
        return system.gethostbyname(system.gethostname()) is not None
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this computer")
needs_a_name = pytest.mark.skipif(not has_a_name(), reason="the name of this computer leads nowhere")
TCP = [
    ("127.0.0.1", "127.0.0.1", 0),
    ("*", "localhost", 0),
    ("*", "127.0.0.1", 0),
    ("0.0.0.0", "localhost", 0),
    ("127.0.0.1", "localhost", 0),
    ("lo", "localhost", 0),
    ("127.0.0.1", "127.1", 0),
    ("127.0.0.1", "0.0.0.0", 0),
    ("*", "127.0.0.2", 0),
    pytest.param("*", system.gethostname(), 0, marks=needs_a_name),
    pytest.param("*", "localhost", 1, marks=needs_ipv6),
    pytest.param("[::1]", "[::1]", 1, marks=needs_ipv6),
    pytest.param("*", "[::1]", 1, marks=needs_ipv6),
    pytest.param("*", "127.0.0.1", 1, marks=needs_ipv6),
]


def of_kind(lab, *wanted):
    return [event for event in lab.trace.controls() if isinstance(event, wanted)]


def words(lab):
    """Return what the picture of this moment says."""
    return repr(snapshot(lab))


def total(lab):
    return totals_words(scene_now(lab))


def of_type(lab, kind):
    return next(one for one in scene_now(lab).sockets.values() if one.type == kind)


def exchange(lab, bind, connect, first="bind", **options):
    """Have a PUSH reach a PULL by another spelling of its address, and check what the picture says, before and after."""
    puller, pusher = lab.context("puller").socket(zmq.PULL), lab.context("pusher").socket(zmq.PUSH)
    for one in (puller, pusher):
        for name, value in options.items():
            setattr(one, name, value)
    steps = [lambda: puller.bind(bind), lambda: pusher.connect(connect)]
    for step in steps if first == "bind" else reversed(steps):
        step()
    pusher.send(b"early")
    assert puller.poll(5000)
    assert puller.recv() == b"early"
    assert total(lab) == "1 sent = 1 received", "whether or not the monitor has said so yet"
    eventually(lambda: of_kind(lab, LinkUp))
    pusher.send(b"late")
    assert puller.recv() == b"late"
    scene = scene_now(lab)
    push = of_type(lab, "PUSH")
    assert [(peer.type, state) for peer, state in scene.links(push)] == [("PULL", "up")]
    assert totals_words(scene) == "2 sent = 2 received"
    assert "waiting for a peer" not in words(lab)
    assert STRANGER not in words(lab)
    return puller, pusher


@pytest.mark.parametrize("first", ["bind", "connect"])
@pytest.mark.parametrize(("bound", "connected", "ipv6"), TCP)
def test_two_spellings_of_one_address_are_one_link(lab, bound, connected, ipv6, first):
    port = free_port()
    exchange(lab, f"tcp://{bound}:{port}", f"tcp://{connected}:{port}", first, **({"ipv6": 1} if ipv6 else {}))
    eventually(lambda: of_kind(lab, Accepted))
    scene = scene_now(lab)
    assert all(end.peer for one in scene.sockets.values() for end in one.ends)
    assert [one.strangers for one in scene.sockets.values()] == [0, 0]


@pytest.mark.parametrize("first", ["bind", "connect"])
@pytest.mark.parametrize(
    ("bind", "connect"),
    [
        ("there/s", "there/../there/s"),
        ("there/s", "{here}/there/s"),
        ("{here}/there/s", "there/s"),
        ("short/s", "there/s"),
        ("there/s", "{here}/short/s"),
    ],
)
def test_a_path_by_another_way_is_one_link(lab, tmp_path, monkeypatch, bind, connect, first):
    (tmp_path / "there").mkdir()
    os.symlink(tmp_path / "there", tmp_path / "short")
    monkeypatch.chdir(tmp_path)
    exchange(lab, *(f"ipc://{one.format(here=tmp_path)}" for one in (bind, connect)), first)
    eventually(lambda: of_kind(lab, Accepted))
    assert [one.strangers for one in scene_now(lab).sockets.values()] == [0, 0]


def test_a_link_that_is_lost_before_its_greeting_was_read_is_told_from_beginning_to_end(trace, links):
    context = Context(trace=trace, link_watch=links)
    router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    router.router_mandatory = True
    port = router.bind_to_random_port("tcp://127.0.0.1")
    reads_on = threading.Event()
    links._inbox.leave(lambda: reads_on.wait(10))
    dealer.connect(f"tcp://127.0.0.1:{port}")
    dealer.send(b"hello")
    address, _ = router.recv_multipart()
    dealer.close(0)

    def is_gone():
        try:
            router.send_multipart([address, b"still there?"])
        except zmq.ZMQError as refusal:
            return refusal.errno == zmq.EHOSTUNREACH

    eventually(is_gone)
    reads_on.set()
    wanted = [Accepted, Departed]
    eventually(lambda: [type(event) for event in trace.controls() if type(event) in wanted] == wanted)
    router.close(0)
    context.term()


def test_a_link_is_told_once_both_its_ends_have_greeted(lab, monkeypatch):
    links, pusher, puller = (
        lab._bench.links,
        lab.context("pusher").socket(zmq.PUSH),
        lab.context("puller").socket(zmq.PULL),
    )
    port = pusher.bind_to_random_port("tcp://127.0.0.1")
    note, held, noted = links._note, [], []

    def hold_back(line, event, *rest):
        if event == UP and line.record is pusher._record:
            held.append((line, event, *rest))
            return []
        noted.append(event)
        return note(line, event, *rest)

    def go_on():
        for what in note(*held.pop()):
            links._judge(*what)

    def told():
        return of_kind(lab, LinkUp, Accepted)

    monkeypatch.setattr(links, "_note", hold_back)
    puller.connect(f"tcp://127.0.0.1:{port}")
    eventually(lambda: held and UP in noted)
    before = []
    links._inbox.leave(lambda: before.append(told()))  # what was read is judged by then
    eventually(lambda: before)
    assert before == [[]], "who bound has no pipe yet, and deals to nobody"
    links._inbox.leave(go_on)
    eventually(lambda: len(told()) == 2)
    assert len({event.time for event in told()}) == 1


@pytest.mark.parametrize("who", [0, 1])
def test_a_link_that_is_lost_while_one_end_has_greeted_was_up_for_it(lab, monkeypatch, who):
    links, pusher, puller = (
        lab._bench.links,
        lab.context("pusher").socket(zmq.PUSH),
        lab.context("puller").socket(zmq.PULL),
    )
    port = pusher.bind_to_random_port("tcp://127.0.0.1")
    note, noted = links._note, []

    def never(line, event, *rest):
        if event == UP and line.record is pusher._record:
            return []
        noted.append(event)
        return note(line, event, *rest)

    monkeypatch.setattr(links, "_note", never)
    puller.connect(f"tcp://127.0.0.1:{port}")
    eventually(lambda: UP in noted)
    (pusher, puller)[who].close(0)
    wanted = [LinkUp, LinkDown] if who == 0 else [LinkUp]
    eventually(lambda: [type(event) for event in of_kind(lab, LinkUp, LinkDown, Accepted)] == wanted)


def test_two_addresses_at_one_port_are_two(lab):
    port = free_port()
    pullers = [lab.context(f"puller {number}").socket(zmq.PULL) for number in (1, 2)]
    for number, puller in enumerate(pullers, 1):
        puller.bind(f"tcp://127.0.0.{number}:{port}")
    pusher = lab.context("pusher").socket(zmq.PUSH)
    pusher.connect(f"tcp://localhost:{port}")
    eventually(lambda: of_kind(lab, LinkUp))
    scene = scene_now(lab)
    assert [peer.actor for peer, _ in scene.links(of_type(lab, "PUSH"))] == ["puller 1"]


def test_an_address_that_is_unbound_by_another_spelling_is_known_as_gone(lab):
    port = free_port()
    puller = lab.context("puller").socket(zmq.PULL)
    puller.bind(f"tcp://127.0.0.1:{port}")
    puller.unbind(f"tcp://localhost:{port}")
    assert of_type(lab, "PULL").bound == []
    eventually(lambda: bound(puller, f"tcp://*:{port}"))
    puller.unbind(puller.last_endpoint)
    assert of_type(lab, "PULL").bound == []


def test_an_address_that_is_disconnected_by_another_spelling_is_known_as_gone(lab):
    port, other = free_port(), free_port()
    pusher = lab.context("pusher").socket(zmq.PUSH)
    pusher.connect(f"tcp://127.0.0.1:{port}")
    pusher.connect(f"tcp://127.0.0.1:{other}")
    pusher.disconnect(f"tcp://localhost:{port}")
    assert list(of_type(lab, "PUSH").links) == [f"tcp://127.0.0.1:{other}"]


def test_who_unbinds_and_binds_again_is_found_again(lab):
    port = free_port()
    puller, pusher = exchange(lab, f"tcp://127.0.0.1:{port}", f"tcp://localhost:{port}")
    puller.unbind(f"tcp://127.0.0.1:{port}")
    puller.close()
    eventually(lambda: of_kind(lab, LinkDown))
    again = lab.context("again").socket(zmq.PULL)
    eventually(lambda: bound(again, f"tcp://*:{port}"))
    eventually(lambda: len(of_kind(lab, LinkUp)) == 2)
    pusher.send(b"third")
    assert again.recv() == b"third"
    scene = scene_now(lab)
    assert [(peer.actor, state) for peer, state in scene.links(of_type(lab, "PUSH"))] == [("again", "up")]
    assert totals_words(scene) == "3 sent = 3 received"
    ups = [event.endpoint for event in of_kind(lab, LinkUp)]
    assert ups == [f"tcp://localhost:{port}"] * 2, "as it was typed, however libzmq spells it now"


def bound(socket, endpoint):
    with contextlib.suppress(zmq.ZMQError):
        socket.bind(endpoint)
        return True
    return False


# programs that are not recorded

SCRIPTS = {
    "REQ": "s.connect(e)\nfor i in range(3): s.send(b'%d' % i); s.recv()",
    "DEALER": "s.connect(e)\nfor i in range(3): s.send_multipart([b'', b'%d' % i]); s.recv_multipart()",
    "PUSH": "s.connect(e)\nfor i in range(3): s.send(b'%d' % i)",
    "PUB": "s.connect(e)\nimport time\nwhile True: s.send(b'x'); time.sleep(0.005)",
    "REP": "s.bind(e)\nwhile True: s.send(s.recv())",
    "ROUTER": "s.bind(e)\nwhile True: s.send_multipart(s.recv_multipart())",
    "PULL": "s.bind(e)\nwhile True: s.recv()",
    "XPUB": "s.bind(e)\ns.recv()\nfor i in range(3): s.send(b'%d' % i)\ns.recv()",
}


@contextlib.contextmanager
def stranger(kind, endpoint):
    """Run a program that is not recorded: a plain script."""
    head = f"import zmq\nc = zmq.Context()\ns = c.socket(zmq.{kind})\ne = {endpoint!r}\n"
    tail = "\nimport sys\nsys.stdin.read()\n"  # until we have seen it
    with subprocess.Popen([sys.executable, "-c", head + SCRIPTS[kind] + tail], stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def place(transport, tmp_path):
    return f"tcp://127.0.0.1:{free_port()}" if transport == "tcp" else f"ipc://{tmp_path}/s"


def says_nothing_wrong(lab):
    said = words(lab)
    assert not any(wrong in said for wrong in ("waiting for a peer", "nobody", "no peer", "queue full")), said


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
@pytest.mark.parametrize("kind", ["REQ", "DEALER"])
def test_a_server_whose_client_is_not_recorded(lab, kind, transport, tmp_path):
    replier = lab.context("server").socket(zmq.REP)
    endpoint = place(transport, tmp_path)
    replier.bind(endpoint)
    with stranger(kind, endpoint):
        for _ in range(3):
            assert replier.poll(10_000)
            replier.send(replier.recv())
        eventually(lambda: of_type(lab, "REP").strangers == 1)
        assert total(lab) == f"3 sent + 3 from {STRANGER} = 3 received, 3 to {STRANGER}"
        says_nothing_wrong(lab)
    eventually(lambda: of_type(lab, "REP").strangers == 0)
    assert total(lab) == f"3 sent + 3 from {STRANGER} = 3 received, 3 to {STRANGER}"


def test_a_router_whose_client_is_not_recorded(lab):
    router = lab.context("server").socket(zmq.ROUTER)
    endpoint = place("tcp", None)
    router.bind(endpoint)
    with stranger("REQ", endpoint):
        for _ in range(3):
            assert router.poll(10_000)
            router.send_multipart(router.recv_multipart())
        eventually(lambda: of_type(lab, "ROUTER").strangers == 1)
        assert total(lab) == f"3 sent + 3 from {STRANGER} = 3 received, 3 to {STRANGER}"


@pytest.mark.parametrize(("kind", "own"), [("PUSH", zmq.PULL), ("PUB", zmq.SUB)])
def test_a_receiver_whose_sender_is_not_recorded(lab, kind, own):
    receiver = lab.context("receiver").socket(own)
    if own == zmq.SUB:
        receiver.subscribe("")
    endpoint = place("tcp", None)
    receiver.bind(endpoint)
    with stranger(kind, endpoint):
        for _ in range(3):
            assert receiver.poll(10_000)
            receiver.recv()
        eventually(lambda: next(one for one in scene_now(lab).sockets.values()).strangers == 1)
        assert total(lab) == f"3 from {STRANGER} = 3 received"
        says_nothing_wrong(lab)


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
@pytest.mark.parametrize(("kind", "own"), [("REP", zmq.REQ), ("ROUTER", zmq.REQ), ("REP", zmq.DEALER)])
def test_a_client_whose_server_is_not_recorded(lab, kind, own, transport, tmp_path):
    client = lab.context("client").socket(own)
    endpoint = place(transport, tmp_path)
    client.connect(endpoint)
    with stranger(kind, endpoint):
        for _ in range(3):
            client.send_multipart([b"", b"q"] if own == zmq.DEALER else [b"q"])
            assert client.poll(10_000)
            client.recv_multipart()
        eventually(lambda: of_kind(lab, LinkUp))
        assert total(lab) == f"3 sent + 3 from {STRANGER} = 3 received, 3 to {STRANGER}"
        says_nothing_wrong(lab)
        assert STRANGER in words(lab)


def test_a_sender_whose_receiver_is_not_recorded(lab):
    pusher = lab.context("sender").socket(zmq.PUSH)
    endpoint = place("tcp", None)
    pusher.connect(endpoint)
    pusher.send(b"early")
    assert total(lab) == "1 sent = 0 received, 1 waiting"
    with stranger("PULL", endpoint):
        eventually(lambda: of_kind(lab, LinkUp))
        for _ in range(9):
            pusher.send(b"x")
        assert total(lab) == f"10 sent = 0 received, 10 to {STRANGER}"
        says_nothing_wrong(lab)


def test_a_subscriber_whose_publisher_is_not_recorded(lab):
    subscriber = lab.context("subscriber").socket(zmq.SUB)
    subscriber.subscribe("")
    endpoint = place("tcp", None)
    subscriber.connect(endpoint)
    with stranger("XPUB", endpoint):
        for _ in range(3):
            assert subscriber.poll(10_000)
            subscriber.recv()
        eventually(lambda: of_kind(lab, LinkUp))
        assert total(lab) == f"3 from {STRANGER} = 3 received"
        says_nothing_wrong(lab)


def test_a_plain_context_in_the_same_program_is_not_recorded_either(lab):
    replier = lab.context("server").socket(zmq.REP)
    replier.bind("tcp://127.0.0.1:*")
    with zmq.Context() as plain, plain.socket(zmq.REQ) as requester:
        requester.linger = 0
        requester.connect(replier.last_endpoint.decode())
        requester.send(b"q")
        replier.send(replier.recv())
        assert requester.recv() == b"q"
        eventually(lambda: of_type(lab, "REP").strangers == 1)
        assert total(lab) == f"1 sent + 1 from {STRANGER} = 1 received, 1 to {STRANGER}"


def test_a_server_answers_whom_it_heard_recorded_or_not(lab):
    replier = lab.context("server").socket(zmq.REP)
    replier.bind("tcp://127.0.0.1:*")
    endpoint = replier.last_endpoint.decode()
    own = lab.context("client").socket(zmq.REQ)
    own.connect(endpoint.replace("127.0.0.1", "localhost"))
    with zmq.Context() as plain, plain.socket(zmq.REQ) as other:
        other.linger = 0
        other.connect(endpoint)
        eventually(lambda: of_type(lab, "REP").strangers == 1 and of_kind(lab, LinkUp))
        for requester, text in ((own, b"own"), (other, b"other"), (own, b"own"), (other, b"other")):
            requester.send(text)
            replier.send(replier.recv())
            assert requester.recv() == text
        totals = scene_now(lab).totals()
        assert (totals["received"], totals["to strangers"], totals["waiting"]) == (6, 2, 0)


def test_a_link_within_the_record_is_never_told_as_one_to_a_stranger(lab):
    replier = lab.context("server").socket(zmq.ROUTER)
    replier.bind("tcp://*:*")
    port = replier.last_endpoint.decode().rpartition(":")[2]
    clients = lab.context("clients")
    dealers = [clients.socket(zmq.DEALER) for _ in range(40)]
    for dealer in dealers:
        dealer.connect(f"tcp://localhost:{port}")
    eventually(lambda: len(of_kind(lab, Accepted)) == 40 and len(of_kind(lab, LinkUp)) == 40)
    scene = type(lab.trace.checkpoint)()
    for event in lab.trace.events():
        scene.apply(event)
        assert not any(one.strangers for one in scene.sockets.values()), event
    server = next(one for one in scene.sockets.values() if one.type == "ROUTER")
    assert len({end.peer for end in server.ends}) == 40


def echo(context, endpoint):
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.send(replier.recv())


def test_an_actor_in_a_process_of_its_own_is_no_stranger(lab):
    endpoint = lab.endpoint("far", transport="tcp")
    lab.start(echo, name="far", process=True, endpoint=endpoint)
    requester = lab.context("near").socket(zmq.REQ)
    requester.connect(endpoint.replace("127.0.0.1", "localhost"))
    for _ in range(3):
        requester.send(b"q")
        assert requester.recv() == b"q"
    eventually(lambda: of_kind(lab, LinkUp) and of_kind(lab, Accepted))
    lab.trace.settle()
    scene = scene_now(lab)
    assert totals_words(scene) == "6 sent = 6 received"
    assert not any(one.strangers for one in scene.sockets.values())
    assert all(end.peer for one in scene.sockets.values() for end in one.ends)


def test_a_caller_that_does_not_speak_zeromq_is_no_peer(lab):
    puller = lab.context("puller").socket(zmq.PULL)
    puller.bind("tcp://127.0.0.1:*")
    port = int(puller.last_endpoint.rpartition(b":")[2])
    with system.create_connection(("127.0.0.1", port)), zmq.Context() as plain, plain.socket(zmq.PUSH) as pusher:
        pusher.linger = 0
        pusher.connect(f"tcp://127.0.0.1:{port}")
        pusher.send(b"x")
        assert puller.recv() == b"x"
        eventually(lambda: of_type(lab, "PULL").strangers == 1)
        first = of_kind(lab, Accepted)[0]
    eventually(lambda: of_type(lab, "PULL").strangers == 0)
    assert first.ours == f"127.0.0.1:{port}"


def test_a_stranger_that_turns_out_to_be_recorded_is_none(lab):
    """The far end's record may come later than ours: what was thought to have left is taken back."""
    scene = type(lab.trace.checkpoint)()
    far, pair = "tcp://10.0.0.1:5", {"ours": "10.0.0.2:9", "theirs": "10.0.0.1:5"}
    scene.apply(kinds.SocketMade(1, "a", 1, type="PUSH"))
    scene.apply(kinds.Connected(2, "a", 1, endpoint=far))
    scene.apply(LinkUp(3, "a", 1, far, **pair))
    assert scene.sockets[1].strangers == 1
    scene.apply(kinds.Sent(4, "a", 1, (b"x",), (1,), 1))
    assert scene.totals()["to strangers"] == 1
    scene.apply(kinds.SocketMade(5, "b", 2, type="PULL"))
    scene.apply(Accepted(6, "b", 2, "tcp://0.0.0.0:5", ours=pair["theirs"], theirs=pair["ours"]))
    assert (scene.totals()["to strangers"], scene.totals()["waiting"]) == (0, 1)
    scene.apply(kinds.Received(7, "b", 2, (b"x",), (1,), 1, 7))
    assert totals_words(scene) == "1 sent = 1 received"


# limits


def fill(context, sockets):
    while len(sockets) < 2000:
        sockets.append(context.socket(zmq.DEALER))
        sockets[-1].bind(f"inproc://{len(sockets)}")


def test_as_many_sockets_over_inproc_as_in_plain_pyzmq(trace, links):
    def made(context):
        sockets = []
        with pytest.raises(zmq.ZMQError) as refused:
            fill(context, sockets)
        assert refused.value.errno == errno.EMFILE
        for one in sockets:
            one.close(0)
        return len(sockets)

    with zmq.Context() as plain, Context(trace=trace, link_watch=links) as ours:
        assert made(ours) == made(plain) == 1023


def test_who_finds_no_room_for_a_monitor_works_all_the_same(trace, links):
    ours = Context(trace=trace, link_watch=links)
    with zmq.Context() as plain, plain.socket(zmq.PULL) as puller, ours as context:
        port = puller.bind_to_random_port("tcp://127.0.0.1")
        sockets = [context.socket(zmq.PUSH) for _ in range(1023)]
        sockets[0].connect(f"tcp://127.0.0.1:{port}")
        sockets[0].send(b"x")
        assert puller.recv() == b"x"
        scene = Scene()
        for event in trace.controls():
            scene.apply(event)
        assert set(scene.sockets[1].links.values()) == {"unknown"}
        for one in sockets:
            one.close(0)
