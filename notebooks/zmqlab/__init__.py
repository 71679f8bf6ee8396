"""The laboratory of the course: real ZeroMQ sockets, recorded at full speed and shown as slowly as you like.

A notebook needs one name of it: `Lab` (or `Case`, where only a recording is played), and the controls that it shows.
What stands behind it: `record` (what happened), `live` (making it happen), `picture` (making it visible), `page` (what
stands in the browser), `learning` (questions and exercises) and `course` (a folder a lesson).
"""

from importlib import import_module

__version__ = "0.1.0"
HOMES = {"Case": "case", "Faults": "page.faults", "Lab": "lab", "Sender": "page.sender", "progress": "course.report"}
"""Where the names are that a notebook imports."""
__all__ = list(HOMES)


def __getattr__(name: str) -> object:
    # Not before somebody asks: the process of a single actor needs no widgets, and starts twice as fast without.
    if name not in HOMES:
        raise AttributeError(f"module 'zmqlab' has no attribute {name!r}")
    try:
        return getattr(import_module(f".{HOMES[name]}", __name__), name)
    except ModuleNotFoundError as missing:
        from .installation import problems

        raise ModuleNotFoundError("\n".join(problems()) or str(missing), name=missing.name) from missing
