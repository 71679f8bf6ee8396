"""A panel that has just been made comes into view, once, and only for somebody who waits for it."""

import pytest

from tests.browser.lesson import START_UP, command
from tests.browser.test_in_sight import CHOSEN_IS_BEYOND, LAPTOP, problems_of

SHOW = "lab.show(Sender("
"""What stands in the cell with the first panel of lesson 01."""
# From now on, note each time that the notebook is scrolled by our own script: its stack names the file.
WATCH = """() => {
    const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
    window.scrolledByUs = 0;
    const outer = document.querySelector(".jp-WindowedPanel-outer");
    Object.defineProperty(outer, "scrollTop", { configurable: true, get, set(value) {
        if (new Error().stack.includes("zmqlab/into_view.js")) window.scrolledByUs++;
        set.call(this, value);
    } });
}"""
DRAWN = """(cell) => cell.querySelector(".zl-shown .zl-picture [data-piece]")?.getBoundingClientRect().width > 0"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
UP = """(cell) => {
    const outer = cell.closest(".jp-WindowedPanel-outer");
    outer.scrollTop += cell.getBoundingClientRect().bottom - outer.getBoundingClientRect().bottom + 10;
}"""
WAIT_FIRST = """([place, line]) => {
    const { sharedModel } = window.jupyterapp.shell.currentWidget.content.widgets[place].model;
    sharedModel.setSource(line + sharedModel.getSource());
}"""
PLACE_OF = """(code) => window.jupyterapp.shell.currentWidget.content.widgets.findIndex(
    ({ model }) => model.type === "code" && model.sharedModel.getSource().includes(code))"""
SAVE = """() => { window.saved = window.jupyterapp.shell.currentWidget.context.save().then(() => (window.isSaved = true)); }"""


@pytest.fixture
def page(lesson):
    before = lesson.page.viewport_size
    lesson.page.set_viewport_size(LAPTOP)
    yield lesson.page
    lesson.page.set_viewport_size(before)


@pytest.fixture
def place(lesson, page):
    """The place of the cell with the first panel. All before it have run."""
    place = page.evaluate(PLACE_OF, SHOW)
    lesson.cell(0).click()
    for before in range(place):
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(CHOSEN_IS_BEYOND, arg=before)
    page.keyboard.press("Escape")  # whoever touches a key is left alone by what came into view before
    page.evaluate(WATCH)
    return place


def scrolled(page, cell):
    """Return how often our script has scrolled the notebook, once the picture of a cell is drawn."""
    page.wait_for_function(DRAWN, arg=cell.element_handle(), timeout=START_UP * 1000)
    page.evaluate(FRAMES)
    return page.evaluate("() => window.scrolledByUs")


def test_after_shift_and_enter_the_panel_is_in_sight(lesson, page, place):
    page.keyboard.press("Shift+Enter")
    lesson.wait_until_ran(place)
    assert problems_of(page, lesson.cell(place)) == []


def test_after_control_and_enter_the_panel_is_in_sight(lesson, page, place):
    lesson.cell(place).evaluate(UP)  # the cell is the last thing in sight: its output comes below the window
    page.keyboard.press("Control+Enter")
    lesson.wait_until_ran(place)
    assert problems_of(page, lesson.cell(place)) == []


def test_run_all_is_not_stopped_on_its_way(lesson, page, place):
    page.locator(".lm-MenuBar-item", has_text="Run").first.click()
    page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()
    assert scrolled(page, lesson.cell(place)) == 0


def test_whoever_scrolls_while_the_cell_runs_is_left_where_he_is(lesson, page, place, server):
    go = next(server.root.glob("*whoever*")) / "notebooks" / "go"
    line = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.01)\n"
    page.evaluate(WAIT_FIRST, [place, line])
    page.keyboard.press("Shift+Enter")
    page.mouse.move(600, 400)
    page.mouse.wheel(0, -120)
    page.evaluate(FRAMES)
    go.touch()
    lesson.wait_until_ran(place)
    assert scrolled(page, lesson.cell(place)) == 0


def test_a_page_that_is_opened_anew_is_not_scrolled(lesson, page, place):
    page.keyboard.press("Shift+Enter")
    lesson.wait_until_ran(place)
    scrolled(page, lesson.cell(place))
    page.evaluate(SAVE)
    page.wait_for_function("() => window.isSaved")
    path = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    page.reload()
    page.wait_for_function("() => window.jupyterapp", timeout=START_UP * 1000)
    page.evaluate("() => window.jupyterapp.restored.then(() => window.jupyterapp.shell.collapseLeft())")
    command(page, "docmanager:open", path=path)
    page.evaluate(WATCH)
    lesson.wait_until_ready()
    lesson.cell(place).scroll_into_view_if_needed()
    assert scrolled(page, lesson.cell(place)) == 0
