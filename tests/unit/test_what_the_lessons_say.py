"""What lessons 05 and 06 say of ZeroMQ, tried with plain pyzmq; and what their solutions do where a check cannot look."""

import socket
import threading

import pytest
import zmq
from zmqlab.course.exclusive_pair import solutions as pairs
from zmqlab.course.queues_and_limits import solutions as queues
from zmqlab.course.queues_and_limits import who_waits

from tests.unit.common import eventually

WAIT = 20_000  # milliseconds


@pytest.fixture
def context():
    context = zmq.Context()
    yield context
    context.destroy(linger=0)


def made(context, kind):
    one = context.socket(kind)
    one.linger, one.rcvtimeo, one.sndtimeo = 0, WAIT, WAIT
    return one


@pytest.fixture
def nobody():
    """An endpoint where nobody is."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{one.getsockname()[1]}"


# the table of lesson 06


def test_a_req_with_nobody_there_waits_and_with_one_request_out_it_refuses(nobody):
    assert who_waits.attempt("REQ", "bound, no peer", nobody) == "waits at once"
    assert who_waits.attempt("REQ", "connected, no peer, immediate", nobody) == "waits at once"
    assert who_waits.attempt("REQ", "connected, no peer", nobody) == "refuses, after 1"
    assert who_waits.attempt("REQ", "peer is full", nobody) == "refuses, after 1"


@pytest.mark.parametrize("name", who_waits.PEERS)
def test_each_type_does_what_its_reason_is_given_for(name, nobody):
    waiting, dropping = {"PUSH", "DEALER", "PAIR"}, {"PUB", "XPUB", "ROUTER", "XSUB"}
    does = "waits" if name in waiting else "drops" if name in dropping else "refuses"
    assert who_waits.attempt(name, "peer is full", nobody).startswith(does)
    assert who_waits.REASONS[name]


def gone_and_back(context, push_binds):
    """Send to a worker that leaves while messages wait for it. Return whether the next worker gets any of them."""
    out, worker = made(context, zmq.PUSH), made(context, zmq.PULL)
    worker.rcvhwm = 1
    here, there = (out, worker) if push_binds else (worker, out)
    port = here.bind_to_random_port("tcp://127.0.0.1")
    endpoint = f"tcp://127.0.0.1:{port}"
    there.connect(endpoint)
    for _ in range(200):
        out.send(bytes(100_000))  # more than the kernel holds
    worker.recv()
    monitor = out.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    worker.close()
    assert monitor.poll(WAIT)
    monitor.close()
    again = made(context, zmq.PULL)
    (again.connect if push_binds else again.bind)(endpoint)
    if (
        push_binds
    ):  # what it sends now comes first: what had waited is gone, maybe with some that it sends until it knows
        eventually(lambda: (out.send(b"new"), again.poll(20))[1])
        return again.recv() != b"new"
    return bool(again.poll(WAIT))


def test_a_queue_made_by_bind_goes_with_its_peer_and_one_made_by_connect_stays():
    for push_binds in (True, False):
        with zmq.Context() as context:
            assert gone_and_back(context, push_binds) is not push_binds
            context.destroy(linger=0)


def test_term_waits_until_all_has_left_the_program_and_not_until_anybody_has_it(context):
    reader = made(context, zmq.PULL)
    port = reader.bind_to_random_port("tcp://127.0.0.1")
    own = zmq.Context()
    out = own.socket(zmq.PUSH)
    out.connect(f"tcp://127.0.0.1:{port}")
    for _ in range(100):
        out.send(b"nobody calls recv")
    out.close(linger=-1)
    ended = threading.Thread(target=own.term, daemon=True)
    ended.start()
    ended.join(WAIT / 1000)
    assert not ended.is_alive()


def test_the_lab_sets_a_linger_of_half_a_second(lab):
    assert zmq.Context().socket(zmq.PUSH).linger == -1
    with lab.context("you").socket(zmq.PUSH) as out:
        assert out.linger == 500


# the solutions


class Refusing:
    """A queue that has no room for one message, and then has again: somebody reads meanwhile."""

    def __init__(self, refuses):
        self.refuses, self.sent = refuses, []

    def send(self, message, flags=0):
        if message == self.refuses:
            self.refuses = None
            raise zmq.Again
        self.sent.append(message)


def test_what_is_offered_keeps_its_order_when_room_appears_meanwhile():
    messages = [b"%d" % number for number in range(8)]
    queue = Refusing(b"3")
    left = queues.offer(queue, messages)
    assert queue.sent + left == messages


class Stream:
    """Reports that come faster than anybody reads."""

    def __init__(self):
        self.read = 0

    def poll(self, timeout):
        assert self.read < 100_000, "it has no end"
        return zmq.POLLIN

    def recv_multipart(self):
        self.read += 1
        return [b"paris", b"%d" % self.read]


def test_the_newest_of_a_stream_that_never_stops_is_found_in_the_end():
    assert queues.newest(Stream())[0] == b"paris"


def hires(context, silent):
    """Return a function that starts a partner which answers, or one that is there and says nothing."""

    def hire(endpoint):
        def work():
            with made(context, zmq.PAIR) as pair:
                pair.connect(endpoint)
                heard = pair.recv_string()
                if not silent:
                    pair.send_string(heard.upper())
                    pair.send_string(pair.recv_string().upper())

        threading.Thread(target=work, daemon=True).start()

    return hire


class Silent:
    """A pair whose partner hangs: a wait for it is over at once, however long the machine takes."""

    def send_string(self, text):
        pass

    def poll(self, timeout):
        return 0

    def close(self):
        pass


def test_who_replaced_a_partner_can_go_on_with_the_new_one(context):
    answer, pair = pairs.ask_partner(context, Silent(), hires(context, silent=False), "tea", WAIT)
    assert answer == "TEA"
    pair.send_string("milk")
    assert pair.recv_string() == "MILK"


def test_a_second_partner_that_hangs_is_not_waited_for_for_ever(context):
    with pytest.raises(zmq.Again):
        pairs.ask_partner(context, Silent(), hires(context, silent=True), "tea", 100)
    assert len([one for one in context._sockets if not one.closed]) <= 1, (
        "what it made is closed: the partner's may be open"
    )


def test_threads_that_were_started_are_joined(context):
    before = set(threading.enumerate())
    done = []
    pairs.in_order(context, lambda: done.append(threading.current_thread().name), lambda: done.append("second"))
    assert done == ["one", "second"]
    assert set(threading.enumerate()) <= before
