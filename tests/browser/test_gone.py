"""What the page shows when nobody answers any more: the kernel was restarted, killed or shut down, or the lab is closed.

Every control says so and how to go on, none can be pressed, and nothing is raised in the page.
"""

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SEE_IT, opened, watched
from tests.browser.lesson import APPEND, CHOOSE, CHOSEN, START_UP, command

WORDS = "The kernel was restarted or is gone. To go on, click this cell, choose Run > Run All Above Selected Cell, then run this one."
RESTART = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"
CONTROLS = ".jp-Notebook .zl-panel, .jp-Notebook .zl-card, .jp-Notebook .zl-stage"
SAY = """([controls, words]) => [...document.querySelectorAll(controls)].filter((control) =>
    ![...control.querySelectorAll("[role=status]")].some((line) => line.offsetHeight && line.textContent.includes(words))
).map((control) => control.textContent.slice(0, 80))"""
# As a learner would who does not read: every button, every slider's handle, Enter in every text box.
PRESS_ALL = """(controls) => {
    for (const control of document.querySelectorAll(controls)) {
        for (const one of control.querySelectorAll("button")) one.click();
        for (const one of control.querySelectorAll("input, .noUi-handle"))
            for (const key of ["Enter", "ArrowRight"])
                one.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
    return new Promise((done) => setTimeout(done, 200)); // what is raised later, is raised by then
}"""
PRESSABLE = """() => [...document.querySelectorAll(
    ".jp-Notebook .zl-panel :is(button, input), .jp-Notebook .zl-card button")].filter((one) => !one.disabled).length"""


def kill(lesson):
    os.kill(lesson.ask("__import__('os').getpid()"), signal.SIGKILL)


ENDS = {
    "restarted": lambda lesson: lesson.page.evaluate(RESTART),
    "shut down": lambda lesson: lesson.page.evaluate(SHUT_DOWN),
    "killed": kill,
}
LAST_CELLS = {"00-start-here.ipynb": "progress()", "01-request-reply.ipynb": 'lab.exercise("ask")'}
CLOSED = "This lab is closed. Run the cell that says Lab('request-reply') again"

FILM = """
with lab.experiment("a film"):
    near, far = lab.context("near").socket(zmq.PAIR), lab.context("far").socket(zmq.PAIR)
    near.bind(lab.endpoint("pair"))
    far.connect(lab.endpoint("pair"))
    near.send(b"Hello")
    far.recv()
"""


@pytest.fixture(params=LAST_CELLS)
def shown(request, server, jupyterlab):
    """A lesson in which every control is shown."""
    with opened(request.param, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        lesson.run_to(LAST_CELLS[request.param])
        yield lesson


def say_so(page, words, controls=CONTROLS):
    """Wait until every control says it; fail with those that do not."""
    try:
        page.wait_for_function(
            f"(argument) => !({SAY})(argument).length", arg=[controls, words], timeout=START_UP * 1000
        )
    except Exception:
        assert page.evaluate(SAY, [controls, words]) == []
        raise


@pytest.mark.parametrize("end", ENDS)
def test_every_control_says_that_its_kernel_is_gone(shown, end):
    page = shown.page
    assert page.locator(CONTROLS).count() > 8
    assert page.evaluate(SAY, [CONTROLS, WORDS]) != []
    assert page.evaluate(PRESSABLE) > 10
    ENDS[end](shown)
    say_so(page, WORDS)
    assert page.evaluate(PRESSABLE) == 0
    page.evaluate(PRESS_ALL, CONTROLS)
    if end == "killed":
        page.get_by_role("button", name="Ok", exact=True).click()  # JupyterLab itself says that it restarts the kernel


def test_a_control_of_a_closed_lab_says_so_and_the_film_can_still_be_played(lesson, stage):
    place = lesson.run_to(SEE_IT)
    lesson.send("Hello")
    expect(lesson.sender()).to_contain_text("← World 1")
    lesson.run("lab.close()")
    expect(lesson.sender(place)).to_contain_text(CLOSED)
    expect(lesson.sender(place)).to_contain_text("← World 1")
    expect(lesson.sender(place).get_by_role("button", name="Send")).to_be_disabled()
    expect(stage.root.locator(".zl-gone-note")).to_contain_text(CLOSED)
    stage.button("To the start").click()
    expect(stage.totals).to_have_text("nothing sent yet")
    stage.button("End").click()
    expect(stage.totals).to_have_text("2 sent = 2 received")
    lesson.run_again(1)
    lesson.run_again(place)
    expect(lesson.sender(place).get_by_role("button", name="Send")).to_be_enabled()
    assert lesson.page.get_by_text(CLOSED).count() == 0


def test_where_all_cells_run_at_once_and_the_last_closes_the_lab_every_film_is_there(lesson):
    lesson.run_to("lab.question()")
    for code in (FILM.strip(), "lab.close()"):
        lesson.page.evaluate(APPEND, code)
    first = lesson.page.evaluate(CHOSEN) - 1
    lesson.page.evaluate(CHOOSE, first)
    command(lesson.page, "notebook:run-all-below")
    lesson.wait_until_ran(first + 1)
    stage = lesson.stage(first)
    expect(stage.root.locator(".zl-gone-note")).to_contain_text(CLOSED)
    stage.button("End").click()
    expect(stage.totals).to_have_text("1 sent = 1 received")
    stage.button("To the start").click()
    expect(stage.totals).to_have_text("nothing sent")
