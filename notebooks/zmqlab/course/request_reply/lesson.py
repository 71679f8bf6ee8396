"""What lesson 01 asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import zmq

from ...learning.arena import Arena
from ...learning.exercises import Exercise, Wrong
from ...learning.lesson import Lesson
from ...learning.predictions import Prediction, Question
from ...record.events import Refused, SocketMade
from . import solutions

# --- the opening question, from lesson 00 ---

OPENING = Question(
    name="who may come first",
    text="A `PUSH` calls `connect`, and sends, before the other side has called `bind`. What follows?",
    options={
        "A": "an error: nobody is there",
        "B": "it works: messages wait until the other has bound",
        "C": "it works, but what was sent before the bind is lost",
    },
    said={
        "A": "`connect` never fails because nobody is there: it says whom to talk to, and goes on.",
        "B": "`connect` makes a queue at once, and the queue keeps what you send until the peer is there.",
        "C": "Nothing was lost: `connect` makes a queue at once, and the queue keeps what you send.",
    },
    right="B",
)

# --- predictions ---


def _replies(experiment: Any, actor: str) -> list[str]:
    return [message.frames[0].decode() for message in experiment.messages(actor, "received")]


def _what_the_guest_got(experiment: Any) -> str:
    return "a reply came" if _replies(experiment, "guest") else "no reply came, and the guest waits on"


RESTARTED = Prediction(
    name="restarted",
    text="The server dies with your request, and is restarted a moment later. Does the waiting client get its reply?",
    options={
        "A": "yes: the request waits until the server is back",
        "B": "yes, but late: ZeroMQ sends the request again",
        "C": "no: it waits, and goes on waiting",
    },
    said={
        "A": "The request does not wait anywhere: the server had received it, and died with it.",
        "B": "ZeroMQ brings the link back by itself, but never sends a request twice.",
        "C": "The new server has never heard of the request, and the client may not ask again.",
    },
    right="C",
    observe=_what_the_guest_got,
    grade=lambda seen: "C" if seen.most_common(1)[0][0].startswith("no") else "A",
)


def _who_answered(experiment: Any) -> str:
    return "answers came from " + ", ".join(reply.split()[0] for reply in _replies(experiment, "asker"))


TWO_SERVERS = Prediction(
    name="two servers",
    text="One `REQ` is connected to two servers, first to `anna`, then to `bert`, and asks four times. Who answers the "
    "third request?",
    options={
        "A": "anna: they take turns",
        "B": "anna: she answers all, and bert is there in case she fails",
        "C": "both, and the first reply counts",
    },
    said={
        "A": "A `REQ` deals its requests out to its peers in turn. That is called round robin.",
        "B": "`bert` is no spare: he answered every second request.",
        "C": "Each request goes to one server alone.",
    },
    right="A",
    observe=_who_answered,
    grade=lambda seen: _graded_by_turns(seen),
)


def _graded_by_turns(seen: Counter[str]) -> str:
    answered = next(iter(seen)).removeprefix("answers came from ").split(", ")
    if len(answered) != 4:
        return "C"
    return "A" if answered[0] == answered[2] != answered[1] == answered[3] else "B"


# --- exercise: serve ---

REQUESTS = 100
"""From each of the clients."""
CLIENTS = ("client A", "client B", "client C")


def _asking(context: zmq.Context, endpoint: str, requests: list[bytes], replies: list[bytes]) -> None:
    with context.socket(zmq.REQ) as requester:
        requester.linger = 0
        requester.connect(endpoint)
        for request in requests:
            requester.send(request)
            replies.append(requester.recv())


def check_serve(arena: Arena, serve: Callable) -> str:
    """Three clients ask at the same time; then one sends what is no text, and asks once more."""

    def your_server(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.REP) as socket:
            socket.bind(endpoint)
            serve(socket)

    server = arena.start(your_server, "your server")
    got: dict[str, list[bytes]] = {name: [] for name in CLIENTS}
    for name, replies in got.items():
        requests = [f"{name[-1].lower()} {number}".encode() for number in range(REQUESTS)]
        arena.start(_asking, name, requests=requests, replies=replies)
    total = REQUESTS * len(CLIENTS)
    arena.wait_for(lambda: sum(map(len, got.values())) == total or not server.alive)
    _let_arrive(arena, *got.values())
    _check_replies(arena, got)
    arena.raise_what_failed(server)
    if not server.alive:
        raise Wrong(*_too_few(got), _last(arena, "your server"))
    if sum(map(len, got.values())) < total:
        raise Wrong(*_silent(arena, got), _last(arena, "your server"))
    _check_bad_request(arena, server, got)
    return f"{total} requests from {len(CLIENTS)} clients, all answered, and the bad one too"


def _let_arrive(arena: Arena, *got: list[bytes]) -> None:
    """Wait for what the server has sent: a function may end while its last reply is still on its way."""
    arena.wait_for(lambda: sum(map(len, got)) >= len(arena.messages("your server", "sent")), 0.5)


def _check_replies(arena: Arena, got: dict[str, list[bytes]]) -> None:
    for name, replies in got.items():
        for number, reply in enumerate(replies):
            wanted = f"{name[-1]} {number}".encode()
            if reply != wanted:
                event = arena.messages(name, "received")[number]
                asked = wanted.decode().lower()
                raise Wrong(
                    f"{name} asked “{asked}” and was told “{_shown(reply)}”",
                    f"The reply to “{asked}” is “{wanted.decode()}”: the same text in capitals.",
                    event,
                )


def _too_few(got: dict[str, list[bytes]]) -> tuple[str, str]:
    answered = sum(map(len, got.values()))
    without = sum(not replies for replies in got.values())
    title = f"{without} of {len(got)} clients got no reply" if without else f"only {answered} requests got a reply"
    times = {0: "no request", 1: "one request"}.get(answered, f"{answered} requests")
    text = f"Your function answered {times} and returned. A REP socket serves the next client only after you receive again."
    return title, text


def _silent(arena: Arena, got: dict[str, list[bytes]]) -> tuple[str, str]:
    waiting = sum(len(replies) < REQUESTS for replies in got.values())
    title = f"{waiting} of {len(got)} clients wait for a reply"
    if call := arena.waits_in("your server"):
        return title, f"Your function waits in {call}, and nothing more comes. Reply to each request that you receive."
    return title, "Your function is busy and neither receives nor sends. Is there a loop without a call on the socket?"


def _check_bad_request(arena: Arena, server: Any, got: dict[str, list[bytes]]) -> None:
    replies: list[bytes] = []
    arena.start(_asking, "client D", requests=[b"\xff\xfe", b"still there?"], replies=replies)
    arena.wait_for(lambda: len(replies) == 2 or not server.alive, 1)
    _let_arrive(arena, *got.values(), replies)
    event = _last(arena, "your server")
    if isinstance(server.error, UnicodeDecodeError):
        raise Wrong(
            "a bad request stopped your server",
            "The bytes ff fe are no text, so decoding them raised UnicodeDecodeError. Your function ended without a "
            "reply: client D waits for ever, and so does everybody who comes later. Catch the error, and reply.",
            event,
        )
    if isinstance(server.error, zmq.ZMQError) and server.error.errno == zmq.EFSM:
        raise Wrong(
            "a bad request got no reply",
            "You caught the error and received again. But a REP must send before it may receive again (EFSM). Reply "
            "“not text” first.",
            event,
        )
    arena.raise_what_failed(server)
    if not replies:
        raise Wrong(
            "a bad request got no reply",
            "Client D sent the bytes ff fe, which are no text, and waits for its reply. Reply “not text” to such a request.",
            event,
        )
    if replies[0] != b"not text":
        text = "The bytes ff fe are no text. The reply to such a request is “not text”."
        raise Wrong(f"a bad request was told “{_shown(replies[0])}”", text, event)
    if len(replies) < 2:
        raise Wrong("after a bad request nobody is served", "Go on with the next request after “not text”.", event)
    if replies[1] != b"STILL THERE?":
        text = "The request after the bad one must be answered as any other."
        raise Wrong(f"“still there?” was told “{_shown(replies[1])}”", text, event)


def _last(arena: Arena, actor: str) -> Any:
    events = arena.events(actor)
    return events[-1] if events else None


def _shown(frame: bytes) -> str:
    return frame[:40].decode(errors="replace")


SERVE = Exercise(
    name="serve",
    title="a server that never loses a client",
    task="Write `serve(socket)`. The socket is a `REP`, already bound. Reply to each request with its text in capitals, for "
    "ever.\nSome requests are no text: decoding them raises UnicodeDecodeError. Reply `not text` to those, and go on.",
    check=check_serve,
    hints=(
        "What never ends is `while True:`. Inside it, receive once and send once.",
        "`socket.recv_string()` raises UnicodeDecodeError when a request is no text. Put it into a `try`.",
        "In `except UnicodeDecodeError:` send the reply `not text`. A REP that has received must send before it receives "
        "again, whatever has happened in between.",
    ),
    model=solutions.serve,
    home=__name__,
)

# --- exercise: ask ---

TRIES = 3
ALL = 1_000
"""Replies that a silent server loses: more than anyone asks for."""
TIMEOUT = 200
"""Milliseconds, where a reply is lost: short."""
LONG_TIMEOUT = 1500
"""Milliseconds, where the reply is on its way: the machine may have other things to do."""


def _forgetful_server(context: zmq.Context, endpoint: str, lost: int) -> None:
    """Receive every request, and reply to all but the first few. (A REP would have to reply to each.)"""
    with context.socket(zmq.ROUTER) as router:
        router.bind(endpoint)
        seen = 0
        while True:
            sender, empty, request = router.recv_multipart()
            seen += 1
            if seen > lost:
                router.send_multipart([sender, empty, request.upper()])


def _ask_once(arena: Arena, ask: Callable, server: str, lost: int, timeout: int) -> tuple[Any, Any]:
    """Let the learner's function ask a server that loses so many replies. Returns what it did."""
    arena.begin_anew()
    endpoint = arena.endpoint(server)
    arena.start(_forgetful_server, server, endpoint=endpoint, lost=lost)
    returned, unclosed = [], []

    def you(context: zmq.Context) -> None:
        returned.append(ask(context, endpoint, "coffee", timeout))
        unclosed.append(arena.unclosed(context))

    actor = arena.start(you, "you")
    arena.wait_for(lambda: not actor.alive)
    _check_states(arena, actor)
    arena.raise_what_failed(actor)
    if actor.alive:
        raise Wrong(*_endless(arena, actor), _last(arena, actor.name))
    if not arena.of_kind(actor.name, SocketMade):
        raise Wrong("the request came from elsewhere", "Make your sockets with the `context` that is passed in.")
    return returned[0], (actor, unclosed[0])


def _check_states(arena: Arena, actor: Any) -> None:
    for refused in arena.of_kind(actor.name, Refused):
        if refused.error == "EFSM":
            raise Wrong(
                "you sent again on the same socket",
                "A REQ that has sent must receive before it sends again (EFSM), and its reply is lost. Close the socket, "
                "and ask again on a new one.",
                refused,
            )


def _endless(arena: Arena, actor: Any) -> tuple[str, str]:
    call = arena.waits_in(actor.name)
    if call.startswith("recv"):
        return "you wait for ever", (
            "Your function waits in recv() for a reply that was lost. Wait with `poll(timeout)`: it returns 0 when nothing "
            "has come in so many milliseconds."
        )
    if call:
        return (
            "you wait for ever",
            f"Your function waits in {call}, and nothing will come. Give up after {TRIES} tries.",
        )
    return "your function does not come to an end", f"Give up after {TRIES} tries, and return None."


def check_ask(arena: Arena, ask: Callable) -> str:
    """A server that replies, one that loses its first reply, one that never replies."""
    returned, (actor, _) = _ask_once(arena, ask, "good server", 0, LONG_TIMEOUT)
    sent = arena.messages(actor.name, "sent")
    if len(sent) > 1:
        text = (
            "The reply was on its way, and you asked again at once. `poll` counts in milliseconds, as `timeout` does."
        )
        raise Wrong(f"you asked {len(sent)} times", text, sent[1])
    _check_returned(returned, "COFFEE", "a server that answers", _last(arena, actor.name))

    returned, (actor, unclosed) = _ask_once(arena, ask, "forgetful server", 1, TIMEOUT)
    if returned is None:
        text = "The first reply was lost. Ask again on a new socket, three times in all, before you return None."
        raise Wrong("you gave up after one lost reply", text, _last(arena, actor.name))
    _check_returned(returned, "COFFEE", "a server that loses a reply", _last(arena, actor.name))
    _check_closed(arena, actor, unclosed)

    returned, (actor, unclosed) = _ask_once(arena, ask, "silent server", ALL, TIMEOUT)
    sent = arena.messages(actor.name, "sent")
    if len(sent) != TRIES:
        text = f"Nobody ever replies there. Ask {TRIES} times in all, each time on a new socket; then return None."
        raise Wrong(f"you asked a silent server {len(sent)} times", text, _last(arena, actor.name))
    _check_returned(returned, None, "a silent server", _last(arena, actor.name))
    _check_closed(arena, actor, unclosed)
    return "a lost reply and a silent server, both survived, every socket closed"


def _check_returned(returned: Any, wanted: Any, what: str, event: Any) -> None:
    if isinstance(returned, bytes):
        text = "`ask` returned bytes. Return text: `recv_string` decodes it, and so does `.decode()`."
        raise Wrong(f"with {what}, you returned {returned!r}", text, event)
    if returned != wanted:
        raise Wrong(f"with {what}, you returned {returned!r}", f"It should be {wanted!r}.", event)


def _check_closed(arena: Arena, actor: Any, unclosed: int) -> None:
    if unclosed:
        made = arena.of_kind(actor.name, SocketMade)
        raise Wrong(
            f"{unclosed} of {len(made)} sockets were never closed",
            "An old socket goes on trying to deliver its request, holds memory, and can keep the program from ending. Close "
            "each before you make the next: `with context.socket(zmq.REQ) as …:` does.",
            made[-1],
        )


ASK = Exercise(
    name="ask",
    title="a client that survives a lost reply",
    task="Write `ask(context, endpoint, text, timeout)`. It sends the text as a request and returns the reply, as text.\nWhen "
    "no reply has come after `timeout` milliseconds, it asks again on a new socket: three times in all. Then it returns "
    "None. It leaves no socket open.",
    check=check_ask,
    hints=(
        "`for attempt in range(3):` and inside it a new socket: `with context.socket(zmq.REQ) as requester:`.",
        "`requester.poll(timeout)` is 0 when nothing has come. Only when it is not, call `recv_string` and return.",
        "After the loop, `return None`. Set `requester.linger = 0`, or the old socket goes on trying to deliver.",
    ),
    model=solutions.ask,
    home=__name__,
)

LESSON = Lesson(
    number="01",
    title="Ask and answer: request and reply",
    predictions=(RESTARTED, TWO_SERVERS),
    exercises=(SERVE, ASK),
    opening=OPENING,
)
