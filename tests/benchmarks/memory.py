"""What a lesson holds in memory: a kernel with all of it alive, to one that has imported what every lesson needs."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import psutil

from tests.kernels import kernel
from tests.lessons import ROOT, code_cells, read

from .record import Row

LESSON = "03-pipeline"
TIMES = 3
HEAD = ("memory of a kernel, MB", f"{LESSON} alive", "ipywidgets and zmq imported", "ratio (at most 1.25)")


def megabytes(cells: list[dict]) -> tuple[float, float]:
    """Return RSS and USS of a kernel that imported ipywidgets and zmq and ran these cells, with all they left alive."""
    with kernel() as made:
        made.run("import ipywidgets, zmq")
        made.run_cells(cells)
        info = psutil.Process(made.process.pid).memory_full_info()
        return info.rss / 1e6, info.uss / 1e6


def rows() -> Iterator[Row]:
    """Yield the rows of the table, the head first."""
    yield HEAD
    lesson = [cell for _, cell in code_cells(read(ROOT / "notebooks" / f"{LESSON}.ipynb"))]
    found = [(megabytes(lesson), megabytes([])) for _ in range(TIMES)]
    for place, name in enumerate(("RSS", "USS")):
        alive, bare = (median(pair[which][place] for pair in found) for which in (0, 1))
        yield f"{name}, median of {TIMES}", f"{alive:.1f}", f"{bare:.1f}", f"{alive / bare:.2f}"
