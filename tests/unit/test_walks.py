"""Random walks: whatever is pressed, run, closed and interrupted, in any order, by three threads, leaves the lab in order.

300 of them in a soak, 20 in `make test`: some in a process of their own, some in a kernel where ■ is pressed meanwhile.
The seed and the steps of one that fails are printed. `make soak PART=crew SEED=…` repeats them.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.kernels import kernel
from tests.lessons import ROOT
from tests.soak import SEED, soak

STEPS, STRIKES, AT_ONCE = 25, 10, 4
"""Steps of each thread, interrupts on the way, walks in one process."""
LONGEST = 600
BUSY = 0.05
"""Presses that may be told "busy", of all."""
IN_A_KERNEL = """
import json, sys, zmq
zmq.Frame(bytes(100_000), copy=False)  # pyzmq keeps a thread for what is sent without a copy: as ipykernel soon does
sys.path.insert(0, {root!r})
from tests.unit.walking import walks
# ipykernel gives each thread that prints sockets of its own, and takes them back every 10 s.
get_ipython().kernel.iopub_thread._event_pipe_gc_seconds = 0.2
reports, walking = [], walks({seeds}, {steps}, {strikes})
"""


def seeds(place):
    return [1_000 * SEED + AT_ONCE * place + number for number in range(AT_ONCE)]


def check(reports, expected):
    for report in reports:
        print(json.dumps(report))  # shown when something fails: the seed, the steps, what went wrong
    assert len(reports) == expected
    assert [report["wrong"] for report in reports if report["wrong"]] == []
    presses = sum(report["counts"].get("presses", 0) for report in reports)
    busy = sum(report["counts"].get("pressed: busy", 0) for report in reports)
    assert presses > 0
    assert busy <= BUSY * presses


@pytest.mark.parametrize("place", range(soak(4, 60)))
def test_a_walk_leaves_all_in_order(place):
    command = [sys.executable, "-m", "tests.unit.walking", ",".join(map(str, seeds(place))), str(STEPS)]
    environment = os.environ | {"PYTHONPATH": "notebooks", "ZMQLAB_LONG_WAIT": "0.5"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST)
    print(done.stdout[-2_000:], done.stderr[-4_000:])
    check([json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], AT_ONCE)


@pytest.mark.parametrize("place", range(soak(1, 15)))
def test_a_walk_in_a_kernel_that_is_interrupted_leaves_all_in_order(place):
    own = [10_000 + seed for seed in seeds(place)]
    with kernel() as run:
        run.run(IN_A_KERNEL.format(root=str(ROOT), seeds=own, steps=STEPS, strikes=STRIKES))
        for _ in own:
            run.run("reports.append(next(walking))")
        check(json.loads(run.value("json.dumps(reports)")), AT_ONCE)
