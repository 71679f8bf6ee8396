"""Links, and how messages travel along them: beside their sockets when they set out, and never one over another."""

from __future__ import annotations

from typing import NamedTuple

from .curves import Curve
from .layout import Layout
from .letters import width
from .pills import DOT, HEIGHT, pill_width
from .rects import Rect, around, of_text
from .scene import Copy, SocketState
from .words import verb

VOID = 60
"""Length of a link to nobody."""
LOOP = 110
"""How far a link within one actor reaches beside its box."""
FALL = 70
"""Pixels that a message which is given up drops."""
TIMES = [number / 50 for number in range(51)]
LANES = (0, -1, 1, -2, 2)
"""Where messages that leave together set out: on their link, or beside it, a pill's height apart."""
NARROWEST, WIDEST = 110, 300
"""Pixels between two sockets below which a message may reach a little over both; and how wide one is at most."""
VERB, VERB_OF_SEVERAL = 17, 6
"""Pixels from a link up to its verb: of a socket that has its side alone, and of one below others."""


class Link(NamedTuple):
    """Two ends that are linked: who faces right, and who faces left (None: nobody yet); and the state of the link."""

    one: SocketState
    other: SocketState | None
    state: str


class InAir(NamedTuple):
    """A flight that may not have landed: along which curve, from when to when (film ms), how wide, and if backwards."""

    curve: Curve
    start: float
    end: float
    width: float
    back: bool

    def at(self, moment: float) -> Rect:
        """Return where its message is at a moment of the film, as the page moves it."""
        along = min(1.0, max(0.0, (moment - self.start) / max(1.0, self.end - self.start)))
        eased = along * along * (3 - 2 * along)
        return around(*self.curve.at(1 - eased if self.back else eased), self.width + 4, HEIGHT + 2)


def links(layout: Layout) -> list[Link]:
    """Return the links to draw."""
    drawn = [socket for group in layout.sockets.values() for socket in group]
    found = []
    for connector in drawn:
        for endpoint, state in connector.links.items():
            binders = [socket for socket in drawn if socket is not connector and socket.is_at(endpoint, connector)]
            for binder in binders or [None]:
                alive = connector.open and (binder.open if binder else state == "up")  # up with nobody: a stranger
                state_now = state if alive else "down"
                first = binder is None or layout.spots[connector.number].side > 0
                found.append(Link(*((connector, binder) if first else (binder, connector)), state_now))
    return found


def curve_of(layout: Layout, one: SocketState, other: SocketState | None) -> Curve:
    """Return the way from one socket to another, or into the void where nobody has bound yet."""
    start = layout.spots[one.number]
    if other is None:
        end = start.edge + start.side * VOID
        return Curve((start.edge, start.y), (start.edge, start.y), (end, start.y), (end, start.y))
    end = layout.spots[other.number]
    reach = abs(end.edge - start.edge) / 2
    if start.side == end.side:  # around: within one actor, or past others
        reach = max(reach / 2, LOOP)
    return Curve(
        (start.edge, start.y),
        (start.edge + start.side * reach, start.y),
        (end.edge + end.side * reach, end.y),
        (end.edge, end.y),
    )


def path(layout: Layout, one: SocketState, other: SocketState | None) -> str:
    """Return the SVG path from one socket to another, or into the void where nobody has bound yet."""
    return curve_of(layout, one, other).d


def flight(
    layout: Layout, copy: Copy, start: float = 0, end: float = 0, dots: bool = False
) -> tuple[str, bool, float] | None:
    """Return the path of a copy, whether it takes it backwards, and how wide its pill may be; None without such a link.

    It sets out beside its socket, clear of all words and of the messages that are under way at the moment `start` (film
    ms), and is under way itself until `end`. As a dot, where queues are told apart that words would cover.
    """
    for one, other, _ in links(layout):
        if other and {one.number, other.number} == {copy.sender, copy.receiver}:
            back = one.number == copy.receiver
            if layout.plan.rehearsed and not layout.plan.final:
                return "", back, 0  # nobody sees it
            way = curve_of(layout, one, other)
            room = room_on(layout, one, other)
            wide = pill_width(copy, room, layout.small)
            air = layout.plan.air
            air[:] = [flying for flying in air if flying.end > start]
            taken = [*in_the_way(layout), *(flying.at(start) for flying in air)]
            whole = Rect(0, 0, layout.width, layout.height)
            below = [box.below for box in layout.boxes.values()]
            part = None if dots else _part(way, back, wide, HEIGHT, [*taken, *below], whole)
            if part is None:  # so many at once that none of their words could be read
                room, wide = 0, DOT
                part = _part(way, back, DOT, DOT, taken, whole) or way
            if end > start:
                air.append(InAir(part, start, end, wide, back))
            return part.d, back, room
    return None


def room_on(layout: Layout, one: SocketState, other: SocketState) -> float:
    """Return how wide a message on a link may be: it leaves the names of its sockets free, and its verbs stand higher."""
    start, end = layout.spots[one.number], layout.spots[other.number]
    gap = abs(end.edge - start.edge)
    if layout.small:
        return gap
    if start.side == end.side:
        return NARROWEST
    level = abs(end.y - start.y) < 2 * HEIGHT
    return gap + 16 if level and gap < NARROWEST else max(NARROWEST, min(gap - 8, WIDEST))


def half_way(
    layout: Layout, copy: Copy, one: SocketState, other: SocketState, beside: float, taken: list[Rect]
) -> tuple[float, float, tuple[float, float]]:
    """Return how much room a message has that is drawn once, about half way, how wide it is in it, and where that is.

    It has so much `beside` it. It is cut until it covers nothing that is `taken`; what fits nowhere is a dot.
    """
    way, room = curve_of(layout, one, other), room_on(layout, one, other) - beside
    places = [way.at(along) for along in sorted(TIMES, key=lambda along: abs(along - 0.5))[:41]]
    places += [way.beside(lane * (HEIGHT + 3)).at(0.5) for lane in LANES[1:]]
    for less in (room, 0.75 * room, 0.5 * room, 0):
        wide = pill_width(copy, less)
        free = (place for place in places if around(*place, wide + beside, HEIGHT).is_free(taken))
        if place := next(free, None):
            return less, wide, place
    return 0, DOT, places[0]


def in_the_way(layout: Layout) -> list[Rect]:
    """Return where boxes, the names of sockets and their verbs stand: no message rests there."""
    found = [Rect(box.x, box.y, box.x + box.width, box.y + box.height) for box in layout.boxes.values()]
    for group in layout.sockets.values():
        for socket in group:
            spot = layout.spots[socket.number]
            found.append(around(spot.x, spot.y, 2 * spot.half - (18 if layout.narrow else -4), HEIGHT))
            if place := verb_at(layout, socket):
                x, y, words, anchor = place
                found.append(of_text(x, y, width(words, "mono"), anchor))
    return found


def verb_at(layout: Layout, socket: SocketState) -> tuple[float, float, str, str] | None:
    """Return where the verb of a socket stands, and its anchor. Where gaps are narrow, who has bound says so below."""
    spot = layout.spots[socket.number]
    words = verb(socket)
    if layout.narrow:
        words = "connect" if socket.links else ""
    if layout.small or not words or (layout.narrow and not spot.alone and not spot.open):
        return None
    anchor = "start" if spot.side > 0 else "end"
    if not spot.alone:
        return spot.edge + spot.side * 6, spot.y - VERB_OF_SEVERAL, words, anchor
    return spot.x + spot.side * 5, spot.y - VERB, words, anchor


def fall(layout: Layout, copy: Copy, room: float = 200) -> str | None:
    """Return the path by which a copy drops out of the socket that had it; None where that is not drawn."""
    spot = layout.spots.get(copy.receiver) if copy.receiver is not None else None
    if spot is None:
        return None
    wide = pill_width(copy, room)
    x = spot.x + spot.side * (spot.half + wide / 2 + 2)
    x = min(max(x, wide / 2 + 2), layout.width - wide / 2 - 2)
    drop = min(FALL, layout.height - spot.y - HEIGHT / 2 - 2)
    return f"M{x:.1f},{spot.y:.1f} v{drop:.1f}"


def _part(way: Curve, back: bool, wide: float, high: float, taken: list[Rect], whole: Rect) -> Curve | None:
    """Return the part of a way that a message takes: it sets out where it covers nothing, and ends beside its receiver.

    None where there is no such place.
    """

    def place(curve: Curve, along: float) -> Rect:
        return around(*curve.at(1 - along if back else along), wide, high)

    found = []
    for index, lane in enumerate(LANES):
        beside = way.beside(lane * (HEIGHT + 3))
        for along in TIMES[:40]:
            spot = place(beside, along)
            if spot.is_within(whole) and spot.is_free(taken):
                found.append((along + 0.35 * index, along, lane))
                break
    if not found:
        return None
    _, begins, lane = min(found)
    way = way.beside(lane * (HEIGHT + 3))
    ends = 1.0
    for along in TIMES[::-1]:
        if along < begins + 0.3:
            break
        if place(way, along).is_free(taken):
            ends = along
            break
    return way.part(1 - ends, 1 - begins) if back else way.part(begins, ends)
