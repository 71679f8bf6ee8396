"""A picture and what belongs to it, in one box."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ipywidgets as widgets

from .control import Control
from .place import in_place
from .stage import Stage


class Shown(widgets.Box):
    """One panel: a stage (or none), and beside it, or below where there is no room, its controls.

    Where no widgets run, a still picture.
    """

    def __init__(self, stage: Stage | None, things: Iterable[Control | widgets.Widget]) -> None:
        controls = [_widget(thing) for thing in things]
        self._all = [*([stage] if stage else []), *controls]
        aside = [widgets.VBox(controls)] if controls else []
        for box in aside:
            box.add_class("zl-aside")
        super().__init__([*([stage] if stage else []), *aside])
        self.add_class("zl-shown")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        still: dict[str, str] = {}
        for one in self._all:
            parts = one._repr_mimebundle_(**kwargs, within=True)
            parts = parts[0] if isinstance(parts, tuple) else parts
            for kind in ("text/html", "text/plain"):
                still[kind] = "\n".join(filter(None, [still.get(kind), (parts or {}).get(kind)]))
            if "image/svg+xml" in (parts or {}):
                still["image/svg+xml"] = parts["image/svg+xml"]
        return in_place(self, still, kwargs)

    def __repr__(self) -> str:
        return "\n".join(repr(one) for one in self._all)


class Beside(widgets.Box):
    """One panel: a card, and the films of what came of it beside it, or below where there is no room.

    Where no widgets run, the card.
    """

    def __init__(self, card: widgets.Widget, films: widgets.Box) -> None:
        self._card = card
        films.add_class("zl-films")
        super().__init__([card, films])
        self.add_class("zl-shown")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        parts, _ = self._card._repr_mimebundle_(**kwargs, within=True)
        return in_place(self, parts | {"text/plain": repr(self)}, kwargs)

    def __repr__(self) -> str:
        return repr(self._card)


def _widget(thing: Control | widgets.Widget) -> widgets.Widget:
    return thing.widget if isinstance(thing, Control) else thing
