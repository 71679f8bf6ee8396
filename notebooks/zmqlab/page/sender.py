"""What you type, an actor sends."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from ..record import events as kinds
from ..record.events import Event, Message
from ..record.trace import PREVIEW
from .boxes import Boxes
from .control import Control
from .panel import panel

LARGEST = 1_000_000
"""Bytes of text that a control sends at most: a browser's text box grows slow beyond."""
LINES = 8


class Sender(Control):
    """A text box and a button: what is typed goes to an actor, which sends it in its own thread.

    With `frames` the learner may add frames, and the actor gets a list of bytes; else it gets a string.
    """

    def __init__(self, actor: str, text: str = "Hello", *, title: str = "", label="Send", frames: bool = False) -> None:
        self._actor, self._text, self._label, self._frames = actor, text, label, frames
        self.actors = (actor,)
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
        )
        self._log = Log(actor)
        still = f"[ {text} ] [ {label} ]"
        return panel(self._title, self.boxes, self.note, self._log.widget, still=still)

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

    def tell(self, events: list[Event]) -> None:
        """Show what the actor did. Called by the lab's pump."""
        self._log.tell(events)


class Log:
    """The last messages of an actor, a line each, and what it is doing now."""

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._lines: list[str] = []
        self._state = ""
        self._sent_at: int | None = None
        self._telling: set[int | None] = set()  # sockets that get no reply to what they send
        self._replying: set[int | None] = set()  # sockets that get requests
        self.widget = widgets.HTML()
        self.widget.add_class("zl-messages")

    def tell(self, events: list[Event]) -> None:
        """Take in what happened next, and show it if it concerns this actor."""
        mine = [event for event in events if event.actor == self._actor]
        for event in mine:
            self._take(event)
        if mine:
            self._lines = self._lines[-LINES:]
            self.widget.value = "".join(self._lines) + self._state

    def _take(self, event: Event) -> None:
        match event:
            case kinds.SocketMade() if event.type != "REQ":
                self._telling.add(event.socket)
                if event.type == "REP":
                    self._replying.add(event.socket)
            case kinds.Sent():
                self._sent_at = None if event.socket in self._telling else event.time
                self._line("→", event, "")
                self._state = ""
            case kinds.Received():
                took = _duration(event.time - self._sent_at) if self._sent_at is not None else ""
                self._sent_at = None
                self._line("←", event, took)
                self._state = ""
            case kinds.Waits(call=call) if call.startswith(("recv", "poll")) and self._sent_at is not None:
                self._state = _div("waiting for the reply …", "zl-quiet")
            case kinds.Waits(call=call) if call.startswith(("recv", "poll")) and event.socket in self._replying:
                self._state = _div("waiting for a request …", "zl-quiet")
            case kinds.Waits(call=call) if call.startswith("send"):
                self._state = _div("waiting: nobody is there to take it …", "zl-quiet")
            case kinds.Refused():
                self._lines.append(_div(f"✗ {event.call}() refused: {event.why}", "zl-bad"))
            case kinds.Failed():
                self._lines.append(_div(f"✗ {event.error}: {event.why}", "zl-bad"))
                self._state = ""
            case kinds.Closed() if self._sent_at is not None:
                waited = (event.time - self._sent_at) / 1e9
                self._lines.append(_div(f"✗ no reply after {waited:.1f} s: socket closed", "zl-bad"))
                self._sent_at, self._state = None, ""
            case kinds.Started():
                self._sent_at, self._state = None, ""

    def _line(self, arrow: str, event: Message, took: str) -> None:
        frames = " │ ".join(words_of(frame, size) for frame, size in zip(event.frames, event.sizes, strict=True))
        self._lines.append(_div(f"{arrow} {frames}", "", took))


def words_of(frame: bytes, size: int) -> str:
    """Return the beginning of a frame in words: text as text, bytes as hex, and its size where it is cut."""
    try:
        text = frame.decode("utf-8", "strict" if size <= PREVIEW else "ignore")
    except UnicodeDecodeError:
        text = frame.hex(" ")
    text = "".join(character if character.isprintable() else "·" for character in text) or "(empty)"
    return f"{text}… ({size:,} bytes)" if size > PREVIEW else text


def _duration(ns: int) -> str:
    """Return how long a reply took: to the hundredth of a millisecond, or from a second on to the tenth of it."""
    return f"{ns / 1e6:.2f} ms" if ns < 1e9 else f"{ns / 1e9:,.1f} s"


def _div(text: str, kind: str, aside: str = "") -> str:
    extra = f' <span class="zl-quiet">{escape(aside)}</span>' if aside else ""
    return f'<div class="{kind}">{escape(text)}{extra}</div>'
