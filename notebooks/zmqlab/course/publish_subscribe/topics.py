"""Subscribing and unsubscribing by hand, and what passes because of it.

The actor is a plain function that receives, and knows nothing of this: its own thread does to its SUB sockets what is
pressed here. All that is shown comes from the trace, the subscriptions too: a chip stands there once ZeroMQ has taken it.

When the same function is started again, its new socket gets the subscriptions that were made here, and the control
says so: to ZeroMQ they were gone with the old socket. Another function under the same name begins without any.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape

import ipywidgets as widgets

from ...page.boxes import Boxes
from ...page.control import Control
from ...page.panel import button, panel
from ...page.sender import words_of
from ...record import events as kinds
from ...record.addresses import could_be_same
from ...record.events import CONTROLS, ENDINGS, Counted, Event, Received, Sent
from ...record.trace import PREVIEW

EVERYTHING = "everything"
LINES, STAYED_LINES = 5, 3
LONGEST = PREVIEW
"""Bytes of a subscription: the trace keeps so much of a frame, and further on nobody could show what matched."""
CHIP = 24
"""Letters shown of a subscription."""


@dataclass
class End:
    """One end of a link: a socket that publishes, or one that subscribes."""

    bound: set[str] = field(default_factory=set)
    links: dict[str, bool] = field(default_factory=dict)  # by endpoint: whether it is up
    topics: Counter[bytes] = field(default_factory=Counter)
    total: int = 0

    def reaches(self, other: End) -> bool:
        """Whether a link between the two is up."""
        ways = ((self.links, other.bound), (other.links, self.bound))
        return any(
            up and any(could_be_same(place, endpoint) for place in bound)
            for links, bound in ways
            for endpoint, up in links.items()
        )

    def match(self, frame: bytes) -> bytes | None:
        """Return the longest subscription that a frame begins with; None when there is none."""
        return max((topic for topic in +self.topics if frame.startswith(topic)), key=len, default=None)


class Topics(Control):
    """A box to subscribe, a chip for each subscription, and what was received and what was not.

    `suggest` are subscriptions to offer, as text; "everything" is the empty one. The actor is a function that
    receives, and need not know. Started again, it gets the subscriptions again that were made here.
    """

    def __init__(self, actor: str, suggest: Iterable[str] = (), *, title: str = "") -> None:
        self._actor, self.actors = actor, (actor,)
        self._title = title or ("You are a subscriber" if actor == "you" else f"You are the {actor}")
        self._suggested = [_topic(name) for name in suggest]
        self._wanted: dict[bytes, None] = {}
        self._function, self._at_work = "", False
        self._mine: dict[int, End] = {}
        self._publishers: dict[int, End] = {}
        self._received = self._stayed = 0
        self._more_stayed = False
        self._messages: deque[str] = deque(maxlen=LINES)
        self._stays: deque[str] = deque(maxlen=STAYED_LINES)
        self.chips: dict[tuple[bool, bytes], widgets.Button] = {}

    def build(self) -> widgets.Widget:
        """Make the box, the chips and the log."""
        actor = self._actor
        self.boxes = Boxes(
            "",
            "Subscribe",
            lambda texts: self.enter(texts[0]),
            name="What you subscribe to" if actor == "you" else f"What {actor} subscribes to",
            placeholder="how the messages begin that you want",
            hint=f"Let {actor} receive what begins so",
        )
        self._chip_row = widgets.HBox()
        self._chip_row.add_class("zl-row")
        self.log = widgets.HTML()
        self.log.add_class("zl-messages")
        self.log.add_class("zl-roomy")  # for all its lines from the start: the text below shall not move
        self._show_chips()
        return panel(self._title, self.boxes, self._chip_row, self.note, self.log, still="[ ] [ Subscribe ]")

    # what a learner does

    def enter(self, text: str) -> None:
        """Subscribe to what was typed, or say why not."""
        try:
            topic = text.encode()
        except UnicodeEncodeError:
            self.say("A part of a character stands there alone: it is no text.")
            return
        if not topic:
            if topic not in self._suggested:
                self._suggested.append(topic)
                self._show_chips()
            self.say(
                "Every message begins with nothing: that would subscribe to everything. If you mean it, press the chip."
            )
        elif len(topic) > LONGEST:
            self.say(f"That is {len(topic):,} bytes. This box subscribes to {LONGEST} at most.")
        elif topic in self._current():
            self.say(f"{_name(topic)} is subscribed already.")
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
        """Take in what happened next, and show it. Called by the lab's pump. Returns what is to be done about it."""
        self._to_do: list[Callable[[], object]] = []
        for event in events:
            if type(event) in CONTROLS:
                self._control(event)
            elif isinstance(event, Sent):
                self._sent(event)
            elif isinstance(event, Received):
                self._came(event)
            elif isinstance(event, Counted):
                self._count(event)
        if events:
            self._show_chips()
            self._show_log()
        return self._to_do

    def _control(self, event: Event) -> None:
        number = event.socket
        if number is None:
            if event.actor == self._actor:
                self._actor_changed(event)
            return
        if isinstance(event, kinds.SocketMade) and event.type == "SUB" and event.actor == self._actor:
            self._mine[number] = End()
            self._to_do.append(self._set_again)
        elif isinstance(event, kinds.SocketMade) and event.type in ("PUB", "XPUB"):
            self._publishers[number] = End()
        end = self._mine.get(number) or self._publishers.get(number)
        if end is None:
            return
        match event:
            case kinds.Bound():
                end.bound.add(event.endpoint)
            case kinds.Connected():  # inproc has no monitor, and is up at once
                end.links.setdefault(event.endpoint, event.endpoint.startswith("inproc:"))
            case kinds.Unbound():
                end.bound.discard(event.endpoint)
            case kinds.Disconnected():
                end.links.pop(event.endpoint, None)
            case kinds.LinkUp() | kinds.LinkDown():
                end.links[event.endpoint] = isinstance(event, kinds.LinkUp)
            case kinds.Subscribed():
                end.topics[event.topic] += 1
            case kinds.Unsubscribed():
                end.topics[event.topic] -= 1
            case kinds.Closed():
                self._mine.pop(number, None)
                self._publishers.pop(number, None)

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

    def _came(self, event: Received) -> None:
        if mine := self._mine.get(event.socket):
            self._received += event.total - mine.total
            mine.total = event.total
            matched = mine.match(event.frames[0]) or b""
            self._messages.append(f"<div>{_in_words(event, len(matched))}</div>")

    def _sent(self, event: Sent) -> None:
        if publisher := self._publishers.get(event.socket):
            self._note_gap(publisher, event.total - 1)
            publisher.total = event.total
            for mine in self._mine.values():
                if mine.reaches(publisher) and mine.match(event.frames[0]) is None:
                    self._stayed += 1
                    self._stays.append(f'<div class="zl-quiet">{_in_words(event)}</div>')

    def _count(self, event: Counted) -> None:
        if mine := self._mine.get(event.socket):
            self._received += event.received - mine.total
            mine.total = event.received
        elif publisher := self._publishers.get(event.socket):
            self._note_gap(publisher, event.sent)
            publisher.total = event.sent

    def _note_gap(self, publisher: End, total: int) -> None:
        """Remember that messages went by which were only counted: what they began with, nobody knows."""
        if total > publisher.total and any(mine.reaches(publisher) for mine in self._mine.values()):
            self._more_stayed = True

    # what is shown

    def _current(self) -> list[bytes]:
        return list(dict.fromkeys(topic for mine in self._mine.values() for topic in +mine.topics))

    def _show_chips(self) -> None:
        current = self._current()
        keys = [(True, topic) for topic in current]
        keys += [(False, topic) for topic in dict.fromkeys(self._suggested) if topic not in current]
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

    def _show_log(self) -> None:
        shown = [*self._messages, f'<div class="zl-quiet zl-prose">received {self._received:,}</div>']
        if self._stayed:
            at_least = "at least " if self._more_stayed else ""
            words = f"{at_least}{self._stayed:,} stayed at the publisher: {escape(self._actor)} could not know"
            shown += ['<div class="zl-stayed">', *self._stays, f'<div class="zl-quiet zl-prose">{words}</div></div>']
        elif self._strangers():
            words = "Its publisher is another program: what stayed there is not recorded."
            shown.append(f'<div class="zl-stayed zl-quiet zl-prose">{words}</div>')
        self.log.value = "".join(shown)

    def _strangers(self) -> bool:
        """Whether it has a link that is up, and none of the publishers that are recorded is at its other end."""
        linked = [mine for mine in self._mine.values() if any(mine.links.values())]
        return any(not any(mine.reaches(one) for one in self._publishers.values()) for mine in linked)


def _topic(name: str) -> bytes:
    return b"" if name == EVERYTHING else name.encode()


def _name(topic: bytes) -> str:
    name = words_of(topic, len(topic)) if topic else EVERYTHING
    return name if len(name) <= CHIP else f"{name[: CHIP - 1]}…"


def _in_words(event: Sent | Received, matched: int = 0) -> str:
    """Return a message as HTML, its first bytes marked."""
    first, *others = (words_of(frame, size) for frame, size in zip(event.frames, event.sizes, strict=True))
    head = words_of(event.frames[0][:matched], matched) if matched else ""
    if first.startswith(head):  # not where the subscription ends within a character
        first = first.removeprefix(head)
    else:
        head = ""
    mark = f'<mark class="zl-match">{escape(head)}</mark>' if head else ""
    return mark + escape(" │ ".join([first, *others]))
