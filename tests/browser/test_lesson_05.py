"""Lesson 05 as a learner goes through it: every question answered, every button pressed, every exercise done."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS

from tests.browser.conftest import opened, watched
from tests.browser.test_learning import choose
from tests.browser.test_lesson_04 import press, solve

ASKS = LESSONS["exclusive-pair"]


@pytest.fixture
def learner(request, server, jupyterlab):
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened("05-exclusive-pair.ipynb", request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def test_lesson_05_from_the_first_cell_to_the_last(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, ASKS.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("chat = Lab(")
    stage, log = learner.stage(place), learner.sender(place)
    learner.send("It rains", place)
    expect(log).to_contain_text(re.compile("← Tell me more.*← It rains\\?.*→ It rains"))
    expect(stage.totals).to_have_text("3 sent = 3 received")
    expect(stage.words("you")).to_have_text("waiting for you")
    for prediction in ASKS.predictions:
        place = learner.go_on_to(f'lab.predict("{prediction.name}"')
        card = choose(learner, place, prediction.right)
        expect(card).to_contain_text("and so it was")
        expect(learner.cell(place).locator(".zl-stage")).to_be_visible()

    place = learner.go_on_to("Faults(")
    stage, log = learner.stage(place), learner.sender(place)
    expect(stage.words("partner")).to_have_text("waiting in recv()")
    press(learner, place, "Let it die before it answers")
    learner.send("It pours", place)
    expect(stage.title("partner")).to_have_text("died before sending")
    learner.send("Still there?", place)
    expect(stage.title("you")).to_contain_text("waiting in send()")
    press(learner, place, "Restart it")
    expect(log).to_contain_text("← Still there??")
    stage.root.scroll_into_view_if_needed()
    seen = [stage.root.bounding_box(), learner.cell(place).locator(".zl-aside").first.bounding_box()]
    assert max(box["y"] + box["height"] for box in seen) - min(box["y"] for box in seen) < 900, "not seen together"

    place = learner.go_on_to("lab.run(lab.script(many_threads")
    expect(learner.cell(place)).to_contain_text(re.compile(r"ended, exit status -\d+"))

    for exercise in ASKS.exercises:
        solve(learner, exercise)

    place = learner.go_on_to("tcp.show(")
    stage, carl = learner.stage(place), learner.cell(place).locator(".zl-panel", has_text="You are carl")
    for times in (1, 2):
        carl.get_by_role("button", name="Send").click()
        expect(carl).to_contain_text(re.compile("→ Hello" + "(.*→ Hello)" * (times - 1)))
        expect(stage.root).to_contain_text(f"{times} not delivered")
        if times == 1:
            press(learner, place, "Let it die")
            expect(stage.title("bert")).to_contain_text("died")
    learner.go_on_to("a third over tcp")
    place = learner.go_on_to("a frame in between")
    expect(learner.cell(place)).to_contain_text("A ZeroMQ socket has one user at a time")
