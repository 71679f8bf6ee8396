"""Lesson 00's own."""

from .place import Place
from .stop_button import pressing_stop

__all__ = ["Place", "pressing_stop"]
