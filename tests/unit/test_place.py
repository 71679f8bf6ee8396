"""Where an actor works: a line that is part of the film, and buttons that say what is so now."""

import os

import pytest
from zmqlab.course.start_here.place import Place
from zmqlab.record import events as kinds

from tests.unit.common import FakeLab, Showing, client, eventually, html_of, shown, shown_by


@pytest.fixture
def place():
    return shown(FakeLab(), Place("friend"))


def marked(place):
    """Which of its buttons is marked."""
    return [process for process, one in place.buttons.items() if "zl-button-chosen" in one._dom_classes]


def test_it_says_in_which_process_the_actor_works(place):
    there = Showing(place)
    there.tell([kinds.Started(1, "friend")])
    assert there.plain == f"|The friend works in process {os.getpid()}, which is this kernel.|"
    assert marked(place) == [False]
    there.tell([kinds.Stopped(2, "friend"), kinds.Started(3, "friend", process=4711)])
    assert there.plain == f"|The friend works in process 4711, this kernel in process {os.getpid()}.|"
    assert marked(place) == [True]
    assert place.buttons[True]._dom_classes[-1] == "zl-button-chosen"
    assert "zl-button-chosen" not in place.buttons[False]._dom_classes


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (kinds.Stopped(2, "friend"), "stopped"),
        (kinds.Finished(2, "friend"), "finished"),
        (kinds.Died(2, "friend"), "died"),
        (kinds.Failed(2, "friend", None, "ValueError", "<b>"), "ValueError: &lt;b&gt;"),
    ],
)
def test_it_says_how_the_actor_ended_and_what_to_press(place, ending, words):
    there = Showing(place)
    there.tell([kinds.Started(1, "friend"), kinds.Died(2, "another"), ending])
    assert there.plain == f"|The friend is not at work: {words}. Press where it should work.|"
    assert marked(place) == []
    place.move(False)  # where it was before, too
    assert place.lab.asked == [("friend", ("restart", False))]


def test_of_an_actor_that_nobody_has_started_it_says_nothing(place):
    there = Showing(place)
    there.tell([kinds.Started(1, "another")])
    assert there.html == ""
    assert marked(place) == []


def test_a_film_that_begins_later_begins_with_the_line(place):
    there = Showing(place, before=[kinds.Started(1, "friend", process=4711)])
    assert "process 4711" in there.plain


def test_the_control_in_a_lab(lab):
    lab.start(client, name="friend")
    place = shown_by(lab, Place("friend"))
    eventually(lambda: marked(place) == [False])
    place.buttons[True].click()
    eventually(lambda: marked(place) == [True])
    eventually(lambda: f"works in process {lab['friend'].pid}" in html_of(place))
