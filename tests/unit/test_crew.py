"""The registry of who is at work: states, who comes second, and a lock that is a leaf."""

import importlib
import threading
from contextlib import contextmanager, suppress

import ipywidgets
import pytest
import zmq
from zmqlab.course.publish_subscribe import Trials
from zmqlab.lab import Lab
from zmqlab.learning.predictions import Prediction
from zmqlab.live import crew as crews
from zmqlab.live.crew import AT_WORK, ENDING, GONE, STARTING, Busy, Closed, Crew
from zmqlab.live.processes.latch import Latch

from tests.unit.common import DEADLINE, Aside, client, eventually, server


class Fake:
    """A worker that is nobody. `gates` are events that it waits for on its way: "start", "stop"."""

    visitor = False
    why = "it is a fake"
    in_use = True

    def __init__(self, name, done, ends=True, **gates):
        self.name, self.done, self.ends, self.gates = name, done, ends, gates
        self.started, self.alive = 0, False
        self.reached = threading.Event()

    def _pass(self, gate):
        if gate in self.gates:
            self.reached.set()
            assert self.gates[gate].wait(DEADLINE)
        self.done.append((gate, self.name))

    def start(self):
        self._pass("start")
        self.started, self.alive = 1, True

    def ask_to_stop(self):
        pass

    def stop(self):
        if self.alive:
            self._pass("stop")
            self.alive = not self.ends
        return not self.alive

    def kill(self):
        self.done.append(("kill", self.name))
        self.alive = False
        return True

    def join(self, timeout):
        return not self.alive


@pytest.fixture
def crew():
    return Crew("It is closed: say what to do.")


@pytest.fixture
def done():
    return []


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(crews, "PATIENCE", 0.02)
    monkeypatch.setattr(crews, "LOOK", 0.005)


def state(crew, name="a"):
    return crew.entry(name).state


def begin(crew, worker, owner=None):
    return crew.begin(worker.name, lambda former: worker, owner)


def test_a_name_goes_through_its_states_and_each_run_has_its_number(crew, done):
    assert crew.entry("a") is None
    gates = {gate: threading.Event() for gate in ("start", "stop")}
    first = Fake("a", done)
    begin(crew, first)
    assert (state(crew), crew.entry("a").run) == (AT_WORK, 1)
    second = Fake("a", done, **gates)
    starting = Aside(lambda: begin(crew, second))
    assert second.reached.wait(DEADLINE)
    assert (state(crew), crew.entry("a").worker) == (STARTING, first)  # nobody else's yet
    assert not first.alive
    second.reached.clear()
    gates["start"].set()
    assert starting.result() is second
    assert (state(crew), crew.entry("a").run, crew.entry("a").worker) == (AT_WORK, 2, second)
    ending = Aside(lambda: crew.end("a"))
    assert second.reached.wait(DEADLINE)
    assert state(crew) == ENDING
    gates["stop"].set()
    assert ending.result() is True
    assert state(crew) == GONE
    assert crew.names() == ["a"]  # who was there can be asked for, and started again
    assert done == [("start", "a"), ("stop", "a"), ("start", "a"), ("stop", "a")]


def test_what_is_told_of_a_name_is_a_copy(crew, done):
    begin(crew, Fake("a", done))
    crew.entry("a").state = "nonsense"
    assert state(crew) == AT_WORK


def test_to_end_who_is_not_there_or_gone_is_done_at_once(crew, done):
    assert crew.end("nobody") is True
    begin(crew, Fake("a", done))
    assert crew.end("a", "kill") is True
    assert crew.end("a", "kill") is True
    assert done == [("start", "a"), ("kill", "a")]


@pytest.mark.parametrize("second", ["begin", "end"])
def test_who_comes_second_waits_until_the_first_is_through(crew, done, second):
    gate = threading.Event()
    first = Fake("a", done, start=gate)
    one = Aside(lambda: begin(crew, first))
    assert first.reached.wait(DEADLINE)
    begin_second, late = threading.Event(), Fake("a", done)

    def come_second():
        begin_second.set()
        return begin(crew, late) if second == "begin" else crew.end("a")

    other = Aside(come_second)
    assert begin_second.wait(DEADLINE)
    assert done == []
    gate.set()
    one.result()
    assert other.result() is (late if second == "begin" else True)
    assert done[:2] == [("start", "a"), ("stop", "a")]
    assert sum(worker.alive for worker in (first, late)) == (second == "begin")


@pytest.mark.parametrize("second", ["begin", "end"])
def test_who_waits_too_long_is_told_that_the_name_is_busy(crew, done, impatient, second):
    gate = threading.Event()
    first = Fake("a", done, start=gate)
    one = Aside(lambda: begin(crew, first))
    assert first.reached.wait(DEADLINE)
    with pytest.raises(Busy, match=r"a is busy: somebody else starts it, ends it or uses it just now. Try again"):
        begin(crew, Fake("a", done)) if second == "begin" else crew.end("a")
    gate.set()
    one.result()
    assert done == [("start", "a")]
    assert crew.end("a")


def test_who_cannot_be_made_costs_nobody_their_work(crew, done):
    worker = begin(crew, Fake("a", done))

    def refuse(former):
        assert former is worker
        raise TypeError("no function")

    with pytest.raises(TypeError, match="no function"):
        crew.begin("a", refuse)
    assert worker.alive
    assert (state(crew), crew.entry("a").run) == (AT_WORK, 1)
    assert done == [("start", "a")]


def test_who_does_not_end_keeps_the_name_and_the_reason_is_told(crew, done):
    stuck = begin(crew, Fake("a", done, ends=False))
    with pytest.raises(RuntimeError, match="a does not stop: it is a fake"):
        begin(crew, Fake("a", done))
    assert (state(crew), crew.entry("a").worker) == (AT_WORK, stuck)
    assert crew.end("a") is False
    assert state(crew) == AT_WORK
    assert crew.close() == ["a"]
    stuck.ends = True
    assert crew.close() == []  # called again, it goes on
    assert state(crew) == GONE


def test_a_start_that_fails_leaves_the_name_free(crew, done):
    worker = Fake("a", done)
    worker.start = lambda: (_ for _ in ()).throw(OSError("no process"))
    with pytest.raises(OSError, match="no process"):
        begin(crew, worker)
    assert crew.entry("a") is None
    assert begin(crew, Fake("a", done)).alive


def test_who_begins_while_it_is_closed_ends_what_it_began(crew, done):
    gate = threading.Event()
    worker = Fake("a", done, start=gate)
    starting = Aside(lambda: begin(crew, worker))
    assert worker.reached.wait(DEADLINE)
    closing = Aside(crew.close)
    eventually(lambda: crew.closed)
    gate.set()
    with pytest.raises(Closed, match="It is closed: say what to do"):
        starting.result()
    assert closing.result() == []
    assert not worker.alive
    assert done == [("start", "a"), ("stop", "a")]
    with pytest.raises(Closed):
        begin(crew, Fake("b", done))
    with pytest.raises(Closed):
        crew.check_open()


def test_who_waits_for_a_name_when_it_is_closed_is_told_so(crew, done):
    gate = threading.Event()
    first = Fake("a", done, start=gate)
    one = Aside(lambda: begin(crew, first))
    assert first.reached.wait(DEADLINE)
    coming = threading.Event()
    second = Aside(lambda: (coming.set(), begin(crew, Fake("a", done))))
    assert coming.wait(DEADLINE)
    closing = Aside(crew.close)
    with pytest.raises(Closed):
        second.result()
    gate.set()
    with pytest.raises(Closed):
        one.result()
    assert closing.result() == []


def test_all_of_one_owner_are_ended_and_nobody_else(crew, done):
    stretch, other = object(), object()
    workers = {
        name: begin(crew, Fake(name, done), owner)
        for name, owner in zip("abcd", (stretch, None, other, stretch), strict=True)
    }
    crew.end_all_of(stretch)
    assert [name for name, worker in workers.items() if worker.alive] == ["b", "c"]
    assert crew.names(other) == ["c"]
    assert crew.names(stretch) == ["a", "d"]


def test_a_stretch_does_not_take_a_name_that_is_at_work_in_the_lab(crew, done):
    worker = begin(crew, Fake("a", done))
    with pytest.raises(Busy, match=r"a is at work in this lab already, and others use it. Choose another name"):
        begin(crew, Fake("a", done), owner=object())
    assert worker.alive
    crew.end("a")
    assert begin(crew, Fake("a", done), owner=object()).alive


def test_what_a_stretch_of_another_thread_uses_is_not_taken_from_it(crew, done, impatient):
    go_on, there = threading.Event(), threading.Event()
    worker = Fake("a", done)

    def stretch():
        begin(crew, worker, owner="a stretch")
        there.set()
        assert go_on.wait(DEADLINE)

    one = Aside(stretch)
    assert there.wait(DEADLINE)
    for owner in (None, "another stretch"):
        with pytest.raises(Busy):
            begin(crew, Fake("a", done), owner=owner)
    assert worker.alive
    go_on.set()
    one.result()
    assert begin(crew, Fake("a", done)).alive  # its thread has ended, and nobody is left to use it
    assert not worker.alive


# the lock is a leaf

TOOLS = {
    "Thread.join": (threading.Thread, "join"),
    "Thread.start": (threading.Thread, "start"),
    "Event.wait": (threading.Event, "wait"),
    "Latch.set": (Latch, "set"),
    "Latch.wait": (Latch, "wait"),
    "Event.set": (threading.Event, "set"),
    "zmq.Socket.close": (zmq.Socket, "close"),
    "zmq.Socket.send": (zmq.Socket, "send"),
    "zmq.Socket.recv": (zmq.Socket, "recv"),
    "zmq.Context.term": (zmq.Context, "term"),
    "zmq.Context.socket": (zmq.Context, "socket"),
    "Widget.send": (ipywidgets.Widget, "send"),
    "Widget.send_state": (ipywidgets.Widget, "send_state"),
}


MODULES = (
    "lab",
    "stretch",
    "live.actors",
    "live.endpoints",
    "live.inbox",
    "live.links",
    "live.recorder",
    "live.visitor",
)
MODULES += ("page.control", "page.pump", "record.trace", "learning.asking")
"""Where locks are made that somebody could want while the crew's is held."""


class Leaf:
    """A lock that knows which thread holds it."""

    def __init__(self, holding):
        self._lock, self._holding = threading.Lock(), holding

    def acquire(self, *arguments, **named):
        taken = self._lock.acquire(*arguments, **named)
        if taken:
            self._holding.add(threading.get_ident())
        return taken

    def release(self):
        self._holding.discard(threading.get_ident())
        self._lock.release()

    def locked(self):
        return self._lock.locked()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *problem):
        self.release()


class Watch:
    """Knows who holds the lock of a crew, and what they do meanwhile."""

    def __init__(self):
        self.holding, self.broken = set(), []

    def note(self, what):
        if threading.get_ident() in self.holding:
            self.broken.append(what)

    def around(self, plain, what):
        def watched(*arguments, **named):
            self.note(what)
            return plain(*arguments, **named)

        return watched


class Other:
    """Another lock, which says that it is taken."""

    def __init__(self, lock, watch, name):
        self._lock, self._watch, self._name = lock, watch, name

    def acquire(self, *arguments, **named):
        self._watch.note(self._name)
        return self._lock.acquire(*arguments, **named)

    def __enter__(self):
        self._watch.note(self._name)
        return self._lock.__enter__()

    def __exit__(self, *problem):
        return self._lock.__exit__(*problem)

    def __getattr__(self, name):
        return getattr(self._lock, name)


@contextmanager
def watched(monkeypatch):
    """Watch every lock that our package makes from now on, and every call that may wait or tell the page."""
    watch = Watch()
    with monkeypatch.context() as patch:
        for what, (place, name) in TOOLS.items():
            patch.setattr(place, name, watch.around(getattr(place, name), what))
        plain = {kind: getattr(threading, kind) for kind in ("Lock", "RLock")}

        class Locks:
            """What our modules call `threading`: as it is, but for the locks."""

            def __getattr__(self, name):
                made = getattr(threading, name)
                return (lambda: Other(plain[name](), watch, f"threading.{name}")) if name in plain else made

        for name in MODULES:
            module = importlib.import_module(f"zmqlab.{name}")
            if hasattr(module, "threading"):
                patch.setattr(module, "threading", Locks())

        class Wary(Crew):
            def __init__(self, closed):
                super().__init__(closed)
                self._lock = Leaf(watch.holding)
                self._changed = threading.Condition(self._lock)
                wait = self._changed.wait
                self._changed.wait = lambda timeout=None: waiting(wait, timeout)

        def waiting(wait, timeout):
            me = threading.get_ident()
            watch.holding.discard(me)  # while it waits, it holds nothing
            try:
                return wait(timeout)
            finally:
                watch.holding.add(me)

        patch.setattr("zmqlab.bench.Crew", Wary)
        yield watch


def nothing(run):
    """An experiment, with an actor and a cell of its own."""
    run.start(server)
    with run.context("asker").socket(zmq.REQ) as asker:
        asker.connect(run.endpoint())
        asker.send(b"x")
        asker.recv()


def question(name):
    texts = {"options": {"A": "a", "B": "b"}, "said": {"A": "", "B": ""}}
    return Prediction(name=name, text="?", **texts, right="A", happened=lambda run: ("A", "seen"))


def in_a_stretch(lab, name):
    with lab.experiment(name) as run:
        run.start(server, name=name, endpoint=run.endpoint(name))
        run.context(f"cell of {name}").socket(zmq.SUB)


def walk(lab):
    """Do all that moves anybody on, from several threads at once, and close the lab beside it."""
    lab.show()
    lab.start(server)
    lab.start(client)
    trials = Trials(lambda run: True, "title")
    lab.show(trials)
    asked = [lab.predict(question(name), nothing) for name in ("one", "two")]
    things = [
        lambda: lab.start(client),
        lambda: lab["server"].restart(),
        lambda: lab["client"].stop(),
        lambda: lab["server"].kill(),
        lambda: lab.context("cell").socket(zmq.SUB),
        lambda: in_a_stretch(lab, "first"),
        lambda: in_a_stretch(lab, "second"),
        lambda: asked[0]._press("answer", "A"),
        lambda: asked[1]._press("answer", "B"),
        trials.start,
    ]
    for one in [Aside(thing) for thing in things]:
        one.result()
    for one in asked:
        assert one.holds()
    late = Aside(lambda: lab["server"].restart())
    lab.close()
    with suppress(Closed):
        late.result()


def test_while_the_lock_is_held_nobody_waits_calls_or_takes_another(monkeypatch, page):
    with watched(monkeypatch) as watch:
        walk(Lab("leaf"))
    assert watch.broken == []


def end_inside(crew, name, *arguments, **named):
    """Break the rule: end somebody while the lock is held."""
    with crew._changed:
        worker = crew._of(name).worker
        if worker is not None:
            worker.stop()
    return PLAIN(crew, name, *arguments, **named)


PLAIN = Crew._take_in_hand


def test_the_watch_sees_who_breaks_that_rule(monkeypatch, page):
    with watched(monkeypatch) as watch:
        lab = Lab("broken on purpose")
        lab.start(server)
        lab.context("cell").socket(zmq.SUB)
        with monkeypatch.context() as patch:
            patch.setattr(Crew, "_take_in_hand", end_inside)
            lab.start(server)
            lab.context("cell")
        lab.close()
    assert {"Latch.set", "zmq.Context.term"} <= set(watch.broken)
    assert any(what.startswith("threading.") for what in watch.broken)
