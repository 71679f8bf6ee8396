"""How large a box is, and what stands where inside it: the name beside its sockets, the state below, topics below that.

(SUB)  anna            paris
  ●    waiting in recv()
"""

from __future__ import annotations

from dataclasses import dataclass

from .letters import lines, width
from .words import in_few_words

NAME_SIZE = 15
PAD = 10
"""From the edge of a box to its words."""
HIGH, TIGHT = 58, 50
"""Height of a box with a name and a state; and where many stand in a column."""
PITCH = 44
"""From one socket to the next below it."""
ROW = 16
"""From one line of the state to the next."""
CHIP = 23
CHIP_ROW = CHIP + 4


def half(kind: str) -> float:
    """Return half the width of the pill of a socket of this type."""
    return (width(kind, "mono") + 24) / 2


def chip_width(words: str) -> float:
    """Return how wide a topic is with its outline."""
    return width(words, "mono") + 14


def chips_width(topics: tuple[str, ...]) -> float:
    """Return how much room topics take in one row, with a gap before each."""
    return sum(chip_width(words) + 6 for words in topics)


@dataclass(frozen=True)
class Inside:
    """The inside of a box: where the name begins and where its row ends, the same of the state, and how many rows it has.

    All x are from the left edge of the box. `beside` says that topics have room beside the name.
    """

    width: float
    height: float
    name: float
    name_ends: float
    state: float
    state_ends: float
    state_rows: int
    beside: bool
    tight: bool

    @property
    def socket(self) -> float:
        """The y of the middle of the first socket, from the top of the box."""
        return 17 if self.tight else 21

    @property
    def name_line(self) -> float:
        """The base line of the name, from the top of the box."""
        return self.socket + 5

    @property
    def state_line(self) -> float:
        """The base line of the state, from the top of the box."""
        return self.socket + (22 if self.tight else 24)

    @property
    def lamp(self) -> float:
        """The x of the middle of the lamp, left of the state."""
        return self.state - 10

    @property
    def chips(self) -> float:
        """The y of the row of topics below the state, from the top of the box."""
        return self.state_line + 9 + ROW * (self.state_rows - 1)


def inside(
    name: str,
    states: set[str],
    topics: set[tuple[str, ...]],
    sides: dict[int, list[float]],
    least: float,
    most: float,
    tight: bool,
) -> Inside:
    """Return the inside of a box that is `least` to `most` pixels wide; if they differ, more where its name needs it.

    `sides` are half the widths of the sockets on its left (-1) and right (+1).
    """
    left, right = (max(sides[side], default=0.0) for side in (-1, 1))
    begins = left + 10 if left else PAD + 2
    ends = right + 8 if right else PAD
    named = begins + width(name, "bold", NAME_SIZE) + ends
    state = PAD + 18  # after the lamp, or below the name
    if left:
        state = left + (10 if len(sides[-1]) == 1 else 28)
    state_ends = right + 8 if len(sides[1]) > 1 else PAD
    if tight:
        states = {one if state + width(one) + state_ends <= most else in_few_words(one) for one in states}
    words = state + max(map(width, states), default=0) + state_ends
    chips = max(map(chips_width, topics), default=0)
    wide = max(least, min(named, 1.4 * most), min(words, most))
    beside = not chips or named + chips <= max(wide, most)
    wide = max(wide, named + chips) if beside and chips else max(wide, min(most, begins + chips + state_ends))
    wide = least if least == most else wide
    rows = max((len(lines((one,), wide - state - state_ends + 0.5)) for one in states), default=1)
    rows = min(rows, 2)
    tall = (TIGHT if tight else HIGH) + ROW * (rows - 1) + (0 if beside else CHIP_ROW)
    tall = max(tall, 42 + PITCH * (max(map(len, sides.values())) - 1))
    return Inside(wide, tall, begins, wide - ends, state, wide - state_ends + 0.5, rows, beside, tight)
