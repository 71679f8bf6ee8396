"""Descriptors above 1,023, which `select` does not take; and what a class of pyzmq's says of itself."""

import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
import zmq
from zmqlab.live.sockets import Context, Socket

from tests.unit.common import eventually

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

LAB = (
    PROGRAM.partition("    from zmqlab.live.actors")[0]
    + """
    import zmq
    from zmqlab import Lab
    from zmqlab.record.events import LinkUp

    def server(context, endpoint):
        with context.socket(zmq.REP) as replier:
            replier.bind(endpoint)
            while True:
                replier.send(replier.recv().upper())

    lab = Lab("many descriptors")
    for process in (False, True):
        lab.start(server, process=process)
        with lab.context().socket(zmq.REQ) as requester:
            requester.rcvtimeo = 20_000
            requester.connect(lab.endpoint())
            requester.send(b"tea")
            print(requester.recv().decode(), flush=True)
            assert lab.wait_for(lambda: [event for event in lab.trace.controls() if type(event) is LinkUp], 20)
    assert "TEA" in repr(lab["server"].messages("sent"))
    lab.close()
"""
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no descriptors")
def test_a_lab_works_with_descriptors_above_1023(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(LAB))
    command = [sys.executable, str(file), str(NOTEBOOKS)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (run.stdout, run.stderr) == ("TEA\nTEA\n", "")


def test_five_thousand_sockets_made_and_closed_leave_no_descriptor_and_no_counters(lab):
    context = lab.context()
    with context.socket(zmq.PUSH) as first, context.socket(zmq.PULL) as other:
        first.bind(lab.endpoint("first"))
        other.connect(lab.endpoint("first"))
        first.send(b"x")
        assert other.recv() == b"x"
    assert lab.trace.tallies == {}
    before = psutil.Process().num_fds()  # with what watches the links of the two: that ends a little later
    for number in range(2_500):
        with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
            one.bind(f"inproc://{number}")
            other.connect(f"inproc://{number}")
    assert lab.trace.tallies == {}
    eventually(lambda: psutil.Process().num_fds() <= before)
    assert lab.trace._given > 5_000


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
