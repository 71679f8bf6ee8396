"""Who is drawn in a panel: those that are named, and everybody whom they meet.

Who belongs to the lab stays, and whoever meets it comes too. A guest (a cell, an actor of an experiment) comes when it
meets one of them and is gone when it has ended; whom else it meets is no business of this panel.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..record.events import ENDINGS, Event, OfASocket
from .scene import Scene


class Cast:
    """The names of all who are drawn at a moment. Without names, everybody is."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        self._everybody = names is None
        self._names = set(names or ())
        self._guests: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return self._everybody or name in self._names or name in self._guests

    def take_in_all_met(self, scene: Scene) -> None:
        """Take in who belongs to the lab and has ever met one of them, and who has met those."""
        pairs = [
            (one, other) for one, _, other, _ in scene.met if not (_is_guest(scene, one) or _is_guest(scene, other))
        ]
        while new := {name for pair in pairs if not self._names.isdisjoint(pair) for name in pair} - self._names:
            self._names |= new

    def see(self, event: Event, scene: Scene) -> set[str]:
        """Take in who meets one of them by an event, after which the scene stands so. Returns who is new."""
        if self._everybody or not isinstance(event, OfASocket) or event.socket not in scene.sockets:
            return set()
        new: set[str] = set()
        todo = [event.actor]
        while todo:
            name = todo.pop()
            for other in _peers(name, scene) - new:
                for joins, met in ((other, name), (name, other)):
                    if met in self._names and joins not in self:
                        new.add(joins)
                        if _is_guest(scene, joins):
                            self._guests.add(joins)
                        else:
                            self._names.add(joins)
                            todo.append(joins)
        return new

    def let_go(self, event: Event) -> None:
        """Take note of an event that was told: a guest that has ended is drawn no more when it comes again."""
        if type(event) in ENDINGS:
            self._guests.discard(event.actor)


def _peers(name: str, scene: Scene) -> set[str]:
    own = [socket for socket in scene.sockets.values() if socket.actor == name and socket.open]
    return {peer.actor for socket in own for peer in scene.peers(socket)} - {name}


def _is_guest(scene: Scene, name: str) -> bool:
    actor = scene.actors.get(name)
    return actor is not None and (actor.visitor or actor.guest)
