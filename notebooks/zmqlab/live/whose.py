"""Whose thread is this? What is called in an actor's thread without a word of whom it is for, is that actor's."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .kept import keep

if TYPE_CHECKING:
    from .actors import Actor

_here = keep("whose thread", threading.local())


def enter(actor: Actor) -> None:
    """Take note that the thread that calls is this actor's, for the rest of its life."""
    _here.actor = actor


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Let what is made in here be nobody's: in an actor's thread we make things of our own, too."""
    before, _here.actor = actor(), None
    try:
        yield
    finally:
        _here.actor = before


def actor() -> Actor | None:
    """Return whose thread this is: None in every other thread, such as those of the kernel."""
    return getattr(_here, "actor", None)
