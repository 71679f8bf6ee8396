"""A lesson that is left open is idle: a host can see it, and ends its kernel and its server."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from tests.jupyter import server
from tests.learner import CellFailed, Page
from tests.lessons import lesson_files
from tests.soak import soak

SECONDS = soak(ci=4, many=30)
"""After so many seconds without news a kernel is ended."""
LESSONS = [path.name for path in lesson_files()][: soak(ci=2, many=99)]
AT_REST = 90 + 2 * SECONDS
"""Seconds after which a lesson, of which the films have come to rest, is ended at the latest."""


async def run_all(page, lesson):
    """Run every cell, with each stage that it shows in sight. Leave the page open."""
    for source in await page.open(f"notebooks/{lesson}"):
        with suppress(CellFailed):  # some are meant to fail, and that the others do not is tested elsewhere
            await page.run(source)
    for stage in page.of("film"):
        await page.look_at(stage)


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_open_lesson_in_which_nothing_is_pressed_is_idle_and_ended(lesson, tmp_path):
    rule = "--MappingKernelManager.cull_"
    culling = [f"{rule}idle_timeout={SECONDS}", f"{rule}interval=1", f"{rule}connected=True"]
    with server(tmp_path, *culling) as jupyter:

        async def visit():
            page = Page(jupyter.url, jupyter.headers)
            await run_all(page, lesson)
            assert page.of("film"), "no stage was shown"
            await page.until(lambda: "Culling 'idle' kernel" in jupyter.log.read_text(), seconds=AT_REST)
            # A hub looks at this before it ends a server.
            status = await page.read("/api/status")
            await page.leave(shut=False)
            return status

        status = asyncio.run(visit())
    at_rest = datetime.now(UTC) - datetime.fromisoformat(status["last_activity"])
    assert at_rest.total_seconds() >= SECONDS
