"""Events as JSON, and back: what a recording holds in its file, and what a process tells of its actor.

A recording is an event a line, times in nanoseconds since the first event. Frames are text where they are text, else
hex.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import events as kinds
from .events import KINDS, Event

FORMAT = 2
MOMENTS = ("time", "began")
"""The fields that are moments."""
SURROGATES = "surrogatepass"
"""A text may hold half a character: JSON keeps it, so the file must, too."""


def save(path: str | Path, events: Iterable[Event], title: str = "", **more: Any) -> Path:
    """Write a recording of `events` to a file, and `more` besides, which JSON can hold. Returns its path."""
    events = list(events)
    first = events[0].time if events else 0
    lines = ",\n  ".join(json.dumps(as_json(event, first), ensure_ascii=False) for event in events)
    besides = "".join(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}, " for name, value in more.items())
    head = f'{{"format": {FORMAT}, "title": {json.dumps(title, ensure_ascii=False)}, {besides}"events": [\n  '
    path = Path(path)
    path.write_text(head + lines + "\n]}\n", encoding="utf-8", errors=SURROGATES)
    return path


def load(path: str | Path) -> tuple[str, list[Event]]:
    """Return the title and the events of a recording, of this format or the one before.

    Raises `ValueError`, in words, when it is none.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8", errors=SURROGATES))
        if data["format"] not in READERS:
            raise ValueError(f"{path} has format {data['format']}; this version reads formats 1 and {FORMAT}")
        read = READERS[data["format"]]
        return data["title"], [read(line) for line in data["events"]]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as problem:
        raise ValueError(f"{path} is not a recording of a lab ({type(problem).__name__}: {problem})") from problem


def besides(path: str | Path) -> dict[str, Any]:
    """Return what a recording holds besides its events."""
    data = json.loads(Path(path).read_text(encoding="utf-8", errors=SURROGATES))
    return {name: value for name, value in data.items() if name not in ("format", "title", "events")}


def as_json(event: Event, first: int = 0) -> dict[str, Any]:
    """Return an event as plain data, its times in nanoseconds since the moment `first`."""
    fields = event._asdict()
    for moment in MOMENTS:
        if moment in fields:
            fields[moment] -= first
    return {"event": type(event).__name__} | {name: pack(value) for name, value in fields.items()}


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


# The format before this one knew four kinds of event, and named what was done by words.

FORMER_CONTROLS: dict[str, type] = {
    "socket": kinds.SocketMade,
    "bound": kinds.Bound,
    "unbound": kinds.Unbound,
    "connected": kinds.Connected,
    "disconnected": kinds.Disconnected,
    "link up": kinds.LinkUp,
    "link down": kinds.LinkDown,
    "subscribed": kinds.Subscribed,
    "unsubscribed": kinds.Unsubscribed,
    "high-water mark": kinds.HighWaterMark,
    "conflate": kinds.Conflate,
    "refused": kinds.Refused,
    "closed": kinds.Closed,
    "started": kinds.Started,
    "armed": kinds.Armed,
    "stopped": kinds.Stopped,
    "finished": kinds.Finished,
    "died": kinds.Died,
    "failed": kinds.Failed,
    "ended": kinds.Ended,
    "long wait": kinds.LongWait,
    "stuck": kinds.Stuck,
}


def _from_format_1(line: dict[str, Any]) -> Event:
    """Return the event that a line of a recording of format 1 tells. Raises `KeyError` or `TypeError` when it is none."""
    former = {name: unpack(value) for name, value in line.items()}
    whose = {name: former[name] for name in ("time", "actor", "socket")}
    match former["event"]:
        case "message":
            content = {name: former[name] for name in ("frames", "sizes", "total")}
            if former["way"] == "sent":
                return kinds.Sent(**whose, **content)
            return kinds.Received(**whose, **content, began=former["began"])
        case "wait":
            return _former_wait(former["call"], whose)
        case "count":
            return kinds.Counted(**whose, sent=former["sent"], received=former["received"])
        case "control":
            return FORMER_CONTROLS[former["kind"]](**whose, **former["detail"])
    raise KeyError(former["event"])


def _former_wait(call: str, whose: dict[str, Any]) -> Event:
    if not call:
        return kinds.GoesOn(**whose)
    if call == "you":
        return kinds.WaitsForYou(**whose)
    if call.startswith("pause("):
        return kinds.Pauses(**whose, seconds=float(call.removeprefix("pause(").removesuffix(")")))
    return kinds.Waits(**whose, call=call.removesuffix("()"))


READERS = {1: _from_format_1, FORMAT: from_json}
