"""What recording costs: the same exchange through four variants of the sockets, in one run, turn and turn about.

*plain* is pyzmq; *floor* the guard and exact counters with nothing recorded; *before* the code of an earlier day, taken
from git; *now* this tree. *before* stands there twice: how far two that are the same differ is the noise of the method.

Everything is measured on all cores, as a learner has it, and on one. On all, what a thread takes to wake the other on
another core is a good part of the time, and comes and goes with what else the machine does. On one core the ratios to
plain are worse, for nothing but work is left in them, and they are steadier.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import product
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parents[2]
BEFORE = "c1888bd"
"""The commit whose code is *before*."""
TURNS = 15
SLICES = 3
"""A turn of a variant is the best of so many short measurements, in turn with those of the others.

The best is the one that the rest of the machine has disturbed least. With medians, two that are the same differed by up
to 20 % on a machine with other work, with the best by 3 %."""
MESSAGES = {"round trip": 2_000, "rate": 60_000}
"""In a slice: about a tenth of a second."""
DOUBTFUL = (4, 12)
"""Of 15 values in order, the true median lies between these two with a probability of 96 %."""
WORDS = {"round trip": "round trip, {}, 10 B", "rate": "PUSH/PULL, {}, 10 B"}
AGAIN = "before, again"
LONGEST = 120.0
"""Seconds that a variant gets to answer."""

Row = tuple[str, ...]
Answers = dict[str, list[float]]


class Variant:
    """A process that measures when it is asked to. `problem` says in words why it cannot, or what is wrong with it."""

    def __init__(self, name: str, zmqlab: Path | None) -> None:
        self.problem = ""
        path = {"PYTHONPATH": str(zmqlab)} if zmqlab else {}
        script = Path(__file__).with_name("variant.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | path | {"ZMQLAB_PROGRESS": "off"},
        )

    def place(self, cores: set[int]) -> None:
        """Let it work on these cores, from its next answer on: the threads of an answer are made for it."""
        if cores and self._process.poll() is None:
            os.sched_setaffinity(self._process.pid, cores)

    def ask(self, what: str, transport: str = "", messages: int = 0) -> dict | None:
        """Return what it measured; None where it has a problem."""
        if self.problem:
            return None
        question = {"what": what, "transport": transport, "messages": messages}
        answer = {"error": f"its process died, or took more than {LONGEST:.0f} s"}
        too_late = threading.Timer(LONGEST, self._process.kill)
        too_late.start()
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            answer = json.loads(line) if line else answer
        too_late.cancel()
        self.problem = problem_in(answer)
        return None if self.problem else answer

    def __enter__(self) -> Variant:
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.kill()
        self._process.communicate()


def problem_in(answer: dict) -> str:
    """Return in words why an answer is not to be counted, or nothing."""
    if "error" in answer:
        return answer["error"]
    if not answer.get("exact", True):
        return "its counters are not exact"
    return "" if answer.get("refused", True) else "a second thread was not refused"


def taken_from_git(commit: str, folder: Path) -> str:
    """Put the package as it was at a commit into a folder. Returns in words what keeps it from that, or nothing."""
    command = ["git", "archive", commit, "notebooks/zmqlab"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except OSError:
        return "there is no git"
    except subprocess.CalledProcessError:
        return f"commit {commit} is not in this copy's history"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return ""


def places() -> dict[str, set[int]]:
    """Return where to measure, as words and cores: on all, and on the one least busy now, where the system can tell."""
    if not hasattr(os, "sched_getaffinity"):
        return {"": set()}
    cores = os.sched_getaffinity(0)
    load = psutil.cpu_percent(1, percpu=True)
    quietest = min(cores, key=lambda core: load[core] if core < len(load) else 0)
    return {"": cores, ", on one core": {quietest}}


def measured(variants: dict[str, Variant], what: str, transport: str) -> Answers:
    """Return for each variant the microseconds of each of its turns."""
    found: Answers = {name: [] for name in variants}
    names = list(variants)
    for turn in range(TURNS + 1):
        slices: Answers = {name: [] for name in names}
        for number in range(SLICES):
            first = (turn * SLICES + number) % len(names)  # nobody always comes first, or after the same other
            for name in names[first:] + names[:first]:
                answer = variants[name].ask(what, transport, MESSAGES[what])
                if answer:
                    slices[name].append(answer["took"])
        if turn:  # the first warms up
            for name in names:
                found[name] += [min(slices[name])] if slices[name] else []
    return found


def ratio(answers: Answers, name: str, to: str) -> str:
    """Return how fast one is to another, less than 1 is slower: the median of the turns, and where it is likely to lie."""
    pairs = list(zip(answers[name], answers[to], strict=False))
    if len(pairs) < TURNS:
        return "–"
    ratios = sorted(other / one for one, other in pairs)
    low, high = (ratios[place - 1] for place in DOUBTFUL)
    return f"{median(ratios):.2f} ({low:.2f} to {high:.2f})"


HEAD = (
    "speed, 1 is as fast",
    "plain",
    "floor / plain",
    "before / plain",
    "now / plain",
    "now / before (at least 0.97)",
    "now / floor",
    "noise: before / before",
)


def rows() -> Iterator[Row]:
    """Yield the rows of the table as they are measured, the head first; then what could not be measured, and why."""
    yield HEAD
    with ExitStack() as stack:
        old = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        missing = taken_from_git(BEFORE, old)
        made = {"plain": ("plain", None), "floor": ("floor", None), "now": ("recorded", ROOT / "notebooks")}
        if not missing:
            made |= dict.fromkeys(("before", AGAIN), ("recorded", old / "notebooks"))
        variants = {name: stack.enter_context(Variant(*how)) for name, how in made.items()}
        for (where, cores), what, transport in product(places().items(), MESSAGES, ("inproc", "tcp")):
            for variant in variants.values():
                variant.place(cores)
            answers: Answers = {"before": [], AGAIN: []} | measured(variants, what, transport)
            took = median(answers["plain"])
            plain = f"{1e6 / took:,.0f} a second" if what == "rate" else f"{took:.0f} µs"
            compared = [("floor", "plain"), ("before", "plain"), ("now", "plain"), ("now", "before")]
            compared += [("now", "floor"), (AGAIN, "before")]
            yield (
                WORDS[what].format(transport) + where,
                plain,
                *(ratio(answers, name, to) for name, to in compared),
            )
        problems = {"before": missing} | {name: variant.problem for name, variant in variants.items()}
        for name, problem in problems.items():
            if problem:
                yield f"{name}: not measured, {problem}", *([""] * (len(HEAD) - 1))
