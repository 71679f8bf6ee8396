"""What a learner has done so far, lesson by lesson."""

from __future__ import annotations

from collections.abc import Iterable

from ..learning.predictions import Question
from ..learning.progress import FILE, Progress
from ..page.card import Card
from . import LESSONS
from .cases import CASES

RIGHT, WRONG, OPEN = "✓", "✗", "○"
MARKS = f"{RIGHT} right, {WRONG} wrong, {OPEN} open"


class Report:
    """A card that says how many predictions were made and exercises solved. `widget` shows it."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._sure = progress, False
        self.widget = Card(self._press, heading="What you have done", text="")
        self._show()

    def _press(self, action: str, _value: str) -> None:
        match action:
            case "look":
                self._sure = False
            case "forget":
                self._sure = True
            case "forget all":
                self._progress.forget()
                self._sure = False
        self._show()

    def _show(self) -> None:
        lines = [_line(name, self._progress) for name in LESSONS]
        lines += [_case_line(name, self._progress) for name in CASES]
        notes = [{"kind": "quiet", "title": "", "text": "\n".join([*lines, MARKS, _where(self._progress)])}]
        if self._progress.problem:
            notes.append({"kind": "caution", "title": "Your progress", "text": self._progress.problem})
        if self._sure:
            buttons = [
                {"label": "Yes, forget all of it", "action": "forget all", "kind": "fault"},
                {"label": "No, keep it", "action": "look"},
            ]
        else:
            buttons = [{"label": "Look again", "action": "look"}, {"label": "Forget it", "action": "forget"}]
        self.widget.show(notes=notes, buttons=buttons)


def _where(done: Progress) -> str:
    if not done.kept:
        return "Kept nowhere, as ZMQLAB_PROGRESS says: it is forgotten with the kernel."
    place = f"{FILE.name}, beside the lessons," if done.file == FILE else f"{done.file}"
    return f"Kept in the file {place} and nowhere else. You may delete it."


def progress() -> Card:
    """Return what you have predicted and solved so far, lesson by lesson."""
    return Report(Progress()).widget


def _line(name: str, done: Progress) -> str:
    lesson = LESSONS[name]
    made = sum(bool(done.answer(name, prediction.name)) for prediction in lesson.predictions)
    solved = [done.exercise(name, exercise.name)["solved"] for exercise in lesson.exercises]
    parts = [f"{_answered(name, lesson.predictions, done)} {made} of {len(lesson.predictions)} predictions made"]
    if lesson.exercises:
        bar = "".join(RIGHT if one else OPEN for one in solved)
        parts.append(f"{bar} {sum(solved)} of {len(lesson.exercises)} exercises solved")
    return f"{lesson.number} {lesson.title}: {', '.join(parts)}"


def _answered(name: str, questions: Iterable[Question], done: Progress) -> str:
    """Return a bar with a mark for each question: answered rightly at the first try, wrongly, or not yet."""
    answers = [(done.answer(name, question.name), question.right) for question in questions]
    return "".join(OPEN if not letter else RIGHT if letter == right else WRONG for letter, right in answers)


def _case_line(name: str, done: Progress) -> str:
    case = CASES[name]
    right = sum(done.answer(name, question.name) == question.right for question in case.questions)
    bar = _answered(name, case.questions, done)
    found = f"{case.number} {case.title}: {bar} {right} of {len(case.questions)} found at the first try"
    solved = sum(done.exercise(name, exercise.name)["solved"] for exercise in case.exercises)
    return f"{found}, {solved} of {len(case.exercises)} repaired" if case.exercises else found
