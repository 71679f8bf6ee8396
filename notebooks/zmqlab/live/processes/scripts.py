"""The same plain functions as scripts, each in a process of its own: what a learner takes away."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from .sources import source_of


class Script:
    """A function and a call of it, as the text of a script that needs pyzmq and nothing else."""

    def __init__(self, function: Callable, arguments: dict[str, Any]) -> None:
        self.name = function.__name__
        given = {"context": "zmq.Context()", "pause": "time.sleep"} | {
            name: repr(value) for name, value in arguments.items()
        }
        call = ", ".join(given[name] for name in inspect.signature(function).parameters if name in given)
        source = source_of(function)
        imports = "import time\n\nimport zmq\n" if "pause" in inspect.signature(function).parameters else "import zmq\n"
        self.text = f"{imports}\n\n{source}\n\nprint({self.name}({call}))\n"

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


class Run(NamedTuple):
    """What became of a script: the id of its process, what it printed, its exit status (None: it was ended)."""

    name: str
    pid: int
    output: str
    status: int | None


def run_together(scripts: Iterable[Script], seconds: float) -> list[Run]:
    """Run scripts in processes of their own until the last given ends, for so many seconds at most."""
    with tempfile.TemporaryDirectory(prefix="zmqlab-scripts-") as folder:
        processes = []
        for number, script in enumerate(scripts):
            file = Path(folder, f"{number}_{script.name}.py")
            file.write_text(script.text)
            command = [sys.executable, "-u", str(file)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)
            processes.append((script, process))
        try:
            deadline = time.monotonic() + seconds
            try:
                processes[-1][1].wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"{processes[-1][0].name} had not ended after {seconds:g} s") from None
        finally:
            ended_by_itself = [process.poll() is not None for _, process in processes]
            for _, process in processes:
                process.kill()
            outputs = [process.communicate()[0] for _, process in processes]
    return [
        Run(script.name, process.pid, output, process.returncode if by_itself else None)
        for (script, process), output, by_itself in zip(processes, outputs, ended_by_itself, strict=True)
    ]
