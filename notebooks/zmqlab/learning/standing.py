"""Where a function under test stands just now."""

from __future__ import annotations

import linecache
import sys

from .watching import YOURS


def line_of(thread: int) -> str:
    """Return the line of the function in which a thread stands, or ""."""
    frame = sys._current_frames().get(thread)
    while frame is not None and frame.f_code.co_filename != YOURS:
        frame = frame.f_back
    return linecache.getline(YOURS, frame.f_lineno).strip() if frame is not None else ""


def where_it_stands(thread: int) -> str:
    """Return ", in the line `while True:`", or "" where that is not known."""
    line = line_of(thread)
    return f", in the line `{line}`" if line else ""
