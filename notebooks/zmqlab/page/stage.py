"""The live view: sends the film's steps to the browser, where `js/widget.js` hands them to a timeline that plays them.

Each message says of which `type` it is. To the page: `steps` (what happened next), `history` (what there was),
`picture` (how things stand: heals a loss), `live` (go to what happens now); their fields stand in `js/arrivals.js`.
From the page: `hello` (a view has opened, and asks for what there was), `caught up` (all that was told is shown),
`looking` (a view is in sight; see `js/looking.js`). Nobody is sent what happens while nobody looks.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import traitlets

from ..picture import drawing
from ..picture.clock import Step
from ..picture.film import Film, tell
from ..picture.playback import Playback
from ..picture.scene import Scene
from ..picture.sequence import diagram
from ..picture.svg import safe
from ..record.events import Event
from .library import loader
from .lifeline import Living
from .place import in_place

OF_ONE_STEP = ("sequence/", "waits/", "messages/")
"""Pieces that go with the step that put them."""
STEPS_TO_KEEP = 200
"""Steps that a view which opens later (a reloaded page) gets to step back through."""
STEPS_OF_A_STRETCH = 600
"""The same of a stretch. There is one at a time: a page asks for the panels of a lesson all at once, and is sent 3 MB at most."""
MESSAGES_TO_KEEP = 2_000
"""Messages that can still be looked into, where they stand in a queue, when the steps that told of them are not kept."""
PATIENCE = 60.0
"""Seconds for which a page is sent what happens that has not said, since the first of it, that somebody looks."""
A_PART = 200_000
"""Letters of a film that are sent at once."""
AT_ONCE = 2_000
"""Film milliseconds from the beginning that are sent first, where a film is sent in parts."""
MESSAGE = re.compile(r'data-message="([^" -]+)')
"""Says which message stands where: of several the first."""


class Past:
    """The last steps that a playback has told, and the picture before the first of them: made before it tells any.

    It keeps `most` of them. Those of a `film` are kept whole.
    """

    def __init__(self, playback: Playback, film: Film | None = None, most: int = STEPS_TO_KEEP) -> None:
        self._most = most
        self._base: dict[str, Any] = film.base if film else dict(playback.snapshot()["pieces"])
        self._steps = film.steps if film else []
        self._messages: dict[str, Any] = {}  # those told of in steps that are not kept
        self._trimmed = False

    def add(self, steps: list[Step]) -> None:
        """Keep these steps too, and draw what is too old into the picture before."""
        self._steps += steps
        leaving, self._steps = self._steps[: -self._most], self._steps[-self._most :]
        self._trimmed = self._trimmed or bool(leaving)
        for step in leaving:
            for name in step.drop:
                self._base.pop(name, None)
            self._base |= {name: piece for name, piece in step.put.items() if not name.startswith(OF_ONE_STEP)}
            self._messages |= {name: piece for name, piece in step.put.items() if name.startswith("messages/")}
        if leaving:
            self._forget_landed(self._steps[0].at)
        while len(self._messages) > MESSAGES_TO_KEEP:
            del self._messages[next(iter(self._messages))]

    def _forget_landed(self, begins: float) -> None:
        """Leave out of the picture before what flies no more when the first step `begins` that is kept (film ms)."""
        pills = [(name, pill) for name, pill in self._base.items() if name.startswith("pills/")]
        for name, pill in pills:
            if pill["to"] < begins:
                del self._base[name]

    def told(self) -> dict[str, Any]:
        """Return what a view needs to step back through all that is kept."""
        history = [step._asdict() for step in self._steps]
        return {"base": self._base | self._still_drawn(), "history": history, "trimmed": self._trimmed}

    def _still_drawn(self) -> dict[str, Any]:
        """Return what there is to see of messages that are drawn in what is kept, though they left before."""
        pictures = [self._base, *(step.put for step in self._steps)] if self._messages else []
        svgs = [self._svg(name, piece) for pieces in pictures for name, piece in pieces.items()]
        drawn = {message for svg in svgs for message in MESSAGE.findall(svg)}
        return {name: about for name, about in self._messages.items() if about["message"] in drawn}

    @staticmethod
    def _svg(name: str, piece: Any) -> str:
        if name.startswith("pills/"):
            return piece["svg"]
        return piece if isinstance(piece, str) else ""


class Stage(Living):
    """Every actor, socket and message of a lab, with buttons to pause, step and go back.

    One thread, the lab's pump, calls `show`. Nothing here waits for the kernel's main thread.

    What a page is told are messages of these types; each has the number `sequence`, one more than that before it:

    - `steps`: what happens next, live.
    - `picture`: the whole picture as it is now, which heals what was lost on the way; with `away`, what was not sent
      because nobody looked.
    - `live`: show what happens now.
    - `history`: all that there was, for a page that has just opened ("hello"). `base` are the pieces
      before the first step, `history` the steps. With them come `film` (begin at the beginning, when in sight), `pause_at` (stand still there
      instead), `ends` (nothing more will come: its end is called "End", not "Live"), `rest` (the film ms at which it
      stands once it was seen), `duration` (film ms) and `scale` (in words: how long it really took). Of a large film
      the history ends after its first 2 s, `parts` says how many messages with the other `steps` follow at once, each
      `of` the `number` of this history: whoever has begun already takes neither.
    - `history` with `anew`: a stretch has ended, and is told again as a film, from its beginning: it takes the place of
      all that the page has, also where that has begun.
    - `ended`: a stretch has ended, and is not told again: nothing more will come.

    What can be clicked on: a pill is `pills/<number>`, a mark of the sequence has the number as its `message`, and
    `messages/<number>` says what is in it. A cell of a queue says which message it is by `data-message` ("3.7>2"; the
    words for several, "3.9-14 4.2", mean the first: "3.9"): that of the `messages/` piece whose `message` is the same.
    Where there is none, `messages/` (without a number) says so in words. A piece of a lane, `lanes/<actor>`, has its
    `x`, its `name`, and the `width` that the diagram has at least.
    """

    _esm = loader("widget.js")
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
        film: Film | None = None,
        past: Past | None = None,
        pause_at: float | None = None,
    ) -> None:
        """Show what `playback` tells, and what it has told if its `past` was kept.

        With `film`, show it from the beginning: nothing more will come. With `pause_at`, a moment of the film in ms,
        stand still at that moment instead.
        """
        self.playback = playback
        self._told: Film | None = film
        self.past = past or Past(playback, film)
        self._pause_at = pause_at
        self._sequence = self._histories = 0  # how often steps, and all that there was, have been sent
        self._unseen_since: float | None = None  # when the first was sent since a page said that somebody looks
        self._missed = False  # something was not sent
        self._has_ended = film is not None
        self.on_question: Callable[[Stage], None] = Stage.answer
        """What is done when a page has opened, and asks for what there was. It may be heard on any thread."""
        self.on_look: Callable[[Stage], None] = Stage.looked_at
        """What is done when a page says that somebody looks. It may be heard on any thread."""
        super().__init__(token=secrets.token_hex(8), title=title, picture=self._first_picture(), film=film is not None)
        self.on_msg(self._hear)

    @classmethod
    def of_recording(cls, events: Iterable[Event], title: str) -> Stage:
        """Return a stage that plays recorded events, from the first to the last. Where nothing plays, it shows the last."""
        film = tell(events)
        return cls(film.playback, title, film=film)

    def show(self, steps: list[Step]) -> None:
        """Send new steps to every view; while nobody looks, only keep them."""
        self._sequence += 1
        self.past.add(steps)
        if self._is_out_of_sight():
            self._missed = True
            return
        self.send({"type": "steps", "sequence": self._sequence, "steps": [step._asdict() for step in steps]})

    def show_anew(self, film: Film) -> None:
        """Let a film take the place of all that was shown: for views that are open, and those that will be."""
        self.playback, self._told, self.past = film.playback, film, Past(film.playback, film)
        self._has_ended = True
        self.film, self.picture = True, self._first_picture()
        self.play_again()

    def come_to_an_end(self) -> None:
        """Say that nothing more will come: its end is called "End" from now on, not "Live"."""
        self._has_ended = True
        self.send({"type": "ended"})

    def heal(self) -> None:
        """Send the whole picture, for a view that has missed something; while nobody looks, it waits for that."""
        if not self._missed:
            self.send(self._whole())

    def looked_at(self) -> None:
        """Take note that somebody looks, and send what happened while nobody did: the whole picture, as one step."""
        self._unseen_since = None
        if self._missed:
            self._missed = False
            self.send(self._whole() | {"away": True})

    def _is_out_of_sight(self) -> bool:
        now = time.monotonic()
        if self._unseen_since is None:
            self._unseen_since = now
        return now - self._unseen_since > PATIENCE

    def answer(self) -> None:
        """Tell a view that has just opened what there was."""
        self._send_all()
        self.looked_at()

    def go_live(self) -> None:
        """Have every view show what happens now, wherever its film stands: somebody has pressed something."""
        self.send({"type": "live"})
        self.on_look(self)

    def play_again(self) -> None:
        """Have every view play the film from its beginning, wherever it stands."""
        self._send_all(anew=True)

    def _send_all(self, **how: bool) -> None:
        whole = self.told() | how
        first, *others = parts(whole["history"]) if self._told else [whole["history"]]
        self._histories += 1
        self.send(whole | {"history": first, "number": self._histories, "parts": len(others)})
        for steps in others:
            self._sequence += 1
            self.send({"type": "steps", "sequence": self._sequence, "steps": steps, "of": self._histories})

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
        film = self._told
        about |= {"ends": self._has_ended}
        about |= {"rest": film.rest, "duration": film.end, "scale": film.scale} if film else {}
        return about | self.past.told()

    def _first_picture(self) -> dict[str, Any]:
        """Return what a page shows before it has asked for anything: a film begins with its first picture."""
        film = self._told
        if film is None:
            return self._whole()
        return {"type": "picture", "sequence": self._sequence, "at": 0, "pieces": film.base, "ends": True}

    def _whole(self) -> dict[str, Any]:
        return {"type": "picture", "sequence": self._sequence, **self.playback.snapshot()}

    def _hear(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"type": "hello"}:
                self.on_question(self)
            case {"type": "looking"}:
                self.on_look(self)
            case {"type": "caught up"}:
                self.playback.caught_up()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return in_place(self, picture_bundle(self.playback.scene, self.title), kwargs)

    def __repr__(self) -> str:
        return drawing.text(self.playback.scene)


def parts(history: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield the steps of a film, all at once if they are few; else what is seen first, and then the others by and by."""
    sizes = [len(json.dumps(step)) for step in history]
    if sum(sizes) <= A_PART:
        yield history
        return
    part, size, limit = [], 0, sum(size for step, size in zip(history, sizes, strict=True) if step["at"] <= AT_ONCE)
    for step, more in zip(history, sizes, strict=True):
        if part and size + more > limit:
            yield part
            part, size, limit = [], 0, A_PART
        part.append(step)
        size += more
    yield part


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
