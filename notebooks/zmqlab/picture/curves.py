"""The way from one socket to another: a curve of four points, as SVG writes it, and a part of it."""

from __future__ import annotations

from typing import NamedTuple

Point = tuple[float, float]


class Curve(NamedTuple):
    """A cubic Bézier curve."""

    start: Point
    leaving: Point
    arriving: Point
    end: Point

    def at(self, along: float) -> Point:
        """Return the point at a part of its way, from 0 to 1."""
        parts = zip(_weights(along), self, strict=True)
        x, y = 0.0, 0.0
        for weight, (one_x, one_y) in parts:
            x, y = x + weight * one_x, y + weight * one_y
        return x, y

    def part(self, begins: float, ends: float) -> Curve:
        """Return the curve between two parts of its way."""
        rest = _split(self, begins)[1] if begins < 1 else self
        return _split(rest, (ends - begins) / (1 - begins))[0] if begins < 1 else rest

    def beside(self, lower: float) -> Curve:
        """Return the same curve so many pixels lower."""
        return Curve(*((x, y + lower) for x, y in self))

    @property
    def d(self) -> str:
        """The curve as the `d` of an SVG path."""
        (a, b), (c, d), (e, f), (g, h) = self
        return f"M{a:.1f},{b:.1f} C{c:.1f},{d:.1f} {e:.1f},{f:.1f} {g:.1f},{h:.1f}"


def _weights(along: float) -> tuple[float, float, float, float]:
    back = 1 - along
    return back**3, 3 * back * back * along, 3 * back * along * along, along**3


def _split(curve: Curve, along: float) -> tuple[Curve, Curve]:
    """Return both parts of a curve that is cut at a point of its way (de Casteljau)."""

    def between(one: Point, other: Point) -> Point:
        return one[0] + (other[0] - one[0]) * along, one[1] + (other[1] - one[1]) * along

    a, b, c, d = curve
    ab, bc, cd = between(a, b), between(b, c), between(c, d)
    abc, bcd = between(ab, bc), between(bc, cd)
    middle = between(abc, bcd)
    return Curve(a, ab, abc, middle), Curve(middle, bcd, cd, d)
