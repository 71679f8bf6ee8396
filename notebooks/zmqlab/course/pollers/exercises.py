"""What lesson 04 lets a learner write, and what must hold of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from typing import Any

import zmq

from ...learning.arena import SECONDS
from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Law, Round, Run, counted, endless, law
from ...record.events import SocketMade
from . import solutions


def taken(run: Run, kind: str) -> int:
    """Return how many messages the function's socket of that kind has received."""
    numbers = [made.socket for made in run.events(SocketMade) if made.type == kind]
    return sum(run.arena.trace.tally(number).received for number in numbers)


# --- serve ---

FLOOD = 500
FAIR = 100
"""Messages of one socket, at most, before one that waits at the other has its turn."""
PATIENCE = 100
"""Milliseconds for which it may wait on one socket alone."""


def alarm(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
    """Publish each text, once there is a subscriber."""
    with context.socket(zmq.XPUB) as publisher:
        publisher.sndhwm = 0
        publisher.bind(endpoint)
        publisher.recv()
        for text in texts:
            publisher.send_string(text)


def guest(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_multipart()


def crowd(context: zmq.Context, endpoint: str) -> None:
    """Ask many times at once. (A REQ would wait for each reply.)"""
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(endpoint)
        for number in range(FLOOD):
            dealer.send_multipart([b"", f"question {number + 1}".encode()])
        while True:
            dealer.recv_multipart()


def lend_both(run: Run, flood: bool = False) -> None:
    """Let the function serve. For a flood: over inproc, and when all of it stands in the queues of its sockets."""
    if flood:
        run.places |= {name: f"inproc://{name}-{run.number}" for name in ("questions", "alarms")}

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.REP) as questions, context.socket(zmq.SUB) as alarms:
            alarms.rcvhwm = 0
            questions.bind(run.endpoint("questions"))
            alarms.connect(run.endpoint("alarms"))
            alarms.subscribe("")
            if flood:
                run.notes["ready"].wait(SECONDS)
            run.call(questions, alarms)

    run.begin(body, shared=flood)


def ask(run: Run, peer: Any, alarms: int) -> bool:
    """Have a guest ask, when so many alarms have come. False when it got no reply."""
    asked = run.notes.setdefault(peer.name, [])
    asked.append(alarms)
    peer.say("How many alarms?")
    return run.wait_for(lambda: len(run.messages("received", peer.name)) == len(asked), 1)


def only_questions_then_only_alarms(run: Run) -> None:
    lend_both(run)
    asks = run.start(guest, "guest", endpoint=run.endpoint("questions"))
    rings = run.start(alarm, "alarm", endpoint=run.endpoint("alarms"))
    if not (ask(run, asks, 0) and ask(run, asks, 0)):
        return
    for number in (1, 2, 3):
        rings.say(f"fire on floor {number}")
        run.notes["rung"] = number
        if not run.wait_for(lambda number=number: taken(run, "SUB") >= number, 1):
            return
    run.silence()
    ask(run, asks, 3)


def a_flood_of_alarms(run: Run) -> None:
    run.notes = {"flood": ("SUB", "REP"), "ready": threading.Event(), "rung": FLOOD, "late guest": [None]}
    lend_both(run, flood=True)
    rings = run.start(alarm, "many alarms", endpoint=run.endpoint("alarms"), shared=True)
    asks = run.start(guest, "late guest", endpoint=run.endpoint("questions"), shared=True)
    for number in range(FLOOD):
        rings.say(f"alarm {number + 1}")
    asks.say("How many alarms?")
    run.arena.wait_for(lambda: len(run.messages("sent", rings.name)) == FLOOD and run.messages("sent", asks.name))
    run.notes["ready"].set()
    run.wait_for(lambda: run.messages("received", asks.name) and taken(run, "SUB") == FLOOD)
    run.silence()
    ask(run, asks, FLOOD)


def a_flood_of_questions(run: Run) -> None:
    run.notes = {"flood": ("REP", "SUB"), "ready": threading.Event()}
    lend_both(run, flood=True)
    rings = run.start(alarm, "late alarm", endpoint=run.endpoint("alarms"), shared=True)
    rings.say("fire")
    run.start(crowd, "many guests", endpoint=run.endpoint("questions"), shared=True)
    run.arena.wait_for(lambda: len(run.messages("sent", "many guests")) == FLOOD and run.messages("sent", rings.name))
    run.notes["ready"].set()
    run.wait_for(lambda: taken(run, "SUB") and taken(run, "REP") == FLOOD)
    run.silence()


@law("both")
def waits_on_both(run: Run) -> Complaint | None:
    """It never waits on one socket alone: in one thread, on both; or each has a thread of its own."""
    by_thread: dict[int, set[int]] = {}
    for look in run.looks():
        by_thread.setdefault(look.thread, set()).update(look.sockets)
    for look in run.looks():
        if look.came or 0 <= look.limit <= PATIENCE or not run.calls:
            continue
        elsewhere = {number for thread, numbers in by_thread.items() if thread != look.thread for number in numbers}
        if look.came is None:  # what is received meanwhile, another thread receives
            elsewhere |= {message.socket for message in run.messages("received") if message.time > look.time}
        if set(run.lent) - set(look.sockets) - elsewhere and len(look.sockets) == 1:
            [number] = look.sockets
            return _waits_on_one(look.call, run.lent[number].type == zmq.SUB)
    return None


def _waits_on_one(call: str, alarms: bool) -> Complaint:
    if alarms:
        return Complaint(
            "the guest waits for an alarm",
            f"Your function waits in {call}() on `alarms`, and no alarm comes. Meanwhile nobody is answered. Wait for both "
            "sockets at once, with a poller.",
        )
    return Complaint(
        "the alarms wait for a guest",
        f"Your function waits in {call}() on `questions`, and nobody asks. Meanwhile no alarm is heard. Wait for both sockets "
        "at once, with a poller.",
    )


@law("counts")
def right_counts(run: Run) -> Complaint | None:
    """The reply to each question is how many alarms have come so far."""
    for name, counts in run.notes.items():
        if not isinstance(counts, list):
            continue
        for wanted, reply in zip(counts, run.messages("received", name), strict=False):
            if wanted is not None and reply.frames != (str(wanted).encode(),):
                told = " and ".join(f"“{frame[:40].decode(errors='replace')}”" for frame in reply.frames)
                text = f"The reply to each question is how many alarms have come so far, as text: here “{wanted}”."
                return Complaint(f"{counted(wanted, 'alarm')} had come, and you replied {told}", text, reply)
    return None


@law("both")
def hears_everybody(run: Run) -> Complaint | None:
    """Each question gets its reply, and each alarm is received."""
    if run.error or not run.alive:
        return None
    waiting = [
        name
        for name, asked in run.notes.items()
        if isinstance(asked, list) and len(run.messages("received", name)) < len(asked)
    ]
    call = run.waits_in()
    if not run.looks() and not run.messages("received"):
        return Complaint("your function receives nothing", endless(run, "Wait for both sockets with a poller.").text)
    if waiting:
        text = f"Your function waits in {call}. " if call else ""
        return Complaint("the guest got no reply", f"{text}Reply to each question that you receive.")
    if taken(run, "SUB") < run.notes.get("rung", 0):
        text = f"{run.notes['rung']} alarms came, and you took {taken(run, 'SUB')}. Register `alarms` too, and receive from it when it is ready."
        return Complaint("alarms were not received", text)
    return None


@law("fair")
def fair_to_both(run: Run) -> Complaint | None:
    """In a flood of one, the other has its turn."""
    kinds = {made.socket: made.type for made in run.events(SocketMade)}
    receivers = {thread for number in kinds for thread in run.arena.watch.receivers.get(number, ())}
    threads = {look.thread for look in run.looks()} | receivers
    if "flood" not in run.notes or len(threads) > 1:  # with a thread for each, the system deals out turns
        return None
    of, before = run.notes["flood"]
    flood = []
    for message in run.messages("received"):
        if kinds[message.socket] == before:
            break
        flood.append(message)
    if len(flood) <= FAIR:
        return None
    one, many = ("a guest", "alarms") if of == "SUB" else ("an alarm", "questions")
    text = (
        f"{one.capitalize()} was there from the beginning, and you took {len(flood)} {many} first. While {many} keep coming, "
        "nobody else is heard. After each `poll`, look at both sockets (`if` and `if`, not `elif`), and take one message of each."
    )
    return Complaint(f"{one} waited behind the {many}", text, flood[FAIR])


SERVING = (waits_on_both, fair_to_both, right_counts)

SERVE = Exercise(
    name="serve",
    title="a server that is fair to both",
    task="Write `serve(questions, alarms)`. Both sockets are ready for use: `questions` is a `REP`, `alarms` a `SUB` that has "
    "subscribed to everything. Receive every alarm, and reply to each question with how many alarms have come so far, as "
    "text, for ever.\nNeither socket may keep the other waiting: not by silence, and not by a flood.",
    check=Check(
        Round(only_questions_then_only_alarms, hears_everybody, first=SERVING),
        Round(a_flood_of_alarms, hears_everybody, first=SERVING),
        Round(a_flood_of_questions, hears_everybody, first=SERVING),
        goes_on="It must go on for ever, also when nothing has come for a while: `while True:`.",
        you="your server",
        well="each socket was heard, in silence and in a flood of the other",
    ),
    hints=(
        "Make a `zmq.Poller()`, and register both sockets with `zmq.POLLIN`, before `while True:`.",
        "`ready = dict(poller.poll())`, then `if alarms in ready:` and `if questions in ready:`.",
        "Use `if` twice: with `elif` the second has no turn while the first has messages. Take one message each time.",
    ),
    model=solutions.serve,
    home=__name__,
)

# --- tick ---

TICKS = 6
"""Ticks that are counted at a time."""
PERIOD = 100
"""Milliseconds between two ticks."""
EARLY, LATE = 0.8 * PERIOD, 1.3 * PERIOD
NOTE_EVERY = (0.005, 0.02)
"""Seconds between two notes, in each of the two rounds that have some: who counts notes for time ticks at two paces."""


def wall_clock(context: zmq.Context, endpoint: str) -> None:
    with context.socket(zmq.PULL) as ticks:
        ticks.bind(endpoint)
        while True:
            ticks.recv_multipart()


def porter(context: zmq.Context, endpoint: str, pause: Callable[[float], None], every: float) -> None:
    with context.socket(zmq.PUSH) as pusher:
        pusher.connect(endpoint)
        while True:
            pusher.send(b"note")
            pause(every)


def ticks_with(every: float) -> Callable[[Run], None]:
    """Let the function tick, while a note comes every so many seconds; with 0, none does."""

    def play(run: Run) -> None:
        run.start(wall_clock, "wall clock", endpoint=run.endpoint("ticks"))

        def body(context: zmq.Context) -> None:
            with context.socket(zmq.PULL) as notes, context.socket(zmq.PUSH) as ticks:
                notes.bind(run.endpoint("notes"))
                ticks.connect(run.endpoint("ticks"))
                if every:
                    notes.poll()
                run.call(notes, ticks)

        run.begin(body)
        if every:
            run.start(porter, "porter", endpoint=run.endpoint("notes"), every=every)
        for number in (1, 2):  # on a busy machine, it is measured once more before anybody is accused
            run.wait_for(lambda number=number: len(sent_ticks(run)) > number * TICKS, 1.5)
            pace = run.notes["pace"] = pace_of(run)
            if len(sent_ticks(run)) <= number * TICKS or EARLY <= pace <= LATE:
                break

    return play


def sent_ticks(run: Run) -> list[Any]:
    return run.messages("sent")


def pace_of(run: Run) -> float:
    """Return how many ms lie between two of the last ticks: as it took, or as it waited for in vain, whichever is nearer."""
    times = [tick.time for tick in sent_ticks(run)[-TICKS - 1 :]]
    if len(times) < 2:
        return 0.0
    took = (times[-1] - times[0]) / 1e6 / (len(times) - 1)
    looks = [look for look in run.looks() if look.came is False]
    gaps = [sum(look.limit for look in looks if early <= look.time < late) for early, late in pairwise(times)]
    return min((took, median(gaps)), key=lambda pace: abs(pace - PERIOD))


@law("tick")
def says_tick(run: Run) -> Complaint | None:
    """It sends `tick`, and nothing else."""
    other = next((tick for tick in sent_ticks(run) if tick.frames != (b"tick",)), None)
    if other is None:
        return None
    told = " and ".join(f"“{frame[:20].decode(errors='replace')}”" for frame in other.frames)
    return Complaint(f"you sent {told}", 'Send `tick`: the bytes `b"tick"`, in one frame.', other)


@law("pace")
def ticks_every_100_ms(run: Run) -> Complaint | None:
    """It ticks every 100 ms, whatever comes."""
    ticks, notes, pace = len(sent_ticks(run)), taken(run, "PULL"), run.notes["pace"]
    if run.error or not run.alive or (ticks > TICKS and EARLY <= pace <= LATE):
        return None
    under_load = "porter" in {message.actor for message in run.messages("sent", "porter")}
    if ticks <= TICKS:
        return _too_few(run, ticks, under_load)
    if pace > LATE:
        title = "too slow while notes keep coming" if under_load else "too slow"
        return Complaint(title, f"There was a tick every {pace:.0f} ms. There should be one every {PERIOD} ms.")
    if under_load:
        text = f"{ticks} ticks came while {notes} notes did, one every {pace:.0f} ms. A note is no reason for a tick: send one only when it is due."
        return Complaint(
            "a tick for each note" if ticks > notes / 2 else "notes make it tick", text, sent_ticks(run)[1]
        )
    return far_too_many(run)


def far_too_many(run: Run) -> Complaint | None:
    pace, ticks = run.notes["pace"], sent_ticks(run)
    if not 0 < pace < EARLY or run.messages("sent", "porter") or run.arena.watch.sleeps:
        return None
    text = f"A tick came every {pace:.0f} ms. `poll` counts in milliseconds: 100 is a tenth of a second, and 0.1 is cut to 0."
    return Complaint("far too many ticks", text, ticks[1])


def _too_few(run: Run, ticks: int, under_load: bool) -> Complaint:
    waits = run.waits_on() == "PULL"
    if under_load:
        text = (
            f"Notes kept coming, and meanwhile you sent {counted(ticks, 'tick')}. `poll` waits anew from each note on, so it never "
            "comes back empty. Keep the time of the next tick, and look at the clock after each note."
        )
        return Complaint("no tick while notes keep coming" if not ticks else "too slow while notes keep coming", text)
    if waits:
        text = "Your function waits in recv() for a note, and none comes. Wait with `poll` and a time-out instead."
        return Complaint("no tick while no note comes", text)
    if not run.looks() and not run.in_vain():
        return Complaint("too few ticks", endless(run, "Send a tick every 100 ms.").text)
    text = f"No note came, and there was {counted(ticks, 'tick')} in 1.5 s. There should be one every {PERIOD} ms."
    return Complaint("too few ticks", text)


@law("receives")
def receives_every_note(run: Run) -> Complaint | None:
    """It receives the notes as they come."""
    sent, received = len(run.messages("sent", "porter")), taken(run, "PULL")
    if received >= sent / 2:
        return None
    text = f"{sent} notes were sent and you received {received}: the queue grows and grows. Receive each when it comes."
    return Complaint("the notes pile up", text)


TICK = Exercise(
    name="tick",
    title="a clock that nobody can stop",
    task="Write `tick(notes, ticks)`. Both sockets are ready for use: `notes` is a `PULL`, `ticks` a `PUSH`. Receive every "
    "note, and send `tick` on `ticks` every 100 ms, for ever: when no note comes, and also when one comes every 5 ms.",
    check=Check(
        Round(ticks_with(0), ticks_every_100_ms, first=(says_tick, Law("pace", far_too_many))),
        *(
            Round(ticks_with(every), receives_every_note, ticks_every_100_ms, first=(says_tick,))
            for every in NOTE_EVERY
        ),
        goes_on="It must go on for ever, also when nothing has come for a while: `while True:`.",
        well="a tick every 100 ms, in silence and under load, and the notes were received",
    ),
    hints=(
        "`import time`: `time.monotonic()` is a clock in seconds. Keep when the next tick is due: `due = time.monotonic() + 0.1`.",
        "Wait for a note no longer than until then: `notes.poll(left)`, where `left` is in milliseconds and never below 0: "
        "`math.ceil` rounds it up, for `poll` would cut it.",
        "After each `poll`, whatever it returned: if `time.monotonic() >= due`, send a tick and add 0.1 to `due`.",
    ),
    model=solutions.tick,
    home=__name__,
)
