"""Lesson 07's own."""

from .places import Envelope
from .replies import Replies

__all__ = ["Envelope", "Replies"]
