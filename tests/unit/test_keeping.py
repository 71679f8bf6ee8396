"""The record that a stretch leaves, for tests that look at all that the lessons show."""

import zmq
from zmqlab.picture.playback import Playback
from zmqlab.record.events import Received, Sent, SocketMade
from zmqlab.record.keeping import keep, kept


def exchange(lab):
    context = lab.context("sender")
    sender, receiver = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    receiver.bind("inproc://here")
    sender.connect("inproc://here")
    with lab.experiment("one message") as run:
        sender.send(b"hello")
        assert receiver.recv() == b"hello"
        sender.send(b"it waits")
    return run


def test_a_stretch_leaves_its_events_and_those_before_it(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("ZMQLAB_RECORDS", str(tmp_path / "records"))
    run = exchange(lab)
    [(title, before, events, *_)] = kept(tmp_path / "records")
    assert title == "one message"
    assert sum(isinstance(event, SocketMade) for event in before) == 2
    assert [type(event) for event in events if isinstance(event, Sent | Received)] == [Sent, Received, Sent]
    assert [event.frames for event in run.messages()] == [(b"hello",), (b"hello",), (b"it waits",)]


def test_nothing_is_kept_where_nobody_asks_for_it(tmp_path, monkeypatch):
    monkeypatch.delenv("ZMQLAB_RECORDS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert keep("a title", [], 0) is None
    assert list(tmp_path.iterdir()) == []


def test_at_the_end_of_a_stretch_nothing_flies(lab):
    playback: Playback = exchange(lab).stage.playback
    assert playback.pieces["totals"] == "2 sent = 1 received, 1 waiting"
