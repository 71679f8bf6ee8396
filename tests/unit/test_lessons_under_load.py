"""The lessons, run from top to bottom beside busy loops: what they show is what happened. Only in a soak: it takes minutes."""

import faulthandler
import os
import subprocess
import sys

import pytest
from zmqlab.record.keeping import kept

from tests.lessons import ROOT, lesson_files
from tests.unit.ground import compare
from tests.unit.test_one_truth import problems, titles

LONGEST = 30 * 60
"""Seconds after which the lessons should have come to their end, however busy the machine is."""


@pytest.mark.skipif("ZMQLAB_SOAK" not in os.environ, reason="`make soak PART=picture` runs this")
def test_what_the_lessons_show_on_a_busy_machine_is_what_happened(tmp_path):
    faulthandler.cancel_dump_traceback_later()  # pytest would end it after five minutes
    own = {"ZMQLAB_RECORDS": str(tmp_path / "records"), "ZMQLAB_PROGRESS": "off", "ZMQLAB_LONG_WAIT": "0.5"}
    options = ["-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=120"]
    command = [sys.executable, "-m", "pytest", *options, *map(str, lesson_files())]
    subprocess.run(
        command, cwd=ROOT, env=os.environ | own, timeout=LONGEST
    )  # a cell that fails is not asked about here
    ran, wrong = set(), []
    for one in kept(tmp_path / "records"):
        ran.add(one.title)
        found = [*problems(one.before, one.events), *filter(None, compare(one))]
        wrong += [f"{one.title}: {problem}" for problem in found]
    assert wrong == []
    assert titles() - ran == set(), "these have left no record"
