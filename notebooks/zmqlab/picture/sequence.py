"""The sequence diagram: a lane an actor, time downwards, an arrow a message, a bar where an actor waits.

`Sequence.tell` is given each event after the scene has taken it in, and returns the marks that it adds, by name.
A mark is SVG with the heights `top` and `bottom` between which it stands, so that a view can leave out what is not
in sight. The bar of a wait that goes on is `open`: the view draws it down to the moment it is at. Every event that one can stop at has a row of its own: rows are the diagram's time.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from ..record import events as kinds
from ..record.events import CONTROLS, MESSAGES, Event, Message
from .layout import LINE, lay_out
from .plan import Plan
from .scene import Copy, Scene
from .svg import MONO, NAME, SANS, cut, label, safe
from .words import as_told, lost_words, message_words, moment_words, row_words, stays_words

ROOM = 750
"""Pixels in which all lanes stand, as long as they are no more than six."""
FIRST_LANE = 130
LAST_LANE = 64
"""From the last lane to the edge at least: its name has room."""
NARROWEST, WIDEST = 100, 280
"""Pixels from lane to lane."""
LIVE = 4
"""Lanes for which there is room at least where nobody knows yet how many there will be."""
ROW = 34
NOW = 20
"""From a row to the line of the moment that is shown, below it: see `js/sequence.js`."""
TOP = 44
FAULTS = frozenset({kinds.Died, kinds.Failed, kinds.Refused, kinds.Stuck, kinds.HeldUp, kinds.NotRecorded})
Mark = dict[str, Any]


class Sequence:
    """Writes the diagram of one film. `height` is how far it has come, `width` how wide it is.

    `actors` have their lanes from the beginning, in this order; others get theirs beside them when they come. It has `room_for` so
    many lanes at least, as long as they are no more than six.
    """

    def __init__(self, actors: Iterable[str] = (), room_for: int = 0) -> None:
        self.lanes: dict[str, int] = {}
        self._room_for = room_for
        self._told: set[str] = set()
        self.pitch = 0
        self.expect(actors)
        self.height = TOP
        self._rows: dict[int, int] = {}
        self._waits: dict[str, int] = {}  # since which height

    def expect(self, actors: Iterable[str]) -> None:
        """Give these actors their lanes, in this order, all in sight. Lanes that stand already stay where they are."""
        actors = list(actors)
        if not self.lanes:
            between = max(len(actors) or LIVE, self._room_for, 2) - 1
            self.pitch = min(WIDEST, max(NARROWEST, (ROOM - FIRST_LANE - LAST_LANE) // between))
        for actor in actors:
            self._stand(actor)

    def tell(self, event: Event, scene: Scene, milliseconds: float) -> dict[str, Mark]:
        """Return the marks of an event that happened so many ms after the beginning."""
        if isinstance(event, kinds.Wait):  # who only waits has no lane
            return self._wait(event) | self._all_lost(scene)
        marks = self._lane(event.actor)
        if type(event) in CONTROLS and not row_words(event):
            return marks | self._all_lost(scene)
        y = self.height = self.height + ROW
        if not self._goes_on_waiting(event, scene):
            marks |= self._end_wait(event.actor, y)
        marks |= {
            f"sequence/t{y}": _mark(y - 10, y + 6, label(14, y + 4, moment_words(milliseconds), "zl-mono zl-small"))
        }
        for actor in _met(scene):
            marks |= self._lane(actor)
        if type(event) in MESSAGES:
            return marks | self._message(event, scene, y)
        if type(event) in CONTROLS:
            return marks | self._control(event, scene, y)
        return marks

    def begin(self, scene: Scene) -> None:
        """Take in who waits already."""
        for actor in scene.actors.values():
            if actor.call:
                self._waits[actor.name] = self.height

    def _goes_on_waiting(self, event: Event, scene: Scene) -> bool:
        """Whether its actor waits all the same: others did something to its socket, or the lab had it do so."""
        return bool(scene.actors[event.actor].call) and not isinstance(event, kinds.Refused)

    def _stand(self, actor: str) -> None:
        self.lanes.setdefault(actor, FIRST_LANE + self.pitch * len(self.lanes))

    def _lane(self, actor: str) -> dict[str, Mark]:
        if actor in self._told:
            return {}
        self._stand(actor)
        return {f"lanes/{actor}": self._drawn([actor])[f"lanes/{actor}"]} | self._open(actor)

    @property
    def width(self) -> int:
        """How wide the diagram is, in px."""
        return max([ROOM, *(x + LAST_LANE for x in self.lanes.values())])

    def standing(self) -> dict[str, Mark]:
        """Return the lanes that stand by now, and the bars of those who wait.

        Of a lane: where it is, its name, and how wide a diagram must be to hold it.
        """
        lanes, bars = self._drawn(self.lanes), [self._open(actor) for actor in self._waits]
        return lanes | {name: mark for bar in bars for name, mark in bar.items()}

    def _drawn(self, actors: Iterable[str]) -> dict[str, Mark]:
        actors = list(actors)
        self._told |= set(actors)
        letters = min(16, self.pitch / NAME)
        return {
            f"lanes/{actor}": {
                "x": self.lanes[actor],
                "name": cut(actor, letters),
                "width": max(ROOM, self.lanes[actor] + LAST_LANE),
            }
            for actor in actors
        }

    def _over(self, words: str, room: float) -> str:
        """Return words that stand over an arrow of so many px."""
        return cut(words, (abs(room) - 10) / MONO)

    def _beside(self, x: float, y: float, kind: str, *choices: str) -> str:
        """Return words that stand beside a lane: on its right, or where they have more room. Of the `choices` the first that fits."""
        right, left = (self.width - x - 14) / SANS, (x - 14) / SANS
        words = next((words for words in choices if len(words) <= max(right, left)), choices[-1])
        if len(words) <= right or right >= left:
            return label(x + 12, y, cut(words, right), f"zl-small zl-halo {kind}")
        return label(x - 12, y, cut(words, left), f"zl-small zl-halo {kind}", anchor="end")

    def _message(self, event: Message, scene: Scene, y: int) -> dict[str, Mark]:
        changes, x, marks = scene.changes, self.lanes[event.actor], {}
        words = as_told(event, scene)
        for copy in changes.left:
            self._rows[copy.number] = y
            receiver = scene.sockets.get(copy.receiver)
            end = self.lanes.get(receiver.actor, x) if receiver else x
            toward = 1 if end >= x else -1
            svg = f'<path class="zl-arrow zl-under-way" d="M{x},{y} l{toward * 56},7"/>' + _above(
                x + toward * 8, y, self._over(words, self._room(copy, end - x)), toward
            )
            marks[f"sequence/m{copy.number}"] = _mark(y - 18, y + 10, svg, copy.number)
        for copy in changes.landed:
            marks[f"sequence/m{copy.number}"] = self._arrow(copy, scene, y)
        below = y + 4 + (LINE + 4 if changes.left else 0)  # what did not travel stands under what did
        for copy in changes.stayed:
            receiver = scene.sockets.get(copy.receiver)
            dot = f'<circle class="zl-stay" cx="{x}" cy="{below - 4}" r="5"/>'
            said = stays_words(cut(words, 19), receiver.actor if receiver else "")
            svg = dot + self._beside(x, below, "", said)
            marks[f"sequence/m{copy.number}"] = _mark(below - 14, below + 8, svg, copy.number)
            below += LINE
        for copy in changes.lost:
            known = copy.number in self._rows
            marks[f"sequence/m{copy.number}"] = self._cross(copy, scene, below)
            below += 0 if known else LINE
        self.height = max(self.height, below - LINE)
        if not (changes.left or changes.landed or changes.lost or changes.stayed):
            marks[f"sequence/e{y}"] = _mark(
                y - 14,
                y + 8,
                f'<circle class="zl-stay" cx="{x}" cy="{y}" r="5"/>'
                + label(x + 12, y + 4, self._over(words, self.pitch), "zl-mono zl-small zl-halo"),
            )
        return marks

    def _room(self, copy: Copy, away: float) -> float:
        """Return how much room the words of an arrow have. Copies that leave together say the same at the same place."""
        return self.pitch if copy.fans_out or not away else away

    def _arrow(self, copy: Copy, scene: Scene, y: int) -> Mark:
        start = self._rows.pop(copy.number, y - ROW)
        x, end = self.lanes[scene.sockets[copy.sender].actor], self.lanes[scene.sockets[copy.receiver].actor]
        toward = 1 if end > x else -1
        # What was sent: a ROUTER receives it with an envelope.
        said = message_words(copy.frames, copy.sizes, scene.sockets[copy.sender].type)
        words = self._over(said, self._room(copy, end - x))
        tip = end - toward * 2
        length = ((tip - x) ** 2 + (y - start) ** 2) ** 0.5 or 1
        ux, uy = (tip - x) / length, (y - start) / length
        back_x, back_y = tip - 10 * ux, y - 10 * uy
        head = f"M{tip},{y} L{back_x - 4 * uy:.1f},{back_y + 4 * ux:.1f} L{back_x + 4 * uy:.1f},{back_y - 4 * ux:.1f}z"
        kind = " zl-inferred" if copy.inferred else ""
        svg = f'<path class="zl-arrow{kind}" d="M{x},{start} L{back_x:.1f},{back_y:.1f}"/><path class="zl-head" d="{head}"/>'
        return _mark(min(start, y) - 18, y + 8, svg + _above(x + toward * 8, start, words, toward), copy.number)

    def _cross(self, copy: Copy, scene: Scene, y: float) -> Mark:
        """Mark a message as lost: where it left, if it was under way; else at the height `y`."""
        y = self._rows.pop(copy.number, y - 9) + 9  # under the words of an arrow that left in the same row
        x = self.lanes[scene.sockets[copy.sender].actor]
        receiver = scene.sockets.get(copy.receiver)
        said = cut(message_words(copy.frames, copy.sizes, scene.sockets[copy.sender].type), 19)
        words = lost_words(said, copy.why, receiver.actor if receiver else "")
        return _mark(y - 18, y + 4, self._beside(x, y, "zl-trouble-text", *words), copy.number)

    def lost(self, copy: Copy, scene: Scene) -> dict[str, Mark]:
        """Return the mark of a message that was given up, at no event of its own: where it left, if that is drawn."""
        if copy.number not in self._rows:
            return {}
        return {f"sequence/m{copy.number}": self._cross(copy, scene, 0)}

    def _all_lost(self, scene: Scene) -> dict[str, Mark]:
        """Return the marks of what was found lost by an event that has no row: where it left."""
        return {name: mark for copy in scene.changes.lost for name, mark in self.lost(copy, scene).items()}

    def _control(self, event: Event, scene: Scene, y: int) -> dict[str, Mark]:
        x, words = self.lanes[event.actor], row_words(event)
        kind = "zl-trouble-text" if type(event) in FAULTS else ""
        if isinstance(event, kinds.Subscribed | kinds.Unsubscribed):
            kind = "zl-signal"
        dot = f'<rect class="zl-dot {kind}" x="{x - 4}" y="{y - 4}" width="8" height="8"/>'
        marks = {f"sequence/e{y}": _mark(y - 14, y + 8, dot + self._beside(x, y + 4, kind, words))}
        for number, copy in enumerate(scene.changes.lost, 1):
            marks[f"sequence/m{copy.number}"] = self._cross(copy, scene, y + LINE * number)
        return marks

    def _wait(self, event: kinds.Wait) -> dict[str, Mark]:
        if not isinstance(event, kinds.Waits):
            return self._end_wait(event.actor, self.height + ROW - 6)  # before the row of what comes next
        if event.actor in self._waits:
            return {}
        self._waits[event.actor] = self.height
        return self._open(event.actor)

    def _open(self, actor: str) -> dict[str, Mark]:
        """Return the bar of an actor that waits just now, if it has a lane."""
        if actor not in self._waits or actor not in self._told:
            return {}
        start = self._waits[actor]
        mark = _mark(start + 8, start + 8, _bar(self.lanes[actor], start + 8, 0))
        return {f"waits/{actor} {start}": mark | {"open": True}}

    def end_waits(self) -> dict[str, Mark]:
        """Return the bars of those who wait at the end. There is room for those that began after the last event."""
        waiting = [actor for actor in self._waits if actor in self._told]
        if any(self._waits[actor] == self.height for actor in waiting):
            self.height += ROW
        marks: dict[str, Mark] = {}
        for actor in waiting:
            marks |= self._end_wait(actor, self.height + NOW + 2)
        return marks

    def _end_wait(self, actor: str, y: int) -> dict[str, Mark]:
        if actor not in self._waits:
            return {}
        start = self._waits.pop(actor)
        if actor not in self._told:
            return {}
        return {f"waits/{actor} {start}": _mark(start + 8, y, _bar(self.lanes[actor], start + 8, y - start - 10))}


def lanes_of(scene: Scene, events: Iterable[Event]) -> list[str]:
    """Return who will have a lane, in the order of the picture: its columns from left to right, each from top to bottom.

    `scene` is how things stand before the first of the events.
    """
    end, names = deepcopy(scene), dict[str, None]()
    for event in events:
        end.apply(event)
        if not isinstance(event, kinds.Wait):  # who only waits has no lane
            names |= dict.fromkeys([event.actor, *_met(end)])
    plan = Plan()
    boxes, column, ages = lay_out(end, plan).boxes, plan.column(), list(end.actors)

    def place(name: str) -> tuple[float, ...]:
        at = boxes[name].y if name in boxes else 0
        return column.get(name, len(column)), at, ages.index(name) if name in ages else 0

    return sorted(names, key=place)


def _met(scene: Scene) -> list[str]:
    """Return whose messages the last event has taken to their end, and to whom it has sent some."""
    ended = [copy.sender for copy in [*scene.changes.landed, *scene.changes.lost]]
    begun = [copy.receiver for copy in [*scene.changes.left, *scene.changes.stayed]]
    return [scene.sockets[number].actor for number in [*ended, *begun] if number in scene.sockets]


def diagram(events: Iterable[Event], title: str, style: str) -> str:
    """Return the whole diagram of events as one SVG, for places where nothing runs. `style` is its CSS."""
    scene, marks, events, first = Scene(), {}, list(events), None
    sequence = Sequence(lanes_of(scene, events))
    for event in events:
        first = event.time if first is None else first
        scene.apply(event)
        marks |= sequence.tell(event, scene, (event.time - first) / 1e6)
    marks |= sequence.end_waits()
    width, height = sequence.width, sequence.height + ROW
    lanes = "".join(
        f'<path class="zl-lane" d="M{lane["x"]},32V{height - 10}"/>'
        + label(lane["x"], 22, lane["name"], "zl-name", anchor="middle")
        for name, lane in sequence.standing().items()
        if name.startswith("lanes/")
    )
    bars = "".join(mark["svg"] for name, mark in marks.items() if name.startswith("waits/"))
    rest = "".join(mark["svg"] for name, mark in marks.items() if name.startswith("sequence/"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'class="zl-still" role="img"><title>{safe(title)}</title><style>{style}</style>'
        f'<rect class="zl-ground" width="{width}" height="{height}" rx="12"/>{lanes}{bars}{rest}</svg>'
    )


def _mark(top: float, bottom: float, svg: str, message: int | None = None) -> Mark:
    mark: Mark = {"top": top, "bottom": bottom, "svg": svg}
    return mark | {"message": message} if message is not None else mark


def _bar(x: float, y: float, high: float) -> str:
    return f'<rect class="zl-wait" x="{x - 5}" y="{y}" width="10" height="{high}" rx="3"/>'


def _above(x: float, y: float, words: str, toward: int) -> str:
    return label(x, y - 5, words, "zl-mono zl-arrow-text", anchor="start" if toward > 0 else "end")
