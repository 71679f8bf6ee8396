"""The events of every stretch in a folder, for tests that look at all that the lessons show.

The environment variable `ZMQLAB_RECORDS` names the folder. Without it nothing is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from . import files
from .events import Event


class Found(NamedTuple):
    """What was really found in a socket, at a moment (monotonic ns): at the end of a stretch, or where it was `closed`.

    `messages` are the frames of each that could be received, their beginnings and their sizes. A socket that lives on is
    not `drained`: of it one knows only whether something is `ready`.
    """

    socket: int
    time: int
    closed: bool
    drained: bool
    messages: tuple[tuple[tuple[bytes, ...], tuple[int, ...]], ...] = ()
    ready: bool = False


class Kept(NamedTuple):
    """A stretch, as it was kept: the events before it, its own, what was `found` in its sockets, and who was `moving`
    meanwhile, so that what was found need not be what there was. `path` is its file."""

    title: str
    before: list[Event]
    events: list[Event]
    found: list[Found]
    moving: list[str]
    path: Path


def folder() -> str:
    """Return where records are kept; "" where nobody asks for them."""
    return os.environ.get("ZMQLAB_RECORDS", "")


def keep(
    title: str, events: Iterable[Event], began: int, found: Iterable[Found] = (), moving: Iterable[str] = ()
) -> Path | None:
    """Write what happened in a stretch that began at a moment (monotonic ns), and before it, to a file of its own.

    The last two numbers in its name say when it began, and how many of the events were before: `kept` reads them. Returns
    its path, or None if nothing is kept.
    """
    if not folder():
        return None
    Path(folder()).mkdir(parents=True, exist_ok=True)
    events = list(events)
    before = sum(event.time < began for event in events)
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    first = events[0].time if events else 0
    more = {
        "found": [files.pack(tuple(one._replace(time=one.time - first))) for one in found],
        "moving": list(moving),
    }
    return files.save(Path(folder()) / f"{name}.{os.getpid()}-{began}.{before}.json", events, title, **more)


def kept(folder: str | Path) -> Iterable[Kept]:
    """Yield every stretch, in the order in which they began."""
    for path in sorted(Path(folder).glob("*.json"), key=_numbers):
        title, events = files.load(path)
        more = files.besides(path)
        _, before = _numbers(path)
        found = [Found(*files.unpack(one)) for one in more.get("found", ())]
        yield Kept(title, events[:before], events[before:], found, more.get("moving", []), path)


def _numbers(path: Path) -> tuple[int, int]:
    """Return when the stretch of a file began, and how many events were before it."""
    began, before = path.stem.rpartition("-")[2].split(".")
    return int(began), int(before)
