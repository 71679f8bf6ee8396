"""What stands below a box: where its sockets have bound, what they have sent and received, what waits, what was lost."""

from __future__ import annotations

from typing import NamedTuple

from .copies import Copy, Doubt
from .dealing import DEALS
from .letters import lines, width
from .scene import Scene, SocketState
from .svg import shorten
from .types import FAN_OUT, ONLY_SENDS
from .words import (
    INFERRED,
    NOBODY_THERE,
    NOT_RECORDED,
    TURNED_AWAY,
    WAITS_FOR_A_PEER,
    at_sender,
    bound_to,
    counted,
    dealt,
    held_in_doubt,
    in_its_code,
    in_the_kernel,
    lingers,
    losses,
    measured_queue,
    nobody_seen,
    of_sockets,
    queue_words,
    side_words,
    to_send,
    verb,
)

REASONS = 2
"""Reasons for losses that are said at a socket; the others are summed up."""


class Note(NamedTuple):
    """Phrases that share lines as long as they fit. `kind` is the CSS class: "zl-mono" is an endpoint, in one line."""

    kind: str
    phrases: tuple[str, ...]

    @property
    def font(self) -> str:
        """The font of its letters (see `letters.py`)."""
        return {"zl-mono": "mono", "zl-trouble-text": "bold"}.get(self.kind, "sans")

    def lines(self, room: float) -> tuple[str, ...]:
        """Return its lines, none wider than `room` pixels."""
        if self.kind == "zl-mono":
            return tuple(shorten(phrase, room / width("x", "mono")) for phrase in self.phrases)
        return lines(self.phrases, room, self.font)


def notes_below(scene: Scene, sockets: list[SocketState], narrow: bool = False, tight: bool = False) -> list[Note]:
    """Return what is said below the box of an actor. In a `narrow` gap nothing is written: it is said here as well.

    Where it is `tight`, too, what waits at a sender has no line of its own.
    """
    merges = narrow and tight
    notes: list[Note] = []
    counts: list[str] = []
    rest: list[str] = []  # of the socket before, as long as the next has none of its own
    alone: dict[str, list[str]] = {}  # what is said of connections that lead to nobody, and of which sockets
    plain = narrow and _told_by_their_verbs(sockets)
    for socket in sockets:
        label = f"{_which(socket, sockets)} " if len(sockets) > 1 else ""
        told = [bound_to(where) if narrow and not label else where for where in dict.fromkeys(socket.bound)]
        notes += [Note("zl-mono", (f"{label}{where}",)) for where in told]
        queue = scene.queue_of(socket)
        limit = scene.limit_of(socket, queue)
        merged = narrow and bool(queue) and limit < 1000 and scene.measured(socket) is None
        waiting = narrow and not merged and scene.measured(socket) is None  # else its queue says so
        first, *others = (words for _, words in counted(scene, socket, waiting, former=not plain))
        others = [phrase for phrase in others if phrase not in rest]
        others += [queue_words(len(queue), limit)] if merged else []
        others += [INFERRED] if narrow and any(copy.guessed for copy in queue) else []
        if merges and scene.measured(socket) is None and (held := scene.held_at(socket)):
            others += _held_words(scene, socket, held, bool(queue))
        if narrow:
            for words in alone_words(scene, socket):
                alone.setdefault(words, []).append(label.rstrip())
        else:
            others += to_nobody(scene, socket) if label else []
        if plain:
            counts.append(first)
            rest += others
        elif not narrow or not label or socket.bound or rest:  # whose they are is told by their order
            counts += rest
            rest = []
            counts += [label + first, *others]
        else:
            counts.append(label + first)
            rest = others
        if socket.bound and label:  # below its endpoint
            notes.append(Note("", tuple(counts)))
            counts = []
    counts += rest
    counts += [words if len(own) == len(sockets) else of_sockets(own, words) for words, own in alone.items()]
    if counts:
        notes.append(Note("", tuple(counts)))
    kept = [scene.passing.number_at(socket) for socket in sockets]
    holds = next((socket for socket, number in zip(sockets, kept, strict=True) if number), None)
    for socket in sockets:
        label = f"{_which(socket, sockets)} " if len(sockets) > 1 and not narrow else ""
        notes += _in_red(scene, socket, narrow, merges, sum(kept) if socket is holds else 0, label)
    return notes


def _told_by_their_verbs(sockets: list[SocketState]) -> bool:
    """Whether it is told by "received" and "sent" which of an actor's two sockets is meant: one only receives, one only sends."""
    kinds = [{"PULL": "receives", "SUB": "receives", "PUSH": "sends", "PUB": "sends"}.get(one.type) for one in sockets]
    return sorted(map(str, kinds)) == ["receives", "sends"] and not any(one.bound for one in sockets)


def _which(socket: SocketState, sockets: list[SocketState]) -> str:
    """Return what tells a socket from the others of its actor: its type, and what it has done where two have the same."""
    same = sum(other.type == socket.type for other in sockets)
    if same == 2 and any(other.behind for other in sockets if other.type == socket.type):
        return side_words(socket.type, socket.behind)
    return socket.type if same == 1 else f"{socket.type} {verb(socket)}".rstrip()


def alone_words(scene: Scene, socket: SocketState) -> list[str]:
    """Return what is said of a socket whose connections lead to nobody, or to nobody who is recorded."""
    drawn = [other for other in scene.sockets.values() if other is not socket]
    found = []
    for endpoint, state in socket.links.items():
        ends = [other for other in drawn if other.is_at(endpoint, socket)]
        if not ends:
            found.append(NOT_RECORDED if socket.strangers else nobody_seen(socket))
        elif socket.open and state in ("down", "turned away"):
            found.append(down_words(socket, next((end for end in ends if end.open), ends[0]), state))
    return list(dict.fromkeys(found))


def to_nobody(scene: Scene, socket: SocketState) -> list[str]:
    """Return the same of connections to nobody alone: why a link to somebody is not up, the link says."""
    others = [other for other in scene.sockets.values() if other is not socket]
    lonely = any(not any(other.is_at(endpoint, socket) for other in others) for endpoint in socket.links)
    return [NOT_RECORDED if socket.strangers else nobody_seen(socket)] if lonely else []


def down_words(connector: SocketState, binder: SocketState, state: str) -> str:
    """Return why a link is not up. Nobody is there where somebody was: who was never linked still waits for a peer."""
    if state == "turned away":
        return TURNED_AWAY
    return WAITS_FOR_A_PEER if binder.open or connector.waits_still_for(binder) else NOBODY_THERE


def _in_red(scene: Scene, socket: SocketState, narrow: bool, merges: bool, kept: int, label: str) -> list[Note]:
    """Return what is said in red of a socket. `kept` is what its actor holds in its own code, if that is said here.

    `label` tells the socket from the others of its actor.
    """
    in_code = [in_its_code(kept, scene.actors[socket.actor].alive)] if kept else []
    former = not narrow  # where there is room for it
    lost = [Note("zl-trouble-text", (phrase,)) for phrase in losses(scene, socket, REASONS, former)]
    if (measured := scene.measured(socket)) is not None:
        said = _measured_words(socket, measured) + in_code
        notes = [Note("zl-trouble-text", (label + phrase,)) for phrase in said]
        return notes + lost
    waiting, held = scene.queue_of(socket), scene.held_at(socket)
    said = [queue_words(len(waiting), scene.limit_of(socket, waiting))] if waiting and not narrow else []
    if waiting and not narrow and any(copy.guessed for copy in waiting):
        said.append(INFERRED)
    said += _held_words(scene, socket, held, bool(waiting)) if held and not merges else []
    said += in_code
    notes = [Note("zl-trouble-text", (label * bool(waiting or held) + ", ".join(said),))] if said else []
    return notes + lost


def _measured_words(socket: SocketState, measured: tuple[int, int, int]) -> list[str]:
    """Return where messages are between two sockets, as it was measured: that is more than the record tells."""
    sender, kernel, receiver = measured
    if socket.measured is not None:
        sender -= socket.lost  # what is known to be dropped was never put into its queue
        drops = socket.type in FAN_OUT
        if drops and sender > socket.send_mark:  # it was full: what was sent since waits there too, or was dropped
            sender += socket.sent - socket.measured_before
        if sender <= 0 or (
            drops and not (kernel or receiver)
        ):  # where nothing is before it, nothing stands in its queue
            return []
        return [measured_queue(sender, socket.send_mark, drops)]
    return [
        *([measured_queue(receiver, socket.high_water_mark)] if receiver else []),
        *([in_the_kernel(kernel)] if kernel else []),
    ]


def _held_words(scene: Scene, socket: SocketState, held: list[Copy], queue_too: bool) -> list[str]:
    """Return why messages stand at their sender."""
    doubtful = [copy for copy in held if copy.doubt is not Doubt.NONE]
    said = [held_in_doubt(len(doubtful))] if doubtful else []
    if not (sure := len(held) - len(doubtful)):
        return said
    sure_ones = [copy for copy in held if copy.doubt is Doubt.NONE]
    if not socket.open:
        return [*said, lingers(sure, socket.closed_at, max(copy.until for copy in sure_ones))]
    if socket.type in DEALS and all(copy.receiver is None for copy in sure_ones) and len(scene.peers(socket)) > 1:
        return [*said, dealt(sure)]
    linked = bool(scene.links(socket) or socket.links)
    both_ways = linked and socket.type not in ONLY_SENDS  # it has two queues
    if both_ways or queue_too or said or any(scene.waiting_at(peer) for peer in scene.peers(socket)):
        return [*said, to_send(sure)]
    return [at_sender(sure, linked)]  # its link says that it waits for a peer
