"""The case files: recordings that are what their questions say, played with no socket."""

import base64
import json
import re
import runpy
from itertools import combinations
from xml.etree import ElementTree

import cases
import pytest
import zmq
from zmqlab import Case
from zmqlab.case import Finding
from zmqlab.course.cases import CASES, finished_photo
from zmqlab.learning.progress import Progress
from zmqlab.picture.drawing import still
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.svg import MONO
from zmqlab.record.events import LinkDown, LinkUp

from tests import lessons
from tests.lessons import code_cells, source
from tests.unit.common import messages

NOTEBOOKS = {name: lessons.ROOT / f"notebooks/{case.number}-the-{name}.ipynb" for name, case in CASES.items()}


def texts(case, actor, way):
    return [message.frames[0].decode() for message in case.messages(actor, way)]


def totals(case):
    scene = Scene()
    for event in case.events:
        scene.apply(event)
    return scene.totals()


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_played_without_a_socket(name, monkeypatch, tmp_path):
    def no_socket(*_arguments, **_options):
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(zmq.Context, "socket", no_socket)
    monkeypatch.setattr(zmq, "Context", no_socket)
    cells = [source(cell) for _, cell in code_cells(lessons.read(NOTEBOOKS[name]))]
    program = tmp_path / "case.py"
    program.write_text("\n".join(cells))
    runpy.run_path(str(program))


@pytest.mark.parametrize("name", CASES)
def test_a_notebook_asks_all_the_questions_of_its_case(name):
    cells = [source(cell) for _, cell in code_cells(lessons.read(NOTEBOOKS[name]))]
    assert [f'case.question("{question.name}")' for question in CASES[name].questions] == [
        cell.strip() for cell in cells if "question" in cell
    ]
    repaired = [f'case.exercise("{exercise.name}")' for exercise in CASES[name].exercises]
    assert repaired == [cell.splitlines()[-1] for cell in cells if "case.exercise" in cell]
    assert CASES[name].title == lessons.title(lessons.read(NOTEBOOKS[name]))


def test_the_alarm_was_published_and_heard_by_nobody():
    case = Case("silent-alarm")
    alarm = "door open"
    assert texts(case, "sensor", "sent").count(alarm) == 1
    assert texts(case, "gateway", "received").count(alarm) == 1
    assert texts(case, "gateway", "sent").count(alarm) == 1
    assert alarm not in texts(case, "siren", "received") + texts(case, "diary", "received")
    assert texts(case, "siren", "received") == ["door test", "door test"]
    assert "battery" in texts(case, "diary", "received")
    assert totals(case)["not delivered"] > 0


def test_when_the_alarm_was_published_no_subscriber_was_back():
    case = Case("silent-alarm")
    [published] = [m for m in case.messages("gateway", "sent") if m.frames == (b"door open",)]
    for actor in ("siren", "diary"):
        links = [e for e in case.events if e.actor == actor and isinstance(e, LinkUp | LinkDown)]
        before = [type(event) for event in links if event.time < published.time]
        assert before[-1] is LinkDown
        assert isinstance(links[-1], LinkUp)


def test_of_the_photos_every_message_was_received_and_one_was_never_sent():
    case = Case("finished-photo")
    assert len(case.messages(way="sent")) == len(case.messages(way="received"))
    assert "photo 4" in texts(case, "ben", "received")
    assert "photo 4" in texts(case, "ben", "sent")  # reported as done
    photos = {f"photo {number}" for number in range(1, 7)}
    assert photos <= set(texts(case, "giver", "received"))
    assert {f"{photo} developed" for photo in photos} - set(texts(case, "album", "received")) == {"photo 4 developed"}


def test_the_photo_is_missing_on_real_sockets_too(lab):
    assert cases.finished_photo_happens(lab)


def test_in_annas_order_a_photo_is_lost_with_its_report(lab):
    """`send` returns when the photo is in a queue of Anna's own: the old cure was no cure."""
    tasks, photos = lab.endpoint("tasks"), lab.endpoint("photos")
    lab.start(finished_photo.giver, task_endpoint=tasks, photos=["photo 1", "photo 2"])
    lab.start(finished_photo.anna, task_endpoint=tasks, album_endpoint=photos)  # the album is being restarted
    assert lab.wait_for(lambda: (b"photo 2",) in [message.frames for message in messages(lab, "giver", "sent")])
    lab["anna"].kill()
    assert (b"photo 1 developed",) in [message.frames for message in messages(lab, "anna", "sent")]
    assert (b"photo 1",) in [message.frames for message in messages(lab, "giver", "received")]  # reported
    lab.start(finished_photo.album, album_endpoint=photos)
    assert lab.wait_for(lambda: cases.waiting(lab, "album"))
    assert messages(lab, "album", "received") == []


def test_the_gateway_publishes_what_waited_for_it_on_real_sockets_too(lab):
    cases.silent_alarm_happens(lab)  # whether a subscriber is back in time is luck
    sent = [message.frames[0] for message in messages(lab, "gateway", "sent")]
    assert sent == [b"door test", b"battery", b"door open", b"door test"]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: Case("nothing"), "No case is called 'nothing': there are silent-alarm, finished-photo."),
        (lambda: Case("silent-alarm").question("why"), "No question is called 'why': there are where, whose, cure."),
        (
            lambda: Case("silent-alarm").program("you"),
            "No program is called 'you': there are sensor, gateway, subscriber.",
        ),
    ],
)
def test_an_unknown_name_is_told_with_the_names_there_are(ask, words):
    with pytest.raises(LookupError, match=words.replace(".", r"\.")):
        ask()


def test_a_program_is_shown_as_it_was_recorded():
    shown = Case("finished-photo").program("ben").data
    assert shown.startswith("```python\ndef ben(")
    assert "ask(requester, photo)\n            pause(0.3)" in shown


def in_red(stage):
    """What a still picture of a film's end says in red."""
    drawn = stage._repr_mimebundle_()[0]["text/html"]
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", drawn)[1]).decode()
    return " ".join(re.findall(r"zl-trouble-text[^>]*>([^<]*)<", svg)).strip()


@pytest.fixture
def nothing_answered(monkeypatch, tmp_path):
    monkeypatch.setenv("ZMQLAB_PROGRESS", str(tmp_path / "progress.json"))


def test_why_a_message_was_lost_can_be_read_to_its_end_once_somebody_has_said_where(nothing_answered):
    case = Case("silent-alarm")
    assert in_red(case.recording()) == ""
    case._progress.answered("silent-alarm", "where", "A")
    assert in_red(case.recording()) == "2 not delivered (inferred: not connected yet)"


def test_until_it_is_asked_where_no_step_of_the_film_says_why_a_message_was_lost(nothing_answered):
    stage = Case("silent-alarm").recording()
    told = json.dumps(stage.told())
    assert "2 not received" in told  # the sum adds up
    assert "not connected yet" not in told


@pytest.mark.parametrize("name", CASES)
def test_a_recording_waits_for_a_press_and_plays_to_its_end(name, nothing_answered):
    told = Case(name).recording().told()
    assert (told["pause_at"], told["film"], told["ends"]) == (0, True, True)
    assert told["rest"] == told["duration"]


def test_where_it_was_lost_is_seen_once_it_is_answered(nothing_answered):
    finding = Finding("silent-alarm", CASES["silent-alarm"].questions[0], Progress(), Case("silent-alarm").events, "x")
    assert not finding._below.children
    finding._press("answer", "B")
    [film] = finding._below.children
    told = film.told()
    assert told["pause_at"] == told["rest"] < told["duration"]
    shown = [step for step in told["history"] if step["kind"] and step["at"] <= told["rest"]]
    assert "gateway sends “door open”; 2 not delivered" in shown[-1]["say"], (
        "not at the crash: nothing is lost there yet"
    )
    assert "not connected yet" in json.dumps(told["history"])


@pytest.mark.parametrize("name", CASES)
def test_no_verb_of_a_socket_covers_another(name):
    scene, covered = Scene(), set()
    for event in Case(name).events:
        scene.apply(event)
        verbs = [label for label in ElementTree.fromstring(still(scene)).iter() if "zl-verb" in label.get("class", "")]
        for one, other in combinations(verbs, 2):
            if abs(float(one.get("y")) - float(other.get("y"))) < 15 and _meet(_ends(one), _ends(other)):
                covered.add((one.text, other.text))
    assert not covered


def _meet(one, other):
    return one[0] < other[1] and other[0] < one[1]


def _ends(label):
    """Return where a label begins and ends."""
    x, width = float(label.get("x")), len(label.text) * MONO
    return (x, x + width) if label.get("text-anchor") != "end" else (x - width, x)


@pytest.mark.parametrize("name", CASES)
def test_a_recording_says_when_all_of_it_happened(name):
    """Its first event is at 0."""
    case = Case(name)
    steps = Playback().film(case.events)
    assert steps[-1].real == pytest.approx(case.events[-1].time / 1e6, abs=0.001)
    labels = {str(piece) for step in steps for place, piece in step.put.items() if place.startswith("sequence/t")}
    assert len(labels) > 20


@pytest.mark.parametrize("name", CASES)
def test_at_the_end_who_is_alive_waits(name):
    scene = Scene()
    for event in Case(name).events:
        scene.apply(event)
    assert {actor.lamp for actor in scene.actors.values() if actor.alive} == {"waiting"}
