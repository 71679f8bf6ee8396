"""An interrupt in a cell: one line of words where something of ours waited, and the kernel goes on."""

import pytest

from tests.kernels import CellFailed, kernel

SET_UP = '''
import os, signal, sys, threading, time
import zmq
from zmqlab import Lab, interrupts
interrupts.install()
interrupts.install()

lab = Lab("interrupted")
OURS = os.sep + "zmqlab" + os.sep

def stands_in(folder):
    """Whether the thread that runs cells is inside a file below that folder."""
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame is not None:
        if folder in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False

def press_stop(folder=OURS, looks=5):
    """Interrupt the cell, once it was seen inside at so many looks."""
    def work():
        seen = 0
        while seen < looks:
            seen = seen + 1 if stands_in(folder) else 0
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=work, daemon=True).start()

def forever(run):
    threading.Event().wait()

def never_ends(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        puller.recv()
'''
SOCKET = 'socket = lab.context("cell").socket(zmq.{}); socket.bind(lab.endpoint("{}")); press_stop(); '
WAITS = {
    "recv": SOCKET.format("PULL", "recv") + "socket.recv()",
    "recv_string": SOCKET.format("PULL", "recv_string") + "socket.recv_string()",
    "recv_multipart": SOCKET.format("REP", "recv_multipart") + "socket.recv_multipart()",
    "send": SOCKET.format("PUSH", "send") + "socket.send(b'x')",
    "poll": SOCKET.format("PULL", "poll") + "socket.poll()",
    "wait_for": "press_stop(); lab.wait_for(lambda: False, 60)",
    "run": "press_stop(); lab.run(lab.script(never_ends), seconds=60)",
    "holds": "asked = lab.predict(the_prediction(), forever); press_stop(); asked.holds()",
}
PREDICTION = """
from zmqlab.learning.predictions import Prediction
def the_prediction():
    return Prediction(
        name="for ever", text="?", options={"A": "one", "B": "two"}, said={}, right="A",
        happened=lambda stretch: ("A", "A"),
    )
"""


@pytest.fixture(scope="module")
def running():
    with kernel() as running:
        running.run(SET_UP + PREDICTION)
        yield running


def interrupted(running, code):
    """Run a cell that is interrupted. Returns what a learner reads below it."""
    with pytest.raises(CellFailed) as failed:
        running.run(code)
    assert failed.value.error == "KeyboardInterrupt"
    running.run("assert lab.wait_for(lambda: True)")  # the next cell works
    return failed.value.trace


@pytest.mark.parametrize("name", WAITS)
def test_an_interrupt_is_said_in_one_line(running, name):
    assert interrupted(running, WAITS[name]) == [
        f"Interrupted in {name}(). What this cell has opened is closed when you run it again."
    ]


def test_inside_an_experiment_too_and_it_ends(running):
    code = "with lab.experiment('cut short') as stretch:\n    " + WAITS["recv"].replace('"recv"', '"experiment"')
    (line,) = interrupted(running, code)
    assert line.startswith("Interrupted in recv().")
    assert running.value("stretch.ended > stretch.began")


def test_where_nothing_of_ours_waited_the_interrupt_looks_as_ever(running):
    trace = interrupted(running, "press_stop('ipykernel')\ntime.sleep(60)")
    assert "Traceback (most recent call last)" in "".join(trace)
    assert "Interrupted in" not in "".join(trace)


def test_a_cell_that_catches_the_interrupt_goes_on(running):
    running.run(
        "try:\n    " + WAITS["poll"].replace('"poll"', '"caught"') + "\nexcept KeyboardInterrupt:\n    caught = True"
    )
    assert running.value("caught")


def test_who_has_a_handler_keeps_it(running):
    with kernel() as other:
        other.run("get_ipython().set_custom_exc((KeyError,), lambda *_, **__: None)\n" + SET_UP)
        assert other.value("get_ipython().custom_exceptions[0].__name__") == "KeyError"


def test_outside_ipython_nothing_is_done():
    from zmqlab import interrupts

    interrupts.install()
