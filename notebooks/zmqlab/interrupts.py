"""What a learner reads who has pressed ■ while something of ours waited: one line, in place of a page of our internals.

The cell has failed all the same, with `KeyboardInterrupt`: "Run All" stops there.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import zmq
from IPython import get_ipython

OURS = str(Path(__file__).parent)
PYZMQ = str(Path(zmq.__file__).parent)
"""pyzmq's own methods, such as `recv_string`, stand between a cell and ours."""
WORDS = "Interrupted{where}. What this cell has opened is closed when you run it again."


def install() -> None:
    """Say an interrupt in words from here on. Does nothing outside IPython, or where somebody has a say of their own.

    May be called again. See `InteractiveShell.set_custom_exc` of IPython.
    """
    shell = get_ipython()
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((KeyboardInterrupt,), _show)


def _show(shell: Any, kind: type, problem: BaseException, trace: TracebackType, tb_offset: int | None = None) -> None:
    """Show an interrupt, as IPython does but where it came while something of ours was at work."""
    called = _called(trace)
    if called is not None:
        words = _words(called)
        problem._render_traceback_ = lambda: [words]  # type: ignore[attr-defined]  # IPython asks every exception for it
    shell.showtraceback((kind, problem, trace), running_compiled_code=True)


def _words(called: str) -> str:
    return WORDS.format(where="" if called.startswith("_") else f" in {called}()")


def _called(trace: TracebackType) -> str | None:
    """Return the name of the function that a cell had called: ours, or pyzmq's around ours. None where neither is."""
    name, found = "", False
    for file, function in _frames(trace):
        of_us = _within(file, OURS)
        if not of_us and not _within(file, PYZMQ):
            if found:
                break  # a function of the learner's that ours has called
            name = ""
            continue
        name, found = name or function, found or of_us
    return name if found else None


def _frames(trace: TracebackType) -> Iterator[tuple[str, str]]:
    for frame, _line in traceback.walk_tb(trace):
        yield frame.f_code.co_filename, frame.f_code.co_name


def _within(file: str, folder: str) -> bool:
    return Path(folder) in Path(file).parents
