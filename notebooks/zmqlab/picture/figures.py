"""An actor as it is drawn: its box with its name, its state and its topics, and its sockets on the sides."""

from __future__ import annotations

from .boxes import CHIP, NAME_SIZE, ROW, chip_width, chips_width
from .layout import Box, Layout, Spot
from .letters import fit, lines, width
from .plan import state_words, topics
from .scene import ActorState, SocketState
from .svg import label, safe
from .ways import verb_at
from .words import in_few_words, process_words


def actor(layout: Layout, state: ActorState) -> str:
    """Return an actor without what it does now: that changes with each message (see `state_of`)."""
    box, sockets = layout.boxes[state.name], layout.sockets[state.name]
    return _framed(
        box,
        state,
        _name(box, state) + _chips(box, topics(sockets)) + "".join(_socket(layout, socket) for socket in sockets),
    )


def small_actor(layout: Layout, state: ActorState) -> str:
    """Return an actor in a small picture: below its name a trouble, if it is in one, or its subscriptions."""
    box, sockets = layout.boxes[state.name], layout.sockets[state.name]
    x, room = box.x + box.inside.name, box.width - box.inside.name
    if state.lamp == "trouble":
        words = fit(state.parts[0], room - 18)
        below = _lamp(state, x + 5, box.y + 63) + label(x + 15, box.y + 67.5, words, "zl-words")
    else:
        below = _row_of_chips(topics(sockets), box.x + box.width - 12, room - 12, box.y + box.height - 27)
    name = label(x, box.y + 19, state.name, "zl-name")
    return _framed(box, state, name + below + "".join(_socket(layout, socket) for socket in sockets))


def state_of(layout: Layout, state: ActorState) -> str:
    """Return what an actor does now, with its lamp."""
    box = layout.boxes[state.name]
    words = state_words(state)
    room = box.inside.state_ends - box.inside.state
    said = in_few_words(words) if box.inside.tight and width(words) > room else words
    rows, last = lines((said,), room), box.inside.state_rows - 1
    rows = [*rows[:last], fit(" ".join(rows[last:]), room)]
    x, y = box.x + box.inside.state, box.y + box.inside.state_line
    svg = [label(x, y + ROW * row, line, "zl-words") for row, line in enumerate(rows)]
    return f"<title>{safe(words)}</title>{_lamp(state, box.x + box.inside.lamp, y - 4.5)}{''.join(svg)}"


def _framed(box: Box, state: ActorState, inside: str) -> str:
    gone = "" if state.alive else "zl-gone"
    return (
        f"<title>{safe(state.name)}</title>"
        f'<rect class="zl-box {gone}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="10"/>{inside}'
    )


def _lamp(state: ActorState, x: float, y: float) -> str:
    return f'<circle class="zl-lamp zl-lamp-{state.lamp}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _name(box: Box, state: ActorState) -> str:
    room = box.inside.name_ends - box.inside.name
    name = fit(state.name, room, "bold", NAME_SIZE)
    svg = label(box.x + box.inside.name, box.y + box.inside.name_line, name, "zl-name")
    if state.process is None or not state.alive:
        return svg
    words = process_words(state.process)
    beside = box.inside.name + width(name, "bold", NAME_SIZE) + 8
    if beside + width(words) <= box.inside.name_ends:
        return svg + label(box.x + beside, box.y + box.inside.name_line, words, "zl-small")
    return svg + label(box.x + box.width - 4, box.y - 6, words, "zl-small", anchor="end")


def _chips(box: Box, words: tuple[str, ...]) -> str:
    """Return the subscriptions as chips: beside the name where all that were ever there have room, else below the state."""
    inside = box.inside
    if inside.beside:
        return _row_of_chips(
            words, box.x + inside.name_ends, inside.name_ends - inside.name, box.y + inside.socket - 11.5
        )
    return _row_of_chips(words, box.x + inside.state_ends, inside.state_ends - inside.name, box.y + inside.chips)


def _row_of_chips(words: tuple[str, ...], right: float, room: float, y: float) -> str:
    """Return chips that end at `right`: as many as fit into `room`, but one at least, and how many there are beyond."""
    if not words:
        return ""
    chosen = list(words)
    while len(chosen) > 1 and chips_width((*chosen, *_beyond(words, chosen))) > room:
        chosen.pop()
    left = room - chips_width(_beyond(words, chosen)) - 20
    chosen = [fit(chosen[0], max(40, left), "mono"), *chosen[1:], *_beyond(words, chosen)]
    svg, x = [f"<title>{safe(', '.join(words))}</title>"], right - chips_width(tuple(chosen)) + 6
    for one in chosen:
        wide = chip_width(one)
        svg.append(f'<rect class="zl-chip" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{CHIP}" rx="6"/>')
        svg.append(label(x + wide / 2, y + 16, one, "zl-mono zl-chip-text", anchor="middle"))
        x += wide + 6
    return f"<g>{''.join(svg)}</g>"


def _beyond(words: tuple[str, ...], chosen: list[str]) -> tuple[str, ...]:
    return (f"+{len(words) - len(chosen)}",) if len(chosen) < len(words) else ()


def _socket(layout: Layout, socket: SocketState) -> str:
    spot: Spot = layout.spots[socket.number]
    state = "" if socket.open else "zl-gone"
    svg = (
        f'<rect class="zl-socket {state}" x="{spot.x - spot.half:.1f}" y="{spot.y - 14:.1f}" '
        f'width="{2 * spot.half:.1f}" height="28" rx="14"/>'
        + label(spot.x, spot.y + 4.7, socket.type, f"zl-mono zl-socket-type {state}", anchor="middle")
    )
    if place := verb_at(layout, socket):
        x, y, words, anchor = place
        svg += label(x, y, words, "zl-mono zl-verb zl-on-line", anchor=anchor)
    return svg
