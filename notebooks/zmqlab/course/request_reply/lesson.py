"""Lesson 01: ask and answer."""

from ...learning.lesson import Lesson
from .exercises import ASK, SERVE
from .questions import A_SERVER_IS_DOWN, OPENING, RESTARTED, TWO_SERVERS

LESSON = Lesson(
    number="01",
    title="Ask and answer: request and reply",
    predictions=(TWO_SERVERS, A_SERVER_IS_DOWN, RESTARTED),
    exercises=(SERVE, ASK),
    opening=OPENING,
)
