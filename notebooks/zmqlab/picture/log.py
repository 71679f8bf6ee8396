"""The log of an actor: its last messages, a line each, and what it is doing now."""

from __future__ import annotations

from ..record import events as kinds
from ..record.events import Event, Message
from . import words
from .outputs import Changes, Lines, line
from .scene import Scene

NOW = "1"
"""The piece that says what the actor does now: it stands above the lines."""


class Log:
    """What an actor sent and received, the newest on top; how long a reply took; what was refused, and what failed."""

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._lines = Lines()
        self._sent_at: int | None = None
        self._telling: set[int | None] = set()  # sockets that get no reply to what they send
        self._replying: set[int | None] = set()  # sockets that get requests

    def begin(self, scene: Scene) -> Changes:
        """Return nothing: nothing has passed yet. Take in who is there."""
        for socket in scene.sockets.values():
            if socket.actor == self._actor:
                self._made(socket.number, socket.type)
        return {}

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of this actor."""
        if event.actor != self._actor:
            return {}
        match event:
            case kinds.SocketMade():
                self._made(event.socket, event.type)
            case kinds.Sent():
                self._sent_at = None if event.socket in self._telling else event.time
                return {NOW: None} | self._message("→", event)
            case kinds.Received():
                took = words.duration(event.time - self._sent_at) if self._sent_at is not None else ""
                self._sent_at = None
                return {NOW: None} | self._message("←", event, took)
            case kinds.Waits():
                return self._waits(event)
            case kinds.Refused():
                return self._lines.add(line(words.refused(event.call, event.why), "zl-bad"))
            case kinds.Failed():
                return {NOW: None} | self._lines.add(line(words.failed(event.error, event.why), "zl-bad"))
            case kinds.Closed() if self._sent_at is not None:
                waited, self._sent_at = event.time - self._sent_at, None
                return {NOW: None} | self._lines.add(line(words.no_reply(waited), "zl-bad"))
            case kinds.Started():
                self._sent_at = None
                return {NOW: None}
        return {}

    def _made(self, number: int, kind: str) -> None:
        if kind != "REQ":
            self._telling.add(number)
        if kind == "REP":
            self._replying.add(number)

    def _waits(self, event: kinds.Waits) -> Changes:
        receives = event.call.startswith(("recv", "poll"))
        if receives and self._sent_at is not None:
            return {NOW: line(words.WAITS_FOR_A_REPLY, "zl-quiet")}
        if receives and event.socket in self._replying:
            return {NOW: line(words.WAITS_FOR_A_REQUEST, "zl-quiet")}
        if event.call.startswith("send"):
            return {NOW: line(words.NOBODY_TAKES_IT, "zl-quiet")}
        return {}

    def _message(self, arrow: str, event: Message, took: str = "") -> Changes:
        return self._lines.add(line(f"{arrow} {words.frames_in_words(event)}", "", took))
