"""Bytes from strangers: a server that is recorded lives, serves on, and does not grow; and nobody can see why."""

import contextlib
import os
import random
import socket
import struct
import subprocess
import sys
import textwrap
import threading
import time
from itertools import chain, cycle
from pathlib import Path

import psutil
import pytest
import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmqlab.live.actors import Actor
from zmqlab.live.sockets import Context

from tests.unit.common import DEADLINE, eventually

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CONNECTIONS = 1_000 if os.environ.get("ZMQLAB_SOAK") == "1" else 100
MEGABYTE = 1 << 20
TYPES = {"REP": b"REQ", "ROUTER": b"DEALER", "XPUB": b"SUB", "PUB": b"SUB"}
"""Who is in danger, and what a peer says that it is."""

SERVER = """
    import sys, threading
    sys.path.insert(0, sys.argv[1])
    import zmq
    from zmqlab.live.sockets import Context
    from zmqlab.record.trace import Trace

    kind, endpoint, trace, stay = zmq.SocketType[sys.argv[2]], sys.argv[3], Trace(), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stay.set()), daemon=True).start()

    def serve(server):
        if kind in (zmq.PUB, zmq.XPUB):
            server.poll(5) if kind == zmq.XPUB else stay.wait(0.005)
            server.send(b"news")
        while kind != zmq.PUB and server.poll(0 if kind == zmq.XPUB else 5):
            try:
                message = server.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:  # a request without its empty frame wakes a REP, which then throws it away
                continue
            if kind != zmq.XPUB:
                server.send_multipart(message)

    while True:
        with Context(trace=trace) as context, context.socket(kind) as server:
            server.linger = 0
            server.maxmsgsize = 10_000
            server.bind(endpoint)
            serve(server)
            if stay.is_set():
                print("staying", flush=True)
            while stay.is_set():
                serve(server)
"""

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
"""The 64 bytes with which a peer of ZMTP 3.0 begins (RFC 23)."""


def ready(kind):
    """Return the command by which a peer says of what type it is."""
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    return bytes([4, len(body)]) + body


def shake_hands(stranger, kind):
    stranger.sendall(GREETING)
    stranger.recv(64)
    stranger.sendall(ready(kind))
    stranger.recv(200)


def noise(stranger, kind, chance):
    stranger.sendall(chance.randbytes(chance.randrange(1, 3_000)))


def of_old(stranger, kind, chance):
    """A short message as of ZMTP 1.0, without a greeting."""
    stranger.sendall(b"\x05\x00abcd")


def half_a_greeting(stranger, kind, chance):
    stranger.sendall(GREETING[: chance.randrange(1, 64)])


def browser(stranger, kind, chance):
    stranger.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")


def a_frame_of_two_gigabytes(stranger, kind, chance):
    shake_hands(stranger, kind)
    stranger.sendall(b"\x02" + struct.pack(">Q", 2 << 30) + b"x" * 1_000)


def frames_without_end(stranger, kind, chance):
    shake_hands(stranger, kind)
    for _ in range(10):
        stranger.sendall(b"\x03" + struct.pack(">Q", 100_000) + b"x" * 100_000)


def noise_after_a_greeting(stranger, kind, chance):
    stranger.sendall(GREETING + chance.randbytes(300))


def noise_in_a_frame(stranger, kind, chance):
    shake_hands(stranger, kind)
    stranger.sendall(b"\x00\xc8" + chance.randbytes(200))


ATTACKS = (noise, of_old, half_a_greeting, browser, a_frame_of_two_gigabytes, of_old, frames_without_end)
ATTACKS += (noise_after_a_greeting, noise_in_a_frame, of_old)


def attack(server, port, kind, connections, seed):
    """Come to a port so many times, and return the connections, to be closed. One that is refused does not count."""
    chance, attacks, kept = random.Random(seed), cycle(ATTACKS), []
    way = next(attacks)
    deadline = time.monotonic() + 12 * DEADLINE
    while len(kept) < connections and server.poll() is None:
        assert time.monotonic() < deadline, f"the server stands still after {len(kept)} connections"
        stranger = socket.socket()
        stranger.settimeout(1.0)
        try:
            stranger.connect(("127.0.0.1", port))
        except OSError:  # the server has just closed: its next one comes at once
            stranger.close()
            continue
        with contextlib.suppress(OSError):  # they may hang up on us at any moment
            way(stranger, kind, chance)
        kept.append(stranger)
        way = next(attacks)
    return kept


def is_served(kind, port):
    """Whether a plain peer gets what it came for."""
    with zmq.Context() as context, context.socket(zmq.SocketType[TYPES[kind].decode()]) as peer:
        peer.linger = 0
        peer.connect(f"tcp://127.0.0.1:{port}")
        if kind in ("REP", "ROUTER"):
            peer.send(b"hello")
        else:
            peer.subscribe(b"")
        return bool(peer.poll(DEADLINE * 1000)) and peer.recv() in (b"hello", b"news")


@pytest.fixture
def port():
    """A port that is ours, and that a server may bind and let go as often as it likes."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be kept")
@pytest.mark.parametrize("kind", TYPES)
def test_a_server_that_closes_and_binds_again_lives_under_the_bytes_of_strangers(kind, port):
    command = [sys.executable, "-c", textwrap.dedent(SERVER), str(NOTEBOOKS), kind, f"tcp://127.0.0.1:{port}"]
    pipe = subprocess.PIPE
    server = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    strangers = []
    try:
        strangers += attack(server, port, TYPES[kind], 10, seed=0)  # it is up, and has met each of them once
        memory = psutil.Process(server.pid).memory_info
        before = memory().rss
        kept = [[] for _ in range(4)]
        threads = [
            threading.Thread(
                target=lambda n=n: kept[n].extend(attack(server, port, TYPES[kind], CONNECTIONS // 8, seed=n + 1))
            )
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        strangers += chain.from_iterable(kept)
        assert server.poll() is None, server.stderr.read()
        server.stdin.write("stay\n")
        server.stdin.flush()
        said = server.stdout.readline()
        assert said == "staying\n", server.stderr.read()
        strangers += attack(server, port, TYPES[kind], CONNECTIONS // 2, seed=9)  # these are all there at once
        assert is_served(kind, port)
        assert memory().rss - before < 10 * MEGABYTE
        assert server.poll() is None
    finally:
        server.kill()
        server.communicate()
        for stranger in strangers:
            stranger.close()


def all_readings(made):
    return made.get(zmq.ZAP_DOMAIN), made.zap_domain, made.getsockopt(zmq.ZAP_DOMAIN), made.get_string(zmq.ZAP_DOMAIN)


def is_protected(made):
    """What libzmq itself holds, which nobody sees who asks a socket."""
    return zmq.backend.Socket.get(made, zmq.ZAP_DOMAIN) != b""


@pytest.mark.parametrize("kind", [kind for kind in zmq.SocketType if kind < zmq.SERVER], ids=lambda kind: kind.name)
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:*", "inproc://here", "ipc://@zmqlab-test-strangers-*"])
def test_only_those_in_danger_are_protected_and_the_option_reads_as_its_user_left_it(kind, address, trace):
    if address.startswith("ipc") and sys.platform != "linux":
        pytest.skip("an abstract address is Linux's own")
    with Context(trace=trace) as context, context.socket(kind) as made:
        if kind == zmq.STREAM and not address.startswith("tcp"):
            pytest.skip("a STREAM speaks tcp alone")
        made.linger = 0
        assert not is_protected(made)
        made.bind(address.replace("*", kind.name) if address.startswith("ipc") else address)
        assert all_readings(made) == (b"", b"", b"", "")
        assert is_protected(made) == (kind.name in TYPES and address.startswith("tcp"))


def test_a_domain_that_the_user_sets_stays_the_users(trace):
    with Context(trace=trace) as context, context.socket(zmq.REP) as before, context.socket(zmq.REP) as after:
        before.zap_domain = b"mine"
        before.bind("tcp://127.0.0.1:*")
        assert all_readings(before) == (b"mine", b"mine", b"mine", "mine")
        after.bind("tcp://127.0.0.1:*")
        after.set(zmq.ZAP_DOMAIN, b"late")
        assert all_readings(after) == (b"late", b"late", b"late", "late")
        after.bind("tcp://127.0.0.1:*")
        assert all_readings(after) == (b"late", b"late", b"late", "late")


@pytest.mark.parametrize("setting", ["plain_server", "curve_server", "zap_enforce_domain"])
def test_who_chooses_how_peers_are_let_in_is_left_alone(setting, trace):
    with Context(trace=trace) as context, context.socket(zmq.ROUTER) as router:
        try:
            setattr(router, setting, 1)
        except zmq.ZMQError:
            pytest.skip(f"this libzmq has no {setting}")
        router.bind("tcp://127.0.0.1:*")
        assert not is_protected(router)


@pytest.mark.parametrize("whose", ["ours", "plain", "in a common context"])
def test_where_somebody_authenticates_nothing_is_changed(whose, trace):
    common = zmq.Context()
    with Context(trace=trace, **({"shadow": common} if "common" in whose else {})) as context:
        handler = {
            "ours": lambda: context.socket(zmq.REP),
            "plain": lambda: zmq.Socket(context, zmq.REP),
            "in a common context": lambda: common.socket(zmq.ROUTER),
        }[whose]()
        handler.bind("inproc://zeromq.zap.01")
        with context.socket(zmq.REP) as replier:
            replier.bind("tcp://127.0.0.1:*")
            assert not is_protected(replier)
        handler.close(0)
        with context.socket(zmq.REP) as replier:  # and its address is as free as it was
            eventually(lambda: _binds(context, "inproc://zeromq.zap.01"))
            replier.bind("tcp://127.0.0.1:*")
            assert is_protected(replier)
    common.destroy(0)


def _binds(context, address):
    with context.socket(zmq.REP) as probe:
        try:
            probe.bind(address)
        except zmq.ZMQError:
            return False
        return True


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_authenticator_lets_in_whom_it_lets_in_in_plain_pyzmq(when, trace):
    with Context(trace=trace) as context, zmq.Context() as elsewhere:
        authenticator = ThreadAuthenticator(context)
        replier, requester = context.socket(zmq.REP), elsewhere.socket(zmq.REQ)
        requester.linger = 0
        if when == "before":
            authenticator.start()
            authenticator.allow("10.9.8.7")  # a socket without a domain never asks
        replier.bind("tcp://127.0.0.1:*")
        if when == "after":
            authenticator.start()
        requester.connect(replier.last_endpoint.decode())
        requester.send(b"hello")
        assert replier.poll(DEADLINE * 1000)
        assert replier.recv() == b"hello"
        authenticator.stop()
        for made in (replier, requester):
            made.close(0)


def test_the_servers_of_actors_are_protected(trace):
    seen = []

    def server(context):
        with context.socket(zmq.REP) as replier:
            replier.bind("tcp://127.0.0.1:*")
            seen.append((is_protected(replier), replier.zap_domain))

    actor = Actor(server, {}, trace).start()
    assert actor.join(DEADLINE)
    assert seen == [(True, b"")]


def test_a_bind_that_is_refused_is_refused_in_the_words_of_pyzmq(trace):
    with Context(trace=trace) as context, context.socket(zmq.REP) as replier:
        with pytest.raises(zmq.ZMQError) as refusal:
            replier.bind("tcp://nosuchcard0:5555")
        assert str(refusal.value) == "No such device (addr='tcp://nosuchcard0:5555')"
        assert replier.zap_domain == b""
