"""Trouble on purpose: an actor that dies at the press of a button, and is started again."""

from __future__ import annotations

import ipywidgets as widgets

from ..picture.outputs import AboutAnActor
from ..picture.words import actor_condition
from ..record import events as kinds
from ..record.events import Event
from .control import Control
from .panel import button, panel

LABELS = {
    "received": "Let it die with the next request",
    "sent": "Let it die before its next reply",
    "now": "Let it die",
}


class Faults(Control):
    """Buttons that arm a fault in an actor, or let it strike, and that start it again.

    `fault` is when it dies: right after its next message is "received", just before its next is "sent", or "now".
    `label` is what the button says, where its messages are no requests and replies.
    """

    lines = 2

    def __init__(self, actor: str, fault: str = "sent", *, label: str = "") -> None:
        if fault not in LABELS:
            raise ValueError(f"an actor dies when a message is 'received' or 'sent', or 'now', not {fault!r}")
        self._actor, self._fault, self._label = actor, fault, label or LABELS[fault]
        self.actors, self.output = (actor,), AboutAnActor(actor, actor_condition)

    def build(self) -> widgets.Widget:
        """Make the two buttons."""
        self._arm = button(self._label, self.arm, "fault")
        self._again = button("Restart it", self.restart)
        row = widgets.HBox([self._arm, self._again])
        row.add_class("zl-row")
        return panel(f"Trouble for {self._actor}", row, self.told)

    def arm(self) -> None:
        """Arm the fault, or let it strike: nobody can press a button inside 0.3 ms."""
        if self._fault == "now":
            self.press(lambda: self.lab[self._actor].kill())
        else:
            self.press(lambda: self.lab[self._actor].arm(self._fault))

    def restart(self) -> None:
        """Start the actor again."""
        self.press(lambda: self.lab[self._actor].restart())

    def way_back(self, actor: str) -> str:
        """Return what to press here to have an actor at work again."""
        return "press Restart it" if actor == self._actor else ""

    def tell(self, events: list[Event]) -> None:
        """Let nobody arm what is armed, nor kill who is dead. Called by the lab's pump."""
        for event in events:
            if event.actor == self._actor and isinstance(event, kinds.Started | kinds.Armed | kinds.Ending):
                self._arm.disabled = not isinstance(event, kinds.Started)
