"""The scripts and styles of our widgets, each joined from small files: there is no build step, and no file is fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
SHARED = ("go_on.js", "life.js")
"""What every script begins with: plain functions, which neither import nor export."""


def script(name: str) -> str:
    """Return the script of a widget as one ES module: `name` is the file in this folder that exports it."""
    return _joined(*(HERE / "js" / shared for shared in SHARED), HERE / name)


def style(*names: str) -> str:
    """Return the style of a widget: that of the line which says that nobody answers, and these files in this folder."""
    return _joined(HERE / "over.css", *(HERE / name for name in names))


def _joined(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
