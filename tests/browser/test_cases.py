"""A case file as a detective goes through it."""

import pytest
from playwright.sync_api import expect
from zmqlab.course.cases import CASES

from tests.browser.conftest import opened, watched
from tests.browser.lesson import PLAYED
from tests.browser.test_in_sight import problems_of
from tests.browser.test_learning import check, choose


@pytest.fixture(params=CASES)
def case(request, server, jupyterlab):
    """A case, opened for somebody who has answered nothing yet."""
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    file = f"{CASES[request.param].number}-the-{request.param}.ipynb"
    with opened(file, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield CASES[request.param], lesson


def test_a_recording_plays_and_every_finding_is_explained(case):
    file, lesson = case
    place = lesson.run_to("case.recording()")
    stage = lesson.stage(place)
    stage.watch_pills()
    stage.button("Play").click()  # the story is read first
    stage.see_pill("door test" if file.number == "90" else "photo 1", places=3)  # it plays
    stage.button("End").click()  # nothing of it is live
    stage.rest()
    expect(stage.root).not_to_contain_text("inferred")
    expect(stage.root).to_contain_text("2 not received" if file.number == "90" else "31 sent = 31 received")
    for number, question in enumerate(file.questions):
        letter = question.right if number else next(x for x in question.options if x != question.right)
        place = lesson.go_on_to(f'case.question("{question.name}")')
        card = choose(lesson, place, letter)
        expect(card).to_contain_text(f"You said {letter}")
        expect(card).to_contain_text(question.said[question.right].split("`")[0])
        expect(lesson.cell(place).locator(".zl-stage")).to_have_count(int(question.name == file.reveals))
    expect(lesson.page.locator(".jp-RenderedMarkdown pre", has_text="def ").first).to_be_attached()
    for exercise in file.exercises:
        repair(lesson, exercise)


def repair(lesson, exercise):
    """Have the broken program refused, and a right one run and seen."""
    place = lesson.go_on_to(f'case.exercise("{exercise.name}")')
    card = lesson.cell(place).locator(".zl-card")
    card.get_by_role("button", name="Check").click()
    expect(card).to_contain_text("Not yet: ")
    card.get_by_role("button", name="Watch it fail").click()
    expect(lesson.cell(place).locator(".zl-stage")).to_have_attribute("data-applied", PLAYED)
    assert problems_of(lesson.page, lesson.cell(place)) == [], "in sight, and in letters to be read"
    check(lesson, place, f'{exercise.solution}\n\ncase.exercise("{exercise.name}")')
    expect(card).to_contain_text("Right: ")
    card.get_by_role("button", name="Watch it run").click()
    expect(lesson.cell(place).locator(".zl-stage").get_by_role("button", name="End")).to_be_visible()
