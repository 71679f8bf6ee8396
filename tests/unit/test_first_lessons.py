"""What lessons 00, 01 and 02 say of ZeroMQ, held against plain sockets of pyzmq: no part of zmqlab is between.

Each test fails where an older wording of the lessons would hold.
"""

import threading
import uuid
from contextlib import ExitStack, closing, contextmanager

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message
from zmqlab import Lab
from zmqlab.course.request_reply import server
from zmqlab.learning.checked import explained

from tests import lessons
from tests.lessons import code_cells, parsed, source

PATIENCE = 5000
"""Milliseconds for what happens."""
SILENCE = 300
"""Milliseconds for what does not."""
HERE = "tcp://127.0.0.1:*"


@pytest.fixture
def made():
    """Makes sockets, each in a context of its own unless one is given. All are ended."""
    with ExitStack() as stack:

        def make(kind, context=None):
            if context is None:
                context = stack.enter_context(zmq.Context())
            socket = stack.enter_context(closing(context.socket(kind)))
            socket.linger = 0
            return socket

        yield make


def bound(socket, endpoint=HERE):
    socket.bind(endpoint)
    return socket.last_endpoint.decode()


def answer(replier):
    assert replier.poll(PATIENCE)
    replier.send(b"answer to " + replier.recv())


# --- 00: who has a queue ---


def test_a_side_that_connects_may_send_to_nobody_and_a_side_that_binds_may_not(made):
    one, other = made(zmq.PUSH), made(zmq.PUSH)
    one.connect("tcp://127.0.0.1:9")  # nobody is there
    one.send(b"early", zmq.NOBLOCK)
    bound(other)
    with pytest.raises(zmq.Again):
        other.send(b"early", zmq.NOBLOCK)


def test_inproc_wants_one_context_for_both_sides(made):
    puller, stranger = made(zmq.PULL), made(zmq.PUSH)
    friend = made(zmq.PUSH, puller.context)
    for socket in (stranger, friend):
        socket.connect(bound(puller, "inproc://here") if socket is stranger else "inproc://here")
        socket.send(b"hello", zmq.NOBLOCK)
    assert puller.poll(PATIENCE)
    puller.recv()
    assert not puller.poll(SILENCE)  # what the stranger sent never comes


# --- 01: turns, and who gets them ---


def test_poll_is_not_refused_while_a_reply_is_outstanding(made):
    requester, replier = made(zmq.REQ), made(zmq.REP)
    requester.connect(bound(replier))
    requester.send(b"first")
    for call in (lambda: requester.poll(0), lambda: requester.poll(0, zmq.POLLOUT), lambda: requester.linger):
        call()
    with pytest.raises(zmq.ZMQError) as refused:
        requester.send(b"second")
    assert refused.value.errno == zmq.EFSM
    answer(replier)
    assert requester.poll(PATIENCE)
    with pytest.raises(zmq.ZMQError):
        requester.recv(), requester.recv()


@pytest.mark.parametrize("immediate", [False, True])
def test_a_request_goes_to_a_server_that_is_down_unless_immediate_is_set(made, immediate):
    requester, servers = made(zmq.REQ), [made(zmq.REP), made(zmq.REP)]
    requester.immediate = immediate
    monitor = requester.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_CONNECT_RETRIED)
    for replier in servers:
        requester.connect(bound(replier))
    for _ in servers:
        assert recv_monitor_message(monitor)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
    first = ask_one_of(requester, servers)
    assert ask_one_of(requester, servers) is not first
    first.close()
    first.context.term()
    for _ in range(2):  # the second after a try in vain, 0.1 s later: the requester knows by now that the link is gone
        assert recv_monitor_message(monitor)["event"] == zmq.EVENT_CONNECT_RETRIED
    requester.disable_monitor()
    monitor.close()
    servers.remove(first)
    for _ in range(2):  # it would be the turn of who is gone
        requester.send(b"request")
        if not servers[0].poll(PATIENCE if immediate else SILENCE):
            assert not immediate
            return
        answer(servers[0])
        requester.recv()
    assert immediate


def ask_one_of(requester, servers):
    """Ask, and return which of them answered."""
    requester.send(b"request")
    ready = zmq.select(servers, [], [], PATIENCE / 1000)[0]
    answer(ready[0])
    requester.recv()
    return ready[0]


@pytest.fixture
def serving():
    """Starts a server of the lesson in a thread, and ends it. What it raised is in the list that it returns."""
    with ExitStack() as stack:

        def start(function, done):
            context, problems = zmq.Context(), []
            endpoint = f"ipc://@zmqlab-{uuid.uuid4()}" if zmq.has("ipc") else None

            def work():
                try:
                    function(context, endpoint, done)
                except zmq.ContextTerminated:
                    pass
                except Exception as problem:
                    problems.append(problem)

            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(context.term)
            return endpoint, problems

        yield start


def of_the_lesson(name, file="01-request-reply.ipynb"):
    """A plain function of a lesson, as its notebook has it."""
    space = {"zmq": zmq, "uuid": uuid}
    for _, cell in code_cells(lessons.read(lessons.ROOT / "notebooks" / file)):
        if any(getattr(node, "name", "") == name for node in parsed(cell).body):
            exec(source(cell), space)
            return space[name]
    raise LookupError(name)


@contextmanager
def asking(endpoint):
    with zmq.Context() as context, context.socket(zmq.REQ) as requester:
        requester.linger = 0
        requester.connect(endpoint)

        def ask(*frames):
            requester.send_multipart(frames)
            assert requester.poll(PATIENCE), "no reply"
            return requester.recv()

        yield ask


def test_the_first_server_survives_bytes_that_are_no_text(serving):
    done = []
    endpoint, problems = serving(server, done)
    with asking(endpoint) as ask:
        assert [ask(b"\xff\xfe"), ask(b""), ask("é".encode())] == [b"World 1", b"World 2", b"World 3"]
    assert (done[0], problems) == (b"\xff\xfe", [])


def test_the_careful_server_survives_whatever_is_sent_and_does_an_order_once(serving):
    done = {}
    endpoint, problems = serving(of_the_lesson("careful_server"), done)
    with asking(endpoint) as ask:
        for frames in ([b"\xff\xfe \xff"], [b""], [b"1", b" two", b"frames"], [b"x" * 100_000]):
            ask(*frames)
        before = len(done)
        assert [ask(b"7 coffee"), ask(b"7 coffee")] == [b"made: coffee"] * 2
    assert (len(done), problems) == (before + 1, [])


def test_numbers_that_two_clients_count_for_themselves_collide_and_uuids_do_not(serving):
    done = {}
    endpoint, _ = serving(of_the_lesson("careful_server"), done)
    with asking(endpoint) as ask:
        assert [ask(b"1 coffee"), ask(b"1 tea")] == [b"made: coffee"] * 2  # the second client gets no tea
    done.clear()
    client = of_the_lesson("careful_client")
    with zmq.Context() as context:
        assert client(context, endpoint, ["coffee"]) + client(context, endpoint, ["tea"]) == [
            "made: coffee",
            "made: tea",
        ]
    assert len(done) == 2


def test_the_careful_client_gives_up():
    client = of_the_lesson("careful_client")
    with zmq.Context() as context:
        context.setsockopt(zmq.RECONNECT_IVL, 1)
        polls = []
        plain, zmq.Socket.poll = zmq.Socket.poll, lambda self, limit: polls.append(limit) or plain(self, 1)
        try:
            assert client(context, "tcp://127.0.0.1:9", ["coffee"]) == [None]
        finally:
            zmq.Socket.poll = plain
        assert polls == [1000] * 5


def test_a_socket_lingers_for_ever_by_default_and_for_half_a_second_in_a_lab():
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        assert socket.linger == -1
    lab = Lab("a lab that lingers")
    try:
        with lab.context("somebody").socket(zmq.REQ) as socket:
            assert socket.linger == 500
    finally:
        lab.close()


# --- 02: what matches, and who is counted ---


def test_the_end_of_a_frame_is_no_delimiter(made):
    publisher, subscriber = made(zmq.XPUB), made(zmq.SUB)
    subscriber.connect(bound(publisher))
    subscriber.subscribe(b"paris")
    publisher.recv()
    for topic in (b"oslo-paris", b"Paris", b"paris-nord", b"paris"):
        publisher.send_multipart([topic, b"1"])
    assert [subscriber.recv_multipart()[0] for _ in range(2)] == [b"paris-nord", b"paris"]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (None, [b"\x01news"]),
        (zmq.XPUB_VERBOSE, [b"\x01news", b"\x01news"]),
        (zmq.XPUB_VERBOSER, [b"\x01news", b"\x01news", b"\x00news"]),
    ],
    ids=["plain", "verbose", "verboser"],
)
def test_only_verboser_tells_of_one_who_goes_while_another_stays(made, option, told):
    publisher, anna, bert = made(zmq.XPUB), made(zmq.SUB), made(zmq.SUB)
    if option is not None:
        publisher.setsockopt(option, 1)
    endpoint = bound(publisher)
    for subscriber in (anna, bert):
        subscriber.subscribe(b"news")
        subscriber.connect(endpoint)
    heard = []
    while len(heard) < min(2, len(told)):
        assert publisher.poll(PATIENCE)
        heard.append(publisher.recv())
    publisher.poll(SILENCE)
    bert.close()
    while len(heard) < len(told) or publisher.poll(SILENCE):
        assert publisher.poll(PATIENCE)
        heard.append(publisher.recv())
    assert heard == told


# --- Errors in words ---


def refused(call):
    with pytest.raises(zmq.ZMQError) as error:
        call()
    return zmq.Errno(error.value.errno).name, explained(error.value, str(error.value))


def test_a_call_that_a_socket_cannot_do_is_explained(made):
    socket, puller = made(zmq.REQ), made(zmq.PULL)
    context = zmq.Context()
    context.term()
    socket.close()
    for call in (lambda: socket.poll(0), lambda: puller.send(b""), lambda: made(zmq.PUSH).recv()):
        name, words = refused(call)
        assert name == "ENOTSUP"
        assert "closed" in words
        assert "only sends, or only receives" in words
    for call in (lambda: socket.send(b""), lambda: socket.recv()):
        assert refused(call) == ("ENOTSOCK", "This socket is closed.")
    name, words = refused(lambda: context.socket(zmq.REQ))
    assert name in ("ENOTSUP", "EFAULT")
    assert "its context has ended" in words


def test_a_context_that_ends_and_a_transport_that_nobody_knows_are_explained(made):
    puller = made(zmq.PULL)
    waits = threading.Event()

    def end():
        waits.wait(5)
        puller.context.term()

    thread = threading.Thread(target=end, daemon=True)
    thread.start()

    def receive():
        waits.set()
        try:
            puller.recv()
        finally:
            puller.close()

    name, words = refused(receive)
    thread.join(5)
    assert (name, "context has ended" in words) == ("ETERM", True)
    name, words = refused(lambda: made(zmq.PULL).connect("tpc://127.0.0.1:9"))
    assert (name, "`tcp://`" in words) == ("EPROTONOSUPPORT", True)
