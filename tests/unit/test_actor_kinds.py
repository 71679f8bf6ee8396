"""What learners make actors of, and what these do that no actor should: it works, or words say what to do."""

import asyncio
import contextlib
import functools
import threading

import pytest
import zmq
import zmq.asyncio
import zmq.devices
from zmqlab.lab import Lab
from zmqlab.live import loops
from zmqlab.live.callables import source_of
from zmqlab.record import events as kinds

from tests.unit.common import DEADLINE, begun, eventually, left_over, nothing_left, scene_now

WORDS = "take out `yield`"


def answer(socket, endpoint):
    """Answer for ever, on a socket from anywhere."""
    socket.bind(endpoint)
    while True:
        socket.send(socket.recv().upper())


def with_its_own_context(endpoint):
    answer(zmq.Context().socket(zmq.REP), endpoint)


def with_two_threads_of_libzmq(endpoint):
    with zmq.Context(2) as context, context.socket(zmq.REP) as replier:
        assert context.io_threads == 2
        answer(replier, endpoint)


def with_the_instance(endpoint):
    answer(zmq.Context.instance().socket(zmq.REP), endpoint)


def with_a_shadow(context, endpoint):
    answer(zmq.Context.shadow(context).socket(zmq.REP), endpoint)


def with_the_context_of_a_cell(endpoint):
    answer(CELL.socket(zmq.REP), endpoint)


def with_a_socket_made_by_hand(context, endpoint):
    answer(zmq.Socket(context, zmq.REP), endpoint)


def with_threads_of_its_own(endpoint):
    """As the multithreaded server of the Guide: workers in threads, over inproc."""
    context = zmq.Context()
    clients, workers = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    clients.bind(endpoint)
    workers.bind("inproc://workers")

    def work():
        replier = context.socket(zmq.REP)
        replier.connect("inproc://workers")
        while True:
            replier.send(replier.recv().upper())

    for _ in range(3):
        threading.Thread(target=work).start()
    zmq.proxy(clients, workers)


CELL = zmq.Context()
RECORDED = [with_its_own_context, with_two_threads_of_libzmq, with_the_instance, with_a_shadow]
RECORDED += [with_the_context_of_a_cell, with_a_socket_made_by_hand, with_threads_of_its_own]


def asked(lab, text=b"hi", endpoint=None):
    """Return the answer to one request."""
    with lab.context("asker").socket(zmq.REQ) as asker:
        asker.linger = 0
        asker.connect(endpoint or lab.endpoint())
        asker.send(text)
        assert asker.poll(1000 * DEADLINE)
        return asker.recv()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # Python says nothing of SystemExit
@pytest.mark.parametrize("function", RECORDED, ids=lambda function: function.__name__)
def test_what_an_actor_makes_itself_is_recorded_stopped_and_can_begin_again_at_once(lab, function, capfd):
    for number in range(1, 6):
        actor = begun(lab, function)
        assert asked(lab) == b"HI"
        received = [message for message in lab[actor.name].messages("received") if message.frames[-1] == b"hi"]
        eventually(lambda received=received: received)
        assert actor.unseen == {}
        assert lab[actor.name].stop()
        assert (actor.ended, actor.error) == ("stopped", None)
        eventually(lambda number=number, name=actor.name: _kinds(lab, name).count(kinds.Stopped) == number)
    assert not CELL.closed
    assert not zmq.Context.instance().closed
    assert kinds.Refused not in _kinds(lab, actor.name)
    assert capfd.readouterr().err == ""


def _kinds(lab, name):
    return [type(event) for event in lab.trace.controls() if event.actor == name]


def test_an_own_context_is_one_of_pyzmqs_for_whoever_asks():
    seen = []

    def curious(context):
        own = zmq.Context(io_threads=3)
        seen.extend([isinstance(own, zmq.Context), own.io_threads, repr(own).startswith("<zmq.Context(")])

    lab = Lab("curious")
    assert lab.start(curious).join(DEADLINE)
    lab.close()
    assert seen == [True, 3, True]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_sockets_in_the_threads_of_an_actor_are_recorded_if_the_context_is_its_own(lab):
    lab.start(with_threads_of_its_own)
    assert asked(lab) == b"HI"
    eventually(lambda: len(lab["with threads of its own"].messages()) == 6)  # the broker's four, a worker's two
    assert lab["with threads of its own"].stop()
    own = _kinds(lab, "with threads of its own")
    assert own.count(kinds.SocketMade) == own.count(kinds.Closed) == 5


def test_in_other_threads_contexts_and_sockets_are_pyzmqs_own(lab):
    lab.start(with_its_own_context)
    made = []

    def work():
        with zmq.Context() as context, context.socket(zmq.PAIR) as pair:
            made.extend([context, pair])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    work()
    assert {type(one) for one in made} == {zmq.Context, zmq.Socket}
    assert type(zmq.asyncio.Context()) is zmq.asyncio.Context


def test_contexts_that_an_actor_makes_and_drops_are_not_kept(lab):
    counted = []

    def wasteful(context):
        for _ in range(20):
            own = zmq.Context()
            own.socket(zmq.PAIR).close()
            own.term()
        counted.append(len(threading.enumerate()))

    before = left_over()
    actor = begun(lab, wasteful)
    assert actor.join(DEADLINE)
    assert len(actor.contexts) <= 2
    eventually(lambda: nothing_left(before))


def test_an_actor_that_connects_is_recorded_whole(lab):
    """What the lab makes for itself in an actor's thread is not the actor's."""

    def connecting(context, endpoint):
        context.socket(zmq.DEALER).connect(endpoint)

    assert lab.start(connecting).join(DEADLINE)
    assert _kinds(lab, "connecting") == [kinds.Started, kinds.SocketMade, kinds.Connected, kinds.Closed, kinds.Finished]


# what is not recorded


def on_a_shadow(context, endpoint):
    async def main():
        await _answer(zmq.asyncio.Context.shadow(context).socket(zmq.REP), endpoint)

    asyncio.run(main())


def on_a_context_of_asyncio(endpoint):
    context = zmq.asyncio.Context()
    asyncio.run(_answer(context.socket(zmq.REP), endpoint))


async def _answer(socket, endpoint):
    socket.bind(endpoint)
    while True:
        await socket.send((await socket.recv()).upper())


@pytest.mark.parametrize("function", [on_a_shadow, on_a_context_of_asyncio], ids=lambda function: function.__name__)
def test_asyncio_is_not_recorded_which_the_stage_says_and_it_can_be_stopped(lab, function, capfd):
    for _ in range(3):
        actor = begun(lab, function)
        assert asked(lab) == b"HI"
        assert actor.unseen.keys() == {"zmq.asyncio"}
        assert "not recorded: it uses zmq.asyncio" in repr(actor)
        assert "zmq.asyncio" in scene_now(lab).actors[actor.name].words
        assert lab[actor.name].stop()
        assert (actor.ended, actor.error) == ("stopped", None)
    told = [event for event in lab.trace.controls() if isinstance(event, kinds.NotRecorded)]
    assert len(told) == 3  # once a run
    assert "zmq.Poller" in told[0].do
    assert capfd.readouterr().err == ""


def test_who_is_asked_to_stop_is_not_looked_into_while_it_works(lab, monkeypatch):
    """CPython 3.11 can crash when the frames of a thread are read while it works."""
    looked = []
    monkeypatch.setattr(loops, "cancel", looked.append)
    begun(lab, with_its_own_context)
    assert asked(lab) == b"HI"
    assert lab["with its own context"].stop()
    assert looked == []


def test_what_threads_of_an_actor_make_unseen_is_left_to_them_and_they_are_woken(lab):
    """To close a plain socket under the thread that uses it would end the whole kernel."""
    ended = []

    def with_a_thread(context, endpoint, pause):
        shadow = zmq.Context.shadow(context)

        def work():
            with shadow.socket(zmq.REP) as replier:
                try:
                    answer(replier, endpoint)
                except zmq.ContextTerminated:
                    ended.append(type(replier))

        threading.Thread(target=work).start()
        pause(3600)

    lab.start(with_a_thread)
    assert asked(lab) == b"HI"
    assert lab["with a thread"].stop()
    eventually(lambda: ended)
    assert ended == [zmq.Socket]


def test_devices_in_threads_of_their_own_are_named_where_they_hold_an_actor_up(lab):
    release = threading.Event()

    def by_devices(endpoint, back_endpoint):
        device = zmq.devices.ThreadProxy(zmq.ROUTER, zmq.DEALER)
        device.context_factory = zmq.Context
        device.bind_in(endpoint)
        device.bind_out(back_endpoint)
        device.start()
        release.wait()  # in C: nobody can raise there

    actor = begun(lab, by_devices)
    eventually(lambda: actor.unseen)
    try:
        assert not lab[actor.name].stop()
        with pytest.raises(RuntimeError, match=r"it uses zmq\.devices.*write zmq\.proxy"):
            lab.start(by_devices)
        stuck = [event for event in lab.trace.controls() if isinstance(event, kinds.Stuck)]
        assert "zmq.devices" in stuck[0].why
        assert "zmq.devices" in scene_now(lab).actors[actor.name].words
    finally:
        release.set()
    assert actor.join(DEADLINE)
    assert actor.ended == "stopped"


def test_a_socket_of_a_class_of_its_own_is_named(lab):
    class Special(zmq.Socket):
        pass

    def special(context):
        context.socket(zmq.PAIR, socket_class=Special).close()

    actor = begun(lab, special)
    assert actor.join(DEADLINE)
    assert any(what.endswith("Special") for what in actor.unseen)


def test_who_waits_in_libzmq_itself_is_woken_by_the_end_of_its_context(lab):
    inside = threading.Event()

    def in_c(context, endpoint, back_endpoint):
        frontend, backend = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
        frontend.bind(endpoint)
        backend.bind(back_endpoint)
        from zmq.backend import proxy  # pyzmq's own, where nobody looks for it

        inside.set()
        proxy(frontend, backend)

    for _ in range(2):
        actor = begun(lab, in_c)
        assert inside.wait(DEADLINE)
        assert lab[actor.name].stop()
        assert (actor.ended, actor.error) == ("stopped", None)


def test_who_is_stuck_in_code_of_its_own_is_told_by_its_line(lab):
    release = threading.Event()

    def waits(context):
        release.wait()

    actor = begun(lab, waits)
    eventually(lambda: actor._where())
    assert not actor.stop(timeout=0.1)
    assert "release.wait()" in actor.why
    release.set()
    assert actor.join(DEADLINE)


def test_stuck_actors_are_waited_for_together():
    release, waiting = threading.Event(), []
    all_at_once = threading.Barrier(10, timeout=DEADLINE)

    def waits(context, number):
        waiting.append(number)
        release.wait()

    lab = Lab("stuck")
    actors = [begun(lab, waits, name=f"actor {number}", number=number) for number in range(10)]
    eventually(lambda: len(waiting) == 10)
    for actor in actors:
        actor.not_recorded("a lock", "let it go")
        actor.stop = all_at_once.wait  # in a row, the first would wait for the others for ever
    lab.close()
    release.set()
    assert not all_at_once.broken
    assert all(actor.join(DEADLINE) for actor in actors)


def test_a_lab_that_is_made_again_says_who_keeps_its_port(capsys):
    release, inside = threading.Event(), threading.Event()

    def waits(context):
        inside.set()
        release.wait()

    first = Lab("again")
    actor = begun(first, waits)
    actor.not_recorded("a lock", "let it go")
    assert inside.wait(DEADLINE)
    Lab("again").close()
    release.set()
    assert "waits does not stop, and keeps what it has bound: it uses a lock" in capsys.readouterr().out
    assert actor.join(DEADLINE)


# kinds of callables


def replier(context, endpoint, mark=b"!"):
    with context.socket(zmq.REP) as socket:
        socket.bind(endpoint)
        while True:
            socket.send(socket.recv() + mark)


@functools.lru_cache
def cached(context, endpoint):
    with context.socket(zmq.REP) as socket:
        socket.bind(endpoint)
        while True:
            socket.send(socket.recv() + b"!")


def places_only(context, endpoint, /):
    replier(context, endpoint)


class Server:
    mark = b"!"

    def serve(self, context, endpoint):
        replier(context, endpoint, self.mark)

    __call__ = serve


KINDS = {
    "replier": functools.partial(replier, mark=b"!"),
    "serve": Server().serve,
    "Server": Server(),
    "cached": cached,
    "lambda": lambda context, endpoint: replier(context, endpoint),
    "places only": places_only,
}


@pytest.mark.parametrize("name", KINDS)
def test_whatever_can_be_called_can_be_an_actor(lab, name):
    actor = begun(lab, KINDS[name])
    assert actor.name == name
    assert asked(lab) == b"hi!"
    lab[name].restart()
    assert asked(lab) == b"hi!"
    assert lab[name].stop()
    started = [
        event.function for event in lab.trace.controls() if isinstance(event, kinds.Started) and event.actor == name
    ]
    assert started[0].strip("<>").replace("_", " ") == name


@pytest.mark.parametrize("function", [functools.partial(replier, mark=b"?"), cached], ids=["partial", "cached"])
def test_a_partial_and_a_cached_function_work_in_a_process_too(lab, function):
    lab.start(function, process=True)
    assert asked(lab) in (b"hi?", b"hi!")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (Server().serve, "a method of an object"),
        (Server(), r"an object \(Server\)"),
        (KINDS["lambda"], "as `def …`"),
        (functools.wraps(replier)(lambda *a, **k: replier(*a, **k)), "wrapped in another function"),
    ],
    ids=["method", "object", "lambda", "wrapped"],
)
def test_what_has_no_text_of_its_own_cannot_go_into_a_process_which_is_said_at_once(lab, function, words):
    with pytest.raises(TypeError, match=words):
        lab.start(function, process=True)
    assert not [event for event in lab.trace.controls() if isinstance(event, kinds.Started)]


async def coroutine(context, endpoint):
    await asyncio.sleep(1)


def generator(context, endpoint):
    yield context


async def both(context, endpoint):
    yield context


class Slow:
    async def __call__(self, context, endpoint):
        await asyncio.sleep(1)


REFUSED = [
    (coroutine, "write `def`, not `async def`"),
    (functools.partial(coroutine, endpoint=""), "write `def`, not `async def`"),
    (functools.lru_cache(coroutine), "write `def`, not `async def`"),
    (Slow(), "write `def`, not `async def`"),
    (generator, WORDS),
    (both, WORDS),
    ("replier", "made of a function, and this is a str"),
]


@pytest.mark.parametrize("process", [False, True])
@pytest.mark.parametrize(("function", "words"), REFUSED, ids=lambda value: str(value).partition(" at ")[0][:24])
def test_what_would_do_nothing_is_refused_with_what_to_write_instead(lab, function, words, process):
    with pytest.raises(TypeError, match=words):
        lab.start(function, process=process)
    assert lab.trace.controls() == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("inner", "words"), [(coroutine, "async def"), (generator, WORDS), (both, WORDS)])
def test_what_a_lambda_gives_back_and_nobody_runs_is_said_in_the_same_words(lab, inner, words):
    actor = begun(lab, lambda context, endpoint: inner(context, endpoint), name="sly")
    assert actor.join(DEADLINE)
    assert actor.ended == "failed"
    assert words in str(actor.error)


# except:


def swallowing(context, endpoint):
    socket = context.socket(zmq.REP)
    socket.bind(endpoint)
    while True:
        try:  # noqa: SIM105
            socket.send(socket.recv())
        except:  # noqa: E722
            pass


def suppressing(context, endpoint):
    socket = context.socket(zmq.REP)
    socket.bind(endpoint)
    while True:
        with contextlib.suppress(BaseException):
            socket.send(socket.recv())


def going_on(context, endpoint):
    socket = context.socket(zmq.REP)
    socket.bind(endpoint)
    while True:
        try:
            socket.send(socket.recv())
        finally:
            continue  # noqa: B012


def inside_its_own_except(context, endpoint):
    socket = context.socket(zmq.REP)
    socket.bind(endpoint)
    try:
        socket.recv()
        socket.send(b"once")
        socket.recv()
    except:  # noqa: E722
        swallowing_on(socket)


def swallowing_on(socket):
    while True:
        try:  # noqa: SIM105
            socket.recv()
        except:  # noqa: E722
            pass


STUBBORN = [swallowing, suppressing, going_on, inside_its_own_except]


@pytest.mark.parametrize("function", STUBBORN, ids=lambda function: function.__name__)
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_an_actor_that_catches_what_stops_it_ends_all_the_same_and_says_why(lab, function, end):
    for _ in range(3):
        actor = begun(lab, function)
        asked(lab)
        assert getattr(lab[actor.name], end)()
        assert not actor.alive
        assert actor.ended == {"stop": "stopped", "kill": "died"}[end]
        assert "`except:` catches everything" in repr(actor)
        assert "`except zmq.ZMQError:`" in repr(actor)
        ends = [event for event in lab.trace.controls() if event.actor == actor.name and type(event) in kinds.ENDINGS]
        assert ends[-1].swallowed is True
    if end == "stop":
        assert "`except:` catches all" in scene_now(lab).actors[actor.name].words
    lab[actor.name].restart()
    asked(lab)


def test_an_armed_fault_strikes_who_catches_everything(lab):
    actor = begun(lab, swallowing)
    asked(lab)
    actor.arm("received")
    with lab.context("asker").socket(zmq.REQ) as asker:
        asker.connect(lab.endpoint())
        asker.send(b"die")
        assert actor.join(DEADLINE)
    assert actor.ended == "died"


def test_who_uses_its_socket_on_its_way_out_is_not_taken_for_stubborn(lab):
    done = []

    def polite(context, endpoint):
        socket = context.socket(zmq.REP)
        socket.bind(endpoint)
        try:
            socket.recv()
        finally:
            try:
                socket.send(b"good bye")
            finally:
                try:
                    socket.send(b"really")
                finally:
                    try:
                        socket.poll(1)
                    finally:
                        done.append("tidied up")

    actor = begun(lab, polite)
    eventually(lambda: kinds.Bound in _kinds(lab, "polite"))
    assert lab["polite"].stop()
    assert done == ["tidied up"]
    assert actor.note == ""
    assert repr(actor) == "polite: stopped"


def test_who_catches_everything_once_may_still_end_by_itself(lab):
    done = []

    def forgiving(context, endpoint):
        socket = context.socket(zmq.REP)
        socket.bind(endpoint)
        try:  # noqa: SIM105
            socket.recv()
        except:  # noqa: E722
            pass
        done.append("noted")

    actor = begun(lab, forgiving)
    eventually(lambda: kinds.Bound in _kinds(lab, "forgiving"))
    assert lab["forgiving"].stop()
    assert done == ["noted"]
    assert (actor.ended, actor.note) == ("finished", "")


def a_listener(context, endpoint):
    """Wait."""


@pytest.mark.parametrize(
    ("function", "begins"),
    [
        (a_listener, "def a_listener(context, endpoint):"),
        (functools.partial(a_listener, endpoint="tcp://a:1"), "def a_listener(context, endpoint):"),
        (print, ""),
    ],
)
def test_the_text_of_an_actors_function_is_told_as_far_as_it_can_be_read(function, begins):
    assert source_of(function).partition("\n")[0] == begins
