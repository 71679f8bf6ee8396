"""A lesson that is opened once more: the next day, after its lab was closed, or in a second tab on the same kernel."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LESSON, SEE_IT, TOKEN, in_file_names
from tests.browser.lesson import CHOOSE, CLOSE, JupyterLab, Lesson, command
from tests.browser.test_gone import CLOSED

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


def test_the_next_day_a_picture_stands_there_and_running_the_cells_brings_it_to_life(lesson, path):
    place = lesson.run_to(SEE_IT)
    lesson.stage(place).rest()
    lesson.page.evaluate(CLOSE)
    lesson = Lesson(lesson.page, path)
    shows_a_still(lesson, place)
    lesson.page.evaluate(CHOOSE, place)
    command(lesson.page, "notebook:run-all-above")
    lesson.run_again(place)
    lesson.send("Hello", place)
    expect(lesson.sender(place)).to_contain_text("← World 1")
    expect(lesson.cell(place).locator(STILL)).to_have_count(0)


def test_after_its_lab_was_closed_a_page_that_is_opened_shows_a_picture(lesson, path):
    place = lesson.run_to(SEE_IT)
    lesson.ask("lab.close()")
    lesson.page.evaluate(LEAVE)
    shows_a_still(Lesson(lesson.page, path), place)


def test_a_page_that_is_opened_anew_goes_on_with_what_is_alive(lesson, path):
    place = lesson.run_to(SEE_IT)
    lesson.page.evaluate(LEAVE)
    lesson = Lesson(lesson.page, path)
    lesson.send("Hello", place)
    expect(lesson.sender(place)).to_contain_text("← World 1")
    expect(lesson.cell(place).locator(STILL)).to_have_count(0)


def test_a_second_tab_shows_the_same_and_works_until_the_first_begins_afresh(lesson, path, server):
    place = lesson.run_to(SEE_IT)
    command(lesson.page, "docmanager:save")
    page = lesson.page.context.new_page()
    try:
        tab = JupyterLab(page, f"{server.url}lab/workspaces/second?token={TOKEN}&reset")
        second = Lesson(page, path)
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
        assert tab.complaints == []
    finally:
        page.close()


def test_each_output_of_a_card_has_the_card(lesson):
    lesson.run_to(SEE_IT)
    cards = lesson.cell(lesson.run("card = lab.question()\ndisplay(card, card)")).locator(".zl-card")
    expect(cards).to_have_count(2)
    cards.first.get_by_role("button").first.click()
    expect(cards.nth(1).get_by_role("status")).not_to_be_empty()
