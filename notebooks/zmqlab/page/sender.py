"""What you type, an actor sends."""

from __future__ import annotations

import ipywidgets as widgets

from ..picture.log import Log
from .boxes import Boxes
from .control import Control
from .panel import panel

LARGEST = 1_000_000
"""Bytes of text that a control sends at most: a browser's text box grows slow beyond."""


class Sender(Control):
    """A text box and a button: what is typed goes to an actor, which sends it in its own thread.

    With `frames` the learner may add frames and take them away, and the actor gets a list of bytes; else it gets a string.
    """

    def __init__(self, actor: str, text: str = "Hello", *, title: str = "", label="Send", frames: bool = False) -> None:
        self._actor, self._text, self._label, self._frames = actor, text, label, frames
        self.actors, self.output = (actor,), Log(actor)
        self._title = title or ("You" if actor == "you" else f"You are the {actor}")

    def build(self) -> widgets.Widget:
        """Make the text box and the log."""
        actor, text, label = self._actor, self._text, self._label
        self.boxes = Boxes(
            text,
            label,
            self._pressed,
            name=f"What {actor} sends",
            placeholder="type a message",
            hint=f"Give this text to {actor}, which sends it",
            more="+ frame" if self._frames else "",
            less="− frame" if self._frames else "",
        )
        still = f"[ {text} ] [ {label} ]"
        return panel(self._title, self.boxes, self.told, still=still)

    def add_frame(self, text: str = "") -> None:
        """Add a text box for one more frame."""
        self.boxes.texts = [*self.boxes.texts, text]

    def send(self) -> None:
        """Give the actor what is typed. Nothing typed is lost: it stays in the box."""
        self.boxes.press()

    def _pressed(self, texts: list[str]) -> None:
        self.press(lambda: self.lab[self._actor].say(self._message(texts)))

    def _message(self, texts: list[str]) -> str | list[bytes]:
        """Return what the actor is given. Raises `ValueError`, in words, when that cannot be sent."""
        try:
            frames = [text.encode() for text in texts]
        except UnicodeEncodeError:
            raise ValueError("A part of a character stands there alone: it is no text, and cannot be sent.") from None
        size = sum(map(len, frames))
        if size > LARGEST:
            raise ValueError(f"That is {size:,} bytes. This box sends {LARGEST:,} at most.")
        return frames if self._frames else texts[0]
