"""What lesson 04 asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import zmq

from ...learning.arena import Arena
from ...learning.exercises import Exercise, Wrong
from ...learning.lesson import Lesson
from ...learning.predictions import Prediction, Question
from ...record.events import Finished, OfAnActor, SocketMade, Started
from . import solutions

# --- the opening question, about the pipeline ---

OPENING = Question(
    name="who gets the work",
    text="A `PUSH` deals twenty tasks out to two workers. One of them is ten times slower. How many does the slow one get?",
    options={
        "A": "ten: tasks are dealt out in turn",
        "B": "about two: it takes a new task when it has done one",
        "C": "none after its first: ZeroMQ sees that it is slow",
    },
    said={
        "A": "`PUSH` deals out in turn, whoever is slow: ten tasks wait in the slow worker's queue.",
        "B": "`PUSH` does not wait until a worker is free. A worker that should take a task when it is free must ask for one.",
        "C": "ZeroMQ does not measure its peers. A peer is left out only when its queue is full.",
    },
    right="A",
)

# --- predictions ---


def _ended(experiment: Any, actor: str) -> float | None:
    """Return how many seconds an actor took from its start to the end of its function, or None when it has not ended."""
    own = [event for event in experiment.events() if isinstance(event, OfAnActor) and event.actor == actor]
    moments = {type(event): event.time for event in own}
    return (moments[Finished] - moments[Started]) / 1e9 if Finished in moments else None


def _answered(experiment: Any) -> str:
    answered = len(experiment.messages("traveller", "received"))
    return {0: "nobody was answered", 1: "one question was answered"}.get(
        answered, f"{answered} questions were answered"
    )


IN_TURN = Prediction(
    name="in turn",
    text="This desk receives a question, then news, then a question, and so on. Three questions come, and no news. How many "
    "are answered?",
    options={
        "A": "all three: without news there is nothing to receive",
        "B": "one",
        "C": "none: the desk waits for news first",
    },
    said={
        "A": "`recv` does not skip a socket that is silent. It waits.",
        "B": "After the first answer the desk waits in `recv()` on the socket that is silent, and hears nothing else.",
        "C": "The line that answers comes first, and there is a question to answer.",
    },
    right="B",
    observe=_answered,
    grade=lambda seen: "A" if "3 questions were answered" in seen else "B",
)


def _how_long_the_ticks_took(experiment: Any) -> str:
    ticks = experiment.messages("clock", "sent")
    if len(ticks) < 100:
        return "the clock had not ended after 3 s"
    return f"a hundred ticks in {_in_words((ticks[-1].time - ticks[0].time) / 1e9)}"


def _in_words(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{max(1, round(seconds * 1000))} ms"


HALF_A_SECOND = Prediction(
    name="half a second",
    text="The clock should tick every half a second, so it is given `timeout=0.5`. How long do a hundred ticks take?",
    options={
        "A": "fifty seconds",
        "B": "for ever: `poll` raises an error, it wants a whole number",
        "C": "next to nothing",
    },
    said={
        "A": "That would be `timeout=500`.",
        "B": "`poll` takes it without a word, and cuts 0.5 to 0.",
        "C": "`poll` counts in milliseconds, and cuts 0.5 ms to 0: it does not wait at all.",
    },
    right="C",
    observe=_how_long_the_ticks_took,
    grade=lambda seen: "A" if next(iter(seen)).startswith("the clock") else "C",
)


def _how_often_poll_returned(experiment: Any) -> str:
    seconds = _ended(experiment, "relay")
    if seconds is None:
        return "`poll` was still waiting after 10 s"
    busy = next(e.processor for e in experiment.events() if isinstance(e, Finished) and e.actor == "relay")
    return (
        f"no note came, and poll() returned 50,000 times in {_in_words(seconds)}. "
        f"That took {_in_words(busy)} of a processor's time, for nothing"
    )


NO_FLAGS = Prediction(
    name="no flags",
    text="This relay registers both its sockets without saying for what. No note comes. How often does `poll` return?",
    options={
        "A": "not at all: it waits for a note",
        "B": "once, to say that the second socket may send; then it waits",
        "C": "again and again, as fast as the computer can",
    },
    said={
        "A": "Without flags a socket is watched for two things: that it can receive, and that it can send.",
        "B": "`poll` does not tell what has changed. It tells how things are, each time that it is asked.",
        "C": "A socket with room in its queue can send now, and now, and now. So `poll` never has to wait.",
    },
    right="C",
    observe=_how_often_poll_returned,
    grade=lambda seen: "A" if next(iter(seen)).startswith("`poll`") else "C",
)

# --- what both checks need ---

IDLE = 0.3
"""Seconds for which nothing comes, to see what a function does meanwhile."""
SPINS = 0.3
"""The share of a processor that a function must not use while nothing comes. One that waits uses next to nothing."""
ASKS = 10_000
"""Times a second that a function must not ask in vain: one that spins does so some 100,000 times, also where it gets but a
tenth of a processor. One that asks through the last millisecond before each tick does so some 2,000 times."""


def _taken(arena: Arena, actor: str, kind: str) -> int:
    """Return how many messages an actor's socket of that kind has received."""
    numbers = [made.socket for made in arena.of_kind(actor, SocketMade) if made.type == kind]
    return sum(arena.trace.tally(number).received for number in numbers)


def _waits_on(arena: Arena, actor: str) -> str:
    """Return the kind of the socket that an actor waits on in a call of its own such as `recv`, or ""."""
    wait = arena.wait_of(actor)
    if wait is None or not wait.call.startswith(("recv", "send")):
        return ""
    return next(made.type for made in arena.of_kind(actor, SocketMade) if made.socket == wait.socket)


def _last(arena: Arena, actor: str) -> Any:
    events = arena.events(actor)
    return events[-1] if events else None


def _check_at_work(arena: Arena, server: Any) -> None:
    arena.raise_what_failed(server)
    if not server.alive:
        text = "It must go on for ever, also when nothing has come for a while: `while True:`."
        raise Wrong("your function returned", text, _last(arena, server.name))


def _restless(arena: Arena, name: str, until: Callable[[], bool], seconds: float) -> Wrong | None:
    """Wait for something while nothing comes, for so many seconds at most. Returns what is wrong with the function's rest."""
    began, used, asked = time.monotonic(), time.process_time(), _asked_in_vain(arena, name)
    arena.wait_for(until, seconds)
    took = time.monotonic() - began
    asked, used = (_asked_in_vain(arena, name) - asked) / took, (time.process_time() - used) / took
    if asked <= ASKS and used <= SPINS:
        return None
    return Wrong(
        "your function spins",
        f"While nothing came it asked {asked:,.0f} times a second, and used {used:.0%} of a processor. Let `poll` wait; it "
        "counts in milliseconds, and cuts what is below one to 0.",
        _last(arena, name),
    )


def _asked_in_vain(arena: Arena, actor: str) -> int:
    return sum(arena.trace.tally(made.socket).in_vain for made in arena.of_kind(actor, SocketMade))


# --- exercise: serve ---

FLOOD = 500
FAIR = 100
"""Messages of one socket, at most, before one that waits at the other has its turn."""


def _ring(context: zmq.Context, endpoint: str, texts: Any) -> None:
    """Publish each text, once there is a subscriber."""
    with context.socket(zmq.XPUB) as alarm:
        alarm.sndhwm = 0
        alarm.bind(endpoint)
        alarm.recv()
        for text in texts:
            alarm.send_string(text)


def _guest(context: zmq.Context, endpoint: str, texts: Any) -> None:
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv()


def _crowd(context: zmq.Context, endpoint: str) -> None:
    """Ask many times at once. (A REQ would wait for each reply.)"""
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(endpoint)
        for number in range(FLOOD):
            dealer.send_multipart([b"", f"question {number + 1}".encode()])
        while True:
            dealer.recv_multipart()


def _start_server(arena: Arena, serve: Callable, name: str, wait: bool = False) -> Any:
    """Have the learner's function serve; with `wait`, once there is something to receive at both of its sockets."""
    question, alarm = arena.endpoint(f"questions, {name}"), arena.endpoint(f"alarms, {name}")

    def your_server(context: zmq.Context) -> None:
        with context.socket(zmq.REP) as questions, context.socket(zmq.SUB) as alarms:
            alarms.rcvhwm = 0
            questions.bind(question)
            alarms.connect(alarm)
            alarms.subscribe("")
            if wait:
                questions.poll()
                alarms.poll()
            serve(questions, alarms)

    return arena.start(your_server, name)


def check_serve(arena: Arena, serve: Callable) -> str:
    """First only questions come, then only alarms, then nothing; then a flood of each."""
    _check_quiet(arena, serve)
    arena.begin_anew()
    _check_flood_of_alarms(arena, serve)
    arena.begin_anew()
    _check_flood_of_questions(arena, serve)
    return "each socket was heard, in silence and in a flood of the other"


def _check_quiet(arena: Arena, serve: Callable) -> None:
    name = "your server"
    server = _start_server(arena, serve, name)
    guest = arena.start(_guest, "guest", endpoint=arena.endpoint(f"questions, {name}"))
    alarm = arena.start(_ring, "alarm", endpoint=arena.endpoint(f"alarms, {name}"))

    def ask(times: int) -> list[bytes]:
        wanted = len(replies()) + times
        for _ in range(times):
            guest.say("How many alarms?")
        arena.wait_for(lambda: len(replies()) == wanted or not server.alive, 1)
        if len(replies()) < wanted:
            _check_at_work(arena, server)
            raise Wrong(*_why_silent(arena, name), _last(arena, name))
        return [reply.frames[0] for reply in replies()[-times:]]

    def replies() -> list[Any]:
        return arena.messages("guest", "received")

    _check_counts(ask(2), 0, arena)
    for floor in (1, 2, 3):
        alarm.say(f"fire on floor {floor}")
    arena.wait_for(lambda: _taken(arena, name, "SUB") == 3 or not server.alive, 1)
    if _taken(arena, name, "SUB") < 3:
        _check_at_work(arena, server)
        raise Wrong(*_why_deaf(arena, name), _last(arena, name))
    if restless := _restless(arena, name, lambda: False, IDLE):
        raise restless
    _check_counts(ask(1), 3, arena)


def _check_counts(told: list[bytes], wanted: int, arena: Arena) -> None:
    if told[-1] != str(wanted).encode():
        alarms = {0: "no alarm"}.get(wanted, f"{wanted} alarms")
        title = f"{alarms} had come, and you replied “{told[-1][:40].decode(errors='replace')}”"
        text = f"The reply to each question is how many alarms have come so far, as text: here “{wanted}”."
        raise Wrong(title, text, arena.messages("your server", "sent")[-1])


def _why_silent(arena: Arena, name: str) -> tuple[str, str]:
    if _waits_on(arena, name) == "SUB":
        return "the guest waits for an alarm", (
            "Your function waits in recv() on `alarms`, and no alarm comes. Meanwhile nobody is answered. Wait for both "
            "sockets at once, with a poller."
        )
    if call := arena.waits_in(name):
        return "the guest got no reply", f"Your function waits in {call}. Reply to each question that you receive."
    return "your function does nothing", "It is busy, and neither receives nor sends. Is there a loop without a poll?"


def _why_deaf(arena: Arena, name: str) -> tuple[str, str]:
    if _waits_on(arena, name) == "REP":
        return "the alarms wait for a guest", (
            "Your function waits in recv() on `questions`, and nobody asks. Meanwhile no alarm is heard. Wait for both "
            "sockets at once, with a poller."
        )
    return "alarms were not received", "Three alarms came. Register `alarms` too, and receive from it when it is ready."


def _check_flood_of_alarms(arena: Arena, serve: Callable) -> None:
    name = "your server (2)"
    server = _start_server(arena, serve, name, wait=True)
    alarm = arena.start(_ring, "many alarms", endpoint=arena.endpoint(f"alarms, {name}"))
    for number in range(FLOOD):
        alarm.say(f"alarm {number + 1}")
    arena.wait_for(lambda: len(arena.messages("many alarms", "sent")) == FLOOD)
    guest = arena.start(_guest, "late guest", endpoint=arena.endpoint(f"questions, {name}"))
    guest.say("How many alarms?")
    arena.wait_for(lambda: _taken(arena, name, "REP") or not server.alive)
    _check_at_work(arena, server)
    waited, event = _taken_before(arena, name, "SUB", "REP")
    if waited > FAIR:
        raise Wrong(
            "a guest waited behind the alarms",
            f"A question was there from the beginning, and you took {waited} alarms first. While alarms keep coming, nobody "
            "is answered. After each `poll`, look at both sockets (`if` and `if`, not `elif`), and take one message of each.",
            event,
        )


def _check_flood_of_questions(arena: Arena, serve: Callable) -> None:
    name = "your server (3)"
    server = _start_server(arena, serve, name, wait=True)
    arena.start(_crowd, "many guests", endpoint=arena.endpoint(f"questions, {name}"))
    arena.wait_for(lambda: len(arena.messages("many guests", "sent")) == FLOOD)
    alarm = arena.start(_ring, "late alarm", endpoint=arena.endpoint(f"alarms, {name}"))
    alarm.say("fire")
    arena.wait_for(lambda: _taken(arena, name, "SUB") or not server.alive)
    _check_at_work(arena, server)
    waited, event = _taken_before(arena, name, "REP", "SUB")
    if waited > FAIR:
        raise Wrong(
            "an alarm waited behind the questions",
            f"An alarm was there from the beginning, and you answered {waited} questions first. While questions keep coming, "
            "no alarm is heard. After each `poll`, look at both sockets: `if` and `if`, not `elif`.",
            event,
        )


def _taken_before(arena: Arena, name: str, of: str, before: str) -> tuple[int, Any]:
    """Return how many messages one kind of socket received before the other's first, and the one too many."""
    kinds = {made.socket: made.type for made in arena.of_kind(name, SocketMade)}
    taken = []
    for message in arena.messages(name, "received"):
        if kinds[message.socket] == before:
            break
        taken.append(message)
    assert all(kinds[message.socket] == of for message in taken)
    return len(taken), taken[FAIR] if len(taken) > FAIR else None


SERVE = Exercise(
    name="serve",
    title="a server that is fair to both",
    task="Write `serve(questions, alarms)`. Both sockets are ready for use: `questions` is a `REP`, `alarms` a `SUB` that has "
    "subscribed to everything. Receive every alarm, and reply to each question with how many alarms have come so far, as "
    "text, for ever.\nNeither socket may keep the other waiting: not by silence, and not by a flood.",
    check=check_serve,
    hints=(
        "Make a `zmq.Poller()`, and register both sockets with `zmq.POLLIN`, before `while True:`.",
        "`ready = dict(poller.poll())`, then `if alarms in ready:` and `if questions in ready:`.",
        "Use `if` twice: with `elif` the second has no turn while the first has messages. Take one message each time.",
    ),
    model=solutions.serve,
    home=__name__,
)

# --- exercise: tick ---

TICKS = 5
PERIOD = 0.1
"""Seconds between two ticks."""
BETWEEN_NOTES = 0.005
NOTES = 60
"""Notes that must have been received before the ticks under load are counted: a tick for each would stand out."""


def _wall_clock(context: zmq.Context, endpoint: str) -> None:
    with context.socket(zmq.PULL) as ticks:
        ticks.bind(endpoint)
        while True:
            ticks.recv()


def _porter(context: zmq.Context, endpoint: str, pause: Callable[[float], None]) -> None:
    with context.socket(zmq.PUSH) as pusher:
        pusher.connect(endpoint)
        while True:
            pusher.send(b"note")
            pause(BETWEEN_NOTES)


def check_tick(arena: Arena, tick: Callable) -> str:
    """First no note comes at all, then one every 5 ms."""
    name, notes_endpoint = "you", arena.endpoint("notes")
    arena.start(_wall_clock, "wall clock", endpoint=arena.endpoint("ticks"))

    def you(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.PULL) as notes, context.socket(zmq.PUSH) as ticks:
            notes.bind(notes_endpoint)
            ticks.connect(endpoint)
            tick(notes, ticks)

    def ticks() -> list[Any]:
        return arena.messages("wall clock", "received")

    began = time.monotonic()
    actor = arena.start(you, name, endpoint=arena.endpoint("ticks"))
    restless = _restless(arena, name, lambda: len(ticks()) >= TICKS or not actor.alive, 1.5)
    _check_at_work(arena, actor)
    _check_pace(arena, name, ticks())
    if restless:
        raise restless

    before = len(ticks())
    arena.start(_porter, "porter", endpoint=notes_endpoint)
    arena.wait_for(
        lambda: not actor.alive or (len(ticks()) >= before + TICKS and _taken(arena, name, "PULL") >= NOTES), 1.5
    )
    _check_at_work(arena, actor)
    _check_ticks_under_load(arena, name, len(ticks()) - before)
    _check_not_ahead(len(ticks()), time.monotonic() - began, ticks()[before])
    return "a tick every 100 ms, in silence and under load, and the notes were received"


def _check_pace(arena: Arena, name: str, ticks: list[Any]) -> None:
    if len(ticks) < TICKS:
        if _waits_on(arena, name) == "PULL":
            text = "Your function waits in recv() for a note, and none comes. Wait with `poll` and a time-out instead."
            raise Wrong("no tick while no note comes", text, _last(arena, name))
        counted = {0: "no tick", 1: "one tick"}.get(len(ticks), f"only {len(ticks)} ticks")
        text = f"No note came for 1.5 s, and there was {counted}. There should be one every 100 ms."
        raise Wrong("too few ticks", text, _last(arena, name))
    took = (ticks[TICKS - 1].time - ticks[0].time) / 1e9
    wanted = PERIOD * (TICKS - 1)
    if took < wanted / 2:
        text = (
            f"{TICKS} ticks came within {took * 1000:.0f} ms. `poll` counts in milliseconds: 100 is a tenth of a second, "
            "and 0.1 is cut to 0."
        )
        raise Wrong("far too many ticks", text, ticks[1])


def _check_ticks_under_load(arena: Arena, name: str, counted: int) -> None:
    if counted < TICKS:
        raise Wrong(
            "no tick while notes keep coming",
            f"Notes came every 5 ms, and meanwhile there were {counted} ticks. `poll` waits 100 ms from each note on, so it "
            "never comes back empty. Keep the time of the next tick, and look at the clock after each note.",
            _last(arena, name),
        )
    sent, received = len(arena.messages("porter", "sent")), _taken(arena, name, "PULL")
    if received < sent / 2:
        text = f"{sent} notes were sent and you received {received}: the queue grows and grows. Receive each when it comes."
        raise Wrong("the notes pile up", text, _last(arena, name))


def _check_not_ahead(counted: int, seconds: float, event: Any) -> None:
    """Whoever looks at the clock is never ahead of it, however busy the machine is: only behind."""
    if counted * PERIOD > 2 * seconds:
        text = f"{counted} ticks came in {seconds:.1f} s. A note is no reason for a tick: send one only when it is due."
        raise Wrong("a tick for each note", text, event)


TICK = Exercise(
    name="tick",
    title="a clock that nobody can stop",
    task="Write `tick(notes, ticks)`. Both sockets are ready for use: `notes` is a `PULL`, `ticks` a `PUSH`. Receive every "
    "note, and send `tick` on `ticks` every 100 ms, for ever: when no note comes, and also when one comes every 5 ms.",
    check=check_tick,
    hints=(
        "`import time`: `time.monotonic()` is a clock in seconds. Keep when the next tick is due: `due = time.monotonic() + 0.1`.",
        "Wait for a note no longer than until then: `notes.poll(left)`, where `left` is in milliseconds and never below 0.",
        "After each `poll`, whatever it returned: if `time.monotonic() >= due`, send a tick and add 0.1 to `due`.",
    ),
    model=solutions.tick,
    home=__name__,
)

LESSON = Lesson(
    number="04",
    title="Hear several sockets at once: pollers",
    predictions=(IN_TURN, HALF_A_SECOND, NO_FLAGS),
    exercises=(SERVE, TICK),
    opening=OPENING,
)
