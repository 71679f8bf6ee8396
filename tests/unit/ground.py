"""What the last step of a film says waits in each socket, beside what was really found there."""

from collections import Counter, defaultdict
from typing import NamedTuple

from zmqlab.picture.types import FAN_OUT
from zmqlab.record import events as kinds

from tests.unit.test_one_truth import Truth, drawn, moments


class Said(NamedTuple):
    """What a picture says: `waits` in the queues of sockets, and what may be `somewhere`, since nobody can know."""

    waits: dict
    somewhere: Counter


def content(frames, sizes):
    """Return what a message keeps on its way: routing frames are added and taken off, its last frame stays."""
    return frames[-1], sizes[-1]


def said(truth, there):
    """Return what a moment of a film says: `there` is all that is drawn."""
    waits, somewhere = defaultdict(Counter), Counter()
    for (sender, total, _), where, socket in there:
        event = truth.events[truth.sent[sender, total]]
        held = content(event.frames, event.sizes)
        if where == "queue":
            waits[socket][held] += 1
        elif where == "link" or truth.types[sender] in FAN_OUT or sender in truth.closed or _deals(truth, sender):
            somewhere[held] += 1
    return Said(waits, somewhere)


def _deals(truth, sender):
    """Whether a sender has, or had, more than one peer that a message may have been dealt to."""
    links = (kinds.Connected, kinds.Accepted)
    return sum(isinstance(event, links) and event.socket == sender for event in truth.events) > 1


def compare(kept):
    """Yield in words what was found and not said, and what was said and not found; and how many sockets were compared."""
    everything, offset = [*kept.before, *kept.events], len(kept.before)
    truth, states = Truth(everything), [(0, [])]
    for told, at, pieces in moments(kept.before, kept.events):
        states.append((told, drawn(pieces, at)))
    sent = {content(event.frames, event.sizes) for event in everything if isinstance(event, kinds.Sent)}
    closed = truth.closed
    for one in kept.found:
        if one.socket not in truth.types:
            continue  # a monitor's
        if not one.closed:
            told, there = states[-1]
            yield from _differences(one, truth, said(truth, there), sent, whole=True)
        elif closed.get(one.socket, -1) >= offset:
            told, there = [state for state in states if state[0] <= closed[one.socket] - offset][-1]
            yield from _differences(one, truth, said(truth, there), sent, whole=False)


def _differences(one, truth, said, sent, whole):
    who = f"{truth.types[one.socket]} {one.socket}{' when it closed' if one.closed else ''}"
    waits = said.waits[one.socket]
    if not one.drained:
        yield f"{who}: {sum(waits.values())} are said to wait, and nothing does" if waits and not one.ready else ""
        return
    found = Counter(content(*message) for message in one.messages)
    found = Counter(
        {held: times for held, times in found.items() if held in sent}
    )  # not of strangers, nor subscriptions
    if missing := waits - found if whole else None:
        yield f"{who}: said to wait, and not found: {dict(missing)}"
    elif more := found - waits - said.somewhere:
        yield f"{who}: found, and not said to wait: {dict(more)}"
    else:
        yield ""
