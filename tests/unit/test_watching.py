"""What is kept of how a function under test receives."""

import threading
from types import SimpleNamespace

import zmq
from zmqlab.course.pollers.exercises import fair_to_both
from zmqlab.learning.watching import Watch, _see_receivers
from zmqlab.live import sockets
from zmqlab.live.sockets import Context
from zmqlab.record import events as kinds


def test_who_receives_is_known_also_where_it_did_not_wait(trace, monkeypatch):
    monkeypatch.setattr(sockets.Socket, "recv", sockets.Socket.recv)  # as it was, afterwards
    watch = Watch()
    _see_receivers(watch, "recv")
    with Context(trace=trace) as context, context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://watched")
        other.connect("inproc://watched")
        for _ in range(2):
            one.send(b"hello")
        assert other.recv_string() == "hello"
        thread = threading.Thread(target=other.recv)
        thread.start()
        ident = thread.ident
        thread.join(10)
    assert list(watch.receivers.values()) == [{threading.get_ident(), ident}]


def flooded(receivers):
    """A run in which 101 questions were answered before an alarm was taken, and only who answers has ever waited."""
    made = [kinds.SocketMade(0, "you", 1, type="REP"), kinds.SocketMade(0, "you", 2, type="SUB")]
    taken = [kinds.Received(number, "you", 1, (b"?",), (1,), number, 0) for number in range(101)]
    taken.append(kinds.Received(200, "you", 2, (b"fire",), (4,), 1, 0))
    return SimpleNamespace(
        notes={"flood": ("REP", "SUB")},
        looks=lambda: [SimpleNamespace(thread=7)],
        events=lambda kind: made,
        messages=lambda way: taken,
        arena=SimpleNamespace(watch=SimpleNamespace(receivers=receivers)),
    )


def test_an_alarm_that_another_thread_takes_late_did_not_wait_behind_the_questions():
    assert fair_to_both.broken(flooded({1: {7}, 2: {8}})) is None
    assert fair_to_both.broken(flooded({1: {7}, 2: {7}})).title == "an alarm waited behind the questions"
