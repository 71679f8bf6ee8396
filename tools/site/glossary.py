"""The terms of the course, each as the lesson defines it that uses it first, and the calls that the lessons explain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .lessons import Lesson

BOLD = re.compile(r"\*\*`?([^*`\n]+?)`?\*\*")
DEFINES_BEFORE = re.compile(
    r"(?:^|\W)(?:an?|the|its|called|error|is|are|that|through|together in|bring)\s$", re.IGNORECASE
)
DEFINES_AFTER = re.compile(r"^(?::|,| \(| is | are | means )")
PRESSED = re.compile(r"\b[Pp]ress(?:ing)?\b[^.]*$")
ROW = re.compile(r"^\|(.+)\|(.+)\|$", re.MULTILINE)
HEADING = re.compile(r"^#{2,} (.+)$", re.MULTILINE)
LONGEST = 4
"""Words of a term at most."""


class Term(NamedTuple):
    """A term: what it is called, its definition as markdown, and the lesson and heading where it stands."""

    name: str
    definition: str
    lesson: Lesson
    heading: str


def terms(lessons: list[Lesson]) -> list[Term]:
    """Return the terms in the order of the alphabet."""
    found: dict[str, Term] = {}
    for lesson, heading, text in _sections(lessons):
        for match in BOLD.finditer(text):
            name, sentence = match[1], _sentence(text, match.start())
            before, after = text[: match.start()], text[match.end() :]
            if name.lower().rstrip("s") not in found and _is_term(name, before, after):
                found[name.lower().rstrip("s")] = Term(name, sentence, lesson, heading)
    return sorted(found.values(), key=lambda term: term.name.lower())


def calls(lessons: list[Lesson]) -> list[Term]:
    """Return what the lessons' tables say of calls and options, in the order of the course."""
    found: dict[str, Term] = {}
    for lesson, heading, text in _sections(lessons):
        for match in ROW.finditer(text):
            name, words = match[1].strip(), match[2].strip()
            if re.fullmatch(r"`[^`]+`(?: …)?", name) and "|" not in name + words:
                found.setdefault(name, Term(name, words, lesson, heading))
    return list(found.values())


def _sections(lessons: list[Lesson]) -> Iterator[tuple[Lesson, str, str]]:
    """Yield the text of the lessons, a part each between two headings: the lesson, the heading above, the text."""
    for lesson in lessons:
        heading = ""
        for cell in lesson.cells if not lesson.is_case else ():
            if cell["cell_type"] != "markdown":
                continue
            text = "".join(cell["source"])
            begins = 0
            for match in HEADING.finditer(text):
                yield lesson, heading, text[begins : match.start()]
                heading, begins = match[1], match.end()
            yield lesson, heading, text[begins:]


def _is_term(name: str, before: str, after: str) -> bool:
    """Whether words in bold are a term that is defined there, and no button, warning or emphasis."""
    first = name.split()[0]
    if first in ("for", "one", "in", "to", "of", "at", "not"):
        return False
    is_name = first[1:] != first[1:].lower()  # ZeroMQ, EFSM
    if not re.fullmatch(r"[\w -]+", name) or len(name.split()) > LONGEST or (first[0].isupper() and not is_name):
        return False
    if PRESSED.search(before.rpartition(".")[2]):
        return False
    return bool(DEFINES_BEFORE.search(before[-20:]) or DEFINES_AFTER.match(after[:8]))


def _sentence(text: str, place: int) -> str:
    """Return the sentence at a place, or the cell of the table."""
    line_begins, line_ends = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    line = text[line_begins : line_ends if line_ends >= 0 else len(text)]
    if line.startswith("|"):
        return " ".join(line.strip("| ").split("|")[-1].split())
    begins = max(text.rfind("\n\n", 0, place), text.rfind("\n- ", 0, place) + 2 if "\n- " in text[:place] else -1, -1)
    block_ends = min(
        filter(lambda end: end >= 0, (text.find("\n\n", place), text.find("\n- ", place))), default=len(text)
    )
    block = " ".join(text[begins + 1 : block_ends].split())
    spot = len(" ".join(text[begins + 1 : place].split()))
    found, at = "", 0
    for sentence in re.split(r"(?<=[.?!]) (?=[A-Z`*“])", block):
        found = sentence
        at += len(sentence) + 1
        if at > spot:
            break
    return found.lstrip("- ")
