"""A class in its first minutes, on a real JupyterHub: make workshop LEARNERS=30

Each learner logs in, starts a server, opens the first lesson over the websocket, runs its first cell and presses Send,
runs all, interrupts a cell that waits, runs all again, and leaves it open. Ends with a table; with `--keep` this takes its
place in docs/teaching.md. Everything lies below build/workshop, and listens to this machine alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlencode

import psutil
from hub import hub
from report import machine, table, with_section
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from tests.learner import DEADLINE, CellFailed, Page

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "workshop"
KEPT = ROOT / "docs" / "teaching.md"
LESSON = "notebooks/00-start-here.ipynb"
ARRIVE = 30.0
"""Seconds within which all learners come."""
LONGEST = 480.0
"""Seconds after which a learner who has not come to the end is counted as not having done so."""
REST, WINDOW = 20.0, 20.0
"""Seconds that are left to the films to come to rest, and seconds in which is measured what a class costs at rest."""
WAITS = """
import zmq
with lab.context("waits").socket(zmq.PULL) as waiting:
    waiting.bind(lab.endpoint("waits"))
    waiting.recv()
"""


@dataclass
class Learner:
    """A simulated learner. `step` is what is being done, `first` the seconds until the first message was shown."""

    name: str
    hub: str
    password: str
    step: str = "not yet there"
    first: float | None = None
    throttled: int = 0
    wrong: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    async def come(self, after):
        """Do all that a learner does, and note where it went wrong."""
        await asyncio.sleep(after)
        try:
            async with asyncio.timeout(LONGEST - after):
                await self._visit(time.monotonic())
            self.step = "done"
        except Exception as problem:
            words = f" {problem}" if isinstance(problem, CellFailed | HTTPClientError) else ""
            self.wrong = f"{self.step}: {type(problem).__name__}{words[:120]}"
            self.step = "gave up"

    async def _visit(self, came):
        self.step = "log in"
        token = await self.log_in()
        self.step = "start"
        page = Page(f"{self.hub}/user/{quote(self.name)}", {"Authorization": f"token {token}"})
        await self.start(token)
        self.step = "open"
        cells = await page.open(LESSON)
        self.step = "first message"
        await page.run(cells[0])
        await self.press(page, "the first")
        self.first = time.monotonic() - came
        self.step = "run all"
        await self._run_all(page, cells)
        self.step = "press a button"
        await self.press(page, "another")
        self.step = "interrupt"
        await self._interrupt(page)
        self.step = "run all again"
        await self._run_all(page, cells)
        self.step = "leave"
        await page.leave(shut=False)

    async def _run_all(self, page, cells):
        for source in cells:
            await page.run(source)

    async def press(self, page, text):
        """Press Send, and wait until a stage is told of a message with the text."""
        for stage in page.of("film"):
            await page.look_at(stage)
        await page.press(page.of("texts")[-1], text)
        await page.until(lambda: any(text in told for stage in page.told.values() for told in stage))

    async def _interrupt(self, page):
        waiting = asyncio.create_task(page.run(WAITS))
        await page.until(lambda: page.busy)
        await page.interrupt()
        try:
            await waiting
        except CellFailed as failed:
            if failed.name != "KeyboardInterrupt":
                raise
        else:
            raise RuntimeError("the cell was not interrupted")

    # the hub

    async def _ask(self, method, path, **options):
        headers = options.pop("headers", {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        request = HTTPRequest(f"{self.hub}/hub/{path}", method, headers=headers, **options)
        request.follow_redirects, request.request_timeout, request.connect_timeout = False, DEADLINE, DEADLINE
        answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        for line in answer.headers.get_list("Set-Cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items() if morsel.value}
        if answer.code >= 400 and answer.code != 429:
            answer.rethrow()
        return answer

    async def log_in(self):
        """Log in as a person does, by the form, and return a token for what follows."""
        await self._ask("GET", "login")
        said = {"username": self.name, "password": self.password, "_xsrf": self.cookies["_xsrf"]}
        await self._ask("POST", "login", body=urlencode(said))
        await self._ask("GET", "token")
        headers = {"X-XSRFToken": self.cookies["_xsrf"], "Content-Type": "application/json"}
        answer = await self._ask("POST", f"api/users/{quote(self.name)}/tokens", headers=headers, body="{}")
        return json.loads(answer.body)["token"]

    async def start(self, token):
        """Start a server, as often as the hub says that too many start, and wait until it is ready."""
        headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
        self.cookies.clear()
        while (
            await self._ask("POST", f"api/users/{quote(self.name)}/server", headers=dict(headers), body="")
        ).code == 429:
            self.throttled += 1
            await asyncio.sleep(3)
        while True:
            about = json.loads((await self._ask("GET", f"api/users/{quote(self.name)}", headers=dict(headers))).body)
            started = about["servers"].get("", {})
            if started.get("ready"):
                return
            if not started.get("pending") and not started:
                raise RuntimeError("the server ended while it started")
            await asyncio.sleep(0.5)


# what a class costs


def servers(hub_process):
    """Return the processes of the learners: the hub's servers, their kernels, and what these have started."""
    theirs = []
    for child in hub_process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "node" not in child.name() and "configurable" not in " ".join(child.cmdline()):
                theirs.append(child)
    return theirs


def megabytes(processes):
    """Return the memory of processes, what they share counted once."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += process.memory_full_info().pss
    return total / 1e6


def worked(processes):
    """Return the seconds that processes have worked."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


async def watch(learners, hub_process, peak):
    """Say how far they are, and note the most memory that was used."""
    while True:
        peak.append(await asyncio.to_thread(lambda: megabytes(servers(hub_process))))
        counts = Counter(learner.step for learner in learners)
        print("  " + ", ".join(f"{number} {step}" for step, number in counts.items()), flush=True)
        await asyncio.sleep(5)


async def listens(address):
    """Wait until the hub lets learners in."""
    deadline = time.monotonic() + DEADLINE
    while True:
        with suppress(OSError):  # nobody listens there yet
            answer = await AsyncHTTPClient().fetch(f"{address}/hub/health", raise_error=False)
            if answer.code == 200:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the hub did not start: see {PLACE / 'hub.log'}")
        await asyncio.sleep(0.2)


async def hold(number, address, password, hub_process):
    """Hold the class. Returns the learners, and what they cost: memory at most and at rest in MB, % of a core at rest."""
    AsyncHTTPClient.configure(None, max_clients=4 * number)
    await listens(address)
    learners = [Learner(f"learner{place + 1:03}", address, password) for place in range(number)]
    peak = []
    watching = asyncio.create_task(watch(learners, hub_process, peak))
    await asyncio.gather(*(one.come(ARRIVE * place / number) for place, one in enumerate(learners)))
    watching.cancel()
    await asyncio.sleep(REST)
    theirs = servers(hub_process)
    before = worked(theirs)
    await asyncio.sleep(WINDOW)
    busy = (worked(theirs) - before) / WINDOW * 100
    rest = megabytes(theirs)
    print(f"  {len(theirs)} processes at rest", flush=True)
    return learners, max([*peak, rest]), rest, busy


def told(learners, peak, rest, busy, seconds):
    """Return the class as a table, and the errors by kind."""
    done = [one for one in learners if one.step == "done"]
    firsts = sorted(one.first for one in learners if one.first is not None)
    late = quantiles(firsts, n=20)[-1] if len(firsts) > 1 else (firsts or [float("nan")])[0]
    number = len(learners)
    rows = [
        [
            "learners",
            "completed",
            "errors",
            "first message, median",
            "95th",
            "MB each, at most",
            "at rest",
            "% of a core each, at rest",
            "told to come again",
            "seconds in all",
        ],
        [
            number,
            len(done),
            number - len(done),
            f"{median(firsts):.0f} s" if firsts else "none",
            f"{late:.0f} s",
            f"{peak / number:.0f}",
            f"{rest / number:.0f}",
            f"{busy / number:.2f}",
            sum(one.throttled for one in learners),
            f"{seconds:.0f}",
        ],
    ]
    errors = Counter(one.wrong for one in learners if one.wrong)
    kinds = "\n".join(f"- {count} × {kind}" for kind, count in errors.most_common())
    return table(rows) + (f"\n\n{kinds}" if kinds else "")


def main():
    parser = argparse.ArgumentParser(description="A class in its first minutes, on a real JupyterHub.")
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--keep", action="store_true", help="write the table into docs/teaching.md")
    wanted = parser.parse_args()
    password, began, started_on = secrets.token_hex(8), time.monotonic(), machine()
    shutil.rmtree(PLACE, ignore_errors=True)
    with hub(PLACE, password) as (address, process):
        class_ = asyncio.run(hold(wanted.learners, address, password, process))
    text = f"On {started_on}.\n\n" + told(*class_, time.monotonic() - began)
    print(f"\n{text}")
    if wanted.keep:
        KEPT.write_text(with_section(KEPT.read_text(), f"A class of {wanted.learners}, simulated", text))
    return int(any(one.step != "done" for one in class_[0]))


if __name__ == "__main__":
    sys.exit(main())
