"""A JupyterHub on this computer, with the course's configuration: `make workshop` and `make class` run on it.

It lives apart from .venv, in build/hub, and its proxy in build/proxy: `make hub` installs both.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from badge import FIRST

ROOT = Path(__file__).resolve().parent.parent
PROXY = ROOT / "build" / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
LOOPBACK = "127.0.0.1"
TO_END = 60.0
"""Seconds that a hub gets to end its proxy and its servers, before each is killed."""
CONFIG = """
load_subconfig({ours!r})
import os, shutil, signal, sys, threading
from pathlib import Path

c = get_config()
c.JupyterHub.bind_url = {bind_url!r}
c.JupyterHub.hub_bind_url = {hub_url!r}
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = {api_url!r}
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.Authenticator.allow_all = True
# A name becomes the name of a folder.
c.Authenticator.username_pattern = r"\\w[\\w.-]{{0,30}}$"
c.JupyterHub.active_server_limit = {most}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd = [sys.executable, {limited!r}]
c.Spawner.ip = {loopback!r}
c.Spawner.default_url = {first!r}
c.JupyterHub.cleanup_servers = True

def hand_out(spawner):
    home = Path({homes!r}, spawner.user.name)
    for name in ("notebooks", "images"):
        if not (home / name).exists():
            skip = shutil.ignore_patterns("__pycache__", ".*", "my-*", "*.mine-*")
            shutil.copytree(Path({root!r}, name), home / name, ignore=skip)
    if not (home / ".jupyter" / "lab").exists():
        shutil.copytree({prepared!r}, home / ".jupyter" / "lab")

c.Spawner.pre_spawn_hook = hand_out
if os.geteuid() == 0:
    c.Spawner.args = [*c.Spawner.args, "--allow-root"]

def end_with_who_started_it():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_with_who_started_it, daemon=True).start()
"""


def free_ports(number: int) -> list[int]:
    """Return ports of this machine that nobody listens at."""
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(number)]
    ports = [made.getsockname()[1] for made in sockets]
    for made in sockets:
        made.close()
    return ports


def configuration(place: Path, password: str, address: str, port: int, most: int) -> str:
    """Return the text of a hub's configuration. All but its one door, at `address` and `port`, listens to this machine alone."""
    hub_port, api_port = free_ports(2)
    return CONFIG.format(
        ours=str(ROOT / "docs/hub/jupyterhub_config.py"),
        root=str(ROOT),
        proxy=str(PROXY),
        limited=str(ROOT / "tools/limited.py"),
        prepared=str(place / "prepared"),
        first=f"/{FIRST}",
        homes=str(place / "homes"),
        bind_url=f"http://{address}:{port}",
        hub_url=f"http://{LOOPBACK}:{hub_port}",
        api_url=f"http://{LOOPBACK}:{api_port}",
        loopback=LOOPBACK,
        password=password,
        most=most,
    )


def prepare(folder: Path, environment: dict[str, str]) -> None:
    """Write the settings of JupyterLab with which each learner begins, and the window with the first lesson."""
    shutil.rmtree(folder, ignore_errors=True)
    places = {"JUPYTERLAB_SETTINGS_DIR": "user-settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    environment = environment | {name: str(folder / place) for name, place in places.items()}
    subprocess.run([sys.executable, ROOT / "tools/lab.py", "--prepare"], env=environment, check=True)


@contextmanager
def hub(
    place: Path, password: str, address: str = LOOPBACK, port: int = 0, most: int = 0
) -> Iterator[tuple[str, psutil.Process]]:
    """Start a hub, and end all that it started on the way out. Yields its address and its process.

    Learners' folders lie in `homes` below `place`, and those that are there stay as they are. `most` is how many servers may
    run at a time, 0 for as many as come. A hub whose starter goes away, in whatever way, ends itself.
    """
    (place / "homes").mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in ("jupyterhub.sqlite", "jupyterhub_cookie_secret", "jupyterhub-proxy.pid"):
        (place / old).unlink(missing_ok=True)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "ZMQLAB", "PYTHON"))}
    prepare(place / "prepared", bare)
    port = port or free_ports(1)[0]
    config = place / "jupyterhub_config.py"
    config.touch(mode=0o600)  # a password stands in it
    config.write_text(configuration(place, password, address, port, most))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (place / "hub.log").open("w") as log:
        made = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=place,
            env=bare | {"PATH": path},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = psutil.Process(made.pid)
    try:
        yield f"http://{address}:{port}", process
    finally:
        end(process)


def end(process: psutil.Process) -> None:
    """End the hub, which ends its proxy and the servers; and by its id each process that is left of them."""
    theirs = [process]
    with suppress(psutil.NoSuchProcess):
        theirs += process.children(recursive=True)
        process.send_signal(signal.SIGTERM)
    psutil.wait_procs(theirs, timeout=TO_END)
    for one in theirs:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(theirs, timeout=10)
