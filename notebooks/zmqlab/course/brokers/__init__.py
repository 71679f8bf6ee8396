"""Lesson 08's own."""

from ...learning.lesson import lazily

PLACES = {"Orders": "orders", "client": "actors", "listener": "actors", "worker": "actors"}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
