"""The live view: sends the film's steps to the browser, where `js/widget.js` hands them to a timeline that plays them.

Each message says of which `type` it is. To the page: `steps` (what happened next), `history` (what there was),
`picture` (how things stand: heals a loss), `live` (go to what happens now); their fields stand in `js/arrivals.js`.
From the page: `hello` (a view has opened, and asks for what there was), `caught up` (all that was told is shown).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import traitlets

from ..picture import drawing
from ..picture.playback import Playback, Step
from ..picture.scene import Scene
from ..picture.sequence import diagram
from ..picture.svg import safe
from ..record.events import Event
from .assets import script
from .lifeline import Living

HERE = Path(__file__).parent
OF_ONE_STEP = ("sequence/", "waits/", "messages/", "pills/")
"""Pieces that go with the step that put them."""
STEPS_TO_KEEP = 200
"""Steps that a view which opens later (a reloaded page) gets to step back through."""


class Past:
    """The last steps that a playback has told, and the picture before the first of them: made before it tells any.

    `steps` is a film that begins with that picture and is kept whole.
    """

    def __init__(self, playback: Playback, steps: Sequence[Step] = ()) -> None:
        self._base: dict[str, Any] = dict(playback.snapshot()["pieces"])
        self._steps = list(steps)
        self._trimmed = False

    def add(self, steps: list[Step]) -> None:
        """Keep these steps too, and draw what is too old into the picture before."""
        self._steps += steps
        leaving, self._steps = self._steps[:-STEPS_TO_KEEP], self._steps[-STEPS_TO_KEEP:]
        self._trimmed = self._trimmed or bool(leaving)
        for step in leaving:
            for name in step.drop:
                self._base.pop(name, None)
            self._base |= {name: piece for name, piece in step.put.items() if not name.startswith(OF_ONE_STEP)}

    def told(self) -> dict[str, Any]:
        """Return what a view needs to step back through all that is kept."""
        history = [step._asdict() for step in self._steps]
        return {"base": self._base, "history": history, "trimmed": self._trimmed}


class Stage(Living):
    """Every actor, socket and message of a lab, with buttons to pause, step and go back.

    One thread, the lab's pump, calls `show`. Nothing here waits for the kernel's main thread.
    """

    _esm = script("widget.js")
    _css = drawing.STYLE + (HERE / "stage.css").read_text()
    token = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    film = traitlets.Bool(False).tag(sync=True)
    last = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        playback: Playback,
        title: str,
        *,
        film: list[Step] | None = None,
        past: Past | None = None,
        pause_at: float | None = None,
    ) -> None:
        """Show what `playback` tells, and what it has told if its `past` was kept.

        With `film`, show these steps from the beginning: nothing more will come. With `pause_at`, a moment of the film
        in ms, stand still at that moment instead.
        """
        self.playback = playback
        self.past = past or Past(playback, film or [])
        self._pause_at = pause_at
        self._sequence = 0
        self.on_question: Callable[[Stage], None] = Stage.answer
        """What is done when a page has opened, and asks for what there was. It may be heard on any thread."""
        super().__init__(token=secrets.token_hex(8), title=title, picture=self._whole(), film=film is not None)
        self.on_msg(self._hear)

    @classmethod
    def of_recording(cls, events: Iterable[Event], title: str) -> Stage:
        """Return a stage that plays recorded events, from the first to the last. Where nothing plays, it shows the last."""
        playback = Playback()
        return cls(playback, title, past=Past(Playback(), playback.film(events))).from_the_beginning()

    def show(self, steps: list[Step]) -> None:
        """Send new steps to every view."""
        self._sequence += 1
        self.past.add(steps)
        self.send({"type": "steps", "sequence": self._sequence, "steps": [step._asdict() for step in steps]})

    def heal(self) -> None:
        """Send the whole picture, for a view that has missed something."""
        self.send(self._whole())

    def answer(self) -> None:
        """Tell a view that has just opened what there was."""
        self.send(self.told())

    def go_live(self) -> None:
        """Have every view show what happens now, wherever its film stands: somebody has pressed something."""
        self.send({"type": "live"})

    def end(self, words: str) -> None:
        """Leave what there was to the page, which may not have asked for it yet, and say that nothing more will come."""
        self.last = self.told()
        super().end(words)

    def from_the_beginning(self) -> Stage:
        """Let every view that opens from now on play all that is kept from its beginning. Returns itself."""
        self.film = True
        return self

    def told(self) -> dict[str, Any]:
        """Return all that is kept of what there was, as a page plays it: with a kernel (`answer`), or with none (`js/film.js`)."""
        about = {"type": "history", "sequence": self._sequence, "film": self.film, "pause_at": self._pause_at}
        return about | self.past.told()

    def _whole(self) -> dict[str, Any]:
        return {"type": "picture", "sequence": self._sequence, **self.playback.snapshot()}

    def _hear(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"type": "hello"}:
                self.on_question(self)
            case {"type": "caught up"}:
                self.playback.caught_up()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return (data or {}) | picture_bundle(self.playback.scene, self.title), metadata

    def __repr__(self) -> str:
        return drawing.text(self.playback.scene)


class Still:
    """A picture at rest, for places where nothing runs: an `<img>` with alt text, SVG, and plain text."""

    def __init__(self, scene: Scene, title: str, events: Iterable[Event] = ()) -> None:
        self.svg = drawing.still(scene, title)
        self.sequence = diagram(events, title, drawing.STYLE)
        self._bundle = picture_bundle(scene, title)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return self._bundle

    def __repr__(self) -> str:
        return self._bundle["text/plain"]


def picture_bundle(scene: Scene, title: str) -> dict[str, str]:
    """Return a scene in the forms that hosts without widgets show. Untrusted notebooks strip SVG, not images."""
    svg = drawing.still(scene, title)
    words = drawing.text(scene)
    encoded = base64.b64encode(svg.encode()).decode()
    alt = safe(f"{title}. {words}")
    return {
        "text/html": f'<img alt="{alt}" src="data:image/svg+xml;base64,{encoded}">',
        "image/svg+xml": svg,
        "text/plain": words,
    }
