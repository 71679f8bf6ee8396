"""A picture and what belongs to it, in one box."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ipywidgets as widgets

from .control import Control
from .stage import Stage


class Shown(widgets.VBox):
    """A stage (or none) and controls: those that stand beside it, and those below. Where no widgets run, a still picture."""

    def __init__(self, stage: Stage | None, things: Iterable[Control | widgets.Widget]) -> None:
        things = list(things)
        beside = [_widget(thing) for thing in things if getattr(thing, "beside", False)]
        below = [_widget(thing) for thing in things if not getattr(thing, "beside", False)]
        self._all = [*([stage] if stage else []), *beside, *below]
        super().__init__([*_row(stage, beside), *([widgets.HBox(below)] if len(below) > 1 else below)])
        self.add_class("zl-shown")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        still: dict[str, str] = {}
        for one in self._all:
            parts = one._repr_mimebundle_(**kwargs)
            parts = parts[0] if isinstance(parts, tuple) else parts
            for kind in ("text/html", "text/plain"):
                still[kind] = "\n".join(filter(None, [still.get(kind), (parts or {}).get(kind)]))
            if "image/svg+xml" in (parts or {}):
                still["image/svg+xml"] = parts["image/svg+xml"]
        return still | (data or {}) | {"text/plain": still["text/plain"], "text/html": still["text/html"]}, metadata

    def __repr__(self) -> str:
        return "\n".join(repr(one) for one in self._all)


def _row(stage: Stage | None, beside: list[widgets.Widget]) -> list[widgets.Widget]:
    if stage is None or not beside:
        return [*([stage] if stage else []), *beside]
    row = widgets.HBox([stage, widgets.VBox(beside)])
    row.add_class("zl-beside")
    return [row]


def _widget(thing: Control | widgets.Widget) -> widgets.Widget:
    return thing.widget if isinstance(thing, Control) else thing
