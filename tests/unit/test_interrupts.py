"""■ at any moment: nothing is left, nothing is raised, and the same can be done again at once."""

import json
import os
import subprocess
import sys

import pytest

from tests.lessons import ROOT
from tests.soak import SEED, soak
from tests.unit.interrupted import DONE

LONGEST = 600


@pytest.mark.parametrize("what", DONE)
def test_interrupted_at_any_moment_it_leaves_nothing_and_works_again(what):
    command = [sys.executable, "-m", "tests.unit.interrupted", what, str(soak(15, 100)), str(SEED)]
    environment = os.environ | {"PYTHONPATH": "notebooks"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST)
    print(done.stdout[-4_000:], done.stderr[-4_000:])
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["wrong"] == []
    assert report["struck"] > 0
