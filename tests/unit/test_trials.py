"""The same thing done twenty times after a sleep, over a link that takes its time."""

import socket
import threading
import time

import pytest
import zmq
from zmqlab.course.publish_subscribe.slow_link import SlowLink
from zmqlab.course.publish_subscribe.trials import ROWS, RUNS, Trials

from tests.unit.common import FakeLab, eventually, shown, shown_by


class Run:
    """Stands for a stretch that is there as long as one run."""

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        pass

    def endpoint(self, name, transport):
        return f"{transport}://127.0.0.1:1"


def made(function):
    """Trials that belong to no real lab. A function is told how long it would sleep, and the link take."""
    trials, bench = Trials(function, "title"), FakeLab()
    bench.alone = lambda title: Run()
    trials._once = lambda sleep, link: function(sleep, link)
    return shown(bench, trials)


def run(trials):
    trials.start()
    trials._thread.join(10)


def test_twenty_runs_are_counted_and_each_has_a_dot():
    given = []
    trials = made(lambda sleep, link: given.append((sleep, link)) or len(given) % 4 == 0)
    trials.sleep.value, trials.link.value = 2, 5
    run(trials)
    assert given == [(2, 5)] * RUNS
    assert "○○○●" * 5 in trials.results.value
    assert "5 of 20 arrived" in trials.results.value
    assert "sleep 2 ms, link 5 ms" in trials.results.value
    assert not trials._button.disabled


def test_the_last_results_stand_on_top_and_old_ones_go():
    trials = made(lambda sleep, link: True)
    for sleep in (0, 1, *[2] * (ROWS - 1)):
        trials.sleep.value = sleep
        run(trials)
    assert trials.results.value.count("20 of 20") == ROWS
    assert "sleep 0 ms" not in trials.results.value
    assert trials.results.value.index("sleep 2 ms") < trials.results.value.index("sleep 1 ms")


def test_what_goes_wrong_in_a_run_is_said_without_markup():
    def fail(sleep, link):
        raise ValueError("<b>no</b>")

    trials = made(fail)
    run(trials)
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in trials.note.value
    assert not trials._button.disabled


def test_a_press_while_it_runs_begins_nothing_and_closing_ends_it():
    began, go_on, runs = threading.Event(), threading.Event(), []

    def wait(sleep, link):
        runs.append(1)
        began.set()
        return go_on.wait(10)

    trials = made(wait)
    trials.start()
    assert began.wait(5)
    first = trials._thread
    assert trials._button.disabled
    trials.start()
    assert trials._thread is first
    assert "at work already" in trials.note.value
    trials.bench.closed = True
    go_on.set()
    trials.close()
    assert not first.is_alive()
    assert len(runs) == 1


@pytest.fixture
def bound():
    with zmq.Context() as context, context.socket(zmq.PAIR) as one:
        one.linger = 0
        port = one.bind_to_random_port("tcp://127.0.0.1")
        yield context, one, f"tcp://127.0.0.1:{port}"


def test_a_slow_link_carries_everything_both_ways_and_late(bound):
    context, one, endpoint = bound
    with SlowLink(endpoint, 0.03) as link, context.socket(zmq.PAIR) as other:
        other.linger = 0
        other.connect(link.endpoint)
        other.send(b"x" * 1_000_000)
        assert one.recv() == b"x" * 1_000_000
        began = time.monotonic()
        one.send(b"there")
        assert other.recv() == b"there"
        other.send(b"and back")
        assert one.recv() == b"and back"
        assert time.monotonic() - began >= 0.06


def test_a_slow_link_leaves_nothing_behind(bound):
    context, _, endpoint = bound
    before = threading.active_count()
    link = SlowLink(endpoint, 0.001)
    with context.socket(zmq.PAIR) as other:
        other.connect(link.endpoint)
        eventually(lambda: threading.active_count() == before + 5)  # one lets in, and two carry each way
    link.close()
    link.close()
    assert threading.active_count() == before
    port = int(link.endpoint.rsplit(":", 1)[1])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_in_a_lab_a_function_gets_a_slow_link_and_a_sleep_and_leaves_nothing(lab):
    seen, contexts = [], []

    def late(run, endpoint, far_endpoint, pause):
        began = time.monotonic()
        pause()
        seen.append((endpoint == far_endpoint, time.monotonic() - began >= 0.002))
        contexts.append(run.context("for a run"))
        contexts[-1].socket(zmq.SUB)
        return True

    trials = shown_by(lab, Trials(late, "title"))
    trials.sleep.value = 2
    run(trials)
    trials.link.value = 1
    run(trials)
    assert seen == [(True, True)] * RUNS + [(False, True)] * RUNS
    assert all(context.closed for context in contexts)
    assert lab.trace.controls() == []  # nothing of it is in the lab
