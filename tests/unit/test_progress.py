"""What a learner has done: kept in one file, which they may edit, spoil and delete."""

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock
from zmqlab.course import LESSONS
from zmqlab.course.report import Report
from zmqlab.learning.progress import FILE, Progress

OF_AN_EARLIER_COURSE = """{
 "request-reply": {
  "answers": {
   "two servers": "B"
  },
  "exercises": {
   "serve": {
    "tries": 3,
    "hints": 1,
    "solved": true
   }
  }
 }
}
"""


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
    assert next_time.exercise("lesson", "serve") == {"tries": 2, "hints": 1, "solution": False, "solved": True}
    assert next_time.exercise("lesson", "ask") == {"tries": 0, "hints": 0, "solution": False, "solved": False}


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
    (tmp_path / "a file").write_text("")
    progress = Progress(tmp_path / "a file" / "progress.json")
    progress.answered("lesson", "question", "B")
    assert "not kept" in progress.problem
    assert progress.answer("lesson", "question") == "B"  # known as long as this kernel lives


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


MANY = """
import sys
from zmqlab.learning.progress import Progress
progress = Progress()
for number in range(150):
    progress.answered(sys.argv[1], f"{sys.argv[2]} {number}", "A")
    progress.tried(sys.argv[1], sys.argv[2], tries=number)
print(progress.problem, end="")
"""


@pytest.mark.parametrize("lessons", ["abc", "aaa"], ids=["each its lesson", "all the same lesson"])
def test_three_kernels_lose_nothing(tmp_path, lessons):
    file = tmp_path / "progress.json"
    environment = os.environ | {"ZMQLAB_PROGRESS": str(file), "PYTHONPATH": os.pathsep.join(sys.path)}
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, lesson, str(number)], env=environment, stdout=subprocess.PIPE, text=True
        )
        for number, lesson in enumerate(lessons)
    ]
    said = [kernel.communicate(timeout=120)[0] for kernel in kernels]
    data = json.loads(file.read_text())
    assert sum(len(lesson["answers"]) for lesson in data.values()) == 450
    assert {done["tries"] for lesson in data.values() for done in lesson["exercises"].values()} == {149}
    assert said == [""] * 3
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["progress.json"]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("zmqlab.learning.progress.PATIENCE", 0.1)


def test_what_cannot_be_written_while_another_kernel_holds_the_file_is_written_later(progress, impatient):
    with FileLock(progress.file.with_name(f".{progress.file.name}.lock")):
        progress.answered("lesson", "first", "A")
        assert "not kept yet: another notebook has held progress.json" in progress.problem
        assert progress.answer("lesson", "first") == "A"
        assert not progress.file.exists()
    progress.answered("lesson", "second", "B")
    assert progress.problem == ""
    assert json.loads(progress.file.read_text()) == {"lesson": {"answers": {"first": "A", "second": "B"}}}


def test_a_full_disk_is_said_and_what_was_kept_before_is_still_there(progress, monkeypatch):
    progress.answered("lesson", "first", "A")

    def full(file, text, **_):
        file.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        progress.answered("lesson", "second", "B")
    assert "not kept: progress.json cannot be written (No space left on device)" in progress.problem
    assert Progress(progress.file).answer("lesson", "first") == "A"
    assert {path.name for path in progress.file.parent.iterdir()} - {".progress.json.lock"} == {"progress.json"}


def test_a_file_that_cannot_be_opened_now_is_not_set_aside(progress, monkeypatch):
    progress.answered("lesson", "first", "A")

    def none_left(file, **_):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", none_left)
        assert progress.answer("lesson", "first") == ""
        progress.answered("lesson", "second", "B")
        assert "cannot be read (Too many open files)" in progress.problem
    progress.answered("lesson", "third", "C")
    assert progress.problem == ""
    assert Progress(progress.file).answer("lesson", "first") == "A"
    assert Progress(progress.file).answer("lesson", "second") == "B"


def test_a_file_that_another_kernel_has_set_aside_meanwhile_is_not_moved_again(progress):
    progress.file.write_text("{")
    other = Progress(progress.file)
    other.answered("lesson", "question", "B")
    progress._set_aside()  # it had read the old one
    assert Progress(progress.file).answer("lesson", "question") == "B"
    assert progress.file.with_suffix(".unreadable.json").read_text() == "{"


def test_the_file_of_an_earlier_course_is_read(progress):
    progress.file.write_text(OF_AN_EARLIER_COURSE, encoding="utf-8")
    assert progress.answer("request-reply", "two servers") == "B"
    assert progress.exercise("request-reply", "serve") == {"tries": 3, "hints": 1, "solution": False, "solved": True}
    progress.answered("pipeline", "one slow worker", "A")
    assert Progress(progress.file).answer("request-reply", "two servers") == "B"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("off", "Kept nowhere, as ZMQLAB_PROGRESS says: it is forgotten with the kernel."),
        ("", "Kept in the file my-progress.json, beside the lessons, and nowhere else. You may delete it."),
        ("{folder}/mine.json", "Kept in the file {folder}/mine.json and nowhere else. You may delete it."),
    ],
)
def test_the_report_names_the_place_where_progress_is_kept(tmp_path, monkeypatch, value, words):
    monkeypatch.setenv("ZMQLAB_PROGRESS", value.format(folder=tmp_path))
    said = Report(Progress()).widget.view["notes"][0]["text"]
    assert said == words.format(folder=tmp_path)


def test_the_file_stands_beside_the_lessons_under_a_name_that_git_ignores():
    assert FILE.parent.name == "notebooks"
    assert f"/notebooks/{FILE.name}" in (FILE.parents[1] / ".gitignore").read_text().splitlines()


def test_the_report_counts_and_forgets_only_when_asked_twice(progress):
    report = Report(progress)
    lesson = LESSONS["request-reply"]
    first, second = lesson.predictions[:2]
    progress.answered("request-reply", first.name, first.right)
    progress.answered("request-reply", second.name, next(letter for letter in second.options if letter != second.right))
    progress.tried("request-reply", lesson.exercises[0].name, solved=True)
    progress.tried("request-reply", lesson.exercises[1].name, tries=3)

    def press(action):
        report.widget._hear(None, {"type": "pressed", "action": action}, None)
        return report.widget.view["rows"][1]

    there_are = 1 + len(lesson.predictions) + len(lesson.exercises)
    told = {"name": f"01 {lesson.title}", "right": 2, "wrong": 1, "open": there_are - 3}
    assert press("look") == told
    assert f"01 {lesson.title}: 2 right, 1 wrong, {there_are - 3} open" in repr(report.widget)
    assert press("forget") == told
    assert [button["label"] for button in report.widget.view["buttons"]] == ["Yes, forget all of it", "No, keep it"]
    assert press("look") == told
    press("forget")
    assert press("forget all") == told | {"right": 0, "wrong": 0, "open": there_are}
    assert not progress.file.exists()
