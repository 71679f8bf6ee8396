"""A case file as a detective goes through it."""

import pytest
from playwright.sync_api import expect
from zmqlab.course.cases import CASES

from tests.browser.conftest import opened, watched
from tests.browser.test_learning import choose


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
    expect(stage.root).to_contain_text("2 not delivered" if file.number == "90" else "31 sent = 31 received")
    for number, question in enumerate(file.questions):
        letter = question.right if number else next(x for x in question.options if x != question.right)
        place = lesson.go_on_to(f'case.question("{question.name}")')
        card = choose(lesson, place, letter)
        expect(card).to_contain_text(f"You said {letter}")
        expect(card).to_contain_text(question.said[question.right].split("`")[0])
    expect(lesson.page.locator(".jp-RenderedMarkdown pre", has_text="def ").first).to_be_attached()
