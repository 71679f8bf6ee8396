"""The scripts and styles of our widgets, in one model: a page gets them once, however many widgets it shows.

A widget of anywidget carries its script in its own state, and a panel has five of them or more. Ours carry a loader
(`loader.js`), which gets the script from here, and makes modules of it (`modules.js`).
"""

from __future__ import annotations

import threading
import uuid
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from ..picture import drawing
from .assets import HERE, MODULES, key_of, parts, style

STYLES = {
    "widget.js": drawing.STYLE + (HERE / "stage.css").read_text(encoding="utf-8"),
    "card.js": style("card.css", "shown.css"),  # a case has cards and films, and no controls
    "boxes.js": style(),
    "lifeline.js": style("shown.css", "controls.css"),
    "outlet.js": "",
    "place.js": "",
}
"""The scripts of our widgets by their files in `js/`, and the style that each brings."""
LOADER = MODULES + (HERE / "loader.js").read_text(encoding="utf-8")
_making = threading.Lock()
_made: list[Library] = []


class Library(widgets.Widget):
    """What the page needs. `parts` are modules, each after those that it imports: key, text, and the key of each import.

    `scripts` says of the script of each widget which `key` it has, and its `style`.
    """

    parts = traitlets.List().tag(sync=True)
    scripts = traitlets.Dict().tag(sync=True)


def shared_library() -> Library:
    """Return the library of this kernel."""
    with _making:
        if not _made or _made[0].comm is None:  # none yet, or somebody has closed all widgets
            scripts = {name: {"key": key_of(name), "style": text} for name, text in STYLES.items()}
            _made[:] = [Library(parts=parts(*STYLES), scripts=scripts)]
        return _made[0]


def loader(name: str) -> str:
    """Return what a widget carries, to load the script of that name."""
    return f'{LOADER}\nexport default widgetNamed("{name}");\n'


class Scripted(anywidget.AnyWidget):
    """A widget whose script is in the library: its `_esm` is a `loader`. `own_id` names its own model to its page."""

    library = traitlets.Instance(Library).tag(sync=True, **widgets.widget_serialization)
    own_id = traitlets.Unicode().tag(sync=True)

    def __init__(self, **state: Any) -> None:
        own_id = uuid.uuid4().hex
        super().__init__(library=shared_library(), own_id=own_id, model_id=own_id, **state)
