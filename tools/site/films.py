"""Films for a page with no kernel: each in two widths, and what stands in the page before, or instead of, it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from zmqlab.page.stage import Past
from zmqlab.picture.cast import Cast
from zmqlab.picture.clock import Step, fit
from zmqlab.picture.drawing import LAYERS
from zmqlab.picture.film import Film, film_of
from zmqlab.picture.outputs import Output
from zmqlab.picture.plan import Plan
from zmqlab.picture.playback import Playback, is_short
from zmqlab.picture.scene import Scene
from zmqlab.picture.svg import safe
from zmqlab.record.events import Event

TICK_NS = 50_000_000
"""Nanoseconds of a flood that are told at once, as the pump does."""
AFTER_NS = 2_000_000_000
"""Nanoseconds after its last event at which a flood is looked at once more: all has settled by then."""

Told = dict[str, Any]
"""What a page plays: the same as `Stage.told()`."""


def tell(
    before: Iterable[Event],
    events: list[Event],
    small: bool = False,
    outputs: Iterable[Output] = (),
    hides: bool = False,
) -> Film:
    """Return the film of events, with what was before them in its first picture. A `small` one is for a telephone.

    It `hides` what is inferred of losses, where a case still asks for it.
    """
    scene = Scene()
    for event in before:
        scene.apply(event)
    scene.begin_anew()
    if hides:
        scene.ledger.hides_losses = True
    playback = Playback(scene, outputs)
    playback.plan = Plan(small)
    short = is_short(events)
    if short:
        playback.begin(events)
    base = dict(playback.snapshot()["pieces"])
    steps = playback.film(events) if short else fit(list(_as_live(playback, events)))
    return film_of(events, base, steps, playback)


def _as_live(playback: Playback, events: list[Event]) -> Iterator[Step]:
    """Yield the steps of what was a flood, told as it is told live: with less said."""
    index = 0
    while index < len(events):
        until = events[index].time + TICK_NS
        batch = []
        while index < len(events) and events[index].time < until:
            batch.append(events[index])
            index += 1
        yield from playback.tell(batch, until)
    yield from playback.tell([], events[-1].time + AFTER_NS)
    yield from playback.end()


def told(film: Film) -> Told:
    """Return a film as a page plays it."""
    about = {"sequence": 0, "pause_at": None, "rest": film.rest, "duration": film.end, "scale": film.scale}
    return about | Past(film.playback, film).told()


def of_cast(events: list[Event], names: Iterable[str] | None, since: int) -> tuple[list[Event], list[Event]]:
    """Return what was before a moment (monotonic ns), and since, of those whom a panel of these names shows."""
    whole, cast = Scene(), Cast(names)
    for event in events:
        whole.apply(event)
    if names is not None:
        cast.take_in_all_met(whole)
    own = [event for event in events if event.actor in cast]
    return [event for event in own if event.time < since], [event for event in own if event.time >= since]


class Moment(NamedTuple):
    """A film at a moment: its pieces, and where those that fly are by then."""

    at: float
    pieces: dict[str, Any]


def moment(film: Told, at: float | None = None) -> Moment:
    """Return a film at a moment (film ms), or where it rests."""
    at = film["rest"] if at is None else at
    pieces = dict(film["base"])
    for step in film["history"]:
        if step["at"] > at:
            break
        for name in step["drop"]:
            pieces.pop(name, None)
        pieces |= step["put"]
    return Moment(at, pieces)


def place(pill: dict[str, Any], at: float) -> tuple[float, float] | None:
    """Return where a pill is at a moment, or None before and after its flight: as `picture.js` moves it."""
    along = (at - pill["from"]) / (pill["to"] - pill["from"])
    if not 0 <= along < 1:
        return None
    eased = along * along * (3 - 2 * along)
    return on_path(pill["d"], 1 - eased if pill["back"] else eased)


def on_path(d: str, along: float) -> tuple[float, float]:
    """Return the point at a part of a path: of a curve as `curves.py` writes it, or of one that goes straight down."""
    begins, _, rest = d[1:].partition(" ")
    x, y = map(float, begins.split(","))
    if rest.startswith("v"):
        return x, y + along * float(rest[1:])
    points = [(x, y), *(tuple(map(float, one.split(","))) for one in rest[1:].split())]
    samples = [_bezier(points, number / 48) for number in range(49)]
    lengths = [0.0]
    for (x, y), (to_x, to_y) in pairwise(samples):
        lengths.append(lengths[-1] + ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5)
    wanted = along * lengths[-1]
    index = next((place for place, length in enumerate(lengths[1:]) if length >= wanted), 47)
    span = lengths[index + 1] - lengths[index] or 1
    part = (wanted - lengths[index]) / span
    (x, y), (to_x, to_y) = samples[index], samples[index + 1]
    return x + (to_x - x) * part, y + (to_y - y) * part


def _bezier(points: list[tuple[float, float]], t: float) -> tuple[float, float]:
    back = 1 - t
    weights = (back**3, 3 * back * back * t, 3 * back * t * t, t**3)
    return tuple(sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))


def still(film: Told, title: str, kind: str = "", at: float | None = None) -> str:
    """Return a film as a picture at rest, for the page itself: its styles stand there."""
    at, pieces = moment(film, at)
    wide, high = pieces["size"].split()
    drawn = {layer: [] for layer in LAYERS}
    for name, piece in pieces.items():
        layer = name.partition("/")[0]
        if layer not in drawn:
            continue
        if isinstance(piece, str):
            drawn[layer].append(piece)
        elif spot := place(piece, at):
            drawn[layer].append(f'<g transform="translate({spot[0]:.1f},{spot[1]:.1f})">{piece["svg"]}</g>')
    layers = "".join(f"<g>{''.join(svgs)}</g>" for svgs in drawn.values() if svgs)
    words = safe(f"{title}. {pieces.get('totals', '')}")
    return (
        f'<svg class="zl-picture {kind}" role="img" aria-label="{words}" viewBox="0 0 {wide} {high}" '
        f'style="--zl-width:{wide}">{layers}</svg>'
    )
