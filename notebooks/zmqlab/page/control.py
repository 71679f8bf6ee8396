"""What a learner presses: a control. It is made by itself, and `lab.show(control)` gives it a lab.

A control addresses actors by name, never sockets. What it shows is told from the record, so it shows what really
passed, and is text throughout: what a message says is escaped, and never becomes markup.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

import ipywidgets as widgets

from ..live.crew import Busy, Closed
from ..live.handle import NotAtWork
from ..live.hands import whole
from ..picture.outputs import Output
from ..record.events import Event
from .outlet import Outlet, room

IN_WORDS = (LookupError, RuntimeError, ValueError, TimeoutError)
"""What is raised with words for a learner. Anything else is told with its kind."""
OURS = (Busy, Closed, NotAtWork)
"""What only a lab raises."""
CLOSING = 7.0
"""Seconds that one step of a control may take once its lab is closed."""


_making = threading.RLock()


class Control:
    """One control. `widget` shows it; `note` is where it says what went wrong.

    What happens to its actors it shows by an `output`, which is part of the picture's film; `outlet` is where that stands, with room
    for so many `lines`. `told` is that with the note above it, in the same room: a note pushes nothing down.

    A class of its own makes its widgets in `build`, and does what is pressed by `press`. `pictured`: the picture
    belongs to it, and shows the `actors` that it names. `stage` is that picture, `beside` are the controls of its panel.
    """

    pictured = True
    actors: tuple[str, ...] = ()
    may_come = 0
    """Actors that it may start beside those, at most: they will have room."""
    output: Output | None = None
    lines = 3
    note: widgets.HTML
    lab: Any = None
    bench: Any = None
    stage: Any = None
    beside: Iterable[Control] = ()
    _widget: widgets.Widget | None = None
    _refused, _times, _missed = "", 0, ""

    @property
    def widget(self) -> widgets.Widget:
        """What stands in the page. It is made when it is first asked for, and whole: a widget is never freed by itself."""
        if self._widget is None:
            whole(self._make)
        return self._widget

    def build(self) -> widgets.Widget:
        """Make the widgets, and return the one that holds them all, `note` among them."""
        raise NotImplementedError

    def _make(self) -> None:
        with _making:  # two threads may ask for it first
            if self._widget is None:
                self._widget = self._made()

    def _made(self) -> widgets.Widget:
        self.note = widgets.HTML()
        self.note.add_class("zl-said")
        if self.output is not None:
            self.outlet = Outlet(lines=self.lines)
            self.told = room(self.note, self.outlet)
        return self.build()

    def attach(self, lab: Any, bench: Any) -> None:
        """Belong to a lab from now on."""
        self.lab, self.bench = lab, bench

    def tell(self, events: list[Event]) -> Iterable[Callable[[], object]] | None:
        """Show what happened next. Called by the lab's pump, which holds a lock meanwhile.

        Returns what is to be done about it, if anything: the pump does that later.
        """

    def close(self) -> None:
        """End what it does by itself. Called when its lab is closed."""

    def press(self, action: Callable[[], object]) -> bool:
        """Do what was pressed, or say why not and what to do. True when it was done.

        Everything that is pressed comes through here: nothing is silent, and nothing raises in the page.
        """
        self.widget  # noqa: B018  (it may have to say something)
        try:
            if self.bench is None:
                raise RuntimeError(f"Show it first: lab.show({type(self).__name__}(…)).")
            self.bench.pressed()
            if self.stage is not None:
                self.stage.go_live()
            action()
        except NotAtWork as problem:
            self.refuse(f"{problem.words} {self._how_to_go_on(problem.name)}")
            self._missed = problem.name
            return False
        except Exception as problem:
            self.refuse(in_words(problem))
            return False
        self.say("")
        for control in self.beside:
            if control._missed and self.lab[control._missed].alive:
                control.say("")
        return True

    def way_back(self, actor: str) -> str:
        """Return what to press here to have an actor at work again: "press so and so". "" when nothing here does that."""
        return ""

    def _how_to_go_on(self, actor: str) -> str:
        """Return how to have an actor at work again, as far as that can be done where this control stands."""
        ways = [way for control in (self, *self.beside) if (way := control.way_back(actor))]
        words = " or ".join([*dict.fromkeys(ways), "run the cell that starts it"])
        return f"{words[0].upper()}{words[1:]}."

    def refuse(self, words: str, kind: str = "zl-note") -> None:
        """Say why nothing came of a press. Pressed again, it says how often: nothing that is pressed is silent."""
        times = self._times + 1 if words == self._refused else 1
        self.say(f"{words} (Pressed {times} times.)" if times > 1 else words, kind)
        self._refused, self._times = words, times

    def say(self, words: str, kind: str = "zl-note") -> None:
        """Say something below the control."""
        self._refused, self._times, self._missed = "", 0, ""
        self.note.value = f'<span class="{kind}" role="alert">{escape(words)}</span>' if words else ""


AT_WORK = "It is at work already: wait for its end."


class AtWork(Control):
    """A control that does its work in a thread of its own, once at a time: other buttons must go on working.

    Whoever works looks between two steps whether its lab is `closed`.
    """

    pictured = False

    def __init__(self) -> None:
        self._free = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def closed(self) -> bool:
        """Whether its lab is closed."""
        return self.bench is not None and self.bench.closed

    def begin(self, work: Callable[[], object]) -> None:
        """Do it, unless the last is not done yet."""
        if not self._free.acquire(blocking=False):
            self.refuse(AT_WORK, "zl-quiet")
            return
        if not self.press(self._nothing):
            self._free.release()
            return
        self._thread = threading.Thread(target=self._work, args=[work], name="zmqlab control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for the end of the step that is at work."""
        if self._thread is not None:
            self._thread.join(CLOSING)

    @property
    def working(self) -> bool:
        """Whether it is at work."""
        return self._free.locked()

    def _work(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as problem:  # also what ends an actor: its lab was closed
            if not self.closed:  # what a learner's own function raises is told with its kind
                self.say(in_words(problem) if isinstance(problem, OURS) else with_kind(problem))
        finally:
            self._free.release()
            if self._refused == AT_WORK:
                self.say("")

    def _nothing(self) -> None:
        """A press that has its work done elsewhere."""


def in_words(problem: BaseException) -> str:
    """Return what is told of a problem."""
    words = isinstance(problem, IN_WORDS) and not isinstance(problem, KeyError | IndexError) and str(problem)
    return words or with_kind(problem)


def with_kind(problem: BaseException) -> str:
    """Return what kind of problem it is, and what it says."""
    return f"{type(problem).__name__}: {problem}"
