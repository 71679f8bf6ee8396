"""On a laptop a learner sees all of a panel: its picture, its transport and what is to be pressed, in letters to be read."""

import pytest
from playwright.sync_api import TimeoutError as Late

from tests.browser.conftest import opened, watched
from tests.browser.lesson import START_UP
from tests.lessons import lesson_files

LAPTOP, SMALL = {"width": 1366, "height": 768}, {"width": 1280, "height": 720}
SETTLED = 5000
"""ms that a panel may take to come into view."""
# What of ours a cell shows that is not whole in the notebook's window, that is cut, or too small to be read.
PROBLEMS = r"""(cell) => {
    const window = cell.closest(".jp-WindowedPanel-outer").getBoundingClientRect();
    const name = (part) => part.ariaLabel || part.textContent.trim().slice(0, 20) || part.className;
    const parts = ".zl-picture, .zl-transport, .zl-panel, .zl-card, :is(.zl-transport, .zl-panel, .zl-card) :is(button, input, select)";
    const found = [];
    for (const part of cell.querySelectorAll(parts)) {
        const { top, bottom, left, right, width, height } = part.getBoundingClientRect();
        if (!width || !height || part.closest("[hidden]")) continue;
        const by = [window.top - top, bottom - window.bottom, window.left - left, right - window.right].map(Math.round);
        if (Math.max(...by) > 1) found.push(`${name(part)}: ${by.map((one) => Math.max(0, one))} px beyond the window`);
    }
    for (const ground of cell.querySelectorAll(".zl-picture-ground, .zl-panel, .zl-buttons"))
        if (ground.scrollWidth > ground.clientWidth + 1) found.push(`${ground.className}: cut`);
    const words = document.createTreeWalker(cell.querySelector(".jp-OutputArea"), NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
        const text = words.currentNode, own = text.parentElement, range = document.createRange();
        range.selectNodeContents(text);
        if (!own.closest(".zl-stage, .zl-panel, .zl-card")) continue;
        if (!text.data.trim() || own.closest("title, style, option, [hidden]") || !range.getBoundingClientRect().width) continue;
        const matrix = own.getScreenCTM?.();
        const size = parseFloat(getComputedStyle(own).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
        if (size < 12.99) found.push(`${text.data.trim().slice(0, 20)}: ${size.toFixed(1)} px`);
    }
    return [...new Set(found)].slice(0, 8);
}"""
FITS = f"(cell) => ({PROBLEMS})(cell).length === 0"
TO_THE_TOP = """(cell) => {
    const outer = cell.closest(".jp-WindowedPanel-outer");
    const top = cell.querySelector(".zl-shown, .zl-stage").getBoundingClientRect().top;
    outer.scrollTop += top - outer.getBoundingClientRect().top - 4;
}"""
CELLS = "() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.sharedModel.getSource())"
RAN = """(place) => {
    const { model } = window.jupyterapp.shell.currentWidget.content.widgets[place];
    return model.executionCount && model.executionState !== "running";
}"""
# A cell that has run and shows a widget may be without it for a moment.
IS_DRAWN = """(place) => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[place];
    const shown = cell.model.outputs?.toJSON().filter((one) => one.data?.["application/vnd.jupyter.widget-view+json"]) ?? [];
    return cell.node.querySelectorAll('.jp-OutputArea-output [class*="zl-"]').length >= shown.length;
}"""
CHOSEN_IS_BEYOND = "(place) => window.jupyterapp.shell.currentWidget.content.activeCellIndex > place"
SHOWING = ("lab.show(", ".show(", ".predict(", ".question(", ".exercise(", "replay(", "case.", ".open(")
LESSONS = [path.name for path in lesson_files()]


@pytest.fixture
def page(jupyterlab):
    """The page, as large as that of a laptop."""
    before = jupyterlab.page.viewport_size
    jupyterlab.page.set_viewport_size(LAPTOP)
    yield jupyterlab.page
    jupyterlab.page.set_viewport_size(before)


def problems_of(page, cell):
    """Return what is wrong with what a cell shows, once it had the time to settle."""
    handle = cell.element_handle()
    try:
        page.wait_for_function(FITS, arg=handle, timeout=SETTLED)
    except Late:
        return handle.evaluate(PROBLEMS)
    return []


def press(page, cell, wrong, place):
    """Do what a learner does in a panel, and note what is not in sight then."""
    if cell.get_by_role("radio").count():
        cell.get_by_role("radio").first.click()
        cell.locator(".zl-note-box").filter(has_text="You said").wait_for()
    elif cell.get_by_role("button", name="Check", exact=True).count():
        cell.get_by_role("button", name="Check", exact=True).click()
        cell.locator(".zl-note-box").first.wait_for()
    for end in cell.locator(".zl-to-now").all():
        end.click()
    wrong += [f"cell {place}, pressed: {problem}" for problem in problems_of(page, cell)]


def fit_in_a_smaller_window(page, cell, wrong, place):
    page.set_viewport_size(SMALL)
    cell.evaluate(TO_THE_TOP)
    wrong += [f"cell {place}, 1280x720: {problem}" for problem in problems_of(page, cell)]
    page.set_viewport_size(LAPTOP)


@pytest.mark.parametrize("name", LESSONS, ids=lambda name: name[:2])
def test_on_a_laptop_every_panel_and_card_is_whole_in_sight(request, server, jupyterlab, page, name):
    wrong, panels = [], 0
    (server.root.parent / "progress.json").unlink(missing_ok=True)  # its questions are not answered yet
    with opened(name, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        sources = page.evaluate(CELLS)
        last = max(place for place, source in enumerate(sources) if any(word in source for word in SHOWING))
        lesson.cell(0).click()
        for place in range(last + 1):
            page.keyboard.press("Shift+Enter")
            page.wait_for_function(CHOSEN_IS_BEYOND, arg=place)
            cell = lesson.cell(place)
            if "jp-CodeCell" not in (cell.get_attribute("class") or ""):
                continue
            page.wait_for_function(RAN, arg=place, timeout=START_UP * 1000)
            page.wait_for_function(IS_DRAWN, arg=place)
            if not cell.locator(".zl-shown, .zl-stage").count():
                continue
            panels += 1
            wrong += [f"cell {place}: {problem}" for problem in problems_of(page, cell)]
            press(page, cell, wrong, place)
            fit_in_a_smaller_window(page, cell, wrong, place)
            lesson.cell(place + 1).click(position={"x": 5, "y": 5})
    assert panels
    assert not wrong, "\n".join(wrong)
