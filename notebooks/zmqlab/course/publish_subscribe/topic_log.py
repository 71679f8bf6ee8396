"""What a subscriber received, and what stayed at its publishers because no subscription of its matched."""

from __future__ import annotations

from html import escape

from ...picture.letters import fit
from ...picture.outputs import Changes, Lines
from ...picture.scene import Scene, SocketState
from ...picture.sockets import SUBSCRIBES
from ...picture.words import frame_in_words, frames_in_words
from ...record.events import Event, Received
from ...record.events import Message as MessageEvent

ROOM = 200
"""Pixels for the last message that stayed."""
OTHER_PROGRAM = "Its publisher is another program: what stayed there is not recorded."


class TopicLog:
    """The messages of one subscriber, with what matched marked, and those that stayed; the counts are the picture's own."""

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._came, self._stayed = Lines("3"), Lines("7")
        self._last = ""  # of those that stayed: it is in sight, however much came
        self._shown: Changes = {}

    def begin(self, scene: Scene) -> Changes:
        """Return the counts."""
        return self.look(scene)

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event: what this actor received, or what stayed for it elsewhere."""
        changes: Changes = {}
        if isinstance(event, Received) and event.actor == self._actor:
            socket = scene.sockets.get(event.socket)  # none for what a monitor is told
            if socket is not None and socket.type in SUBSCRIBES:
                changes |= self._came.add(f"<div>{_marked(event, _match(socket, event.frames[0]))}</div>")
        for copy in scene.changes.stayed:
            if copy.receiver in scene.sockets and scene.sockets[copy.receiver].actor == self._actor:
                self._last = frames_in_words(copy)
                changes |= self._stayed.add(f'<div class="zl-quiet">{escape(self._last)}</div>')
        return changes

    def look(self, scene: Scene) -> Changes:
        """Return the counts, as far as they have changed."""
        mine = {one.number: one for one in self._sockets(scene)}
        received = sum(one.received - one.received_before for one in mine.values())
        publishers = [one for one in scene.sockets.values() if not mine.keys().isdisjoint(one.filtered)]
        stayed = sum(number for one in publishers for peer, number in one.filtered.items() if peer in mine)
        now: Changes = {"1": _prose(f"received {received:,}"), "5": None}
        if stayed:
            at_least = "at least " if any(one.thinned for one in publishers) else ""
            words = f"{at_least}{stayed:,} stayed at the publisher: {self._actor} never saw them"
            if self._last and not at_least:
                words += f". The last: {fit(self._last, ROOM, 'mono')}"
            now["5"] = f'<div class="zl-stayed">{_prose(words)}</div>'
        elif any(one.strangers for one in mine.values()):
            now["5"] = f'<div class="zl-stayed">{_prose(OTHER_PROGRAM)}</div>'
        changes = {name: html for name, html in now.items() if self._shown.get(name) != html}
        self._shown = now
        return changes

    def _sockets(self, scene: Scene) -> list[SocketState]:
        """Return its sockets that the picture draws: a closed one until another of its type takes its place."""
        own = [one for one in scene.sockets.values() if one.actor == self._actor and not one.former]
        found = []
        for kind in sorted(SUBSCRIBES):
            kin = [one for one in own if one.type == kind]
            found += [one for one in kin if one.open] or kin[-1:]
        return found


def _prose(words: str) -> str:
    return f'<div class="zl-quiet zl-prose">{escape(words)}</div>'


def _match(socket: SocketState, frame: bytes) -> bytes:
    """Return the longest subscription that a frame begins with."""
    return max((topic for topic in +socket.topics if frame.startswith(topic)), key=len, default=b"")


def _marked(event: MessageEvent, matched: bytes) -> str:
    """Return a message as HTML, what matched marked."""
    words = frames_in_words(event)
    head = frame_in_words(matched, len(matched)) if matched else ""
    if not head or not words.startswith(head):  # where the subscription ends within a character
        return escape(words)
    return f'<mark class="zl-match">{escape(head)}</mark>{escape(words.removeprefix(head))}'
