"""One message, frame by frame: what a learner sees who clicks on it."""

from __future__ import annotations

from typing import Any

from . import envelopes, words
from .dealing import runs
from .envelopes import NOT_KNOWN, SHOW, Part
from .scene import OUTSIDE, Copy, Scene, SocketState
from .words import text_of

NOT_KEPT: dict[str, Any] = {
    "message": "",
    "title": words.message_title(),
    "way": "",
    "frames": [],
    "why": [words.NOT_SEEN],
    "python": "",
}
"""What is said of a message of which there is nothing to say."""


def about(copy: Copy, scene: Scene, began: int) -> dict[str, Any]:
    """Return all there is to say of a message, as plain text and numbers.

    `message` is which one of the record it is, as `data-message` says where it is drawn; `frames` are number, size in
    bytes, text and bytes of each; `places`, of a message with an envelope, says the same of its sender, the wire and its
    receiver; `why` says why it passed or did not; `python` sends it again. `began` is the film's beginning, in monotonic ns.
    """
    sender = scene.sockets[copy.sender]
    receiver = scene.sockets.get(copy.receiver) if copy.receiver else None
    frames = zip(copy.frames, copy.sizes, strict=True)
    return {
        "message": runs([copy.identity]),
        "title": words.message_title(copy.number),
        "way": words.way_words(sender.actor, receiver.actor if receiver else ""),
        "frames": [
            {"size": size, "text": text_of(frame, size, 40), "bytes": _hex(frame, size)} for frame, size in frames
        ],
        "why": [*_why(copy, scene), _times(copy, began)],
        "python": python(copy.frames, copy.sizes),
        "places": _places(copy, scene),
    } | (_of_subscription(copy, began) if receiver and receiver.type == "XPUB" else {})


def _places(copy: Copy, scene: Scene) -> dict[str, Any] | None:
    """Return a message at the places that it passes: the name of each, and a row a frame, with what it is and its cells."""
    sender, receiver = scene.sockets[copy.sender], scene.sockets.get(copy.receiver or 0)
    if receiver is None or not {sender.type, receiver.type} & SHOW:
        return None
    columns = seen_at(copy, sender, receiver)
    if copy.state != "received" and copy.state != "pending":
        columns = columns[:-1]
    names = words.places_words(sender, receiver)[: len(columns)]
    rows = max(map(len, columns))
    cells = [[None] * (rows - len(column)) + [_cell(part) for part in column] for column in columns]
    kinds = [next(column[-row - 1].kind for column in columns if len(column) > row) for row in reversed(range(rows))]
    return {
        "names": names,
        "rows": [{"is": kind, "cells": list(row)} for kind, row in zip(kinds, zip(*cells, strict=True), strict=True)],
    }


def seen_at(copy: Copy, sender: SocketState, receiver: SocketState) -> list[envelopes.Parts]:
    """Return the frames of a message at its sender, on the wire and at its receiver."""
    sent, address = (copy.frames, copy.sizes), _address_of(sender, receiver)
    wire = envelopes.on_the_wire(sent, copy.came, sender.type, receiver.type)
    return [envelopes.parts(*sent, sender.type), wire, envelopes.at_receiver(wire, copy.came, receiver.type, address)]


def _address_of(sender: SocketState, receiver: SocketState) -> bytes | None:
    return next((name for name, number in receiver.routes.items() if number == sender.number), sender.name or None)


def _cell(part: Part) -> dict[str, Any]:
    known = part is not NOT_KNOWN
    return {
        "text": words.part_words(part, 40),
        "size": part.size if known else 0,
        "bytes": _hex(part.frame, part.size) if known else "",
    }


def _of_subscription(copy: Copy, began: int) -> dict[str, Any]:
    """Return what is different where no program sent the message: ZeroMQ did, for a subscription made or ended."""
    verb = "subscribe" if copy.frames[0][:1] == b"\x01" else "unsubscribe"
    topic = copy.frames[0][1:]
    return {
        "why": words.subscription_words(verb, (copy.arrived - began) / 1e6),
        "python": f"socket.{verb}({topic!r})",
    }


def python(frames: tuple[bytes, ...], sizes: tuple[int, ...]) -> str:
    """Return the Python that sends these frames again. Where only their beginning is kept, it says so."""
    cut = any(size > len(frame) for frame, size in zip(frames, sizes, strict=True))
    note = words.cut_words(max(map(len, frames))) if cut else ""
    if len(frames) == 1:
        return f"socket.send({frames[0]!r}){note}"
    return f"socket.send_multipart([{', '.join(map(repr, frames))}]){note}"


def _hex(frame: bytes, size: int) -> str:
    shown = frame[:24].hex(" ")
    return f"{shown} …" if size > 24 else shown


def _why(copy: Copy, scene: Scene) -> list[str]:
    receiver = scene.sockets.get(copy.receiver) if copy.receiver else None
    if copy.state == "not delivered":
        return [words.inferred_too(words.not_delivered(copy.why), copy.inferred)]
    if copy.state == "filtered":
        return [words.filtered(receiver.actor)]
    if receiver and receiver.type in ("SUB", "XSUB"):
        for topic in receiver.topics:
            if copy.frames[0].startswith(topic):
                return [words.inferred_too(words.passes(topic), copy.inferred)]
    if copy.state == OUTSIDE:
        return [words.TO_A_STRANGER]
    if receiver is None:
        return [words.NOT_KNOWN_TO_WHOM]
    return [words.THIS_IS_INFERRED] if copy.inferred else []


def _times(copy: Copy, began: int) -> str:
    took = (copy.arrived - copy.left) / 1e6 if copy.state == "received" else None
    return words.times_words((copy.left - began) / 1e6, took)
