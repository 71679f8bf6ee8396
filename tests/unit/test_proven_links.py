"""A message that came proves its link: whatever the monitor says, and when; and who was never linked waits for a peer."""

import pytest
from zmqlab.picture.drawing import draw, still
from zmqlab.picture.notes import notes_below
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds
from zmqlab.record import files

from tests.unit.test_one_truth import RECORDINGS
from tests.unit.test_scene import Story

HERE, THERE = "tcp://127.0.0.1:5", "tcp://127.0.0.1:6"
ADDRESSES = {"ours": "127.0.0.1:9", "theirs": "127.0.0.1:5"}


def connects(story, name, number, kind, *endpoints, called=b""):
    """A socket that connects, and of whose links the monitor has said nothing yet."""
    story.note(name, kinds.SocketMade, number, type=kind)
    if called:
        story.note(name, kinds.Named, number, name=called)
    for endpoint in endpoints:
        story.note(name, kinds.Connected, number, endpoint=endpoint)
    return story


def asked(story, name="anna", number=2, text=b"tea", address=b"anna"):
    """A DEALER has sent a message, and a ROUTER, 1, has received it."""
    story.message(name, number, "sent", text)
    return story.message("desk", 1, "received", address, text)


def desk(*endpoints):
    """A ROUTER that has bound, and anna, who has connected and waits for her link."""
    story = Story().socket("desk", 1, "ROUTER", HERE)
    for endpoint in endpoints:
        story.note("desk", kinds.Bound, 1, endpoint=endpoint)
    return connects(story, "anna", 2, "DEALER", HERE, *endpoints)


def states(story):
    scene = story.scene
    return [state for _, state in scene.links(scene.sockets[2])]


def test_a_link_is_up_over_which_a_message_came():
    story = desk()
    assert states(story) == ["down"]
    assert "waiting for a peer" in still(story.scene)
    asked(story)
    assert states(story) == ["up"]
    assert "waiting for a peer" not in still(story.scene)


def test_what_had_stood_at_its_sender_goes_when_the_first_has_come():
    story = desk()
    for text in (b"one", b"two"):
        story.message("anna", 2, "sent", text)
    assert len(story.scene.held_at(story.scene.sockets[2])) == 2
    scene = story.message("desk", 1, "received", b"anna", b"one").scene
    assert (scene.held_at(scene.sockets[2]), scene.waiting_at(scene.sockets[1])) == ([], 1)


def test_the_link_that_the_monitor_tells_of_later_is_the_same():
    """So the turns of who deals among its links go on, and nobody is taken for a newcomer."""
    before, after = asked(desk()), asked(desk()).note("anna", kinds.LinkUp, 2, endpoint=HERE, **ADDRESSES)
    assert states(after) == ["up"]
    assert after.scene.sockets[2].flips == before.scene.sockets[2].flips
    down = after.note("anna", kinds.LinkDown, 2, endpoint=HERE, **ADDRESSES)
    assert states(down) == ["down"]


def test_what_left_before_its_link_went_down_tells_nothing_of_the_next_one():
    story = desk().note("anna", kinds.LinkUp, 2, endpoint=HERE).message("anna", 2, "sent", b"tea")
    story.note("anna", kinds.LinkDown, 2, endpoint=HERE).message("desk", 1, "received", b"anna", b"tea")
    assert states(story) == ["down"]
    assert states(asked(story, text=b"cake")) == ["up"]


def test_nor_does_what_left_before_its_sender_connected_anew():
    story = desk().note("anna", kinds.LinkUp, 2, endpoint=HERE).message("anna", 2, "sent", b"tea")
    story.note("anna", kinds.Disconnected, 2, endpoint=HERE).note("anna", kinds.Connected, 2, endpoint=HERE)
    assert states(story.message("desk", 1, "received", b"anna", b"tea")) == ["down"]


def test_over_which_of_two_links_a_message_came_nobody_says_and_so_neither_waits():
    story = asked(desk(THERE))
    assert states(story) == ["unknown", "unknown"]
    assert "waiting for a peer" not in still(story.scene)


def test_whose_message_it_was_of_two_equal_ones_nobody_says_and_so_no_link_is_up_for_sure():
    """The one that is drawn as the sender, and as inferred, is not said to wait for a peer."""
    story = connects(asked(desk(), text=b"here"), "ben", 3, "DEALER", HERE).message("ben", 3, "sent", b"tea")
    scene = connects(story, "carl", 4, "DEALER", HERE).message("carl", 4, "sent", b"tea").scene
    assert [scene.sockets[number].links[HERE] for number in (2, 3, 4)] == ["up", "down", "down"]
    scene = story.message("desk", 1, "received", b"ben", b"tea").scene
    assert [scene.sockets[number].links[HERE] for number in (2, 3, 4)] == ["up", "unknown", "down"]


def test_who_has_the_name_now_keeps_it_when_the_monitors_speak_late():
    story = Story().socket("desk", 1, "ROUTER", HERE).note("desk", kinds.HandsOver, 1, on=True)
    for number, name in ((2, "first"), (3, "second")):
        asked(connects(story, name, number, "DEALER", HERE, called=b"Anna"), name, number, b"here", b"Anna")
    whose = story.message("desk", 1, "sent", b"Anna", b"soup").scene
    assert [whose.waiting_at(whose.sockets[number]) for number in (2, 3)] == [0, 1]
    story.note("first", kinds.LinkUp, 2, endpoint=HERE).note("second", kinds.LinkUp, 3, endpoint=HERE)
    links = [story.scene.sockets[number].links[HERE] for number in (2, 3)]
    assert links == ["turned away", "up"]


@pytest.mark.parametrize("live", [True, False])
def test_a_message_flies_over_a_link_that_is_drawn_as_up(live):
    """Its landing is what is told first of the link: when it sets out the link is there."""
    story = asked(desk())
    playback = Playback(Scene())
    if live:
        steps = [step for event in story.events for step in playback.tell([event], event.time)]
    else:
        playback.begin(story.events)
        steps = playback.film(story.events)
    pieces, flown = {}, 0
    for step in steps:
        pieces |= step.put
        if any(name.startswith("pills/") for name in step.put):
            flown += 1
            assert "waiting for a peer" not in "".join(map(str, pieces.values()))
    assert flown == 1


def words_of(story, number=2):
    scene = story.scene
    below = [phrase for note in notes_below(scene, [scene.sockets[number]], narrow=True) for phrase in note.phrases]
    return [phrase for phrase in below if phrase in ("waiting for a peer", "nobody there")]


def drawn(story):
    return "".join(draw(story.scene).values())


def test_who_was_never_linked_waits_for_a_peer_also_when_who_was_there_is_gone():
    story = desk().note("desk", kinds.Closed, 1)
    assert words_of(story) == ["waiting for a peer"]
    assert "nobody there" not in drawn(story)


@pytest.mark.parametrize("proof", ["by the monitor", "by a message"])
def test_where_somebody_was_nobody_is_there_any_more(proof):
    story = asked(desk()) if proof == "by a message" else desk().note("anna", kinds.LinkUp, 2, endpoint=HERE)
    story.note("desk", kinds.Closed, 1).note("anna", kinds.LinkDown, 2, endpoint=HERE)
    assert words_of(story) == ["nobody there"]


def test_who_came_after_another_at_the_same_place_is_somebody():
    story = Story().socket("desk", 9, "ROUTER", HERE).note("desk", kinds.Closed, 9).note("desk", kinds.Finished)
    story.note("desk", kinds.Started, function="desk").socket("desk", 1, "ROUTER", HERE)
    story = connects(story, "anna", 2, "DEALER", HERE).message("anna", 2, "sent", b"tea")
    assert words_of(story) == ["waiting for a peer"]
    assert words_of(story.message("desk", 1, "received", b"anna", b"tea")) == []


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_in_no_recording_does_a_link_wait_for_a_peer_over_which_a_message_has_just_come(path):
    _, events = files.load(path)
    assert list(unproven(Scene(), events)) == []


def unproven(scene, events):
    """Yield each message that came, as far as one knows, over a link that is said to wait for a peer after all."""
    ever_down = set()
    for event in events:
        ever_down |= {event.socket} if isinstance(event, kinds.LinkDown | kinds.Disconnected) else set()
        for copy in scene.apply(event).changes.landed:
            if copy.sender in ever_down or copy.receiver in ever_down:
                continue  # what left before a link went down tells nothing of the next one
            ends = [state for peer, state in scene.links(scene.sockets[copy.receiver]) if peer.number == copy.sender]
            if ends and set(ends) == {"down"}:
                yield event
