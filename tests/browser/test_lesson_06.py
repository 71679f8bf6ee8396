"""Lesson 06 as a learner goes through it: every slider moved, every question answered, every exercise done."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS

from tests.browser.conftest import opened, watched
from tests.browser.test_learning import choose
from tests.browser.test_lesson_04 import press, solve

ASKS = LESSONS["queues-and-limits"]
GONE = r"gone after (0\.[5-9]|[1-9]\.\d) s"
"""Never before its linger of half a second is over; how long after, the machine says."""


@pytest.fixture
def learner(request, server, jupyterlab):
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened("06-queues-and-limits.ipynb", request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def slide(lesson, place, name, *keys):
    lesson.cell(place).locator(".zl-slider", has_text=name).locator(".noUi-handle").focus()
    for key in keys:
        lesson.page.keyboard.press(key)


def predict_wrongly(lesson, name):
    prediction = next(one for one in ASKS.predictions if one.name == name)
    place = lesson.go_on_to(f'lab.predict("{name}"')
    wrong = next(letter for letter in prediction.options if letter != prediction.right)
    card = choose(lesson, place, wrong)
    expect(card.get_by_role("radio", name=re.compile(f"^{prediction.right}"))).to_contain_text("this happened")
    expect(lesson.cell(place).locator(".zl-stage")).to_be_visible()
    return card


def test_lesson_06_from_the_first_cell_to_the_last(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, ASKS.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("flow.show(")
    cell = learner.cell(place)
    press(learner, place, "Send")
    expect(cell).to_contain_text("sender waits in send()")
    expect(cell.locator(".zl-gauge-receiver .zl-bar-words")).to_have_text(re.compile(r"1[01] \(mark 10\)"))
    expect(cell.locator(".zl-stage")).to_contain_text(re.compile("queue 1[01] of 10"))  # as it was measured
    expect(cell.locator(".zl-stage")).to_contain_text("in the kernel")
    expect(cell.locator(".zl-stage")).not_to_contain_text("before it")
    expect(cell.get_by_role("img", name=re.compile("Now .* in the kernel")).first).to_be_visible()
    stage, panel = (cell.locator(kind).first.bounding_box() for kind in (".zl-stage", ".zl-panel"))
    assert panel["x"] > stage["x"] + stage["width"]
    assert max(stage["height"], panel["height"]) < 800, "stage and control are seen at once"
    slide(learner, place, "reader reads", "End")
    expect(cell).to_contain_text(re.compile("reader's queue *0 "))
    slide(learner, place, "reader reads", "Home")
    slide(learner, place, "message size", "Home")
    slide(learner, place, "sender sends", "End")
    expect(cell.locator(".zl-gauge-kernel .zl-bar-words")).to_have_text(re.compile(r"\d,\d\d\d \("))
    press(learner, place, "Pause the sender")

    predict_wrongly(learner, "ten")
    place = learner.go_on_to("news.show(")
    press(learner, place, "Send")
    slide(learner, place, "sender sends", "End")
    expect(learner.cell(place)).to_contain_text(re.compile("dropped: at least [1-9]"))
    expect(learner.cell(place)).not_to_contain_text("waits in send()")
    press(learner, place, "Pause the sender")
    predict_wrongly(learner, "slow subscriber")

    place = learner.go_on_to("lab.show(WhoWaits(")
    press(learner, place, "Try them all")
    expect(learner.cell(place)).to_contain_text("of them first")
    questions = learner.cell(place).locator(".zl-table button")
    for number in range(3):
        questions.nth(number).click()
    press(learner, place, "Try them all")
    expect(learner.cell(place)).to_contain_text("You were right about 2 of 3.")  # PUSH and DEALER wait, PUB does not
    rows = learner.cell(place).locator(".zl-table")
    expect(rows).to_contain_text(re.compile(r"PUSH\s*waits at once\s*waits, after 5\s*waits at once\D*waits, after 10"))
    expect(rows).to_contain_text(re.compile(r"PUB\s*drops\s*drops\s*drops\W*waits\s*drops"))

    predict_wrongly(learner, "only the newest")
    predict_wrongly(learner, "leaving")
    place = learner.go_on_to("lab.show(Stopwatch(")
    press(learner, place, "linger 500")
    expect(learner.cell(place)).to_contain_text(re.compile(rf"linger 500: {GONE}"))
    press(learner, place, "linger -1")
    expect(learner.cell(place)).to_contain_text("linger -1: had not ended after 5 s, and was ended by force")

    for exercise in ASKS.exercises:
        solve(learner, exercise)

    place = learner.go_on_to("leave_script = ")
    expect(learner.cell(place)).to_contain_text(re.compile(GONE))
    place = learner.go_on_to("Does the mark hold?")
    for number, presses in enumerate((2, 1)):
        for _ in range(presses):
            learner.cell(place).locator(".zl-table button").nth(number).click()
    press(learner, place, "Try them all")
    expect(learner.cell(place)).to_contain_text("You were right about 2 of 2.")
    place = learner.go_on_to('lab.experiment("no drop")')
    expect(learner.cell(place)).to_contain_text("waits, after 10")
