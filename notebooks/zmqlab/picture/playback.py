"""From events to a film: steps that a view applies, takes back, and plays as slowly as the learner thinks.

The same steps are told live, as events come, or whole (see `film.py`). When is `clock.py`; in what words, `words.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy as copied
from typing import Any

from ..record import events as kinds
from ..record.events import CONTROLS, MESSAGES, Event
from .clock import FLIGHT, HURRY, SPACING, Clock, Step, fit
from .drawing import Pieces, draw, pill
from .inspector import NOT_KEPT, about
from .layout import Layout, lay_out
from .levels import EACH, LIMITS, TOTALS, Levels
from .outputs import Output, Outputs
from .plan import Plan
from .scene import GUESTS, Copy, Doubt, Scene
from .sequence import FAULTS, Sequence, lanes_of
from .ways import fall, flight
from .words import event_words, level_words, loss_words, more_lost, too_fast

__all__ = ["FLIGHT", "LOSSES_ONE_BY_ONE", "Playback", "Step"]

LOSSES_ONE_BY_ONE = 12
"""Messages given up at one moment that are shown one after the other. What is beyond goes all at once."""
SHORT = 300
"""Messages up to which a story that is told whole is told message by message."""
CROWD = 300
"""Events of one look above which a live film does not draw them one by one: while it draws, as many come again. Fewer,
where many messages are under way: a picture takes the longer, the more there are."""
GLANCE = 250_000_000
"""Nanoseconds of the program after which the levels are looked at anew, where one look covers more."""
AT_ONCE = 60
"""Messages that fly at one moment, at most. Where more had waited for a link, none of them does: all are at once where they went."""
CELLS = 9
"""Messages at a socket of which each can be clicked on: eight cells, and the words for the others."""


class Playback:
    """Tells the film of one trace, step by step, from `scene` on."""

    def __init__(self, scene: Scene | None = None, outputs: Iterable[Output] = (), lanes: int = 0) -> None:
        self.scene, self.outputs = scene or Scene(), Outputs(outputs)
        self.outputs.begin(self.scene)
        self.plan = Plan()
        self._placed: Layout | None = None  # where all stands, if nothing has changed since it was found
        self.pieces: Pieces = self._draw()
        self.clock = Clock()
        self._drawn = True
        self._landings: dict[int, float] = {}
        self._flying: dict[int, float] = {}  # those of them that nobody has received yet
        self._caught_up = False
        self._crowded = False  # by the events of this look
        self._begun = self._each = False  # told whole, and each message
        self._sequence = Sequence(room_for=lanes)
        self._levels = Levels()
        self._told_of: set[int] = set()  # messages under way that can be looked into
        self._left_unseen = False  # others are under way, of which nothing was told

    def tell(self, events: Iterable[Event], now: int | None = None) -> list[Step]:
        """Return the steps of the events that came next. `now` is this moment (monotonic ns), if it is live."""
        events = list(events)
        if self._caught_up:
            self.clock.debt, self._caught_up = 0.0, False
        steps, quiet = self._meanwhile(now) if not events else [], 0

        def rest() -> Step:
            step = self._picture()
            if quiet and not self._levels.levels:
                step = step._replace(kind="message", say=too_fast(quiet))
            return step

        self._crowded = now is not None and self._are_too_many(events)
        glanced, changes = events[0].time if events else 0, []
        for event in events:
            if now is not None and event.time - glanced > GLANCE:
                glanced = event.time
                changes += self._look_at_levels(glanced)
            one_by_one = self._is_told(event)
            drawn = type(event) in CONTROLS or one_by_one
            if drawn or (one_by_one and type(event) in MESSAGES):
                steps += self._steps(event, one_by_one, drawn)
            else:
                self.clock.advance(event, bool(_kind(event)), isinstance(event, kinds.Sent))
                steps += self._landed_by_now()
                self._apply(event)
                self._left_unseen = True
                self._no_longer_flying(self.scene.changes.landed + self.scene.changes.lost)
                quiet += type(event) in MESSAGES and not self._is_aside(event)
            if losses := self._losses(rest):
                steps, quiet = steps + losses, 0
        if events or self._levels.restless:
            changes += self._look_at_levels(now)
        self._drawn = self._drawn and not changes
        steps += [self._plain_step("control", self._words_of_level(*change)) for change in changes]
        steps.append(rest())
        self.clock.told(steps[-1].at)
        return [step for step in steps if step.kind or step.put or step.drop]

    @property
    def restless(self) -> bool:
        """Whether `tell` has something to say even though no event came."""
        return self._levels.restless or bool(self._flying) or self.scene.ledger.is_time_telling

    def _picture(self) -> Step:
        """Return the step that brings the picture up to the scene."""
        if self._drawn and not self._levels.levels:  # and nothing has happened since
            return self._plain_step("", "")
        self._drawn = True
        rates = {
            link: rate for link, rate in self._levels.rates.items() if self._levels.levels.get(link, EACH) == TOTALS
        }
        if self.plan.rehearsed and not self.plan.final:
            self._layout()
            return self._plain_step("", "")
        pieces = self._draw(rates)
        put: dict[str, Any] = {name: svg for name, svg in pieces.items() if self.pieces.get(name) != svg}
        self._left_unseen = self._left_unseen and bool(self.scene.pending)
        if self._left_unseen:
            put |= self._about(copy for copy in self._in_queues() if copy.number not in self._told_of)
        drop = [name for name in self.pieces if name not in pieces]
        self.pieces = pieces
        return self._plain_step("", "", put, drop)

    def _draw(self, rates: dict[tuple[int, int], float] | None = None) -> Pieces:
        self.outputs.look(self.scene)
        code = {f"code/{name}": actor.code for name, actor in self.scene.actors.items() if actor.code}
        with self.scene.ledger.unchanged():
            return draw(self.scene, self._layout(), rates) | self.outputs.pieces | code

    def _apply(self, event: Event) -> None:
        self.scene.apply(event, one_by_one=True)
        self.outputs.apply(event, self.scene, drawn=False)
        self._changed()

    def _changed(self) -> None:
        """Take note that the picture is not that of the scene any more."""
        self._drawn, self._placed = False, None

    def _layout(self) -> Layout:
        if self._placed is None:
            with self.scene.ledger.unchanged():
                self._placed = lay_out(self.scene, self.plan)
        return self._placed

    def _plain_step(
        self, kind: str, say: str, put: dict[str, Any] | None = None, drop: list[str] | None = None
    ) -> Step:
        real = self.clock.real(self.clock.last)
        return Step(round(self.clock.at, 1), kind, put or {}, drop or [], say, real, 0, self._sequence.height)

    def broken(self, words: str) -> Step:
        """Return a step that says, where the sum stands, why no more will come."""
        return self._plain_step("fault", words, {"totals": words})

    def _words_of_level(self, link: tuple[int, int], level: int) -> str:
        names = [self.scene.sockets[number].actor for number in link if number in self.scene.sockets]
        return level_words(names, LIMITS.get(level))

    def _look_at_levels(self, now: int | None) -> list[tuple[tuple[int, int], int]]:
        return [] if self._each else self._levels.look(self.scene, now or self.clock.last)

    def _in_queues(self) -> list[Copy]:
        """Return the messages that stand in queues, as far as each can be clicked on."""
        with self.scene.ledger.unchanged():
            there = [lying for one in self.scene.sockets.values() for lying in self.scene.queues_at(one)]
        return [copy for copies in there for copy in copies[:CELLS]]

    def _about(self, copies: Iterable[Copy]) -> dict[str, Any]:
        """Return what there is to see of messages when one looks into them."""
        found = {}
        for copy in copies:
            self._told_of.add(copy.number)
            found[f"messages/{copy.number}"] = about(copy, self.scene, self.clock.first or 0)
        if len(self._told_of) > 2 * len(self.scene.pending) + 1_000:
            self._told_of &= set(self.scene.pending)
        return found

    def film(self, events: Iterable[Event]) -> list[Step]:
        """Return the steps of a whole recording, each drawn: there is no hurry, and one knows how it will end.

        Its first picture is that of a `snapshot` after `begin`.
        """
        steps = [step for _, steps in self.event_by_event(events) for step in steps]
        if steps:  # waits that last to the end have no event there: the last step draws them, and is no longer for it
            bars = self._sequence.end_waits()
            steps[-1] = steps[-1]._replace(put=steps[-1].put | bars, row=self._sequence.height)
        return fit(steps)

    def begin(self, events: Iterable[Event]) -> None:
        """Make ready to tell all these events: know how they end, and have everybody in place who takes part.

        Who wants all of them to be there before the first step shows the `snapshot` that comes next.
        """
        events = list(events)
        self.scene.foresee(events)
        self.scene.cast(events)
        if events and self.clock.first is None:
            self.clock.first = self.clock.last = events[0].time
        self._each = is_short(events)
        self.clock.spacing = SPACING if self._each else 0
        self.expect(lanes_of(self.scene, events))
        self._rehearse(events)
        self._changed()
        self._begun = True

    def expect(self, names: Iterable[str]) -> None:
        """Give these actors their lanes in the sequence diagram, in this order. Who waits already has a bar from here on."""
        self._sequence.expect(names)
        self._sequence.begin(self.scene)

    def event_by_event(self, events: Iterable[Event]) -> Iterator[tuple[Event | None, list[Step]]]:
        """Yield each event of a whole recording with the steps that tell it; at the end None, with what is left to tell."""
        events = list(events)
        if not self._begun:
            self.begin(events)
        for event in events:
            yield event, self.unhurried(event)
        yield None, self.end()
        self.plan.rehearsed = self.plan.final = False  # whoever comes after the film gets room
        self._placed = None

    def _rehearse(self, events: list[Event]) -> None:
        """See who takes part in a film, and how much room each ever needs: nothing moves when it is told."""
        room = None
        while room != (self.plan.narrow, self.plan.tight):  # it is known once all who take part are
            room, rehearsal = (self.plan.narrow, self.plan.tight), copied(self)
            rehearsal.plan.rehearsed, rehearsal._placed = True, None
            for event in events:
                rehearsal.unhurried(event)
            rehearsal.end()
            self.plan = rehearsal.plan
        self.plan.final = True

    def unhurried(self, event: Event) -> list[Step]:
        """Return the steps of an event that is long past: there is no hurry."""
        self.clock.debt = 0.0
        return self.tell([event])

    def end(self) -> list[Step]:
        """Return the steps that are left where nothing more will come: what still flies lands."""
        self._begun = self._crowded = False  # the last look may have been too full to draw what lands
        self.clock.wait_until(max(self._flying.values(), default=0))
        return self._landed_by_now()

    def snapshot(self) -> dict[str, Any]:
        """Return the whole picture as it is now, for a view that begins, or that has missed something."""
        if self._begun and not self._drawn:
            self.pieces, self._drawn = self._draw(), True
        can_be_clicked = {"messages/": NOT_KEPT} | self._about(self._in_queues())
        return {"at": self.clock.at, "pieces": self.pieces | self._sequence.standing() | can_be_clicked}

    def caught_up(self) -> None:
        """Take note that a view has shown all it was told. Any thread may call this."""
        self._caught_up = True

    def _is_aside(self, event: Event) -> bool:
        """Whether a message is none of the conversation: a monitor told something."""
        return type(event) in MESSAGES and event.socket not in self.scene.sockets

    def _is_told(self, event: Event) -> bool:
        """Whether an event is told one by one: each of a short story, else as long as the film keeps up.

        A press of a learner that sends twenty tasks at once is no flood: the film makes up for it.
        """
        if self._is_aside(event):
            return False
        if self._each:
            return True
        if self.clock.is_too_far_behind(event.time):
            return False
        if type(event) in CONTROLS:
            return True
        if self._crowded:
            return False
        if event.socket is None:  # a pause: in a flood there are more than can be drawn
            return TOTALS not in self._levels.levels.values()
        return self._levels.of_socket(event.socket) < TOTALS

    def _are_too_many(self, events: list[Event]) -> bool:
        number = len(events)
        return number * (number + len(self.scene.pending)) > CROWD**2

    def _steps(self, event: Event, one_by_one: bool, drawn: bool) -> list[Step]:
        cut = self.clock.advance(event, bool(_kind(event)), isinstance(event, kinds.Sent))
        first = self._set_out_late(event) if one_by_one and isinstance(event, kinds.Received) else []
        if one_by_one and isinstance(event, kinds.GoesOn):
            self._wait_for_what_woke(event.actor)
        first += self._landed_by_now()
        self._apply(event)
        changes = self.scene.changes
        self._no_longer_flying(changes.landed + changes.lost)
        layout = self._layout() if changes.left or changes.went or changes.landed else None
        put: dict[str, Any] = {}
        drop: list[str] = []
        for copy in changes.landed:
            landing = self._landings.pop(copy.number, None)
            if landing is None and one_by_one:  # no program sent it: a subscription
                first += self._early(layout, copy)
                landing = self._landings.pop(copy.number, None)
            drop.append(f"pills/{copy.number}")
            self.clock.wait_until(landing or 0)
        set_out = [*changes.left, *changes.went]
        too_many = len(set_out) > AT_ONCE and not self._each
        for copy in set_out:
            if too_many:
                copy.landed = copy.taken
                self._changed()
            elif one_by_one and copy.taken and copy.doubt is Doubt.NONE:
                put |= self._flight(layout, copy, self.clock.at)
        for copy in [*changes.lost, *changes.corrected, *changes.doubted]:
            self._no_longer_flying([copy])
            if self._landings.pop(copy.number, None) is not None:
                drop.append(f"pills/{copy.number}")
        real = self.clock.real(event.time)
        if one_by_one:
            put |= self._sequence.tell(event, self.scene, real)
            put |= self._about([*changes.left, *changes.landed, *changes.lost, *changes.stayed])
        if drawn:
            picture = self._picture()
            put |= picture.put
            drop += picture.drop
        if _kind(event):
            self.clock.stop(bool(changes.landed))
        row = self._sequence.height
        say = event_words(event, self.scene)
        kind = _kind(event)
        if changes.lost and kind in ("message", "control"):
            kind = "loss"
        return [*first, Step(round(self.clock.at, 1), kind, put, drop, say, real, cut, row)]

    def _set_out_late(self, event: Event) -> list[Step]:
        """Wait for the landing of the message that an event receives. Where it is known only now, let it set out before."""
        copy = self.scene.about_to_land(event)
        if copy is None:
            return []
        steps = []
        if copy.number not in self._landings and self.scene.send_off(copy, event.socket):
            self._changed()
            put = self._flight(self._layout(), copy, self.clock.before)
            if put:
                picture = self._picture()
                steps = [
                    picture._replace(
                        at=self.clock.told(self.clock.before), put=picture.put | put, real=self.clock.real(event.time)
                    )
                ]
        landing = self._landings.get(copy.number, 0)
        if copy.number in self._flying and landing >= self.clock.at:
            self._flying[copy.number] = landing + 1  # it is taken at once, and never lies in the queue
        self.clock.wait_until(landing)
        return steps

    def _wait_for_what_woke(self, name: str) -> None:
        """Nobody goes on from a poll before that has landed for which it waited, as far as it flies."""
        actor = self.scene.actors.get(name)
        if actor is None or not actor.call.startswith("poll"):
            return
        own = {socket.number for socket in self.scene.sockets.values() if socket.actor == name}
        pending = self.scene.pending
        landings = [at for number, at in self._flying.items() if number in pending and pending[number].receiver in own]
        self.clock.wait_until(min(landings, default=0))

    def _early(self, layout: Layout, copy: Copy) -> list[Step]:
        put = self._flight(layout, copy, self.clock.before)
        return [self._plain_step("", "", put)._replace(at=self.clock.told(self.clock.before))] if put else []

    def _landed_by_now(self) -> list[Step]:
        """Return the steps in which what flew by now has come into a queue."""
        steps, now = [], self.clock.at
        if min(self._flying.values(), default=now + 1) > now:
            return []
        for number, landing in sorted(self._flying.items(), key=lambda item: item[1]):
            if landing <= now:
                self._no_longer_flying([number])
                if number in self.scene.pending:
                    self.scene.pending[number].landed = True
                if self._crowded:
                    continue
                steps.append(self._picture()._replace(at=self.clock.told(landing)))
        return [step for step in steps if step.put or step.drop]

    def _meanwhile(self, now: int | None) -> list[Step]:
        """Return the steps of what time alone has told up to this moment (ns), if it is live."""
        if now is not None and self.scene.ledger.is_time_telling:
            self.scene.let_time_pass(now)
            self._no_longer_flying(self.scene.ledger.changes.lost)
            self._changed()
        return self._landed_meanwhile(now)

    def _landed_meanwhile(self, now: int | None) -> list[Step]:
        """Return the same where no event came: as far as the film is at this moment (ns)."""
        landing = min(self._flying.values(), default=0)
        if now is None or not landing or (now - self.clock.last) / 1e6 * HURRY < landing - self.clock.at:
            return []
        self.clock.wait_until(landing)
        return self._landed_by_now()

    def _no_longer_flying(self, copies: Iterable[Copy | int]) -> None:
        for copy in copies:
            number = copy if isinstance(copy, int) else copy.number
            self._flying.pop(number, None)
            self.scene.ledger.flying.discard(number)
            self._changed()

    def _losses(self, rest: Callable[[], Step]) -> list[Step]:
        """Return the steps in which messages are given up: each drops out of the socket that had it, one by one.

        `rest` makes the step that shows all that was before.
        """
        if not self.scene.gives_up:
            return []
        steps = [rest()]
        if self.scene.ledger.hides_losses:
            while self.scene.lose_next():
                self._changed()
            return [*steps, self._picture()]
        for _ in range(LOSSES_ONE_BY_ONE):
            if copy := self.scene.lose_next():
                self._changed()
                steps += self._loss(copy)
        beyond = 0
        while self.scene.lose_next():
            beyond += 1
            self._changed()
        if beyond:
            steps.append(self._picture()._replace(kind="fault", say=more_lost(beyond)))
        return steps

    def _loss(self, copy: Copy) -> list[Step]:
        self.clock.wait_for_the_last()
        start, end = round(self.clock.at, 1), round(self.clock.at + FLIGHT, 1)
        picture = self._picture()
        put = picture.put | self._sequence.lost(copy, self.scene)
        put |= self._about([copy])
        if d := fall(self._layout(), copy):
            svg = pill(copy, "zl-lost", 200, place="lost")
            put[f"pills/{copy.number}"] = {"svg": svg, "d": d, "back": False, "from": start, "to": end}
        self._landings.pop(copy.number, None)
        self.clock.wait_until(end)
        self.clock.stop(True)
        gone = self._plain_step("", "", drop=[f"pills/{copy.number}"])
        return [picture._replace(at=start, kind="fault", put=put, say=loss_words(copy)), gone]

    def _flight(self, layout: Layout, copy: Copy, start: float) -> dict[str, Any]:
        sender = self.scene.sockets.get(copy.sender)
        dots = sender is not None and self.scene.measured(sender) is not None
        where = flight(layout, copy, start, start + self.clock.flight, dots)
        if where is None:
            return {}
        link = (min(copy.sender, copy.receiver), max(copy.sender, copy.receiver))
        level = self._levels.levels.get(link, EACH)
        if level == TOTALS:
            return {}
        inferred = "zl-inferred" if copy.inferred or copy.guessed else ""
        svg = pill(copy, inferred, where[2] if level == EACH else 0, place="link" if copy.total else "signal")
        landing = start + self.clock.flight
        self._landings[copy.number] = landing
        if copy.number in self.scene.pending:
            self._flying[copy.number] = landing
            self.scene.ledger.flying.add(copy.number)
            self._changed()
        times = {"from": round(start, 1), "to": round(landing, 1)}
        new = [copy] if copy.number not in self._told_of else []
        return {f"pills/{copy.number}": {"svg": svg, "d": where[0], "back": where[1], **times}} | self._about(new)


def is_short(events: Iterable[Event]) -> bool:
    """Whether a story is told message by message, however fast they were."""
    number = Counter(map(type, events))
    return max(number[kinds.Sent], number[kinds.Received]) <= SHORT and not number[kinds.Counted]


def _kind(event: Event) -> str:
    if isinstance(event, kinds.Wait | kinds.Kept | kinds.Measured | GUESTS):
        return ""
    if type(event) in CONTROLS:
        return "fault" if type(event) in FAULTS else "control"
    return "message"
