"""What a learner has done: kept in one file, which they may edit, spoil and delete."""

import json
import threading

import pytest
from zmqlab.learning.lessons import LESSONS
from zmqlab.learning.progress import FILE, Progress
from zmqlab.learning.report import Report


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "progress.json")


def test_answers_and_exercises_are_kept_for_the_next_time(progress):
    progress.answered("lesson", "question", "B")
    progress.answered("lesson", "question", "A")  # the first one counts
    progress.tried("lesson", "serve", tries=1, solved=True)
    progress.tried("lesson", "serve", tries=2, solved=False)  # solved stays solved
    progress.tried("lesson", "serve", hints=1)
    next_time = Progress(progress.file)
    assert next_time.answer("lesson", "question") == "B"
    assert next_time.exercise("lesson", "serve") == {"tries": 2, "hints": 1, "solved": True}
    assert next_time.exercise("lesson", "ask") == {"tries": 0, "hints": 0, "solved": False}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"lesson": 1}', '{"lesson": {"answers": []}}', '{"a": {"exercises": {"b": 1}}}']
)
def test_a_file_that_cannot_be_read_is_set_aside_and_said(progress, text):
    progress.file.write_text(text)
    assert progress.answer("lesson", "question") == ""
    assert "could not be read" in progress.problem
    assert progress.file.with_suffix(".unreadable.json").read_text() == text
    progress.answered("lesson", "question", "B")
    assert progress.answer("lesson", "question") == "B"


def test_a_place_where_nothing_can_be_written_is_said_in_words(tmp_path):
    progress = Progress(tmp_path / "no such folder" / "progress.json")
    progress.answered("lesson", "question", "B")
    assert "not kept" in progress.problem


def test_what_is_no_file_is_left_alone_and_said_in_words(tmp_path):
    (tmp_path / "folder").mkdir()
    progress = Progress(tmp_path / "folder")
    assert progress.answer("lesson", "question") == ""
    progress.answered("lesson", "question", "B")
    progress.forget()
    assert "no file" in progress.problem
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_nothing_is_written_where_progress_is_off(tmp_path, monkeypatch):
    monkeypatch.setenv("ZMQLAB_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    progress = Progress()
    progress.answered("lesson", "question", "B")
    assert progress.answer("lesson", "question") == "B"
    progress.forget()
    assert progress.answer("lesson", "question") == ""
    assert list(tmp_path.iterdir()) == []


def test_two_threads_lose_nothing(progress):
    def work(name):
        for number in range(20):
            progress.answered(name, str(number), "A")

    threads = [threading.Thread(target=work, args=[name]) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    data = json.loads(progress.file.read_text())
    assert {name: len(data[name]["answers"]) for name in data} == {"a": 20, "b": 20}


def test_the_file_stands_beside_the_lessons_under_a_name_that_git_ignores():
    assert FILE.parent.name == "notebooks"
    assert f"/notebooks/{FILE.name}" in (FILE.parents[1] / ".gitignore").read_text().splitlines()


def test_the_report_counts_and_forgets_only_when_asked_twice(progress):
    report = Report(progress)
    lesson = LESSONS["request-reply"]
    progress.answered("request-reply", lesson.predictions[0].name, "A")
    progress.tried("request-reply", "serve", solved=True)

    def press(action):
        report.widget._hear(None, {"action": action}, None)
        return report.widget.view["notes"][0]["text"]

    made, solved = len(lesson.predictions), len(lesson.exercises)
    told = f"01 {lesson.title}: 1 of {made} predictions made, 1 of {solved} exercises solved"
    assert told in press("look")
    assert told in press("forget")
    assert [button["label"] for button in report.widget.view["buttons"]] == ["Yes, forget all of it", "No, keep it"]
    assert told in press("look")
    press("forget")
    assert f"0 of {made} predictions made" in press("forget all")
    assert not progress.file.exists()
