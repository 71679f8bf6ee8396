"""What lesson 03 says of queues, results and monitors, tried with the functions that it shows."""

import ast
import gc
import warnings

import pytest
import zmq

from tests import lessons
from tests.unit.common import messages

NOTEBOOK = next(path for path in lessons.lesson_files() if path.name.startswith("03"))
PLAIN = ast.Import | ast.ImportFrom | ast.FunctionDef
SOME, LARGE = 300, bytes(100_000)


@pytest.fixture(scope="module")
def shown():
    """The functions that the lesson shows."""
    space = {}
    for _, cell in lessons.code_cells(lessons.read(NOTEBOOK)):
        plain = [node for node in lessons.parsed(cell).body if isinstance(node, PLAIN)]
        exec(compile(ast.Module(plain, []), "lesson 03", "exec"), space)
    return space


def pushed(tasks):
    """Push large tasks until the queue takes no more. Return how many it took."""
    for number in range(SOME):
        try:
            tasks.send(LARGE, zmq.NOBLOCK)
        except zmq.Again:
            return number
    return SOME


def parted(monitor):
    """Wait until a link has gone."""
    assert monitor.poll(5000)
    monitor.recv_multipart()


@pytest.mark.parametrize("binds", [True, False], ids=["bound", "connected"])
def test_a_queue_that_bind_has_made_goes_with_its_peer_and_one_that_connect_has_made_stays(binds):
    with zmq.Context() as context, zmq.Context() as others, context.socket(zmq.PUSH) as tasks:
        tasks.linger = 0
        with tasks.get_monitor_socket(zmq.EVENT_DISCONNECTED) as monitor, others.socket(zmq.PULL) as worker:
            worker.rcvhwm = 10  # the others wait at their sender
            place, guest = (tasks, worker) if binds else (worker, tasks)
            place.bind("tcp://127.0.0.1:*")
            endpoint = place.last_endpoint
            guest.connect(endpoint)
            tasks.sndtimeo = 5000
            tasks.send(b"the first")
            assert worker.recv() == b"the first"
            assert pushed(tasks) > 20
            worker.close()
            parted(monitor)
            tasks.disable_monitor()
        others.term()
        with zmq.Context() as anew, anew.socket(zmq.PULL) as heir:
            heir.rcvtimeo = 5000
            if binds:
                heir.connect(endpoint)
                while not heir.poll(20):  # what is sent in the moment of parting may still go with the old queue
                    tasks.send(b"the next")
            else:
                heir.bind(endpoint)
            assert (heir.recv() == b"the next") == binds


def test_a_worker_that_dies_takes_no_result_along_once_its_task_is_struck_out(lab, shown):
    lab.start(shown["giver"])
    lab.start(shown["asking_worker"], seconds=0.05)
    lab["giver"].say("3")
    assert lab.wait_for(lambda: len(messages(lab, "giver", "sent")) == 2)  # task 1 is struck out: task 2 is given
    lab["asking worker"].kill()
    assert (b"task 1 done",) in [message.frames for message in messages(lab, "giver", "received")]


def test_the_monitor_is_closed_and_a_worker_that_does_not_come_ends_the_wait(lab, shown):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        lab.start(shown["waiting_ventilator"], name="ventilator", workers=2)
        lab.crew(shown["worker"], 2, sink_endpoint=lab.endpoint("nobody"))
        lab["ventilator"].say("2")
        assert lab.wait_for(lambda: len(messages(lab, "ventilator", "sent")) == 2)
        lab.close()
        gc.collect()
    assert not [one for one in warned if "Unclosed" in str(one.message)]
