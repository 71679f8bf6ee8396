"""■ in a real kernel: it is idle within a second or so, the next cell works, and what the learner reads is one line.

Sometimes ipykernel loses the reply of a cell that is interrupted just as it begins or ends. That is counted apart, beside
the same number of a kernel without zmqlab. `pytest -s` shows both, and how soon the kernel was idle.
"""

import queue
import time

import pytest

from tests.kernels import kernel
from tests.soak import dice, soak

TIMES = soak(6, 25)
PATIENCE = 20.0
"""Seconds for a reply. How soon it comes is told by the benchmarks: a test does not know how busy the machine is."""
SETUP = """
import time, zmq, threading
from zmqlab import Lab, Sender
def server(context, endpoint):
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.send(replier.recv())
lab = Lab("interrupted")
lab.start(server)
"""
CELLS = {
    "a socket that waits": """
with lab.experiment("waits"), lab.context().socket(zmq.PULL) as puller:
    puller.bind(lab.endpoint("nobody"))
    puller.recv()
""",
    "a lab made again": """
lab = Lab("interrupted")
lab.start(server)
lab.wait_for(lambda: False, 1)
""",
    "stretches": """
for _ in range(100):
    with lab.experiment("again") as run, run.context("asker").socket(zmq.REQ) as requester:
        requester.connect(lab.endpoint())
        requester.send(b"hello")
        requester.recv()
""",
    "restarts": """
for _ in range(1000):
    lab["server"].restart()
""",
}
BARE = """
import time
for _ in range(1000):
    time.sleep(0.001)
"""
ALIVE = "1 + 1"


def interrupted(run, code, delay):
    """Run a cell, and interrupt it after so many seconds.

    Returns its reply (None when it was lost), the errors shown, and how many seconds later the kernel was idle.
    """
    client, manager = run._client, run._manager
    asked = client.execute(code, allow_stdin=False)
    time.sleep(delay)  # the moment is what is drawn: there is nothing to wait for
    manager.interrupt_kernel()
    struck, errors, idle, reply = time.monotonic(), [], False, None
    deadline = struck + PATIENCE
    while not idle and time.monotonic() < deadline:
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != asked:
            continue
        if message["msg_type"] == "error":
            errors.append(message["content"])
        idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
    took = time.monotonic() - struck
    while reply is None and time.monotonic() < deadline:
        try:
            answer = client.get_shell_msg(timeout=2)
        except queue.Empty:
            break
        if answer["parent_header"].get("msg_id") == asked:
            reply = answer["content"]
    return reply, errors, took


def interrupt_again_and_again(run, code, name):
    """Interrupt a cell again and again: the next cell works each time. Prints how soon, and how many replies were lost."""
    own, lost, times = dice(name), 0, []
    for _ in range(TIMES):
        reply, errors, took = interrupted(run, code, own.uniform(0.0, 0.4))
        lost += reply is None
        times.append(took)
        if reply is not None and reply["status"] == "error":
            assert reply["ename"] == "KeyboardInterrupt", reply
            # One line of words; a page of IPython's where it struck before or after anything of ours.
            assert len(errors) == 1
        assert run.value(ALIVE) == 2
    times.sort()
    print(
        f"{name}: idle after {times[len(times) // 2]:.2f} s (median), {times[-1]:.2f} s (most); {lost} of {TIMES} replies lost"
    )


@pytest.mark.parametrize("name", CELLS)
def test_after_an_interrupt_the_next_cell_works(name):
    with kernel() as run:
        run.run(SETUP)
        interrupt_again_and_again(run, CELLS[name], name)
        run.run(SETUP)
        run.run("lab.close()")
        # All of ours has ended: what is left is the kernel's.
        left = "[t.name for t in threading.enumerate() if 'zmqlab' in t.name and t.name != 'zmqlab hands' or t.name == 'server']"
        assert run.value(left) == []


def test_a_bare_kernel_loses_replies_too():
    """For the figure beside ours: nothing is asserted of it, but that the next cell works."""
    with kernel() as run:
        interrupt_again_and_again(run, BARE, "bare")
