"""What an event costs a scene: as much with a thousand messages under way as with a hundred.

Counted in Python's instructions, not in time: a flood is as fast as what is done for each of its events.
"""

import sys
from collections import Counter

import pytest
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds

from tests.unit.test_scene import Story

SENDERS = {"PULL": "PUSH", "SUB": "PUB", "DEALER": "DEALER", "PAIR": "PAIR"}


def under_way(receiver, number):
    """A story in which so many messages wait for a receiver, socket 2, of which the record has seen one."""
    story = Story().socket("sender", 1, SENDERS[receiver], "e")
    story.note("sender", kinds.Bound, 1, endpoint="e")
    story.note("receiver", kinds.SocketMade, 2, type=receiver).note("receiver", kinds.Connected, 2, endpoint="e")
    if receiver == "SUB":
        story.note("receiver", kinds.Subscribed, 2, topic=b"")
    story.note("receiver", kinds.LinkUp, 2, endpoint="e")
    story.message("sender", 1, "sent", b"first").message("receiver", 2, "received", b"first")
    for count in range(number):
        story.message("sender", 1, "sent", b"%d" % count)
    story.events.append(kinds.Waits(story.events[-1].time + 5_000_000, "somebody", None, call="sleep"))
    return story


HAPPENINGS = {
    "a short wait": lambda story: story.note("receiver", kinds.Waits, 2, call="recv", short=True),
    "a wait": lambda story: story.wait("receiver", 2),
    "a send": lambda story: story.message("sender", 1, "sent", b"last"),
    "a receive": lambda story: story.message("receiver", 2, "received", b"0"),
    "a wait to send": lambda story: story.wait("sender", 1, "send"),
}


def cost_of_the_next(story, happening):
    """Return how many instructions each function runs as a scene takes in one more event of a story."""
    scene = Scene()
    for event in story.events:
        scene.apply(event)
    event = happening(story).events[-1]._replace(time=story.events[-2].time + 1_000)
    cost = Counter()

    def instruction(frame, *_):
        frame.f_trace_opcodes = True
        cost[frame.f_code.co_qualname] += 1
        return instruction

    sys.settrace(instruction)
    try:
        scene.apply(event)
    finally:
        sys.settrace(None)
    return cost


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("receiver", SENDERS)
def test_an_event_costs_the_same_however_many_messages_wait(receiver, happening):
    few, many = (cost_of_the_next(under_way(receiver, number), HAPPENINGS[happening]) for number in (100, 1_000))
    assert many.total() <= 1.1 * few.total(), (many - few).most_common(5)
