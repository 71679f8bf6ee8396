"""How wide words are, about: measured in DejaVu, the widest of the fonts that a browser takes for ours."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import east_asian_width

MONO = 0.605
"""The width of each letter of the code's font, in ems."""
SANS = {
    0.3: "'IJijl",
    0.35: " ,./:;\\|·",
    0.4: "()-[]ft",
    0.45: "!r",
    0.5: '"*_`°',
    0.55: "?csz“”",
    0.6: "FLkvxy",
    0.65: "0123456789$EPSTYabdeghnopqu{}€",
    0.7: "ABCKRVXZ",
    0.75: "NU⚡",
    0.8: "&DGHOQ",
}
BOLD = {
    0.35: " 'ijl",
    0.4: ",./:;IJ\\|·",
    0.45: "-f",
    0.5: "!()[]_`rt°",
    0.55: '"*',
    0.6: "?csz",
    0.65: "Lx",
    0.7: "0123456789$EFTaekovy“”€",
    0.75: "CPSYZbdghnpqu{}⚡",
    0.8: "ABKRVX",
    0.9: "#+<=>DGHNOQU^~→&",
}
"""Letters by their widths in ems. What is in no row is wide: 1."""
_WIDTHS = {
    kind: {letter: width for width, letters in table.items() for letter in letters}
    for kind, table in {"sans": SANS, "bold": BOLD}.items()
}


@lru_cache(4096)  # the same few words stand in picture after picture
def width(words: str, kind: str = "sans", size: float = 13) -> float:
    """Return how many pixels words take, in the font "sans", "bold" or "mono"."""
    if kind == "mono":
        return size * sum(2 * MONO if _is_wide(letter) else MONO for letter in words)
    table = _WIDTHS[kind]
    return size * sum(table.get(letter, 1.1 if kind == "bold" else 1.0) for letter in words)


def fit(words: str, room: float, kind: str = "sans", size: float = 13) -> str:
    """Return words that take at most so many pixels, the last letter … where some were left out."""
    if width(words, kind, size) <= room:
        return words
    while words and width(words + "…", kind, size) > room:
        words = words[:-1]
    return words.rstrip() + "…"


@lru_cache(1024)
def lines(phrases: tuple[str, ...], room: float, kind: str = "sans", joint: str = " · ") -> tuple[str, ...]:
    """Return phrases on as few lines as they need. One that is longer than a line is broken between its words."""
    found: list[str] = []
    for phrase in phrases:
        if found and width(found[-1] + joint + phrase, kind) <= room:
            found[-1] += joint + phrase
        else:
            found += _broken(phrase, room, kind)
    return tuple(found)


def _broken(phrase: str, room: float, kind: str) -> list[str]:
    found: list[str] = []
    for word in phrase.split(" "):
        if found and width(f"{found[-1]} {word}", kind) <= room:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return [fit(line, room, kind) for line in found]


def _is_wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"
