"""An actor in a process of its own: the same function, the same record, and nothing left of it."""

import functools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest
import zmq
from zmqlab.course.start_here import Place
from zmqlab.live.processes.parent import ProcessActor
from zmqlab.picture.drawing import still, text
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds

from tests.soak import soak
from tests.unit.common import (
    Interrupting,
    client,
    eventually,
    html_of,
    left_over,
    messages,
    nothing_left,
    processes_at_work,
    scene_now,
    server,
    shown_by,
    stage_of,
    worker_of,
)

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LIMIT = 3
"""What only this process has would be a list; a number goes along."""
KEPT_HERE = threading.Lock()


def at_work(lab, name="server"):
    """Wait until an actor has bound its socket."""
    since = lab[name].started
    return eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.Bound) and e.time > since])


def exchange(lab, said="hello"):
    before = len(lab["client"].messages("received"))
    lab["client"].say(said)
    eventually(lambda: len(lab["client"].messages("received")) > before)


def test_the_same_function_works_in_a_process_of_its_own_and_both_sides_stand_in_one_record(lab):
    actor = lab.start(server, process=True)
    lab.start(client)
    assert actor.pid not in (0, os.getpid())
    assert psutil.pid_exists(actor.pid)
    for number in range(20):
        exchange(lab, f"request {number}")
    ways = [(m.actor, m.way, m.frames[0]) for m in messages(lab)]
    expected = []
    for number in range(20):
        asked, answered = f"request {number}".encode(), f"REQUEST {number}".encode()
        expected += [("client", "sent", asked), ("server", "received", asked)]
        expected += [("server", "sent", answered), ("client", "received", answered)]
    assert ways == expected
    [started] = [e for e in lab.trace.controls() if isinstance(e, kinds.Started) and e.actor == "server"]
    assert started.process == actor.pid
    own = {e.socket for e in lab.trace.controls() if isinstance(e, kinds.SocketMade)}
    assert len(own) == 2, "sockets of two processes must not share a number"
    tallies = {tally.actor: (tally.sent, tally.received) for tally in map(lab.trace.tally, own)}
    assert tallies == {"server": (20, 20), "client": (20, 20)}


def test_the_picture_of_both_sides_adds_up_and_shows_the_process(lab):
    stage = stage_of(lab)
    actor = lab.start(server, process=True)
    lab.start(client)
    exchange(lab)
    eventually(lambda: "2 sent = 2 received" in stage.playback.pieces["totals"])
    assert f"process {actor.pid}" in still(scene_now(lab))
    assert f"server starts in process {actor.pid}" in [step["say"] for step in stage.past.told()["history"]]
    lab["server"].restart(process=False)
    assert "process" not in still(scene_now(lab))


def test_an_experiment_ends_with_all_that_the_process_did(lab, monkeypatch):
    import zmqlab.lab

    monkeypatch.setattr(zmqlab.lab, "display", lambda stage: None)
    lab.start(server, process=True)
    lab.start(client)
    at_work(lab)
    for number in range(10):
        with lab.experiment(f"number {number}") as experiment:
            lab["client"].say("x")
            # Not messages(lab): that would wait for the process to tell.
            assert lab.wait_for(
                lambda: [m for m in lab.trace.messages(experiment.began) if (m.actor, m.way) == ("client", "received")]
            )
        assert experiment.stage.playback.pieces["totals"] == "2 sent = 2 received"
        assert [m.actor for m in experiment.messages()] == ["client", "server", "server", "client"]


def test_a_process_that_has_fallen_silent_holds_nobody_up(lab):
    actor = lab.start(server, process=True)
    lab.start(client)
    exchange(lab)
    eventually(lambda: len(messages(lab)) == 4)  # the process has told what it did
    os.kill(actor.pid, signal.SIGSTOP)
    eventually(lambda: psutil.Process(actor.pid).status() == psutil.STATUS_STOPPED)
    lab["client"].say("nobody answers")
    stage = stage_of(lab)
    eventually(lambda: "3 sent" in stage.playback.pieces["totals"])
    os.kill(actor.pid, signal.SIGCONT)
    eventually(lambda: "4 sent = 4 received" in stage.playback.pieces["totals"])


def test_twenty_starts_leave_no_process_no_descriptor_and_no_thread(lab):
    def cycle(number):
        lab.start(server, process=True)
        if number % 2:
            at_work(lab)
        assert lab["server"].stop()
        assert not lab["server"].error

    cycle(1)
    before = left_over()
    for number in range(20):
        cycle(number)
    eventually(lambda: nothing_left(before))
    eventually(lambda: processes_at_work() == [])


def test_it_stops_within_half_a_second_wherever_it_waits(lab):
    def busy(context, endpoint):
        context.socket(zmq.REP).bind(endpoint)
        while True:
            pass

    for function, limit in ((server, 0.5), (busy, 1.0)):
        actor = lab.start(function, process=True)
        at_work(lab, actor.name)
        began = time.monotonic()
        assert actor.stop()
        took = time.monotonic() - began
        print(f"{actor.name}: {1000 * took:.1f} ms")
        assert took < limit
        assert not psutil.pid_exists(actor.pid)
        assert [type(e) for e in lab.trace.controls()][-2:] == [kinds.Closed, kinds.Stopped]
        assert repr(actor) == f"{actor.name}: stopped"
    with zmq.Context() as context, context.socket(zmq.REP) as replier:
        replier.bind(lab.endpoint())  # its endpoint is free


def test_a_kill_is_a_kill_and_the_stage_says_died(lab):
    actor = lab.start(server, process=True)
    lab.start(client)
    at_work(lab)
    first = actor.pid
    assert repr(actor) == f"server: at work in process {first}"
    assert lab["server"].kill()
    assert not psutil.pid_exists(first)
    assert worker_of(lab, "server")._child.status == -signal.SIGKILL
    last = [e for e in lab.trace.controls() if e.actor == "server"][-1]
    assert (type(last), last.signal) == (kinds.Died, "SIGKILL")
    assert "server: died" in text(scene_now(lab))
    assert repr(actor) == "server: died"
    with pytest.raises(LookupError, match="not at work any more"):
        lab["server"].arm("sent")
    lab["server"].restart()
    assert lab["server"].pid != first
    exchange(lab)


@pytest.mark.parametrize(("fault", "ways"), [("received", ["received"]), ("sent", ["received"])])
def test_a_fault_is_armed_in_the_process_before_arm_returns(lab, fault, ways):
    actor = lab.start(server, process=True)
    lab.start(client)
    with pytest.raises(ValueError, match="received"):
        actor.arm("thunder")
    actor.arm(fault)
    lab["client"].say("please")
    assert actor.join(5)
    assert [m.way for m in lab["server"].messages()] == ways
    assert [e.fault for e in lab.trace.controls() if e.actor == "server" and isinstance(e, kinds.Died)] == [fault]
    assert worker_of(lab, "server").ended == "died"


def test_texts_and_frames_of_any_kind_reach_the_process(lab):
    def pusher(context, endpoint, messages):
        with context.socket(zmq.PUSH) as socket:
            socket.bind(endpoint)
            for frames in messages:
                socket.send_multipart(frames)

    lab.start(pusher, process=True)
    lab.start(client, process=True, endpoint=lab.endpoint("other"))
    with lab.context("cell").socket(zmq.PULL) as puller:
        puller.connect(lab.endpoint())
        for frames in ([b"\xff\xfe", b"", b"third"], ["21 °C".encode()]):
            lab["pusher"].say(frames)
            assert puller.recv_multipart() == frames
    with lab.context("cell").socket(zmq.REP) as replier:
        replier.bind(lab.endpoint("other"))
        for said in ("", "<b>fett</b> 🦊 \ud800".replace("\ud800", "?"), "x" * 300_000):
            lab["client"].say(said)
            assert replier.recv_string() == said
            replier.send(b"")


def test_subscriptions_of_a_process_are_set_from_outside(lab):
    def listener(context, endpoint):
        with context.socket(zmq.SUB) as subscriber:
            subscriber.connect(endpoint)
            while True:
                subscriber.recv()

    lab.start(listener, process=True)
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.Connected)])
    lab["listener"].subscribe(b"\xff\x00")
    lab["listener"].subscribe(b"\xff\x00")
    lab["listener"].unsubscribe(b"\xff\x00")
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.Unsubscribed)])
    heard = [(type(e), e.topic) for e in lab.trace.controls() if isinstance(e, kinds.Subscribed | kinds.Unsubscribed)]
    assert heard == [(kinds.Subscribed, b"\xff\x00"), (kinds.Unsubscribed, b"\xff\x00")]


def test_an_exception_is_said_in_words_like_one_in_a_thread(lab):
    def clumsy(context):
        raise ValueError("seven is not an <answer>")

    details = []
    for process in (False, True):
        actor = lab.start(clumsy, process=process)
        assert actor.join(5)
        assert repr(actor) == "clumsy: failed: ValueError: seven is not an <answer>"
        details.append([(e.error, e.why) for e in lab.trace.controls() if isinstance(e, kinds.Failed)][-1])
    assert details[0] == details[1]


def test_a_process_that_ends_without_a_word_is_explained(lab):
    def leaving(context):
        import os

        os.write(2, b"out of patience\n")
        os._exit(7)

    def aborting(context):
        import os

        os.abort()

    actor = lab.start(leaving, process=True)
    assert actor.join(5)
    assert repr(actor) == "leaving: failed: exit status 7: out of patience"
    actor = lab.start(aborting, process=True)
    assert actor.join(5)
    assert repr(actor) == "aborting: died"
    assert lab.trace.controls()[-1].signal == "SIGABRT"


def test_what_a_function_prints_does_not_spoil_the_record(lab):
    def loud(context):
        import os

        print('{"event": "nonsense"}')
        os.write(1, b"not JSON\n")

    actor = lab.start(loud, process=True)
    assert actor.join(5)
    assert repr(actor) == "loud: finished"


def helper():
    return os.path.basename("a/b") * LIMIT


def test_what_a_function_names_goes_along(lab):
    greeting = "hello"

    def careful(context, endpoint, words, size: int = LIMIT):
        assert (greeting, words, size, helper()) == ("hello", [b"\xff", ("a", 1)], LIMIT, "bbb")
        assert functools.reduce(lambda a, b: a + b, [1, 2]) == LIMIT

    actor = lab.start(careful, process=True, words=[b"\xff", ("a", 1)])
    assert actor.join(5)
    assert repr(actor) == "careful: finished"


def test_what_cannot_go_along_is_refused_in_words_before_anything_starts(lab):
    def naming(context):
        KEPT_HERE.acquire()

    def keeping(done):
        return done

    lab.start(server)
    with pytest.raises(TypeError, match=r"naming\(\) names KEPT_HERE \(<.*lock.*\), which only this process has"):
        lab.start(naming, process=True)
    with pytest.raises(TypeError, match=r"is given done=<.*lock.*, which cannot go into a process of its own"):
        lab.start(keeping, process=True, done=threading.Lock())
    with pytest.raises(TypeError, match=r"write it in a cell, as `def"):
        lab.start(lambda context: None, process=True)
    with pytest.raises(TypeError, match="wants endpoint"):
        ProcessActor(server, {}, lab.trace)
    assert lab["server"].alive
    eventually(lambda: processes_at_work() == [])


def test_what_cannot_be_imported_there_fails_in_words(lab, tmp_path, monkeypatch):
    (tmp_path / "gone_soon.py").write_text("def answer():\n    return 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    import gone_soon

    def asking(context):
        gone_soon.answer()

    actor = lab.start(asking, process=True)
    assert actor.join(5)
    assert repr(actor) == "asking: finished"
    (tmp_path / "gone_soon.py").unlink()
    actor = lab.start(asking, process=True)
    assert actor.join(5)
    assert repr(actor) == "asking: failed: ModuleNotFoundError: No module named 'gone_soon'"


def test_an_interrupt_of_the_kernel_is_not_meant_for_it(lab):
    actor = lab.start(server, process=True)
    lab.start(client)
    at_work(lab)
    os.kill(actor.pid, signal.SIGINT)
    exchange(lab)
    assert actor.alive


def test_a_kernel_that_dies_leaves_no_process(tmp_path):
    program = """
        import sys, time
        sys.path.insert(0, sys.argv[1])
        import zmq
        from zmqlab import Lab

        def stubborn(context, endpoint):
            context.socket(zmq.REP).bind(endpoint)
            while True:
                pass

        lab = Lab("dies")
        actor = lab.start(stubborn, process=True)
        assert lab.wait_for(lambda: [e for e in lab.trace.controls() if type(e).__name__ == "Bound"])
        print(actor.pid, flush=True)
        time.sleep(60)
    """
    script = tmp_path / "kernel.py"
    script.write_text(textwrap.dedent(program))
    command = [sys.executable, str(script), str(NOTEBOOKS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as kernel:
        pid = int(kernel.stdout.readline())
        assert psutil.pid_exists(pid)
        kernel.kill()
    began = time.monotonic()
    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    print(f"gone {1000 * (time.monotonic() - began):.0f} ms after the kernel")


def test_an_interrupt_at_any_line_leaves_an_actor_that_can_be_started_and_stopped_at_once(lab):
    # A lab begins and ends it in a thread that nobody interrupts: this is about the actor without one.
    def begin():
        return ProcessActor(client, {"endpoint": lab.endpoint()}, lab.trace).start()

    assert begin().stop()
    before = left_over()
    at, struck = 1, True
    while struck:
        at += soak(11, 1)
        interrupting = Interrupting(at)
        actor = ProcessActor(client, {"endpoint": lab.endpoint()}, lab.trace)
        try:
            with interrupting:
                actor.start().say("x")
                actor.stop()
        except KeyboardInterrupt:
            sys.settrace(None)
        struck = interrupting.struck
        assert actor.stop()
        again = begin()
        assert again.alive
        assert again.pid
        assert again.stop()
        assert not again.alive
    assert at > 40, "nothing was interrupted"
    eventually(lambda: processes_at_work() == [])
    eventually(lambda: nothing_left(before))


def test_a_scene_with_a_process_and_no_room_for_it_says_it_above_the_box(trace):
    trace.note(kinds.Started, "an actor with quite a long name", process=4711)
    scene = Scene()
    for event in trace.events():
        scene.apply(event)
    assert "process 4711" in still(scene)


def test_a_switch_moves_an_actor_and_says_where_it_works(lab):
    lab.start(server)
    lab.start(client)
    place = shown_by(lab, Place("server"))
    here, apart = place.buttons.values()
    assert "zl-button-chosen" in here._dom_classes
    assert f"The server works in process {os.getpid()}, which is this kernel." in html_of(place)
    apart.click()
    pid = lab["server"].pid
    eventually(lambda: "zl-button-chosen" in apart._dom_classes)
    assert here.description == "in a thread of this kernel"
    eventually(lambda: f"The server works in process {pid}, this kernel in process {os.getpid()}." in html_of(place))
    exchange(lab)
    apart.click()  # it is there already
    assert lab["server"].pid == pid
    lab["server"].kill()
    eventually(lambda: "The server is not at work: died." in html_of(place))
    apart.click()
    assert lab["server"].pid != pid
    here.click()
    eventually(lambda: "which is this kernel" in html_of(place))
    eventually(lambda: processes_at_work() == [])
    exchange(lab)


def test_a_switch_says_why_an_actor_cannot_move(lab):
    def naming(context, pause):
        KEPT_HERE.acquire()
        pause(60)

    lab.start(naming)
    place = shown_by(lab, Place("naming"))
    place.buttons[True].click()
    assert "naming() names KEPT_HERE" in place.note.value
    assert lab["naming"].alive
    nobody = shown_by(lab, Place("nobody"))
    nobody.buttons[True].click()
    assert "No actor is called &#x27;nobody&#x27;" in nobody.note.value
