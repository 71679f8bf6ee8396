"""From events to a film: steps that a view applies, takes back, and plays as slowly as the learner thinks.

Real messages travel in microseconds. The film's clock is elastic and keeps order: a flight takes 0.6 s, a pause of
more than a second is cut to one, a receive waits for its message to land, and what comes after waits for that. Time
gained by stretching is spent in the pauses that follow. The program is never slowed, only its film.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy as copied
from typing import Any, NamedTuple

from ..record import events as kinds
from ..record.events import CONTROLS, MESSAGES, Event
from .drawing import Pieces, draw, pill
from .inspector import about
from .layout import Layout, lay_out
from .levels import EACH, TOTALS, Levels
from .plan import Plan
from .scene import GUESTS, Copy, Doubt, Scene
from .sequence import FAULTS, Sequence
from .ways import fall, flight
from .words import does, message_words, number_of, topic_words

FLIGHT = 600.0
"""Film milliseconds that a message takes from socket to socket."""
LONGEST_PAUSE = 1_000.0
"""Film milliseconds that nothing happens, at most."""
DEBT_TO_SAY_LESS = 6_000.0
"""Film milliseconds that the film may run behind the program before it stops drawing messages one by one."""
BEAT = 140.0
"""Film milliseconds between a landing and what follows from it."""
AFTER = 1.0
"""Film milliseconds from an event to a wait that follows from it."""
STRIDE = 30.0
"""Film milliseconds between two events at least, so that each can be stopped at."""
HURRY = 3.0
"""How much faster than usual a live view plays while it is behind, so how fast the film makes up for what it stretched."""
MESSAGES_A_BATCH = 15
LOSSES_ONE_BY_ONE = 12
"""Messages given up at one moment that are shown one after the other. What is beyond goes all at once."""


class Step(NamedTuple):
    """What changes at one moment of the film.

    `at` is in film ms; `put` and `drop` change the pieces of the picture (a pill is a dict: its SVG, its path `d`,
    whether it takes it `back`wards, and the film ms `from` which and `to` which it travels); `kind` is "message",
    "fault", "control" or "" (no place to stop at); `say` is the step in words; `real` is when it happened, in ms
    since the beginning; `cut` is the length in s of a pause that was shortened; `row` is where the sequence diagram
    stands.
    """

    at: float
    kind: str
    put: dict[str, Any]
    drop: list[str]
    say: str
    real: float
    cut: float
    row: int


class Playback:
    """Tells the film of one trace, step by step, from `scene` on."""

    def __init__(self, scene: Scene | None = None) -> None:
        self.scene = scene or Scene()
        self.plan = Plan()
        self.pieces: Pieces = draw(self.scene, lay_out(self.scene, self.plan))
        self._drawn = True
        self._at = 0.0
        self._debt = 0.0
        self._first: int | None = None
        self._last = 0
        self._free = self._stop = self._before = self._last_told = 0.0
        self._landings: dict[int, float] = {}
        self._flying: dict[int, float] = {}  # those of them that nobody has received yet
        self._saying_less = self._caught_up = False
        self._sequence = Sequence()
        self._levels = Levels()

    def tell(self, events: Iterable[Event], now: int | None = None) -> list[Step]:
        """Return the steps of the events that came next. `now` is this moment (monotonic ns), if it is live."""
        events = list(events)
        if self._caught_up:
            self._debt, self._caught_up = 0.0, False
        messages = sum(isinstance(event, kinds.Message | kinds.Counted) for event in events)
        few = messages <= MESSAGES_A_BATCH and not self._too_far_behind(events[0].time if events else self._last)
        steps, quiet = self._landed_meanwhile(now) if not events else [], 0

        def rest() -> Step:
            step = self._picture()
            if quiet and not self._levels.levels:
                step = step._replace(kind="message", say=f"{number_of(quiet, 'message')}, too fast to show one by one")
            return step

        for event in events:
            one_by_one = few and (type(event) in CONTROLS or self._levels.of_socket(event.socket or 0) < TOTALS)
            one_by_one = one_by_one and not self._is_aside(event)
            drawn = type(event) in CONTROLS or one_by_one
            if drawn or (one_by_one and type(event) in MESSAGES):
                steps += self._steps(event, one_by_one, drawn)
            else:
                self._advance(event)
                steps += self._landed_by_now()
                self.scene.apply(event, one_by_one=True)
                self._drawn = False
                self._no_longer_flying(self.scene.changes.landed + self.scene.changes.lost)
                quiet += type(event) in MESSAGES and not self._is_aside(event)
            if losses := self._losses(rest):
                steps, quiet = steps + losses, 0
        changes = self._levels.look(self.scene, now or self._last) if events or self._levels.restless else []
        self._drawn = self._drawn and not changes
        steps += [self._plain_step("control", self._words_of_level(*change)) for change in changes]
        steps.append(rest())
        self._told(steps[-1].at)
        return [step for step in steps if step.kind or step.put or step.drop]

    @property
    def restless(self) -> bool:
        """Whether `tell` has something to say even though no event came."""
        return self._levels.restless or bool(self._flying)

    def _picture(self) -> Step:
        """Return the step that brings the picture up to the scene."""
        if self._drawn and not self._levels.levels:  # and nothing has happened since
            return self._plain_step("", "")
        self._drawn = True
        rates = {
            link: rate for link, rate in self._levels.rates.items() if self._levels.levels.get(link, EACH) == TOTALS
        }
        layout = lay_out(self.scene, self.plan)
        if self.plan.rehearsed and not self.plan.final:
            return self._plain_step("", "")
        pieces = draw(self.scene, layout, rates)
        put = {name: svg for name, svg in pieces.items() if self.pieces.get(name) != svg}
        drop = [name for name in self.pieces if name not in pieces]
        self.pieces = pieces
        return self._plain_step("", "", put, drop)

    def _plain_step(
        self, kind: str, say: str, put: dict[str, Any] | None = None, drop: list[str] | None = None
    ) -> Step:
        real = (self._last - (self._first or 0)) / 1e6
        return Step(round(self._at, 1), kind, put or {}, drop or [], say, round(real, 3), 0, self._sequence.height)

    def broken(self, words: str) -> Step:
        """Return a step that says, where the sum stands, why no more will come."""
        return self._plain_step("fault", words, {"totals": words})

    def _words_of_level(self, link: tuple[int, int], what: str) -> str:
        names = [self.scene.sockets[number].actor for number in link if number in self.scene.sockets]
        return f"{' and '.join(names)}: {what}"

    def film(self, events: Iterable[Event]) -> list[Step]:
        """Return the steps of a whole recording, each drawn: there is no hurry, and one knows how it will end."""
        return [step for _, steps in self.event_by_event(events) for step in steps]

    def event_by_event(self, events: Iterable[Event]) -> Iterator[tuple[Event | None, list[Step]]]:
        """Yield each event of a whole recording with the steps that tell it; at the end None, with what is left to tell."""
        events = list(events)
        self.scene.foresee(events)
        self._rehearse(events)
        for event in events:
            self._debt = 0.0
            yield event, self.tell([event])
        yield None, self.end()
        self.plan.rehearsed = self.plan.final = False  # whoever comes after the film gets room

    def _rehearse(self, events: list[Event]) -> None:
        """See who takes part in a film, and how much room each ever needs: nothing moves when it is told."""
        narrow = None
        while narrow != self.plan.narrow:  # how much room words have is known once all who take part are
            narrow, rehearsal = self.plan.narrow, copied(self)
            rehearsal.plan.rehearsed = True
            for event in events:
                rehearsal._debt = 0.0
                rehearsal.tell([event])
            rehearsal.end()
            self.plan = rehearsal.plan
        self.plan.final = True

    def end(self) -> list[Step]:
        """Return the steps that are left where nothing more will come: what still flies lands."""
        self._wait_until(max(self._flying.values(), default=0))
        return self._landed_by_now()

    def snapshot(self) -> dict[str, Any]:
        """Return the whole picture as it is now, for a view that begins, or that has missed something."""
        return {"at": self._at, "pieces": self.pieces | self._sequence.all_lanes()}

    def caught_up(self) -> None:
        """Take note that a view has shown all it was told. Any thread may call this."""
        self._caught_up = True

    def _is_aside(self, event: Event) -> bool:
        """Whether a message is none of the conversation: a monitor told something."""
        return type(event) in MESSAGES and event.socket not in self.scene.sockets

    def _too_far_behind(self, now: int) -> bool:
        """Whether the film is, although it makes up for it in the pause that ends `now` (ns)."""
        limit = DEBT_TO_SAY_LESS / 2 if self._saying_less else DEBT_TO_SAY_LESS
        made_up = max(0, now - self._last) / 1e6 * HURRY
        self._saying_less = self._debt - made_up > limit
        return self._saying_less

    def _steps(self, event: Event, one_by_one: bool, drawn: bool) -> list[Step]:
        cut = self._advance(event)
        first = self._set_out_late(event) if one_by_one and isinstance(event, kinds.Received) else []
        first += self._landed_by_now()
        self.scene.apply(event, one_by_one=True)
        self._drawn = False
        changes = self.scene.changes
        self._no_longer_flying(changes.landed + changes.lost)
        layout = lay_out(self.scene, self.plan) if drawn or changes.left or changes.landed else None
        put: dict[str, Any] = {}
        drop: list[str] = []
        for copy in changes.landed:
            landing = self._landings.pop(copy.number, None)
            if landing is None and one_by_one:  # no program sent it: a subscription
                first += self._early(layout, copy)
                landing = self._landings.pop(copy.number, None)
            drop.append(f"pills/{copy.number}")
            self._wait_until(landing or 0)
        for copy in [*changes.left, *changes.went]:
            if one_by_one and copy.taken and copy.doubt is Doubt.NONE:
                put |= self._flight(layout, copy, self._at)
        for copy in [*changes.lost, *changes.corrected, *changes.doubted]:
            self._no_longer_flying([copy])
            if self._landings.pop(copy.number, None) is not None:
                drop.append(f"pills/{copy.number}")
        real = self._real(event)
        if one_by_one:
            put |= self._sequence.tell(event, self.scene, real)
            for copy in [*changes.left, *changes.landed, *changes.lost, *changes.stayed]:
                put[f"messages/{copy.number}"] = about(copy, self.scene, self._first or 0)
        if drawn:
            picture = self._picture()
            put |= picture.put
            drop += picture.drop
        if _kind(event):
            self._stop, self._free = self._at, self._at + (BEAT if changes.landed else STRIDE)
        row = self._sequence.height
        say = words(event, self.scene)
        return [*first, Step(round(self._at, 1), _kind(event), put, drop, say, round(real, 3), cut, row)]

    def _real(self, event: Event) -> float:
        return (event.time - (event.time if self._first is None else self._first)) / 1e6

    def _set_out_late(self, event: Event) -> list[Step]:
        """Wait for the landing of the message that an event receives. Where it is known only now, let it set out before."""
        copy = self.scene.about_to_land(event)
        if copy is None:
            return []
        steps = []
        if copy.number not in self._landings and self.scene.send_off(copy, event.socket):
            self._drawn = False
            put = self._flight(lay_out(self.scene, self.plan), copy, self._before)
            if put:
                picture = self._picture()
                steps = [
                    picture._replace(
                        at=self._told(self._before), put=picture.put | put, real=round(self._real(event), 3)
                    )
                ]
        landing = self._landings.get(copy.number, 0)
        if copy.number in self._flying:
            self._flying[copy.number] = landing + 1  # it is taken at once, and never lies in the queue
        self._wait_until(landing)
        return steps

    def _early(self, layout: Layout, copy: Copy) -> list[Step]:
        put = self._flight(layout, copy, self._before)
        return [self._plain_step("", "", put)._replace(at=self._told(self._before))] if put else []

    def _told(self, at: float) -> float:
        """Return a moment at which a step can still be told: none before the last."""
        self._last_told = max(self._last_told, round(at, 1))
        return self._last_told

    def _landed_by_now(self) -> list[Step]:
        """Return the steps in which what flew by now has come into a queue."""
        steps, now = [], self._at
        for number, landing in sorted(self._flying.items(), key=lambda item: item[1]):
            if landing <= now:
                self._no_longer_flying([number])
                if number in self.scene.pending:
                    self.scene.pending[number].landed = True
                steps.append(self._picture()._replace(at=self._told(landing)))
        return [step for step in steps if step.put or step.drop]

    def _landed_meanwhile(self, now: int | None) -> list[Step]:
        """Return the same where no event came: as far as the film is at this moment (ns)."""
        landing = min(self._flying.values(), default=0)
        if now is None or not landing or (now - self._last) / 1e6 * HURRY < landing - self._at:
            return []
        self._wait_until(landing)
        return self._landed_by_now()

    def _no_longer_flying(self, copies: Iterable[Copy | int]) -> None:
        for copy in copies:
            number = copy if isinstance(copy, int) else copy.number
            self._flying.pop(number, None)
            self.scene.ledger.flying.discard(number)
            self._drawn = False

    def _losses(self, rest: Callable[[], Step]) -> list[Step]:
        """Return the steps in which messages are given up: each drops out of the socket that had it, one by one.

        `rest` makes the step that shows all that was before.
        """
        if not self.scene.gives_up:
            return []
        steps = [rest()]
        for _ in range(LOSSES_ONE_BY_ONE):
            if copy := self.scene.lose_next():
                self._drawn = False
                steps += self._loss(copy)
        beyond = 0
        while self.scene.lose_next():
            beyond += 1
            self._drawn = False
        if beyond:
            steps.append(
                self._picture()._replace(kind="fault", say=f"{number_of(beyond, 'message')} more: not delivered")
            )
        return steps

    def _loss(self, copy: Copy) -> list[Step]:
        self._wait_until(self._free)
        start, end = round(self._at, 1), round(self._at + FLIGHT, 1)
        picture = self._picture()
        put = picture.put | self._sequence.lost(copy, self.scene)
        put[f"messages/{copy.number}"] = about(copy, self.scene, self._first or 0)
        if d := fall(lay_out(self.scene, self.plan), copy):
            svg = pill(copy, "zl-lost", 200, place="lost")
            put[f"pills/{copy.number}"] = {"svg": svg, "d": d, "back": False, "from": start, "to": end}
        self._landings.pop(copy.number, None)
        say = f"“{message_words(copy.frames, copy.sizes)}” is not delivered: {copy.why} (inferred)"
        self._wait_until(end)
        self._stop, self._free = self._at, self._at + BEAT
        gone = self._plain_step("", "", drop=[f"pills/{copy.number}"])
        return [picture._replace(at=start, kind="fault", put=put, say=say), gone]

    def _advance(self, event: Event) -> float:
        """Move the film's clock to an event. Returns the length in s of a pause that was cut, or 0."""
        self._before = self._told(self._at)
        if self._first is None:
            self._first = self._last = event.time
        gap = max(0, event.time - self._last) / 1e6
        self._last = max(self._last, event.time)
        if _kind(event):
            self._wait_until(self._free)
        else:  # who stops at an event does not see yet what follows from it
            self._wait_until(self._stop + AFTER)
        spent = min(gap * HURRY, self._debt)
        self._debt -= spent
        pause = max(0.0, gap - spent)
        self._at += min(pause, LONGEST_PAUSE)
        return round(gap / 1e3, 1) if pause > LONGEST_PAUSE else 0

    def _wait_until(self, landing: float) -> None:
        self._debt += max(0.0, landing - self._at)
        self._at = max(self._at, landing)

    def _flight(self, layout: Layout, copy: Copy, start: float) -> dict[str, Any]:
        where = flight(layout, copy, start, start + FLIGHT)
        if where is None:
            return {}
        link = (min(copy.sender, copy.receiver), max(copy.sender, copy.receiver))
        level = self._levels.levels.get(link, EACH)
        if level == TOTALS:
            return {}
        inferred = "zl-inferred" if copy.inferred or copy.guessed else ""
        svg = pill(copy, inferred, where[2] if level == EACH else 0, place="link" if copy.total else "signal")
        self._landings[copy.number] = start + FLIGHT
        if copy.number in self.scene.pending:
            self._flying[copy.number] = start + FLIGHT
            self.scene.ledger.flying.add(copy.number)
            self._drawn = False
        times = {"from": round(start, 1), "to": round(start + FLIGHT, 1)}
        return {f"pills/{copy.number}": {"svg": svg, "d": where[0], "back": where[1], **times}}


def _kind(event: Event) -> str:
    if isinstance(event, kinds.Wait | GUESTS):
        return ""
    if type(event) in CONTROLS:
        return "fault" if type(event) in FAULTS else "control"
    return "message"


def words(event: Event, scene: Scene) -> str:
    """Return an event as a sentence, without its full stop."""
    match event:
        case kinds.Sent():
            text = does(event.actor, f"sends “{message_words(event.frames, event.sizes)}”")
            for copy in scene.changes.stayed:
                text += f"; it stays here for {scene.sockets[copy.receiver].actor}: no match"
            for copy in scene.changes.lost:
                text += f"; not delivered: {copy.why}"
            return text + _corrected(scene)
        case kinds.Received():
            sender = [scene.sockets[copy.sender].actor for copy in scene.changes.landed]
            source = f" from {sender[0]}" if sender else ""
            text = does(event.actor, f"receives “{message_words(event.frames, event.sizes)}”{source}")
            return text + _corrected(scene)
        case kinds.GoesOn():
            return does(event.actor, "goes on")
        case kinds.WaitsForYou():
            return does(event.actor, "waits for you" if event.actor != "you" else "waits for your message")
        case kinds.Pauses():
            return does(event.actor, "pauses")
        case kinds.Waits():
            return does(event.actor, f"waits in {event.call}()") + _corrected(scene)
        case kinds.Counted():
            return does(event.actor, f"has sent {event.sent:,} and received {event.received:,} in all")
    return does(event.actor, _what_it_does(event))


def _corrected(scene: Scene) -> str:
    """Return in words that the picture was wrong of some messages, which stand at their sender now."""
    number = len(scene.changes.corrected)
    return (
        f"; in which queue {number_of(number, 'message')} wait{'s' * (number == 1)} is not known after all"
        if number
        else ""
    )


def _what_it_does(event: Event) -> str:
    its = "your" if event.actor == "you" else "its"
    match event:
        case kinds.SocketMade():
            return f"makes {'an' if event.type.startswith('X') else 'a'} {event.type} socket"
        case kinds.Bound():
            return f"binds {event.endpoint}"
        case kinds.Unbound():
            return f"unbinds {event.endpoint}"
        case kinds.Connected():
            return f"connects to {event.endpoint}"
        case kinds.Disconnected():
            return f"disconnects from {event.endpoint}"
        case kinds.Accepted():
            return "has a link: a peer has come"
        case kinds.Departed():
            return "has lost a link: a peer has gone"
        case kinds.Monitored():
            return f"watches {its} socket's own events"
        case kinds.LinkUp():
            return f"has a link: {its} peer is there"
        case kinds.LinkDown():
            return f"has lost {its} link: the peer is gone"
        case kinds.Subscribed():
            return f"subscribes to {topic_words(event.topic)}"
        case kinds.Unsubscribed():
            return f"unsubscribes from {topic_words(event.topic)}"
        case kinds.HighWaterMark():
            return f"sets {its} high-water mark {event.option} to {number_of(event.messages, 'message')}"
        case kinds.Conflate():
            return f"keeps {'only the newest message' if event.on else 'all messages'}"
        case kinds.Refused():
            return f"calls {event.call}(), which is refused: {event.why}"
        case kinds.Closed():
            return f"closes {its} socket"
        case kinds.Started():
            return "starts" if event.process is None else f"starts in process {event.process}"
        case kinds.Armed():
            with_it = event.fault == "received"
            return f"will die {'with' if with_it else 'before'} {its} next {'request' if with_it else 'reply'}"
        case kinds.LongWait():
            return f"has waited {event.seconds:g} s: press ■ to interrupt, or start whoever should send"
        case kinds.Failed():
            return f"fails: {event.error}: {event.why}"
        case kinds.Stuck():
            return f"does not stop: {event.why or f'it is busy in code of {its} own'}"
        case kinds.NotRecorded():
            return f"uses {event.what}, which is not recorded: {event.do}"
        case kinds.Stopped() | kinds.Died() if event.swallowed:
            return f"{PLAIN_WORDS[type(event)]}, though its `except:` catches everything: write `except zmq.ZMQError:`"
        case kinds.HeldUp():
            return f"has not been heard of for {event.seconds:g} s: what it did since may be missing here"
    return PLAIN_WORDS[type(event)]


PLAIN_WORDS = {kinds.Stopped: "stopped", kinds.Finished: "finished", kinds.Died: "died", kinds.Ended: "ended"}
