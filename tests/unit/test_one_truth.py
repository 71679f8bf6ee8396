"""What is drawn is what happened: at every step of every film, read from the drawn pieces and from the raw events.

Nothing here asks the ledger. The recordings of the repository are always looked at; the stretches of the lessons where
`ZMQLAB_RECORDS` names the folder in which a run of the lessons has left them: `make notebooks` does both.
"""

import os
import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from zmqlab.picture.playback import Playback
from zmqlab.picture.types import FAN_OUT, SENDS_TO, has_known_links
from zmqlab.record import events as kinds
from zmqlab.record import files
from zmqlab.record.keeping import kept

from tests.lessons import ROOT, code_cells, lesson_files, read, source

RECORDINGS = sorted([*(ROOT / "images").glob("*.json"), *(ROOT / "notebooks/zmqlab/learning/cases").glob("*.json")])
FOLDER = os.environ.get("ZMQLAB_RECORDS", "")
MARK = re.compile(r'data-message="([^"]*)" data-place="(link|queue|sender)(?: (\d+))?"')
RUN = re.compile(r"(\d+)\.(\d+)(?:-(\d+))?(?:>(\d+))?$")
NUMBER = r"([\d,]+) "


class Truth:
    """The model of what is true: who sent what to whom, from the raw events alone."""

    def __init__(self, events):
        self.events, self.sent, self.came = events, {}, {}  # places in the record, by the message, and who receives it
        self.types = {event.socket: event.type for event in events if isinstance(event, kinds.SocketMade)}
        self.closed, self.up, bound, alike = {}, {}, defaultdict(list), defaultdict(list)
        for place, event in enumerate(events):
            match event:
                case kinds.Sent():
                    self.sent[event.socket, event.total] = place
                    alike[event.frames[-1], event.sizes[-1]].append((event.socket, event.total))
                case kinds.Closed():
                    self.closed[event.socket] = place
                case kinds.Bound():
                    bound[event.endpoint].append(event.socket)
                case kinds.LinkUp():
                    for one in bound[event.endpoint]:
                        self.up.setdefault((one, event.socket), place)
                        self.up.setdefault((event.socket, one), place)
        self.alone = {key for keys in alike.values() if len(keys) == 1 for key in keys}
        for place, event in enumerate(events):
            if isinstance(event, kinds.Received):
                self._receive(place, event, alike[event.frames[-1], event.sizes[-1]])

    def _receive(self, place, event, alike):
        for sender, total in alike:
            fits = self.types.get(event.socket) in SENDS_TO.get(self.types.get(sender), ()) and sender != event.socket
            receiver = event.socket if self.types.get(sender) in FAN_OUT else 0
            if fits and (sender, total, receiver) not in self.came:
                self.came[sender, total, receiver] = (place, event.socket)
                return

    def untrue(self, message, where, socket, now):
        """Return what is not true of a message that is drawn somewhere after the event at the place `now`, in words."""
        (sender, total, copy), time = message, self.events[now].time
        arrived, receiver = self.came.get(message, (len(self.events), copy))
        if self.sent.get((sender, total), len(self.events)) > now:
            return "it was not sent yet"
        if arrived <= now:
            return "it was received before"
        known = (sender, total) in self.alone and receiver
        if where == "queue" and self.closed.get(socket, now + 1) <= now:
            return "it lies at a receiver that is closed"
        if where == "queue" and known and socket != receiver:
            return f"it lies in the queue of {socket}, and {receiver} receives it"
        if (
            where == "sender"
            and known
            and arrived < len(self.events)
            and self.up.get((sender, receiver), now + 1) <= now
        ):
            return f"it stands at its sender, and the link to {receiver} is up"
        if where == "sender" and (place := self.closed.get(sender, now + 1)) <= now:
            closing = self.events[place]
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
    found = {name: re.search(rf"(?:^|, |= ){NUMBER}{name}(?:,|$| =)", totals) for name in names}
    return {name: int(match[1].replace(",", "")) if match else 0 for name, match in found.items()}


def moments(before, events):
    """Yield every moment of a film: how many events are told, when it is, and all that is drawn."""
    playback, pieces, told = Playback(), {}, 0
    for event in before:
        playback.scene.apply(event)
    if before:
        playback = Playback(playback.scene.begin_anew())
    steps = []
    for event, new in playback.event_by_event(events):
        for step in new:
            steps.append((step, event))
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
    for told, at, pieces in moments(before, events):
        now = offset + told - 1
        there = drawn(pieces, at)
        for message, times in Counter(message for message, _, _ in there).items():
            if times > 1:
                yield f"{message} is drawn {times} times after {everything[now]}: {there}"
        for message, where, socket in there:
            if words := truth.untrue(message, where, socket, now):
                yield f"{message}, {where} {socket}: {words}, after {everything[now]}"
        here = {message for message, _, _ in there}
        seen |= here
        for message, (arrives, _) in truth.came.items():
            if offset <= truth.sent[message[:2]] <= now < arrives and message not in here:
                yield f"{message} is not drawn after {everything[now]}"
        yield from sums(pieces.get("totals", ""), there, ours - strange, everything[offset : now + 1])
    for message in truth.came:
        if message[:2] in ours - strange and message not in seen:
            yield f"{message} was never shown"


def sums(totals, there, ours, told):
    """Yield what is wrong with the sum at a moment."""
    if not totals or totals == "nothing sent yet":
        return
    said, places = numbers(totals), Counter(where for _, where, _ in there)
    if said["sent"] != sum(isinstance(event, kinds.Sent) for event in told):
        yield f"not so many were sent: {totals}"
    if said["received"] > sum(isinstance(event, kinds.Received) for event in told):
        yield f"not so many were received: {totals}"
    at_rest = said["waiting"] + said["lingering at a closed sender"] + said["waiting or dropped"]
    if at_rest != places["queue"] + places["sender"]:
        yield f"so many are not drawn: {totals}, {there}"
    if said["on its way"] < places["link"]:
        yield f"more are drawn on their way: {totals}, {there}"


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_at_every_step_of_a_recording_what_is_drawn_is_true(path):
    _, events = files.load(path)
    assert list(problems([], events)) == []


def titles():
    """Return the titles of all stretches of all lessons, as their cells name them."""
    cells = [source(cell) for path in lesson_files() for _, cell in code_cells(read(path))]
    return {title for cell in cells for title in re.findall(r'(?:experiment|predict)\(\s*"([^"]+)"', cell)}


@pytest.mark.skipif(not FOLDER, reason="`make notebooks` runs the lessons, and then this")
def test_at_every_step_of_every_stretch_of_the_lessons_what_is_drawn_is_true():
    found, ran, wrong = 0, set(), []
    for title, before, events in kept(FOLDER):
        ran.add(title)
        found += 1
        wrong += [f"{title}: {problem}" for problem in problems(before, events)]
    assert titles() - ran == set(), "these have left no record"
    assert wrong == []
    assert found >= len(titles())
