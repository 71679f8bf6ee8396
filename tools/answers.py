"""Try a folder of answers, and print a table: `make answers FOLDER=…`.

Each file is `NN/exercise_right_….py` or `NN/exercise_wrong_….py`: the lesson's number, the exercise's name, and the verdict
that it must get. An exception counts as wrong. Exit status 1 when a verdict is another one.
"""

import argparse
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check import exercise_of
from zmqlab.learning.checking import Verdict, check_source

NAME = re.compile(r"(?P<exercise>\w+?)_(?P<wanted>right|wrong)\w*\.py")


def main() -> int:
    """Try the answers. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="answers", description=__doc__.partition(":")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=1, metavar="N", help="try each so often")
    parser.add_argument("--at-a-time", type=int, default=2, metavar="N", help="so many at the same time")
    parser.add_argument("--all", action="store_true", help="print what was said of each, not only of the wrong ones")
    options = parser.parse_args()
    files = [file for file in sorted(options.folder.rglob("*.py")) if NAME.fullmatch(file.name)]
    with ThreadPoolExecutor(options.at_a_time) as pool:
        tried = list(pool.map(tried_one, [file for file in files for _ in range(options.times)]))
    failed = [(file, verdict) for file, verdict in tried if not is_as_named(file, verdict)]
    for file, verdict in tried if options.all else failed:
        mark = " " if is_as_named(file, verdict) else "!"
        print(
            f"{mark} {file.parent.name}/{file.stem}: {verdict.kind} [{verdict.law}] {verdict.title}\n    {verdict.text}"
        )
    print(table(tried))
    return 1 if failed else 0


def tried_one(file: Path) -> tuple[Path, Verdict]:
    """Return a file, and what is said of the answer in it."""
    exercise = exercise_of(file.parent.name, NAME.fullmatch(file.name)["exercise"])
    return file, check_source(exercise, file.read_text(encoding="utf-8"))


def is_as_named(file: Path, verdict: Verdict) -> bool:
    """Whether the verdict is that of the file's name."""
    return (verdict.kind == "right") == (NAME.fullmatch(file.name)["wanted"] == "right") and (
        verdict.kind != "not attempted"
    )


def table(tried: list[tuple[Path, Verdict]]) -> str:
    """Return a row for each exercise: answers, runs, wrong verdicts."""
    rows: dict[str, list[tuple[Path, Verdict]]] = {}
    for file, verdict in tried:
        rows.setdefault(f"{file.parent.name} {NAME.fullmatch(file.name)['exercise']}", []).append((file, verdict))
    lines = ["| exercise | answers | runs | wrong verdicts |", "|---|---|---|---|"]
    for name, row in [*rows.items(), ("all", tried)]:
        wrong = sum(not is_as_named(file, verdict) for file, verdict in row)
        lines.append(f"| {name} | {len({file for file, _ in row})} | {len(row)} | {wrong} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
