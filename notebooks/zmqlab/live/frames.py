"""How a frame is measured for the record: its beginning and its size, whatever is sent or received.

To measure never fails. What pyzmq will not send is 0 bytes here: pyzmq itself says what is wrong with it, in its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..record.trace import PREVIEW


class Cut(bytes):
    """What a buffer had room for, of a frame of `size` bytes: the rest of it is gone."""

    size: int

    def __new__(cls, kept: bytes, size: int) -> Cut:
        made = super().__new__(cls, kept)
        made.size = size
        return made


def measure(frames: Sequence[Any]) -> tuple[Any, Any, int]:
    """Return the beginnings of frames, their sizes in bytes, and the sum of these; of a single frame, itself and its size."""
    if len(frames) == 1 and type(frames[0]) is bytes:
        size = len(frames[0])
        return frames[0][:PREVIEW], size, size
    looks = [_look(frame) for frame in frames]
    sizes = tuple(size for _, size in looks)
    return tuple(beginning for beginning, _ in looks), sizes, sum(sizes)


def beginning_of(buffer: Any, size: int) -> bytes:
    """Return the first bytes of a buffer, up to `size` and `PREVIEW` of them. Empty when it has none to show."""
    try:
        view = memoryview(buffer)
        if not view.nbytes:
            return b""
        wanted = min(size, PREVIEW)
        try:
            return bytes(view.cast("B")[:wanted])
        except (TypeError, ValueError, NotImplementedError):
            # Not one row of plain numbers, as a Fortran array: a copy of all, in the order in which it is sent.
            return view.tobytes("A")[:wanted]
    except Exception:  # a buffer of somebody's own may raise what it likes
        return b""


def _look(frame: Any) -> tuple[bytes, int]:
    if type(frame) is bytes:
        return frame[:PREVIEW], len(frame)
    if type(frame) is Cut:
        return bytes(frame[:PREVIEW]), frame.size
    try:
        size = memoryview(frame).nbytes
    except Exception:  # no buffer: pyzmq refuses it in its own words
        return b"", 0
    return beginning_of(frame, size), size
