"""The pictures of the course: drawn from recordings, which real runs still agree with."""

import re
from pathlib import Path

import pictures
import pytest
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds
from zmqlab.record import files

from tests.lessons import lesson_files
from tests.unit.test_scene import Story

IMAGES = Path(__file__).parents[2] / "images"


# How many messages each picture shows on their way, and what else it has to show.
SHOWS = {
    "start-here": (1, ["you", "friend", "PUSH", "PULL"]),
    "request-reply": (1, ["client", "server", "REQ", "REP"]),
    "publish-subscribe": (3, ["PUB", "SUB", "paris", "21 °C", "oslo", "4 °C", "rome", "25 °C", "stayed here"]),
    "pipeline": (3, ["ventilator", "worker 1", "worker 2", "worker 3", "sink", "task", "done"]),
    "pollers": (3, ["REP", "SUB", "PULL", "question", "news", "task"]),
    "exclusive-pair": (1, ["PAIR", "ready"]),
    "queues-and-limits": (0, ["queue full", "5 of 5"]),
    "envelopes": (2, ["ROUTER", "REQ", "Anna", "Ben"]),
    "brokers": (1, ["anna", "ben", "carl", "ROUTER", "DEALER", "worker 1", "worker 2", "worker 3", "REP"]),
}


@pytest.mark.parametrize("name", pictures.recordings())
def test_a_picture_is_what_its_recording_gives(name):
    for ending, svg in pictures.draw(pictures.recordings()[name]).items():
        assert (IMAGES / f"{name}{ending}").read_text(encoding="utf-8") == svg, "run `make images`"


@pytest.mark.parametrize("name", pictures.SCENARIOS)
def test_a_picture_shows_its_pattern_in_the_small_one_too(name):
    pills, words = SHOWS[name]
    for ending in (".svg", ".small.svg"):
        svg = (IMAGES / name).with_suffix(ending).read_text(encoding="utf-8")
        on_their_way = svg.partition('<g class="zl-pills">')[2]
        assert on_their_way.count('<rect class="zl-pill ') == pills
        shown = " ".join(re.findall(r"<text[^>]*>([^<]*)<", svg))
        assert [word for word in words if word not in shown] == []


def test_every_lesson_has_a_picture():
    lessons = {path.stem.partition("-")[2] for path in lesson_files() if path.stem < "90"}
    assert lessons <= set(pictures.SCENARIOS)
    assert {path.stem for path in IMAGES.glob("*.json")} == set(pictures.SCENARIOS)


@pytest.mark.parametrize("name", pictures.SCENARIOS)
def test_a_fresh_run_has_the_order_of_the_recording_on_every_link(name):
    _, recorded = files.load(IMAGES / f"{name}.json")
    assert order(pictures.run(name)) == order(recorded)


def order(events):
    """Return what each actor sent, and what went over each link, in order."""
    scene, found = Scene(), {}
    for event in events:
        scene.apply(event)
        if isinstance(event, kinds.Sent):
            found.setdefault(event.actor, []).append(event.frames)
        for copy in scene.changes.landed:
            ends = tuple(scene.sockets[number].actor for number in (copy.sender, copy.receiver))
            found.setdefault(ends, []).append(copy.frames)
    return found


def test_a_picture_is_drawn_at_the_last_moment_that_shows_most():
    story = Story().socket("station", 1, "PUB", "tcp://127.0.0.1:5")
    for number, name in ((2, "anna"), (3, "bert")):
        story.socket(name, number, "SUB", "tcp://127.0.0.1:5", b"").wait(name, number)
    story.message("station", 1, "sent", b"first").message("anna", 2, "received", b"first")
    story.message("bert", 3, "received", b"first").wait("anna", 2).wait("bert", 3)
    story.message("station", 1, "sent", b"second").message("anna", 2, "received", b"second")
    scene = pictures.moment(story.events)
    assert sorted(copy.receiver for copy in scene.pending.values()) == [2, 3]
    assert {copy.frames for copy in scene.pending.values()} == {(b"second",)}


def test_who_gets_what_of_several_receivers_is_known_from_what_came_later():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5")
    for number, name in ((2, "anna"), (3, "bert")):
        story.socket(name, number, "PULL", "tcp://127.0.0.1:5").wait(name, number)
    for text in (b"1", b"2"):
        story.message("ventilator", 1, "sent", text)
    story.message("bert", 3, "received", b"2").message("anna", 2, "received", b"1")
    scene = pictures.moment(story.events)
    assert {copy.frames: copy.receiver for copy in scene.pending.values()} == {(b"1",): 2, (b"2",): 3}
    assert scene.totals()["on its way"] == 2
    assert [scene.on_the_way_to(scene.sockets[number]) for number in (2, 3)] == [1, 1]
    assert pictures.shows(scene) == (3, 2)


def test_who_waits_in_poll_waits_for_all_of_its_sockets_until_it_does_not():
    story = Story()
    for number, kind, text in ((1, "PUSH", b"task"), (2, "PUSH", b"news")):
        story.socket(text.decode(), number, kind, f"tcp://127.0.0.1:{number}")
        story.socket("server", number + 2, "PULL", f"tcp://127.0.0.1:{number}")
    story.wait("server", None, "poll").message("task", 1, "sent", b"task").message("news", 2, "sent", b"news")
    story.message("server", 3, "received", b"task")
    *_, before, after = [scene.totals() for scene in pictures.scenes(story.events)]
    assert (before["on its way"], before["waiting"]) == (2, 0)
    assert (after["on its way"], after["waiting"]) == (0, 1)


@pytest.mark.parametrize("frames", [(b"text",), (b"\xff\x00", b""), ("\u00e9\n".encode(),)])
def test_a_recording_gives_back_what_was_saved(tmp_path, frames):
    event = kinds.Sent(5, "you", 1, frames, tuple(map(len, frames)), 1)
    title, [back] = files.load(files.save(tmp_path / "x.json", [event], "a “title”"))
    assert title == "a “title”"
    assert back == event._replace(time=0)
