"""Two spellings of one address, and two addresses that only look alike."""

import os

import pytest
from zmqlab.record.addresses import could_be_same, host_and_port, listens_at, place_of


@pytest.mark.parametrize(
    ("bound", "connected"),
    [
        ("tcp://0.0.0.0:5", "tcp://localhost:5"),
        ("tcp://127.0.0.1:5", "tcp://127.1:5"),
        ("tcp://127.0.0.1:5", "tcp://2130706433:5"),
        ("tcp://127.0.0.1:5", "tcp://0.0.0.0:5"),
        ("tcp://[::]:5", "tcp://127.0.0.1:5"),
        ("tcp://[::]:5", "tcp://[::1]:5"),
        ("tcp://127.0.0.1:5", "tcp://[::ffff:127.0.0.1]:5"),
        ("tcp://[::1]:5", "tcp://[0:0:0:0:0:0:0:1]:5"),
        ("tcp://127.0.0.1:5", "tcp://127.0.0.1:9;127.0.0.1:5"),
        ("tcp://10.0.0.1:5", "tcp://some-name:5"),
        ("inproc://x", "inproc://x"),
    ],
)
def test_two_spellings_can_be_one_address(bound, connected):
    assert could_be_same(bound, connected)


@pytest.mark.parametrize(
    ("bound", "connected"),
    [
        ("tcp://127.0.0.1:5", "tcp://127.0.0.1:6"),
        ("tcp://127.0.0.1:5", "tcp://127.0.0.2:5"),
        ("tcp://127.0.0.1:5", "tcp://[::1]:5"),
        ("tcp://127.0.0.1:5", "tcp://127.0.0.1:5;127.0.0.1:9"),
        ("tcp://127.0.0.1:*", "tcp://localhost:*"),
        ("tcp://localhost:5", "ipc://localhost:5"),
        ("inproc://x", "inproc://y"),
        ("nonsense", "tcp://127.0.0.1:5"),
        ("tcp://", "tcp://127.0.0.1:5"),
    ],
)
def test_what_differs_in_a_number_is_another_address(bound, connected):
    assert not could_be_same(bound, connected)


def test_a_connection_leads_to_whoever_listens_at_its_far_end():
    near = "127.0.0.1:40000"
    assert listens_at("tcp://0.0.0.0:5", "127.0.0.1:5", near)
    assert listens_at("tcp://10.0.0.1:5", "10.0.0.1:5", "10.0.0.1:40000")
    assert listens_at("tcp://[::]:5", "10.0.0.1:5", "10.0.0.1:40000")
    assert not listens_at("tcp://127.0.0.1:6", "127.0.0.1:5", near)
    assert not listens_at("tcp://0.0.0.0:5", "10.0.0.9:5", "10.0.0.1:40000"), "that is another computer"


def test_both_ends_of_a_connection_write_its_addresses_alike():
    assert host_and_port(("127.0.0.1", 5)) == host_and_port(("::ffff:127.0.0.1", 5, 0, 0)) == "127.0.0.1:5"
    assert host_and_port(("::1", 5, 0, 0)) == "[::1]:5"


def test_a_path_of_ipc_is_told_without_its_detours(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    os.symlink(tmp_path / "there", tmp_path / "link")
    place = f"ipc://{os.path.realpath(tmp_path)}/there/s"
    assert place_of(f"ipc://{tmp_path}/there/../link/s") == place
    monkeypatch.chdir(tmp_path)
    assert place_of("ipc://there/s") == place
    assert place_of("ipc://@name") == "ipc://@name"
    assert place_of("tcp://*:5") == "tcp://*:5"
