"""Queues made visible: sliders for a sender and a receiver, three gauges, and a curve that the learner draws with them.

What a slider says goes into `dials`, a plain dict that the two actors read. How many messages are where is measured
(see `between.py`) five times a second, in a thread of its own: a queue goes on filling while nobody calls anything.
"""

from __future__ import annotations

import threading
from collections.abc import MutableMapping, Sequence
from typing import Any, NamedTuple

import ipywidgets as widgets

from ...page.control import Control
from ...page.panel import button, panel
from ...picture.words import came_to_a_stop
from ...record.events import CONTROLS, QUEUES, Closed, Connected, Event, Measured, SocketMade
from .between import Places, places, port_of
from .figures import NOT_KNOWN, Figures, QueueGauges

PERIOD = 0.2
"""Seconds between two looks, while something moves."""
STILL = 20
"""Looks in a row that find nothing new, after which it looks no more until something happens."""
IN_HAND = 8192
"""Bytes that ZeroMQ's I/O thread writes at once, at most: these have left the queue, and are not in the kernel."""
RATES = (20, 50, 100, 200, 500, 1000, 2000, 5000)
SIZES = (1_000, 10_000, 100_000)
MARKS = (5, 10, 50, 100, 500)


class End(NamedTuple):
    """The socket that an actor uses now."""

    number: int
    kind: str
    connects: bool


class Queues(Control):
    """Sliders, gauges and a curve for the messages from `sender` to `reader`, which meet at `endpoint`.

    Over tcp, that is: with ZMQLAB_SHARED_HOST=1 they meet over ipc, and then there is a gauge of the total only.

    Both are given `dials`, and look into it all the time: how many messages a second it "sends" and "reads". The
    "size" of a message in bytes and the "mark" they look up once: when these change, both begin again.
    """

    lines = 12

    def __init__(self, sender: str, reader: str, dials: MutableMapping[str, Any], endpoint: str = "main") -> None:
        self._names, self._dials, self._endpoint = (sender, reader), dials, endpoint
        self.actors, self.output = self._names, QueueGauges(sender)
        self._port: int | None = None
        self._ends: dict[str, End] = {}
        self._dropped = 0
        self._entered: Figures | None = None
        self._running = bool(dials["sends"])
        self._closed, self._news = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="zmqlab queues", daemon=True)

    def build(self) -> widgets.Widget:
        """Make the sliders, and the place for the gauges."""
        dials = self._dials
        self.sends = _slider(
            "sender sends", [(f"{rate:,} a second", rate) for rate in RATES], dials["sends"] or RATES[0]
        )
        self.reads = _slider("reader reads", [("nothing", 0), *((f"{r:,} a second", r) for r in RATES)], dials["reads"])
        self.size = _slider("message size", [(f"{size // 1000} kB", size) for size in SIZES], dials["size"])
        self.mark = _slider("both marks", [(f"{mark:,} messages", mark) for mark in MARKS], dials["mark"])
        self.button = button("", self.toggle, "main")
        self.sends.observe(lambda _: self._set_rate(), "value")
        self.reads.observe(lambda change: self._dial("reads", change["new"]), "value")
        self.size.observe(lambda change: self._begin_anew("size", change["new"]), "value")
        self.mark.observe(lambda change: self._begin_anew("mark", change["new"]), "value")
        still = f"[ Send ]  sends {dials['sends'] or RATES[0]} a second, mark {dials['mark']}"
        children = [self.button, self.sends, self.reads, self.size, self.mark, self.told]
        self._set_rate()
        return panel("Three queues in a row", *children, still=still)

    def attach(self, lab: Any, bench: Any) -> None:
        """Belong to a lab, and begin to measure."""
        super().attach(lab, bench)
        self._port = port_of(lab.endpoint(self._endpoint))
        self._thread.start()

    # what a learner does

    def toggle(self) -> None:
        """Begin to send, or pause."""
        self.press(self._toggle)

    def _toggle(self) -> None:
        self._running = not self._running
        self._set_rate()

    def _set_rate(self) -> None:
        self.button.description = "Pause the sender" if self._running else "Send"
        self._dial("sends", self.sends.value if self._running else 0)

    def _dial(self, name: str, value: int) -> None:
        self._dials[name] = value

    def _begin_anew(self, name: str, value: int) -> None:
        """Set what holds for a socket from its beginning: both actors begin again, with empty queues."""
        self._dial(name, value)
        self.press(self._restart_both)

    def _restart_both(self) -> None:
        for actor in self._names:
            self.lab[actor].stop()
        for actor in reversed(self._names):
            self.lab[actor].restart()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._news.set()
        if self._thread.ident:
            self._thread.join(2)

    # what happened

    def tell(self, events: list[Event]) -> None:
        """Take in who is there, and begin to measure when something happens. Called by the lab's pump."""
        if not all(isinstance(event, Measured) for event in events):
            self._news.set()
        for event in events:
            if event.actor in self._names and type(event) in CONTROLS:
                self._changed(event)

    def _changed(self, event: Event) -> None:
        if isinstance(event, SocketMade):
            self._ends[event.actor] = End(event.socket, event.type, False)
            self._dropped = 0
        elif isinstance(event, Connected) and event.actor in self._ends:
            self._ends[event.actor] = self._ends[event.actor]._replace(connects=True)
        elif isinstance(event, Closed) and event.actor in self._ends and self._ends[event.actor].number == event.socket:
            del self._ends[event.actor]

    # what is measured

    def _work(self) -> None:
        while self._news.wait() and not self._closed.is_set():
            self._news.clear()
            still = 0
            while still < STILL and not self._closed.wait(PERIOD):
                try:
                    still = 0 if self.look() else still + 1
                except Exception as problem:
                    self.say(came_to_a_stop("control", problem))
                    return

    def look(self) -> bool:
        """Measure once, and enter what has changed. Returns whether anything has."""
        sender, reader = (self._ends.get(name) for name in self._names)
        if sender is None or reader is None:
            return False
        try:
            found = self._measure(sender, reader)
        except LookupError:  # a socket was closed meanwhile: the pump tells
            return False
        news, self._entered = found != self._entered, found
        if news:
            self.lab.trace.note(Measured, self._names[0], sender.number, name=QUEUES, values=tuple(found))
        return news

    def _measure(self, sender: End, reader: End) -> Figures:
        sent, received = (self.lab.trace.tally(end.number) for end in (sender, reader))
        where = places(sent, received, sender.kind, self._port, sender.connects)
        mark, size, over_tcp = self._dials["mark"], self._dials["size"], int(self._port is not None)
        if where is None:
            unknown = [NOT_KNOWN] * len(Places._fields)
            return Figures(sent.sent, received.received, *unknown, 0, mark, size, over_tcp)
        if "PUB" in sender.kind:
            self._dropped = max(self._dropped, where.sender - mark - IN_HAND // size - 1)
        where = Places(*(max(0, count) for count in where))  # one of the two may be of an earlier run for a moment
        return Figures(sent.sent, received.received, *where, self._dropped, mark, size, over_tcp)


def _slider(name: str, options: Sequence[tuple[str, int]], value: int) -> widgets.SelectionSlider:
    made = widgets.SelectionSlider(options=options, value=value, description=name, continuous_update=False)
    made.style.description_width = "100px"
    made.add_class("zl-slider")
    made.add_class("zl-dial")
    return made
