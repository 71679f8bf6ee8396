"""Where everything stands: nothing moves in a film, nothing covers anything, nothing is outside of the picture."""

import re
from itertools import combinations
from random import Random
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from zmqlab.picture.drawing import LAYERS, draw
from zmqlab.picture.layout import HEIGHT, WIDTH, lay_out
from zmqlab.picture.letters import width
from zmqlab.picture.plan import Plan
from zmqlab.picture.playback import Playback
from zmqlab.record import events as kinds
from zmqlab.record import files
from zmqlab.record.keeping import kept

from tests.unit.test_one_truth import FOLDER, RECORDINGS
from tests.unit.test_random_histories import History
from tests.unit.test_where_messages_are import Tale, tasks, workers

SEEDS = range(12)
"""Of the histories. More cost minutes: a film is drawn for each."""
HAIR = 2.0
"""Pixels that two things may share: a letter is smaller than its line."""
SHORT = 400
"""Events of a stretch of which each moment is looked at; of a longer one, its beginning."""


class Thing(NamedTuple):
    """Something that is drawn: what it is, its words, and its edges."""

    kind: str
    words: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other):
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > HAIR and high > HAIR


def text_thing(element, dx, dy):
    kind, words = element.get("class"), element.text or ""
    mono = "zl-mono" in kind
    bold = "zl-name" in kind or "zl-trouble-text" in kind or "zl-socket-type" in kind
    wide = width(words, "mono" if mono else "bold" if bold else "sans", 15 if "zl-name" in kind else 13)
    wide *= 0.97  # the table rounds up
    x, y = float(element.get("x")) + dx, float(element.get("y")) + dy
    left = x - {"start": 0, "middle": wide / 2, "end": wide}[element.get("text-anchor")]
    return Thing(kind, words, left, y - 10, left + wide, y + 3)


def things(svg, dx=0.0, dy=0.0):
    """Return the texts, the outlines and the pills of a piece."""
    found = []

    def look(element, dx, dy):
        if move := re.match(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "")):
            dx, dy = dx + float(move[1]), dy + float(move[2])
        if element.tag == "text":
            found.append(text_thing(element, dx, dy))
        elif element.tag == "rect":
            x, y, wide, high = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
            found.append(Thing(element.get("class"), "", x + dx, y + dy, x + dx + wide, y + dy + high))
        for child in element:
            look(child, dx, dy)

    look(ElementTree.fromstring(f"<svg>{svg}</svg>"), dx, dy)
    return found


def begins(d, back):
    """Return the point at which a message sets out on a path, and stands while the film stands at its step."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", d)]
    return (numbers[-2], numbers[-1]) if back and "C" in d else (numbers[0], numbers[1])


def resting(pieces, at):
    """Return the pills that have just set out at a moment, as things."""
    found = []
    for name, piece in pieces.items():
        if name.startswith("pills/") and piece["from"] == at:
            found += [
                one
                for one in things(piece["svg"], *begins(piece["d"], piece["back"]))
                if one.kind.startswith("zl-pill")
            ]
    return found


def wrong(pieces, at):
    """Yield in words what covers what, or stands outside of the picture."""
    wide, high = map(float, pieces["size"].split())
    drawn = [thing for name, svg in pieces.items() if name.partition("/")[0] in LAYERS[:3] for thing in things(svg)]
    texts = [thing for thing in drawn if thing.words]
    boxes = [thing for thing in drawn if thing.kind.startswith("zl-box")]
    pills = resting(pieces, at)
    for one, other in combinations(texts, 2):
        if one.overlaps(other):
            yield f"“{one.words}” and “{other.words}” cover each other"
    for one, other in [*combinations(boxes, 2), *combinations(pills, 2)]:
        if one.overlaps(other):
            yield f"{one} and {other} cover each other"
    for pill in pills:
        for text in texts:
            if pill.overlaps(text) and "zl-small" not in text.kind:
                yield f"a message covers “{text.words}”"
    for thing in [*texts, *boxes, *pills]:
        if thing.left < -HAIR or thing.top < -HAIR or thing.right > wide + HAIR or thing.bottom > high + HAIR:
            yield f"{thing} is outside of {wide} x {high}"


def film(events, before=()):
    """Yield the pieces at each moment of a film, and the moment."""
    playback, pieces = Playback(), {}
    for event in before:
        playback.scene.apply(event)
    if before:
        playback = Playback(playback.scene.begin_anew())
    steps = playback.film(events)
    for number, step in enumerate(steps):
        for name in step.drop:
            pieces.pop(name, None)
        pieces |= step.put
        if (number + 1 == len(steps) or steps[number + 1].at > step.at) and "size" in pieces:
            yield pieces, step.at


def places(pieces):
    """Return the outline of each box, by its actor."""
    outline = re.compile(r'class="zl-box[^"]*" (x="[^"]*" y="[^"]*" width="[^"]*" height="[^"]*")')
    return {
        name.removeprefix("actors/"): outline.search(svg)[1]
        for name, svg in pieces.items()
        if name.startswith("actors/")
    }


def problems(events, before=()):
    """Return what is wrong with a film, in words, each once."""
    found, known, size = {}, {}, None
    for pieces, at in film(events, before):
        size = size or pieces["size"]
        if pieces["size"] != size:
            found[f"its size goes from {size} to {pieces['size']}"] = True
        for name, place in places(pieces).items():
            if known.setdefault(name, place) != place:
                found[f"{name} moves from {known[name]} to {place}"] = True
        found |= dict.fromkeys(wrong(pieces, at))
    return list(found)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_in_the_film_of_a_recording_nothing_moves_and_nothing_covers_anything(path):
    _, events = files.load(path)
    assert problems(events) == []


@pytest.mark.skipif(not FOLDER, reason="`make notebooks` runs the lessons, and then this")
def test_in_the_film_of_a_stretch_nothing_moves_and_nothing_covers_anything():
    found = {}
    for title, before, events, *_ in kept(FOLDER):
        if words := problems(events[:SHORT], before):
            found.setdefault(title, words)
    assert found == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_film_of_a_random_history_nothing_moves_and_nothing_covers_anything(seed):
    assert problems(History(Random(seed)).write()) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_live_a_picture_never_shrinks_and_nothing_covers_anything(seed):
    playback, low, wide = Playback(), 0, 0
    for event in History(Random(seed)).write():
        playback.tell([event])
        pieces = playback.pieces
        now = [int(number) for number in pieces["size"].split()]
        assert now[1] >= low
        assert now[0] >= wide
        wide, low = now
        assert list(wrong(pieces, -1)) == []


def pipeline(number):
    """A pipeline with so many workers, each with two tasks."""
    tale = (
        Tale().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:51877").note("sink", kinds.SocketMade, 2, type="PULL")
    )
    tale.note("sink", kinds.Bound, 2, endpoint="tcp://127.0.0.1:51878")
    for worker in range(1, number + 1):
        tale.socket(f"worker {worker}", 10 + worker, "PULL", "tcp://127.0.0.1:51877")
        tale.connects(f"worker {worker}", 20 + worker, "PUSH", "tcp://127.0.0.1:51878")
        tale.note(f"worker {worker}", kinds.LinkUp, 20 + worker, endpoint="tcp://127.0.0.1:51878")
        tale.wait(f"worker {worker}", 10 + worker)
    tasks = [(turn, worker) for turn in range(2) for worker in range(1, number + 1)]
    for turn, worker in tasks:
        tale.message("ventilator", 1, "sent", b"task %d" % (turn * number + worker))
    for turn, worker in tasks:
        task = b"task %d" % (turn * number + worker)
        tale.message(f"worker {worker}", 10 + worker, "received", task)
        tale.message(f"worker {worker}", 20 + worker, "sent", task + b" done").wait(f"worker {worker}", 10 + worker)
        tale.wait("sink", 2).message("sink", 2, "received", task + b" done")
    return tale


def subscribers(number):
    tale = Tale().socket("station", 1, "PUB", "tcp://127.0.0.1:51877")
    for one in range(2, number + 2):
        tale.socket(f"reader {one}", one, "SUB", "tcp://127.0.0.1:51877", b"paris-nord").wait(f"reader {one}", one)
    return tale.message("station", 1, "sent", b"paris-nord", b"21").message("station", 1, "sent", b"rome", b"23")


@pytest.mark.parametrize("tale", [pipeline(4), subscribers(4)], ids=["pipeline", "subscribers"])
def test_four_actors_in_a_column_fit(tale):
    sizes = {tuple(map(int, pieces["size"].split())) for pieces, _ in film(tale.events)}
    [(wide, high)] = sizes
    assert high <= HEIGHT
    assert wide <= WIDTH
    assert problems(tale.events) == []


def test_words_and_topics_are_whole_where_there_is_room():
    pieces = draw(subscribers(3).wait("station", 1, "recv_multipart").scene)
    assert ">paris-nord<" in pieces["actors/reader 2"]
    assert ">waiting in recv()<" in draw(pipeline(3).scene)["notes/worker 1"]


def pair_in_one_actor():
    tale = (
        Tale().note("threads", kinds.SocketMade, 1, type="PAIR").note("threads", kinds.Bound, 1, endpoint="inproc://x")
    )
    return tale.connects("threads", 2, "PAIR", "inproc://x").message("threads", 2, "sent", b"ready")


def test_both_ends_of_a_pair_in_one_actor_have_a_link():
    tale = pair_in_one_actor()
    pieces = draw(tale.scene)
    assert [name for name in pieces if name.startswith("links/")] == ["links/2-1"]
    assert "waiting for a peer" not in "".join(pieces.values())
    flights = [
        piece for step in Playback().film(tale.events) for name, piece in step.put.items() if name.startswith("pills/")
    ]
    assert len(flights) == 1
    assert problems(tale.message("threads", 1, "received", b"ready").events) == []


def test_of_two_equals_who_begins_stands_left_whoever_connected():
    def talk(first, name):
        tale = (
            Tale().note(name, kinds.SocketMade, 1, type="PAIR").note(name, kinds.Bound, 1, endpoint="tcp://127.0.0.1:5")
        )
        tale.connects("partner", 2, "PAIR", "tcp://127.0.0.1:5").note(
            "partner", kinds.LinkUp, 2, endpoint="tcp://127.0.0.1:5"
        )
        return tale.message(first, 1 if first == name else 2, "sent", b"hello").events

    def order(events):
        *_, (pieces, _) = film(events)
        return sorted(places(pieces), key=lambda name: float(re.search(r'x="([\d.]+)"', places(pieces)[name])[1]))

    assert order(talk("you", "you")) == ["you", "partner"]
    assert order(talk("main", "main")) == ["main", "partner"]
    assert order(talk("partner", "main")) == ["partner", "main"]


def test_messages_that_leave_together_can_each_be_read():
    tale = subscribers(3)
    for reading in (b"22", b"23"):
        tale.message("station", 1, "sent", b"paris-nord", reading)
    for reading in (b"21", b"22", b"23"):
        for one in range(2, 5):
            tale.message(f"reader {one}", one, "received", b"paris-nord", reading)
    pills = [
        step.put[name]["svg"] for step in Playback().film(tale.events) for name in step.put if name.startswith("pills/")
    ]
    assert len(pills) == 9
    assert all(">paris-nord<" in svg for svg in pills)
    assert problems(tale.events) == []


def test_a_plan_keeps_a_restarted_actor_in_its_place():
    tale, plan = pipeline(2), Plan()
    before = lay_out(tale.scene, plan)
    tale.note("worker 1", kinds.Closed, 11).note("worker 1", kinds.Closed, 21).note("worker 1", kinds.Died)
    lay_out(tale.scene, plan)
    tale.note("worker 1", kinds.Started).socket("worker 1", 31, "PULL", "tcp://127.0.0.1:51877")
    after = lay_out(tale.scene, plan)
    for name, box in before.boxes.items():
        assert (after.boxes[name].x, after.boxes[name].width) == (box.x, box.width)
    assert after.height >= before.height
    assert list(after.boxes) == list(before.boxes)
    assert lay_out(tale.scene, plan).boxes == after.boxes


def test_sockets_that_an_actor_never_has_together_stand_in_one_place():
    tale, plan = Tale().socket("broker", 1, "ROUTER", "e").socket("worker", 2, "DEALER", "e"), Plan()
    before = lay_out(tale.scene, plan)
    tale.note("worker", kinds.Closed, 2).note("worker", kinds.Stopped).note("worker", kinds.Started)
    after = lay_out(tale.socket("worker", 3, "REQ", "e").scene, plan)
    assert after.spots[3].y - after.boxes["worker"].y == before.spots[2].y - before.boxes["worker"].y
    assert ">connect<" in draw(tale.scene, after)["actors/worker"]
    both = lay_out(tale.socket("worker", 4, "REQ", "e").scene, plan)
    assert both.spots[4].y > both.spots[3].y


@pytest.mark.parametrize("number", [1, 3])
def test_live_a_line_more_below_a_box_moves_nobody(number):
    tale, plan = workers(*[f"worker {one}" for one in range(number)]), Plan()
    before = lay_out(tale.scene, plan)
    for one in range(number):
        tale.wait(f"worker {one}", one + 2)
    waiting = lay_out(tale.scene, plan)
    tasks(tale, *range(2 * number))
    for one in range(number):
        tale.message(f"worker {one}", one + 2, "received", b"task %d" % one).pause(1)
        now = lay_out(tale.scene, plan)
        assert {name: box.y for name, box in now.boxes.items()} == {name: box.y for name, box in before.boxes.items()}
    assert plan.version > 1
    assert waiting.height == before.height


BESIDE_A_CARD = (774, 538)
"""What a laptop has for the picture of a film beside a card, in pixels: in a larger one letters would be drawn below 13."""


def broker_with(clients, workers):
    """Clients that begin before their broker, and work for it: each is at some time without a peer, with a request in its queue."""
    front, back = "tcp://127.0.0.1:51877", "tcp://127.0.0.1:51878"
    tale = Tale()
    for kind, names, first, where in (("DEALER", clients, 10, front), ("REQ", workers, 20, back)):
        for number, name in enumerate(names, first):
            tale.note(name, kinds.SocketMade, number, type=kind).note(name, kinds.Connected, number, endpoint=where)
            tale.message(name, number, "sent", b"one").wait(name, number, "recv_multipart")
    for number, where in ((1, front), (2, back)):
        tale.note("your broker", kinds.SocketMade, number, type="ROUTER")
        tale.note("your broker", kinds.Bound, number, endpoint=where)
    for first, names, where in ((10, clients, front), (20, workers, back)):
        for number, name in enumerate(names, first):
            tale.note(name, kinds.LinkUp, number, endpoint=where)
    return tale


def test_five_clients_a_broker_and_three_workers_fit_beside_a_card():
    clients = ["anna", "ben", "guest 4", "guest 5", "carl"]
    tale = broker_with(clients, ["worker 1", "worker 2", "worker 3"])
    playback = Playback()
    playback.film(tale.events)
    wide, high = map(float, playback.snapshot()["pieces"]["size"].split())
    assert wide <= BESIDE_A_CARD[0]
    assert high <= BESIDE_A_CARD[1]
    said = playback.snapshot()["pieces"]["notes/anna"]
    assert ">in recv_multipart()<" in said
    assert "<title>waiting in recv_multipart()</title>" in said


def test_an_endpoint_is_cut_between_its_words():
    from zmqlab.picture.svg import shorten

    assert shorten("inproc://publish-subscribe-inside", 24) == "inproc://…-inside"
    assert shorten("tcp://127.0.0.1:51877", 14) == "tcp://…:51877"
