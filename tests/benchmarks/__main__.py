"""Measure everything, print a table, and keep it in tests/benchmarks/RESULTS.md: `make bench`."""

import os
import platform
import sys
from datetime import date
from pathlib import Path

import zmq

from . import browser, notebooks, sockets

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = {"sockets": sockets, "notebooks": notebooks, "browser": browser}


def machine() -> str:
    """Return what the figures were taken on, in a line."""
    cores = os.cpu_count()
    return (
        f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}, "
        f"pyzmq {zmq.__version__}, libzmq {zmq.zmq_version()}, load {os.getloadavg()[0]:.1f}, {date.today()}"
    )


def main() -> None:
    """Run the parts named on the command line, or all; only a whole run is kept."""
    names = sys.argv[1:] or list(PARTS)
    head = ["# What it costs", "", f"Measured by `make bench` on {machine()}. Median, and in brackets the range.", ""]
    table = ["| what | aim | measured |", "|---|---|---|"]
    print("\n".join(head + table))
    for name in names:
        for row in PARTS[name].rows():
            table.append("| " + " | ".join(row) + " |")
            print(table[-1], flush=True)
    if names == list(PARTS):
        RESULTS.write_text("\n".join([*head, *table]) + "\n")


if __name__ == "__main__":
    main()
