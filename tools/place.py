"""Can the course live in the folder where it lies? Says in words when it cannot."""

import os
import sys
from pathlib import Path


def problem(folder, own=".venv"):
    """Return what keeps the course from living in `folder`, with the line that mends it; "" when nothing does.

    `own` is what shall be made or written there.
    """
    folder = Path(folder)
    if os.pathsep in str(folder):
        return (
            f"The path of this folder has a {os.pathsep!r} in it:\n\n    {folder}\n\n"
            "Programs take that for the end of a path, and Python makes no environment there. Rename the folder, or "
            "move it."
        )
    if not may_write(folder / own):
        return (
            f"You may not write in this folder:\n\n    {folder}\n\n"
            "Make a copy of your own, and go on there:\n\n"
            f'    cp -r "{folder}" ~/learn-zeromq\n    chmod -R u+w ~/learn-zeromq\n    cd ~/learn-zeromq'
        )
    return ""


def may_write(path):
    """Whether something may be written at `path`, or could be made there."""
    while not os.path.exists(path):  # the method of a Path raises an error where it may not look
        path = path.parent
    return os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0))


def stop_if_not(folder, own=".venv"):
    """End the program, with words, where the course cannot live."""
    if said := problem(folder, own):
        sys.exit(said)
