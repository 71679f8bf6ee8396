"""An exercise in a notebook: check what was written, read hints, see a solution, watch it fail."""

from __future__ import annotations

import copy
import dataclasses
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as widgets
from IPython import get_ipython

from ..page.card import Card
from ..page.freeing import take_away
from ..page.show import Beside
from ..page.stage import Stage
from ..picture.film import moment_of, tell
from ..picture.playback import Playback
from ..picture.scene import Scene
from ..record.events import SocketMade
from .checking import Verdict, check
from .exercises import Exercise
from .progress import Progress

BEFORE, AFTER = 120, 60
"""Events of a failed run that are shown, at most: before the law was broken, and after."""

LONGEST_RUN = 400
"""Events of a run that went well that are shown, at most: its first."""

AT_WORK = "It is being checked already, and nothing new was started: wait for its end."

FILMING = "Making the film …"

KINDS = {"not attempted": "quiet", "wrong": "wrong", "exception": "caution", "right": "right"}


class Try:
    """One exercise. `find` returns the learner's function of that name as it is now, or None. `widget` shows it."""

    def __init__(
        self,
        lesson: str,
        number: int,
        exercise: Exercise,
        find: Callable[[str], object],
        progress: Progress,
        heading: str = "",
    ) -> None:
        self.exercise = exercise
        self._lesson, self._find, self._progress = lesson, find, progress
        self._verdict: Verdict | None = None
        self._busy = self._again = False  # whether it is checked now, and whether Check was pressed meanwhile
        self._filming: Verdict | None = None  # of which a film is made now
        self._lock = threading.RLock()  # two threads come here: what is shown last must be how things stand
        self._hints = progress.exercise(lesson, exercise.name)["hints"]
        self._asked_for_a_hint = False  # and for nothing else since
        self._solution = False
        self._card = Card(
            self._press, heading=f"{heading or f'Exercise {number}'} · {exercise.title}", text=exercise.task
        )
        self._below = widgets.VBox()
        self.widget = Beside(self._card, self._below)
        self.widget.add_class("zl-task")
        self._show()

    def check(self) -> Verdict:
        """Check the function as it is now, say so, and return the verdict. Raises `RuntimeError` while it is checked."""
        if not self._begin():
            raise RuntimeError(AT_WORK)
        return self._check()

    def _begin(self) -> bool:
        """Be the one who checks it. False when somebody does already."""
        with self._lock:
            self._again = self._busy
            if not self._busy:
                self._busy, self._verdict, self._filming, self._asked_for_a_hint = True, None, None, False
                self._put_below()
            self._show()
            return not self._again

    def _check(self) -> Verdict:
        verdict = None
        try:
            verdict = check(self.exercise, self._find(self.exercise.name))
            return verdict
        finally:
            with self._lock:
                self._busy, self._verdict = False, verdict
                if verdict is not None:
                    self._keep(verdict)
                self._show()

    def _press(self, action: str, _value: str) -> None:
        if action == "check":
            if self._begin():  # it takes a few seconds: other buttons must go on working
                threading.Thread(target=self._check, name=f"check: {self.exercise.name}", daemon=True).start()
            return
        with self._lock:
            match action:
                case "hint" if self._hints < len(self.exercise.hints):
                    self._hints, self._asked_for_a_hint = self._hints + 1, True
                    self._took(hints=self._hints)
                case "solution":
                    self._solution = not self._solution
                    self._took(solution=True)
                    self._filming = None
                    self._put_below()  # beside the card there is room for one
                case "watch" if self._below.children:  # its film: a check begins without one
                    self._below.children[0].play_again()
                case "watch" if self._verdict and self._filming is None:
                    self._solution = False
                    self._filming = self._verdict  # a long run takes a second and more
                    threading.Thread(
                        target=self._watch, args=[self._verdict], name=f"film: {self.exercise.name}", daemon=True
                    ).start()
            self._show()

    def _took(self, **help: Any) -> None:
        """Keep what helped to solve it; what is looked at afterwards did not."""
        if not self._progress.exercise(self._lesson, self.exercise.name)["solved"]:
            self._progress.tried(self._lesson, self.exercise.name, **help)

    def _watch(self, verdict: Verdict) -> None:
        """Make the film of a run, and show it, unless it was checked anew meanwhile."""
        stage = None
        try:
            stage = self._film(verdict)
        finally:
            with self._lock:
                wanted = self._filming is verdict
                if wanted:
                    self._filming = None
                    if stage is not None:
                        self._put_below(stage)
                    self._show()
            if stage is not None and (not wanted or self.widget.comm is None):  # checked anew, or its lab was closed
                take_away(stage)

    def _put_below(self, *stages: Stage) -> None:
        """Have these stages stand below, and let go of those that stood there."""
        former, self._below.children = self._below.children, stages
        for stage in former:
            stage.close()

    def _keep(self, verdict: Verdict) -> None:
        done = self._progress.exercise(self._lesson, self.exercise.name)
        if verdict.kind != "not attempted" and not done["solved"]:  # tries count until it is solved
            self._progress.tried(
                self._lesson, self.exercise.name, tries=done["tries"] + 1, solved=verdict.kind == "right"
            )

    def _show(self) -> None:
        hints = self.exercise.hints
        next_hint = f"Hint {self._hints + 1} of {len(hints)}" if self._hints < len(hints) else "No more hints"
        title = "Hide the solution" if self._solution else "Show a solution"
        buttons = [
            {"label": "Check", "action": "check", "kind": "main", "disabled": self._busy},
            {"label": next_hint, "action": "hint", "disabled": self._hints >= len(hints)},
            {"label": title, "action": "solution"},
        ]
        if self._verdict is not None and self._can_be_watched(self._verdict):
            wanted = "Watch it run" if self._verdict.kind == "right" else "Watch it fail"
            label = FILMING if self._filming is self._verdict else wanted  # said where it was pressed
            buttons.append({"label": label, "action": "watch"})
        self._card.show(
            notes=self._notes(),
            busy=(AT_WORK if self._again else "Checking, on real sockets …") if self._busy else "",
            code={"title": "A solution", "text": self.exercise.solution} if self._solution else None,
            buttons=buttons,
        )

    def _notes(self) -> list[dict]:
        """Return all that is said: what was asked for last on top, where it is seen below the buttons."""
        hints = enumerate(self.exercise.hints[: self._hints], 1)
        quiet = [{"kind": "quiet", "title": f"Hint {number}", "text": hint} for number, hint in hints][::-1]
        said = list(self._how_it_went())
        return quiet + said if self._asked_for_a_hint else said + quiet

    def _how_it_went(self) -> Iterable[dict]:
        verdict = self._verdict
        if verdict is not None:
            text = verdict.text if verdict.kind != "right" else self._how_solved()
            text += f"\nIt printed: {verdict.printed}" if verdict.printed else ""
            yield {"kind": KINDS[verdict.kind], "title": verdict.title, "text": text}
        elif not self._busy and self._progress.exercise(self._lesson, self.exercise.name)["solved"]:
            yield {"kind": "right", "title": "You have solved this.", "text": self._how_solved()}

    def _can_be_watched(self, verdict: Verdict) -> bool:
        """Whether there is something to see in the film of a run."""
        wanted = verdict.kind != "not attempted" and (verdict.kind != "right" or self.exercise.runs)
        return wanted and any(isinstance(event, SocketMade) for event in verdict.events)

    def _film(self, verdict: Verdict) -> Stage:
        if verdict.kind == "right":
            return Stage.of_recording(verdict.events[:LONGEST_RUN], f"{self.exercise.title}: how it went")
        return failing(verdict, self.exercise.title)

    def _how_solved(self) -> str:
        done = self._progress.exercise(self._lesson, self.exercise.name)
        tries = "at the first try" if done["tries"] <= 1 else f"in {done['tries']} tries"
        hints = [f"{done['hints']} hints" if done["hints"] > 1 else "one hint"] if done["hints"] else []
        took = hints + ["a look at a solution"] * bool(done["solution"])
        return f"Solved {tries}, {'with ' + ' and '.join(took) if took else 'without a hint'}."


def in_the_notebook(name: str) -> object:
    """Return what the learner calls by that name now, or None."""
    shell = get_ipython()
    return (shell.user_ns if shell else vars(sys.modules["__main__"])).get(name)


def failing(verdict: Verdict, title: str) -> Stage:
    """Return a stage that plays a recorded run up to the event that broke the law, or to its end."""
    events = verdict.events
    until = verdict.at if verdict.at is not None else events[-1].time
    before = [event for event in events if event.time <= until]
    scene = Scene(recorded=True)
    for event in before[:-BEFORE]:
        scene.apply(event)
    shown = events[max(0, len(before) - BEFORE) :][: BEFORE + AFTER]
    film = tell(shown, copy.deepcopy(scene), whole=len(shown) == len(events))
    at = film.end if verdict.at is None else moment_of(film, shown, until)
    guilty = None if verdict.at is None else at  # its mark says where it failed
    steps = [step._replace(kind="fault") if step.kind and step.at == guilty else step for step in film.steps]
    return Stage(Playback(scene), f"{title}: how it failed", film=dataclasses.replace(film, steps=steps, rest=at))
