"""Lessons 00 and 01 as a learner goes through them: every prediction answered, every exercise tried, failed, solved."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS, known_wrong_answers

from tests.browser.conftest import opened, watched
from tests.browser.lesson import PLACE_OF, PLAYED, START_UP
from tests.browser.test_stage import INTERRUPT

known_wrong_answers()  # so that the exercises know theirs

FILES = {"start-here": "00-start-here.ipynb", "request-reply": "01-request-reply.ipynb"}
WRITE = """([place, code]) => {
    window.jupyterapp.shell.currentWidget.content.widgets[place].model.sharedModel.setSource(code);
}"""


@pytest.fixture
def learner(request, server, jupyterlab):
    """A lesson, opened for somebody who has answered nothing yet."""
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened(FILES[request.param], request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def choose(lesson, place, letter):
    """Answer the question of a cell. Returns the card."""
    card = lesson.cell(place).locator(".zl-card")
    card.get_by_role("radio", name=re.compile(f"^{letter}")).click()
    expect(card.get_by_text(f"You said {letter}")).to_be_visible(timeout=START_UP * 1000)  # an experiment runs first
    return card


def check(lesson, place, code):
    """Write an exercise's function as a learner does, run the cell, press Check. Returns the card."""
    call = lesson.cell(place).locator(".zl-card")
    expect(call).to_be_visible()
    lesson.page.evaluate(WRITE, [place, code])
    lesson.run_again(place)
    lesson.cell(place).get_by_role("button", name="Check").click()
    return call


@pytest.mark.parametrize("learner", ["start-here"], indirect=True)
def test_lesson_00_from_the_first_cell_to_the_last(learner):
    place = learner.run_to("lab.show(Sender(")
    learner.send("Hello", place)
    stage = learner.stage(place)
    expect(stage.totals).to_have_text("1 sent = 1 received")

    for prediction, knows in zip(LESSONS["start-here"].predictions, (False, True), strict=True):
        place = learner.go_on_to(f'lab.predict("{prediction.name}"')
        card = choose(learner, place, next(one for one in prediction.options if (one == prediction.right) == knows))
        expect(card.get_by_role("radio", name=re.compile(f"^{prediction.right}"))).to_contain_text("this happened")
        expect(card.get_by_role("radio").first).to_have_attribute("aria-disabled", "true")
        expect(learner.cell(place).locator(".zl-stage")).to_be_visible()

    place = learner.go_on_to("lab.show(Place(")
    learner.cell(place).get_by_role("button", name="in a process of its own").click()
    expect(learner.cell(place)).to_contain_text(re.compile(r"works in process \d+, this kernel in process \d+"))
    learner.send("Hello over there", place)
    expect(learner.stage(place).totals).to_contain_text("1 sent = 1 received")

    place = learner.go_on_to("with pressing_stop(lab)", wait=False)
    stage = learner.stage(place)
    expect(stage.words("your cell")).to_have_text("waiting in recv()")
    learner.page.evaluate(INTERRUPT)
    expect(learner.cell(place)).to_contain_text("interrupted")

    place = learner.go_on_to("import progress")
    card = learner.cell(place).locator(".zl-card")
    first = card.get_by_role("listitem").first
    expect(first).to_contain_text(f"00 {LESSONS['start-here'].title}")
    expect(first).to_contain_text(re.compile(r"1 right.*1 wrong", re.DOTALL))
    expect(first.locator(".zl-done-right")).to_be_visible()
    card.get_by_role("button", name="Forget it").click()
    card.get_by_role("button", name="Yes, forget all of it").click()
    expect(first).to_contain_text("not begun")


@pytest.mark.parametrize("learner", ["request-reply"], indirect=True)
def test_the_questions_and_predictions_of_lesson_01(learner):
    place = learner.run_to("lab.question()")
    opening = LESSONS["request-reply"].opening
    expect(choose(learner, place, opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("kitchen.show(")
    log = learner.sender(place)
    for reply in ("Yes", "No", "Yes, fresh", "Sold out"):
        log.get_by_role("textbox").fill(reply)
        log.get_by_role("button", name="Reply").click()
        expect(log).to_contain_text(f"→ {reply}")
    expect(learner.stage(place).totals).to_have_text("8 sent = 8 received")

    for prediction in LESSONS["request-reply"].predictions:
        place = learner.go_on_to(f'lab.predict("{prediction.name}"')
        card = choose(learner, place, prediction.right)
        expect(card).to_contain_text("and so it was")
        expect(learner.cell(place).locator(".zl-stage")).to_be_visible()


@pytest.mark.parametrize("learner", ["request-reply"], indirect=True)
def test_the_two_faults_of_lesson_01(learner):
    place = learner.run_to("bar.show(")
    cell, stage = learner.cell(place), learner.stage(place)

    def let_it_die_and_restart():
        cell.get_by_role("button", name="Let it die before its next reply").click()
        expect(cell.get_by_role("button", name="Let it die before its next reply")).to_be_disabled()
        expect(cell).to_contain_text("server is armed")
        learner.send("Coffee, please", place)
        expect(stage.title("server")).to_have_text("died before its reply")
        expect(cell).to_contain_text("server is not at work: died before its reply")
        cell.get_by_role("button", name="Restart it").click()
        expect(cell.get_by_role("button", name="Let it die before its next reply")).to_be_enabled()

    let_it_die_and_restart()
    expect(stage.title("server")).to_have_text("waiting in recv()")
    expect(stage.title("client")).to_have_text("waiting in recv()")  # for ever
    expect(learner.sender(place)).to_contain_text("waiting for the reply")

    place = learner.go_on_to("""bar.start(patient_client, name="client")\nbar.show(""")
    cell, stage = learner.cell(place), learner.stage(place)
    let_it_die_and_restart()
    expect(learner.sender(place)).to_contain_text("← World 2")  # made twice


@pytest.mark.parametrize("learner", ["request-reply"], indirect=True)
def test_the_exercises_of_lesson_01(learner):
    for exercise in LESSONS["request-reply"].exercises:
        place = learner.run_to(f'lab.exercise("{exercise.name}")')
        card = learner.cell(place).locator(".zl-card")
        card.get_by_role("button", name="Check").click()
        expect(card).to_contain_text("Not attempted")

        ending = f'\n\nlab.exercise("{exercise.name}")'
        _law, wrong, title = exercise.refused[0]
        check(learner, place, wrong + ending)
        expect(card).to_contain_text("Not yet: ")
        expect(card).to_contain_text(title)
        card.get_by_role("button", name="Watch it fail").click()
        film = learner.cell(place).locator(".zl-stage")
        expect(film).to_have_attribute("data-applied", PLAYED)
        film.get_by_role("button", name="To the start").click()
        expect(film).to_have_attribute("data-applied", "0")
        card.get_by_role("button", name="Watch it fail").click()
        expect(film).to_have_attribute("data-applied", PLAYED)  # again
        card.get_by_role("button", name="Hint 1 of").click()
        expect(card).to_contain_text("Hint 1")
        card.get_by_role("button", name="Show a solution").click()
        expect(card.locator("pre")).to_have_text(exercise.solution)

        check(learner, place, exercise.solution + ending)
        expect(card).to_contain_text("Solved in 2 tries, with one hint and a look at a solution.")


@pytest.mark.parametrize("learner", ["request-reply"], indirect=True)
def test_what_was_changed_after_its_run_is_not_checked(learner):
    learner.run_to("lab = Lab(")
    place = learner.page.evaluate(PLACE_OF, 'lab.exercise("serve")')
    learner.run_again(place)
    learner.page.evaluate(WRITE, [place, SERVE])
    card = learner.cell(place).locator(".zl-card")
    card.get_by_role("button", name="Check").click()
    expect(card.get_by_role("status")).to_contain_text("Run the cell first")
    card.get_by_role("button", name="Hint 1 of").click()
    expect(card.get_by_role("status")).to_contain_text("Hint 1")
    expect(card.get_by_role("status")).to_contain_text("Run the cell first")  # it is so still
    learner.run_again(place)
    card.get_by_role("button", name="Check").click()
    expect(card.get_by_role("status")).to_contain_text("Not yet")


SERVE = """def serve(socket):
    socket.send_string(socket.recv_string().upper())


lab.exercise("serve")
"""
