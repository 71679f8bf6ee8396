"""A panel: whom it draws, what it counts, and how it comes to its end."""

import pytest
import zmq
from zmqlab import Lab, Sender
from zmqlab.page import belongings, cells
from zmqlab.page.beginning import so_far
from zmqlab.page.cells import Run
from zmqlab.picture.cast import Cast
from zmqlab.picture.scene import ActorState, Scene

from tests.unit.common import client, eventually, server, shown_by
from tests.unit.test_scene import Story


def panel(lab, *things, **options):
    """Show things in a lab, and return the panel's stage."""
    before = set(lab._bench.pump._stages)
    lab.show(*things, **options)
    [stage] = set(lab._bench.pump._stages) - before
    return stage


def drawn(stage):
    return {name.removeprefix("actors/") for name in stage.playback.pieces if name.startswith("actors/")}


def totals(stage):
    return stage.playback.pieces["totals"]


def ask(lab, text, name="client"):
    lab[name].say(text)
    assert lab.wait_for(lambda: [one for one in lab[name].messages("received") if text.upper().encode() in one.frames])


@pytest.fixture
def exchanged(lab):
    """A lab with a client and a server, two others at another endpoint, and a message exchanged by each pair."""
    other = lab.endpoint("other")
    for name, function, place in (("server", server, {}), ("client", client, {})):
        lab.start(function, name=name, **place)
        lab.start(function, name=f"other {name}", endpoint=other)
    ask(lab, "tea")
    ask(lab, "milk", "other client")
    return lab


@pytest.fixture
def run_cell(monkeypatch):
    """Say which cell runs from now on, in its how-many-eth run."""
    now = [Run("", "")]
    for module in ("zmqlab.lab", "zmqlab.page.cells"):
        monkeypatch.setattr(f"{module}.this_run", lambda: now[0])
    return lambda cell, run: now.__setitem__(0, Run(cell, run))


def test_it_draws_whom_its_controls_name_and_whom_these_meet(exchanged):
    stage = panel(exchanged, Sender("client"))
    assert drawn(stage) == {"client", "server"}
    assert totals(stage) == "2 sent = 2 received"


def test_it_draws_whom_it_is_told_to_and_without_a_word_everybody(exchanged):
    assert drawn(panel(exchanged, actors=["other server"])) == {"other client", "other server"}
    everybody = panel(exchanged)
    assert drawn(everybody) == {"client", "server", "other client", "other server"}
    assert totals(everybody) == "4 sent = 4 received"


def test_what_others_do_is_no_news_of_it(exchanged):
    stage = panel(exchanged, Sender("client"))
    ask(exchanged, "bread", "other client")
    ask(exchanged, "jam")
    eventually(lambda: totals(stage) == "4 sent = 4 received")
    assert drawn(stage) == {"client", "server"}
    assert not [step for step in stage.past.told()["history"] if "other" in step["say"]]


def test_who_meets_one_of_them_later_is_drawn_with_what_it_does_from_there_on(exchanged):
    stage = panel(exchanged, Sender("client"))
    with exchanged.experiment("a guest") as run:
        guest = run.context("guest").socket(zmq.REQ)
        guest.connect(run.endpoint("other"))
        guest.send_string("not for them")
        guest.recv()
        assert drawn(stage) == {"client", "server"}
        guest.disconnect(run.endpoint("other"))
        guest.connect(run.endpoint())
        guest.send_string("coffee")
        guest.recv()
        eventually(lambda: totals(stage) == "4 sent = 4 received")
        assert drawn(stage) == {"client", "server", "guest"}
        assert "not for them" not in " ".join(step["say"] for step in stage.past.told()["history"])
    eventually(lambda: "guest" not in drawn(stage))
    with exchanged.experiment("again, and elsewhere") as run:
        guest = run.context("guest").socket(zmq.REQ)
        guest.connect(run.endpoint("other"))
        guest.send_string("not for them")
        guest.recv()
    ask(exchanged, "jam")
    eventually(lambda: totals(stage) == "6 sent = 6 received")
    assert totals(panel(exchanged, Sender("client"))) == "6 sent = 6 received"


def test_actors_of_a_stretch_leave_it_with_the_stretch(exchanged):
    stage = panel(exchanged, Sender("client"))
    with exchanged.experiment("a second client") as run:
        run.start(client, name="second")
        run["second"].say("tea")
        assert run.wait_for(lambda: run["second"].messages("received"))
        eventually(lambda: "second" in drawn(stage))
    eventually(lambda: "second" not in drawn(stage))
    assert drawn(run.stage) >= {"second", "server"}
    assert totals(stage) == "4 sent = 4 received"


def test_it_counts_since_its_actors_were_started_also_where_they_were_started_again(exchanged):
    former = panel(exchanged, Sender("client"))
    for name in ("server", "client"):
        exchanged[name].restart()
    ask(exchanged, "bread")
    eventually(lambda: totals(former) == "4 sent = 4 received")
    eventually(lambda: "received 1 (1 before)" in words_of(former))
    later = panel(exchanged, Sender("client"))
    assert totals(later) == "2 sent = 2 received"
    assert "2nd run" not in words_of(later)
    assert "before)" not in words_of(later)


def words_of(stage):
    return " ".join(piece for piece in stage.playback.pieces.values() if isinstance(piece, str))


def test_only_its_own_film_goes_live_when_one_of_its_buttons_is_pressed(exchanged):
    sender = Sender("client")
    mine, other = panel(exchanged, sender), panel(exchanged, Sender("other client"))
    told = {mine: [], other: []}
    for stage in told:
        stage.go_live = lambda stage=stage: told[stage].append("live")
    sender.send()
    assert told == {mine: ["live"], other: []}


def test_a_cell_that_is_run_again_lets_go_of_what_it_had_shown_and_of_nothing_else(exchanged, run_cell):
    run_cell("one", "1st")
    sender = Sender("client")
    first, beside = panel(exchanged, sender), panel(exchanged, actors=["server"])
    run_cell("two", "2nd")
    other = panel(exchanged, Sender("client"))
    run_cell("one", "3rd")
    again = panel(exchanged, Sender("client"))
    pump = exchanged._bench.pump
    assert set(pump._stages) == {other, again}
    assert first.comm is beside.comm is None
    assert first.over == belongings.RUN_AGAIN
    assert sender not in pump._controls
    assert other.comm is not None


def test_cells_of_no_name_keep_what_they_have_shown(exchanged, run_cell):
    run_cell("", "1st")
    first = panel(exchanged)
    run_cell("", "2nd")
    second = panel(exchanged)
    assert set(exchanged._bench.pump._stages) == {first, second}


def test_a_film_of_a_cell_that_is_run_again_is_let_go_too(exchanged, run_cell):
    run_cell("one", "1st")
    with exchanged.experiment("first") as first:
        pass
    run_cell("one", "2nd")
    with exchanged.experiment("second") as second:
        pass
    assert first.stage.comm is None
    assert second.stage.comm is not None


def test_where_nothing_runs_cells_there_is_no_cell():
    assert cells.this_run() == Run("", "")


def test_a_cast_takes_in_who_met_who_was_met_and_follows_no_guest():
    scene = Scene()
    for name in ("client", "broker", "worker", "guest", "stranger"):
        scene.actors[name] = ActorState(name, visitor=name == "guest")
    pairs = [("client", "broker"), ("worker", "broker"), ("guest", "broker"), ("guest", "stranger")]
    scene.topology.met = {(one, "REQ", other, "ROUTER") for one, other in pairs}
    cast = Cast(["client"])
    cast.take_in_all_met(scene)
    assert [name for name in scene.actors if name in cast] == ["client", "broker", "worker"]
    assert "stranger" in Cast()


def test_what_the_cell_of_the_lab_has_shown_says_to_run_this_cell_again_and_others_name_both(run_cell):
    run_cell("first", "1")
    lab = Lab("two cells")
    here = shown_by(lab, Sender("client"))
    run_cell("second", "1")
    there = shown_by(lab, Sender("client"))
    lab.close()
    assert here.boxes.over == "This lab is closed. Run this cell again."
    assert "Run the cell that says Lab('two cells') again, and then this one" in there.boxes.over


def test_the_lanes_of_a_panel_stand_in_the_order_of_its_picture_whoever_was_started_first():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"x").message("server", 1, "received", b"x")
    _, past = so_far(story.events, Cast())
    base = past.told()["base"]
    assert base["lanes/client"]["x"] < base["lanes/server"]["x"]
