"""What a learner has done so far, lesson by lesson."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..learning.exercises import Exercise
from ..learning.predictions import Question
from ..learning.progress import BESIDE, FILE, Progress
from ..page.card import Card
from . import LESSONS
from .cases import CASES


class Report:
    """A card with a bar for each lesson: what was answered right and wrong, and what is open. `widget` shows it."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._sure, self._looked = progress, False, ""
        self.widget = Card(self._press, heading="What you have done", text="")
        self._show()

    def _press(self, action: str, _value: str) -> None:
        match action:
            case "look":
                self._sure, self._looked = False, f" Read again at {datetime.now():%H:%M:%S}."
            case "forget":
                self._sure = True
            case "forget all":
                self._progress.forget()
                self._sure = False
        self._show()

    def _show(self) -> None:
        rows = [_lesson(name, self._progress) for name in LESSONS]
        rows += [_case(name, self._progress) for name in CASES]
        notes = [{"kind": "quiet", "title": "", "text": _where(self._progress) + self._looked}]
        if self._progress.problem:
            notes.append({"kind": "caution", "title": "Your progress", "text": self._progress.problem})
        if self._sure:
            buttons = [
                {"label": "Yes, forget all of it", "action": "forget all", "kind": "fault"},
                {"label": "No, keep it", "action": "look"},
            ]
        else:
            buttons = [{"label": "Look again", "action": "look"}, {"label": "Forget it", "action": "forget"}]
        self.widget.show(rows=rows, notes=notes, buttons=buttons)


def _where(done: Progress) -> str:
    if not done.kept:
        return "Kept nowhere, as ZMQLAB_PROGRESS says: it is forgotten with the kernel."
    place = f"{FILE.name}, {BESIDE}," if done.file == FILE else f"{done.file}"
    return f"Kept in the file {place} and nowhere else. You may delete it."


def progress() -> Card:
    """Return what you have answered and solved so far, lesson by lesson."""
    return Report(Progress()).widget


def _lesson(name: str, done: Progress) -> dict[str, Any]:
    lesson = LESSONS[name]
    questions = [*([lesson.opening] if lesson.opening else []), *lesson.predictions]
    return _row(f"{lesson.number} {lesson.title}", name, questions, lesson.exercises, done)


def _case(name: str, done: Progress) -> dict[str, Any]:
    case = CASES[name]
    return _row(f"{case.number} {case.title}", name, case.questions, case.exercises, done)


def _row(
    title: str, name: str, questions: Iterable[Question], exercises: Iterable[Exercise], done: Progress
) -> dict[str, Any]:
    """Return a row of the card. The first answer to a question counts; an exercise is right once it is solved."""
    answers = [(done.answer(name, question.name), question.right) for question in questions]
    solved = [done.exercise(name, exercise.name)["solved"] for exercise in exercises]
    right = sum(answer == wanted for answer, wanted in answers) + sum(solved)
    wrong = sum(answer not in ("", wanted) for answer, wanted in answers)
    return {"name": title, "right": right, "wrong": wrong, "open": len(answers) + len(solved) - right - wrong}
