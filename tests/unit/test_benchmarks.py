"""The benchmark measures what it says: a second thread is refused and counters are exact in every variant, or it is told."""

from collections import Counter

import pytest

from tests.benchmarks.idle import WINDOW, shares, worked
from tests.benchmarks.record import ROOT, TURNS, Variant, problem_in, ratio, taken_from_git

NOTEBOOKS = ROOT / "notebooks"


@pytest.mark.parametrize(("name", "zmqlab"), [("plain", None), ("floor", None), ("recorded", NOTEBOOKS)])
def test_each_variant_answers_and_holds_what_it_must(name, zmqlab):
    with Variant(name, zmqlab) as variant:
        for what in ("round trip", "rate"):
            answer = variant.ask(what, "inproc", 50)
            assert variant.problem == ""
            assert answer.pop("took") > 0
            assert answer == ({} if name == "plain" else {"exact": True, "refused": True})


def test_a_variant_that_cannot_answer_says_why_and_is_asked_no_more(tmp_path):
    with Variant("recorded", tmp_path) as variant:
        assert variant.ask("rate", "inproc", 50) is None
        assert variant.problem == "ModuleNotFoundError: No module named 'zmqlab'"
        assert variant.ask("rate", "inproc", 50) is None


def test_what_is_wrong_with_an_answer_is_said():
    assert problem_in({"took": 1.0, "exact": True, "refused": True}) == ""
    assert problem_in({"took": 1.0, "exact": False, "refused": True}) == "its counters are not exact"
    assert problem_in({"took": 1.0, "exact": True, "refused": False}) == "a second thread was not refused"


def test_a_commit_that_is_not_there_is_said(tmp_path):
    assert taken_from_git("0" * 40, tmp_path) == f"commit {'0' * 40} is not in this copy's history"


def test_who_takes_twice_as_long_is_half_as_fast():
    answers = {"slow": [2.0] * TURNS, "fast": [1.0] * TURNS, "silent": []}
    assert ratio(answers, "slow", "fast") == "0.50 (0.50 to 0.50)"
    assert ratio(answers, "silent", "fast") == "–"


def test_the_busiest_threads_are_named():
    second = 1_000_000_000
    found = worked({1: 0, 2: second}, {1: second, 2: second, 3: second}, {1: "pump", 2: "idle"})
    assert found == Counter({"pump": second, "threads of libzmq and others": second, "idle": 0})
    total, who = shares(Counter({"pump": second}))
    assert (total, who) == (f"{100 / WINDOW:.2f}", f"pump {100 / WINDOW:.2f}")
