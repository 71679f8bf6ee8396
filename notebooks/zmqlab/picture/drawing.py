"""From a scene to a picture: every line of it, computed in Python and nowhere else.

`draw(scene)` returns the picture in pieces, a dict from the name of a piece to its SVG. The browser shows the pieces
and moves the pills among them; two pictures differ in the pieces that differ. `still(scene)` puts the pieces
together to one SVG for places where nothing runs.

Names of pieces begin with their layer, from the back to the front: `links/`, `actors/`, `notes/`, `pills/`.
"""

from __future__ import annotations

from math import log10
from pathlib import Path

from .between import Queues
from .dealing import runs
from .figures import actor as _actor
from .figures import small_actor, state_of
from .layout import LINE, WIDE, Box, Layout, Spot, lay_out
from .letters import lines, width
from .notes import Note, down_words, notes_below
from .pills import pill, pill_width
from .plan import Plan
from .rects import Rect, around, of_text
from .scene import Copy, Doubt, Scene, SocketState
from .svg import label, safe
from .ways import Link, curve_of, half_way, in_the_way, links, path
from .words import (
    A_STRANGER,
    NOT_RECORDED,
    STAYED,
    counts,
    nobody_seen,
    queue_words,
    rate_words,
    stayed_words,
    totals_words,
    verb,
)

__all__ = ["LAYERS", "STYLE", "Pieces", "draw", "pill", "still", "text"]

LAYERS = ("links", "actors", "notes", "pills")
STYLE = (Path(__file__).parent / "picture.css").read_text()

CELL = 11
"""From one message in a queue to the next."""
MOST_CELLS = 8
MOST_IN_KERNEL = 3
"""Cells for messages in the kernel, where the queue before it needs the others."""

Pieces = dict[str, str]


def draw(scene: Scene, layout: Layout | None = None, rates: dict[tuple[int, int], float] | None = None) -> Pieces:
    """Return the picture of a scene, in pieces, without the pills that move (see `pill`).

    `rates` are messages a second, by the numbers of the two sockets, for links of which only totals are drawn.
    """
    layout = layout or lay_out(scene)
    pieces: Pieces = {"size": f"{round(layout.width)} {round(layout.height)}", "totals": totals_words(scene)}
    taken = in_the_way(layout)
    below = {} if layout.small else {name: _lines(scene, layout, name) for name in layout.sockets}
    taken += [place for rows in below.values() for *_, place in rows]
    for link in links(layout):
        ends = (link.one.number, link.other.number if link.other else 0)
        rate = (rates or {}).get((min(ends), max(ends)), 0)
        pieces[f"links/{ends[0]}-{ends[1]}"] = _link(layout, link, rate, taken)
    for name in layout.sockets:
        actor = scene.actors[name]
        if layout.small:
            pieces[f"actors/{name}"] = small_actor(layout, actor)
            pieces[f"notes/{name}"] = _at_sockets(scene, layout, name)
            continue
        pieces[f"actors/{name}"] = _actor(layout, actor)
        pieces[f"notes/{name}"] = state_of(layout, actor) + _notes(layout, name, below[name])
        pieces[f"notes/{name}"] += _at_sockets(scene, layout, name)
    return pieces


def _link(layout: Layout, link: Link, rate: float, taken: list[Rect]) -> str:
    one, other, state = link
    d = path(layout, one, other)
    if rate and other:
        words = rate_words(rate)
        gap = abs(layout.spots[one.number].edge - layout.spots[other.number].edge)
        words = words if width(words) < gap - 8 or not layout.narrow else rate_words(rate, short=True)
        said = _on_way(layout, link, words, "zl-small zl-on-line zl-rate", taken)
        thick = 1.6 + 1.3 * log10(rate)
        return f'<path class="zl-link zl-busy" style="stroke-width:{thick:.1f}" d="{d}"/>{said}'
    words = "" if layout.narrow and not layout.small else _words_of(layout, link)
    said = _on_way(layout, link, words, "zl-small zl-on-line", taken) if words else ""
    return f'<path class="zl-link zl-{"down" if state == "turned away" else state}" d="{d}"/>{said}'


def _words_of(layout: Layout, link: Link) -> str:
    """Return why a link is not up."""
    one, other, state = link
    if other is None:
        below = not layout.small and len(layout.sockets[one.actor]) > 1
        return "" if below else NOT_RECORDED if one.strangers else nobody_seen(one)
    if state not in ("down", "turned away"):
        return ""
    connects = any(other.is_at(endpoint, one) for endpoint in one.links)
    connector, binder = (one, other) if connects else (other, one)
    return down_words(connector, binder, state) if connector.open else ""


def _on_way(layout: Layout, link: Link, words: str, kind: str, taken: list[Rect]) -> str:
    """Return words above a link, at the first place near its middle where they cover nothing."""
    one, other, _ = link
    wide = width(words) + 6
    if other is None:
        spot = layout.spots[one.number]
        anchor = "start" if spot.side > 0 else "end"
        x, y = spot.x + spot.side * 5, spot.y - (17 if layout.small else 34)
        place = of_text(x, y, width(words), anchor)
        if not place.is_free(taken):  # it has several links to nobody
            return f"<title>{safe(words)}</title>"
        taken.append(place)
        return label(x, y, words, kind, anchor=anchor)
    way = curve_of(layout, one, other)
    level = abs(way.start[1] - way.end[1]) < LINE
    for along in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74):
        x, y = way.at(along)
        y += -9 if level else 4.5
        if (place := of_text(x, y, wide, "middle")).is_free(taken):
            taken.append(place)
            return label(x, y, words, kind, anchor="middle")
    return f"<title>{safe(words)}</title>"


def _lines(scene: Scene, layout: Layout, name: str) -> list[tuple[Note, str, float, float, Rect]]:
    """Return the lines below a box: the note, its words, where they are anchored, and where they stand."""
    box = layout.boxes[name]
    x = {"start": box.x + 4, "middle": box.x + box.width / 2, "end": box.x + box.width - 4}[box.anchor]
    known = None if layout.plan.final else layout.plan.notes.get(name)
    found, y = [], box.y + box.height
    for note in notes_below(scene, layout.sockets[name], layout.narrow, layout.plan.tight) if known is None else known:
        for line in note.lines(box.notes):
            y += LINE
            found.append((note, line, x, y, of_text(x, y, width(line, note.font), box.anchor)))
    return found


def _notes(layout: Layout, name: str, rows: list[tuple[Note, str, float, float, Rect]]) -> str:
    svg = []
    for note, line, x, y, _ in rows:
        cut = note.kind == "zl-mono" and line != note.phrases[0]
        title = f"<title>{safe(note.phrases[0])}</title>" if cut else ""
        said = label(x, y, line, f"zl-small {note.kind}".rstrip(), anchor=layout.boxes[name].anchor)
        svg.append(f"<g>{title}{said}</g>" if title else said)
    return "".join(svg)


def _at_sockets(scene: Scene, layout: Layout, name: str) -> str:
    """Return what stands at the sockets of an actor: what stayed there, and queues."""
    box, svg = layout.boxes[name], []
    for socket in layout.sockets[name]:
        if socket.number in scene.stayed:
            svg.append(_stayed(scene, layout, box, socket))
        queues = scene.queues_at(socket)
        if any(queues):
            svg.append(_queue(scene, layout, socket, queues))
    return "".join(svg)


def _queue(scene: Scene, layout: Layout, socket: SocketState, queues: Queues) -> str:
    """Return the messages at a socket, a cell each: next to it those that it will receive, then those that it holds.

    Where there is no room for all, the last cell stands for the rest: how many there are is said below the box. Those in
    the kernel have the last cells.
    """
    spot = layout.spots[socket.number]
    begins, top, room = _bar(layout, spot)
    cells = _cells(queues, max(1, min(MOST_CELLS, int(room / CELL))))
    x = begins if spot.side > 0 else begins - len(cells) * CELL + 2
    ground = f'<rect class="zl-ground" x="{x - 3:.1f}" y="{top - 2:.1f}" width="{len(cells) * CELL + 4}" height="20" rx="3"/>'
    bar, limit = [], scene.limit_of(socket, queues.waiting)
    for place, there in enumerate(cells):  # the queue itself is next to the socket
        index = place if spot.side > 0 else len(cells) - 1 - place
        copy, where = there[0]
        kind = " zl-beyond" if where == "queue" and place >= limit else ""
        kind += " zl-hollow" if copy.guessed or copy.doubt is not Doubt.NONE else ""
        kind += " zl-in-kernel" if where == "kernel" else ""
        cell = f'<rect class="zl-queue{kind}" x="{x + index * CELL:.1f}" y="{top:.1f}" width="9" height="16" rx="1.5"/>'
        bar.append(_marked(cell, socket, there))
    said = ""
    if layout.small and queues.waiting:
        words = queue_words(len(queues.waiting), limit)
        anchor = "start" if spot.side > 0 else "end"
        said = label(
            spot.edge + spot.side * 10, spot.y + 50, words, "zl-small zl-trouble-text zl-on-line", anchor=anchor
        )
    return ground + "".join(bar[:: spot.side]) + said


def _cells(queues: Queues, most: int) -> list[list[tuple[Copy, str]]]:
    """Return the messages of each cell of a bar, and where they are: one in each, and the rest in the last of its kind."""
    kernel = [(copy, "kernel") for copy in queues.in_kernel]
    there = [(copy, "queue") for copy in queues.waiting] + [(copy, "sender") for copy in queues.held]
    for_kernel = min(len(kernel), max(MOST_IN_KERNEL, most - len(there)))
    return _in_cells(there, most - for_kernel) + _in_cells(kernel, for_kernel)


def _in_cells(there: list[tuple[Copy, str]], most: int) -> list[list[tuple[Copy, str]]]:
    return [[one] for one in there[: most - 1]] + ([there[most - 1 :]] if there[most - 1 :] and most > 0 else [])


def _bar(layout: Layout, spot: Spot) -> tuple[float, float, float]:
    """Return where the bar of a queue begins, how high, and how much room it has: below its socket, or beside the next."""
    if spot.alone and not layout.small:
        return spot.x + spot.side * 6, spot.y + 18, spot.room - 8
    room = MOST_CELLS * CELL if layout.small else spot.room - spot.half - 10
    return spot.edge + spot.side * (10 if layout.small else 6), spot.y + (18 if layout.small else 5), room


def _marked(svg: str, socket: SocketState, there: list[tuple[Copy, str]]) -> str:
    """Return a drawing that says of which messages it is, and where they are: "queue 2", "kernel 2", "sender 1"."""
    for where in ("queue", "kernel", "sender"):
        if copies := [copy.identity for copy, place in there if place == where]:
            svg = f'<g data-message="{runs(copies)}" data-place="{where} {socket.number}">{svg}</g>'
    return svg


def _stayed(scene: Scene, layout: Layout, box: Box, socket: SocketState) -> str:
    copy = scene.stayed[socket.number]
    rows = (STAYED,) if layout.small else lines((stayed_words(scene, socket),), box.notes)
    room = WIDE if layout.small else box.notes
    bottom = box.y - 10
    top = bottom - LINE * (len(rows) - 1) - 30
    x = box.x + pill_width(copy, room) / 2
    ghost = f'<g transform="translate({x:.1f},{top:.1f})">{pill(copy, "zl-ghost", room, place="filtered")}</g>'
    said = [
        label(box.x + 4, bottom - LINE * (len(rows) - 1 - row), words, "zl-small zl-on-line")
        for row, words in enumerate(rows)
    ]
    return ghost + "".join(said)


# the whole, at rest


def still(scene: Scene, title: str = "", small: bool = False, plan: Plan | None = None) -> str:
    """Return the picture of a scene as one SVG, with what is on its way drawn half way.

    A `small` one leaves details out, so that the rest can be read where there is room for 200 or 300 pixels.
    """
    layout = lay_out(scene, plan, small)
    pieces = draw(scene, layout) | _under_way(scene, layout)
    wide, high = pieces.pop("size").split()
    layers = "".join(
        f'<g class="zl-{layer}">' + "".join(svg for name, svg in pieces.items() if name.startswith(layer)) + "</g>"
        for layer in LAYERS
    )
    words = safe(title or totals_words(scene))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'class="zl-still" role="img"><title>{words}</title><style>{STYLE}</style>'
        f'<rect class="zl-ground" width="{wide}" height="{high}" rx="12"/>{layers}</svg>'
    )


def _under_way(scene: Scene, layout: Layout) -> Pieces:
    """Return the foremost message of each link as a pill about half way, and how many are behind it."""
    under_way: dict[tuple[int, int], list[Copy]] = {}
    for copy in scene.pending.values():
        if scene.on_the_way(copy):
            under_way.setdefault((copy.sender, copy.receiver), []).append(copy)
    pieces, taken = {}, [*in_the_way(layout), *(box.below for box in layout.boxes.values())]
    for one, other, _ in links(layout):
        ends = [(one.number, other.number), (other.number, one.number)] if other else []
        for copy, *others in filter(None, (under_way.pop(pair, None) for pair in ends)):
            more = f"+{len(others):,}" if others else ""
            beside = width(more, "mono") + 8 if more else 0
            room, wide, (x, y) = half_way(layout, copy, one, other, beside, taken)
            x -= beside / 2
            taken.append(around(x + beside / 2, y, wide + beside, 28))
            said = label(wide / 2 + 4, 4.5, more, "zl-small zl-on-line")
            svg = f'<g transform="translate({x:.1f},{y:.1f})">{pill(copy, room=room)}{said}</g>'
            pieces[f"pills/{copy.number}"] = svg
    return pieces


def text(scene: Scene) -> str:
    """Return the picture as plain text, for consoles and for those who do not see it: a link, with both its ends."""
    layout = lay_out(scene)
    blocks, linked = [], set()
    for one, other, state in links(layout):
        linked |= {one.number} | ({other.number} if other else set())
        left, right = _end(scene, one), _end(scene, other) if other else ("", f"({_who_is_there(one)})", "")
        width_of_left = max(map(len, left)) + 2
        line = {"up": "-----", "unknown": "-----"}.get(state, "- - -")
        joints = ("     ", line, "     ")
        blocks += [
            f"{a:<{width_of_left}}{joint}  {b}".rstrip() for a, joint, b in zip(left, joints, right, strict=True)
        ] + [""]
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
