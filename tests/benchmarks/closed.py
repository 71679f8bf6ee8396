"""What a look at the record costs in a lab in which many sockets were made and closed: it must not grow with them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from .record import BEFORE, ROOT, Row, Variant, taken_from_git

SOCKETS = 5_000
HEAD = (
    f"{SOCKETS:,} sockets made and closed",
    "a look before, µs of work",
    "after, µs of work",
    "after / before (at most 1.10)",
)
LOOKS = {"look": "tick and take", "pump": "a whole look of the pump"}


def rows() -> Iterator[Row]:
    """Yield the rows of the table, the head first."""
    yield HEAD
    with tempfile.TemporaryDirectory() as folder:
        missing = taken_from_git(BEFORE, Path(folder))
        for name, root in (("before", Path(folder)), ("now", ROOT)):
            if name == "before" and missing:
                yield f"before: not measured, {missing}", "", "", ""
                continue
            with Variant("recorded", root / "notebooks") as variant:
                answer = variant.ask("closed sockets", messages=SOCKETS)
            if answer is None:
                yield f"{name}: not measured, {variant.problem}", "", "", ""
                continue
            before, after = answer["before"], answer["after"]
            for look, words in LOOKS.items():
                if before[look] is None:
                    yield f"{name}, {words}: there is none", "", "", ""
                else:
                    ratio = f"{after[look] / before[look]:,.2f}"
                    yield f"{name}, {words}", f"{before[look]:,.1f}", f"{after[look]:,.1f}", ratio
