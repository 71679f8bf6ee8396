"""Lesson 02: tell many at once."""

from ...learning.lesson import Lesson
from .exercises import COLLECT, PUBLISH
from .questions import OPENING, PREFIX, REVIVED, SLOW_JOINER

LESSON = Lesson(
    number="02",
    title="Tell many at once: publish and subscribe",
    predictions=(PREFIX, SLOW_JOINER, REVIVED),
    exercises=(COLLECT, PUBLISH),
    opening=OPENING,
)
