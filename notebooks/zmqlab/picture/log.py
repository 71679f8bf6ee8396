"""The log of an actor: its last messages, a line each, and what it is doing now."""

from __future__ import annotations

from ..record import events as kinds
from ..record.events import Event, Message
from . import words
from .outputs import Changes, Lines, line
from .scene import Scene

NOW = "1"
"""The piece that says what the actor does now: it stands above the lines."""
KEPT = "2"
"""The piece that says what it was given to send, and has not taken yet: it stands below that."""


class Log:
    """What an actor sent and received, the newest on top; how long a reply took; what was refused, and what failed.

    What it was given to send while it is in a call stands above, as a number: it is kept until the call returns.
    """

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._lines = Lines()
        self._kept, self._call = 0, ""  # how many texts wait for it, and which call it waits in
        self._asked: dict[int, int] = {}  # when a reply was asked for that has not come (ns), by the socket

    def begin(self, scene: Scene) -> Changes:
        """Return what the actor does now: nothing has passed yet."""
        now: Changes = {}
        for socket in scene.sockets.values():
            if socket.actor == self._actor and socket.open and socket.waiting:
                self._call = socket.waiting
                now |= self._waits(socket.number, socket.waiting, scene)
        return now | self._keeps(scene)

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of this actor."""
        if event.actor != self._actor:
            return {}
        if isinstance(event, kinds.Waits):
            self._call = event.call
        elif isinstance(event, kinds.Message | kinds.Wait | kinds.Started | kinds.Ending):
            self._call = ""
        changes = self._line(event, scene)
        if isinstance(event, kinds.Ending | kinds.Started) and self._kept:
            changes |= self._lines.add(line(words.never_taken(self._kept), "zl-bad"))
        return changes | self._keeps(scene)

    def _keeps(self, scene: Scene) -> Changes:
        before, self._kept = self._kept, scene.actors[self._actor].kept if self._actor in scene.actors else 0
        if self._kept:
            return {KEPT: line(words.kept(self._kept, self._call), "zl-quiet zl-prose")}
        return {KEPT: None} if before else {}

    def _line(self, event: Event, scene: Scene) -> Changes:
        match event:
            case kinds.Sent() | kinds.Received() if event.socket not in scene.sockets:
                return {}  # none of the conversation: a monitor told something
            case kinds.Sent():
                if scene.sockets[event.socket].type == "REQ":  # others get no reply to what they send
                    self._asked[event.socket] = event.time
                return {NOW: None} | self._message("→", event, scene)
            case kinds.Received():
                asked = self._asked.pop(event.socket, None)
                return {NOW: None} | self._message(
                    "←", event, scene, "" if asked is None else words.duration(event.time - asked)
                )
            case kinds.Waits():
                return {NOW: None} | self._waits(event.socket, event.call, scene)
            case kinds.Refused():
                return self._lines.add(line(words.refused(event.call, event.why), "zl-bad"))
            case kinds.Closed():
                return self._closed(event)
            case kinds.Failed():
                self._asked.clear()
                return {NOW: None} | self._lines.add(line(words.failed(event.error, event.why), "zl-bad"))
            case kinds.Started() | kinds.Stopped() | kinds.Finished() | kinds.Died():
                self._asked.clear()
                return {NOW: None}
            case kinds.WaitsForYou() if self._asked:
                return {NOW: None} | self._gives_up(event)
            case kinds.GoesOn() | kinds.Pauses() | kinds.WaitsForYou():
                return {NOW: None}
        return {}

    def _waits(self, socket: int | None, call: str, scene: Scene) -> Changes:
        asked = socket in self._asked or (socket is None and self._asked)  # None where several are polled
        if call.startswith("send"):
            sender = scene.sockets.get(socket or 0)
            full = sender is not None and scene.has_somebody(sender)
            return {NOW: line(words.QUEUE_IS_FULL if full else words.NOBODY_TAKES_IT, "zl-quiet")}
        if not call.startswith(("recv", "poll")):
            return {}
        if asked:
            return {NOW: line(words.WAITS_FOR_A_REPLY, "zl-quiet")}
        if socket in scene.sockets and scene.sockets[socket].type == "REP":
            return {NOW: line(words.WAITS_FOR_A_REQUEST, "zl-quiet")}
        return {}

    def _closed(self, event: kinds.Closed) -> Changes:
        asked = self._asked.pop(event.socket, None)
        if asked is None:
            return {NOW: None}
        return {NOW: None} | self._lines.add(line(words.no_reply(event.time - asked), "zl-bad"))

    def _gives_up(self, event: kinds.WaitsForYou) -> Changes:
        """Say of who wants the next text that it does not wait for a reply any more."""
        since = min(self._asked.values())
        self._asked.clear()
        return self._lines.add(line(words.no_reply(event.time - since, given_up=True), "zl-bad"))

    def _message(self, arrow: str, event: Message, scene: Scene, took: str = "") -> Changes:
        said = words.frames_in_words(event, scene.sockets[event.socket].type)
        return self._lines.add(line(f"{arrow} {said}", "", took))
