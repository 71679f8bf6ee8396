"""The laboratory of the course: real ZeroMQ sockets, recorded at full speed and shown as slowly as you like.

A notebook needs one name of it: `Lab`, or `Case` where only a recording is played. What stands behind it is laid out in three parts: `record` (what happened),
`live` (making it happen) and `picture` (making it visible).
"""

__all__ = ["Case", "Lab"]


def __getattr__(name: str) -> object:
    # Not before somebody asks: the process of a single actor needs no widgets, and starts twice as fast without.
    if name in __all__:
        try:
            from .case import Case
            from .lab import Lab
        except ModuleNotFoundError as missing:
            from .installation import problems

            raise ModuleNotFoundError("\n".join(problems()) or str(missing), name=missing.name) from missing
        return {"Case": Case, "Lab": Lab}[name]
    raise AttributeError(f"module 'zmqlab' has no attribute {name!r}")
