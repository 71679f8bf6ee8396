"""Which cell of the notebook runs: what it showed the last time is let go when it is run again."""

from __future__ import annotations

from typing import NamedTuple

from IPython import get_ipython


class Run(NamedTuple):
    """One run of one cell. `cell` is empty where the page does not tell which it is."""

    cell: str
    run: str


def this_run() -> Run:
    """Return which cell runs now. Call it from the thread of the cells.

    JupyterLab sends a cell's id with each request to run it (jupyter-server/enhancement-proposals, 62).
    """
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return Run(parent.get("metadata", {}).get("cellId", ""), parent.get("header", {}).get("msg_id", ""))
