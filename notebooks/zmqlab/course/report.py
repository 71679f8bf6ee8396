"""What a learner has done so far, lesson by lesson."""

from __future__ import annotations

from ..learning.progress import BESIDE, FILE, Progress
from ..page.card import Card
from . import LESSONS
from .cases import CASES


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
        notes = [{"kind": "quiet", "title": "", "text": "\n".join([*lines, _where(self._progress)])}]
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
    place = f"{FILE.name}, {BESIDE}," if done.file == FILE else f"{done.file}"
    return f"Kept in the file {place} and nowhere else. You may delete it."


def progress() -> Card:
    """Return what you have predicted and solved so far, lesson by lesson."""
    return Report(Progress()).widget


def _line(name: str, done: Progress) -> str:
    lesson = LESSONS[name]
    made = sum(bool(done.answer(name, prediction.name)) for prediction in lesson.predictions)
    solved = sum(done.exercise(name, exercise.name)["solved"] for exercise in lesson.exercises)
    parts = [f"{made} of {len(lesson.predictions)} predictions made"]
    if lesson.exercises:
        parts.append(f"{solved} of {len(lesson.exercises)} exercises solved")
    return f"{lesson.number} {lesson.title}: {', '.join(parts)}"


def _case_line(name: str, done: Progress) -> str:
    case = CASES[name]
    right = sum(done.answer(name, question.name) == question.right for question in case.questions)
    return f"{case.number} {case.title}: {right} of {len(case.questions)} found at the first try"
