"""What two processes tell each other through a pipe into which anybody else may write: garbage, JSON, or nothing.

A message goes in pieces that are no longer than what the system writes as one (PIPE_BUF, pipe(7)), so nothing gets
between the bytes of a piece. Each piece begins with a token that was drawn for this pipe. What stands between pieces is
not ours, and is passed over.
"""

from __future__ import annotations

import json
import select
from json import dumps  # by names of our own: who is checked may put something else in their place
from os import set_blocking, write
from typing import Any

PIECE = getattr(select, "PIPE_BUF", 512)
LENGTH = 4
"""Hexadecimal digits of the length of a piece's content. Before them stands one letter: is it the last, or does it go on?"""


class Teller:
    """The end that tells. Raises `OSError` when nobody can hear it."""

    def __init__(self, descriptor: int, token: str) -> None:
        self._descriptor, self._token = descriptor, token.encode()

    def tell(self, told: dict[str, Any]) -> None:
        """Tell something that JSON can say."""
        text = dumps(told).encode()
        room = PIECE - len(self._token) - 1 - LENGTH
        for start in range(0, len(text), room):
            content = text[start : start + room]
            kind = b"." if start + room >= len(text) else b"+"
            self._write(self._token + kind + f"{len(content):0{LENGTH}x}".encode() + content)

    def _write(self, piece: bytes) -> None:
        while True:
            try:
                write(self._descriptor, piece)
                return
            except BlockingIOError:  # somebody has let it not wait
                set_blocking(self._descriptor, True)


class Listener:
    """The end that listens."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._heard, self._begun = b"", b""

    def hear(self, said: bytes) -> list[dict[str, Any]]:
        """Take what came through the pipe. Returns what has been told completely."""
        self._heard += said
        told = []
        while (at := self._heard.find(self._token)) >= 0:
            head = at + len(self._token) + 1 + LENGTH
            if len(self._heard) < head:
                break
            try:
                end = head + int(self._heard[head - LENGTH : head], 16)
            except ValueError:
                end = -1
            if end < 0:
                self._heard = self._heard[at + 1 :]
                continue
            if len(self._heard) < end:
                break
            self._begun += self._heard[head:end]
            if self._heard[head - LENGTH - 1 : head - LENGTH] == b".":
                told += _read(self._begun)
                self._begun = b""
            self._heard = self._heard[end:]
        if at < 0:
            self._heard = self._heard[-len(self._token) :]  # the beginning of a token may stand there
        return told


def _read(text: bytes) -> list[dict[str, Any]]:
    try:
        told = json.loads(text)
    except ValueError:
        return []
    return [told] if isinstance(told, dict) else []
