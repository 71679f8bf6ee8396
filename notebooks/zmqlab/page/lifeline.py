"""What a control says when nobody answers it any more: its lab is closed, or its kernel is gone.

The kernel can say that a lab is closed; that the kernel itself is gone only the page can know (`js/life.js`).
"""

from __future__ import annotations

from typing import Any

import traitlets

from .library import Scripted, loader


class Living(Scripted):
    """A widget of ours. `over` says in words why nobody answers it any more, and how to go on; empty while somebody does.

    `fresh` says that no page has shown it yet.
    """

    over = traitlets.Unicode().tag(sync=True)
    fresh = traitlets.Bool(True).tag(sync=True)

    def end(self, words: str) -> None:
        """Say in the page that nobody answers any more, and let nothing be pressed there."""
        self.over = words

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if self.comm is None:  # freed: what shows it already goes on showing it, a new view there is none
            return {"text/plain": repr(self)}, {}
        return super()._repr_mimebundle_(**kwargs)


class Lifeline(Living):
    """A line for a panel of plain ipywidgets, which have no words of their own for it. Nothing to see while all is well.

    It brings the style of panels along.
    """

    _esm = loader("lifeline.js")
