"""What a control says: it has room where it stands, it names what can be pressed there, and each press is answered."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import opened, watched
from tests.browser.lesson import PLACE_OF
from tests.browser.test_learning import WRITE
from tests.browser.test_lesson_04 import press

TOPS = """(cell) => [...cell.querySelectorAll(".zl-panel :is(button, input), .zl-panel")].map((part) => {
    const { top, bottom } = part.getBoundingClientRect();
    const from = cell.getBoundingClientRect().top;
    return part.matches(".zl-panel") ? Math.round(bottom - from) : Math.round(top - from);
})"""
DESK_IS_OVER = "“desk” is not at work any more. Run the cell that starts it."


@pytest.fixture
def learner(request, server, jupyterlab):
    page, size = jupyterlab.page, jupyterlab.page.viewport_size
    page.set_viewport_size({"width": 1366, "height": 768})
    with opened(request.param, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson
    page.set_viewport_size(size)


def tops(cell):
    """Return where each button and box of the panels of a cell begins, and where each panel ends (px)."""
    return cell.evaluate(TOPS)


@pytest.mark.parametrize("learner", ["07-envelopes.ipynb"], indirect=True)
def test_a_send_to_a_desk_that_is_over_is_answered_each_time_and_pushes_nothing_down(learner):
    learner.run_to("def device(")
    learner.run_again(learner.page.evaluate(PLACE_OF, "def desk("))
    place = learner.page.evaluate(PLACE_OF, "office = Lab(")
    code = learner.cell(place).locator(".cm-content").inner_text().replace("mandatory=False", "mandatory=True")
    learner.page.evaluate(WRITE, [place, code])
    learner.run_again(place)
    cell, stage = learner.cell(place), learner.stage(place)
    expect(stage.words("desk")).to_have_text("waiting for you")
    before = tops(cell)
    press(learner, place, "Send to Zoe")
    expect(cell).to_contain_text("Host unreachable")
    press(learner, place, "Send to Anna")
    expect(cell).to_contain_text(DESK_IS_OVER)
    press(learner, place, "Restart it")  # another's: it says so above its button
    press(learner, place, "Send to Anna")
    expect(cell).to_contain_text(f"{DESK_IS_OVER} (Pressed 2 times.)")
    assert tops(cell) == before


@pytest.mark.parametrize("learner", ["07-envelopes.ipynb"], indirect=True)
def test_what_is_sent_while_nobody_takes_it_is_said_to_be_so(learner):
    learner.run_to("def client(")
    learner.run_again(learner.page.evaluate(PLACE_OF, "def server("))
    place = learner.page.evaluate(PLACE_OF, "corner = Lab(")
    learner.run_again(place)
    cell, stage = learner.cell(place), learner.stage(place)
    expect(stage.words("careless")).to_have_text("waiting for you")
    press(learner, place, "Let it die")
    expect(stage.title("guest")).to_have_text(re.compile("died"))
    press(learner, place, "Send")
    expect(stage.words("careless")).to_have_text(re.compile("recv"))
    before = tops(cell)
    press(learner, place, "Send")
    expect(cell).to_contain_text("1 text is kept until recv_multipart() returns")
    assert tops(cell) == before
    press(learner, place, "Restart it")
    expect(cell).not_to_contain_text("is kept until")


@pytest.mark.parametrize("learner", ["06-queues-and-limits.ipynb"], indirect=True)
def test_after_all_was_tried_nothing_in_the_table_looks_as_if_it_could_be_pressed(learner):
    learner.run_to("lab = Lab(")
    place = learner.page.evaluate(PLACE_OF, "lab.show(WhoWaits(")
    learner.run_again(place)
    cell = learner.cell(place)
    rows = cell.locator(".zl-table button")
    for number in (0, 0, 1, 2, 2):  # PUSH drops, PUB waits, DEALER drops: all wrong
        rows.nth(number).click()
    before = tops(cell)
    press(learner, place, "Try them all")
    expect(cell).to_contain_text("You were right about 0 of 3.")
    expect(cell.get_by_role("button", name="Try them all")).to_be_enabled()
    assert tops(cell) == before
    for number in range(rows.count()):
        expect(rows.nth(number)).to_be_disabled()
    expect(rows.nth(5)).to_have_text("–")
    note = cell.locator(".zl-said").evaluate("(note) => [note.scrollHeight, note.clientHeight]")
    assert note[0] <= note[1], "the reasons for three are read without scrolling"
