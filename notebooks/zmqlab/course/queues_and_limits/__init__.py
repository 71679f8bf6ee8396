"""Lesson 06's own."""

from .attempts import Attempts
from .queues import Queues
from .stopwatch import Stopwatch

__all__ = ["Attempts", "Queues", "Stopwatch"]
