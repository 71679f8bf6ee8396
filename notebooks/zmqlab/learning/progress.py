"""What a learner has done, in one file of theirs. They may read it, and delete it.

Several notebooks may be open, each with a kernel of its own: whoever changes the file holds a lock on it, reads it,
and puts a new one in its place. Readers need no lock: they see the old file or the new one, never a part.
"""

from __future__ import annotations

import copy
import json
import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout


def place(zmqlab: Path) -> tuple[Path, str]:
    """Return the folder of the file, and what it is in words: that of the lessons when zmqlab lies among them.

    An installed zmqlab lies where packages lie, and nothing of a learner's belongs there: then it is the notebook's folder.
    """
    if any(zmqlab.parent.glob("[0-9]*.ipynb")):
        return zmqlab.parent, "beside the lessons"
    return Path.cwd(), "in the folder of your notebook"


FOLDER, BESIDE = place(Path(__file__).parents[1])
FILE = FOLDER / "my-progress.json"
"""Beside the lessons. `ZMQLAB_PROGRESS` names another file, or says "off": then nothing is read or written."""
PATIENCE = 2.0
"""Seconds for which a change waits until another kernel lets the file go. Beyond, it is kept in memory and said."""
LOOK = 0.005
"""Seconds between two looks whether the file is free. A change takes about a millisecond."""

Data = dict[str, Any]


class Progress:
    """Answers given and exercises solved, by lesson. Every change is written at once.

    `problem` says in words why the file cannot be written, or was set aside; empty when all is well. What cannot be
    written is known to this kernel as long as it lives, and written with the next change that can be.
    """

    def __init__(self, file: Path | None = None) -> None:
        named = os.environ.get("ZMQLAB_PROGRESS") or FILE
        self.kept = file is not None or named != "off"
        self.file = Path(file or named).expanduser().absolute()
        self._unwritten: list[Callable[[Data], None]] = []
        self._in_memory: Data = {}
        self._lock = threading.RLock()
        self._aside = self._unread = self._unkept = ""

    @property
    def problem(self) -> str:
        """What stands against keeping all this, in words."""
        return " ".join(filter(None, [self._aside, self._unread, self._unkept]))

    def answer(self, lesson: str, question: str) -> str:
        """Return the letter that was answered first, or "" when none was."""
        return self._now().get(lesson, {}).get("answers", {}).get(question, "")

    def answered(self, lesson: str, question: str, letter: str) -> None:
        """Keep the first answer to a question. Later ones change nothing."""

        def change(data: Data) -> None:
            data.setdefault(lesson, {}).setdefault("answers", {}).setdefault(question, letter)

        self._change(change)

    def exercise(self, lesson: str, name: str) -> Data:
        """Return what was done of an exercise: `tries`, `hints` (how many were read), `solution` (was it seen?), `solved`."""
        done = self._now().get(lesson, {}).get("exercises", {}).get(name, {})
        return {"tries": 0, "hints": 0, "solution": False, "solved": False} | done

    def tried(self, lesson: str, name: str, **changes: Any) -> None:
        """Keep what became of an exercise. What is solved stays solved."""

        def change(data: Data) -> None:
            kept = data.setdefault(lesson, {}).setdefault("exercises", {}).setdefault(name, {})
            solved = bool(kept.get("solved") or changes.get("solved"))
            kept |= changes | {"solved": solved}

        self._change(change)

    def forget(self) -> None:
        """Delete the file."""
        with self._lock:
            self._in_memory.clear()
            self._unwritten.clear()
            if self.kept and self.file.is_file():
                self._alone(lambda: self.file.unlink(missing_ok=True))

    # reading

    def _now(self) -> Data:
        """Return what is known: what the file holds, and what could not be written to it."""
        if not self.kept:
            return self._in_memory
        with self._lock:
            data = self._read_or_set_aside()
            for change in self._unwritten:
                change(data)
            return data

    def _read(self) -> Data | None:
        """Return what the file holds, or None when that is not what was ever written there. Raises `OSError`."""
        try:
            data = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            return None
        return data if _well_formed(data) else None

    def _read_or_set_aside(self) -> Data:
        try:
            data = self._read()
            if data is None:
                self._set_aside()
                data = self._read()
            self._unread = ""
            return data or {}
        except OSError as problem:
            if self.file.exists() and not self.file.is_file():  # a folder, a device
                self._unread = f"{self.file.name} is no file that could be read."
            else:
                self._unread = f"{self.file.name} cannot be read ({problem.strerror})."
            return {}

    def _set_aside(self) -> None:
        """Keep a file that cannot be read under another name. A second look, alone: another kernel may have done so."""
        aside = self.file.with_suffix(".unreadable.json")

        def move() -> None:
            if self._read() is None:
                self.file.replace(aside)
                self._aside = f"{self.file.name} could not be read. It is kept as {aside.name}, and a new one begins."

        self._alone(move)

    # writing

    def _change(self, change: Callable[[Data], None]) -> None:
        if not self.kept:
            with self._lock:
                change(self._in_memory)
            return
        with self._lock:
            self._unwritten.append(change)
            if self.file.exists() and not self.file.is_file():
                self._unkept = f"Your progress is not kept: {self.file.name} is no file."
                return
            self._now()  # what cannot be read is set aside before anything is written in its place
            self._alone(self._write_all)

    def _write_all(self) -> None:
        data = self._read()
        if data is None:  # and could not be set aside: it stays as it is, and why is said
            return
        before = copy.deepcopy(data)
        for change in self._unwritten:
            change(data)
        if data != before:
            self._write(data)
        self._unwritten.clear()

    def _write(self, data: Data) -> None:
        new = self.file.with_name(f"{self.file.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
        try:
            new.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            new.replace(self.file)  # whole or not at all, even if the kernel dies here
        finally:
            with suppress(OSError):  # it is there only when it could not be written, or put in its place
                new.unlink(missing_ok=True)

    def _alone(self, act: Callable[[], None]) -> None:
        """Do something while no other kernel touches the file. What keeps it from being done is said."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.file.with_name(f".{self.file.name}.lock"))
            with lock.acquire(timeout=PATIENCE, poll_interval=LOOK):
                act()
            self._unkept = ""
        except Timeout:
            self._unkept = (
                f"Your progress is not kept yet: another notebook has held {self.file.name} for {PATIENCE:g} s. "
                "It is written with your next answer. Restart that notebook's kernel if this stays."
            )
        except OSError as problem:
            reason = problem.strerror or str(problem)
            self._unkept = f"Your progress is not kept: {self.file.name} cannot be written ({reason})."


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
