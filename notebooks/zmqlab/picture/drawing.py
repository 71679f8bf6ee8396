"""From a scene to a picture: every line of it, computed here and nowhere else.

`draw(scene)` returns the picture in pieces, a dict from the name of a piece to its SVG. The browser shows the pieces
and moves the pills among them; two pictures differ in the pieces that differ. `still(scene)` puts the pieces
together to one SVG for places where nothing runs.

Names of pieces begin with their layer, from the back to the front: `links/`, `actors/`, `notes/`, `pills/`.
"""

from __future__ import annotations

from math import log10
from pathlib import Path

from .dealing import runs
from .layout import (
    LINE,
    SMALL_GAP,
    WIDTH,
    Box,
    Layout,
    Spot,
    flight,
    lay_out,
    links,
    notes_below,
    path,
    small_inset,
)
from .scene import ActorState, Copy, Doubt, Scene, SocketState
from .svg import MONO, NAME, SANS, STATE, cut, label, safe, shorten, two_lines
from .words import (
    A_STRANGER,
    INFERRED,
    NOBODY_THERE,
    NOT_RECORDED,
    STAYED,
    TURNED_AWAY,
    WAITS_FOR_A_PEER,
    armed,
    at_sender,
    counts,
    dealt,
    held_in_doubt,
    lingers,
    nobody_seen,
    process_words,
    queue_words,
    rate_words,
    stayed_here,
    text_of,
    to_send,
    topic_words,
    totals_words,
    verb,
)

LAYERS = ("links", "actors", "notes", "pills")
STYLE = (Path(__file__).parent / "picture.css").read_text()

NARROW = 9
"""Letters that fit between two columns where there are more than two."""
FILLED = 60
"""Pixels between two sockets below which a short message fills the gap."""
OPPOSITE = 120
"""Pixels between two sockets below which their verbs would meet."""

Pieces = dict[str, str]


def draw(scene: Scene, layout: Layout | None = None, rates: dict[tuple[int, int], float] | None = None) -> Pieces:
    """Return the picture of a scene, in pieces, without the pills that move (see `pill`).

    `rates` are messages a second, by the numbers of the two sockets, for links of which only totals are drawn.
    """
    layout = layout or lay_out(scene)
    pieces: Pieces = {"size": f"{round(layout.width)} {round(layout.height)}", "totals": totals_words(scene)}
    for one, other, state in links(layout):
        ends = (one.number, other.number) if other else (one.number, 0)
        rate = (rates or {}).get((min(ends), max(ends)), 0)
        pieces[f"links/{one.number}-{ends[1]}"] = _link(layout, one, other, state, rate)
    for name in layout.sockets:
        actor = scene.actors[name]
        if layout.small:
            pieces[f"actors/{name}"] = _small_actor(layout, actor)
            pieces[f"notes/{name}"] = _at_sockets(scene, layout, name)
            continue
        pieces[f"actors/{name}"] = _actor(layout, actor)
        pieces[f"notes/{name}"] = _state(layout, actor) + _notes(scene, layout, name)
    return pieces


def pill(copy: Copy, kind: str = "", gap: float = 300, small: bool = False, place: str = "link") -> str:
    """Return a message as a pill around the origin, a cell a frame, no wider than about `gap`; a dot for a gap of 0.

    In a `small` picture it may take all of the gap: nothing is written beside the sockets. It says which message it is,
    and at what `place`: "link", "filtered", "lost", or "signal" where no program sent it.
    """
    about = f'<g data-message="{runs([copy.identity])}" data-place="{place}">'
    if not gap:
        return f'{about}<circle class="zl-pill {kind}" r="7"/></g>'
    cells = _cells(copy, gap, small)
    whole = sum(width for _, width in cells)
    svg = [
        about,
        f'<rect class="zl-pill {kind}" x="{-whole / 2:.1f}" y="-13" width="{whole:.1f}" height="26" rx="13"/>',
    ]
    x = -whole / 2
    for index, (cell, width) in enumerate(cells):
        if index:
            svg.append(f'<line class="zl-frame-line" x1="{x:.1f}" y1="-9" x2="{x:.1f}" y2="9"/>')
        first = "zl-first" if index == 0 and len(cells) > 1 else ""
        svg.append(label(x + width / 2, 4.5, cell, f"zl-mono zl-pill-text {first} {kind}", anchor="middle"))
        x += width
    return "".join([*svg, "</g>"])


def _cells(copy: Copy, gap: float, small: bool) -> list[tuple[str, float]]:
    """Return the cells of a pill, each with its width."""
    frames = list(zip(copy.frames, copy.sizes, strict=True))
    room = gap if small or gap >= WIDTH else max(gap - 130, 96)  # beside the sockets stand words
    limit = max(3, int((room / min(len(frames), 3) - 18) / MONO))
    cells = [text_of(frame, size, min(14, limit)) for frame, size in frames]
    if len(cells) > 3:
        cells = [*cells[:2], f"+{len(cells) - 2}"]
    return [(cell, len(cell) * MONO + 18) for cell in cells]


def _link(layout: Layout, one: SocketState, other: SocketState | None, state: str, rate: float) -> str:
    d = path(layout, one, other)
    start = layout.spots[one.number]
    words = ""
    if other is None:
        why = NOT_RECORDED if one.strangers else nobody_seen(one)
        words = label(start.edge + start.side * 48, start.y - 26, why, "zl-small zl-on-line", anchor="middle")
    elif state in ("down", "turned away"):
        end = layout.spots[other.number]
        middle = ((start.edge + end.edge) / 2, (start.y + end.y) / 2 - 8)
        why = TURNED_AWAY if state == "turned away" else _why_down(one, other)
        words = label(*middle, why, "zl-small zl-on-line", anchor="middle")
    elif rate:
        end = layout.spots[other.number]
        middle = ((start.edge + end.edge) / 2, (start.y + end.y) / 2 + 4.5)
        words = label(*middle, rate_words(rate), "zl-small zl-on-line zl-rate", anchor="middle")
        width = 1.6 + 1.3 * log10(rate)
        return f'<path class="zl-link zl-busy" style="stroke-width:{width:.1f}" d="{d}"/>{words}'
    return f'<path class="zl-link zl-{"down" if state == "turned away" else state}" d="{d}"/>{words}'


def _why_down(one: SocketState, other: SocketState) -> str:
    connects = any(other.is_at(endpoint, one) for endpoint in one.links)
    connector, binder = (one, other) if connects else (other, one)
    if not connector.open:
        return ""
    return WAITS_FOR_A_PEER if binder.open else NOBODY_THERE


def _actor(layout: Layout, actor: ActorState) -> str:
    box, sockets = layout.boxes[actor.name], layout.sockets[actor.name]
    inset, room = _inside(layout, box, sockets)
    name = cut(actor.name, room / NAME)
    below = _chips_below(sockets, room, actor.name)
    chips = (
        _chips(box, sockets, room, box.y + 48) if below else _chips(box, sockets, room - len(name) * NAME, box.y + 10)
    )
    state = "" if actor.alive else "zl-gone"
    return (
        f"<title>{safe(actor.name)}</title>"
        f'<rect class="zl-box {state}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="10"/>'
        + label(box.x + inset, box.y + (22 if below else box.height / 2 - 12), name, "zl-name")
        + _process(box, actor, inset + len(name) * NAME + 8, 0 if chips else inset + room)
        + chips
        + "".join(_socket(layout, socket) for socket in sockets)
    )


def _small_actor(layout: Layout, actor: ActorState) -> str:
    """Return an actor in a small picture: below its name a trouble, if it is in one, or its subscriptions."""
    box, sockets = layout.boxes[actor.name], layout.sockets[actor.name]
    inset = small_inset(sockets, not all(layout.spots[socket.number].alone for socket in sockets))
    state = "" if actor.alive else "zl-gone"
    below = _chips(box, sockets, box.width - inset - 12, box.y + box.height - 27)
    if actor.lamp == "trouble":
        words = cut(actor.parts[0], (box.width - inset - 18) / STATE)
        lamp = f'<circle class="zl-lamp zl-lamp-trouble" cx="{box.x + inset + 5:.1f}" cy="{box.y + 63:.1f}" r="4.5"/>'
        below = lamp + label(box.x + inset + 15, box.y + 67.5, words, "zl-words")
    return (
        f"<title>{safe(actor.name)}</title>"
        f'<rect class="zl-box {state}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="10"/>'
        + label(box.x + inset, box.y + 19, actor.name, "zl-name")
        + below
        + "".join(_socket(layout, socket) for socket in sockets)
    )


def _process(box: Box, actor: ActorState, left: float, right: float) -> str:
    """Return the id of an actor's own process: between these two inside its box, or above the box."""
    if actor.process is None or not actor.alive:
        return ""
    words = process_words(actor.process)
    if len(words) * SANS <= right - left:
        return label(box.x + left, box.y + box.height / 2 - 12, words, "zl-small")
    return label(box.x + box.width - 4, box.y - 6, words, "zl-small", anchor="end")


def _state(layout: Layout, actor: ActorState) -> str:
    box = layout.boxes[actor.name]
    sockets = layout.sockets[actor.name]
    inset, room = _inside(layout, box, sockets)
    x, y = box.x + inset, box.y + box.height / 2
    parts = armed(actor.parts) if actor.armed else actor.parts
    words = ": ".join(parts)
    # A second line stands below the sockets, if there is one a side, and has the box to its edge.
    wide = box.width - inset - 14 if all(layout.spots[socket.number].alone for socket in sockets) else room
    lines = two_lines(parts, (room - 16) / STATE, (wide - 16) / STATE)
    if sum(map(len, lines)) + len(lines) - 1 < len(words):  # what is cut anyway shall not come near the edge
        lines[-1] = cut(lines[-1], ((wide if len(lines) == 2 else room) - 16) / SANS)
    top = y + (15 if len(lines) == 1 else 8)
    if _chips_below(sockets, room, actor.name):
        lines, top = [cut(words, (room - 16) / STATE)], box.y + 41
    return (
        f"<title>{safe(words)}</title>"
        f'<circle class="zl-lamp zl-lamp-{actor.lamp}" cx="{x + 5:.1f}" cy="{top - 4.5:.1f}" r="4.5"/>'
        + "".join(label(x + 16, top + LINE * number, line, "zl-words") for number, line in enumerate(lines))
    )


def _inside(layout: Layout, box: Box, sockets: list[SocketState]) -> tuple[float, float]:
    """Return how far from the left the words of a box begin, and how much room they have."""
    spots = [layout.spots[socket.number] for socket in sockets]
    left, right = (max([0, *(spot.half for spot in spots if spot.side == side)]) for side in (-1, 1))
    inset = left + 16
    return inset, box.width - inset - right - 14


def _socket(layout: Layout, socket: SocketState) -> str:
    spot = layout.spots[socket.number]
    state = "" if socket.open else "zl-gone"
    anchor = "start" if spot.side > 0 else "end"
    return (
        f'<rect class="zl-socket {state}" x="{spot.x - spot.half:.1f}" y="{spot.y - 14:.1f}" '
        f'width="{2 * spot.half:.1f}" height="28" rx="14"/>'
        + label(spot.x, spot.y + 4.7, socket.type, f"zl-mono zl-socket-type {state}", anchor="middle")
        + label(
            spot.edge + spot.side * 6,
            spot.y - _verb_height(layout, spot),
            "" if layout.small else verb(socket),
            "zl-mono zl-verb zl-on-line",
            anchor=anchor,
        )
    )


def _verb_height(layout: Layout, spot: Spot) -> float:
    """Return how high over its link a verb stands.

    In a narrow gap the left one stands a line higher than the one right opposite, unless that stands high enough itself.
    Where a message fills the whole gap, both stand above it.
    """
    level = [other for other in layout.spots.values() if abs(other.y - spot.y) < LINE]
    gaps = [(gap, spot.y - other.y) for other in level if (gap := (other.edge - spot.edge) * spot.side) > 0]
    gap, lower = min(gaps, default=(OPPOSITE, 0))
    if gap >= OPPOSITE:
        return 9
    raised = max(0, 17 + lower) if spot.side > 0 and lower < 12 else 0
    return 9 + raised + (9 if gap < FILLED else 0)


def _topics(sockets: list[SocketState]) -> list[str]:
    return [topic_words(topic) for socket in sockets for topic in socket.topics]


def _chips_below(sockets: list[SocketState], room: float, name: str) -> bool:
    """Whether no chip has room beside the name: then they stand at the foot of the box, and all moves up a little."""
    topics = _topics(sockets)
    more = MONO * 2 + 20 if len(topics) > 1 else 0
    return bool(topics) and len(name) * NAME + len(topics[0]) * MONO + 20 + more > room


def _chips(box: Box, sockets: list[SocketState], room: float, y: float) -> str:
    """Return the subscriptions as chips at the height `y`: as many as fit into `room`, but one at least."""
    topics = _topics(sockets)
    if not topics:
        return ""
    chosen, used = [], 0.0
    for index, words in enumerate(topics):
        left = len(topics) - index - 1
        more = MONO * 2 + 20 if left else 0
        words = cut(words, max(5, (room - used - more - 20) / MONO)) if not chosen else words
        width = len(words) * MONO + 20
        if chosen and used + width + more > room:
            break
        chosen.append(words)
        used += width
    if len(chosen) < len(topics):
        chosen.append(f"+{len(topics) - len(chosen)}")
    svg, x = [f"<title>{safe(', '.join(topics))}</title>"], box.x + box.width - 12
    for words in reversed(chosen):
        width = len(words) * MONO + 14
        x -= width
        svg.append(f'<rect class="zl-chip" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="23" rx="6"/>')
        svg.append(label(x + width / 2, y + 16, words, "zl-mono zl-chip-text", anchor="middle"))
        x -= 6
    return f"<g>{''.join(svg)}</g>"


def _notes(scene: Scene, layout: Layout, name: str) -> str:
    box, sockets = layout.boxes[name], layout.sockets[name]
    svg = []
    for number, (left, right, kind) in enumerate(notes_below(scene, sockets, box.width)):
        y = box.y + box.height + LINE * (number + 1)
        letter = MONO if "mono" in kind else SANS
        fitted = (shorten if "mono" in kind else cut)(left, (box.width - 12) / letter)
        title = f"<title>{safe(left)}</title>" if fitted != left else ""
        svg.append(f"<g>{title}{label(box.x + 8, y, fitted, f'zl-small {kind}')}</g>" if left else "")
        svg.append(label(box.x + box.width - 8, y, right, "zl-small", anchor="end"))
    return "".join(svg) + _at_sockets(scene, layout, name)


def _at_sockets(scene: Scene, layout: Layout, name: str) -> str:
    """Return what stands at the sockets of an actor: what stayed there, and queues."""
    box, sockets = layout.boxes[name], layout.sockets[name]
    svg = []
    for socket in sockets:
        spot = layout.spots[socket.number]
        if socket.number in scene.stayed:
            svg.append(_stayed(scene, box, socket, layout.small))
        waiting, held = scene.queue_of(socket), scene.held_at(socket)
        if waiting or held:
            said = [queue_words(len(waiting), socket.high_water_mark, layout.narrow, NARROW)] if waiting else []
            said += [INFERRED] if any(copy.guessed for copy in waiting) else []
            said += _held_words(scene, socket, held, bool(waiting))
            meets = held and any(scene.waiting_at(peer) for peer in scene.peers(socket))  # words, from the other end
            svg.append(_queue(spot, socket, waiting, held, ", ".join(said), LINE if meets else 0))
    return "".join(svg)


def _held_words(scene: Scene, socket: SocketState, held: list[Copy], queue_too: bool) -> list[str]:
    """Return why messages stand at their sender."""
    doubtful = [copy for copy in held if copy.doubt is not Doubt.NONE]
    said = [held_in_doubt(len(doubtful), doubtful[0].doubt)] if doubtful else []
    if not (sure := len(held) - len(doubtful)):
        return said
    sure_ones = [copy for copy in held if copy.doubt is Doubt.NONE]
    if not socket.open:
        return [*said, lingers(sure, socket.closed_at, max(copy.until for copy in sure_ones))]
    if all(copy.receiver is None for copy in sure_ones) and len(scene.peers(socket)) > 1:
        return [*said, dealt(sure)]
    if queue_too or said or any(scene.waiting_at(peer) for peer in scene.peers(socket)):
        return [*said, to_send(sure)]  # the other end of the link says more, in the same line
    return [at_sender(sure, bool(scene.links(socket) or socket.links))]  # its link says that it waits for a peer


def _queue(spot: Spot, socket: SocketState, waiting: list[Copy], held: list[Copy], said: str, lower: float) -> str:
    """Return the messages at a socket, a cell each: next to it those that it will receive, then those that it holds.

    What is said of them stands so much `lower` than usual.
    """
    anchor = "start" if spot.side > 0 else "end"
    there = [(copy, "queue") for copy in waiting] + [(copy, "sender") for copy in held]
    if not spot.alone:  # another socket stands close below: words alone, beside the verb
        beyond = spot.edge + spot.side * (14 + len(verb(socket)) * MONO)
        text = label(beyond, spot.y - 9, said, "zl-small zl-trouble-text zl-on-line", anchor=anchor)
        return _marked(text, socket, there)
    cells = there[:8]
    x = spot.edge + (10 if spot.side > 0 else -10 - len(cells) * 11)
    ground = f'<rect class="zl-ground" x="{x - 3:.1f}" y="{spot.y + 16:.1f}" width="{len(cells) * 11 + 4}" height="20" rx="3"/>'
    bar = []
    for place, (copy, where) in enumerate(cells):  # the queue itself is next to the socket
        index = place if spot.side > 0 else len(cells) - 1 - place
        kind = " zl-beyond" if where == "queue" and place >= socket.high_water_mark else ""
        kind += " zl-hollow" if copy.guessed or copy.doubt is not Doubt.NONE else ""
        place_x, y = f"{x + index * 11:.1f}", f"{spot.y + 18:.1f}"
        cell = f'<rect class="zl-queue{kind}" x="{place_x}" y="{y}" width="9" height="16" rx="1.5"/>'
        bar.append(_marked(cell, socket, [(copy, where)]))
    bar = bar[:: spot.side]
    edge = spot.edge + spot.side * 10
    text = label(edge, spot.y + 50 + lower, said, "zl-small zl-trouble-text zl-on-line", anchor=anchor)
    return ground + "".join(bar) + (_marked(text, socket, there[8:]) if there[8:] else text)


def _marked(svg: str, socket: SocketState, there: list[tuple[Copy, str]]) -> str:
    """Return a drawing that says of which messages it is, and where they are: "queue 2", "sender 1"."""
    for where in ("queue", "sender"):
        if copies := [copy.identity for copy, place in there if place == where]:
            svg = f'<g data-message="{runs(copies)}" data-place="{where} {socket.number}">{svg}</g>'
    return svg


def _stayed(scene: Scene, box: Box, socket: SocketState, small: bool) -> str:
    copy = scene.stayed[socket.number]
    peers = [
        (scene.sockets[peer].actor, number) for peer, number in socket.filtered.most_common() if peer in scene.sockets
    ]
    words = stayed_here(sum(number for _, number in peers), cut(peers[0][0], 12) if len(peers) == 1 else "")
    x, gap = box.x + 90, box.width
    if small:
        words, gap = STAYED, SMALL_GAP
        x = box.x + sum(width for _, width in _cells(copy, gap, small)) / 2
    ghost = f'<g transform="translate({x:.1f},{box.y - 42:.1f})">{pill(copy, "zl-ghost", gap, small, "filtered")}</g>'
    return ghost + label(box.x + 4, box.y - 12, words, "zl-small")


# the whole, at rest


def still(scene: Scene, title: str = "", small: bool = False) -> str:
    """Return the picture of a scene as one SVG, with what is on its way drawn half way.

    A `small` one leaves details out, so that the rest can be read where there is room for 200 or 300 pixels.
    """
    layout = lay_out(scene, small)
    pieces = draw(scene, layout)
    under_way: dict[tuple[int, int], list[Copy]] = {}
    for copy in scene.pending.values():
        if scene.on_the_way(copy):
            under_way.setdefault((copy.sender, copy.receiver), []).append(copy)
    for copy, *others in under_way.values():
        if where := flight(layout, copy):  # the foremost of a link: a second one would cover words or the first
            d, _, gap = where
            x, y = _half_way(d)
            beside = sum(width for _, width in _cells(copy, gap, small)) / 2 + 8
            more = label(beside, 4.5, f"+{len(others):,}" if others else "", "zl-small zl-on-line")
            svg = f'<g transform="translate({x:.1f},{y:.1f})">{pill(copy, gap=gap, small=small)}{more}</g>'
            pieces[f"pills/{copy.number}"] = svg
    width, height = pieces.pop("size").split()
    layers = "".join(
        f'<g class="zl-{layer}">' + "".join(svg for name, svg in pieces.items() if name.startswith(layer)) + "</g>"
        for layer in LAYERS
    )
    words = safe(title or totals_words(scene))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'class="zl-still" role="img"><title>{words}</title><style>{STYLE}</style>'
        f'<rect class="zl-ground" width="{width}" height="{height}" rx="12"/>{layers}</svg>'
    )


def _half_way(d: str) -> tuple[float, float]:
    """Return the middle of a path as `path` writes it."""
    numbers = [float(number) for number in d.replace("M", "").replace("C", "").replace(",", " ").split()]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = zip(numbers[::2], numbers[1::2], strict=True)
    return (x0 + 3 * x1 + 3 * x2 + x3) / 8, (y0 + 3 * y1 + 3 * y2 + y3) / 8


def text(scene: Scene) -> str:
    """Return the picture as plain text, for consoles and for those who do not see it: a link, with both its ends."""
    layout = lay_out(scene)
    blocks, linked = [], set()
    for one, other, state in links(layout):
        linked |= {one.number} | ({other.number} if other else set())
        left, right = _end(scene, one), _end(scene, other) if other else ("", f"({_who_is_there(one)})", "")
        width = max(map(len, left)) + 2
        line = {"up": "-----", "unknown": "-----"}.get(state, "- - -")
        joints = ("     ", line, "     ")
        blocks += [f"{a:<{width}}{joint}  {b}".rstrip() for a, joint, b in zip(left, joints, right, strict=True)] + [""]
    for name, sockets in layout.sockets.items():
        for socket in sockets:
            if socket.number not in linked:
                blocks += [line.strip() for line in _end(scene, socket)] + [""]
        if not sockets:
            blocks += [f"{name}: {scene.actors[name].words}", ""]
    return "\n".join([*blocks, totals_words(scene)])


def _who_is_there(socket: SocketState) -> str:
    return A_STRANGER if socket.strangers else nobody_seen(socket)


def _end(scene: Scene, socket: SocketState) -> tuple[str, str, str]:
    actor = scene.actors[socket.actor]
    where = " ".join([*socket.bound, *(socket.links if not socket.bound else [])])
    return f"{actor.name}: {actor.words}", f"[{socket.type}] {verb(socket)} {where}", counts(scene, socket)
