"""From the trace to what there is to see: one moment of the actors, of the topology and of the ledger.

A scene is what one knows at one moment, from the record alone. `scene.apply(event)` takes it to the next moment.
Nothing here knows of drawing, time stretched for the eye, or Jupyter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy as copied
from dataclasses import dataclass, field

from ..record import events as kinds
from ..record.events import Event, Received, Sent
from .actors import ActorState
from .between import Measured, Queues, since, split
from .copies import OUTSIDE, Changes, Copy, Doubt, Place
from .dealing import Foresight
from .ledger import Ledger
from .passing import Passing
from .sockets import NO_LIMIT, SocketState
from .topology import Topology
from .types import FAN_OUT

__all__ = ["GUESTS", "OUTSIDE", "ActorState", "Changes", "Copy", "Doubt", "Scene", "SocketState", "apply"]

GUESTS = kinds.Accepted | kinds.Departed
"""What others do to a socket: it takes no part in a stretch for that, nor is it worth a stop of the film."""
TAKES_LEAVE = kinds.Closed | kinds.Stopped
"""What an actor does that is only cleared away: it takes no part in a stretch for that."""
THERE = 1_000_000
"""Nanoseconds after which a message has come, if nothing holds it up."""
IDLE = kinds.Wait | kinds.Measured | TAKES_LEAVE | GUESTS


@dataclass
class Scene:
    """All that is known at one moment: who is there, who is linked to whom, and where each message is."""

    time: int = 0
    actors: dict[str, ActorState] = field(default_factory=dict)
    topology: Topology = field(default_factory=Topology)
    recorded: bool = False  # all of it is long past: nobody can press anything
    guests_leave: bool = False  # who belongs to a stretch is not drawn any more once that is over
    ledger: Ledger = None  # type: ignore[assignment]  # made of the topology
    passing: Passing = field(default_factory=Passing)

    def __post_init__(self) -> None:
        self.ledger = self.ledger or Ledger(self.topology)

    def apply(self, event: Event, one_by_one: bool = False) -> Scene:
        """Take the scene to the moment of `event`. Returns itself.

        With `one_by_one`, what waited at a receiver that is gone still waits: `lose_next` takes it, one message a call.
        """
        self.time = max(self.time, event.time)
        self.ledger.changes = Changes()
        if event.actor not in self.actors:
            self.actors[event.actor] = ActorState(event.actor)
        self.ledger.time_passes(self.time)
        actor, socket = self.actors[event.actor], self.topology.sockets.get(event.socket or 0)
        actor.comes()
        actor.idle &= isinstance(event, IDLE)
        match event:
            case kinds.Waits() | kinds.Pauses() | kinds.WaitsForYou() | kinds.GoesOn():
                self._waits(actor, socket, event)
            case kinds.SocketMade():
                own = [one for one in self.sockets.values() if one.actor == event.actor]
                behind = event.type == "ROUTER" and any(one.role == "ROUTER" and one.is_there for one in own)
                made = SocketState(event.socket, event.actor, event.type, behind=behind, made_at=event.time)
                gone = (one for one in own if one.role == made.role and not one.is_there and not one.succeeded)
                if former := next(gone, None):
                    made.takes_the_place_of(former)
                    made.former_numbers = self.ledger.where_lost(*former.former_numbers, former.number)
                self._forget_closed(lambda old: old.actor == event.actor and old.succeeded)
                self.topology.add(made)
            case _ if event.socket is None:
                self._actor_changed(actor, event)
            case _ if socket is not None:
                self._socket_changed(actor, socket, event)
        while self.ledger.gives_up and not one_by_one:
            self.ledger.lose_given_up()
        return self

    def let_time_pass(self, now: int) -> None:
        """Take the scene to a moment (ns) at which nothing happens."""
        self.ledger.changes = Changes()
        self.ledger.time_passes(now)

    def begin_anew(self, everybody: bool = False) -> Scene:
        """Forget what was, and keep who is there: the beginning of a stretch, or of a panel, with a picture of its own.

        Counts begin at nothing, but for what is still under way. Who does nothing from now on takes no part in it, unless
        `everybody` does. Returns itself.
        """
        for socket in self.sockets.values():
            socket.count_anew()
            socket.filtered.clear()
            socket.credit = socket.unexplained = 0
            socket.strays.clear()
            socket.former = socket.former or not socket.open
        self.actors = {name: actor for name, actor in self.actors.items() if actor.alive}
        for actor in self.actors.values():
            actor.idle, actor.run = (False, 0) if everybody else (True, 1)  # a panel begins before its actors do
        self.ledger.begin_anew()
        return self

    def cast(self, events: Iterable[Event]) -> None:
        """Have everybody who takes part in what will happen in the picture from its beginning."""
        for event in events:
            if isinstance(event, IDLE):
                continue
            if event.actor not in self.actors:
                self.actors[event.actor] = ActorState.who_will_come(event.actor)
            self.actors[event.actor].idle = False

    # what can be asked of it

    def somebody_works(self) -> bool:
        """Whether somebody who takes part does something of which nothing is known, and has not said that it waits."""
        return any(
            one.at_work and one.alive and not one.visitor and self.takes_part(one.name) for one in self.actors.values()
        )

    @property
    def sockets(self) -> dict[int, SocketState]:
        """All sockets, by their numbers."""
        return self.topology.sockets

    @property
    def met(self) -> set[tuple[str, str, str, str]]:
        """The pairs that ever shared an endpoint: actor and socket type of who connected, then of who bound."""
        return self.topology.met

    def takes_part(self, name: str) -> bool:
        """Whether an actor does something in this stretch, or is linked to one that does."""
        actor = self.actors[name]
        if self.guests_leave and actor.guest and not actor.alive:
            return False
        if not actor.idle:
            return True
        own = [socket for socket in self.sockets.values() if socket.actor == name and socket.open]
        return any(not self.actors[peer.actor].idle for socket in own for peer in self.peers(socket))

    def peers(self, socket: SocketState) -> list[SocketState]:
        """Return the open sockets at the other ends of its links."""
        return self.topology.peers(socket)

    def links(self, socket: SocketState) -> list[tuple[SocketState, str]]:
        """Return the sockets that a socket is linked to, and whether each link is up."""
        return self.topology.links(socket)

    def has_somebody(self, socket: SocketState) -> bool:
        """Whether who waits to send has a peer: then its queue is full.

        It is full as well where it has filled before a peer was there. A PAIR of which nothing is under way has none, though a
        link came up: who came was turned away.
        """
        under_way = self.ledger.under_way.number_of(socket.number)
        if socket.strangers or 0 < socket.send_mark <= under_way:
            return True
        is_empty = not (socket.thinned or under_way)
        return any(link != "down" for _, link in self.links(socket)) and not (socket.type == "PAIR" and is_empty)

    @property
    def before(self) -> int:
        """How many had left before the stretch, and ended in it or are under way in what is drawn."""
        return self.ledger.before + sum(copy.before and self._is_drawn(copy) for copy in self.pending.values())

    @property
    def changes(self) -> Changes:
        """What the last event did to messages."""
        return self.ledger.changes

    @property
    def pending(self) -> dict[int, Copy]:
        """The messages that have left and not arrived."""
        return self.ledger.pending

    @property
    def lost(self) -> list[Copy]:
        """The last messages that were lost."""
        return self.ledger.lost

    @property
    def losses(self) -> Counter[tuple[int, str, bool]]:
        """How many were lost, by the number of the socket where that is drawn, the reason, and whether it is inferred."""
        return self.ledger.losses

    @property
    def stayed(self) -> dict[int, Copy]:
        """The last message that stayed at each publisher."""
        return self.ledger.stayed

    @property
    def sent(self) -> int:
        """How many messages were sent."""
        return self.ledger.sent

    @property
    def to_nobody(self) -> int:
        """How many of them were published while nobody was there."""
        return self.ledger.to_nobody

    @property
    def received(self) -> int:
        """How many messages were received."""
        return self.ledger.received

    @property
    def from_strangers(self) -> int:
        """How many messages came from programs that are not recorded."""
        return self.ledger.from_strangers

    def totals(self) -> dict[str, int]:
        """Return the sum that adds up in every scene; `expected` is that of all others."""
        totals = Counter(self.ledger.totals(self._is_drawn))
        for sender in self.sockets.values():
            if sender.measured is not None and self.measured(sender) is not None:
                self._as_measured(sender, totals)
        doubtful = totals.pop("waiting or dropped", 0)
        return dict(totals) | ({"waiting or dropped": doubtful} if doubtful else {})

    def _as_measured(self, sender: SocketState, totals: Counter[str]) -> None:
        """Count as waiting what was measured to wait and the record does not tell of: in doubt there, or only counted.

        What a publisher may have dropped was not put into its queue for sure: there, what is in the kernel and beyond counts.
        """
        drops, only_counted = sender.type in FAN_OUT, sender.unseen
        peers = self.peers(sender)
        there = sum(sum(self._measured_now(peer)[1 if drops else 0 :]) for peer in peers)
        known = sum(self.waiting_at(peer) + self.on_the_way_to(peer) for peer in peers)
        more = max(0, there - known - (0 if drops else len(self.held_at(sender))))
        from_doubt = min(more, totals["waiting or dropped"]) if drops else 0
        from_counted = min(more - from_doubt, only_counted)
        totals["waiting"] += from_doubt + from_counted
        totals["waiting or dropped"] += (only_counted - from_counted if drops else 0) - from_doubt
        totals["counted only"] -= only_counted if drops else from_counted

    def _is_drawn(self, copy: Copy) -> bool:
        """Whether the actor is drawn at whose socket a copy is."""
        where = copy.sender if self.ledger.place(copy) is Place.SENDER else copy.receiver
        socket = self.sockets.get(where or 0)
        return socket is not None and socket.actor in self.actors and self.takes_part(socket.actor)

    def queue_of(self, socket: SocketState) -> list[Copy]:
        """Return the messages that lie in the queue of a receiver."""
        return self.ledger.queue_of(socket)

    def held_at(self, socket: SocketState) -> list[Copy]:
        """Return the messages that stand at their sender."""
        return self.ledger.held_at(socket)

    def waiting_at(self, socket: SocketState) -> int:
        """Return how many messages lie in its queue."""
        return self.ledger.waiting_at(socket)

    def measured(self, socket: SocketState) -> tuple[int, int, int] | None:
        """Return what was measured of what an open socket sends, or is sent: at the sender, in the kernel, at the receiver.

        None where nothing was, or where it is of another run of one of the two.
        """
        sender = self._measured_sender(socket)
        return sender and sender.measured

    def _measured_sender(self, socket: SocketState) -> SocketState | None:
        """Return of whom it was measured where that lies which it sends: the socket itself, or who sends to it."""
        for sender in (socket, *self.topology.senders_to(socket)):
            if sender.measured is not None and sender.open and all(peer.open for peer in self.peers(sender)):
                return sender
        return None

    def queues_at(self, socket: SocketState) -> Queues:
        """Return the messages that lie at a socket: where it was measured between it and its peer, as that says."""
        waiting, held = self.queue_of(socket), self.held_at(socket)
        if self.measured(socket) is None:
            return Queues(waiting, [], held)
        if socket.measured is None:
            return Queues(*self._split(socket)[:2], held)
        return Queues(waiting, [], [copy for peer in self.peers(socket) for copy in self._split(peer)[2]] + held)

    def _split(self, receiver: SocketState) -> tuple[list[Copy], list[Copy], list[Copy]]:
        """Return what lies between a receiver and its sender, as it was measured: at it, in the kernel, at the sender."""
        return split(self.queue_of(receiver), self._measured_now(receiver))

    def _measured_now(self, receiver: SocketState) -> Measured | None:
        """Return what was measured of what a receiver is sent, less what it has received since."""
        sender = self._measured_sender(receiver)
        return sender and since(sender.measured, receiver.received - sender.measured_after)

    def limit_of(self, socket: SocketState, waiting: list[Copy]) -> int:
        """Return how many messages the queue holds in which these wait at a receiver: over inproc it is the sender's, too.

        Of several senders each has a queue of its own there: how full which of them is, one number does not say.
        """
        senders = {copy.sender for copy in waiting}
        if len(senders) > 1:
            return NO_LIMIT
        return socket.high_water_mark + sum(self.sockets[number].send_mark for number in senders if socket.over_inproc)

    def on_the_way_to(self, socket: SocketState) -> int:
        """Return how many messages are on their way to a socket that waits for them."""
        return self.ledger.on_the_way_to(socket)

    def on_the_way(self, copy: Copy) -> bool:
        """Whether a copy is on its way to a socket that waits for it."""
        return self.ledger.on_the_way(copy)

    def about_to_land(self, event: Received) -> Copy | None:
        """Return the message that a receive will be found to have taken. It is under way, whatever was thought before."""
        socket = self.sockets.get(event.socket)
        return self.ledger.about_to_land(socket, event) if socket else None

    def send_off(self, copy: Copy, receiver: int) -> bool:
        """Know a message as on its way to who is about to receive it. False where no link can be drawn for it."""
        if copy.receiver != receiver:
            self.ledger.under_way.deal(copy, receiver)
        copy.doubt = Doubt.NONE
        self.ledger.link_proven(copy)
        self.ledger.under_way.go(copy)
        return True

    def foresee(self, events: Iterable[Event]) -> None:
        """Look at all that will happen: from then on, what each message is dealt to is known when it leaves."""
        self.ledger.foresight = Foresight()
        end = copied(self)
        end.ledger.dealing.past = {}
        foresight = Foresight()
        for event in events:
            for copy in end.apply(event).changes.landed:
                if copy.fans_out:
                    foresight.arrived.add(copy.identity)
                elif copy.total and not copy.inferred:  # equal messages of several cannot be told apart
                    foresight.known[copy.sender, copy.total] = copy.receiver
        foresight.dropped = end.ledger.all_dropped()
        foresight.learn_turns(end.ledger.dealing.past)
        self.ledger.foresight = foresight
        self.passing.leads_on |= end.passing.leads_on

    def deal(self, copy: Copy, receiver: int) -> None:
        """Take note who will receive a copy, for one who knows what came later."""
        self.ledger.under_way.deal(copy, receiver)
        self.ledger.links_changed()

    @property
    def gives_up(self) -> bool:
        """Whether messages are given up, and not lost yet: `lose_next` does that."""
        return self.ledger.gives_up

    def lose_next(self) -> Copy | None:
        """Lose the next message that is given up, and return it; None when there is none. `changes` tells of it alone."""
        return self.ledger.lose_next()

    # what happens

    def _waits(self, actor: ActorState, socket: SocketState | None, event: kinds.Wait) -> None:
        call = event.call if isinstance(event, kinds.Waits) else ""
        if call and event.short and socket and self.ledger.has_in_queue(socket, event.time - THERE):
            return  # who receives takes what came some time ago, however slowly
        # In a flood nobody tells that a call before has come to its end.
        if isinstance(event, kinds.Pauses | kinds.WaitsForYou):
            for own in self.sockets.values():
                if own.actor == actor.name and own.waiting:
                    own.waiting = ""
                    self.ledger.awake(own)
        if call.startswith(("recv", "poll")):
            self._looks(actor.name)
        if socket:
            socket.waiting, socket.called_at = call, event.time
            socket.stalled |= call.startswith("send")
            if call.startswith(("recv", "poll")):
                self.ledger.reads(socket)
            in_vain = call.startswith("recv") and not event.short  # a short one ends with a message
            if in_vain:
                self.ledger.waits_in_vain(socket, event.time)
            if in_vain and socket.type == "PULL":
                self.ledger.give_up_what_died(socket, event.time)
        somebody = socket is not None and call.startswith("send") and self.has_somebody(socket)
        if call.startswith("send") and socket is not None and socket.type == "PAIR" and not somebody:
            self.topology.nobody_let_in(socket)
            self._hear_news()
        actor.waits(event, not somebody, self.recorded)

    def _socket_changed(self, actor: ActorState, socket: SocketState, event: Event) -> None:
        socket.called_at = event.time
        match event:
            case Sent():
                self._awake(actor, socket)
                self.ledger.message_sent(socket, event)
                self.passing.sent(socket, event)
                self._looks(socket.actor)  # a poll in vain is not recorded: who sends may have looked before
            case Received():
                self._awake(actor, socket)
                self.ledger.message_received(socket, event)
                self.passing.received(socket, event)
                self._looks(socket.actor)
            case kinds.Counted():
                self.ledger.counted(socket, event)
            case kinds.Measured():
                if event.name == kinds.QUEUES:
                    between = event.values[2:5]
                    socket.measured = between if min(between) >= 0 else None
                    socket.measured_after, socket.measured_before = event.values[1], event.values[0]
                    if socket.measured is not None and between[0] <= socket.lost:
                        self.ledger.were_not_dropped(socket, event.values[0])
            case kinds.Refused():
                actor.changed(event, replies=False)
            case kinds.Closed():
                self._keep_name(socket)
                self.topology.closed(socket, self.time)
                self.ledger.awake(socket)
                self.ledger.closed(socket, event.linger)
                self.topology.parted(socket)
            case _:
                self.topology.changed(socket, event)
                self._hear_news()
                self._look_who_can_send()
                self._change_at_receiver(socket, event)
                self.ledger.links_changed()
        self._hear_news()

    def _look_who_can_send(self) -> None:
        """Say of nobody that it has no peer who has one by now."""
        for socket in self.sockets.values():
            if socket.waiting.startswith("send") and self.has_somebody(socket):
                self.actors[socket.actor].has_a_peer()

    def _keep_name(self, socket: SocketState) -> None:
        """Have the ROUTERs that a socket is linked to keep its name as it closes, but for those that are looking just now."""
        for router in self.peers(socket) if socket.name else ():
            owner = self.actors.get(router.actor)  # none, of somebody who is done and has left a socket open
            looking = owner is not None and owner.call.startswith(("recv", "poll"))
            if router.type == "ROUTER" and self.topology.is_up(socket, router) and not looking:
                self.topology.kept.setdefault(router.number, set()).add(socket.name)

    def _looks(self, actor: str) -> None:
        """Have the ROUTERs of an actor, which looks for messages, give up the names of peers that left nothing unread."""
        for number, names in self.topology.kept.items():
            router = self.sockets[number]
            if names and router.actor == actor:
                senders = [self.sockets[copy.sender] for copy in self.queue_of(router) if copy.sender in self.sockets]
                names &= {sender.name for sender in senders if not sender.open}

    def _change_at_receiver(self, socket: SocketState, event: Event) -> None:
        """Take in what a receiver does with what waits at it."""
        match event:
            case kinds.Disconnected():
                self.ledger.disconnected(socket)
            case kinds.Unsubscribed():
                self.ledger.unsubscribed(socket)
            case kinds.Subscribed():
                self.ledger.subscribed(socket)

    def _hear_news(self) -> None:
        if self.topology.news:
            for news, number in self.topology.news:
                self.ledger.hear(news, self.sockets[number])
            self.topology.news.clear()

    def _awake(self, actor: ActorState, socket: SocketState) -> None:
        socket.waiting = ""
        self.ledger.awake(socket)
        actor.is_at_work()

    def _actor_changed(self, actor: ActorState, event: Event) -> None:
        if isinstance(event, kinds.Started):
            self._clear_away(actor)
            if event.code != actor.code:
                self.passing.other_code(actor.name)
        replies = any(own.type == "REP" for own in self.sockets.values() if own.actor == actor.name)
        actor.changed(event, replies)
        if isinstance(event, kinds.Died):
            self.ledger.died(actor.name)

    def _forget_closed(self, which: Callable[[SocketState], bool]) -> None:
        """Forget closed sockets that no message refers to any more: an actor may make thousands in its life."""
        known = self.ledger.remembers()
        for socket in [socket for socket in self.sockets.values() if not socket.open and which(socket)]:
            if socket.number not in known and not socket.unseen:
                self.topology.forget(socket.number)
                self.passing.forget(socket)

    def _clear_away(self, actor: ActorState) -> None:
        """Put the sockets of an actor's former run behind it, and with them what nobody can receive any more."""
        self._forget_closed(lambda old: old.actor == actor.name and old.former)
        for socket in self.sockets.values():
            if socket.actor == actor.name:
                socket.former = True
        self.ledger.began_again(actor.name)


def apply(scene: Scene, event: Event) -> Scene:
    """Fold one event into a scene: what a trace needs to keep its checkpoint."""
    return scene.apply(event)
