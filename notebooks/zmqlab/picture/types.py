"""The types of sockets: which one sends to which, and so which two can share a link.

From the RFCs of ZeroMQ (28 request-reply, 29 publish-subscribe, 30 pipeline, 31 exclusive pair; 41 client-server, 48
radio-dish, 49 scatter-gather, 51 peer, 52 channel) and libzmq's manual of `zmq_socket`.
"""

SENDS_TO: dict[str, set[str]] = {
    "REQ": {"REP", "ROUTER"},
    "REP": {"REQ", "DEALER"},
    "DEALER": {"REP", "ROUTER", "DEALER"},
    "ROUTER": {"REQ", "DEALER", "ROUTER"},
    "PUB": {"SUB", "XSUB"},
    "XPUB": {"SUB", "XSUB"},
    "SUB": set(),
    "XSUB": {"PUB", "XPUB"},
    "PUSH": {"PULL"},
    "PULL": set(),
    "PAIR": {"PAIR"},
    "STREAM": set(),
    # The types that libzmq still calls drafts: most builds of it are without them.
    "SERVER": {"CLIENT"},
    "CLIENT": {"SERVER"},
    "RADIO": {"DISH"},
    "DISH": set(),
    "SCATTER": {"GATHER"},
    "GATHER": set(),
    "PEER": {"PEER"},
    "CHANNEL": {"CHANNEL"},
    "DGRAM": set(),
}
"""Which types receive what a type sends. A type without a row is one that this course does not know."""

LINKS_TO: dict[str, set[str]] = {
    one: others | {other for other, receivers in SENDS_TO.items() if one in receivers}
    for one, others in SENDS_TO.items()
}
"""Which types a type shares a link with, whoever of the two sends."""

RAW = {"STREAM", "DGRAM"}
"""What talks to anything on the network, not to sockets of ZeroMQ: who its peers are is not in the record."""

FAN_OUT = {"PUB", "XPUB"}
"""What sends a copy to each of its peers that wants it."""

ONLY_SENDS = {"PUB", "PUSH", "RADIO", "SCATTER"}
"""What gives its program no messages."""


def has_known_links(kind: str) -> bool:
    """Whether the record can tell with whom a socket of this type is linked."""
    return kind in SENDS_TO and kind not in RAW


def subscribes_by_hand(kind: str, frames: tuple[bytes, ...]) -> bool:
    """Whether a socket that sends this subscribes, or unsubscribes: an XSUB does by the byte 1 or 0 and the topic (RFC 29)."""
    return kind == "XSUB" and frames[0][:1] in (b"\x00", b"\x01")
