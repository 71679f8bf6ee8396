"""Serve the course to a room, from the teacher's computer: make class ADDRESS=192.168.1.20

It alone of all commands lets other computers in, at the one address that it is told, once somebody has typed yes. Each
learner logs in under a name, with the one password that it prints, and gets a copy of the notebooks and a server. Ctrl-C
ends all that it has started.
"""

from __future__ import annotations

import argparse
import getpass
import ipaddress
import os
import secrets
import signal
import socket
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import place
import psutil
from hub import ROOT, hub

PLACE = ROOT / "build" / "class"
START_UP = 120
"""Seconds that a hub gets to start."""
A_LEARNER = 200
"""Megabytes that a learner takes at most, as `make workshop` measures it."""
YES = "yes"


def password() -> str:
    """Return a password that can be read aloud: three words of four letters, 36 bits."""
    words = ("".join(secrets.choice(letters) for letters in ("bdfgkmnprstvz", "aeiou") * 2) for _ in range(3))
    return "-".join(words)


def addresses() -> dict[str, str]:
    """Return this computer's addresses, and the network card of each. Those of this computer alone come last."""
    up = {name for name, about in psutil.net_if_stats().items() if about.isup}
    found = {
        one.address: name
        for name, ones in psutil.net_if_addrs().items()
        for one in ones
        if name in up and one.family == socket.AF_INET
    }
    return dict(sorted(found.items(), key=lambda item: is_alone(item[0])))


def is_alone(address: str) -> bool:
    """Whether nobody but this computer can reach an address."""
    return ipaddress.ip_address(address).is_loopback


def problem(address: str, port: int, root: bool) -> str:
    """Return what keeps the class from beginning, and what to do; "" when nothing does."""
    here = addresses()
    if address not in here:
        told = "\n".join(f"    make class ADDRESS={one}    ({card})" for one, card in here.items())
        said = f"{address} is no address of this computer. " if address else ""
        return (
            f"{said}Say at which of its addresses this computer lets the class in, the one of the room's network:\n\n"
            f"{told}\n\nWith 127.0.0.1 you try it alone, and nobody else gets in."
        )
    if root:
        return (
            "You are root, and so would every learner be. Begin the class as another user; or, where nothing can be "
            "lost, as in a container: make class ARGS=--allow-root …"
        )
    try:
        socket.create_server((address, port)).close()
    except OSError as refused:
        return f"Port {port} of {address} cannot be used ({refused.strerror}). Try another: make class PORT=8001 …"
    return ""


def exposed(address: str, port: int) -> str:
    """Return what beginning the class opens, in words."""
    whom = "Nobody but this computer." if is_alone(address) else "Everybody whose computer reaches this address."
    return f"""
What this opens, until you press Ctrl-C:

  where    http://{address}:{port}, and nothing else of this computer
  to whom  {whom} The password lets them in, under any name: also under that of
           another learner.
  what     The code that they write runs as you ({getpass.getuser()}). It can read, change and delete every file that you can, and
           use your network. So do it as a user of this computer who owns nothing else.
  how      Over http. Who listens to the network can read the password and all that is typed.
"""


def agreed(address: str) -> bool:
    """Whether somebody types yes. Nobody is asked where nobody else gets in."""
    if is_alone(address):
        return True
    try:
        return input(f"Type {YES} to let them in: ").strip().lower() == YES
    except EOFError:
        print()
        return False


def room_for(learners: int) -> str:
    """Return a warning when this computer has too little memory for so many; "" when it has enough."""
    free = psutil.virtual_memory().available / 1e6
    if free > learners * A_LEARNER:
        return ""
    return f"== This computer has memory for about {free / A_LEARNER:.0f} learners now, at {A_LEARNER} MB each."


def wait_until_open(url: str, process: psutil.Process, folder: Path) -> None:
    """Wait until the hub lets learners in. Ends the program when it does not."""
    deadline = time.monotonic() + START_UP
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.status() != psutil.STATUS_ZOMBIE:
        with suppress(OSError):  # nobody listens there yet
            if direct.open(f"{url}/hub/health", timeout=5).status == 200:
                return
        time.sleep(0.2)
    sys.exit(f"The class did not begin. What the hub says stands in {folder / 'hub.log'}")


def stopped(*_: object) -> None:
    """End the program as Ctrl-C does."""
    raise KeyboardInterrupt


def main() -> None:
    parser = argparse.ArgumentParser(prog="make class", description="Serve the course to a room.")
    parser.add_argument("--address", default="", help="the address of this computer at which the class gets in")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--learners", type=int, default=30, help="so many servers at a time, at most")
    parser.add_argument("--allow-root", action="store_true", help="let everybody be root on this computer")
    parser.add_argument("--folder", type=Path, default=PLACE, help="where the learners' folders lie")
    wanted = parser.parse_args()
    address, port = wanted.address, wanted.port
    place.stop_if_not(ROOT, "build")
    if said := problem(address, port, hasattr(os, "geteuid") and os.geteuid() == 0 and not wanted.allow_root):
        sys.exit(said)
    print(exposed(address, port))
    if not agreed(address):
        sys.exit("Nothing was opened.")
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stopped)
    signal.signal(signal.SIGINT, stopped)
    hold(address, port, wanted.learners, wanted.folder.absolute())


def hold(address: str, port: int, learners: int, folder: Path) -> None:
    """Hold the class until somebody presses Ctrl-C."""
    word = password()
    print(room_for(learners) or "== The class begins: a few seconds", flush=True)
    try:
        with hub(folder, word, address, port, learners) as (url, process):
            try:
                wait_until_open(url, process, folder)
                print(
                    f"""
  Address   {url}
  Name      whatever they like, for each another one
  Password  {word}

Their notebooks are in {Path(os.path.relpath(folder / "homes"))}, and stay there. To end the class, press Ctrl-C here.""",
                    flush=True,
                )
                process.wait()
                sys.exit(f"The hub has ended. What it says stands in {folder / 'hub.log'}")
            finally:
                # Once more Ctrl-C would leave servers behind.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                print("\n== The class ends: servers stop", flush=True)
    except KeyboardInterrupt:
        print("== Nobody gets in any more.")


if __name__ == "__main__":
    main()
