"""What is drawn is what happened: at every step of every film, read from the drawn pieces and from the raw events.

Nothing that looks asks the ledger; faults are planted there, to see that they are found. The recordings of the repository are always looked at; the stretches of the lessons where
`ZMQLAB_RECORDS` names the folder in which a run of the lessons has left them: `make notebooks` does both.
"""

import os
import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from zmqlab.picture.clock import fit
from zmqlab.picture.copies import UnderWay
from zmqlab.picture.dealing import DEALS
from zmqlab.picture.ledger import Ledger
from zmqlab.picture.playback import Playback
from zmqlab.picture.types import FAN_OUT, SENDS_TO, has_known_links
from zmqlab.record import events as kinds
from zmqlab.record import files
from zmqlab.record.keeping import keep, kept

from tests.lessons import ROOT, code_cells, lesson_files, read, source
from tests.unit.test_where_messages_are import Tale, flood, in_two_contexts, tasks, workers

RECORDINGS = sorted([*(ROOT / "images").glob("*.json"), *(ROOT / "notebooks/zmqlab/course/cases").glob("*.json")])
FOLDER = os.environ.get("ZMQLAB_RECORDS", "")
MARK = re.compile(r'data-message="([^"]*)" data-place="(link|queue|kernel|sender)(?: (\d+))?"')
RUN = re.compile(r"(\d+)\.(\d+)(?:-(\d+))?(?:>(\d+))?$")
ROUTES = {"REQ", "REP", "DEALER", "ROUTER"}
"""Types that add frames to a message, or take them off."""
NUMBER = r"([\d,]+) "


class Truth:
    """The model of what is true: who sent what to whom, from the raw events alone."""

    def __init__(self, events):
        self.events, self.sent, self.came = events, {}, {}  # places in the record, by the message, and who receives it
        self.types = {event.socket: event.type for event in events if isinstance(event, kinds.SocketMade)}
        self.routing = {number for number, kind in self.types.items() if kind in ROUTES}
        self.away = set()  # sockets that were linked to a program that is not recorded
        self.called = defaultdict(set)  # the sockets that are known under an address
        self.last = {}  # what arrived on each link, and where in the record
        self.closed, self.up, bound, alike = {}, defaultdict(list), defaultdict(list), defaultdict(list)
        for place, event in enumerate(events):
            match event:
                case kinds.Sent() if self.subscribes(event):
                    pass
                case kinds.Sent():
                    self.sent[event.socket, event.total] = place
                    alike[event.frames[-1], event.sizes[-1]].append((event.socket, event.total))
                case kinds.Named():
                    self.called[event.name].add(event.socket)
                case kinds.Closed():
                    self.closed[event.socket] = place
                case kinds.Bound():
                    bound[event.endpoint].append(event.socket)
                case kinds.LinkUp():
                    if not bound[event.endpoint]:
                        self.away.add(event.socket)
                    for one in bound[event.endpoint]:
                        self.up[one, event.socket].append((place, True))
                        self.up[event.socket, one].append((place, True))
                case kinds.Disconnected():
                    for one in bound[event.endpoint]:
                        self.up[one, event.socket].append((place, False))
                        self.up[event.socket, one].append((place, False))
        self.alone = {key for keys in alike.values() if len(keys) == 1 for key in keys}
        for place, event in enumerate(events):
            if isinstance(event, kinds.Received):
                self._receive(place, event, alike[event.frames[-1], event.sizes[-1]])

    def subscribes(self, event):
        """Whether it is a subscription, made by hand: RFC 29 has it told to the XPUB, and it reaches no program as a message."""
        by_hand = isinstance(event, kinds.Sent) and self.types.get(event.socket) == "XSUB"
        return by_hand and event.frames[0][:1] in (b"\x00", b"\x01")

    def is_measured(self, sender, now):
        """Whether it was measured last, by then, that some messages stand at a sender."""
        found = [
            event for event in self.events[: now + 1] if isinstance(event, kinds.Measured) and event.socket == sender
        ]
        return bool(found) and found[-1].values[2] > 0

    def is_up(self, link, now):
        """Whether a link is up after the event at the place `now`: it came up, and nobody has disconnected since."""
        changes = [up for place, up in self.up[link] if place <= now]
        return bool(changes) and changes[-1]

    def _receive(self, place, event, alike):
        takes = {one for one, kind in self.types.items() if self.types.get(event.socket) in SENDS_TO.get(kind, ())}
        alike = [key for key in alike if key[0] in takes and key[0] != event.socket and self.sent[key] < place]
        alike = [key for key in alike if self._is_for(key, event.socket)]
        if self.types[event.socket] not in ROUTES:  # nothing is added to it on its way, nor taken off
            alike = [
                key for key in alike if key[0] in self.routing or self.events[self.sent[key]].frames == event.frames
            ]
        whose = {(key[0], self._address(key)) for key in alike}
        if len(whose) > 1:
            return  # equal messages of several, or to several: whose it was is not in the record
        for sender, total in alike:
            receiver = event.socket if self.types[sender] in FAN_OUT else 0
            if (sender, total, receiver) not in self.came:
                self.came[sender, total, receiver] = (place, event.socket)
                self.last.setdefault((sender, event.socket), []).append((place, total))
                if self.types[event.socket] == "ROUTER":
                    self.called[event.frames[0]].add(sender)
                return

    def _address(self, key):
        return self.events[self.sent[key]].frames[0] if self.types[key[0]] == "ROUTER" else b""

    def _is_for(self, key, receiver):
        """Whether what a ROUTER sent may be for a receiver: its address is nobody else's."""
        holders = self.called[self.events[self.sent[key]].frames[0]] if self.types.get(key[0]) == "ROUTER" else ()
        return not holders or receiver in holders


def untrue(truth, message, where, socket, now):
    """Return what is not true of a message that is drawn somewhere after the event at the place `now`, in words."""
    (sender, total, copy), time = message, truth.events[now].time
    arrived, receiver = truth.came.get(message, (len(truth.events), copy))
    if truth.sent.get((sender, total), len(truth.events)) > now:
        return "it was not sent yet"
    if arrived <= now:
        return "it was received before"
    known = (sender, total) in truth.alone and receiver
    if where in ("queue", "kernel") and truth.closed.get(socket, now + 1) <= now:
        return "it lies at a receiver that is closed"
    link = (sender, socket if where in ("queue", "kernel") else copy)
    if any(at <= now and one > total for at, one in truth.last.get(link, ())):
        return "a later one on its link has arrived"
    if where in ("queue", "kernel") and known and socket != receiver:
        return f"it lies in the queue of {socket}, and {receiver} receives it"
    told = min(now, truth.closed.get(sender, now))  # of a link that is told after it closed, nobody knows whose it was
    held = where == "sender" and known and arrived < len(truth.events)
    if held and truth.is_up((sender, receiver), told) and not truth.is_measured(sender, now):
        return f"it stands at its sender, and the link to {receiver} is up"
    if where == "sender" and (place := truth.closed.get(sender, now + 1)) <= now:
        closing = truth.events[place]
        if (closing.linger or 0) > 0 and closing.linger * 1_000_000 + closing.time < time:
            return "it lingers longer than its linger"
    return ""


def drawn(pieces, at):
    """Return where each message is drawn at a moment of the film: message, place, socket; once for each drawing."""
    found = []
    for name, piece in pieces.items():
        if name.startswith("pills/") and not piece["from"] <= at < piece["to"]:
            continue
        svg = piece["svg"] if isinstance(piece, dict) and "svg" in piece else piece
        for runs, where, socket in MARK.findall(svg) if isinstance(svg, str) else ():
            for sender, first, last, receiver in (RUN.match(run).groups() for run in runs.split()):
                for total in range(int(first), int(last or first) + 1):
                    found.append(((int(sender), total, int(receiver or 0)), where, int(socket or 0)))
    return found


def numbers(totals):
    """Return the sum of a picture by its words."""
    names = ["sent", "before", "received", "filtered", "not delivered", "waiting", "on its way"]
    names += ["lingering at a closed sender", "waiting or dropped", "copies"]
    totals = totals.replace("on the way", "on its way")
    found = {name: re.search(rf"(?:^|, |[=−+] ){NUMBER}{name}(?:,|$| [=−+])", totals) for name in names}
    return {name: int(match[1].replace(",", "")) if match else 0 for name, match in found.items()}


def moments(before, events):
    """Yield every moment of a film: how many events are told, when it is, and all that is drawn."""
    playback, pieces, told = Playback(), {}, 0
    for event in before:
        playback.scene.apply(event)
    if before:
        playback = Playback(playback.scene.begin_anew())
    playback.begin(events)
    steps, pieces = [], dict(playback.snapshot()["pieces"])
    for event, new in playback.event_by_event(events):
        for step in new:
            steps.append((step, event))
    steps = [(step, event) for step, (_, event) in zip(fit([step for step, _ in steps]), steps, strict=True)]
    place = {id(event): number for number, event in enumerate(events)}
    main = set()
    for (step, event), following in pairwise([*steps, (None, None)]):
        if event is not None and step.say and id(event) not in main:
            main.add(id(event))
            told = place[id(event)] + 1
        for name in step.drop:
            pieces.pop(name, None)
        pieces |= step.put
        if following[0] is None or following[0].at > step.at:
            yield told, step.at, pieces


def problems(before, events):
    """Yield in words what a film shows that did not happen, or does not show that did."""
    everything, offset = [*before, *events], len(before)
    truth, seen = Truth(everything), set()
    ours = {key for key, place in truth.sent.items() if place >= offset}
    strange = {key for key in ours if not has_known_links(truth.types.get(key[0], ""))}
    leaves, arrives, due, looked, happened = defaultdict(set), defaultdict(set), set(), offset, Counter()
    for message, (place, _) in truth.came.items():
        leaves[truth.sent[message[:2]]].add(message)
        arrives[place].add(message)
    for told, at, pieces in moments(before, events):
        now = offset + told - 1
        there = drawn(pieces, at)
        for message, times in Counter(message for message, _, _ in there).items():
            if times > 1:
                yield f"{message} is drawn {times} times after {everything[now]}: {there}"
        for message, where, socket in there:
            if words := untrue(truth, message, where, socket, now):
                yield f"{message}, {where} {socket}: {words}, after {everything[now]}"
        here = {message for message, _, _ in there}
        seen |= here
        for place in range(looked, now + 1):
            due |= leaves.get(place, set())
            due -= arrives.get(place, set())
            happened[type(everything[place])] += not truth.subscribes(everything[place])
        looked = now + 1
        for message in due - here:
            yield f"{message} is not drawn after {everything[now]}"
        yield from sums(pieces.get("totals", ""), there, happened)
    came = {message[:2] for message in truth.came}
    alone = {(*key, 0) for key in ours - came if truth.types.get(key[0]) in DEALS and key[0] not in truth.away}
    for message in truth.came.keys() | alone:
        if message[:2] in ours - strange and message not in seen:
            yield f"{message} was never shown"


def sums(totals, there, happened):
    """Yield what is wrong with the sum at a moment, when so many events of each kind have happened."""
    if not totals or totals.startswith("nothing sent"):
        return
    said, places = numbers(totals), Counter(where for _, where, _ in there)
    if said["sent"] != happened[kinds.Sent]:
        yield f"not so many were sent: {totals}"
    if said["received"] > happened[kinds.Received]:
        yield f"not so many were received: {totals}"
    at_rest = said["waiting"] + said["lingering at a closed sender"] + said["waiting or dropped"]
    if at_rest != places["queue"] + places["kernel"] + places["sender"]:
        yield f"so many are not drawn: {totals}, {there}"
    if said["on its way"] < places["link"]:
        yield f"more are drawn on their way: {totals}, {there}"


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_at_every_step_of_a_recording_what_is_drawn_is_true(path):
    _, events = files.load(path)
    assert list(problems([], events)) == []


def broker(tale, number):
    """Have a broker bind where a worker connects to it."""
    tale.note("broker", kinds.SocketMade, number, type="DEALER").note("broker", kinds.Bound, number, endpoint="e")
    return tale.note("worker", kinds.LinkUp, 4, endpoint="e")


@pytest.mark.parametrize("replies", ["before", "after"])
def test_a_reply_that_outlives_the_broker_that_asked_for_it_is_never_lost_on_its_way_to_the_next(replies):
    tale = Tale().connects("worker", 4, "REP", "e")
    broker(tale, 2).message("broker", 2, "sent", b"", b"c1").message("worker", 4, "received", b"c1")
    closes = kinds.Closed, 2
    if replies == "before":
        tale.message("worker", 4, "sent", b"C1").note("broker", *closes, linger=0)
    else:
        tale.note("broker", *closes, linger=0).message("worker", 4, "sent", b"C1")
    broker(tale, 8).message("broker", 8, "received", b"", b"C1")
    assert list(problems([], tale.events)) == []


def begins_anew(tale, actor, number, kind, **closed):
    """Have an actor end, and begin anew with another socket."""
    tale.note(actor, kinds.Closed, number, **closed).note(actor, kinds.Stopped).note(actor, kinds.Started)
    return tale.connects(actor, number + 10, kind, "e")


@pytest.mark.parametrize("seconds", [0.05, 1])
def test_a_reply_that_comes_after_its_worker_has_begun_anew_lies_in_the_queue_until_then(seconds):
    """Nobody has told that the link to the next broker came up: a socket that closes is not listened to any more."""
    tale = broker(Tale().connects("worker", 4, "REP", "e"), 2).message("broker", 2, "sent", b"", b"c1")
    tale.message("worker", 4, "received", b"c1").note("broker", kinds.Closed, 2, linger=0)
    tale.note("worker", kinds.LinkDown, 4, endpoint="e")
    tale.note("broker", kinds.SocketMade, 8, type="DEALER").note("broker", kinds.Bound, 8, endpoint="e")
    tale.message("worker", 4, "sent", b"C1")
    begins_anew(tale, "worker", 4, "REP", linger=100).pause(seconds).message("broker", 8, "received", b"", b"C1")
    assert list(problems([], tale.events)) == []


@pytest.mark.parametrize("anew", [True, False])
def test_what_nobody_is_known_to_have_got_does_not_linger_for_ever(anew):
    """Turns told who was dealt it, until that one's queue was found to be empty. Its sender is gone by then."""
    tale = tasks(workers("anna", "bert"), 1, 2, 3, 4, 5, 6).pause(1).message("bert", 3, "received", b"task 1")
    if anew:
        begins_anew(tale, "ventilator", 1, "PUSH", linger=100)
    else:
        tale.note("ventilator", kinds.Closed, 1, linger=100)
    tale.pause(1).note("anna", kinds.Waits, 2, call="recv").pause(1).note("anna", kinds.GoesOn, 2)
    assert list(problems([], tale.events)) == []


def titles():
    """Return the titles of all stretches of all lessons, as their cells name them."""
    cells = [source(cell) for path in lesson_files() for _, cell in code_cells(read(path))]
    return {title for cell in cells for title in re.findall(r'(?:experiment|predict)\(\s*"([^"]+)"', cell)}


@pytest.mark.skipif(not FOLDER, reason="`make notebooks` runs the lessons, and then this")
def test_at_every_step_of_every_stretch_of_the_lessons_what_is_drawn_is_true():
    assert list(untrue_lessons(FOLDER, titles())) == []


def untrue_lessons(folder, wanted):
    """Yield in words what is not true of the stretches in a folder, and which of the `wanted` have left no record."""
    ran = set()
    for one in kept(folder):
        ran.add(one.title)
        yield from (f"{one.title}: {problem}" for problem in problems(one.before, one.events))
    yield from (f"{title}: it has left no record" for title in sorted(wanted - ran))


def test_a_stretch_that_has_left_no_record_is_missed(tmp_path, monkeypatch):
    monkeypatch.setenv("ZMQLAB_RECORDS", str(tmp_path))
    keep("in turn", tales()[1], 0)
    assert list(untrue_lessons(tmp_path, {"in turn", "two servers"})) == ["two servers: it has left no record"]


def only_the_end(playback, events):
    """Tell all events in one step."""
    for event in events:
        playback.scene.apply(event)
    playback._drawn = False
    yield None, [playback._picture()]


def test_a_film_that_shows_no_message_is_found(tmp_path, monkeypatch):
    """Sixteen messages were once too many to show one by one: the film went from nothing to the end."""
    monkeypatch.setenv("ZMQLAB_RECORDS", str(tmp_path))
    tale = tasks(workers("anna"), *range(8))
    for number in range(8):
        tale.message("anna", 2, "received", b"task %d" % number)
    keep("two servers", tale.events, 0)
    assert list(untrue_lessons(tmp_path, {"two servers"})) == []
    monkeypatch.setattr(Playback, "event_by_event", only_the_end)
    wrong = list(untrue_lessons(tmp_path, {"two servers"}))
    assert sum(words.endswith("was never shown") for words in wrong) == 8


def test_a_film_that_never_shows_what_nobody_receives_is_found(monkeypatch):
    events = tasks(workers("anna"), 1, 2).events
    assert list(problems([], events)) == []
    monkeypatch.setattr(Ledger, "_travel", lambda ledger, copy: None)
    assert sum(words.endswith("was never shown") for words in problems([], events)) == 2


# faults planted in the ledger


def tales():
    """Return short records in which every kind of place is used: a queue, a closed receiver, a linger, a late link, a flood."""
    late = (
        Tale().socket("server", 1, "REP", "e").connects("client", 2, "REQ", "e").message("client", 2, "sent", b"late")
    )
    late.note("client", kinds.LinkUp, 2, endpoint="e").pause(2).note("somebody", kinds.Started).pause(2).message(
        "server", 1, "received", b"late"
    )
    shut = tasks(workers("anna", "bert"), 1, 2, 3, 4, 5, 6).pause(2).message("anna", 2, "received", b"task 1")
    shut.message("bert", 3, "received", b"task 2").note("bert", kinds.Closed, 3).pause(2)
    shut.message("anna", 2, "received", b"task 3").message("anna", 2, "received", b"task 5")
    gone = in_two_contexts().pause(1).note("anna", kinds.Finished)
    full = flood(10, 40).pause(2)
    for number in [*range(12), 30]:
        full.message("reader", 2, "received", b"%d" % number)
    return [late.events, shut.events, gone.events, full.events]


def swapped(original):
    def receiver(ledger, socket, event):
        found, guessed = original(ledger, socket, event)
        others = [peer.number for peer in ledger.topology.peers(socket) if peer.number != found]
        return (others[0] if others else found), guessed

    return receiver


def every_third_time(original):
    calls = Counter()

    def skipping(self, *arguments):
        calls["so far"] += 1
        return original(self, *arguments) if calls["so far"] % 3 else None

    return skipping


def never(original):
    return lambda self, *arguments: None


def counted_twice(original):
    def sent(ledger, *arguments):
        ledger.sent += 1
        return original(ledger, *arguments)

    return sent


def with_lost_ones(original):
    def totals(ledger, *arguments):
        found = original(ledger, *arguments)
        return found | {"waiting": found["waiting"] + found["not delivered"]}

    return totals


def left_behind(original):
    def take(under_way, copy):
        original(under_way, copy)
        under_way.add(copy)

    return take


FAULTS = {
    "a receiver is swapped with another": (Ledger, "_receiver", swapped),
    "a receive is lost": (Ledger, "message_received", every_third_time),
    "a message is lost on its way without a word": (UnderWay, "add", every_third_time),
    "a message is drawn on its way, and in the queue that it flies to": (
        Ledger,
        "queue_of",
        lambda original: lambda ledger, socket: ledger.under_way.to(socket.number),
    ),
    "a message that was received stays where it was": (UnderWay, "take", left_behind),
    "what is dealt stays at its sender": (Ledger, "_can_go", lambda original: lambda ledger, copy: False),
    "what stood at its sender stays there when the link comes up": (Ledger, "links_changed", never),
    "a closed receiver keeps what it held": (Ledger, "closed", never),
    "a closed sender lingers for ever": (Ledger, "time_passes", never),
    "what was overtaken waits on": (Ledger, "_overtaken", never),
    "nothing is foreseen, and nobody is dealt anything": (
        Ledger,
        "_receiver",
        lambda original: lambda ledger, socket, event: (None, False),
    ),
    "a send counts twice": (Ledger, "message_sent", counted_twice),
    "what was lost is said to wait": (Ledger, "totals", with_lost_ones),
}


def all_records():
    return [*(files.load(path)[1] for path in RECORDINGS), *tales()]


def test_the_tales_are_true():
    assert [list(problems([], events)) for events in tales()] == [[], [], [], []]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_ledger_is_found(fault, monkeypatch):
    where, name, plant = FAULTS[fault]
    monkeypatch.setattr(where, name, plant(getattr(where, name)))
    found = []
    for events in all_records():
        try:
            found += problems([], events)
        except (KeyError, AssertionError, ValueError) as broken:  # found as well: the film came to a stop
            found.append(repr(broken))
    assert found


@pytest.mark.parametrize("others", range(8))
def test_what_lands_with_others_and_is_taken_later_lies_in_the_queue_with_them_until_then(others):
    tale = Tale().connects("sender", 1, "PUSH", "e").note("receiver", kinds.SocketMade, 2, type="PULL")
    tale.note("receiver", kinds.Bound, 2, endpoint="e").message("sender", 1, "sent", b"1").message(
        "sender", 1, "sent", b"2"
    )
    tale.socket("station", 3, "PUB", "f").socket("server", 5, "REP", "g").socket("client", 6, "REQ", "g")
    tale.message("client", 6, "sent", b"please").note("sender", kinds.LinkUp, 1, endpoint="e")
    for number in range(others):  # so that it is taken before, at, and after its landing
        tale.message("station", 3, "sent", b"%d" % number)
    tale.message("server", 5, "received", b"please").wait("receiver", 2).message("receiver", 2, "received", b"1")
    assert list(problems([], tale.events)) == []
