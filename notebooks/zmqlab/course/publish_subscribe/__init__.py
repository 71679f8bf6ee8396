"""Lesson 02's own."""

from .topics import Topics
from .trials import Trials

__all__ = ["Topics", "Trials"]
