"""Lesson 08: put a broker between."""

from ...learning.lesson import Lesson
from .exercises import BROKER, CACHE
from .questions import BROKER_DIES, DEALT, LATE, OPENING, SECOND

LESSON = Lesson(
    number="08",
    title="Put a broker between: who is ready, who is late",
    predictions=(DEALT, BROKER_DIES, LATE, SECOND),
    exercises=(BROKER, CACHE),
    opening=OPENING,
)
