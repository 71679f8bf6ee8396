"""Run a part's tests many times, on a machine that is busy: `make soak PART=record`. Takes long, and is no part of CI.

Each round runs them with `LOOPS` busy loops beside them; then they run once on a single core. Tests that want to repeat
more than in `make test` see ZMQLAB_SOAK, and draw what is random from ZMQLAB_SEED (`tests/soak.py`).

Ends with a table, which takes the part's place in tests/benchmarks/SOAK.md. Exit status 1 when anything failed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from report import machine, table, with_section

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "benchmarks" / "SOAK.md"
LOOPS = 4
"""Busy loops beside the tests."""
LONGEST = 3 * 60 * 60
"""Seconds after which a run that does not end is ended, and counts as failed."""
SPIN = "import os\nwhile os.getppid() == {parent}: pass"
"""A busy loop. It ends with its parent, however that ends."""


@dataclass(frozen=True)
class Group:
    """Files of tests, as patterns from the project's root, but for those of `without`, and how often to run them."""

    patterns: tuple[str, ...]
    without: tuple[str, ...] = ()
    times: int = 1
    workers: int = 0  # that share them; 0: they run one by one


OF_LEARNING = tuple(
    f"tests/unit/test_{name}.py"
    for name in (
        "cases",
        "exercises",
        "grade",
        "guide",
        "hostile",
        "installation",
        "pictures",
        "predictions",
        "progress",
        "soak",
    )
)
OF_THE_CREW = tuple(
    f"tests/unit/test_{name}.py"
    for name in (
        *("crew", "hands", "handle", "visitor", "stretch", "control", "races", "lab", "predictions", "freeing"),
        *("interrupts", "struck", "kernel_interrupts", "walks", "process", "keeper", "scripts", "hostile", "progress"),
    )
)
OF_THE_PICTURE = tuple(
    f"tests/unit/test_{name}.py"
    for name in ("one_truth", "ground_truth", "true_histories", "where_messages_are", "lessons_under_load")
)
PARTS = {
    "checks": (Group(("tests/unit/test_exercises.py", "tests/unit/test_guide.py", "tests/unit/test_hostile.py")),),
    "picture": (Group(OF_THE_PICTURE),),
    # All but what is known to stand elsewhere: a new file is taken without being named.
    "crew": (Group(OF_THE_CREW, workers=2),),
    "record": (
        Group(
            ("tests/unit/test_*.py", "tests/record/**/test_*.py", "tests/live/**/test_*.py"),
            without=OF_LEARNING + OF_THE_CREW + OF_THE_PICTURE,
        ),
    ),
    "doors": (Group(("tests/test_idle.py", "tests/browser/test_doors.py")),),
}


@dataclass(frozen=True)
class Run:
    """One run of tests: `loops` busy loops beside it, or all of it on one core."""

    round: str
    loops: int
    one_core: bool
    seed: int
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]

    @property
    def load(self) -> str:
        return "on one core" if self.one_core else f"{self.loops} busy loops"


@dataclass(frozen=True)
class Outcome:
    """What came of a run. `failed` names the tests that failed."""

    passed: int
    failed: tuple[str, ...]
    seconds: float


def files(group: Group, root: Path = ROOT) -> list[str]:
    """Return the files that are meant, each once, in order."""
    found = {path.relative_to(root).as_posix() for pattern in group.patterns for path in root.glob(pattern)}
    return sorted(found - set(group.without))


def plan(part: str, rounds: int, seed: int, root: Path = ROOT) -> list[Run]:
    """Return the runs of a part, in order. Each round has a seed of its own.

    Raises `LookupError` for an unknown part, and for one without tests.
    """
    if part not in PARTS:
        raise LookupError(f"There is no part {part!r}. There are: {', '.join(PARTS)}.")
    conditions = [(str(number + 1), LOOPS, False) for number in range(rounds)] + [("last", 0, True)]
    runs = []
    for number, (name, loops, one_core) in enumerate(conditions):
        own = seed + number
        environment = (("ZMQLAB_SOAK", "1"), ("ZMQLAB_SEED", str(own)))
        for group in PARTS[part]:
            found = files(group, root)
            if not found:  # with no file named, pytest would run all there are
                raise LookupError(f"There is no file of tests for {part!r}: {', '.join(group.patterns)}.")
            workers = ("-n", str(group.workers)) if group.workers else ()
            command = ("-m", "pytest", "-q", *workers, f"--hypothesis-seed={own}", *found)
            runs += [Run(name, loops, one_core, own, command, environment)] * group.times
    return runs


@contextmanager
def busy_loops(number: int) -> Iterator[list[subprocess.Popen]]:
    """Keep cores busy for as long as the `with` lasts. The loops are ended by their ids, whatever happens."""
    loops: list[subprocess.Popen] = []
    try:
        for _ in range(number):
            command = [sys.executable, "-c", SPIN.format(parent=os.getpid())]
            loops.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        yield loops
    finally:
        for loop in loops:
            loop.kill()
        for loop in loops:
            loop.wait()


@contextmanager
def on_one_core(wanted: bool) -> Iterator[None]:
    """Keep this process, and all that it starts, on one core for as long as the `with` lasts."""
    if not wanted:
        yield
        return
    if not hasattr(os, "sched_setaffinity"):
        raise OSError("this system cannot keep a process on one core")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def carry_out(run: Run) -> Outcome:
    """Run the tests under their load, and read what came of them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, *run.command, f"--junitxml={report}"]
        began = time.monotonic()
        try:
            with busy_loops(run.loops), on_one_core(run.one_core):
                done = subprocess.run(command, cwd=ROOT, env=os.environ | dict(run.environment), timeout=LONGEST)
            status = f"exit status {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            status = f"not at its end after {LONGEST} s"
        except OSError as problem:
            status = str(problem)
        return outcome(report.read_text() if report.exists() else "", status, time.monotonic() - began)


def outcome(report: str, status: str, seconds: float) -> Outcome:
    """Read pytest's report in the form of JUnit. `status` says in words what else was wrong with the run, or nothing."""
    cases = list(ElementTree.fromstring(report).iter("testcase")) if report else []
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = sum(case.find("skipped") is not None for case in cases)
    failed = tuple(f"{case.get('classname', '')}::{case.get('name', '')}" for case in bad)
    if status and not failed:
        failed = (f"the run itself: {status}",)
    return Outcome(len(cases) - len(bad) - skipped, failed, seconds)


def section(rounds: list[tuple[Run, Outcome]], started_on: str) -> str:
    """Return the part's section: the machine, the table, and the name of each test that failed."""
    rows: list[list[object]] = [["round", "load", "seed", "passed", "failed", "seconds"]]
    failures = []
    for run, came in rounds:
        rows.append([run.round, run.load, run.seed, came.passed, len(came.failed), f"{came.seconds:.0f}"])
        failures += [f"- seed {run.seed}, {run.load}: `{name}`" for name in came.failed]
    return "\n\n".join([f"On {started_on}.", table(rows), *(["\n".join(failures)] if failures else [])])


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Run a part's tests many times, on a busy machine.")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    wanted = parser.parse_args(arguments)
    started_on, rounds = machine(), []
    runs = plan(wanted.part, wanted.rounds, wanted.seed)
    try:
        for number, run in enumerate(runs, 1):
            print(f"\n== {number} of {len(runs)}: round {run.round}, {run.load}, seed {run.seed}", flush=True)
            rounds.append((run, carry_out(run)))
    except KeyboardInterrupt:
        print("\n== Interrupted: what is done so far, and nothing is kept")
    told = section(rounds, started_on)
    print(f"\n{told}")
    if len(rounds) < len(runs):
        return 130
    KEPT.write_text(with_section(KEPT.read_text(), wanted.part, told))
    return int(any(came.failed for _, came in rounds))


if __name__ == "__main__":
    sys.exit(main())
