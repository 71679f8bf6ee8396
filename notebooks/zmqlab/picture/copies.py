"""One message on its way to one receiver, and all that are under way at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile

from ..record.trace import PREVIEW
from .envelopes import Frames, Parts

OUTSIDE = "to a stranger"
"""The state of a copy that went to a program that is not recorded."""

Content = tuple[bytes, int]


class Doubt(Enum):
    """Why one cannot know whether a message waits."""

    NONE = ""
    DROPPED = "its publisher's queue may have been full"
    THROWN_AWAY = "its sender closed with linger 0"


class Place(Enum):
    """Where a message is that has left and not arrived."""

    SENDER = "sender"
    LINK = "link"
    QUEUE = "queue"


@dataclass(slots=True)
class Copy:
    """One message on its way to one receiver. `receiver` is None as long as nobody can say who it will be.

    `total` is its number among all that its sender sent. `guessed` says that its receiver is inferred. A copy stands at
    its sender until a link has `taken` it. `until` is when its closed sender gives it up, in ns; -1 is never.
    """

    number: int
    sender: int
    receiver: int | None
    frames: tuple[bytes, ...]
    sizes: tuple[int, ...]
    left: int
    total: int
    arrived: int = 0
    state: str = "pending"
    why: str = ""
    inferred: bool = False
    guessed: bool = False
    taken: bool = False
    landed: bool = False  # in a film: it has been seen to come into the queue of its receiver
    until: int = 0
    doubt: Doubt = Doubt.NONE
    overtaken: bool = False  # a later one on its link was received
    among: bool = False  # it was dealt among several, of whom nobody can say who it was
    unsubscribed: bool = False  # its receiver did not want it any more
    before: bool = False  # it left before the stretch began
    fans_out: bool = False  # one of several copies
    doubtful: bool = False  # an equal one from another sender may have been taken in its place
    counted_as: tuple[int, str, bool] | None = None  # among the losses
    drawn: Parts = ()  # its frames, as they are drawn
    pipe: str = ""  # the endpoint that it waits for, whoever binds there
    came: Frames | None = None  # what its receiver got of it

    @property
    def identity(self) -> tuple[int, int, int]:
        """Which message of the record it is: its sender, its receiver if there are several copies, and its number."""
        return self.sender, (self.receiver or 0) if self.fans_out else 0, self.total


@dataclass(slots=True)
class Changes:
    """What one event did to the messages of a scene."""

    left: list[Copy] = field(default_factory=list)
    landed: list[Copy] = field(default_factory=list)
    stayed: list[Copy] = field(default_factory=list)
    lost: list[Copy] = field(default_factory=list)
    went: list[Copy] = field(default_factory=list)  # that stood at their sender, and were taken by a link
    doubted: list[Copy] = field(default_factory=list)  # that may be gone
    corrected: list[Copy] = field(default_factory=list)  # whose receiver is not known after all


@dataclass
class UnderWay:
    """The copies that have left and not arrived, by their numbers; and by what they hold, and by their links."""

    copies: dict[int, Copy] = field(default_factory=dict)
    held: dict[int, Copy] = field(default_factory=dict)  # those that no link has taken yet
    _lingering: dict[int, Copy] = field(default_factory=dict, compare=False)  # those that have an `until`
    _by_content: dict[Content, dict[int, None]] = field(default_factory=dict, compare=False)
    _by_sender: dict[int, dict[int, None]] = field(default_factory=dict, compare=False)
    _by_link: dict[tuple[int, int], dict[int, None]] = field(default_factory=dict, compare=False)

    def add(self, copy: Copy) -> None:
        """Put a copy on its way."""
        self.copies[copy.number] = copy
        self._by_sender.setdefault(copy.sender, {})[copy.number] = None
        if not copy.taken:
            self.held[copy.number] = copy
        if copy.until:
            self._lingering[copy.number] = copy
        self._by_content.setdefault(content(copy.frames, copy.sizes), {})[copy.number] = None
        if copy.receiver is not None:
            self._by_link.setdefault((copy.sender, copy.receiver), {})[copy.number] = None

    def take(self, copy: Copy) -> None:
        """Take a copy off its way, wherever it ends."""
        del self.copies[copy.number]
        self.held.pop(copy.number, None)
        self._lingering.pop(copy.number, None)
        for index, key in (
            (self._by_sender, copy.sender),
            (self._by_content, content(copy.frames, copy.sizes)),
            (self._by_link, (copy.sender, copy.receiver)),
        ):
            if key in index:
                index[key].pop(copy.number, None)
                if not index[key]:
                    del index[key]

    def deal(self, copy: Copy, receiver: int | None, guessed: bool = False) -> None:
        """Take note who will receive a copy, or that it is not known after all."""
        if copy.receiver is not None:
            on_link = self._by_link[copy.sender, copy.receiver]
            on_link.pop(copy.number)
            if not on_link:
                del self._by_link[copy.sender, copy.receiver]
        copy.receiver, copy.guessed, copy.taken, copy.landed = receiver, guessed, False, False
        self.held[copy.number] = copy
        if receiver is not None:
            on_link = self._by_link.setdefault((copy.sender, receiver), {})
            late = bool(on_link) and next(reversed(on_link)) > copy.number
            on_link[copy.number] = None
            if late:  # a link keeps its order
                self._by_link[copy.sender, receiver] = dict.fromkeys(sorted(on_link))

    def go(self, copy: Copy) -> None:
        """Take note that a link has taken a copy."""
        copy.taken = True
        self.held.pop(copy.number, None)

    def linger_until(self, copy: Copy, moment: int) -> None:
        """Take note when the closed sender of a copy gives it up, in ns; -1 is never."""
        copy.until = moment
        self._lingering[copy.number] = copy

    def lingered_too_long(self, now: int) -> list[Copy]:
        """Return those that no link has taken in the time that their closed senders left them."""
        return [copy for copy in self._lingering.values() if not copy.taken and 0 < copy.until < now]

    def number_of(self, sender: int) -> int:
        """Return how many copies of one sender are under way."""
        return len(self._by_sender.get(sender, ()))

    def number_on(self, sender: int, receiver: int) -> int:
        """Return how many copies are on one link."""
        return len(self._by_link.get((sender, receiver), ()))

    def to(self, receiver: int) -> list[Copy]:
        """Return the copies that one will receive."""
        return [self.copies[number] for numbers in self._links_to(receiver) for number in numbers]

    def number_to(self, receiver: int) -> int:
        """Return how many copies one will receive."""
        return sum(map(len, self._links_to(receiver)))

    def earlier_to(self, receiver: int, moment: int) -> Iterator[Copy]:
        """Yield the copies that one will receive and that left before a moment, in ns: of thousands that wait, often few."""
        for numbers in self._links_to(receiver):
            yield from takewhile(lambda copy: copy.left < moment, map(self.copies.__getitem__, numbers))

    def _links_to(self, receiver: int) -> list[dict[int, None]]:
        return [numbers for (_, end), numbers in self._by_link.items() if end == receiver]

    def of(self, sender: int) -> list[Copy]:
        """Return the copies that one has sent."""
        return [self.copies[number] for number in self._by_sender.get(sender, ())]

    def on_link(self, sender: int, receiver: int) -> list[Copy]:
        """Return the copies on one link, in the order in which they left."""
        return [self.copies[number] for number in self._by_link.get((sender, receiver), ())]

    def on_link_up_to(self, copy: Copy, receiver: int) -> list[Copy]:
        """Return those of them that left no later than a copy: of thousands that wait, often none."""
        numbers = self._by_link.get((copy.sender, receiver), ())
        return [self.copies[number] for number in takewhile(lambda number: number <= copy.number, numbers)]

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


def holds(copy: Copy, came: Frames) -> bool:
    """Whether a copy can be what was received: as far as both go, counted from the end, their frames are the same.

    Sockets add and take off frames in front. What a ROUTER puts before all that it receives is not in `came`.
    """
    return all(
        size == sent_size and (beginning == sent or (is_cut(beginning, size) and sent.startswith(beginning)))
        for beginning, size, sent, sent_size in zip(*map(reversed, (*came, copy.frames, copy.sizes)), strict=False)
    )
