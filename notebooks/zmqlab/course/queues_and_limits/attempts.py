"""A table that fills itself in by trying: a row for each thing to try, a column for each situation.

Before, the learner says for some rows what the last column will hold. Then a press tries all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape

import ipywidgets as widgets

from ...page.control import AtWork
from ...page.panel import button, panel

FEWEST = 3
"""Rows for which the learner says first what will happen, if there are so many."""

NOT_SAID = "–"
"""What stands where a row was tried of which nothing was predicted."""

Attempt = Callable[[str, str], str]
"""Tries a row in a situation. Returns in a few words what happened; the first is what a prediction is held against."""


class Attempts(AtWork):
    """Rows with a button each to predict, and what happened in each of the `situations`.

    `attempt(row, situation)` says in a few words what happened. Before, the learner says for some rows which of the
    words `predict` the last column will begin with. Where that was wrong, it is told by its `reasons` why.
    """

    def __init__(
        self,
        attempt: Attempt,
        rows: Iterable[str],
        situations: Iterable[str],
        predict: Iterable[str],
        title: str = "What happens?",
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._attempt, self._rows, self._situations = attempt, list(rows), list(situations)
        self._title, self._choices = title, ["?", *predict]
        self._said = dict.fromkeys(self._rows, "?")
        self._reasons, self._fewest = reasons or {}, min(FEWEST, len(self._rows))
        self._seen: dict[tuple[str, str], str] = {}

    def build(self) -> widgets.Widget:
        """Make the table."""
        rows, situations = self._rows, self._situations
        self.buttons = {
            row: button("?", lambda row=row: self.choose(row), tooltip=f"What you say of {row}") for row in rows
        }
        self.cells = {(row, situation): widgets.HTML() for row in rows for situation in situations}
        self.start_button = button("Try them all", self.start, "main")
        heads = ["", *situations[:-1], f"you say: {situations[-1]}", situations[-1]]
        children: list[widgets.Widget] = [widgets.HTML(_words(head, "zl-quiet")) for head in heads]
        for row in rows:
            *before, last = [self.cells[row, situation] for situation in situations]
            children += [widgets.HTML(_words(row, "zl-strong")), *before, self.buttons[row], last]
        grid = widgets.GridBox(children)
        grid.layout.grid_template_columns = f"70px repeat({len(situations) - 1}, 1fr) 130px 1.2fr"
        grid.add_class("zl-table")
        bottom = widgets.HBox([self.start_button, self.note])
        bottom.add_class("zl-row")
        self._ask()
        return panel(self._title, grid, bottom, still=f"{', '.join(rows)}: [ Try them all ]")

    # what a learner does

    def choose(self, row: str) -> None:
        """Predict the next of the choices for a row. What has been tried is predicted no more."""
        if not self.buttons[row].disabled:
            choice = self._choices[(self._choices.index(self._said[row]) + 1) % len(self._choices)]
            self._said[row] = self.buttons[row].description = choice
            if not self.start_button.disabled:  # else they are tried just now
                self._ask()

    def _ask(self) -> None:
        """Say what to press next."""
        at_least = "all" if self._fewest == len(self._rows) else f"{self._fewest} of them at least"
        more = f"Say for {at_least} what will happen: press the question marks."
        self.say("Now press Try them all." if self._is_enough() else more, "zl-quiet")

    def _is_enough(self) -> bool:
        """Whether the learner has said of enough rows what will happen."""
        return sum(said != "?" for said in self._said.values()) >= self._fewest

    def start(self) -> None:
        """Try all, in a thread of its own, once enough was predicted."""
        if not self._is_enough():
            self.refuse(f"Say for {self._fewest} of them first what will happen: press the question marks.")
        else:
            self.begin(self._try_all)

    def _try_all(self) -> None:
        self.start_button.disabled = True
        try:
            for (row, situation), cell in self.cells.items():
                if self.closed:
                    return
                self._seen[row, situation] = words = self._attempt(row, situation)
                cell.value = _words(words)
                if situation == self._situations[-1]:
                    self._settle(row)
            told = [row for row in self._rows if self._said[row] != "?"]
            wrong = [row for row in told if not self._right(row)]
            why = [self._in_words(row) for row in wrong if row in self._reasons]
            self.say(" ".join([f"You were right about {len(told) - len(wrong)} of {len(told)}.", *why]), "zl-quiet")
        finally:
            self.start_button.disabled = False

    def _settle(self, row: str) -> None:
        """Say whether a row was predicted, and how well. It is predicted no more."""
        said, made = self._said[row], self.buttons[row]
        made.disabled = True
        made.description = NOT_SAID if said == "?" else f"{'✓' if self._right(row) else '✗'} {said}"

    def _in_words(self, row: str) -> str:
        """Return what a row does, and why."""
        happened = self._seen[row, self._situations[-1]]
        does = next((choice for choice in self._choices if happened.startswith(choice)), happened)
        return f"{row} {does}: {self._reasons[row]}."

    def _right(self, row: str) -> bool:
        return self._seen[row, self._situations[-1]].startswith(self._said[row])


def _words(words: str, kind: str = "zl-plain") -> str:
    return f'<span class="{kind}">{escape(words)}</span>'
