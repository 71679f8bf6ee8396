"""Pictures in words, a thing a line: what a change of the layout does to them can be read in its diff.

`ZMQLAB_GOLDENS=renew` writes them anew: `ZMQLAB_GOLDENS=renew .venv/bin/python -m pytest tests/unit/test_goldens.py`.
"""

import os
import re
from pathlib import Path

import pictures
import pytest
from zmqlab.picture.drawing import still
from zmqlab.picture.layout import lay_out
from zmqlab.picture.ways import links
from zmqlab.record import events as kinds

from tests.unit.test_layout import things
from tests.unit.test_where_messages_are import Tale, tasks, workers

GOLDENS = Path(__file__).parent / "goldens"
RENEW = os.environ.get("ZMQLAB_GOLDENS") == "renew"
TRANSFORM = re.compile(
    r'<g transform="translate\(([-\d.]+),([-\d.]+)\)"><g data-message="[^"]*" data-place="(\w+)">(.*?)</g>'
)


def in_words(scene):
    """Return what is drawn of a scene, a thing a line."""
    layout, svg = lay_out(scene), still(scene)
    said = [f"picture {layout.width:.0f} x {layout.height:.0f}"]
    for name, box in layout.boxes.items():
        said.append(
            f"box {name} at {box.x:.0f},{box.y:.0f} {box.width:.0f} x {box.height:.0f} “{scene.actors[name].words}”"
        )
        for socket in layout.sockets[name]:
            spot = layout.spots[socket.number]
            state = "" if socket.open else " closed"
            said.append(
                f"  socket {socket.type} on its {'right' if spot.side > 0 else 'left'} at {spot.x:.0f},{spot.y:.0f}{state}"
            )
            for where, held in (("queue", scene.queue_of(socket)), ("held", scene.held_at(socket))):
                said += [f"  {where} at {socket.type}: {len(held)}"] if held else []
    for one, other, state in links(layout):
        there = f"{other.actor} {other.type}" if other else "nobody"
        said.append(f"link {one.actor} {one.type} – {there}: {state}")
    for x, y, place, inside in TRANSFORM.findall(svg):
        words = " | ".join(re.findall(r"<text[^>]*>([^<]*)<", inside))
        said.append(f"message “{words}” ({place}) at {float(x):.0f},{float(y):.0f}")
    drawn = re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL).replace(' xmlns="http://www.w3.org/2000/svg"', "")
    for thing in things(drawn):
        if thing.words and thing.kind.startswith(("zl-small", "zl-mono zl-verb", "zl-mono zl-chip", "zl-words")):
            said.append(f"text “{thing.words}” from {thing.left:.0f},{thing.bottom - 3:.0f} to {thing.right:.0f}")
    return "\n".join(said) + "\n"


def late_link():
    return Tale().connects("client", 2, "REQ", "tcp://127.0.0.1:5").message("client", 2, "sent", b"please").scene


def four_workers():
    tale = tasks(workers("worker 1", "worker 2", "worker 3", "worker 4"), 1, 2, 3, 4, 5, 6)
    return tale.message("worker 1", 2, "received", b"task 1").pause(2).scene


def pair_in_one():
    tale = (
        Tale().note("threads", kinds.SocketMade, 1, type="PAIR").note("threads", kinds.Bound, 1, endpoint="inproc://x")
    )
    return tale.connects("threads", 2, "PAIR", "inproc://x").message("threads", 2, "sent", b"ready").scene


MOMENTS = {
    name: lambda path=path: pictures.moment(pictures.files.load(path)[1])
    for name, path in pictures.recordings().items()
}
MOMENTS |= {"a-late-link": late_link, "four-workers": four_workers, "a-pair-in-one-actor": pair_in_one}


@pytest.mark.parametrize("name", MOMENTS)
def test_a_picture_is_as_it_was(name):
    words, path = in_words(MOMENTS[name]()), GOLDENS / f"{name}.txt"
    if RENEW:
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(words, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == words, "look at the difference; if it is meant, renew them"
