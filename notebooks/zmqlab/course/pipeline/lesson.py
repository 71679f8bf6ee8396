"""Lesson 03: divide work."""

from ...learning.lesson import Lesson
from .exercises import SINK, WORK
from .questions import COMPUTING, JOINING, OPENING, SLOW

LESSON = Lesson(
    number="03",
    title="Divide work: the pipeline",
    predictions=(COMPUTING, JOINING, SLOW),
    exercises=(WORK, SINK),
    opening=OPENING,
)
