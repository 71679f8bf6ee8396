"""Lesson 06's own."""

from ...learning.lesson import lazily

PLACES = {
    "Attempts": "attempts",
    "Queues": "queues",
    "Stopwatch": "stopwatch",
    "WhoWaits": "who_waits",
    "reader": "flow",
    "send_twenty": "who_waits",
    "sender": "flow",
}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
