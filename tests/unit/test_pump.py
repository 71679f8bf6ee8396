"""The pump: it sleeps when nothing happens, and nothing that a listener does ends it."""

import threading

import ipywidgets as widgets
import pytest
import zmq
from zmqlab.lab import Lab
from zmqlab.page import pump as pumps
from zmqlab.page import stage as stages
from zmqlab.record import events as kinds
from zmqlab.recording import snapshot

from tests.unit.common import eventually, server, stage_of


class Listener:
    """Hears all, and raises when it is told of one kind of event."""

    def __init__(self, dislikes=()):
        self.heard, self.dislikes = [], dislikes
        self.widget = widgets.VBox()

    def tell(self, events):
        self.heard += events
        if any(isinstance(event, self.dislikes) for event in events):
            raise KeyError("<endpoint>")

    def says(self):
        return "".join(child.value for child in self.widget.children)


def test_a_listener_that_raises_says_so_and_all_others_go_on(lab):
    stage, faulty, fine = stage_of(lab), Listener(kinds.Bound), Listener()
    for one in (faulty, fine):
        lab._bench.pump.add(one)
    lab.start(server)
    eventually(lambda: any(isinstance(event, kinds.Waits) for event in fine.heard))
    eventually(lambda: "waiting in recv()" in repr(stage))
    assert "KeyError: &#x27;&lt;endpoint&gt;&#x27;" in faulty.says()
    assert "run its cell again" in faulty.says()
    assert fine.says() == ""
    told = len(faulty.heard)
    lab.start(server, name="late", endpoint=lab.endpoint("late"))
    eventually(lambda: any(event.actor == "late" for event in fine.heard))
    assert len(faulty.heard) == told
    assert lab._bench.pump._thread.is_alive()


def test_a_listener_with_nothing_to_show_does_not_end_the_pump_either(lab):
    class Bare:
        def tell(self, events):
            if events:
                raise ValueError

    lab._bench.pump.add(bare := Bare())
    lab.start(server)
    eventually(lambda: bare not in lab._bench.pump._controls)
    eventually(lambda: "waiting in recv()" in repr(snapshot(lab)))
    assert lab._bench.pump._thread.is_alive()


def test_a_picture_that_cannot_be_drawn_says_so_and_all_others_go_on(lab, monkeypatch):
    stage = stage_of(lab)
    sent = []
    monkeypatch.setattr(stage, "send", sent.append)

    def tell(events, now=None):
        raise KeyError("nobody")

    monkeypatch.setattr(stage.playback, "tell", tell)
    with lab.experiment("goes on") as experiment:
        lab.start(server)
        eventually(lambda: "waiting in recv()" in repr(experiment.stage))
    [last] = [step for message in sent for step in message.get("steps", ())]
    assert "come to a stop" in last["say"]
    assert "KeyError" in last["put"]["totals"]


def test_a_look_that_fails_is_not_the_last(lab, monkeypatch):
    failed = threading.Event()
    plain = lab.trace.take

    def take(until=None):
        if not failed.is_set():
            failed.set()
            raise RuntimeError("once")
        return plain(until)

    stage = stage_of(lab)
    monkeypatch.setattr(lab.trace, "take", take)
    lab.start(server)
    eventually(lambda: failed.is_set() and "waiting in recv()" in repr(stage))


@pytest.fixture
def quiet(monkeypatch):
    """A lab whose pump tells for how long it lies down, and that is at rest."""
    monkeypatch.setattr(pumps, "HEAL", 0.1)
    lab = Lab("quiet")
    lab.rests = []
    wait = lab.trace.bell.wait
    lab.trace.bell.wait = lambda seconds: (lab.rests.append(seconds), wait(seconds))[1]
    lab.sent = []
    stage = stage_of(lab)
    stage.send = lab.sent.append
    lab.start(server)
    eventually(lambda: "waiting in recv()" in repr(stage))
    eventually(lambda: lab.rests and lab.rests[-1] > 60)
    yield lab
    lab.close()


def test_nothing_new_is_not_a_byte_and_not_a_look(quiet):
    healed = ["pieces" in message for message in quiet.sent]
    assert healed.count(True) == 1
    assert healed[-1]  # the last word is the whole picture
    told, looks = len(quiet.sent), len(quiet.rests)
    quiet.trace.tallies[1].in_vain += 1  # no entry: nobody is to look
    assert quiet.trace.asleep
    assert (len(quiet.sent), len(quiet.rests)) == (told, looks)


def test_the_next_event_wakes_it(quiet):
    told = len(quiet.sent)
    with quiet.context().socket(zmq.REQ) as requester:
        requester.connect(quiet.endpoint())
        requester.send(b"x")
        requester.recv()
    eventually(lambda: any("sends" in step["say"] for m in quiet.sent[told:] for step in m.get("steps", ())))
    eventually(lambda: quiet.rests[-1] > 60)


def test_a_page_that_opens_while_nothing_happens_is_answered(quiet):
    stage = stage_of(quiet)
    stage._hear(stage, {"type": "hello"}, [])
    eventually(lambda: any(message["type"] == "history" for message in quiet.sent))


def test_a_page_that_opens_after_the_lab_was_closed_is_answered():
    lab = Lab("gone")
    stage, sent = stage_of(lab), []
    lab.close()
    stage.send = sent.append
    stage._hear(stage, {"type": "hello"}, [])
    assert sent[0]["type"] == "history"


def test_an_actor_that_only_pauses_is_no_news(lab):
    paused = threading.Event()

    def idler(pause):
        for _ in range(20):
            pause(0.001)
        paused.set()
        while True:
            pause(0.001)

    lab.start(idler)
    assert paused.wait(10)
    own = [type(event) for event in lab.trace.events() if event.actor == "idler"]
    assert own == [kinds.Started, kinds.Pauses]
    assert snapshot(lab)._bundle["text/plain"].count("in pause(0.001)") == 1


def test_a_cell_that_waits_is_told_so_though_nothing_else_happens(lab, monkeypatch):
    monkeypatch.setattr(pumps, "LONG_WAIT", 0.05)
    stage = stage_of(lab)

    def cell(context):
        with context.socket(zmq.PULL) as puller:
            puller.bind("inproc://nobody")
            puller.recv()

    lab._bench.pump.cells.add("cell")
    lab.start(cell)
    eventually(lambda: "press ■" in repr(stage))


# nobody looks


@pytest.fixture
def watched(monkeypatch):
    """A lab in which something happens now and then, its stage, and what that sends. Patience has an end at once."""
    lab = Lab("watched")
    stage, sent = stage_of(lab), []
    stage.send = sent.append
    lab.start(server)
    eventually(lambda: "waiting in recv()" in repr(stage))
    monkeypatch.setattr(stages, "PATIENCE", -1.0)
    yield lab, stage, sent
    lab.close()


def ask(lab, text):
    """Send a request, and wait until the picture has it and its reply."""
    stage, before = stage_of(lab), stage_of(lab).playback.scene.received
    with lab.context().socket(zmq.REQ) as requester:
        requester.connect(lab.endpoint())
        requester.send_string(text)
        requester.recv()
    eventually(lambda: stage.playback.scene.received == before + 2 and lab.trace.asleep)


def test_what_happens_while_nobody_looks_is_kept_and_not_sent(watched):
    lab, stage, sent = watched
    sent.clear()
    ask(lab, "tea")
    assert sent == []
    assert any("TEA" in step["say"] for step in stage.past.told()["history"])


def test_who_looks_again_is_sent_what_was_missed_as_one_picture_and_then_what_happens(watched, monkeypatch):
    lab, stage, sent = watched
    ask(lab, "tea")
    sent.clear()
    stage._hear(stage, {"type": "looking"}, [])
    eventually(lambda: sent)
    assert [(message["type"], message.get("away")) for message in sent] == [("picture", True)]
    assert sent[0]["pieces"]["totals"] == stage.playback.pieces["totals"]
    monkeypatch.setattr(stages, "PATIENCE", 60.0)
    ask(lab, "coffee")
    numbers = [message["sequence"] for message in sent]
    steps = [message for message in sent if message["type"] == "steps"]
    assert steps
    assert numbers == sorted(numbers)
    assert steps[0]["sequence"] == sent[0]["sequence"] + 1  # the page has no gap


def test_who_looks_and_has_missed_nothing_is_sent_nothing(quiet):
    stage, told = stage_of(quiet), len(quiet.sent)
    heard = threading.Event()
    plain = stage.looked_at
    stage.looked_at = lambda: (plain(), heard.set())
    stage._hear(stage, {"type": "looking"}, [])
    assert heard.wait(10)
    assert len(quiet.sent) == told


def test_who_presses_looks(watched):
    lab, stage, sent = watched
    ask(lab, "tea")
    sent.clear()
    stage.go_live()
    eventually(lambda: [message["type"] for message in sent] == ["live", "picture"])
