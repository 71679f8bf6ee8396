"""The log of an actor: its last messages, a line each, and what it is doing now."""

from __future__ import annotations

from ..record import events as kinds
from ..record.events import Event, Message
from ..record.trace import PREVIEW
from .outputs import Changes, Lines, line
from .scene import Scene

NOW = "1"
"""The piece that says what the actor does now: it stands above the lines."""


class Log:
    """What an actor sent and received, the newest on top; how long a reply took; what was refused, and what failed."""

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._lines = Lines()
        self._asked: dict[int, int] = {}  # when a reply was asked for that has not come (ns), by the socket

    def begin(self, scene: Scene) -> Changes:
        """Return what the actor does now: nothing has passed yet."""
        now: Changes = {}
        for socket in scene.sockets.values():
            if socket.actor == self._actor and socket.open and socket.waiting:
                now |= self._waits(socket.number, socket.waiting, scene)
        return now

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of this actor."""
        if event.actor != self._actor:
            return {}
        match event:
            case kinds.Sent() | kinds.Received() if event.socket not in scene.sockets:
                return {}  # none of the conversation: a monitor told something
            case kinds.Sent():
                if scene.sockets[event.socket].type == "REQ":  # others get no reply to what they send
                    self._asked[event.socket] = event.time
                return {NOW: None} | self._message("→", event)
            case kinds.Received():
                asked = self._asked.pop(event.socket, None)
                return {NOW: None} | self._message("←", event, "" if asked is None else duration(event.time - asked))
            case kinds.Waits():
                return {NOW: None} | self._waits(event.socket, event.call, scene)
            case kinds.Refused():
                return self._lines.add(line(f"✗ {event.call}() refused: {event.why}", "zl-bad"))
            case kinds.Closed():
                return self._closed(event)
            case kinds.Failed():
                self._asked.clear()
                return {NOW: None} | self._lines.add(line(f"✗ {event.error}: {event.why}", "zl-bad"))
            case kinds.Started() | kinds.Stopped() | kinds.Finished() | kinds.Died():
                self._asked.clear()
                return {NOW: None}
            case kinds.GoesOn() | kinds.Pauses() | kinds.WaitsForYou():
                return {NOW: None}
        return {}

    def _waits(self, socket: int | None, call: str, scene: Scene) -> Changes:
        asked = socket in self._asked or (socket is None and self._asked)  # None where several are polled
        if call.startswith("send"):
            why = "its queue is full" if self._somebody_is_there(socket, scene) else "nobody is there to take it"
            return {NOW: line(f"waiting: {why} …", "zl-quiet")}
        if not call.startswith(("recv", "poll")):
            return {}
        if asked:
            return {NOW: line("waiting for the reply …", "zl-quiet")}
        if socket in scene.sockets and scene.sockets[socket].type == "REP":
            return {NOW: line("waiting for a request …", "zl-quiet")}
        return {}

    def _somebody_is_there(self, number: int | None, scene: Scene) -> bool:
        socket = scene.sockets.get(number or 0)
        return socket is not None and (socket.strangers > 0 or any(link != "down" for _, link in scene.links(socket)))

    def _closed(self, event: kinds.Closed) -> Changes:
        asked = self._asked.pop(event.socket, None)
        if asked is None:
            return {NOW: None}
        words = f"✗ no reply after {(event.time - asked) / 1e9:.1f} s: socket closed"
        return {NOW: None} | self._lines.add(line(words, "zl-bad"))

    def _message(self, arrow: str, event: Message, took: str = "") -> Changes:
        return self._lines.add(line(f"{arrow} {frames_in_words(event)}", "", took))


def frames_in_words(event: Message) -> str:
    """Return the beginning of each frame of a message in words."""
    return " │ ".join(frame_in_words(frame, size) for frame, size in zip(event.frames, event.sizes, strict=True))


def frame_in_words(frame: bytes, size: int) -> str:
    """Return the beginning of a frame in words: text as text, bytes as hex, and its size where it is cut."""
    try:
        text = frame.decode("utf-8", "strict" if size <= PREVIEW else "ignore")
    except UnicodeDecodeError:
        text = frame.hex(" ")
    text = "".join(character if character.isprintable() else "·" for character in text) or "(empty)"
    return f"{text}… ({size:,} bytes)" if size > PREVIEW else text


def duration(nanoseconds: int) -> str:
    """Return how long a reply took: to the hundredth of a millisecond, or from a second on to the tenth of it."""
    return f"{nanoseconds / 1e6:.2f} ms" if nanoseconds < 1e9 else f"{nanoseconds / 1e9:,.1f} s"
