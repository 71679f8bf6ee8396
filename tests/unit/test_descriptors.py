"""Descriptors above 1,023, which `select` does not take; and what a class of pyzmq's says of itself."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import zmq
from zmqlab.live.sockets import Context, Socket

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PROGRAM = """
    import os, resource, sys
    sys.path.insert(0, sys.argv[1])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    from zmqlab.live.actors import Actor
    from zmqlab.record.trace import Trace

    said = []

    def listener(pause, texts):
        pause(0.0015)
        for text in texts:
            said.append(text)
            return

    actor = Actor(listener, {}, Trace()).start()
    assert actor.inbox.fileno() > 1_023
    actor.say("tea")
    assert actor.join(10) and actor.error is None, actor
    print(said)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no descriptors")
def test_an_actor_waits_with_descriptors_above_1023():
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(NOTEBOOKS)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("['tea']\n", "")


def test_a_socket_and_its_context_read_as_pyzmqs(trace):
    with Context(trace=trace) as context, context.socket(zmq.REQ) as requester:
        assert repr(requester).startswith("<zmq.Socket(zmq.REQ) at 0x")
        assert repr(context).startswith("<zmq.Context(1 socket) at 0x")
    assert Socket[bytes]
    assert Context[zmq.Socket]
