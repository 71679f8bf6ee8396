"""Where messages are between two sockets: as the record tells, or as it was measured.

The record tells that a message was sent, and that it was received. Where it is in between, it does not say: in the queue of
its sender, in the operating system's kernel, or in the queue of its receiver. Where that was measured, it is drawn so.
"""

from __future__ import annotations

from typing import NamedTuple

from .copies import Copy

Measured = tuple[int, int, int]
"""How many messages are at their sender, in the kernel, at their receiver."""


class Queues(NamedTuple):
    """The messages at a socket: those that wait in its own queue, those in the kernel before it, and those that it holds."""

    waiting: list[Copy]
    in_kernel: list[Copy]
    held: list[Copy]


def since(measured: Measured, received: int) -> Measured:
    """Return what is between two sockets, when so many were `received` since that was measured: the oldest go first."""
    sender, kernel, receiver = measured
    from_kernel = min(kernel, max(0, received - receiver))
    from_sender = max(0, received - receiver - kernel)
    return max(0, sender - from_sender), kernel - from_kernel, max(0, receiver - received)


def split(copies: list[Copy], measured: Measured) -> tuple[list[Copy], list[Copy], list[Copy]]:
    """Return which of the copies on a link are at the receiver, in the kernel, at the sender: the oldest are at the receiver.

    What was sent since is in the kernel, unless some stand at the sender: then they stand behind those.
    """
    sender, kernel, receiver = measured
    left = receiver + kernel if sender else len(copies)
    return copies[:receiver], copies[receiver:left], copies[left:]
