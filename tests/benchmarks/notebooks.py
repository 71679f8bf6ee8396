"""What the lessons cost: nbval against as many notebooks of one cell, and what each asks of a learner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from zmqlab.course import LESSONS as LESSONS_BY_NAME
from zmqlab.course import known_wrong_answers

from tests import lessons

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(path for path in NOTEBOOKS.glob("[0-9]*.ipynb") if ".mine-" not in path.name)


def one_cell_notebook() -> dict:
    """Return the least that nbval runs."""
    cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [], "source": "1 + 1"}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def nbval(paths: list[Path]) -> float:
    """Return the seconds that nbval takes for notebooks."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=60"]
    began = time.perf_counter()
    # As in `make test`: nothing was answered before, and a cell that waits for nobody is told so soon.
    environment = os.environ | {"ZMQLAB_PROGRESS": "off", "ZMQLAB_LONG_WAIT": "0.5"}
    done = subprocess.run(
        [*command, *map(str, paths)], capture_output=True, text=True, cwd=NOTEBOOKS.parent, env=environment
    )
    assert done.returncode == 0, done.stdout
    return time.perf_counter() - began


def nbval_row() -> tuple[str, str, str]:
    """Compare the lessons with notebooks of one cell."""
    with tempfile.TemporaryDirectory() as folder:
        bare = [Path(folder, path.name) for path in LESSONS]
        for path in bare:
            path.write_text(json.dumps(one_cell_notebook()))
        without, taught = nbval(bare), nbval(LESSONS)
    what = f"nbval over {len(LESSONS)} lesson(s) to as many notebooks of one cell"
    return what, "at most 3", f"{taught / without:.1f} ({taught:.1f} s to {without:.1f} s)"


def lesson_row(path: Path) -> tuple[str, str, str]:
    """Say what a lesson asks of a learner, and what is tested of it."""
    notebook = lessons.read(path)
    core = lessons.measure(notebook)
    code = "".join(lessons.source(cell) for _, cell in lessons.code_cells(notebook))
    content = next(lesson for name, lesson in LESSONS_BY_NAME.items() if f'Lab("{name}")' in code)
    wrong = sum(exercise in content.exercises for exercise, _ in known_wrong_answers())
    parts = [
        f"{core['cells']} cells ({len(notebook['cells'])} with “More to break”), {core['words']} words, "
        f"{core['minutes']} minutes",
        f"{len(content.predictions)} predictions, {core['experiments']} experiments, {core['exercises']} exercises",
        f"{wrong} wrong answers refused, nbval {nbval([path]):.1f} s",
    ]
    return f"lesson {path.stem}", "35 cells, 1,200 words, 40 minutes", "; ".join(parts)


def rows() -> list[tuple[str, str, str]]:
    """Return the rows of the table, the head first."""
    return [("what", "aim", "measured"), nbval_row(), *map(lesson_row, LESSONS)]
