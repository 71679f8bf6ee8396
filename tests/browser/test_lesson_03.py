"""Lesson 03 as a learner goes through it: every control pressed, every prediction answered, every exercise done."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS, known_wrong_answers

from tests.browser.conftest import opened, watched
from tests.browser.lesson import CHOSEN, PLAYED
from tests.browser.test_learning import check, choose

LESSON = LESSONS["pipeline"]
known_wrong_answers()  # so that the exercises know theirs


@pytest.fixture
def learner(request, server, jupyterlab):
    """The lesson, opened for somebody who has answered nothing yet."""
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened("03-pipeline.ipynb", request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def press(lesson, place, name):
    lesson.cell(place).get_by_role("button", name=name).click()


# A picture that comes late, and a test that is slow to press, must not add up to the length of the batch.
PRESS_WHEN = """([cell, words, name]) => {
    const button = [...cell.querySelectorAll("button")].find((one) => one.textContent.trim() === name);
    window.pressed = false;
    const look = () => {
        const bar = cell.querySelector(".zl-bar-all");
        if (window.pressed || !new RegExp(words).test(bar?.textContent ?? "")) return;
        window.pressed = true;
        observer.disconnect();
        button.click();
    };
    const observer = new MutationObserver(look);
    observer.observe(cell, { subtree: true, childList: true, characterData: true });
    look();
}"""


def press_when(lesson, place, words, name):
    """Press a button as soon as the bar of all results says these words (a regular expression)."""
    lesson.page.evaluate(PRESS_WHEN, [lesson.cell(place).element_handle(), words, name])
    lesson.page.wait_for_function("() => window.pressed")


def workers(lesson, place, more):
    """Move the slider of a cell by so many workers."""
    lesson.cell(place).get_by_role("slider", name=re.compile("workers")).or_(
        lesson.cell(place).locator(".zl-slider .noUi-handle")
    ).first.focus()
    for _ in range(more):
        lesson.page.keyboard.press("ArrowRight")


def test_batches_predictions_and_a_killed_worker(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, LESSON.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("lab.show(Batches(worker)")
    cell = learner.cell(place)
    press(learner, place, "Push 20 tasks")
    expect(cell).to_contain_text(re.compile(r"20 tasks, 1 worker: ([2-9]|\d\d)\."))
    workers(learner, place, 3)
    expect(cell.locator(".zl-bar-name", has_text="worker 4")).to_be_visible()
    press(learner, place, "Push 20 tasks")
    expect(cell).to_contain_text(re.compile(r"20 tasks, 4 workers: \d"))
    learner.stage(place).rest()
    expect(learner.stage(place).totals).to_have_text("80 sent = 80 received")
    stage, panel = (cell.locator(kind).first.bounding_box() for kind in (".zl-stage", ".zl-panel"))
    assert panel["x"] > stage["x"] + stage["width"]
    assert max(stage["height"], panel["height"]) < 800, "stage and control are seen at once"
    learner.stage(place).root.locator('[data-piece="actors/worker 1"]').click()
    expect(cell.locator(".zl-inspector")).to_be_in_viewport(ratio=0.7)  # the actor stays in sight: `test_grown.py`

    for prediction in LESSON.predictions:
        place = learner.go_on_to(f'lab.predict("{prediction.name}"')
        card = choose(learner, place, prediction.right)
        expect(card).to_contain_text("and so it was")
        expect(learner.cell(place).locator(".zl-stage")).to_be_visible()

    place = learner.go_on_to('shop.show(Batches(worker, workers=4, kill="worker 2"')
    cell = learner.cell(place)
    press(learner, place, "Push 20 tasks")
    press_when(learner, place, r"(^|\D)[1-8] of 20", "Kill worker 2")
    expect(cell).to_contain_text(re.compile(r"\d, died"))
    died = learner.stage(place).root.locator('[data-piece="notes/worker 2"]')
    expect(died).to_contain_text(re.compile(r"died.*received \d"))
    received = int(re.search(r"received (\d)", died.text_content())[1])
    lost = f"{5 - received} not delivered"  # of its five tasks; nothing, when it died in the last of them
    (expect(died).to_contain_text if received < 5 else expect(died).not_to_contain_text)(lost)
    expect(cell.locator(".zl-bar-all")).to_contain_text(re.compile("1[5-9] of 20"))
    learner.page.keyboard.press("Shift+Enter")  # the button that had the focus is grey now
    learner.page.wait_for_function(f"() => ({CHOSEN})() > {place + 1}")

    place = learner.go_on_to("office.show(Batches(asking_worker")
    cell = learner.cell(place)
    press(learner, place, "Push 20 tasks")
    expect(cell.locator(".zl-bar-all")).to_contain_text("20 of 20")
    expect(cell.locator(".zl-bar", has_text="worker 1")).to_contain_text(re.compile("[0-2] done"))
    press(learner, place, "Push 20 tasks")
    press_when(learner, place, r"(^|\D)[1-8] of 20", "Kill worker 2")
    expect(cell.locator(".zl-bar-all")).to_contain_text("20 of 20")

    place = learner.go_on_to("a worker dies, and nothing is lost")
    expect(learner.cell(place)).to_contain_text("12 tasks given, 12 of them done")


def test_the_exercises(learner):
    for exercise in LESSON.exercises:
        place = learner.run_to(f'lab.exercise("{exercise.name}")')
        card = learner.cell(place).locator(".zl-card")
        card.get_by_role("button", name="Check").click()
        expect(card).to_contain_text("Not attempted")

        ending = f'\n\nlab.exercise("{exercise.name}")'
        _law, wrong, title = exercise.refused[0]
        check(learner, place, wrong + ending)
        expect(card).to_contain_text("Not yet: ")
        expect(card).to_contain_text(title)
        expect(card.get_by_role("button", name="Check")).to_be_focused()  # so the card comes into sight as it grows
        expect(card.locator(".zl-note-wrong")).to_be_in_viewport(ratio=1)
        card.get_by_role("button", name="Watch it fail").click()
        film = learner.cell(place).locator(".zl-stage")
        expect(film).to_have_attribute("data-applied", PLAYED)
        card.get_by_role("button", name="Hint 1 of").click()
        expect(card).to_contain_text("Hint 1")
        card.get_by_role("button", name="Show a solution").click()
        expect(card.locator("pre")).to_have_text(exercise.solution)

        check(learner, place, exercise.solution + ending)
        expect(card).to_contain_text("Solved in 2 tries, with one hint and a look at a solution.")
