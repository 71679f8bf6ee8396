"""Where everything stands: who sends first on the left, and every actor always in its place."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from .scene import ActorState, Copy, Scene, SocketState
from .svg import MONO, NAME, SANS
from .words import USUAL, counted, counts, joined, losses, verb

WIDTH = 900
"""Width of a picture of up to three columns, with nothing outside of them. More is drawn to a smaller scale."""
MARGIN = 20
EDGE = MARGIN + 9
"""From the edge of the picture to the first box."""
BOX_HEIGHT = 76
SOCKET_PITCH = 40
LINE = 18
GAP = 30
REASONS = 2
"""Reasons for losses that are said at a socket; the others are summed up."""
VOID = 96
"""Length of a link to nobody."""
VOID_WORDS = 110
"""From a socket to the end of the words on such a link."""
FALL = 70
"""Pixels that a message which is given up drops."""
GHOST = 56
"""Height that a message which stayed at its publisher takes above the box."""

# of the small picture
SMALL_BOX = 80
"""Height of a box: its name above, its sockets in the middle, a subscription or a trouble below."""
SMALLEST_BOX = 76
"""Width of a box at least: a subscription has room."""
SMALL_GAP, SMALLEST_GAP = 124, 74
"""Pixels between two sockets that face each other, where there are two columns, and where there are more."""

FACES_RIGHT = {"REQ", "DEALER", "PUSH", "PUB", "XPUB"}
"""Socket types that stand on the right side of their actor: messages set out there. The others face left."""


@dataclass(frozen=True)
class Box:
    """Where an actor stands."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Spot:
    """Where a socket stands: the centre of its pill, half its width, and the side it faces (+1 right, -1 left)."""

    x: float
    y: float
    half: float
    side: int
    alone: bool

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
    small: bool = False


def shown(scene: Scene) -> dict[str, list[SocketState]]:
    """Return the sockets to draw, by actor. A closed socket stays, pale, until another of its type takes its place."""
    found: dict[str, list[SocketState]] = {
        name: []
        for name, actor in scene.actors.items()
        if (actor.alive or not actor.visitor) and scene.takes_part(name)
    }
    for socket in scene.sockets.values():
        if socket.former or socket.actor not in found:
            continue
        kin = [other for other in found[socket.actor] if other.type == socket.type]
        replaced = [other for other in kin if not other.open]
        if replaced:
            found[socket.actor].remove(replaced[0])
        elif not socket.open and kin:
            continue
        found[socket.actor].append(socket)
    return found


def columns(scene: Scene) -> dict[str, int]:
    """Return the column of each actor: who sends first stands left of who receives.

    All that ever met count, so that an actor keeps its place while it is down.
    """
    sides: dict[str, set[int]] = {name: set() for name in scene.actors}
    for socket in scene.sockets.values():
        if socket.actor in sides:
            sides[socket.actor].add(faces(socket))
    column = {name: 1 if found == {-1} else 0 for name, found in sides.items()}
    flows = set()
    for one, one_type, other, other_type in scene.met:
        if one == other or one not in column or other not in column:
            continue
        if one_type == other_type == "PAIR" or (one_type in FACES_RIGHT and other_type not in FACES_RIGHT):
            flows.add((one, other))
        elif other_type in FACES_RIGHT and one_type not in FACES_RIGHT:
            flows.add((other, one))
    for _ in range(len(column)):
        for left, right in sorted(flows):
            if (right, left) not in flows or column[right] == column[left]:
                column[right] = min(max(column[right], column[left] + 1), 4)
    return column


def faces(socket: SocketState) -> int:
    """Return the side of its actor on which a socket stands: +1 right, -1 left."""
    if socket.type == "PAIR":
        return 1 if socket.links else -1
    return 1 if socket.type in FACES_RIGHT else -1


def sides(scene: Scene, column: dict[str, int]) -> dict[tuple[str, str], int]:
    """Return the side on which sockets stand, by actor and type, where their type does not say it right.

    Where all peers that they ever met stand on one side, they face these: else their links would run around the picture.
    """
    peers: dict[tuple[str, str], set[str]] = {}
    for one, one_type, other, other_type in scene.met:
        peers.setdefault((one, one_type), set()).add(other)
        peers.setdefault((other, other_type), set()).add(one)
    found = {}
    for (actor, kind), others in peers.items():
        steps = {column[other] - column[actor] for other in others if other in column} if actor in column else set()
        if steps and (min(steps) > 0 or max(steps) < 0):
            found[actor, kind] = 1 if min(steps) > 0 else -1
    return found


def lay_out(scene: Scene, small: bool = False) -> Layout:
    """Find a place for every actor and socket: in a picture of the usual width, or in a small one."""
    sockets, column = shown(scene), columns(scene)
    turned = sides(scene, column)
    side = {
        socket.number: turned.get((socket.actor, socket.type), faces(socket))
        for group in sockets.values()
        for socket in group
    }
    across, whole = _across(scene, sockets, column, side, small)
    gap, lowest = (10, 0) if small else (GAP, 140)
    stacks: dict[int, list[str]] = {}
    for name in sockets:
        stacks.setdefault(column[name], []).append(name)
    # Columns of the same length stand level: each gets as much room around a box as the one beside it that needs most.
    rooms: dict[tuple[int, int], tuple[float, float]] = {}
    for index, stack in stacks.items():
        for row, name in enumerate(stack):
            above = GHOST if any(socket.number in scene.stayed for socket in sockets[name]) else 8
            below = max(1, len(notes_below(scene, sockets[name], across[index][1]))) * LINE + 8
            if small:
                below = 22 if any(scene.waiting_at(socket) for socket in sockets[name]) else 8
            room = rooms.get((len(stack), row), (0, 0))
            rooms[len(stack), row] = (max(room[0], above), max(room[1], below))
    least = SMALL_BOX if small else BOX_HEIGHT
    tall = {name: _height([side[socket.number] for socket in group], least) for name, group in sockets.items()}
    heights = {
        index: sum(sum(rooms[len(stack), row]) + tall[name] + gap for row, name in enumerate(stack))
        for index, stack in stacks.items()
    }
    height = max([lowest, *heights.values()])
    boxes, spots = {}, {}
    for index, stack in stacks.items():
        y = (height - heights[index]) / 2 + gap / 2
        for row, name in enumerate(stack):
            above, below = rooms[len(stack), row]
            left, width = across[index]
            boxes[name] = box = Box(left, y + above, width, tall[name])
            spots |= _spots(box, sockets[name], side)
            y += above + tall[name] + below + gap
    return Layout(sockets, boxes, spots, whole, height, narrow=small or len(across) > 2, small=small)


def _across(
    scene: Scene,
    sockets: dict[str, list[SocketState]],
    column: dict[str, int],
    side: dict[int, int],
    small: bool,
) -> tuple[list[tuple[float, float]], float]:
    """Return for each column the x at which its boxes begin, and how wide they are; and the width of the picture."""
    count = max([1, *(column[name] for name in sockets)]) + 1
    if small:
        widths = [float(SMALLEST_BOX)] * count
        for name, group in sockets.items():
            stacked = len(group) > len({side[socket.number] for socket in group})
            widths[column[name]] = max(widths[column[name]], _small_width(scene.actors[name], group, stacked))
        widest = max([0, *(_half(socket) for group in sockets.values() for socket in group)])
        left = right = 12
        between = 2 * widest + (SMALL_GAP if count == 2 else SMALLEST_GAP)
    else:
        width = {2: 250, 3: 190, 4: 164}.get(count, 140)
        widths = [width] * count
        between = (WIDTH - 2 * EDGE - width) / (count - 1) - width if count <= 3 else 108
        left, right = (EDGE + room for room in _outside(sockets, column, side, count - 1))
    across = [(left + sum(widths[:index]) + index * between, width) for index, width in enumerate(widths)]
    return across, sum(across[-1]) + right


def _outside(
    sockets: dict[str, list[SocketState]], column: dict[str, int], side: dict[int, int], last: int
) -> tuple[float, float]:
    """Return how much room is needed beside the margins, left and right, for sockets that face out of the picture."""
    drawn = [socket for group in sockets.values() for socket in group]

    def reach(socket: SocketState) -> float:
        alone = any(not any(other.is_at(place, socket) for other in drawn) for place in socket.links)
        return _half(socket) + (VOID_WORDS if alone else 6 + len(verb(socket)) * MONO)

    outmost = {-1: 0, 1: last}
    need = {
        out: [reach(socket) for socket in drawn if side[socket.number] == out and column[socket.actor] == end]
        for out, end in outmost.items()
    }
    return max([0, *(room - MARGIN for room in need[-1])]), max([0, *(room - MARGIN for room in need[1])])


def small_inset(sockets: list[SocketState], stacked: bool) -> float:
    """Return how far from the left a name begins in a small picture: above its sockets, or beside a stack of them."""
    return max(map(_half, sockets)) + 10 if stacked else 12


def _small_width(actor: ActorState, sockets: list[SocketState], stacked: bool) -> float:
    letters = max(len(actor.name), 10 if actor.lamp == "trouble" else 0)
    return small_inset(sockets, stacked) + letters * NAME + 8


def links(layout: Layout) -> list[tuple[SocketState, SocketState | None, str]]:
    """Return the links to draw: who faces right, who faces left (None: nobody yet), and the link's state."""
    drawn = [socket for group in layout.sockets.values() for socket in group]
    found = []
    for connector in drawn:
        for endpoint, state in connector.links.items():
            binders = [socket for socket in drawn if socket.is_at(endpoint, connector)]
            for binder in binders or [None]:
                alive = connector.open and (binder.open if binder else state == "up")  # up with nobody: a stranger
                state_now = state if alive else "down"
                pair = (
                    (connector, binder)
                    if binder is None or layout.spots[connector.number].side > 0
                    else (binder, connector)
                )
                found.append((*pair, state_now))
    return found


def path(layout: Layout, one: SocketState, other: SocketState | None) -> str:
    """Return the SVG path from one socket to another, or into the void where nobody has bound yet."""
    start = layout.spots[one.number]
    if other is None:
        return f"M{start.edge:.1f},{start.y:.1f} h{start.side * VOID}"
    end = layout.spots[other.number]
    reach = abs(end.edge - start.edge) / 2 or 60
    return (
        f"M{start.edge:.1f},{start.y:.1f} C{start.edge + start.side * reach:.1f},{start.y:.1f} "
        f"{end.edge + end.side * reach:.1f},{end.y:.1f} {end.edge:.1f},{end.y:.1f}"
    )


def flight(layout: Layout, copy: Copy) -> tuple[str, bool, float] | None:
    """Return the path of a copy, whether it takes it backwards, and how wide the gap is; None without such a link."""
    for one, other, _ in links(layout):
        if other and {one.number, other.number} == {copy.sender, copy.receiver}:
            gap = abs(layout.spots[other.number].edge - layout.spots[one.number].edge)
            return path(layout, one, other), one.number == copy.receiver, gap
    return None


def fall(layout: Layout, copy: Copy) -> str | None:
    """Return the path by which a copy drops out of the socket that had it; None where that is not drawn."""
    spot = layout.spots.get(copy.receiver) if copy.receiver is not None else None
    return spot and f"M{spot.edge:.1f},{spot.y:.1f} v{FALL}"


def notes_below(scene: Scene, sockets: list[SocketState], width: float) -> list[tuple[str, str, str]]:
    """Return the lines under a box: left text, right text, class."""
    lines = []
    for socket in sockets:
        label = f"{socket.type} " if len(sockets) > 1 else ""
        where = " ".join(dict.fromkeys(socket.bound))
        what = label + counts(scene, socket)
        if where and (len(where) * MONO + len(what) * SANS > width - 24):
            lines.append((where, "", "zl-mono"))
            where = ""
        first, *others = _in_room(counted(scene, socket), (width + 14) / SANS) if len(sockets) == 1 else [what]
        lines += [(where, first, "zl-mono"), *(("", words, "") for words in others)]
        for words in losses(scene, socket, REASONS):
            lines += [(part, "", "zl-trouble-text") for part in wrap(words, int((width - 12) / SANS))]
    return lines


def _in_room(what: list[tuple[str, str]], limit: float) -> list[str]:
    """Return the counts of a socket on one line, or on two where it both sends and receives and has little room.

    The second line is there even when it is empty: or all that stands below would go up and down with each message.
    """
    if not {"sent", "received"} <= {kind for kind, _ in what} or len(joined(what[:2]) + USUAL) <= limit:
        return [joined(what)]
    return [joined(what[:2]), joined(what[2:])]


def _height(sides: list[int], least: float) -> float:
    return max(least, SOCKET_PITCH * max([1, *map(sides.count, (1, -1))]) + 16)


def _spots(box: Box, sockets: list[SocketState], sides: dict[int, int]) -> dict[int, Spot]:
    spots = {}
    for side in (1, -1):
        here = [socket for socket in sockets if sides[socket.number] == side]
        for index, socket in enumerate(here):
            y = box.y + box.height / 2 + (index - (len(here) - 1) / 2) * SOCKET_PITCH
            x = box.x + box.width if side > 0 else box.x
            spots[socket.number] = Spot(x, y, _half(socket), side, len(here) == 1)
    return spots


def _half(socket: SocketState) -> float:
    """Return half the width of a socket's pill."""
    return len(socket.type) * 4 + 15
