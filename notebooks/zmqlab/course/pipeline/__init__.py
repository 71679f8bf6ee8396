"""Lesson 03's own."""

from .batches import Batches

__all__ = ["Batches"]
