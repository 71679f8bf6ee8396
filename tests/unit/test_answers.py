"""Right answers in unusual styles are right, and the table of a folder of answers says what was tried."""

import answers
import pytest

from tests.lessons import ROOT

FOLDER = ROOT / "tests" / "answers"
FILES = sorted(FOLDER.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_answer_gets_the_verdict_in_its_name(file):
    file, verdict = answers.tried_one(file)
    assert answers.is_as_named(file, verdict), (verdict.title, verdict.text)


def test_the_table_counts_answers_runs_and_wrong_verdicts():
    right, wrong = answers.Verdict("right", ""), answers.Verdict("exception", "")
    one, two = FOLDER / "01" / "ask_right_1.py", FOLDER / "01" / "ask_wrong_1.py"
    rows = answers.table([(one, right), (one, wrong), (two, wrong)]).splitlines()
    assert rows[2:] == ["| 01 ask | 2 | 3 | 1 |", "| all | 2 | 3 | 1 |"]
