"""Who takes part in a picture, and the most that each of them ever needs: what its places are found from.

A plan is made once for a film, from all of it, so that nothing moves while the film is stepped through. Live it grows with
what happens, and never shrinks. `lay_out` keeps it: a view hands in the same plan with each scene.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from .columns import EQUALS, columns, face, turned
from .notes import Note, notes_below, to_nobody
from .scene import Scene, SocketState
from .words import armed, stayed_words, topic_words

COMFORTABLE = 4
"""Actors in a column that have all the room they like. With more, boxes and gaps shrink, and nothing is cut."""
_DIGITS = re.compile(r"\d")


class Slot(NamedTuple):
    """A place for a socket at its actor: what role and type it has, of equals whether it `connects`, and which of several."""

    role: str
    type: str
    connects: bool
    number: int


@dataclass
class Part:
    """One actor's part in a picture: all that it ever was and had."""

    sockets: list[tuple[int, ...]] = field(default_factory=list)  # numbers of those that were there together
    states: set[str] = field(default_factory=set)
    topics: set[tuple[str, ...]] = field(default_factory=set)
    notes: set[tuple[Note, ...]] = field(default_factory=set)
    stayed: set[str] = field(default_factory=set)
    process: bool = False
    trouble: bool = False
    queues: bool = False
    alone: bool = False  # a connection of its led to nobody


@dataclass
class Plan:
    """All that takes part, in the order in which it came. `version` counts how often the plan has grown.

    Of two equals who begins stands left: you, or who sends first. While a film is `rehearsed` nothing is settled before
    it is over; live it is when they meet, so that nobody changes places.
    """

    small: bool = False
    rehearsed: bool = False
    parts: dict[str, Part] = field(default_factory=dict)
    faces: dict[str, set[int]] = field(default_factory=dict)
    met: set[tuple[str, str, str, str]] = field(default_factory=set)
    begins: dict[frozenset[str], str] = field(default_factory=dict)
    kinds: dict[int, tuple[str, str]] = field(default_factory=dict)  # the role and the type of each socket
    connects: set[int] = field(default_factory=set)
    narrow: bool = False
    tight: bool = False  # more stand in a column than have all the room they like
    final: bool = False  # it is known from all of the film, and need not grow
    version: int = 0
    height: float = 0  # that it had, live
    width: float = 0
    found: object = field(default=None, compare=False, repr=False)  # the places of the present version
    notes: dict[str, list[Note]] = field(default_factory=dict, compare=False, repr=False)  # of the last scene
    _facts: tuple = ()
    air: list = field(default_factory=list, compare=False, repr=False)  # flights that may not have landed

    def grow(self, scene: Scene) -> dict[str, list[SocketState]]:
        """Take in a scene: whoever is in it, and has more than before, gets room. Returns the sockets to draw, by actor."""
        before = self._extent()
        drawn = shown(scene)
        self.met |= scene.met
        for name in scene.actors:
            self.faces.setdefault(name, set())
        for socket in scene.sockets.values():
            self.kinds[socket.number] = (socket.role, socket.type)
            if socket.links:
                self.connects.add(socket.number)
            if socket.actor in self.faces and not is_for_a_monitor(scene, socket):
                self.faces[socket.actor].add(face(socket.role, socket.number in self.connects))
        self._settle(scene)
        for name in drawn:
            self.parts.setdefault(name, Part())
        self._look_how_narrow()
        for name, sockets in drawn.items():
            self._take_in(scene, name, sockets)
        if self._extent() != before:
            self.version += 1
        return drawn

    def _look_how_narrow(self) -> None:
        """Know whether there are more than two columns: then less has room between them, and is said below.

        And whether there are many in one column: then less is said below in lines of its own.
        """
        facts = (len(self.parts), sum(map(len, self.faces.values())), len(self.met), len(self.begins))
        if facts != self._facts:
            self._facts, column = facts, self.column()
            narrow = max((column[name] for name in self.parts), default=0) > 1
            tight = max(Counter(column[name] for name in self.parts).values(), default=0) > COMFORTABLE
            if (narrow and not self.narrow) or (tight and not self.tight):
                for part in self.parts.values():
                    part.notes.clear()
            self.narrow, self.tight = narrow, tight

    def column(self) -> dict[str, int]:
        """Return the column of each actor."""
        return columns(self.faces, self.met, self.begins)

    def side(self, name: str, slot: Slot, turned_to: dict[tuple[str, str], int]) -> int:
        """Return the side of its actor on which a socket stands."""
        if (name, slot.role) in turned_to:
            return turned_to[name, slot.role]
        return self._side_before(name, slot) or face(slot.role, slot.connects)

    def _side_before(self, name: str, slot: Slot) -> int:
        """Return the side on which an actor's only socket stood when it began, for another that has met nobody yet; or 0.

        Live, an actor that begins anew with another socket mostly stands where it stood: no room is made on its other side.
        """
        first = next(filter(None, map(self.slots, self.parts[name].sockets)), [])
        has_met = any((name, slot.role) in ((one, role), (other, its)) for one, role, other, its in self.met)
        if self.rehearsed or has_met or len(first) != 1 or self._are_together(name, first[0], slot) or first[0] == slot:
            return 0
        return face(first[0].role, first[0].connects)

    def _are_together(self, name: str, one: Slot, other: Slot) -> bool:
        return any({one, other} <= set(self.slots(numbers)) for numbers in self.parts[name].sockets)

    def rows(self, name: str, slots: list[Slot]) -> dict[Slot, int]:
        """Return the row of each of an actor's places on one side: those that are never taken together share one."""
        found: dict[Slot, int] = {}
        for slot in slots:
            taken = {row for other, row in found.items() if self._are_together(name, other, slot)}
            found[slot] = next(row for row in range(len(slots)) if row not in taken)
        return found

    def turned(self, column: dict[str, int]) -> dict[tuple[str, str], int]:
        """Return the sides that types alone do not say."""
        return turned(column, self.met)

    def slots(self, numbers: tuple[int, ...]) -> list[Slot]:
        """Return the places of sockets that one actor has at the same time."""
        found: list[Slot] = []
        for number in numbers:
            role, kind = self.kinds[number]
            connects = role in EQUALS and number in self.connects
            same = sum((slot.role, slot.connects) == (role, connects) for slot in found)
            found.append(Slot(role, kind, connects, same))
        return found

    def all_slots(self, name: str) -> list[Slot]:
        """Return the places of all sockets that an actor ever has."""
        return list(dict.fromkeys(slot for numbers in self.parts[name].sockets for slot in self.slots(numbers)))

    def _settle(self, scene: Scene) -> None:
        for one, one_type, other, other_type in scene.met:
            if one == other or one_type not in EQUALS or other_type not in EQUALS:
                continue
            pair = frozenset((one, other))
            if "you" in pair:
                self.begins[pair] = "you"
            elif not self.rehearsed:
                self.begins.setdefault(pair, one)
        if self.rehearsed:
            for copy in scene.changes.left:
                sender, receiver = scene.sockets.get(copy.sender), scene.sockets.get(copy.receiver or 0)
                if sender and receiver and sender.type in EQUALS:
                    self.begins.setdefault(frozenset((sender.actor, receiver.actor)), sender.actor)

    def _take_in(self, scene: Scene, name: str, sockets: list[SocketState]) -> None:
        part, actor = self.parts.setdefault(name, Part()), scene.actors[name]
        if (numbers := tuple(socket.number for socket in sockets)) not in part.sockets:
            part.sockets.append(numbers)
        part.states.add(state_words(actor))
        part.topics.add(topics(sockets))
        part.process |= actor.process is not None
        part.trouble |= actor.lamp == "trouble"
        if not self.small:
            self.notes[name] = notes_below(scene, sockets, self.narrow, self.tight)
            part.notes.add(tuple(_alike(note) for note in self.notes[name]))
        part.stayed |= {_DIGITS.sub("0", stayed_words(scene, one)) for one in sockets if one.number in scene.stayed}
        part.alone |= any(to_nobody(scene, socket) for socket in sockets)
        part.queues |= any(scene.waiting_at(socket) for socket in sockets)

    def _extent(self) -> tuple:
        """Return what tells one version of a plan from the next: it only grows."""
        parts = [
            (
                *map(len, (one.sockets, one.states, one.topics, one.stayed, one.notes)),
                one.process,
                one.trouble,
                one.queues,
                one.alone,
            )
            for one in self.parts.values()
        ]
        faces = sum(map(len, self.faces.values()))
        return (
            parts,
            faces,
            len(self.met),
            tuple(self.begins.items()),
            len(self.kinds),
            len(self.connects),
            (self.narrow, self.tight),
        )


def shown(scene: Scene) -> dict[str, list[SocketState]]:
    """Return the sockets to draw, by actor. A closed socket stays, pale, until another of its type takes its place."""
    found: dict[str, list[SocketState]] = {
        name: []
        for name, actor in scene.actors.items()
        if (actor.alive or not actor.visitor) and scene.takes_part(name)
    }
    for socket in scene.sockets.values():
        if socket.former or socket.actor not in found or is_for_a_monitor(scene, socket):
            continue
        kin = [other for other in found[socket.actor] if other.role == socket.role]
        replaced = [other for other in kin if not other.open and other.closed_at <= socket.made_at]
        if replaced:
            found[socket.actor].remove(replaced[0])
        elif not socket.open and any(other.open for other in kin):
            continue
        found[socket.actor].append(socket)
    return found


def is_for_a_monitor(scene: Scene, socket: SocketState) -> bool:
    """Whether a socket that leads nowhere yet was made to listen to a monitor: it is no part of the conversation then."""
    attached = socket.bound or socket.links or not socket.open
    return socket.type == "PAIR" and not attached and any(home == socket.actor for _, home in scene.topology.monitors)


def topics(sockets: list[SocketState]) -> tuple[str, ...]:
    """Return the subscriptions of an actor in words: those of a socket end with it."""
    return tuple(topic_words(topic) for socket in sockets if socket.open for topic in socket.topics)


def state_words(actor) -> str:
    """Return what is said inside the box of an actor."""
    return ": ".join(armed(actor.parts)) if actor.armed else actor.words


def _alike(note: Note) -> Note:
    """Return a note as it counts for its room: whatever its figures are, of as many digits."""
    return Note(note.kind, tuple(_DIGITS.sub("0", phrase) for phrase in note.phrases))
