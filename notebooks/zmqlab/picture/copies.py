"""One message on its way to one receiver, and all that are under way at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..record.trace import PREVIEW

OUTSIDE = "to a stranger"
"""The state of a copy that went to a program that is not recorded."""

Content = tuple[bytes, int]


@dataclass
class Copy:
    """One message on its way to one receiver. `receiver` is None as long as nobody can say who it will be."""

    number: int
    sender: int
    receiver: int | None
    frames: tuple[bytes, ...]
    sizes: tuple[int, ...]
    left: int
    arrived: int = 0
    state: str = "pending"
    why: str = ""
    inferred: bool = False
    doubtful: bool = False  # an equal one from another sender may have been taken in its place
    counted_as: tuple[int, str, bool] | None = None  # among the losses


@dataclass
class Changes:
    """What one event did to the messages of a scene."""

    left: list[Copy] = field(default_factory=list)
    landed: list[Copy] = field(default_factory=list)
    stayed: list[Copy] = field(default_factory=list)
    lost: list[Copy] = field(default_factory=list)


@dataclass
class UnderWay:
    """The copies that have left and not arrived, by their numbers; and by what they hold, and by their links."""

    copies: dict[int, Copy] = field(default_factory=dict)
    _by_content: dict[Content, dict[int, None]] = field(default_factory=dict, compare=False)
    _by_link: dict[tuple[int, int], dict[int, None]] = field(default_factory=dict, compare=False)

    def add(self, copy: Copy) -> None:
        """Put a copy on its way."""
        self.copies[copy.number] = copy
        self._by_content.setdefault(content(copy.frames, copy.sizes), {})[copy.number] = None
        if copy.receiver is not None:
            self._by_link.setdefault((copy.sender, copy.receiver), {})[copy.number] = None

    def take(self, copy: Copy) -> None:
        """Take a copy off its way, wherever it ends."""
        del self.copies[copy.number]
        for index, key in (
            (self._by_content, content(copy.frames, copy.sizes)),
            (self._by_link, (copy.sender, copy.receiver)),
        ):
            if key in index:
                index[key].pop(copy.number, None)
                if not index[key]:
                    del index[key]

    def deal(self, copy: Copy, receiver: int) -> None:
        """Take note who will receive a copy."""
        copy.receiver = receiver
        self._by_link.setdefault((copy.sender, receiver), {})[copy.number] = None

    def to(self, receiver: int) -> list[Copy]:
        """Return the copies that one will receive."""
        links = [numbers for (_, end), numbers in self._by_link.items() if end == receiver]
        return [self.copies[number] for numbers in links for number in numbers]

    def of(self, sender: int) -> list[Copy]:
        """Return the copies that one has sent."""
        return [copy for copy in self.copies.values() if copy.sender == sender]

    def on_link(self, sender: int, receiver: int) -> list[Copy]:
        """Return the copies on one link, in the order in which they left."""
        return [self.copies[number] for number in self._by_link.get((sender, receiver), ())]

    def like(self, wanted: Content) -> Iterator[Copy]:
        """Yield the copies that hold what was received; all of them, if only its beginning is known."""
        if is_cut(*wanted):
            yield from self.copies.values()
        else:
            yield from (self.copies[number] for number in self._by_content.get(wanted, ()))


def content(frames: tuple[bytes, ...], sizes: tuple[int, ...]) -> Content:
    """Return what a message keeps on its way: routing frames are added and taken off, its last frame stays."""
    return frames[-1], sizes[-1]


def is_cut(beginning: bytes, size: int) -> bool:
    """Whether less is known of a frame than the record keeps of each: `recv_into` took it, and its buffer was too small."""
    return len(beginning) < min(size, PREVIEW)


def holds(copy: Copy, wanted: Content) -> bool:
    """Whether a copy can be what was received."""
    own = content(copy.frames, copy.sizes)
    return own == wanted or (is_cut(*wanted) and own[1] == wanted[1] and own[0].startswith(wanted[0]))
