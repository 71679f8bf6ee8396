"""Every sentence that a learner reads on a picture.

Nothing else of the picture makes a sentence, and nothing reads one: what logic needs to know is a number, a kind or a flag.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..record import events as kinds
from ..record.events import Event, Message
from ..record.trace import PREVIEW
from .copies import Copy
from .envelopes import ADDRESS, NOT_KNOWN, Part, parts
from .types import ONLY_SENDS, has_known_links, subscribes_by_hand

if TYPE_CHECKING:
    from .actors import ActorState
    from .scene import Scene
    from .sockets import SocketState

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
    return begins + topic if begins and topic.isprintable() else ""


def moment_words(milliseconds: float) -> str:
    """Return a moment, or how long something took, to the microsecond: 0.071 ms, 47.379340 s."""
    return f"{milliseconds:.3f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.6f} s"


def nobody_seen(socket: SocketState) -> str:
    """Return what is said of a connection whose other end is not in the record."""
    if not has_known_links(socket.type):
        return LINKS_NOT_KNOWN
    had_peers = bool(socket.links) and socket.linked_at.issuperset(socket.links)  # whose sockets are drawn no more
    if socket.open:
        return NOBODY_THERE if had_peers and set(socket.links.values()) == {"down"} else WAITS_FOR_A_PEER
    return PEER_IS_GONE if had_peers else HAD_NO_PEER


def of_sockets(kinds: list[str], words: str) -> str:
    """Return words of which it is said what sockets of an actor they are about, not all: "PULL waiting for a peer"."""
    return " ".join([*dict.fromkeys(kinds), words])


def verb(socket: SocketState) -> str:
    """Return what a socket has done to be found, or to find others, and under which name."""
    name = [f"as {name_of(socket.name)}"] if socket.name and socket.links else []
    return " ".join([*(["bind"] if socket.bound else []), *(["connect"] if socket.links else []), *name])


def bound_to(endpoint: str) -> str:
    """Return where a socket has bound, where its verb does not stand beside it."""
    return f"bind {endpoint}"


def number_of(number: int, what: str) -> str:
    """Return how many of something there are: 1 message, 2 messages."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def does(actor: str, words: str) -> str:
    """Return what an actor does, its verb first in `words`, as a sentence. The learner is addressed: "you wait"."""
    verb, space, rest = words.partition(" ")
    if actor == "you":
        verb = {"has": "have", "is": "are", "goes": "go", "does": "do"}.get(verb, verb.removesuffix("s"))
    return f"{actor} {verb}{space}{rest}"


def held_in_doubt(number: int) -> str:
    """Return what is said of messages that may wait, and may be gone."""
    return f"{number:,} waiting or dropped"


def lingers(number: int, closed: int, until: int) -> str:
    """Return what is said of messages at a sender that closed at a moment, and holds them `until` another (both in ns)."""
    how_long = f", up to {(until - closed) / 1e6:,.0f} ms" if until > 0 else ""
    return f"{number:,} linger{'s' * (number == 1)}{how_long}"


def dealt(number: int) -> str:
    """Return what is said of messages each of which is in one of several queues, nobody can say in which."""
    return f"{number:,} dealt among them"


def run_words(run: int) -> str:
    """Return which run of its actor a socket belongs to."""
    ending = "th" if run % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(run % 10, "th")
    return f"{run}{ending} run"


def topic_words(topic: bytes) -> str:
    """Return a subscription in words."""
    return "everything" if topic == b"" else text_of(topic, limit=LONGEST_TOPIC)


def part_words(part: Part, limit: int = 14) -> str:
    """Return a frame of a message as a person reads it: an address by its short name."""
    if part is NOT_KNOWN:
        return "its address"
    return name_of(part.frame, limit) if part.kind == ADDRESS else text_of(part.frame, part.size, limit)


def name_of(address: bytes, limit: int = 14) -> str:
    """Return a short name for an address, the same at all times: its text, or the last bytes of one that a ROUTER made.

    Those begin with a zero byte, and count up: so the last two bytes tell them apart.
    """
    try:
        text = "" if address[:1] == b"\x00" else address.decode()
    except UnicodeDecodeError:
        text = ""
    return text_of(address, limit=limit) if text.isprintable() and text else f"id {address[-2:].hex()}"


def counts(scene: Scene, socket: SocketState) -> str:
    """Return what a socket has sent and received, in words that add up with those of the others."""
    return joined(counted(scene, socket))


def joined(counts: Iterable[tuple[str, str]]) -> str:
    """Return counts in one line."""
    return " · ".join(words for _, words in counts)


def counted(scene: Scene, socket: SocketState, waiting: bool = True, former: bool = True) -> list[tuple[str, str]]:
    """Return the same, each count by itself: what it is of, and its words.

    Without what is `waiting` where its queue says so, and without what `former` sockets in its place have counted where
    that has no room.
    """
    found = []
    sent, received = socket.counted()
    sent_earlier, received_earlier = socket.counted_earlier() if former else (0, 0)
    if socket.type not in ("SUB", "PULL", "XSUB"):
        # A REQ receives what it has asked for: in a film that begins after its request, the request was before.
        asked_before = socket.type == "REQ" and not sent and received and not sent_earlier
        told = f"sent {sent:,}{_beside_count(sent_earlier, socket.to_nobody, sent)}"
        found.append(("sent", "sent 1 (before)" if asked_before else told))
    elif socket.type == "XSUB":
        found.append(("sent", of_subscriptions("sent", sent, sent_earlier)))
    if socket.type == "XPUB":
        found.append(("received", of_subscriptions("received", received, received_earlier)))
    elif socket.type not in ONLY_SENDS:
        found.append(("received", f"received {received:,}{_beside_count(received_earlier)}"))
    measured = scene.measured(socket) is not None  # then it is said where they are, also of those whose pills still fly
    if not measured and (on_its_way := scene.on_the_way_to(socket)):
        found.append(("on its way", on_the_way(on_its_way)))
    if waiting and (number := scene.waiting_at(socket)):
        found.append(("waiting", f"{number:,} waiting"))
    actor = scene.actors.get(socket.actor)
    if actor and actor.run > 1 and not (sent_earlier or received_earlier):
        found.append(("run", run_words(actor.run)))
    if not has_known_links(socket.type):
        found.append(("links", LINKS_NOT_KNOWN))
    return found


def _beside_count(earlier: int, to_nobody: int = 0, number: int = 0) -> str:
    """Return what is said beside a count: how many those had before that stood in the socket's place, as the sum has them, too."""
    if to_nobody and to_nobody == number and not earlier:
        return " to nobody"
    found = [f"{earlier:,} before"] if earlier else []
    found += [f"{to_nobody:,} of all to nobody" if earlier else f"{to_nobody:,} to nobody"] if to_nobody else []
    return f" ({', '.join(found)})" if found else ""


def of_subscriptions(verb: str, number: int, earlier: int = 0) -> str:
    """Return a count of subscriptions, made and ended: to an XSUB and an XPUB each is a message, and the sum has none of them."""
    before = f", {earlier:,} before" if earlier else ""
    return f"{verb} {number:,} (about subscriptions{before})"


def on_the_way(number: int) -> str:
    """Return how many messages are under way: 1 on its way, 2 on the way."""
    return f"{number:,} on {'its' if number == 1 else 'the'} way"


def _tells_of_subscriptions(socket: SocketState) -> bool:
    """Whether a socket has sent, or received, what is counted as no message: that somebody subscribes."""
    return (socket.type == "XSUB" and socket.sent > socket.sent_before) or (
        socket.type == "XPUB" and socket.received > socket.received_before
    )


def totals_words(scene: Scene) -> str:
    """Return the sum of a scene: sent, and what became of it."""
    totals = scene.totals()
    expected = totals.pop("expected")
    if not expected:
        if scene.sent:
            return f"{scene.sent:,} sent, to nobody"
        nothing = "nothing sent" if scene.recorded else "nothing sent yet"
        return f"{nothing} but subscriptions" if any(map(_tells_of_subscriptions, scene.sockets.values())) else nothing
    named = {"received": "received", "filtered": "filtered"}
    # Who is to find out where messages were lost sees how many never came.
    named["not delivered"] = "not received" if scene.ledger.hides_losses else "not delivered"
    named["to strangers"] = "to a program that is not recorded"
    named |= {"waiting": "waiting", "on its way": "on its way", "counted only": "not seen one by one"}
    named |= {"not known": "to whom is not known"}
    named |= {"lingering": "lingering at a closed sender", "waiting or dropped": "waiting or dropped"}
    named["on its way"] = on_the_way(totals["on its way"]).partition(" ")[2]
    parts = [f"{number:,} {named[kind]}" for kind, number in totals.items() if number or kind == "received"]
    before, strange = scene.before, scene.from_strangers
    own = expected - strange - before
    sent = f"{scene.sent:,} sent" + (f" − {scene.to_nobody:,} to nobody" if scene.to_nobody else "")
    sent += "" if own == scene.sent - scene.to_nobody else f", {own:,} {'copy' if own == 1 else 'copies'}"
    if before:
        sent = f"{sent} + {before:,} before" if scene.sent else f"{before:,} sent before"
    if strange:
        sent = f"{sent} + " if scene.sent or before else ""
        sent += f"{strange:,} from a program that is not recorded"
    return f"{sent} = {', '.join(parts)}"


def message_words(frames: tuple[bytes, ...], sizes: tuple[int, ...], type: str = "") -> str:
    """Return a message as one line of text, as a socket of this type gives or gets it."""
    return " | ".join(part_words(part, 40) for part in parts(frames, sizes, type))


def as_told(event: Message, scene: Scene) -> str:
    """Return a message as one line of text, as the program gave or got it."""
    return message_words(event.frames, event.sizes, _type_of(event, scene))


def _type_of(event: Message, scene: Scene) -> str:
    socket = scene.sockets.get(event.socket)
    return socket.type if socket else ""


def came_to_a_stop(what: str, problem: Exception) -> str:
    """Return what is said where a control or a picture cannot go on by a fault of its own."""
    reason = f"{type(problem).__name__}: {problem}"
    return f"This {what} has come to a stop by a fault of its own ({reason}). All others go on, and so does the record: run its cell again."


def actor_condition(actor: ActorState) -> str:
    """Return whether an actor is to die, or is not at work any more; nothing while it is at work as ever."""
    if not actor.alive:
        return f"{actor.name} is not at work: {actor.words}"
    if actor.armed:
        return f"{actor.name} is armed: send it a message, and it dies"
    return ""


# what an actor does: the parts of a state, a reason on its own

RUNNING = "running"
WAITS_FOR_YOU = "waiting for you"
WAITS_FOR_A_TEXT = "waiting for its next text"
"""The same in a recording: there is no you in it."""
NOT_BEGUN = "not begun yet"
"""Of an actor that takes part in a film, before it does anything."""


def waits_in(call: str) -> tuple[str, ...]:
    """Return what is said of an actor that waits in a call."""
    return (f"waiting in {call}()",)


def waits_to_send(nobody_there: bool) -> tuple[str, ...]:
    """Return what is said of an actor that cannot send: nobody is there, or no more is taken."""
    return ("no peer" if nobody_there else "queue full", *waits_in("send"))


def pauses_for(seconds: float) -> tuple[str, ...]:
    """Return what is said of an actor that does nothing, or what stands for work, for so many seconds."""
    return (f"in pause({seconds:g})",)


def ended_words(event: Event, replies: bool) -> tuple[str, ...]:
    """Return what is said of an actor that has ended. `replies` says that it has a socket that answers requests."""
    match event:
        case kinds.Stopped():
            return ("stopped", "its `except:` catches all") if event.swallowed else ("stopped",)
        case kinds.Died():
            where = {"received": "died with the message", "sent": "died before sending"}
            if replies:
                where = {"received": "died with the request", "sent": "died before its reply"}
            return (where.get(event.fault, "died"),)
        case kinds.Failed():
            return (event.error, event.why)
    return (PLAIN_WORDS[type(event)],)


def trouble_words(event: Event, unseen: str) -> tuple[str, ...]:
    """Return what is said of an actor that is in trouble, and not at its end. `unseen` is what it uses unrecorded."""
    match event:
        case kinds.LongWait():
            return (f"waiting {event.seconds:g} s", "press ■")
        case kinds.Stuck():
            return ("does not stop", f"{unseen} is not recorded" if unseen else "busy in its own code")
        case kinds.NotRecorded():
            return ("not recorded", event.what)
    return (f"{event.call}() refused",)


def armed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a state, with a fault that will come."""
    return (*parts[:-1], f"{parts[-1]} ⚡ armed")


def process_words(process: int) -> str:
    """Return which process an actor is."""
    return f"process {process}"


# on a link, and at a socket

WAITS_FOR_A_PEER, NOBODY_THERE = "waiting for a peer", "nobody there"
HAD_NO_PEER, PEER_IS_GONE = "had no peer", "its peer is gone"
TURNED_AWAY = "turned away"
NOT_RECORDED = "peer not recorded"
"""On a link to a program that is not recorded."""
A_STRANGER = "a program that is not recorded"
INFERRED = "inferred"
STAYED = "stayed here"


def queue_words(waiting: int, limit: int) -> str:
    """Return how full a queue is. What is above its high-water mark waits before it: on the way, or at the sender."""
    if limit >= 1000:
        return f"queue {waiting:,}"
    beyond = waiting - limit
    return f"queue {min(waiting, limit):,} of {limit:,}" + (f", {beyond:,} before it" if beyond > 0 else "")


def measured_queue(number: int, limit: int, drops: bool = False) -> str:
    """Return how full a queue was when it was measured. Its mark is no sharp line: libzmq makes room in steps.

    What a socket that `drops` could not put into its queue is counted with what waits there.
    """
    if drops and number > limit:
        return held_in_doubt(number)
    return f"queue {number:,}" if limit >= 1000 else f"queue {number:,} of {limit:,}"


def in_the_kernel(number: int) -> str:
    """Return how many messages are in the system's buffers, between two queues."""
    return f"{number:,} in the kernel"


def to_send(number: int) -> str:
    """Return what is said of messages at their sender, where more stands at the other end, or it has a queue for each way."""
    return f"{number:,} to send"


def in_its_code(number: int, alive: bool) -> str:
    """Return what is said of messages that an actor between others has received, and has not sent on."""
    return f"holds {number:,}: not sent on" if alive else f"{number:,} never sent on"


def side_words(kind: str, behind: bool) -> str:
    """Return what two sockets of a type are called that stand on the two sides of their actor."""
    return f"{'right' if behind else 'left'} {kind}"


def at_sender(number: int, linked: bool) -> str:
    """Return what is said of messages at their sender."""
    return f"queue {number:,}" if linked else f"{number:,} {WAITS_FOR_A_PEER}"


def stayed_here(number: int, earlier: int = 0, peer: str = "", matches: bool = False) -> str:
    """Return how many messages stayed at their publisher, for one `peer` if it is one; `matches`: the last of them, by now.

    `earlier` are those of its former runs.
    """
    before = f" ({earlier:,} before)" if earlier else ""
    return f"{number:,} {STAYED}{before}{f' for “{peer}”' if peer else ''}: {TOO_SOON if matches else NO_MATCH}"


def stayed_words(scene: Scene, socket: SocketState) -> str:
    """Return how many messages stayed at a publisher, and for whom if it is one."""
    peers = [(scene.sockets[peer].actor, number) for peer, number in socket.filtered.items() if peer in scene.sockets]
    last = scene.stayed.get(socket.number)
    receiver = scene.sockets.get(last.receiver or 0) if last else None
    matches = receiver is not None and receiver.open and receiver.wants(last.frames)
    number, peer = sum(number for _, number in peers), peers[0][0] if len(peers) == 1 else ""
    return stayed_here(number, socket.stayed_earlier, peer, matches)


def losses(scene: Scene, socket: SocketState, most: int, former: bool = True) -> list[str]:
    """Return how many messages were lost at a socket, and why: each reason with its number, `most` of them.

    With `former`, also at those in whose place it stands.
    """
    there, by_reason = (socket.number, *(socket.former_numbers if former else ())), Counter[str]()
    for (where, why, inferred), number in scene.losses.items():
        if where in there and number:
            by_reason[f"inferred: {why}" if inferred else why] += number
    if not by_reason:
        return []
    found = [(number, why) for why, number in by_reason.most_common()]
    total = f"{sum(number for number, _ in found):,} not delivered"
    if len(found) == 1:
        return [f"{total} ({found[0][1]})"]
    reasons = [f"{number:,}: {why}" for number, why in found[:most]]
    others = sum(number for number, _ in found[most:])
    return [f"{total}:", *reasons, *([f"{others:,}: other reasons"] if others else [])]


def rate_words(rate: float, short: bool = False) -> str:
    """Return a rate in words: 98.4 k a second."""
    unit = "/s" if short else " a second"
    if rate >= 1_000_000:
        return f"{rate / 1e6:.1f} M{unit}"
    return f"{rate / 1e3:.1f} k{unit}" if rate >= 1_000 else f"{rate:.0f}{unit}"


# why a message was not delivered

ONE_PEER = "a PAIR has one peer"
DROPPED = "dropped here"
THROWN_AWAY = "thrown away: closed with linger 0"
LINGER_OVER = "its socket was closed, and its linger is over"
NOT_CONNECTED = "not connected yet"
NO_MATCH, TOO_SOON = "no match", "too soon"
NEWER_CAME = "a newer one took its place"
NEVER_RECEIVED = "never received"
DISCARDED = "discarded with its socket"
UNSUBSCRIBED = "unsubscribed before it was read"
NO_SUCH_NAME = "nobody has that name"
NAME_TAKEN = "another has its name"
NO_EMPTY_FRAME = "no empty frame"
ASKED_ANEW = "too late, after a new request"


def turned_away(socket: SocketState) -> str:
    """Return why a socket was turned away."""
    return ONE_PEER if socket.type == "PAIR" else NAME_TAKEN


def closed_its_socket(actor: str) -> str:
    """Return that an actor, or nobody knows which, has closed the socket that a message was for."""
    return f"{actor or 'a receiver'} closed its socket"


def disconnected(actor: str) -> str:
    """Return that an actor has disconnected the socket that a message was for."""
    return f"{actor} disconnected"


def asker_closed(actor: str) -> str:
    """Return that who asked is not there any more for its reply."""
    return f"{actor or 'who asked'} closed that socket"


def died_with_it(actor: str) -> str:
    """Return that a message was still at its sender when that died."""
    return f"{actor} died with it"


# the steps of a film


def level_words(actors: Iterable[str], most: int | None) -> str:
    """Return how much of a link is drawn from now on: all, or less because it has more than `most` messages a second."""
    what = {None: "every message is shown again", 10: "shown without their text"}.get(most, "only totals are shown")
    what = what if most is None else f"more than {most} messages a second: {what}"
    return f"{' and '.join(actors)}: {what}"


def too_fast(number: int) -> str:
    """Return how many messages were not told one by one."""
    return f"{number_of(number, 'message')}, too fast to show one by one"


def more_lost(number: int) -> str:
    """Return how many more messages were lost at one moment."""
    return f"{number_of(number, 'message')} more: not delivered"


def loss_words(copy: Copy) -> str:
    """Return that a message was given up, and why."""
    return f"“{' | '.join(part_words(part, 40) for part in copy.drawn)}” is not delivered: {copy.why} (inferred)"


def scale_words(real: float, film: float, whole: bool = True) -> str:
    """Return how long a film takes, and how long it took, both in ms: "It took 0.31 s. This film takes 6.2 s: …".

    Where it is not the `whole` story, the words say that this is a part of it.
    """
    took = f"{'It' if whole else 'This part'} took {_span(real)}. This film takes {_span(film)}"
    times = film / real if real else 0
    if times >= 1.5:
        return f"{took}: {times:,.{0 if times >= 10 else 1}f} times slower."
    return f"{took}: its long pauses are cut." if real > film else f"{took}."


def _span(milliseconds: float) -> str:
    """Return how long something takes, to two figures: 0.94 ms, 31 ms, 6.2 s."""
    if milliseconds < 1000:
        return f"{milliseconds:.{0 if milliseconds >= 10 else 1 if milliseconds >= 1 else 2}f} ms"
    return f"{milliseconds / 1000:.{0 if milliseconds >= 10_000 else 1}f} s"


def event_words(event: Event, scene: Scene) -> str:
    """Return an event as a sentence, without its full stop."""
    match event:
        case kinds.Sent() if subscribes_by_hand(_type_of(event, scene), event.frames):
            begins, topic = event.frames[0][:1] == b"\x01", topic_words(event.frames[0][1:])
            what = f"subscribes to {topic}" if begins else f"unsubscribes from {topic}"
            return does(event.actor, f"{what}, by sending “{as_told(event, scene)}”")
        case kinds.Sent():
            text = does(event.actor, f"sends {_quoted(event, scene)}")
            for copy in scene.changes.stayed:
                text += f"; it stays here for {scene.sockets[copy.receiver].actor}: no match"
            return text + _not_delivered(event, scene) + _corrected(scene)
        case kinds.Received():
            sender = [scene.sockets[copy.sender].actor for copy in scene.changes.landed]
            source = f" from {sender[0]}" if sender else ""
            text = does(event.actor, f"receives {_quoted(event, scene)}{source}")
            return text + _corrected(scene)
        case kinds.GoesOn():
            return does(event.actor, "goes on")
        case kinds.WaitsForYou():
            if event.actor == "you":
                return "you wait for your message"
            return does(event.actor, "waits for its next text" if scene.recorded else "waits for you")
        case kinds.Pauses():
            return does(event.actor, f"pauses for {event.seconds:g} s")
        case kinds.Waits():
            return does(event.actor, f"waits in {event.call}()") + _corrected(scene)
        case kinds.Measured():
            return ""
        case kinds.Pressed():
            return f"you press “{event.button}”"
        case kinds.LinkUp():
            return does(event.actor, _link_words(event, scene))
        case kinds.Counted():
            return does(event.actor, f"has sent {event.sent:,} and received {event.received:,} in all")
    return does(event.actor, _what_it_does(event))


def _quoted(event: Message, scene: Scene) -> str:
    return f"“{as_told(event, scene)}”" if any(event.sizes) or len(event.sizes) > 1 else "an empty message"


def _not_delivered(event: kinds.Sent, scene: Scene) -> str:
    """Return in words what was lost as a message was sent: copies of it, or messages that were sent before."""
    lost = scene.changes.lost
    own = Counter(copy.why for copy in lost if (copy.sender, copy.total) == (event.socket, event.total))
    text = "".join(f"; {f'{number} ' if number > 1 else ''}not delivered: {why}" for why, number in own.items())
    others: dict[str, list[Copy]] = {}
    for copy in lost:
        if (copy.sender, copy.total) != (event.socket, event.total):
            others.setdefault(copy.why, []).append(copy)
    for why, (first, *more) in others.items():
        said = message_words(first.frames, first.sizes, scene.sockets[first.sender].type)
        text += f"; {len(more) + 1} sent before are" if more else f"; “{said}” is"
        text += f" not delivered: {why}"
    return text


def _corrected(scene: Scene) -> str:
    """Return in words that the picture was wrong of some messages, which stand at their sender now."""
    number = len(scene.changes.corrected)
    return (
        f"; in which queue {number_of(number, 'message')} wait{'s' * (number == 1)} is not known after all"
        if number
        else ""
    )


def _link_words(event: kinds.LinkUp, scene: Scene) -> str:
    """Return what it means that ZeroMQ has told of a link: who is there, as far as that is recorded."""
    socket = scene.sockets.get(event.socket)
    if socket is None:
        return _what_it_does(event)
    if socket.links.get(event.endpoint) == "turned away":
        return "is turned away: who is there takes no other"
    if event.endpoint in socket.told_late:
        return "is told of the link only now: a message was faster"
    there = {peer.actor for peer in scene.sockets.values() if peer.open and peer.is_at(event.endpoint, socket)}
    if len(there) != 1:
        return _what_it_does(event)
    name = there.pop()
    return f"has a link: {name} {'are' if name == 'you' else 'is'} there"


def _what_it_does(event: Event) -> str:
    its = "your" if event.actor == "you" else "its"
    match event:
        case kinds.SocketMade():
            return f"makes {'an' if event.type.startswith('X') else 'a'} {event.type} socket"
        case kinds.Bound():
            return f"binds {event.endpoint}"
        case kinds.Unbound():
            return f"unbinds {event.endpoint}"
        case kinds.Connected():
            return f"connects to {event.endpoint}"
        case kinds.Disconnected():
            return f"disconnects from {event.endpoint}"
        case kinds.Accepted():
            return "has a link: a peer has come"
        case kinds.Departed():
            return "has lost a link: a peer has gone"
        case kinds.Monitored():
            return f"watches {its} socket's own events"
        case kinds.LinkUp():
            return f"has a link: {its} peer is there"
        case kinds.LinkDown():
            return f"has lost {its} link: the peer is gone"
        case kinds.Subscribed():
            return f"subscribes to {topic_words(event.topic)}"
        case kinds.Unsubscribed():
            return f"unsubscribes from {topic_words(event.topic)}"
        case kinds.HighWaterMark():
            return f"sets {its} high-water mark {event.option} to {number_of(event.messages, 'message')}"
        case kinds.Conflate():
            return f"keeps {'only the newest message' if event.on else 'all messages'}"
        case kinds.NoDrop():
            return "waits from now on where it would drop" if event.on else "drops from now on where it would wait"
        case kinds.Named():
            return f"names {its} socket {name_of(event.name)}"
        case kinds.HandsOver():
            return f"gives a name to the {'newest' if event.on else 'first'} peer that says it"
        case kinds.Refused():
            return f"calls {event.call}(), which is refused: {event.why}"
        case kinds.Closed():
            return f"closes {its} socket"
        case kinds.Started():
            return "starts" if event.process is None else f"starts in process {event.process}"
        case kinds.Kept():
            return f"keeps {number_of(event.number, 'text')} for later"
        case kinds.Armed():
            with_it = event.fault == "received"
            return f"will die {'with the next message that it receives' if with_it else f'before {its} next message leaves'}"
        case kinds.LongWait():
            return f"has waited {event.seconds:g} s: press ■ to interrupt, or start whoever should send"
        case kinds.Failed():
            return f"fails: {event.error}: {event.why}"
        case kinds.Stuck():
            return f"does not stop: {event.why or f'it is busy in code of {its} own'}"
        case kinds.NotRecorded():
            return f"uses {event.what}, which is not recorded: {event.do}"
        case kinds.Stopped() | kinds.Died() if event.swallowed:
            return f"{PLAIN_WORDS[type(event)]}, though its `except:` catches everything: write `except zmq.ZMQError:`"
        case kinds.Ended():
            return "ends: the experiment is over"
        case kinds.HeldUp():
            return f"has not been heard of for {event.seconds:g} s: what it did since may be missing here"
    return PLAIN_WORDS[type(event)]


PLAIN_WORDS = {kinds.Stopped: "stopped", kinds.Finished: "finished", kinds.Died: "died", kinds.Ended: "experiment over"}

# the sequence diagram

SHOWN = {
    kinds.Died: "died",
    kinds.Failed: "failed",
    kinds.Stuck: "stuck",
    kinds.NotRecorded: "not recorded",
    kinds.HeldUp: "not heard of: more may be missing",
    kinds.Stopped: "stopped",
    kinds.Finished: "finished",
    kinds.Started: "started",
    kinds.Closed: "closes its socket",
    kinds.LinkDown: "link down",
}
"""The control events that have a row of their own, and their words; a few more have words of their own."""


def row_words(event: Event) -> str:
    """Return the words of a control event that has a row, else nothing."""
    match event:
        case kinds.Subscribed():
            return f"subscribes to {topic_words(event.topic)}"
        case kinds.Unsubscribed():
            return f"unsubscribes from {topic_words(event.topic)}"
        case kinds.Refused():
            return f"{event.call}() refused"
    return SHOWN.get(type(event), "")


def stays_words(message: str, receiver: str) -> str:
    """Return that a message stays at its publisher."""
    return f"{message} stays{f' for {receiver}' if receiver else ''}: {NO_MATCH}"


def lost_words(message: str, why: str, receiver: str) -> tuple[str, ...]:
    """Return that a message is lost, and why: at length, and shorter."""
    to = f" to {receiver}" if receiver else ""
    return f"✕ {message} not delivered{to}: {why}", f"✕ {message} not delivered: {why}", f"✕ not delivered: {why}"


# the inspector

NOT_SEEN = "What this message held is not kept: messages went by too fast to keep each of them for this picture."
TO_A_STRANGER = f"It went to {A_STRANGER}."
NOT_KNOWN_TO_WHOM = "Nobody can say yet who will receive it."
THIS_IS_INFERRED = "This is inferred."


def message_title(number: int | None = None) -> str:
    """Return what a message is called."""
    return "A message" if number is None else f"Message {number}"


def way_words(sender: str, receiver: str) -> str:
    """Return from whom to whom a message goes."""
    return f"{sender} → {receiver or '?'}"


def places_words(sender: SocketState, receiver: SocketState) -> list[str]:
    """Return the three places at which a message can be looked at."""
    return [f"at {sender.actor}’s {sender.type}", "on the wire", f"at {receiver.actor}’s {receiver.type}"]


def inferred_too(words: str, inferred: bool) -> str:
    """Return a sentence, and that it is inferred if it is."""
    return f"{words} {THIS_IS_INFERRED}" if inferred else words


def not_delivered(why: str) -> str:
    """Return that a message was not delivered, and why."""
    return f"Not delivered: {why}."


def filtered(receiver: str) -> str:
    """Return why a message stayed at its publisher."""
    return f"It stayed at the publisher: no subscription of {receiver} begins its first frame."


def passes(topic: bytes) -> str:
    """Return why a message passed a subscription."""
    words = f"begins with “{text_of(topic)}”" if topic else "passes: an empty subscription lets all through"
    return f"Frame 1 {words}."


def times_words(left: float, took: float | None) -> str:
    """Return when a message left, in ms since the beginning, and how long it took if it was received."""
    words = f"It left at {moment_words(left)}"
    return (
        f"{words} and was received {moment_words(took)} later, drawn slower than it happened."
        if took is not None
        else f"{words}."
    )


def subscription_words(verb: str, came: float) -> list[str]:
    """Return why ZeroMQ sent a message that no program did, and when it came, in ms since the beginning."""
    return [f"ZeroMQ sends it for {verb}().", f"It came at {moment_words(came)}. When it left is not recorded."]


def cut_words(kept: int) -> str:
    """Return, as a comment in Python, that frames are kept in part."""
    return f"  # only the first {kept} bytes of a frame are kept"


# the log of an actor

WAITS_FOR_A_REPLY = "waiting for the reply …"
WAITS_FOR_A_REQUEST = "waiting for a request …"
NOBODY_TAKES_IT = "waiting: nobody is there …"
QUEUE_IS_FULL = "waiting: its queue is full …"


def kept(number: int, call: str) -> str:
    """Return that texts wait for an actor which is in a `call`, or (where that is "") in code of its own."""
    until = f"{call}() returns" if call else "its code asks for it" if number == 1 else "its code asks for them"
    return f"{number_of(number, 'text')} {'is' if number == 1 else 'are'} kept until {until}"


def never_taken(number: int) -> str:
    """Return that an actor has ended, and so many texts that it was given were never sent."""
    return f"✗ it ended: {number_of(number, 'text')} not sent"


def refused(call: str, why: str) -> str:
    """Return that a call was refused."""
    return f"✗ {call}() refused: {why}"


def failed(error: str, why: str) -> str:
    """Return what ended an actor."""
    return f"✗ {error}: {why}"


def no_reply(waited: int, given_up: bool = False) -> str:
    """Return that a socket had waited for a reply for so many ns when it was closed, or when its user had `given_up`."""
    return f"✗ no reply for {waited / 1e9:.1f} s: {'given up' if given_up else 'closed'}"


def frames_in_words(message: Message | Copy, type: str = "") -> str:
    """Return the beginning of each frame of a message in words, as a socket of this type gives or gets it."""
    return " │ ".join(
        name_of(part.frame, 40) if part.kind == ADDRESS else frame_in_words(part.frame, part.size)
        for part in parts(message.frames, message.sizes, type)
    )


def frame_in_words(frame: bytes, size: int) -> str:
    """Return the beginning of a frame in words: text as text, bytes as hex, and its size where it is cut."""
    try:
        text = frame.decode("utf-8", "strict" if size <= PREVIEW else "ignore")
    except UnicodeDecodeError:
        text = frame.hex(" ")
    text = "".join(character if character.isprintable() else "·" for character in text) or "(empty)"
    return f"{text}… ({size:,} bytes)" if size > PREVIEW else text


def duration(nanoseconds: int) -> str:
    """Return how long a reply took: to the hundredth of a millisecond, or from a second on to the tenth of it."""
    return f"{nanoseconds / 1e6:.2f} ms" if nanoseconds < 1e9 else f"{nanoseconds / 1e9:,.1f} s"


def in_few_words(state: str) -> str:
    """Return what an actor does now where there is little room: "in recv()" for "waiting in recv()". Its lamp says the rest."""
    return state.removeprefix("waiting ") if state.startswith("waiting in ") else state
