"""A folder a lesson: its questions, exercises, wrong answers and its own controls. `cases/` holds the case files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec

from ..learning.exercises import Exercise, Refused
from ..learning.lesson import Lesson

FOLDERS = {
    "start-here": "start_here",
    "request-reply": "request_reply",
    "publish-subscribe": "publish_subscribe",
    "pipeline": "pipeline",
    "pollers": "pollers",
    "exclusive-pair": "exclusive_pair",
    "queues-and-limits": "queues_and_limits",
    "envelopes": "envelopes",
    "brokers": "brokers",
}
"""Where each lesson is, in the order of the course, by the name that it gives its `Lab`."""


class Course(Mapping[str, Lesson]):
    """What each lesson asks, by the name that it gives its `Lab`. A folder is imported when its lesson is asked for."""

    def __getitem__(self, name: str) -> Lesson:
        return import_module(f"{__name__}.{FOLDERS[name]}.lesson").LESSON

    def __iter__(self) -> Iterator[str]:
        return iter(FOLDERS)

    def __len__(self) -> int:
        return len(FOLDERS)


LESSONS = Course()


def exercises_of_cases() -> list[Exercise]:
    """Return the programs that a learner repairs in the case files."""
    cases = import_module(f"{__name__}.cases").CASES
    return [exercise for case in cases.values() for exercise in case.exercises]


def known_wrong_answers() -> list[tuple[Exercise, Refused]]:
    """Return the wrong answers that are known, each with its exercise, lesson by lesson."""
    for folder in FOLDERS.values():
        if find_spec(f"{__name__}.{folder}.wrong"):
            import_module(f"{__name__}.{folder}.wrong")
    exercises = [exercise for lesson in LESSONS.values() for exercise in lesson.exercises]
    for exercise in exercises_of_cases():
        import_module(f"{exercise.home}_wrong")
        exercises.append(exercise)
    return [(exercise, refused) for exercise in exercises for refused in exercise.refused]
