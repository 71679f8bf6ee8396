"""The recordings that the site is made from: each notebook is run once, and again only when something of it has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "build" / "site-records"
AT_ONCE = 3
"""Notebooks that run at the same time: they wait most of their time."""
ATTEMPTS, PORT_TAKEN = 3, "Address already in use"
"""Jupyter chooses the ports of a kernel before it starts it: now and then another program has taken one by then."""
WHAT_COUNTS = ("notebooks/zmqlab/**/*.py", "notebooks/zmqlab/**/*.json")
OF_OURS = ("films.py", "presses.py", "recorder.py")


def notebooks() -> list[Path]:
    """Return the lessons and cases, in order."""
    found = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    return [path for path in found if ".mine-" not in path.name]


def fingerprint(notebook: Path) -> str:
    """Return what tells one state of a notebook, and of all that it runs on, from another."""
    files = [path for pattern in WHAT_COUNTS for path in ROOT.glob(pattern)]
    files += [Path(__file__).with_name(name) for name in OF_OURS]
    mark = hashlib.sha256(notebook.read_bytes())
    for path in sorted(files):
        mark.update(path.read_bytes())
    return mark.hexdigest()


def record_all() -> dict[Path, Path]:
    """Run all notebooks that were not recorded as they are now. Returns the folder of each one's record.

    Raises `RuntimeError`, with what it said, where one fails.
    """
    places = {notebook: RECORDS / notebook.stem for notebook in notebooks()}
    to_do = [one for one, folder in places.items() if not is_recorded(one, folder)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda one: _record(one, places[one]), to_do))
    return places


def is_recorded(notebook: Path, folder: Path) -> bool:
    """Whether the record in a folder is of the notebook as it is now."""
    mark = folder / "fingerprint"
    return mark.exists() and mark.read_text() == fingerprint(notebook)


def _record(notebook: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "tools.site.recorder", str(notebook), str(folder)]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "notebooks")])
    for _ in range(ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
        )
        if not done.returncode or PORT_TAKEN not in done.stderr:
            break
    if done.returncode:
        raise RuntimeError(f"{notebook.name} was not recorded:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    (folder / "fingerprint").write_text(fingerprint(notebook))
