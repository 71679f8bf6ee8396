"""Lesson 00's own."""

from .hello import friend, you
from .place import Place
from .stop_button import pressing_stop

__all__ = ["Place", "friend", "pressing_stop", "you"]
