"""Films: every message of a short story, in order, in at most 20 s; how a film begins, where it rests, and how it ends."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zmqlab.page.stage import A_PART, AT_ONCE, MESSAGE, STEPS_TO_KEEP, Past, Stage, parts
from zmqlab.picture.clock import FLIGHT, LONGEST_FILM, end_of, fit, travels
from zmqlab.picture.film import moment_of, tell
from zmqlab.picture.playback import CROWD, SHORT, Playback, is_short
from zmqlab.picture.scene import Scene
from zmqlab.picture.words import NOT_SEEN, scale_words
from zmqlab.record import events as kinds

from tests.unit.common import eventually, server
from tests.unit.test_scene import dealt_to_one_who_died
from tests.unit.test_trace import histories
from tests.unit.test_where_messages_are import Tale, tasks, workers


def two_servers(rounds=4):
    """A client asks two servers in turn, as fast as it can: four messages a round."""
    tale = Tale().socket("anna", 1, "REP", "e").socket("bert", 2, "REP", "f").socket("client", 3, "REQ", "e")
    tale.note("client", kinds.Connected, 3, endpoint="f").note("client", kinds.LinkUp, 3, endpoint="f")
    for number in range(2 * rounds):
        name, socket = [("anna", 1), ("bert", 2)][number % 2]
        tale.message("client", 3, "sent", b"order %d" % number).message(name, socket, "received", b"order %d" % number)
        tale.message(name, socket, "sent", b"drink %d" % number).message("client", 3, "received", b"drink %d" % number)
    return tale


def twenty_tasks():
    """One press: twenty tasks for four workers, and their results, all in a few milliseconds."""
    tale = workers("one", "two", "three", "four")
    tale.note("sink", kinds.SocketMade, 10, type="PULL").note("sink", kinds.Bound, 10, endpoint="s")
    for number, name in enumerate(["one", "two", "three", "four"], 11):
        tale.connects(name, number, "PUSH", "s").note(name, kinds.LinkUp, number, endpoint="s")
    tasks(tale, *range(20))
    for number in range(20):
        worker = ["one", "two", "three", "four"][number % 4]
        tale.message(worker, 2 + number % 4, "received", b"task %d" % number)
        tale.message(worker, 11 + number % 4, "sent", b"done %d" % number)
        tale.message("sink", 10, "received", b"done %d" % number)
    return tale


def pills(steps):
    return {name: piece for step in steps for name, piece in step.put.items() if name.startswith("pills/")}


def drawn(steps):
    """Return which messages have a pill, by what it says that it is."""
    return {re.search(r'data-message="([^"]+)"', piece["svg"])[1] for piece in pills(steps).values()}


def stops(steps, kind="message"):
    return [step for step in steps if step.kind == kind]


# every message of a short story


def test_a_film_of_sixteen_messages_shows_sixteen():
    film = tell(two_servers().events)
    assert len(drawn(film.steps)) == 16
    assert not any("too fast" in step.say for step in film.steps)


def test_a_film_of_three_hundred_messages_shows_each_of_them_in_twenty_seconds():
    events = two_servers(SHORT // 4).events
    film = tell(events)
    assert film.end <= LONGEST_FILM
    assert len(drawn(film.steps)) == SHORT
    told = stops(film.steps)
    assert len(told) == 2 * SHORT
    assert all(one.at < other.at for one, other in pairwise(told)), "each is a place to stop at"
    for number in range(SHORT // 2):
        assert any(f"sends “order {number}”" in step.say for step in told)
    arrows = {name: mark for step in film.steps for name, mark in step.put.items() if name.startswith("sequence/m")}
    assert len(arrows) == SHORT
    assert all("zl-head" in mark["svg"] for mark in arrows.values())


def test_no_rate_makes_a_short_film_say_less():
    tale = Tale().socket("a", 1, "PUSH", "e").socket("b", 2, "PULL", "e")
    for number in range(250):  # a hundred a second, for more than two seconds
        tale.pause(0.01).message("a", 1, "sent", b"%d" % number).message("b", 2, "received", b"%d" % number)
    assert len(drawn(tell(tale.events).steps)) == 250


def test_a_story_is_short_by_its_messages_and_not_where_they_were_only_counted():
    assert is_short(two_servers(SHORT // 4).events)
    assert not is_short(two_servers(SHORT // 4 + 1).events)
    assert not is_short([kinds.Counted(1, "a", 1, 5, 0)])


def test_a_press_of_twenty_tasks_is_no_flood():
    events = twenty_tasks().events
    before = next(place for place, event in enumerate(events) if isinstance(event, kinds.Sent))
    playback = Playback()
    playback.tell(events[:before])
    playback.caught_up()
    steps = playback.tell(events[before:])
    assert len(drawn(steps)) == 40
    assert not any("too fast" in step.say for step in steps)
    keeps_order(steps)


def test_what_still_flies_when_a_flood_is_over_lands_in_the_picture():
    tale = Tale().socket("a", 1, "PUSH", "e").socket("b", 2, "PULL", "e")
    for number in range(5):
        tale.pause(0.01).message("a", 1, "sent", b"%d" % number)
    calm = len(tale.events)
    for number in range(CROWD + 1):
        tale.message("a", 1, "sent", b"%d" % number)
    playback = Playback()
    playback.tell(tale.events[:calm], now=tale.events[calm - 1].time)
    playback.tell(tale.events[calm:], now=tale.events[-1].time)
    assert "on the way" in playback.pieces["totals"]
    playback.end()
    assert "on the way" not in playback.pieces["totals"]


def too_soon():
    """A report is published before the link is up."""
    tale = Tale().socket("station", 1, "PUB", "e").connects("you", 2, "SUB", "e")
    tale.note("you", kinds.Subscribed, 2, topic=b"").message("station", 1, "sent", b"too soon")
    return tale.note("you", kinds.LinkUp, 2, endpoint="e")


def test_an_event_by_which_a_message_is_lost_is_marked_and_no_film_rests_there():
    tale = too_soon().pause(1)
    tale.message("station", 1, "sent", b"there").message("you", 2, "received", b"there")
    film = tell(tale.events)
    assert [step.say for step in film.steps if step.kind == "loss"] == [
        "station sends “too soon”; not delivered: not connected yet"
    ]
    assert len(stops(film.steps)) == 2
    assert film.rest == film.end


def test_where_somebody_looks_for_the_loss_no_mark_tells_it():
    scene = Scene()
    scene.ledger.hides_losses = True
    assert "loss" not in [step.kind for step in tell(too_soon().events, scene).steps]


# in order


def order_of(steps):
    """Return every moment of a film, as ranks."""
    moments = [*(step.at for step in steps), *(moment for flight in travels(steps) for moment in flight)]
    ranks = {moment: rank for rank, moment in enumerate(sorted(set(moments)))}
    return [ranks[moment] for moment in moments]


def keeps_order(steps):
    assert all(one.at <= other.at for one, other in pairwise(steps))
    assert all(begins < ends for begins, ends in travels(steps))
    flying = {}
    for step in steps:
        for name, piece in step.put.items():
            if name.startswith("pills/"):
                assert step.at <= piece["from"]
                flying[name] = piece
        for name in step.drop:
            if name in flying and step.kind != "fault" and "receives" in step.say:
                assert flying[name]["to"] <= step.at, "no message lands before it has come"


@settings(max_examples=40, deadline=None)
@given(histories(), st.sampled_from([50.0, 700.0, 3_000.0, LONGEST_FILM]))
def test_a_film_made_shorter_keeps_its_order(events, longest):
    playback = Playback()
    steps = [step for _, steps in playback.event_by_event(events) for step in steps]
    shorter = fit(steps, longest)
    keeps_order(shorter)
    assert order_of(steps) == order_of(shorter)
    room = 0.1 * len(set(order_of(steps))) * 2
    assert end_of(shorter) <= max(longest, room)
    assert [step.say for step in shorter] == [step.say for step in steps]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, 0.001, 0.4, 3])), min_size=1, max_size=60))
def test_in_every_film_no_reply_sets_out_before_its_request_has_come(turns):
    tale = Tale().socket("server", 1, "REP", "e")
    for number in (2, 3, 4):
        tale.socket(f"client {number}", number, "REQ", "e")
    for turn, (client, seconds) in enumerate(turns):
        name, number = f"client {client + 2}", client + 2
        tale.pause(seconds).message(name, number, "sent", b"ask %d" % turn).message(
            "server", 1, "received", b"ask %d" % turn
        )
        tale.message("server", 1, "sent", b"tell %d" % turn).message(name, number, "received", b"tell %d" % turn)
    film = tell(tale.events)
    keeps_order(film.steps)
    assert film.end <= LONGEST_FILM
    assert len(drawn(film.steps)) == 2 * len(turns)
    at = {step.say.partition("“")[2].partition("”")[0]: step.at for step in film.steps if " receives " in step.say}
    for piece in pills(film.steps).values():
        if reply := re.search(r">tell (\d+)<", piece["svg"]):
            assert at[f"ask {reply[1]}"] <= piece["from"]


def test_long_pauses_give_before_what_moves():
    tale = Tale().socket("a", 1, "PUSH", "e").socket("b", 2, "PULL", "e")
    for number in range(22):
        tale.pause(5).message("a", 1, "sent", b"%d" % number).message("b", 2, "received", b"%d" % number)
    film = tell(tale.events)
    assert end_of(Playback().tell(tale.events)) > LONGEST_FILM or film.end <= LONGEST_FILM
    flights = [ends - begins for begins, ends in travels(film.steps)]
    assert film.end <= LONGEST_FILM
    assert min(flights) >= FLIGHT, "there is room for all that moves: only the pauses are shorter"


def test_what_leaves_one_socket_at_once_is_seen_one_by_one():
    film = tell(tasks(workers("anna"), 1, 2, 3).events)
    left = sorted(piece["from"] for piece in pills(film.steps).values())
    assert all(later - earlier >= 240 for earlier, later in pairwise(left))


# how it begins, rests and ends


def test_the_first_picture_of_a_film_shows_all_who_take_part():
    film = tell(two_servers().events)
    assert {"actors/anna", "actors/bert", "actors/client"} <= film.base.keys()
    assert "not begun yet" in film.base["notes/anna"]
    assert ">running<" in film.playback.pieces["notes/anna"]
    assert {name for name in film.base if name.startswith("lanes/")} == {"lanes/anna", "lanes/bert", "lanes/client"}


def test_who_only_clears_away_is_not_in_the_first_picture():
    tale = two_servers().note("another", kinds.Stopped)
    assert "actors/another" not in tell(tale.events).base


def test_a_film_rests_at_its_last_fault_and_else_at_its_end():
    tale = two_servers()
    assert (film := tell(tale.events)).rest == film.end
    tale.note("client", kinds.Refused, 3, call="bind", why="Address already in use").pause(1)
    tale.note("client", kinds.Closed, 3)
    film = tell(tale.events)
    [fault] = stops(film.steps, "fault")
    assert film.rest == fault.at < film.end


def test_where_a_message_falls_a_film_rests_while_it_is_seen():
    film = tell(dealt_to_one_who_died(4, queued=3))
    fault = stops(film.steps, "fault")[-1]
    [fall] = [piece for name, piece in fault.put.items() if name.startswith("pills/")]
    assert fall["from"] < film.rest < fall["to"]


def test_where_a_run_ends_in_a_wait_the_wait_is_shown():
    tale = Tale().socket("a", 1, "PUSH", "e").pause(0.01).message("a", 1, "sent", b"x").pause(0.01)
    tale.wait("a", 1, "send")
    *_, sent, waits = tale.events
    film = tell(tale.events)
    assert "waiting in send()" in str(film.steps[-1].put)
    assert moment_of(film, tale.events, waits.time) == film.steps[-1].at
    assert moment_of(film, tale.events, sent.time) == stops(film.steps, "message")[-1].at < film.steps[-1].at


def test_nobody_goes_on_from_a_poll_before_that_has_landed_for_which_it_waited():
    tale = (
        Tale()
        .socket("desk", 1, "PULL", "e")
        .socket("station", 2, "PUSH", "e")
        .note("desk", kinds.Waits, 1, call="poll")
    )
    tale.message("station", 2, "sent", b"news").note("desk", kinds.GoesOn).message("desk", 1, "received", b"news")
    steps = tell(tale.events).steps
    [landing] = [piece["to"] for step in steps for name, piece in step.put.items() if name.startswith("pills/")]
    [goes_on] = [step for step in steps if step.say == "desk goes on"]
    assert goes_on.at >= landing
    assert "running" in goes_on.put["notes/desk"]


def test_ten_times_slower_is_said():
    def story(pause):
        tale = Tale().socket("a", 1, "PUSH", "e").socket("b", 2, "PULL", "e")
        for number in range(4):
            tale.message("a", 1, "sent", b"%d" % number).message("b", 2, "received", b"%d" % number)
            tale.note("b", kinds.Pauses, seconds=pause).pause(pause)
        return tell(tale.note("b", kinds.GoesOn).events)

    fast, slow = story(0.01), story(0.1)
    assert re.match(r"It took 40 ms\. This film takes [\d.]+ s: \d+ times slower\.", fast.scale)
    assert re.match(r"It took 400 ms\. This film takes [\d.]+ s: [\d.]+ times slower\.", slow.scale)
    said = "".join(svg for step in slow.steps for name, svg in step.put.items() if name == "notes/b")
    assert "in pause(0.1)" in said


@pytest.mark.parametrize(
    ("real", "film", "words"),
    [
        (0.31, 6_200, "It took 0.31 ms. This film takes 6.2 s: 20,000 times slower."),
        (3_000, 6_000, "It took 3.0 s. This film takes 6.0 s: 2.0 times slower."),
        (6_000, 6_000, "It took 6.0 s. This film takes 6.0 s."),
        (60_000, 6_000, "It took 60 s. This film takes 6.0 s: its long pauses are cut."),
        (0, 0, "It took 0.00 ms. This film takes 0.00 ms."),
    ],
)
def test_how_long_it_really_took_is_said_in_words(real, film, words):
    assert scale_words(real, film) == words
    assert scale_words(real, film, whole=False) == words.replace("It took", "This part took")


# what can be looked into


def looked_into(pieces):
    """Return which messages can be clicked on in queues, and of which there is something to see."""
    svgs = [svg for svg in pieces.values() if isinstance(svg, str)]
    seen = {piece["message"] for name, piece in pieces.items() if name.startswith("messages/")}
    return {message for svg in svgs for message in MESSAGE.findall(svg)}, seen


def played(base, steps):
    pieces = dict(base)
    for step in steps:
        for name in step.drop:
            pieces.pop(name, None)
        pieces |= step.put
        yield step, pieces


def test_each_message_that_is_drawn_shows_its_own_frames_in_a_film():
    film = tell(twenty_tasks().events)
    for _, pieces in played(film.base, film.steps):
        cells, seen = looked_into(pieces)
        assert cells <= seen
        for name, piece in pieces.items():
            if name.startswith("pills/"):
                about = pieces[f"messages/{name.removeprefix('pills/')}"]
                assert f'data-message="{about["message"]}"' in piece["svg"]
                assert about["frames"][0]["text"] in piece["svg"]


def test_each_message_that_is_drawn_shows_its_own_frames_where_the_film_says_less():
    playback = Playback()
    base = playback.snapshot()["pieces"]
    tale = tasks(workers("anna"), *range(400))
    for number in range(300):
        tale.message("anna", 2, "received", b"task %d" % number)
    steps = playback.tell(tale.events)
    assert any("too fast" in step.say for step in steps)
    *_, (_, pieces) = played(base, steps)
    cells, seen = looked_into(pieces)
    assert cells
    assert cells <= seen
    assert pieces["messages/"]["why"] == [NOT_SEEN]


def test_what_waits_since_long_can_still_be_looked_into_by_a_page_that_opens_late():
    playback = Playback()
    past = Past(playback)
    tale = tasks(workers("anna"), 1, 2, 3)
    for _ in range(STEPS_TO_KEEP):
        tale.pause(1).note("somebody", kinds.Subscribed, topic=b"")
    for event in tale.events:
        past.add(playback.tell([event]))
    told = past.told()
    assert told["trimmed"]
    cells, seen = looked_into(told["base"])
    assert cells == {"1.1", "1.2", "1.3"}
    assert cells <= seen


def test_what_flies_where_the_kept_past_begins_is_in_its_first_picture():
    playback = Playback()
    past = Past(playback, most=1)
    tale = tasks(workers("anna"), 1, 2, 3)
    for event in tale.events:
        past.add(playback.tell([event]))
    told = past.told()
    begins = told["history"][0]["at"]
    flying = {name: pill for name, pill in told["base"].items() if name.startswith("pills/")}
    assert flying
    assert all(pill["from"] < begins <= pill["to"] for pill in flying.values())
    assert f"{len(flying)} on the way" in told["base"]["totals"]
    assert {f"messages/{name.removeprefix('pills/')}" for name in flying} <= set(told["base"])
    tale.pause(1).note("somebody", kinds.Subscribed, topic=b"")
    past.add(playback.end())
    past.add(playback.tell(tale.events[-1:]))
    assert not [name for name in past.told()["base"] if name.startswith("pills/")]


def test_what_was_sent_before_a_stretch_can_be_looked_into_in_its_film():
    scene = tasks(workers("anna"), 1, 2).pause(1).scene.begin_anew()
    film = tell([kinds.Subscribed(5_000_000_000, "ventilator", 1, b"")], scene)
    cells, seen = looked_into(film.base)
    assert cells == {"1.1", "1.2"} == seen - {""}


# a stretch that has ended


def exchanged(lab, times=30):
    lab.start(server)
    with lab.experiment("many") as run, run.context("asker").socket(3) as asker:  # zmq.REQ
        sent = []
        run.stage.send = sent.append
        asker.connect(run.endpoint())
        for number in range(times):
            asker.send(b"%d" % number)
            asker.recv()
        eventually(lambda: isinstance([event for event in run.events() if event.actor == "server"][-1], kinds.Waits))
    return run, sent


def test_a_stretch_that_has_ended_is_told_again_as_a_film_message_by_message(lab):
    run, sent = exchanged(lab)
    [told] = [message for message in sent if message.get("anew")]
    assert told["film"]
    assert told["ends"]
    assert told["rest"] == told["duration"] <= LONGEST_FILM
    assert "times slower" in told["scale"]
    steps = [step for message in sent[sent.index(told) :] for step in message.get("history", message.get("steps"))]
    shown = {name for step in steps for name in step["put"] if name.startswith("pills/")}
    assert len(shown) == 60
    assert run.stage.playback.pieces["totals"] == "60 sent = 60 received"
    assert "actors/asker" in told["base"]


def test_a_page_that_opens_later_plays_the_film_from_its_beginning(lab):
    run, sent = exchanged(lab, 3)
    sent.clear()
    run.stage._hear(run.stage, {"type": "hello"}, [])
    eventually(lambda: any("history" in message for message in sent))
    [told] = [message for message in sent if "history" in message]
    assert "anew" not in told
    assert told["film"]
    assert not told["trimmed"]
    assert len({name for step in told["history"] for name in step["put"] if name.startswith("pills/")}) == 6


def test_at_the_end_of_a_stretch_who_waits_says_so(lab):
    run, _ = exchanged(lab, 3)
    assert "waiting in recv()" in run.stage.playback.pieces["notes/server"]


def test_a_long_stretch_is_left_as_it_was_told(lab):
    _, sent = exchanged(lab, SHORT // 2 + 1)
    assert not any(message.get("anew") for message in sent)


def test_a_film_that_cannot_be_told_says_so_and_the_cell_goes_on(lab, monkeypatch):
    def fails(events, scene):
        raise KeyError("nobody")

    monkeypatch.setattr("zmqlab.page.pump.tell", fails)
    _, sent = exchanged(lab, 2)
    assert "come to a stop" in sent[-1]["steps"][-1]["say"]


def test_a_live_stage_has_no_end():
    assert Stage(Playback(), "live").told()["ends"] is False


def test_a_large_film_is_sent_in_parts_and_what_is_seen_first_comes_first():
    film = tell(two_servers(SHORT // 4).events)
    stage, sent = Stage(film.playback, "large", film=film), []
    stage.send = sent.append
    stage.answer()
    first, *others = sent
    assert first["parts"] == len(others) > 1
    assert first["history"][-1]["at"] <= AT_ONCE < others[0]["steps"][0]["at"]
    assert first["history"] + [step for one in others for step in one["steps"]] == [s._asdict() for s in film.steps]
    assert [one["sequence"] for one in sent] == list(range(first["sequence"], first["sequence"] + len(sent)))


def test_a_small_film_is_sent_at_once():
    history = [step._asdict() for step in tell(two_servers(1).events).steps]
    assert list(parts(history)) == [history]
    assert A_PART > 0


def test_an_empty_film_stands_still():
    film = tell([], Scene())
    assert (film.steps, film.rest, film.end, film.scale) == ([], 0, 0, "")
    assert list(parts([])) == [[]]
