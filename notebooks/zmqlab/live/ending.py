"""The end of many actors at once: none of them is waited for alone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from .hands import thread_for_the_caller

AT_ONCE = 0.5
"""Seconds for those that end by themselves, as nearly all do: only for the others a thread is worth while."""


def stop_together(actors: Iterable[Any]) -> None:
    """Stop actors, asking all at once: who is stuck costs the time of one, however many are.

    A cell does not end by itself: its context is ended at once, and not waited for.
    """
    actors = list(actors)
    for actor in actors:
        actor.ask_to_stop()
    until = time.monotonic() + AT_ONCE
    late = [
        actor
        for actor in actors
        if actor.alive and (actor.visitor or not actor.join(max(0.0, until - time.monotonic())))
    ]
    if len(late) == 1:
        late[0].stop()
        return
    threads = [thread_for_the_caller(actor.stop, f"zmqlab: the end of {actor.name}") for actor in late]
    for actor, thread in zip(late, threads, strict=True):
        try:
            thread.start()
        except RuntimeError:  # Python is about to end, and begins no thread any more
            actor.stop()
    for thread in threads:
        if thread.ident:
            thread.join()
