"""What must outlive that a module is loaded again, by `importlib.reload` or by `%autoreload`, which empties it first.

Who is at work knows some things by their identity: the exception that ends it, whose thread is whose. They are kept
where nobody loads anything again: with pyzmq.
"""

from typing import TypeVar

import zmq

Thing = TypeVar("Thing")
_kept: dict[str, object] = vars(zmq).setdefault("_kept_for_zmqlab", {})


def keep(name: str, thing: Thing) -> Thing:
    """Return what was first kept under this name: `thing`, if it is the first."""
    return _kept.setdefault(name, thing)
