"""Scenes from real runs and from written ones: who is linked with whom, and where each message is."""

import copy
import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st
from zmqlab.live.sockets import Context
from zmqlab.picture.drawing import draw, still, text
from zmqlab.picture.film import tell
from zmqlab.picture.layout import lay_out
from zmqlab.picture.notes import notes_below
from zmqlab.picture.plan import Plan
from zmqlab.picture.playback import LOSSES_ONE_BY_ONE, Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.svg import NAME, shorten
from zmqlab.picture.words import event_words, on_the_way, text_of, totals_words
from zmqlab.record import events as kinds

from tests.unit.common import client, eventually, server
from tests.unit.test_trace import histories


def scene_of(trace):
    scene = Scene()
    for event in trace.events():
        scene.apply(event)
    return scene


class Story:
    """Writes events by hand, a microsecond apart."""

    def __init__(self):
        self.events, self.totals = [], {}

    def _moment(self):
        return (len(self.events) + 1) * 1_000

    def note(self, actor, kind, socket=None, **fields):
        self.events.append(kind(self._moment(), actor, socket, **fields))
        return self

    def socket(self, actor, number, kind, endpoint, *topics):
        self.note(actor, kinds.SocketMade, number, type=kind)
        binds = kind in ("PUB", "REP", "PUSH", "XPUB", "ROUTER")
        self.note(actor, kinds.Bound if binds else kinds.Connected, number, endpoint=endpoint)
        if not binds:
            self.note(actor, kinds.LinkUp, number, endpoint=endpoint)
        for topic in topics:
            self.note(actor, kinds.Subscribed, number, topic=topic)
        return self

    def message(self, actor, number, way, *frames):
        total = self.totals[number, way] = self.totals.get((number, way), 0) + 1
        moment, sizes = self._moment(), tuple(map(len, frames))
        message = kinds.Sent(moment, actor, number, frames, sizes, total)
        self.events.append(message if way == "sent" else kinds.Received(*message, moment))
        return self

    def wait(self, actor, number, call="recv"):
        return self.note(actor, kinds.Waits, number, call=call)

    @property
    def scene(self):
        scene = Scene()
        for event in self.events:
            scene.apply(event)
        return scene


def early(*topics):
    """An XPUB whose subscribers, one a topic, have links of which the monitor has said nothing yet."""
    story = Story().socket("station", 1, "XPUB", "tcp://a")
    for number, topic in enumerate(topics, 2):
        name = f"subscriber {number}"
        story.note(name, kinds.SocketMade, number, type="SUB").note(name, kinds.Connected, number, endpoint="tcp://a")
        story.note(name, kinds.Subscribed, number, topic=topic)
    return story


def test_a_link_is_up_once_a_subscription_has_come_over_it():
    story = early(b"oslo", b"lon").message("station", 1, "received", b"\x01oslo")
    story.message("station", 1, "sent", b"paris")
    totals = story.scene.totals()
    assert (totals["filtered"], totals["not delivered"]) == (1, 1)


def test_over_which_of_two_links_a_subscription_came_is_not_guessed():
    story = early(b"oslo", b"oslo").message("station", 1, "received", b"\x01oslo")
    assert story.message("station", 1, "sent", b"oslo").scene.totals()["not delivered"] == 2


def weather():
    """Three subscribers of one publisher: paris, everything, lon."""
    story = Story().socket("weather station", 1, "PUB", "tcp://127.0.0.1:5")
    story.socket("you", 2, "SUB", "tcp://127.0.0.1:5", b"paris")
    story.socket("dashboard", 3, "SUB", "tcp://127.0.0.1:5", b"")
    return story.socket("archive", 4, "SUB", "tcp://127.0.0.1:5", b"lon")


def test_a_real_request_and_its_reply(trace, links):
    from zmqlab.live.actors import Actor
    from zmqlab.live.endpoints import Endpoints

    endpoints = Endpoints("test")
    actors = [Actor(function, {"endpoint": endpoints.get()}, trace, link_watch=links) for function in (server, client)]
    for actor in actors:
        actor.start()
    actors[1].say("hello")
    words = ["waiting in recv()", "waiting for you"]
    eventually(lambda: len(trace.messages()) == 4)
    eventually(lambda: [scene_of(trace).actors[name].words for name in ("server", "client")] == words)
    scene = scene_of(trace)
    assert scene.totals() | {"expected": 2, "received": 2} == scene.totals()
    assert scene.actors["server"].words == "waiting in recv()"
    assert [state for _, state in scene.links(scene.sockets[2])] == ["up"]
    assert "sent 1 · received 1" in text(scene)
    for actor in actors:
        actor.stop()
    endpoints.close()
    assert scene_of(trace).actors["server"].words == "stopped"


def test_what_a_publisher_filters_stays_at_the_publisher():
    story = weather().message("weather station", 1, "sent", b"oslo", b"4")
    scene = story.scene
    assert scene.totals() == {
        "expected": 3,
        "received": 0,
        "filtered": 2,
        "not delivered": 0,
        "waiting": 1,
        "on its way": 0,
        "to strangers": 0,
        "counted only": 0,
        "not known": 0,
    }
    assert scene.sockets[1].filtered == {2: 1, 4: 1}
    assert "2 stayed here: no match" in draw(scene)["notes/weather station"]


def test_a_topic_is_a_prefix_of_the_first_frame():
    story = weather().message("weather station", 1, "sent", b"paris-nord", b"19")
    assert {copy.receiver for copy in story.scene.pending.values()} == {2, 3}


def test_a_message_on_its_way_to_a_receiver_that_waits_is_not_in_a_queue():
    story = weather().wait("you", 2).message("weather station", 1, "sent", b"paris", b"21")
    totals = story.scene.totals()
    assert (totals["on its way"], totals["waiting"]) == (1, 1)


def test_what_was_overtaken_on_its_own_link_is_not_delivered_and_inferred():
    story = weather()
    for reading in (b"1", b"2", b"3"):
        story.message("weather station", 1, "sent", b"paris", reading)
    story.message("you", 2, "received", b"paris", b"3")
    scene = story.scene
    assert scene.totals()["not delivered"] == 2
    assert all(copy.inferred for copy in scene.lost)
    assert lines_below(scene, 1) == ["2 not delivered (inferred: dropped here)"]


def test_a_publisher_with_nobody_there_sends_to_nobody():
    scene = Story().socket("p", 1, "PUB", "tcp://127.0.0.1:5").message("p", 1, "sent", b"x").scene
    assert scene.totals()["expected"] == 0
    assert scene.sent == 1


def test_a_worker_is_known_when_it_receives_and_not_before():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5")
    story.socket("one", 2, "PULL", "tcp://127.0.0.1:5").socket("other", 3, "PULL", "tcp://127.0.0.1:5")
    story.message("ventilator", 1, "sent", b"a")
    assert next(iter(story.scene.pending.values())).receiver is None
    story.message("other", 3, "received", b"a")
    assert story.scene.changes.landed[0].receiver == 3
    assert story.scene.totals()["received"] == 1


def test_what_lies_in_the_queue_of_one_who_dies_is_not_delivered():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").note("server", kinds.Closed, 1).note("server", kinds.Died, fault=None)
    scene = story.scene
    assert scene.totals()["not delivered"] == 1
    assert scene.actors["server"].words == "died"
    notes = draw(scene)["notes/server"]
    assert "not delivered (inferred: server<" in notes
    assert ">closed its socket)<" in notes  # nothing is cut


def test_a_reply_to_a_socket_that_nobody_remembers_goes_nowhere():
    story = Story().socket("server", 1, "REP", "e").socket("client", 2, "REQ", "e")
    story.message("client", 2, "sent", b"q").message("server", 1, "received", b"q")
    for _ in range(2):  # its closed socket is forgotten, once it is of a former run
        story.note("client", kinds.Closed, 2).note("client", kinds.Stopped).note("client", kinds.Started)
    story.socket("client", 3, "REQ", "e").message("server", 1, "sent", b"a")
    scene = story.scene
    assert 2 not in scene.sockets
    assert scene.lost[0].why == "who asked closed that socket"
    assert still(scene)


def test_how_an_actor_died_is_said_as_its_sockets_work():
    for kind, words in (("REP", "died with the request"), ("PULL", "died with the message")):
        story = Story().socket("one", 1, kind, "e").note("one", kinds.Died, fault="received")
        assert story.scene.actors["one"].words == words


def test_a_reply_to_a_socket_that_was_closed_goes_nowhere():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").message("server", 1, "received", b"please")
    story.note("client", kinds.Closed, 2).message("server", 1, "sent", b"here")
    scene = story.scene
    assert scene.totals()["not delivered"] == 1
    assert scene.lost[0].why == "client closed that socket"


def test_what_was_dealt_to_a_worker_in_turn_is_not_delivered_when_it_closes():
    story = Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").socket("bert", 3, "PULL", "e")
    for task in (b"1", b"2", b"3", b"4"):
        story.message("ventilator", 1, "sent", task)
    story.message("anna", 2, "received", b"1").message("bert", 3, "received", b"2")
    scene = story.note("bert", kinds.Closed, 3).note("bert", kinds.Died).scene
    assert (scene.totals()["waiting"], scene.totals()["not delivered"]) == (1, 1)
    assert [(copy.frames, copy.receiver, copy.why) for copy in scene.lost] == [((b"4",), 3, "bert closed its socket")]
    came = kinds.Received(story.events[-1].time + 1, "anna", 2, (b"4",), (1,), 2, story.events[-1].time + 1)
    assert scene.apply(came).totals()["not delivered"] == 0  # and what comes after all is taken back


def test_what_was_dealt_to_a_worker_that_died_is_given_up_once_all_others_wait():
    story = Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").socket("bert", 3, "PULL", "e")
    for task in (b"1", b"2", b"3", b"4"):  # it waits before each: whose turn it is nobody knows
        story.wait("ventilator", 1, "send").message("ventilator", 1, "sent", task)
    story.message("anna", 2, "received", b"1").message("bert", 3, "received", b"2")
    story.note("bert", kinds.Closed, 3).note("bert", kinds.Died)
    story.message("anna", 2, "received", b"3")
    assert story.scene.totals()["waiting"] == 1
    late = kinds.Waits(story.events[-1].time + 60_000_000, "anna", 2, "recv")
    story.events.append(late._replace(time=late.time - 59_000_000))
    assert story.scene.totals()["waiting"] == 1  # it may still be on its way
    story.events[-1] = late
    scene = story.scene
    assert (scene.totals()["waiting"], scene.totals()["not delivered"]) == (0, 1)
    assert [(copy.frames, copy.receiver, copy.why) for copy in scene.lost] == [((b"4",), 3, "bert closed its socket")]
    came = kinds.Received(late.time + 1, "anna", 2, (b"4",), (1,), 3, late.time + 1)
    assert scene.apply(came).totals()["not delivered"] == 0  # and what comes after all is taken back


def test_who_listens_to_a_monitor_is_drawn_without_that_socket():
    story = (
        Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").note("ventilator", kinds.Started)
    )
    story.note("ventilator", kinds.SocketMade, 3, type="PAIR").note(
        "ventilator", kinds.Connected, 3, endpoint="inproc://monitor.s-9"
    )
    story.message("ventilator", 3, "received", b"\x00\x10").message("ventilator", 1, "sent", b"task 1")
    playback = Playback()
    said = [step.say for step in playback.film(story.events)]
    assert "PAIR" not in playback.pieces["actors/ventilator"]
    assert playback.pieces["totals"] == "1 sent = 0 received, 1 waiting"
    assert not any("receives" in say for say in said)


def test_a_subscription_is_seen_on_its_way_to_an_xpub_and_counted_nowhere():
    story = Story().socket("publisher", 1, "XPUB", "e").socket("you", 2, "SUB", "e", b"paris")
    story.message("publisher", 1, "received", b"\x01paris").note("you", kinds.Unsubscribed, 2, topic=b"paris")
    story.message("publisher", 1, "received", b"\x00paris")
    playback = Playback()
    steps = playback.film(story.events)
    said = [step.say for step in steps if "receives" in step.say]
    assert said == [rf"publisher receives “{topic}” from you" for topic in (r"\x01paris", r"\x00paris")]
    pills = [piece for step in steps for name, piece in step.put.items() if name.startswith("pills/")]
    assert [r"\x01paris" in pills[0]["svg"], r"\x00paris" in pills[1]["svg"]] == [True, True]
    assert playback.pieces["totals"] == "nothing sent yet but subscriptions"
    inside = {name: piece for step in steps for name, piece in step.put.items() if name.startswith("messages/")}
    assert [piece["python"] for piece in inside.values()] == [
        "socket.subscribe(b'paris')",
        "socket.unsubscribe(b'paris')",
    ]
    story.socket("anna", 3, "SUB", "e", b"oslo").socket("bert", 4, "SUB", "e", b"oslo")
    story.message("publisher", 1, "received", b"\x01oslo")
    assert not story.scene.changes.landed, "whose it is, nobody knows"


def dealt_to_one_who_died(tasks: int, queued: int) -> list:
    """Return what happens when anna and bert share tasks, and bert dies with some in its queue."""
    story = Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").socket("bert", 3, "PULL", "e")
    for task in range(tasks):  # it waits before each: whose turn it is nobody knows
        story.wait("ventilator", 1, "send").message("ventilator", 1, "sent", b"task %d" % task)
    story.note("bert", kinds.Closed, 3).note("bert", kinds.Died)
    for task in range(tasks - queued):
        story.message("anna", 2, "received", b"task %d" % task)
    return [*story.events, kinds.Waits(story.events[-1].time + 60_000_000, "anna", 2, "recv")]


@pytest.mark.parametrize("too_fast", [False, True], ids=["each drawn", "too fast to draw each"])
def test_what_waited_for_a_worker_that_died_is_gone_one_by_one(too_fast):
    tasks = 30 if too_fast else 4
    *before, wait = dealt_to_one_who_died(tasks, queued=3)
    playback = Playback()
    steps = playback.tell([*before, wait]) if too_fast else [*playback.film(before), *playback.tell([wait])]
    losses = [step for step in steps if "not delivered" in step.say]
    assert [step.say.split(" is")[0] for step in losses] == [f"“task {n}”" for n in range(tasks - 3, tasks)]
    assert all(step.kind == "fault" and "bert closed its socket (inferred)" in step.say for step in losses)
    notes = [step.put["notes/bert"] for step in losses]
    assert ["1 not delivered" in notes[0], "2 not delivered" in notes[1], "3 not delivered" in notes[2]] == [True] * 3
    pills = [next(piece for name, piece in step.put.items() if name.startswith("pills/")) for step in losses]
    assert all(pill["to"] <= other["from"] for pill, other in pairwise(pills)), "one after the other"
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert playback.pieces == draw(playback.scene, lay_out(playback.scene, playback.plan)), "and nothing of it stays"


def test_of_many_that_are_given_up_the_first_are_shown_one_by_one():
    steps = Playback().tell(dealt_to_one_who_died(40, queued=40))
    losses = [step for step in steps if "not delivered" in step.say]
    assert len(losses) == LOSSES_ONE_BY_ONE + 1
    assert "28 messages more" in losses[-1].say
    assert "40 not delivered" in losses[-1].put["notes/bert"]


def test_what_waits_for_a_busy_worker_is_not_given_up_when_another_dies():
    story = Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").socket("bert", 3, "PULL", "e")
    story.socket("carl", 4, "PULL", "e").message("ventilator", 1, "sent", b"1").message("ventilator", 1, "sent", b"2")
    story.message("anna", 2, "received", b"1").note("bert", kinds.Closed, 3)
    story.events.append(kinds.Waits(story.events[-1].time + 60_000_000, "carl", 4, "recv"))
    assert story.scene.totals()["waiting"] == 1  # anna may have it


def test_who_is_only_cleared_away_takes_no_part_in_a_stretch():
    story = Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").socket("bert", 3, "PULL", "e")
    scene = story.scene.begin_anew()
    story.events.clear()
    story.note("anna", kinds.Closed, 2).note("anna", kinds.Stopped).note("bert", kinds.Closed, 3).note(
        "bert", kinds.Died
    )
    story.message("ventilator", 1, "sent", b"1")
    for event in story.events:
        scene.apply(event._replace(time=event.time + 1_000_000))
    assert list(lay_out(scene).boxes) == ["ventilator", "bert"]


def test_messages_that_were_only_counted_still_add_up():
    story = Story().socket("a", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    story.totals[1, "sent"] = 999
    story.message("a", 1, "sent", b"x")
    story.totals[2, "received"] = 499
    story.message("b", 2, "received", b"x")
    totals = story.scene.totals()
    assert totals.pop("expected") == 1000 == sum(totals.values())
    assert totals["received"] == 500


def test_a_new_socket_takes_the_place_of_a_closed_one_of_its_type():
    story = Story().socket("client", 1, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 1, "sent", b"still under way").note("client", kinds.Closed, 1)
    [pale] = lay_out(story.scene).sockets["client"]
    assert not pale.open
    story.socket("client", 2, "REQ", "tcp://127.0.0.1:5").socket("client", 3, "SUB", "tcp://127.0.0.1:6")
    assert [socket.number for socket in lay_out(story.scene).sockets["client"]] == [2, 3]


def test_one_who_sends_first_stands_left_and_keeps_its_place_while_others_come_and_go():
    story, plan, places = weather(), Plan(), []
    lay_out(story.scene, plan)
    assert plan.column() == {"weather station": 0, "you": 1, "dashboard": 1, "archive": 1}
    story.note("dashboard", kinds.Closed, 3).note("dashboard", kinds.Stopped)
    places.append(lay_out(story.scene, plan).boxes)
    story.note("dashboard", kinds.Started)
    places.append(lay_out(story.scene, plan).boxes)
    story.socket("dashboard", 5, "SUB", "tcp://127.0.0.1:5", b"")
    places.append(lay_out(story.scene, plan).boxes)
    assert places[0] == places[1] == places[2]


@given(histories())
def test_any_history_can_be_drawn_and_told(events):
    playback = Playback()
    steps = playback.tell(events)
    assert playback.pieces == draw(playback.scene, lay_out(playback.scene, playback.plan))
    assert still(playback.scene).startswith("<svg")
    assert text(playback.scene)
    assert [step.at for step in steps] == sorted(step.at for step in steps)


@given(histories(), st.lists(st.integers(1, 5), max_size=20))
def test_steps_applied_one_by_one_give_the_picture(events, batches):
    playback, pieces = Playback(), dict(draw(Scene()))
    events = list(events)
    for size in [*batches, len(events)]:
        batch, events = events[:size], events[size:]
        for step in playback.tell(batch):
            for name in step.drop:
                pieces.pop(name, None)
            pieces |= step.put
    extra = ("pills/", "sequence/", "waits/", "lanes/", "messages/")
    assert {name: svg for name, svg in pieces.items() if not name.startswith(extra)} == playback.pieces


def test_no_message_lands_before_it_left_and_no_reply_leaves_before_its_request_landed():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").message("server", 1, "received", b"please")
    story.message("server", 1, "sent", b"here").message("client", 2, "received", b"here")
    steps = {step.say: step for step in Playback().tell(story.events)}
    pills = [piece for step in steps.values() for name, piece in step.put.items() if name.startswith("pills/")]
    assert [pill["back"] for pill in pills] == [False, True]
    asked, landed = steps["client sends “please”"], steps["server receives “please” from client"]
    replied, heard = steps["server sends “here”"], steps["client receives “here” from server"]
    assert [pill["to"] for pill in pills] == [landed.at, heard.at]
    assert asked.at < landed.at < replied.at < heard.at
    assert pills[0]["to"] == landed.at


def test_a_long_pause_is_cut_and_said():
    playback = Playback()
    playback.tell([kinds.Started(0, "a", None)])
    [step] = playback.tell([kinds.Stopped(4_800_000_000, "a", None)])
    assert step.cut == 4.8
    assert step.at <= 1_100


def test_of_a_flood_what_the_film_cannot_make_up_for_is_told_in_one_step_with_exact_numbers():
    story = Story().socket("a", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    playback = Playback()
    playback.tell(story.events)
    story.events.clear()
    for number in range(100):
        story.message("a", 1, "sent", str(number).encode())
        story.message("b", 2, "received", str(number).encode())
    *one_by_one, step = playback.tell(story.events)
    [said] = re.findall(r"(\d+) messages, too fast to show one by one", step.say)
    assert int(said) + sum(step.kind == "message" for step in one_by_one) == 200
    assert int(said) > 100
    assert step.put["totals"] == "100 sent = 100 received"


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (b"", "empty"),
        (b"Hello", "Hello"),
        ("21 °C".encode(), "21 °C"),
        (b"\x01paris", r"\x01paris"),
        (b"\x02paris", "02 70 61 72 69…"),
        (b"\xff\xfe", "ff fe"),
    ],
)
def test_a_frame_is_read_as_text_if_it_is_text_and_as_bytes_if_not(frame, words):
    assert text_of(frame, len(frame), 15 if frame[:1] == b"\x02" else 14) == words


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>",
    "&lt;b&gt;",
    "'\"`</text></svg>",
    "\x00\n",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_text_of_a_message_a_name_a_topic_an_endpoint_never_becomes_markup(words):
    story = Story().socket(words, 1, "PUB", words).socket("b" + words, 2, "SUB", words, words.encode())
    story.message(words, 1, "sent", words.encode()).note(words, kinds.Failed, error=words, why=words)
    playback = Playback()
    steps = playback.tell(story.events)
    pieces = [
        piece if isinstance(piece, str) else piece.get("svg", "") for step in steps for piece in step.put.values()
    ]
    for svg in [still(playback.scene, words), *(f"<svg>{piece}</svg>" for piece in pieces)]:
        for element in ElementTree.fromstring(svg).iter():
            assert element.tag.rpartition("}")[2] in {
                "svg",
                "g",
                "path",
                "rect",
                "circle",
                "line",
                "text",
                "title",
                "style",
            }
            assert not [name for name in element.attrib if name.startswith("on")]


def test_the_sum_is_told_in_words():
    assert totals_words(Scene()) == "nothing sent yet"
    story = weather().message("weather station", 1, "sent", b"paris", b"21")
    assert totals_words(story.scene) == "1 sent, 3 copies = 0 received, 1 filtered, 2 waiting"


def test_several_messages_are_on_the_way():
    story = Story().socket("a", 1, "PUSH", "e").socket("b", 2, "PULL", "e")
    story.message("a", 1, "sent", b"x").message("a", 1, "sent", b"y")
    assert on_the_way(1) == "1 on its way"
    assert on_the_way(2) == "2 on the way"
    assert "waiting" in totals_words(story.scene) or "2 on the way" in totals_words(story.scene)


def test_in_a_recording_nobody_waits_for_you():
    waits = [kinds.Started(0, "sensor"), kinds.WaitsForYou(1, "sensor")]
    for scene, words in ((Scene(), "waiting for you"), (Scene(recorded=True), "waiting for its next text")):
        for event in waits:
            scene.apply(event)
        assert scene.actors["sensor"].words == words
    film = tell(waits)
    assert film.playback.scene.recorded
    assert not [step.say for step in film.steps if "you" in step.say]


def test_what_was_published_to_nobody_is_told_in_the_sum_once_others_were_there():
    story = Story().socket("station", 1, "PUB", "e").message("station", 1, "sent", b"one")
    assert totals_words(story.scene) == "1 sent, to nobody"
    story.socket("reader", 2, "SUB", "e").note("reader", kinds.Subscribed, 2, topic=b"")
    story.message("station", 1, "sent", b"two").message("reader", 2, "received", b"two")
    assert totals_words(story.scene) == "2 sent − 1 to nobody = 1 received"
    story.socket("other", 3, "SUB", "e").note("other", kinds.Subscribed, 3, topic=b"")
    story.message("station", 1, "sent", b"three")
    assert totals_words(story.scene) == "3 sent − 1 to nobody, 3 copies = 1 received, 2 waiting"
    story.note("station", kinds.Counted, 1, sent=5, received=0)
    assert "5 sent − 1 to nobody, 7 copies = " in totals_words(story.scene)


def lines_below(scene, number):
    notes = notes_below(scene, [scene.sockets[number]])
    return [phrase for note in notes if "trouble" in note.kind for phrase in note.phrases]


def test_each_reason_for_a_loss_is_said_with_its_number():
    story = weather()
    for reading in (b"1", b"2", b"3"):
        story.message("weather station", 1, "sent", b"paris", reading)
    story.message("you", 2, "received", b"paris", b"3")
    assert lines_below(story.scene, 1) == ["2 not delivered (inferred: dropped here)"]
    story.note("dashboard", kinds.Closed, 3)
    assert lines_below(story.scene, 1) == [
        "5 not delivered:",
        "3: inferred: dashboard closed its socket",
        "2: inferred: dropped here",
    ]


def test_counts_that_are_too_long_for_a_line_stand_on_two():
    story = Story().socket("ventilator", 1, "REP", "e").socket("anna", 2, "REQ", "e")
    story.message("anna", 2, "sent", b"1").message("ventilator", 1, "received", b"1")
    story.message("ventilator", 1, "sent", b"1").message("anna", 2, "received", b"1").message("anna", 2, "sent", b"2")
    [counted] = [note for note in notes_below(story.scene, [story.scene.sockets[1]], narrow=True) if not note.kind]
    assert counted.lines(300) == ("sent 1 · received 1 · 1 waiting",)
    assert counted.lines(160) == ("sent 1 · received 1", "1 waiting")


def test_a_note_below_one_box_makes_room_in_its_own_row_alone():
    story = Story().socket("ventilator", 1, "PUSH", "e").socket("anna", 2, "PULL", "e").socket("bert", 3, "PULL", "e")
    story.message("ventilator", 1, "sent", b"1")
    before = lay_out(story.scene)
    story.note("bert", kinds.Closed, 3).message("anna", 2, "received", b"1").message("ventilator", 1, "sent", b"2")
    story.note("anna", kinds.Closed, 2)
    after = lay_out(story.scene)
    notes = notes_below(story.scene, [story.scene.sockets[2]])
    grown = sum(len(note.lines(after.boxes["anna"].notes)) for note in notes) - 1
    assert grown > 0
    rows = [layout.boxes["bert"].y - layout.boxes["anna"].y for layout in (before, after)]
    assert rows[1] - rows[0] == pytest.approx(grown * 17, abs=1)


def test_losses_are_counted_beyond_those_that_are_kept():
    story = weather()
    for number in range(151):
        story.message("weather station", 1, "sent", b"paris", b"%d" % number)
    story.message("you", 2, "received", b"paris", b"150")
    assert lines_below(story.scene, 1) == ["150 not delivered (inferred: dropped here)"]


def test_a_message_that_came_after_all_is_no_loss():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").note("server", kinds.Closed, 1)
    assert lines_below(story.scene, 1) == ["1 not delivered (inferred: server closed its socket)"]
    story.message("server", 1, "received", b"please")
    assert lines_below(story.scene, 1) == []


def test_a_name_is_whole_whatever_is_subscribed_to():
    story = weather()
    story.socket("forwarder", 5, "SUB", "tcp://127.0.0.1:5", b"everything of a long name")
    story.socket("forwarder", 6, "PUB", "tcp://127.0.0.1:6").socket("end", 7, "SUB", "tcp://127.0.0.1:6", b"")
    pieces = draw(story.scene)
    for name in ("dashboard", "forwarder", "archive"):
        assert f">{name}</text>" in pieces[f"actors/{name}"]
        assert "zl-chip-text" in pieces[f"actors/{name}"]
    assert ">everything</text>" in pieces["actors/dashboard"]


def test_what_an_actor_does_stands_on_two_lines_before_it_is_cut():
    story = Story().socket("filter", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    svg = draw(story.note("filter", kinds.Failed, error="ValueError", why="there is no such thing as this").scene)[
        "notes/filter"
    ]
    assert re.findall(r">([^<]*)</text>", svg)[:2] == ["ValueError: there is no such", "thing as this"]


def test_a_long_endpoint_keeps_its_port_and_stays_below_its_box():
    endpoint = "tcp://a-machine-of-a-very-long-name.example:51877"
    assert shorten(endpoint, 21) == "tcp://…" + endpoint[-14:]
    assert shorten("tcp://127.0.0.1:5", 21) == "tcp://127.0.0.1:5"
    svg = draw(Story().socket("server", 1, "REP", endpoint).scene)["notes/server"]
    assert f"<title>{endpoint}</title>" in svg


def test_several_messages_on_one_link_are_shown_as_one_and_their_number():
    story = weather().wait("you", 2)
    for reading in (b"1", b"2", b"3"):
        story.message("weather station", 1, "sent", b"paris", reading)
    assert ">+2<" in still(story.scene)


def test_a_small_picture_has_names_sockets_and_messages_and_no_details():
    story = weather().wait("you", 2).message("weather station", 1, "sent", b"paris", b"21")
    large, small = (words_of(still(story.scene, small=small)) for small in (False, True))
    assert {"weather station", "dashboard", "PUB", "SUB", "paris"} <= small
    details = {word for word in large if word.startswith(("bind", "connect", "tcp:", "sent", "received", "waiting"))}
    assert details
    assert not details & small


def test_a_small_picture_is_small_and_its_boxes_hold_their_names():
    for story in (weather(), chain()):
        layout = lay_out(story.scene, small=True)
        assert layout.width < lay_out(story.scene).width
        boxes = list(layout.boxes.values())
        for name, box in layout.boxes.items():
            assert box.width > len(name) * NAME
            assert 0 < box.x < box.x + box.width < layout.width
            assert 0 < box.y < box.y + box.height < layout.height
        for one, other in combinations(boxes, 2):
            beside = one.x + one.width < other.x or other.x + other.width < one.x
            assert beside or one.y + one.height < other.y or other.y + other.height < one.y


def test_a_trouble_is_said_in_a_small_picture():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5").wait("ventilator", 1, "send")
    assert "no peer" in words_of(still(story.scene, small=True))


def test_a_queue_has_room_in_a_small_picture():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    layout = lay_out(story.message("ventilator", 1, "sent", b"1").scene, small=True)
    below_words = 50 + 13  # from the link to the words, and a line of air
    assert layout.spots[2].y + below_words < layout.height


def words_of(svg):
    return {text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}


def chain():
    """A worker between two others."""
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5").socket("sink", 4, "PULL", "tcp://127.0.0.1:6")
    story.socket("worker", 2, "PULL", "tcp://127.0.0.1:5")
    return story.note("worker", kinds.SocketMade, 3, type="PUSH").note(
        "worker", kinds.Connected, 3, endpoint="tcp://127.0.0.1:6"
    )


def test_who_waits_for_a_peer_says_so_once():
    connects = Story().socket("client", 2, "REQ", "tcp://127.0.0.1:5").message("client", 2, "sent", b"please")
    assert still(connects.scene).count("waiting for a peer") == 1
    assert ">1 to send<" in still(connects.scene)
    binds = Story().socket("ventilator", 2, "PUSH", "tcp://127.0.0.1:5").message("ventilator", 2, "sent", b"task")
    assert still(binds.scene).count("waiting for a peer") == 1


def queue_of(endpoint, senders=1, sent=4, sends=2, receives=3):
    """What is drawn of a PULL with marks of 3, after each of some PUSHes with marks of 2 has sent it so many messages."""
    story = Story().note("b", kinds.SocketMade, 9, type="PULL")
    story.note("b", kinds.HighWaterMark, 9, option="RCVHWM", messages=receives).note(
        "b", kinds.Bound, 9, endpoint=endpoint
    )
    for number in range(1, 1 + senders):
        name = f"a{number}"
        story.note(name, kinds.SocketMade, number, type="PUSH")
        story.note(name, kinds.HighWaterMark, number, option="SNDHWM", messages=sends)
        story.note(name, kinds.Connected, number, endpoint=endpoint).note(name, kinds.LinkUp, number, endpoint=endpoint)
        for one in range(sent):
            story.message(name, number, "sent", b"%d" % one)
    return draw(story.scene)["notes/b"]


@pytest.mark.parametrize(
    ("drawn", "words", "beyond"),
    [
        (queue_of("tcp://127.0.0.1:5"), "queue 3 of 3, 1 before it", 1),
        (queue_of("inproc://one"), "queue 4 of 5", 0),  # two queues are one there
        (queue_of("inproc://one", sends=0), "queue 4", 0),
        (queue_of("tcp://127.0.0.1:5", senders=2, sent=2), "queue 4", 0),  # there are two: one for each
    ],
)
def test_how_full_a_queue_is_goes_by_the_marks_of_its_two_ends(drawn, words, beyond):
    assert f">{words}</text>" in drawn
    assert drawn.count("zl-beyond") == beyond


def test_what_waits_for_a_peer_that_never_came_has_a_cell_each():
    story = (
        Story()
        .note("late", kinds.SocketMade, 1, type="PUSH")
        .note("late", kinds.Connected, 1, endpoint="tcp://127.0.0.1:5")
    )
    for number in range(5):
        story.message("late", 1, "sent", b"%d" % number)
    playback = Playback()
    playback.film(story.events)
    assert playback.pieces["notes/late"].count('class="zl-queue') == 5


def test_what_does_not_fit_into_a_queue_waits_before_it():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    story.note("b", kinds.HighWaterMark, 2, option="RCVHWM", messages=2)
    story.message("ventilator", 1, "sent", b"1")
    assert ">queue 1 of 2</text>" in draw(story.scene)["notes/b"]
    assert "zl-beyond" not in draw(story.scene)["notes/b"]
    for number in range(4):
        story.message("ventilator", 1, "sent", b"%d" % number)
    svg = draw(story.scene)["notes/b"]
    assert ">queue 2 of 2, 3 before it</text>" in svg
    assert svg.count("zl-beyond") == 3
    assert svg.rindex("zl-beyond") < svg.rindex("zl-queue"), "the queue itself is next to its socket"


def test_who_keeps_only_the_newest_lets_go_of_the_older_ones_itself(trace):
    context = Context(trace=trace)
    publisher, subscriber = context.socket(zmq.PUB), context.socket(zmq.SUB)
    subscriber.conflate = 1
    publisher.bind("inproc://newest")
    subscriber.connect("inproc://newest")
    subscriber.subscribe("")
    for number in (b"1", b"2", b"3"):
        publisher.send(number)
    assert subscriber.recv() == b"3"
    context.destroy(linger=0)
    scene, said = Scene(), []
    for event in trace.events():
        scene.apply(event)
        if isinstance(event, kinds.Sent):
            said.append(event_words(event, scene).partition("; ")[2])
    assert said == ["", *(f"“{older}” is not delivered: a newer one took its place" for older in "12")]
    lost_at = {(scene.sockets[where].type, why): number for (where, why, _), number in scene.losses.items()}
    assert lost_at == {("SUB", "a newer one took its place"): 2}


def test_a_high_water_mark_of_0_is_no_limit():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    story.note("b", kinds.HighWaterMark, 2, option="RCVHWM", messages=0)
    svg = draw(story.message("ventilator", 1, "sent", b"1").scene)["notes/b"]
    assert ">queue 1</text>" in svg
    assert "zl-beyond" not in svg


def test_what_waited_for_a_peer_is_taken_by_its_link_when_it_comes():
    story = Story().socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:5").message("ventilator", 1, "sent", b"early")
    assert ">1 waiting for a peer<" in draw(story.scene)["notes/ventilator"]
    story.socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    for number in range(4):
        story.message("ventilator", 1, "sent", b"%d" % number)
    assert ">queue 5<" in draw(story.scene)["notes/b"]
    assert "zl-queue" not in draw(story.scene)["notes/ventilator"]


def test_no_link_runs_through_a_queue_bar():
    story = Story().socket("sink", 1, "PULL", "tcp://127.0.0.1:5")
    for number in (2, 3, 4):
        story.socket(f"worker {number}", number, "PUSH", "tcp://127.0.0.1:5").message(
            f"worker {number}", number, "sent", b"x"
        )
    notes = draw(story.scene)["notes/worker 2"] + draw(story.scene)["notes/sink"]
    assert notes.index("zl-ground") < notes.index("zl-queue")


def test_who_does_nothing_in_a_stretch_and_knows_nobody_who_does_takes_no_part_in_its_picture():
    scene = Scene()
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    for event in story.events:
        scene.apply(event)
    at_work = list(scene.actors)
    scene.begin_anew()
    assert lay_out(scene).boxes == {}
    scene.apply(kinds.Started(scene.time + 1, "newcomer", None))
    assert list(lay_out(scene).boxes) == ["newcomer"]
    scene.apply(kinds.Waits(scene.time + 1, at_work[0], None, "recv"))  # to wait is not to take part
    assert list(lay_out(scene).boxes) == ["newcomer"]
    scene.apply(kinds.Armed(scene.time + 1, at_work[0], None, fault="sent"))
    assert set(lay_out(scene).boxes) == {*at_work, "newcomer"}  # its peer is there too


def test_a_message_after_a_pause_is_drawn_however_far_the_film_was_behind_before_it():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    for _ in range(10):
        story.message("client", 2, "sent", b"q").message("server", 1, "received", b"q")
        story.message("server", 1, "sent", b"a").message("client", 2, "received", b"a")
    playback = Playback()
    for event in story.events:  # batch by batch, until it says less
        steps = playback.tell([event])
    assert not any(name.startswith("pills/") for step in steps for name in step.put)
    told = copy.deepcopy(playback)
    late = story.message("client", 2, "sent", b"q").events[-1]
    told.caught_up()  # a view says that it has shown all
    assert any(name.startswith("pills/") for step in told.tell([late]) for name in step.put)
    late = late._replace(time=late.time + 20_000_000_000)
    steps = playback.tell([late])
    assert any(name.startswith("pills/") for step in steps for name in step.put)


def test_what_a_socket_has_not_sent_when_it_closes_with_linger_0_is_thrown_away():
    def asked_in_vain(linger):
        story = Story().note("client", kinds.SocketMade, 2, type="REQ")
        story.note("client", kinds.Connected, 2, endpoint="tcp://127.0.0.1:5").message("client", 2, "sent", b"please")
        return story.note("client", kinds.Closed, 2, linger=linger).scene

    assert asked_in_vain(0).lost[0].why == "thrown away: closed with linger 0"
    assert asked_in_vain(0).totals()["waiting"] == 0
    assert asked_in_vain(500).lost == []


def test_what_a_closed_socket_still_held_is_lost_when_its_program_dies():
    story = Story().note("client", kinds.Started).note("client", kinds.SocketMade, 2, type="PUSH")
    story.note("client", kinds.Connected, 2, endpoint="tcp://127.0.0.1:5").message("client", 2, "sent", b"please")
    story.note("client", kinds.Closed, 2, linger=-1)
    assert story.scene.totals()["lingering"] == 1
    story.note("client", kinds.Died)
    assert [copy.why for copy in story.scene.lost] == ["client died with it"]


def test_what_may_have_left_is_not_lost_when_its_program_dies():
    story = Story().socket("server", 1, "PULL", "tcp://127.0.0.1:6").note("client", kinds.SocketMade, 2, type="PUSH")
    story.note("client", kinds.Bound, 2, endpoint="tcp://127.0.0.1:6").message("client", 2, "sent", b"please")
    assert story.note("client", kinds.Died).scene.lost == []


def test_a_socket_that_has_a_link_when_it_closes_may_have_delivered():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").note("client", kinds.Closed, 2, linger=0)
    assert story.scene.lost == []
    story.message("server", 1, "received", b"please")
    assert story.scene.totals()["received"] == 1


def test_who_stops_at_a_refusal_sees_it_and_not_the_wait_that_follows():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.note("client", kinds.Refused, 2, call="send", why="no").wait("client", 2)
    refused, waits = [step for step in Playback().film(story.events) if "notes/client" in step.put][-2:]
    assert "send() refused" in refused.put["notes/client"]
    assert "waiting in recv()" in waits.put["notes/client"]
    assert waits.at > refused.at


def test_a_name_of_inproc_joins_only_within_one_context():
    def linked(*homes):
        scene = Scene()
        for number, (kind, home) in enumerate(zip((kinds.Bound, kinds.Connected), homes, strict=True), 1):
            scene.apply(kinds.SocketMade(number, f"a{number}", number, type="PAIR"))
            scene.apply(kind(number, f"a{number}", number, endpoint="inproc://x", home=home))
        return bool(scene.links(scene.sockets[1]))

    assert linked("in common", "in common")
    assert not linked("one", "two")


def test_a_reply_to_one_of_two_equal_requests_is_taken_by_whoever_receives_it():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5")
    story.socket("anna", 2, "REQ", "tcp://127.0.0.1:5").socket("bert", 3, "REQ", "tcp://127.0.0.1:5")
    story.message("anna", 2, "sent", b"bread?").message("bert", 3, "sent", b"bread?")
    story.message("server", 1, "received", b"bread?").message("server", 1, "sent", b"yes")
    story.message("bert", 3, "received", b"yes").note("bert", kinds.Closed, 3)  # it was bert's that came first
    story.message("server", 1, "received", b"bread?").message("server", 1, "sent", b"no")
    story.message("anna", 2, "received", b"no")
    totals = story.scene.totals()
    assert (totals["received"], totals["not delivered"]) == (4, 0)


def pairs_at(endpoint, *names):
    """Anna binds a PAIR; the others connect theirs, one after the other."""
    story = Story().note("anna", kinds.SocketMade, 1, type="PAIR").note("anna", kinds.Bound, 1, endpoint=endpoint)
    for number, name in enumerate(names, 2):
        story.note(name, kinds.SocketMade, number, type="PAIR").note(name, kinds.Connected, number, endpoint=endpoint)
    return story


def test_a_third_pair_is_turned_away_and_what_it_sends_is_lost():
    story = pairs_at("inproc://table", "bert", "carl")
    story.message("bert", 2, "sent", b"I am bert").message("anna", 1, "received", b"I am bert")
    story.message("carl", 3, "sent", b"I am carl").message("anna", 1, "sent", b"Who else?")
    scene = story.scene
    assert [peer.actor for peer, _ in scene.links(scene.sockets[1])] == ["bert"]
    assert " ".join(lines_below(scene, 3)) == "1 not delivered (inferred: a PAIR has one peer)"
    assert [copy.receiver for copy in scene.pending.values()] == [2]
    assert [name for name, svg in draw(scene).items() if ">turned away<" in svg] == ["links/3-1"]


def test_over_tcp_a_third_pair_is_turned_away_when_it_arrives():
    story = pairs_at("tcp://127.0.0.1:5", "bert", "carl").note("bert", kinds.LinkUp, 2, endpoint="tcp://127.0.0.1:5")
    story.message("carl", 3, "sent", b"I am carl")
    assert story.scene.totals()["not delivered"] == 0  # nobody knows yet
    story.note("carl", kinds.LinkUp, 3, endpoint="tcp://127.0.0.1:5")
    assert story.scene.totals()["not delivered"] == 1
    story.note("bert", kinds.Closed, 2).note("carl", kinds.LinkUp, 3, endpoint="tcp://127.0.0.1:5")
    assert story.scene.links(story.scene.sockets[1]) == []  # it does not try again


def test_when_the_first_has_gone_the_next_pair_is_welcome():
    story = pairs_at("inproc://table", "bert").note("bert", kinds.Closed, 2)
    story.note("carl", kinds.SocketMade, 3, type="PAIR").note("carl", kinds.Connected, 3, endpoint="inproc://table")
    story.message("carl", 3, "sent", b"hello")
    assert [peer.actor for peer, _ in story.scene.links(story.scene.sockets[1])] == ["carl"]
    assert story.scene.totals()["not delivered"] == 0


def a_pair():
    """Two that are a pair: one has sent a message."""
    story = Story().note("you", kinds.SocketMade, 1, type="PAIR").note("you", kinds.Bound, 1, endpoint="e")
    return story.socket("partner", 2, "PAIR", "e").message("you", 1, "sent", b"one")


def test_a_pair_that_waits_to_send_though_its_queue_is_empty_has_no_peer():
    turned_away = a_pair().message("partner", 2, "received", b"one").note("partner", kinds.Closed, 2)
    turned_away.socket("partner", 3, "PAIR", "e").wait("you", 1, "send")
    assert "no peer" in words_of(still(turned_away.scene, small=True))
    assert "queue full" in words_of(still(a_pair().wait("you", 1, "send").scene, small=True))
