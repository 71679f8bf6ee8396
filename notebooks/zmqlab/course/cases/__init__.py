"""Recordings of broken systems, and what is asked about them. One file a case, its recording beside it."""

from pathlib import Path

from . import finished_photo, silent_alarm
from .case import CaseFile

CASES: dict[str, CaseFile] = {"silent-alarm": silent_alarm.CASE, "finished-photo": finished_photo.CASE}
"""By the name that a notebook gives its `Case`."""


def recording_of(name: str) -> Path:
    """Return the file of a case's recording."""
    return Path(__file__).with_name(f"{name.replace('-', '_')}.json")
