"""What a case file holds: the programs of a broken system, and what is asked about its recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...learning.predictions import Question


@dataclass(frozen=True)
class CaseFile:
    """One case. `programs` are the plain functions whose run was recorded; the recording lies beside, as JSON."""

    number: str
    title: str
    questions: tuple[Question, ...]
    programs: tuple[Callable, ...]
