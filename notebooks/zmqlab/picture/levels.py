"""Saying less when traffic grows: how much of each link is drawn, by how many messages a second it carries.

The picture says less, and the numbers stay exact. A change of level waits a second, so that a burst does not blink.
"""

from __future__ import annotations

from collections import deque

from .scene import Scene, SocketState

EACH, WITHOUT_TEXT, TOTALS = 0, 1, 2
LIMITS = {WITHOUT_TEXT: 10, TOTALS: 60}
"""Messages a second above which a link comes to a level."""
WINDOW = 1_000_000_000
"""Nanoseconds over which a rate is taken, and that a change of level waits."""

Link = tuple[int, int]


class Levels:
    """Watches the rates of all links. `rates` are messages a second, `levels` what to draw; both by link."""

    def __init__(self) -> None:
        self.rates: dict[Link, float] = {}
        self.levels: dict[Link, int] = {}
        self._past: deque[tuple[int, dict[int, int]]] = deque()
        self._wanted: dict[Link, tuple[int, int]] = {}

    @property
    def restless(self) -> bool:
        """Whether time alone may change something: a link that is not at rest comes to rest without an event."""
        return bool(self.levels or self._wanted)

    def of_socket(self, number: int) -> int:
        """Return the level of a socket: that of its busiest link."""
        return max((level for link, level in self.levels.items() if number in link), default=EACH)

    def look(self, scene: Scene, now: int) -> list[tuple[Link, int]]:
        """Take in how things stand at the moment `now` (ns). Returns the links whose level changes, with the level."""
        sockets = [socket for socket in scene.sockets.values() if socket.open]
        self._past.append((now, {socket.number: socket.sent + socket.received for socket in sockets}))
        while self._past[0][0] < now - WINDOW and len(self._past) > 2:
            self._past.popleft()
        self.rates = {link: rate for link, rate in self._rates(scene, sockets) if rate >= 1}
        return [change for link in {*self.rates, *self.levels, *self._wanted} if (change := self._level(link, now))]

    def _rates(self, scene: Scene, sockets: list[SocketState]) -> list[tuple[Link, float]]:
        then, before = self._past[0]
        now, after = self._past[-1]
        if now <= then:
            return []
        found = []
        for socket in sockets:
            for peer, _ in scene.links(socket):
                # The end with fewer links tells what goes over this one.
                end = min((socket, peer), key=lambda one: (len(scene.links(one)), -one.number))
                moved = after[end.number] - before.get(end.number, after[end.number])
                link = (min(socket.number, peer.number), max(socket.number, peer.number))
                found.append((link, moved / max(now - then, WINDOW / 2) * 1e9))
        return found

    def _level(self, link: Link, now: int) -> tuple[Link, int] | None:
        rate, level = self.rates.get(link, 0), self.levels.get(link, EACH)
        wanted = max((step for step, limit in LIMITS.items() if rate > limit), default=EACH)
        if wanted == level:
            self._wanted.pop(link, None)
            return None
        since, what = self._wanted.setdefault(link, (now, wanted))
        if what != wanted:
            self._wanted[link] = (now, wanted)
            return None
        if now - since < WINDOW:
            return None
        del self._wanted[link]
        if wanted == EACH:
            self.levels.pop(link, None)
        else:
            self.levels[link] = wanted
        return link, wanted
