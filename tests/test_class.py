"""`make class`: whom it lets in, after which question, and that nothing of it stays. On this computer alone, and between
two networks that are made for the test."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import classroom
import hub
import lab
import psutil
import pytest

from tests.lessons import ROOT
from tests.unit.common import eventually

HUB = ROOT / "build/hub/bin/python"
ROOM, OTHER = "10.203.0.1", "10.204.0.1"
"""Addresses of the teacher in networks of the test: that of the class, and one that is none of its business."""
needs_hub = pytest.mark.skipif(
    not (HUB.exists() and hub.PROXY.exists()), reason="`make hub` has not installed JupyterHub here"
)


# --- Before anything is opened ---


@pytest.fixture
def here(monkeypatch):
    """A computer with an address in a room, one in another network, and its own."""
    monkeypatch.setattr(classroom, "addresses", lambda: {ROOM: "wlan0", OTHER: "eth0", "127.0.0.1": "lo"})


@pytest.mark.parametrize("address", ["", "0.0.0.0", "10.9.9.9", "::", "localhost"])
def test_a_class_without_an_address_of_this_computer_is_told_which_there_are(address, here):
    said = classroom.problem(address, 8000, root=False)
    assert f"make class ADDRESS={ROOM}    (wlan0)" in said
    assert (f"{address} is no address of this computer." in said) == bool(address)


def test_the_addresses_are_those_of_this_computer_and_its_own_comes_last():
    found = list(classroom.addresses())
    assert found[-1] == "127.0.0.1"
    assert "0.0.0.0" not in found


def test_root_holds_no_class_without_saying_so():
    assert "You are root" in classroom.problem("127.0.0.1", 0, root=True)
    assert classroom.problem("127.0.0.1", 0, root=False) == ""


def test_a_port_that_is_taken_is_said_before_anybody_is_let_in():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 cannot be used" in classroom.problem("127.0.0.1", port, root=False)


@pytest.mark.parametrize(("typed", "opens"), [("yes", True), (" Yes ", True), ("y", False), ("", False), (None, False)])
def test_others_are_let_in_only_when_somebody_has_typed_yes(typed, opens, here, monkeypatch, capsys):
    def answer(_):
        if typed is None:
            raise EOFError
        return typed

    held = []
    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(classroom, "problem", lambda *_: "")
    monkeypatch.setattr(classroom, "hold", lambda *what: held.append(what[:3]))
    monkeypatch.setattr(classroom.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["class", "--address", ROOM, "--learners", "12"])
    if opens:
        classroom.main()
    else:
        with pytest.raises(SystemExit, match="Nothing was opened"):
            classroom.main()
    assert held == [(ROOM, 8000, 12)] * opens
    told = capsys.readouterr().out
    assert f"http://{ROOM}:8000" in told
    assert "runs as you" in told
    assert "Everybody whose computer reaches this address" in told


def test_nobody_is_asked_where_nobody_else_gets_in(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("somebody was asked"))
    assert classroom.agreed("127.0.0.1")
    assert "Nobody but this computer" in classroom.exposed("127.0.0.1", 8000)


def test_the_class_s_one_door_is_all_that_a_hub_is_told_to_open(tmp_path):
    text = hub.configuration(tmp_path, "word", ROOM, 8000, 30)
    assert re.findall(r"http://([\d.]+):", text).count(ROOM) == 1
    assert set(re.findall(r"http://([\d.]+):", text)) == {ROOM, "127.0.0.1"}


def test_a_password_can_be_read_aloud_and_is_another_each_time():
    words = {classroom.password() for _ in range(50)}
    assert len(words) == 50
    assert all(re.fullmatch(r"([b-z][aeiou]){2}(-([b-z][aeiou]){2}){2}", word) for word in words)


def test_a_computer_with_too_little_memory_says_for_how_many_it_has_some():
    assert classroom.room_for(1) == ""
    assert re.search(r"memory for about \d+ learners", classroom.room_for(100_000))


def test_a_hub_that_ends_by_itself_is_said_to_have_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "prepare", lambda *_: None)
    monkeypatch.setattr(hub, "configuration", lambda *_: "raise SystemExit(1)")
    monkeypatch.setattr(classroom, "wait_until_open", lambda *_: None)
    monkeypatch.setattr(classroom.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit, match="The hub has ended"):
        classroom.hold("127.0.0.1", 0, 1, tmp_path)


LIMITED = """
import resource, limited
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
limited.limit()
print(resource.getrlimit(resource.RLIMIT_FSIZE)[0], *resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_a_limit_that_is_lower_than_ours_stays():
    command = [sys.executable, "-c", LIMITED]
    done = subprocess.run(command, cwd=ROOT / "tools", capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000000", "0", "0"]


# --- A class ---


class Class:
    """A class at work: `process` is the teacher's command, `said` what it has printed."""

    def __init__(self, process):
        self.process, self.said = process, ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.said += line

    @property
    def password(self):
        return (re.findall(r"^ +Password +(\S+)$", self.said, re.MULTILINE) or [""])[0]

    def processes(self):
        """Return all that it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def listens(self, where=()):
        """Return the addresses at which it listens for other computers, and those for this computer alone."""
        code = (
            "import json, psutil; print(json.dumps([[*made.laddr, made.pid] for made in psutil.net_connections('tcp')"
        )
        code += " if made.status == 'LISTEN']))"
        told = subprocess.run([*where, sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        ours = {one.pid for one in self.processes()}
        found = {(address, port) for address, port, pid in json.loads(told) if pid in ours}
        alone = {(address, port) for address, port in found if address.startswith("127.") or address == "::1"}
        return found - alone, alone

    def stop(self, with_signal=signal.SIGINT):
        """Press Ctrl-C, and wait until nothing of it is left."""
        theirs = self.processes()
        self.process.send_signal(with_signal)
        self.process.wait(120)
        self._reader.join(10)
        try:
            eventually(lambda: not any(map(at_work, theirs)), 60)
        finally:
            for one in theirs:
                with suppress(psutil.NoSuchProcess):
                    one.kill()


def at_work(process):
    """Whether a process is there, and has not ended."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def a_class(folder, address, port, where=(), typed=""):
    """Hold a class. Ends it on the way out, if it is there still."""
    command = [*where, HUB, ROOT / "tools/classroom.py", "--address", address, "--port", str(port), "--folder", folder]
    if os.geteuid() == 0:
        command.append("--allow-root")
    process = subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tools")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    process.stdin.write(typed)
    process.stdin.close()
    held = Class(process)
    try:
        eventually(lambda: held.password or process.poll() is not None, 150)
        assert held.password, held.said
        yield held
    finally:
        if process.poll() is None:
            held.stop()


def visit(url, password, name, where=()):
    """Have a learner visit the class. Returns what came of it."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tools")))}
    command = [*where, sys.executable, "-m", "tests.class_visitor", url, password, name]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    return done.stdout.strip() or done.stderr[-1500:]


def answers(address, port, where=()):
    """Whether somebody listens there, seen from a network."""
    code = f"import socket; socket.create_connection(({address!r}, {port}), 5)"
    return subprocess.run([*where, sys.executable, "-c", code], capture_output=True).returncode == 0


@needs_hub
def test_a_class_gives_each_learner_a_copy_and_ends_all_that_it_has_started(tmp_path):
    [port] = hub.free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with a_class(tmp_path, "127.0.0.1", port) as held:
        assert "Nobody but this computer" in held.said
        assert "403: Forbidden" in visit(url, "wrong-word", "anna")
        assert visit(url, held.password, "anna") == "served"
        assert visit(url, held.password, "zoë-2") == "served"
        assert "served" not in visit(url, held.password, "..")
        notebooks = [tmp_path / "homes" / name / "notebooks" for name in ("anna", "zoë-2")]
        assert [sorted(path.name for path in folder.glob("of-*")) for folder in notebooks] == [
            ["of-anna"],
            ["of-zoë-2"],
        ]
        assert {path.name for path in (tmp_path / "homes").iterdir()} == {"anna", "zoë-2"}
        own = tmp_path / "homes" / "anna" / ".jupyter" / "lab"
        assert len(list(own.rglob("*.jupyterlab-settings"))) == len(lab.SETTINGS)
        assert len(list(own.rglob("*.jupyterlab-workspace"))) == 1
        beyond, alone = held.listens()
        assert beyond == set()
        assert ("127.0.0.1", port) in alone
        held.stop()
    assert held.process.returncode == 0
    assert held.said.endswith("== Nobody gets in any more.\n")
    assert not answers("127.0.0.1", port)
    assert (notebooks[0] / "of-anna").exists(), "what a learner wrote has gone"


@needs_hub
def test_a_class_whose_teacher_is_killed_ends_itself(tmp_path):
    [port] = hub.free_ports(1)
    with a_class(tmp_path, "127.0.0.1", port) as held:
        assert answers("127.0.0.1", port)
        held.stop(signal.SIGKILL)
    assert not answers("127.0.0.1", port)


# --- Two networks ---


def network(pid):
    """Return the words before a command that runs it in the network of a process."""
    return ("nsenter", f"--net=/proc/{pid}/ns/net")


@pytest.fixture
def networks():
    """The network of a teacher and that of a learner, joined by two cables. Returns the words that run a command there."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can make networks")
    for tool in ("unshare", "nsenter", "ip"):
        if not shutil.which(tool):
            pytest.skip(f"there is no {tool} here, to make networks with")
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        pytest.skip("no network may be made here")
    holders = [subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) for _ in range(2)]
    try:
        own = os.readlink("/proc/self/ns/net")
        for one in holders:
            eventually(lambda one=one: os.readlink(f"/proc/{one.pid}/ns/net") != own)
        teacher, learner = (network(one.pid) for one in holders)
        for cable, address in (("room", ROOM), ("other", OTHER)):
            ip(teacher, "link", "add", cable, "type", "veth", "peer", "name", cable, "netns", str(holders[1].pid))
            for there, number in ((teacher, address), (learner, f"{address[:-1]}2")):
                ip(there, "address", "add", f"{number}/24", "dev", cable)
                ip(there, "link", "set", cable, "up")
        for there in (teacher, learner):
            ip(there, "link", "set", "lo", "up")
        yield teacher, learner
    finally:
        for one in holders:
            one.kill()
            one.wait()


def ip(where, *words):
    subprocess.run([*where, "ip", *words], check=True, capture_output=True)


@needs_hub
def test_a_learner_in_the_same_network_gets_in_and_at_no_other_address(networks, tmp_path):
    teacher, learner = networks
    with a_class(tmp_path, ROOM, 8000, teacher, typed="yes\n") as held:
        assert "Everybody whose computer reaches this address" in held.said
        assert visit(f"http://{ROOM}:8000", held.password, "anna", learner) == "served"
        beyond, _ = held.listens(teacher)
        assert beyond == {(ROOM, 8000)}
        assert answers(ROOM, 8000, learner)
        assert not answers(OTHER, 8000, learner)
        assert not answers(OTHER, 8000, teacher)
        held.stop()
    assert not answers(ROOM, 8000, learner)


@needs_hub
def test_between_two_networks_no_answer_opens_nothing(networks, tmp_path):
    teacher, learner = networks
    command = [*teacher, HUB, ROOT / "tools/classroom.py", "--address", ROOM, "--folder", tmp_path, "--allow-root"]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT / "tools")}, input="no\n", capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, "Nothing was opened.\n")
    assert not answers(ROOM, 8000, learner)
    assert list(tmp_path.iterdir()) == []
