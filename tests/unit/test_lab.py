"""The lab: one name, one lab; actors by name; endpoints that last; nothing left over."""

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import zmq
from zmqlab import Sender
from zmqlab.course.start_here import pressing_stop
from zmqlab.lab import Lab
from zmqlab.record import events as kinds
from zmqlab.recording import replay, save, snapshot

from tests.unit.common import client, eventually, left_over, messages, nothing_left, server, stage_of

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def test_a_lab_of_the_same_name_closes_the_former(lab):
    lab.start(server)
    again = Lab(lab.name)
    assert "closed" in repr(lab)
    with pytest.raises(RuntimeError, match=r"This lab is closed\. Run the cell"):
        lab.start(server)
    again.start(server)
    again.close()


def test_close_leaves_nothing_and_may_be_called_again():
    Lab("warm up").close()
    before = left_over()
    lab = Lab("leaves nothing")
    lab.start(server)
    lab.start(client)
    lab.show()
    lab.show(Sender("client"))
    lab["client"].say("x")
    context = lab.context("cell")
    context.socket(zmq.SUB).connect(lab.endpoint("nobody"))
    eventually(lambda: lab["client"].messages("received"))
    lab.close()
    lab.close()
    eventually(lambda: nothing_left(before))
    for use in (
        lab.show,
        lab.endpoint,
        lambda: lab["client"],
        lambda: lab["client"].say("x"),
        lambda: lab.context("cell"),
        lambda: lab.start(server),
        lambda: lab.experiment("late"),
        lambda: lab.crew(server, 1),
        lambda: lab.script(server),
    ):
        with pytest.raises(RuntimeError, match="closed"):
            use()


def test_an_endpoint_outlives_two_hundred_restarts_with_either_side_first(lab):
    lab.start(client)
    lab.start(server)
    endpoint = lab.endpoint()
    for number in range(200):
        lab["server" if number % 2 else "client"].restart()
        lab["client" if number % 2 else "server"].restart()
        # A request that is sent while the old link is not yet known to be dead would be lost: that is ZeroMQ's way.
        eventually(
            lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.LinkUp) and e.time > _last_start(lab)]
        )
        lab["client"].say(str(number))
        eventually(lambda: lab["client"].messages("received", since=lab["client"].started))
        assert lab.endpoint() == endpoint
        assert not [name for name in ("server", "client") if lab[name].error]


def _last_start(lab):
    return max(lab["client"].started, lab["server"].started)


def test_a_text_goes_through_the_actor_and_a_fault_and_a_restart_reach_it_by_name(lab):
    lab.start(server)
    lab.start(client)
    lab["client"].say("hello")
    eventually(lambda: lab["client"].messages("received"))
    lab["server"].arm("sent")
    lab["client"].say("again")
    eventually(lambda: not lab["server"].alive)
    with pytest.raises(LookupError, match="not at work any more"):
        lab["server"].arm("sent")
    with pytest.raises(LookupError, match=r"No actor is called 'nobody'.*server, client"):
        lab["nobody"].say("x")
    lab["server"].restart()
    assert lab["server"].alive


@pytest.mark.parametrize("process", [False, True])
def test_a_text_that_cannot_be_taken_yet_is_told_as_kept_at_once_and_as_taken_when_it_is(lab, process):
    def kept():
        return [event.number for event in lab.trace.controls() if isinstance(event, kinds.Kept)]

    lab.start(client, process=process)
    lab["client"].say("one")
    eventually(lambda: lab["client"].messages("sent"))
    before = len(kept())
    for text in ("two", "three"):
        lab["client"].say(text)
    eventually(lambda: kept()[before:] == [1, 2])
    lab.start(server)
    eventually(lambda: len(lab["client"].messages("received")) == 3)
    eventually(lambda: kept()[before:] == [1, 2, 1, 0])


def test_a_text_for_an_actor_that_never_asks_for_one_is_refused_in_words(lab):
    lab.start(server)
    with pytest.raises(LookupError, match=r"server takes no text.*`texts`"):
        lab["server"].say("hello")


def test_frames_go_through_an_actor_that_takes_messages(lab):
    def pusher(context, endpoint, messages):
        with context.socket(zmq.PUSH) as socket:
            socket.connect(endpoint)
            for frames in messages:
                socket.send_multipart(frames)

    lab.start(pusher)
    lab["pusher"].say([b"\xff\xfe", b"", b"third"])
    eventually(lambda: lab["pusher"].messages("sent"))
    assert lab["pusher"].messages()[0].frames == (b"\xff\xfe", b"", b"third")


def test_a_context_for_cells_closes_what_the_former_one_left(lab):
    context = lab.context("cell")
    forgotten = context.socket(zmq.PULL)
    forgotten.bind(lab.endpoint())
    again = lab.context("cell")
    assert forgotten.closed
    with again.socket(zmq.PULL) as socket:
        socket.bind(lab.endpoint())


def test_a_cell_that_waits_long_is_told_how_to_go_on(lab, monkeypatch):
    import zmqlab.page.pump

    monkeypatch.setattr(zmqlab.page.pump, "LONG_WAIT", 0.05)
    with lab.context("cell").socket(zmq.PULL) as socket:
        socket.bind(lab.endpoint())
        socket.rcvtimeo = 1000
        with pytest.raises(zmq.Again):
            socket.recv()
    eventually(lambda: [event for event in lab.trace.controls() if isinstance(event, kinds.LongWait)])


def test_the_picture_follows_while_the_main_thread_waits(lab):
    stage = stage_of(lab)
    lab.start(server)
    lab.start(client)
    lab["client"].say("hello")
    eventually(lambda: "2 sent = 2 received" in stage.playback.pieces["totals"])
    shown = stage._repr_mimebundle_()[0]
    assert {"text/html", "image/svg+xml", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(shown)
    assert "server: " in repr(snapshot(lab))


def test_the_same_functions_run_as_scripts_in_processes_of_their_own(lab):
    texts = ["Hello", "it's <me> 'quoted'"]
    runs = lab.run(lab.script(server), lab.script(client, texts=texts))
    assert [run.status for run in runs] == [None, 0]
    assert len({run.pid for run in runs}) == 2
    assert runs[1].output == ""
    with pytest.raises(TimeoutError, match=r"server had not ended after 0\.3 s"):
        lab.run(lab.script(server), seconds=0.3)


def test_a_kernel_that_ends_closes_its_labs():
    program = """
        import sys, threading
        sys.path.insert(0, sys.argv[1])
        import zmq
        from zmqlab import Lab

        def stuck(context, endpoint):
            with context.socket(zmq.PUSH) as pusher:
                pusher.connect(endpoint)
                pusher.send(b"nobody will ever take this")
                context.socket(zmq.PULL).recv()

        lab = Lab("ends")
        lab.start(stuck)
        assert lab.wait_for(lambda: lab["stuck"].messages())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(NOTEBOOKS)], capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_experiment_shows_its_own_stretch_and_is_asked_for_its_messages(lab, page):
    lab.start(server)
    lab.start(client)
    lab["client"].say("before")
    eventually(lambda: lab["client"].messages("received"))
    with lab.experiment("two requests") as experiment:
        context, outside = experiment.context("cell"), lab.context("outside")
        for text in ("one", "two"):
            lab["client"].say(text)
        assert lab.wait_for(lambda: len(experiment.messages("client", "received")) == 2)
    assert context.closed
    assert not outside.closed  # it is the lab's
    lab["client"].say("after")
    eventually(lambda: len(lab["client"].messages("received")) == 4)
    assert page == [experiment.stage]
    assert [m.frames for m in experiment.messages("client", "sent")] == [(b"one",), (b"two",)]
    assert experiment.stage.playback.pieces["totals"] == "4 sent = 4 received"
    assert "sent 2 · received 2" in experiment.stage.playback.pieces["notes/client"]
    eventually(lambda: stage_of(lab).playback.pieces["totals"] == "8 sent = 8 received")


def test_a_recording_plays_without_a_socket(lab, tmp_path):
    lab.start(server)
    lab.start(client)
    lab["client"].say("h\u00e9llo")
    eventually(lambda: len(messages(lab)) == 4)
    file = save(lab, tmp_path / "run.json")
    stage = replay(file)
    assert stage.past.told()["base"]["totals"] == "nothing sent"
    assert stage.playback.pieces["totals"] == "2 sent = 2 received"  # what is shown where nothing plays
    assert stage.past.told()["history"][-1]["say"]
    assert "client sends “héllo”" in [step["say"] for step in stage.past.told()["history"]]
    assert stage.title == lab.name
    for wrong in ("", "{}", "[1]", '{"format": 7, "title": "", "events": []}'):
        file.write_text(wrong)
        with pytest.raises(ValueError, match=r"recording|format 7"):
            replay(file)


def test_a_stage_that_is_shown_late_goes_back_to_the_beginning_of_the_lab(lab):
    lab.start(server)
    lab.start(client)
    lab["client"].say("hello")
    eventually(lambda: lab._bench.pump.scene.totals()["received"] == 2)
    told = stage_of(lab).past.told()
    assert told["base"]["totals"] == "nothing sent yet"
    assert not any(name.startswith("actors/") for name in told["base"])
    assert "client sends “hello”" in [step["say"] for step in told["history"]]
    lab["client"].say("again")
    eventually(lambda: "client sends “again”" in [step["say"] for step in stage_of(lab).past.told()["history"]])


def test_the_stop_button_is_pressed_once_the_stage_has_told_that_a_cell_waits_too_long(lab, interruptible, monkeypatch):
    monkeypatch.setattr("zmqlab.page.pump.LONG_WAIT", 0.1)
    receiver = lab.context("your cell").socket(zmq.PULL)
    receiver.bind(lab.endpoint())
    receiver.rcvtimeo = 10_000
    with pytest.raises(KeyboardInterrupt), pressing_stop(lab, after=0):
        receiver.recv()
    assert [type(event) for event in lab.trace.controls()].count(kinds.LongWait) == 1


def test_the_stop_button_is_left_alone_when_the_wait_ends_by_itself(lab, monkeypatch):
    monkeypatch.setattr("zmqlab.page.pump.LONG_WAIT", 0.1)
    receiver = lab.context("your cell").socket(zmq.PULL)
    receiver.bind(lab.endpoint())
    with pressing_stop(lab, after=30):
        assert receiver.poll(300) == 0
    eventually(lambda: not any(thread.name == "zmqlab stop button" for thread in threading.enumerate()))


def test_what_an_actor_has_sent_before_it_was_started_again_is_no_business_of_the_panel(lab):
    def quiet(context):
        context.socket(zmq.PAIR).bind("inproc://quiet")

    lab.start(client)
    lab["client"].say("hello")  # to nobody
    eventually(lambda: lab._bench.pump.scene.sent == 1)
    lab.start(quiet)  # the panel begins here
    lab.start(client)
    told = stage_of(lab).past.told()
    assert told["base"]["totals"] == "nothing sent yet"
    assert {step["put"].get("totals", "nothing sent yet") for step in told["history"]} == {"nothing sent yet"}


def test_a_panel_has_its_lanes_in_the_order_of_the_picture_however_long_ago_who_came(lab, monkeypatch):
    monkeypatch.setattr("zmqlab.page.beginning.TOLD", 2)
    lab.start(server)
    lab.start(client)
    lab["client"].say("hello")
    eventually(lambda: lab._bench.pump.scene.totals()["received"] == 2)
    lanes = stage_of(lab).playback.snapshot()["pieces"]
    assert [name for name in lanes if name.startswith("lanes/")] == ["lanes/client", "lanes/server"]
