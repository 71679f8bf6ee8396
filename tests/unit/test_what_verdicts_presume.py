"""A verdict speaks of what an answer does, and presumes nothing of how it is written."""

import inspect

import pytest
import zmq
from zmqlab.course.brokers import wrong
from zmqlab.course.brokers.exercises import BROKER
from zmqlab.learning.checking import check_source


def broker_as_a_proxy(clients, workers):
    zmq.proxy(clients, workers)


def broker_that_gives_to_who_is_busy(clients, workers):
    known = []
    while True:
        came, _, _ = zmq.select([clients, workers] if known else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            known.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([known[-1], b"", *clients.recv_multipart()])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (broker_as_a_proxy, "you sent it to no worker’s address"),
        (wrong.broker_that_hoards, "your program holds it now"),
        (broker_that_gives_to_who_is_busy, "you gave it to a worker that is busy"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_request_that_was_received_too_early_is_said_to_be_where_it_is(answer, words):
    source = inspect.getsource(answer).replace(answer.__name__, "broker")
    verdict = check_source(BROKER, "import zmq\n\n" + source[source.index("def ") :])
    assert verdict.law == "no worker", (verdict.title, verdict.text)
    assert words in verdict.text
    assert "list" not in verdict.text
