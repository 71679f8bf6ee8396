"""Lesson 02's own."""

from ...learning.lesson import lazily

PLACES = {"Topics": "topics", "Trials": "trials", "listener": "first", "weather_station": "first"}
"""Which file each name is in."""
__all__ = list(PLACES)
__getattr__ = lazily(__name__, PLACES)
