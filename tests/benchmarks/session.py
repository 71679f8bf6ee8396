"""What a visitor of Binder takes: a JupyterLab server, and all lessons in turn, each left open as people do."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from tests.jupyter import server
from tests.learner import CellFailed, Page
from tests.lessons import lesson_files

from .record import Row

HEAD = ("a session of JupyterLab, MB", "this lesson alone", "with all before it left open", "processes")
MOST = 700
"""MB that a session with one lesson open at a time may take."""


def megabytes(process: psutil.Process) -> tuple[float, int]:
    """Return the memory of a process and all that it started, what they share counted once, and how many they are."""
    total, count = 0, 0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            total, count = total + one.memory_full_info().pss, count + 1
    return total / 1e6, count


async def run_all(page: Page, lesson: str, process: psutil.Process) -> float:
    """Run all cells of a lesson, and return the most memory that was used after any of them."""
    most = 0.0
    for source in await page.open(f"notebooks/{lesson}"):
        with suppress(CellFailed):
            await page.run(source)
        most = max(most, megabytes(process)[0])
    for stage in page.of("film"):
        await page.look_at(stage)
    return most


def taken(lessons: list[str], leave_open: bool) -> list[tuple[float, int]]:
    """Return the most memory with each lesson in turn, and the processes after it."""

    async def visit(url: str, headers: dict[str, str], process: psutil.Process) -> list[tuple[float, int]]:
        found, pages = [], []
        for lesson in lessons:
            page = Page(url, headers)
            pages.append(page)
            most = await run_all(page, lesson, process)
            found.append((most, megabytes(process)[1]))
            if not leave_open:
                await page.leave()
                pages.clear()
        for page in pages:
            await page.leave()
        return found

    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as jupyter:
        return asyncio.run(visit(jupyter.url, jupyter.headers, psutil.Process(jupyter.process.pid)))


def rows() -> Iterator[Row]:
    """Yield the rows of the table, the head first."""
    yield HEAD
    lessons = [path.name for path in lesson_files()]
    alone, together = taken(lessons, leave_open=False), taken(lessons, leave_open=True)
    for lesson, (one, _), (all_of_them, processes) in zip(lessons, alone, together, strict=True):
        yield lesson, f"{one:.0f}", f"{all_of_them:.0f}", processes
    yield (
        f"the most (at most {MOST})",
        f"{max(most for most, _ in alone):.0f}",
        f"{max(most for most, _ in together):.0f}",
        "",
    )
