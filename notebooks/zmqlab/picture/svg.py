"""Text as SVG. The one place where words become markup, and are escaped."""

from html import escape

MONO, SANS, NAME, STATE = 7.85, 7.3, 9.2, 6.5
"""Widths of a letter, about: of 13 px in the code's font, of 13 px in the text's, of a name in bold 15 px, and of the
words for a state, in which few letters are wide."""


def safe(words: str) -> str:
    """Return text as SVG text: what would be markup is escaped, what XML cannot hold is a dot."""
    if not words.isprintable():
        words = "".join(character if character.isprintable() else "·" for character in words)
    return escape(words)


def label(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    """Return an SVG text of the CSS classes `kind` at a point; nothing for no words."""
    if not words:
        return ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{safe(words)}</text>'


def shorten(words: str, limit: float) -> str:
    """Return words of at most so many letters, with … in the middle: of an endpoint its transport and its end count.

    What is left of the end begins where a name begins, if it can: "inproc://…-inside".
    """
    limit = max(int(limit), 8)
    if len(words) <= limit:
        return words
    transport = words.find("://")
    head = words[: transport + 3] if 0 <= transport < limit - 8 else words[: min(6, limit // 3)]
    tail = words[len(head) + 1 - limit :]
    begins = [place for place, letter in enumerate(tail[:-3]) if letter in "/.:-_"]
    return f"{head}…{tail[begins[0] :] if begins else tail}"


def cut(words: str, limit: float) -> str:
    """Return words of at most so many letters, the last of them … where some were left out."""
    limit = max(int(limit), 4)
    return words if len(words) <= limit else words[: limit - 1] + "…"
