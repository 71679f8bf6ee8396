"""A trace as a file: what a real run did, to be played where nothing runs, and to draw pictures from.

JSON, an event a line, times in nanoseconds since the first event. Frames are text where they are text, else hex.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .trace import Control, Count, Event, Message, Wait

KINDS = {"message": Message, "wait": Wait, "count": Count, "control": Control}
FORMAT = 1


def save(path: str | Path, events: Iterable[Event], title: str = "") -> Path:
    """Write a recording of `events` to a file, and return its path."""
    events = list(events)
    first = events[0].time if events else 0
    lines = ",\n  ".join(json.dumps(to_json(event, first), ensure_ascii=False) for event in events)
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


def to_json(event: Event, first: int = 0) -> dict[str, Any]:
    """Return an event as JSON holds it, its times counted from `first` (ns)."""
    kind = next(kind for kind, made in KINDS.items() if isinstance(event, made))
    fields = event._asdict()
    for moment in ("time", "began", "ended"):
        if moment in fields:
            fields[moment] -= first
    return {"event": kind} | {name: _pack(value) for name, value in fields.items()}


def from_json(line: dict[str, Any]) -> Event:
    """Return the event that `to_json` made this of."""
    fields = dict(line)
    kind = KINDS[fields.pop("event")]
    return kind(**{name: _unpack(value) for name, value in fields.items()})


def _pack(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return {"text": value.decode()}
        except UnicodeDecodeError:
            return {"hex": value.hex()}
    if isinstance(value, tuple):
        return [_pack(item) for item in value]
    if isinstance(value, dict):
        return {name: _pack(item) for name, item in value.items()}
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpack(item) for item in value)
    if not isinstance(value, dict):
        return value
    if value.keys() == {"text"}:
        return value["text"].encode()
    if value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    return {name: _unpack(item) for name, item in value.items()}
