"""What lessons 00 to 08 promise of programs that a learner takes home, tried with plain pyzmq and the functions that they show."""

import ast
import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
import zmq
import zmq.asyncio
from zmqlab.course.pollers import first as pollers

from tests import lessons

WAIT = 5_000  # milliseconds
PLAIN = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef


def shown(number, **instead):
    """Return the functions that a lesson shows, with other words in their text where told."""
    space = {}
    notebook = next(path for path in lessons.lesson_files() if path.name.startswith(number))
    for _, cell in lessons.code_cells(lessons.read(notebook)):
        plain = ast.unparse(ast.Module([node for node in lessons.parsed(cell).body if isinstance(node, PLAIN)], []))
        for old, new in instead.items():
            plain = plain.replace(old, new)
        exec(plain, space)
    return space


@pytest.fixture
def context():
    context = zmq.Context()
    yield context
    context.destroy(linger=0)


def made(context, kind, **options):
    one = context.socket(kind)
    one.linger, one.rcvtimeo, one.sndtimeo = 0, WAIT, WAIT
    for name, value in options.items():
        setattr(one, name, value)
    return one


def bound(context, kind, **options):
    """Return a socket and the endpoint that it has bound."""
    one = made(context, kind, **options)
    return one, f"tcp://127.0.0.1:{one.bind_to_random_port('tcp://127.0.0.1')}"


def free():
    """Return an endpoint where nobody is."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{one.getsockname()[1]}"


@pytest.fixture
def nobody():
    return free()


def as_a_script(function, *arguments):
    """Run a function as its script does, in a context of its own. Return its thread, which ends when the program does."""

    def program():
        with zmq.Context() as context, contextlib.suppress(zmq.Again):
            function(context, *arguments)

    thread = threading.Thread(target=program, daemon=True)
    thread.start()
    return thread


# a peer that has gone holds up no program


def test_a_worker_whose_giver_has_gone_ends(nobody):
    program = as_a_script(shown("03")["asking_worker"], nobody, None, 0, 100)
    program.join(WAIT / 1000)
    assert not program.is_alive()


def test_a_subscriber_whose_publisher_has_died_ends(context, nobody):
    publisher, endpoint = bound(context, zmq.XPUB)
    program = as_a_script(shown("02", **{"10000": "300"})["careful_subscriber"], endpoint, nobody, 1)
    publisher.recv()
    publisher.send(b"knock")
    program.join(WAIT / 1000)
    assert not program.is_alive()


# no question ends a server


@pytest.mark.parametrize("desk", [pollers.desk, shown("04")["desk"]], ids=["of the picture", "of the lesson"])
def test_a_question_of_two_frames_does_not_end_the_desk(context, desk):
    questions, news, stop = free(), free(), free()
    program = as_a_script(desk, questions, news, stop)
    with made(context, zmq.REQ) as traveller, made(context, zmq.PUSH) as boss:
        traveller.connect(questions)
        boss.connect(stop)
        for frames in ([b"My ", b"train?"], [b"\xff"]):
            traveller.send_multipart(frames)
            assert traveller.recv() == b"".join(frames) + b" No news."
        boss.send(b"close")
        program.join(WAIT / 1000)
    assert not program.is_alive()


def test_a_question_of_two_frames_does_not_end_the_desk_with_asyncio():
    async def ask():
        with zmq.asyncio.Context() as context, context.socket(zmq.REP) as replier, context.socket(zmq.REQ) as asker:
            replier.bind("inproc://desk")
            asker.connect("inproc://desk")
            desk = asyncio.create_task(shown("04")["answer"](replier, {"latest": b"No news."}))
            try:
                await asker.send_multipart([b"My ", b"train?"])
                return await asyncio.wait_for(asker.recv(), WAIT / 1000)
            finally:
                desk.cancel()

    assert asyncio.run(ask()) == b"My train? No news."


# what a ROUTER does


def fills(router, name):
    """Send to a peer that never reads until a send is refused. Return the error, or None."""
    for _ in range(5_000):
        try:
            router.send_multipart([name, bytes(20_000)])
        except zmq.ZMQError as error:
            return error.errno
    return None


@pytest.mark.parametrize(("mandatory", "told"), [(True, zmq.EAGAIN), (False, None)])
def test_with_mandatory_a_router_waits_for_a_peer_that_has_no_room(context, mandatory, told):
    router, endpoint = bound(context, zmq.ROUTER, router_mandatory=mandatory, sndhwm=5, sndtimeo=200)
    peer = made(context, zmq.DEALER, routing_id=b"Anna", rcvhwm=5)
    peer.connect(endpoint)
    peer.send(b"here")
    router.recv_multipart()
    assert fills(router, b"Anna") == told


@pytest.mark.parametrize("mandatory", [True, False])
def test_a_request_for_a_worker_that_has_died_is_dropped_and_mandatory_tells(context, mandatory):
    workers, endpoint = bound(context, zmq.ROUTER, router_mandatory=mandatory)
    with workers.get_monitor_socket(zmq.EVENT_DISCONNECTED) as monitor:
        with made(context, zmq.REQ) as worker:
            worker.connect(endpoint)
            worker.send(b"READY")
            name, *_ = workers.recv_multipart()
        assert monitor.poll(WAIT)
        workers.disable_monitor()
    workers.poll(0)  # the socket notices that its peer has gone
    expected = pytest.raises(zmq.ZMQError, match="unreachable") if mandatory else contextlib.nullcontext()
    with expected:
        workers.send_multipart([name, b"", b"tea"])


def test_who_loses_a_name_to_another_is_not_told(context):
    router, endpoint = bound(context, zmq.ROUTER, router_handover=True)
    first, second = (made(context, zmq.DEALER, routing_id=b"Anna") for _ in range(2))
    with first.get_monitor_socket(zmq.EVENT_DISCONNECTED) as monitor:
        for device in (first, second):
            device.connect(endpoint)
            device.send(b"here")
            router.recv_multipart()
        router.send_multipart([b"Anna", b"your soup"])
        assert second.recv() == b"your soup"
        assert not monitor.poll(300)
        first.disable_monitor()


def test_a_reply_without_its_empty_frame_takes_the_connection_down_for_good(context):
    router, endpoint = bound(context, zmq.ROUTER)
    asker = made(context, zmq.REQ, reconnect_ivl=1)
    up, down = zmq.EVENT_CONNECT_DELAYED | zmq.EVENT_CONNECT_RETRIED, zmq.EVENT_DISCONNECTED
    asker.connect(endpoint)
    asker.send(b"soup?")
    address, *_ = router.recv_multipart()
    with asker.get_monitor_socket(up | down) as monitor:
        router.send_multipart([address, b"Yes"])
        assert monitor.poll(WAIT)
        assert int.from_bytes(monitor.recv_multipart()[0][:2], sys.byteorder) == down
        assert not monitor.poll(500)  # with 1 ms between tries
        asker.disable_monitor()


SILENT = """
import sys, zmq
with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
    dealer.connect(sys.argv[1])
    dealer.send(b"here")
    dealer.recv()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no way to stop a process")
@pytest.mark.parametrize("heartbeat", [50, 0])
def test_that_a_peer_hangs_is_noticed_with_heartbeats_alone(context, heartbeat):
    router, endpoint = bound(context, zmq.ROUTER, heartbeat_ivl=heartbeat)
    with (
        router.get_monitor_socket(zmq.EVENT_DISCONNECTED) as monitor,
        subprocess.Popen([sys.executable, "-c", SILENT, endpoint]) as peer,
    ):
        try:
            router.rcvtimeo = 4 * WAIT
            router.recv_multipart()
            os.kill(peer.pid, signal.SIGSTOP)
            assert bool(monitor.poll(WAIT if heartbeat else 500)) == bool(heartbeat)
        finally:
            peer.kill()
            router.disable_monitor()


# what a publisher does


def test_a_push_that_connects_keeps_what_is_early_and_a_pub_drops_it(context):
    for sends, receives, kept in ((zmq.PUSH, zmq.PULL, True), (zmq.PUB, zmq.SUB, False)):
        sender, receiver = made(context, sends), made(context, receives)
        endpoint = free()
        sender.connect(endpoint)
        sender.send(b"early")
        if receives == zmq.SUB:
            receiver.subscribe(b"")
        receiver.bind(endpoint)
        assert bool(receiver.poll(WAIT if kept else 500)) == kept


def test_a_report_that_is_sent_for_a_newcomer_reaches_all_who_want_its_topic(context):
    station, endpoint = bound(context, zmq.XPUB, xpub_verbose=True)
    anna, ben = made(context, zmq.SUB), made(context, zmq.SUB)
    for one in (anna, ben):
        one.connect(endpoint)
        one.subscribe(b"paris")
        station.recv()
        station.send(b"paris")
    assert [anna.recv(), anna.recv(), ben.recv()] == [b"paris"] * 3
