"""A recorded socket raises, returns and reads back what pyzmq's own does: the same calls on both, side by side."""

import array
import copy
import ctypes
import errno
import warnings
from collections import deque

import pytest
import zmq
from zmqlab.live.errnos import name_of
from zmqlab.live.sockets import Context, Socket
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds

NOBODY = "tcp://127.0.0.1:9"
GRID = memoryview(bytes(range(24))).cast("B", (4, 6))
EVERY_SECOND = memoryview(b"abcdef")[::2]
LONG_PATH = "ipc:///tmp/" + "x" * 200


class Maker:
    """Makes sockets by type, and closes them all."""

    def __init__(self, context, make):
        self.context, self._make, self._made = context, make, []

    def __call__(self, kind):
        self._made.append(self._make(kind))
        self._made[-1].linger = 0  # ours have half a second: that is the one option that begins differently
        return self._made[-1]

    def close(self):
        while self._made:
            self._made.pop().close(0)


@pytest.fixture(params=["recorded", "of ours in a plain context"])
def ours(request, links, trace):
    """What makes a socket of ours."""
    recorded = request.param == "recorded"
    with Context(trace=trace, link_watch=links) if recorded else zmq.Context() as context:
        make = Maker(context, context.socket if recorded else lambda kind: Socket(context, kind))
        yield make
        make.close()


@pytest.fixture
def plain():
    """What makes a socket of pyzmq's own."""
    with zmq.Context() as context:
        make = Maker(context, context.socket)
        yield make
        make.close()


def outcome(call, make):
    """Return what a call gives: its value, or the error with its errno and text."""
    try:
        return "returned", call(make)
    except BaseException as error:
        return type(error), getattr(error, "errno", None), str(error), repr(error)


def closed(kind=zmq.DEALER):
    def make(socket):
        made = socket(kind)
        made.close()
        return made

    return make


def fresh(kind):
    return lambda socket: socket(kind)


def ended(socket):
    """A socket whose context has ended under it."""
    context = type(socket.context)()
    made = context.socket(zmq.DEALER)
    made.linger = 0
    made.close()
    context.term()
    return made


def pair(socket):
    """Two PAIR sockets, and their names: one inproc address for each test."""
    one, other = socket(zmq.PAIR), socket(zmq.PAIR)
    one.bind("inproc://pair")
    other.connect("inproc://pair")
    return one, other


SUBJECTS = {
    "a closed socket": closed(),
    "a dealer without a peer": fresh(zmq.DEALER),
    "a request that was not answered": lambda socket: _asked(socket),
    "a SUB": fresh(zmq.SUB),
    "a PULL": fresh(zmq.PULL),
    "a PUSH": fresh(zmq.PUSH),
    "a REP": fresh(zmq.REP),
    "a ROUTER": fresh(zmq.ROUTER),
    "a socket of an ended context": ended,
}


def _asked(socket):
    made = socket(zmq.REQ)
    made.connect(NOBODY)
    made.send(b"x")
    return made


NOW = zmq.NOBLOCK
CALLS = {
    # of a wrong type, of a wrong shape, of nothing
    **{
        f"send({data!r:.40})": lambda s, data=data: s.send(data, NOW)
        for data in ("text", 1, 1.5, None, [], [b"a"], {}, object, b"x", bytearray(b"x"), array.array("d", [1]))
    },
    "send(a frame)": lambda s: s.send(zmq.Frame(b"x"), NOW),
    "send(every second byte)": lambda s: s.send(EVERY_SECOND, NOW),
    "send(every second byte, not copied)": lambda s: s.send(EVERY_SECOND, NOW, copy=False),
    "send(a grid)": lambda s: s.send(GRID, NOW),
    "send(numbers of C)": lambda s: s.send((ctypes.c_int * 4)(1, 2, 3, 4), NOW),
    "send(a number, not copied)": lambda s: s.send(5, NOW, copy=False),
    "send(an untracked frame, tracked)": lambda s: s.send(zmq.Frame(b"x"), NOW, track=True),
    "send()": lambda s: s.send(),
    "send(flags of a wrong type)": lambda s: s.send(b"x", "now"),
    "send(no flags)": lambda s: s.send(b"x", None),
    "send(empty flags)": lambda s: s.send(b"x", ""),
    "send(half a flag)": lambda s: s.send(b"x", 1.0),
    "send(a routing id)": lambda s: s.send(b"x", NOW, routing_id=5),
    "send(a group)": lambda s: s.send(b"x", NOW, group="g"),
    "send_string(bytes)": lambda s: s.send_string(b"x", NOW),
    "send_string(in ASCII)": lambda s: s.send_string("é", NOW, encoding="ascii"),
    "send_json(an object)": lambda s: s.send_json(object, NOW),
    "send_serialized(a number)": lambda s: s.send_serialized(3, lambda number: number, NOW),
    **{
        f"send_multipart({parts!r:.40})": lambda s, parts=parts: s.send_multipart(parts, NOW)
        for parts in (
            [],
            (),
            b"",
            "",
            b"ab",
            "ab",
            None,
            5,
            {b"a"},
            {b"a": 1},
            deque([b"a"]),
            range(0),
            ["a"],
            [b"a", "b"],
            [b"a", 5],
            [b"a", None, b"c"],
            [[b"a"]],
            ["x" * 50],
            (b"a", b"b"),
            [bytearray(b"a"), memoryview(b"b"), zmq.Frame(b"c")],
            [EVERY_SECOND],
            [EVERY_SECOND, b"b"],
        )
    },
    "send_multipart(frames that come one by one)": lambda s: s.send_multipart((b"a" for _ in range(2)), NOW),
    "send_multipart(flags of a wrong type)": lambda s: s.send_multipart([b"a", b"b"], "now"),
    "send_multipart(one frame, flags of a wrong type)": lambda s: s.send_multipart([b"a"], "now"),
    "send_multipart(no flags)": lambda s: s.send_multipart([b"a", b"b"], None),
    "send_multipart(something besides)": lambda s: s.send_multipart([b"a"], NOW, besides=1),
    "recv(now)": lambda s: s.recv(NOW),
    "recv(flags of a wrong type)": lambda s: s.recv("now"),
    "recv(no flags)": lambda s: s.recv(None),
    "recv(not copied, flags of a wrong type)": lambda s: s.recv(1.0, copy=False),
    "recv(half a flag)": lambda s: s.recv(1.0),
    "recv_multipart(half a flag)": lambda s: s.recv_multipart(1.0),
    "recv_into(half a flag)": lambda s: s.recv_into(bytearray(4), flags=1.0),
    "send_multipart(half a flag)": lambda s: s.send_multipart([b"a"], 1.0),
    "recv_multipart(now)": lambda s: s.recv_multipart(NOW),
    "recv_multipart(flags of a wrong type)": lambda s: s.recv_multipart("now"),
    "recv_string(now)": lambda s: s.recv_string(NOW),
    "recv_json(now)": lambda s: s.recv_json(NOW),
    "recv_into(now)": lambda s: s.recv_into(bytearray(4), flags=NOW),
    "recv_into(bytes)": lambda s: s.recv_into(b"1234", flags=NOW),
    "recv_into(a number)": lambda s: s.recv_into(4, flags=NOW),
    "recv_into(too many)": lambda s: s.recv_into(bytearray(4), nbytes=9, flags=NOW),
    "recv_into(less than none)": lambda s: s.recv_into(bytearray(4), nbytes=-1, flags=NOW),
    "recv_into(words)": lambda s: s.recv_into(bytearray(4), nbytes="two", flags=NOW),
    "recv_into(flags of a wrong type)": lambda s: s.recv_into(bytearray(4), flags="now"),
    "recv_into(every second byte)": lambda s: s.recv_into(memoryview(bytearray(9))[::2], flags=NOW),
    "recv(in time)": lambda s: (s.set(zmq.RCVTIMEO, 5), s.recv())[1:],
    "send(in time)": lambda s: (s.set(zmq.SNDTIMEO, 5), s.send(b"x"))[1:],
    "poll(at once)": lambda s: s.poll(0),
    "poll(for a while of words)": lambda s: s.poll("soon"),
    # addresses
    **{
        f"{call}({address!r:.50})": lambda s, call=call, address=address: getattr(s, call)(address) and "done"
        for address in (
            "tcp://nosuchcard0:5555",
            "tcp://[::1]:5555",
            "tcp://192.0.2.1:5555",
            "tcp://1.2.3.4.5:1234567",
            "tcp://127.0.0.1",
            "tcp://",
            "tcp:///x",
            "ipc:///no/such/folder/x",
            "ipc:///proc/x",
            "ipc:///tmp",
            "ipc://",
            LONG_PATH,
            "inproc://",
            "inproc://" + "x" * 300,
            "udp://127.0.0.1:5",
            "tipc://x",
            "http://x",
            "vmci://x:1",
            "pgm://x",
            "norm://x",
            "nonsense",
            "",
            b"tcp://127.0.0.1",
            b"\xff\xfe",
            "tcp://\ud800:1",
            None,
            5,
            5.5,
            ["tcp://127.0.0.1:*"],
        )
        for call in ("bind", "connect", "unbind", "disconnect")
    },
    "bind()": lambda s: s.bind(),
    "connect(twice)": lambda s: (s.connect(NOBODY), s.connect(NOBODY)) and "done",
    "bind_to_random_port(no card)": lambda s: s.bind_to_random_port("tcp://nosuchcard0"),
    "bind_to_random_port(not a single try)": lambda s: s.bind_to_random_port(
        "tcp://127.0.0.1", min_port=9, max_port=10, max_tries=0
    ),
    # options
    "set(an unknown option)": lambda s: s.set(9999, 1),
    "set(words)": lambda s: s.set("linger", 1),
    "set(a list)": lambda s: s.set([], 1),
    "set(what is read only)": lambda s: s.set(zmq.TYPE, 1),
    "set(a text)": lambda s: s.set(zmq.IDENTITY, "me"),
    "set(a name that is too long)": lambda s: s.set(zmq.IDENTITY, b"x" * 256),
    "set(an empty name)": lambda s: s.set(zmq.IDENTITY, b""),
    "set(an empty domain)": lambda s: s.set(zmq.ZAP_DOMAIN, b""),
    "set(a subscription that is a number)": lambda s: s.set(zmq.SUBSCRIBE, 1),
    "set(a subscription)": lambda s: s.set(zmq.SUBSCRIBE, b"x"),
    "set(no subscription)": lambda s: s.set(zmq.UNSUBSCRIBE, b"never made"),
    **{
        f"set({option.name}, {value!r})": lambda s, option=option, value=value: s.set(option, value)
        for option in (zmq.RCVTIMEO, zmq.SNDTIMEO, zmq.LINGER, zmq.SNDHWM, zmq.RCVHWM, zmq.CONFLATE)
        for value in (-2, -1, 0, 1, True, 1 << 40, b"5", "5", 1.5, None)
    },
    "get(an unknown option)": lambda s: s.get(9999),
    "get(words)": lambda s: s.get("linger"),
    "get(a list)": lambda s: s.get([]),
    "get(a subscription)": lambda s: s.get(zmq.SUBSCRIBE),
    "get(RCVTIMEO)": lambda s: s.get(zmq.RCVTIMEO),
    "set_string(bytes)": lambda s: s.set_string(zmq.IDENTITY, b"x"),
    "get_string(a number)": lambda s: s.get_string(zmq.LINGER),
    "an attribute that is none": lambda s: s.nonsense,
    "an attribute that is set to nothing": lambda s: setattr(s, "nonsense", 1),
    "an attribute that can only be set": lambda s: s.subscribe_,
    "subscribe(a number)": lambda s: s.subscribe(5),
    "subscribe(a text)": lambda s: s.subscribe("é"),
    "hwm": lambda s: (setattr(s, "hwm", 5), s.hwm, s.sndhwm, s.rcvhwm)[1:],
    "hwm(words)": lambda s: setattr(s, "hwm", "many"),
    # and all the rest
    "join()": lambda s: s.join("g"),
    "leave()": lambda s: s.leave("g"),
    "monitor(tcp)": lambda s: s.monitor("tcp://127.0.0.1:*", zmq.EVENT_ALL),
    "monitor(a number)": lambda s: s.monitor(5),
    "close(words)": lambda s: s.close("soon"),
    "close(twice)": lambda s: (s.close(), s.close(), s.closed),
    "underlying": lambda s: bool(s.underlying),
    "a copy": lambda s: bool(copy.copy(s)),
    "fileno()": lambda s: s.fileno() >= 0,
    "socket_type": lambda s: s.socket_type,
    "with": lambda s: s.__enter__() is s and s.__exit__(),
}


def by_hand(subject, call):
    return lambda make: CALLS[call](SUBJECTS[subject](make))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_call_ends_as_in_plain_pyzmq(subject, plain, ours):
    differ = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in CALLS:
            expected, found = (outcome(by_hand(subject, call), make) for make in (plain, ours))
            if found != expected:
                differ[call] = {"plain": expected, "ours": found}
    assert differ == {}


def test_the_table_above_holds_calls_that_fail_in_many_ways(plain):
    """The test before this one compares; this one sees that there is something to compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = {call: outcome(by_hand("a dealer without a peer", call), plain) for call in CALLS}
    kinds = {found[0] for found in outcomes.values()}
    assert kinds >= {"returned", zmq.ZMQError, zmq.Again, TypeError, IndexError, BufferError, AttributeError}
    errnos = {found[1] for found in outcomes.values() if len(found) == 4} - {None}
    assert errnos >= {errno.ENODEV, errno.ENOENT, errno.ENAMETOOLONG, errno.EINVAL, zmq.EAGAIN, errno.EPROTONOSUPPORT}


MESSAGES = {
    "of every kind of frame": lambda one: one.send_multipart(
        [
            b"a",
            bytearray(b"bc"),
            memoryview(b"def"),
            zmq.Frame(b"g"),
            array.array("i", [1, 2]),
            (ctypes.c_short * 2)(3, 4),
        ]
    ),
    "of a grid, by rows": lambda one: one.send(GRID),
    "of no bytes": lambda one: one.send(memoryview(b"")),
    "begun before a frame that cannot be sent": lambda one: (
        outcome(lambda _: one.send_multipart([b"a", b"b", EVERY_SECOND, b"c"]), None)[0] is BufferError,
        one.send(b"d"),
    ),
    "begun twice so": lambda one: (
        one.send(b"first", zmq.SNDMORE),
        outcome(lambda _: one.send_multipart([b"a", EVERY_SECOND], zmq.SNDMORE), None)[0] is BufferError,
        one.send_multipart([b"x", b"y"]),
    ),
    "with half a flag": lambda one: (one.send(b"a", 2.0), one.send_multipart([b"b"], 0.0)),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_what_was_sent_arrives_as_in_plain_pyzmq_and_stands_in_the_record(message, trace):
    arrived = []
    with zmq.Context() as unrecorded, Context(trace=trace, actor="tester") as recorded:
        for context in (unrecorded, recorded):
            one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
            one.bind("inproc://pair")
            other.connect("inproc://pair")
            returned = outcome(MESSAGES[message], one)
            arrived.append((returned, other.recv_multipart(0.0)))
            one.close(0)
            other.close(0)
    assert arrived[0] == arrived[1]
    frames = arrived[0][1]
    sent, received = trace.messages()
    assert sent.frames == received.frames == tuple(frames)
    assert sent.sizes == received.sizes == tuple(map(len, frames))
    assert (sent.total, received.total) == (1, 1)


@pytest.mark.parametrize(("room", "nbytes"), [(4, 0), (0, 0), (100, 0), (100, 3), (70, 0), (4, 2)])
def test_a_message_that_a_buffer_had_no_room_for_meets_the_one_that_was_sent(room, nbytes, trace):
    whole = bytes(range(80))
    with Context(trace=trace, actor="one") as context:
        one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        for message in (b"before", whole, whole[::-1]):
            one.send_multipart([b"head", message])
        assert other.recv_multipart() == [b"head", b"before"]
        buffer = bytearray(room)
        assert other.recv() == b"head"
        assert other.recv_into(buffer, nbytes=nbytes) == 80
        took = min(room, nbytes or room, 80)
        assert bytes(buffer[:took]) == whole[:took]
        assert other.recv_multipart()[1] == whole[::-1]
        one.close(0)
        other.close(0)
    scene = Scene()
    for event in trace.events():
        scene.apply(event)
    assert scene.totals()["received"] == 3
    assert {name for name, number in scene.totals().items() if number} == {"expected", "received"}
    assert scene.losses.total() == 0
    assert trace.messages()[4].sizes == (4, 80)


def test_a_buffer_of_any_shape_takes_a_message_and_the_record_too(trace):
    with Context(trace=trace, actor="one") as context:
        one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        for buffer in ((ctypes.c_int * 4)(), memoryview(bytearray(24)).cast("B", (4, 6)), array.array("d", [0.0] * 2)):
            one.send(b"12345")
            assert other.recv_into(buffer) == 5
            assert bytes(buffer)[:5] == b"12345"
        one.close(0)
        other.close(0)
    assert [message.frames for message in trace.messages() if message.way == "received"] == [(b"12345",)] * 3


@pytest.mark.parametrize("option", list(zmq.SocketOption), ids=lambda option: option.name)
@pytest.mark.parametrize("kind", [zmq.PAIR, zmq.PUB, zmq.SUB, zmq.ROUTER, zmq.XPUB], ids=lambda kind: kind.name)
def test_every_option_reads_back_as_in_plain_pyzmq(option, kind, plain, ours):
    if option in (zmq.FD, zmq.LAST_ENDPOINT):
        pytest.skip("its value is another for every socket")

    def all_ways(make):
        socket = make(kind)
        found = [outcome(lambda _: socket.get(option), make)]
        for value in (0, 1, 7, 300, -1, b"\x01", b"name", b"x" * 32, b"", "text", None):
            found.append(outcome(lambda _, value=value: socket.set(option, value), make))
            found.append(outcome(lambda _: socket.get(option), make))
            found.append(outcome(lambda _: socket.getsockopt(option), make))
            if option not in (zmq.SUBSCRIBE, zmq.UNSUBSCRIBE):  # these two names are methods
                found.append(outcome(lambda _: getattr(socket, option.name.lower()), make))
        return found

    assert outcome(all_ways, ours) == outcome(all_ways, plain)


@pytest.mark.parametrize("call", ["bind", "connect"])
def test_a_recorded_refusal_names_its_errno(call, trace):
    with Context(trace=trace) as context, context.socket(zmq.PULL) as puller:
        puller.linger = 0
        with pytest.raises(zmq.ZMQError) as refusal:
            getattr(puller, call)("ipc:///no/such/folder/x" if call == "bind" else "tcp://127.0.0.1")
        [event] = [event for event in trace.controls() if isinstance(event, kinds.Refused)]
        assert event.error == ("ENOENT" if call == "bind" else "EINVAL")
        assert event.why == str(refusal.value)


def test_every_errno_has_a_name_and_none_is_unheard_of():
    for number in zmq.Errno:
        assert name_of(int(number)) == number.name
    for number, name in errno.errorcode.items():
        assert name_of(number) in (name, getattr(zmq.Errno._value2member_map_.get(number), "name", name))
    assert name_of(errno.EMFILE) == "EMFILE"
    assert name_of(98765) == "98765"
    assert name_of(None) == "None"


@pytest.mark.parametrize("number", [*errno.errorcode, *map(int, zmq.Errno), 0, -1, 98765])
def test_to_record_a_failure_never_fails(number, trace):
    with Context(trace=trace) as context, context.socket(zmq.PULL) as puller:
        puller._record.failed("bind", zmq.ZMQError(number))
        refused = [event for event in trace.controls() if isinstance(event, kinds.Refused)]
        assert len(refused) == (number != zmq.EAGAIN)
