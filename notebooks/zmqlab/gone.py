"""Names that a lab had in former versions of the course: what to write instead.

Nobody is left behind by a new version. Who runs an old notebook reads one sentence that says what to do.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

FRESH = "(Or bring the new notebook, and keep your copy: `make fresh`.)"
INSTEAD = {
    "actor": 'lab["client"] is the actor of that name',
    "stop": 'write lab["client"].stop()',
    "kill": 'write lab["client"].kill()',
    "restart": 'write lab["client"].restart()',
    "arm": 'write lab["client"].arm("sent")',
    "say": 'write lab["client"].say("Hello")',
    "subscribe": 'write lab["client"].subscribe(b"paris")',
    "unsubscribe": 'write lab["client"].unsubscribe(b"paris")',
    "started": 'write lab["client"].started',
    "messages": 'write lab["client"].messages("received"), or run.messages("client", "received") in an experiment',
    "stop_everything": "write lab.close(), or stop the actors one by one",
    "start_everything": 'write lab["client"].restart()',
    "stop_button": "write lab.close(), or stop the actors one by one",
    "stage": "write lab.show(), which shows the picture",
    "stage_beside": "write lab.show(…), with the controls in the brackets",
    "sender": 'write lab.show(Sender("client")), with `from zmqlab import Sender`',
    "faults": 'write lab.show(Faults("server")), with `from zmqlab import Faults`',
    "place": 'write lab.show(Place("friend")), with `from zmqlab.course.start_here import Place`',
    "pressing_stop": "write pressing_stop(lab), with `from zmqlab.course.start_here import pressing_stop`",
    "topics": 'write lab.show(Topics("you")), with `from zmqlab.course.publish_subscribe import Topics`',
    "trials": "write lab.show(Trials(…)), with `from zmqlab.course.publish_subscribe import Trials`",
    "batches": "write lab.show(Batches(worker)), with `from zmqlab.course.pipeline import Batches`",
    "queues": "write lab.show(Queues(…)), with `from zmqlab.course.queues_and_limits import Queues`",
    "attempts": "write lab.show(Attempts(…)), with `from zmqlab.course.queues_and_limits import Attempts`",
    "stopwatch": "write lab.show(Stopwatch(…)), with `from zmqlab.course.queues_and_limits import Stopwatch`",
    "pressed": 'press a control, or say lab["client"].say("Hello")',
    "snapshot": "write snapshot(lab), with `from zmqlab.recording import snapshot`",
    "save": "write save(lab, path), with `from zmqlab.recording import save`",
    "replay": "write replay(path), with `from zmqlab.recording import replay`",
    "progress": "write progress(), with `from zmqlab import progress`",
}
"""By the name that is gone."""


def words(of: str, name: str) -> str:
    """Return what to say to who asks for a name that is not there."""
    if name in INSTEAD:
        return f"{of}.{name} is gone: {INSTEAD[name]}. {FRESH}"
    return f"{of} has no {name!r}"


def check_arguments(experiment: Callable) -> None:
    """Raise `TypeError`, in words, when the function of a prediction asks for its lab: it has one to itself now."""
    if "lab" in inspect.signature(experiment).parameters:
        raise TypeError(
            f"{experiment.__name__}(lab) gets no lab any more: write {experiment.__name__}(run), and run.context(…), "
            f"run.start(…) and run.endpoint(…) inside. What it makes is its own then. {FRESH}"
        )
