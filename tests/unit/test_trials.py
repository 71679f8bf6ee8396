"""The same thing done twenty times after a sleep, over a link that takes its time."""

import socket
import threading
import time

import pytest
import zmq
from zmqlab.course.publish_subscribe.slow_link import SlowLink
from zmqlab.course.publish_subscribe.trials import ROWS, RUNS, Trials

from tests.unit.common import eventually


def shown(trials):
    return trials.results.value


def run(trials):
    trials.start()
    trials._thread.join(10)


def test_twenty_runs_are_counted_and_each_has_a_dot():
    given = []
    trials = Trials(lambda sleep, link: given.append((sleep, link)) or len(given) % 4 == 0, "title")
    trials.sleep.value, trials.link.value = 2, 5
    run(trials)
    assert given == [(2, 5)] * RUNS
    assert "○○○●" * 5 in shown(trials)
    assert "5 of 20 arrived" in shown(trials)
    assert "sleep 2 ms, link 5 ms" in shown(trials)
    assert not trials._button.disabled


def test_the_last_results_stand_on_top_and_old_ones_go():
    trials = Trials(lambda sleep, link: True, "title")
    for sleep in (0, 1, *[2] * (ROWS - 1)):
        trials.sleep.value = sleep
        run(trials)
    assert shown(trials).count("20 of 20") == ROWS
    assert "sleep 0 ms" not in shown(trials)
    assert shown(trials).index("sleep 2 ms") < shown(trials).index("sleep 1 ms")


def test_what_goes_wrong_in_a_run_is_said_without_markup():
    def fail(sleep, link):
        raise ValueError("<b>no</b>")

    trials = Trials(fail, "title")
    run(trials)
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in shown(trials)
    assert not trials._button.disabled


def test_a_press_while_it_runs_begins_nothing_and_closing_ends_it():
    began, go_on, runs = threading.Event(), threading.Event(), []

    def wait(sleep, link):
        runs.append(1)
        began.set()
        return go_on.wait(10)

    trials = Trials(wait, "title")
    trials.start()
    assert began.wait(5)
    first = trials._thread
    assert trials._button.disabled
    trials.start()
    assert trials._thread is first
    trials._closed = True
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
    seen = []

    def late(lab, endpoint, far_endpoint, pause):
        began = time.monotonic()
        pause()
        seen.append((endpoint == far_endpoint, time.monotonic() - began >= 0.002))
        lab.context("for a run").socket(zmq.SUB)
        return True

    lab.trials(late, "title")
    (trials,) = lab._at_work_alone
    trials.sleep.value = 2
    run(trials)
    trials.link.value = 1
    run(trials)
    assert seen == [(True, True)] * RUNS + [(False, True)] * RUNS
    assert "for a run" not in lab._contexts
