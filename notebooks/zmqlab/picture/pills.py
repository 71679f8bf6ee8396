"""A message as a pill: a cell a frame, as wide as its words, or as the room that there is."""

from __future__ import annotations

from .dealing import runs
from .letters import width
from .scene import Copy
from .svg import label
from .words import text_of

HEIGHT = 26
CELL = 18
"""What a cell is wider than its words."""
CELLS = 3
"""Frames that are drawn. Of more, the last cell says how many there are."""
LONGEST = 22
"""Letters of a frame at most."""
SHORTEST = 3
DOT = 14


def pill(copy: Copy, kind: str = "", room: float = 300, small: bool = False, place: str = "link") -> str:
    """Return a message as a pill around the origin, a cell a frame, no wider than about `room`; a dot for none.

    It says which message it is, and at what `place`: "link", "filtered", "lost", or "signal" where no program sent it.
    """
    about = f'<g data-message="{runs([copy.identity])}" data-place="{place}">'
    if not room:
        return f'{about}<circle class="zl-pill {kind}" r="{DOT / 2:.0f}"/></g>'
    found = cells(copy, room)
    whole = sum(wide for _, wide in found)
    svg = [
        about,
        f'<rect class="zl-pill {kind}" x="{-whole / 2:.1f}" y="-13" width="{whole:.1f}" height="26" rx="13"/>',
    ]
    x = -whole / 2
    for index, (cell, wide) in enumerate(found):
        if index:
            svg.append(f'<line class="zl-frame-line" x1="{x:.1f}" y1="-9" x2="{x:.1f}" y2="9"/>')
        first = "zl-first" if index == 0 and len(found) > 1 else ""
        svg.append(label(x + wide / 2, 4.5, cell, f"zl-mono zl-pill-text {first} {kind}", anchor="middle"))
        x += wide
    return "".join([*svg, "</g>"])


def pill_width(copy: Copy, room: float, small: bool = False) -> float:
    """Return how wide the pill of a message is in so much room."""
    return sum(wide for _, wide in cells(copy, room)) if room else DOT


def cells(copy: Copy, room: float) -> list[tuple[str, float]]:
    """Return the cells of a pill, each with its width. The longest frames are cut first, and none where all have room."""
    frames = list(zip(copy.frames, copy.sizes, strict=True))
    texts = [text_of(frame, size, LONGEST) for frame, size in frames]
    beyond = []
    if len(texts) > CELLS:
        beyond = [f"+{len(texts) - CELLS + 1}"]
        frames, texts = frames[: CELLS - 1], texts[: CELLS - 1]
    letters = int((room - CELL * (len(texts) + len(beyond))) / width("x", "mono")) - sum(map(len, beyond))
    limit = LONGEST
    while limit > SHORTEST and sum(min(limit, len(text)) for text in texts) > letters:
        limit -= 1
    texts = [text_of(frame, size, limit) for frame, size in frames]
    return [(cell, width(cell, "mono") + CELL) for cell in [*texts, *beyond]]
