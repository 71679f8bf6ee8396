"""Check the exercises in many learners' notebooks: `make grade FOLDER=…`. Writes grades.csv and grades.json there.

Nothing of a notebook is run but what an answer needs: the function that it defines last by the exercise's name, with the
imports, functions, classes and constants that stand in its cells.
"""

import argparse
import ast
import csv
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from check import exercise_of
from zmqlab.course import LESSONS
from zmqlab.learning.checking import check_text
from zmqlab.learning.exercises import Exercise

DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
OURS = "zmqlab"


class Row(NamedTuple):
    """What is said of one exercise in one notebook."""

    notebook: str
    lesson: str
    exercise: str
    verdict: str
    law: str
    title: str
    text: str


def answer_in(notebook: dict) -> str:
    """Return what a notebook defines, as the text of a program: no call in it is made."""
    parts = []
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") != "code":
            continue
        text = "".join(cell.get("source", []))
        try:
            parts += [ast.unparse(node) for node in ast.parse(text).body if is_definition(node)]
        except (SyntaxError, ValueError):
            continue  # a cell that Python cannot read defines nothing
    return "\n\n".join(parts)


def is_definition(node: ast.stmt) -> bool:
    """Whether a statement defines something, and does nothing else: an import, a function, a class, a constant."""
    if isinstance(node, ast.Import):
        return not any(alias.name.partition(".")[0] == OURS for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] != OURS
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        return not any(isinstance(part, ast.Call | ast.Await | ast.Attribute) for part in ast.walk(node.value))
    return isinstance(node, DEFINES)


def lesson_of(notebook: dict) -> str:
    """Return the number of the lesson that a notebook is a copy of, by the name of its lab; "" when it is none."""
    texts = ["".join(cell.get("source", [])) for cell in notebook.get("cells", [])]
    for name, lesson in LESSONS.items():
        if any(f'Lab("{name}")' in text or f"Lab('{name}')" in text for text in texts):
            return lesson.number
    return ""


def questions_in(file: Path) -> Iterator[tuple[str, Exercise, str]]:
    """Yield the exercises of a notebook: the number of its lesson, the exercise, and what the notebook defines."""
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        number = lesson_of(notebook)
    except (OSError, ValueError, AttributeError, TypeError) as problem:
        print(f"{file}: it cannot be read ({problem})", file=sys.stderr)
        return
    for lesson in LESSONS.values():
        if lesson.number == number:
            for exercise in lesson.exercises:
                yield number, exercise_of(number, exercise.name), answer_in(notebook)


def graded(folder: Path, at_a_time: int) -> list[Row]:
    """Return a row for each exercise of each notebook below a folder."""
    files = [file for file in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in file.parts]
    asked = [(file, *one) for file in files for one in questions_in(file)]
    with ThreadPoolExecutor(at_a_time) as pool:
        told = pool.map(lambda one: check_text(one[2], one[3]), asked)
        return [
            Row(str(file.relative_to(folder)), number, exercise.name, said.kind, said.law, said.title, said.text)
            for (file, number, exercise, _), said in zip(asked, told, strict=True)
        ]


def main() -> int:
    """Check, and write two tables. Returns the exit status: 0, also when answers are wrong; 2 when there is no notebook."""
    parser = argparse.ArgumentParser(prog="grade", description="Check the exercises in many learners' notebooks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at-a-time", type=int, default=2, metavar="N", help="check so many at the same time")
    options = parser.parse_args()
    rows = graded(options.folder, options.at_a_time)
    if not rows:
        print(f"There is no notebook with exercises below {options.folder}.", file=sys.stderr)
        return 2
    with (options.folder / "grades.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([Row._fields, *rows])
    told = json.dumps([row._asdict() for row in rows], indent=1, ensure_ascii=False)
    (options.folder / "grades.json").write_text(told + "\n", encoding="utf-8")
    right = sum(row.verdict == "right" for row in rows)
    print(f"{right} of {len(rows)} exercises are right: see grades.csv and grades.json in {options.folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
