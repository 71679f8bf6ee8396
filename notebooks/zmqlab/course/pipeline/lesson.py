"""What lesson 03 asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import zmq

from ...learning.arena import Arena
from ...learning.exercises import Exercise, Wrong
from ...learning.lesson import Lesson
from ...learning.predictions import Prediction, Question
from ...live.inbox import Killed
from ...record.events import Connected, Refused, SocketMade
from . import solutions

# --- the opening question, from lesson 02 ---

OPENING = Question(
    name="published too early",
    text="A publisher begins to send at once. A subscriber connects a moment later. What becomes of the messages that were "
    "sent before?",
    options={
        "A": "they wait at the publisher until a subscriber is there",
        "B": "they are dropped: the publisher keeps nothing",
        "C": "`send` waits until a subscriber is there",
    },
    said={
        "A": "A `PUB` keeps nothing for those who are not there.",
        "B": "To a `PUB`, nobody there means nobody to send to. Compare it with the `PUSH` of this lesson.",
        "C": "A `PUB` never waits. What nobody has subscribed to is dropped.",
    },
    right="B",
)

# --- predictions ---


def _results(experiment: Any) -> list[str]:
    return [message.frames[0].decode() for message in experiment.messages("sink", "received")]


def _computing_at_a_time(experiment: Any) -> str:
    """Say how much of the work was going on at the same time. Each result ends with the ms that it took."""
    results, tasks = experiment.messages("sink", "received"), experiment.messages("ventilator", "sent")
    if not results:
        return "no result came"
    took = (results[-1].time - tasks[0].time) / 1e6
    work = sum(float(words.split()[-2]) for words in _results(experiment))
    return f"{work:.0f} ms of work took {took:.0f} ms, {work / took:.1f} times as fast as one worker"


COMPUTING = Prediction(
    name="computing",
    text="Now the work computes, where it only waited before. Four workers in four threads, as until now: how much faster "
    "are they than one?",
    options={
        "A": "about four times, as before",
        "B": "not at all",
        "C": "as many times as this computer has processors",
    },
    said={
        "A": "Threads can wait at the same time. They cannot compute at the same time in Python.",
        "B": "In one Python process, one thread computes at a time: the lock that sees to it is called the GIL.",
        "C": "Threads of one Python process share one lock (the GIL), however many processors there are.",
    },
    right="B",
    observe=_computing_at_a_time,
    grade=lambda seen: _graded_by_speed(next(iter(seen))),
)


def _graded_by_speed(observed: str) -> str:
    numbers = [float(word) for word in observed.split() if word.replace(".", "").isdigit()]
    return "B" if numbers and numbers[-1] < 1.5 else "A"


def _who_did_how_many(experiment: Any) -> Counter[str]:
    sent = Counter(message.actor for message in experiment.messages("", "sent"))
    return Counter({name: number for name, number in sent.items() if name.startswith("worker ")})


def _the_first_did(experiment: Any) -> str:
    did = _who_did_how_many(experiment)
    return f"worker 1 did {did['worker 1']} of {did.total()} tasks, the others {did.total() - did['worker 1']}"


JOINING = Prediction(
    name="joining",
    text="One worker is there when 12 tasks are pushed. Three more join while it works. Who does the tasks that still wait?",
    options={
        "A": "all four share them",
        "B": "the first worker, all of them",
        "C": "the three who have nothing to do",
    },
    said={
        "A": "Nothing is shared out a second time.",
        "B": "`send` gave each task to a worker at once, and there was only one. What is dealt stays dealt.",
        "C": "Nobody hands a task over, however long its worker needs.",
    },
    right="B",
    observe=_the_first_did,
    grade=lambda seen: "B" if "worker 1 did 12 of 12 tasks, the others 0" in seen else "A",
)

SLOW = Prediction(
    name="slow",
    text="Three workers are there from the beginning, and `worker 1` is ten times slower. 12 tasks are pushed. How many of "
    "them does `worker 1` get?",
    options={
        "A": "one: the others take more, since they are done sooner",
        "B": "four, as everybody",
        "C": "four at first, but the others take some of them over",
    },
    said={
        "A": "A `PUSH` does not know who is done.",
        "B": "A `PUSH` deals in turn, and looks at nobody's speed. Round robin is not work stealing.",
        "C": "The others have finished and look on: what waits for `worker 1` is out of their reach.",
    },
    right="B",
    observe=_the_first_did,
    grade=lambda seen: "B" if "worker 1 did 4 of 12 tasks, the others 8" in seen else "A",
)

# --- exercise: work ---

TASKS = [f"task {number}".encode() for number in range(1, 7)]
DIES_IN = 3
"""In which task the first worker dies."""
SILENCE = 200
"""Milliseconds without an acknowledgement, after which the tasks that lack one are pushed again."""


def _pushing_again(context: zmq.Context, endpoint: str, done_endpoint: str, acknowledged: list[bytes]) -> None:
    """Push the tasks, and push again those that nobody has acknowledged, until there are none."""
    with context.socket(zmq.PUSH) as tasks, context.socket(zmq.PULL) as done:
        tasks.bind(endpoint)
        done.bind(done_endpoint)
        while missing := [task for task in TASKS if task not in acknowledged]:
            for task in missing:
                tasks.send(task)
            while done.poll(SILENCE):
                acknowledged.append(done.recv())


def check_work(arena: Arena, work: Callable) -> str:
    """One worker gets all tasks and dies in the third. A second one is there for what was not done."""
    completed: list[bytes] = []
    acknowledged: list[bytes] = []
    begun: list[bytes] = []
    done_endpoint = arena.endpoint("done")

    def do_and_die(task: bytes) -> None:
        begun.append(task)
        if len(begun) == DIES_IN:
            raise Killed
        completed.append(task)

    def your_worker(context: zmq.Context, endpoint: str, do: Callable) -> None:
        work(context, endpoint, done_endpoint, do)

    arena.start(_pushing_again, "ventilator", done_endpoint=done_endpoint, acknowledged=acknowledged)
    first = arena.start(your_worker, "your first worker", do=do_and_die)
    arena.wait_for(lambda: not first.alive)
    _check_worker(arena, first, completed, begun)
    second = arena.start(your_worker, "your second worker", do=completed.append)
    arena.wait_for(lambda: set(TASKS) <= set(acknowledged) or not second.alive)
    _check_failed(arena, second)
    _check_done(begun + completed, _last(arena, first.name))
    _check_acknowledged(arena, second, acknowledged, completed)
    return f"{len(TASKS)} tasks done, though a worker died in one of them"


def _check_failed(arena: Arena, worker: Any) -> None:
    for refused in arena.of_kind(worker.name, Refused):
        if refused.error == "ENOTSUP":
            raise Wrong(
                "your socket cannot send",
                "A PULL only receives. Connect a PUSH of your own to `done_endpoint`, and acknowledge there.",
                refused,
            )
    arena.raise_what_failed(worker)


def _check_worker(arena: Arena, worker: Any, completed: list[bytes], begun: list[bytes]) -> None:
    """See that a worker has come as far as the task in which it dies."""
    _check_failed(arena, worker)
    event = _last(arena, worker.name)
    if len(begun) >= DIES_IN and not worker.alive:
        return
    if not worker.alive:
        raise Wrong(
            f"your worker did {_tasks(len(completed))} and returned",
            "There is more to do, and nobody knows how much: receive tasks for ever.",
            event,
        )
    call = arena.waits_in(worker.name)
    if not arena.messages(worker.name, "received"):
        text = f"It waits in {call}." if call else "It is busy. Is there a loop without a call on the socket?"
        raise Wrong(
            "your worker takes no task", f"{text} Connect a PULL to `tasks_endpoint`, and receive from it.", event
        )
    _check_way(arena, worker.name)
    text = f"It waits in {call}" if call else "It is busy"
    raise Wrong(
        f"your worker did {_tasks(len(completed))} and stopped",
        f"{text}. Pass each task that you receive to `do`.",
        event,
    )


def _check_done(completed: list, event: Any) -> None:
    """See that `do` was given tasks as they came."""
    for task in completed:
        if not isinstance(task, bytes):
            text = "The tasks are bytes. Receive them with `recv()`, and hand them on as they are."
            raise Wrong(f"you call do({task!r})", text, event)


def _check_acknowledged(arena: Arena, second: Any, acknowledged: list[bytes], completed: list[bytes]) -> None:
    for task in acknowledged:
        if task not in TASKS:
            text = "An acknowledgement is the task itself, as you received it."
            raise Wrong(f"“{task[:40].decode(errors='replace')}” is no task", text, _last(arena, second.name))
    for task in TASKS:
        if task in acknowledged and task not in completed:
            name = task.decode()
            raise Wrong(
                f"{name} was never done",
                f"Your first worker acknowledged {name} and died before it was done. Nobody pushes an acknowledged task "
                "again. Acknowledge after the work.",
                next(m for m in arena.messages("your first worker", "sent") if task in m.frames),
            )
    if set(TASKS) <= set(acknowledged):
        return
    _check_way(arena, second.name)
    if not acknowledged:
        text = "Send each task to `done_endpoint` with a PUSH once it is done, or it is pushed again and again."
        raise Wrong("no task was ever acknowledged", text, _last(arena, second.name))
    _check_worker(arena, second, completed, [])


def _check_way(arena: Arena, worker: str) -> None:
    """See that no acknowledgement goes to where the tasks come from: it waits in a queue, or `send` does."""
    if wrong_way := _connected_to_a_push(arena, worker):
        raise Wrong(
            "you acknowledge to the ventilator's PUSH",
            "A PUSH only sends. What you send to it waits at your end for ever, and no call says so. Send to "
            "`done_endpoint`, where a PULL receives.",
            wrong_way,
        )


def _connected_to_a_push(arena: Arena, worker: str) -> Any:
    """Return the event of a PUSH that was connected to where the tasks come from, or None."""
    pushes = {made.socket for made in arena.of_kind(worker, SocketMade) if made.type == "PUSH"}
    connected = arena.of_kind(worker, Connected)
    tasks = arena.endpoint()
    return next((one for one in connected if one.socket in pushes and one.endpoint == tasks), None)


def _tasks(number: int) -> str:
    return {0: "no task", 1: "one task"}.get(number, f"{number} tasks")


def _last(arena: Arena, actor: str) -> Any:
    events = arena.events(actor)
    return events[-1] if events else None


WORK = Exercise(
    name="work",
    title="a worker that may die",
    task="Write `work(context, tasks_endpoint, done_endpoint, do)`. A `PUSH` at `tasks_endpoint` deals out tasks, as bytes. "
    "Call `do(task)` for each: that is the work.\nAcknowledge each task: send it, as it is, to the `PULL` at "
    "`done_endpoint`. What is not acknowledged is pushed again. Go on for ever. In the check, a worker dies in "
    "`do`: no task may get lost.",
    check=check_work,
    hints=(
        "You need two sockets: a `PULL` for the tasks, and a `PUSH` for the acknowledgements. Both connect.",
        "In `while True:` receive a task, do it, acknowledge it. Which order loses nothing when you die in between?",
        "`task = tasks.recv()`, then `do(task)`, then `done.send(task)`.",
    ),
    model=solutions.work,
    home=__name__,
)

# --- exercise: sink ---

FIRST, LATER = (1, 2, 2, 3, 1, 4, 3), (5, 6)
"""The tasks whose results come at once, more of them than there are tasks, and those that come after a while."""
A_WHILE = 1.2
"""Seconds without a result."""


def _sending_results(context: zmq.Context, endpoint: str, pause: Callable) -> None:
    """Send results: some of them twice, and the last ones late. Task 1 is worth 1, task 2 is worth 10, and so on."""
    with context.socket(zmq.PUSH) as results:
        results.connect(endpoint)
        for numbers, seconds in ((FIRST, A_WHILE), (LATER, 0)):
            for number in numbers:
                results.send_multipart([f"task {number}".encode(), str(10 ** (number - 1)).encode()])
            pause(seconds)


def check_sink(arena: Arena, sink: Callable) -> str:
    """Nine results come for six tasks, the last three of them late."""
    returned: list[Any] = []

    def your_sink(context: zmq.Context, endpoint: str) -> None:
        returned.append(sink(context, endpoint, list(TASKS)))

    actor = arena.start(your_sink, "your sink")
    arena.start(_sending_results, "workers")
    arena.wait_for(lambda: not actor.alive, 2 * A_WHILE)
    arena.raise_what_failed(actor)
    received, event = arena.messages("your sink", "received"), _last(arena, "your sink")
    if not received and not returned:
        _raise_nothing_came(arena)
    if not returned:
        _raise_no_end(arena, len(received), event)
    _check_total(returned[0], len(received), event)
    return f"{len(TASKS)} tasks, each counted once, though {len(FIRST + LATER)} results came"


def _raise_nothing_came(arena: Arena) -> None:
    call = arena.waits_in("your sink")
    if call:
        text = f"Your function waits in {call}. The workers connect to `sink_endpoint`: bind a PULL there."
        raise Wrong("no result has reached you", text, _last(arena, "your sink"))
    text = "It is busy, and received nothing. Is there a loop without a call on the socket?"
    raise Wrong("your function does not come to an end", text, _last(arena, "your sink"))


def _raise_no_end(arena: Arena, received: int, event: Any) -> None:
    call = arena.waits_in("your sink") or "a loop of its own"
    if received < len(FIRST + LATER):
        raise Wrong(f"you received {received} results and no more", f"Your function is in {call}.", event)
    text = f"A result for each of the {len(TASKS)} tasks has come, and your function is in {call}. Return when none is missing."
    raise Wrong("every task has come, and you wait on", text, event)


def _check_total(returned: Any, received: int, event: Any) -> None:
    right = int("1" * len(TASKS))
    if not isinstance(returned, int):
        raise Wrong(
            f"you returned {returned!r:.60}",
            "Return the sum of the results, as a number: `int(size)` reads bytes.",
            event,
        )
    if returned == right:
        return
    # The results are 1, 10, 100, …: a digit of the sum says how often its task was counted.
    digits = f"{returned:06d}"[::-1]
    missing = [number for number, digit in enumerate(digits, 1) if digit == "0"]
    twice = [number for number, digit in enumerate(digits, 1) if digit == "2"]
    if missing and received == len(TASKS):
        raise Wrong(
            "you counted messages, not tasks",
            f"You returned after {received} messages, as many as there are tasks. But some results came twice, and "
            f"{_named(missing)} had not come. Remember which tasks you have.",
            event,
        )
    if missing:
        raise Wrong(
            f"you stopped with {len(missing)} of {len(TASKS)} tasks missing",
            f"For a second nothing came, and then {_named(missing)} came. Silence does not mean that all is done: only "
            "the list of tasks says so.",
            event,
        )
    if twice:
        text = f"Your sum is {returned:,}, and should be {right:,}. {_named(twice).capitalize()} came twice: count each once."
        raise Wrong(f"{len(twice)} tasks are counted twice", text, event)
    raise Wrong(f"you returned {returned:,}", f"The sum of the results is {right:,}.", event)


def _named(numbers: list[int]) -> str:
    names = [f"task {number}" for number in numbers]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


SINK = Exercise(
    name="sink",
    title="count each task once",
    task="Write `sink(context, sink_endpoint, tasks)`. It binds a `PULL` at `sink_endpoint`. Each result is a message of two "
    "frames, a task and a number in digits, both as bytes.\nReturn the sum of the numbers when each of `tasks`, a list, has its "
    "result. A task may have been done twice: count it once.",
    check=check_sink,
    hints=(
        "`task, number = results.recv_multipart()` receives both frames, and `int(number)` reads bytes.",
        "Keep the tasks that are missing: `missing = set(tasks)`. Which question ends your loop?",
        "`while missing:` receive. Only `if task in missing:` add the number, and `missing.remove(task)`.",
    ),
    model=solutions.sink,
    home=__name__,
)

LESSON = Lesson(
    number="03",
    title="Divide work: the pipeline",
    predictions=(COMPUTING, JOINING, SLOW),
    exercises=(WORK, SINK),
    opening=OPENING,
)
