"""The roof: the one object that a notebook needs.

lab = Lab("request-reply")          # run it again and you start afresh
lab.start(server)                   # a plain function, at work in the background
lab.show(Sender("client"))          # the picture, and a text box: what you type, the client sends
lab["server"].kill()                # an actor, by its name
"""

from __future__ import annotations

import atexit
import copy
import inspect
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import ipywidgets as widgets
from IPython.display import display

from . import gone, installation, interrupts
from .bench import Bench, Workplace
from .course import LESSONS
from .learning.asking import Ask, Predict
from .learning.lesson import Lesson
from .learning.predictions import Prediction
from .learning.progress import Progress
from .learning.trying import Try, in_the_notebook
from .live.hands import whole
from .live.processes.scripts import Run, Script, run_together
from .page.belongings import Belongings
from .page.cells import Run as CellRun
from .page.cells import this_run
from .page.control import Control
from .page.show import Shown
from .page.stage import Stage
from .record.text import readable
from .stretch import Stretch

W = TypeVar("W", bound=widgets.Widget)
CLOSED = "This lab is closed. Run the cell that says Lab({name!r}) again, and then this one."
CLOSED_HERE = "This lab is closed. Run this cell again."
"""Said of what the cell has shown that makes the lab."""
OPENING = 1.0
"""Seconds that the end of the kernel waits for a lab that is being made."""
_labs: dict[str, Lab] = {}
_opening = threading.Lock()  # one lab at a time: whoever is interrupted in it is not through yet


class Lab(Workplace):
    """A place where actors work, sockets are seen, and controls reach them.

    `name` names it: making a lab of the same name again closes the former one. `close` leaves nothing behind, and
    runs by itself when the kernel ends.
    """

    def __init__(self, name: str) -> None:
        for problem in installation.problems():
            print(problem)
        interrupts.install()
        self.name = name
        self._shown, self._made_in = Belongings(), this_run().cell
        self._turn = threading.Lock()  # guards this list; nothing else is done while it is held
        self._alone: list[Stretch] = []  # predictions and trials that run
        self._progress = Progress()
        whole(self._open)

    def _open(self) -> None:
        with _opening:
            former = _labs.pop(self.name, None)
            for stuck, why in former._close() if former is not None else ():
                print(f"{stuck} does not stop, and keeps what it has bound: {why}. Restart the kernel.")
            self._bench = Bench(self.name, CLOSED.format(name=self.name))
            self._bench.alone = self._beside
            _labs[self.name] = self

    # what there is to see and press

    def show(self, *things: Control | widgets.Widget, actors: Iterable[str] | None = None) -> None:
        """Show what actors do, and controls with it: `lab.show(Sender("client"))`.

        The picture shows the `actors` that are named, else those that the controls name, and everybody who meets them.
        """
        self._bench.crew.check_open()
        run, names = this_run(), None if actors is None else [readable(name) for name in actors]
        display(whole(lambda: self._make_shown(things, names, run)))

    def _make_shown(self, things: tuple[Control | widgets.Widget, ...], names: list[str] | None, run: CellRun) -> Shown:
        controls, pump = [thing for thing in things if isinstance(thing, Control)], self._bench.pump
        for control in controls:
            control.attach(self, self._bench)
            control.beside = controls
            control.widget  # noqa: B018  (the page makes it while the picture is drawn here)
        stage = None
        if names is not None or not things or any(getattr(thing, "pictured", False) for thing in things):
            if names is None:
                names = [name for control in controls for name in control.actors] or None
            told = [control for control in controls if control.output is not None]
            outputs = [copy.deepcopy(control.output) for control in told]  # a film's own: a control may be shown twice
            lanes = len(names or ()) + sum(control.may_come for control in controls)
            stage = pump.panel(self.name, names, outputs, lanes)
        shown = Shown(stage, things)
        for place, control in enumerate(told if stage else ()):
            control.outlet.show(stage.token, place)
        for control in controls:
            control.stage = stage
            pump.add(control)
        return self._kept(shown, run, lambda: self._end_shown(stage, controls))

    def _end_shown(self, stage: Stage | None, controls: list[Control]) -> None:
        """End what a panel does by itself."""
        if stage is not None:
            self._bench.pump.forget(stage)
        for control in controls:
            self._bench.pump.remove(control)
            control.close()

    def experiment(self, title: str) -> Stretch:
        """Return a stretch of the lab's life with a picture of its own: `with lab.experiment("slow joiner") as run: …`.

        What is made through it (`run.context("publisher")`, `run.start(server)`) belongs to it, and ends with it.
        """
        self._bench.crew.check_open()
        run = this_run()
        return Stretch(self._bench, title, keep=lambda stage: self._kept(stage, run), show=display)

    # what a learner answers and writes

    def question(self) -> widgets.Widget:
        """Return the question with which this lesson opens. Its first answer counts. Raises `LookupError` if it has none."""
        lesson = self._lesson
        if lesson.opening is None:
            raise LookupError(f"The lesson {self.name!r} opens with no question.")
        return self._keep(lambda: Ask(self.name, lesson.opening, self._progress, "From the lesson before")).widget

    def predict(self, prediction: str | Prediction, experiment: Callable) -> Predict:
        """Ask what an experiment will do, and show the question. Once it is answered, the experiment runs.

        `experiment` is a plain function. It is given what it names of `run` (a stretch that has everything to itself),
        `context` (one of it, called "your cell") and `endpoint`. `prediction` is the name of one of this lesson's, or
        one of your own.
        """
        self._bench.crew.check_open()
        if isinstance(prediction, str):
            prediction = self._lesson.prediction(prediction)
        gone.check_arguments(experiment)

        def once(keep: Callable[[Stage], None]) -> tuple[str, str]:
            with self._beside(prediction.name) as run:
                experiment(**_arguments(experiment, run))
            keep(run.stage.from_the_beginning())
            return prediction.happened(run)

        asked = self._keep(lambda: Predict(self.name, prediction, self._progress, once))
        display(asked.widget)
        return asked

    def _beside(self, title: str) -> Stretch:
        """Return a stretch that meets nobody of this lab, and ends with it at the latest."""
        self._bench.crew.check_open()
        bench = Bench(title, f"The experiment {title!r} has ended.")
        stretch = Stretch(bench, title, alone=True, keep=self._kept)
        with self._turn:
            self._alone = [*(one for one in self._alone if not one.over), stretch]
        if self._bench.crew.closed:  # meanwhile
            stretch.close()
        return stretch

    def exercise(self, name: str) -> widgets.Widget:
        """Return the task of an exercise, with buttons to check it, for hints and for a solution."""
        exercise = self._lesson.exercise(name)
        number = 1 + self._lesson.exercises.index(exercise)
        return self._keep(lambda: Try(self.name, number, exercise, in_the_notebook, self._progress)).widget

    @property
    def _lesson(self) -> Lesson:
        if self.name not in LESSONS:
            raise LookupError(f"No lesson is called {self.name!r}: there are {', '.join(LESSONS)}.")
        return LESSONS[self.name]

    def _keep(self, make: Callable[[], Any]) -> Any:
        """Make something that has a widget, and let that one go with the lab, or when its cell is run again."""
        run = this_run()

        def made() -> Any:
            one = make()
            self._kept(one.widget, run)
            return one

        return whole(made)

    def _kept(self, widget: W, run: CellRun | None = None, end: Callable = lambda: None) -> W:
        """Keep in mind what was shown: it is let go when the lab is closed. That may be so by now."""
        self._shown.add(widget, run, end)
        if self._bench.crew.closed:
            self._let_go()
        return widget

    # the same functions, as scripts

    def script(self, function: Callable, **arguments: Any) -> Script:
        """Return a script that calls `function` with `arguments` in a process of its own, with no zmqlab in it.

        A `context`, an `endpoint` and `pause` (`time.sleep`) it gets by itself.
        """
        arguments.setdefault("endpoint", self.endpoint("scripts"))
        return Script(function, arguments)

    def run(self, *scripts: Script, seconds: float = 10.0) -> list[Run]:
        """Run scripts at the same time, each in a process of its own, until the last one given ends by itself.

        Returns what each printed. Raises `TimeoutError` after so many seconds, and ends every process in any case.
        """
        return run_together(scripts, seconds)

    # life

    def close(self) -> None:
        """End every actor, socket and thread, give back every port. May be called again, at any time.

        What it has shown stays in the page, and says that its lab is closed.
        """
        whole(self._close)

    def _close(self) -> list[tuple[str, str]]:
        """Do that. Returns who does not end, and why, in words."""
        if _labs.get(self.name) is self:
            del _labs[self.name]
        stuck = self._bench.close()
        with self._turn:
            alone = list(self._alone)
        for stretch in alone:
            stretch.close()
        self._let_go()
        return [(name, self._bench.crew.entry(name).worker.why) for name in stuck]

    def _let_go(self) -> None:
        self._shown.let_go(CLOSED.format(name=self.name), CLOSED_HERE, self._made_in)

    def __repr__(self) -> str:
        return f"<Lab {self.name!r}{': closed' if self._bench.crew.closed else ''}>"


def _arguments(function: Callable, run: Stretch) -> dict[str, Any]:
    """Return what an experiment's function names of what a stretch has to give."""
    made = {"run": lambda: run, "context": run.context, "endpoint": run.endpoint}
    return {name: made[name]() for name in inspect.signature(function).parameters if name in made}


@atexit.register
def _close_all() -> None:
    """Close every lab, also one that is being made just now by a cell that was interrupted."""
    mine = _opening.acquire(timeout=OPENING)
    for lab in list(_labs.values()):
        lab.close()
    if mine:
        _opening.release()
