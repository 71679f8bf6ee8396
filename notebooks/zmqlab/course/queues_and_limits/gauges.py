"""Three gauges and a curve: how many messages are with the sender, in the kernel, with the receiver, now and lately.

Pure: figures in, HTML with an SVG out. What is drawn is said in words, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...picture.bars import bar
from ...picture.svg import label, safe

SECONDS = 20.0
"""How far back the curve goes."""
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 380.0, 132.0, 58.0, 8.0, 20.0
STEPS = (10, 20, 50)
KINDS = ("sender", "kernel", "receiver")

Sample = tuple[float, int, int, int]
"""A moment in seconds, and how many messages were with the sender, in the kernel, with the receiver."""


def gauge(kind: str, name: str, count: int, full: float, words: str) -> str:
    """Return a bar for one of `KINDS`, as HTML: `count` of what would be `full`, and what is said of it."""
    return bar(name, count, full, words, f"zl-gauge zl-gauge-{kind}")


def curve(samples: Sequence[Sample], now: float) -> str:
    """Return the last `SECONDS` until `now` as SVG: three areas, one upon the other."""
    begins = now - SECONDS
    before = [sample for sample in samples if sample[0] < begins]
    shown = [sample for sample in samples if sample[0] >= begins]
    if before and shown and before[-1][1:] == shown[0][1:]:  # it stood still from before the curve begins
        shown.insert(0, (begins, *shown[0][1:]))
    top = _top(max((sum(sample[1:]) for sample in shown), default=0))

    def x(moment: float) -> float:
        return LEFT + (WIDTH - LEFT) * (1 - (now - moment) / SECONDS)

    def y(count: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top)

    ground = y(0)
    parts = [
        f'<line class="zl-curve-line" x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH}" y2="{at:.1f}"/>' for at in (y(top), ground)
    ]
    parts += [label(LEFT - 6, y(top) + 4, _short(top), "zl-curve-text", "end")]
    parts += [label(LEFT - 6, ground + 4, "0", "zl-curve-text", "end")]
    parts += [label(LEFT, HEIGHT - 4, f"{SECONDS:.0f} s before", "zl-curve-text")]
    parts += [label(WIDTH, HEIGHT - 4, "last change", "zl-curve-text", "end")]
    below = [0] * len(shown)
    for place, kind in reversed(list(enumerate(KINDS, 1))):  # the receiver at the bottom: it fills first
        above = [base + sample[place] for base, sample in zip(below, shown, strict=True)]
        edge = [f"{x(sample[0]):.1f},{y(count):.1f}" for sample, count in zip(shown, above, strict=True)]
        back = [f"{x(sample[0]):.1f},{y(count):.1f}" for sample, count in zip(shown, below, strict=True)]
        if edge:
            parts.append(f'<polygon class="zl-gauge-{kind}" points="{" ".join(edge + back[::-1])}"/>')
        below = above
    words = safe(in_words(shown))
    return f'<svg class="zl-curve" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{words}">{"".join(parts)}</svg>'


def in_words(samples: Sequence[Sample]) -> str:
    """Return what the curve shows, for whom does not see it."""
    if not samples:
        return "No message is on its way."
    _, sender, kernel, receiver = samples[-1]
    most = max(sum(sample[1:]) for sample in samples)
    return (
        f"Now {sender:,} messages are with the sender, {kernel:,} in the kernel, {receiver:,} with the receiver. "
        f"In the last {SECONDS:.0f} seconds there were {most:,} at most."
    )


def _short(top: int) -> str:
    """Return a round number in at most five letters: there is no room for more beside the curve."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if top >= max(unit, 10_000):
            return f"{top // unit}{letter}"
    return f"{top:,}"


def _top(most: int) -> int:
    """Return a round number above `most`."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= most:
                return step * power
        power *= 10
