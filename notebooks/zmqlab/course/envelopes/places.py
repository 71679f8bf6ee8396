"""One question and its reply, looked at where you choose: at one end, on the wire, at the other end."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from ...page.control import Control
from ...page.panel import choice, mark, panel
from ...picture.envelopes import ADDRESS, BODY, EMPTY, Part
from ...picture.inspector import seen_at
from ...picture.outputs import Changes
from ...picture.scene import Copy, Scene
from ...picture.words import part_words
from ...record.events import Event, Pressed

PLACES = ("at the client’s REQ", "on the wire", "at the server’s ROUTER")
NAMES = {ADDRESS: "address", EMPTY: "0 bytes", BODY: "body"}
NOT_YET = "has not come yet"


class Envelope(Control):
    """Three buttons: the last question of one actor to another, and the reply, at the place that is pressed."""

    lines = 7

    def __init__(self, client: str = "client", server: str = "server") -> None:
        self._client, self._server = client, server
        self.actors, self.output = (client, server), Frames(client, server)

    def build(self) -> widgets.Widget:
        """Make the three buttons."""
        self.choices = {place: choice(place, lambda place=place: self.look(place)) for place in PLACES}
        mark(self.choices, PLACES[0])
        column = widgets.VBox(list(self.choices.values()))
        column.add_class("zl-row")
        still = " ".join(f"[ {place} ]" for place in PLACES)
        return panel("Look at the message", column, self.told, still=still)

    def look(self, place: str) -> None:
        """Look at it there. That is told in the film: what it shows is the same when it is played again."""
        if self.press(lambda: self.lab.trace.note(Pressed, self._server, button=place)):
            mark(self.choices, place)


class Frames:
    """The last message each way between two actors, as it looks at one of `PLACES`."""

    def __init__(self, client: str, server: str) -> None:
        self._ends, self._place = (client, server), 0
        # At each place, from the client's end on, by who sent it. None where it has not come yet.
        self._seen: dict[str, list[tuple[Part, ...] | None]] = {}

    def begin(self, scene: Scene) -> Changes:
        """Return what is seen before anything happens."""
        return self._told()

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event: a message of the two, or a press."""
        if isinstance(event, Pressed) and event.button in PLACES:
            self._place = PLACES.index(event.button)
            return self._told()
        messages = [copy for copy in [*scene.changes.left, *scene.changes.landed] if self._take(copy, scene)]
        return self._told() if messages else {}

    def _take(self, copy: Copy, scene: Scene) -> bool:
        """Take in a message, if it is one of theirs."""
        sender, receiver = scene.sockets.get(copy.sender), scene.sockets.get(copy.receiver or 0)
        ends = (sender.actor, receiver.actor) if sender and receiver else ()
        if ends not in (self._ends, self._ends[::-1]):
            return False
        places = seen_at(copy, sender, receiver)
        if copy.state != "received":
            places[-1] = None
        client, _ = self._ends
        if sender.actor == client:
            self._seen = {client: places}  # a new question has no reply yet
        else:
            self._seen[sender.actor] = places[::-1]
        return True

    def _told(self) -> Changes:
        client, server = self._ends
        lines = [f"<div><strong>{escape(PLACES[self._place])}</strong></div>"]
        for who, what in ((client, "question"), (server, "reply")):
            if who in self._seen:
                seen = self._seen[who][self._place]
                cells = f'<span class="zl-quiet">{NOT_YET}</span>' if seen is None else "".join(map(_cell, seen))
                lines.append(f'<div class="zl-frames"><span class="zl-frames-name">{what}</span>{cells}</div>')
        if not self._seen:
            lines.append('<div class="zl-quiet">no message yet: press Send</div>')
        return {"1": "".join(lines)}


def _cell(part: Part) -> str:
    return (
        f'<span class="zl-frame zl-frame-{part.kind}"><strong>{escape(part_words(part, 16))}</strong>'
        f"<small>{NAMES[part.kind]}</small></span>"
    )
