"""What was measured of the queues between two sockets, as gauges and a curve: part of the film, moment by moment."""

from __future__ import annotations

from collections import deque
from html import escape
from typing import NamedTuple

from ...picture.outputs import Changes
from ...picture.scene import Scene
from ...record.events import QUEUES, Event, Measured, SocketMade
from . import gauges

USUAL = 4e6
"""Bytes that the kernel holds of one connection, about: its gauge is full with so many, or with the most that were seen."""
POINTS = 60
"""Points of the curve, at most: a page must keep up."""
APART = gauges.SECONDS / POINTS
"""Seconds between two points, at least."""
NOT_KNOWN = -1
SPACE = '<div class="zl-note">\u00a0</div>'
"""Where a note may come: so the curve below it stays where it is."""
LINUX_ONLY = "Where they are, only Linux tells, once the two are linked."
TOTAL_ONLY = (
    "This is the total only. Where they are can be told of tcp, and here the two meet over ipc (ZMQLAB_SHARED_HOST=1)."
)


class Figures(NamedTuple):
    """How many messages were sent and received, where the others are (or `NOT_KNOWN`), and what the dials say.

    `over_tcp` is 0 or 1: elsewhere nobody can say where they are.
    """

    sent: int = 0
    received: int = 0
    sender: int = 0
    kernel: int = 0
    receiver: int = 0
    dropped: int = 0
    mark: int = 0
    size: int = 0
    over_tcp: int = 1


class QueueGauges:
    """Three gauges and a curve for what the `sender` has sent and the reader has not read."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._samples: deque[gauges.Sample] = deque(maxlen=POINTS)
        self._now: Figures | None = None
        self._socket: int | None = None  # the one that was measured
        self._most = 0
        self._shown: Changes = {}

    def begin(self, scene: Scene) -> Changes:
        """Return nothing: nothing is measured yet."""
        return {}

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in what was measured, and whether the sender waits. What was sent and received, the picture says."""
        if isinstance(event, Measured) and event.name == QUEUES and event.actor == self._sender:
            if event.socket != self._socket:
                self._socket, self._most = event.socket, 0
                self._samples.clear()
            now = self._now = Figures(*event.values)
            self._sample(now, event.time / 1e9)
            return self._changed(self._gauges(now, scene) | self._words(now, scene) | self._curve(event.time / 1e9))
        if isinstance(event, SocketMade) and event.actor == self._sender and self._now is not None:
            return self._changed(self._anew(self._now, event))
        if event.actor == self._sender and self._now is not None:
            return self._changed(self._words(self._now, scene))
        return {}

    def look(self, scene: Scene) -> Changes:
        """Return the gauges of a sender that drops: what it has sent since they were measured is with it, or was dropped."""
        return self._changed(self._gauges(self._now, scene)) if self._now is not None else {}

    def _anew(self, before: Figures, made: SocketMade) -> Changes:
        """Say nothing of the new queues until they are measured: what was said is of the old ones."""
        self._now = None
        self._samples.clear()
        dropping = "waiting or dropped" if "PUB" in made.type else ""
        rows = self._rows(before._replace(sender=0, kernel=min(before.kernel, 0), receiver=0), dropping, "–")
        words = '<div class="zl-quiet">begun anew</div>'
        return {"1": f'<div class="zl-gauges">{"".join(rows)}</div>', "2": words} | self._curve(made.time / 1e9)

    def _changed(self, now: Changes) -> Changes:
        changes = {name: html for name, html in now.items() if self._shown.get(name) != html}
        self._shown |= changes
        return changes

    def _sample(self, now: Figures, seconds: float) -> None:
        self._most = max(self._most, now.kernel)
        if now.kernel == NOT_KNOWN:
            return
        if self._samples and seconds - self._samples[-1][0] > 2 * APART:  # figures come when they change: nothing moved
            self._samples.append((seconds - APART, *self._samples[-1][1:]))
        elif len(self._samples) > 1 and seconds - self._samples[-2][0] < APART:
            del self._samples[-1]  # so many points are not drawn: the newest is, always
        self._samples.append((seconds, now.sender, now.kernel, now.receiver))

    def _gauges(self, now: Figures, scene: Scene) -> Changes:
        socket = scene.sockets.get(self._socket or 0)
        drops = socket is not None and "PUB" in socket.type
        if drops and now.sender > now.mark:
            now = now._replace(sender=now.sender + max(0, socket.sent - now.sent))
        name = "" if not drops else "dropped" if 0 < now.sender <= socket.lost else "waiting or dropped"
        rows = self._rows(now, name)
        return {"1": f'<div class="zl-gauges">{"".join(rows)}</div>'}

    def _words(self, now: Figures, scene: Scene) -> Changes:
        socket = scene.sockets.get(self._socket or 0)
        waits = socket is not None and socket.open and socket.waiting.startswith("send")
        dropped = f'<div class="zl-quiet">dropped: at least {now.dropped:,}</div>' if now.dropped else ""
        state = f'<div class="zl-note">{escape(self._sender)} waits in send(): no room</div>' if waits else ""
        return {"2": dropped + state or SPACE}

    def _curve(self, seconds: float) -> Changes:
        return {"3": gauges.curve(self._samples, seconds)} if self._samples or "3" in self._shown else {}

    def _rows(self, now: Figures, dropping: str, said: str = "") -> list[str]:
        """Return a row for each gauge. `said` stands in place of its figures; `dropping` is what a sender that drops has."""
        sent, received, sender, kernel, receiver, _, mark, size, over_tcp = now
        if kernel == NOT_KNOWN:
            between = max(0, sent - received)  # one of the two may be of an earlier run
            row = gauges.gauge("kernel", "on the way", between * (not said), sent, said or f"{between:,}")
            return [row, f'<div class="zl-quiet">{LINUX_ONLY if over_tcp else TOTAL_ONLY}</div>']
        megabytes = kernel * size / 1e6
        full = max(self._most, USUAL / size)
        name, words = (dropping, "") if dropping else ("sender's queue", f" (mark {mark:,})")
        return [
            gauges.gauge("sender", name, sender, mark, said or f"{sender:,}{words}"),
            gauges.gauge("kernel", "kernel", kernel, full, said or f"{kernel:,} ({megabytes:.1f} MB)"),
            gauges.gauge("receiver", "reader's queue", receiver, mark, said or f"{receiver:,} (mark {mark:,})"),
        ]
