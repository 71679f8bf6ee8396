"""A learner who visits a class: python -m tests.class_visitor URL PASSWORD NAME

Logs in, starts a server, runs the first lesson's first cell, presses Send, takes too much memory and goes on. Writes into
the copy of the lesson, and prints `served`. Runs in a process of its own: it may be in another network than the tests.
"""

import asyncio
import sys
from urllib.parse import quote

from workshop import LESSON, Learner

from tests.learner import CellFailed, Page

TOO_MUCH = "wanted = bytearray(4_000_000_000)"


async def visit(url, password, name):
    learner = Learner(name, url, password)
    token = await learner.log_in()
    await learner.start(token)
    page = Page(f"{url}/user/{quote(name)}", {"Authorization": f"token {token}"})
    cells = await page.open(LESSON)
    await page.run(cells[0])
    await learner.press(page, f"from {name}")
    failed = ""
    try:
        await page.run(TOO_MUCH)
    except CellFailed as refused:
        failed = refused.name
    if failed != "MemoryError":
        raise AssertionError(f"a learner asked for 4 GB: {failed or 'and got them'}")
    await page.run(f"open('of-{name}', 'x').close()")
    await page.leave(shut=False)


if __name__ == "__main__":
    asyncio.run(visit(*sys.argv[1:]))
    print("served")
