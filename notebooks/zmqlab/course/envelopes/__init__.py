"""Lesson 07's own."""

from .first import client, server
from .places import Envelope
from .replies import Replies

__all__ = ["Envelope", "Replies", "client", "server"]
