"""Lesson 03's own."""

from ...learning.lesson import lazily

PLACES = {
    "Batches": "batches",
    "plain_sink": "first",
    "push": "pushing",
    "ventilator": "first",
    "worker": "first",
}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
