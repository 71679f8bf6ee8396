"""Lesson 05's own."""

from ...learning.lesson import lazily

PLACES = {"partner": "talk", "you": "talk"}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
