"""A card: a question or an exercise as it stands, drawn by `js/cards.js`. All it shows is text, never markup."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import traitlets

from .library import loader
from .lifeline import Living
from .place import in_place


class Card(Living):
    """One question or exercise.

    `view` is what there is to see: `heading`, `text`, `options` (each with `letter`, `text`, `chosen`, `right`),
    `rows` (a bar each: `name`, and how many are `right`, `wrong` and `open`), `locked` (no more answers), `tick` (what
    to write at the right option), `notes` (each with `kind`: "quiet", "wrong", "caution" or "right", `title`,
    `text`), `code` (`title`, `text`), `buttons` (`label`, `action`, `kind`, `disabled`), `busy` (words, while something
    runs) and `done` (how far it is, from 0 to 1). The page says
    `{type: "pressed", action, value}` of what is pressed, which arrives at `pressed(action, value)`.
    """

    _esm = loader("card.js")
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, pressed: Callable[[str, str], None], **view: Any) -> None:
        super().__init__(view=view)
        self._pressed = pressed
        self.on_msg(self._hear)

    def show(self, **changes: Any) -> None:
        """Change what there is to see."""
        self.view = {**self.view, **changes}

    def _hear(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"type": "pressed", "action": str(action)}:
                self._pressed(action, str(content.get("value", "")))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        forms = {"text/plain": repr(self), "text/html": f"<pre>{escape(repr(self))}</pre>"}
        return in_place(self, forms, kwargs)

    def __repr__(self) -> str:
        view = self.view
        options = [f"  {option['letter']}  {option['text']}" for option in view.get("options", [])]
        rows = [
            f"  {row['name']}: {row['right']} right, {row['wrong']} wrong, {row['open']} open"
            for row in view.get("rows", [])
        ]
        notes = [f"{note['title']}\n{note['text']}" for note in view.get("notes", [])]
        return "\n".join([f"{view['heading']}: {view['text']}", *options, *rows, *notes])
