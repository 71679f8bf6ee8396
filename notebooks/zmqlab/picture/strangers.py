"""Programs that are not recorded: what went there, and what came from there."""

from __future__ import annotations

from dataclasses import dataclass

from ..record.events import Sent
from .copies import OUTSIDE, Copy
from .losses import Losses
from .sockets import SocketState
from .types import FAN_OUT


@dataclass
class Strangers(Losses):
    """A stranger is a program that is not recorded. What it sent, and a recorded socket received, is expected and received."""

    def _met_strangers(self, socket: SocketState) -> None:
        """Explain by a stranger what nobody else can have sent, and what went to nobody else."""
        if not any(sender.thinned for sender in self.topology.senders_to(socket)):
            self._count_from_outside(socket.unexplained)
            socket.unexplained = 0
            socket.strays.clear()
        if socket.type not in FAN_OUT and self._goes_outside(socket):
            self._let_held_go(socket)

    def _were_no_strangers(self, socket: SocketState) -> None:
        """Take back what was thought to have left the record, if the program at the other end is recorded after all."""
        if not any(end.peer is not None for end in socket.ends):
            return
        for copy in [copy for copy in self.outside if copy.sender == socket.number and socket.type not in FAN_OUT]:
            self._take_back(copy)
            self._goes_on(copy)

    def _goes_outside(self, socket: SocketState, event: Sent | None = None) -> bool:
        """Whether what a socket sends can only go to a program that is not recorded."""
        if socket.type == "REP" and socket.answers_stranger:
            return True
        if socket.type == "ROUTER" and event is not None and event.frames[0] in socket.strange_routes:
            return True
        unsettled = any(state not in ("up", "turned away") for state in socket.links.values())
        return socket.strangers > 0 and not unsettled and not self.topology.links(socket)

    def _leave_the_record(self, copy: Copy) -> None:
        copy.state = OUTSIDE
        self.to_strangers += 1
        self.outside = [*self.outside[-99:], copy]
        self.changes.left.append(copy)

    def _take_back(self, copy: Copy) -> None:
        self.outside.remove(copy)
        self.to_strangers -= 1

    def _let_held_go(self, socket: SocketState) -> None:
        for copy in [copy for copy in self.under_way.of(socket.number) if copy.receiver is None]:
            self.under_way.take(copy)
            self._leave_the_record(copy)
            self.changes.left.remove(copy)

    def _count_from_outside(self, number: int) -> None:
        self.expected += number
        self.received += number
        self.from_strangers += number
