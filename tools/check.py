"""Check an answer that stands in a file: `python tools/check.py 01 ask answer.py --json`.

The exit status is 0 for a right answer, 1 for any other, 2 where there is nothing to check.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

from zmqlab.course import LESSONS
from zmqlab.course.cases import CASES
from zmqlab.learning.checking import Verdict, check_text
from zmqlab.learning.exercises import Exercise


def exercise_of(number: str, name: str) -> Exercise:
    """Return an exercise by the number of its lesson and its name. Raises `LookupError`, with those there are."""
    for lesson in LESSONS.values():
        if lesson.number == number.zfill(2):
            return lesson.exercise(name)
    for case in CASES.values():
        if case.number == number:
            return case.exercise(name)
    raise LookupError(
        f"No lesson has the number {number}: there are {', '.join(one.number for one in LESSONS.values())}."
    )


def as_json(verdict: Verdict) -> str:
    """Return a verdict as one JSON object on one line."""
    keys = {"verdict": verdict.kind, "title": verdict.title, "text": verdict.text, "law": verdict.law}
    return json.dumps(keys, ensure_ascii=False)


def main() -> int:
    """Check, and print what is to be said. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="check", description="Check an answer to an exercise.")
    parser.add_argument("lesson", metavar="NN", help="the lesson's number, such as 01")
    parser.add_argument("exercise", help="the exercise's name, which is that of the function")
    parser.add_argument("file", type=Path, help="a Python file that defines it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        exercise = exercise_of(options.lesson, options.exercise)
        source = options.file.read_text(encoding="utf-8")
    except (LookupError, OSError, UnicodeDecodeError) as problem:
        print(problem.args[0] if isinstance(problem, LookupError) else problem, file=sys.stderr)
        return 2
    verdict = check_text(exercise, source)
    print(as_json(verdict) if options.json else "\n".join(filter(None, (verdict.title, verdict.text))))
    return 0 if verdict.kind == "right" else 1


if __name__ == "__main__":
    sys.exit(main())
