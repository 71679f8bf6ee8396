"""What a lesson costs in which nobody does anything: all its cells were run, and its panels are open.

No browser is needed: what a page says when it shows a stage is said to each stage here, and all that the kernel
sends to a page is counted on its way. A kernel with no lesson stands beside them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import zmq

from tests.kernels import Kernel, kernel
from tests.lessons import ROOT, code_cells, read

from .record import Row

LESSONS = ("06-queues-and-limits", "01-request-reply")
NO_LESSON = "no lesson, ipywidgets and zmq imported"
REST = 12.0
"""Seconds that are left to the films to come to rest, and to the pump to find that nothing is new."""
WINDOW = 20.0
"""Seconds that are measured."""
NAMED = 4
"""How many threads are named, the busiest first."""
HEAD = ("nobody does anything", "% of a core (under 0.15)", "by whom", "to the page (0)")
STAGES = (
    "[key for key, widget in __import__('ipywidgets').widgets.widget._instances.items() if widget.has_trait('film')]"
)
THREADS = "{thread.native_id: thread.name for thread in __import__('threading').enumerate()}"


def busy(made: Kernel) -> dict[int, int]:
    """Return the nanoseconds that each thread of a kernel has worked, by the thread's id. Linux only."""
    tasks = Path(f"/proc/{made.process.pid}/task").iterdir()
    return {int(task.name): int((task / "schedstat").read_text().split()[0]) for task in tasks}


def worked(before: dict[int, int], after: dict[int, int], names: dict[int, str]) -> Counter[str]:
    """Return the nanoseconds between two answers of `busy`, by the name of the thread."""
    found: Counter[str] = Counter()
    for thread, total in after.items():
        found[names.get(thread, "threads of libzmq and others")] += total - before.get(thread, 0)
    return found


def shares(found: Counter[str]) -> tuple[str, str]:
    """Return the share of a core of all threads, and of those that took the most, in words."""
    share = {name: spent / (WINDOW * 1e7) for name, spent in found.most_common()}
    words = [f"{name} {percent:.2f}" for name, percent in list(share.items())[:NAMED] if percent >= 0.005]
    return f"{sum(share.values()):.2f}", ", ".join(words)


def heard(sockets: dict[str, zmq.Socket], seconds: float) -> dict[str, list[int]]:
    """Return the sizes in bytes of the messages that each kernel sends to its page within so many seconds."""
    sizes: dict[str, list[int]] = {name: [] for name in sockets}
    names = {socket: name for name, socket in sockets.items()}
    poller = zmq.Poller()
    for socket in names:
        poller.register(socket, zmq.POLLIN)
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        for socket, _ in poller.poll(left * 1000):
            frames = socket.recv_multipart()
            if any(b'"msg_type": "comm' in frame or b'"msg_type":"comm' in frame for frame in frames):
                sizes[names[socket]].append(sum(map(len, frames)))
    return sizes


def rows() -> Iterator[Row]:
    """Yield the rows of the table, the head first. All kernels are measured at once."""
    yield HEAD
    with ExitStack() as stack:
        kernels, sockets, stages, names = {}, {}, {}, {}
        for name in (NO_LESSON, *LESSONS):
            made = kernels[name] = stack.enter_context(kernel())
            made.run("import ipywidgets, zmq")
            if name in LESSONS:
                made.run_cells([cell for _, cell in code_cells(read(ROOT / "notebooks" / f"{name}.ipynb"))])
            stages[name], names[name] = made.value(STAGES), made.value(THREADS)
            sockets[name] = stack.enter_context(made.page(stages[name], {"type": "hello"}))
        heard(sockets, REST)
        if not Path("/proc/self/task").exists():
            yield "not measured: this system has no /proc", "", "", ""
            return
        before = {name: busy(made) for name, made in kernels.items()}
        sizes = heard(sockets, WINDOW)
        for name, made in kernels.items():
            percent, who = shares(worked(before[name], busy(made), names[name]))
            said = f"{len(sizes[name])} messages, {sum(sizes[name]):,} bytes in {WINDOW:.0f} s"
            panels = f", {len(stages[name])} stages open" if stages[name] else ""
            yield name + panels, percent, who, said
