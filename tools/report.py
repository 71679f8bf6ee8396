"""Tables that are kept in the repository: each part has a section of its own, which a new run replaces."""

import os
import platform
import re
from collections.abc import Iterable
from datetime import date

import zmq


def machine() -> str:
    """Return what the figures were taken on, in a line."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pyzmq {zmq.__version__}, libzmq {zmq.zmq_version()}, load {os.getloadavg()[0]:.1f}, {date.today()}"
    )


def line(cells: Iterable[object]) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def table(rows: list[Iterable[object]]) -> str:
    """Return a Markdown table, of which the first row is the head."""
    head = list(rows[0])
    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows[1:])])


def with_section(text: str, name: str, body: str) -> str:
    """Return a Markdown text in which the section of that name says `body`; the section is added where there is none."""
    section = f"## {name}\n\n{body.strip()}\n"
    pattern = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(text):
        return pattern.sub(lambda found: section + "\n", text).rstrip() + "\n"
    return f"{text.rstrip()}\n\n{section}"
