"""What lesson 05 asks."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import zmq

from ...learning.arena import Arena
from ...learning.exercises import Exercise, Wrong
from ...learning.lesson import Lesson
from ...learning.predictions import Prediction, Question
from ...live.sockets import Context, Socket
from ...record.events import Refused, SocketMade
from . import solutions

# --- the opening question, from lesson 04 ---

OPENING = Question(
    name="if and elif",
    text="A server asks its poller which sockets are ready. Why does it look at them with `if` and `if`, and not with `elif`?",
    options={
        "A": "with `elif`, a message at the second socket is lost",
        "B": "with `elif`, the second has no turn while the first always has messages",
        "C": "it makes no difference: `poll` comes back anyway",
    },
    said={
        "A": "Nothing is lost: the message waits in its queue.",
        "B": "Every round begins with the first socket, and a flood there never ends.",
        "C": "`poll` comes back, and the first socket is ready again.",
    },
    right="B",
)

# --- predictions ---


def _received(experiment: Any, actor: str) -> str:
    count = len(experiment.messages(actor, "received"))
    return {0: "nothing", 1: "one message"}.get(count, f"{count} messages")


def _refused(experiment: Any) -> bool:
    return any(isinstance(event, Refused) for event in experiment.events())


def _what_became_of_carl(experiment: Any) -> str:
    if _refused(experiment):
        return "carl got an error"
    return f"carl got no error, and anna received {_received(experiment, 'anna')}: that of bert"


THIRD = Prediction(
    name="a third",
    text="Anna and bert are a pair. Now carl connects to the same endpoint, and sends. What happens?",
    options={
        "A": "carl's `connect` or `send` raises an error: the place is taken",
        "B": "anna receives carl's message too",
        "C": "no error, and anna never receives it",
    },
    said={
        "A": "Nobody tells carl. To him all looks well.",
        "B": "A `PAIR` has exactly one peer, the one that came first.",
        "C": "Anna's socket turns the third one away, and tells nobody. Carl's message is lost.",
    },
    right="C",
    observe=_what_became_of_carl,
    grade=lambda seen: "A" if "carl got an error" in seen else "C" if "one message" in next(iter(seen)) else "B",
)


def _what_came_through(experiment: Any) -> str:
    if _refused(experiment):
        return "an error"
    return f"no error, and {_received(experiment, 'two')} arrived"


TWO_CONTEXTS = Prediction(
    name="two contexts",
    text="Two threads each make a context of their own. One binds an `inproc` endpoint, the other connects to the same "
    "endpoint, and sends. What happens?",
    options={
        "A": "the message arrives: it is one process",
        "B": "no error, and the message never arrives",
        "C": "`connect` raises an error: there is no such endpoint",
    },
    said={
        "A": "One process is not enough: a name after `inproc://` belongs to one context.",
        "B": "In its own context nobody has bound that name yet. So the message waits, for ever.",
        "C": "`connect` may come before `bind`, so it waits for somebody to bind.",
    },
    right="B",
    observe=_what_came_through,
    grade=lambda seen: "C" if "an error" in seen else "B" if "nothing" in next(iter(seen)) else "A",
)

# --- what both checks need ---


USERS: dict[int, set[threading.Thread]] = {}
"""The threads that have used a watched socket, by its number."""


class Watched(Socket):
    """A recorded socket that remembers which threads have used it for a message, or to wait for one."""

    def _note(self) -> None:
        USERS.setdefault(self._record.number, set()).add(threading.current_thread())

    def bind(self, addr):
        self._note()
        return super().bind(addr)

    def connect(self, addr):
        self._note()
        return super().connect(addr)

    def send(self, *args, **kwargs):
        self._note()
        return super().send(*args, **kwargs)

    def recv(self, *args, **kwargs):
        self._note()
        return super().recv(*args, **kwargs)

    def poll(self, *args, **kwargs):
        self._note()
        return super().poll(*args, **kwargs)


class WatchedContext(Context):
    """The same context under the same name, whose sockets are watched."""

    _socket_class = Watched


def _watched(context: Context) -> Context:
    return WatchedContext(shadow=context, trace=context.trace, actor=context.actor, inbox=context.inbox)


def _plain_contexts() -> int:
    return sum(type(thing) is zmq.Context for thing in gc.get_objects())


def _last(arena: Arena, actor: str) -> Any:
    events = arena.events(actor)
    return events[-1] if events else None


# --- exercise: in_order ---

WORK = 0.1
"""Seconds that the first function takes, so that a second which does not wait comes too early."""


def check_in_order(arena: Arena, in_order: Callable) -> str:
    """Give it two functions that note when they run, and in which thread."""
    before, done = _plain_contexts(), []
    USERS.clear()
    pause = threading.Event()

    def first() -> None:
        done.append(("first began", threading.current_thread()))
        pause.wait(WORK)
        done.append(("first ended", threading.current_thread()))

    def second() -> None:
        done.append(("second", threading.current_thread()))

    def you(context: zmq.Context) -> None:
        done.append(("called", threading.current_thread()))
        in_order(_watched(context), first, second)
        done.append(("returned", threading.current_thread()))

    # Threads that somebody else made raise where nobody hears it: it is kept, and told.
    raised: list[BaseException] = []
    threading.excepthook = lambda problem: raised.append(problem.exc_value)
    actor = arena.start(you, "you")
    arena.wait_for(lambda: not actor.alive or raised or "returned" in dict(done), 1.5)
    told = [name for name, _ in done]
    _check_one_thread_each(arena)
    if _plain_contexts() > before:
        raise Wrong(
            "a context for each thread",
            "You made a context of your own. A name after `inproc://` belongs to one context: whoever connects in another "
            "waits for ever. Use the `context` that is passed in, in all threads.",
            _last(arena, "you"),
        )
    arena.raise_what_failed(actor)
    # A thread that outlives the function loses its context: what it raises then is no mistake of its own.
    mistakes = [
        error for error in raised if isinstance(error, Exception) and not isinstance(error, zmq.ContextTerminated)
    ]
    if mistakes:
        raise mistakes[0]
    if "returned" not in told:
        raise Wrong(*_why_it_waits(arena, told), _last(arena, "you"))
    _check_order(arena, told, dict(done))
    return "ready was passed along three threads, and each used sockets of its own"


def _check_one_thread_each(arena: Arena) -> None:
    shared = [number for number, users in USERS.items() if len(users) > 1]
    if shared:
        made = next(made for made in arena.of_kind("you", SocketMade) if made.socket == shared[0])
        raise Wrong(
            "a socket made in one thread was used in another",
            "A socket belongs to one thread: two that use it at the same time end the whole process. Make each socket in the "
            "thread that uses it. The context may be shared.",
            made,
        )


def _why_it_waits(arena: Arena, told: list[str]) -> tuple[str, str]:
    if "first began" not in told:
        return "nothing was started", "`first` was never called. Start a thread that calls it: `threading.Thread(…)`."
    if not arena.messages("you", "sent"):
        return "nobody said ready", "`first` has ended, and no message was sent. Its thread must send “ready” then."
    return (
        "somebody waits for ever",
        "A message was sent, and still your function does not return. Does each thread connect to the endpoint that the next "
        "one has bound, and is each message received?",
    )


def _check_order(arena: Arena, told: list[str], threads: dict[str, threading.Thread]) -> None:
    event = _last(arena, "you")
    for name in ("first ended", "second"):
        if name not in told[: told.index("returned")]:
            which = name.split()[0]
            text = f"It returned while `{which}` was not done. Wait for “ready” from the thread that does it."
            raise Wrong(f"your function returned before {which} was done", text, event)
    if told.index("second") < told.index("first ended"):
        text = "Its thread must wait for “ready” from the first before it calls `second`."
        raise Wrong("the second began before the first was ready", text, event)
    if len({threads["called"], threads["first began"], threads["second"]}) < 3:
        text = "`first` and `second` must each be called in a thread of their own, beside the one that called you."
        raise Wrong("that were not three threads", text, event)
    if not arena.messages("you", "received"):
        text = "The order is right, but no message was sent. Pass “ready” through `PAIR` sockets, and no other way."
        raise Wrong("nobody said ready", text, event)


IN_ORDER = Exercise(
    name="in_order",
    title="ready, along three threads",
    task="Write `in_order(context, first, second)`. Start two threads. The first calls `first()`, then says `ready` to the "
    "second. The second waits for that, calls `second()`, then says `ready` to you. You wait for that, and return.\nAll "
    "three threads talk through `PAIR` sockets over `inproc`.",
    check=check_in_order,
    hints=(
        "Write two functions inside yours, one for each thread, and start them with `threading.Thread(target=…).start()`.",
        "In the first: `with context.socket(zmq.PAIR) as to_second:`, connect to `inproc://one`, call `first()`, send "
        "`ready`. The second binds `inproc://one`.",
        "The second has one more socket, to you: it connects to `inproc://two`, which you have bound. You wait in `recv()`.",
    ),
    model=solutions.in_order,
    home=__name__,
)

# --- exercise: ask ---

TIMEOUT = 150
"""Milliseconds after which a partner that says nothing counts as dead."""
LONG_TIMEOUT = 1500
"""Milliseconds, where the partner answers: the machine may have other things to do."""


def _partner(context: zmq.Context, endpoint: str, silent: bool = False) -> None:
    """Answer in capitals, or keep silent: a thread that hangs looks just like one that works."""
    with context.socket(zmq.PAIR) as pair:
        pair.connect(endpoint)
        while True:
            text = pair.recv_string()
            if not silent:
                pair.send_string(text.upper())


def check_ask_partner(arena: Arena, ask_partner: Callable) -> str:
    """A partner that answers; then one that hangs."""
    _ask(arena, ask_partner, "anna", silent=False)
    arena.begin_anew()
    _ask(arena, ask_partner, "bert", silent=True)
    return "an answer from a partner at work, and from a new one where the old one hung"


def _ask(arena: Arena, ask_partner: Callable, partner: str, silent: bool) -> None:
    name, endpoint, hired, returned = f"you, with {partner}", f"inproc://{partner}", [], []

    def hire(place: str) -> None:
        hired.append(place)
        arena.start(_partner, f"new {len(hired)}", shared=True, endpoint=place)

    def you(context: zmq.Context) -> None:
        with context.socket(zmq.PAIR) as pair:
            pair.bind(endpoint)
            arena.start(_partner, partner, shared=True, endpoint=endpoint, silent=silent)
            pair.send_string("are you there?")  # they are a pair before your function begins
            while not arena.messages(partner, "received"):
                pair.poll(1)
            if not silent:
                pair.recv()
            answer = ask_partner(context, pair, hire, "coffee", TIMEOUT if silent else LONG_TIMEOUT)
            returned.append((answer, pair.closed))

    actor = arena.start(you, name, shared=True)
    arena.wait_for(lambda: not actor.alive, 1.5)
    arena.raise_what_failed(actor)
    event = _last(arena, name)
    if not silent and hired:
        text = "It answers within a few milliseconds. Hire somebody only when `poll(timeout)` has come back empty."
        raise Wrong("you replaced a partner that was at work", text, event)
    if actor.alive:
        raise Wrong(*_why_no_answer(arena, name, hired, endpoint), event)
    answer, closed = returned[0]
    if answer != "COFFEE":
        text = "The partner's answer to “coffee” is “COFFEE”. Return it as text."
        raise Wrong(f"you returned {answer!r}", text, event)
    if silent and not closed:
        text = "It holds memory, and what the old partner may still say. Close it: `pair.close()`."
        raise Wrong("the old pair is still open", text, event)


def _why_no_answer(arena: Arena, name: str, hired: list[str], endpoint: str) -> tuple[str, str]:
    if endpoint in hired:
        return "the new partner stood beside the old one", (
            "You hired somebody for the endpoint that you had. But the old partner hangs and has not gone: a third is turned "
            "away without a word. Close your socket, and bind a new one to an endpoint of its own."
        )
    if not hired:
        if arena.waits_in(name).startswith("recv"):
            return "you wait for ever", (
                "Your function waits in recv() for a partner that hangs. Wait with `pair.poll(timeout)`: 0 means that nothing "
                "has come in so many milliseconds."
            )
        return "you did not replace the partner", "It says nothing. Close the pair, bind a new one, and call `hire`."
    if len([made for made in arena.of_kind(name, SocketMade) if made.type == "PAIR"]) < 2:
        return "the old partner kept its place", (
            "You bound the same socket again. `unbind` keeps newcomers out, but the partner that is there stays. Close the "
            "pair, and make a new one."
        )
    return (
        "the new partner was never asked",
        "It knows nothing of the old question. Send the text again, on the new pair.",
    )


ASK_PARTNER = Exercise(
    name="ask_partner",
    title="replace a partner that died",
    task="Write `ask_partner(context, pair, hire, text, timeout)`. `pair` is bound, and has a partner. Send it the text, and "
    "return its answer, as text.\nWhen no answer has come after `timeout` milliseconds, replace the partner: "
    "`hire(endpoint)` starts a new one, which connects to that `inproc` endpoint. Ask it, and return its answer.",
    check=check_ask_partner,
    hints=(
        "`pair.poll(timeout)` is 0 when nothing has come. Otherwise call `recv_string` and return.",
        "The old partner may only hang, and still hold its place. So close `pair`, and make a new `PAIR` from `context`.",
        "Bind the new one to an endpoint of its own, such as `inproc://new`, then call `hire` with it, send, and receive.",
    ),
    model=solutions.ask_partner,
    home=__name__,
)

LESSON = Lesson(
    number="05",
    title="Signal between two threads: the exclusive pair",
    predictions=(THIRD, TWO_CONTEXTS),
    exercises=(IN_ORDER, ASK_PARTNER),
    opening=OPENING,
)
