"""What a picture says at the end, and what is really in the sockets then: they are drained, and compared."""

import os
import threading

import pytest
import zmq
from zmqlab.live import standstill
from zmqlab.picture.ledger import Ledger
from zmqlab.record import events as kinds
from zmqlab.record.keeping import kept

from tests.unit.common import eventually
from tests.unit.ground import compare
from tests.unit.test_one_truth import problems

FOLDER = os.environ.get("ZMQLAB_RECORDS", "")


class Ground:
    """Runs experiments, and keeps what was really found in their sockets."""

    def __init__(self, lab, folder):
        self.lab, self.folder = lab, folder

    def untruths(self, story):
        """Run `story(run)` as an experiment. Returns what its film says that is not so, and what was found, by socket."""
        self.run(story)
        [found] = kept(self.folder)
        wrong = [*problems(found.before, found.events), *filter(None, compare(found))]
        assert found.moving == []
        return wrong, {one.socket: len(one.messages) for one in found.found if not one.closed and one.messages}

    def run(self, story):
        with self.lab.experiment("a story") as run:
            story(run)


@pytest.fixture
def ground(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("ZMQLAB_RECORDS", str(tmp_path / "records"))
    return Ground(lab, tmp_path / "records")


def happened(run, kind, times=1):
    """Wait until something has happened so often in a stretch."""
    eventually(lambda: sum(isinstance(event, kind) for event in run.events()) >= times)


def linked(run, times=1):
    """Wait until so many links were up, at both ends."""
    happened(run, kinds.LinkUp, times)
    happened(run, kinds.Accepted, times)


def made(run, name, kind, shared=False):
    """Return a socket of an actor of its own, which lives as long as the stretch."""
    socket = run.context(name, shared=shared).socket(kind)
    socket.rcvtimeo = socket.sndtimeo = 10_000
    vars(run).setdefault("held", []).append(socket)
    return socket


def let_go(run, socket):
    """Wait until the other end knows that a socket has disconnected: libzmq does that when the socket is used."""
    eventually(lambda: (socket.poll(0), any(isinstance(event, kinds.Departed) for event in run.events()))[1])


def sends(socket, *texts):
    for text in texts:
        socket.send_string(text)


def pair_of(run, out, into, transport="tcp", binder="into", shared=False):
    """Return two sockets of two actors, linked."""
    sender, receiver = (made(run, name, kind, shared=shared) for name, kind in (("out", out), ("in", into)))
    first, second = (receiver, sender) if binder == "into" else (sender, receiver)
    endpoint = "inproc://here" if transport == "inproc" else run.endpoint("main", transport)
    first.bind(endpoint)
    second.connect(endpoint)
    if transport != "inproc":
        linked(run)
    return sender, receiver


@pytest.mark.parametrize("transport", ["tcp", "ipc", "inproc"])
def test_what_nobody_has_received_yet(ground, transport):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL, transport, shared=transport == "inproc")
        sends(sender, *"abcde")
        assert receiver.recv_string() == "a"

    assert ground.untruths(story) == ([], {2: 4})


def test_inproc_that_is_bound_after_it_was_connected_to(ground):
    def story(run):
        sender, receiver = made(run, "out", zmq.PUSH, shared=True), made(run, "in", zmq.PULL, shared=True)
        sender.connect("inproc://later")
        sends(sender, *"abc")
        receiver.bind("inproc://later")
        sends(sender, *"de")
        assert receiver.recv_string() == "a"

    assert ground.untruths(story) == ([], {2: 4})


def test_inproc_that_nobody_ever_binds(ground):
    def story(run):
        sender = made(run, "out", zmq.PUSH, shared=True)
        sender.connect("inproc://nowhere")
        sends(sender, *"abc")
        made(run, "in", zmq.PULL, shared=True).bind("inproc://elsewhere")

    assert ground.untruths(story) == ([], {})


def test_a_request_that_waits_at_a_server_that_dies(ground):
    def story(run):
        client = made(run, "client", zmq.REQ)
        client.set(zmq.REQ_RELAXED, 1)
        servers = [made(run, name, zmq.REP) for name in ("anna", "bert")]
        for server, name in zip(servers, ("a", "b"), strict=True):
            server.bind(run.endpoint(name))
            client.connect(run.endpoint(name))
        linked(run, 2)
        sends(client, "one")
        eventually(lambda: any(server.poll(0) for server in servers))
        next(server for server in servers if server.poll(0)).close()
        happened(run, kinds.LinkDown)
        sends(client, "two")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert sum(found.values()) == 1


def test_two_clients_of_one_server_of_which_one_request_is_heard(ground):
    def story(run):
        server = made(run, "server", zmq.REP)
        server.bind(run.endpoint())
        for name in ("anna", "bert", "carl"):
            client = made(run, name, zmq.REQ)
            client.connect(run.endpoint())
            client.send_string(name)
        linked(run, 3)
        server.recv()

    assert ground.untruths(story) == ([], {1: 2})


def test_requests_that_wait_at_a_server_that_hears_none(ground):
    def story(run):
        server = made(run, "server", zmq.REP)
        server.bind(run.endpoint())
        for name in ("anna", "bert", "carl"):
            client = made(run, name, zmq.REQ)
            client.connect(run.endpoint())
            client.send_string("the same")
        linked(run, 3)

    assert ground.untruths(story) == ([], {1: 3})


def test_a_dealer_of_several_routers(ground):
    def story(run):
        dealer = made(run, "dealer", zmq.DEALER)
        routers = [made(run, name, zmq.ROUTER) for name in ("anna", "bert", "carl")]
        for number, router in enumerate(routers):
            router.bind(run.endpoint(str(number)))
            dealer.connect(run.endpoint(str(number)))
        linked(run, 3)
        sends(dealer, *"abcdefgh")
        for router in routers[:2]:
            asker, _ = router.recv_multipart()
            router.send_multipart([asker, b"reply"])
        dealer.recv()

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert sum(found.values()) == 7


def test_a_router_that_sends_to_nobody_it_knows(ground):
    def story(run):
        dealer, router = pair_of(run, zmq.DEALER, zmq.ROUTER)
        sends(dealer, "hello")
        asker, _ = router.recv_multipart()
        router.send_multipart([b"nobody", b"lost"])
        router.send_multipart([asker, b"found"])

    assert ground.untruths(story) == ([], {1: 1})


def test_a_router_that_takes_a_name_from_who_had_it(ground):
    def story(run):
        router = made(run, "router", zmq.ROUTER)
        router.set(zmq.ROUTER_HANDOVER, 1)
        router.bind(run.endpoint())
        for number, name in enumerate(("anna", "bert"), 1):
            dealer = made(run, name, zmq.DEALER)
            dealer.set(zmq.IDENTITY, b"x")
            dealer.connect(run.endpoint())
            linked(run, number)
            sends(dealer, f"{name} is here")
            router.recv_multipart()
            router.send_multipart([b"x", f"for {name}".encode()])
            eventually(lambda dealer=dealer: dealer.poll(0))

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found.get(3) == 1


def test_a_pusher_with_room_for_one_that_sends_only_over_links_that_are_up(ground):
    def story(run):
        sender = made(run, "out", zmq.PUSH)
        sender.set(zmq.SNDHWM, 1)
        sender.set(zmq.IMMEDIATE, 1)
        sender.connect(run.endpoint("later"))
        receiver = made(run, "anna", zmq.PULL)
        receiver.set(zmq.RCVHWM, 1)
        receiver.bind(run.endpoint("now"))
        sender.connect(run.endpoint("now"))
        linked(run)
        for number in range(30):
            try:
                sender.send(b"%d" % number, zmq.NOBLOCK)
            except zmq.Again:
                break
        late = made(run, "bert", zmq.PULL)
        late.bind(run.endpoint("later"))
        linked(run, 2)
        sender.send(b"last")

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_a_pusher_that_deals_also_to_who_is_not_there_yet(ground):
    def story(run):
        sender = made(run, "out", zmq.PUSH)
        sender.connect(run.endpoint("never"))
        receiver = made(run, "anna", zmq.PULL)
        receiver.bind(run.endpoint("now"))
        sender.connect(run.endpoint("now"))
        linked(run)
        sends(sender, *"abcdef")
        receiver.recv()

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 2}


def relay(context, front_endpoint, back_endpoint):
    with context.socket(zmq.XSUB) as front, context.socket(zmq.XPUB) as back:
        front.bind(front_endpoint)
        back.bind(back_endpoint)
        zmq.proxy(front, back)


def test_reports_that_came_through_a_proxy(ground):
    def story(run):
        run.start(relay)
        station = made(run, "station", zmq.XPUB)
        station.connect(run.endpoint("front"))
        readers = [made(run, name, zmq.SUB) for name in ("anna", "bert")]
        for reader, topic in zip(readers, ("", "b"), strict=True):
            reader.subscribe(topic)
            reader.connect(run.endpoint("back"))
            station.recv()
        sends(station, *"abab")
        assert readers[0].recv_string() == "a"
        eventually(lambda: sum(message.frames[0] in (b"a", b"b") for message in run.messages("relay", "sent")) == 4)

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert sum(found.values()) == 5


def test_a_receiver_that_closes_with_messages_and_comes_back(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL)
        sends(sender, *"abc")
        assert receiver.recv_string() == "a"
        eventually(lambda: receiver.poll(0))
        receiver.close()
        happened(run, kinds.LinkDown)
        again = made(run, "in", zmq.PULL)
        again.bind(run.endpoint())
        linked(run, 2)
        sends(sender, *"de")
        assert again.recv_string() == "d"

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {3: 1}


def test_a_receiver_that_connects_closes_with_messages_and_comes_back(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL, binder="out")
        sends(sender, *"abc")
        assert receiver.recv_string() == "a"
        receiver.close()
        happened(run, kinds.Departed)
        again = made(run, "in", zmq.PULL)
        again.connect(run.endpoint())
        linked(run, 2)
        sends(sender, *"de")
        assert again.recv_string() == "d"

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {3: 1}


@pytest.mark.parametrize(("out", "into"), [(zmq.PUSH, zmq.PULL), (zmq.PUB, zmq.SUB)])
def test_who_keeps_only_the_newest(ground, out, into):
    def story(run):
        sender, receiver = made(run, "out", out, shared=True), made(run, "in", into, shared=True)
        sender.bind("inproc://here")  # over tcp nobody can know when the last has arrived, but by taking it
        receiver.set(zmq.CONFLATE, 1)
        if into == zmq.SUB:
            receiver.subscribe("")
        receiver.connect("inproc://here")
        eventually(lambda: (sends(sender, "try"), receiver.poll(20))[1])
        sends(sender, *"abcde")
        eventually(lambda: receiver.recv_string() == "e")  # a SUB that was polled holds one more
        sends(sender, *"fghij")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 1}


def test_a_pair_whose_partner_is_followed_by_another(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PAIR, zmq.PAIR)
        sends(sender, *"ab")
        assert receiver.recv_string() == "a"
        assert receiver.recv_string() == "b"
        sender.close()
        happened(run, kinds.Departed)
        receiver.poll(0)
        again = made(run, "out", zmq.PAIR)
        again.connect(run.endpoint())
        linked(run, 2)
        sends(again, *"cd")
        assert receiver.recv_string() == "c"
        sends(receiver, "e")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 1, 3: 1}


def test_a_pair_whose_partner_closed_with_messages_that_were_not_read(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PAIR, zmq.PAIR)
        sends(sender, *"abc")
        eventually(lambda: receiver.poll(0))
        sender.close()
        happened(run, kinds.Departed)

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_messages_of_several_frames_that_end_alike(ground):
    def story(run):
        sender = made(run, "out", zmq.PUSH)
        sender.bind(run.endpoint())
        receivers = [made(run, name, zmq.PULL) for name in ("anna", "bert")]
        for receiver in receivers:
            receiver.connect(run.endpoint())
        linked(run, 2)
        for head in b"abcdef":
            sender.send_multipart([bytes([head]), b"the same"])
        receivers[0].recv_multipart()

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert sum(found.values()) == 5


def test_equal_messages_of_several_senders(ground):
    def story(run):
        receiver = made(run, "in", zmq.PULL)
        receiver.bind(run.endpoint())
        senders = [made(run, name, zmq.PUSH) for name in ("anna", "bert", "carl")]
        for sender in senders:
            sender.connect(run.endpoint())
        linked(run, 3)
        for sender in senders:
            sends(sender, "the same", "the same")
        receiver.recv()
        receiver.recv()

    assert ground.untruths(story) == ([], {1: 4})


def published(run, *topics):
    """Return an XPUB and a SUB that has subscribed."""
    station, reader = made(run, "station", zmq.XPUB), made(run, "reader", zmq.SUB)
    station.bind(run.endpoint())
    reader.connect(run.endpoint())
    for topic in topics:
        reader.subscribe(topic)
        station.recv()
    linked(run)
    return station, reader


def test_who_unsubscribes_while_reports_wait(ground):
    def story(run):
        station, reader = published(run, "a", "b")
        sends(station, "a1", "b1", "a2")
        eventually(lambda: reader.poll(0))
        reader.unsubscribe("a")
        station.recv()
        sends(station, "a3", "b2")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 3}, "what it had asked for before it unsubscribed, and what it still wants"


def test_who_unsubscribes_and_has_not_looked_at_what_waits(ground):
    def story(run):
        station, reader = published(run, "a", "b")
        sends(station, "b0", "a1", "b1", "a2")
        assert reader.recv_string() == "b0"
        reader.unsubscribe("a")
        station.recv()
        sends(station, "a3", "b2")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 2}


def test_who_subscribes_anew_to_what_it_had_given_up(ground):
    def story(run):
        station, reader = published(run, "a")
        sends(station, "a1")
        eventually(lambda: reader.poll(0))
        reader.unsubscribe("a")
        station.recv()
        reader.subscribe("a")
        station.recv()
        sends(station, "a2")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 2}


def test_a_reader_that_disconnects_with_reports_that_wait(ground):
    def story(run):
        station, reader = published(run, "")
        sends(station, *"abc")
        assert reader.recv_string() == "a"
        reader.disconnect(run.endpoint())
        let_go(run, reader)

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_a_reader_that_disconnects_before_anybody_has_told_of_its_link(ground):
    def story(run):
        station, reader = made(run, "station", zmq.XPUB), made(run, "reader", zmq.SUB)
        station.bind(run.endpoint())
        reader.subscribe("")
        reader.connect(run.endpoint())
        station.recv()
        sends(station, *"abc")
        assert reader.recv_string() == "a"
        reader.disconnect(run.endpoint())
        eventually(lambda: (reader.poll(0), any(isinstance(event, kinds.LinkUp) for event in run.events()))[1])

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_a_receiver_that_disconnects_with_messages_that_wait(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL, binder="out")
        sends(sender, *"abc")
        assert receiver.recv_string() == "a"
        receiver.disconnect(run.endpoint())
        let_go(run, receiver)

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_a_sender_that_disconnects_after_it_sent(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL)
        sends(sender, *"abc")
        assert receiver.recv_string() == "a"
        eventually(lambda: receiver.poll(0))
        sender.disconnect(run.endpoint())
        let_go(run, sender)

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_who_unbinds_with_messages_that_wait(ground):
    def story(run):
        sender, receiver = made(run, "out", zmq.PUSH), made(run, "into", zmq.PULL)
        sender.connect(run.endpoint())
        sends(sender, *"abc")  # before there is a link: so that they come all at once, for what is on its way is lost
        receiver.bind(run.endpoint())
        linked(run)
        assert receiver.recv_string() == "a"
        receiver.unbind(run.endpoint())

    assert ground.untruths(story) == ([], {2: 2})


def test_a_sender_that_closes_after_it_sent(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL)
        sends(sender, *"abc")
        sender.close()
        happened(run, kinds.Departed)
        assert receiver.recv_string() == "a"

    assert ground.untruths(story) == ([], {2: 2})


def writes_until_it_is_full(context, endpoint):
    with context.socket(zmq.PUSH) as sender:
        sender.sndhwm, sender.linger, sender.sndbuf = 10, 0, 20_000  # little room in the kernel
        sender.bind(endpoint)
        sender.send(b"Are you there?")
        while sender.poll(100, zmq.POLLOUT):
            sender.send(bytes(5_000))


def test_a_sender_that_closes_with_linger_0_while_it_writes(ground):
    """Of eight, some have a message in hand: it has left the queue, and has not all gone out."""

    def story(run):
        for number in range(8):
            receiver = made(run, f"in {number}", zmq.PULL)
            receiver.rcvhwm, receiver.rcvbuf = 10, 20_000
            receiver.connect(run.endpoint(f"{number}"))
            run.start(writes_until_it_is_full, name=f"out {number}", endpoint=run.endpoint(f"{number}")).join(10)

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert len(found) == 8


def test_a_sender_that_closes_before_anybody_is_there(ground):
    def story(run):
        sender = made(run, "out", zmq.PUSH)
        sender.connect(run.endpoint())
        sends(sender, *"abc")
        sender.close(linger=20_000)
        receiver = made(run, "in", zmq.PULL)
        receiver.bind(run.endpoint())
        assert receiver.recv_string() == "a"

    assert ground.untruths(story) == ([], {2: 2})


def test_a_socket_that_one_thread_makes_and_another_uses(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL)
        thread = threading.Thread(target=sends, args=(sender, *"abc"))
        thread.start()
        thread.join()
        assert receiver.recv_string() == "a"

    assert ground.untruths(story) == ([], {2: 2})


@pytest.fixture
def plain():
    context = zmq.Context()
    context.linger = 0
    yield context
    context.destroy(linger=0)


def test_a_stranger_that_sends(ground, plain):
    def story(run):
        sender, receiver = pair_of(run, zmq.PUSH, zmq.PULL)
        stranger = plain.socket(zmq.PUSH)
        stranger.connect(run.endpoint())
        happened(run, kinds.Accepted, 2)
        sends(stranger, "from outside", "and again")
        sends(sender, "from inside")
        assert {receiver.recv_string() for _ in range(2)}

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 1}


def test_a_stranger_that_receives(ground, plain):
    def story(run):
        stranger, known = plain.socket(zmq.PULL), made(run, "in", zmq.PULL)
        sender = made(run, "out", zmq.PUSH)
        sender.bind(run.endpoint())
        for receiver in (stranger, known):
            receiver.connect(run.endpoint())
        happened(run, kinds.Accepted, 2)
        happened(run, kinds.LinkUp)
        sends(sender, *"abcd")
        stranger.recv()

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {1: 2}


def test_a_stranger_that_answers(ground, plain):
    def story(run):
        stranger, client = plain.socket(zmq.REP), made(run, "client", zmq.REQ)
        stranger.bind(run.endpoint())
        client.connect(run.endpoint())
        happened(run, kinds.LinkUp)
        sends(client, "please")
        stranger.send(stranger.recv() + b"!")
        assert client.recv() == b"please!"
        sends(client, "once more")
        stranger.recv()

    wrong, found = ground.untruths(story)
    assert (wrong, found) == ([], {})


def test_a_late_reply_that_is_no_longer_wanted(ground):
    def story(run):
        server, client = made(run, "server", zmq.REP), made(run, "client", zmq.REQ)
        client.set(zmq.REQ_RELAXED, 1)
        client.set(zmq.REQ_CORRELATE, 1)
        server.bind(run.endpoint())
        client.connect(run.endpoint())
        linked(run)
        sends(client, "one")
        server.recv()
        sends(client, "two")
        sends(server, "to the first")
        server.recv()
        sends(server, "to the second")
        assert client.poll(5_000)

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 1}


def test_a_subscriber_that_has_connected_twice_to_one_place(ground):
    def story(run):
        station, reader = published(run, "")
        reader.connect(run.endpoint())
        sends(station, *"abc")
        assert reader.recv_string() == "a"

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_who_is_at_work_when_the_stretch_ends(ground):
    def clock(context, endpoint, pause):
        with context.socket(zmq.PUSH) as sender:
            sender.connect(endpoint)
            for number in range(10_000):
                sender.send(b"%d" % number)
                pause(0.001)

    def reader(context, endpoint, pause):
        with context.socket(zmq.PULL) as receiver:
            receiver.bind(endpoint)
            while True:
                receiver.recv()
                pause(0.003)

    def story(run):
        run.start(reader)
        run.start(clock)
        happened(run, kinds.Received, 5)

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_a_flood_of_reports_that_a_reader_does_not_keep_up_with(ground):
    def story(run):
        station, reader = made(run, "station", zmq.XPUB), made(run, "reader", zmq.SUB)
        station.set(zmq.SNDHWM, 10)
        reader.set(zmq.RCVHWM, 10)
        station.bind(run.endpoint())
        reader.connect(run.endpoint())
        reader.subscribe("")
        station.recv()
        sends(station, *map(str, range(300)))
        assert reader.recv_string() == "0"

    wrong, _ = ground.untruths(story)
    assert wrong == []


def test_a_router_that_speaks_first_to_who_has_chosen_a_name(ground):
    def story(run):
        router = made(run, "router", zmq.ROUTER)
        router.set(zmq.ROUTER_MANDATORY, 1)
        router.bind(run.endpoint())
        dealers = [made(run, name, zmq.DEALER) for name in ("anna", "bert")]
        for dealer, name in zip(dealers, (b"a", b"b"), strict=True):
            dealer.set(zmq.IDENTITY, name)
            dealer.connect(run.endpoint())
        linked(run, 2)
        for name in (b"b", b"a", b"b"):
            eventually(lambda name=name: goes(router, name))
        dealers[1].recv()

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 1, 3: 1}


def goes(router, name):
    """Whether a ROUTER knows somebody of that name, and has sent it something."""
    try:
        router.send_multipart([name, b"for " + name])
    except zmq.ZMQError:
        return False
    return True


def test_a_worker_that_is_killed_with_tasks_that_wait(ground):
    def worker(context, endpoint, pause):
        with context.socket(zmq.PULL) as receiver:
            receiver.connect(endpoint)
            receiver.recv()
            pause(60)

    def story(run):
        sender = made(run, "out", zmq.PUSH)
        sender.bind(run.endpoint())
        for name in ("anna", "bert"):
            run.start(worker, name=name)
        linked(run, 2)
        sends(sender, *"abcdefgh")
        happened(run, kinds.Received, 2)
        run["anna"].kill()
        happened(run, kinds.Departed)
        sends(sender, "last")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert sum(found.values()) == 4


def test_a_pusher_that_disconnects_from_one_of_two(ground):
    def story(run):
        sender = made(run, "out", zmq.PUSH)
        receivers = [made(run, name, zmq.PULL) for name in ("anna", "bert")]
        for number, receiver in enumerate(receivers):
            receiver.bind(run.endpoint(str(number)))
            sender.connect(run.endpoint(str(number)))
        linked(run, 2)
        sends(sender, *"abcd")
        for receiver in receivers:
            receiver.recv()
        sender.disconnect(run.endpoint("0"))
        let_go(run, sender)
        sends(sender, "e", "f")

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert sum(found.values()) == 4


def test_a_third_pair(ground):
    def story(run):
        sender, receiver = pair_of(run, zmq.PAIR, zmq.PAIR)
        third = made(run, "third", zmq.PAIR)
        third.connect(run.endpoint())
        happened(run, kinds.Accepted, 2)
        sends(sender, *"ab")
        sends(third, "from the third")
        assert receiver.recv_string() == "a"

    wrong, found = ground.untruths(story)
    assert wrong == []
    assert found == {2: 1}


def test_dealers_that_talk_both_ways(ground):
    def story(run):
        one, other = pair_of(run, zmq.DEALER, zmq.DEALER)
        for number in range(5):
            sends(one, f"question {number}")
            sends(other, f"remark {number}")
        one.recv()

    assert ground.untruths(story) == ([], {1: 4, 2: 5})


# the lessons


@pytest.mark.skipif(not FOLDER, reason="`make notebooks` runs the lessons, and then this")
def test_at_the_end_of_every_stretch_of_the_lessons_the_sockets_hold_what_is_said():
    compared, wrong, moving = 0, [], 0
    for one in kept(FOLDER):
        differences = list(compare(one))
        compared += len(differences)
        moving += len(one.moving)
        wrong += [f"{one.title}: {words}" for words in differences if words]
    assert wrong == []
    assert compared > 150
    assert moving < 10, "few are busy with something else, or in a process of their own"


# that it would find what is wrong


def two_workers(run):
    sender = made(run, "out", zmq.PUSH)
    sender.bind(run.endpoint())
    workers = [made(run, name, zmq.PULL) for name in ("anna", "bert")]
    for worker in workers:
        worker.connect(run.endpoint())
    linked(run, 2)
    sends(sender, *"abcde")
    for worker in workers:
        worker.recv()


def shorter(original):
    return lambda ledger, socket: original(ledger, socket)[:-1]


def stays(original):
    return lambda ledger, copy: False


@pytest.mark.parametrize(("name", "plant"), [("_can_go", stays), ("queue_of", shorter)])
def test_a_fault_in_the_ledger_is_found_in_the_sockets(ground, name, plant, monkeypatch):
    ground.run(lambda run: sends(pair_of(run, zmq.PUSH, zmq.PULL)[0], *"abc"))
    [found] = kept(ground.folder)
    assert not any(compare(found))
    monkeypatch.setattr(Ledger, name, plant(getattr(Ledger, name)))
    assert any(compare(found))


def test_where_no_records_are_kept_nobody_stands_still_and_nothing_is_drained(lab, monkeypatch):
    monkeypatch.delenv("ZMQLAB_RECORDS", raising=False)
    drained = []
    monkeypatch.setattr(standstill, "Standstill", drained.append)
    monkeypatch.setattr(standstill, "_take_all", drained.append)
    with lab.experiment("a story") as run:
        two_workers(run)
    assert drained == []


def test_who_lives_on_after_a_stretch_still_has_what_waited_for_it(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("ZMQLAB_RECORDS", str(tmp_path))
    receiver = lab.context("in").socket(zmq.PULL)
    receiver.rcvtimeo = 10_000
    receiver.bind(lab.endpoint())
    with lab.experiment("a story") as run:
        sender = made(run, "out", zmq.PUSH)
        sender.connect(run.endpoint())
        linked(run)
        sends(sender, "it waits")
        assert receiver.poll(5_000)
    [found] = kept(tmp_path)
    assert [one.ready for one in found.found if not one.drained] == [True]
    assert not any(compare(found))
    assert receiver.recv_string() == "it waits"
