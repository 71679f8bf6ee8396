"""The exact counters of one socket, and which of its messages is under way right now."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

BURST = 2_000
"""Messages kept one by one, for each socket and direction, before the record begins to thin out."""
REFILL = 250
"""Messages more that each tick allows. With 20 ticks a second: everything up to 5,000 messages a second."""
SILENCE = 500_000_000
"""Nanoseconds for which a reader waits for who does not come back from a call."""


class Tally:
    """Counters in messages and bytes since the socket was made. Its own thread writes them, any thread reads them.

    `under_way` is the number of the call that may be moving a message at this moment, 0 while there is none. It is set
    before the call's moment is read and before libzmq is called, and set back after the message is entered: who sees 0,
    or another number than before, knows that all that began before is in the record. `calls` is the last number given.

    `sends_to_keep` and `receives_to_keep` are how many more messages may be kept one by one. `in_vain` is how often its
    user asked for what was not there, and would not wait.
    """

    __slots__ = ("actor", "burst", "calls", "in_vain", "number", "received", "received_bytes")
    __slots__ += ("receives_to_keep", "sends_to_keep", "sent", "sent_bytes", "told_received", "told_sent", "under_way")

    def __init__(self, actor: str, burst: int = BURST) -> None:
        self.actor, self.number = actor, 0
        self.sent = self.received = self.sent_bytes = self.received_bytes = self.in_vain = 0
        self.sends_to_keep = self.receives_to_keep = self.burst = burst
        self.told_sent = self.told_received = 0
        self.under_way = self.calls = 0

    @property
    def spent(self) -> bool:
        """Whether messages go by that are only counted."""
        return self.sends_to_keep <= 0 or self.receives_to_keep <= 0

    @property
    def at_rest(self) -> bool:
        """Whether a tick would change nothing."""
        return self.sends_to_keep >= self.burst and self.receives_to_keep >= self.burst

    def refill(self, number: int) -> None:
        """Let so many messages more be kept one by one, in each direction."""
        # Its thread may take one off meanwhile: one message more or less is kept, and every one is counted.
        self.sends_to_keep = min(self.burst, max(0, self.sends_to_keep) + number)
        self.receives_to_keep = min(self.burst, max(0, self.receives_to_keep) + number)


class Call(NamedTuple):
    """A call that is under way: its number, the moment it began after, and the moment it was first seen (monotonic ns)."""

    number: int
    after: int
    seen: int


class UnderWay:
    """Knows up to which moment all that began has come back. For one reader at a time."""

    def __init__(self) -> None:
        self._looked = 0
        self._calls: dict[int, Call] = {}

    def complete_until(self, tallies: Iterable[Tally]) -> int:
        """Return the moment (monotonic ns) before which no call began that is still under way.

        Who has not come back for `SILENCE` holds nobody up any longer.
        """
        now = until = time.monotonic_ns()  # before the numbers: what begins after this line is later than `now`
        calls: dict[int, Call] = {}
        for tally in tallies:
            if number := tally.under_way:
                call = self._calls.get(tally.number)
                if call is None or call.number != number:
                    call = Call(number, self._looked, now)
                calls[tally.number] = call
                if now - call.seen < SILENCE:
                    until = min(until, call.after)
        self._looked, self._calls = now, calls
        return until

    def overdue(self) -> list[tuple[int, int]]:
        """Return the sockets, and the calls, that have been under way for `SILENCE` or longer, as last looked."""
        return [(socket, call.number) for socket, call in self._calls.items() if self._looked - call.seen >= SILENCE]
