"""Measure, and print tables: `make bench`. It takes at most ten minutes.

ARGS names the parts (see `PARTS`); without a name the first four are taken. With `keep` among them, each table that was
printed takes the place of the former one in tests/benchmarks/RESULTS.md.
"""

import importlib
import sys
import time
import traceback
from pathlib import Path

from report import line, machine, table, with_section

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = {
    "record": "the sockets, recorded and not",
    "idle": "a lesson in which nobody does anything",
    "closed": "a lab in which many sockets were made and closed",
    "memory": "a kernel with a lesson alive",
    "notebooks": "the lessons, from top to bottom",
    "browser": "the page",
    "session": "what a visitor of Binder takes",
}
USUAL = list(PARTS)[:4]


def measure(part: str) -> str:
    """Print a part's table as it comes, and return its section."""
    began, rows = time.monotonic(), []
    heading = f"On {machine()}."
    print(f"\n## {part}: {PARTS[part]}\n\n{heading}\n")
    for row in importlib.import_module(f"tests.benchmarks.{part}").rows():
        rows.append(row)
        print(line(row), flush=True)
        if len(rows) == 1:
            print(line(["---"] * len(row)), flush=True)
    print(f"\n({time.monotonic() - began:.0f} s)", flush=True)
    return f"{PARTS[part].capitalize()}. {heading}\n\n{table(rows)}"


def main() -> int:
    """Take the parts named on the command line, each whatever becomes of the others. Returns the exit status."""
    wanted = [name for name in sys.argv[1:] if name != "keep"] or USUAL
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        sys.exit(f"There is no part {unknown[0]!r}. There are: {', '.join(PARTS)}. Add keep to write RESULTS.md.")
    failed = 0
    for part in wanted:
        try:
            section = measure(part)
        except Exception:
            traceback.print_exc()
            print(f"\n{part} could not be measured: its former table is kept.", flush=True)
            failed = 1
            continue
        if "keep" in sys.argv[1:]:
            RESULTS.write_text(with_section(RESULTS.read_text(), part, section))
    return failed


if __name__ == "__main__":
    sys.exit(main())
