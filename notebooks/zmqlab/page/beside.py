"""A stage and its controls, side by side."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from .stage import Stage


class Beside(widgets.HBox):
    """A stage, and controls in a narrow column beside it. Where no widgets run, the stage's still picture stands here."""

    def __init__(self, stage: Stage, *controls: widgets.Widget) -> None:
        column = widgets.VBox(controls)
        super().__init__([stage, column])
        self.add_class("zl-beside")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        still, _ = self.children[0]._repr_mimebundle_(**kwargs)
        return still | (data or {}) | {"text/plain": still["text/plain"]}, metadata
