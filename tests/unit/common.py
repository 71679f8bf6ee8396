"""Plain actors, and deadlines instead of sleeps."""

import threading
import time

import psutil
import zmq

DEADLINE = 10.0
"""Seconds that a test waits for what must happen."""


def eventually(condition, seconds=DEADLINE):
    """Wait until `condition()` holds. Fails the test when it does not within so many seconds."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not (held := condition()):
        assert time.monotonic() < deadline, f"did not happen within {seconds} s"
        pause.wait(0.002)
    return held


def left_over():
    """Return what a process holds that a lab must give back: threads and descriptors."""
    return threading.active_count(), psutil.Process().num_fds()


def nothing_left(before):
    """Whether a process holds no more than `left_over` said before: what an earlier test had left may go meanwhile."""
    return all(now <= then for now, then in zip(left_over(), before, strict=True))


def server(context, endpoint):
    """Answer every request."""
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.send(replier.recv().upper())


def client(context, endpoint, texts):
    """Send each text, and wait for its reply."""
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()
