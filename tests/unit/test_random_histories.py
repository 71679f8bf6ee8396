"""Random histories, of which each single event is possible: the picture never fails, and its sum always adds up.

Events are out of proportion on purpose: receives without a send, ends without a beginning, totals that jump.
"""

from collections import Counter

from zmqlab.picture.playback import Playback
from zmqlab.record import events as kinds

from tests.soak import SEED, dice, soak

TYPES = ["REQ", "REP", "DEALER", "ROUTER", "PUB", "SUB", "XPUB", "XSUB", "PUSH", "PULL", "PAIR"]
ACTORS = ["a", "b", "c", "you"]
ENDPOINTS = ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2", "inproc://x"]
PAUSES = [1_000, 100_000, 60_000_000, 2_000_000_000]
"""Nanoseconds between two events: from one call to the next, to a long silence."""
TOPICS = [b"", b"p", b"\xff"]
FRAMES = [(b"x",), (b"y", b"z"), (b"",), (b"\x01p",), (b"\xff\xfe",), (b"identity", b"", b"x")]
CALLS = ["recv", "send", "poll", ""]


class History:
    """Writes one history. `random` decides everything."""

    def __init__(self, random):
        self.random, self.events, self.now = random, [], 0
        self.open = {}  # the actor and the endpoint of each open socket, by its number
        self.totals = Counter()
        self.made = 0
        self.steps = [self.link, self.subscription, self.close, self.end, self.wait, self.count, *[self.message] * 4]

    def write(self):
        """Return the events, in order."""
        for actor in ACTORS:
            self.note(actor, kinds.Started, function="f")
        for _ in range(self.random.randint(20, 120)):
            self.now += self.random.choice(PAUSES)
            if not self.open or self.random.random() < 0.15:
                self.socket()
            else:
                self.random.choice(self.steps)(self.random.choice(list(self.open)))
        return self.events

    def note(self, actor, kind, socket=None, **fields):
        self.events.append(kind(self.now, actor, socket, **fields))

    def socket(self):
        self.made += 1
        actor, endpoint = self.random.choice(ACTORS), self.random.choice(ENDPOINTS)
        self.open[self.made] = actor, endpoint
        self.note(actor, kinds.SocketMade, self.made, type=self.random.choice(TYPES))
        home = {"home": actor} if endpoint.startswith("inproc:") else {}
        self.note(actor, self.random.choice([kinds.Bound, kinds.Connected]), self.made, endpoint=endpoint, **home)

    def link(self, number):
        actor, endpoint = self.open[number]
        kind = self.random.choice([kinds.LinkUp, kinds.LinkDown, kinds.Accepted, kinds.Departed])
        pair = self.random.choice([{}, {"ours": "127.0.0.1:7", "theirs": "127.0.0.1:1"}, {"ours": "", "theirs": ""}])
        self.note(actor, kind, number, endpoint=endpoint, **pair)

    def subscription(self, number):
        kind = self.random.choice([kinds.Subscribed, kinds.Unsubscribed])
        self.note(self.open[number][0], kind, number, topic=self.random.choice(TOPICS))

    def close(self, number):
        self.note(self.open.pop(number)[0], kinds.Closed, number, linger=self.random.choice([0, 500]))

    def end(self, number):
        """Let the actor of a socket end, with all its sockets, and begin again."""
        actor = self.open[number][0]
        for own in [own for own, (user, _) in self.open.items() if user == actor]:
            self.close(own)
        self.note(actor, self.random.choice([kinds.Stopped, kinds.Finished, kinds.Died, kinds.Failed]))
        self.note(actor, kinds.Started, function="f")

    def wait(self, number):
        actor, call = self.open[number][0], self.random.choice(CALLS)
        if call:
            self.note(actor, kinds.Waits, number, call=call)
        else:
            self.note(actor, kinds.GoesOn, number)

    def count(self, number):
        for way in ("sent", "received"):
            self.totals[number, way] += self.random.randint(0, 30)
        sent, received = self.totals[number, "sent"], self.totals[number, "received"]
        self.events.append(kinds.Counted(self.now, self.open[number][0], number, sent, received))

    def message(self, number):
        """Send or receive one, and let some go by before it that were only counted, once in ten times."""
        way = self.random.choice(["sent", "received"])
        self.totals[number, way] += 1 + (self.random.randint(1, 5) if self.random.random() < 0.1 else 0)
        frames = self.random.choice(FRAMES)
        sent = kinds.Sent(
            self.now, self.open[number][0], number, frames, tuple(map(len, frames)), self.totals[number, way]
        )
        self.events.append(sent if way == "sent" else kinds.Received(*sent, self.now))


def told(playback, batch):
    """Tell a batch. Returns what is wrong with the picture afterwards, in words, or nothing."""
    try:
        playback.tell(batch, batch[-1].time)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"
    totals = playback.scene.totals()
    if min(totals.values()) < 0:
        return f"less than none: {totals}"
    expected = totals.pop("expected")
    return "" if expected == sum(totals.values()) else f"{expected} expected, and all together: {totals}"


def test_no_history_breaks_the_picture_and_in_each_the_sum_adds_up():
    for number in range(soak(80, 800)):
        random = dice(f"history {number}")
        events, playback = History(random).write(), Playback()
        while events:
            size = random.choice([1, 1, 3, 20])
            batch, events = events[:size], events[size:]
            problem = told(playback, batch)
            assert not problem, f"history {number} of ZMQLAB_SEED={SEED}: {problem}, after {batch}"
