"""What a scene says in words: frames, topics, counts, and the sum that adds up."""

from __future__ import annotations

from .scene import Doubt, Scene, SocketState
from .types import has_known_links

LINKS_NOT_KNOWN = "links not known"
"""Said of a socket of a type that the record does not know, or that talks to what is no ZeroMQ (`STREAM`)."""
LONGEST_TOPIC = 30
"""Letters of a topic that are shown at most."""


def text_of(frame: bytes, size: int | None = None, limit: int = 14) -> str:
    """Return a frame as a person reads it: as text if it is text, else its bytes in hex."""
    try:
        text = frame.decode()
    except UnicodeDecodeError as error:
        cut_in_a_character = size is not None and size > len(frame) and error.start >= len(frame) - 3
        text = frame[: error.start].decode() if cut_in_a_character else ""
    if not text.isprintable() or (frame and not text):
        text = _as_subscription(frame) or frame[:limit].hex(" ")
    if frame == b"":
        return "empty"
    shortened = len(text) > limit or (size is not None and size > len(frame))
    return text[: limit - 1] + "…" if shortened else text


def _as_subscription(frame: bytes) -> str:
    """Return what an XPUB receives as Python shows it: the byte 1 or 0, and the topic. Nothing for other bytes."""
    begins = {b"\x00": r"\x00", b"\x01": r"\x01"}.get(frame[:1], "")
    try:
        topic = frame[1:].decode()
    except UnicodeDecodeError:
        return ""
    return begins + topic if begins and topic and topic.isprintable() else ""


def moment_words(milliseconds: float) -> str:
    """Return a moment, or how long something took, to the microsecond: 0.071 ms, 47.379340 s."""
    return f"{milliseconds:.3f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.6f} s"


def nobody_seen(socket: SocketState) -> str:
    """Return what is said of a connection whose other end is not in the record."""
    return "waiting for a peer" if has_known_links(socket.type) else LINKS_NOT_KNOWN


def verb(socket: SocketState) -> str:
    """Return what a socket has done to be found, or to find others."""
    return " ".join([*(["bind"] if socket.bound else []), *(["connect"] if socket.links else [])])


def number_of(number: int, what: str) -> str:
    """Return how many of something there are: 1 message, 2 messages."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def does(actor: str, words: str) -> str:
    """Return what an actor does, its verb first in `words`, as a sentence. The learner is addressed: "you wait"."""
    verb, space, rest = words.partition(" ")
    if actor == "you":
        verb = {"has": "have", "is": "are", "goes": "go", "does": "do"}.get(verb, verb.removesuffix("s"))
    return f"{actor} {verb}{space}{rest}"


def held_in_doubt(number: int, doubt: Doubt) -> str:
    """Return what is said of messages that may wait, and may be gone."""
    return f"{number:,} waiting or {'dropped' if doubt is Doubt.DROPPED else 'thrown away'}"


def lingers(number: int, closed: int, until: int) -> str:
    """Return what is said of messages at a sender that closed at a moment, and holds them `until` another (both in ns)."""
    how_long = f", up to {(until - closed) / 1e6:,.0f} ms" if until > 0 else ""
    return f"{number:,} linger{'s' * (number == 1)}{how_long}"


def dealt(number: int) -> str:
    """Return what is said of messages that are in one of several queues, nobody can say which."""
    return f"{number:,} dealt: not known to which"


def run_words(run: int) -> str:
    """Return which run of its actor a socket belongs to."""
    ending = "th" if run % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(run % 10, "th")
    return f"{run}{ending} run"


def topic_words(topic: bytes) -> str:
    """Return a subscription in words."""
    return "everything" if topic == b"" else text_of(topic, limit=LONGEST_TOPIC)


def counts(scene: Scene, socket: SocketState) -> str:
    """Return what a socket has sent and received, in words that add up with those of the others."""
    return " · ".join(count_words(scene, socket))


def count_words(scene: Scene, socket: SocketState, waiting: bool = True) -> list[str]:
    """Return the same phrase by phrase; without what is `waiting` where that is said elsewhere."""
    words = []
    if socket.type not in ("SUB", "PULL", "XSUB"):
        sent = socket.sent - socket.sent_before
        # A REQ receives what it has asked for: in a film that begins after its request, the request was before.
        asked_before = socket.type == "REQ" and not sent and socket.received > socket.received_before
        words.append(f"sent {sent:,}" if not asked_before else "sent 1 (before)")
    if socket.type not in ("PUB", "PUSH", "XPUB"):
        words.append(f"received {socket.received - socket.received_before:,}")
    if on_its_way := scene.on_the_way_to(socket):
        words.append(f"{on_its_way:,} on its way")
    if waiting and (number := scene.waiting_at(socket)):
        words.append(f"{number:,} waiting")
    actor = scene.actors.get(socket.actor)
    if actor and actor.run > 1 and not actor.visitor:  # the sum counts the first run, too
        words.append(run_words(actor.run))
    if not has_known_links(socket.type):
        words.append(LINKS_NOT_KNOWN)
    return words


def totals_words(scene: Scene) -> str:
    """Return the sum of a scene: sent, and what became of it."""
    totals = scene.totals()
    expected = totals.pop("expected")
    if not expected:
        return "nothing sent yet"
    named = {"received": "received", "filtered": "filtered", "not delivered": "not delivered"}
    named["to strangers"] = "to a program that is not recorded"
    named |= {"waiting": "waiting", "on its way": "on its way", "counted only": "not seen one by one"}
    named |= {"not known": "to whom is not known"}
    named |= {"lingering": "lingering at a closed sender", "waiting or dropped": "waiting or dropped"}
    parts = [f"{number:,} {named[kind]}" for kind, number in totals.items() if number or kind == "received"]
    before, strange = scene.before, scene.from_strangers
    own = expected - strange - before
    sent = f"{scene.sent:,} sent" if own == scene.sent else f"{scene.sent:,} sent, {own:,} copies"
    if before:
        sent = f"{sent}, {before:,} before" if scene.sent else f"{before:,} sent before"
    if strange:
        sent = f"{sent}, " if scene.sent or before else ""
        sent += f"{strange:,} from a program that is not recorded"
    return f"{sent} = {', '.join(parts)}"


def message_words(frames: tuple[bytes, ...], sizes: tuple[int, ...]) -> str:
    """Return a message as one line of text."""
    return " | ".join(text_of(frame, size, 40) for frame, size in zip(frames, sizes, strict=True))


def stayed_words(scene: Scene, socket: SocketState) -> str:
    """Return how many messages stayed at a publisher, and for whom if it is one."""
    peers = [(scene.sockets[peer].actor, number) for peer, number in socket.filtered.items() if peer in scene.sockets]
    for_whom = f" for “{peers[0][0]}”" if len(peers) == 1 else ""
    return f"{sum(number for _, number in peers):,} stayed here{for_whom}: no match"
