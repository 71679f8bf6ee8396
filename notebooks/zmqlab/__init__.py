"""The laboratory of the course: real ZeroMQ sockets, recorded at full speed and shown as slowly as you like.

A notebook needs one name of it, `Lab`. What stands behind it is laid out in three parts: `trace` (what happened),
`live` (making it happen) and `picture` (making it visible).
"""

from .lab import Lab

__all__ = ["Lab"]
