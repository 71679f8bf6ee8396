"""One message, frame by frame: what a learner sees who clicks on it."""

from __future__ import annotations

from typing import Any

from .scene import OUTSIDE, Copy, Scene
from .words import moment_words, text_of


def about(copy: Copy, scene: Scene, began: int) -> dict[str, Any]:
    """Return all there is to say of a message, as plain text and numbers.

    `frames` are number, size in bytes, text and bytes of each; `why` says why it passed or did not; `python` sends it
    again. `began` is the film's beginning, in monotonic ns.
    """
    sender = scene.sockets[copy.sender]
    receiver = scene.sockets.get(copy.receiver) if copy.receiver else None
    frames = zip(copy.frames, copy.sizes, strict=True)
    return {
        "title": f"Message {copy.number}",
        "way": f"{sender.actor} → {receiver.actor if receiver else '?'}",
        "frames": [
            {"size": size, "text": text_of(frame, size, 40), "bytes": _hex(frame, size)} for frame, size in frames
        ],
        "why": [*_why(copy, scene), *_times(copy, began)],
        "python": python(copy.frames, copy.sizes),
    } | (_of_subscription(copy, began) if receiver and receiver.type == "XPUB" else {})


def _of_subscription(copy: Copy, began: int) -> dict[str, Any]:
    """Return what is different where no program sent the message: ZeroMQ did, for a subscription made or ended."""
    verb = "subscribe" if copy.frames[0][:1] == b"\x01" else "unsubscribe"
    came = f"It came at {moment_words((copy.arrived - began) / 1e6)}. When it left is not recorded."
    topic = copy.frames[0][1:]
    return {"why": [f"ZeroMQ sends it for {verb}().", came], "python": f"socket.{verb}({topic!r})"}


def python(frames: tuple[bytes, ...], sizes: tuple[int, ...]) -> str:
    """Return the Python that sends these frames again. Where only their beginning is kept, it says so."""
    cut = any(size > len(frame) for frame, size in zip(frames, sizes, strict=True))
    note = f"  # only the first {max(map(len, frames))} bytes of a frame are kept" if cut else ""
    if len(frames) == 1:
        return f"socket.send({frames[0]!r}){note}"
    return f"socket.send_multipart([{', '.join(map(repr, frames))}]){note}"


def _hex(frame: bytes, size: int) -> str:
    shown = frame[:24].hex(" ")
    return f"{shown} …" if size > 24 else shown


def _why(copy: Copy, scene: Scene) -> list[str]:
    receiver = scene.sockets.get(copy.receiver) if copy.receiver else None
    inferred = " This is inferred." if copy.inferred else ""
    if copy.state == "not delivered":
        return [f"Not delivered: {copy.why}.{inferred}"]
    if copy.state == "filtered":
        return [f"It stayed at the publisher: no subscription of {receiver.actor} begins its first frame."]
    if receiver and receiver.type in ("SUB", "XSUB"):
        for topic in receiver.topics:
            if copy.frames[0].startswith(topic):
                words = f"begins with “{text_of(topic)}”" if topic else "passes: an empty subscription lets all through"
                return [f"Frame 1 {words}.{inferred}"]
    if copy.state == OUTSIDE:
        return ["It went to a program that is not recorded."]
    if receiver is None:
        return ["Nobody can say yet who will receive it."]
    return [inferred.strip()] if inferred else []


def _times(copy: Copy, began: int) -> list[str]:
    left = f"It left at {moment_words((copy.left - began) / 1e6)}"
    if copy.state == "received":
        return [
            f"{left} and was received {moment_words((copy.arrived - copy.left) / 1e6)} later, drawn slower than it happened."
        ]
    return [f"{left}."]
