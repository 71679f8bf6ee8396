"""Where a control shows what happened: its output, at the moment that the film of its panel shows.

The film is the picture's. This stands in the control's own panel, and shows those of its pieces that are its own.
"""

from __future__ import annotations

import ipywidgets as widgets
import traitlets

from .library import loader
from .lifeline import Living


class Outlet(Living):
    """The pieces of one output. `token` names the film whose they are, `place` which output of it this is.

    It has room for so many `lines`, or more where its panel is higher. What is beyond is scrolled to: nothing below moves.
    """

    _esm = loader("outlet.js")
    token = traitlets.Unicode().tag(sync=True)
    place = traitlets.Int().tag(sync=True)
    lines = traitlets.Int(3).tag(sync=True)

    def show(self, token: str, place: int) -> None:
        """Show the pieces of an output of a film from now on."""
        with self.hold_sync():  # in one message: the page looks for both when it hears of either
            self.token, self.place = token, place


def room(note: widgets.HTML, outlet: Outlet) -> widgets.Box:
    """Return a note and an outlet in one box, of the outlet's height: what the note takes, the outlet has less.

    `--zl-most` says how many lines there is room for at most (`controls.css`).
    """
    box = widgets.VBox([note, outlet])
    box.add_class("zl-room")
    box.layout.min_height = f"calc(min({outlet.lines}, var(--zl-most, 99)) * 24px)"
    return box
