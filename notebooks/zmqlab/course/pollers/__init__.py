"""Lesson 04's own."""

from ...learning.lesson import lazily

PLACES = {"desk": "first", "push": "first", "station": "first", "traveller": "first"}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
