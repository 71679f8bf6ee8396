"""What a learner presses and types. A control addresses an actor by name, never a socket.

Each control is plain ipywidgets, but for its text boxes (`boxes.py`). Its log is told from the trace, so it shows what really passed, and it is text
throughout: what a message says is escaped, and never becomes markup.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, Protocol

import ipywidgets as widgets

from ..record import events as kinds
from ..record.events import Event, Message
from ..record.trace import PREVIEW
from .boxes import Boxes

STYLE = (Path(__file__).parent / "controls.css").read_text()
LARGEST = 1_000_000
"""Bytes of text that a control sends at most: a browser's text box grows slow beyond."""
LINES = 8


class Stage(Protocol):
    """What a control needs of its lab."""

    def pressed(self) -> None:
        """Take note that a learner has pressed something, and wants to see what it does."""

    def say(self, actor: str, message: object) -> None:
        """Give an actor its next text or message."""

    def arm(self, actor: str, fault: str) -> None:
        """Let an actor die after its next message."""

    def kill(self, actor: str) -> object:
        """End an actor as if its process had died."""

    def restart(self, actor: str) -> None:
        """Start an actor again."""

    def stop_everything(self) -> None:
        """Stop every actor."""

    def start_everything(self) -> None:
        """Start every actor again that is not at work."""


class Panel(widgets.VBox):
    """Controls in a box of their own. Where no widgets run, it says in words what would stand here."""

    still = ""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        words = f"{self.still} (run the notebook to use this)".strip()
        html = f"<p><strong>{escape(self.title)}</strong><br><code>{escape(words)}</code></p>"
        return (data or {}) | {"text/html": html, "text/plain": f"{self.title}: {words}"}, metadata


def panel(title: str, *children: widgets.Widget, still: str = "") -> Panel:
    """Return controls in a box of their own, under a small title. `still` is their look where nothing runs, as text."""
    style = widgets.HTML(f"<style>{STYLE}</style>")
    style.layout.display = "none"
    heading = widgets.HTML(f'<span class="zl-heading">{escape(title)}</span>')
    box = Panel([style, heading, *children])
    box.title, box.still = title, still
    box.add_class("zl-panel")
    return box


def button(label: str, action: Callable[[], None], kind: str = "", tooltip: str = "") -> widgets.Button:
    """Return a button. `kind` is "main" (what to press first), "fault" or nothing."""
    made = widgets.Button(description=label, tooltip=tooltip or label)
    made.add_class("zl-button")
    made.add_class(f"zl-button-{kind or 'plain'}")
    made.layout.width = "auto"
    made.on_click(lambda _: action())
    return made


class Sender:
    """A text box and a button: what is typed goes to an actor, which sends it in its own thread.

    With `frames` the learner may add frames, and the actor gets a list of bytes; else it gets a string.
    """

    def __init__(self, lab: Stage, actor: str, title: str, text: str, label: str, frames: bool = False) -> None:
        self._lab, self._actor, self._frames = lab, actor, frames
        self.boxes = Boxes(
            text,
            label,
            self._pressed,
            name=f"What {actor} sends",
            placeholder="type a message",
            hint=f"Give this text to {actor}, which sends it",
            more="+ frame" if frames else "",
        )
        self._note = widgets.HTML()
        self._log = Log(actor)
        still = f"[ {text} ] [ {label} ]"
        self.widget = panel(title, self.boxes, self._note, self._log.widget, still=still)

    def add_frame(self, text: str = "") -> None:
        """Add a text box for one more frame."""
        self.boxes.texts = [*self.boxes.texts, text]

    def send(self) -> None:
        """Give the actor what is typed. Nothing typed is lost: it stays in the box."""
        self.boxes.press()

    def _pressed(self, texts: list[str]) -> None:
        try:
            frames = [text.encode() for text in texts]
        except UnicodeEncodeError:
            self._say("A part of a character stands there alone: it is no text, and cannot be sent.")
            return
        size = sum(map(len, frames))
        if size > LARGEST:
            self._say(f"That is {size:,} bytes. This box sends {LARGEST:,} at most.")
            return
        try:
            self._lab.pressed()
            self._lab.say(self._actor, frames if self._frames else texts[0])
        except LookupError as problem:
            self._say(str(problem))
        else:
            self._say("")

    def tell(self, events: list[Event]) -> None:
        """Show what the actor did. Called by the lab's pump."""
        self._log.tell(events)

    def _say(self, words: str) -> None:
        self._note.value = f'<span class="zl-note" role="alert">{escape(words)}</span>' if words else ""


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


class Faults:
    """Buttons that arm a fault in an actor, and start it again."""

    def __init__(self, lab: Stage, actor: str, fault: str) -> None:
        self._lab, self._actor, self._fault = lab, actor, fault
        labels = {"received": "Let it die with the next request", "sent": "Let it die before its next reply"}
        label = (labels | {"now": "Let it die"})[fault]
        self._arm = button(label, self.arm, "fault")
        self._again = button("Restart it", self.restart)
        row = widgets.HBox([self._arm, self._again])
        row.add_class("zl-row")
        self.widget = panel(f"Trouble for the {actor}", row)

    def arm(self) -> None:
        """Arm the fault, or let it strike: nobody can press a button inside 0.3 ms."""
        self._lab.pressed()
        if self._fault == "now":
            self._lab.kill(self._actor)
        else:
            self._lab.arm(self._actor, self._fault)

    def restart(self) -> None:
        """Start the actor again."""
        self._lab.pressed()
        self._lab.restart(self._actor)

    def tell(self, events: list[Event]) -> None:
        """Show on the button whether the fault is armed. Called by the lab's pump."""
        for event in events:
            if event.actor != self._actor:
                continue
            match event:
                case kinds.Armed():
                    self._arm.description = "Armed: send a request"
                    self._arm.disabled = True
                case kinds.Died() | kinds.Stopped() | kinds.Failed() | kinds.Started():
                    self._arm.description = "It died" if isinstance(event, kinds.Died) else self._arm.tooltip
                    self._arm.disabled = not isinstance(event, kinds.Started)


class Switch:
    """Two buttons: stop every actor of a lab, and start them again."""

    def __init__(self, lab: Stage) -> None:
        row = widgets.HBox(
            [
                button("Stop everything", lab.stop_everything, tooltip="Stop every actor of this lesson"),
                button("Start again", lab.start_everything, tooltip="Start every actor that is not at work"),
            ]
        )
        row.add_class("zl-row")
        self.widget = panel("All actors", row)

    def tell(self, events: list[Event]) -> None:
        """Nothing to show."""


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
