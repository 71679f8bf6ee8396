"""The pictures of the course: drawn from recordings, which real runs still agree with."""

from pathlib import Path

import pictures
import pytest
from zmqlab import recording
from zmqlab.lab import Lab
from zmqlab.trace import Message

IMAGES = Path(__file__).parents[2] / "images"


@pytest.mark.parametrize("path", sorted(IMAGES.glob("*.json")), ids=lambda path: path.stem)
def test_a_picture_is_what_its_recording_gives(path):
    assert path.with_suffix(".svg").read_text(encoding="utf-8") == pictures.draw(path), "run `make images`"
    sequence = path.with_suffix(".sequence.svg").read_text(encoding="utf-8")
    assert sequence == pictures.draw_sequence(path), "run `make images`"


@pytest.mark.parametrize("name", pictures.SCENARIOS)
def test_a_fresh_run_has_the_order_of_the_recording_on_every_link(name):
    _, recorded = recording.load(IMAGES / f"{name}.json")
    lab = Lab(name)
    try:
        pictures.SCENARIOS[name](lab)
        assert lab.wait_for(lambda: order(lab.trace.events()) == order(recorded)), order(lab.trace.events())
    finally:
        lab.close()


def order(events):
    """Return, for each actor and way, its messages in order."""
    found = {}
    for event in events:
        if isinstance(event, Message):
            found.setdefault((event.actor, event.way), []).append(event.frames)
    return found


@pytest.mark.parametrize("frames", [(b"text",), (b"\xff\x00", b""), ("\u00e9\n".encode(),)])
def test_a_recording_gives_back_what_was_saved(tmp_path, frames):
    event = Message(5, 5, 7, "you", 1, "sent", frames, tuple(map(len, frames)), 1)
    title, [back] = recording.load(recording.save(tmp_path / "x.json", [event], "a “title”"))
    assert title == "a “title”"
    assert back == event._replace(time=0, began=0, ended=2)
