"""Subscribing and unsubscribing by hand, and what passes because of it.

The actor is a plain function that receives, and knows nothing of this: its own thread does to its SUB sockets what is
pressed here. All that is shown comes from the trace, the subscriptions too: a chip stands there once ZeroMQ has taken it.

When the same function is started again, its new socket gets the subscriptions that were made here, and the control
says so: to ZeroMQ they were gone with the old socket. Another function under the same name begins without any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import ipywidgets as widgets

from ...page.boxes import Boxes
from ...page.control import Control
from ...page.panel import button, panel
from ...picture.words import frame_in_words
from ...record import events as kinds
from ...record.events import CONTROLS, ENDINGS, Event
from ...record.trace import PREVIEW
from .topic_log import TopicLog

EVERYTHING = "everything"
LONGEST = PREVIEW
"""Bytes of a subscription: the trace keeps so much of a frame, and further on nobody could show what matched."""
CHIP = 24
"""Letters shown of a subscription."""


class Topics(Control):
    """A box to subscribe, a chip for each subscription, and what was received and what was not.

    `suggest` are subscriptions to offer, as text; "everything" is the empty one. The actor is a function that
    receives, and need not know. Started again, it gets the subscriptions again that were made here.
    """

    lines = 6

    def __init__(self, actor: str, suggest: Iterable[str] = (), *, title: str = "") -> None:
        self._actor, self.actors = actor, (actor,)
        self._title = title or ("You are a subscriber" if actor == "you" else f"You are the {actor}")
        self._suggested = [_topic(name) for name in suggest]
        self._wanted: dict[bytes, None] = {}
        self._function, self._at_work = "", False
        self._mine: dict[int, Counter[bytes]] = {}  # the subscriptions of its SUB sockets
        self.output = TopicLog(actor)
        self.chips: dict[tuple[bool, bytes], widgets.Button] = {}
        self._places: dict[bytes, None] = {}

    def build(self) -> widgets.Widget:
        """Make the box, the chips and the log."""
        actor = self._actor
        self.boxes = Boxes(
            "",
            "Subscribe",
            lambda texts: self.enter(texts[0]),
            name="What you subscribe to" if actor == "you" else f"What {actor} subscribes to",
            placeholder="a topic",
            hint=f"Subscribe {actor} to this topic",
        )
        self._chip_row = widgets.HBox()
        self._chip_row.add_class("zl-row")
        self._show_chips()
        return panel(self._title, self.boxes, self._chip_row, self.told, still="[ ] [ Subscribe ]")

    # what a learner does

    def enter(self, text: str) -> None:
        """Subscribe to what was typed, or say why not."""
        try:
            topic = text.encode()
        except UnicodeEncodeError:
            self.refuse("A part of a character stands there alone: it is no text.")
            return
        if not topic and topic in self._current():
            self.refuse("Every message begins with nothing, and you are subscribed to everything already.")
        elif not topic:
            if topic not in self._suggested:
                self._suggested.append(topic)
                self._show_chips()
            self.refuse(
                "Every message begins with nothing: that would subscribe to everything. If you mean it, press the chip."
            )
        elif len(topic) > LONGEST:
            self.refuse(f"That is {len(topic):,} bytes. This box subscribes to {LONGEST} at most.")
        elif topic in self._current():
            self.refuse(f"{_name(topic)} is subscribed already.")
        elif self.subscribe(topic):
            self.boxes.texts = [""]

    def subscribe(self, topic: bytes) -> bool:
        """Subscribe to all that begins with `topic`. True when that was asked for."""
        asked = self.press(lambda: self.lab[self._actor].subscribe(topic))
        if asked:
            self._wanted[topic] = None
            if not self._mine:
                self.say(f"{self._actor} has no SUB socket yet. It gets the subscription as soon as it makes one.")
        return asked

    def unsubscribe(self, topic: bytes) -> None:
        """Take a subscription back."""
        if self.press(lambda: self.lab[self._actor].unsubscribe(topic)):
            self._wanted.pop(topic, None)

    # what happened

    def tell(self, events: list[Event]) -> list[Callable[[], object]]:
        """Take in what happened next, for the chips to press. Called by the lab's pump. Returns what is to be done about it."""
        self._to_do: list[Callable[[], object]] = []
        for event in events:
            if event.actor == self._actor and type(event) in CONTROLS:
                self._control(event)
        if events:
            self._show_chips()
        return self._to_do

    def _control(self, event: Event) -> None:
        match event:
            case kinds.SocketMade() if event.type == "SUB":
                self._mine[event.socket] = Counter()
                self._to_do.append(self._set_again)
            case kinds.Subscribed() if event.socket in self._mine:
                self._mine[event.socket][event.topic] += 1
            case kinds.Unsubscribed() if event.socket in self._mine:
                self._mine[event.socket][event.topic] -= 1
            case kinds.Closed():
                self._mine.pop(event.socket, None)
            case _ if event.socket is None:
                self._actor_changed(event)

    def _actor_changed(self, event: Event) -> None:
        if isinstance(event, kinds.Started):
            if event.function != self._function:
                self._wanted.clear()
            self._function, self._at_work = event.function, True
            self._mine.clear()
        elif type(event) in ENDINGS:
            self._at_work = False
            self._mine.clear()
            if self._wanted:
                self.say(f"{self._actor} has ended, and its subscriptions with it. Started again, it gets them again.")

    def _set_again(self) -> None:
        wanted = list(self._wanted)
        for topic in wanted:
            self.lab[self._actor].subscribe(topic)
        if wanted:
            names = ", ".join(map(_name, wanted))
            self.say(f"A new socket has no subscriptions. These were set again: {names}.")

    # what is shown

    def _current(self) -> list[bytes]:
        return list(dict.fromkeys(topic for topics in self._mine.values() for topic in +topics))

    def _show_chips(self) -> None:
        current = self._current()
        self._places |= dict.fromkeys([*self._suggested, *current])  # a chip keeps its place, whatever it says
        shown = [topic for topic in self._places if topic in current or topic in self._suggested]
        keys = [(topic in current, topic) for topic in shown]
        if keys == list(self.chips):
            return
        former = self.chips
        self.chips = {key: former.get(key) or self._chip(*key) for key in keys}
        self._chip_row.children = list(self.chips.values())
        for key in former.keys() - self.chips.keys():
            former[key].close()

    def _chip(self, subscribed: bool, topic: bytes) -> widgets.Button:
        name = _name(topic)
        if subscribed:
            chip = button(f"{name} ×", lambda: self.unsubscribe(topic), tooltip=f"Unsubscribe from {name}")
        else:
            chip = button(f"+ {name}", lambda: self.subscribe(topic), tooltip=f"Subscribe to {name}")
        chip.add_class("zl-chip-on" if subscribed else "zl-chip-off")
        return chip


def _topic(name: str) -> bytes:
    return b"" if name == EVERYTHING else name.encode()


def _name(topic: bytes) -> str:
    name = frame_in_words(topic, len(topic)) if topic else EVERYTHING
    return name if len(name) <= CHIP else f"{name[: CHIP - 1]}…"
