"""Lesson 04: hear several sockets at once."""

from ...learning.lesson import Lesson
from .exercises import SERVE, TICK
from .questions import HALF_A_SECOND, IN_TURN, NO_FLAGS, OPENING

LESSON = Lesson(
    number="04",
    title="Hear several sockets at once: pollers",
    predictions=(IN_TURN, HALF_A_SECOND, NO_FLAGS),
    exercises=(SERVE, TICK),
    opening=OPENING,
)
