"""Where the picture says that a message is: what it once said untruly, and what it says now."""

import re

import pytest
from zmqlab.picture.drawing import draw, still
from zmqlab.picture.layout import lay_out
from zmqlab.picture.plan import shown
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.words import counts, event_words, losses, stayed_words, totals_words
from zmqlab.record import events as kinds

from tests.unit.test_scene import Story

SECOND = 1_000_000_000


class Tale(Story):
    """A story in which time can pass."""

    def __init__(self):
        super().__init__()
        self._passed = 0

    def _moment(self):
        return super()._moment() + self._passed

    def pause(self, seconds):
        """Let so many seconds pass."""
        self._passed += int(seconds * SECOND)
        return self

    def connects(self, actor, number, kind, endpoint, **details):
        """Have a socket connect: its link is not up yet."""
        self.note(actor, kinds.SocketMade, number, type=kind)
        return self.note(actor, kinds.Connected, number, endpoint=endpoint, **details)


def at(pieces, name):
    """Return what is written at an actor."""
    return pieces[f"notes/{name}"]


def queues(pieces):
    """Return who has messages in a bar at one of its sockets, and how many are drawn."""
    return {
        name.removeprefix("notes/"): svg.count('class="zl-queue')
        for name, svg in pieces.items()
        if name.startswith("notes/") and 'class="zl-queue' in svg
    }


def workers(*names):
    """A ventilator that has bound, and workers."""
    tale = Tale().socket("ventilator", 1, "PUSH", "e")
    for number, name in enumerate(names, 2):
        tale.socket(name, number, "PULL", "e")
    return tale


def tasks(tale, *numbers):
    for number in numbers:
        tale.message("ventilator", 1, "sent", b"task %d" % number)
    return tale


# a film that is finished knows who received what


def film(events):
    playback = Playback()
    steps = playback.film(events)
    pieces, found = {}, []
    for step in steps:
        for name in step.drop:
            pieces.pop(name, None)
        pieces |= step.put
        found.append((step, dict(pieces)))
    return found


def test_tasks_wait_in_the_queues_of_the_workers_they_were_dealt_to():
    tale = tasks(workers("anna", "bert"), 1, 2, 3, 4).pause(2)
    for worker, number, task in (("bert", 3, 1), ("anna", 2, 2), ("bert", 3, 3), ("anna", 2, 4)):
        tale.message(worker, number, "received", b"task %d" % task)
    received = [pieces for step, pieces in film(tale.events) if "receives" in step.say]
    assert queues(received[0]) == {"anna": 2, "bert": 1}, "no common queue at the ventilator"
    assert queues(received[1]) == {"anna": 1, "bert": 1}


def test_which_message_came_is_known_by_all_its_frames():
    tale = workers("anna", "bert")
    for head in (b"1", b"2", b"3", b"4"):
        tale.message("ventilator", 1, "sent", head, b"the same")
    tale.message("anna", 2, "received", b"2", b"the same")
    assert queues(film(tale.events)[-1][1]) == {"anna": 1, "bert": 2}


def test_the_addresses_that_two_routers_add_and_take_off_are_no_frames_of_the_message():
    tale = Tale().note("broker", kinds.SocketMade, 1, type="ROUTER").note("broker", kinds.Named, 1, name=b"broker")
    tale.note("broker", kinds.Bound, 1, endpoint="e").connects("peer", 2, "ROUTER", "e")
    tale.note("peer", kinds.LinkUp, 2, endpoint="e")
    for head in (b"1", b"2"):
        tale.message("peer", 2, "sent", b"broker", head, b"the same")
    tale.message("broker", 1, "received", b"\x00abcd", b"1", b"the same")
    assert totals_words(tale.scene) == "2 sent = 1 received, 1 waiting"


def test_live_a_queue_is_known_as_soon_as_turns_tell_it_and_drawn_hollow():
    tale = tasks(workers("anna", "bert"), 1, 2, 3, 4)
    unknown = draw(tale.scene)
    assert queues(unknown) == {"ventilator": 4}
    assert "4 dealt among them" in at(unknown, "ventilator")
    known = draw(tale.message("anna", 2, "received", b"task 1").scene)
    assert queues(known) == {"anna": 1, "bert": 2}
    assert at(known, "bert").count("zl-hollow") == 2
    assert ">queue 2, inferred<" in at(known, "bert")


def test_turns_are_not_sure_once_a_queue_may_have_been_full():
    tale = tasks(workers("anna", "bert"), 1, 2).wait("ventilator", 1, "send")
    tasks(tale, 3, 4).message("anna", 2, "received", b"task 1")
    assert queues(draw(tale.scene)) == {"ventilator": 3}


@pytest.mark.parametrize(("heard_of", "sure"), [(1, False), (2, True)])
def test_turns_are_not_sure_before_who_bound_has_greeted_each(heard_of, sure):
    endpoint, port = "tcp://127.0.0.1:5", "127.0.0.1:5"
    tale = (
        Tale()
        .note("ventilator", kinds.SocketMade, 1, type="PUSH")
        .note("ventilator", kinds.Bound, 1, endpoint=endpoint)
    )
    for number, worker in ((2, "anna"), (3, "bert")):
        tale.connects(worker, number, "PULL", endpoint)
        tale.note(worker, kinds.LinkUp, number, endpoint=endpoint, ours=f"127.0.0.1:{number}", theirs=port)
    for number in (2, 3)[:heard_of]:
        tale.note("ventilator", kinds.Accepted, 1, endpoint=endpoint, ours=port, theirs=f"127.0.0.1:{number}")
    tasks(tale, 1, 2, 3, 4).message("anna", 2, "received", b"task 1")
    assert {copy.receiver for copy in tale.scene.pending.values()} == ({2, 3} if sure else {None})


def test_what_turns_told_wrongly_is_corrected_in_words():
    tale = tasks(workers("anna", "bert"), 1, 2, 3, 4, 5, 6)
    playback = Playback()
    for event in tale.message("anna", 2, "received", b"task 1").events:
        playback.tell([event])
    wrong = tale.message("anna", 2, "received", b"task 2").events[-1:]
    said = [step.say for step in playback.tell(wrong) if step.say]
    assert said == ["anna receives “task 2” from ventilator; in which queue 4 messages wait is not known after all"]
    assert queues(draw(playback.scene)) == {"ventilator": 4}


def test_a_request_that_waits_stands_at_the_server_however_late_its_link_is_told():
    tale = Tale().socket("server", 1, "REP", "e").connects("client", 2, "REQ", "e")
    tale.message("client", 2, "sent", b"please")
    assert queues(draw(tale.scene)) == {"client": 1}, "no link can take it yet"
    tale.note("client", kinds.LinkUp, 2, endpoint="e")
    assert queues(draw(tale.scene)) == {"server": 1}


def test_what_is_dealt_to_a_peer_that_is_down_stands_at_its_sender():
    tale = Tale().socket("anna", 1, "REP", "a").note("client", kinds.SocketMade, 3, type="REQ")
    tale.note("client", kinds.Connected, 3, endpoint="a").note("client", kinds.LinkUp, 3, endpoint="a")
    tale.note("client", kinds.Connected, 3, endpoint="b").message("client", 3, "sent", b"one")
    assert queues(draw(tale.scene)) == {"client": 1}, "it may be dealt to the pipe of b, where nobody is"


def test_a_reply_of_a_router_goes_to_whom_it_names():
    tale = Tale().socket("broker", 1, "ROUTER", "e").socket("anna", 2, "DEALER", "e").socket("bert", 3, "DEALER", "e")
    tale.message("bert", 3, "sent", b"hello").message("broker", 1, "received", b"\x00b", b"hello")
    tale.message("broker", 1, "sent", b"\x00b", b"welcome")
    assert queues(draw(tale.scene)) == {"bert": 1}


# a message is drawn once


def test_a_message_that_flies_does_not_lie_in_the_queue_yet():
    tale = (
        Tale().socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e").message("client", 2, "sent", b"please")
    )
    found = film(tale.events)
    left = next(step for step, _ in found if "sends" in step.say)
    [(_, pieces)] = [(step, pieces) for step, pieces in found if step is left]
    assert "pills/1" in left.put
    assert queues(pieces) == {}
    assert "1 on its way" in pieces["totals"]
    last, rest = found[-1]
    assert last.at == left.put["pills/1"]["to"]
    assert queues(rest) == {"server": 1}
    assert rest["totals"] == "1 sent = 0 received, 1 waiting"


def test_live_a_message_lands_in_its_queue_though_nothing_else_happens():
    tale = (
        Tale().socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e").message("client", 2, "sent", b"please")
    )
    playback = Playback()
    playback.tell(tale.events)
    assert playback.restless
    now = tale.events[-1].time
    assert playback.tell([], now + 1_000_000) == []
    [landed] = playback.tell([], now + SECOND)
    assert landed.put["totals"] == "1 sent = 0 received, 1 waiting"
    assert not playback.restless


# closed sockets


def test_a_receiver_that_is_closed_holds_nothing():
    tale = tasks(workers("anna", "bert"), 1, 2, 3, 4).message("anna", 2, "received", b"task 1")
    scene = tale.note("bert", kinds.Closed, 3).scene
    assert queues(draw(scene)) == {"anna": 1}
    assert totals_words(scene) == "4 sent = 1 received, 2 not delivered, 1 waiting"


def in_two_contexts():
    """A PAIR that has connected to a name that means something only in its own context."""
    tale = (
        Tale()
        .note("anna", kinds.SocketMade, 1, type="PAIR")
        .note("anna", kinds.Bound, 1, endpoint="inproc://x", home="one")
    )
    tale.connects("bert", 2, "PAIR", "inproc://x", home="two").message("bert", 2, "sent", b"hello")
    return tale.note("anna", kinds.Closed, 1, linger=500).note("bert", kinds.Closed, 2, linger=500)


def test_what_a_closed_sender_holds_lingers_and_does_not_wait():
    scene = in_two_contexts().scene
    assert totals_words(scene) == "1 sent = 0 received, 1 lingering at a closed sender"
    assert "1 lingers, up to 500 ms" in at(draw(scene), "bert")


def test_nothing_lingers_longer_than_its_linger():
    scene = in_two_contexts().pause(0.6).note("anna", kinds.Finished).scene
    assert totals_words(scene) == "1 sent = 0 received, 1 not delivered"
    assert scene.lost[0].why == "its socket was closed, and its linger is over"
    assert not scene.lost[0].inferred


def test_what_a_sender_with_linger_0_may_have_thrown_away_does_not_wait():
    """A queue of 10 at either end, and the buffers of the system between them."""
    tale = Tale().socket("reader", 1, "PULL", "e").note("reader", kinds.HighWaterMark, 1, option="RCVHWM", messages=10)
    tale.events[1] = kinds.Bound(tale.events[1].time, "reader", 1, "e")
    tale.events.pop(2)
    tale.connects("sender", 2, "PUSH", "e").note("sender", kinds.LinkUp, 2, endpoint="e")
    tale.note("sender", kinds.HighWaterMark, 2, option="SNDHWM", messages=10)
    long = [b"%d" % number + bytes(4998) for number in range(100)]
    for text in long:
        tale.message("sender", 2, "sent", text)
    scene = tale.pause(1).note("sender", kinds.Closed, 2, linger=0).note("sender", kinds.Finished).scene
    assert totals_words(scene) == "100 sent = 0 received, 87 waiting, 13 waiting or dropped", "3 were being written"
    assert "13 waiting or dropped" in at(draw(scene), "sender")
    tale.wait("reader", 1).pause(1)
    for text in long[:92]:
        tale.message("reader", 1, "received", text)
    scene = tale.pause(1).wait("reader", 1).scene
    assert totals_words(scene) == "100 sent = 92 received, 8 not delivered"


def measured(kind, into, *between):
    """A sender and a reader that does not read, and what was measured between them."""
    tale = Tale().socket("sender", 1, kind, "e").note("sender", kinds.HighWaterMark, 1, option="SNDHWM", messages=10)
    tale.socket("reader", 2, into, "e", b"").note("reader", kinds.HighWaterMark, 2, option="RCVHWM", messages=10)
    for number in range(sum(between)):
        tale.message("sender", 1, "sent", b"%d" % number)
    return tale.note("sender", kinds.Measured, 1, name=kinds.QUEUES, values=(sum(between), 0, *between, 0, 10))


@pytest.mark.parametrize(
    ("kind", "into", "told"), [("PUSH", "PULL", "100 waiting"), ("PUB", "SUB", "20 waiting, 80 waiting or dropped")]
)
def test_what_was_only_counted_waits_where_it_was_measured(kind, into, told):
    tale = Tale().socket("sender", 1, kind, "e").note("sender", kinds.HighWaterMark, 1, option="SNDHWM", messages=10)
    tale.socket("reader", 2, into, "e", b"").note("sender", kinds.Counted, 1, sent=100, received=0)
    assert totals_words(tale.scene) == "100 sent = 0 received, 100 not seen one by one"
    tale.note("sender", kinds.Measured, 1, name=kinds.QUEUES, values=(100, 0, 80, 15, 5, 0, 10))
    assert totals_words(tale.scene) == f"100 sent = 0 received, {told}"


def counted_in_vain(kind="PUB", into="SUB", topic=b"", pause=1):
    """A reader that has received twenty of a hundred messages, which were only counted, and has waited for a while."""
    tale = Tale().socket("sender", 1, kind, "e").socket("reader", 2, into, "e", topic)
    tale.note("sender", kinds.Counted, 1, sent=100, received=0).note("reader", kinds.Counted, 2, sent=0, received=20)
    return tale.wait("reader", 2).pause(pause).note("sender", kinds.Pauses, seconds=0.05)


@pytest.mark.parametrize(
    ("tale", "told"),
    [
        (counted_in_vain(), "80 not delivered"),
        (counted_in_vain(pause=0.1), "80 not seen one by one"),  # the reader's total may be told later
        (counted_in_vain("PUSH", "PULL"), "80 not seen one by one"),  # a PUSH drops nothing
        (counted_in_vain(topic=b"a"), "80 not seen one by one"),  # it may not have wanted them
        (counted_in_vain().note("reader", kinds.Counted, 2, sent=0, received=25), "75 not delivered"),
        (
            counted_in_vain().note("sender", kinds.Counted, 1, sent=110, received=0),
            "10 not seen one by one, 80 not delivered",
        ),
    ],
)
def test_what_was_only_counted_and_does_not_come_to_who_waits_was_dropped(tale, told):
    words = totals_words(tale.scene)
    assert sorted(words.split("received, ")[1].split(", ")) == sorted(told.split(", "))
    if "not delivered" in told:
        assert "dropped here" in at(draw(tale.scene), "sender")


def test_what_was_dropped_is_known_at_rest_too_once_time_has_passed():
    events, playback = counted_in_vain().events[:-1], Playback()
    playback.tell(events, events[-1].time)
    assert playback.restless
    assert "not delivered" not in playback.pieces["totals"]
    assert playback.tell([], events[-1].time + SECOND // 10) == []
    (step,) = playback.tell([], events[-1].time + SECOND)
    assert "80 not delivered" in step.put["totals"]
    assert "80 not delivered" in step.put["notes/sender"]
    assert not playback.restless


@pytest.mark.parametrize(("more", "told"), [(5, "15 waiting"), (6, "15 waiting, 1 waiting or dropped")])
def test_what_is_sent_after_an_empty_queue_was_measured_is_not_in_doubt_up_to_half_a_mark(more, told):
    tale = measured("PUB", "SUB", 0, 10, 0)
    for number in range(more):
        tale.message("sender", 1, "sent", b"more %d" % number)
    assert totals_words(tale.scene) == f"{10 + more} sent = 0 received, {told}"


def test_who_has_filled_its_queue_before_a_peer_was_there_waits_for_room():
    tale = Tale().connects("you", 1, "PUSH", "e")
    tale.note("you", kinds.HighWaterMark, 1, option="SNDHWM", messages=2)
    for expected in ("no peer", "queue full"):
        tale.message("you", 1, "sent", b"x")
        pieces = draw(tale.note("you", kinds.Waits, 1, call="send").scene)
        assert f"{expected}: waiting in send()" in "".join(pieces.values())


def test_what_was_measured_stands_in_the_picture_and_nothing_inferred_beside_it():
    pieces = draw(measured("PUSH", "PULL", 10, 34, 11).scene)
    assert "queue 11 of 10" in at(pieces, "reader")
    assert "34 in the kernel" in at(pieces, "reader")
    assert "before it" not in at(pieces, "reader")
    assert "queue 10 of 10" in at(pieces, "sender")


def test_a_socket_that_is_closed_waits_for_nobody():
    tale = Tale().connects("relay", 1, "PUSH", "e")
    assert "waiting for a peer" in "".join(draw(tale.scene).values())
    pieces = "".join(draw(tale.note("relay", kinds.Closed, 1).note("relay", kinds.Finished).scene).values())
    assert "had no peer" in pieces
    assert "waiting for a peer" not in pieces


def test_who_had_a_peer_whose_socket_is_drawn_no_more_is_not_said_to_have_had_none():
    """The reader goes on at another endpoint: its new socket stands where that stood at which the first sender was."""

    def binds(number, endpoint):
        tale.note("reader", kinds.SocketMade, number, type="PULL").note(
            "reader", kinds.Bound, number, endpoint=endpoint
        )

    tale = Tale()
    binds(1, "one")
    tale.connects("first", 2, "PUSH", "one").note("first", kinds.LinkUp, 2, endpoint="one")
    tale.message("first", 2, "sent", b"note").message("reader", 1, "received", b"note")
    tale.note("reader", kinds.Closed, 1).note("first", kinds.LinkDown, 2, endpoint="one")
    binds(3, "two")
    assert "nobody there" in "".join(draw(tale.scene).values())
    pieces = "".join(draw(tale.note("first", kinds.Closed, 2).note("first", kinds.Finished).scene).values())
    assert "its peer is gone" in pieces
    assert "had no peer" not in pieces


def test_who_pauses_waits_for_no_message_though_nobody_told_that_its_call_ended():
    tale = workers("anna").wait("anna", 2).message("ventilator", 1, "sent", b"task")
    assert tale.scene.on_the_way_to(tale.scene.sockets[2]) == 1
    scene = tale.note("anna", kinds.Pauses, seconds=1).scene
    assert (scene.on_the_way_to(scene.sockets[2]), scene.waiting_at(scene.sockets[2])) == (0, 1)


@pytest.mark.parametrize("short", [True, False])
def test_who_is_slow_to_take_what_is_there_does_not_wait_for_it(short):
    tale = tasks(workers("anna"), 1, 2).note("anna", kinds.Pauses, seconds=1).pause(1)
    tale.note("anna", kinds.Waits, 2, call="recv", short=short)
    assert bool(tale.scene.sockets[2].waiting) is not short
    tale.message("anna", 2, "received", b"task 1").message("anna", 2, "received", b"task 2")
    assert tale.note("anna", kinds.Waits, 2, call="recv", short=True).scene.sockets[2].waiting == "recv"


@pytest.mark.parametrize("where", ["tcp://a", "inproc://a"])
def test_a_pair_that_has_no_peer_has_turned_away_who_came(where):
    """The one before is gone, and the pipe to it is still there when the next one comes."""
    tale = Tale().note("you", kinds.SocketMade, 1, type="PAIR").note("you", kinds.Bound, 1, endpoint=where)
    tale.connects("partner", 2, "PAIR", where)
    tale.note("partner", kinds.LinkUp, 2, endpoint=where).message("you", 1, "sent", b"1")
    tale.message("partner", 2, "received", b"1").note("partner", kinds.Closed, 2).note("partner", kinds.Stopped)
    tale.note("partner", kinds.Started).connects("partner", 3, "PAIR", where)
    tale.note("partner", kinds.LinkUp, 3, endpoint=where)
    assert "turned away" not in "".join(draw(tale.scene).values())
    pieces = "".join(draw(tale.note("you", kinds.Waits, 1, call="send").scene).values())
    assert "no peer: waiting in send()" in pieces
    assert "turned away" in pieces


@pytest.mark.parametrize("looks", [False, True], ids=["calls nothing", "waits in recv()"])
def test_a_pair_that_comes_back_over_inproc_is_linked_once_the_other_has_called_something(looks):
    tale = Tale().note("you", kinds.SocketMade, 1, type="PAIR").note("you", kinds.Bound, 1, endpoint="inproc://a")
    tale.connects("partner", 2, "PAIR", "inproc://a").message("you", 1, "sent", b"1")
    tale.message("partner", 2, "received", b"1")
    if looks:
        tale.note("you", kinds.Waits, 1, call="recv")
    tale.note("partner", kinds.Closed, 2).note("partner", kinds.Stopped).note("partner", kinds.Started)
    scene = tale.connects("partner", 3, "PAIR", "inproc://a").scene
    assert scene.sockets[3].links == {"inproc://a": "unknown" if looks else "down"}
    if looks:
        return
    assert "waiting for a peer" in "".join(draw(scene).values())
    assert "turned away" in "".join(draw(tale.note("you", kinds.Waits, 1, call="send").scene).values())


def test_a_queue_before_which_nothing_is_has_nothing_in_it():
    assert ">queue 7 of 10<" in at(draw(measured("PUB", "SUB", 7, 1, 0).scene), "sender")
    assert ">queue 7 of 10<" not in at(draw(measured("PUB", "SUB", 7, 0, 0).scene), "sender")


def cells(pieces, name):
    """Return which messages stand in the cells at the sockets of an actor, by where they are."""
    found = {"queue": set(), "kernel": set(), "sender": set()}
    for numbers, where in re.findall(r'data-message="([^"]*)" data-place="(\w+)', at(pieces, name)):
        for first, last in re.findall(r"\.(\d+)(?:-(\d+))?", numbers):
            found[where] |= set(range(int(first), int(last or first) + 1))
    return found


def test_messages_stand_where_it_was_measured_the_oldest_at_the_reader():
    tale = measured("PUSH", "PULL", 10, 34, 11)
    assert cells(draw(tale.scene), "reader") == {
        "queue": set(range(1, 12)),
        "kernel": set(range(12, 46)),
        "sender": set(),
    }
    assert cells(draw(tale.scene), "sender") == {"queue": set(), "kernel": set(), "sender": set(range(46, 56))}
    for number in range(13):
        tale.message("reader", 2, "received", b"%d" % number)
    assert cells(draw(tale.scene), "reader") == {"queue": set(), "kernel": set(range(14, 46)), "sender": set()}


def test_what_is_sent_after_a_measure_stands_in_the_kernel_unless_some_stand_at_the_sender():
    tale = measured("PUSH", "PULL", 0, 3, 2).message("sender", 1, "sent", b"5")
    assert cells(draw(tale.scene), "reader")["kernel"] == {3, 4, 5, 6}
    tale = measured("PUSH", "PULL", 1, 3, 2).message("sender", 1, "sent", b"6")
    assert cells(draw(tale.scene), "sender")["sender"] == {6, 7}


def test_the_sum_says_as_many_wait_as_were_measured_to_have_left_their_publisher():
    scene = measured("PUB", "SUB", 193, 39, 11).scene
    assert totals_words(scene) == "243 sent = 0 received, 50 waiting, 193 waiting or dropped"


def test_of_a_publisher_the_measure_cannot_tell_what_was_dropped():
    pieces = draw(measured("PUB", "SUB", 193, 39, 11).scene)
    assert "193 waiting or dropped" in at(pieces, "sender")
    assert "queue 11 of 10" in at(pieces, "reader")


def test_of_a_publisher_that_was_full_what_is_sent_since_waits_or_is_dropped_too():
    tale = measured("PUB", "SUB", 193, 39, 11).message("sender", 1, "sent", b"one more")
    assert "194 waiting or dropped" in at(draw(tale.scene), "sender")
    assert totals_words(tale.scene) == "244 sent = 0 received, 50 waiting, 194 waiting or dropped"


def test_what_was_measured_is_not_said_a_second_time_of_what_still_flies():
    tale = measured("PUSH", "PULL", 10, 34, 11).note("reader", kinds.Waits, 2, call="recv")
    for number in range(55, 58):
        tale.message("sender", 1, "sent", b"%d" % number)
    assert tale.scene.on_the_way_to(tale.scene.sockets[2]) > 0
    assert "on its way" not in at(draw(tale.scene), "reader")


def test_what_has_left_a_publisher_was_not_dropped_as_a_measure_shows():
    tale = measured("PUB", "SUB", 0, 39, 11)
    assert totals_words(tale.scene) == "50 sent = 0 received, 50 waiting"
    assert "waiting or dropped" in totals_words(measured("PUB", "SUB", 1, 39, 11).scene)
    assert totals_words(tale.message("sender", 1, "sent", b"50").scene) == "51 sent = 0 received, 51 waiting"


def test_what_is_known_to_be_dropped_does_not_wait_too():
    tale = measured("PUB", "SUB", 40, 10, 0).pause(1)
    tale.message("reader", 2, "received", b"49")  # those before it are gone: a link keeps its order
    tale.note("sender", kinds.Measured, 1, name=kinds.QUEUES, values=(50, 1, 49, 0, 0, 0, 10))
    pieces = draw(tale.scene)
    assert totals_words(tale.scene) == "50 sent = 1 received, 49 not delivered"
    assert "49 not delivered (inferred:" in at(pieces, "sender")
    assert "waiting or dropped" not in at(pieces, "sender")


def test_where_nothing_could_be_measured_or_a_socket_is_gone_the_picture_infers():
    tale = measured("PUSH", "PULL", 10, 34, 11)
    closed = draw(tale.note("sender", kinds.Closed, 1, linger=500).scene)
    assert "in the kernel" not in at(closed, "reader")
    tale = measured("PUSH", "PULL", 10, 34, 11)
    unknown = draw(tale.note("sender", kinds.Measured, 1, name=kinds.QUEUES, values=(55, 0, -1, -1, -1, 0, 10)).scene)
    assert "queue 10 of 10, 45 before it" in at(unknown, "reader")


def waits(tale, seconds):
    """The reader of a flooded publisher waits for so long, and its sender goes on."""
    tale.pause(1).note("reader", kinds.Waits, 2, call="recv").pause(seconds)
    return tale.note("station", kinds.Pauses, seconds=0.05)


def test_who_waits_for_a_moment_has_not_lost_what_stands_in_the_systems_buffers():
    tale = waits(flood(5, 40), 0.01)
    for number in range(20):
        tale.message("reader", 2, "received", b"%d" % number)
    assert totals_words(tale.scene) == "40 sent = 20 received, 20 waiting or dropped"


def test_who_goes_on_waiting_has_an_empty_queue():
    assert totals_words(waits(flood(5, 40), 0.1).scene) == "40 sent = 0 received, 37 not delivered, 3 on the way"


def test_who_has_got_something_meanwhile_did_not_wait_in_vain():
    tale = flood(5, 40).pause(1).note("reader", kinds.Waits, 2, call="recv")
    tale.message("reader", 2, "received", b"0").pause(1).note("station", kinds.Pauses, seconds=0.05)
    assert "not delivered" not in totals_words(tale.scene)


def test_a_publisher_that_never_drops_is_not_thought_to():
    def forty(**option):
        tale = Tale().socket("station", 1, "XPUB", "e").note("station", kinds.NoDrop, 1, **option)
        tale.note("station", kinds.HighWaterMark, 1, option="SNDHWM", messages=5).socket("reader", 2, "SUB", "e", b"")
        for number in range(40):
            tale.message("station", 1, "sent", b"%d" % number)
        return totals_words(tale.scene)

    assert forty(on=True) == "40 sent = 0 received, 40 waiting"
    assert "waiting or dropped" in forty(on=False)


def test_sockets_that_were_open_together_all_stay_when_their_actor_ends():
    tale = Tale().socket("giver", 1, "REP", "giver").socket("sink", 2, "REP", "sink")
    tale.socket("ben", 3, "REQ", "giver").socket("ben", 4, "REQ", "sink")
    for number in (3, 4):
        tale.note("ben", kinds.Closed, number, linger=0)
    tale.note("ben", kinds.Died)
    assert [socket.number for socket in shown(tale.scene)["ben"]] == [3, 4]


def test_a_closed_socket_makes_room_for_one_that_was_made_later():
    tale = Tale().socket("giver", 1, "REP", "giver").socket("ben", 2, "REQ", "giver")
    tale.note("ben", kinds.Closed, 2, linger=0).socket("ben", 3, "REQ", "giver").note("ben", kinds.Closed, 3, linger=0)
    assert [socket.number for socket in shown(tale.scene)["ben"]] == [3]


def test_a_link_that_a_message_came_over_before_it_was_told_is_no_news():
    tale = Tale().socket("server", 1, "REP", "e").connects("client", 2, "REQ", "e").message("client", 2, "sent", b"hi")
    tale.message("server", 1, "received", b"hi").note("client", kinds.LinkUp, 2, endpoint="e")
    assert event_words(tale.events[-1], tale.scene) == "client is told of the link only now: a message was faster"
    tale.note("client", kinds.LinkDown, 2, endpoint="e").note("client", kinds.LinkUp, 2, endpoint="e")
    assert event_words(tale.events[-1], tale.scene) == "client has a link: server is there"


def test_whose_link_it_is_is_said_and_whether_it_is_taken():
    tale = Tale().note("anna", kinds.SocketMade, 1, type="PAIR").note("anna", kinds.Bound, 1, endpoint="e")
    tale.socket("bert", 2, "PAIR", "e")
    assert event_words(tale.events[-1], tale.scene) == "bert has a link: anna is there"
    tale.socket("you", 3, "PAIR", "e")
    assert event_words(tale.events[-1], tale.scene) == "you are turned away: who is there takes no other"


def test_a_link_with_you_and_an_empty_message_are_said_in_plain_words():
    tale = Tale().socket("you", 1, "REP", "e").socket("guest", 2, "REQ", "e")
    assert event_words(tale.events[-1], tale.scene) == "guest has a link: you are there"
    tale.message("guest", 2, "sent", b"")
    assert event_words(tale.events[-1], tale.scene) == "guest sends an empty message"
    tale.message("you", 1, "received", b"")
    assert event_words(tale.events[-1], tale.scene) == "you receive an empty message from guest"


def test_of_a_subscriber_that_has_closed_nothing_travels():
    tale = Tale().socket("station", 1, "XPUB", "e").socket("you", 2, "SUB", "e", b"paris")
    tale.message("station", 1, "received", b"\x01paris")
    assert tale.scene.changes.landed
    tale.note("you", kinds.Closed, 2).message("station", 1, "received", b"\x00paris")
    assert not tale.scene.changes.landed


def test_a_socket_that_answers_deals_nothing():
    tale = Tale().socket("giver", 1, "REP", "e").socket("one", 2, "REQ", "e").socket("two", 3, "REQ", "e")
    tale.message("giver", 1, "sent", b"here")
    assert "dealt" not in at(draw(tale.scene), "giver")


def test_what_a_sender_gave_up_is_drawn_at_the_sender():
    tale = Tale().socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e")
    tale.note("server", kinds.LinkDown, 1, endpoint="e").note("client", kinds.LinkDown, 2, endpoint="e")
    tale.message("client", 2, "sent", b"Coffee").note("client", kinds.Closed, 2, linger=0)
    assert {where for where, *_ in tale.scene.losses} == {2}


# publishers


def flood(marks, messages):
    """A publisher with a mark, and a subscriber that does not read."""
    tale = (
        Tale().socket("station", 1, "PUB", "e").note("station", kinds.HighWaterMark, 1, option="SNDHWM", messages=marks)
    )
    tale.socket("reader", 2, "SUB", "e", b"").note("reader", kinds.HighWaterMark, 2, option="RCVHWM", messages=marks)
    for number in range(messages):
        tale.message("station", 1, "sent", b"%d" % number)
    return tale


def test_what_a_publisher_may_have_dropped_is_not_said_to_wait():
    scene = flood(10, 40).scene
    assert totals_words(scene) == "40 sent = 0 received, 6 waiting, 34 waiting or dropped"
    assert "34 waiting or dropped" in at(draw(scene), "station")
    assert queues(draw(scene)) == {"reader": 6, "station": 8}


def test_what_a_publisher_dropped_is_known_once_a_later_one_arrives():
    tale = flood(10, 40)
    for number in [*range(12), 30]:
        tale.message("reader", 2, "received", b"%d" % number)
    scene = tale.scene
    assert totals_words(scene) == "40 sent = 13 received, 18 not delivered, 9 waiting or dropped"
    before = [pieces["totals"] for step, pieces in film(tale.events) if "sends “39”" in step.say]
    assert before == ["40 sent = 0 received, 18 not delivered, 13 waiting, 9 waiting or dropped"]


def test_a_publisher_that_was_full_may_drop_even_when_all_was_read():
    tale = flood(10, 11)
    for number in range(11):
        tale.message("reader", 2, "received", b"%d" % number)
    assert totals_words(tale.message("station", 1, "sent", b"11").scene).endswith("11 received, 1 waiting or dropped")
    tale.pause(1).message("station", 1, "sent", b"12").message("reader", 2, "received", b"12")
    tale.pause(1).message("station", 1, "sent", b"13")
    assert totals_words(tale.scene) == "14 sent = 12 received, 1 not delivered, 1 waiting"


# one sum


def test_a_message_of_an_earlier_experiment_is_no_ghost_in_a_later_one():
    tale = Tale().socket("gone", 1, "REQ", "elsewhere").message("gone", 1, "sent", b"for ever")
    tale.note("gone", kinds.Closed, 1, linger=-1).note("gone", kinds.Finished).socket("idle", 2, "REQ", "elsewhere")
    scene = tale.message("idle", 2, "sent", b"still here").scene.begin_anew()
    playback = Playback(scene)
    now = Tale().pause(1).socket("ventilator", 8, "PUSH", "e").socket("anna", 9, "PULL", "e")
    playback.film(now.message("ventilator", 8, "sent", b"task").events)
    assert playback.pieces["totals"] == "1 sent = 0 received, 1 waiting"


def test_what_was_sent_before_a_film_began_is_said_to_be_before():
    tale = Tale().socket("giver", 1, "REP", "e").socket("worker", 2, "REQ", "e").message("worker", 2, "sent", b"work?")
    scene = tale.message("giver", 1, "received", b"work?").scene.begin_anew()
    tale.events.clear()
    tale.pause(1).message("giver", 1, "sent", b"task").message("worker", 2, "received", b"task")
    for event in tale.events:
        scene.apply(event)
    assert counts(scene, scene.sockets[2]) == "sent 1 (before) · received 1"
    assert totals_words(scene) == "1 sent = 1 received"


def test_a_message_from_before_that_arrives_in_a_film_is_counted_as_one_from_before():
    tale = workers("anna")
    scene = tasks(tale, 1, 2).scene.begin_anew()
    tale.events.clear()
    for event in tasks(tale.pause(1), 3).message("anna", 2, "received", b"task 1").events:
        scene.apply(event)
    assert totals_words(scene) == "1 sent + 2 before = 1 received, 2 waiting"


def test_who_was_started_again_says_so_beside_its_counts():
    tale = Tale().note("server", kinds.Started).socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e")
    tale.message("client", 2, "sent", b"please").note("server", kinds.Closed, 1).note("server", kinds.Died)
    tale.note("server", kinds.Started).socket("server", 3, "REP", "e")
    scene = tale.scene
    assert counts(scene, scene.sockets[3]) == "sent 0 · received 0 · 2nd run"
    assert counts(scene, scene.sockets[2]) == "sent 1 · received 0"
    for event in Tale().pause(1).note("server", kinds.Refused, 3, call="send", why="no").events:
        scene.begin_anew().apply(event)
    assert counts(scene, scene.sockets[3]) == "sent 0 · received 0", "a stretch counts from its own beginning"


def test_who_has_bound_and_only_waits_is_drawn_as_soon_as_somebody_sends_to_it():
    tale = Tale().note("sink", kinds.SocketMade, 1, type="PULL").note("sink", kinds.Bound, 1, endpoint="e")
    scene = tale.wait("sink", 1).scene.begin_anew()
    tale.events.clear()
    tale.pause(1).connects("worker", 2, "PUSH", "e").note("worker", kinds.LinkUp, 2, endpoint="e")
    for event in tale.message("worker", 2, "sent", b"done").events:
        scene.apply(event)
    assert set(lay_out(scene).boxes) == {"sink", "worker"}
    assert "waiting for a peer" not in "".join(draw(scene).values())


def test_a_send_that_is_told_after_its_receive_leaves_nothing_on_its_way():
    """On a busy machine a thread may be held up between a call and its entry."""
    tale = workers("anna")
    sent = tasks(tale, 1).events.pop()
    tale.message("anna", 2, "received", b"task 1").wait("anna", 2)
    tale.events.append(sent)
    assert totals_words(tale.scene) == "1 sent = 1 received"


def test_a_send_that_is_told_after_its_receive_was_counted_leaves_nothing_on_its_way():
    tale = workers("anna")
    for number in range(3):
        tasks(tale, number).message("anna", 2, "received", b"task %d" % number)
    late = tasks(tale, 3).events.pop()
    tale.events.append(kinds.Counted(tale._moment(), "anna", 2, 0, 4))
    tale.events.append(late)
    assert totals_words(tale.scene) == "4 sent = 4 received"


@pytest.mark.parametrize(
    ("out", "into"),
    [("PUB", "SUB"), ("PUSH", "PULL"), ("DEALER", "DEALER"), ("PAIR", "PAIR"), ("REQ", "REP"), ("DEALER", "ROUTER")],
)
def test_who_does_not_read_yet_is_drawn_with_what_waits_for_it(out, into):
    tale = Tale().note("a", kinds.SocketMade, 1, type=out).note("a", kinds.Bound, 1, endpoint="e")
    tale.connects("b", 2, into, "e").note("b", kinds.LinkUp, 2, endpoint="e")
    if into == "SUB":
        tale.note("b", kinds.Subscribed, 2, topic=b"")
    scene = tale.scene.begin_anew()
    tale.events.clear()
    tale.pause(1).message("a", 1, "sent", b"one").message("a", 1, "sent", b"two")
    for event in tale.events:
        scene.apply(event)
    assert set(lay_out(scene).boxes) == {"a", "b"}
    assert queues(draw(scene)) == {"b": 2}


# what a socket does with what waits at it


def subscriber():
    tale = Tale().socket("station", 1, "PUB", "e").socket("reader", 2, "SUB", "e", b"a", b"b")
    for text in (b"b0", b"a1", b"b1"):
        tale.message("station", 1, "sent", text)
    return tale


def test_what_a_subscriber_does_not_want_any_more_does_not_wait():
    scene = subscriber().note("reader", kinds.Unsubscribed, 2, topic=b"a").scene
    assert totals_words(scene) == "3 sent = 0 received, 1 not delivered, 2 waiting"
    assert scene.lost[0].why == "unsubscribed before it was read"


def test_what_a_subscriber_wants_again_waits_again_unless_a_later_one_was_read():
    tale = subscriber().note("reader", kinds.Unsubscribed, 2, topic=b"a")
    again = tale.note("reader", kinds.Subscribed, 2, topic=b"a").scene
    assert totals_words(again) == "3 sent = 0 received, 3 waiting"
    tale = subscriber().note("reader", kinds.Unsubscribed, 2, topic=b"a")
    tale.message("reader", 2, "received", b"b0").message("reader", 2, "received", b"b1")
    late = tale.note("reader", kinds.Subscribed, 2, topic=b"a").scene
    assert totals_words(late) == "3 sent = 2 received, 1 not delivered"


def test_of_equal_kinds_only_the_newest_waits_where_a_socket_keeps_only_that():
    tale = workers("anna").note("anna", kinds.Conflate, 2, on=True)
    scene = tasks(tale, 1, 2, 3).scene
    assert totals_words(scene) == "3 sent = 0 received, 2 not delivered, 1 waiting"
    late = tale.message("anna", 2, "received", b"task 2").scene
    assert totals_words(late) == "3 sent = 1 received, 1 not delivered, 1 waiting", "it came before the newer one"


def test_what_waited_at_a_socket_that_disconnects_is_not_delivered():
    scene = tasks(workers("anna"), 1, 2).note("anna", kinds.Disconnected, 2, endpoint="e").scene
    assert totals_words(scene) == "2 sent = 0 received, 2 not delivered"


def test_a_reply_to_who_has_asked_anew_is_not_delivered():
    tale = Tale().socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e").message("client", 2, "sent", b"one")
    tale.message("server", 1, "received", b"one").message("client", 2, "sent", b"two")
    scene = tale.message("server", 1, "sent", b"to the first").scene
    assert totals_words(scene) == "3 sent = 1 received, 1 not delivered, 1 waiting"
    assert scene.lost[0].why == "too late, after a new request"


def test_what_a_router_addresses_to_a_name_that_nobody_has_is_not_delivered():
    tale = Tale().socket("router", 1, "ROUTER", "e").socket("dealer", 2, "DEALER", "e")
    tale.message("dealer", 2, "sent", b"hello").message("router", 1, "received", b"x", b"hello")
    tale.message("router", 1, "sent", b"x", b"found")
    scene = tale.message("router", 1, "sent", b"y", b"lost").scene
    assert totals_words(scene) == "3 sent = 1 received, 1 not delivered, 1 waiting"


def test_what_was_dealt_among_several_is_not_dealt_to_the_last_that_is_left():
    tale = tasks(workers("anna", "bert"), 1, 2, 3).note("bert", kinds.Closed, 3, linger=0)
    assert queues(draw(tale.note("anna", kinds.LinkUp, 2, endpoint="e").scene)) == {"ventilator": 3}


def test_a_rep_that_waits_throws_away_what_has_no_empty_frame_as_soon_as_its_link_is_told():
    tale = Tale().connects("client", 2, "DEALER", "e").note("server", kinds.SocketMade, 1, type="REP")
    tale.note("server", kinds.Bound, 1, endpoint="e").message("client", 2, "sent", b"question").wait("server", 1)
    scene = tale.note("client", kinds.LinkUp, 2, endpoint="e").scene
    assert totals_words(scene) == "1 sent = 0 received, 1 not delivered"


def told_as_it_happens(events):
    """Yield of each step of a film that knows nothing of what comes: its sum, and which pills fly."""
    playback = Playback()
    pieces = dict(playback.snapshot()["pieces"])
    for step in [step for event in events for step in playback.unhurried(event)]:
        for name in step.drop:
            pieces.pop(name, None)
        pieces |= step.put
        yield pieces["totals"], [name for name in pieces if name.startswith("pills/")]


def test_what_was_thought_lost_and_comes_is_on_its_way_before_it_is_received():
    tale = tasks(workers("anna", "bert"), 1, 2, 3, 4).message("anna", 2, "received", b"task 1")
    tale.message("bert", 3, "received", b"task 2").note("bert", kinds.Closed, 3)
    assert totals_words(tale.scene) == "4 sent = 2 received, 1 not delivered, 1 waiting"
    tale.message("anna", 2, "received", b"task 3").message("anna", 2, "received", b"task 4")
    *_, lost, flies, came = told_as_it_happens(tale.events)
    assert lost == ("4 sent = 3 received, 1 not delivered", [])
    assert flies == ("4 sent = 3 received, 1 on its way", ["pills/4"])
    assert came == ("4 sent = 4 received", [])


def test_where_queues_are_told_apart_messages_fly_as_dots_that_cover_none():
    tale = measured("PUSH", "PULL", 0, 3, 2)
    playback = Playback()
    playback.tell(tale.events)
    [pill] = [step.put for step in playback.tell([tale.message("sender", 1, "sent", b"more").events[-1]])]
    [svg] = [piece["svg"] for name, piece in pill.items() if name.startswith("pills/")]
    assert "more" not in svg


def test_a_socket_in_the_place_of_another_says_what_that_one_had_counted():
    tale = Tale().note("server", kinds.Started).socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e")
    for number in range(3):
        asked, answered = b"%d" % number, b"so %d" % number
        tale.message("client", 2, "sent", asked).message("server", 1, "received", asked)
        tale.message("server", 1, "sent", answered).message("client", 2, "received", answered)
    tale.note("server", kinds.Closed, 1).note("server", kinds.Died)
    tale.note("server", kinds.Started).socket("server", 3, "REP", "e")
    tale.message("client", 2, "sent", b"now").message("server", 3, "received", b"now")
    assert counts(tale.scene, tale.scene.sockets[3]) == "sent 0 (3 before) · received 1 (3 before)"
    assert totals_words(tale.scene).startswith("7 sent = 7 received")
    tale.note("server", kinds.Closed, 3).note("server", kinds.Died)
    tale.note("server", kinds.Started).socket("server", 4, "REP", "e")
    assert counts(tale.scene, tale.scene.sockets[4]) == "sent 0 (3 before) · received 0 (4 before)"
    scene = tale.scene.begin_anew()
    assert counts(scene, scene.sockets[4]) == "sent 0 · received 0", "a stretch counts from its own beginning"


def test_of_two_sockets_of_a_type_each_takes_the_place_of_one():
    tale = Tale().note("both", kinds.Started).socket("both", 1, "PUSH", "left").socket("both", 2, "PUSH", "right")
    tale.message("both", 1, "sent", b"a").message("both", 2, "sent", b"b").message("both", 2, "sent", b"c")
    for number in (1, 2):
        tale.note("both", kinds.Closed, number)
    tale.socket("both", 3, "PUSH", "left").socket("both", 4, "PUSH", "right")
    scene = tale.scene
    assert [counts(scene, scene.sockets[number]) for number in (3, 4)] == ["sent 0 (1 before)", "sent 0 (2 before)"]


def test_a_publisher_says_how_many_went_to_nobody_as_the_sum_does():
    tale = Tale().socket("station", 1, "PUB", "e").message("station", 1, "sent", b"one")
    assert counts(tale.scene, tale.scene.sockets[1]) == "sent 1 to nobody"
    tale.socket("anna", 2, "SUB", "e").note("anna", kinds.Subscribed, 2, topic=b"")
    tale.message("station", 1, "sent", b"two").message("anna", 2, "received", b"two")
    assert counts(tale.scene, tale.scene.sockets[1]) == "sent 2 (1 to nobody)"
    assert totals_words(tale.scene) == "2 sent − 1 to nobody = 1 received"
    tale.note("station", kinds.Closed, 1).note("station", kinds.Died).note("station", kinds.Started)
    tale.socket("station", 3, "PUB", "e")
    assert counts(tale.scene, tale.scene.sockets[3]) == "sent 0 (2 before, 1 of all to nobody)"


def test_what_stayed_for_want_of_a_subscription_is_not_said_to_match_nothing_once_it_is_made():
    tale = Tale().socket("station", 1, "PUB", "e").socket("anna", 2, "SUB", "e", b"oslo")
    tale.message("station", 1, "sent", b"paris")
    assert stayed_words(tale.scene, tale.scene.sockets[1]) == "1 stayed here for “anna”: no match"
    scene = tale.note("anna", kinds.Subscribed, 2, topic=b"paris").scene
    assert stayed_words(scene, scene.sockets[1]) == "1 stayed here for “anna”: too soon"


def test_what_stayed_at_a_publisher_that_was_started_again_is_counted_too():
    tale = Tale().socket("station", 1, "PUB", "e").socket("you", 2, "SUB", "e", b"oslo")
    for run, number in enumerate((1, 3, 4)):
        tale.message("station", number, "sent", b"paris").message("station", number, "sent", b"rome")
        scene = tale.scene
        before = f" ({2 * run} before)" if run else ""
        assert stayed_words(scene, scene.sockets[number]) == f"2 stayed here{before} for “you”: no match"
        assert totals_words(scene) == f"{2 * run + 2} sent = 0 received, {2 * run + 2} filtered"
        tale.note("station", kinds.Closed, number).note("station", kinds.Died).note("station", kinds.Started)
        tale.socket("station", number + 2 - run, "PUB", "e")


def test_who_is_told_of_a_link_only_when_its_peer_has_died_was_linked_to_no_stranger():
    ours, theirs, where = "127.0.0.1:9", "127.0.0.1:5", "tcp://127.0.0.1:5"
    tale = Tale().note("server", kinds.Started).note("server", kinds.SocketMade, 1, type="REP")
    tale.note("server", kinds.Bound, 1, endpoint=where, place=where).connects("guest", 2, "REQ", where, place=where)
    tale.message("guest", 2, "sent", b"Coffee").message("server", 1, "received", b"Coffee")
    tale.note("server", kinds.Closed, 1).note("server", kinds.Died)
    tale.note("guest", kinds.LinkUp, 2, endpoint=where, ours=ours, theirs=theirs)
    assert tale.scene.sockets[2].strangers == 0
    assert "not recorded" not in still(tale.scene)
    tale.note("guest", kinds.LinkDown, 2, endpoint=where, ours=ours, theirs=theirs)
    assert tale.scene.sockets[2].links == {where: "down"}


def test_what_was_lost_at_a_socket_counts_at_the_one_in_its_place_too():
    tale = Tale()
    for number in (1, 2):
        tale.note("station", kinds.Started).socket("station", number, "PUB", "e")
        if number == 1:
            tale.connects("anna", 9, "SUB", "e").note("anna", kinds.Subscribed, 9, topic=b"")
        tale.message("station", number, "sent", b"one").note("station", kinds.Closed, number).note(
            "station", kinds.Died
        )
    scene = tale.note("station", kinds.Started).socket("station", 3, "PUB", "e").scene
    assert "2 not delivered (inferred: not connected yet)" in " ".join(losses(scene, scene.sockets[3], 2))
    assert scene.totals()["not delivered"] == 2
    assert losses(scene.begin_anew(), scene.sockets[3], 2) == []


def test_who_is_to_find_a_fault_is_not_told_by_the_sum_that_something_was_lost():
    tale = Tale().socket("station", 1, "PUB", "e").connects("anna", 2, "SUB", "e")
    tale.note("anna", kinds.Subscribed, 2, topic=b"").message("station", 1, "sent", b"one")
    scene = Scene()
    scene.ledger.hides_losses = True
    for event in tale.events:
        scene.apply(event)
    assert totals_words(scene) == "1 sent = 0 received, 1 not received"


def test_subscriptions_end_with_their_socket():
    tale = Tale().socket("anna", 1, "SUB", "e").note("anna", kinds.Subscribed, 1, topic=b"paris")
    assert ">paris<" in still(tale.scene)
    assert ">paris<" not in still(tale.note("anna", kinds.Closed, 1).scene)


def test_copies_that_are_lost_at_once_for_one_reason_are_told_of_once():
    tale = Tale().socket("station", 1, "PUB", "e")
    for number, name in enumerate(("anna", "ben"), 2):
        tale.connects(name, number, "SUB", "e").note(name, kinds.Subscribed, number, topic=b"")
    scene = tale.message("station", 1, "sent", b"one").scene
    assert event_words(tale.events[-1], scene).endswith("; 2 not delivered: not connected yet")


def test_who_waited_for_a_peer_is_not_said_to_have_none_once_it_is_linked():
    tale = Tale().note("server", kinds.SocketMade, 1, type="PULL")
    tale.connects("client", 2, "PUSH", "e").wait("client", 2, "send")
    assert tale.scene.actors["client"].words == "no peer: waiting in send()"
    tale.note("server", kinds.Bound, 1, endpoint="e")
    assert tale.scene.actors["client"].words == "no peer: waiting in send()"
    tale.note("client", kinds.LinkUp, 2, endpoint="e")
    assert tale.scene.actors["client"].words == "waiting in send()"
