"""What a learner has done, in one file of theirs. They may read it, and delete it."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "my-progress.json"
"""Beside the lessons. `ZMQLAB_PROGRESS` names another file, or says "off": then nothing is read or written."""


class Progress:
    """Answers given and exercises solved, by lesson. Every change is written at once.

    `problem` says in words why the file cannot be written, or was set aside; empty when all is well.
    """

    def __init__(self, file: Path | None = None) -> None:
        named = os.environ.get("ZMQLAB_PROGRESS") or FILE
        self.file = file or Path(named)
        self._in_memory: dict[str, Any] | None = {} if file is None and named == "off" else None
        self._lock = threading.Lock()
        self.problem = ""

    def answer(self, lesson: str, question: str) -> str:
        """Return the letter that was answered first, or "" when none was."""
        return self._read().get(lesson, {}).get("answers", {}).get(question, "")

    def answered(self, lesson: str, question: str, letter: str) -> None:
        """Keep the first answer to a question. Later ones change nothing."""
        with self._lock:
            data = self._read()
            data.setdefault(lesson, {}).setdefault("answers", {}).setdefault(question, letter)
            self._write(data)

    def exercise(self, lesson: str, name: str) -> dict[str, Any]:
        """Return what was done of an exercise: `tries`, `hints` (how many were read), `solved`."""
        return {"tries": 0, "hints": 0, "solved": False} | self._read().get(lesson, {}).get("exercises", {}).get(
            name, {}
        )

    def tried(self, lesson: str, name: str, **changes: Any) -> None:
        """Keep what became of an exercise. What is solved stays solved."""
        with self._lock:
            data = self._read()
            kept = data.setdefault(lesson, {}).setdefault("exercises", {}).setdefault(name, {})
            changes["solved"] = bool(kept.get("solved") or changes.get("solved"))
            kept |= changes
            self._write(data)

    def forget(self) -> None:
        """Delete the file."""
        with self._lock:
            if self._in_memory is not None:
                self._in_memory.clear()
            elif self.file.is_file():
                self.file.unlink()

    def _read(self) -> dict[str, Any]:
        if self._in_memory is not None:
            return self._in_memory
        try:
            data = json.loads(self.file.read_text(encoding="utf-8"))
            if _well_formed(data):
                return data
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            pass  # told below: what cannot be read is kept, under another name
        self._set_aside()
        return {}

    def _set_aside(self) -> None:
        if not self.file.is_file():  # a folder, a device: not ours to move
            self.problem = f"{self.file.name} is no file that could be read."
            return
        aside = self.file.with_suffix(".unreadable.json")
        try:
            self.file.replace(aside)
            self.problem = f"{self.file.name} could not be read. It is kept as {aside.name}, and a new one begins."
        except OSError as problem:
            self.problem = f"{self.file.name} cannot be read: {problem.strerror}."

    def _write(self, data: dict[str, Any]) -> None:
        if self._in_memory is not None:
            return
        if self.file.exists() and not self.file.is_file():
            self.problem = f"Your progress is not kept: {self.file.name} is no file."
            return
        new = self.file.with_suffix(".new")
        try:
            new.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            new.replace(self.file)  # whole or not at all, even if the kernel dies here
        except OSError as problem:
            self.problem = f"Your progress is not kept: {self.file.name} cannot be written ({problem.strerror})."


def _well_formed(data: Any) -> bool:
    """Whether the file holds dicts where dicts belong: people edit it."""
    if not isinstance(data, dict) or not all(isinstance(lesson, dict) for lesson in data.values()):
        return False
    parts = [lesson.get(part, {}) for lesson in data.values() for part in ("answers", "exercises")]
    exercises = [
        done
        for lesson in data.values()
        if isinstance(lesson.get("exercises"), dict)
        for done in lesson["exercises"].values()
    ]
    return all(isinstance(part, dict) for part in [*parts, *exercises])
