"""What each type of socket does when there is no room: tried on real sockets, with no peer and with one that never reads."""

from __future__ import annotations

import zmq

from .attempts import Attempts

MARK, MESSAGES = 5, 20
PEERS = {"PUSH": "PULL", "PUB": "SUB", "DEALER": "DEALER", "ROUTER": "DEALER", "PAIR": "PAIR", "XPUB": "SUB"}
PEERS |= {"REQ": "ROUTER", "REP": "DEALER", "XSUB": "XPUB", "PULL": "PUSH", "SUB": "PUB"}
"""Each type of socket, and one that it can talk to."""
SITUATIONS = ["bound, no peer", "connected, no peer", "connected, no peer, immediate", "peer is full"]
REASONS = {
    "PUSH": "it deals out work, and work must not be lost",
    "PUB": "one slow subscriber would hold up all the others",
    "DEALER": "it deals out what it sends, as a PUSH does",
    "ROUTER": "one slow peer would hold up all the others",
    "PAIR": "its only peer has no room, and nothing may be lost",
    "XPUB": "it is a PUB that also hears who subscribes",
    "REQ": "with one request out, it must hear the reply first. Where it has no queue, it waits",
    "REP": "it has no request to reply to",
    "XSUB": "it drops what its publisher has no room for",
    "PULL": "it only receives",
    "SUB": "it only receives",
}
"""Why each does in the last situation what it does."""


def send_twenty(socket: zmq.Socket) -> str:
    """Try to send 20 messages without waiting. Return what became of them: "waits, after 5", "waits at once"."""
    frames = [b"peer", b"hello"] if socket.type == zmq.ROUTER else [b"hello"]  # a ROUTER is told to whom
    for number in range(MESSAGES):
        try:
            socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.Again:
            return _from("waits", number)  # without NOBLOCK it would
        except zmq.ZMQError:
            return _from("refuses", number)
    return "drops"


def _from(what: str, number: int) -> str:
    return f"{what}, after {number}" if number else f"{what} at once"


def attempt(name: str, situation: str, nobody: str) -> str:
    """Try a type of socket in one of the `SITUATIONS`, with marks of 5. `nobody` is an endpoint where nobody is."""
    kind, other = getattr(zmq, name), getattr(zmq, PEERS[name])
    with zmq.Context() as context, context.socket(kind) as tried, context.socket(other) as peer:
        tried.sndhwm = peer.rcvhwm = MARK
        tried.linger = peer.linger = 0
        tried.immediate = "immediate" in situation
        if situation == "peer is full":
            peer.routing_id = b"peer"
            tried.bind("inproc://table")
            peer.connect("inproc://table")
            if other == zmq.SUB:
                peer.subscribe("")
        else:
            (tried.bind if situation.startswith("bound") else tried.connect)(nobody)
        return send_twenty(tried)


class WhoWaits(Attempts):
    """The table of who waits, who drops and who refuses: the learner says for some types, then a press tries them all."""

    def __init__(self) -> None:
        does = ["waits", "drops", "refuses"]
        super().__init__(self._try, PEERS, SITUATIONS, does, "Who waits, who drops?", REASONS)

    def _try(self, name: str, situation: str) -> str:
        return attempt(name, situation, self.lab.endpoint("nobody"))
