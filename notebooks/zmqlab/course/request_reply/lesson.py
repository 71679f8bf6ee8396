"""Lesson 01: ask and answer."""

from ...learning.lesson import Lesson
from .exercises import ASK, SERVE
from .questions import OPENING, RESTARTED, TWO_SERVERS

LESSON = Lesson(
    number="01",
    title="Ask and answer: request and reply",
    predictions=(RESTARTED, TWO_SERVERS),
    exercises=(SERVE, ASK),
    opening=OPENING,
)
