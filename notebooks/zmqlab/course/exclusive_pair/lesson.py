"""Lesson 05: signal between two threads."""

from ...learning.lesson import Lesson
from .exercises import ASK_PARTNER, IN_ORDER
from .questions import OPENING, THIRD, TWO_CONTEXTS

LESSON = Lesson(
    number="05",
    title="Signal between two threads: the exclusive pair",
    predictions=(THIRD, TWO_CONTEXTS),
    exercises=(IN_ORDER, ASK_PARTNER),
    opening=OPENING,
)
