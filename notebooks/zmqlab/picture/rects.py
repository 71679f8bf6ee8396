"""What stands in the way: upright rectangles, and whether two of them overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Rect(NamedTuple):
    """A rectangle, by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Rect) -> bool:
        """Whether two of them share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def is_free(self, others: Iterable[Rect]) -> bool:
        """Whether it overlaps none of the others."""
        return not any(self.overlaps(other) for other in others)

    def is_within(self, other: Rect) -> bool:
        """Whether all of it is inside of another."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


def around(x: float, y: float, width: float, height: float) -> Rect:
    """Return the rectangle of a size around a point."""
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def of_text(x: float, y: float, width: float, anchor: str) -> Rect:
    """Return where a line of 13 px stands whose base line begins, has its middle or ends at a point."""
    left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
    return Rect(left, y - 12, left + width, y + 3)
