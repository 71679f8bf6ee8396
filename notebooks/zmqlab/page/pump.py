"""One thread that looks at the trace, and tells all who show it.

It sleeps until something happens. Then it looks 20 times a second, whatever the kernel's main thread does, and sends
each view one batch. Nobody else sends to the browser on its own. Where there is nothing new it sends nothing.

It cannot die: what one listener raises is shown where that listener stands, and the others are told as ever.
"""

from __future__ import annotations

import copy
import os
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from html import escape
from typing import Any, Protocol

import ipywidgets as widgets

from ..picture.cast import Cast
from ..picture.film import tell
from ..picture.outputs import Output
from ..picture.playback import Playback, is_short
from ..picture.scene import Scene
from ..picture.words import came_to_a_stop
from ..record.events import Event, LongWait, OfALink, Waits
from ..record.trace import Trace
from .beginning import meet, so_far
from .stage import STEPS_OF_A_STRETCH, Past, Stage

TICK = 0.05
"""Seconds between two looks at the trace, while something happens."""
LIVELY, LIVELY_TICK = 0.25, 0.01
"""After a learner has pressed something: for so many seconds, look at the trace that often. An echo must be prompt."""
HEAL = 2.0
"""Seconds after which a view that has missed something is whole again."""
PATIENCE = 0.005
"""Seconds that a look waits for threads which are held up between a call and its entry. What they enter later is told later."""
FALLS_ASLEEP = 0.03
"""Seconds in which who waits has told so, if it does: a wait is told after its first 2 ms."""
LONG_WAIT = float(os.environ.get("ZMQLAB_LONG_WAIT", "5"))
"""Seconds after which a cell that waits is told how to go on."""
NOBODY_THERE = (
    "Still waiting in {call}() after {seconds:g} s. Nobody is at work at {endpoints}. "
    "Run the cells above: Run > Run All Above Selected Cell. ■ ends the wait."
)
LONG = 3600.0
"""Seconds that it sleeps at most."""


class Teller(Protocol):
    """Whoever wants to know what happened."""

    def tell(self, events: list[Event]) -> Iterable[Callable[[], object]] | None:
        """Take in what happened next. Returns what is to be done about it, if anything."""


class Pump:
    """Looks at one trace. `cells` are the names of the actors that are cells of the notebook; `scene` is all that is known.

    `say(name, words)` is called when a cell waits for nobody: it says so where the cell stands.
    """

    def __init__(self, trace: Trace, name: str, say: Callable[[str, str], object] = lambda name, words: None) -> None:
        self.trace, self.cells = trace, set[str]()
        self.scene = Scene()
        self._stages: dict[Stage, Cast] = {}  # that go on: panels, and stretches that are not over
        self._beginnings: dict[Stage, Scene] = {}  # how things stood when each stretch began
        self._controls: list[Teller] = []
        self._asking: deque[Callable[[], None]] = deque()
        self._to_do: deque[tuple[Teller | None, Callable[[], object]]] = (
            deque()
        )  # what listeners want done, without our lock
        self._broken: set[Playback] = set()
        self._waits: dict[str, Waits] = {}
        self._say = say
        self._healed, self._stale = time.monotonic(), False
        self._lively_until = 0.0
        self._looking = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"zmqlab pump ({name})", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Look now, and often for a while: somebody has pressed something."""
        self._lively_until = time.monotonic() + LIVELY
        self.trace.bell.set()

    def add(self, control: Teller) -> None:
        """Tell a control all that is kept of what happened, and from now on what happens."""
        with self._looking:
            self._look(everything=True)
            self._tell(control, self.trace.taken())
            self._controls.append(control)
        self.trace.bell.set()

    def remove(self, control: Teller) -> None:
        """Tell a control no more."""
        with self._looking:
            if control in self._controls:
                self._controls.remove(control)

    def panel(
        self, title: str, names: Iterable[str] | None = None, outputs: Iterable[Output] = (), lanes: int = 0
    ) -> Stage:
        """Return a stage that shows these actors, and whoever meets them; without names, everybody. Its film has `outputs`, and its
        sequence diagram room for so many `lanes` at least.

        It counts what they have done since they were started: the first of them, where they were started one by one.
        """
        with self._looking:
            self._look(everything=True)
            cast = Cast(names)
            cast.take_in_all_met(self.scene)
            playback, past = so_far(self.trace.taken(), cast, outputs, lanes)
            stage = self._new_stage(playback, title, past=past)
            self._stages[stage] = cast
            return stage

    def forget(self, stage: Stage) -> None:
        """Show a stage no more."""
        with self._looking:
            self._stages.pop(stage, None)

    def begin_stretch(self, title: str) -> tuple[Stage, int]:
        """Return a stage that begins at this moment, and the moment (monotonic ns)."""
        with self._looking:
            until = self._look(everything=True)
            scene = copy.deepcopy(self.scene).begin_anew()
            playback = Playback(copy.deepcopy(scene))
            stage = self._new_stage(playback, title, past=Past(playback, most=STEPS_OF_A_STRETCH))
            self._stages[stage] = Cast()
            self._beginnings[stage] = scene
            return stage, until + 1

    def end_stretch(self, stage: Stage) -> int:
        """Show a stage no more than what happened until this moment. Returns the moment (monotonic ns).

        Who falls into a wait just now is given the time to say so: "running" is said at its end only of who works.
        """
        self.trace.settle()
        until, pause = time.monotonic() + FALLS_ASLEEP, threading.Event()
        while True:
            ended = time.monotonic_ns()
            with self._looking:
                self._look(everything=True)
                if not stage.playback.scene.somebody_works() or time.monotonic() > until:
                    self._stages.pop(stage, None)
                    return ended
            pause.wait(0.001)

    def film(self, stage: Stage, events: list[Event], ended: int) -> None:
        """Tell a stretch that has `ended` (monotonic ns) again, as a film of these events, all that happened in it.

        A long one is left as it was told live, with less said: what still flies lands, and it has an end too.
        """
        scene = self._beginnings.pop(stage, None)
        if scene is None or stage.playback in self._broken:
            return
        if not is_short(events):
            with self._looking:
                stage.show(stage.playback.end())
                stage.come_to_an_end()
            return
        try:
            film = tell(events, scene, ended)
            with self._looking:
                stage.show_anew(film)
        except Exception as problem:
            stage.show([stage.playback.broken(_in_words("picture", problem))])

    def close(self) -> None:
        """Tell what is still to be told, and end the thread."""
        self._closed = True
        self.trace.bell.set()
        self._thread.join(2)

    def _new_stage(self, playback: Playback, title: str, **options: Any) -> Stage:
        stage = Stage(playback, title, **options)
        stage.on_question = lambda stage: self._hear(stage.answer)
        stage.on_look = lambda stage: self._hear(stage.looked_at)
        return stage

    def _hear(self, answer: Callable[[], None]) -> None:
        """A page that opened asks for what there was, or says that somebody looks: it is answered at the next look.

        So is that of a stage at rest.
        """
        if self._thread.is_alive():
            self._asking.append(answer)
            self.trace.bell.set()
        else:
            answer()

    # the thread

    def _run(self) -> None:
        while not self._closed:
            self.trace.bell.clear()  # what rings from here on is heard below
            with self._looking:
                self._look_and_live()
                rest = self._rest()
            self._do()
            self._sleep(rest)
        with self._looking:
            self._look_and_live(everything=True)

    def _look_and_live(self, everything: bool = False) -> None:
        try:
            self._look(everything)
        except Exception as problem:  # a page that cannot be told, say: the next look may do better
            traceback.print_exception(problem, file=sys.__stderr__)

    def _rest(self) -> float:
        """Return for how many seconds there is nothing to look for, unless the bell rings."""
        if time.monotonic() < self._lively_until:
            return LIVELY_TICK
        if not self.trace.at_rest or any(stage.playback.restless for stage in self._stages):
            return TICK
        until = [LONG, self._healed + HEAL - time.monotonic() if self._stale else LONG]
        until += [wait.time / 1e9 + LONG_WAIT - time.monotonic_ns() / 1e9 for wait in self._waits.values()]
        return max(TICK, min(until))

    def _sleep(self, seconds: float) -> None:
        if seconds > TICK:
            self.trace.asleep = True
            if not self.trace.at_rest:  # it came while we lay down
                seconds = TICK
        self.trace.bell.wait(seconds)
        self.trace.asleep = False

    def _look(self, everything: bool = False) -> int:
        """Tell all that is complete, having waited a little for who is held up; to know `everything`, as long as one must.

        Returns the moment up to which it is told (monotonic ns).
        """
        until = self.trace.settle() if everything else self.trace.settle(PATIENCE)
        now = time.monotonic_ns()
        events = self.trace.take(until)
        self._watch_for_long_waits(events, now)
        if events:
            for control in list(self._controls):
                self._tell(control, events)
        heal = self._stale and time.monotonic() - self._healed > HEAL
        if heal:
            self._healed, self._stale = time.monotonic(), False
        self._spread(events, now, heal)
        while self._asking:
            self._asking.popleft()()
        return until

    def _take_in(self, event: Event) -> None:
        try:
            self.scene.apply(event)
        except Exception as problem:  # each film has a scene of its own, and says so itself
            traceback.print_exception(problem, file=sys.__stderr__)

    def _spread(self, events: list[Event], now: int, heal: bool) -> None:
        """Tell each stage what happened to those whom it draws."""
        told: dict[Stage, list[Event]] = {stage: [] for stage in self._stages}
        for event in events:
            self._take_in(event)
            for stage, cast in self._stages.items():
                if newcomers := cast.see(event, self.scene):
                    self._show(stage, told[stage], now, heal=False)
                    told[stage] = []
                    before = [one for one in self.trace.controls() if one.time < event.time]
                    meet(stage.playback.scene, newcomers, before, self.scene)
                if event.actor in cast:
                    told[stage].append(event)
                cast.let_go(event)
        for stage in self._stages:
            self._show(stage, told[stage], now, heal)

    def _show(self, stage: Stage, events: list[Event], now: int, heal: bool) -> None:
        steps = self._steps(stage, events, now)
        if steps:
            if not self._stale:
                self._healed, self._stale = time.monotonic(), True
            stage.show(steps)
        elif heal:
            stage.heal()

    def _steps(self, stage: Stage, events: list[Event], now: int) -> list[Any]:
        """Return what comes next in the film of a stage."""
        playback = stage.playback
        if playback in self._broken or not (events or playback.restless):
            return []
        try:
            return playback.tell(events, now)
        except Exception as problem:
            self._broken.add(playback)
            return [playback.broken(_in_words("picture", problem))]

    def _tell(self, control: Teller, events: list[Event]) -> None:
        try:
            self._to_do.extend((control, what) for what in control.tell(events) or ())
        except Exception as problem:
            self._leave_out(control, problem)

    def _do(self) -> None:
        """Do what listeners want done. Who moves an actor waits for others, and they may wait for us: so, without the lock."""
        while self._to_do:
            control, what = self._to_do.popleft()
            try:
                what()
            except (LookupError, RuntimeError):
                pass  # the actor has ended meanwhile, or the lab: the next event tells
            except Exception as problem:
                self._leave_out(control, problem)

    def _leave_out(self, control: Teller | None, problem: Exception) -> None:
        """Tell a control no more, and say so where it stands: what it knows may be half of what it should."""
        if control in self._controls:
            self._controls.remove(control)
        words = f'<div class="zl-note" role="alert">{escape(_in_words("control", problem))}</div>'
        panel = getattr(control, "widget", None)
        if isinstance(panel, widgets.Box):
            panel.children = (*panel.children, widgets.HTML(words))

    def _watch_for_long_waits(self, events: list[Event], now: int) -> None:
        for event in events:
            if event.actor in self.cells and not isinstance(event, OfALink):
                self._waits.pop(event.actor, None)
                if isinstance(event, Waits) and event.call.startswith(("recv", "send")):
                    self._waits[event.actor] = event
        for name, wait in list(self._waits.items()):
            if now - wait.time > LONG_WAIT * 1_000_000_000:
                del self._waits[name]
                self.trace.note(LongWait, name, seconds=LONG_WAIT)
                self._say_who_is_missing(wait)

    def _say_who_is_missing(self, wait: Waits) -> None:
        """Have a cell told where its output stands, when nobody is there with whom its socket could talk."""
        socket = self.scene.sockets.get(wait.socket)
        if socket and socket.links and set(socket.links.values()) == {"down"}:
            places = ", ".join(socket.links)
            words = NOBODY_THERE.format(call=wait.call, seconds=LONG_WAIT, endpoints=places)
            self._to_do.append((None, lambda: self._say(wait.actor, words)))


def _in_words(what: str, problem: Exception) -> str:
    """Return what went wrong in a listener, for a learner; a developer finds the rest among the errors of the kernel."""
    traceback.print_exception(problem, file=sys.__stderr__)
    return came_to_a_stop(what, problem)
