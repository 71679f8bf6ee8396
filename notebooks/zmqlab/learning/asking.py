"""Ask a question, lock the first answer, run the experiment, and say what became of the prediction."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import ipywidgets as widgets

from ..live.processes.latch import Latch
from ..page.card import Card
from ..page.freeing import take_away
from ..page.show import Beside
from ..page.stage import Stage
from .predictions import Prediction, Question, tally_in_words
from .progress import Progress

PATIENCE = 30.0
"""Seconds that `holds` waits for an experiment to end."""

Run = Callable[[Callable[[Stage], None]], tuple[str, str]]
"""Does an experiment once: it hands its stage to what it is given, and returns what happened, as a letter and in words."""


class Ask:
    """A question in a notebook. The first answer counts; `widget` shows it."""

    tick = "true"
    filmed = False
    """Whether an experiment answers it: its film stands beside the question."""

    def __init__(self, lesson: str, question: Question, progress: Progress, heading: str) -> None:
        self.question = question
        self._lesson, self._progress = lesson, progress
        self.answer = progress.answer(lesson, question.name)
        self._card = Card(self._press, heading=heading, text=question.text, options=self._options(), tick=self.tick)
        self._below = widgets.VBox()
        self.widget = Beside(self._card, self._below)
        if not self.filmed:
            self.widget.add_class("zl-lone")
        if self.answer:
            self._reveal()

    def _press(self, action: str, value: str) -> None:
        if action == "answer" and value in self.question.options and not self.answer:
            self.answer = value
            self._progress.answered(self._lesson, self.question.name, value)
            self._reveal()

    def _reveal(self) -> None:
        """Say whether the answer was right."""
        self._say(self.question.right, "")

    def _say(self, happened: str, observed: str, film: str = "") -> None:
        """Show the verdict: `happened` is the letter of what did, `observed` says it in words, `film` of which run one is."""
        hit = self.answer == happened
        title = f"You said {self.answer}" + (", and so it is." if hit else ", but that is not so.")
        if observed:
            title = f"You said {self.answer}{', and so it was' if hit else ''}. What happened: {observed}."
        note = {"kind": "right" if hit else "wrong", "title": title, "text": self.question.said[self.answer]}
        if not hit:
            note["text"] += "\n" + self.question.said[happened]
        note["text"] += f"\n{film}" * bool(film)
        self._card.show(options=self._options(happened), locked=True, notes=[note], busy="", buttons=[])

    def _options(self, happened: str = "") -> list[dict]:
        texts = self.question.options.items()
        return [
            {"letter": letter, "text": text, "chosen": letter == self.answer, "right": letter == happened}
            for letter, text in texts
        ]


class Predict(Ask):
    """A question that an experiment answers. The experiment runs once somebody has answered, in a thread of its own.

    `run` does the experiment once. Without an answer (all cells were run in one go) `holds` runs it, and what came of
    it stays folded until there is an answer.
    """

    tick = "this happened"
    filmed = True

    def __init__(self, lesson: str, prediction: Prediction, progress: Progress, run: Run) -> None:
        self._run = run
        self._stages: list[Stage] = []  # the film that is shown
        self._filmed: list[Stage] = []  # the film of the run that was made last
        self._films: dict[str, Stage] = {}  # the first film of each letter that came out
        self._exchanged = False  # whether another film is shown than that of the first run
        self._spare: Stage | None = None  # the film of the last run, if it is no first one
        self._seen: Counter[str] = Counter()  # what was observed, in words
        self._letters: Counter[str] = Counter()
        self._problem: BaseException | None = None
        self._thread: threading.Thread | None = None
        # Who is interrupted in `join` has a thread that is at work taken for one that is over, up to Python 3.12.
        self._done = Latch()
        self._lock = threading.RLock()
        super().__init__(lesson, prediction, progress, "Predict, then see")

    def holds(self) -> bool:
        """Whether the experiment came out as the lesson says it does. Runs it, if nobody has answered yet.

        Raises what the experiment raised, and `TimeoutError` when it does not end.
        """
        self._begin()
        if not self._done.wait(PATIENCE):
            raise TimeoutError(f"The experiment {self.question.name!r} has not ended after {PATIENCE:g} s.")
        if self._problem is not None:
            raise self._problem
        return self.question.grade(self._letters) == self.question.right

    def _reveal(self) -> None:
        self._begin()
        self._show()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name=f"experiment: {self.question.name}", daemon=True
                )
                self._thread.start()

    def _work(self) -> None:
        try:
            for _ in range(self.question.runs):
                letter, words = self._run(self._film)
                self._letters[letter] += 1
                self._seen[words] += 1
                self._keep(letter)
        except BaseException as problem:
            self._problem = problem
            self._keep("")
        finally:
            self._done.set()

    def _film(self, stage: Stage) -> None:
        self._filmed.append(stage)

    def _keep(self, letter: str) -> None:
        """Show the film of the first run, and go on to another after all of them only if the verdict tells of another kind.

        Let go of the others. A page makes a film more slowly than runs follow one another: so none of those between is
        shown. Of the last the page may just be making it: it goes with the lab.
        """
        if not self._filmed:
            self._show()
            return
        last, gone = self._filmed.pop(), {self._spare}
        self._spare = None if self._films.setdefault(letter, last) is last else last
        self._stages = self._stages or [last]
        if self._seen.total() == self.question.runs:
            chosen = self._films.get(self.question.grade(self._letters), last)
            self._exchanged = [chosen] != self._stages
            gone |= {*self._stages, *self._films.values()}
            self._stages = [chosen]
        gone -= {None, last, *self._stages}
        self._show()
        for film in gone:
            take_away(film)

    def _show(self) -> None:
        with self._lock:  # two threads come here: what is shown last must be how things stand
            self._show_as_it_stands()

    def _show_as_it_stands(self) -> None:
        runs = self.question.runs
        ended = self._problem is not None or self._seen.total() == runs
        if not self.answer:
            text = "Choose an answer to see what came of it."
            notes = [{"kind": "quiet", "title": "The experiment has run.", "text": text}] if ended else []
            self._card.show(notes=notes)
            return
        self._below.children = tuple(self._stages)
        if self._problem is not None:
            words = f"{type(self._problem).__name__}: {self._problem}"
            note = {"kind": "caution", "title": "The experiment did not come to an end.", "text": words}
            self._card.show(options=self._options(), locked=True, notes=[note], busy="")
        elif ended:
            film = "The film is of a run in which that happened, no longer of the first." if self._exchanged else ""
            self._say(self.question.grade(self._letters), tally_in_words(self._seen), film)
        else:
            done = {"done": self._seen.total() / runs} if runs > 1 else {}
            words = f"Run {self._seen.total() + 1} of {runs} …" if runs > 1 else "The experiment runs …"
            self._card.show(options=self._options(), locked=True, busy=words, **done)
