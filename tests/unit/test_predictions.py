"""Questions: the first answer is locked, the experiment runs once, and what was observed grades."""

import threading
from collections import Counter

import pytest
import zmq
from zmqlab.lab import Lab
from zmqlab.learning.asking import Ask
from zmqlab.learning.predictions import Prediction, Question, tally_in_words
from zmqlab.learning.progress import Progress

from tests.unit.common import Aside, eventually, interrupt_the_main_thread

TEXTS = {"options": {"A": "one", "B": "two", "C": "three"}, "said": {"A": "a!", "B": "b!", "C": "c!"}}
QUESTION = Question(name="q", text="What?", right="B", **TEXTS)


def how_many_arrived(stretch):
    number = len(stretch.messages("", "received"))
    return "B" if number == 1 else "A", f"{number} arrived"


def prediction(runs=1, happened=None):
    return Prediction(
        name="p",
        text="What?",
        right="B",
        **TEXTS,
        happened=happened or how_many_arrived,
        runs=runs,
    )


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "progress.json")


def press(asked, letter):
    asked._card._hear(None, {"type": "pressed", "action": "answer", "value": letter}, None)


def view(asked):
    return asked._card.view


def test_the_first_answer_is_locked_and_told_apart(progress):
    asked = Ask("lesson", QUESTION, progress, "heading")
    assert not view(asked).get("locked")
    press(asked, "Z")  # no such option
    assert asked.answer == ""
    press(asked, "A")
    press(asked, "B")
    assert asked.answer == "A" == progress.answer("lesson", "q")
    assert view(asked)["locked"]
    (note,) = view(asked)["notes"]
    assert note["kind"] == "wrong"
    assert note["title"].startswith("You said A")
    assert note["text"] == "a!\nb!"  # why this one is wrong, and what is right
    assert [option["right"] for option in view(asked)["options"]] == [False, True, False]


def test_a_right_answer_is_told_so_and_stays_after_the_cell_runs_again(progress):
    press(Ask("lesson", QUESTION, progress, "heading"), "B")
    again = Ask("lesson", QUESTION, progress, "heading")
    assert view(again)["notes"][0]["kind"] == "right"
    assert view(again)["notes"][0]["text"] == "b!"


def send_one(run):
    endpoint = run.endpoint("prediction")
    receiver = run.context("receiver").socket(zmq.PULL)
    receiver.bind(endpoint)
    sender = run.context("sender").socket(zmq.PUSH)
    sender.connect(endpoint)
    sender.send(b"x")
    receiver.recv()


def test_an_answer_runs_the_experiment_and_what_happened_grades_it(lab, page):
    asked = lab.predict(prediction(), send_one)
    assert page == [asked.widget]
    assert view(asked).get("notes", []) == []
    press(asked, "B")
    eventually(lambda: view(asked).get("notes"))
    note = view(asked)["notes"][0]
    assert note["kind"] == "right"
    assert note["title"] == "You said B, and so it was. What happened: 1 arrived."
    assert len(asked._below.children) == 1  # the stage of the run
    assert asked.holds()


def test_without_an_answer_the_experiment_runs_once_and_its_result_stays_folded(lab, page):
    runs = []
    asked = lab.predict(prediction(), lambda run: (runs.append(1), send_one(run)))
    assert asked.holds()
    (note,) = view(asked)["notes"]
    assert note["title"] == "The experiment has run."
    assert "arrived" not in str(view(asked)["notes"])
    assert not any(option["right"] for option in view(asked)["options"])
    assert asked._below.children == ()
    press(asked, "A")
    eventually(lambda: view(asked)["notes"][0]["kind"] == "wrong")
    assert len(asked._below.children) == 1
    assert asked.holds()
    assert len(runs) == 1


def test_an_experiment_that_comes_out_differently_does_not_hold(lab, page):
    asked = lab.predict(prediction(), lambda run: None)
    assert not asked.holds()
    press(asked, "A")
    eventually(lambda: view(asked)["notes"][0]["kind"] == "right")  # what happened grades, not what was expected


def test_what_depends_on_timing_runs_many_times_and_is_graded_by_the_distribution(lab, page):
    turns = iter([1, 1, 0, 1, 1])
    asked = lab.predict(prediction(runs=5), lambda run: send_one(run) if next(turns) else None)
    press(asked, "B")
    assert asked.holds()
    assert view(asked)["notes"][0]["title"] == (
        "You said B, and so it was. What happened: in 5 runs: 1 arrived 4 times, 0 arrived once."
    )
    assert len(asked._below.children) == 1


@pytest.mark.parametrize("sends", [(1, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 0)])
def test_the_film_beside_many_runs_is_of_one_that_came_out_as_the_verdict_says(lab, page, sends):
    turns, stages = iter(sends), []
    asked = lab.predict(prediction(runs=3), lambda run: (stages.append(run.stage), next(turns) and send_one(run)))
    press(asked, "A")
    eventually(lambda: view(asked).get("notes"))
    [film] = asked._below.children
    usual = Counter(sends).most_common(1)[0][0]
    assert stages.index(film) == sends.index(usual), "that of the first run stays, if it came out so"
    assert ("The film is of a run" in view(asked)["notes"][0]["text"]) == (sends[0] != usual), "an exchange is said"
    eventually(lambda: {stage for stage in stages if stage.comm is not None} == {film, stages[-1]})  # others are let go


def test_while_many_runs_are_made_the_card_says_how_far_they_are(lab, page):
    go, seen = threading.Event(), []
    asked = lab.predict(prediction(runs=2), lambda run: go.wait(10))
    asked._card.observe(lambda change: seen.append((change["new"].get("busy"), change["new"].get("done"))), "view")
    press(asked, "A")
    eventually(lambda: view(asked).get("busy") == "Run 1 of 2 …")
    go.set()
    eventually(lambda: not view(asked)["busy"])
    assert ("Run 2 of 2 …", 0.5) in seen


def test_an_experiment_that_fails_says_so_in_words_and_does_not_pass_for_a_result(lab, page):
    def fails(run):
        raise RuntimeError("no room")

    asked = lab.predict(prediction(), fails)
    press(asked, "A")
    eventually(lambda: view(asked).get("notes"))
    assert view(asked)["notes"][0]["kind"] == "caution"
    assert view(asked)["notes"][0]["text"] == "RuntimeError: no room"
    with pytest.raises(RuntimeError, match="no room"):
        asked.holds()


def test_an_experiment_that_does_not_end_is_told_so(lab, page, monkeypatch):
    monkeypatch.setattr("zmqlab.learning.asking.PATIENCE", 0.05)
    go = threading.Event()
    asked = lab.predict(prediction(), lambda run: go.wait(10))
    with pytest.raises(TimeoutError, match="has not ended"):
        asked.holds()
    go.set()


def test_who_is_interrupted_while_an_experiment_runs_does_not_have_its_thread_taken_for_over(lab, page):
    begun, go = threading.Event(), threading.Event()
    asked = lab.predict(prediction(), lambda run: (begun.set(), go.wait(10)))
    # ipykernel takes back, at work or not, what it gave to threads that count as over: then none can show anything.
    Aside(lambda: (begun.wait(10), interrupt_the_main_thread()))
    with pytest.raises(KeyboardInterrupt):
        asked.holds()
    assert asked._thread.is_alive()
    go.set()
    assert not asked.holds()


def test_what_was_seen_is_said_in_words():
    assert tally_in_words(Counter(["nothing"])) == "nothing"
    seen = Counter({"nothing": 17, "the last one": 2, "all": 1})
    assert tally_in_words(seen) == "in 20 runs: nothing 17 times, the last one twice, all once"


def test_an_unknown_prediction_is_refused_with_the_names_there_are():
    lesson = Lab("start-here")
    with pytest.raises(LookupError, match="connect first"):
        lesson.predict("connect last", send_one)
    lesson.close()


def test_a_lab_that_is_no_lesson_says_so(lab):
    with pytest.raises(LookupError, match="start-here"):
        lab.exercise("serve")
