"""The events of every stretch in a folder, for tests that look at all that the lessons show.

The environment variable `ZMQLAB_RECORDS` names the folder. Without it nothing is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from . import files
from .events import Event


def keep(title: str, events: Iterable[Event], began: int) -> Path | None:
    """Write what happened in a stretch that began at a moment (monotonic ns), and before it, to a file of its own.

    The last number in its name says how many of the events were before. Returns its path, or None if nothing is kept.
    """
    folder = os.environ.get("ZMQLAB_RECORDS")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    events = list(events)
    before = sum(event.time < began for event in events)
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return files.save(Path(folder) / f"{name}.{os.getpid()}-{began}.{before}.json", events, title)


def kept(folder: str | Path) -> Iterable[tuple[str, list[Event], list[Event]]]:
    """Yield of every stretch its title, the events before it, and its own."""
    for path in sorted(Path(folder).glob("*.json")):
        title, events = files.load(path)
        before = int(path.stem.rpartition(".")[2])
        yield title, events[:before], events[before:]
