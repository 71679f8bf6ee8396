"""Lesson 08 as a learner goes through it: every question answered, every button pressed, every exercise done."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS

from tests.browser.conftest import opened, watched
from tests.browser.test_learning import choose
from tests.browser.test_lesson_04 import press, solve
from tests.browser.test_lesson_07 import predicts

ASKS = LESSONS["brokers"]


@pytest.fixture
def learner(request, server, jupyterlab):
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened("08-brokers.ipynb", request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def test_lesson_08_from_the_first_cell_to_the_last(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, ASKS.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("shop.show(")
    all_answered(learner, place)
    expect(learner.stage(place).totals).to_have_text("48 sent = 48 received")

    predicts(learner, ASKS.predictions[0])
    place = learner.go_on_to("counter.show(")
    all_answered(learner, place)
    press(learner, place, "who is ready")
    expect(learner.cell(place)).to_contain_text("0 of 12")
    all_answered(learner, place)
    expect(learner.cell(place)).to_contain_text(re.compile(r"who is ready: [\d.]+ s\s*in turn: [\d.]+ s"))

    for prediction in ASKS.predictions[1:]:
        predicts(learner, prediction)
    for exercise in ASKS.exercises:
        solve(learner, exercise)
    place = learner.go_on_to("asker.send(")
    expect(learner.cell(place)).to_contain_text("it says: Are you there?")

    place = learner.go_on_to("counter.show(Orders(ways, seconds=3), Faults(")
    press(learner, place, "who is ready")
    press(learner, place, "12 requests")
    expect(learner.cell(place).locator(".zl-picture")).to_contain_text("not sent on")
    press(learner, place, "Let it die")
    expect(learner.cell(place).locator(".zl-picture")).to_contain_text("never sent on")
    place = learner.go_on_to('lab.experiment("two brokers in a row")')
    expect(learner.cell(place)).to_contain_text("3 frames come to the near broker, 4 to the far one")


def all_answered(learner, place):
    """Have the clients ask, and wait until each has all its replies."""
    press(learner, place, "12 requests")
    expect(learner.cell(place)).to_contain_text("12 of 12")
