"""Controls in a box of their own: plain ipywidgets, with a title and a look of ours."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from html import escape
from typing import Any

import ipywidgets as widgets

from .lifeline import Lifeline
from .place import in_place


class Panel(widgets.VBox):
    """Controls in a box of their own. Where no widgets run, it says in words what would stand here."""

    still = ""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        words = f"{self.still} (run the notebook to use this)".strip()
        html = f"<p><strong>{escape(self.title)}</strong><br><code>{escape(words)}</code></p>"
        return in_place(self, {"text/html": html, "text/plain": f"{self.title}: {words}"}, kwargs)

    def __repr__(self) -> str:
        return f"{self.title}: {self.still}".strip()


def panel(title: str, *children: widgets.Widget, still: str = "") -> Panel:
    """Return controls in a box of their own, under a small title. `still` is their look where nothing runs, as text."""
    heading = widgets.HTML(f'<span class="zl-heading">{escape(title)}</span>')
    box = Panel([Lifeline(), heading, *children])
    box.title, box.still = title, still
    box.add_class("zl-panel")
    return box


def button(label: str, action: Callable[[], None], kind: str = "", tooltip: str = "") -> widgets.Button:
    """Return a button. `kind` is "main" (what to press first), "fault" or nothing."""
    made = widgets.Button(description=label, tooltip=tooltip or label)
    made.add_class("zl-button")
    made.add_class(f"zl-button-{kind or 'plain'}")
    made.layout.width = "auto"
    made.on_click(lambda _: action())
    return made


def choice(label: str, action: Callable[[], None], tooltip: str = "") -> widgets.Button:
    """Return a button of several of which one is chosen. It is as wide when it is: there is room for the mark."""
    made = button(label, action, tooltip=tooltip)
    made.add_class("zl-choice")
    return made


def mark(choices: Mapping[Hashable, widgets.Button], chosen: Hashable) -> None:
    """Show which of several buttons is chosen, by its key; with None, that none is."""
    for key, one in choices.items():
        (one.add_class if key == chosen else one.remove_class)("zl-button-chosen")
