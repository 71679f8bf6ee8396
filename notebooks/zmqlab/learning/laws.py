"""What every exercise wants, written once: a check is rounds of peers, a call, and laws about what was recorded.

    def silent_server(run):
        run.start(forgetful, lost=1_000)
        run.begin(lambda context: run.call(context, run.endpoint(), "coffee", 200))
        run.until_it_ends()

    check = Check(
        Round(silent_server, sends(3), returns(None), limit=200),
        makes=(Makes(("REQ", "DEALER"), "connect", "endpoint", meets="REP"),),
        ends="Give up after 3 tries, and return None.",
        well="a silent server, survived",
    )

The common laws are in force in each round, unless the check says otherwise. None of them looks at a clock that a busy
machine would put off: what a function waits for is read from the limits that it gave, and how restless it is from how
often it looked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import zmq

from ..live.actors import Actor
from ..record.events import Bound, Closed, Connected, Event, Message, Refused, SocketMade
from .arena import SECONDS, Arena
from .exercises import Wrong
from .standing import where_it_stands
from .watching import Look, loud

TOO_SHORT, TOO_LONG = 0.6, 1.5
"""Shares of a limit: who waits less, or more, was told another one."""
ASKS = 6_000
"""Looks in vain a second that are too many. One that spins makes some 100,000, with a tenth of a processor to itself more
than these; one that looks through the last millisecond before each moment makes some 2,000."""
SOME = 500
"""Looks in vain of which nothing is said, in however short a time. In a silence, no more than these."""
STRIDE = 100.0
"""Seconds that each wait of a silence lasts at least, by the function's own clock."""
LONG = 1_000.0
"""Seconds of a silence, by the function's own clock, that are longer than any guess."""
SILENCE = 4.0
"""Seconds that a silence takes at most, by ours."""
BUSY = 1.0
"""Seconds of a silence in which who looks at all has looked: who has not is busy with something else."""
SETTLE = 0.5
"""Seconds in which threads that the function has started may close what they made."""
OPTIONS = ("RCVTIMEO", "SNDTIMEO", "LINGER", "SNDHWM", "RCVHWM")


class Complaint(NamedTuple):
    """What is said of a law that was broken. `event` is where.

    None: at the end of the function, or of the run while it goes on: who waits for what has come is seen only then.
    """

    title: str
    text: str
    event: Event | None = None


@dataclass(frozen=True)
class Law:
    """Something that must hold in a round. `broken` returns what to say when it does not, or None."""

    key: str
    broken: Callable[[Run], Complaint | None]

    def hold(self, run: Run) -> None:
        """Raise `Wrong` when the law is broken."""
        if complaint := self.broken(run):
            at_the_end = None if run.alive else run.last()
            raise Wrong(complaint.title, complaint.text, complaint.event or at_the_end, self.key)


def law(key: str) -> Callable[[Callable[[Run], Complaint | None]], Law]:
    """Make a law of a function that returns what to say when it is broken: `@law("gives up")`."""
    return lambda broken: Law(key, broken)


class Makes(NamedTuple):
    """A socket that the function is to make: one of these types, which is to "connect" or "bind".

    `where` is the name of the argument that says where, or "inproc": anywhere, over that. `meets` is the type at the
    other end.
    """

    types: tuple[str, ...]
    way: str
    where: str = "endpoint"
    meets: str = ""


class Round:
    """One round: `play` starts peers and the function, and waits; then the laws are looked at.

    `first` are laws that come before the common ones: what they say of an answer is more to the point. `limit` is for
    how many ms the function was told to wait for a reply; `dies` says that it is killed in the round.
    """

    def __init__(
        self,
        play: Callable[[Run], None],
        *laws: Law,
        first: Iterable[Law] = (),
        limit: int | None = None,
        dies: bool = False,
    ) -> None:
        self.play, self.laws, self.first, self.limit, self.dies = play, laws, tuple(first), limit, dies


@dataclass(frozen=True, init=False)
class Check:
    """Rounds, and what the function is to do in all of them.

    `makes` are the sockets that it is to make, of the context that it is given; empty when it is given sockets. `ends`
    says when it is to return; `goes_on`, in its place, why it is not to. `closes_lent` says that a socket which it is
    given is its own to close. `leaves_open` returns how many of those that it made may stay open. `you` is what it is called in the record, `well` what is said of an answer that is right.
    """

    rounds: tuple[Round, ...]
    makes: tuple[Makes, ...]
    ends: str
    goes_on: str
    closes_lent: bool
    leaves_open: Callable[[Run], int]
    you: str
    well: str

    def __init__(
        self,
        *rounds: Round,
        makes: tuple[Makes, ...] = (),
        ends: str = "",
        goes_on: str = "",
        closes_lent: bool = False,
        leaves_open: Callable[[Run], int] = lambda run: 0,
        you: str = "you",
        well: str = "",
    ) -> None:
        values = {"rounds": rounds, "makes": makes, "ends": ends, "goes_on": goes_on}
        for name, value in (
            values | {"closes_lent": closes_lent, "leaves_open": leaves_open, "you": you, "well": well}
        ).items():
            object.__setattr__(self, name, value)

    def __call__(self, arena: Arena, function: Callable) -> str:
        """Play the rounds. Returns in words what went well, or raises `Wrong`, or what the function raised."""
        for number, one in enumerate(self.rounds, 1):
            if number > 1:
                arena.begin_anew()
            run = Run(arena, function, self, one, number)
            one.play(run)
            for each in (*one.first, *COMMON, *one.laws, *TIDY):
                each.hold(run)
        return self.well


@dataclass
class Run:
    """One round as it goes on: what the function was given, did and returned."""

    arena: Arena
    function: Callable
    check: Check
    round: Round
    number: int
    you: Actor | None = None
    returned: list[Any] = field(default_factory=list)
    """What each call returned."""
    raised: list[BaseException] = field(default_factory=list)
    """What threads raised that the function has started."""
    places: dict[str, str] = field(default_factory=dict)
    lent: dict[int, zmq.Socket] = field(default_factory=dict)
    changed: dict[str, tuple[int, int]] = field(default_factory=dict)
    closed_lent: list[int] = field(default_factory=list)
    unclosed: int = 0
    thread: int = 0
    calls: int = 0
    called: float = 0.0
    """When it was called last, by the function's own clock."""
    called_at: list[int] = field(default_factory=list)
    """When each call began (monotonic ns, as in events)."""
    returned_at: int = 0
    notes: dict[str, Any] = field(default_factory=dict)
    """What the round's own laws want to know of how it was played."""
    began: float = 0.0

    # what a round is played with

    def endpoint(self, where: str = "endpoint") -> str:
        """Return an address of this round, by the name of the argument in which the function is given it."""
        return self.places.setdefault(where, self.arena.endpoint(f"{where} {self.number}"))

    def start(self, peer: Callable, name: str = "", **arguments: Any) -> Actor:
        """Have a plain function work beside the one under test; see `Arena.start`."""
        wanted = peer.__code__.co_varnames[: peer.__code__.co_argcount]
        if "endpoint" in wanted:
            arguments.setdefault("endpoint", self.endpoint())
        return self.arena.start(peer, name, **arguments)

    def begin(self, body: Callable, shared: bool = False) -> Actor:
        """Have `body`, which is given what it names of `context` and so on, work: it makes what it lends, and calls."""
        former = set(threading.enumerate())  # what a thread of an earlier round raises, at its end, is nothing new

        def hear(problem: Any) -> None:
            if problem.thread not in former:
                self.raised.append(problem.exc_value)

        threading.excepthook = hear
        self.began = self.arena.watch.now()
        self.you = self.arena.start(body, self.name, shared=shared)
        return self.you

    def call(self, *arguments: Any) -> Any:
        """Call the function, in the thread of `body`. What it raises goes through."""
        sockets = [one for one in arguments if isinstance(one, zmq.Socket)]
        self.lent |= {one._record.number: one for one in sockets}
        before = {one: _options(one) for one in sockets}
        self.thread, self.calls = threading.get_ident(), self.calls + 1
        self.called = self.arena.watch.now()
        self.arena.watch.lookers.discard(self.thread)  # what `body` has looked for is no look of the function's
        self.called_at.append(time.monotonic_ns())
        result = self.function(*arguments)
        self.returned_at = time.monotonic_ns()
        self.closed_lent = [one._record.number for one in sockets if one.closed]
        for one in sockets:
            self.changed |= {
                key: (was, now) for key, was in before[one].items() if (now := _options(one).get(key, was)) != was
            }
        contexts = {one.context for one in sockets} | {one for one in arguments if isinstance(one, zmq.Context)}
        closed = self.arena.wait_for(lambda: not self._open(contexts), SETTLE)
        self.unclosed += 0 if closed else self._open(contexts)
        self.returned.append(result)
        return result

    def _open(self, contexts: Iterable[zmq.Context]) -> int:
        lent = sum(not one.closed for one in self.lent.values())
        return max(0, sum(self.arena.unclosed(one) for one in contexts) - lent)

    def wait_for(self, condition: Callable[[], Any], seconds: float = SECONDS) -> bool:
        """Wait for something, or until the function has ended. True when the condition holds."""
        self.arena.wait_for(lambda: condition() or not self.alive, seconds)
        return bool(condition())

    def nobody_answers(self, while_: Callable[[], bool] = lambda: True) -> None:
        """Let a wait with a limit be over at once from here on, as long as that holds when the wait begins."""
        self.arena.watch.silent = while_

    def until_it_ends(self, seconds: float = SECONDS) -> bool:
        """Wait until the function has returned, or raised. False when it has not."""
        return self.wait_for(lambda: not self.alive or self.has_raised, seconds)

    def silence(self) -> None:
        """Let nobody send anything for longer than any guess: a wait with a limit is over at once meanwhile."""
        watch = self.arena.watch
        until, watch.silent, watch.stride = watch.skipped + LONG, lambda: True, STRIDE
        try:
            before = watch.skipped, watch.in_silence
            looked = lambda: (watch.skipped, watch.in_silence) != before  # noqa: E731
            if self.arena.wait_for(lambda: not self.alive or self._rests() or looked(), BUSY):
                self.arena.wait_for(lambda: not self.alive or self._rests() or watch.skipped > until, SILENCE)
        finally:
            watch.silent, watch.stride = loud, 0.0

    def _rests(self) -> bool:
        """Whether it waits, without a limit, and has done so for a moment: more of a silence changes nothing."""
        looks, alive = self.looks(), {thread.ident for thread in threading.enumerate()}
        waiting = [look for look in looks if look.came is None]
        busy = {look.thread for look in looks} & alive - {look.thread for look in waiting}
        if not waiting or busy or any(look.limit >= 0 for look in waiting):
            return False
        return self.arena.watch.now() - max(look.began for look in looks) > 0.05

    # what there is to see

    @property
    def name(self) -> str:
        """What the function is called in the record."""
        return self.check.you if self.number == 1 else f"{self.check.you} ({self.number})"

    @property
    def alive(self) -> bool:
        """Whether the function is still at work."""
        return self.you is None or self.you.alive

    @property
    def has_raised(self) -> bool:
        """Whether it has raised something, in whichever of its threads."""
        return bool(self.error)

    @property
    def error(self) -> BaseException | None:
        """What it has raised, in whichever of its threads."""
        if self.you is not None and self.you.error is not None:
            return self.you.error
        # A thread that outlives the function loses its context: what it raises then is no mistake of its own.
        own = [one for one in self.raised if isinstance(one, Exception) and not isinstance(one, zmq.ContextTerminated)]
        return own[0] if own else None

    def looks(self) -> list[Look]:
        """Return how it looked for messages, in order."""
        return self.arena.watch.of(self.name)

    def events(self, kind: type, actor: str = "") -> list[Any]:
        """Return the events of one kind that it, or another actor, has caused."""
        return self.arena.of_kind(actor or self.name, kind)

    def messages(self, way: str, actor: str = "") -> list[Message]:
        """Return the messages that it, or another actor, has "sent" or "received"."""
        return self.arena.messages(actor or self.name, way)

    def frames(self, way: str, actor: str = "") -> list[tuple[bytes, ...]]:
        """Return the frames of each of these messages."""
        return [message.frames for message in self.messages(way, actor)]

    def made(self, *types: str) -> list[SocketMade]:
        """Return the sockets that it has made itself, of these types, or all."""
        made = self.events(SocketMade)
        return [one for one in made if one.socket not in self.lent and (not types or one.type in types) and self.calls]

    def last(self, actor: str = "") -> Event | None:
        """Return the last event of the function, or of another actor."""
        events = self.arena.events(actor or self.name)
        return events[-1] if events else None

    def waits_in(self) -> str:
        """Return the call in which it waits, such as "recv()", or ""."""
        return self.arena.waits_in(self.name)

    def waits_on(self) -> str:
        """Return the type of the socket on which it waits to receive or to send, or ""."""
        wait = self.arena.wait_of(self.name)
        if wait is None or not wait.call.startswith(("recv", "send")):
            return ""
        return next((made.type for made in self.events(SocketMade) if made.socket == wait.socket), "")

    def sending(self) -> int:
        """Return how many messages it has sent, or is about to: who receives one finds it counted."""
        return sum(self.arena.trace.tally(made.socket).sent for made in self.events(SocketMade))

    def taken(self) -> int:
        """Return how many messages it has received, also where not each is kept."""
        return sum(self.arena.trace.tally(made.socket).received for made in self.events(SocketMade))

    def in_vain(self) -> int:
        """Return how often it has asked for what was not there, without waiting."""
        return sum(self.arena.trace.tally(made.socket).in_vain for made in self.events(SocketMade))


def _options(socket: zmq.Socket) -> dict[str, int]:
    return {} if socket.closed else {name: socket.getsockopt(getattr(zmq, name)) for name in OPTIONS}


# --- the laws that hold in every exercise, in the order in which they are looked at ---


@law("endpoints")
def _taken(run: Run) -> Complaint | None:
    """It does not bind where somebody else does."""
    refused = refused_with(run, "EADDRINUSE")
    if refused is None or all(one.way != "connect" for one in run.check.makes):
        return None
    return Complaint(
        "you bind where you should connect", "The other side has bound that endpoint: call `connect`.", refused
    )


@law("raises")
def _raises(run: Run) -> None:
    """It raises nothing, in none of its threads."""
    if run.error is not None:
        raise run.error


@law("context")
def _context(run: Run) -> Complaint | None:
    """It uses the context that it is given, and makes none."""
    if not run.check.makes or not run.arena.watch.contexts:
        return None
    text = "Make your sockets with the `context` that is passed in: `context.socket(…)`, in all threads."
    if any(one.where == "inproc" for one in run.check.makes):
        text += " A name after `inproc://` belongs to one context: whoever connects in another waits for ever."
    return Complaint("you made a context of your own", text)


@law("types")
def _types(run: Run) -> Complaint | None:
    """It makes the types that are asked for."""
    makes = run.check.makes
    wanted = [kind for one in makes for kind in one.types]
    for made in run.made():
        if makes and made.type not in wanted:
            where = _place_of(run, made.socket)
            meant = next((one for one in makes if run.places.get(one.where) == where), makes[0])
            other = f"At the other end is {_a(meant.meets)}, and the two do not fit. " if meant.meets else ""
            return Complaint(f"you made {_a(made.type)}", f"{other}Make {_a(meant.types[0])}.", made)
    return None


@law("endpoints")
def _endpoints(run: Run) -> Complaint | None:
    """It binds and connects where it was told to, with the type that belongs there."""
    made = {one.socket: one.type for one in run.made()}
    for event in (one for one in run.events(Bound | Connected) if one.socket in made):
        way, done = ("bind", "bound") if isinstance(event, Bound) else ("connect", "connected")
        kind = made[event.socket]
        for one in run.check.makes:
            fits = event.endpoint.startswith("inproc:") if one.where == "inproc" else _is(run, one, event.endpoint)
            if fits and one.way not in (way, ""):
                text = f"The other side {'binds' if way == 'bind' else 'connects'} there too: call `{one.way}`."
                return Complaint(f"you {done} where you should {one.way}", text, event)
            if fits and kind in one.types:
                break
        else:
            return _elsewhere(run, event, kind, done)
    return None


def _is(run: Run, one: Makes, endpoint: str) -> bool:
    return run.places.get(one.where) == endpoint


def _elsewhere(run: Run, event: Any, kind: str, done: str) -> Complaint | None:
    if not run.check.makes:
        return None
    there = next((one for one in run.check.makes if _is(run, one, event.endpoint)), None)
    if there:
        text = f"At `{there.where}` is {_a(there.meets)}: make {_a(there.types[0])} for it." if there.meets else ""
        home = next((one.where for one in run.check.makes if kind in one.types), "")
        text += f" Your {kind} belongs at `{home}`." if home else ""
        return Complaint(f"you {done} {_a(kind)} at `{there.where}`", text.strip(), event)
    meant = next((one for one in run.check.makes if kind in one.types), run.check.makes[0])
    where = "over `inproc`" if meant.where == "inproc" else f"to `{meant.where}`, as it is passed in"
    return Complaint(f"you {done} at {event.endpoint[:60]}", f"{meant.way.capitalize() or 'Go'} {where}.", event)


@law("sleeps")
def _sleeps(run: Run) -> Complaint | None:
    """It does not sleep between looks."""
    watch = run.arena.watch
    for slept in watch.sleeps:
        if slept.thread in watch.lookers:
            return Complaint(
                f"you sleep for {slept.seconds:g} s between two looks",
                "While it sleeps, nothing is received, and when it wakes, it is late. Let the socket wait: "
                "`poll(milliseconds)` returns as soon as something comes. (`time.sleep` counts in seconds.)",
            )
    return None


@law("spins")
def _spins(run: Run) -> Complaint | None:
    """It does not look again and again."""
    watch = run.arena.watch
    # Who looks at two sockets after each message looks in vain at one of them.
    asked, seconds = run.in_vain() - 2 * run.taken(), max(0.001, watch.now() - run.began)
    if watch.in_silence < SOME and (asked < SOME or asked / seconds < ASKS):
        return None
    return Complaint(
        "your function spins",
        f"While nothing came it asked again and again, {asked:,} times. Let `poll` wait; it counts in "
        "milliseconds, and cuts what is below one to 0.",
    )


@law("waits")
def _waits(run: Run) -> Complaint | None:
    """It waits as long as it was told to, and no longer."""
    limit = run.round.limit
    if limit is None:
        return None
    answered = {message.socket for message in run.messages("received")}
    asked = dict.fromkeys(message.socket for message in run.messages("sent"))
    for socket in asked:
        own = [look for look in run.looks() if look.began >= run.called and socket in look.sockets]
        looks = [look for look in own if look.sockets[socket] & zmq.POLLIN and look.came is False]
        came = any(look.came for look in own)
        if (
            socket in answered
            or came
            or any(look.limit < 0 for look in looks)
            or (run.alive and socket == [*asked][-1])
        ):
            continue
        told, took = sum(look.limit for look in looks), _took(looks)
        if told < TOO_SHORT * limit and not (len(looks) > 1 and took >= TOO_SHORT * limit):
            return Complaint(
                f"you gave up after {told} of {limit} ms",
                f"No reply had come yet, and it may take `timeout` milliseconds, here {limit}. `poll` counts in "
                "milliseconds, as `timeout` does, and waits for what is to be received.",
                _first_of(run, socket),
            )
        if told > TOO_LONG * limit and took > TOO_LONG * limit:
            return Complaint(
                f"you waited {told} ms where {limit} were told",
                f"`timeout` is in milliseconds, and so is what `poll` and `rcvtimeo` take: here it is {limit}.",
                _first_of(run, socket),
            )
    return None


def _took(looks: list[Look]) -> float:
    """Return the ms from the first of these looks to the end of the last, by the function's own clock."""
    return (looks[-1].ended - looks[0].began) * 1000 if looks else 0.0


def _first_of(run: Run, socket: int) -> Event:
    return next(message for message in run.messages("sent") if message.socket == socket)


@law("ends")
def _ends(run: Run) -> Complaint | None:
    """It comes to an end, if it is to."""
    check = run.check
    if check.ends and run.alive:
        if call := run.waits_in():
            stands = where_it_stands(run.thread)
            text = f"Your function waits in {call}{stands}, and nothing more comes. {check.ends}"
            return Complaint("you wait for ever", text)
        return endless(run, check.ends)
    return None


@law("goes on")
def _goes_on(run: Run) -> Complaint | None:
    """It does not come to an end, if it is not to."""
    if run.check.ends or run.alive or run.round.dies:
        return None
    return Complaint("your function returned", run.check.goes_on)


def endless(run: Run, then: str) -> Complaint:
    """Return what is said of a function that is busy with nothing that is seen."""
    stands = where_it_stands(run.thread)
    text = f"It goes round and round{stands}, and neither receives nor sends. {then}"
    return Complaint("your function does not come to an end", text.strip())


@law("options")
def _options_kept(run: Run) -> Complaint | None:
    """A socket that it was lent has the limits and marks that it had."""
    if run.check.closes_lent:
        return None
    for name, (was, now) in run.changed.items():
        option = name.lower()
        text = f"`{option}` was {was} when you were given the socket, and is {now} now: whoever uses it next is in for a surprise."
        return Complaint(f"you left {option} changed", f"{text} Put it back, or use `poll` and `zmq.NOBLOCK`.")
    return None


@law("keeps")
def _keeps(run: Run) -> Complaint | None:
    """A socket that it was lent is still open."""
    if run.check.closes_lent or not run.closed_lent:
        return None
    closed = next((one for one in run.events(Closed) if one.socket in run.closed_lent), None)
    return Complaint("you closed a socket that is not yours", "It was lent to you: leave it open.", closed)


@law("closes")
def _closes(run: Run) -> Complaint | None:
    """Every socket that it made is closed."""
    if run.unclosed <= run.check.leaves_open(run):
        return None
    made = run.made()
    return Complaint(
        f"{run.unclosed} of {len(made)} sockets were never closed" if len(made) > 1 else "your socket was never closed",
        "An open socket goes on trying to deliver, holds memory, and can keep the program from ending. Close each: "
        "`with context.socket(…) as …:` does.",
        made[-1] if made else None,
    )


COMMON = (_taken, _raises, _context, _types, _endpoints, _sleeps, _spins, _waits, _ends, _goes_on)
TIDY = (_options_kept, _keeps, _closes)
"""Laws that come after those of the round."""


# --- laws that an exercise may want of a round ---


def returns(wanted: Any, what: str = "") -> Law:
    """It returns this. `what` is what it was asked, in words."""

    @law("returns")
    def broken(run: Run) -> Complaint | None:
        told = run.returned[-1] if run.returned else None
        if type(told) is type(wanted) and told == wanted:
            return None
        text = f"It should be {shown(wanted)}."
        if isinstance(told, bytes) and isinstance(wanted, str):
            text = "That is bytes. Return text: `recv_string` decodes it, and so does `.decode()`."
        return Complaint(f"{what}{', ' if what else ''}you returned {shown(told)}", text)

    return broken


@law("watches")
def watches_for_replies(run: Run) -> Complaint | None:
    """Once it has sent, it watches for what is to be received, not for room to send."""
    sent = {message.socket: message for message in reversed(run.messages("sent"))}
    for look in run.looks():
        for socket, flags in look.sockets.items():
            if look.call == "poll" and not flags & zmq.POLLIN and socket in sent and look.time > sent[socket].time:
                text = "It says whether there is room to send. For a reply, watch for `zmq.POLLIN`, as `poll(timeout)` does by itself."
                return Complaint("you watch for `zmq.POLLOUT`", text, sent[socket])
    return None


def sends(number: int, text: str) -> Law:
    """It sends so many messages."""

    @law("sends")
    def broken(run: Run) -> Complaint | None:
        sent = run.messages("sent")
        if len(sent) == number:
            return None
        return Complaint(
            f"you sent {counted(len(sent), 'message')}, not {number}", text, sent[number:][0:1] and sent[number]
        )

    return broken


def counted(number: int, what: str, several: str = "") -> str:
    """Return "no task", "one task", "3 tasks". `several` is the plural where it is another: "replies"."""
    return {0: f"no {what}", 1: f"one {what}"}.get(number, f"{number} {several or what + 's'}")


def shown(thing: Any) -> str:
    """Return a value as Python shows it, its beginning."""
    words = repr(thing)
    return words if len(words) <= 60 else words[:59] + "…"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "XR" and kind not in ("REQ", "REP", "ROUTER", "RADIO") else f"a {kind}"


def _place_of(run: Run, socket: int) -> str:
    return next((one.endpoint for one in run.events(Bound | Connected) if one.socket == socket), "")


def refused_with(run: Run, error: str) -> Refused | None:
    """Return the first call of the function that ZeroMQ refused with this errno, or None."""
    return next((one for one in run.events(Refused) if one.error == error), None)
