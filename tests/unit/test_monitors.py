"""A learner's own monitor hears what it hears in plain pyzmq, and the lab goes on hearing too."""

import gc
import threading

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message
from zmqlab.live import links
from zmqlab.record.events import Accepted, Departed, LinkDown, LinkUp

from tests.unit.common import eventually, left_over, nothing_left
from tests.unit.test_links import bound, free_port, of_kind, words

CALM = zmq.EVENT_ALL & ~(zmq.EVENT_CLOSED | zmq.EVENT_CONNECT_RETRIED | zmq.EVENT_CONNECT_DELAYED)
"""Without the events of which nobody can say how many there are: those of waiting for a peer."""

AT_WORK: list[zmq.Context] = []
"""Contexts of a test that has failed, kept: plain libzmq waits for ever in one whose monitors nobody hears."""


def heard(ear, until, milliseconds=5000):
    """Return the events, in order, up to the first of the kind `until`, each with its address."""
    found = []
    while ear.poll(milliseconds):
        event = recv_monitor_message(ear)
        found.append((event["event"], event["endpoint"]))
        if event["event"] == until:
            return found
    raise AssertionError(f"no {until!r} after {found}")


def names(found):
    return [event.name for event, _ in found]


def told(lab, use):
    """Have plain pyzmq and ours do the same, and return what each of them heard: it must be the same."""
    results = []
    for context in (zmq.Context(), lab.context("learner")):
        AT_WORK.append(context)
        results.append(use(context))
        context.destroy(linger=0)
        AT_WORK.pop()
    return results


def link_of(context, order, events=CALM):
    """A client watches its link come and go."""
    server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
    port = server.bind_to_random_port("tcp://127.0.0.1")
    if order == "monitor first":
        ear = client.get_monitor_socket(events)
        client.connect(f"tcp://127.0.0.1:{port}")
    else:
        client.connect(f"tcp://127.0.0.1:{port}")
        ear = client.get_monitor_socket(events)
    found = heard(ear, zmq.EVENT_HANDSHAKE_SUCCEEDED)
    client.send(b"q")
    server.send(server.recv())
    client.recv()
    server.close(0)
    found += heard(ear, zmq.EVENT_DISCONNECTED)
    client.close(0)
    found += heard(ear, zmq.EVENT_MONITOR_STOPPED)
    return [(event.name, endpoint.endswith(str(port).encode())) for event, endpoint in found]


COMES_AND_GOES = ["CONNECTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED", "MONITOR_STOPPED"]


def test_who_asks_for_a_monitor_at_once_after_connect_is_in_time(lab, monkeypatch):
    monkeypatch.setattr(links, "AT_ONCE", 1 << 60)  # however busy this computer is
    assert [name for name, _ in link_of(lab.context("learner"), "connect first")] == COMES_AND_GOES


def test_who_asks_for_a_monitor_later_hears_what_happens_later(lab, monkeypatch):
    monkeypatch.setattr(links, "AT_ONCE", 0)
    context = lab.context("learner")
    server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
    client.connect(f"tcp://127.0.0.1:{server.bind_to_random_port('tcp://127.0.0.1')}")
    eventually(lambda: of_kind(lab, LinkUp))
    ear = client.get_monitor_socket(CALM)
    server.close(0)
    assert names(heard(ear, zmq.EVENT_DISCONNECTED)) == ["DISCONNECTED"]
    eventually(lambda: of_kind(lab, LinkDown))


def test_a_client_hears_its_link_come_and_go_as_in_plain_pyzmq(lab):
    plain, ours = told(lab, lambda context: link_of(context, "monitor first"))
    assert ours == plain
    assert [name for name, _ in ours] == COMES_AND_GOES
    assert [event.endpoint for event in of_kind(lab, LinkUp)] == [event.endpoint for event in of_kind(lab, LinkDown)]
    assert of_kind(lab, LinkUp), "and the lab has heard of it too"


@pytest.mark.parametrize("first", ["monitor", "bind"])
def test_a_server_hears_who_comes_as_in_plain_pyzmq(lab, first):
    def use(context):
        server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
        ear = server.get_monitor_socket() if first == "monitor" else None
        port = server.bind_to_random_port("tcp://127.0.0.1")
        ear = ear or server.get_monitor_socket(zmq.EVENT_ALL & ~zmq.EVENT_LISTENING)
        client.connect(f"tcp://127.0.0.1:{port}")
        found = heard(ear, zmq.EVENT_HANDSHAKE_SUCCEEDED)
        client.send(b"q")
        server.send(server.recv())
        client.recv()  # by now both ends have greeted each other
        client.close(0)
        return names(found + heard(ear, zmq.EVENT_DISCONNECTED))

    plain, ours = told(lab, use)
    assert ours == plain
    assert ours[-3:] == ["ACCEPTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED"]
    eventually(lambda: [type(event) for event in of_kind(lab, Accepted, Departed)] == [Accepted, Departed])


@pytest.mark.parametrize("events", [zmq.EVENT_LISTENING, zmq.EVENT_ACCEPTED, zmq.EVENT_HANDSHAKE_SUCCEEDED, 0])
def test_a_mask_lets_through_what_it_names_and_nothing_else(lab, events):
    def use(context):
        server, client = context.socket(zmq.DEALER), context.socket(zmq.DEALER)
        ear = server.get_monitor_socket(int(events))
        port = server.bind_to_random_port("tcp://127.0.0.1")
        client.connect(f"tcp://127.0.0.1:{port}")
        client.send(b"x")
        assert server.recv() == b"x"
        found = []
        while ear.poll(200):
            found.append(recv_monitor_message(ear)["event"].name)
        return found

    plain, ours = told(lab, use)
    assert ours == plain
    assert set(ours) == ({zmq.Event(events).name} if events else set())


def test_a_monitor_is_ended_and_made_again(lab):
    """Where plain pyzmq may find the address of the former still in use, ours is free once that has ended."""
    server, found = lab.context("learner").socket(zmq.REP), []
    for _ in range(30):
        ear = server.get_monitor_socket()
        assert server.get_monitor_socket() is ear
        server.bind_to_random_port("tcp://127.0.0.1")
        found += names(heard(ear, zmq.EVENT_LISTENING))
        server.disable_monitor()
        assert ear.poll(0), "the end has been told when the call returns, as in plain pyzmq"
        found += names(heard(ear, zmq.EVENT_MONITOR_STOPPED))
    server.monitor(None, 0)  # nothing to end
    assert found == ["LISTENING", "MONITOR_STOPPED"] * 30


def test_what_happens_while_no_monitor_is_there_is_heard_by_the_lab_alone(lab):
    context = lab.context("learner")
    server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
    ear = client.get_monitor_socket()
    client.disable_monitor()
    assert names(heard(ear, zmq.EVENT_MONITOR_STOPPED)) == ["MONITOR_STOPPED"]
    port = server.bind_to_random_port("tcp://127.0.0.1")
    client.connect(f"tcp://127.0.0.1:{port}")
    eventually(lambda: of_kind(lab, LinkUp))
    assert not ear.poll(0)


def test_another_address_takes_the_place_of_the_first(lab):
    def use(context):
        server = context.socket(zmq.REP)
        found = []
        for address in ("inproc://one", b"inproc://two"):
            ear = context.socket(zmq.PAIR)
            ear.connect(address)
            server.monitor(address, zmq.EVENT_LISTENING | zmq.EVENT_MONITOR_STOPPED)
            server.bind_to_random_port("tcp://127.0.0.1")
            found.append((ear, names(heard(ear, zmq.EVENT_LISTENING))))
        assert names(heard(found[0][0], zmq.EVENT_MONITOR_STOPPED)) == ["MONITOR_STOPPED"]
        return [words for _, words in found]

    plain, ours = told(lab, use)
    assert ours == plain == [["LISTENING"], ["LISTENING"]]
    assert "PAIR" not in words(lab), "who listens to a monitor is no part of the conversation"


@pytest.mark.parametrize(
    ("address", "events"),
    [
        ("tcp://127.0.0.1:*", zmq.EVENT_ALL),
        ("ipc://somewhere", 1),
        ("foo://x", 1),
        ("nonsense", 1),
        ("inproc://", 1),
        ("", 1),
        (5, 1),
        ("inproc://wide", 1 << 16),
        ("inproc://negative", -1),
        ("inproc://text", "all"),
        (None, 1 << 16),
        ("inproc://taken", 1),
    ],
)
def test_what_plain_pyzmq_refuses_is_refused_in_the_same_words(lab, address, events):
    def use(context):
        taken, server = context.socket(zmq.PAIR), context.socket(zmq.REP)
        taken.bind("inproc://taken")
        try:
            server.monitor(address, events)
        except Exception as error:
            return type(error), str(error), getattr(error, "errno", None)
        return None

    plain, ours = told(lab, use)
    assert ours == plain
    assert ours is not None


def test_a_refused_monitor_leaves_the_one_before_at_work(lab):
    def use(context):
        server = context.socket(zmq.REP)
        ear = server.get_monitor_socket()
        with pytest.raises(zmq.ZMQError):
            server.monitor("tcp://127.0.0.1:*", zmq.EVENT_ALL)
        server.bind_to_random_port("tcp://127.0.0.1")
        return names(heard(ear, zmq.EVENT_LISTENING))

    plain, ours = told(lab, use)
    assert ours == plain == ["LISTENING"]


def test_a_closed_socket_has_no_monitor_in_either(lab):
    def use(context):
        server = context.socket(zmq.REP)
        server.close()
        with pytest.raises(zmq.ZMQError) as refused:
            server.get_monitor_socket()
        return refused.value.errno

    plain, ours = told(lab, use)
    assert ours == plain == zmq.ENOTSOCK


def test_a_monitor_that_nobody_hears_holds_nobody_up(lab):
    """Plain libzmq waits for a listener in the middle of its work, for ever."""
    context = lab.context("learner")
    server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
    server.monitor("inproc://nobody", zmq.EVENT_ALL)
    port = server.bind_to_random_port("tcp://127.0.0.1")
    client.get_monitor_socket().close()
    client.connect(f"tcp://127.0.0.1:{port}")
    client.send(b"q")
    assert server.recv() == b"q"
    ear = context.socket(zmq.PAIR)
    ear.connect("inproc://nobody")
    assert names(heard(ear, zmq.EVENT_HANDSHAKE_SUCCEEDED)) == ["LISTENING", "ACCEPTED", "HANDSHAKE_SUCCEEDED"]


def test_over_inproc_a_monitor_only_hears_its_own_end(lab):
    def use(context):
        one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        ear = one.get_monitor_socket()
        one.bind("inproc://silent")
        other.connect("inproc://silent")
        other.send(b"x")
        assert one.recv() == b"x"
        one.disable_monitor()
        return names(heard(ear, zmq.EVENT_MONITOR_STOPPED))

    plain, ours = told(lab, use)
    assert ours == plain == ["MONITOR_STOPPED"]


def test_monitors_leave_nothing_behind(lab):
    def use():
        context = lab.context("learner")
        server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
        endpoint = f"tcp://127.0.0.1:{free_port()}"
        eventually(lambda: bound(server, endpoint))
        ears = [server.get_monitor_socket(), client.get_monitor_socket()]
        client.connect(endpoint)
        heard(ears[0], zmq.EVENT_HANDSHAKE_SUCCEEDED)
        server.disable_monitor()
        server.get_monitor_socket()
        lab["learner"].stop()
        gc.collect()

    use()
    before = left_over()
    for _ in range(10):
        use()
    eventually(lambda: nothing_left(before))
    assert threading.active_count() <= before[0]
    eventually(lambda: not lab._bench.links._lines and not lab._bench.links._open)
