"""The stage under conditions that are not the best: a busy kernel, a lost message, a new page, another theme."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lesson import command

TICKER = """
def ticker(context, endpoint, pause):
    with context.socket(zmq.PUSH) as pusher:
        pusher.bind(endpoint)
        while True:
            pusher.send_string("tick")
            pause(0.2)

def listener(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.connect(endpoint)
        while True:
            puller.recv_string()

lab.start(ticker, endpoint=lab.endpoint("ticks"))
lab.start(listener, endpoint=lab.endpoint("ticks"))
"""
BLOCKER = """
with lab.context("blocker").socket(zmq.PULL) as puller:
    puller.bind(lab.endpoint("blocker"))
    puller.recv()
"""
LOSE_NEXT_STEPS = """
def _lose(content, *others):
    if content["type"] == "steps":
        del _stage.send  # only this once
        lost.append(content)
    else:
        type(_stage).send(_stage, content, *others)

_stage, lost = next(iter(lab._bench.pump._stages)), []
_stage.send = _lose
lab["client"].say("into the void")
"""
INTERRUPT = """() => {
    window.interrupted = performance.now();
    window.jupyterapp.commands.execute("notebook:interrupt-kernel");
}"""


def test_the_picture_moves_while_a_cell_waits_and_an_interrupt_ends_the_wait(lesson, stage):
    lesson.run(TICKER)
    stage = lesson.stage(lesson.run("lab.show()"))  # of everybody
    busy = lesson.begin(BLOCKER)
    expect(stage.words("blocker")).to_have_text("waiting in recv()")
    stage.watch_pills()
    stage.see_pill("tick", places=3)
    expect(stage.title("blocker")).to_have_text("waiting 5 s: press ■")
    expect(lesson.prompt(busy)).to_have_text("[*]:")

    lesson.page.evaluate(INTERRUPT)
    free = "(prompt) => !prompt.textContent.includes('*') && performance.now() - window.interrupted"
    took = lesson.page.wait_for_function(free, arg=lesson.prompt(busy).element_handle(), timeout=2000).json_value()
    print(f"from the interrupt to the prompt: {took:.0f} ms")
    expect(lesson.cell(busy)).to_contain_text("Interrupted in recv()")


def test_what_helps_a_waiting_cell_can_be_read(lesson, stage):
    stage = lesson.stage(lesson.run("lab.show()"))
    lesson.run('ear = lab.context("blocker").socket(zmq.PULL)')
    lesson.run("from zmqlab.record.events import LongWait")
    lesson.ask("None", 'lab.trace.note(LongWait, "blocker", seconds=5)')
    expect(stage.words("blocker")).to_have_text(re.compile("^waiting 5 s"))
    expect(stage.words("blocker")).to_have_text("waiting 5 s: press ■", timeout=100)


def test_a_lost_batch_heals_by_itself(lesson, stage):
    lesson.ask("None", LOSE_NEXT_STEPS)
    expect(stage.open_list()).to_contain_text("some steps did not reach this page", timeout=5000)
    assert lesson.ask("len(lost)") == 1
    stage.rest()
    assert stage.pieces() == stage.as_shown(lesson.ask("list(lab._bench.pump._stages)[0].playback.pieces"))
    expect(stage.totals).to_have_text("2 sent = 2 received")


def test_after_a_reload_the_stage_is_as_before_steps_back_and_goes_on(lesson, stage):
    lesson.send("Hello")
    expect(stage.totals).to_have_text("2 sent = 2 received")
    command(lesson.page, "docmanager:save")
    lesson.page.reload()
    lesson.wait_until_ready()
    expect(stage.totals).to_have_text("2 sent = 2 received")
    expect(stage.open_list()).to_contain_text("server receives “Hello” from client")
    stage.button("To the start").click()
    expect(stage.totals).to_have_text("nothing sent yet")
    lesson.send("Hello again")
    expect(lesson.sender()).to_contain_text(re.compile("← World 2.*→ Hello again"))
    stage.button("Live").click()
    expect(stage.totals).to_have_text("4 sent = 4 received")


@pytest.fixture(params=["Light", "Dark"])
def theme(request, jupyterlab):
    command(jupyterlab.page, "apputils:change-theme", theme=f"JupyterLab {request.param}")
    yield request.param
    command(jupyterlab.page, "apputils:change-theme", theme="JupyterLab Light")


def test_the_stage_follows_the_theme(theme, lesson, stage):
    lesson.send("Hello")
    expect(stage.totals).to_have_text("2 sent = 2 received")
    assert stage.root.evaluate("(stage) => stage.classList.contains('zl-dark')") == (theme == "Dark")


@pytest.fixture
def calm(jupyterlab):
    jupyterlab.page.emulate_media(reduced_motion="reduce")
    yield
    jupyterlab.page.emulate_media(reduced_motion="no-preference")


def test_reduced_motion_shows_a_message_and_does_not_move_it(calm, lesson, stage):
    stage.watch_pills()
    lesson.send("quietly")
    stage.see_pill("World 1")
    expect(stage.totals).to_have_text("2 sent = 2 received")
    assert stage.places_of_pill("quietly") == 1
