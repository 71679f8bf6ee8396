"""What axe-core finds in panels and cards: nothing serious. Inside JupyterLab, and alone in a page."""

from pathlib import Path

import pytest
from zmqlab.page.assets import page_script, style

from tests.browser.alone import OPEN, Alone, bare_page
from tests.browser.conftest import LESSON, opened
from tests.browser.test_silent import CLOSE_ALL
from tests.browser.test_stage_alone import exchanges

AXE = (Path(__file__).parent / "axe/axe.min.js").read_text(encoding="utf-8")
FIND = """async (parts) => {
    const { violations } = await axe.run({ include: parts }, { resultTypes: ["violations"] });
    return violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""
IN_JUPYTERLAB = [".jp-Notebook .zl-shown", ".jp-Notebook .zl-card", ".jp-Notebook .zl-stage"]
LAST = 'lab.exercise("ask")'


def serious(page, *parts):
    """Return what is serious in these parts of a page."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    return page.evaluate(FIND, list(parts))


@pytest.fixture(scope="module")
def lesson(request, server, jupyterlab):
    with opened(LESSON, request, server, jupyterlab) as lesson:
        lesson.run_to(LAST)
        yield lesson


def themed(page, theme):
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "(light) => document.body.dataset.jpThemeLight === light", arg="false" if "Dark" in theme else "true"
    )


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_in_jupyterlab_nothing_is_serious(lesson, theme):
    themed(lesson.page, theme)
    assert serious(lesson.page, *IN_JUPYTERLAB) == []


def test_in_what_is_over_nothing_is_serious(lesson):
    lesson.ask("0", CLOSE_ALL)
    lesson.page.wait_for_function("() => !document.querySelector('.jp-Notebook .zl-panel button:enabled')")
    assert serious(lesson.page, *IN_JUPYTERLAB) == []


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield bare_page(context)
    context.close()


def test_a_film_alone_has_nothing_serious(page):
    alone = Alone(page)
    page.evaluate(OPEN, alone.state)
    alone.show(exchanges(2))
    page.get_by_role("button", name="Sequence").click()
    page.get_by_role("button", name="List").click()
    page.wait_for_function("() => document.querySelector('.zl-stage').dataset.applied > 0")
    assert serious(page, ".zl-stage") == []


CARD = {
    "heading": "Predict",
    "text": "What follows?",
    "options": [
        {"letter": "A", "text": "an error", "chosen": True, "right": False},
        {"letter": "B", "text": "it works", "chosen": False, "right": True},
    ],
    "tick": "right",
    "locked": True,
    "notes": [{"kind": kind, "title": kind, "text": "So it is."} for kind in ("quiet", "wrong", "caution", "right")],
    "code": {"title": "A solution", "text": "socket.send(b'')"},
    "buttons": [
        {"label": "Check", "action": "check", "kind": "main", "disabled": False},
        {"label": "Hint", "action": "hint", "kind": "plain", "disabled": True},
    ],
    "rows": [
        {"name": "01 Ask", "right": 2, "wrong": 1, "open": 3},
        {"name": "02 Tell", "right": 0, "wrong": 0, "open": 4},
    ],
    "busy": "It runs",
    "done": 0.5,
}
MOUNT = "window.drawCard = main.drawCard;"
DRAW = """(view) => {
    const card = document.body.appendChild(document.createElement("section"));
    card.className = "zl-card";
    drawCard(card, view, () => null);
}"""


def test_a_card_alone_has_nothing_serious(page):
    page.set_content(
        f"<!doctype html><html lang='en'><body><script type='module'>{page_script('cards.js', MOUNT)}</script></body></html>"
    )
    page.add_style_tag(content=style("card.css"))
    page.wait_for_function("() => Boolean(window.drawCard)")
    page.evaluate(DRAW, CARD)
    assert serious(page, ".zl-card") == []


def test_what_is_serious_is_found(page):
    page.set_content("<!doctype html><html lang='en'><body><main><button></button></main></body></html>")
    assert any(one.startswith("button-name") for one in serious(page, "main"))
