"""Put your copy of a lesson aside, and bring the original back: python tools/fresh.py 01"""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

from choose import choose

NOTEBOOKS = Path("notebooks")


def main(lesson):
    if not lesson:
        sys.exit("Say which lesson, by its number:  make fresh LESSON=01")
    path = NOTEBOOKS / choose(lesson, lessons_in_git())
    original = stored(f"HEAD:./{path.as_posix()}")
    yours = path.read_bytes() if path.exists() else None
    # What was given to `git add` and changed again after that exists nowhere else.
    added = stored(f":./{path.as_posix()}")
    to_keep = [text for text in dict.fromkeys([yours, added]) if not same(text, original)]

    for text in to_keep:
        print(f"Your copy is now {put_aside(path, text)}")
    if yours is None or to_keep:
        restored = git("checkout", "HEAD", "--", str(path))
        if restored.returncode:
            sys.exit(f"git could not bring back {path}; it is unchanged:\n{restored.stderr.decode()}")
        print(f"{path} is the original again. Is it open in JupyterLab? Close its tab and open it anew.")
    else:
        print(f"{path} is the original: there is nothing to put aside.")


def lessons_in_git():
    listed = git("ls-tree", "--name-only", "HEAD", f"{NOTEBOOKS}/")
    names = [Path(line).name for line in listed.stdout.decode().splitlines()]
    lessons = [name for name in names if name[0].isdigit() and name.endswith(".ipynb")]
    if not lessons:
        sys.exit("The originals come from git, and this folder is no git clone of the course. Nothing was changed.")
    return lessons


def stored(object_name):
    """What git has stored under that name, or None."""
    found = git("cat-file", "blob", object_name)
    return None if found.returncode else found.stdout


def same(text, original):
    """Whether this is the original, or nothing at all. Git may have changed the ends of its lines."""
    return text is None or text.replace(b"\r\n", b"\n") == original.replace(b"\r\n", b"\n")


def put_aside(path, text):
    """Write the text under a name of today that is not taken, and return the name."""
    dated = f"{path.stem}.mine-{datetime.now():%Y-%m-%d-%H%M}"
    number = 1
    while True:
        aside = path.with_name(f"{dated}{'' if number == 1 else f'-{number}'}.ipynb")
        try:
            with aside.open("xb") as file:
                file.write(text)
            return aside
        except FileExistsError:
            number += 1


def git(*arguments):
    return subprocess.run(["git", *arguments], capture_output=True)


if __name__ == "__main__":
    main("".join(sys.argv[1:2]))
