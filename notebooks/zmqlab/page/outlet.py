"""Where a control shows what happened: its output, at the moment that the film of its panel shows.

The film is the picture's. This stands in the control's own panel, and shows those of its pieces that are its own.
"""

from __future__ import annotations

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
