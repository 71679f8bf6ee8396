"""Films in the page, step by step: the pieces that it holds are those that Python has told, there and back."""

from itertools import pairwise

import pytest
from zmqlab.picture.film import tell
from zmqlab.record import files

from tests.browser.alone import Alone, bare_page, still_time
from tests.lessons import ROOT

FILMS = [
    *(
        ROOT / "images" / f"{name}.json"
        for name in ("exclusive-pair", "publish-subscribe", "pipeline", "queues-and-limits")
    ),
    ROOT / "notebooks/zmqlab/course/cases/silent_alarm.json",
]


@pytest.fixture(scope="module")
def context(browser):
    context = still_time(browser)
    yield context
    context.close()


@pytest.fixture
def page(context):
    page, problems = bare_page(context), []
    page.on("pageerror", lambda error: problems.append(error.stack))
    yield page
    page.close()
    assert problems == []


def told(first, steps):
    """Return the pieces of the picture after each step at which one can stop, as Python has told them."""
    pieces, found = dict(first), [dict(first)]
    for step, following in pairwise([*steps, None]):
        for name in step.drop:
            pieces.pop(name, None)
        pieces |= step.put
        if step.kind:
            stop = step.at
        elif len(found) == 1 or step.at > stop:
            continue
        if following is None or following.kind or following.at > stop:
            in_the_air = {name: piece for name, piece in pieces.items() if is_in_sight(name, piece, stop)}
            found[-1:] = [found[-1], in_the_air] if step.kind else [in_the_air]
    return found


def is_in_sight(name, piece, at):
    """Whether a piece is part of the picture, and not of what is told beside it; a pill, while it travels."""
    kind = name.partition("/")[0]
    if kind == "pills":
        return piece["from"] <= at < piece["to"]
    return kind in ("links", "actors", "notes", "size", "totals")


def as_shown(alone, pieces):
    """Return pieces of Python's as the page writes them: of a pill its drawing, without the place that moves."""
    return alone.as_shown({name: piece["svg"] if isinstance(piece, dict) else piece for name, piece in pieces.items()})


@pytest.mark.parametrize("path", FILMS, ids=lambda path: path.stem)
def test_at_every_step_there_and_back_the_page_holds_what_python_has_told(page, path):
    film = tell(files.load(path)[1])
    first = {name: piece for name, piece in film.base.items() if is_in_sight(name, piece, 0)}
    alone = Alone(page, film=film)
    view = alone.open()
    for _ in range(20):
        alone.wait(20)
    alone.answer()
    alone.deliver()
    alone.rest()
    view.press("To the start")
    there = [view.shown(), *view.walk("Forward one event")]
    expected = [as_shown(alone, pieces) for pieces in told(first, film.steps)]
    assert len(there) == len(expected)
    for number, (shown, python) in enumerate(zip(there, expected, strict=True)):
        assert shown == python, f"after {number} stops"
    assert [view.shown(), *view.walk("Back one event")] == there[::-1]
