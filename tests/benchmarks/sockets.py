"""What recording costs: the same exchange through plain and through recorded sockets, turn and turn about."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from statistics import median

import zmq
from zmqlab.live.sockets import Context
from zmqlab.record.trace import Trace

ROUNDS = 9
ROUND_TRIPS = 5_000
MESSAGES = 100_000
TRANSPORTS = ("inproc", "tcp")


def endpoint(context: zmq.Context, socket: zmq.Socket, transport: str) -> str:
    """Bind a socket somewhere free, and return where."""
    socket.bind(f"inproc://{id(socket)}" if transport == "inproc" else "tcp://127.0.0.1:*")
    return socket.last_endpoint.decode().rstrip("\0")


def round_trip(context: zmq.Context, transport: str, size: int) -> float:
    """Return the microseconds of one request with its reply."""
    replier = context.socket(zmq.REP)
    address = endpoint(context, replier, transport)

    def answer() -> None:
        for _ in range(ROUND_TRIPS):
            replier.send(replier.recv())
        replier.close()

    thread = threading.Thread(target=answer)
    thread.start()
    payload = b"x" * size
    with context.socket(zmq.REQ) as requester:
        requester.connect(address)
        began = time.perf_counter()
        for _ in range(ROUND_TRIPS):
            requester.send(payload)
            requester.recv()
        took = time.perf_counter() - began
        thread.join()
    return took / ROUND_TRIPS * 1e6


def rate(context: zmq.Context, transport: str, size: int) -> float:
    """Return how many messages a second go through PUSH and PULL."""
    puller = context.socket(zmq.PULL)
    address = endpoint(context, puller, transport)
    took = []

    def pull() -> None:
        puller.recv()
        began = time.perf_counter()
        for _ in range(MESSAGES - 1):
            puller.recv()
        took.append(time.perf_counter() - began)
        puller.close()

    thread = threading.Thread(target=pull)
    thread.start()
    payload = b"x" * size
    with context.socket(zmq.PUSH) as pusher:
        pusher.connect(address)
        for _ in range(MESSAGES):
            pusher.send(payload)
        thread.join()
    return (MESSAGES - 1) / took[0]


def compare(measure: Callable[[zmq.Context, str, int], float], transport: str, size: int) -> tuple[float, list[float]]:
    """Return the plain median, and the ratios recorded to plain of each round, sorted."""
    plain, ratios = [], []
    for number in range(ROUNDS + 1):
        trace = Trace()
        stop = threading.Event()
        looker = threading.Thread(target=_look, args=(trace, stop))
        looker.start()
        with zmq.Context() as context:
            without = measure(context, transport, size)
        with Context(trace=trace) as context:
            recorded = measure(context, transport, size)
        stop.set()
        looker.join()
        if number:  # the first round warms up
            plain.append(without)
            ratios.append(recorded / without)
    return median(plain), sorted(ratios)


def _look(trace: Trace, stop: threading.Event) -> None:
    """Do to the trace what a lab's pump does to it."""
    while not stop.wait(0.05):
        trace.tick()
        trace.take()


def rows() -> list[tuple[str, str, str]]:
    """Return what was measured, as rows of a table: what, aim, measured."""
    table = []
    for transport in TRANSPORTS:
        for size in (10, 1024):
            plain, ratios = compare(round_trip, transport, size)
            what = f"round trip, {transport}, {size:,} B, recorded to plain"
            table.append((what, "at most 1.15", f"{_three(ratios)}; plain {plain:.0f} µs"))
    for transport in TRANSPORTS:
        plain, ratios = compare(rate, transport, 10)
        what = f"PUSH/PULL, {transport}, 10 B, messages a second, recorded to plain"
        table.append((what, "at least 0.5", f"{_three(ratios)}; plain {plain:,.0f} a second"))
    return table


def _three(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


if __name__ == "__main__":
    for row in rows():
        print(*row, sep=" | ")
