"""Is what the lessons need there? Says nothing when it is; else what is wrong, and the line that mends it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

NEEDED = {"pyzmq": (26, 0), "ipywidgets": (8, 0), "anywidget": (0, 9), "ipykernel": (6, 0), "filelock": (3, 4)}
"""The oldest versions that do. The course is tested with those of environment.yml."""
BROKEN = {"ipykernel": (7, 0)}
"""Versions that do not: with these, widgets do not hear of what happens while a cell runs."""
OLDEST_PYTHON = (3, 11)


def problems(version_of: Callable[[str], str] = version, python: tuple[int, ...] = sys.version_info[:2]) -> list[str]:
    """Return what is wrong, each with the line that mends it; an empty list when all is well."""
    if python < OLDEST_PYTHON:
        has, needs = (".".join(map(str, numbers)) for numbers in (python, OLDEST_PYTHON))
        return [
            f"This kernel runs Python {has}, and the lessons need {needs} or newer. Choose another kernel: Kernel, Change Kernel."
        ]
    return [problem for name in NEEDED if (problem := _problem_with(name, version_of))]


def _problem_with(name: str, version_of: Callable[[str], str]) -> str:
    needs = ".".join(map(str, NEEDED[name]))
    try:
        has = version_of(name)
    except PackageNotFoundError:
        return f"{name} is missing. {_mended_by(f'{name}>={needs}')}"
    numbers = tuple(int(part) for part in has.split(".")[:2] if part.isdigit())
    if numbers < NEEDED[name]:
        return f"{name} is version {has}, and the lessons need {needs} or newer. {_mended_by(f'{name}>={needs}')}"
    if numbers == BROKEN.get(name):
        broken = ".".join(map(str, BROKEN[name]))
        return f"{name} {has} does not work with the lessons. {_mended_by(f'{name}!={broken}.*')}"
    return ""


def _mended_by(requirement: str) -> str:
    return f'To mend it, run in a terminal:\n\n    "{sys.executable}" -m pip install --upgrade "{requirement}"\n\nThen restart the kernel.'
