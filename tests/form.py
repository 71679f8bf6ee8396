"""The form of a lesson: it is played before it is read, nothing gives an answer away, and its last line is the way on.

Every rule is a generator of problems, as those in `lessons.py` are. Minutes are what walks of the lesson took: they
stand in `minutes.md`, and a formula only doubts them.
"""

import ast
import importlib
import inspect
import math
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from tests.lessons import FENCED, code_cells, core, headings, measure, parsed, source, stated_minutes

WHY = "<details><summary>What happened, and why</summary>"
FOLDED = re.compile(re.escape(WHY) + r"\n\n(.*?)\n\n</details>", re.DOTALL)
BUTTONS = ("show", "recording")  # what a lab, or a case, shows with something to press
FORMULA_MAY_DIFFER = 15  # minutes
STEP = 5  # minutes are told in steps of so many


def problems_in(notebook: dict) -> list[str]:
    """All that can be said of the form of a lesson without looking at other files."""
    return [problem for rule in RULES for problem in rule(notebook)]


# --- Nothing gives an answer away ---


def folded_under_a_prediction(notebook: dict) -> Iterator[str]:
    """Between a prediction and the next heading stand its assert, and its explanation, folded. Nothing else is in view."""
    for place, cell in code_cells(notebook):
        if method_calls(cell, "predict"):
            yield from _in_view_below(notebook, place)


def _in_view_below(notebook: dict, place: int) -> Iterator[str]:
    explained = False
    for number, cell in enumerate(notebook["cells"][place:], place + 1):
        if cell["cell_type"] == "code":
            if not _only_asserts_that_it_holds(cell):
                yield f"cell {number} stands under the prediction of cell {place}: only its assert may, before a heading"
            continue
        text, ended = _above_the_first_heading(source(cell))
        folded = FOLDED.findall(text)
        explained |= bool(folded)
        if any(headings(inside) for inside in folded):
            yield f"cell {number} has a heading in a fold"
        if FOLDED.sub("", text).strip():
            yield f"cell {number} explains the prediction of cell {place} in view: fold it, under {WHY}"
        if ended:
            break
    else:
        yield f"no heading follows the prediction of cell {place}"
    if not explained:
        yield f"the prediction of cell {place} has no explanation for who reads without a kernel: {WHY}"


def _above_the_first_heading(markdown: str) -> tuple[str, bool]:
    """What stands above the first heading that is no part of a fold, and whether there is one."""
    hidden = re.sub(r"\S", "x", markdown)
    seen = markdown
    for block in [*FENCED.finditer(markdown), *FOLDED.finditer(markdown)]:
        seen = seen[: block.start()] + hidden[block.start() : block.end()] + seen[block.end() :]
    found = re.search(r"^ {0,3}#{1,6}[ \t]", seen, re.MULTILINE)
    return (markdown[: found.start()], True) if found else (markdown, False)


def _only_asserts_that_it_holds(cell: dict) -> bool:
    tree = parsed(cell)
    return tree is not None and all(
        isinstance(node, ast.Assert) and ast.unparse(node.test).endswith(".holds()") for node in tree.body
    )


def method_calls(cell: dict, *names: str) -> list[ast.Call]:
    """The calls in a cell of a method of one of these names."""
    found = [node for node in ast.walk(parsed(cell) or ast.Module([], [])) if isinstance(node, ast.Call)]
    return [node for node in found if isinstance(node.func, ast.Attribute) and node.func.attr in names]


# --- Play before code ---


def play_before_code(notebook: dict) -> Iterator[str]:
    """At most one code cell is run before the first that shows something to press."""
    cells = [cell for _, cell in code_cells(notebook)]
    before = next((number for number, cell in enumerate(cells) if _has_a_button(cell)), None)
    if before is None:
        yield "no cell shows anything to press"
    elif before > 1:
        yield f"{before} code cells stand before the first button: at most 1"


def _has_a_button(cell: dict) -> bool:
    return any(call.args or call.func.attr == "recording" for call in method_calls(cell, *BUTTONS))


# --- The way on ---


def way_on_is_last(notebook: dict) -> Iterator[str]:
    """The last line of a lesson leads on: whatever follows it is an end without a way."""
    cell = notebook["cells"][-1]
    rows = source(cell).strip().splitlines() if cell["cell_type"] == "markdown" else []
    if not rows or not re.search(r"\*\*(Next|Before):?\*\*:?\s*\[[^\]]+\]\([^)]+\.ipynb\)", rows[-1]):
        yield "the last line of the lesson must be the way on: **Before:** [its title](its-file.ipynb) · **Next:** […](…)"


RULES = [folded_under_a_prediction, play_before_code, way_on_is_last]


# --- Minutes ---


class Walk(NamedTuple):
    """Somebody went through a lesson as it was at that commit, and took so many minutes, `doing` of them at work."""

    lesson: str
    commit: str
    minutes: int
    doing: int | None


def walks(table: str) -> list[Walk]:
    """The rows of `minutes.md`."""
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in table.splitlines()]
    rows = [row for row in rows if re.fullmatch(r"\d\d", row[0])]
    return [
        Walk(lesson, commit, int(minutes), int(doing) if doing.isdecimal() else None)
        for lesson, commit, minutes, doing, *_ in rows
    ]


def all_walks() -> list[Walk]:
    return walks((Path(__file__).parent / "minutes.md").read_text(encoding="utf-8"))


def minutes_problems(number: str, notebook: dict, walked: list[Walk]) -> Iterator[str]:
    """Where a lesson states other minutes than its walks took: their mean, to the next 5."""
    taken = [walk.minutes for walk in walked if walk.lesson == number]
    if not taken:
        yield f"nobody has walked through lesson {number}: add a row to tests/minutes.md"
    elif (expected := STEP * math.ceil(mean(taken) / STEP)) != stated_minutes(notebook):
        yield f"lesson {number} states {stated_minutes(notebook)} minutes, and its walks took {expected}"


def by_formula(notebook: dict) -> float:
    """The minutes that a lesson would take if words, code and questions were all."""
    found = measure(core(notebook))
    asked = 3 * (found["experiments"] + found["findings"]) + 9 * found["exercises"]
    return found["words"] / 150 + found["lines"] / 8 + asked


def doubt(notebook: dict) -> str:
    """What the formula says against the minutes that a lesson states, or ""."""
    stated, found = stated_minutes(notebook) or 0, by_formula(notebook)
    if abs(stated - found) <= FORMULA_MAY_DIFFER:
        return ""
    return f"it states {stated} minutes, and by words, lines and exercises it takes {found:.0f}: walk through it again"


# --- What is played is what is read ---


def played_and_read(notebook: dict) -> Iterator[tuple[str, str, str]]:
    """The functions that a lesson imports from its folder and then defines: name, source there, source here."""
    trees = [tree for _, cell in code_cells(notebook) if (tree := parsed(cell))]
    defined = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zmqlab.course."):
                for name in [alias.name for alias in node.names if alias.name in defined]:
                    there = inspect.getsource(getattr(importlib.import_module(node.module), name))
                    yield name, there, ast.unparse(defined[name])
