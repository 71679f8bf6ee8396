"""What an actor does, in a lamp and a few words."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import events as kinds
from ..record.events import ENDINGS, Event


@dataclass
class ActorState:
    """An actor and the words for what it does now. `lamp` is "on", "waiting", "trouble" or "off"."""

    name: str
    lamp: str = "on"
    words: str = "running"
    alive: bool = True
    armed: bool = False
    process: int | None = None  # the id of a process of its own
    visitor: bool = False  # a cell, which is not drawn any more once it is done
    guest: bool = False  # of a stretch, and ends with it
    unseen: str = ""  # what it uses that is not recorded
    run: int = 0  # how often it was started, in what the picture shows
    idle: bool = False  # has done nothing yet since the beginning of the stretch

    def is_at_work(self) -> None:
        """Take in that it does something."""
        if self.alive:
            self.lamp, self.words = "on", "running"

    def waits(self, event: kinds.Wait, nobody_there: bool) -> None:
        """Take in that it waits, or goes on. `nobody_there` says that what it wants to send has nobody to go to."""
        if not self.alive:
            return
        match event:
            case kinds.GoesOn():
                self.lamp, self.words = "on", "running"
            case kinds.Pauses():
                self.lamp, self.words = "on", "pausing"
            case kinds.WaitsForYou():
                self.lamp, self.words = "waiting", "waiting for you"
            case kinds.Waits() if event.call.startswith("send"):
                self.lamp = "trouble"
                self.words = f"{'no peer' if nobody_there else 'queue full'}: waiting in send()"
            case kinds.Waits():
                self.lamp, self.words = "waiting", f"waiting in {event.call}()"

    def changed(self, event: Event, replies: bool) -> None:
        """Take in what became of it. `replies` says that it has a socket that answers requests."""
        if type(event) in ENDINGS:
            self.armed = False
        match event:
            case kinds.Started():
                self.run += 1
                self.visitor, self.guest, self.process = event.visitor, event.guest, event.process
                self.armed, self.unseen = False, ""
                self.alive, self.lamp, self.words = True, "on", "running"
            case kinds.Stopped():
                words = "stopped: its `except:` catches all" if event.swallowed else "stopped"
                self.alive, self.lamp, self.words = False, "off", words
            case kinds.Finished():
                self.alive, self.lamp, self.words = False, "off", "finished"
            case kinds.Died():
                where = {"received": "died with the message", "sent": "died before sending"}
                if replies:
                    where = {"received": "died with the request", "sent": "died before its reply"}
                self.alive, self.lamp, self.words = False, "trouble", where.get(event.fault, "died")
            case kinds.Failed():
                self.alive, self.lamp, self.words = False, "trouble", f"{event.error}: {event.why}"
            case kinds.Armed():
                self.armed = True
            case kinds.LongWait():
                self.lamp, self.words = "trouble", f"waiting {event.seconds:g} s: press ■"
            case kinds.Ended():
                self.lamp, self.words = "off", "ended"
            case kinds.Stuck():
                busy = "busy in its own code" if not self.unseen else f"{self.unseen} is not recorded"
                self.lamp, self.words = "trouble", f"does not stop: {busy}"
            case kinds.NotRecorded():
                self.unseen = event.what
                self.lamp, self.words = "waiting", f"not recorded: {event.what}"
            case kinds.Refused():
                self.lamp, self.words = "trouble", f"{event.call}() refused"
