"""What an actor does, in a lamp and a few words."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import events as kinds
from ..record.events import ENDINGS, Event
from . import words


@dataclass
class ActorState:
    """An actor and the words for what it does now. `lamp` is "on", "waiting", "trouble" or "off".

    `parts` are the words: what it does, and, where there is one, a reason on its own. `at_work` says that it does
    something of which nothing is known: it has called nothing that waits, and has not ended.
    """

    name: str
    lamp: str = "on"
    parts: tuple[str, ...] = (words.RUNNING,)
    at_work: bool = True
    alive: bool = True
    armed: bool = False
    call: str = ""  # in which it waits
    alone: bool = False  # it waits to send, and nobody is there
    kept: int = 0  # texts that it was given to send, and has not asked for yet
    process: int | None = None  # the id of a process of its own
    visitor: bool = False  # a cell, which is not drawn any more once it is done
    guest: bool = False  # of a stretch, and ends with it
    unseen: str = ""  # what it uses that is not recorded
    code: str = ""  # of its function
    run: int = 0  # how often it was started, in what the picture shows
    idle: bool = False  # has done nothing yet since the beginning of the stretch
    to_come: bool = False  # takes part in the film, and has not begun yet

    @classmethod
    def who_will_come(cls, name: str) -> ActorState:
        """Return an actor that is in its place from the beginning of a film, and does nothing yet."""
        return cls(name, "off", (words.NOT_BEGUN,), at_work=False, to_come=True)

    @property
    def words(self) -> str:
        """All its words in one line."""
        return ": ".join(self.parts)

    def comes(self) -> None:
        """Take in that it begins."""
        if self.to_come:
            self.to_come = False
            self._does("on", words.RUNNING, at_work=True)

    def is_at_work(self) -> None:
        """Take in that it does something."""
        self.call = ""
        if self.alive:
            self._does("on", words.RUNNING, at_work=True)

    def waits(self, event: kinds.Wait, nobody_there: bool, recorded: bool = False) -> None:
        """Take in that it waits, or goes on. `nobody_there` says that what it wants to send has nobody to go to.

        In what is `recorded` there is no learner for whom it could wait.
        """
        if not self.alive:
            return
        self.call = event.call if isinstance(event, kinds.Waits) else ""
        match event:
            case kinds.GoesOn():
                self.is_at_work()
            case kinds.Pauses():
                self._does("on", *words.pauses_for(event.seconds))
            case kinds.WaitsForYou():
                self._does("waiting", words.WAITS_FOR_A_TEXT if recorded else words.WAITS_FOR_YOU)
            case kinds.Waits() if event.call.startswith("send"):
                self._does("trouble", *words.waits_to_send(nobody_there))
                self.alone = nobody_there
            case kinds.Waits():
                self._does("waiting", *words.waits_in(event.call))

    def has_a_peer(self) -> None:
        """Take in that somebody has come to whom it can send: that nobody was there is not why it still waits."""
        if self.alone:
            self._does("waiting", *words.waits_in("send"))

    def changed(self, event: Event, replies: bool) -> None:
        """Take in what became of it. `replies` says that it has a socket that answers requests."""
        if type(event) in ENDINGS:
            self.armed, self.kept, self.call = False, 0, ""
        match event:
            case kinds.Started():
                self.run += 1
                self.visitor, self.guest, self.process = event.visitor, event.guest, event.process
                self.code = event.code
                self.armed, self.kept, self.unseen = False, 0, ""
                self.alive = True
                self.is_at_work()
            case kinds.Stopped() | kinds.Finished():
                self.alive = False
                self._does("off", *words.ended_words(event, replies))
            case kinds.Died() | kinds.Failed():
                self.alive = False
                self._does("trouble", *words.ended_words(event, replies))
            case kinds.Ended():
                self._does("off", *words.ended_words(event, replies))
            case kinds.Armed():
                self.armed = True
            case kinds.Kept():
                self.kept = event.number
            case kinds.LongWait() | kinds.Stuck() | kinds.Refused():
                self._does("trouble", *words.trouble_words(event, self.unseen))
            case kinds.NotRecorded():
                self.unseen = event.what
                self._does("waiting", *words.trouble_words(event, self.unseen))

    def _does(self, lamp: str, *parts: str, at_work: bool = False) -> None:
        self.alone = False
        self.lamp, self.parts, self.at_work = lamp, parts, at_work
