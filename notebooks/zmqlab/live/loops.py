"""An actor that works with asyncio waits in its loop, where our inbox wakes nobody: there its tasks are cancelled."""

from __future__ import annotations

import sys
from typing import Any


def cancel(thread: int | None) -> bool:
    """Cancel all tasks of the loop that a thread runs, as Ctrl+C does. False when it runs none (in Python)."""
    asyncio = sys.modules.get("asyncio")
    loop = _loop_of(thread)
    if asyncio is None or loop is None:
        return False

    def cancel_all() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    try:
        loop.call_soon_threadsafe(cancel_all)
    except RuntimeError:  # it has just been closed
        return False
    return True


def _loop_of(thread: int | None) -> Any:
    """Return the loop that a thread runs: the outermost, found in its frames; asyncio tells only the thread itself.

    To be asked of who waits: CPython 3.11 can crash when the frames of a thread are read while it works
    (https://github.com/python/cpython/issues/111363).
    """
    frame, found = sys._current_frames().get(thread or 0), None
    while frame is not None:
        if frame.f_code.co_name == "run_forever" and hasattr(frame.f_locals.get("self"), "call_soon_threadsafe"):
            found = frame.f_locals["self"]
        frame = frame.f_back
    return found
