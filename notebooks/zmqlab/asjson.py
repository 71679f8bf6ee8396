"""An event as JSON, and back: what a recording holds in its file, and what a process tells of its actor.

Frames are text where they are text, else hex.
"""

from __future__ import annotations

from typing import Any

from .trace import Control, Count, Event, Message, Wait

KINDS = {"message": Message, "wait": Wait, "count": Count, "control": Control}


def as_json(event: Event, first: int = 0) -> dict[str, Any]:
    """Return an event as plain data, its times in nanoseconds since the moment `first`."""
    kind = next(kind for kind, made in KINDS.items() if isinstance(event, made))
    fields = event._asdict()
    for moment in ("time", "began", "ended"):
        if moment in fields:
            fields[moment] -= first
    return {"event": kind} | {name: pack(value) for name, value in fields.items()}


def from_json(line: dict[str, Any]) -> Event:
    """Return the event that `as_json` made plain data of. Raises `KeyError` or `TypeError` when it did not."""
    fields = dict(line)
    kind = KINDS[fields.pop("event")]
    return kind(**{name: unpack(value) for name, value in fields.items()})


def pack(value: Any) -> Any:
    """Return a value as what JSON can hold: bytes as text or hex, tuples as lists."""
    if isinstance(value, bytes):
        try:
            return {"text": value.decode()}
        except UnicodeDecodeError:
            return {"hex": value.hex()}
    if isinstance(value, tuple):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        return {name: pack(item) for name, item in value.items()}
    return value


def unpack(value: Any) -> Any:
    """Return what `pack` packed. Lists come back as tuples."""
    if isinstance(value, list):
        return tuple(unpack(item) for item in value)
    if not isinstance(value, dict):
        return value
    if value.keys() == {"text"}:
        return value["text"].encode()
    if value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    return {name: unpack(item) for name, item in value.items()}
