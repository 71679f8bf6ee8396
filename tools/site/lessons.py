"""A lesson as a page: its text, its code, and below each cell what it shows."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from zmqlab.course.cases import CASES

from .pieces import Films, below
from .text import Site, Text, code

CHECKED = '<p class="checked">✓ Checked with real sockets when this page was made.</p>'
MINUTES = re.compile(r"(\d+) minutes")


@dataclass
class Lesson:
    """A notebook, and what its cells showed, by their places."""

    path: Path
    cells: list[dict]
    shown: dict[str, list[dict]]

    @classmethod
    def read(cls, path: Path, record: Path) -> Lesson:
        """Return a lesson with the record that was made of it."""
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return cls(path, cells, json.loads((record / "cells.json").read_text(encoding="utf-8")))

    @property
    def name(self) -> str:
        """The name of its page, without its ending."""
        return self.path.stem

    @property
    def number(self) -> str:
        """Its number, as text."""
        return self.name[:2]

    @property
    def is_case(self) -> bool:
        """Whether it is a case file: it runs nothing."""
        return self.number in {case.number for case in CASES.values()}

    @property
    def first(self) -> str:
        """Its first cell: the title, and what it is about."""
        return "".join(self.cells[0]["source"])

    @property
    def title(self) -> str:
        """What it is called."""
        return self.first.partition("\n")[0].lstrip("# ")

    @property
    def short(self) -> str:
        """Its title in a few words: of a case, what it is about."""
        before, _, after = self.title.partition(": ")
        return after[:1].upper() + after[1:] if self.is_case and after else before

    @property
    def promise(self) -> str:
        """What it says of itself first, as markdown."""
        return " ".join(self.first.split("\n\n")[1].split())

    @property
    def minutes(self) -> str:
        """How long it says it takes, in minutes."""
        found = MINUTES.search(self.first)
        return found[1] if found else ""


@dataclass
class Page:
    """What came of a lesson: the HTML of its body, its headings, and its films."""

    lesson: Lesson
    html: str
    headings: list[tuple[int, str, str]]
    films: Films


def page(lesson: Lesson, site: Site) -> Page:
    """Return the page of a lesson."""
    text, films, parts = Text(site), Films(lesson.number), []
    for place, cell in enumerate(lesson.cells):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(text.html(source))
        elif cell["cell_type"] == "code":
            parts.append(CHECKED if only_checks(source) else f'<div class="cell">{code(source)}</div>')
            parts += [below(films, item, text) for item in lesson.shown.get(str(place), [])]
    return Page(lesson, "\n".join(parts), text.headings, films)


def only_checks(source: str) -> bool:
    """Whether a cell does nothing but to check that a prediction holds."""
    tree = ast.parse(source).body
    return len(tree) == 1 and isinstance(tree[0], ast.Assert) and ast.unparse(tree[0].test).endswith(".holds()")
