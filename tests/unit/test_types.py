"""Every type of socket is known, with whom it talks; of one that is not, the picture says so."""

import pytest
import zmq
from zmqlab.picture.drawing import draw, text
from zmqlab.picture.layout import lay_out
from zmqlab.picture.types import FAN_OUT, LINKS_TO, RAW, SENDS_TO, has_known_links
from zmqlab.picture.words import counts, totals_words
from zmqlab.record import events as kinds

from tests.unit.test_scene import Story

ONLY_RECEIVE = {"SUB", "PULL", "DISH", "GATHER"}
PAIRS = [(sender, receiver) for sender, receivers in SENDS_TO.items() for receiver in sorted(receivers)]


def test_every_type_of_pyzmq_has_a_row():
    assert set(SENDS_TO) == {kind.name for kind in zmq.SocketType}


@pytest.mark.parametrize("kind", [kind.name for kind in zmq.SocketType])
def test_a_link_has_two_ends(kind):
    for other in LINKS_TO[kind]:
        assert kind in LINKS_TO[other]
        assert other in SENDS_TO[kind] or kind in SENDS_TO[other], "over every link somebody sends"
    assert bool(LINKS_TO[kind]) == (kind not in RAW)


@pytest.mark.parametrize("kind", sorted(SENDS_TO.keys() - RAW))
def test_who_only_receives_sends_to_nobody_and_all_others_to_somebody(kind):
    assert (SENDS_TO[kind] == set()) == (kind in ONLY_RECEIVE)


STABLE = sorted(kind.name for kind in zmq.SocketType if kind < zmq.SERVER and kind.name not in RAW)
"""The types that every libzmq has, and that can be watched."""


@pytest.mark.parametrize("one", STABLE)
@pytest.mark.parametrize("other", STABLE)
def test_the_table_says_what_libzmq_does(one, other):
    """Two sockets over tcp: their handshake ends well exactly where a link is possible. Else they part."""
    with zmq.Context() as context, context.socket(zmq.SocketType[one]) as binder:
        monitor = binder.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        binder.linger = 0
        binder.bind("tcp://127.0.0.1:*")
        with context.socket(zmq.SocketType[other]) as connector, monitor:
            connector.linger = 0
            connector.connect(binder.last_endpoint.decode())
            assert monitor.poll(10_000)
            event = int.from_bytes(monitor.recv_multipart()[0][:2], "little")
            assert (event == zmq.EVENT_HANDSHAKE_SUCCEEDED) == (other in LINKS_TO[one])


def stretch(sender, receiver, messages):
    """A stretch in which one sends to a socket that has not begun to read."""
    story = Story().note("a", kinds.Started).note("b", kinds.Started)
    story.note("a", kinds.SocketMade, 1, type=sender).note("a", kinds.Bound, 1, endpoint="tcp://1")
    story.note("b", kinds.SocketMade, 2, type=receiver).note("b", kinds.Connected, 2, endpoint="tcp://1")
    story.note("b", kinds.LinkUp, 2, endpoint="tcp://1")
    if receiver == "SUB":
        story.note("b", kinds.Subscribed, 2, topic=b"")
    elif receiver == "XSUB":
        story.message("b", 2, "sent", b"\x01").message("a", 1, "received", b"\x01")
    scene = story.scene.begin_anew()
    for number in range(messages):
        moment = 1_000_000 + number
        scene.apply(kinds.Sent(moment, "a", 1, (b"x",), (1,), scene.sockets[1].sent + 1))
    return scene


@pytest.mark.parametrize(("sender", "receiver"), [pair for pair in PAIRS if "RADIO" not in pair])
def test_a_receiver_that_does_not_read_yet_is_drawn_with_its_peer_and_what_waits_for_it(sender, receiver):
    scene = stretch(sender, receiver, 3)
    assert [peer.type for peer in scene.peers(scene.sockets[2])] == [sender]
    assert sorted(lay_out(scene).boxes) == ["a", "b"]
    assert scene.waiting_at(scene.sockets[2]) == 3
    assert totals_words(scene) == "3 sent = 0 received, 3 waiting"
    assert "3 waiting" in counts(scene, scene.sockets[2])


@pytest.mark.parametrize("kind", [*sorted(RAW), "4711"])
def test_of_a_type_that_is_not_known_the_picture_says_so(kind):
    assert not has_known_links(kind)
    assert kind not in FAN_OUT
    story = Story().note("a", kinds.Started).note("a", kinds.SocketMade, 1, type=kind)
    story.note("a", kinds.Connected, 1, endpoint="tcp://elsewhere").message("a", 1, "sent", b"x")
    scene = story.socket("b", 2, "SUB", "tcp://1", b"").scene
    assert scene.links(scene.sockets[1]) == []
    assert totals_words(scene) == "1 sent = 0 received, 1 to whom is not known"
    picture = "".join(draw(scene).values())
    for told in (text(scene), picture):
        assert "links not known" in told
    assert "waiting for a peer" not in text(scene).split("b: ")[0]


def test_a_flood_of_a_type_that_is_not_known_is_known_to_have_been_sent():
    story = Story().note("a", kinds.SocketMade, 1, type="STREAM")
    story.events.append(kinds.Sent(5_000, "a", 1, (b"x",), (1,), 40))
    assert totals_words(story.scene) == "40 sent = 0 received, 40 to whom is not known"


def test_who_has_waited_and_was_sent_nothing_is_no_reason_to_fail():
    story = Story().note("a", kinds.SocketMade, 1, type="4711")
    story.events += [kinds.Waits(9_000, "a", 1, "recv"), kinds.Closed(9_001, "a", 1, linger=0)]
    assert totals_words(story.scene) == "nothing sent yet"
