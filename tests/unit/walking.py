"""A random walk: presses, restarts, closes, predictions and cells, from three threads on one lab.

    PYTHONPATH=notebooks python -m tests.unit.walking 7 40      # 40 steps with seed 7

Each thread draws its steps from dice of its own, so a seed gives the same steps; how they meet is up to the machine.
Whatever happens, each step does what it says, or is refused in words ("busy", "closed", "not at work"). At the end the crew
holds just those who work, the sum of the picture adds up, and nothing is left when the lab is closed.
"""

import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections import Counter

import zmq
import zmqlab.lab
from zmqlab import Faults, Lab, Sender
from zmqlab.course.start_here import Place
from zmqlab.live.crew import Busy, Closed
from zmqlab.live.processes import keeping
from zmqlab.recording import moment

from tests.unit.common import client, server
from tests.unit.interrupted import PREDICTION, close_all, experiment, held, more, quiet

NAME = "walk"
keeping.IDLE = 0.1  # nobody waits here for a keeper that has nothing to do
LONGEST = 60.0
"""Seconds that a walk may take. Nothing in it waits for long but for a machine that has other things to do."""
SETTLES = 10.0
"""Seconds in which what ends by itself must have ended."""

REFUSED = ("busy", "closed", "not at work", "cannot go", "Run the cells", "works there already")


class Walk:
    """One walk on one lab. `counts` says how often each step was made and each refusal met; `wrong` what went wrong."""

    def __init__(self, seed, steps, strikes=0):
        """`strikes` is how often the thread of the cells is interrupted on its way, as ■ does it."""
        self.seed, self.steps, self.strikes = seed, steps, strikes
        self.on_the_way = threading.Event()
        self.counts, self.wrong, self.log = Counter(), [], []
        self.begin_anew()

    @property
    def lab(self):
        return zmqlab.lab._labs.get(NAME) or self._former

    def begin_anew(self):
        self._former = lab = Lab(NAME)
        lab.start(server)
        lab.start(client, texts=[f"text {number}" for number in range(3)])
        lab.start(client, name="you")
        controls = [Sender("you"), Faults("server"), Place("you")]
        lab.show(*controls)
        self.controls = controls  # what is not shown nobody presses

    # steps: what a learner does in a cell

    def cell(self, dice):
        with self.lab.context(f"cell {threading.get_ident() % 97}").socket(zmq.REQ) as requester:
            requester.rcvtimeo = 300  # its server may be stopped by another thread
            requester.connect(self.lab.endpoint())
            requester.send(b"hello")
            assert requester.recv() == b"HELLO"

    def stretch(self, dice):
        with self.lab.experiment("walk") as run:
            there = run.endpoint(f"own {dice.random()}")
            run.start(quiet, name=f"quiet {dice.randrange(3)} of {threading.get_ident() % 97}", endpoint=there)
            pusher = run.context(f"pusher {threading.get_ident() % 97}").socket(zmq.PUSH)
            pusher.connect(there)
            pusher.send(b"one")
            came = run.wait_for(lambda: run.messages(way="sent"), 5)
        assert came or self.lab._bench.crew.closed

    def predict(self, dice):
        asked = self.lab.predict(PREDICTION, experiment)
        asked._card._hear(None, {"type": "pressed", "action": "answer", "value": "A"}, [])
        assert asked.holds()

    def start(self, dice):
        self.lab.start(client, name=f"guest {dice.randrange(3)}", texts=["one"])

    def crew(self, dice):
        self.lab.crew(quiet_worker, dice.randrange(3))

    def handle(self, dice):
        actor = self.lab[dice.choice(["server", "client", "you"])]
        dice.choice(
            [actor.stop, actor.kill, actor.restart, actor.messages, lambda: actor.say("x"), lambda: actor.join(0)]
        )()

    def snapshot(self, dice):
        add_up(moment(self.lab)[0])

    def close(self, dice):
        self.lab.close()

    def again(self, dice):
        self.begin_anew()

    # steps: what a learner presses

    def send(self, dice):
        self.press(self.controls[0].send, self.controls[0])

    def let_it_die(self, dice):
        self.press(self.controls[1].arm, self.controls[1])

    def restart(self, dice):
        self.press(self.controls[1].restart, self.controls[1])

    def move(self, dice):
        self.press(lambda: self.controls[2].move(dice.random() < 0.3), self.controls[2])

    def press(self, action, control):
        """Press a control. It never raises; what it says is counted."""
        action()
        self.counts["presses"] += 1
        said = control.note.value
        for words in REFUSED:
            if words in said:
                self.counts[f"pressed: {words}"] += 1
                return
        if said:
            self.wrong.append(f"a press said {said}")

    CELLS = (
        (cell, 4),
        (stretch, 3),
        (predict, 2),
        (start, 3),
        (crew, 1),
        (handle, 5),
        (snapshot, 2),
        (close, 1),
        (again, 2),
    )
    PRESSES = ((send, 6), (let_it_die, 3), (restart, 4), (move, 2), (handle, 3), (snapshot, 1))

    def walk(self):
        """Make the steps, in three threads. This one is the thread of the cells."""
        others = [
            threading.Thread(target=self.steps_of, args=[name, self.PRESSES], name=f"walker {name}", daemon=True)
            for name in ("presses", "more presses")
        ]
        striker = threading.Thread(target=self.strike, name="striker", daemon=True)
        for thread in (*others, striker):
            thread.start()
        self.on_the_way.set()
        self.steps_of("cells", self.CELLS)
        self.on_the_way.clear()
        self.take_late_strikes(striker)
        for other in others:
            other.join(LONGEST)
            if other.is_alive():
                self.wrong.append(f"{other.name} stands still")
        self.look()

    def strike(self):
        """Interrupt the thread of the cells, at random moments."""
        dice, pause = random.Random(f"{self.seed} strikes"), threading.Event()
        self.on_the_way.wait(LONGEST)
        for _ in range(self.strikes):
            pause.wait(dice.uniform(0, 0.1))
            if not self.on_the_way.is_set():
                return
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def take_late_strikes(self, striker):
        """Wait for the end of who strikes: what comes late strikes here."""
        while True:
            try:
                striker.join(LONGEST)
                return
            except KeyboardInterrupt:
                self.counts["interrupted"] += 1

    def steps_of(self, name, kinds):
        """Make the steps of one thread."""
        dice = random.Random(f"{self.seed} {name}")
        steps, weights = zip(*kinds, strict=True)
        drawn = [(step, random.Random(dice.random())) for step in dice.choices(steps, weights, k=self.steps)]
        left = iter(enumerate(drawn))
        while True:
            try:
                for number, (step, own) in left:
                    self.step(name, number, step, own)
                return
            except KeyboardInterrupt:
                self.counts["interrupted"] += 1

    def step(self, name, number, step, dice):
        self.log.append(f"{name} {number}: {step.__name__}")
        self.counts["steps"] += 1
        try:
            step(self, dice)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:
            self.met(name, number, step, problem)

    def met(self, name, number, step, problem):
        """Take what a step raised for what it is: a refusal in words, or a fault."""
        refused = isinstance(problem, Busy | Closed | LookupError)
        ended = self.lab._bench.crew.closed or type(problem).__name__ in ("Stopped", "Killed")
        nobody = isinstance(problem, zmq.ZMQError)
        if isinstance(problem, AssertionError):  # what a step claims holds, whoever else is at work
            self.wrong.append(f"{name} {number}, {step.__name__}: {problem!r}")
        elif refused:
            self.counts[type(problem).__name__] += 1
        elif ended or nobody:  # its server was stopped, or its lab closed, by another thread
            self.counts["ended by another"] += 1
        else:
            self.wrong.append(f"{name} {number}, {step.__name__}: {problem!r}")

    def look(self):
        """Look at what must be so, whatever was done."""
        lab = self.lab
        crew = lab._bench.crew
        if not crew.closed:
            add_up(moment(lab)[0])
        strays, deadline = _strays(crew), time.monotonic() + SETTLES
        while strays and time.monotonic() < deadline:  # a cell that was interrupted may have begun somebody just now
            time.sleep(0.01)
            strays = _strays(crew)
        if strays:
            names, stacks = [one.name for one in strays], sys._current_frames()
            where = {
                f"{one.name} {one.ident}": [line.strip() for line in traceback.format_stack(stacks[one.ident])[-5:]]
                for one in threading.enumerate()
                if one.ident in stacks
            }
            self.wrong.append(f"at work, and not in the crew: {names}; all threads: {where}")


def _strays(crew):
    """Return the threads of actors that are at work, and of none of the crew."""
    at_work = [worker for name in crew.names() if (worker := crew.entry(name).worker).alive]
    threads = {worker._thread for worker in at_work if hasattr(worker, "_thread")}
    in_processes = tuple(f"{worker.name} (" for worker in at_work if not hasattr(worker, "_thread"))
    actors = ("server", "client", "you", "guest", "quiet", "worker")
    return [
        one
        for one in threading.enumerate()
        if one.name.startswith(actors) and one not in threads and not one.name.startswith(in_processes)
    ]


def add_up(scene):
    """Raise `AssertionError` when the sum does not add up."""
    totals = scene.totals()
    expected = totals.pop("expected")
    assert expected == sum(totals.values()), totals


def quiet_worker(context, endpoint):
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(endpoint)
        dealer.recv()


def walked(seed, steps, strikes=0):
    """Walk once, and close. Returns what to report."""
    before = held()
    walk = Walk(seed, steps, strikes)
    try:
        walk.walk()
    except BaseException as problem:
        walk.wrong.append(f"the walk itself: {problem!r}")
    close_all()
    deadline = time.monotonic() + SETTLES
    while (left := more(held(), before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if left:
        walk.wrong.append(f"left: {left}")
    return {"seed": seed, "counts": dict(walk.counts), "wrong": walk.wrong, "log": walk.log if walk.wrong else []}


def main():
    seeds, steps = [int(seed) for seed in sys.argv[1].split(",")], int(sys.argv[2])
    for report in walks(seeds, steps):
        print(json.dumps(report), flush=True)
    os._exit(0)


def walks(seeds, steps, strikes=0):
    """Walk once with each seed. Yields what to report."""
    walked(-1, 5)  # what the first walk leaves for good is no leak: threads and descriptors that are kept
    for seed in seeds:
        yield walked(seed, steps, strikes)


if __name__ == "__main__":
    main()
