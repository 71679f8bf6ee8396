"""What is said of a gateway that published too early is what its record shows."""

from dataclasses import dataclass, field

import pytest
from zmqlab.course.cases import silent_alarm_repair as repair
from zmqlab.course.cases import silent_alarm_repair_wrong  # noqa: F401  (keeps the wrong answers)
from zmqlab.learning.arena import Arena
from zmqlab.learning.checking import check_source
from zmqlab.record import events as kinds

from tests.unit.common import eventually

ALARM = b"door open 1a2b"


@dataclass
class Seen:
    """A round of which only the record is there."""

    record: list
    notes: dict = field(default_factory=lambda: {"alarms": [ALARM, b"door shut"], "who": ["siren", "diary"]})

    def events(self, kind, actor="gateway"):
        return [event for event in self.record if isinstance(event, kind) and event.actor == actor]

    def messages(self, way, actor="gateway"):
        return kinds.messages_of(self.record, actor, way)

    def frames(self, way, actor="gateway"):
        return [message.frames for message in self.messages(way, actor)]


def link(time, actor):
    return kinds.LinkUp(time, actor, 1, "tcp://127.0.0.1:1")


def got(time, actor, frame):
    return kinds.Received(time, actor, 2, (frame,), (len(frame),), 1, 0)


PUBLISHED = kinds.Sent(50, "gateway", 1, (ALARM,), (len(ALARM),), 1)


@pytest.mark.parametrize(
    ("others", "title"),
    [
        ([], "before anybody was back"),
        ([link(60, "siren")], "before anybody was back"),
        ([link(40, "siren")], "did not know who was back"),
        ([link(60, "siren"), got(55, "siren", ALARM)], "did not know who was back"),
        ([got(40, "gateway", b"\x01door")], "after one subscription of 2"),
    ],
)
def test_who_is_said_to_have_been_back_is_who_was(others, title):
    said = repair.waits_for_both.broken(Seen([got(45, "gateway", ALARM), *others, PUBLISHED]))
    assert title in said.title
    assert "sleeps" not in said.text, "the code need not sleep"


def test_a_gateway_that_waited_for_both_is_not_accused():
    heard = [got(40, "gateway", b"\x01door"), got(41, "gateway", b"\x01")]
    assert repair.waits_for_both.broken(Seen([*heard, PUBLISHED])) is None


def test_the_gateway_as_it_was_publishes_before_any_subscriber_has_begun():
    refused = next(one for one in repair.GATEWAY.refused if "sleep" not in one.source)
    verdict = check_source(repair.GATEWAY, "import zmq\n\n" + refused.source)
    assert "before anybody was back" in verdict.title
    published = next(event for event in verdict.events if isinstance(event, kinds.Sent) and event.actor == "gateway")
    assert {event.actor for event in verdict.events if event.time <= published.time} == {"sensor 1", "gateway"}


def test_texts_for_the_peers_of_a_check_are_no_events_of_it():
    arena = Arena()
    peer = arena.start(repair.sensor, "peer")
    for number in range(20):
        peer.say(str(number))
    eventually(lambda: len(arena.messages("peer", "sent")) == 20)
    arena.begin_anew()
    assert not [event for event in arena.trace.controls() if isinstance(event, kinds.Kept)]
