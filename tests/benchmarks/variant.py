"""One variant of the sockets, in a process of its own: measures what it is asked for, one line of JSON at a time.

`python -P variant.py NAME`, where NAME is "plain" (pyzmq), "floor" (see `Floor`) or "recorded" (the `zmqlab` that
PYTHONPATH leads to, of whatever age). It imports nothing else of ours, so that the code of an earlier day can be asked too.

A line that comes in, such as `{"what": "rate", "transport": "tcp", "messages": 1000}`, is answered by one line:
`{"took": …}`, microseconds for each, with what `checked` found, or `{"error": …}`.
"""

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from itertools import count

import zmq
from zmq.backend import Socket as Backend

PAYLOAD = b"0123456789"
DEADLINE = 20.0
"""Seconds for whatever must come true."""
LOOK = 0.05
"""Seconds between two looks at the record, as a lab's pump takes them."""
plain_send, plain_recv = Backend.send, Backend.recv
addresses = count()


class SocketInUse(RuntimeError):
    """Two threads use one socket at the same time."""


class Holder:
    """The guard and the counters of one socket, in messages and bytes."""

    __slots__ = ("acquire", "received", "received_bytes", "release", "sent", "sent_bytes")

    def __init__(self) -> None:
        guard = threading.RLock()
        self.acquire, self.release = guard.acquire, guard.release
        self.sent = self.received = self.sent_bytes = self.received_bytes = 0


class Floor(zmq.Socket):
    """The least that a recorded socket must do: one thread at a time, and exact counters. Nothing is recorded.

    For messages of one frame, sent and received with no flags but NOBLOCK: nothing else is measured with it.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__["_holder"] = Holder()

    def send(self, data, flags=0, copy=True, track=False):
        holder = self._holder
        if not holder.acquire(False):
            raise SocketInUse("send")
        try:
            result = plain_send(self, data, flags, copy, track)
            holder.sent += 1
            holder.sent_bytes += len(data)
            return result
        finally:
            holder.release()

    def recv(self, flags=0, copy=True, track=False):
        holder = self._holder
        if not holder.acquire(False):
            raise SocketInUse("recv")
        try:
            data = plain_recv(self, flags, copy, track)
            holder.received += 1
            holder.received_bytes += len(data)
            return data
        finally:
            holder.release()


class FloorContext(zmq.Context):
    _socket_class = Floor


def recording():
    """Return `Context` and `Trace` of the zmqlab that is found, wherever they stand in it."""
    from zmqlab.live.sockets import Context

    try:
        from zmqlab.record.trace import Trace
    except ImportError:
        from zmqlab.trace import Trace
    return Context, Trace


def look(trace) -> None:
    """Do to a record what a lab's pump does to it."""
    trace.tick()
    trace.take()


@contextmanager
def context(name):
    """Give a context of the variant, and the record where there is one, which somebody looks at meanwhile."""
    if name != "recorded":
        with zmq.Context() if name == "plain" else FloorContext() as made:
            yield made, None
        return
    Context, Trace = recording()
    trace, stop = Trace(), threading.Event()
    look(trace)  # here it is told when it cannot look; in its thread nobody would hear it

    def looking():
        while not stop.wait(LOOK):
            look(trace)

    looker = threading.Thread(target=looking, daemon=True)
    looker.start()
    try:
        with Context(trace=trace) as made:
            yield made, trace
    finally:
        stop.set()
        looker.join()


def bound(socket, transport):
    """Bind a socket somewhere free, and return where."""
    socket.bind(f"inproc://{next(addresses)}" if transport == "inproc" else "tcp://127.0.0.1:*")
    return socket.last_endpoint.decode().rstrip("\0")


def round_trip(name, transport, messages):
    """Return the microseconds of one request with its reply, and what was `checked`."""
    with context(name) as (made, trace), made.socket(zmq.REP) as replier, made.socket(zmq.REQ) as requester:
        requester.connect(bound(replier, transport))

        def answer():
            for _ in range(messages):
                replier.send(replier.recv())

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        began = time.perf_counter()
        for _ in range(messages):
            requester.send(PAYLOAD)
            requester.recv()
        took = time.perf_counter() - began
        thread.join(DEADLINE)
        found = checked(name, trace, [replier, requester], [2 * messages, 2 * messages], replier, requester)
        return {"took": took / messages * 1e6, **found}


def rate(name, transport, messages):
    """Return the microseconds of one message through PUSH and PULL, and what was `checked`."""
    with context(name) as (made, trace), made.socket(zmq.PULL) as puller, made.socket(zmq.PUSH) as pusher:
        pusher.connect(bound(puller, transport))
        took = []

        def pull():
            puller.recv()
            began = time.perf_counter()
            for _ in range(messages - 1):
                puller.recv()
            took.append(time.perf_counter() - began)

        thread = threading.Thread(target=pull, daemon=True)
        thread.start()
        for _ in range(messages):
            pusher.send(PAYLOAD)
        thread.join(DEADLINE)
        found = checked(name, trace, [puller, pusher], [messages, messages], puller, pusher)
        return {"took": took[0] / (messages - 1) * 1e6, **found}


def checked(name, trace, sockets, expected, receiver, sender):
    """Return whether the counters are exact, and whether a second thread is refused while one waits in `recv`."""
    if name == "plain":
        return {}
    holders = [socket._holder for socket in sockets] if name == "floor" else list(trace.tallies.values())
    found = [sum(holder.sent for holder in holders), sum(holder.received for holder in holders)]
    found += [sum(holder.sent_bytes for holder in holders), sum(holder.received_bytes for holder in holders)]
    exact = found == expected + [len(PAYLOAD) * number for number in expected]
    if not second_is_refused(receiver, sender):
        tell({"exact": exact, "refused": False})
        os._exit(1)  # two threads have used one socket: nobody can say what closing it would do
    return {"exact": exact, "refused": True}


def second_is_refused(receiver, sender):
    """Have two threads receive from one socket. The one that waits there is let go by a message at the end."""
    waiting = threading.Thread(target=receiver.recv, daemon=True)
    waiting.start()
    deadline, refused = time.monotonic() + DEADLINE, False
    while not refused and time.monotonic() < deadline:
        try:
            receiver.recv(zmq.NOBLOCK)
        except RuntimeError as problem:
            refused = type(problem).__name__ == "SocketInUse"
        except zmq.Again:  # the other thread is not in its call yet
            time.sleep(0.001)
    sender.send(PAYLOAD)
    waiting.join(DEADLINE)
    return refused and not waiting.is_alive()


def closed_sockets(name, transport, messages):
    """Return the microseconds of a look at a lab's record, before and after so many sockets were made and closed.

    `look` is of the record alone, `pump` is a whole look of the lab's pump with its picture (none where there is none).
    """
    from zmqlab import Lab

    lab = Lab("benchmark")
    try:
        with lab.context("you") as made:
            keep = made.socket(zmq.PULL)
            keep.bind(lab.endpoint("kept"))
            before = looks(lab)
            for number in range(messages):
                with made.socket(zmq.PULL) as socket:
                    socket.bind(f"inproc://closed-{number}")
            settled(lab)
            after = looks(lab)
            keep.close()
    finally:
        lab.close()
    return {"before": before, "after": after}


def settled(lab):
    """Wait until the pump has told all that was done: its picture must not be drawn while we measure."""
    deadline, quiet = time.monotonic() + 3 * DEADLINE, 0
    while quiet < 10 and time.monotonic() < deadline:
        began = time.thread_time(), time.process_time()
        time.sleep(0.2)
        busy = time.process_time() - began[1] - (time.thread_time() - began[0])
        quiet = quiet + 1 if busy < 0.05 else 0  # others than this thread


def looks(lab, rounds=9, times=100):
    """Return the microseconds of this thread's work for a look at the record, and for one of the pump: of the best round."""
    pump = getattr(getattr(lab, "_bench", None), "pump", None) or getattr(lab, "_pump", None)  # also of older versions
    whole = getattr(pump, "_look", None)
    found = {}
    for what, call in (("look", lambda: look(lab.trace)), ("pump", whole)):
        took = []
        for _ in range(rounds if call else 0):
            began = time.thread_time()
            for _ in range(times):
                call()
            took.append((time.thread_time() - began) / times)
        found[what] = min(took) * 1e6 if took else None
    return found


WHAT = {"round trip": round_trip, "rate": rate, "closed sockets": closed_sockets}


def tell(answer):
    """Give an answer to who asked."""
    print(json.dumps(answer), file=sys.__stdout__, flush=True)


def main():
    """Answer each line that comes in, until no more comes."""
    sys.stdout = sys.stderr  # what else is printed must not pass for an answer
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = WHAT[asked["what"]](sys.argv[1], asked["transport"], asked["messages"])
        except Exception as problem:
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        tell(answer)


if __name__ == "__main__":
    main()
