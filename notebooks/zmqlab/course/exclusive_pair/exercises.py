"""What lesson 05 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Makes, Round, Run, endless, law, returns, shown
from ...record.events import SocketMade
from . import solutions
from .watched import RECEIPTS, USERS, Receipt, watched

# --- in_order ---

WORK = 0.2
"""Seconds that `first` takes, or until `second` begins, which is too early."""


def two_functions(run: Run) -> None:
    """Give it two functions that note when they run, and in which thread."""
    done: dict[str, Receipt] = run.notes

    def note(what: str) -> None:
        done.setdefault(what, Receipt(threading.current_thread(), time.monotonic_ns()))

    def first() -> None:
        note("first began")
        run.arena.wait_for(lambda: "second" in done, WORK)
        note("first ended")

    def second() -> None:
        note("second")

    def body(context: zmq.Context) -> None:
        own = watched(context)
        note("you began")
        run.call(own, first, second)

    run.begin(body)
    run.until_it_ends()


@law("one thread")
def each_its_own(run: Run) -> Complaint | None:
    """Each socket is used in the thread that made it."""
    shared = [number for number, users in list(USERS.items()) if len(users) > 1]
    if not shared:
        return None
    text = (
        "A socket belongs to one thread: two that use it at the same time can end the whole process. Make each socket in the "
        "thread that uses it. The context may be shared."
    )
    made = next((made for made in run.events(SocketMade) if made.socket == shared[0]), None)
    return Complaint("a socket made in one thread was used in another", text, made)


@law("ends")
def comes_back(run: Run) -> Complaint | None:
    """It returns when the last has said that it is ready."""
    if not run.alive or run.error or run.arena.watch.contexts:
        return None
    if "first began" not in run.notes:
        text = "`first` was never called. Start a thread that calls it: `threading.Thread(…)`."
        return Complaint("nothing was started", text if run.waits_in() else f"{text} {endless(run, '').text}")
    if not run.messages("sent"):
        return Complaint(
            "nobody said ready", "`first` has ended, and no message was sent. Its thread must send “ready” then."
        )
    text = (
        "A message was sent, and still your function does not return. Does each thread connect to the endpoint that the next one "
        "has bound, and is each message received?"
    )
    return Complaint("somebody waits for ever", text)


@law("order")
def one_after_the_other(run: Run) -> Complaint | None:
    """First one, then the other, each done when the function returns, each in a thread of its own."""
    done, returned = run.notes, run.returned_at
    second, first_ended = done.get("second"), done.get("first ended")
    if second is not None and (first_ended is None or second.time < first_ended.time):
        text = "Its thread must wait for “ready” from the first, sent when `first()` has come back, before it calls `second`."
        return Complaint("the second began before the first was ready", text)
    for name in ("first ended", "second"):
        if name not in done or done[name].time > returned:
            which = name.split()[0]
            text = f"It returned while `{which}` was not done. Wait for “ready” from the thread that does it."
            return Complaint(f"your function returned before {which} was done", text)
    if len({done[name].thread for name in ("you began", "first began", "second")}) < 3:
        text = "`first` and `second` must each be called in a thread of their own, beside the one that called you."
        return Complaint("those were not three threads", text)
    return None


@law("messages")
def by_messages_alone(run: Run) -> Complaint | None:
    """Ready is said by a message to the second thread, and by another to the one that called."""
    done = run.notes
    handed = (("first ended", "second", done["second"].time), ("second", "you began", run.returned_at))
    for since, whose, until in handed:
        if not any(one.thread is done[whose].thread and done[since].time < one.time < until for one in list(RECEIPTS)):
            who = "the second thread" if whose == "second" else "your function"
            text = f"The order is right, but {who} received no message that said so. Pass “ready” through `PAIR` sockets, and no other way."
            return Complaint("nobody said ready" if not RECEIPTS else f"{who} was not told by a message", text)
    return None


IN_ORDER = Exercise(
    name="in_order",
    title="ready, along three threads",
    task="Write `in_order(context, first, second)`. Start two threads. The first calls `first()`, then says `ready` to the "
    "second. The second waits for that, calls `second()`, then says `ready` to you. You wait for that, and return.\nAll "
    "three threads talk through `PAIR` sockets over `inproc`. Leave no socket open.",
    check=Check(
        Round(two_functions, one_after_the_other, by_messages_alone, first=(each_its_own, comes_back)),
        makes=(Makes(("PAIR",), "", "inproc"),),
        ends="Return when the second is ready.",
        well="ready was passed along three threads, and each used sockets of its own",
    ),
    hints=(
        "Write two functions inside yours, one for each thread. Start them with `threading.Thread(target=…).start()`, and "
        "join them at the end.",
        "In the first: `with context.socket(zmq.PAIR) as to_second:`, connect to `inproc://one`, call `first()`, send "
        "`ready`. The second binds `inproc://one`.",
        "The second has one more socket, to you: it connects to `inproc://two`, which you have bound. You wait in `recv()`.",
    ),
    model=solutions.in_order,
    home=__name__,
)

# --- ask_partner ---

TIMEOUT = 700
"""Milliseconds after which a partner that says nothing counts as dead."""
LONG_TIMEOUT = 1500


def partner(context: zmq.Context, endpoint: str, answer: str = "", silent: bool = False) -> None:
    """Answer in capitals, or keep silent: a thread that hangs looks just like one that works."""
    with context.socket(zmq.PAIR) as pair:
        pair.connect(endpoint)
        while True:
            text = pair.recv_string()
            if not silent:
                pair.send_string(text.upper() + answer)


def asks_a_partner(name: str, silent: bool) -> Callable[[Run], None]:
    """Let the function ask a partner that answers, or one that hangs."""

    def play(run: Run) -> None:
        hired, endpoint, answer = [], f"inproc://{name}", f" {secrets.token_hex(2)}"
        run.notes |= {"partner": name, "hired": hired, "silent": silent, "endpoint": endpoint, "answer": answer}

        def hire(place: str) -> None:
            hired.append(place)
            run.start(partner, f"new {len(hired)}", shared=True, endpoint=place, answer=answer)

        def body(context: zmq.Context) -> None:
            with context.socket(zmq.PAIR) as pair:
                pair.bind(endpoint)
                run.start(partner, name, shared=True, endpoint=endpoint, answer=answer, silent=silent)
                pair.send_string("are you there?")  # they are a pair before the function begins
                while not run.messages("received", name):
                    pair.poll(1)
                if not silent:
                    pair.recv()
                run.nobody_answers(while_=lambda: silent and not hired)
                told = run.call(context, pair, hire, "coffee", TIMEOUT if silent else LONG_TIMEOUT)
                run.notes["gives back"] = any(isinstance(one, zmq.Socket) and not one.closed for one in parts(told))

        run.begin(body, shared=True)
        run.until_it_ends()

    return play


@law("patience")
def keeps_who_works(run: Run) -> Complaint | None:
    """It replaces nobody who answers."""
    if run.notes["silent"] or not run.notes["hired"] or run.error:
        return None
    text = "It answers within a few milliseconds. Hire somebody only when `poll(timeout)` has come back empty."
    return Complaint("you replaced a partner that was at work", text)


@law("endpoints")
def hires_for_inproc(run: Run) -> Complaint | None:
    """It hires for an inproc endpoint, where the old partner is not."""
    hired, endpoint = run.notes["hired"], run.notes["endpoint"]
    other = next((place for place in hired if not str(place).startswith("inproc://")), None)
    if other is not None:
        text = "Partners are threads of this program: bind the new pair to an `inproc` endpoint, and hire for that."
        return Complaint(f"you hired somebody for {str(other)[:40]}", text)
    if endpoint in hired:
        text = (
            "You hired somebody for the endpoint that you had. But the old partner hangs and has not gone: a third is turned away "
            "without a word. Close your socket, and bind a new one to an endpoint of its own."
        )
        return Complaint("the new partner stood beside the old one", text)
    return None


@law("replaces")
def replaces_who_is_silent(run: Run) -> Complaint | None:
    """It asks a new partner, on a new pair, and ends."""
    hired = run.notes["hired"]
    if not run.alive or run.error or run.arena.watch.contexts:
        return None
    if not hired:
        if run.waits_in().startswith("recv"):
            text = "Your function waits in recv() for a partner that hangs. Wait with `pair.poll(timeout)`: 0 means that nothing has come in so many milliseconds."
            return Complaint("you wait for ever", text)
        text = "It says nothing. Close the pair, bind a new one, and call `hire`."
        return Complaint("you did not replace the partner", text if run.waits_in() else endless(run, text).text)
    if not run.made("PAIR"):
        text = "You bound the same socket again. `unbind` keeps newcomers out, but the partner that is there stays. Close the pair, and make a new one."
        return Complaint("the old partner kept its place", text)
    if all(one.socket in run.lent for one in run.messages("sent")):
        text = "It knows nothing of the old question. Send the text again, on the new pair."
        return Complaint("the new partner was never asked", text)
    return None


@law("asks once")
def asks_once(run: Run) -> Complaint | None:
    """It asks the old partner once."""
    asked = run.frames("received", run.notes["partner"])[1:]
    text = "It had your text, and said nothing for so long as you were told to wait. Replace it then."
    return Complaint(f"you asked a silent partner {len(asked)} times", text) if len(asked) > 1 else None


@law("returns")
def returns_the_answer(run: Run) -> Complaint | None:
    """It returns the partner's answer, as text; and with it, if it likes, the pair that goes on."""
    told, answer = run.returned[-1] if run.returned else None, f"COFFEE{run.notes['answer']}"
    if run.notes["silent"] and not run.notes["hired"]:
        text = "It says nothing, and your function came back without an answer. Close the pair, bind a new one, and call `hire`."
        return Complaint("you did not replace the partner", text)
    if not parts(told):
        return returns(answer).broken(run)
    if len(told) != 2 or told[0] != answer:
        text = (
            f"Return the answer and the pair, in this order: `return answer, pair`. Here the answer is {shown(answer)}."
        )
        return Complaint(f"you returned {shown(told)}", text)
    if not run.notes["gives back"]:
        text = "Whoever called you goes on with the pair that you return: the one that has an answering partner, and it must be open."
        return Complaint("what you returned is no open pair", text)
    return None


def parts(told: object) -> tuple | list:
    """Return what was returned together; nothing where it is one thing."""
    return told if isinstance(told, tuple | list) else ()


@law("closes")
def closes_the_old_pair(run: Run) -> Complaint | None:
    """The pair of a partner that hangs is closed."""
    if not run.notes["silent"] or run.closed_lent:
        return None
    text = "It holds memory, and what the old partner may still say. Close it: `pair.close()`."
    return Complaint("the old pair is still open", text)


def the_last_pair(run: Run) -> int:
    """Return how many pairs may stay open: the one that it returns; and the last, of who would replace that partner too,
    since each wait has a limit."""
    if run.notes.get("gives back"):
        return 1
    new = {made.socket for made in run.made()}
    limits = [look.limit for look in run.looks() if new & look.sockets.keys()]
    return int(bool(limits) and min(limits) >= 0)


ASKING = {"first": (keeps_who_works, hires_for_inproc, replaces_who_is_silent, asks_once)}

ASK_PARTNER = Exercise(
    name="ask_partner",
    title="replace a partner that hangs",
    task="Write `ask_partner(context, pair, hire, text, timeout)`. `pair` is bound, and has a partner: a thread that may hang, "
    "and then it says nothing, and does not go. Send it the text. When no answer has come after `timeout` milliseconds, "
    "close the pair and replace the partner: `hire(endpoint)` starts a new one, which connects to the `inproc` endpoint that "
    "you name. Ask it.\nReturn the answer, as text, and the pair to go on with: `return answer, pair`. (Or the answer alone; "
    "then close what you have made.)",
    check=Check(
        Round(asks_a_partner("anna", silent=False), returns_the_answer, **ASKING, limit=LONG_TIMEOUT),
        Round(asks_a_partner("bert", silent=True), returns_the_answer, closes_the_old_pair, **ASKING, limit=TIMEOUT),
        makes=(Makes(("PAIR",), "bind", "inproc", meets="PAIR"),),
        ends="Return the answer of the new partner.",
        closes_lent=True,
        leaves_open=the_last_pair,
        well="an answer from a partner at work, and from a new one where the old one hung",
    ),
    hints=(
        "`pair.poll(timeout)` is 0 when nothing has come. Otherwise `return pair.recv_string(), pair`.",
        "The old partner may only hang, and still hold its place. So close `pair`, and make a new `PAIR` from `context`.",
        "Bind the new one to an endpoint of its own, such as `inproc://new`, then call `hire` with it, send, and receive. The "
        "new one may hang as well: set `rcvtimeo` or poll again.",
    ),
    model=solutions.ask_partner,
    home=__name__,
)
