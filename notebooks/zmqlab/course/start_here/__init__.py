"""Lesson 00's own."""

from ...learning.lesson import lazily

PLACES = {"Place": "place", "friend": "hello", "pressing_stop": "stop_button", "you": "hello"}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
