"""What the soak would run, under which load and with which seed; how its outcome is read and kept. Nothing is run here."""

import os
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
import report
import soak as tool

from tests.soak import SEED, dice, soak

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path):
    """A project with a few files of tests."""
    for name in ("unit/test_trace.py", "unit/test_new_idea.py", "unit/test_exercises.py", "record/deep/test_files.py"):
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_each_round_runs_beside_busy_loops_and_the_last_on_one_core(project):
    runs = tool.plan("record", rounds=3, seed=7, root=project)
    assert [(run.round, run.loops, run.one_core) for run in runs] == [
        ("1", 4, False),
        ("2", 4, False),
        ("3", 4, False),
        ("last", 0, True),
    ]


def test_each_round_has_a_seed_of_its_own_and_tells_it_to_everybody(project):
    runs = tool.plan("record", rounds=2, seed=7, root=project)
    assert [run.seed for run in runs] == [7, 8, 9]
    for run in runs:
        assert dict(run.environment) == {"ZMQLAB_SOAK": "1", "ZMQLAB_SEED": str(run.seed)}
        assert f"--hypothesis-seed={run.seed}" in run.command


def test_a_new_file_is_found_and_what_belongs_to_another_part_is_not(project):
    [run, _] = tool.plan("record", rounds=1, seed=0, root=project)
    named = [word for word in run.command if word.endswith(".py")]
    assert named == ["tests/record/deep/test_files.py", "tests/unit/test_new_idea.py", "tests/unit/test_trace.py"]


def test_a_group_is_run_as_often_as_it_says(project, monkeypatch):
    groups = (tool.Group(("tests/unit/test_trace.py",), times=3), tool.Group(("tests/unit/test_new*.py",)))
    monkeypatch.setitem(tool.PARTS, "record", groups)
    named = [run.command[-1] for run in tool.plan("record", rounds=0, seed=0, root=project)]
    assert named == ["tests/unit/test_trace.py"] * 3 + ["tests/unit/test_new_idea.py"]


def test_a_part_without_tests_does_not_run_all_there_are(tmp_path):
    with pytest.raises(LookupError, match="no file of tests for 'record'"):
        tool.plan("record", rounds=1, seed=0, root=tmp_path)


def test_an_unknown_part_is_answered_with_those_there_are():
    with pytest.raises(LookupError, match=r"no part 'page'. There are: checks, picture, crew, record, doors"):
        tool.plan("page", rounds=1, seed=0)


def test_what_is_left_out_of_the_record_is_there_to_be_left_out():
    assert [path for path in tool.OF_LEARNING if not (ROOT / path).exists()] == []


CASES = {
    "passes": "",
    "fails": '<failure message="no"/>',
    "cannot begin": '<error message="no"/>',
    "is left out": "<skipped/>",
}
REPORT = "".join(
    f'<testcase classname="tests.unit.test_a" name={quoteattr(name)}>{CASES[name]}</testcase>' for name in CASES
)


def test_the_outcome_counts_what_passed_and_names_what_failed():
    came = tool.outcome(f"<testsuites><testsuite>{REPORT}</testsuite></testsuites>", "exit status 1", 2.0)
    assert came == tool.Outcome(1, ("tests.unit.test_a::fails", "tests.unit.test_a::cannot begin"), 2.0)


def test_a_run_that_died_without_a_report_has_failed():
    assert tool.outcome("", "exit status -6", 2.0).failed == ("the run itself: exit status -6",)
    assert tool.outcome("<testsuites/>", "exit status 5", 2.0).failed == ("the run itself: exit status 5",)
    assert tool.outcome("<testsuites/>", "", 2.0).failed == ()


def test_the_table_says_of_each_run_its_seed_its_load_and_what_failed(project):
    runs = tool.plan("record", rounds=1, seed=7, root=project)
    told = tool.section([(runs[0], tool.Outcome(5, (), 2.4)), (runs[1], tool.Outcome(4, ("a::b",), 9.0))], "a machine")
    assert told.splitlines()[4:] == [
        "| 1 | 4 busy loops | 7 | 5 | 0 | 2 |",
        "| last | on one core | 8 | 4 | 1 | 9 |",
        "",
        "- seed 8, on one core: `a::b`",
    ]


def test_busy_loops_are_ended_when_what_they_load_fails():
    started = []

    def load(problem):
        with tool.busy_loops(2) as loops:
            started.extend(loops)
            assert [loop.poll() for loop in loops] == [None, None]
            raise problem

    with pytest.raises(KeyboardInterrupt):
        load(KeyboardInterrupt)
    assert [loop.returncode for loop in started] == [-9, -9]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system cannot keep a process on one core")
def test_all_cores_are_given_back_after_the_run_on_one():
    cores = os.sched_getaffinity(0)
    with tool.on_one_core(True):
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == cores


def test_a_new_table_takes_the_place_of_the_former_one_of_its_part_alone():
    text = report.with_section("# All\n\nWhy.\n", "a", "one")
    text = report.with_section(text, "b", "two")
    assert report.with_section(text, "a", "three \\1") == "# All\n\nWhy.\n\n## a\n\nthree \\1\n\n## b\n\ntwo\n"
    assert report.with_section(text, "b", "four") == "# All\n\nWhy.\n\n## a\n\none\n\n## b\n\nfour\n"


def test_more_is_repeated_in_a_soak_only(monkeypatch):
    monkeypatch.delenv("ZMQLAB_SOAK", raising=False)
    assert soak(3, 100) == 3
    monkeypatch.setenv("ZMQLAB_SOAK", "1")
    assert soak(3, 100) == 100


def test_the_same_seed_gives_the_same_numbers_to_each_who_asks():
    assert dice("a").random() == dice("a").random() != dice("b").random()
    assert isinstance(SEED, int)
