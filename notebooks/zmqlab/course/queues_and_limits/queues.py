"""Queues made visible: sliders for a sender and a receiver, three gauges, and a curve that the learner draws with them.

What a slider says goes into `dials`, a plain dict that the two actors read. How many messages are where is measured
(see `between.py`) ten times a second, in a thread of its own: a queue goes on filling while nobody calls anything.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any, NamedTuple

import ipywidgets as widgets

from ...page.control import Control
from ...page.panel import button, panel
from ...record.events import CONTROLS, Closed, Connected, Event, SocketMade, Waits
from . import gauges
from .between import Places, places, port_of

PERIOD = 0.1
"""Seconds between two looks, while something moves."""
STILL = 20
"""Looks in a row that find nothing new, after which it looks no more until something happens."""
DRAWN = 0.2
"""Seconds between two drawings, at least: a page must keep up."""
IN_HAND = 8192
"""Bytes that ZeroMQ's I/O thread writes at once, at most: these have left the queue, and are not in the kernel."""
USUAL = 4e6
"""Bytes that the kernel holds of one connection, about: its gauge is full with so many, or with the most that were seen."""
RATES = (20, 50, 100, 200, 500, 1000, 2000, 5000)
SIZES = (1_000, 10_000, 100_000)
MARKS = (5, 10, 50, 100, 500)
LINUX_ONLY = "Where they are, only Linux tells, once the two are linked."
TOTAL_ONLY = (
    "This is the total only. Where they are can be told of tcp, and here the two meet over ipc (ZMQLAB_SHARED_HOST=1)."
)

Sample = tuple[float, int, int, int]


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

    beside = True

    def __init__(self, sender: str, reader: str, dials: MutableMapping[str, Any], endpoint: str = "main") -> None:
        self._names, self._dials, self._endpoint = (sender, reader), dials, endpoint
        self.actors = self._names
        self._port: int | None = None
        self._ends: dict[str, End] = {}
        self._waits = 0  # how much had been sent when send() began to wait, and 1; or 0
        self._samples: deque[Sample] = deque(maxlen=240)
        self._dropped = 0
        self._most = 0
        self._figures_before: tuple[Any, ...] = ()
        self._shown, self._drawn = "", 0.0
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
        self.picture = widgets.HTML()
        still = f"[ Send ]  sends {dials['sends'] or RATES[0]} a second, mark {dials['mark']}"
        children = [self.button, self.sends, self.reads, self.size, self.mark, self.note, self.picture]
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
        """Take in what happened next. Called by the lab's pump."""
        self._news.set()
        for event in events:
            if event.actor not in self._names:
                continue
            if type(event) in CONTROLS:
                self._changed(event)
            elif event.actor == self._names[0]:
                waits = isinstance(event, Waits) and event.call.startswith("send")
                self._waits = 1 + self._sent() if waits else 0

    def _changed(self, event: Event) -> None:
        if isinstance(event, SocketMade):
            self._ends[event.actor] = End(event.socket, event.type, False)
            self._dropped = self._most = self._waits = 0
        elif isinstance(event, Connected) and event.actor in self._ends:
            self._ends[event.actor] = self._ends[event.actor]._replace(connects=True)
        elif isinstance(event, Closed) and event.actor in self._ends and self._ends[event.actor].number == event.socket:
            del self._ends[event.actor]

    def _sent(self) -> int:
        sender = self._ends.get(self._names[0])
        return self.lab.trace.tally(sender.number).sent if sender else 0

    # what is shown

    def _work(self) -> None:
        while self._news.wait() and not self._closed.is_set():
            self._news.clear()
            still = 0
            while still < STILL and not self._closed.wait(PERIOD):
                still = 0 if self.look() else still + 1

    def look(self) -> bool:
        """Measure once, and show what has changed. Returns whether anything has."""
        ends = [self._ends.get(name) for name in self._names]
        if None in ends:
            return self._show(Places(0, 0, 0), 0, 0)
        sender = ends[0]
        sent, received = (self.lab.trace.tally(end.number) for end in ends)
        found = places(sent, received, sender.kind, self._port, sender.connects)
        return self._show(found, sent.sent, received.received)

    def _show(self, found: Places | None, sent: int, received: int) -> bool:
        now = time.monotonic()
        figures = (found, sent, received)
        news, self._figures_before = figures != self._figures_before, figures
        if found is not None:
            if self._samples and now - self._samples[-1][0] > 5 * PERIOD:  # it looked away: nothing moved
                self._samples.append((now - PERIOD, *self._samples[-1][1:]))
            self._samples.append((now, *found))
        html = self._gauges(found, sent, received)
        at_rest = html == self._shown and not any(any(sample[1:]) for sample in self._samples)
        if not at_rest and now - self._drawn >= DRAWN:
            self._shown, self._drawn = html, now
            self.picture.value = html + gauges.curve(self._samples, now)
        return news

    def _gauges(self, found: Places | None, sent: int, received: int) -> str:
        mark, size = self._dials["mark"], self._dials["size"]
        if found is None:
            rows = [gauges.gauge("kernel", "on the way", sent - received, sent, f"{sent - received:,}")]
            rows.append(f'<div class="zl-quiet">{TOTAL_ONLY if self._port is None else LINUX_ONLY}</div>')
        else:
            self._most = max(self._most, found.kernel)
            drops = "PUB" in self._kind()
            name = "sender + dropped" if drops else "sender's queue"
            megabytes = found.kernel * size / 1e6
            rows = [
                gauges.gauge("sender", name, found.sender, mark, f"{found.sender:,} (mark {mark:,})"),
                gauges.gauge(
                    "kernel",
                    "kernel",
                    found.kernel,
                    max(self._most, USUAL / size),
                    f"{found.kernel:,} ({megabytes:.1f} MB)",
                ),
                gauges.gauge("receiver", "reader's queue", found.receiver, mark, f"{found.receiver:,} (mark {mark:,})"),
            ]
            if drops:
                self._dropped = max(self._dropped, found.sender - mark - IN_HAND // size - 1)
        return f'<div class="zl-gauges">{"".join(rows)}{self._figures(sent, received)}</div>'

    def _kind(self) -> str:
        sender = self._ends.get(self._names[0])
        return sender.kind if sender else ""

    def _figures(self, sent: int, received: int) -> str:
        words = f"sent {sent:,} · received {received:,}"
        if self._dropped:
            words += f" · dropped: at least {self._dropped:,}"
        state = ""
        if self._waits and self._waits == 1 + sent:
            state = f'<div class="zl-note">{escape(self._names[0])} waits in send(): no room</div>'
        return f'<div class="zl-quiet">{words}</div>{state}'


def _slider(name: str, options: Sequence[tuple[str, int]], value: int) -> widgets.SelectionSlider:
    made = widgets.SelectionSlider(options=options, value=value, description=name, continuous_update=False)
    made.style.description_width = "100px"
    made.add_class("zl-slider")
    made.add_class("zl-dial")
    return made
