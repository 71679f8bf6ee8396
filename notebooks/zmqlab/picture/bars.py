"""Bars that controls show: each with its name before it, and what it says behind it. As HTML, in which text is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def bar(name: str, value: float, most: float, words: str, kind: str = "") -> str:
    """Return a bar that is full at `most`. `kind` are CSS classes of its own."""
    width = min(100.0, 100 * value / most) if most else 0.0
    return (
        f'<div class="zl-bar {kind}"><span class="zl-bar-name">{escape(name)}</span>'
        f'<span class="zl-bar-ground"><span style="width: {width:.0f}%"></span></span>'
        f'<span class="zl-bar-words">{escape(words)}</span></div>'
    )


def figures(lines: Iterable[str]) -> str:
    """Return lines that stand below bars."""
    return f'<div class="zl-figures">{"".join(f"<div>{escape(words)}</div>" for words in lines)}</div>'
