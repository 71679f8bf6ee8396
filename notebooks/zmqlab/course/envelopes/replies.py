"""You are the server: what you type goes to the guest whose button you press."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets

from ...page.boxes import Boxes
from ...page.control import Control
from ...page.panel import panel
from ...picture.log import Log


class Replies(Control):
    """A text box and a button for each guest: the actor is given the guest's name and the text, as two frames.

    `label` says what the button does, before the guest's name.
    """

    def __init__(self, actor: str, guests: Sequence[str], text: str = "Yes", label: str = "Send to") -> None:
        self._actor, self._guests, self._text, self._label = actor, tuple(guests), text, label
        self.actors, self.output = (actor,), Log(actor)

    def build(self) -> widgets.Widget:
        """Make the boxes and the log."""
        self.boxes = {guest: self._box(guest) for guest in self._guests}
        still = "  ".join(f"[ {self._text} ] [ {self._label} {guest} ]" for guest in self._guests)
        role = "server" if self._actor == "you" else self._actor
        return panel(f"You are the {role}", *self.boxes.values(), self.told, still=still)

    def _box(self, guest: str) -> Boxes:
        return Boxes(
            self._text,
            f"{self._label} {guest}",
            lambda texts: self.reply(guest, texts[0]),
            name=f"What {guest} is told",
            placeholder="type a reply",
            hint=f"Give this text to {self._actor}, who sends it to {guest}",
            more="",
        )

    def reply(self, guest: str, text: str) -> None:
        """Give the actor a text for one guest."""
        self.press(lambda: self.lab[self._actor].say([guest.encode(), text.encode(errors="replace")]))
