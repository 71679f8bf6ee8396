"""Lesson 04 as a learner goes through it: every question answered, every button pressed, every exercise done."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS, known_wrong_answers

from tests.browser.conftest import opened, watched
from tests.browser.lesson import PLAYED
from tests.browser.test_learning import check, choose

known_wrong_answers()  # so that the exercises know theirs

ASKS = LESSONS["pollers"]


@pytest.fixture
def learner(request, server, jupyterlab):
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened("04-pollers.ipynb", request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def press(lesson, place, name):
    lesson.cell(place).get_by_role("button", name=name, exact=True).click()


def test_lesson_04_from_the_first_cell_to_the_last(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, ASKS.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("lab.show(")
    stage, panels = learner.stage(place), learner.cell(place)
    expect(stage.words("desk")).to_have_text("waiting in poll()")
    stage.rest()  # all are linked
    press(learner, place, "Ask")
    expect(panels).to_contain_text("← My train? No news.")
    press(learner, place, "Tell")
    expect(panels).to_contain_text("→ It is late.")
    expect(stage.totals).to_have_text("3 sent = 3 received")
    press(learner, place, "Ask")
    expect(panels).to_contain_text("← My train? It is late.")
    stage.rest()
    stage.root.scroll_into_view_if_needed()
    seen = [stage.root.bounding_box(), panels.locator(".zl-aside").first.bounding_box()]
    assert max(box["y"] + box["height"] for box in seen) - min(box["y"] for box in seen) < 900, "not seen together"
    press(learner, place, "Close")
    expect(stage.words("desk")).to_have_text("finished")
    press(learner, place, "Close")  # for nobody: it must not close the desk that opens next
    learner.run_again(place)
    press(learner, place, "Ask")
    expect(panels).to_contain_text("← My train? No news.")
    learner.stage(place).rest()
    expect(learner.stage(place).words("desk")).to_have_text("waiting in poll()")
    expect(panels).not_to_contain_text("no reply")

    for prediction in ASKS.predictions:
        place = learner.go_on_to(f'lab.predict("{prediction.name}"')
        wrong = next(letter for letter in prediction.options if letter != prediction.right)
        card = choose(learner, place, wrong)
        expect(card.get_by_role("radio", name=re.compile(f"^{prediction.right}"))).to_contain_text("this happened")
        expect(learner.cell(place).locator(".zl-stage")).to_be_visible()
        if prediction.name == "no flags":
            expect(card).to_contain_text(
                re.compile(r"50,000 times in [\d.]+ m?s. That took [\d.]+ m?s of a processor's")
            )
        if prediction.name == "half a second":
            place = learner.go_on_to("tower = Lab(")
            expect(learner.stage(place).words("wall")).to_have_text("waiting in recv()")
            learner.send("a note", place)
            expect(learner.sender(place)).to_contain_text("→ a note")

    for exercise in ASKS.exercises:
        solve(learner, exercise)

    place = learner.go_on_to("belfry.show(")  # the clock that was just written
    ticks = learner.stage(place)
    expect(ticks.totals).to_contain_text(re.compile(r"^[1-9]\d+ sent"))
    learner.send("a note", place)
    expect(learner.sender(place)).to_contain_text("→ a note")
    expect(ticks.words("your clock")).to_have_text(re.compile("poll|running"))

    place = learner.go_on_to("boss_script = ")
    expect(learner.cell(place)).to_contain_text("# ---- the other program ----")

    place = learner.go_on_to("deaf.show(")
    press(learner, place, "Ask")
    expect(learner.cell(place)).to_contain_text("← My train? No news.")
    learner.stage(place).rest()
    expect(learner.stage(place).words("desk")).to_have_text("waiting in recv()")
    press(learner, place, "Ask")
    press(learner, place, "Tell")
    expect(learner.cell(place)).to_contain_text("← My train? It is late.")

    learner.go_on_to("ours, theirs = ")
    place = learner.go_on_to("asyncio.run(work)")
    expect(learner.cell(place)).to_contain_text("asyncio.run() cannot be called from a running event loop")
    expect(learner.cell(place)).to_contain_text("the desk with asyncio  replied: My train? No news.")
    expect(learner.cell(place)).to_contain_text("the desk with a poller replied: My train? No news.")


def solve(learner, exercise):
    place = learner.go_on_to(f'lab.exercise("{exercise.name}")')
    card = learner.cell(place).locator(".zl-card")
    press(learner, place, "Check")
    expect(card).to_contain_text("Not attempted")

    ending = f'\n\nlab.exercise("{exercise.name}")'
    _law, wrong, title = exercise.refused[0]
    check(learner, place, wrong + ending)
    expect(card).to_contain_text("Not yet: ")
    expect(card).to_contain_text(title)
    press(learner, place, "Watch it fail")
    film = learner.cell(place).locator(".zl-stage")
    expect(film).to_have_attribute("data-applied", PLAYED)
    card.get_by_role("button", name="Hint 1 of").click()
    press(learner, place, "Show a solution")
    expect(card.locator("pre")).to_have_text(exercise.solution)

    check(learner, place, exercise.solution + ending)
    expect(card).to_contain_text("Solved in 2 tries, with one hint and a look at a solution.")
