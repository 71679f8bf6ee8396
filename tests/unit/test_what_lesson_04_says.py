"""What lesson 04 says of time-outs, tried; and that its model answers keep to it."""

import time

import pytest
import zmq
from zmqlab.course.pollers import solutions

from tests import lessons

NOTEBOOK = next(path for path in lessons.lesson_files() if path.name.startswith("04"))
A_LITTLE = 0.000_05
"""Seconds that each call takes on the clock of the test: a `poll` that is cut to 0 comes back at once."""


class Enough(Exception):
    """The clock has ticked often enough."""


class Clock:
    """A clock that only goes on when somebody waits or asks, and the two sockets of a function that ticks."""

    def __init__(self, ticks=10):
        self.now, self.polls, self.left = 0.0, 0, ticks

    def monotonic(self):
        self.now += A_LITTLE
        return self.now

    def poll(self, timeout):
        assert timeout >= 0
        self.polls += 1
        self.now += int(timeout) / 1000 + A_LITTLE  # as libzmq takes it: whole milliseconds
        return 0

    def send(self, text):
        assert text == b"tick"
        self.left -= 1
        if not self.left:
            raise Enough


@pytest.mark.parametrize(("cuts", "most"), [(False, 20), (True, 100_000)], ids=["as it is", "as it was"])
def test_the_model_answer_polls_about_once_a_tick(monkeypatch, cuts, most):
    clock = Clock()
    monkeypatch.setattr(solutions.time, "monotonic", clock.monotonic)
    if cuts:  # the answer that the lesson gave once asked with 0 through the last millisecond
        monkeypatch.setattr(solutions.math, "ceil", lambda milliseconds: milliseconds)
    with pytest.raises(Enough):
        solutions.tick(clock, clock)
    assert clock.polls <= most
    assert (clock.polls > 100) == cuts


def test_poll_counts_in_milliseconds_and_select_in_seconds():
    with zmq.Context() as context, context.socket(zmq.PULL) as quiet:
        quiet.bind("tcp://127.0.0.1:*")
        began = time.monotonic()
        assert quiet.poll(0.5) == 0  # cut to 0
        assert zmq.select([quiet], [], [], 0.2) == ([], [], [])
        assert time.monotonic() - began > 0.15  # no machine is too busy for that: it waits at least so long


def test_no_coroutine_of_the_lesson_awaits_what_cancelling_may_lose():
    """A `recv_string` that is cancelled may take a message with it; a `recv` does not."""
    for _, cell in lessons.code_cells(lessons.read(NOTEBOOK)):
        assert "await" not in lessons.source(cell) or ".recv_string()" not in lessons.source(cell)
