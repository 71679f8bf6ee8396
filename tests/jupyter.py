"""A Jupyter server of the tests' own, without a browser: it neither reads nor writes anyone's settings."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lessons import ROOT

TOKEN = "of-these-tests"
START_UP = 60
"""Seconds that a server gets to start."""
PLACES = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}


@dataclass(frozen=True)
class Server:
    """A server at work at `url`, as a `process`; `log` is the file that it writes."""

    url: str
    process: subprocess.Popen
    log: Path

    @property
    def headers(self) -> dict[str, str]:
        """What a request says to be let in."""
        return {"Authorization": f"token {TOKEN}"}


def places(folder: Path) -> dict[str, str]:
    """Return what a Jupyter below `folder` is told about where it keeps its things."""
    return {name: str(folder / place) for name, place in PLACES.items()}


@contextmanager
def server(folder: Path, *arguments: str, module: str = "jupyterlab", root: Path = ROOT) -> Iterator[Server]:
    """Start a server that serves the course, with these arguments. End it on the way out, if it is there still."""
    command = [sys.executable, "-m", module, "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}", *arguments]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = folder / "server.log"
    with log.open("w") as file:
        environment = os.environ | places(folder) | {"ZMQLAB_PROGRESS": "off", "ZMQLAB_LONG_WAIT": "0.5"}
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        yield Server(_url(folder / "runtime" / f"jpserver-{process.pid}.json", process, log), process, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _url(file: Path, process: subprocess.Popen, log: Path) -> str:
    """Return where a server is, from the file that it writes, once it listens there."""
    deadline, pause = time.monotonic() + START_UP, threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        try:
            told = json.loads(file.read_text())
            # The file may be there a moment before anybody is let in.
            socket.create_connection((told["hostname"], told["port"])).close()
            return told["url"]
        except (FileNotFoundError, json.JSONDecodeError, ConnectionRefusedError):
            pause.wait(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
