"""What lesson 01 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import (
    Check,
    Complaint,
    Makes,
    Round,
    Run,
    counted,
    endless,
    law,
    refused_with,
    returns,
    sends,
    watches_for_replies,
)
from . import solutions

# --- serve ---

REQUESTS = 100
"""From each of the clients."""
CLIENTS = ("client A", "client B", "client C")
ODD = ("straße, ÷ é".encode(), b"\xff\xfe", b"", "still there, Ølaf?".encode())
"""Text beyond ASCII, bytes that are no text, nothing, and text again."""
NOT_TEXT = b"not text"


def asking(context: zmq.Context, endpoint: str, requests: list[bytes]) -> None:
    with context.socket(zmq.REQ) as requester:
        requester.linger = 0
        requester.connect(endpoint)
        for request in requests:
            requester.send(request)
            requester.recv_multipart()


def lend_a_server(run: Run) -> None:
    """Let the function serve on a REP of ours."""

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.REP) as socket:
            socket.bind(run.endpoint())
            run.call(socket)

    run.begin(body)


def ask(run: Run, client: str, requests: list[bytes]) -> None:
    """Let a client ask, and wait for its replies."""
    run.start(asking, client, requests=requests)
    run.notes[client] = requests
    run.wait_for(lambda: len(run.messages("received", client)) == len(requests))


def many_clients(run: Run) -> None:
    lend_a_server(run)
    for name in CLIENTS:
        run.notes[name] = [f"{name[-1].lower()} {secrets.token_hex(2)} {number}".encode() for number in range(REQUESTS)]
        run.start(asking, name, requests=run.notes[name])
    run.wait_for(lambda: not missing(run))


def odd_requests(run: Run) -> None:
    lend_a_server(run)
    ask(run, "client D", list(ODD))


def after_a_silence(run: Run) -> None:
    lend_a_server(run)
    ask(run, "client E", [b"good morning"])
    run.silence()
    ask(run, "client F", [b"good night"])


def missing(run: Run) -> list[str]:
    """Return the clients that have not got all their replies."""
    return [name for name, asked in run.notes.items() if len(run.messages("received", name)) < len(asked)]


def in_capitals(request: bytes) -> bytes:
    try:
        return request.decode().upper().encode()
    except UnicodeDecodeError:
        return NOT_TEXT


def words(frame: bytes) -> str:
    return f"“{frame[:40].decode(errors='replace')}”"


@law("replies")
def right_replies(run: Run) -> Complaint | None:
    """Each reply is the text of its request in capitals."""
    run.arena.wait_for(lambda: _arrived(run) >= len(run.messages("sent")), 0.5)
    for name, asked in run.notes.items():
        for request, reply in zip(asked, run.messages("received", name), strict=False):
            if len(reply.frames) > 1:
                text = (
                    "You replied, and one frame is wanted: the second makes another message of it. Use `send_string`."
                )
                return Complaint(f"{name} got a reply of {len(reply.frames)} frames", text, reply)
            if reply.frames[0] != in_capitals(request):
                return Complaint(*_wrong_reply(name, request, reply.frames[0]), reply)
    return None


def _arrived(run: Run) -> int:
    return sum(len(run.messages("received", name)) for name in run.notes)


def _wrong_reply(name: str, request: bytes, told: bytes) -> tuple[str, str]:
    wanted = in_capitals(request)
    if wanted == NOT_TEXT:
        text = "The bytes ff fe are no text. The reply to such a request is “not text”."
        return f"a bad request was told {words(told)}", text
    beyond = " Letters such as ß and é are text too: decode as UTF-8." if not request.isascii() else ""
    text = f"The reply to {words(request)} is {words(wanted)}: the same text in capitals.{beyond}"
    return f"{name} asked {words(request)} and was told {words(told)}", text


@law("not text")
def survives_what_is_no_text(run: Run) -> Complaint | None:
    """A request that is no text is answered, and ends nothing."""
    received = [frames[0] for frames in run.frames("received")]
    bad = bool(received) and in_capitals(received[-1]) == NOT_TEXT
    if isinstance(run.error, UnicodeDecodeError):
        return Complaint(
            "a bad request stopped your server",
            "The bytes ff fe are no text, so decoding them raised UnicodeDecodeError. Your function ended without a reply: "
            "client D waits for ever, and so does everybody who comes later. Catch the error, and reply.",
        )
    if bad and refused_with(run, "EFSM"):
        return Complaint(
            "a bad request got no reply",
            "You caught the error and received again. But a REP must send before it may receive again (EFSM). Reply “not "
            "text” first.",
        )
    if bad and len(run.messages("sent")) < len(received):
        text = "Client D sent the bytes ff fe, which are no text, and waits for its reply. Reply “not text” to such a request."
        return Complaint("a bad request got no reply", text)
    if not run.alive and NOT_TEXT in (sent[0] for sent in run.frames("sent")):
        return Complaint("after a bad request nobody is served", "Go on with the next request after “not text”.")
    return None


@law("goes on")
def goes_on(run: Run) -> Complaint | None:
    """It serves whoever comes, for ever."""
    if run.alive or run.error:
        return None
    answered, without = len(run.messages("sent")), [name for name in missing(run) if not run.messages("received", name)]
    title = f"{len(without)} of {len(run.notes)} clients got no reply"
    text = f"Your function answered {counted(answered, 'request')} and returned. "
    if not without:
        title = f"only {counted(answered, 'request')} got a reply"
    if len(run.notes) == 2:
        title = "your function returned when nobody asked for a while"
    return Complaint(title, f"{text}A REP socket serves the next client only after you receive again: do so for ever.")


@law("replies")
def nobody_waits(run: Run) -> Complaint | None:
    """Nobody waits for a reply."""
    waiting = missing(run)
    if not waiting or run.error:
        return None
    title = f"{len(waiting)} of {len(run.notes)} clients wait for a reply"
    if call := run.waits_in():
        got, sent = len(run.messages("received")), len(run.messages("sent"))
        text = f"Your function received {counted(got, 'request')}, sent {counted(sent, 'reply', 'replies')}, "
        return Complaint(title, f"{text}and waits in {call}. Reply to each request that you receive.")
    return Complaint(title, endless(run, "Receive a request, and reply.").text)


OF_SERVING = (right_replies, survives_what_is_no_text, goes_on)

SERVE = Exercise(
    name="serve",
    title="a server that never loses a client",
    task="Write `serve(socket)`. The socket is a `REP`, already bound. Reply to each request with its text in capitals, for "
    "ever.\nSome requests are no text: decoding them raises UnicodeDecodeError. Reply `not text` to those, and go on.",
    check=Check(
        Round(many_clients, nobody_waits, first=OF_SERVING),
        Round(odd_requests, nobody_waits, first=OF_SERVING),
        Round(after_a_silence, nobody_waits, first=OF_SERVING),
        goes_on="Serve for ever: `while True:`.",
        you="your server",
        well=f"{REQUESTS * len(CLIENTS)} requests from {len(CLIENTS)} clients, all answered, and the bad one too",
    ),
    hints=(
        "What never ends is `while True:`. Inside it, receive once and send once.",
        "`socket.recv_string()` raises UnicodeDecodeError when a request is no text. Put it into a `try`.",
        "In `except UnicodeDecodeError:` send the reply `not text`. A REP that has received must send before it receives "
        "again, whatever has happened in between.",
    ),
    model=solutions.serve,
    home=__name__,
)

# --- ask ---

TRIES = 3


def forgetful(context: zmq.Context, endpoint: str, replies: Callable[[], bool], answer: str) -> None:
    """Receive every request, and reply where `replies()` says so. (A REP would have to reply to each.)"""
    with context.socket(zmq.ROUTER) as router:
        router.bind(endpoint)
        while True:
            sender, empty, request = router.recv_multipart()
            if replies():
                router.send_multipart([sender, empty, request.upper() + answer.encode()])


def asks(lost: int, timeout: int, server: str = "") -> Callable[[Run], None]:
    """Let the function ask, and lose so many replies. Without a `server` nobody is there at all."""

    def play(run: Run) -> None:
        answer = run.notes["answer"] = f" №{secrets.randbelow(10_000)}"
        replies = lambda: run.sending() > lost  # noqa: E731
        if server:
            run.start(forgetful, server, replies=replies, answer=answer)
        run.nobody_answers(while_=lambda: not replies())
        endpoint = run.endpoint()
        run.begin(lambda context: run.call(context, endpoint, "coffee", timeout))
        run.until_it_ends()

    return play


@law("new socket")
def on_a_new_socket(run: Run) -> Complaint | None:
    """It asks each time on a new socket."""
    sent = run.messages("sent")
    if refused := refused_with(run, "EFSM"):
        return Complaint(
            "you sent again on the same socket",
            "A REQ that has sent must receive before it sends again (EFSM), and its reply is lost. Close the socket, and "
            "ask again on a new one.",
            refused,
        )
    again = next(
        (one for number, one in enumerate(sent) if one.socket in {other.socket for other in sent[:number]}), None
    )
    text = "A late reply to the first request would pass for that of the second. Close the socket, and ask again on a new one."
    return Complaint("you sent again on the same socket", text, again) if again else None


@law("gives up")
def asks_again(run: Run) -> Complaint | None:
    """It asks again when one reply was lost."""
    if run.returned[-1] is not None:
        return None
    text = "The first reply was lost. Ask again on a new socket, three times in all, before you return None."
    return Complaint("you gave up after one lost reply", text)


@law("returns")
def returns_the_reply(run: Run) -> Complaint | None:
    """It returns the reply, as text."""
    return returns(f"COFFEE{run.notes['answer']}").broken(run)


@law("tries")
def three_tries(run: Run) -> Complaint | None:
    """It asks somebody who is silent three times."""
    sent = len(run.messages("sent"))
    text = f"Nobody ever replies there. Ask {TRIES} times in all, each time on a new socket; then return None."
    return Complaint(f"you asked a silent server {counted(sent, 'time')}", text) if sent != TRIES else None


ON_TIME = sends(1, "The reply was on its way, and you asked again. `poll` counts in milliseconds, as `timeout` does.")
EACH = (on_a_new_socket, watches_for_replies)

ASK = Exercise(
    name="ask",
    title="a client that survives a lost reply",
    task="Write `ask(context, endpoint, text, timeout)`. It sends the text as a request and returns the reply, as text.\nWhen "
    "no reply has come after `timeout` milliseconds, it asks again on a new socket: three times in all. Then it returns "
    "None. It leaves no socket open.",
    check=Check(
        Round(asks(0, 1500, "good server"), ON_TIME, returns_the_reply, first=EACH, limit=1500),
        Round(asks(1, 1000, "forgetful server"), asks_again, returns_the_reply, first=EACH, limit=1000),
        Round(asks(TRIES + 9, 200, "silent server"), three_tries, returns(None), first=EACH, limit=200),
        Round(asks(TRIES + 9, 200), three_tries, returns(None), first=EACH, limit=200),
        makes=(Makes(("REQ", "DEALER"), "connect", meets="REP"),),
        ends=f"Give up after {TRIES} tries, and return None.",
        well="a lost reply and a silent server, both survived, every socket closed",
    ),
    hints=(
        "`for attempt in range(3):` and inside it a new socket: `with context.socket(zmq.REQ) as requester:`.",
        "`requester.poll(timeout)` is 0 when nothing has come. Only when it is not, call `recv_string` and return.",
        "After the loop, `return None`. Set `requester.linger = 0`, or the old socket goes on trying to deliver.",
    ),
    model=solutions.ask,
    home=__name__,
)
