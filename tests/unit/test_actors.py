"""Actors: plain functions in the background, stopped wherever they wait, leaving nothing behind."""

import gc
import io
import socket
import sys
import threading
import time
from contextlib import redirect_stderr, redirect_stdout

import pytest
import zmq
from zmqlab.live.actors import Actor
from zmqlab.live.endpoints import Endpoints
from zmqlab.live.sockets import Context
from zmqlab.record import events as kinds

from tests.unit.common import DEADLINE, client, eventually, left_over, nothing_left, server


@pytest.fixture
def endpoints():
    made = Endpoints("test")
    yield made
    made.close()


@pytest.fixture
def start(trace, endpoints):
    """Start an actor; whatever the test does, it is stopped in the end."""
    started = []

    def begin(function, name="", transport="", **arguments):
        arguments.setdefault("endpoint", endpoints.get(transport=transport))
        actor = Actor(function, arguments, trace, name=name).start()
        started.append(actor)
        return actor

    yield begin
    for actor in started:
        actor.kill()


def in_recv(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        puller.recv()


def in_a_full_queue(context, endpoint):
    with context.socket(zmq.PUSH) as pusher:
        pusher.bind(endpoint)
        pusher.send_multipart([b"nobody", b"is there"])


def in_poll(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        puller.poll()


def in_a_poller(context, endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.SUB) as subscriber:
        puller.bind(endpoint)
        poller = zmq.Poller()
        poller.register(puller, zmq.POLLIN)
        poller.register(subscriber, zmq.POLLIN)
        poller.poll()


def in_a_proxy(context, endpoint):
    with context.socket(zmq.ROUTER) as frontend, context.socket(zmq.DEALER) as backend:
        frontend.bind(endpoint)
        zmq.proxy(frontend, backend)


def in_a_pause(context, endpoint, pause):
    with context.socket(zmq.PUB) as publisher:
        publisher.bind(endpoint)
        pause(3600)


def catching_everything_of_zeromq(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        while True:
            try:
                puller.recv()
            except zmq.ZMQError:
                continue


def catching_every_exception(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        while True:
            try:
                puller.recv()
            except Exception:
                continue


def sending_without_a_pause(context, endpoint):
    with context.socket(zmq.PUB) as publisher:
        publisher.bind(endpoint)
        while True:
            publisher.send(b"x")


def busy_in_its_own_code(context, endpoint):
    context.socket(zmq.PUB).bind(endpoint)
    number = 0
    while True:
        number += 1


PLACES = [in_recv, in_a_full_queue, in_poll, in_a_poller, in_a_proxy, in_a_pause, catching_everything_of_zeromq]
PLACES += [catching_every_exception, sending_without_a_pause, busy_in_its_own_code]


@pytest.mark.parametrize("place", PLACES, ids=lambda function: function.__name__)
def test_an_actor_stops_wherever_it_is_and_frees_its_endpoint(place, start, trace, endpoints):
    actor = start(place)
    eventually(lambda: [event for event in trace.controls() if isinstance(event, kinds.Bound)])
    began = time.monotonic()
    assert actor.stop()
    print(f"{place.__name__}: {1000 * (time.monotonic() - began):.1f} ms")
    assert not actor.alive
    assert actor.error is None
    assert isinstance(trace.controls()[-1], kinds.Stopped)
    with zmq.Context() as context, context.socket(zmq.REP) as replier:
        replier.bind(endpoints.get())


def test_two_hundred_starts_on_one_endpoint_leave_nothing_behind(trace, links, endpoints):
    endpoint = endpoints.get()
    arguments = {"endpoint": endpoint}

    def cycle(number):
        first, second = (server, client) if number % 2 else (client, server)
        actors = {function: Actor(function, arguments, trace, link_watch=links) for function in (first, second)}
        for actor in actors.values():
            actor.start()
        actors[client].say("x")
        eventually(
            lambda: [m for m in trace.messages(actors[client].started) if (m.actor, m.way) == ("client", "received")]
        )
        for actor in actors.values():
            assert actor.stop()
            assert actor.error is None

    cycle(0)
    gc.collect()  # what earlier tests left lying is no matter of this one
    before = left_over()
    for number in range(200):
        cycle(number)
    eventually(lambda: nothing_left(before))


def test_fifty_actors_stop_in_under_a_second(trace, endpoints):
    actors = [Actor(in_recv, {"endpoint": endpoints.get(str(n))}, trace, name=f"actor {n}") for n in range(50)]
    for actor in actors:
        actor.start()
    eventually(lambda: sum(isinstance(event, kinds.Bound) for event in trace.controls()) == 50)
    began = time.monotonic()
    for actor in actors:
        actor.inbox.end()
    assert all(actor.stop() for actor in actors)
    assert time.monotonic() - began < 1  # the limit is part of the promise, and forty times what it takes


def test_an_actor_that_raises_says_so_in_words_prints_nothing_and_can_start_again(start, trace):
    def clumsy(context, endpoint):
        with context.socket(zmq.REP) as replier:
            replier.bind(endpoint)
            raise ValueError("seven is not an answer")

    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        actor = start(clumsy)
        assert actor.join(5)
        again = start(clumsy)
        assert again.join(5)
    assert isinstance(actor.error, ValueError)
    assert trace.controls()[-1][3:] == ("ValueError", "seven is not an answer")
    assert output.getvalue() == ""


def test_sockets_that_a_function_leaves_open_are_closed_for_it(start, trace):
    def careless(context, endpoint):
        context.socket(zmq.REP).bind(endpoint)

    assert start(careless).join(5)
    assert start(careless).join(5)
    assert [type(event) for event in trace.controls()].count(kinds.Closed) == 2
    assert type(trace.controls()[-1]) is kinds.Finished


def test_a_message_sent_just_before_the_end_is_delivered(start, trace):
    def hasty(context, endpoint):
        with context.socket(zmq.PUSH) as pusher:
            pusher.connect(endpoint)
            pusher.send(b"good bye")

    puller = start(in_recv)
    eventually(lambda: [event for event in trace.controls() if isinstance(event, kinds.Bound)])
    assert start(hasty).join(5)
    assert puller.join(5)
    assert [message.frames for message in trace.messages() if message.way == "received"] == [(b"good bye",)]


@pytest.mark.parametrize(("fault", "received", "sent"), [("received", 1, 0), ("sent", 1, 0)])
def test_an_armed_fault_strikes_at_the_next_message(start, trace, fault, received, sent):
    work = []

    def working(context, endpoint):
        with context.socket(zmq.REP) as replier:
            replier.bind(endpoint)
            while True:
                work.append(replier.recv())
                replier.send(b"done")

    actor = start(working, name="server")
    actor.arm(fault)
    asker = start(client)
    asker.say("please")
    assert actor.join(5)
    assert [m.way for m in trace.messages() if m.actor == "server"] == ["received"] * received + ["sent"] * sent
    assert work == ([] if fault == "received" else [b"please"])
    assert trace.controls()[-1].fault == fault
    with pytest.raises(ValueError, match="received"):
        actor.arm("thunder")


def test_a_request_from_outside_is_served_in_the_actors_own_thread(start, trace):
    actor = start(in_recv)
    served = []
    actor.ask(lambda: served.append(threading.current_thread().name))
    eventually(lambda: served)
    assert served == ["in recv"]
    assert actor.alive


def test_a_request_is_served_though_the_actor_never_waits(start):
    def restless(context, endpoint):
        with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
            one.bind("inproc://restless")
            other.connect("inproc://restless")
            while True:
                one.send(b"x")
                other.recv()

    actor = start(restless)
    served = []
    eventually(lambda: actor.trace.messages())
    for number in range(10):
        actor.ask(lambda number=number: served.append(number))
        eventually(lambda number=number: len(served) == number + 1)
    actor.arm("received")  # a request does not disarm it
    actor.ask(lambda: None)
    assert actor.join(5)
    assert actor.ended == "died"


def test_what_is_missing_or_unknown_is_said_before_anything_starts(trace):
    with pytest.raises(TypeError, match="wants endpoint"):
        Actor(server, {}, trace)
    with pytest.raises(TypeError, match="no argument called colour"):
        Actor(server, {"endpoint": "inproc://x", "colour": 1}, trace)


def test_an_actor_cannot_stop_itself(start, trace):
    box = []

    def suicidal(context, endpoint):
        box[0].stop()

    box.append(Actor(suicidal, {"endpoint": ""}, trace))
    box[0].start()
    assert box[0].join(5)
    assert "cannot stop itself" in str(box[0].error)


@pytest.mark.parametrize("transport", ["tcp", "ipc", "inproc"])
def test_endpoints_keep_their_address_and_give_everything_back(transport):
    before = left_over()
    endpoints = Endpoints("test")
    address = endpoints.get("main", transport)
    assert address == endpoints.get("main", transport)
    assert address != endpoints.get("other", transport)
    assert address.startswith(f"{transport}://")
    with zmq.Context() as context, context.socket(zmq.REP) as replier:
        replier.bind(address)
    endpoints.close()
    endpoints.close()
    assert nothing_left(before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port is found, not kept")
def test_a_port_belongs_to_the_lab_while_nobody_binds_it():
    endpoints = Endpoints("test")
    port = int(endpoints.get().rpartition(":")[2])
    with socket.socket() as other:
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        endpoints.close()
        other.bind(("127.0.0.1", port))


def test_on_a_shared_host_endpoints_are_files_that_nobody_else_can_reach(monkeypatch):
    monkeypatch.setenv("ZMQLAB_SHARED_HOST", "1")
    from pathlib import Path

    endpoints = Endpoints("test")
    address = endpoints.get()
    assert address.startswith("ipc://")
    assert Path(address.removeprefix("ipc://")).parent.stat().st_mode & 0o777 == 0o700
    endpoints.close()
    assert not Path(address.removeprefix("ipc://")).parent.exists()
    with pytest.raises(ValueError, match="carrier pigeon"):
        endpoints.get("x", "carrier pigeon")


def test_an_actor_reads_well_in_a_cell(start, trace):
    def clumsy(context):
        raise ValueError("seven is not an answer")

    def short(context):
        return 7

    actor = start(server)
    assert repr(actor) == "server: at work in the background"
    actor.stop()
    assert repr(actor) == "server: stopped"
    actor = start(server, name="other server")
    actor.kill()
    assert repr(actor) == "other server: died"
    for function, words in ((clumsy, "clumsy: failed: ValueError: seven is not an answer"), (short, "short: finished")):
        actor = Actor(function, {}, trace)
        assert repr(actor) == f"{function.__name__}: not started yet"
        assert actor.start().join(5)
        assert repr(actor) == words


def test_an_actor_that_is_on_its_way_out_is_not_interrupted(trace, links, endpoints, monkeypatch):
    """Struck while it closed a socket, it left the socket open, and its context waited for that for ever."""
    monkeypatch.setattr("zmqlab.live.actors.GRACE", 0)
    arguments = {"endpoint": endpoints.get()}
    for _ in range(100):
        actors = [Actor(function, arguments, trace, link_watch=links).start() for function in (server, client)]
        for actor in actors:
            assert actor.stop()
            assert actor.error is None


def test_an_actor_that_is_on_its_way_in_is_not_interrupted(trace, links, monkeypatch):
    """Struck while it made its context, its thread died without a word, and nobody knew that it had ended."""
    monkeypatch.setattr("zmqlab.live.actors.GRACE", 0)
    interrupted = threading.Event()

    def slow_context(**options):
        assert interrupted.wait(5)
        return Context(**options)

    monkeypatch.setattr("zmqlab.live.actors.Context", slow_context)
    actor = Actor(client, {"endpoint": "inproc://nobody"}, trace, name="newcomer", link_watch=links).start()
    assert not actor.stop(timeout=0)  # not yet: it has been interrupted, and is still on its way in
    interrupted.set()
    assert actor.join(5)
    assert actor.ended == "stopped"


def bound(context, endpoint):
    with context.socket(zmq.PAIR) as pair:
        pair.bind(endpoint)
        while True:
            pair.send(pair.recv().upper())


def connected(context, endpoint, texts):
    with context.socket(zmq.PAIR) as pair:
        pair.connect(endpoint)
        for text in texts:
            pair.send_string(text)
            pair.recv()


def test_threads_of_one_program_talk_over_inproc_and_can_be_replaced_at_once(trace):
    before = left_over()
    with zmq.Context() as common:
        for number in range(50):
            arguments = {"endpoint": "inproc://pair"}
            one = Actor(bound, arguments, trace, common=common).start()
            two = Actor(connected, arguments | {"texts": ["hello"]}, trace, common=common).start()
            assert two.join(DEADLINE)
            assert two.ended == "finished", two
            assert one.stop()
            assert one.ended == "stopped", (number, one)
        assert {message.actor for message in trace.messages()} == {"bound", "connected"}
    assert left_over()[0] <= before[0]


def test_the_end_of_an_actor_tells_for_how_long_it_had_a_processor(start, trace):
    def works(context, endpoint):
        began = time.thread_time()
        while time.thread_time() < began + 0.05:
            pass

    def waits(context, endpoint):
        threading.Event().wait(0.05)

    for function in (works, waits):
        assert start(function).join(5)
    busy = {event.actor: event.processor for event in trace.events() if isinstance(event, kinds.Finished)}
    assert busy["works"] >= 0.05 > busy["waits"]
