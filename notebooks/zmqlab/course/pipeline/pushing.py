"""Have a batch of tasks dealt out, and wait for its results: what the lesson's experiments all do."""

from __future__ import annotations

import time
from typing import Any

from ...record.events import Message


def push(run: Any, count: int, ventilator: str = "ventilator", sink: str = "sink") -> tuple[list[Message], float]:
    """Ask the `ventilator` for so many tasks. Return the results that the `sink` received, and the ms that it took.

    A message that is empty is no result: a worker asks so for its first task. `run` is a lab, or a stretch of one. Raises
    `TimeoutError` when not all results come.
    """
    began = time.monotonic_ns()
    run[ventilator].say(str(count))

    def results() -> list[Message]:
        return [message for message in run[sink].messages("received", began) if any(message.frames)]

    if not run.wait_for(lambda: len({message.frames for message in results()}) >= count):
        raise TimeoutError(f"Of {count} tasks, {len({one.frames for one in results()})} have a result.")
    return results(), (time.monotonic_ns() - began) / 1e6
