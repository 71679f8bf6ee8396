"""A control that gives an actor something to send, and says so when the actor does not take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..live.handle import in_a_sentence
from ..record import events as kinds
from ..record.events import Event
from .control import Control

NOT_YET = "{number} not sent yet: {actor} takes {what} when it asks for the next."
LOST = "{actor} has ended, and has not sent what you gave it. Give it again once it is at work."


class Giving(Control):
    """A control with an actor of its own: what is pressed is the next of the actor's `texts` or `messages`.

    An actor takes it when it asks for one. Until then nothing is to be seen in the picture: so it is said.
    """

    _actor: str
    _asks: bool | None = None  # whether the actor waits for something to send; None: not known
    _asked = 0  # how often it has begun to
    _untaken = 0  # what was given while it did not ask, and is not sent yet

    def give(self, message: Callable[[], Any]) -> None:
        """Give the actor what `message` returns, or say why not."""
        asks, asked, untaken = self._asks, self._asked, self._untaken
        if self.press(lambda: self.lab[self._actor].say(message())) and asks is False:
            self._now_untaken(untaken + 1)
            if asked != self._asked:  # it has asked meanwhile, and has it
                self._now_untaken(0)

    def tell(self, events: list[Event]) -> None:
        """Take in whether the actor asks for something to send. Called by the lab's pump."""
        for event in events:
            if event.actor == self._actor:
                self._take_in(event)

    def _take_in(self, event: Event) -> None:
        match event:
            case kinds.WaitsForYou():
                self._asks, self._asked = True, self._asked + 1
                self._now_untaken(0)
            case kinds.Sent():
                self._now_untaken(max(0, self._untaken - 1))
            case kinds.Started() | kinds.GoesOn():
                self._asks = False
            case _ if isinstance(event, kinds.Ending):
                self._asks = False
                if self._untaken:
                    self._untaken = 0
                    self.say(LOST.format(actor=in_a_sentence(self._actor)))

    def _now_untaken(self, number: int) -> None:
        if number != self._untaken:
            self._untaken = number
            what = "it" if number == 1 else "each"
            words = NOT_YET.format(number=number, actor=in_the_middle(self._actor), what=what)
            self.say(words if number else "", "zl-quiet")


def in_the_middle(actor: str) -> str:
    """Return how an actor is called in the middle of a sentence."""
    words = in_a_sentence(actor)
    return words[0].lower() + words[1:]
