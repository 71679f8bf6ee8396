"""The sequence diagram, the inspector, and saying less: what stands beside and behind the picture."""

import re
from itertools import pairwise

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st
from zmqlab.picture.drawing import text
from zmqlab.picture.film import tell
from zmqlab.picture.inspector import python
from zmqlab.picture.levels import EACH, TOTALS, WITHOUT_TEXT, Levels
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.sequence import diagram
from zmqlab.picture.svg import NAME
from zmqlab.picture.words import does, number_of, rate_words
from zmqlab.record import events as kinds

from tests.unit.test_scene import Story
from tests.unit.test_trace import histories

SECOND = 1_000_000_000


def exchange():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").message("server", 1, "received", b"please")
    return story.message("server", 1, "sent", b"here").message("client", 2, "received", b"here")


def put_by(steps, prefix):
    return {name: piece for step in steps for name, piece in step.put.items() if name.startswith(prefix)}


def test_a_request_and_its_reply_are_two_arrows_between_two_lanes():
    steps = Playback().tell(exchange().events)
    lanes = put_by(steps, "lanes/")
    arrows = put_by(steps, "sequence/m")
    assert set(lanes) == {"lanes/server", "lanes/client"}
    assert len(arrows) == 2
    request, reply = arrows.values()
    assert request["bottom"] <= reply["bottom"]
    assert "please" in request["svg"]
    assert "zl-head" in request["svg"]


def test_a_message_that_nobody_takes_is_under_way_and_one_that_is_lost_has_a_cross():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please")
    assert "zl-under-way" in put_by(Playback().tell(story.events), "sequence/m")["sequence/m1"]["svg"]
    story.note("server", kinds.Closed, 1)
    mark = put_by(Playback().tell(story.events), "sequence/m")["sequence/m1"]
    assert "✕ please not delivered: server closed its socket" in mark["svg"]


def test_a_message_that_is_lost_by_an_event_without_a_row_has_a_cross_where_it_left():
    story = Story().socket("anna", 1, "PAIR", "tcp://127.0.0.1:5").socket("bert", 2, "PAIR", "tcp://127.0.0.1:5")
    story.note("carl", kinds.SocketMade, 3, type="PAIR").note("carl", kinds.Connected, 3, endpoint="tcp://127.0.0.1:5")
    story.message("carl", 3, "sent", b"hi").note("carl", kinds.LinkUp, 3, endpoint="tcp://127.0.0.1:5")
    *_, mark = put_by(Playback().tell(story.events), "sequence/m").values()
    assert "✕ hi not delivered" in mark["svg"]


def test_the_whole_diagram_has_room_for_who_waits_at_the_end():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    svg = diagram(story.message("client", 2, "sent", b"please").wait("client", 2).events, "a story", "")
    [(top, high)] = re.findall(r'class="zl-wait" x="\d+" y="(\d+)" width="10" height="(\d+)"', svg)
    assert int(high) > 34
    assert int(top) + int(high) < int(re.search(r' height="(\d+)"', svg)[1])


def test_a_wait_is_a_bar_on_its_lane():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").wait("server", 1)
    story.socket("client", 2, "REQ", "tcp://127.0.0.1:5").message("client", 2, "sent", b"x")
    story.message("server", 1, "received", b"x")
    [bar] = put_by(Playback().tell(story.events), "waits/").values()
    assert "zl-wait" in bar["svg"]


def test_who_waits_just_now_has_a_bar_that_is_open():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    playback = Playback()
    playback.tell(story.message("client", 2, "sent", b"please").events)
    waits = len(story.events)
    [(name, bar)] = put_by(playback.tell(story.wait("client", 2).events[waits:]), "waits/").items()
    assert bar["open"]
    waits = len(story.events)
    story.message("server", 1, "received", b"please").message("server", 1, "sent", b"here")
    assert put_by(playback.tell(story.events[waits:]), "waits/") == {}
    waits = len(story.events)
    closed = put_by(playback.tell(story.message("client", 2, "received", b"here").events[waits:]), "waits/")[name]
    assert "open" not in closed
    assert (closed["top"], closed["bottom"] - closed["top"] > 34) == (bar["top"], True)


def bars_of(steps, actor):
    return [mark for mark in put_by(steps, f"waits/{actor}").values() if "open" not in mark]


def test_a_wait_between_two_rows_has_a_bar_between_them():
    story = Story().socket("clock", 1, "PUB", "tcp://127.0.0.1:5").message("clock", 1, "sent", b"tick")
    story.wait("clock", 1).note("clock", kinds.GoesOn).message("clock", 1, "sent", b"tock")
    steps = Playback().tell(story.events)
    [bar] = bars_of(steps, "clock")
    one, other = (mark["bottom"] - 6 for mark in list(put_by(steps, "sequence/t").values())[-2:])
    assert one < bar["top"] < bar["bottom"] - 10 < other


@pytest.mark.parametrize(
    ("kind", "fields"), [(kinds.LinkDown, {"endpoint": "tcp://127.0.0.1:5"}), (kinds.Subscribed, {"topic": b"paris"})]
)
def test_what_others_do_to_a_socket_does_not_end_a_wait_at_it(kind, fields):
    story = Story().socket("news", 1, "PUB", "tcp://127.0.0.1:5").socket("you", 2, "SUB", "tcp://127.0.0.1:5", b"oslo")
    story.message("you", 2, "received", b"oslo").wait("you", 2)
    story.note("you", kind, 2, **fields).message("news", 1, "sent", b"oslo")
    playback = Playback()
    steps = playback.tell(story.events)
    assert bars_of(steps, "you") == []
    assert "you: waiting in recv()" in text(playback.scene)
    story.message("you", 2, "received", b"oslo")
    assert len(bars_of(playback.tell(story.events[-1:]), "you")) == 1


def test_who_waits_when_a_film_begins_has_a_bar_from_there():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.wait("server", 1)
    scene, began = story.scene, len(story.events)
    story.message("client", 2, "sent", b"please").message("server", 1, "received", b"please")
    film = tell(story.events[began:], scene)
    [open_bar] = [piece for name, piece in film.base.items() if name.startswith("waits/server")]
    assert open_bar["open"]
    [bar] = bars_of(film.steps, "server")
    assert bar["top"] == open_bar["top"] < min(mark["top"] for mark in put_by(film.steps, "sequence/t").values())


def test_a_film_has_room_for_a_wait_after_its_last_event():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").wait("client", 2)
    film = tell(story.events)
    [bar] = bars_of(film.steps, "client")
    last = max(mark["bottom"] - 6 for mark in put_by(film.steps, "sequence/t").values())
    assert last < bar["top"]
    assert bar["bottom"] - bar["top"] > 34
    assert film.steps[-1].row - bar["bottom"] == -22  # where the line of that moment is, and the edge of the bar


def test_who_waits_to_the_end_of_a_film_has_a_bar_that_lasts_so_long():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").wait("client", 2).message("server", 1, "received", b"please")
    for reply in (b"a", b"b"):
        story.message("server", 1, "sent", reply)
    film = tell(story.events)
    [bar] = put_by(film.steps, "waits/client").values()
    assert bar["bottom"] > max(mark["top"] for mark in put_by(film.steps, "sequence/t").values())


def test_the_inspector_says_what_why_and_when():
    story = (
        Story().socket("station", 1, "PUB", "tcp://127.0.0.1:5").socket("you", 2, "SUB", "tcp://127.0.0.1:5", b"paris")
    )
    story.message("station", 1, "sent", b"paris", "21 °C".encode()).message(
        "you", 2, "received", b"paris", "21 °C".encode()
    )
    story.message("station", 1, "sent", b"oslo", b"4")
    passed, stayed = put_by(Playback().tell(story.events), "messages/").values()
    assert passed["way"] == "station → you"
    assert [frame["size"] for frame in passed["frames"]] == [5, 6]
    assert passed["frames"][1] == {"size": 6, "text": "21 °C", "bytes": "32 31 20 c2 b0 43"}
    assert passed["why"][0] == "Frame 1 begins with “paris”."
    assert "was received 0.001 ms later" in passed["why"][1]
    assert stayed["why"][0] == "It stayed at the publisher: no subscription of you begins its first frame."


@given(st.lists(st.binary(max_size=64), min_size=1, max_size=4))
def test_the_python_that_is_copied_sends_the_same_frames(frames):
    with zmq.Context() as context, context.socket(zmq.PAIR) as socket, context.socket(zmq.PAIR) as other:
        socket.bind("inproc://copy")
        other.connect("inproc://copy")
        exec(python(tuple(frames), tuple(map(len, frames))), {"socket": socket})
        assert other.recv_multipart() == frames


def test_the_python_of_a_long_frame_says_that_it_is_cut():
    assert python((b"x" * 64,), (1_000_000,)).endswith("# only the first 64 bytes of a frame are kept")


@pytest.mark.parametrize(
    ("rate", "level"), [(5, EACH), (9, EACH), (30, WITHOUT_TEXT), (59, WITHOUT_TEXT), (100, TOTALS), (100_000, TOTALS)]
)
def test_a_link_comes_to_its_level_after_a_second_and_back_when_it_rests(rate, level):
    story = Story().socket("a", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    scene, levels, changes = story.scene, Levels(), []
    for tick in range(60):
        scene.sockets[1].sent = scene.sockets[2].received = rate * tick // 20
        changes += levels.look(scene, tick * SECOND // 20)
        assert tick >= 20 or not changes, "a change waits a second"
    assert levels.levels.get((1, 2), EACH) == level
    for tick in range(60, 140):
        changes += levels.look(scene, tick * SECOND // 20)
    assert levels.levels == {}
    assert not levels.restless
    assert bool(changes) == (level != EACH)


def test_a_burst_of_twelve_does_not_blink():
    story = Story().socket("a", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    scene, levels = story.scene, Levels()
    for tick in range(60):
        scene.sockets[1].sent = scene.sockets[2].received = 12 if tick > 3 else 0
        assert levels.look(scene, tick * SECOND // 20) == []


def test_a_flood_shows_its_rate_and_the_words_say_so():
    story = Story().socket("a", 1, "PUSH", "tcp://127.0.0.1:5").socket("b", 2, "PULL", "tcp://127.0.0.1:5")
    playback = Playback()
    said = [step.say for step in playback.tell(story.events, 0)]
    for tick in range(1, 60):
        now, total = tick * SECOND // 20, 4920 * tick
        flood = [kinds.Counted(now, "a", 1, total, 0), kinds.Counted(now, "b", 2, 0, total)]
        said += [step.say for step in playback.tell(flood, now)]
    assert "98.4 k a second" in playback.pieces["links/1-2"]
    assert "a and b: more than 60 messages a second: only totals are shown" in said
    assert playback.pieces["totals"] == "290,280 sent = 290,280 received"


def test_rates_are_read_at_a_glance():
    assert [rate_words(rate) for rate in (61, 98_400, 1_200_000)] == [
        "61 a second",
        "98.4 k a second",
        "1.2 M a second",
    ]


@given(histories())
def test_the_diagram_of_any_history_grows_downwards_and_has_lanes_for_its_actors_alone(events):
    steps = Playback().tell(events)
    lanes = {name.removeprefix("lanes/") for name in put_by(steps, "lanes/")}
    assert lanes <= {event.actor for event in events}
    assert all(step.row <= later.row for step, later in pairwise(steps))


def test_a_scene_that_begins_anew_counts_from_nothing_and_keeps_who_is_there():
    scene = exchange().note("server", kinds.Closed, 1).note("server", kinds.Stopped).scene.begin_anew()
    assert scene.totals()["expected"] == 0
    assert list(scene.actors) == ["client"]
    assert isinstance(scene, Scene)


def test_an_arrow_into_a_router_says_what_was_sent():
    story = Story().socket("broker", 1, "ROUTER", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"please").message("broker", 1, "received", b"\x00kA", b"", b"please")
    arrow = put_by(Playback().tell(story.events), "sequence/m")["sequence/m1"]["svg"]
    assert ">please<" in arrow


def lanes_of_film(events):
    return {name.removeprefix("lanes/"): lane for name, lane in tell(events).base.items() if name.startswith("lanes/")}


def test_the_lanes_of_a_film_stand_in_the_order_of_the_picture_from_its_beginning():
    lanes = lanes_of_film(exchange().events)
    assert sorted(lanes, key=lambda name: lanes[name]["x"]) == ["client", "server"], "who asks stands left"


def farm(number):
    story = Story().socket("sink", 1, "PULL", "r").socket("ventilator", 2, "PUSH", "e")
    for worker in range(3, number + 1):
        story.socket(f"worker {worker}", worker, "PULL", "e").socket(f"worker {worker}", 10 + worker, "PUSH", "s")
    for worker in range(3, number + 1):
        story.message("ventilator", 2, "sent", b"x").message(f"worker {worker}", worker, "received", b"x")
    return story.note("sink", kinds.Subscribed, 1, topic=b"a topic of many letters")


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6])
def test_up_to_six_lanes_are_all_in_sight(number):
    lanes = lanes_of_film(farm(number).events)
    assert len(lanes) == number
    places = sorted(lane["x"] for lane in lanes.values())
    assert places[-1] + 64 <= 750 == lanes["sink"]["width"]
    assert all(later - place >= 100 for place, later in pairwise(places))
    assert all(len(lane["name"]) * NAME <= 16 + places[1] - places[0] for lane in lanes.values())


def test_live_there_is_room_for_those_who_may_come():
    events = farm(6).events
    put = put_by(Playback(lanes=6).tell(events), "lanes/")
    places = sorted(lane["x"] for lane in put.values())
    assert len(places) == 6
    assert places[-1] + 64 <= 750
    assert max(lane["x"] for lane in put_by(Playback().tell(events), "lanes/").values()) > 750, (
        "else this shows nothing"
    )


def test_more_lanes_make_the_diagram_wider():
    lanes = lanes_of_film(farm(9).events)
    assert max(lane["width"] for lane in lanes.values()) == 130 + 8 * 100 + 64


def test_words_beside_the_last_lane_stay_inside():
    story = exchange().note("server", kinds.NotRecorded, what="numpy", do="x").message("client", 2, "sent", b"more")
    story.note("server", kinds.Closed, 1)
    marks = put_by(tell(story.events).steps, "sequence/")
    texts = [
        text
        for mark in marks.values()
        for text in re.findall(r'x="([\d.]+)" y="[^"]+" text-anchor="(\w+)">([^<]*)<', mark["svg"])
    ]
    for x, anchor, words in texts:
        right = float(x) + (len(words) * 7.3 if anchor == "start" else 0)
        assert right <= 750 + 8, words
        assert float(x) - (len(words) * 7.3 if anchor == "end" else 0) >= 0, words
    assert any("not delivered to server" in words for _, _, words in texts)


def test_who_only_waits_has_no_lane():
    story = exchange().wait("another", None, "poll").note("another", kinds.GoesOn).wait("server", 1)
    assert set(put_by(Playback().tell(story.events), "lanes/")) == {"lanes/server", "lanes/client"}


def test_who_should_receive_has_a_lane():
    scene = exchange().scene.begin_anew()
    story = Story()
    story.totals = {(2, "sent"): 1}
    steps = Playback(scene).tell(story.message("client", 2, "sent", b"more").events)
    assert set(put_by(steps, "lanes/")) == {"lanes/client", "lanes/server"}


def test_a_loss_of_a_sender_who_was_silent_since_the_film_began_has_a_lane():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    scene = story.message("client", 2, "sent", b"please").scene.begin_anew()
    steps = Playback(scene).tell(story.note("server", kinds.Closed, 1).events[-1:])
    assert set(put_by(steps, "lanes/")) == {"lanes/server", "lanes/client"}
    assert "not delivered" in put_by(steps, "sequence/m")["sequence/m1"]["svg"]


def test_recorded_times_have_three_decimals():
    marks = put_by(Playback().tell(exchange().events), "sequence/t").values()
    assert "0.007 ms" in "".join(mark["svg"] for mark in marks)


@pytest.mark.parametrize(
    ("actor", "words", "sentence"),
    [
        ("client", "waits in recv()", "client waits in recv()"),
        ("you", "waits in recv()", "you wait in recv()"),
        ("you", "goes on", "you go on"),
        ("you", "has sent 2", "you have sent 2"),
        ("you", "does not stop", "you do not stop"),
        ("you", "pauses", "you pause"),
        ("you", "died", "you died"),
    ],
)
def test_the_learner_is_addressed(actor, words, sentence):
    assert does(actor, words) == sentence


def test_what_the_learner_sends_is_not_put_into_other_words():
    story = Story().socket("you", 1, "PUSH", "tcp://127.0.0.1:5").message("you", 1, "sent", b"it waits for its turn")
    said = [step.say for step in Playback().tell(story.note("you", kinds.Closed, 1).events)]
    assert "you send “it waits for its turn”" in said
    assert "you close your socket" in said


def test_one_message_is_one_message():
    assert [number_of(number, "message") for number in (0, 1, 2, 1_000)] == [
        "0 messages",
        "1 message",
        "2 messages",
        "1,000 messages",
    ]
