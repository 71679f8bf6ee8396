"""A trace as a file: what a real run did, to be played where nothing runs, and to draw pictures from.

JSON, an event a line, times in nanoseconds since the first event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from .asjson import as_json, from_json
from .trace import Event

FORMAT = 1


def save(path: str | Path, events: Iterable[Event], title: str = "") -> Path:
    """Write a recording of `events` to a file, and return its path."""
    events = list(events)
    first = events[0].time if events else 0
    lines = ",\n  ".join(json.dumps(as_json(event, first), ensure_ascii=False) for event in events)
    head = f'{{"format": {FORMAT}, "title": {json.dumps(title, ensure_ascii=False)}, "events": [\n  '
    path = Path(path)
    path.write_text(head + lines + "\n]}\n", encoding="utf-8")
    return path


def load(path: str | Path) -> tuple[str, list[Event]]:
    """Return the title and the events of a recording. Raises `ValueError`, in words, when it is none."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"{path} has format {data['format']}; this version reads format {FORMAT}")
        return data["title"], [from_json(line) for line in data["events"]]
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as problem:
        raise ValueError(f"{path} is not a recording of a lab ({type(problem).__name__}: {problem})") from problem
