"""Whether there was room in a publisher's queue: where there may have been none, a report may have been dropped.

libzmq counts what has been taken off a queue by the half of its mark, and a publisher that has once found it full looks
again only about once in a millisecond. (`pipe.cpp`, `socket_base.cpp` of libzmq 4.3.) So more than half a mark, on its
way or put there a moment ago, is enough for doubt; and doubt lasts until a report arrives that left when there was room.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .copies import Copy
from .sockets import SocketState

NOTICED = 10_000_000
"""Nanoseconds after which a publisher that sends has looked for sure."""

Link = tuple[int, int]


@dataclass
class Room:
    """What is known of the queues of publishers, by the numbers of the two sockets of each link."""

    _crowded: dict[Link, int] = field(default_factory=dict)  # the last copy for which there may have been no room
    _recent: dict[Link, tuple[int, int, int]] = field(default_factory=dict)

    def is_sure(self, publisher: SocketState, subscriber: SocketState, copy: Copy, under_way: int) -> bool:
        """Whether there is room for a copy for sure, when so many others are under way on its link."""
        link = (publisher.number, subscriber.number)
        mark = publisher.send_mark
        if publisher.over_inproc:
            mark += subscriber.high_water_mark
        lately = self._lately(link, copy.left)
        if _was_measured(publisher, mark):
            self._crowded.pop(link, None)
        elif max(under_way, lately) > mark // 2:
            self._crowded[link] = copy.number
        return link not in self._crowded

    def arrived(self, sender: int, receiver: int, number: int) -> None:
        """Take in that a copy has arrived: if there was room when it left, there is again."""
        if number > self._crowded.get((sender, receiver), number):
            del self._crowded[sender, receiver]

    def _lately(self, link: Link, now: int) -> int:
        """Return how many copies were put on a link since its publisher looked for sure, and count one more."""
        since, number, before = self._recent.get(link, (now, 0, 0))
        if now - since > NOTICED:
            since, number, before = now, 0, number if now - since < 2 * NOTICED else 0
        self._recent[link] = since, number + 1, before
        return number + before


def _was_measured(publisher: SocketState, mark: int) -> bool:
    """Whether a publisher's queue was measured, and cannot be half full with what it has sent since."""
    if publisher.measured is None:
        return False
    return publisher.measured[0] - publisher.lost + publisher.sent - publisher.measured_before <= mark // 2
