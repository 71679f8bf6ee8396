"""Run one notebook from top to bottom, press what there is to press, and keep what a page of it shows.

    PYTHONPATH=notebooks python -m tools.site.recorder notebooks/01-request-reply.ipynb build/site-records/01-request-reply

The cells run in a kernel, in which a `Recorder` takes note of what each of them shows. In the folder are then a `cells.json`,
which says for each code cell what stands below it, and the records that its films are made from.
"""

from __future__ import annotations

import copy
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.utils.capture import capture_output
from jupyter_client.manager import start_new_kernel
from zmqlab import Case, Lab
from zmqlab.course import LESSONS
from zmqlab.course.cases import CASES
from zmqlab.learning.predictions import tally_in_words
from zmqlab.page.control import AtWork, Control
from zmqlab.record import files
from zmqlab.record.events import Event, Message, messages_of
from zmqlab.record.keeping import Kept, kept

from . import films
from .presses import presses, rounds, until_quiet

ROOT = Path(__file__).resolve().parents[2]
CELL = 90.0
"""Seconds that a cell may run."""
Item = dict[str, Any]
"""One thing below a cell: its `kind`, and what a page needs of it."""


class Recorder:
    """Stands in the kernel, and takes note of what each cell shows."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.items: list[Item] = []  # of the cell that runs
        self.shown: list[tuple[Item, Lab, list[Control], Any]] = []  # panels to be pressed: item, lab, controls, names
        self.began = 0
        self.watch()

    def watch(self) -> None:
        """Have the names that a notebook imports say what they show."""
        for name in ("question", "exercise"):
            self._note(
                Lab, name, lambda lab, *given, name=name: {"kind": name, "lesson": lab.name, "name": "".join(given)}
            )
        self._note(Lab, "experiment", lambda lab, title: {"kind": "experiment", "title": title})
        self._note(Lab, "predict", self._predicted)
        self._note(Lab, "show", self._panel)
        self._note(Case, "question", self._finding)
        self._note(Case, "exercise", lambda case, name: {"kind": "exercise", "lesson": case.name, "name": name})
        self._note(Case, "recording", self._recording)

    def _note(self, owner: type, name: str, item: Any) -> None:
        original = getattr(owner, name)

        def noted(one: Any, *given: Any, **named: Any) -> Any:
            self.items.append(item(one, *given, **named))
            return original(one, *given, **named)

        setattr(owner, name, noted)

    def _predicted(self, lab: Lab, prediction: Any, experiment: Any) -> Item:
        own = prediction if isinstance(prediction, str) else prediction.name
        return {"kind": "prediction", "lesson": lab.name, "name": own, "title": own}

    def _panel(self, lab: Lab, *things: Any, actors: Iterable[str] | None = None) -> Item:
        item = {"kind": "panel", "title": lab.name}
        controls = [thing for thing in things if isinstance(thing, Control)]
        names = list(actors) if actors is not None else None
        if names is None:
            names = [name for control in controls for name in control.actors] or None
        pictured = actors is not None or not things or any(control.pictured for control in controls)
        self.shown.append((item, lab, controls, names if pictured else ()))
        return item

    def _recording(self, case: Case) -> Item:
        item = {"kind": "recording", "title": case.title}
        item["films"] = self._films([], case.events, hides=bool(revealing(case)))
        return item

    def _finding(self, case: Case, name: str) -> Item:
        item = {"kind": "finding", "lesson": case.name, "name": name, "title": f"{case.title}: where it was lost"}
        if name == revealing(case):
            item["films"] = self._films([], case.events)
        return item

    def begin(self) -> None:
        """Take note that a cell begins."""
        self.items, self.shown, self.began = [], [], time.monotonic_ns()

    def end(self) -> None:
        """Press what the cell has shown to press, and say what stands below it."""
        with capture_output():
            for shown in self.shown:
                self._press(*shown)
        (self.folder / "items.json").write_text(json.dumps(self.items), encoding="utf-8")

    def _press(self, item: Item, lab: Lab, controls: list[Control], names: Any) -> None:
        """Press what a learner would, and keep the film of it."""
        trace, words = lab.trace, []
        outputs = [copy.deepcopy(control.output) for control in controls if control.output is not None]

        def working() -> bool:
            return any(isinstance(control, AtWork) and control.working for control in controls)

        until_quiet(lambda: len(trace.taken()))
        for press in presses(controls):
            press.do()
            until_quiet(lambda: len(trace.taken()), working)
            words += [press.words] if press.words else []
        time.sleep(rounds(trace.taken(), self.began))
        trace.settle()
        item["pressed"] = words
        item["controls"] = [title_of(control) for control in controls]
        item["outputs"] = [title_of(control) for control in controls if control.output is not None]
        item["tables"] = [table for control in controls if control.output is None and (table := markup(control.widget))]
        if names != ():
            before, events = films.of_cast(trace.taken(), names, self.began)
            item["films"] = self._films(before, events, outputs)

    def _films(self, before: list, events: list, outputs: Iterable[Any] = (), hides: bool = False) -> dict[str, Any]:
        number = len(list(self.folder.glob("panel-*.json")))
        files.save(self.folder / f"panel-{number}.{len(before)}.json", [*before, *events], "")
        found = {"record": f"panel-{number}.{len(before)}.json", "hides": hides}
        for width in ("wide", "small"):
            film = films.tell(before, events, width == "small", copy.deepcopy(list(outputs)), hides)
            found[width] = films.told(film)
        return found


def revealing(case: Case) -> str:
    """Return the question of a case whose answer its recording would show; "" where there is none."""
    return CASES[case.name].reveals


def printed(data: dict[str, str]) -> Item | None:
    """Return what a cell displayed beside what is ours."""
    if "text/markdown" in data:
        return {"kind": "markdown", "text": data["text/markdown"]}
    if "application/vnd.jupyter.widget-view+json" in data or "text/html" in data or not data.get("text/plain"):
        return None
    return {"kind": "text", "text": data["text/plain"]}


class Kernel:
    """A kernel that runs the cells of one notebook."""

    def __init__(self, folder: Path, cwd: Path) -> None:
        own = {"ZMQLAB_RECORDS": str(folder / "stretches"), "ZMQLAB_PROGRESS": "off", "ZMQLAB_LONG_WAIT": "0.5"}
        self._manager, self._client = start_new_kernel(kernel_name="python3", cwd=str(cwd), env=os.environ | own)
        self._folder = folder
        self._do(f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(cwd)!r}]")
        self._do(f"from tools.site.recorder import Recorder as _Recorder; _recorder = _Recorder({str(folder)!r})")

    def _do(self, code: str) -> list[Item]:
        """Run code. Returns what it displayed and printed. Raises `RuntimeError` where it fails."""
        found: list[Item] = []

        def hear(message: dict) -> None:
            content = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                if not found or found[-1]["kind"] != "text":
                    found.append({"kind": "text", "text": ""})
                found[-1]["text"] += content["text"]
            elif "data" in content and (item := printed(content["data"])):
                found.append(item)

        reply = self._client.execute_interactive(code, allow_stdin=False, output_hook=hear, timeout=CELL)["content"]
        if reply["status"] != "ok":
            raise RuntimeError(f"{reply.get('ename')}: {reply.get('evalue')}, in\n{code}")
        return found

    def run(self, code: str, may_fail: bool = False) -> list[Item]:
        """Run a cell, and return what stands below it."""
        self._do("_recorder.begin()")
        try:
            printed = self._do(code)
        except RuntimeError:
            if not may_fail:
                raise
            printed = []
        self._do("_recorder.end()")
        return json.loads((self._folder / "items.json").read_text(encoding="utf-8")) + printed

    def end(self) -> None:
        """End it."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def title_of(control: Control) -> str:
    """Return the heading of a control's panel."""
    return str(getattr(control.widget, "title", ""))


def markup(widget: Any) -> str:
    """Return what a control shows that has no part in a film, as HTML: its words, and what its buttons say by now."""
    kinds = " ".join(getattr(widget, "_dom_classes", ()))
    if isinstance(widget, widgets.HTML):
        return f'<div class="{kinds}">{widget.value}</div>' if widget.value else ""
    if isinstance(widget, widgets.Button):
        return f'<span class="said">{escape(widget.description)}</span>'
    if isinstance(widget, widgets.SelectionSlider | widgets.IntSlider):
        said = getattr(widget, "label", None) or str(widget.value)
        return f'<span class="said">{escape(widget.description)}: {escape(said)}</span>'
    inner = [markup(child) for child in getattr(widget, "children", ())]
    columns = getattr(getattr(widget, "layout", None), "grid_template_columns", None)
    if columns:
        return grid(inner, sum(int(times or 1) for times in re.findall(r"repeat\((\d+)[^)]*\)|\S+", columns)))
    return f'<div class="{kinds}">{"".join(inner)}</div>' if any(inner) else ""


def grid(cells: list[str], columns: int) -> str:
    """Return cells as a table, the first row its head."""
    rows = [cells[begin : begin + columns] for begin in range(0, len(cells), columns)]
    head, *body = [[re.sub("</?div[^>]*>", "", cell) for cell in row] for row in rows]
    heads = "".join(f"<th>{cell}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in body)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def add_stretches(found: dict[str, list[Item]], folder: Path) -> None:
    """Give each experiment and prediction its films, of the records that were kept of it."""
    records: dict[str, list[Kept]] = {}
    for stretch in kept(folder / "stretches"):
        records.setdefault(stretch.title, []).append(stretch)
    for items in found.values():
        for item in items:
            if item["kind"] in ("experiment", "prediction") and (own := records.get(item["title"])):
                stretch = observe(item, own) if item["kind"] == "prediction" else own.pop(0)
                item["films"] = {"record": str(stretch.path.relative_to(folder))}
                for width in ("wide", "small"):
                    film = films.tell(stretch.before, stretch.events, width == "small")
                    item["films"][width] = films.told(film)


class Happened:
    """A stretch that is over, as a prediction's `happened` looks at it."""

    def __init__(self, stretch: Kept) -> None:
        self.title, self._events = stretch.title, stretch.events

    def events(self) -> list[Event]:
        """Return what happened in it."""
        return self._events

    def messages(self, actor: str = "", way: str = "") -> list[Message]:
        """Return its messages that an actor (or all) "sent" or "received" (or both)."""
        return messages_of(self._events, actor, way)


def observe(item: Item, runs: list[Kept]) -> Kept:
    """Say of a prediction what came of its runs, in words. Returns the run whose film is shown: the last that came out so."""
    lesson = LESSONS.get(item["lesson"])
    prediction = next((one for one in lesson.predictions if one.name == item["name"]), None) if lesson else None
    if prediction is None:
        return runs[-1]
    outcomes = [prediction.happened(Happened(stretch)) for stretch in runs]
    item["happened"] = prediction.grade(Counter(letter for letter, _ in outcomes))
    item["observed"] = tally_in_words(Counter(words for _, words in outcomes))
    alike = [run for run, (letter, _) in zip(runs, outcomes, strict=True) if letter == item["happened"]]
    return (alike or runs)[-1]


def record(notebook: Path, folder: Path) -> None:
    """Run a notebook, and write what a page of it shows. Raises `RuntimeError` where a cell fails."""
    folder.mkdir(parents=True, exist_ok=True)
    kernel, found = Kernel(folder, notebook.parent), {}
    try:
        for place, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
            if cell["cell_type"] == "code":
                may_fail = "raises-exception" in cell["metadata"].get("tags", [])
                found[str(place)] = kernel.run("".join(cell["source"]), may_fail)
    finally:
        kernel.end()
    (folder / "stretches").mkdir(exist_ok=True)
    add_stretches(found, folder)
    (folder / "cells.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
