"""No control is silent: once its lab is closed, or its kernel was restarted, each says in sight why, and how to go on."""

import pytest

from tests.browser.conftest import opened, watched
from tests.browser.lesson import START_UP
from tests.browser.test_gone import CONTROLS, PRESS_ALL, RESTART, WORDS, say_so
from tests.lessons import lesson_files

CLOSE_ALL = "from zmqlab import lab as labs\nfor one in list(labs._labs.values()): one.close()"
CLOSED = "This lab is closed. Run "
OF_LABS = ".jp-Notebook .zl-panel, .jp-Notebook .zl-stage, .jp-Notebook .zl-card:not([aria-label='What you have done'])"
"""Controls that a lab has: what a learner has done is shown by none."""
PRESSABLE = """(controls) => [...document.querySelectorAll(controls)]
    .flatMap((one) => [...one.querySelectorAll("button, input, select")])
    .filter((one) => !one.disabled && !one.closest(".zl-stage, [inert]"))
    .map((one) => one.outerHTML.slice(0, 200))"""
RAN = """() => {
    const { widgets, model } = window.jupyterapp.shell.currentWidget.content;
    const code = widgets.filter((cell) => cell.model.type === "code" && cell.model.sharedModel.source.trim());
    return code.every((cell) => cell.model.executionState === "idle" && cell.model.executionCount);
}"""
TALKS = [path.name for path in lesson_files() if path.name[0] == "0"]


def run_all(lesson):
    lesson.run_all()
    lesson.page.wait_for_function(RAN, timeout=2 * START_UP * 1000)


def nothing_is_silent(page, controls, words):
    say_so(page, words, controls)
    assert page.evaluate(PRESSABLE, controls) == []
    page.evaluate(PRESS_ALL, controls)  # `watched` fails if the page complains


@pytest.mark.parametrize("name", TALKS)
def test_no_control_of_a_lesson_is_silent(name, request, server, jupyterlab):
    with opened(name, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        page = lesson.page
        run_all(lesson)
        assert page.locator(CONTROLS).count() > 3
        assert len(page.evaluate(PRESSABLE, CONTROLS)) > 3
        lesson.ask("0", CLOSE_ALL)
        nothing_is_silent(page, OF_LABS, CLOSED)
        run_all(lesson)
        page.wait_for_function(f"(controls) => ({PRESSABLE})(controls).length > 3", arg=OF_LABS)
        page.evaluate(RESTART)
        nothing_is_silent(page, CONTROLS, WORDS)
