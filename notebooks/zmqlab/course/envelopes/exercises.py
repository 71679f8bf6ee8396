"""What lesson 07 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable

import zmq

from ...learning.arena import SECONDS
from ...learning.exercises import Exercise
from ...learning.laws import TOO_LONG, TOO_SHORT, Check, Complaint, Makes, Round, Run, counted, endless, law, shown
from ...record.events import SocketMade
from . import solutions

# --- serve_slow ---

GUESTS = ("guest A", "guest B", "guest C")
NOT_TEXT = b"\xff\xfe"
"""How the address of each guest begins: it is no text."""


def kitchen(context: zmq.Context, endpoint: str, together: int, done_when: threading.Event) -> None:
    """Answer orders, so many at a time, the first of them last, none before it is told that it may."""
    with context.socket(zmq.DEALER) as dealer:
        dealer.bind(endpoint)
        while True:
            orders = [dealer.recv_multipart() for _ in range(together)]
            done_when.wait(SECONDS)
            for order in (*orders[1:], orders[0]):  # neither as they came, nor the other way round
                dealer.send_multipart([*order[:-1], done(order[-1])])


def done(question: bytes) -> bytes:
    """Return what the kitchen answers."""
    return b"done: " + question


def guest(context: zmq.Context, endpoint: str, address: bytes, questions: list[bytes]) -> None:
    with context.socket(zmq.REQ) as requester:
        requester.linger = 0
        requester.routing_id = address
        requester.connect(endpoint)
        for question in questions:
            requester.send(question)
            requester.recv_multipart()


def lend_both(run: Run, together: int) -> threading.Event:
    """Let the function serve, with a kitchen that answers so many orders at a time. It does as long as the event is set."""
    done_when = threading.Event()
    done_when.set()
    run.start(kitchen, "the kitchen", endpoint=run.endpoint("kitchen"), together=together, done_when=done_when)

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.ROUTER) as router, context.socket(zmq.DEALER) as work:
            router.bind(run.endpoint())
            work.connect(run.endpoint("kitchen"))
            run.call(router, work)

    run.begin(body)
    return done_when


def comes(run: Run, name: str, number: int = 1, then: tuple[bytes, ...] = ()) -> None:
    """Let a guest come, with so many questions of its own, and `then` these."""
    own = [f"{name[-1]}{place} {secrets.token_hex(2)}".encode() for place in range(number)]
    run.notes[name] = [*own, *then]
    address = begins(name) + secrets.token_bytes(2)
    run.start(guest, name, address=address, questions=run.notes[name])


def begins(name: str) -> bytes:
    """Return how the address of a guest begins."""
    return NOT_TEXT + name[-1].encode()


def one_guest(run: Run) -> None:
    lend_both(run, 1)
    comes(run, GUESTS[0], 3)
    run.wait_for(lambda: not waiting(run))


def the_first_last(run: Run) -> None:
    """The kitchen has a question of each guest at a time. At last they all ask the same."""
    lend_both(run, len(GUESTS))
    last = f"bread {secrets.token_hex(2)}".encode()
    for name in GUESTS:
        comes(run, name, 2, then=(last,))
    run.wait_for(lambda: not waiting(run))


def after_a_silence(run: Run) -> None:
    lend_both(run, 2)
    comes(run, GUESTS[0])
    run.wait_for(lambda: run.messages("received", "the kitchen"))
    run.silence()
    comes(run, GUESTS[1])
    run.wait_for(lambda: not waiting(run))


def done_after_a_silence(run: Run) -> None:
    """The kitchen takes longer than any guess, and nobody asks meanwhile, or after."""
    done_when = lend_both(run, 1)
    done_when.clear()
    comes(run, GUESTS[0])
    run.wait_for(lambda: run.messages("received", "the kitchen"))
    run.silence()
    done_when.set()
    run.wait_for(lambda: not waiting(run))


def waiting(run: Run) -> list[str]:
    """Return the guests that have not got all their replies."""
    return [name for name, asked in run.notes.items() if len(run.messages("received", name)) < len(asked)]


def of_kind(run: Run, way: str, kind: str) -> list:
    """Return the messages that the function's socket of that kind has sent or received."""
    numbers = {made.socket for made in run.events(SocketMade) if made.type == kind}
    return [message for message in run.messages(way) if message.socket in numbers]


@law("address")
def leaves_addresses_alone(run: Run) -> Complaint | None:
    """An address is bytes, and stays what it was."""
    if isinstance(run.error, UnicodeDecodeError) and NOT_TEXT[0] in run.error.object[:1]:
        text = "An address is bytes, and often no text: decoding it raised UnicodeDecodeError. Pass it on as it came."
        return Complaint("you decoded an address", text)
    known = {message.frames[0] for message in of_kind(run, "received", "ROUTER")}
    for sent in of_kind(run, "sent", "ROUTER"):
        if sent.frames[0] not in known:
            text = f"Its first frame is {shown(sent.frames[0])}, and nobody has that address. Send the address that came with the question, unchanged."
            return Complaint("a reply went to an address that nobody has", text, sent)
    return None


@law("empty frame")
def sends_the_empty_frame(run: Run) -> Complaint | None:
    """Each reply is an address, the empty frame, and the answer."""
    for sent in of_kind(run, "sent", "ROUTER"):
        if len(sent.frames) < 3 or sent.frames[1] != b"":
            text = 'A `REQ` drops its connection at a reply without the empty frame, and its guest waits for ever. Send `[address, b"", answer]`.'
            return Complaint("a reply had no empty frame", text, sent)
        if len(sent.frames) > 3:
            text = "Send three frames: the address, the empty frame, the answer."
            return Complaint(f"a reply had {len(sent.frames)} frames", text, sent)
    return None


@law("orders")
def orders_two_frames(run: Run) -> Complaint | None:
    """The kitchen gets two frames: a ticket and the question."""
    asked = {question for questions in run.notes.values() for question in questions}
    for sent in of_kind(run, "sent", "DEALER"):
        if len(sent.frames) != 2 or sent.frames[1] not in asked:
            text = "The kitchen wants two frames: a ticket of your choice, and the question as it came."
            return Complaint(
                f"the kitchen got {counted(len(sent.frames), 'frame')}: {shown(list(sent.frames))}", text, sent
            )
    return None


@law("tickets")
def tells_equal_questions_apart(run: Run) -> Complaint | None:
    """Two guests may ask the same: nobody may wait for that."""
    orders = [sent.frames for sent in of_kind(run, "sent", "DEALER")]
    same = [sent for place, sent in enumerate(of_kind(run, "sent", "DEALER")) if sent.frames in orders[:place]]
    if not same or not waiting(run):
        return None
    text = "Two guests asked the same, and their tickets were the same too. Give each order a ticket of its own: by that you know whose answer it is."
    return Complaint(f"two orders were the same: {shown(list(same[0].frames))}", text, same[0])


@law("replies")
def each_its_own(run: Run) -> Complaint | None:
    """Each guest gets the answer to its own question."""
    for sent in of_kind(run, "sent", "ROUTER"):
        sent_to = next((name for name in run.notes if sent.frames[0].startswith(begins(name))), "")
        whose = [name for name, asked in run.notes.items() if sent.frames[-1] in map(done, asked)]
        if sent_to and whose and sent_to not in whose:
            text = "Others ask between a question and its answer. Keep the address of each question until its answer has come: the ticket can tell."
            return Complaint(f"{sent_to} got the answer of {whose[0]}", text, sent)
    for name, asked in run.notes.items():
        for question, reply in zip(asked, run.messages("received", name), strict=False):
            if reply.frames != (done(question),):
                told, right = (
                    f"“{frame.decode(errors='replace')[:40]}”" for frame in (reply.frames[-1], done(question))
                )
                return Complaint(f"{name} was told {told}", f"The reply to {name} is {right}.", reply)
    return None


@law("both")
def nobody_waits(run: Run) -> Complaint | None:
    """Nobody waits: questions are passed on while answers are awaited, and answers while nobody asks."""
    late = waiting(run)
    if not late or run.error:
        return None
    title = f"{late[0]} waits for a reply" if len(late) == 1 else f"{len(late)} guests wait for a reply"
    kind, call = run.waits_on(), run.waits_in()
    if kind == "DEALER":
        text = f"Your function waits in {call} on `kitchen`, and another guest asks meanwhile. Wait for both sockets, with a poller."
        return Complaint(title, text)
    if kind == "ROUTER":
        text = f"Your function waits in {call} on `router`, and an answer lies at `kitchen`. Wait for both sockets, with a poller."
        return Complaint(title, text)
    if call:
        text = f"Your function waits in {call}. Pass each question on to `kitchen`, and each answer back to who asked."
        return Complaint(title, text)
    return Complaint(title, endless(run, "Wait for both sockets with a poller.").text)


SERVING = (
    leaves_addresses_alone,
    sends_the_empty_frame,
    orders_two_frames,
    each_its_own,
    tells_equal_questions_apart,
)

SERVE_SLOW = Exercise(
    name="serve_slow",
    title="a server that keeps nobody waiting",
    task="Write `serve_slow(router, kitchen)`. `router` is a `ROUTER`, bound; guests ask it with `REQ` sockets. `kitchen` is a "
    "`DEALER`, connected: send it two frames, a ticket of your choice and the question. When it is done, it sends back two "
    "frames, your ticket and the answer.\nThe kitchen works at several questions at once, and is done with them in any order. Two "
    "guests may ask the same. Send each guest the answer to its own question, for ever.",
    check=Check(
        Round(one_guest, nobody_waits, first=SERVING),
        Round(the_first_last, nobody_waits, first=SERVING),
        Round(after_a_silence, nobody_waits, first=SERVING),
        Round(done_after_a_silence, nobody_waits, first=SERVING),
        goes_on="Serve for ever: `while True:`.",
        you="your server",
        well="every guest got its own answer, in whichever order the kitchen was done",
    ),
    hints=(
        "Two sockets: register both with a `zmq.Poller()`, as in lesson 04, and look at each with an `if` of its own.",
        "From `router` come three frames: `address, _, question = router.recv_multipart()`.",
        "The ticket may be any bytes: take the address itself, and you need to remember nothing.",
    ),
    model=solutions.serve_slow,
    home=__name__,
)

# --- ask_many ---

TEXTS = 5
Reply = tuple[int, bytes]


def reversed_order(count: int) -> list[int]:
    return list(reversed(range(count)))


def first_one_twice(count: int) -> list[int]:
    return [0, 0, *range(1, count)]


def all_but_the_third(count: int) -> list[int]:
    return [place for place in range(count) if place != 2]


def in_turn(context: zmq.Context, endpoint: str, mark: bytes) -> None:
    """A plain `REP`, which replies to one request after the other."""
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            number, text = _two(replier.recv_multipart())
            replier.send_multipart([number, text.upper() + mark])


def out_of_order(
    context: zmq.Context, endpoint: str, mark: bytes, order: Callable[[int], list[int]], count: int
) -> None:
    """Collect so many requests, and reply to them in this order."""
    with context.socket(zmq.ROUTER) as router:
        router.bind(endpoint)
        while True:
            requests = [router.recv_multipart() for _ in range(count)]
            for place in order(count):
                address, *_ = requests[place]
                number, text = _two(requests[place])
                router.send_multipart([address, b"", number, text.upper() + mark])


def _two(frames: list[bytes]) -> tuple[bytes, bytes]:
    """Return the last two frames, also of what has fewer: the law about the frames says what is wrong."""
    return (frames[-2] if len(frames) > 1 else b""), frames[-1]


def asks(
    server: Callable | None,
    limit: int,
    order: Callable[[int], list[int]] | None = None,
    same: tuple[int, int] | None = None,
) -> Callable[[Run], None]:
    """Let the function ask, of a server or of nobody. The texts at the places `same` are one text.

    Who loses a reply loses it for good: then a wait is over at once.
    """

    def play(run: Run) -> None:
        mark = f" №{secrets.randbelow(10_000)}".encode()
        run.notes["limit"] = limit
        texts = run.notes["texts"] = [f"q{place} {secrets.token_hex(2)}" for place in range(TEXTS)]
        if same:
            texts[same[1]] = "".join([*texts[same[0]]])  # equal, and an object of its own
        replied: Iterable[int] = range(TEXTS) if server else ()
        if order:
            replied = order(TEXTS)
            run.start(server, "busy server", mark=mark, order=order, count=TEXTS)
        elif server:
            run.start(server, "server", mark=mark)
        answers = [(text.upper().encode() + mark).decode() for text in texts]
        run.notes["replies"] = [answers[place] if place in replied else None for place in range(TEXTS)]
        if len(set(replied)) < TEXTS:
            run.nobody_answers(while_=lambda: len(run.messages("received")) >= len(list(replied)))
        endpoint = run.endpoint()
        run.begin(lambda context: run.call(context, endpoint, texts, limit))
        run.until_it_ends()

    return play


@law("frames")
def three_frames(run: Run) -> Complaint | None:
    """Each request is the empty frame, its number, its text."""
    dealers = {made.socket for made in run.made("DEALER")}
    for sent in (message for message in run.messages("sent") if message.socket in dealers):
        if sent.frames[0] != b"" or len(sent.frames) == 1:
            text = "A `DEALER` adds nothing: the empty frame must be your first. Without it a `REP` throws the request away, and tells nobody."
            return Complaint("a request had no empty frame", text, sent)
        if len(sent.frames) != 3:
            text = "Send three frames: the empty one, the number, the text."
            return Complaint(f"a request had {len(sent.frames)} frames", text, sent)
        if sent.frames[2].decode(errors="replace") not in run.notes["texts"]:
            text = f"The third frame is the text, as UTF-8. Yours was {shown(sent.frames[2])}."
            return Complaint("a request had another text", text, sent)
    numbers = [sent.frames[1] for sent in run.messages("sent")]
    if len(numbers) == TEXTS and len(set(numbers)) < TEXTS:
        equal = "Two texts are the same here. " if len(set(run.notes["texts"])) < TEXTS else ""
        text = f"{equal}Give each request a number of its own: by that you know whose reply it is."
        return Complaint("two requests had one number", text, run.messages("sent")[-1])
    return None


@law("at once")
def all_at_once(run: Run) -> Complaint | None:
    """It sends all requests before it waits for a reply."""
    sent = len(run.messages("sent"))
    if sent >= TEXTS or run.has_raised or not run.calls or not sent:
        return None
    text = f"You sent {counted(sent, 'request')} of {TEXTS}, and waited for a reply. This server replies when it has all: send them all first."
    return Complaint("you ask one after the other", text)


@law("once")
def asks_once(run: Run) -> Complaint | None:
    """It sends each request once."""
    sent = run.messages("sent")
    text = "Each text is asked once. What has no reply in time is None."
    return (
        Complaint(f"you sent {len(sent)} requests for {TEXTS} texts", text, sent[TEXTS]) if len(sent) > TEXTS else None
    )


@law("one dealer")
def one_dealer(run: Run) -> Complaint | None:
    """It makes one socket."""
    made = run.made()
    text = "One `DEALER` sends all requests: it waits for no reply in between."
    return Complaint(f"you made {len(made)} sockets", text, made[1]) if len(made) > 1 else None


@law("returns")
def returns_the_replies(run: Run) -> Complaint | None:
    """It returns the reply to each text, in their order, None where none came."""
    told, wanted = run.returned[-1], run.notes["replies"]
    if type(told) is list and told == wanted:
        return None
    if not isinstance(told, list):
        return Complaint(
            f"you returned {shown(told)}", "Return a list: the reply to each text, in the order of the texts."
        )
    if any(isinstance(one, bytes) for one in told):
        return Complaint("you returned bytes", "Return text: decode each reply.")
    if len(told) != len(wanted):
        text = f"There are {TEXTS} texts, and the list has {counted(len(told), 'entry', 'entries')}. Where no reply came, put None."
        return Complaint(f"you returned {len(told)} replies", text)
    place = next(place for place in range(TEXTS) if told[place] != wanted[place])
    if told[place] is None:
        came = [message.frames for message in run.messages("received")]
        text = f"It was {shown(wanted[place])}."
        if len(set(came)) < len(came):
            text = "One reply came twice: count the texts that have a reply, not the messages."
        return Complaint(f"you missed the reply to text {place + 1}", text)
    text = f"It should be {shown(wanted[place])}. Replies come in any order: their number says whose they are."
    if run.notes["texts"].count(run.notes["texts"][place]) > 1:
        text += " Two texts are the same here, and each has a reply of its own."
    return Complaint(f"for text {place + 1} you returned {shown(told[place])}", text)


@law("gives up")
def gives_up_in_time(run: Run) -> Complaint | None:
    """When nothing more comes, it waits as long as it was told."""
    came, returned = run.messages("received"), run.returned[-1]
    if not came or not isinstance(returned, list) or None not in returned:
        return None
    looks = [look for look in run.looks() if look.came is False and look.time >= came[-1].time]
    if not looks and None not in run.notes["replies"]:
        return None  # it has not waited too briefly: it has not waited at all, since it thought that all had come
    told, limit = sum(look.limit for look in looks), run.notes["limit"]
    if told < TOO_SHORT * limit:
        text = f"One reply had not come yet, and it may take `timeout` milliseconds, here {limit}."
        return Complaint(f"you gave up after {told} of {limit} ms", text)
    if told > TOO_LONG * limit:
        text = f"`timeout` is in milliseconds, and so is what `poll` and `rcvtimeo` take: here it is {limit}."
        return Complaint(f"you waited {told} ms where {limit} were told", text)
    return None


FIRST = (three_frames, one_dealer, all_at_once, asks_once)
LAST = (gives_up_in_time, returns_the_replies)

ASK_MANY = Exercise(
    name="ask_many",
    title="many questions at once",
    task="Write `ask_many(context, endpoint, texts, timeout)`. Connect one `DEALER`, and send all texts at once: for each the empty "
    "frame, a number of its own as text, and the text. Two texts may be the same. Each reply is the empty frame, the same number, and the reply; they come in "
    "any order, now and then twice, now and then not at all.\nReturn a list: the reply to each text, as text, in the order of the "
    "texts. When nothing has come for `timeout` milliseconds, give up: what is missing is None.",
    check=Check(
        Round(asks(in_turn, 1000), *LAST, first=FIRST),
        Round(asks(out_of_order, 1000, reversed_order), *LAST, first=FIRST),
        Round(asks(out_of_order, 1000, first_one_twice), *LAST, first=FIRST),
        Round(asks(out_of_order, 700, all_but_the_third, same=(2, 4)), *LAST, first=FIRST, limit=700),
        Round(asks(None, 300), *LAST, first=FIRST, limit=300),
        makes=(Makes(("DEALER",), "connect", meets="ROUTER"),),
        ends="When nothing has come for `timeout` milliseconds, return what you have.",
        well=f"{TEXTS} questions at once, their replies in any order, one twice, one lost",
    ),
    hints=(
        "Two loops, one after the other: the first sends all, the second receives.",
        '`dealer.send_multipart([b"", str(number).encode(), text.encode()])`, with `enumerate(texts)`.',
        "Begin with `replies = [None] * len(texts)`, and put each reply in its place: `replies[int(number)] = …`.",
        "`while None in replies and dealer.poll(timeout):` ends when all have come, and when nothing comes.",
    ),
    model=solutions.ask_many,
    home=__name__,
)
