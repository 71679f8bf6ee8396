"""Lesson 01's own."""

from ...learning.lesson import lazily

PLACES = {"client": "first", "server": "first"}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
