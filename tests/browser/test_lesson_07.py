"""Lesson 07 as a learner goes through it: every question answered, every button pressed, every exercise done."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS

from tests.browser.conftest import opened, watched
from tests.browser.test_learning import choose
from tests.browser.test_lesson_04 import press, solve

ASKS = LESSONS["envelopes"]


@pytest.fixture
def learner(request, server, jupyterlab):
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened("07-envelopes.ipynb", request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def test_lesson_07_from_the_first_cell_to_the_last(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, ASKS.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("Envelope(")
    stage, cell = learner.stage(place), learner.cell(place)
    learner.send("hi", place)
    expect(stage.totals).to_have_text("2 sent = 2 received")
    for where, frames in (("on the wire", "question empty"), ("at the server’s ROUTER", r"question id [0-9a-f]{4}")):
        press(learner, place, where)
        shown = cell.locator(".zl-frames").first
        expect(shown).to_contain_text(re.compile(frames.replace(" ", r"\s*", 1)))

    place = learner.go_on_to("inn.show(")
    stage, cell = learner.stage(place), learner.cell(place)
    expect(stage.words("you")).to_have_text("waiting for you")
    press(learner, place, "Reply to Ben")
    press(learner, place, "Reply to Ben")
    press(learner, place, "Reply to Anna")
    expect(stage.totals).to_have_text("8 sent = 8 received")
    expect(cell).to_contain_text(re.compile(r"→ id [0-9a-f]{4} │ \(empty\) │ Yes"))

    for prediction in ASKS.predictions[:2]:
        predicts(learner, prediction)
    place = learner.go_on_to("office.show(")
    stage = learner.stage(place)
    expect(stage.words("desk")).to_have_text("waiting for you")
    press(learner, place, "Send to Anna")
    expect(stage.totals).to_have_text("2 sent = 2 received")
    press(learner, place, "Let it die")
    press(learner, place, "Send to Anna")
    expect(stage.totals).to_contain_text("1 not delivered")
    for prediction in ASKS.predictions[2:]:
        predicts(learner, prediction)

    for exercise in ASKS.exercises:
        solve(learner, exercise)
    place = learner.go_on_to("asking_script =")
    expect(learner.cell(place)).to_contain_text("QUESTION 10")
    place = learner.go_on_to("corner.show(")
    learner.send("Yes", place)
    expect(learner.stage(place).totals).to_contain_text("1 not delivered")


def predicts(learner, prediction):
    place = learner.go_on_to(f'lab.predict("{prediction.name}"')
    expect(choose(learner, place, prediction.right)).to_contain_text("and so it was")
    expect(learner.cell(place).locator(".zl-stage")).to_be_visible()
