"""The end of many actors at once: none of them is waited for alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

AT_ONCE = 0.5
"""Seconds for those that end by themselves, as nearly all do: only for the others a thread is worth while."""


def stop_together(actors: Iterable[Any]) -> None:
    """Stop actors, asking all at once: who is stuck costs the time of one, however many are."""
    actors = list(actors)
    for actor in actors:
        actor.ask_to_stop()
    until = time.monotonic() + AT_ONCE
    late = [actor for actor in actors if actor.alive and not actor.join(max(0.0, until - time.monotonic()))]
    if len(late) == 1:
        late[0].stop()
        return
    threads = [
        threading.Thread(target=actor.stop, name=f"zmqlab: the end of {actor.name}", daemon=True) for actor in late
    ]
    for actor, thread in zip(late, threads, strict=True):
        try:
            thread.start()
        except RuntimeError:  # Python is about to end, and begins no thread any more
            actor.stop()
    for thread in threads:
        if thread.ident:
            thread.join()
