"""Where a widget stands in JupyterLab: in the place of a still picture of it.

A notebook that is opened the next day has a new kernel, which knows none of its widgets. JupyterLab then shows "Error
displaying widget: model not found". It chooses the widget's view over every other form, so here it is offered none: it
shows the picture, and a model puts the widget there for as long as there is one (`js/place.js`). Other hosts start
widgets for a view alone, so they are offered that.
"""

from __future__ import annotations

import secrets
from typing import Any

import ipywidgets as widgets
import traitlets
from IPython import get_ipython

from ..live.hands import whole
from .library import Scripted, loader

VIEW = "application/vnd.jupyter.widget-view+json"
GO_ON = "To use this, click this cell, choose Run &gt; Run All Above Selected Cell, then run this one."

Forms = dict[str, Any]


class Place(Scripted):
    """Has the page show a widget in every element that is of the class `zl-at-` and its `token`."""

    _esm = loader("place.js")
    token = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Instance(widgets.Widget).tag(sync=True, **widgets.widget_serialization)


def in_place(widget: widgets.Widget, still: Forms, how: Forms) -> tuple[Forms, Forms]:
    """Return in which forms a widget is shown, with those of its `still` picture. In JupyterLab it gets that one's place.

    `how` is what was asked for: with `within`, the forms are those of a part, which has no view of its own.
    """
    is_freed = widget.comm is None  # what shows it already goes on showing it, a new view there is none
    if "within" in how or is_freed:
        return still, {}
    if not _is_jupyterlab():
        return still | {VIEW: widget.get_view_spec()}, {}
    whole(lambda: _give_place(widget))
    html = f'<div class="zl-at zl-at-{widget.stands.token}">{still["text/html"]}<p>{GO_ON}</p></div>'
    return still | {"text/html": html}, {}


def _give_place(widget: widgets.Widget) -> None:
    if not hasattr(widget, "stands"):
        widget.stands = Place(token=secrets.token_hex(8), shown=widget)


def _is_jupyterlab() -> bool:
    """Whether the cell that runs was run in JupyterLab: it alone tells which cells were deleted since the last run."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return "deletedCells" in parent.get("metadata", {})
