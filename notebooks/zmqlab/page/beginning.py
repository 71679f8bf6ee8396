"""The beginning of a panel: what has happened by now to those whom it draws, from when they were started."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..picture.cast import Cast
from ..picture.outputs import Continued, Output
from ..picture.playback import Playback
from ..picture.scene import Scene
from ..picture.sequence import LIVE, lanes_of
from ..record.events import CONTROLS, Event, Started
from .stage import Past

TOLD = 24
"""Events that a panel can step back through from its beginning on. What was before them it shows, and does not tell."""


def so_far(happened: list[Event], cast: Cast, outputs: Iterable[Output] = (), lanes: int = 0) -> tuple[Playback, Past]:
    """Return the film of what happened to a cast, all that is kept of it, and the past that a page can step back through.

    The outputs of the film are told all of it, also what is too old to step back through. Its sequence diagram has room for so
    many `lanes` at least.
    """
    own = [event for event in happened if event.actor in cast]
    starts = _last_starts(own)
    since = min(starts.values(), default=0)
    told_since = max(since, own[-TOLD].time) if len(own) > TOLD else since
    whole, scene = Scene(), Scene()
    for event in happened:
        if event.time >= since:
            break
        _see(event, whole, scene, cast, happened, scene.apply)
    scene.begin_anew(everybody=True).guests_leave = True
    scene.ledger.forget_sent_by({socket.number for socket in scene.sockets.values() if socket.actor in starts})
    lanes_in_order = lanes_of(scene, [event for event in own if event.time >= since])
    told = [Continued(output, scene) for output in outputs]

    def tell_before(event: Event) -> None:
        scene.apply(event)
        for output in told:
            output.before(event, scene)

    for event in happened:
        if since <= event.time < told_since:
            _see(event, whole, scene, cast, happened, tell_before)
    playback = Playback(scene, told, max(lanes, LIVE))
    there = {event.actor for event in own if event.time >= told_since}
    there |= {actor.name for actor in scene.actors.values() if actor.alive}
    playback.expect([name for name in lanes_in_order if name in there])
    past = Past(playback)
    for event in happened:
        if event.time >= told_since:
            _see(event, whole, scene, cast, happened, lambda one: past.add(playback.unhurried(one)))
    past.add(playback.end())
    return playback, past


def _see(
    event: Event, whole: Scene, scene: Scene, cast: Cast, happened: list[Event], tell: Callable[[Event], object]
) -> None:
    """Tell an event if it is of somebody who is drawn, after `scene` has taken in whom they meet by it."""
    whole.apply(event)
    if newcomers := cast.see(event, whole):
        meet(scene, newcomers, [one for one in happened if one.time < event.time], whole)
    if event.actor in cast:
        tell(event)
    cast.let_go(event)


def meet(scene: Scene, newcomers: set[str], before: Iterable[Event], whole: Scene) -> None:
    """Take those into a scene too who meet somebody who is drawn, as they stand by now, and count from here on.

    `before` is what has happened, and `whole` how all stands.
    """
    for event in before:
        if event.actor in newcomers and type(event) in CONTROLS:
            scene.apply(event)
    for number, socket in scene.sockets.items():
        if socket.actor in newcomers:
            socket.count_from(whole.sockets[number].sent, whole.sockets[number].received)


def _last_starts(events: list[Event]) -> dict[str, int]:
    """Return when each of those who belong to the lab was last started (monotonic ns)."""
    starts = {event.actor: event for event in events if isinstance(event, Started)}
    return {name: start.time for name, start in starts.items() if not (start.visitor or start.guest)}
