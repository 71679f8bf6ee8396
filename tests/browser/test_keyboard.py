"""Everything in a panel can be done by keys alone, and no key that is pressed there does anything to the notebook."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LESSON, opened
from tests.browser.lesson import APPEND, CHOOSE, CHOSEN

SHOW = 'lab.show(Sender("client"), Faults("server"))'
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
    (cell) => `${cell.model.type} ${cell.model.sharedModel.source.slice(0, 20)}`)"""
FOCUSED = """() => {
    const one = document.activeElement;
    return one.getAttribute("aria-label") || one.textContent.trim() || one.tagName;
}"""
KEYS = [*"abcxvzmyrddjk1lhf/ii00", "Escape"]
"""What JupyterLab acts on while the focus is in a cell's output. Some of it twice, as it wants it."""
NOT_PRESSED = ("the film", "the output")
"""Where Enter presses nothing."""


@pytest.fixture(scope="module")
def panel(request, server, jupyterlab):
    """The panel of a sender and of faults, with plain widgets of Jupyter's in it, and the place of its cell."""
    with opened(LESSON, request, server, jupyterlab) as lesson:
        lesson.run_to("lab.show(")
        place = lesson.run(f"went_on = 0\n{SHOW}")
        lesson.page.evaluate(APPEND, "went_on += 1")
        lesson.page.evaluate(CHOOSE, place)
        yield lesson, place


@pytest.fixture(autouse=True)
def calm(jupyterlab):
    yield
    complaints = jupyterlab.complaints.copy()
    jupyterlab.complaints.clear()
    assert complaints == []


def parts(lesson, place):
    cell = lesson.cell(place)
    yield "a text box", lesson.sender(place).get_by_role("textbox").first
    yield "a button of the sender", cell.get_by_role("button", name="Send", exact=True)
    yield "a button of Jupyter's", cell.get_by_role("button", name="Restart it")
    yield "the film", lesson.stage(place).root
    yield "a button of the transport", lesson.stage(place).button("List")
    yield "the output", cell.locator(".zl-outlet").first


def test_no_letter_reaches_the_notebook(panel):
    lesson, place = panel
    before = lesson.page.evaluate(CELLS)
    for name, part in parts(lesson, place):
        part.focus()
        for key in [*KEYS, *(["Enter"] if name in NOT_PRESSED else [])]:
            part.press(key)
        assert lesson.page.evaluate(CELLS) == before, name
        assert lesson.page.evaluate(CHOSEN) == place, name
    lesson.sender(place).get_by_role("textbox").first.fill("Hello")


def test_shift_and_enter_runs_the_next_cell_wherever_the_focus_is(panel):
    lesson, place = panel
    for name, part in parts(lesson, place):
        ran = int(lesson.ask("went_on"))
        lesson.page.evaluate(CHOOSE, place)
        part.focus()
        part.press("Shift+Enter")
        lesson.page.wait_for_function(f"() => ({CHOSEN})() > {place}")
        assert int(lesson.ask("went_on")) == ran + 1, name


def test_the_tabulator_goes_through_all_that_can_be_pressed_and_out(panel):
    lesson, place = panel
    cell, seen = lesson.cell(place), []
    lesson.stage(place).root.focus()
    for _ in range(40):
        lesson.page.keyboard.press("Tab")
        if not cell.evaluate("(cell) => cell.contains(document.activeElement)"):
            break
        seen.append(lesson.page.evaluate(FOCUSED))
    else:
        pytest.fail(f"it never leaves the panel: {seen}")
    names = ["To the start", "Back one event", "Forward one event", "Live", "Speed", "Sequence", "List", "Send"]
    names += ["Let it die before its next reply", "Restart it"]
    assert [name for name in names if name in seen] == names, seen


def test_the_film_is_driven_by_keys_from_any_of_its_buttons(panel):
    lesson, place = panel
    lesson.page.evaluate(CHOOSE, place)
    stage, cell = lesson.stage(place), lesson.cell(place)
    lesson.sender(place).get_by_role("textbox").first.press("Enter")
    expect(cell.locator(".zl-outlet").first).to_contain_text("World")
    stage.rest()
    button = stage.button("Back one event")
    button.focus()
    for key, past in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        button.press(key)
        stage.two_frames()
        assert (stage.applied() > 0) == (past > 0), key
    button.press("End")
    expect(stage.button("Live")).to_have_attribute("aria-pressed", "true")
    button.press("Home")
    toggle = stage.button("Play")
    toggle.press(" ")
    expect(stage.button("Pause")).to_be_visible()


def test_a_text_box_keeps_the_keys_that_move_in_it(panel):
    lesson, place = panel
    stage, box = lesson.stage(place), lesson.sender(place).get_by_role("textbox").first
    stage.button("Live").click()
    before = stage.applied()
    box.fill("two words")
    box.press("Home")
    box.press("ArrowRight")
    box.press(" ")
    box.press("End")
    assert box.input_value() == "t wo words"
    assert stage.applied() >= before
    expect(stage.button("Live")).to_have_attribute("aria-pressed", "true")
