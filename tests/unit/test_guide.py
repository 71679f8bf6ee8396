"""What CONTRIBUTING.md shows an author works as it stands there, and is short."""

import importlib.util
import re
import sys

import pytest
from zmqlab.learning.checking import check_source

from tests.lessons import ROOT

SHOWN = re.search(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)[1]
LONGEST = 70


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What is shown, as a module of its own."""
    file = tmp_path_factory.mktemp("guide") / "echo_lesson.py"
    file.write_text(SHOWN, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("echo_lesson", file)
    module = sys.modules["echo_lesson"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["echo_lesson"]


def test_it_is_short():
    assert len(SHOWN.splitlines()) <= LONGEST


def test_its_model_is_right_and_its_wrong_answers_break_the_laws_that_they_name(shown):
    exercise = shown.SHOUT
    assert check_source(exercise, "import zmq\n" + exercise.solution).kind == "right"
    assert len(exercise.refused) == 2
    for law, source, says in exercise.refused:
        verdict = check_source(exercise, "import zmq\n" + source)
        assert (verdict.law, says in verdict.title) == (law, True), verdict.title


def test_its_prediction_returns_a_letter_and_words(shown):
    class Run:
        @staticmethod
        def messages(actor, way):
            return [1]

    letter, words = shown.TWICE.happened(Run)
    assert (letter, words) == ("B", "one was sent")
    assert letter in shown.TWICE.options
