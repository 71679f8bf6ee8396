"""What happened in a lab, as a picture that shows everywhere, or as a file that plays again."""

from __future__ import annotations

from pathlib import Path

from .lab import Lab
from .page.stage import Stage, Still
from .picture.scene import Scene
from .record import files
from .record.events import Event


def moment(lab: Lab) -> tuple[Scene, list[Event]]:
    """Return all that is known of a lab at this moment, and the events that are kept of how it came about."""
    scene, happened = lab.trace.everything(lab.trace.settle())
    for event in happened:
        scene.apply(event)
    return scene, happened


def snapshot(lab: Lab) -> Still:
    """Return a picture of this moment that shows everywhere, also where nothing runs.

    Its `svg` is the picture, its `sequence` the sequence diagram of all that is kept, both as SVG.
    """
    scene, happened = moment(lab)
    return Still(scene, f"{lab.name}, at rest", happened)


def save(lab: Lab, path: str | Path) -> Path:
    """Write all that happened in a lab, as far as it is kept, to a file that `replay` plays."""
    lab.trace.settle()
    return files.save(path, lab.trace.events(), lab.name)


def replay(path: str | Path) -> Stage:
    """Return a stage that plays a recording: no socket is opened. Raises `ValueError` when it is none."""
    title, events = files.load(path)
    return Stage.of_recording(events, title)
