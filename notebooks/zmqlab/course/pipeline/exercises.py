"""What lesson 03 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Makes, Round, Run, counted, endless, law, refused_with, shown
from ...live.inbox import Killed
from ...record.events import Closed, Message
from . import solutions

# --- work ---

DIES_IN = 3
"""In which task a worker dies."""
AT_WORK = 0.03
"""Seconds that a task takes: in which nobody may say that it is done."""


def ventilator(context: zmq.Context, tasks_endpoint: str, messages: Iterator[list[bytes]]) -> None:
    with context.socket(zmq.PUSH) as tasks:
        tasks.bind(tasks_endpoint)
        for message in messages:
            tasks.send_multipart(message)


def register(context: zmq.Context, done_endpoint: str) -> None:
    """Receive what is acknowledged."""
    with context.socket(zmq.PULL) as done:
        done.bind(done_endpoint)
        while True:
            done.recv_multipart()


def some_tasks(number: int) -> list[bytes]:
    """Return tasks that nobody can guess. The last is no text."""
    tasks = [f"task {one} {secrets.token_hex(2)}".encode() for one in range(1, number + 1)]
    return [*tasks[:-1], tasks[-1] + b"\xff"]


def begin_work(run: Run, dies_in: int = 0) -> None:
    """Let the function work. `do` notes what it is given, and when it was done; it dies in that task, if in any."""
    begun, ended = run.notes["begun"], run.notes["ended"] = [], {}
    tasks, done = run.endpoint("tasks_endpoint"), run.endpoint("done_endpoint")
    run.notes["ventilator"] = run.start(ventilator, "ventilator", tasks_endpoint=tasks)
    run.start(register, "register", done_endpoint=done)

    def do(task: bytes) -> None:
        begun.append(task)
        if len(begun) == dies_in:
            raise Killed
        run.arena.wait_for(lambda: (task,) in run.frames("sent"), AT_WORK)
        ended.setdefault(task, time.monotonic_ns())

    run.begin(lambda context: run.call(context, tasks, done, do))


def push(run: Run, tasks: list[bytes]) -> None:
    """Push tasks, and wait until each is acknowledged once more than before."""
    run.notes["pushed"] = [*run.notes.get("pushed", []), *tasks]
    for task in tasks:
        run.notes["ventilator"].say([task])
    run.wait_for(lambda: not owed(run))


def acknowledged(run: Run) -> list[bytes]:
    return [frames[0] for frames in run.frames("received", "register")]


def owed(run: Run) -> list[bytes]:
    """Return the tasks that were pushed more often than they were acknowledged."""
    told = acknowledged(run)
    return [task for task in run.notes["pushed"] if told.count(task) < run.notes["pushed"].count(task)]


def a_worker_that_dies(run: Run) -> None:
    begin_work(run, DIES_IN)
    push(run, some_tasks(6))
    run.arena.wait_for(lambda: len(acknowledged(run)) >= len(run.messages("sent")), 0.3)


def a_long_life(run: Run) -> None:
    begin_work(run)
    tasks = some_tasks(6)
    push(run, tasks)
    if not owed(run):
        push(run, tasks[3:4])  # its acknowledgement was lost: it is pushed again
    if not owed(run):
        run.silence()
        push(run, some_tasks(2))


@law("bytes")
def hands_on_bytes(run: Run) -> Complaint | None:
    """`do` is given tasks as they came."""
    for task in run.notes["begun"]:
        if not isinstance(task, bytes):
            text = "The tasks are bytes. Receive them with `recv()`, and hand them on as they are."
            return Complaint(f"you call do({shown(task)})", text)
    return None


@law("ends")
def takes_tasks(run: Run) -> Complaint | None:
    """It receives tasks."""
    if run.messages("received") or run.error or not run.alive:
        return None
    call = run.waits_in()
    text = f"It waits in {call}. Connect a PULL to `tasks_endpoint`, and receive from it." if call else ""
    return Complaint("your worker takes no task", text or endless(run, "Receive tasks from a PULL.").text)


@law("types")
def can_send(run: Run) -> Complaint | None:
    """It acknowledges with a socket that can send."""
    refused = refused_with(run, "ENOTSUP")
    text = "A PULL only receives. Connect a PUSH of your own to `done_endpoint`, and acknowledge there."
    return Complaint("your socket cannot send", text, refused) if refused and refused.call.startswith("send") else None


@law("acknowledges after")
def done_before_it_says_so(run: Run) -> Complaint | None:
    """No task is acknowledged before it was done."""
    for message in run.messages("sent"):
        task = message.frames[0]
        if task in run.notes["pushed"] and run.notes["ended"].get(task, message.time + 1) > message.time:
            name = _name(task)
            text = "A worker that dies before `do` has come back loses it: nobody pushes an acknowledged task again. Acknowledge after the work."
            return Complaint(f"{name} was acknowledged before it was done", text, message)
    return None


@law("acknowledges")
def acknowledges_each(run: Run) -> Complaint | None:
    """Each task is acknowledged: by itself, as it came, each time that it comes."""
    told, done = acknowledged(run), run.notes["ended"]
    for message in run.messages("received", "register"):
        if len(message.frames) > 1 or message.frames[0] not in run.notes["pushed"]:
            text = "An acknowledgement is the task itself, in one frame, as you received it."
            return Complaint(f"“{message.frames[0][:40].decode(errors='replace')}” is no task", text, message)
    missing = [task for task in done if task not in told]
    if not missing:
        return None
    thrown = next((one for one in run.events(Closed) if one.linger == 0), None)
    if thrown:
        text = "With `linger` 0, `close` throws away what has not left yet. Make one PUSH, and keep it."
        return Complaint("your acknowledgements were thrown away", text, thrown)
    if not told:
        text = "Send each task to `done_endpoint` with a PUSH once it is done, or it is pushed again and again."
        return Complaint("no task was ever acknowledged", text)
    text = f"{_name(missing[0])} was done and not acknowledged, so it is pushed again, and done twice. Acknowledge each as soon as it is done."
    return Complaint(f"{counted(len(missing), 'task')} of {len(done)} not acknowledged", text)


@law("acknowledges")
def goes_on_working(run: Run) -> Complaint | None:
    """It does, and acknowledges, all that it is given, however late and however often."""
    left = owed(run)
    if not left:
        return None
    task = left[0]
    if run.notes["pushed"].count(task) > 1 and task in run.notes["ended"]:
        text = f"{_name(task)} was pushed again, because its acknowledgement was lost. Acknowledge it again, or it comes for ever."
        return Complaint("what is pushed again is not acknowledged", text)
    call = run.waits_in()
    text = f"Your function waits in {call}. " if call else ""
    return Complaint(
        f"your worker did {counted(len(run.notes['ended']), 'task')} and stopped",
        f"{text}Pass each task that you receive to `do`, and acknowledge it.",
    )


@law("goes on")
def works_for_ever(run: Run) -> Complaint | None:
    """It takes tasks for ever."""
    dead = len(run.notes["begun"]) >= DIES_IN and len(run.notes["ended"]) < len(run.notes["begun"])
    if run.alive or run.error or (dead and run.number == 1):
        return None
    text = "There is more to do, and nobody knows how much: receive tasks for ever."
    return Complaint(f"your worker did {counted(len(run.notes['ended']), 'task')} and returned", text)


def _name(task: bytes) -> str:
    return " ".join(task.decode(errors="replace").split()[:2])


OF_WORK = (hands_on_bytes, can_send, works_for_ever, takes_tasks, done_before_it_says_so)

WORK = Exercise(
    name="work",
    title="a worker that may die",
    task="Write `work(context, tasks_endpoint, done_endpoint, do)`. A `PUSH` at `tasks_endpoint` deals out tasks, as bytes. "
    "Call `do(task)` for each: that is the work.\nAcknowledge each task: send it, as it is, to the `PULL` at "
    "`done_endpoint`. What is not acknowledged is pushed again. Go on for ever. In the check, a worker dies in "
    "`do`: no task may get lost.",
    check=Check(
        Round(a_worker_that_dies, acknowledges_each, first=OF_WORK, dies=True),
        Round(a_long_life, acknowledges_each, goes_on_working, first=OF_WORK),
        makes=(
            Makes(("PULL",), "connect", "tasks_endpoint", meets="PUSH"),
            Makes(("PUSH",), "connect", "done_endpoint", meets="PULL"),
        ),
        goes_on="Receive tasks for ever.",
        you="your worker",
        well="all tasks were done, though a worker died in one of them",
    ),
    hints=(
        "You need two sockets: a `PULL` for the tasks, and a `PUSH` for the acknowledgements. Both connect.",
        "In `while True:` receive a task, do it, acknowledge it. Which order loses nothing when you die in between?",
        "`task = tasks.recv()`, then `do(task)`, then `done.send(task)`.",
    ),
    model=solutions.work,
    home=__name__,
)

# --- sink ---

TASKS = 6
AT_ONCE, LATER = (1, 2, 2, 9, 3, 1, 4, 9, 3), (5, 4, 6)
"""The tasks whose results come at once, more of them than there are tasks, and those that come after a silence. (Task 9 is
none of those that were asked for.)"""


def workers(context: zmq.Context, endpoint: str, messages: Iterator[list[bytes]]) -> None:
    with context.socket(zmq.PUSH) as results:
        results.connect(endpoint)
        for message in messages:
            results.send_multipart(message)


def many_results(run: Run) -> None:
    """Send results: some twice, one that nobody has asked for, and the last ones late.

    The result of task 3 is a digit, times 100, and so on: the digits of the sum tell how often each was counted.
    """
    digits = run.notes["digits"] = [1 + secrets.randbelow(3) for _ in range(TASKS)]
    names = {number: f"task {number} {secrets.token_hex(2)}".encode() for number in range(1, TASKS + 1)}
    values = {number: digits[number - 1] * 10 ** (number - 1) for number in names}
    names, values = {9: b"task 9", **names}, {9: 10**TASKS, **values}
    place = run.endpoint("sink_endpoint")
    peer = run.start(workers, "workers", endpoint=place)
    tasks = [names[number] for number in range(1, TASKS + 1)]
    run.begin(lambda context: run.call(context, place, tasks))
    for number, part in enumerate((AT_ONCE, LATER)):
        for one in part:
            peer.say([names[one], str(values[one]).encode()])
        if number == 0:
            run.wait_for(lambda: len(run.messages("received")) >= len(AT_ONCE), 1)
            run.silence()
    run.until_it_ends()


@law("ends")
def counts_to_an_end(run: Run) -> Complaint | None:
    """It returns when all results have come."""
    if not run.alive or run.error or not run.messages("received"):
        return None
    received, wanted = len(run.messages("received")), len(AT_ONCE + LATER)
    stands = f"in {call}" if (call := run.waits_in()) else "in a loop of its own"
    if received < wanted:
        return Complaint(f"you received {received} results and no more", f"{wanted} came. Your function is {stands}.")
    text = f"A result for each of the {TASKS} tasks has come, and your function is {stands}. Return when none is missing. (`tasks` "
    return Complaint(
        "every task has come, and you wait on", f"{text}holds bytes: what you compare with them must be bytes too.)"
    )


@law("returns")
def returns_the_sum(run: Run) -> Complaint | None:
    """It returns the sum of the results, each task counted once."""
    told, digits = run.returned[-1], run.notes["digits"]
    right = sum(digit * 10**place for place, digit in enumerate(digits))
    if type(told) is not int:
        return Complaint(
            f"you returned {shown(told)}",
            "Return the sum of the results, as a whole number: `int(number)` reads bytes.",
        )
    if told == right:
        return None
    times = [told // 10**place % 10 / digit for place, digit in enumerate(digits)]
    missing = [number for number, time_ in enumerate(times, 1) if time_ == 0]
    twice = [number for number, time_ in enumerate(times, 1) if time_ == 2]
    received = len(run.messages("received"))
    if missing and received == TASKS:
        text = f"You returned after {received} messages, as many as there are tasks. But some results came twice, and {_named(missing)} had not come. Remember which tasks you have."
        return Complaint("you counted messages, not tasks", text, _last_result(run, 2))
    if missing:
        text = f"For a while nothing came, and then {_named(missing)} came. Silence does not mean that all is done: only the list of tasks says so."
        return Complaint(f"you stopped with {len(missing)} of {TASKS} tasks missing", text)
    if told >= 10**TASKS:
        return Complaint(
            "you counted a task that is not yours",
            "A result came for a task that is not in `tasks`: leave it out.",
            _last_result(run, 9),
        )
    if twice:
        text = (
            f"Your sum is {told:,}, and should be {right:,}. {_named(twice).capitalize()} came twice: count each once."
        )
        return Complaint(f"{counted(len(twice), 'task')} counted twice", text, _last_result(run, twice[0]))
    return Complaint(f"you returned {told:,}", f"The sum of the results is {right:,}.")


def _last_result(run: Run, task: int) -> Message | None:
    """Return the last result of a task that was received: of one that came twice, the second."""
    results = [one for one in run.messages("received") if one.frames[0].startswith(b"task %d" % task)]
    return results[-1] if results else None


def _named(numbers: list[int]) -> str:
    names = [f"task {number}" for number in numbers]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


SINK = Exercise(
    name="sink",
    title="count each task once",
    task="Write `sink(context, sink_endpoint, tasks)`. It binds a `PULL` at `sink_endpoint`. Each result is a message of two "
    "frames, a task and a number in digits, both as bytes.\nReturn the sum of the numbers when each of `tasks`, a list, has its "
    "result. A task may have been done twice: count it once. Leave out a task that is not in `tasks`.",
    check=Check(
        Round(many_results, returns_the_sum, first=(counts_to_an_end,)),
        makes=(Makes(("PULL",), "bind", "sink_endpoint", meets="PUSH"),),
        ends="Return when each of `tasks` has its result.",
        you="your sink",
        well=f"{TASKS} tasks, each counted once, though {len(AT_ONCE + LATER)} results came",
    ),
    hints=(
        "`task, number = results.recv_multipart()` receives both frames, and `int(number)` reads bytes.",
        "Keep the tasks that are missing: `missing = set(tasks)`. Which question ends your loop?",
        "`while missing:` receive. Only `if task in missing:` add the number, and `missing.remove(task)`.",
    ),
    model=solutions.sink,
    home=__name__,
)
