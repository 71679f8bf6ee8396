"""What lesson 08 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Round, Run, counted, endless, law, shown
from ...record.events import Message
from . import solutions

READY = b"READY"
TOO_OFTEN = 1_000
"""Looks at something that is there, and is not taken. Who spins makes ten times as many in a silence."""


# --- broker ---

WORKERS = ("worker 1", "worker 2", "worker 3")


def worker(context: zmq.Context, workers_endpoint: str, texts: Iterator[str]) -> None:
    """Say READY, and answer each request in upper case, once told to."""
    with context.socket(zmq.REQ) as requests:
        requests.connect(workers_endpoint)
        requests.send(READY)
        while True:
            *envelope, request = requests.recv_multipart()
            next(texts)
            requests.send_multipart([*envelope, request.upper()])


def brisk_worker(context: zmq.Context, workers_endpoint: str) -> None:
    """Say READY, and answer each request in upper case, at once."""
    with context.socket(zmq.REQ) as requests:
        requests.connect(workers_endpoint)
        requests.send(READY)
        while True:
            *envelope, request = requests.recv_multipart()
            requests.send_multipart([*envelope, request.upper()])


def client(context: zmq.Context, clients_endpoint: str, messages: Iterator[list[bytes]]) -> None:
    """Send requests without waiting, and receive what comes."""
    with context.socket(zmq.DEALER) as requests:
        requests.connect(clients_endpoint)
        for asked in messages:
            for request in asked:
                requests.send_multipart([b"", request])
            for _ in asked:
                requests.recv_multipart()


def begin_broker(run: Run) -> None:
    """Let the function work between two ROUTER sockets that have bound."""
    run.notes |= {"asked": {}, "told": Counter(), "stalled": ""}

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.ROUTER) as clients, context.socket(zmq.ROUTER) as workers:
            clients.bind(run.endpoint("clients_endpoint"))
            workers.bind(run.endpoint("workers_endpoint"))
            run.call(clients, workers)

    run.begin(body)
    run.wait_for(lambda: run.calls)


def asks(run: Run, name: str, *requests: bytes) -> None:
    """Let a client ask. Nobody can guess what."""
    if name not in run.notes["asked"]:
        run.notes[name] = run.start(client, name, clients_endpoint=run.endpoint("clients_endpoint"))
    asked = [request + b" " + secrets.token_hex(2).encode() for request in requests]
    run.notes["asked"].setdefault(name, []).extend(asked)
    run.notes[name].say(asked)
    run.arena.wait_for(lambda: len(run.messages("sent", name)) >= len(run.notes["asked"][name]))


def comes(run: Run, name: str, kind=worker) -> bool:
    """Let a worker come, and wait until the function has heard that it is ready. False when it does not hear it."""
    before = len(of(run, "workers", "received"))
    run.notes[name] = run.start(kind, name, workers_endpoint=run.endpoint("workers_endpoint"))
    return run.wait_for(lambda: len(of(run, "workers", "received")) > before)


def has(run: Run, number: int) -> bool:
    """Wait until the workers have received so many requests in all. False when they have not."""
    return run.wait_for(lambda: sum(len(run.messages("received", name)) for name in WORKERS) >= number)


def answers(run: Run, name: str) -> bool:
    """Let a worker answer, and wait until the function has heard it."""
    before = len(of(run, "workers", "received"))
    run.notes[name].say("answer")
    return run.wait_for(lambda: len(of(run, "workers", "received")) > before)


def all_answered(run: Run) -> bool:
    """Wait until every client has all its replies."""
    return run.wait_for(lambda: not unanswered(run))


def unanswered(run: Run) -> list[tuple[str, bytes]]:
    """Return the requests that have no reply, each with its client."""
    return [
        (name, request)
        for name, asked in run.notes["asked"].items()
        for request in asked
        if (b"", request.upper()) not in run.frames("received", name)
    ]


def step_by_step(run: Run) -> None:
    """Requests come before any worker, then more workers than requests, then fewer. Ends at the first step that is missed."""
    begin_broker(run)
    asks(run, "anna", b"one", b"two\xff")
    run.silence()
    if not (comes(run, "worker 1") and has(run, 1) and comes(run, "worker 2") and has(run, 2)):
        return
    if not (comes(run, "worker 3") and answers(run, "worker 2") and answers(run, "worker 1") and all_answered(run)):
        return
    for number, request in enumerate((b"three", b"four", b"five"), 3):
        asks(run, "ben" if number == 3 else f"guest {number}", request)
        if not has(run, number):
            return
    asks(run, "carl", b"six")
    run.silence()
    for name in WORKERS:
        if not answers(run, name):
            return
        has(run, 6)
    for name in WORKERS:
        if len(run.messages("received", name)) >= len(run.messages("sent", name)):
            run.notes[name].say("answer")
    all_answered(run)


def many(run: Run) -> None:
    """Three workers answer at once, and three clients ask."""
    begin_broker(run)
    for name in WORKERS:
        if not comes(run, name, brisk_worker):
            return
    for name in ("anna", "ben", "carl"):
        asks(run, name, *(f"{name} {number}".encode() for number in range(6)))
    all_answered(run)


def of(run: Run, which: str, way: str) -> list[Message]:
    """Return what the function has "sent" or "received" at its first socket ("clients", "xsub") or its second."""
    numbers = list(run.lent)
    place = 0 if which in ("clients", "xsub") else 1
    return [m for m in run.messages(way) if len(numbers) > place and m.socket == numbers[place]]


def in_order(run: Run, *sockets: str) -> list[tuple[str, str, Message]]:
    """Return all its messages at its two sockets: at which, which way, in order."""
    found = [
        (which, way, message) for which in sockets for way in ("received", "sent") for message in of(run, which, way)
    ]
    return sorted(found, key=lambda one: one[2].time)


@law("hears workers")
def hears_workers(run: Run) -> Complaint | None:
    """It receives what workers say, before anybody asks."""
    if run.error or not run.alive or of(run, "workers", "received") or not run.calls:
        return None
    call = run.waits_in()
    text = "A worker has sent READY, and it lies at `workers`. Receive it, even if nobody asks yet."
    text = f"It waits in {call}. {text}" if call else endless(run, text).text
    return Complaint("your broker does not hear its workers", text)


@law("no worker")
def takes_no_more_than_it_can_give(run: Run) -> Complaint | None:
    """It receives a request only when there is a worker for it."""
    free = 0
    for which, way, message in in_order(run, "clients", "workers"):
        free += (which, way) == ("workers", "received")
        if (which, way) == ("clients", "received"):
            free -= 1
            if free < 0:
                text = (
                    f"Nobody is there who could do it: {what_became_of(run, message)}. Left unread, it waits in ZeroMQ's queue, "
                    "which has a mark. Look at `clients` only while a worker is ready."
                )
                return Complaint("you received a request while no worker was ready", text, message)
    return None


def what_became_of(run: Run, request: Message) -> str:
    """Return in words where a request is that was received too early, until another worker is ready."""
    after = [one for one in in_order(run, "workers") if one[2].time > request.time]
    for _, way, message in after:
        if way == "received":
            break
        if message.frames[-1] == request.frames[-1]:
            known = [heard.frames[0] for heard in of(run, "workers", "received")]
            if message.frames[0] in known:
                return "you gave it to a worker that is busy"
            return "you sent it to no worker’s address, and a `ROUTER` throws such a message away"
    return "your program holds it now, and it is lost with your program"


@law("spins")
def looks_at_what_it_takes(run: Run) -> Complaint | None:
    """It does not look again and again at a request for which there is no worker."""
    found = [look for look in run.looks() if look.came]
    if len(found) - run.taken() < TOO_OFTEN:
        return None
    before = [event for event in run.arena.events() if event.time < found[TOO_OFTEN - 1].time]
    text = (
        "While it lies there, every look at it comes back at once, and you look again as fast as you can. As long as no worker is "
        "ready, do not watch `clients` at all."
    )
    return Complaint("you look at a request that you do not take", text, before[-1] if before else None)


@law("ready")
def keeps_ready_to_itself(run: Run) -> Complaint | None:
    """READY is for the broker, and for nobody else."""
    for message in of(run, "clients", "sent"):
        if message.frames[-1] == READY:
            text = "It is no reply to anybody: it tells you that a worker is there. Look at the frames behind the empty one."
            return Complaint("you handed READY on to the clients", text, message)
    return None


@law("envelope")
def keeps_envelopes(run: Run) -> Complaint | None:
    """What it sends is what came, in the envelope that belongs there."""
    names = {message.frames[0] for message in of(run, "workers", "received")}
    requests = {message.frames for message in of(run, "clients", "received")}
    replies = {message.frames[2:] for message in of(run, "workers", "received")}
    for message in of(run, "workers", "sent"):
        to, *rest = message.frames
        if to not in names or rest[:1] != [b""] or tuple(rest[1:]) not in requests:
            text = 'Send `[worker, b"", client, b"", request]`: to whom, an empty frame, and then all that came from the client.'
            return Complaint(f"a worker cannot read {shown(list(message.frames))}", text, message)
    for message in of(run, "clients", "sent"):
        if message.frames not in replies:
            text = 'Send `[client, b"", reply]`: what came from the worker, without its name and the empty frame behind it.'
            return Complaint(f"no client gets {shown(list(message.frames))}", text, message)
    return None


@law("longest ready")
def gives_to_who_has_waited_longest(run: Run) -> Complaint | None:
    """Each request goes to the worker that has been ready longest."""
    ready: list[bytes] = []
    for which, way, message in in_order(run, "clients", "workers"):
        if (which, way) == ("workers", "received"):
            ready.append(message.frames[0])
        elif (which, way) == ("workers", "sent"):
            to = message.frames[0]
            if to not in ready:
                text = "It is at work, and has not said since that it is ready. Who has been given something is ready again when it answers."
                return Complaint("you gave a request to a worker that was busy", text, message)
            if to != ready[0]:
                text = (
                    f"{counted(ready.index(to), 'worker')} had been ready for longer. Put who becomes ready at the end of a "
                    "list, and take from its beginning."
                )
                return Complaint("another worker had waited longer", text, message)
            ready.pop(0)
    return None


@law("answers")
def answers_everybody(run: Run) -> Complaint | None:
    """Every request is answered, to the client that asked."""
    missing = unanswered(run)
    if not missing:
        return None
    came, given = len(of(run, "workers", "received")), len(of(run, "workers", "sent"))
    taken, handed = len(of(run, "clients", "received")), len(of(run, "clients", "sent"))
    title = f"{counted(len(missing), 'request')} unanswered"
    said = sum(message.frames[-1] == READY for message in of(run, "workers", "received"))
    if handed < came - said:
        return Complaint("a reply never reached its client", "A worker has answered: send that on to `clients`.")
    if taken > given:
        return Complaint(title, "You have received a request, and given it to nobody.")
    if came > given:
        text = (
            f"{counted(came - given, 'worker')} could do it, and it waits. A worker that has answered is ready again, as one "
            "that says READY. And while one is ready, look at `clients` too."
        )
        return Complaint(title, text)
    return Complaint(title, "Every worker is at work, or has lost what you gave it.")


BROKER = Exercise(
    name="broker",
    title="give work to who is ready",
    task='Write `broker(clients, workers)`: two `ROUTER` sockets, both bound. Work for ever.\nA worker says that it is there: `[worker, b"", '
    'b"READY"]`. Send it a request as `[worker, b"", client, b"", request]`. It answers `[worker, b"", client, b"", reply]`, and is ready '
    'again. The client gets `[client, b"", reply]`.\nGive each request to the worker that has been ready longest. While no worker is '
    "ready, receive no request: leave it in the queue.",
    check=Check(
        Round(
            step_by_step,
            hears_workers,
            keeps_ready_to_itself,
            keeps_envelopes,
            gives_to_who_has_waited_longest,
            answers_everybody,
            first=(takes_no_more_than_it_can_give, looks_at_what_it_takes),
        ),
        Round(many, keeps_envelopes, gives_to_who_has_waited_longest, answers_everybody),
        goes_on="There will be more requests.",
        you="your broker",
        well="every request to the worker that was ready longest, and none taken in while nobody was",
    ),
    hints=(
        "Keep a list of workers that are ready. Who says READY, or answers, goes to its end.",
        '`worker, _, *rest = workers.recv_multipart()`. If `rest` is not `[b"READY"]`, it is what the client gets.',
        "Register only `workers` with a poller. Register `clients` when the list is no longer empty, and unregister it when it is.",
    ),
    model=solutions.broker,
    home=__name__,
)


# --- cache ---


def station(context: zmq.Context, reports_endpoint: str, messages: Iterator[list[bytes]]) -> None:
    """Publish each report, once somebody has subscribed."""
    with context.socket(zmq.XPUB) as publisher:
        publisher.connect(reports_endpoint)
        publisher.recv()
        for report in messages:
            publisher.send_multipart(report)


def subscriber(context: zmq.Context, news_endpoint: str, topic: bytes) -> None:
    with context.socket(zmq.SUB) as news:
        news.connect(news_endpoint)
        news.subscribe(topic)
        while True:
            news.recv_multipart()


def begin_cache(run: Run) -> None:
    """Let the function work between an XSUB and an XPUB that have bound."""
    run.notes |= {"wanted": []}

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.XSUB) as xsub, context.socket(zmq.XPUB) as xpub:
            xsub.bind(run.endpoint("reports_endpoint"))
            xpub.bind(run.endpoint("news_endpoint"))
            run.call(xsub, xpub)

    run.begin(body)


def reports(run: Run, *topics: bytes) -> bool:
    """Publish a report of each topic, and wait until the function has received them."""
    before = len(of(run, "xsub", "received"))
    for topic in topics:
        run.notes["station"].say([topic, secrets.token_hex(2).encode() + b"\xff"])
    return run.wait_for(lambda: len(of(run, "xsub", "received")) >= before + len(topics))


def subscribes(run: Run, name: str, topic: bytes) -> bool:
    """Let somebody subscribe, and wait until it has the newest of its topics."""
    run.notes["wanted"].append((name, topic))
    newest = dict(message.frames for message in of(run, "xsub", "received") if len(message.frames) == 2)
    wanted = {(key, value) for key, value in newest.items() if key.startswith(topic)}
    run.notes[name] = run.start(subscriber, name, news_endpoint=run.endpoint("news_endpoint"), topic=topic)
    return run.wait_for(lambda: wanted <= set(run.frames("received", name)))


def leaves(run: Run, name: str, topic: bytes) -> bool:
    """Let somebody leave, and wait until the function has heard of it."""
    run.notes[name].stop()
    return run.wait_for(lambda: (b"\x00" + topic,) in [m.frames for m in of(run, "xpub", "received")])


def newcomers(run: Run) -> None:
    """Subscribers come and go while reports come."""
    begin_cache(run)
    come_and_go(run)
    run.wait_for(run.waits_in)  # what it has received last, it may be about to hand on


def come_and_go(run: Run) -> None:
    """Play the steps, up to the first that is missed."""
    run.notes["station"] = run.start(station, "station", reports_endpoint=run.endpoint("reports_endpoint"))
    if not run.wait_for(lambda: run.messages("received", "station")):
        return
    if not reports(run, b"paris", b"oslo", b"paris-nord", b"paris"):
        return
    if not (subscribes(run, "anna", b"paris") and subscribes(run, "ben", b"paris")):
        return
    run.silence()
    if not (subscribes(run, "carl", b"oslo") and leaves(run, "carl", b"oslo") and subscribes(run, "dora", b"")):
        return
    if not (reports(run, b"rome", b"paris") and subscribes(run, "emil", b"paris")):
        return
    reports(run, b"paris")
    run.wait_for(lambda: all(_newest(run, b"paris") in run.frames("received", name) for name in ("anna", "dora")))


def _newest(run: Run, topic: bytes) -> tuple[bytes, ...]:
    return [message.frames for message in of(run, "xsub", "received") if message.frames[0] == topic][-1]


class Turn(NamedTuple):
    """Something that it received, at which socket, and what it sent to its subscribers before it received anything else."""

    which: str
    came: Message
    sent: list[Message]
    newest: dict[bytes, tuple[bytes, ...]]


def turns(run: Run) -> list[Turn]:
    """Return its turns, each with the newest report of each topic after it."""
    found: list[Turn] = []
    newest: dict[bytes, tuple[bytes, ...]] = {}
    for which, way, message in in_order(run, "xsub", "xpub"):
        if way == "sent":
            if which == "xpub" and found:
                found[-1].sent.append(message)
            continue
        if which == "xsub":
            newest = newest | {message.frames[0]: message.frames}
        found.append(Turn(which, message, [], newest))
    return found


@law("subscribes")
def subscribes_to_all(run: Run) -> Complaint | None:
    """It subscribes to everything at the publishers."""
    if run.error or not run.alive or of(run, "xsub", "received"):
        return None
    if any(message.frames[0] == b"\x01" for message in of(run, "xsub", "sent")):
        text = "A report lies at `xsub`, and you do not receive it. Watch both sockets."
        return Complaint("you do not hear the publishers", text)
    text = (
        'A publisher sends nothing to who has not subscribed. An `XSUB` subscribes by a message: `xsub.send(b"\\x01")`, the byte 1 and '
        "then the topic; no topic is everything. Do it at the beginning: the newest must be at hand before anybody asks."
    )
    return Complaint("you have not subscribed", text)


@law("passes on")
def passes_reports_on(run: Run) -> Complaint | None:
    """Each report is sent to the subscribers as it is, once."""
    for turn in turns(run):
        if turn.which == "xsub" and [message.frames for message in turn.sent] != [turn.came.frames]:
            text = "Send each report on to `xpub`, as it came: `xpub.send_multipart([topic, reading])`."
            return Complaint("a report was not handed on", text, turn.came)
    return None


@law("verbose")
def hears_each_subscription(run: Run) -> Complaint | None:
    """It is told of each subscription, also of the second to a topic."""
    heard = [message.frames[0] for message in of(run, "xpub", "received")]
    wanted = [name for name, topic in run.notes["wanted"] if topic == b"paris"]
    if heard.count(b"\x01paris") >= len(wanted) or not heard:
        return None
    text = (
        "An `XPUB` tells of a topic once, however many subscribe to it: who comes second gets nothing from you. Set "
        "`xpub.xpub_verbose = True` first, and it tells of every subscription."
    )
    return Complaint(f"{wanted[-1]} subscribed to paris, and you were not told", text, run.last(wanted[-1]))


@law("newcomers")
def greets_newcomers(run: Run) -> Complaint | None:
    """Who subscribes is sent the newest report of each topic that begins so."""
    for turn in turns(run):
        if turn.which != "xpub" or turn.came.frames[0][:1] != b"\x01":
            continue
        topic = turn.came.frames[0][1:]
        sent = [message.frames for message in turn.sent]
        what = f"`{topic.decode(errors='replace')}`" if topic else "everything"
        wanted = [frames for name, frames in turn.newest.items() if name.startswith(topic)]
        if sorted(sent) == sorted(wanted):
            continue
        for frames, message in zip(sent, turn.sent, strict=True):
            if not frames[0].startswith(topic):
                text = f"Somebody subscribed to {what}. This goes to all who have subscribed to that other topic: they have it."
                return Complaint(f"you sent a report of {frames[0].decode(errors='replace')} again", text, message)
            if frames not in wanted:
                text = "Keep one report of each topic, the newest: a dict does."
                return Complaint("you sent a report that is out of date", text, message)
        missing = [frames for frames in wanted if frames not in sent]
        if missing and missing[0][0] != topic:
            text = (
                f"A subscription is a prefix: {what} wants `{missing[0][0].decode()}` too. Compare with `startswith`."
            )
            return Complaint(f"who subscribed to {what} did not get {missing[0][0].decode()}", text, turn.came)
        if missing:
            text = "Send the newest report of each topic that begins so, when the subscription comes."
            return Complaint(f"who subscribed to {what} got nothing", text, turn.came)
        return Complaint("you sent a report twice", "Send each topic once.", turn.came)
    return None


@law("leaves")
def lets_leave(run: Run) -> Complaint | None:
    """Nothing is sent when somebody leaves."""
    for turn in turns(run):
        if turn.which == "xpub" and turn.came.frames[0][:1] == b"\x00" and turn.sent:
            text = "What begins with the byte 0 is the end of a subscription. Look at the first byte of what you receive from `xpub`."
            return Complaint("you took the end of a subscription for a subscription", text, turn.sent[0])
    return None


CACHE = Exercise(
    name="cache",
    title="the newest for newcomers",
    task="Write `cache(xsub, xpub)`: both are bound. Work for ever.\nPublishers connect to the `XSUB`. Subscribe to all of them by "
    'sending it `b"\\x01"`. A report is two frames, `[topic, reading]`: hand each on to the `XPUB`, and keep the newest of each topic.\nWhen '
    "somebody subscribes, send what you have of the topics that begin so, one report each, and nothing of others.",
    check=Check(
        Round(
            newcomers,
            subscribes_to_all,
            passes_reports_on,
            lets_leave,
            greets_newcomers,
            hears_each_subscription,
        ),
        goes_on="There will be more reports.",
        you="your cache",
        well="5 subscribers came, and each had the newest of its topics at once",
    ),
    hints=(
        "Poll both sockets. From `xsub` come reports: `newest[topic] = reading`, and send it on.",
        "From `xpub` come subscriptions: the byte 1 and then the topic. The byte 0 is the end of one: do nothing.",
        "Set `xpub.xpub_verbose = True`, or you hear of the first subscription to a topic only. `topic.startswith(heard[1:])` tells what to send.",
    ),
    model=solutions.cache,
    home=__name__,
)
