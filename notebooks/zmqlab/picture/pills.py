"""A message as a pill: a cell a frame, as wide as its words, or as the room that there is."""

from __future__ import annotations

from .dealing import runs
from .envelopes import ADDRESS, BODY, Part
from .letters import width
from .scene import Copy
from .svg import label
from .words import part_words

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
        look = _look(copy, index, len(found))
        if look == f"zl-{ADDRESS}":
            svg.append(
                f'<rect class="zl-address-ground" x="{x + 5:.1f}" y="-9" width="{wide - 8:.1f}" height="18" rx="4"/>'
            )
        svg.append(label(x + wide / 2, 4.5, cell, f"zl-mono zl-pill-text {look} {kind}", anchor="middle"))
        x += wide
    return "".join([*svg, "</g>"])


def _look(copy: Copy, index: int, number: int) -> str:
    """Return how one of so many cells looks: an address, an empty frame, else the first frame of several in bold."""
    in_envelope = any(part.kind != BODY for part in copy.drawn)
    beyond = number <= index + 1 and number != len(copy.drawn)  # it says how many frames more there are
    if in_envelope:
        return "" if beyond or copy.drawn[index].kind == BODY else f"zl-{copy.drawn[index].kind}"
    return "zl-first" if index == 0 and number > 1 else ""


def pill_width(copy: Copy, room: float, small: bool = False) -> float:
    """Return how wide the pill of a message is in so much room."""
    return sum(wide for _, wide in cells(copy, room)) if room else DOT


def cells(copy: Copy, room: float) -> list[tuple[str, float]]:
    """Return the cells of a pill, each with its width. The longest frames are cut first, and none where all have room."""
    parts = list(copy.drawn or map(Part, copy.frames, copy.sizes))
    texts = [part_words(part, LONGEST) for part in parts]
    beyond = []
    if len(texts) > CELLS:
        beyond = [f"+{len(texts) - CELLS + 1}"]
        parts, texts = parts[: CELLS - 1], texts[: CELLS - 1]
    letters = int((room - CELL * (len(texts) + len(beyond))) / width("x", "mono")) - sum(map(len, beyond))
    limit = LONGEST
    while limit > SHORTEST and sum(min(limit, len(text)) for text in texts) > letters:
        limit -= 1
    texts = [part_words(part, limit) for part in parts]
    return [(cell, width(cell, "mono") + CELL) for cell in [*texts, *beyond]]
