"""Text boxes and a button that carries what stands in them.

ipywidgets' own text box holds a change of its value back until the kernel has answered the one before: who types
fast and presses Enter loses the last letters. Here the press and the texts are one message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from .library import loader
from .lifeline import Living


class Boxes(Living):
    """A row of text boxes, a button, and with `more` and `less` a button each that adds a box and takes the last away.

    `texts` is what was set or pressed last. What stands in the boxes of a page is known here only when it is pressed: then
    the page says `{type: "pressed", texts}`.
    """

    _esm = loader("boxes.js")
    texts = traitlets.List(traitlets.Unicode(), minlen=1).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    more = traitlets.Unicode().tag(sync=True)
    less = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)

    def __init__(self, text: str, label: str, pressed: Callable[[list[str]], None], **words: str) -> None:
        self._pressed = pressed
        super().__init__(texts=[text], label=label, **words)
        self.on_msg(self._hear)

    def press(self) -> None:
        """Do what a press of the button does, with `texts`."""
        self._pressed(list(self.texts))

    def _hear(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"type": "pressed", "texts": [_, *_] as texts} if all(isinstance(text, str) for text in texts):
                self.texts = texts
                self.press()
