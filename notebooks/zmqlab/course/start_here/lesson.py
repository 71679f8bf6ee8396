"""Lesson 00: send your first message."""

from ...learning.lesson import Lesson
from .questions import BIND_TWICE, CONNECT_FIRST

LESSON = Lesson(number="00", title="Start here: send your first message", predictions=(CONNECT_FIRST, BIND_TWICE))
