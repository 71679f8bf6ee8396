"""Where everything stands: every actor always in its place, with room for the most that it ever has.

`lay_out(scene, plan)` finds the places. A film and a live view keep one plan for all of their pictures (see `plan.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from .boxes import NAME_SIZE, PITCH, Inside, half, inside
from .letters import lines, width
from .plan import Plan, Slot, shown
from .rects import Rect
from .scene import Scene, SocketState

WIDTH = 750
"""Width of a picture of up to three columns: so much room it has beside controls."""
MARGIN = 18
LINE = 17
GAP, LEAST_GAP = 26, 8
"""Pixels between two actors in a column; and at least, where more would not fit into `HEIGHT`."""
HEIGHT = 480
"""Height in which up to four actors stand in a column, if there is any way."""
LOWEST, LEAST_WIDTH = 130, 420
BOXES = {1: (200, 262), 2: (200, 262), 3: (150, 176)}
"""How wide boxes are at least and at most, by the number of columns."""
MORE_BOXES = (140, 176)
BETWEEN = {1: 0, 2: 262}
MORE_BETWEEN, TIGHT_BETWEEN = 117, 106
"""Pixels between two columns at least: two verbs have room, or a message between two sockets. And where many stand in a column."""
WIDE = 200
"""Pixels between two columns from which words have room there."""
OUTSIDE = 74
"""Room beside a box for a socket that faces out of the picture, and for its verb."""
OUTSIDE_ALONE = 150
"""The same where words say that it waits for a peer, or where both ends of a link are."""
BEYOND = 54
"""What the notes below a box may be wider than the box: they reach as far as its sockets."""
ABOVE = 8
GHOST = 36
"""Height that a message which stayed at its publisher takes above its words."""

# of the small picture
SMALL_BOX = 80
"""Height of a box: its name above, its sockets in the middle, a subscription or a trouble below."""
SMALLEST_BOX = 76
"""Width of a box at least: a subscription has room."""
SMALL_GAP, SMALLEST_GAP = 124, 74
"""Pixels between two sockets that face each other, where there are two columns, and where there are more."""


@dataclass(frozen=True)
class Box:
    """Where an actor stands, what stands where in it, and to which side its notes keep: "start", "middle" or "end".

    `below` is where they stand when there are most of them.
    """

    x: float
    y: float
    width: float
    height: float
    inside: Inside
    anchor: str
    below: Rect

    @property
    def notes(self) -> float:
        """How wide the notes below it are at most: they reach as far beyond it as its sockets."""
        return self.width + BEYOND


@dataclass(frozen=True)
class Spot:
    """Where a socket stands: the centre of its pill, half its width, and the side it faces (+1 right, -1 left).

    `alone` says that it has that side of its actor for itself. `room` is how far from the box what belongs to it may
    reach: half of the way to the next column, if there is one; `open` says that there is none.
    """

    x: float
    y: float
    half: float
    side: int
    alone: bool
    room: float
    open: bool

    @property
    def edge(self) -> float:
        """The x of the point where its links begin."""
        return self.x + self.side * self.half


@dataclass(frozen=True)
class Layout:
    """Where everything stands, which sockets are drawn (by actor), how large it is, and whether the gaps are `narrow`.

    A `small` one has no room for details: names, sockets and messages stand there, verbs, states and counts do not.
    """

    sockets: dict[str, list[SocketState]]
    boxes: dict[str, Box]
    spots: dict[int, Spot]
    width: float
    height: float
    narrow: bool
    small: bool
    plan: Plan


@dataclass(frozen=True)
class Places:
    """The places of one version of a plan."""

    version: int
    boxes: dict[str, Box]
    spots: dict[str, dict[Slot, Spot]]
    width: float
    height: float
    narrow: bool
    stacks: dict[int, list[str]]


def lay_out(scene: Scene, plan: Plan | None = None, small: bool = False) -> Layout:
    """Find a place for every actor and socket of a scene, which `plan` grows to hold; without one, for the scene alone."""
    plan = plan if plan is not None else Plan(small)
    sockets = shown(scene) if plan.final else plan.grow(scene)
    places = plan.found
    if not isinstance(places, Places) or places.version != plan.version:
        plan.found = places = _places(plan)
    spots = {}
    for name, group in sockets.items():
        slots = plan.slots(tuple(socket.number for socket in group))
        spots |= {socket.number: places.spots[name][slot] for socket, slot in zip(group, slots, strict=True)}
    boxes = {name: places.boxes[name] for name in sockets}
    return Layout(sockets, boxes, spots, places.width, places.height, places.narrow, plan.small, plan)


def _places(plan: Plan) -> Places:
    column = plan.column()
    turned_to = plan.turned(column)
    slots = {name: {slot: plan.side(name, slot, turned_to) for slot in plan.all_slots(name)} for name in plan.parts}
    count = max([0 if plan.rehearsed else 1, *(column[name] for name in plan.parts)]) + 1  # live, a second will come
    tight = plan.tight
    insides = {name: _inside(plan, name, slots[name], count, tight) for name in plan.parts}
    across, gap, whole = _across(plan, column, slots, insides, count)
    if not plan.small:  # all boxes of a column are as wide as the widest
        insides = {name: _inside(plan, name, slots[name], count, tight, across[column[name]][1]) for name in plan.parts}
    narrow = plan.small or plan.narrow
    stacks: dict[int, list[str]] = {}
    for name in plan.parts:
        stacks.setdefault(column[name], []).append(name)
    # Columns of the same length stand level: each gets as much room around a box as the one beside it that needs most.
    rooms: dict[tuple[int, int], tuple[float, float, float]] = {}
    for index, stack in stacks.items():
        for row, name in enumerate(stack):
            above, below = _around(plan, name, across[index][1] + BEYOND, narrow)
            need = (above - 6 * tight, below - 4 * tight, insides[name].height)
            known = rooms.get((len(stack), row), (0, 0, 0))
            rooms[len(stack), row] = tuple(map(max, need, known))
    tall = {index: sum(sum(rooms[len(stack), row]) for row in range(len(stack))) for index, stack in stacks.items()}
    apart = {index: _apart(plan.small, tall[index], len(stack)) for index, stack in stacks.items()}
    heights = {index: tall[index] + apart[index] * len(stack) for index, stack in stacks.items()}
    edges = 14 if tight else 0  # above the first: its verbs have room
    height = max([0 if plan.small else LOWEST, plan.height, *(high + edges for high in heights.values())])
    tops = {}
    for index, stack in stacks.items():
        y = (height - heights[index]) / 2 + apart[index] / 2
        for row, name in enumerate(stack):
            tops[name] = y + rooms[len(stack), row][0]
            y += sum(rooms[len(stack), row]) + apart[index]
    if not plan.rehearsed:
        tops, height = _kept(plan, stacks, rooms, height) or (tops, height)
    whole = max(whole, plan.width)
    if not plan.rehearsed:  # live it never shrinks, whoever moves to another column
        plan.height, plan.width = height, whole
    boxes, spots = {}, {}
    for index, stack in stacks.items():
        for name in stack:
            left, wide = across[index]
            anchor = "start" if index == 0 else "end" if index == count - 1 else "middle"
            high = insides[name].height
            notes = _below(plan, name, left, tops[name] + high, wide, anchor)
            boxes[name] = box = Box(left, tops[name], wide, high, insides[name], anchor, notes)
            outer = {side for side, end in ((-1, 0), (1, count - 1)) if index == end}
            rows = {side: plan.rows(name, [one for one, at in slots[name].items() if at == side]) for side in (1, -1)}
            rooms_beside = dict.fromkeys((1, -1), gap / 2) | {
                side: box.x if side < 0 else whole - box.x - wide for side in outer
            }
            spots[name] = _spots(box, rows, plan.small, outer, rooms_beside)
    return Places(plan.version, boxes, spots, whole, height, narrow, stacks)


def _kept(
    plan: Plan,
    stacks: dict[int, list[str]],
    rooms: dict[tuple[int, int], tuple[float, float, float]],
    most: float,
) -> tuple[dict[str, float], float] | None:
    """Return how high the boxes stood before, and the height of the picture, where all has room so within `most`.

    Live, a line more below a box moves nobody: the gap to the next one has room for it.
    """
    before = plan.found
    if plan.small or not isinstance(before, Places) or before.stacks != stacks:
        return None
    lowest = before.height
    for stack in stacks.values():
        ends = 0.0
        for row, name in enumerate(stack):
            above, below, high = rooms[len(stack), row]
            top = before.boxes[name].y
            if top - above < ends + (LEAST_GAP if row else LEAST_GAP / 2):
                return None
            ends = top + high + below
        lowest = max(lowest, ends + LEAST_GAP / 2)
    return ({name: box.y for name, box in before.boxes.items()}, lowest) if lowest <= most else None


def _inside(plan: Plan, name: str, slots: dict[Slot, int], count: int, tight: bool, wide: float = 0) -> Inside:
    part = plan.parts[name]
    sides = {side: _halves(plan.rows(name, [slot for slot, at in slots.items() if at == side])) for side in (-1, 1)}
    if not plan.small:
        least, most = (wide, wide) if wide else BOXES.get(count, MORE_BOXES)
        return inside(name, part.states, part.topics, sides, least, most, tight)
    stacked = max(map(len, sides.values())) > 1
    begins = max(map(max, filter(None, sides.values())), default=0.0) + 10 if stacked else 12
    topic = max((width(one[0], "mono") + 26 for one in part.topics if one), default=0)
    wide = max(SMALLEST_BOX, begins + width(name, "bold", NAME_SIZE) + 10, begins + 110 * part.trouble, topic)
    tall = max(SMALL_BOX, 40 * max(map(len, sides.values())) + 40)
    return Inside(wide, tall, begins, wide - 8, begins + 15, wide - 4, 1, False, False)


def _halves(rows: dict[Slot, int]) -> list[float]:
    """Return half the width of the widest socket of each row."""
    return [
        max(half(slot.type) for slot, row in rows.items() if row == number) for number in sorted(set(rows.values()))
    ]


def _across(
    plan: Plan,
    column: dict[str, int],
    slots: dict[str, dict[Slot, int]],
    insides: dict[str, Inside],
    count: int,
) -> tuple[list[tuple[float, float]], float, float]:
    """Return for each column the x at which its boxes begin, and how wide they are; the gap; the width of the picture."""
    least = SMALLEST_BOX if plan.small else BOXES.get(count, MORE_BOXES)[0]
    widths = [
        max([least, *(insides[name].width for name in insides if column[name] == index)]) for index in range(count)
    ]
    out = [
        any(column[name] == end and side in own.values() for name, own in slots.items())
        for side, end in ((-1, 0), (1, count - 1))
    ]
    if plan.small:
        widest = max([0, *(half(slot.type) for own in slots.values() for slot in own)])
        left, right = (12 + (widest if is_out else 0) for is_out in out)
        between = 2 * widest + (SMALL_GAP if count == 2 else SMALLEST_GAP)
    else:
        alone = (any(part.alone for part in plan.parts.values()) and count < 3) or any(
            one == other for one, _, other, _ in plan.met
        )
        left, right = (MARGIN + ((OUTSIDE_ALONE if alone else OUTSIDE) if is_out else 0) for is_out in out)
        least_between = BETWEEN.get(count, TIGHT_BETWEEN if plan.tight else MORE_BETWEEN)
        between = max(least_between, (WIDTH - left - right - sum(widths)) / max(1, count - 1))
    across = [(left + sum(widths[:index]) + index * between, wide) for index, wide in enumerate(widths)]
    return across, between, max(sum(across[-1]) + right, 0 if plan.small else LEAST_WIDTH)


def _around(plan: Plan, name: str, room: float, narrow: bool) -> tuple[float, float]:
    """Return how much room an actor ever needs above and below its box."""
    part = plan.parts[name]
    if plan.small:
        return (56 if part.stayed else 8), (24 if part.queues else 8)
    above = ABOVE + (18 if part.process else 0) + (LINE if part.alone and not narrow else 0)
    if part.stayed:
        above += GHOST + LINE * max(len(lines((words,), room)) for words in part.stayed)
    below = max((sum(len(note.lines(room)) for note in notes) for notes in part.notes), default=1)
    return above, max(1, below) * LINE + 6


def _below(plan: Plan, name: str, left: float, top: float, wide: float, anchor: str) -> Rect:
    """Return where the notes below a box stand when they take most room."""
    rows = [
        [width(line, note.font) for note in notes for line in note.lines(wide + BEYOND)]
        for notes in plan.parts[name].notes
    ]
    widest = max((max(row, default=0) for row in rows), default=0)
    begins = {"start": left + 4, "middle": left + (wide - widest) / 2, "end": left + wide - 4 - widest}[anchor]
    return Rect(begins, top + 4, begins + widest, top + 4 + LINE * max(map(len, rows), default=0))


def _apart(small: bool, tall: float, number: int) -> float:
    """Return how far apart the actors of a column stand."""
    if small:
        return 10
    return max(LEAST_GAP, min(GAP, (HEIGHT - tall) / number))


def _spots(
    box: Box, rows: dict[int, dict[Slot, int]], small: bool, outer: set[int], rooms: dict[int, float]
) -> dict[Slot, Spot]:
    spots = {}
    for side, own in rows.items():
        number = len(set(own.values()))
        pitch = 40 if small else PITCH
        top = box.y + ((box.height - pitch * (number - 1)) / 2 if small else box.inside.socket)
        x = box.x + box.width if side > 0 else box.x
        for slot, row in own.items():
            y = top + pitch * row
            spots[slot] = Spot(x, y, half(slot.type), side, number == 1, rooms[side], side in outer)
    return spots
