"""A lesson that is opened once more: the next day, after its lab was closed, or in a second tab on the same kernel."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LESSON, SEE_IT, TOKEN, in_file_names
from tests.browser.lesson import CHOOSE, JupyterLab, Lesson, command
from tests.browser.test_gone import CLOSED, SHUT_DOWN

LEAVE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.save();
    panel.dispose(); // its kernel goes on
}"""
STILL = ".jp-OutputArea-output img[src^='data:image/svg']"
GO_ON = "To use this, click this cell, choose Run > Run All Above Selected Cell, then run this one."
WIDGETS = ".jp-Notebook .jupyter-widgets"


@pytest.fixture
def path(request):
    return f"{in_file_names(request.node.name)}/notebooks/{LESSON}"


def shows_a_still(lesson, place):
    still = lesson.cell(place).locator(STILL)
    expect(still).to_be_visible()
    expect(lesson.cell(place)).to_contain_text(GO_ON)
    assert "client" in still.get_attribute("alt")
    expect(lesson.cell(place)).not_to_contain_text("Error")
    assert lesson.page.locator(WIDGETS).count() == 0


@pytest.fixture
def elsewhere(lesson, path, server):
    """Opens the lesson in a page of its own, which knows nothing of what the first has seen. It must not complain."""
    page, tabs = lesson.page.context.new_page(), []

    def open_it():
        tabs.append(JupyterLab(page, f"{server.url}lab/workspaces/second?token={TOKEN}&reset"))
        return Lesson(page, path)

    yield open_it
    page.close()
    assert [tab.complaints for tab in tabs] == [[]]


def test_the_next_day_a_picture_stands_there_and_running_the_cells_brings_it_to_life(lesson, elsewhere):
    place = lesson.run_to(SEE_IT)
    lesson.page.evaluate(SHUT_DOWN)
    command(lesson.page, "docmanager:save")
    other = elsewhere()
    shows_a_still(other, place)
    other.page.evaluate(CHOOSE, place)
    command(other.page, "notebook:run-all-above")
    other.run_again(place)
    other.send("Hello", place)
    expect(other.sender(place)).to_contain_text("← World 1")
    expect(other.cell(place).locator(STILL)).to_have_count(0)


def test_after_its_lab_was_closed_a_page_that_is_opened_shows_a_picture(lesson, elsewhere):
    place = lesson.run_to(SEE_IT)
    lesson.ask("lab.close()")
    command(lesson.page, "docmanager:save")
    shows_a_still(elsewhere(), place)


def test_a_notebook_that_is_closed_and_opened_again_goes_on_with_what_is_alive(lesson, path):
    place = lesson.run_to(SEE_IT)
    lesson.page.evaluate(LEAVE)
    lesson = Lesson(lesson.page, path)
    lesson.send("Hello", place)
    expect(lesson.sender(place)).to_contain_text("← World 1")
    expect(lesson.cell(place).locator(STILL)).to_have_count(0)


def test_a_second_tab_shows_the_same_and_works_until_the_first_begins_afresh(lesson, elsewhere):
    place = lesson.run_to(SEE_IT)
    command(lesson.page, "docmanager:save")
    second = elsewhere()
    second.send("from the second", place)
    for one in (second, lesson):
        expect(one.sender(place)).to_contain_text("← World 1")
    lesson.send("from the first", place)
    for one in (second, lesson):
        expect(one.sender(place)).to_contain_text("← World 2")
    expect(second.stage(place).totals).to_have_text("4 sent = 4 received")
    lesson.run_again(1)
    expect(second.sender(place)).to_contain_text(CLOSED)
    expect(second.sender(place).get_by_role("button", name="Send")).to_be_disabled()
    expect(second.stage(place).root.locator(".zl-gone-note")).to_contain_text(CLOSED)


def test_each_output_of_a_card_has_the_card(lesson, server):
    lesson.run_to(SEE_IT)
    (server.root.parent / "progress.json").unlink(missing_ok=True)  # nobody has answered it yet
    cards = lesson.cell(lesson.run("card = lab.question()\ndisplay(card, card)")).locator(".zl-card")
    expect(cards).to_have_count(2)
    cards.first.get_by_role("radio").first.click()
    expect(cards.nth(1).get_by_role("status")).not_to_be_empty()
