"""What comes of a press is in sight: a panel that grows for it, and what it opens. What was pressed stays in sight, and whoever
has gone elsewhere is left there."""

import pytest

from tests.browser.conftest import opened
from tests.browser.lesson import PLACE_OF
from tests.browser.test_in_sight import LAPTOP, problems_of

LESSON = "03-pipeline.ipynb"
SHOW = "lab.show(Batches(worker))"
PUSH = "Push 20 tasks"
ROWS = 160
"""How much of an actor's code must be seen at least (px)."""
LOW = 200
HIGH = 340
"""How high a picture is made, and how high what takes its place is where there is room (px)."""
PARTS = {
    "List": (".zl-picture", ".zl-log", ".zl-log .zl-now"),
    "Sequence": (".zl-picture", ".zl-sequence", ".zl-sequence .zl-now-line"),
}
"""By the name of a button: the picture, what takes its place, and the moment that it is at."""
TOPS = """(cell) => [...cell.querySelectorAll(".zl-shown :is(button, input, .noUi-target)")]
    .filter((one) => !one.closest(".zl-face")).map((one) => one.getBoundingClientRect().top)"""
AT_THE_BOTTOM = """(cell) => {
    const outer = cell.closest(".jp-WindowedPanel-outer");
    const bottom = cell.querySelector(".zl-shown").getBoundingClientRect().bottom;
    outer.scrollTop += bottom - outer.getBoundingClientRect().bottom + 8;
}"""
# How high the picture, so that all of the panel is just in the window, and nothing above it.
AS_HIGH_AS_THE_WINDOW = """(cell) => {
    const high = cell.closest(".jp-WindowedPanel-outer").clientHeight - cell.querySelector(".zl-shown").offsetHeight - 20;
    cell.querySelector(".zl-picture-ground").style.paddingTop = `${Math.max(0, high)}px`;
}"""
GROW = "(cell, by) => { cell.querySelector('.zl-picture-ground').style.paddingBottom = `${by}px`; }"
# Where a part is in the notebook's window (px), and how high that is.
PLACE = """(part) => {
    const window = part.closest(".jp-WindowedPanel-outer").getBoundingClientRect();
    const { top, bottom } = part.getBoundingClientRect();
    return [top - window.top, bottom - window.top, window.height].map(Math.round);
}"""
SCROLLED = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
OTHER = """(cell) => {
    const other = document.createElement("div");
    other.className = "zl-shown";
    other.append(document.createElement("button"));
    cell.querySelector(".zl-shown").after(other);
}"""
# By how much the ring around what has the focus is cut off, by what it stands in (px).
CUT = r"""() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
    const shadow = style.boxShadow.includes("inset") ? 0 : parseFloat(style.boxShadow.match(/(\d+)px$/)?.[1] ?? 0);
    const [out, cut] = [Math.max(outline, shadow), []];
    for (let around = one.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflowX === "visible") continue;
        const { left, right } = around.getBoundingClientRect();
        cut.push(left - (box.left - out), box.right + out - right);
    }
    return [one.className || one.tagName, one.ariaLabel, Math.round(Math.max(0, ...cut))];
}"""


@pytest.fixture(scope="module")
def lesson(request, server, jupyterlab):
    before = jupyterlab.page.viewport_size
    jupyterlab.page.set_viewport_size(LAPTOP)
    with opened(LESSON, request, server, jupyterlab) as lesson:
        lesson.place = lesson.run_to(SHOW)
        lesson.lab = jupyterlab.page.evaluate(PLACE_OF, "lab = Lab(")
        yield lesson
    jupyterlab.page.set_viewport_size(before)


@pytest.fixture
def page(lesson):
    return lesson.page


@pytest.fixture
def cell(lesson, page):
    """The cell of a new panel, of one worker, that stands at the bottom of the window."""
    cell = lesson.cell(lesson.place)
    cell.evaluate("(cell) => (cell.querySelector('.zl-shown').dataset.old = '')")
    for place in (lesson.lab, lesson.place):
        lesson.run_again(place)
    cell.locator(".zl-shown:not([data-old]) .zl-picture [data-piece='actors/worker 1']").wait_for()
    cell.locator("[data-old]").wait_for(state="detached")
    assert not cell.locator("[data-piece='actors/worker 2']").count()
    page.keyboard.press("Escape")  # whoever touches a key is left alone by what came into view before
    cell.evaluate(AT_THE_BOTTOM)
    page.evaluate(FRAMES)
    return cell


def place(part):
    return part.evaluate(PLACE)


def is_in_sight(part):
    top, bottom, window = place(part)
    return top >= 0 and bottom <= window


def tops(cell):
    """Where what can be pressed is in the window, but for what is in the picture (px)."""
    return cell.evaluate(TOPS)


def button(cell, name):
    return cell.get_by_role("button", name=name, exact=True)


def hold(page, cell, workers):
    """Drag the slider to so many workers, and keep it held."""
    box = cell.locator(".zl-slider .noUi-target").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (workers - 1) / 3, box["y"] + box["height"] / 2, steps=4)


def grow(page, cell, by):
    """Have the panel grow as it does when something comes. Returns how far the notebook is scrolled for it (px)."""
    before = page.evaluate(SCROLLED)
    cell.evaluate(GROW, by)
    page.evaluate(FRAMES)
    return page.evaluate(SCROLLED) - before


def test_a_panel_that_grows_for_its_slider_is_in_sight(page, cell):
    hold(page, cell, workers=4)
    page.mouse.up()
    cell.locator(".zl-picture [data-piece='actors/worker 4']").wait_for()
    assert problems_of(page, cell) == []
    button(cell, PUSH).click()
    cell.get_by_text("20 of 20").wait_for()
    assert problems_of(page, cell) == []
    assert is_in_sight(button(cell, PUSH))


def test_a_panel_that_grows_for_a_slider_moved_by_keys_is_in_sight(page, cell):
    cell.get_by_role("slider", name="workers").or_(cell.locator(".noUi-handle")).first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    cell.locator(".zl-picture [data-piece='actors/worker 4']").wait_for()
    assert problems_of(page, cell) == []


def test_what_is_held_does_not_move_away(page, cell):
    hold(page, cell, workers=1)
    assert grow(page, cell, 120) == 0
    page.mouse.up()
    assert problems_of(page, cell) == []


def test_a_panel_too_high_for_the_window_is_in_sight_as_far_as_what_was_pressed_stays_there(page, cell):
    button(cell, "Play").or_(button(cell, "Pause")).first.click()
    above = place(cell.locator(".zl-shown"))[0]
    assert grow(page, cell, 900) == pytest.approx(above - 8, abs=1)
    button(cell, PUSH).click()
    page.evaluate(FRAMES)
    assert grow(page, cell, 1000) == 0


@pytest.mark.parametrize("how", ["wheel", "scroll bar", "another cell", "another panel"])
def test_whoever_has_gone_elsewhere_since_is_left_there(page, cell, how):
    cell.evaluate(OTHER)
    button(cell, PUSH).click()
    if how == "wheel":
        page.mouse.wheel(0, -40)
    elif how == "scroll bar":
        page.evaluate("() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop -= 40; }")
    elif how == "another cell":
        cell.locator(".jp-InputArea-editor").click()
    else:
        cell.locator(".zl-shown + .zl-shown button").dispatch_event("pointerdown")
        cell.locator(".zl-shown + .zl-shown button").dispatch_event("pointerup")
    cell.get_by_text("20 of 20").wait_for()
    page.evaluate(FRAMES)
    assert grow(page, cell, 120) == 0


@pytest.mark.parametrize("block", ["start", "end"])
@pytest.mark.parametrize("name", ["List", "Sequence"])
def test_what_takes_the_place_of_the_picture_moves_nothing_that_can_be_pressed(page, cell, name, block):
    button(cell, PUSH).click()
    cell.get_by_text("20 of 20").wait_for()
    cell.evaluate("(cell, low) => { cell.querySelector('.zl-picture-ground').style.height = `${low}px`; }", LOW)
    cell.evaluate("(cell, block) => cell.querySelector('.zl-shown').scrollIntoView({ block })", block)
    page.evaluate(FRAMES)
    picture, part, now = (cell.locator(f".zl-shown {kind}") for kind in PARTS[name])
    before = tops(cell)
    for _ in range(10):
        button(cell, name).click()
        page.evaluate(FRAMES)
        assert (part.is_visible(), picture.is_visible()) == (True, False)
        assert is_in_sight(part)
        assert is_in_sight(now), "the moment that it is at"
        assert part.bounding_box()["height"] == pytest.approx({"start": LOW, "end": HIGH}[block], abs=1)
        assert tops(cell) == pytest.approx(before, abs=1)
        button(cell, name).click()
        page.evaluate(FRAMES)
        assert (part.is_visible(), picture.is_visible()) == (False, True)
        assert tops(cell) == pytest.approx(before, abs=1)


def test_one_of_sequence_and_list_is_open(page, cell):
    before = tops(cell)
    button(cell, "Sequence").click()
    button(cell, "List").click()
    page.evaluate(FRAMES)
    assert (cell.locator(".zl-sequence").is_visible(), cell.locator(".zl-log").is_visible()) == (False, True)
    assert button(cell, "Sequence").get_attribute("aria-pressed") == "false"
    assert tops(cell) == pytest.approx(before, abs=1)
    grow(page, cell, 120)
    assert tops(cell) == pytest.approx(before, abs=1), "the picture grows behind it"
    at = button(cell, "List").bounding_box()["y"]
    button(cell, "List").click()
    page.evaluate(FRAMES)
    assert button(cell, "List").bounding_box()["y"] == pytest.approx(at, abs=1), "what it has grown by stands above"


def test_the_code_of_an_actor_is_in_sight_and_so_is_the_actor(page, cell):
    cell.evaluate(AS_HIGH_AS_THE_WINDOW)
    cell.evaluate(AT_THE_BOTTOM)
    page.evaluate(FRAMES)
    actor = cell.locator("[data-piece='actors/worker 1']")
    actor.click(position={"x": 90, "y": 40})
    page.evaluate(FRAMES)
    top, bottom, window = place(cell.locator(".zl-inspector"))
    assert min(bottom, window) - top >= ROWS
    assert is_in_sight(actor)


def test_the_ring_around_what_has_the_focus_is_whole(page, cell):
    cell.locator("[data-piece='actors/worker 1']").click(position={"x": 90, "y": 40})
    button(cell, "Sequence").click()
    cell.locator(".zl-stage").focus()
    rings = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if not cell.evaluate("(cell) => cell.querySelector('.zl-shown').contains(document.activeElement)"):
            break
        rings.append(page.evaluate(CUT))
    assert len(rings) > 10
    assert [ring for ring in rings if ring[2]] == []
