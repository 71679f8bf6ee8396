"""What each frame of a message is, and which frames it has where: at its sender, on the wire, at its receiver.

RFC 28: an envelope is addresses, an empty frame, and then the body. A REQ puts the empty frame before what it sends and takes
it off what it receives, a REP puts it back; a ROUTER puts an address before what it receives and takes it off what it sends.
"""

from __future__ import annotations

from typing import NamedTuple

ADDRESS, EMPTY, BODY = "address", "empty", "body"
SHOW = {"DEALER", "ROUTER"}
"""What shows them to the program."""
SHOWS_ALL = "DEALER"
"""What gives and takes the frames just as they are on the wire."""


class Part(NamedTuple):
    """One frame: its beginning, its size in bytes, and what it is."""

    frame: bytes
    size: int
    kind: str = BODY


DELIMITER = Part(b"", 0, EMPTY)
NOT_KNOWN = Part(b"", -1, ADDRESS)
"""An address that nobody has seen yet."""
Parts = tuple[Part, ...]
Frames = tuple[tuple[bytes, ...], tuple[int, ...]]
"""The frames of a message, and their sizes in bytes."""


def parts(frames: tuple[bytes, ...], sizes: tuple[int, ...], type: str) -> Parts:
    """Return what each frame is that a program gives to a socket of this type, or gets from it."""
    if type not in SHOW:
        return tuple(
            Part(frame, size, ADDRESS if _is_made_up(frame, size) and _delimits(sizes, place + 1) else BODY)
            for place, (frame, size) in enumerate(zip(frames, sizes, strict=True))
        )
    found: list[Part] = []
    for place, (frame, size) in enumerate(zip(frames, sizes, strict=True)):
        if (place == 0 and type == "ROUTER") or (size and _delimits(sizes, place + 1)):
            kind = ADDRESS
        else:
            begins = not found or found[-1].kind == ADDRESS
            kind = EMPTY if begins and _delimits(sizes, place) else BODY
        found.append(Part(frame, size, kind))
    return tuple(found)


def _is_made_up(frame: bytes, size: int) -> bool:
    """Whether a frame looks like an address that a ROUTER has made up: a zero byte, and four that count."""
    return size == 5 and frame[:1] == b"\0"


def _delimits(sizes: tuple[int, ...], place: int) -> bool:
    """Whether the frame there is empty, and not the last."""
    return place < len(sizes) - 1 and sizes[place] == 0


def on_the_wire(sent: Frames, came: Frames | None, sender: str, receiver: str) -> Parts:
    """Return the frames of a message between two sockets, from those that were sent, or that `came` in the end."""
    if came and receiver in SHOW:
        frames, sizes = came
        return parts(frames[1:], sizes[1:], SHOWS_ALL) if receiver == "ROUTER" else parts(frames, sizes, SHOWS_ALL)
    given = parts(*sent, sender)
    if sender in ("REQ", "REP"):
        return (DELIMITER, *given)
    return given[1:] if sender == "ROUTER" else given


def at_receiver(wire: Parts, came: Frames | None, receiver: str, address: bytes | None) -> Parts:
    """Return the frames that the receiver's program gets, or will get. `address` is the sender's, where it is known."""
    if came:
        return parts(*came, receiver)
    if receiver == "ROUTER":
        return (Part(address, len(address), ADDRESS) if address else NOT_KNOWN, *wire)
    return wire if receiver in SHOW else wire[body_at(wire) :]


def body_at(wire: Parts) -> int:
    """Return which of the frames on the wire is the first of the body: the one after the empty frame."""
    return next((place + 1 for place, part in enumerate(wire) if part.kind == EMPTY), 0)


def is_thrown_away(sent: Frames, sender: str, receiver: str) -> bool:
    """Whether the receiver throws a message away: a REQ or a REP does where the empty frame is missing."""
    if sender not in SHOW or receiver not in ("REQ", "REP"):
        return False
    wire = on_the_wire(sent, None, sender, receiver)
    if receiver == "REQ":
        return not wire or wire[0].kind != EMPTY
    return all(part.kind != EMPTY for part in wire)


def drawn(sent: Frames, sender: str, receiver: str) -> Parts:
    """Return what is drawn of a message that leaves: with its envelope, where one of its ends shows that to a program."""
    if sender in ("REQ", "REP") and receiver in SHOW:
        return on_the_wire(sent, None, sender, receiver)
    return parts(*sent, sender)
