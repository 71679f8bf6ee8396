"""The roof: the one object that a notebook needs.

lab = Lab("request-reply")          # run it again and you start afresh
lab.stage()                         # the picture
lab.start(server)                   # a plain function, at work in the background
lab.sender("client")                # a text box: what you type, the client sends
"""

from __future__ import annotations

import atexit
import inspect
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import zmq
from IPython import get_ipython
from IPython.display import display

from . import installation
from .course.pipeline.batches import Batches
from .course.publish_subscribe.slow_link import SlowLink
from .course.publish_subscribe.topics import Topics
from .course.publish_subscribe.trials import Trials
from .course.queues_and_limits import gauges
from .course.queues_and_limits.attempts import Attempts
from .course.queues_and_limits.queues import Queues
from .course.queues_and_limits.stopwatch import Stopwatch
from .course.start_here.place import Place
from .course.start_here.stop_button import pressing_stop
from .experiment import Experiment
from .learning.asking import Ask, Predict
from .learning.lessons import LESSONS, Lesson
from .learning.predictions import Prediction
from .learning.progress import Progress
from .learning.report import Report
from .learning.trying import Try
from .live import whose
from .live.actors import Actor
from .live.callables import check_kind
from .live.ending import stop_together
from .live.endpoints import Endpoints
from .live.inbox import Inbox
from .live.links import LinkWatch
from .live.processes.parent import ProcessActor
from .live.processes.scripts import Run, Script, run_together
from .live.sockets import Context
from .page import controls
from .page.beside import Beside
from .page.pump import Pump
from .page.stage import Stage, Still
from .picture.scene import Scene, apply
from .record import events, files
from .record.text import readable
from .record.trace import Trace

AnyActor = Actor | ProcessActor
_labs: dict[str, Lab] = {}


class Lab:
    """A place where actors work, sockets are seen, and controls reach them.

    `name` names it: making a lab of the same name again closes the former one. `close` leaves nothing behind, and
    runs by itself when the kernel ends.
    """

    def __init__(self, name: str) -> None:
        for problem in installation.problems():
            print(problem)
        former = _labs.pop(name, None)
        if former is not None:
            former.close()
            for actor in former._actors.values():
                if actor.alive:
                    print(f"{actor.name} does not stop, and keeps what it has bound: {actor.why}. Restart the kernel.")
        self.name = name
        self.trace = Trace(fold=apply, start=Scene())
        self._endpoints = Endpoints(name)
        self._links = LinkWatch(self.trace)
        self._actors: dict[str, AnyActor] = {}
        self._contexts: dict[str, Context] = {}
        self._at_work_alone: list[Trials | Queues | Attempts | Stopwatch] = []  # controls with a thread of their own
        self._common: zmq.Context | None = None
        self._closed = False
        self._progress = Progress()
        self._pump = Pump(self.trace, name)
        _labs[name] = self

    # actors

    def start(self, function: Callable, *, name="", process=False, shared=False, **arguments: Any) -> AnyActor:
        """Have a plain function work in the background, under `name` (its own name, if none is given).

        It works in a thread of this kernel, or with `process` in a process of its own, which gets copies of its
        arguments: what it puts into a list there is not seen here. With `shared` it has one context together with all
        other actors that are shared, as threads of one program have.

        What it names of `context`, `endpoint`, `pause`, `texts` and `messages` it is given; any other argument stands
        here. An actor of the same name is stopped first. Returns at once.
        """
        self._check_open()
        check_kind(function)
        wanted = inspect.signature(function).parameters
        for argument in wanted:
            if argument == "endpoint" or argument.endswith("_endpoint"):
                arguments.setdefault(argument, self.endpoint(argument.removesuffix("endpoint").strip("_") or "main"))
        actor: AnyActor
        if process:
            actor = ProcessActor(function, arguments, self.trace, name=name)
        else:
            common = self._in_common() if shared else None
            actor = Actor(function, arguments, self.trace, name=name, link_watch=self._links, common=common)
        former = self._actors.get(actor.name)
        if former is not None and not former.stop():
            raise RuntimeError(f"{actor.name} does not stop: {former.why}. Mend that, and restart the kernel.")
        self._actors[actor.name] = actor
        actor.start()
        self._pump.nudge()
        return actor

    def actor(self, name: str) -> AnyActor:
        """Return the actor of that name. Raises `LookupError`, with the names there are."""
        self._check_open()
        name = readable(name)
        if name not in self._actors:
            names = ", ".join(self._actors) or "none yet"
            raise LookupError(f"No actor is called {name!r}. Run the cell that starts it. (There are: {names}.)")
        return self._actors[name]

    def stop(self, name: str) -> bool:
        """Stop an actor. True when it has ended."""
        return self.actor(name).stop()

    def kill(self, name: str) -> bool:
        """End an actor as if its process had died. True when it has ended."""
        return self.actor(name).kill()

    def restart(self, name: str, process: bool | None = None) -> None:
        """Start an actor's function again, with the same arguments, stopping it first if it is at work.

        It works where it did before; with `process`, in a process of its own (True) or in a thread of this kernel.
        """
        former = self.actor(name)
        process = isinstance(former, ProcessActor) if process is None else process
        shared = getattr(former, "common", None) is not None and not process
        self.start(former.function, name=name, process=process, shared=shared, **former.given)

    def crew(
        self,
        function: Callable,
        number: int,
        *,
        keep: int = 0,
        process: bool = False,
        first: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        """Have so many workers: start a function as `worker 1`, `worker 2`, …, and end those beyond.

        The first `keep` of them stay as they are, if they are at work at this function. `first` are arguments for
        `worker 1` alone; a function with an argument `my_name` is given its name. Returns when each
        has had a link to every peer that it connects to, or after 5 s.
        """
        for name in [name for name in self._actors if name.startswith("worker ")]:
            if int(name.split()[1]) > number and self._actors[name].alive:
                self.stop(name)
        names = [f"worker {place}" for place in range(1, number + 1)]
        for name in names[keep:]:
            if name in self._actors:
                self._actors[name].ask_to_stop()  # all at once, then one by one
        for place, name in enumerate(names):
            former = self._actors.get(name)
            if place >= keep or former is None or not former.alive or former.function is not function:
                own = arguments | (first or {} if place == 0 else {})
                if "my_name" in inspect.signature(function).parameters:
                    own.setdefault("my_name", name)
                self.start(function, name=name, process=process, **own)
        self.wait_for(lambda: all(self._was_linked(name) for name in names))

    def _was_linked(self, name: str) -> bool:
        """Whether an actor has connected, and each of its links has been up since it was started."""
        seen: dict[type, set] = {events.Connected: set(), events.LinkUp: set()}
        for event in self.trace.controls():
            if event.actor == name and event.time >= self.started(name) and type(event) in seen:
                seen[type(event)].add((event.socket, event.endpoint))
        return bool(seen[events.Connected]) and seen[events.Connected] <= seen[events.LinkUp]

    def arm(self, name: str, fault: str) -> None:
        """Let an actor die by itself: right after its next message is "received", or just before its next is "sent"."""
        self._at_work(name).arm(fault)
        self._pump.nudge()

    def say(self, name: str, message: Any) -> None:
        """Give an actor the next of its `texts` or `messages`. Raises `LookupError` when it is not at work."""
        self._at_work(name).say(message)
        self._pump.nudge()

    def subscribe(self, name: str, topic: bytes) -> None:
        """Have an actor's SUB sockets subscribe to `topic`, in its own thread. Raises `LookupError` when it is not at work."""
        self._at_work(name).subscribe(topic)
        self._pump.nudge()

    def unsubscribe(self, name: str, topic: bytes) -> None:
        """Have an actor's SUB sockets unsubscribe from `topic`, in its own thread."""
        self._at_work(name).unsubscribe(topic)
        self._pump.nudge()

    def stop_everything(self) -> None:
        """Stop every actor."""
        stop_together(self._actors.values())

    def start_everything(self) -> None:
        """Start every actor again that is not at work."""
        for name, actor in list(self._actors.items()):
            if not actor.alive:
                self.restart(name)

    def context(self, name: str = "your cell", shared: bool = False) -> Context:
        """Return a recorded context for sockets of your own, made and used in a cell.

        Asked for again by the same name, it closes what the former one left open. With `shared` it is the one that the
        lab's shared actors have in common.
        """
        self._check_open()
        name = readable(name)
        self._leave(name)
        self._pump.cells.add(name)
        self.trace.note(events.Started, name, visitor=True)
        shadow = {"shadow": self._in_common()} if shared else {}
        made = Context(trace=self.trace, actor=name, inbox=Inbox(), link_watch=self._links, **shadow)
        self._contexts[name] = made
        return made

    def endpoint(self, name: str = "main", transport: str = "") -> str:
        """Return an address that is this lab's as long as it lives. See `Endpoints.get`."""
        self._check_open()
        return self._endpoints.get(name, transport)

    # what there is to see and press

    def stage(self) -> Stage:
        """Return the live picture of all that happens in this lab."""
        self._check_open()
        return self._pump.stage(self.name)

    def stage_beside(self, *controls: widgets.Widget) -> widgets.Widget:
        """Return the live picture with controls beside it, where the page is wide enough: both are seen at once."""
        return Beside(self.stage(), *controls)

    def pressing_stop(self, after: float = 1.0) -> AbstractContextManager[None]:
        """Press ■ for the learner: interrupt what stands inside, so many seconds after the stage said it waits too long."""
        return pressing_stop(self.trace, after)

    def experiment(self, title: str) -> Experiment:
        """Return a stretch of the lab's life with a stage of its own: `with lab.experiment("the slow joiner"): …`.

        Contexts that are asked for inside end with it.
        """
        self._check_open()
        return Experiment(self, title)

    @staticmethod
    def replay(path: str | Path) -> Stage:
        """Return a stage that plays a recording: no socket is opened. Raises `ValueError` when it is none."""
        title, events = files.load(path)
        return Stage.of_recording(events, title)

    def save(self, path: str | Path) -> Path:
        """Write all that happened in this lab, as far as it is kept, to a file that `replay` plays."""
        self.trace.settle()
        return files.save(path, self.trace.events(), self.name)

    def stop_button(self) -> widgets.Widget:
        """Return a button that stops everything, and one that starts it again."""
        return self._control(controls.Switch(self))

    def snapshot(self) -> Still:
        """Return a picture of this moment that shows everywhere, also where nothing runs.

        Its `svg` is the picture, its `sequence` the sequence diagram of all that is kept, both as SVG.
        """
        scene, happened = self._moment()
        return Still(scene, f"{self.name}, at rest", happened)

    def sender(self, actor: str, text: str = "Hello", *, title: str = "", label="Send", frames=False) -> widgets.Widget:
        """Return a text box and a button. What you type, the actor gets as the next of its `texts`.

        With `frames` you may add frames, and it is for an actor that takes `messages`.
        """
        return self._control(
            controls.Sender(
                self, actor, title or ("You" if actor == "you" else f"You are the {actor}"), text, label, frames
            )
        )

    def faults(self, actor: str, fault: str = "sent") -> widgets.Widget:
        """Return buttons that arm a fault in an actor (see `arm`) or kill it "now", and that restart it."""
        return self._control(controls.Faults(self, actor, fault))

    def batches(
        self, worker: Callable, *, workers: int = 1, most: int = 4, count: int = 20, kill: str = "", **arguments: Any
    ) -> widgets.Widget:
        """Return a button that has `count` tasks dealt out, a slider for the workers, and a bar for each of them.

        The `ventilator` gets `count`, as text, as the next of its `texts`; the `sink` receives a result for each task.
        `workers` of them are started here (see `crew`, which gets the `arguments` too), and others as the slider
        says, at most `most`. With `kill`, the name of a worker, there is a button that kills it.
        """

        def hire(number: int, keep: int = most) -> None:
            self.crew(worker, number, keep=keep, **arguments)

        hire(workers, 0)
        return self._control(Batches(self, hire, count=count, workers=workers, most=most, kill=kill))

    def topics(self, actor: str, suggest: Iterable[str] = (), *, title: str = "") -> widgets.Widget:
        """Return a text box to subscribe with, a chip for each subscription, and what was received and what was not.

        `suggest` are subscriptions to offer, as text; "everything" is the empty one. The actor is a function that
        receives, and need not know. Started again, it gets the subscriptions again that were made here.
        """
        default = "You are a subscriber" if actor == "you" else f"You are the {actor}"
        return self._control(Topics(self, actor, suggest, title or default))

    def place(self, actor: str) -> widgets.Widget:
        """Return a switch that moves an actor between a thread of this kernel and a process of its own."""
        self.actor(actor)
        return self._control(Place(self, actor))

    def pressed(self) -> None:
        """Take note that a learner has pressed something: the stage shows what happens now."""
        self._pump.nudge()
        self._pump.go_live()

    def trials(self, function: Callable[..., bool], title: str) -> widgets.Widget:
        """Return a slider for a sleep, one for the link, and a button that calls `function` twenty times.

        It is given what it names of `lab`, `endpoint` (to bind), `far_endpoint` (to connect to: the same place, at the
        other end of a link that takes as long as the learner says) and `pause` (call it to sleep as long as the learner
        says). It returns whether it came out well. Over tcp.
        """

        def run(sleep: float, link: float) -> bool:
            endpoint, before = self.endpoint("trials", transport="tcp"), set(self._contexts)
            with SlowLink(endpoint, link / 1000) if link else nullcontext() as slow:
                made = {
                    "lab": self,
                    "endpoint": endpoint,
                    "far_endpoint": slow.endpoint if slow else endpoint,
                    "pause": lambda: threading.Event().wait(sleep / 1000),
                }
                try:
                    return function(**{name: made[name] for name in inspect.signature(function).parameters})
                finally:
                    for name in set(self._contexts) - before:
                        self._leave(name)

        trials = Trials(run, title)
        self._at_work_alone.append(trials)
        return self._control(trials)

    def queues(self, sender: str, reader: str, dials: dict[str, Any], endpoint: str = "main") -> widgets.Widget:
        """Return sliders for two actors, and gauges and a curve of the messages from one to the other, over tcp.

        Both are given `dials`, and look into it all the time: how many messages a second it "sends" and "reads". The
        "size" of a message in bytes and the "mark" they look up once: when these change, both begin again.
        """
        port = int(self.endpoint(endpoint, transport="tcp").rpartition(":")[2])
        queues = Queues(self, sender, reader, dials, port, gauges)
        self._at_work_alone.append(queues)
        return self._control(queues)

    def attempts(
        self,
        attempt: Callable[[str, str], str],
        rows: Iterable[str],
        situations: Iterable[str],
        predict: Iterable[str],
        title: str = "What happens?",
    ) -> widgets.Widget:
        """Return a table that a press fills in: `attempt(row, situation)` says in a few words what happened.

        Before, the learner says for some rows which of the words `predict` the last column will begin with.
        """
        attempts = Attempts(attempt, list(rows), list(situations), list(predict), title)
        self._at_work_alone.append(attempts)
        return self._control(attempts)

    def stopwatch(self, scripts: dict[str, Script], title: str = "Stopwatch") -> widgets.Widget:
        """Return a button for each script. It runs in a process of its own, with a stopwatch beside, for 5 s at most."""

        def start(label: str, seconds: float) -> str | None:
            try:
                (run,) = self.run(scripts[label], seconds=seconds)
            except TimeoutError:
                return None
            return run.output.strip()

        stopwatch = Stopwatch(start, list(scripts), title)
        self._at_work_alone.append(stopwatch)
        return self._control(stopwatch)

    def _control(self, control: Any) -> widgets.Widget:
        self._check_open()
        self._pump.add(control)
        return control.widget

    # what a learner answers and writes

    def question(self) -> widgets.Widget:
        """Return the question with which this lesson opens. Its first answer counts."""
        return Ask(self.name, self._lesson.opening, self._progress, "From the lesson before").widget

    def predict(self, prediction: str | Prediction, experiment: Callable) -> Predict:
        """Ask what an experiment will do, and show the question. Once it is answered, the experiment runs.

        `experiment` is a plain function. It is given what it names of `lab`, `context` (one for this run, called
        "your cell") and `endpoint`. `prediction` is the name of one of this lesson's, or one of your own.
        """
        self._check_open()
        if isinstance(prediction, str):
            prediction = self._lesson.prediction(prediction)

        def run(show: Callable[[Stage], None]) -> str:
            with Experiment(self, prediction.name, show=lambda stage: None) as stretch:
                experiment(**self._arguments(experiment))
            show(stretch.stage.from_the_beginning())
            return prediction.observe(stretch)

        asked = Predict(self.name, prediction, self._progress, run)
        display(asked.widget)
        return asked

    def exercise(self, name: str) -> widgets.Widget:
        """Return the task of an exercise, with buttons to check it, for hints and for a solution."""
        exercise = self._lesson.exercise(name)
        number = 1 + self._lesson.exercises.index(exercise)
        return Try(self.name, number, exercise, _in_the_notebook, self._progress).widget

    def progress(self) -> widgets.Widget:
        """Return what was predicted and solved so far, lesson by lesson."""
        return Report(self._progress).widget

    @property
    def _lesson(self) -> Lesson:
        if self.name not in LESSONS:
            raise LookupError(f"No lesson is called {self.name!r}: there are {', '.join(LESSONS)}.")
        return LESSONS[self.name]

    def _arguments(self, function: Callable) -> dict[str, Any]:
        """Return what an experiment's function names of what a lab has to give."""
        made = {"lab": lambda: self, "context": self.context, "endpoint": self.endpoint}
        return {name: made[name]() for name in inspect.signature(function).parameters if name in made}

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

    # what happened

    def messages(self, actor: str = "", way: str = "", since: int = 0) -> list[events.Message]:
        """Return the messages that an actor (or all) "sent" or "received" (or both), in order."""
        self.trace.settle()
        actor, found = readable(actor), self.trace.messages(since)
        return [m for m in found if actor in ("", m.actor) and way in ("", m.way)]

    def started(self, name: str) -> int:
        """Return the moment at which an actor was started last, for `messages(since=…)`."""
        return self.actor(name).started

    def wait_for(self, condition: Callable[[], Any], seconds: float = 5.0) -> bool:
        """Wait until `condition()` holds, for so many seconds at most. True when it does."""
        deadline, pause = time.monotonic() + seconds, threading.Event()
        while not (held := bool(condition())) and time.monotonic() < deadline:
            pause.wait(0.005)
        return held

    # life

    def close(self) -> None:
        """Stop every actor, close every socket, end every thread, give back every port. May be called again."""
        if self._closed:
            return
        self._closed = True
        if _labs.get(self.name) is self:
            del _labs[self.name]
        for control in self._at_work_alone:
            control.close()
        stop_together(self._actors.values())
        for name in list(self._contexts):
            self._leave(name)
        self._pump.close()
        self._links.close()
        if self._common is not None:
            self._common.destroy(linger=0)
        self._endpoints.close()

    def __repr__(self) -> str:
        return f"<Lab {self.name!r}{': closed' if self._closed else ''}>"

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"This lab is closed. Run the cell that says Lab({self.name!r}) again.")

    def _in_common(self) -> zmq.Context:
        if self._common is None:
            with whose.nobody():
                self._common = zmq.Context()
        return self._common

    def _leave(self, name: str) -> None:
        """End a context that a cell used, with what it left open."""
        context = self._contexts.pop(name, None)
        if context is None:
            return
        if not context.closed:
            context.inbox.end()
            context.destroy(linger=0)
        context.inbox.close()
        self.trace.note(events.Stopped, name)

    def _at_work(self, name: str) -> AnyActor:
        actor = self.actor(name)
        if not actor.alive:
            raise LookupError(f"The {name} is not at work any more. Restart it, or run the cell that starts it.")
        return actor

    def _scene_now(self) -> Scene:
        return self._moment()[0]

    def _moment(self) -> tuple[Scene, list[events.Event]]:
        """Return all that is known at this moment, and the events that are kept of how it came about."""
        scene, happened = self.trace.everything(self.trace.settle())
        for event in happened:
            scene.apply(event)
        return scene, happened


def _in_the_notebook(name: str) -> object:
    """Return what the learner calls by that name now, or None."""
    shell = get_ipython()
    return (shell.user_ns if shell else vars(sys.modules["__main__"])).get(name)


@atexit.register
def _close_all() -> None:
    for lab in list(_labs.values()):
        lab.close()
