"""Lesson 07: envelopes."""

from ...learning.lesson import Lesson
from .exercises import ASK_MANY, SERVE_SLOW
from .questions import NOBODY, OPENING, RECONNECTED, TEN_PLAIN, TWO_OF_A_NAME

LESSON = Lesson(
    number="07",
    title="Answer in any order: envelopes",
    predictions=(TEN_PLAIN, NOBODY, TWO_OF_A_NAME, RECONNECTED),
    exercises=(SERVE_SLOW, ASK_MANY),
    opening=OPENING,
)
