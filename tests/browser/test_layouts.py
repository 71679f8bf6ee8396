"""Every arrangement of actors is legible at 900 pixels: nothing overlaps, nothing leaves the picture.

Each picture is kept in build/screenshots, to be looked at: what is ugly no test sees.
"""

import inspect
from itertools import combinations
from typing import NamedTuple

import pytest
from zmqlab.picture.drawing import STYLE, still
from zmqlab.picture.sequence import diagram
from zmqlab.record import events as kinds

from tests.lessons import ROOT
from tests.unit.test_scene import Story

SMALL = sorted((ROOT / "images").glob("*.small.svg"))
SCREENSHOTS = ROOT / "build" / "screenshots"
WIDTH = 900
LEADING = 2
"""Pixels above the highest letter of a line that belong to it, and in which nothing stands."""
HAIR = 1.0
"""Pixels that two things may share: the boxes of letters are a little larger than the letters."""
SMALLEST = 13
HERE = "tcp://127.0.0.1:51877"
THERE = "tcp://127.0.0.1:51878"
BEYOND = "tcp://127.0.0.1:51879"


class Plan(Story):
    """A story in which either side may bind."""

    def binds(self, actor, number, kind, *endpoints):
        self.note(actor, kinds.SocketMade, number, type=kind)
        for endpoint in endpoints:
            self.note(actor, kinds.Bound, number, endpoint=endpoint)
        return self

    def connects(self, actor, number, kind, *endpoints, topics=(), up=True):
        self.note(actor, kinds.SocketMade, number, type=kind)
        for endpoint in endpoints:
            self.note(actor, kinds.Connected, number, endpoint=endpoint)
            if up:
                self.note(actor, kinds.LinkUp, number, endpoint=endpoint)
        for topic in topics:
            self.note(actor, kinds.Subscribed, number, topic=topic)
        return self


# arrangements: each is drawn in the middle of its work


def one_to_one():
    plan = Plan().binds("server", 1, "REP", HERE).connects("client", 2, "REQ", HERE).wait("server", 1)
    return plan.message("client", 2, "sent", b"Hello").wait("client", 2)


def one_to_eight():
    plan = Plan().binds("weather station", 1, "PUB", HERE)
    for number in range(2, 10):
        plan.connects(f"reader {number - 1}", number, "SUB", HERE, topics=[b"paris"]).wait(
            f"reader {number - 1}", number
        )
    return plan.message("weather station", 1, "sent", b"paris", "21 °C".encode())


def eight_to_one():
    plan = Plan().binds("sink", 1, "PULL", HERE)
    for number in range(2, 10):
        plan.connects(f"worker {number - 1}", number, "PUSH", HERE)
    for number in range(2, 10):
        plan.message(f"worker {number - 1}", number, "sent", b"%d done" % number)
    return plan


def pipeline():
    plan = Plan().binds("ventilator", 1, "PUSH", HERE).binds("sink", 2, "PULL", THERE)
    for number in range(1, 5):
        plan.connects(f"worker {number}", 10 + number, "PULL", HERE)
        plan.connects(f"worker {number}", 20 + number, "PUSH", THERE).wait(f"worker {number}", 10 + number)
    for number in range(1, 5):
        plan.message("ventilator", 1, "sent", b"task %d" % number)
        plan.message(f"worker {number}", 10 + number, "received", b"task %d" % number)
    plan.wait("sink", 2)
    for number in range(1, 4):
        plan.message(f"worker {number}", 20 + number, "sent", b"task %d: done" % number)
    return plan


def acknowledged():
    """Two actors that push to each other: the links of both stand between them."""
    plan = Plan().binds("ventilator", 1, "PUSH", HERE).binds("ventilator", 2, "PULL", THERE)
    plan.connects("worker", 3, "PULL", HERE).connects("worker", 4, "PUSH", THERE)
    plan.message("ventilator", 1, "sent", b"task 1").message("worker", 3, "received", b"task 1")
    return plan.message("worker", 4, "sent", b"task 1").wait("ventilator", 2, "poll")


def asking_workers():
    """Workers that ask one who pushed to them before, and push results on: each link leads straight to its end."""
    plan = (
        pipeline()
        .note("ventilator", kinds.Closed, 1)
        .note("ventilator", kinds.Started)
        .binds("ventilator", 3, "REP", HERE)
    )
    for number in range(1, 5):
        for socket in (10 + number, 20 + number):
            plan.note(f"worker {number}", kinds.Closed, socket)
        plan.note(f"worker {number}", kinds.Started).connects(f"worker {number}", 40 + number, "PUSH", THERE)
        plan.connects(f"worker {number}", 30 + number, "REQ", HERE)
        plan.message(f"worker {number}", 30 + number, "sent", b"ready %d" % number)
    return plan.message("ventilator", 3, "received", b"ready 1").message("ventilator", 3, "sent", b"task 9")


def dead_worker():
    return pipeline().note("worker 2", kinds.Closed, 12).note("worker 2", kinds.Closed, 22).note("worker 2", kinds.Died)


def three_workers():
    plan = Plan().binds("ventilator", 1, "PUSH", HERE).binds("sink", 2, "PULL", THERE)
    for number in (1, 2, 3):
        plan.connects(f"worker {number}", 10 + number, "PULL", HERE)
        plan.connects(f"worker {number}", 20 + number, "PUSH", THERE)
        plan.message("ventilator", 1, "sent", b"task %d" % number)
        plan.message(f"worker {number}", 10 + number, "received", b"task %d" % number)
        plan.message(f"worker {number}", 20 + number, "sent", b"task %d: done" % number)
        plan.wait(f"worker {number}", 10 + number, "recv_string")
    return plan.note("worker 2", kinds.Closed, 12).note("worker 2", kinds.Closed, 22).note("worker 2", kinds.Died)


def broker():
    plan = Plan().binds("broker", 1, "ROUTER", HERE).binds("broker", 2, "DEALER", THERE)
    for number in range(1, 5):
        plan.connects(f"client {number}", 10 + number, "REQ", HERE)
        plan.connects(f"worker {number}", 20 + number, "REP", THERE).wait(f"worker {number}", 20 + number)
    plan.wait("broker", None, "poll")
    for number in range(1, 5):
        plan.message(f"client {number}", 10 + number, "sent", b"question %d" % number)
        plan.wait(f"client {number}", 10 + number)
    return plan.message("broker", 1, "received", b"\x00kA\x00\x01", b"", b"question 1")


def three_sockets():
    plan = Plan().binds("node", 1, "REP", HERE).binds("node", 2, "PULL", THERE)
    plan.connects("node", 3, "SUB", BEYOND, topics=[b"news"])
    plan.connects("client", 4, "REQ", HERE).connects("worker", 5, "PUSH", THERE).binds("station", 6, "PUB", BEYOND)
    plan.wait("node", None, "poll").message("client", 4, "sent", b"Hello").wait("client", 4)
    return plan.message("worker", 5, "sent", b"done").message("station", 6, "sent", b"news", b"rain")


def publish_subscribe():
    plan = Plan().binds("weather station", 1, "PUB", HERE)
    plan.connects("you", 2, "SUB", HERE, topics=[b"paris"]).connects("dashboard", 3, "SUB", HERE, topics=[b""])
    plan.connects("slow archive", 4, "SUB", HERE, topics=[b"lon", b"oslo"])
    plan.note("slow archive", kinds.HighWaterMark, 4, option="RCVHWM", messages=3)
    plan.wait("you", 2).wait("dashboard", 3)
    for reading in (b"17", b"18", b"19", b"20"):
        plan.message("weather station", 1, "sent", b"london", reading)
        plan.message("dashboard", 3, "received", b"london", reading).wait("dashboard", 3)
    plan.message("slow archive", 4, "received", b"london", b"19")
    plan.message("weather station", 1, "sent", b"oslo", b"4")
    return plan.message("weather station", 1, "sent", b"paris", "21 °C".encode())


def late_subscriber():
    plan = publish_subscribe().connects("late archive", 5, "SUB", HERE, topics=[b""], up=False)
    return plan.message("weather station", 1, "sent", b"oslo", b"5")


def long_words():
    server, client = "the_server_of_the_department_of_weather", "a_client_with_a_name_as_long_as_a_sentence"
    endpoint = "ipc:///run/user/1000/zmqlab-4f1c2a9e/publish-subscribe-with-a-long-name.sock"
    plan = Plan().binds(server, 1, "ROUTER", endpoint, "tcp://[fe80::1ff:fe23:4567:890a]:51877").wait(server, 1)
    plan.connects(client, 2, "DEALER", endpoint).message(
        client, 2, "sent", b"", b"a rather long question", b"2", b"3", b"4"
    )
    return plan.wait(client, 2, "recv_multipart")


def many_topics():
    topics = [b"weather/europe/paris", b"weather/europe/london", b"weather/asia"]
    plan = Plan().binds("weather station", 1, "PUB", HERE).connects("a long reader", 2, "SUB", HERE, topics=topics)
    return plan.connects("another", 3, "SUB", HERE, topics=topics[:2]).wait("another", 3)


def nobody_there():
    plan = Plan().connects("client", 1, "REQ", HERE, up=False).message("client", 1, "sent", b"Hello").wait("client", 1)
    return plan.binds("server", 2, "REP", THERE).wait("server", 2)


def full_queue():
    plan = Plan().binds("ventilator", 1, "PUSH", HERE).connects("slow worker", 2, "PULL", HERE)
    for number in range(12):
        plan.message("ventilator", 1, "sent", b"task %d" % number)
    return plan.wait("ventilator", 1, "send")


def slow_sink():
    plan = Plan().binds("ventilator", 1, "PUSH", HERE).binds("sink", 2, "PULL", THERE)
    for number in (1, 2):
        plan.connects(f"worker {number}", 10 + number, "PULL", HERE)
        plan.connects(f"worker {number}", 20 + number, "PUSH", THERE)
    plan.note("sink", kinds.HighWaterMark, 2, option="RCVHWM", messages=4)
    for number in range(4):
        plan.message(f"worker {number % 2 + 1}", 21 + number % 2, "sent", b"task %d: done" % number)
    plan.note("sink", kinds.Failed, error="TypeError", why="a sum of a number and of words, which nobody can make")
    return plan.wait("worker 1", 21, "send").wait("worker 2", 22, "send").wait("ventilator", 1, "send")


def four_in_a_row():
    """A chain of pairs. Over inproc nobody says whether a link is up."""
    plan, places = Plan(), [f"inproc://gate {number}" for number in range(3)]
    for number, name in enumerate(("oven", "shop", "door")):
        plan.binds(name, 10 + number, "PAIR", places[number])
    for number, name in enumerate(("begin", "oven", "shop")):
        plan.connects(name, 20 + number, "PAIR", places[number], up=False)
    return plan.message("begin", 20, "sent", b"ready").wait("oven", 10).wait("shop", 11).wait("door", 12)


def facing_out():
    """Nobody has come to the first one's left, and nobody has bound what the last one connects to."""
    plan = Plan().binds("clock", 1, "PULL", HERE).connects("clock", 2, "PUSH", THERE).binds("wall", 3, "PULL", THERE)
    return plan.connects("wall", 4, "PUSH", BEYOND, up=False).wait("clock", 1, "poll").wait("wall", 3)


LAYOUTS = {
    "1-to-1": one_to_one,
    "1-to-8": one_to_eight,
    "8-to-1": eight_to_one,
    "pipeline": pipeline,
    "acknowledged": acknowledged,
    "asking-workers": asking_workers,
    "dead-worker": dead_worker,
    "three-workers": three_workers,
    "broker": broker,
    "three-sockets": three_sockets,
    "publish-subscribe": publish_subscribe,
    "late-subscriber": late_subscriber,
    "long-words": long_words,
    "many-topics": many_topics,
    "nobody-there": nobody_there,
    "full-queue": full_queue,
    "slow-sink": slow_sink,
    "four-in-a-row": four_in_a_row,
    "facing-out": facing_out,
}


# measuring


class Thing(NamedTuple):
    """Something in the picture: its classes, its words, where it stands, and the size of its letters."""

    kind: str
    words: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    def is_a(self, *classes):
        return not set(classes).isdisjoint(self.kind.split())

    def overlaps(self, other):
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > HAIR and high > HAIR

    def within(self, other):
        across = other.left - HAIR <= self.left and self.right <= other.right + HAIR
        return across and other.top - HAIR <= self.top and self.bottom <= other.bottom + HAIR


MEASURE = """() => [...document.querySelectorAll("rect, text, circle.zl-pill")].map((thing) => {
    const { left, top, right, bottom } = thing.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(thing).fontSize);
    const kind = `${thing.tagName} ${thing.getAttribute("class")}`;
    return { kind, words: thing.textContent, left, top, right, bottom, size };
})"""


class Picture:
    """The things in a picture. In its box an actor has its name, its words and its topics, and nothing else."""

    def __init__(self, things):
        self.ground = next(thing for thing in things if thing.is_a("zl-ground"))
        self.boxes = [thing for thing in things if thing.is_a("zl-box")]
        self.sockets = [thing for thing in things if thing.is_a("zl-socket")]
        self.pills = [thing for thing in things if thing.is_a("zl-pill") and not thing.is_a("text")]
        self.chips = [thing for thing in things if thing.is_a("zl-chip")]
        self.queues = [thing for thing in things if thing.is_a("zl-queue")]
        self.texts = [thing for thing in things if thing.is_a("text")]
        self.inside = [text for text in self.texts if text.is_a("zl-name", "zl-words", "zl-chip-text")]
        self.outside = [text for text in self.texts if text not in self.inside and not text.is_a("zl-socket-type")]


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": WIDTH, "height": 600})
    yield page
    page.close()


@pytest.fixture(scope="module")
def measured(page):
    """Show a picture, keep a screenshot of it under that name, and measure what is in it."""

    def measure(svg, name):
        page.set_content(f"<style>body {{ margin: 0 }}</style>{svg}")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.locator("svg").screenshot(path=SCREENSHOTS / f"{name}.png")
        return [Thing(**thing) for thing in page.evaluate(MEASURE)]

    return measure


@pytest.fixture(scope="module")
def picture(request, measured):
    return Picture(measured(still(LAYOUTS[request.param]().scene), f"layout-{request.param}"))


@pytest.fixture(scope="module")
def sequence(request, measured):
    """The texts of its sequence diagram. What a message to many says many times at one place is one text."""
    things = measured(diagram(LAYOUTS[request.param]().events, request.param, STYLE), f"sequence-{request.param}")
    return {thing for thing in things if thing.is_a("text")}


def in_every_layout(test):
    """Let a test see each layout: as `picture`, or as `sequence`."""
    [drawn] = inspect.signature(test).parameters
    return pytest.mark.parametrize(drawn, LAYOUTS, indirect=True)(test)


def overlapping(things, others=None):
    pairs = combinations(things, 2) if others is None else ((one, other) for one in things for other in others)
    return [(one.words or one.kind, other.words or other.kind) for one, other in pairs if one.overlaps(other)]


# what holds in each


@in_every_layout
def test_no_two_boxes_overlap(picture):
    assert len(picture.boxes) >= 2
    assert overlapping(picture.boxes) == []


@in_every_layout
def test_no_two_texts_overlap(picture):
    assert overlapping(picture.texts) == []


@in_every_layout
def test_nothing_leaves_the_picture(picture):
    things = [*picture.texts, *picture.boxes, *picture.sockets, *picture.pills, *picture.queues]
    assert [thing.words or thing.kind for thing in things if not thing.within(picture.ground)] == []


@in_every_layout
def test_what_is_said_in_a_box_stays_in_it(picture):
    astray = [text.words for text in picture.inside if not any(text.within(box) for box in picture.boxes)]
    assert astray == []


@in_every_layout
def test_no_text_stands_on_a_box_that_is_not_its_own(picture):
    assert overlapping(picture.outside, picture.boxes) == []


@in_every_layout
def test_no_text_stands_on_a_socket_that_is_not_its_own(picture):
    letters = [text._replace(top=text.top + LEADING) for text in [*picture.inside, *picture.outside]]
    assert overlapping(letters, picture.sockets) == []


@in_every_layout
def test_a_socket_a_topic_and_a_message_hold_their_words(picture):
    holders = {"zl-socket-type": picture.sockets, "zl-chip-text": picture.chips, "zl-pill-text": picture.pills}
    for kind, outlines in holders.items():
        for text in picture.texts:
            assert not text.is_a(kind) or any(text.within(outline) for outline in outlines), text


@in_every_layout
def test_a_message_covers_no_box_no_queue_and_no_other_message(picture):
    assert overlapping(picture.pills) == []
    assert overlapping(picture.pills, [*picture.boxes, *picture.queues]) == []


@in_every_layout
def test_a_message_covers_no_words_but_its_own(picture):
    assert overlapping(picture.pills, [text for text in picture.texts if not text.is_a("zl-pill-text")]) == []


@in_every_layout
def test_a_queue_stands_on_nothing(picture):
    assert overlapping(picture.queues, [*picture.texts, *picture.boxes, *picture.sockets]) == []


@in_every_layout
def test_no_letters_are_too_small(picture):
    assert min(text.size for text in picture.texts) >= SMALLEST


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_a_small_picture_is_as_tidy(measured, path):
    picture = Picture(measured(path.read_text(encoding="utf-8"), path.stem))
    test_no_two_boxes_overlap(picture)
    test_no_two_texts_overlap(picture)
    test_nothing_leaves_the_picture(picture)
    test_what_is_said_in_a_box_stays_in_it(picture)
    test_no_text_stands_on_a_socket_that_is_not_its_own(picture)
    test_a_socket_a_topic_and_a_message_hold_their_words(picture)
    test_a_message_covers_no_box_no_queue_and_no_other_message(picture)
    test_a_message_covers_no_words_but_its_own(picture)
    test_a_queue_stands_on_nothing(picture)


def test_there_are_small_pictures():
    assert SMALL


@in_every_layout
def test_no_two_texts_of_its_sequence_overlap(sequence):
    assert overlapping(sequence) == []
