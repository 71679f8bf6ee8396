"""A program that does one thing again and again, and is interrupted at a random moment each time, as ■ does it.

    PYTHONPATH=notebooks python -m tests.unit.interrupted stretch 40 7     # 40 times, seed 7

After each interrupt the same is done once more, and then the lab is closed. Prints a line of JSON: how often it was
struck, and what was wrong: something raised, something left.
"""

import gc
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

os.environ["ZMQLAB_PROGRESS"] = "off"

import zmq
import zmqlab.lab
from ipywidgets.widgets import widget as widgets
from zmqlab import Faults, Lab, Sender
from zmqlab.learning.predictions import Prediction
from zmqlab.live.processes import keeping

from tests.unit.common import client, server

zmqlab.lab.display = lambda *shown: None
keeping.IDLE = 0.1  # nobody waits here for a keeper that has nothing to do
PATIENCE = 5.0
"""Seconds in which what ends by itself must have ended."""
NAME = "interrupted"
PREDICTION = Prediction(
    name="one",
    text="?",
    options={"A": "a", "B": "b"},
    said={"A": "", "B": ""},
    right="A",
    happened=lambda run: ("A", "came") if run.messages("your cell", "received") else ("B", "nothing"),
)


def quiet(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        while True:
            puller.recv()


def ask(context, endpoint):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        requester.send(b"hello")
        assert requester.recv() == b"HELLO"


def experiment(context, run):
    run.start(server)
    ask(context, run.endpoint())


# what is done; each is given the lab of that name as it is now


def begin(_lab):
    lab = Lab(NAME)
    lab.start(server)
    lab.start(client, texts=[])
    lab.show(Sender("client"), Faults("server"))


def close(lab):
    lab.close()
    Lab(NAME).start(server)


def stretch(lab):
    with lab.experiment("one") as run:
        ask(run.context(), lab.endpoint())
        run.start(quiet, endpoint=run.endpoint("quiet"))


def context(lab):
    ask(lab.context(), lab.endpoint())
    lab.context().term()


def half_a_message(lab):
    pair = lab.context("half").socket(zmq.PAIR)
    pair.connect("inproc://nobody")
    pair.send(b"half a message", zmq.SNDMORE)


def restart(lab):
    lab["server"].restart()
    lab.start(client, texts=[])
    lab["client"].kill()
    lab["server"].stop()
    lab["server"].restart()


def process(lab):
    lab.start(quiet, process=True, endpoint=lab.endpoint("process"))
    lab["quiet"].stop()


def scripts(lab):
    (_, asked) = lab.run(lab.script(server, endpoint=lab.endpoint("s")), lab.script(ask, endpoint=lab.endpoint("s")))
    assert asked.status == 0, asked


def predict(lab):
    assert lab.predict(PREDICTION, experiment).holds()


def shared(lab):
    there = lab.endpoint("there", transport="inproc")
    lab.start(quiet, shared=True, endpoint=there)
    pusher = lab.context("pusher", shared=True).socket(zmq.PUSH)
    pusher.connect(there)
    pusher.send(b"x")


DONE = {one.__name__: one for one in (begin, close, stretch, context, half_a_message, restart, process, scripts)}
DONE |= {one.__name__: one for one in (predict, shared)}


def current():
    """Return the lab as it is now; one with a server, if there is none."""
    lab = zmqlab.lab._labs.get(NAME)
    if lab is None:
        lab = Lab(NAME)
        lab.start(server)
    return lab


def close_all():
    zmqlab.lab._close_all()


def held():
    """Return what this process holds."""
    gc.collect()
    objects = Counter(
        type(one).__name__ for one in gc.get_objects() if isinstance(one, zmq.Context | zmq.Socket) and not one.closed
    )
    # A "dummy" is no thread: Python's note of one of libzmq's that has called it once.
    threads = Counter(one.name for one in threading.enumerate() if not isinstance(one, threading._DummyThread))
    return {
        "zmq": objects,
        "threads": threads,
        "descriptors": Counter(what for number in os.listdir("/proc/self/fd") if (what := _what(number))),
        "processes": Counter({"children": len(_children())}),
        "widgets": Counter(type(one).__name__ for one in widgets._instances.values()),
    }


def _what(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").partition(":")[0]
    except OSError:
        return ""  # that of the folder itself, which is closed by now


def _children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def more(now, before):
    """Return what is held now, and was not before, in words."""
    found = {kind: {str(k): v for k, v in (now[kind] - before[kind]).items()} for kind in now}
    return {kind: names for kind, names in found.items() if names}


def strike(delay, left):
    """Interrupt the main thread after so many seconds, unless it has left."""
    if not left.wait(delay):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def once(done, delay):
    """Do it, interrupted; do it again; close. Returns what was wrong with that."""
    wrong, struck, left = [], False, threading.Event()
    lab = current()
    striker = threading.Thread(target=strike, args=[delay, left], daemon=True)
    try:
        striker.start()
        done(lab)
        left.set()
    except KeyboardInterrupt:
        struck = True
    except BaseException as problem:
        wrong.append(f"interrupted, it raised {problem!r}")
    try:
        left.set()
        striker.join()
    except KeyboardInterrupt:
        struck = True
    try:
        done(current())
    except BaseException as problem:
        wrong.append(f"again, it raised {problem!r}")
    try:
        close_all()
    except BaseException as problem:
        wrong.append(f"close raised {problem!r}")
    return struck, wrong


def main(name, times, seed):
    done, dice = DONE[name], random.Random(f"{name} {seed}")
    for _ in range(2):
        done(current())
        close_all()
    current()
    began = time.monotonic()
    done(current())
    took = time.monotonic() - began
    close_all()
    time.sleep(0.2)  # what has just ended
    before, report, hits = held(), [], 0
    for number in range(times):
        struck, wrong = once(done, dice.uniform(0, took * 1.1))
        hits += struck
        deadline = time.monotonic() + PATIENCE
        while (left := more(held(), before)) and time.monotonic() < deadline:
            time.sleep(0.01)
        if left:
            wrong.append(f"left: {left}")
            before = held()
        report += [f"{number}: {words}" for words in wrong]
    print(json.dumps({"struck": hits, "took": took, "wrong": report}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
