"""What stands on a page besides its text: films, questions, exercises, and what a cell printed. All of it as HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any

from zmqlab.course import LESSONS
from zmqlab.course.cases import CASES
from zmqlab.learning.exercises import Exercise
from zmqlab.learning.predictions import Question

from . import films
from .text import Names, Text, code, inline, paragraphs, stacked

HEADINGS = {"question": "From the lesson before", "prediction": "Predict, then see", "finding": "Your finding"}
"""What stands above a question, as in the lessons."""


@dataclass
class Films:
    """The films of one page. `scripts` are those to be written beside it, by their paths."""

    folder: str
    names: Names = field(default_factory=Names)
    scripts: dict[str, str] = field(default_factory=dict)
    told: dict[str, films.Told] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    hiding: set[str] = field(default_factory=set)

    def place(self, item: dict[str, Any], title: str, below: str = "", caption: str = "") -> str:
        """Return the place of a film: a picture at rest, until there is a script to play it. `below` stands under it."""
        name = self.names.of(title)
        path = f"films/{self.folder}/{name}"
        for width, ending in (("wide", ""), ("small", ".small")):
            film = item["films"][width]
            self.told[f"{path}{ending}"] = film
            text = json.dumps(film, separators=(",", ":"), ensure_ascii=False)
            self.scripts[f"{path}{ending}.js"] = f"zmqlabFilm({json.dumps(path + ending)},{text});\n"
        self.records[path] = item["films"].get("record", "")
        self.hiding |= {path} if item["films"].get("hides") else set()
        stills = films.still(item["films"]["wide"], title, "only-wide") + films.still(
            item["films"]["small"], title, "only-narrow"
        )
        caption = caption or f"<b>{escape(title[:1].upper() + title[1:])}</b>"
        return (
            f'<figure class="film" id="film-{name}" data-film="{name}" data-src="{path}" data-title="{escape(title)}">'
            f'<div class="film-still zl-still">{stills}</div><div class="film-stage"></div>{below}'
            f"<figcaption>{caption}</figcaption></figure>"
        )


def panel(page: Films, item: dict[str, Any]) -> str:
    """Return what a live panel showed when somebody pressed what there is to press."""
    pressed = list(dict.fromkeys(item["pressed"]))
    title = next(filter(None, item["controls"]), item["title"])
    told = ""
    if pressed:
        keys = ", then ".join(f"<kbd>{escape(one)}</kbd>" for one in pressed)
        told = f"Recorded while somebody pressed {keys}. In JupyterLab it is you who presses."
    outputs = "".join(
        f'<section class="zl-panel" aria-label="{escape(name)}"><b class="zl-heading">{escape(name)}</b>'
        f'<div class="output" data-output="{place}" tabindex="0" role="region" aria-label="{escape(name)}: what happened">'
        "</div></section>"
        for place, name in enumerate(item["outputs"])
    )
    parts = [f'<div class="tables zl-still">{stacked(table)}</div>' for table in item["tables"]]
    if "films" in item:
        outputs = f'<div class="outputs zl-still">{outputs}</div>' if outputs else ""
        return page.place(item, title, outputs, told) + "".join(parts)
    return "".join(parts) + (f'<p class="pressed">{told}</p>' if told else "")


def question(kind: str, lesson: str, asked: Question, after: str = "", happened: str = "", observed: str = "") -> str:
    """Return a question that can be answered. What came of it, with what stands `after`, is folded until then."""
    right = happened or asked.right
    data = {
        "name": f"{lesson}: {asked.name}",
        "heading": HEADINGS[kind],
        "text": asked.text,
        "options": asked.options,
        "said": asked.said,
        "right": right,
        "observed": observed,
        "tick": "this happened" if kind == "prediction" else "true",
    }
    options = "".join(f"<li>{inline(text)}</li>" for text in asked.options.values())
    said = f"<p><b>{right}.</b> {inline(asked.said[right])}</p>"
    said += f"<p>What happened: {inline(observed)}.</p>" if observed else ""
    folded = f'<div class="ask-after"><details><summary>What happened</summary>{after}</details></div>' if after else ""
    plain_answer = f"<details><summary>The answer</summary>{said}</details>"
    told = json.dumps(data).replace("<", "\\u003c")  # no text in it ends the <script>
    return (
        f'<div class="ask"><section class="ask-plain"><p class="ask-head">{HEADINGS[kind]}</p>{paragraphs(asked.text)}'
        f'<ol class="letters">{options}</ol>{plain_answer}</section>{folded}'
        f'<script type="application/json">{told}</script></div>'
    )


def exercise(name: str, one: Exercise) -> str:
    """Return the task of an exercise, its hints and its solution."""
    hints = "".join(
        f"<details><summary>Hint {place} of {len(one.hints)}</summary>{paragraphs(hint)}</details>"
        for place, hint in enumerate(one.hints, 1)
    )
    solution = f"<details><summary>A solution</summary>{code(one.solution)}</details>"
    return (
        f'<section class="exercise"><h3>{name} · {inline(one.title)}</h3>{paragraphs(one.task)}{hints}{solution}'
        '<p class="pressed">In JupyterLab a button checks what you write, with real sockets: '
        '<a href="#run-it-yourself">run this yourself</a>.</p></section>'
    )


def printed(text: str) -> str:
    """Return what a cell printed."""
    lines = text.strip("\n")
    return f'<pre class="printed">{escape(lines)}</pre>'


def below(page: Films, item: dict[str, Any], text: Text) -> str:
    """Return what stands below a cell, as HTML."""
    kind = item["kind"]
    if kind == "text":
        return printed(item["text"])
    if kind == "markdown":
        return text.html(item["text"])
    if kind in ("experiment", "recording"):
        return _film(page, item)
    if kind == "panel":
        return panel(page, item)
    if kind == "exercise":
        is_case = item["lesson"] in CASES
        own = (CASES if is_case else LESSONS)[item["lesson"]].exercises
        number, one = next((place, one) for place, one in enumerate(own, 1) if one.name == item["name"])
        return exercise("Repair it" if is_case else f"Exercise {number}", one)
    if kind == "finding":
        return question(kind, item["lesson"], CASES[item["lesson"]].question(item["name"]), _film(page, item))
    if kind == "question":
        return question(kind, item["lesson"], LESSONS[item["lesson"]].opening)
    asked = LESSONS[item["lesson"]].prediction(item["name"])
    happened, observed = item.get("happened", ""), item.get("observed", "")
    return question(kind, item["lesson"], asked, _film(page, item), happened, observed)


def _film(page: Films, item: dict[str, Any]) -> str:
    """Return the place of a cell's film, if it has one."""
    return page.place(item, item["title"]) if "films" in item else ""
