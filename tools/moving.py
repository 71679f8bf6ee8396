"""A film as one SVG that moves by itself, for places where no script runs: GitHub shows it in the README.

It is the film of the site, piece by piece: CSS shows each piece when the film does, and takes each message along its path.
Where motion is to be reduced it stands still, at the last of the moments with most messages on their way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from zmqlab.picture.drawing import LAYERS, STYLE
from zmqlab.picture.svg import safe

from tools.site.films import Told, moment, on_path, place

BEFORE, AFTER = 400.0, 2600.0
"""Milliseconds for which the first picture stands before the film, and the last one after it, until it begins again."""
STOPS = 12
"""Places on its way at which it is said where a message is: between them it goes straight on."""


class Shown(NamedTuple):
    """A drawing, and when it is seen: from one moment to another (ms since the beginning), maybe several times."""

    name: str
    piece: Any
    times: list[tuple[float, float]]


def shown(film: Told) -> list[Shown]:
    """Return all drawings of a film, each with the times at which it is seen. What is drawn alike is one."""
    found: dict[tuple[str, str], Shown] = {}
    since: dict[str, tuple[Any, float]] = {}

    def begins(name: str, piece: Any, at: float) -> None:
        if name.partition("/")[0] in LAYERS:
            since[name] = (piece, at)

    def ends(name: str, at: float) -> None:
        piece, from_ = since.pop(name, (None, 0.0))
        if piece is None:
            return
        if isinstance(piece, dict):
            from_, at = max(from_, clock(film, piece["from"])), min(at, clock(film, piece["to"]))
        one = found.setdefault((name, str(piece)), Shown(name, piece, []))
        if one.times and one.times[-1][1] >= from_:
            one.times[-1] = (one.times[-1][0], at)
        elif at > from_:
            one.times.append((from_, at))

    for name, piece in film["base"].items():
        begins(name, piece, 0.0)
    for step in film["history"]:
        at = clock(film, step["at"])
        for name in [*step["drop"], *step["put"]]:
            ends(name, at)
        for name, piece in step["put"].items():
            begins(name, piece, at)
    for name in list(since):
        ends(name, length(film))
    return [one for one in found.values() if one.times]


def clock(film: Told, at: float) -> float:
    """Return when a moment of the film (film ms) comes, in ms since the beginning of the SVG."""
    first = film["history"][0]["at"] if film["history"] else 0.0
    return BEFORE + at - first


def length(film: Told) -> float:
    """Return how long the SVG takes, in ms, until it begins again."""
    return clock(film, film["duration"]) + AFTER


def busiest(film: Told) -> float:
    """Return the last of the moments (film ms) at which most messages are on their way; without any, where it rests."""
    pills = [piece for step in film["history"] for name, piece in step["put"].items() if name.startswith("pills/")]
    middles = [(pill["from"] + pill["to"]) / 2 for pill in pills]
    most = max(((sum(pill["from"] <= at < pill["to"] for pill in pills), at) for at in middles), default=(0, 0.0))
    return most[1] if most[0] else film["rest"]


def moving(film: Told, title: str) -> str:
    """Return a film as one SVG."""
    rest, whole = moment(film, busiest(film)), length(film)
    wide, high = rest.pieces["size"].split()
    still = {(name, str(piece)) for name, piece in rest.pieces.items()}
    rules, drawn = [], {layer: [] for layer in LAYERS}
    for number, one in enumerate(shown(film)):
        at_rest = (one.name, str(one.piece)) in still
        inner = one.piece
        if isinstance(one.piece, dict):
            spot = place(one.piece, rest.at) if at_rest else None
            at_rest = spot is not None
            x, y = spot or on_path(one.piece["d"], 0.5)
            rules.append(_flight(number, one.piece, film, whole))
            inner = f'<g class="f{number}" style="transform:translate({x:.1f}px,{y:.1f}px)">{one.piece["svg"]}</g>'
        kind = "" if at_rest else " off"
        if one.times != [(0.0, whole)]:
            rules.append(_seen(number, one.times, whole))
            kind = f"s{number}{kind}"
        drawn[one.name.partition("/")[0]].append(f'<g class="{kind.strip()}" data-piece="{safe(one.name)}">{inner}</g>')
    layers = "".join(f"<g>{''.join(svgs)}</g>" for svgs in drawn.values())
    motion = f"@media (prefers-reduced-motion: no-preference) {{\n{''.join(rules)}}}\n"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'class="zl-still" role="img"><title>{safe(title)}</title><style>{STYLE}\n.off {{ visibility: hidden; }}\n{motion}</style>'
        f'<rect class="zl-ground" width="{wide}" height="{high}" rx="12"/>{layers}</svg>'
    )


def _percent(at: float, whole: float) -> str:
    return f"{100 * at / whole:.5f}%"


def _seen(number: int, times: list[tuple[float, float]], whole: float) -> str:
    """Return the rule that shows a drawing at its times."""
    frames = [] if times[0][0] <= 0 else [("0%", "hidden")]
    for begins, ends in times:
        frames.append((_percent(begins, whole), "visible"))
        if ends < whole:
            frames.append((_percent(ends, whole), "hidden"))
    said = "".join(f"{when}{{visibility:{what}}}" for when, what in frames)
    return f".s{number}{{animation:s{number} {whole:.0f}ms step-end infinite}}@keyframes s{number}{{{said}}}\n"


def _flight(number: int, pill: dict[str, Any], film: Told, whole: float) -> str:
    """Return the rule that takes a message along its way."""
    frames = []
    for stop in range(STOPS + 1):
        at = pill["from"] + (pill["to"] - pill["from"]) * stop / STOPS
        along = stop / STOPS
        eased = along * along * (3 - 2 * along)
        x, y = on_path(pill["d"], 1 - eased if pill["back"] else eased)
        frames.append((_percent(clock(film, at), whole), f"translate({x:.1f}px,{y:.1f}px)"))
    frames = [("0%", frames[0][1]), *frames, ("100%", frames[-1][1])]
    said = "".join(f"{when}{{transform:{what}}}" for when, what in frames)
    return f".f{number}{{animation:f{number} {whole:.0f}ms linear infinite}}@keyframes f{number}{{{said}}}\n"
