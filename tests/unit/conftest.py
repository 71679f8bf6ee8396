"""What the unit tests share: a trace, a watch on its links, a lab that leaves nothing behind."""

import signal

import pytest
from zmqlab.lab import Lab
from zmqlab.live.links import LinkWatch
from zmqlab.record.trace import Trace


@pytest.fixture(autouse=True)
def progress_of_a_stranger(tmp_path, monkeypatch):
    """Let no test read or write what somebody has answered."""
    monkeypatch.setenv("ZMQLAB_PROGRESS", str(tmp_path / "progress-of-a-stranger.json"))


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """What is shown goes into this list, and not among what a test prints."""
    shown = []
    monkeypatch.setattr("zmqlab.lab.display", shown.append)
    return shown


@pytest.fixture
def trace():
    return Trace()


@pytest.fixture
def links(trace):
    watch = LinkWatch(trace)
    yield watch
    watch.close()


@pytest.fixture
def lab():
    made = Lab("unit")
    yield made
    made.close()


@pytest.fixture
def interruptible():
    """As in a kernel that runs a cell: the tests themselves may run where the signal is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
