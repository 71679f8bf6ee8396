"""pyzmq's own `Context` and `Socket`, recorded, and refusing the misuse that can end the process.

A learner never sees these names: an actor gets one of our contexts as its argument, and all it makes from there is
`isinstance(…, zmq.Socket)` and behaves as pyzmq documents. What is added:

- every message becomes one event in the trace, every call that changes the topology another;
- one thread uses a socket at a time. libzmq mixes up messages or aborts the whole process otherwise, by chance; we raise
  `SocketInUse` in the thread that came second. The guard is held for a whole message, over all its frames, so none is torn;
- a call that waits also listens to the actor's inbox, so that an actor can be stopped, or asked for something.

pyzmq routes attribute assignment on sockets through socket options, which is slow: what belongs to us stands in
one `_record`, bound once.
"""

import contextlib
import operator
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import zmq
from zmq.backend import Socket as Backend

from ..record.addresses import could_be_same, place_of
from ..record.events import (
    Bound,
    Closed,
    Conflate,
    Connected,
    Disconnected,
    GoesOn,
    HandsOver,
    HighWaterMark,
    Monitored,
    Named,
    NoDrop,
    Received,
    Sent,
    SocketMade,
    Subscribed,
    Unbound,
    Unsubscribed,
    Waits,
)
from ..record.trace import PREVIEW, Trace
from . import standstill, strangers, whose
from .frames import Cut, beginning_of, measure
from .inbox import Inbox, Killed
from .links import is_watched
from .recorder import Guarded, Record, SocketInUse, now, record_of
from .waiting import wait_for

NOBLOCK, SNDMORE, POLLIN, POLLOUT = int(zmq.NOBLOCK), int(zmq.SNDMORE), int(zmq.POLLIN), int(zmq.POLLOUT)
RCVTIMEO, SNDTIMEO = int(zmq.RCVTIMEO), int(zmq.SNDTIMEO)
PATIENCE = 2
"""Milliseconds that a call waits inside libzmq, as fast as any, before it waits where others can wake it."""
LINGER = 500
"""Milliseconds that a closed socket goes on delivering. pyzmq's default, for ever, would hang a kernel's shutdown."""
LINGER_WHEN_STOPPED = 100
plain_send, plain_recv = Backend.send, Backend.recv


Kept = TypeVar("Kept")
"""What pyzmq lets one write in brackets, for type checkers: `zmq.Socket[bytes]`, `zmq.Context[zmq.Socket]`."""


class Socket(zmq.Socket[Kept]):
    """A `zmq.Socket` that records what passes through it. Made by `Context.socket`, as always."""

    _record: Record | None = None
    _link_watch: Any = None
    _repr_cls = "zmq.Socket"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and hasattr(args[0], "records"):
            # pyzmq does so once the socket is made: interrupted in between, nobody would close it, and its context
            # could never end.
            args[0]._sockets.add(self)
        super().__init__(*args, **kwargs)
        # Asked by what they have, not by their class: after `importlib.reload` there are two classes of that name.
        owner, original = self.context, record_of(self._shadow_obj)
        if original is not None:
            self.__dict__["_record"] = original
            return
        whom = vars(owner) if hasattr(owner, "records") else getattr(whose.actor(), "whose", None)
        # (A draft type may have several users at once, and polling it ends the process: it stays as pyzmq made it.)
        if whom and not Backend.get(self, zmq.THREAD_SAFE):
            record = Record(whom["trace"], whom["actor"], whom["inbox"])
            self.__dict__["_link_watch"] = whom["link_watch"]
            self.__dict__["_record"] = record
            Backend.set(self, RCVTIMEO, PATIENCE)
            Backend.set(self, SNDTIMEO, PATIENCE)
            record.note(SocketMade, type=self._type_name)

    @property
    def underlying(self):
        """The address of the underlying libzmq socket. Whoever asks for it may wait on it: give it its own limits."""
        if self._record is not None and not self._record.trying and not self._closed:
            self._record.trying = NOBLOCK
            for option, limit in self._record.limits.items():
                Backend.set(self, option, limit)
        return super().underlying

    # messages

    def send(self, data, flags=0, copy=True, track=False, routing_id=None, group=None):
        record = self._record
        if record is None or routing_id is not None or group is not None:
            return super().send(data, flags, copy, track, routing_id, group)
        if not record.acquire(False):
            record.refuse("send")
        try:
            if record.inbox.alert:
                record.inbox.heed("sent")
            if flags != 0 or record.parts or type(data) is not bytes:
                return self._send_parts("send", [data], flags, copy, track)
            # One frame of bytes, as nearly every message: the same as `_send_parts`, without a call more than needed.
            # All is ready before the send: work after it would keep the receiver waiting for Python's lock.
            size = len(data)
            record.under_way = record.calls = record.calls + 1
            keep = record.sends_to_keep
            record.sent = total = record.sent + 1
            record.sent_bytes += size
            entry = None
            if keep > 0:
                entry = (Sent, now(), record.actor, record.number, data[:PREVIEW], size, total)
                record.sends_to_keep = keep - 1
                if keep == 1:
                    record.trace.thin(record)
            try:
                result = plain_send(self, data, record.trying, copy, track)
            except BaseException as problem:
                record.sent, record.sent_bytes, record.sends_to_keep = total - 1, record.sent_bytes - size, keep
                if not isinstance(problem, zmq.ZMQError):
                    raise
                result, began = self._send_later("send", data, flags, copy, track, problem)
                entry = record.outgoing([data], began)
            if entry:
                record.append(entry)
                if record.trace.asleep:
                    record.trace.ring()
            return result
        finally:
            record.under_way = 0
            record.release()

    def send_multipart(self, msg_parts, flags=0, copy=True, track=False, **kwargs):
        record = self._record
        if record is None or kwargs:
            return super().send_multipart(msg_parts, flags, copy, track, **kwargs)
        if _as_number(flags) is None:
            return super().send_multipart(msg_parts, flags, copy, track)  # which says what is wrong with them
        for number, part in enumerate(msg_parts):
            if not isinstance(part, bytes | zmq.Frame | memoryview):
                _check_sendable(number, part)
        parts = [
            *msg_parts[:-1],
            msg_parts[-1],
        ]  # as pyzmq takes it: what has no order or no end is refused in its words
        if not record.acquire(False):
            record.refuse("send_multipart")
        try:
            if record.inbox.alert:
                record.inbox.heed("sent")
            return self._send_parts("send_multipart", parts, flags, copy, track)
        finally:
            record.under_way = 0
            record.release()

    def _send_parts(self, call: str, parts: list[Any], flags: int, copy: bool, track: bool) -> Any:
        """Send frames, and enter the message if they complete one."""
        record = self._record
        flags = self._flags(plain_send, flags, parts[0])
        complete = not flags & SNDMORE
        frames = record.parts + parts if record.parts else parts
        last = len(parts) - 1
        first_flags = flags | SNDMORE if last else flags
        began = record.set_out()
        entry = record.outgoing(frames, began) if complete else None
        try:
            result = plain_send(self, parts[0], first_flags | record.trying, copy, track)
        except BaseException as problem:
            if complete:
                record.take_back(measure(frames)[2])
            if not isinstance(problem, zmq.ZMQError):
                raise
            result, began = self._send_later(call, parts[0], first_flags, copy, track, problem)
            entry = record.outgoing(frames, began) if complete else None
        for number in range(1, last + 1):
            try:
                result = plain_send(self, parts[number], flags | (SNDMORE if number < last else 0), copy, track)
            except BaseException:  # the frames before it are sent, and wait for the rest of their message
                if complete:
                    record.take_back(measure(frames)[2])
                record.hold("sent", parts[:number])
                raise
        if not complete:
            record.hold("sent", parts)
            return result
        if entry:
            record.add(entry)
        if frames is not parts:
            record.let_go("sent")
        return result

    def recv(self, flags=0, copy=True, track=False):
        record = self._record
        if record is None:
            return super().recv(flags, copy, track)
        if not record.acquire(False):
            record.refuse("recv")
        try:
            record.under_way = record.calls = record.calls + 1
            keep = record.receives_to_keep
            began = now() if keep > 0 else 0
            try:
                frame = plain_recv(self, flags | record.trying, False, track)
            except zmq.ZMQError as problem:
                frame = self._receive_later("recv", flags, track, problem)
            except TypeError:
                return self.recv(self._flags(plain_recv, flags), copy, track)
            if frame.more or record.received_parts or not copy:
                data = frame.bytes if copy else frame
                self._note_parts([data], frame.more, began)
                return data
            # A message of one frame: the same as `_note_parts`, without a call more than needed.
            data = frame.bytes
            size = len(data)
            record.received = total = record.received + 1
            record.received_bytes += size
            if keep > 0:
                record.receives_to_keep = keep - 1
                record.append((Received, now(), record.actor, record.number, data[:PREVIEW], size, total, began))
                if record.trace.asleep:
                    record.trace.ring()
                if keep == 1:
                    record.trace.thin(record)
            if record.inbox.alert:
                record.under_way = 0
                record.inbox.heed("received")
            return data
        finally:
            record.under_way = 0
            record.release()

    def recv_multipart(self, flags=0, copy=True, track=False):
        record = self._record
        if record is None:
            return super().recv_multipart(flags, copy, track)
        if not record.acquire(False):
            record.refuse("recv_multipart")
        try:
            began = record.set_out()
            try:
                frame = plain_recv(self, flags | record.trying, False, track)
            except zmq.ZMQError as problem:
                frame = self._receive_later("recv_multipart", flags, track, problem)
            except TypeError:
                return self.recv_multipart(self._flags(plain_recv, flags), copy, track)
            parts = [frame.bytes if copy else frame]
            while frame.more:  # the frames of a message arrive together: these do not wait
                frame = plain_recv(self, flags, False, track)
                parts.append(frame.bytes if copy else frame)
            self._note_parts(parts, False, began)
            return parts
        finally:
            record.under_way = 0
            record.release()

    def recv_into(self, buffer, /, *, nbytes=0, flags=0):
        record = self._record
        if record is None:
            return super().recv_into(buffer, nbytes=nbytes, flags=flags)
        if not record.acquire(False):
            record.refuse("recv_into")
        try:
            began = record.set_out()
            number = _as_number(flags)
            while True:
                try:
                    size = super().recv_into(
                        buffer, nbytes=nbytes, flags=flags if number is None else number | record.trying
                    )
                    break
                except zmq.ZMQError as problem:
                    self._wait_or_raise("recv_into", POLLIN, problem, number or 0, began)
            room = memoryview(buffer).nbytes
            kept = beginning_of(buffer, min(size, nbytes or room))
            self._note_parts([Cut(kept, size)], bool(Backend.get(self, zmq.RCVMORE)), began)
            return size
        finally:
            record.under_way = 0
            record.release()

    def _flags(self, call: Callable[..., Any], flags: Any, *data: Any) -> int:
        """Return flags as a plain int. Where they are no number, raise what pyzmq's `call` with them raises."""
        number = _as_number(flags)
        if number is None:
            raise _what_pyzmq_says(call, self, *data, flags) from None
        return number

    def _note_parts(self, parts: list[Any], more: bool, began: int) -> None:
        """Enter received frames: as a message, if the last of them is the last."""
        record = self._record
        if more:
            record.hold("received", parts)
        elif record.received_parts:
            frames = record.received_parts + parts
            record.let_go("received")
            record.incoming(frames, began)
        else:
            record.incoming(parts, began)

    # waiting

    def _send_later(self, call, data, flags, copy, track, problem) -> tuple[Any, int]:
        """Send when the queue has room again. `problem` is what the first try met."""
        since = self._when_it_set_out()
        while True:
            # A send that had to wait counts from when it could go on: until then nothing has left.
            began = self._wait_or_raise(call, POLLOUT, problem, flags, since)
            try:
                return plain_send(self, data, flags | NOBLOCK, copy, track), began
            except zmq.ZMQError as again:
                problem = again

    def _receive_later(self, call: str, flags: int, track: bool, problem: zmq.ZMQError) -> zmq.Frame:
        """Receive a frame when one comes. `problem` is what the first try met."""
        since = self._when_it_set_out()
        while True:
            self._wait_or_raise(call, POLLIN, problem, flags, since)
            try:
                return plain_recv(self, flags | NOBLOCK, False, track)
            except zmq.ZMQError as again:
                problem = again

    def _when_it_set_out(self) -> int:
        """Return when a call set out that has just tried in vain, in monotonic ns."""
        return now() - (0 if self._record.trying else PATIENCE * 1_000_000)

    def _wait_or_raise(self, call: str, event: int, problem: zmq.ZMQError, flags: int, since: int) -> int:
        """Wait until the socket is ready for `event`; if waiting is no answer to `problem`, raise it.

        `since` is when the call set out, in monotonic ns: a limit holds from then on, though what made the socket ready
        may have come to nothing, as a late reply does. Returns the moment at which it became ready, in monotonic ns.
        Meanwhile the actor's inbox is served.
        """
        record = self._record
        record.under_way = 0  # while it waits, it holds no message
        if record.inbox.ending:
            record.inbox.serve()
        if problem.errno != zmq.EAGAIN:
            record.failed(call, problem)
            raise problem
        if flags & NOBLOCK:
            record.in_vain += 1
            raise problem
        waited = (now() - since) // 1_000_000
        limit = record.limits[RCVTIMEO if event == POLLIN else SNDTIMEO]
        # From now on, though it began PATIENCE ago: dated back, it could come before what the actor did just before.
        record.note(Waits, call=call)
        record.user = f"{call}()"
        came = False
        try:
            came = bool(wait_for([(self, event)], record.inbox, max(0, limit - waited) if limit >= 0 else -1))
        finally:
            record.user = ""
            if not came:  # timed out, interrupted, stopped
                record.note(GoesOn)
        if not came:
            raise problem
        return record.set_out()  # it tries anew

    # topology and options

    def bind(self, addr):
        if self._record is None:
            return super().bind(addr)
        with self._guarded("bind") as call:
            self._keep_strangers_out(addr)
            watched = self._watched(_text(addr), connects=False)
            result = super().bind(addr)
            endpoint = _text(_last_endpoint(self) or addr)
            if endpoint.startswith("inproc:"):
                self._record.bound.append(endpoint)
            self._record.listening.append(endpoint)
            self._settled(Bound, call.began, endpoint, watched)
            return result

    def _keep_strangers_out(self, address: Any) -> None:
        """Let no bytes of a stranger end the process; see `strangers.py`. Never a reason for `bind` to fail."""
        with contextlib.suppress(zmq.ZMQError):
            if strangers.wants_domain(self, address):
                Backend.set(self, zmq.ZAP_DOMAIN, strangers.DOMAIN)
                self._record.has_our_domain = True

    def connect(self, addr):
        if self._record is None:
            return super().connect(addr)
        with self._guarded("connect") as call:
            endpoint = _text(addr)
            watched = self._watched(endpoint, connects=True)
            self._record.connected.append(endpoint)  # before: whoever hears of the link finds its address here
            try:
                result = super().connect(addr)
            except BaseException:
                self._record.connected.remove(endpoint)
                raise
            self._settled(Connected, call.began, endpoint, watched)
            return result

    def _watched(self, endpoint: str, connects: bool) -> bool:
        """Have the links of this socket watched. False where a link over tcp or ipc cannot be: the context is full."""
        link_watch = self._link_watch
        return link_watch is None or not is_watched(endpoint) or link_watch.attach(self, connects)

    def _settled(self, kind: type, began: int, endpoint: str, watched: bool) -> None:
        """Enter where a socket is to be found, or looks, from when the call began: a link is up only after it."""
        place = place_of(endpoint)
        elsewhere = {"place": place} if place != endpoint else {}
        self._record.note(kind, began, endpoint=endpoint, watched=watched, **elsewhere, **self._home(endpoint))

    def _home(self, endpoint: str) -> dict[str, str]:
        """Return whose context this is, for an endpoint that means something in one context only."""
        if not endpoint.startswith("inproc:"):
            return {}
        if not hasattr(self.context, "records"):
            return {"home": "the whole kernel"}
        return {"home": "in common" if self.context._shadow else self._record.actor}

    def unbind(self, addr):
        if self._record is None:
            return super().unbind(addr)
        with self._guarded("unbind"):
            super().unbind(addr)
            self._left(_text(addr), Unbound, Disconnected)
        return None

    def disconnect(self, addr):
        if self._record is None:
            return super().disconnect(addr)
        with self._guarded("disconnect"):
            super().disconnect(addr)
            self._left(_text(addr), Disconnected, Unbound)
        return None

    def _left(self, address: str, *kinds: type) -> None:
        """Enter which address was given up: it may have been spelled in another way before. (libzmq takes either call.)"""
        record = self._record
        for fits in (str.__eq__, could_be_same):
            for kind in kinds:
                own = record.listening if kind is Unbound else record.connected
                for endpoint in own:
                    if fits(endpoint, address):
                        own[:] = [other for other in own if other != endpoint]
                        record.note(kind, endpoint=endpoint)
                        return
        record.note(kinds[0], endpoint=address)

    def monitor(self, addr, events=int(zmq.EVENT_ALL)):
        link_watch = self._link_watch
        if self._record is None or link_watch is None or self.closed:
            return super().monitor(addr, events)
        with self._guarded("monitor"):
            link_watch.share(self, addr, events)
            if addr is not None:
                self._record.note(Monitored, endpoint=_text(addr), **self._home(_text(addr)))
        return None

    def set(self, option, optval):
        with self._guarded("set") as call:
            record = self._record
            if record is None:
                return super().set(option, optval)
            super().set(option, optval)
            if option == zmq.ZAP_DOMAIN:
                record.has_our_domain = False
            if option in record.limits:
                record.limits[option] = int(optval)
                if not record.trying:
                    super().set(option, PATIENCE if optval < 0 else min(optval, PATIENCE))
            if option == zmq.SUBSCRIBE:
                record.topics[bytes(optval)] += 1
                record.note(Subscribed, call.began, topic=bytes(optval))
            elif option == zmq.UNSUBSCRIBE:
                record.topics[bytes(optval)] -= record.topics[bytes(optval)] > 0
                record.note(Unsubscribed, topic=bytes(optval))
            elif option in (zmq.SNDHWM, zmq.RCVHWM):
                record.note(HighWaterMark, option=zmq.SocketOption(option).name, messages=optval)
            elif option == zmq.CONFLATE:
                record.note(Conflate, on=bool(optval))
            elif option == zmq.XPUB_NODROP:
                record.note(NoDrop, on=bool(optval))
            elif option == zmq.ROUTING_ID:
                record.note(Named, name=bytes(optval))
            elif option == zmq.ROUTER_HANDOVER:
                record.note(HandsOver, on=bool(optval))

    setsockopt = set

    def get(self, option):
        with self._guarded("get"):
            value, record = super().get(option), self._record
            if record is not None and option in record.limits:
                return record.limits[option]
            return b"" if option == zmq.ZAP_DOMAIN and record is not None and record.has_our_domain else value

    getsockopt = get

    def close(self, linger=None):
        if self._record is None or self._closed or (linger is not None and _as_number(linger) is None):
            return super().close(linger)
        with self._guarded("close"):
            ending = self._record.inbox.ending
            if linger is None and ending:
                linger = 0 if issubclass(ending, Killed) else min(LINGER_WHEN_STOPPED, _linger(self))
            linger = _linger(self) if linger is None else linger
            for endpoint in self._record.bound:  # or it is free a little later, and in between who binds is refused
                with contextlib.suppress(zmq.ZMQError):
                    Backend.unbind(self, endpoint)
            standstill.closes(self, self._record)
            # pyzmq has the context forget it first: interrupted in between, nobody would close it.
            Backend.close(self, linger)
            self.context._rm_socket(self)
            self._record.trace.leave(self._record)  # its totals first: a socket that is closed receives nothing
            self._record.note(Closed, linger=linger)
        return None

    def __del__(self):
        try:
            super().__del__()
        except SocketInUse:  # interrupted, somebody left its guard taken. Whom nobody has, nobody can use.
            self._close_by_force()

    def _close_by_force(self) -> None:
        """Close what nobody will let go any more, and say so in the record."""
        Backend.close(self, 0)
        self._record.trace.leave(self._record)
        self._record.note(Closed, linger=0)

    def _guarded(self, call: str) -> Guarded:
        return Guarded(self._record, call)


class Context(zmq.Context[Kept]):
    """A `zmq.Context` whose sockets are recorded in `trace` as those of `actor`.

    `inbox` is where others ask the actor for something; `link_watch` sees its links come and go (see `links.py`).
    Sockets made here linger for half a second after they are closed, not for ever.

    With `shadow`, another context, it is the same one to libzmq, under the name of another actor: threads of one
    program, which `inproc` joins. Ending it leaves the other alone.
    """

    trace: Trace
    actor: str
    inbox: Inbox
    link_watch: Any
    records = True
    _one_at_a_time: Any
    _socket_class = Socket
    _repr_cls = "zmq.Context"

    def __init__(self, *args: Any, trace=None, actor="you", inbox=None, link_watch=None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trace = trace or Trace()
        self.actor = actor
        self.inbox = inbox or Inbox()
        self.link_watch = link_watch
        self._one_at_a_time = threading.RLock()
        self.sockopts[zmq.LINGER] = LINGER

    def socket(self, socket_type: int, *args: Any, **kwargs: Any) -> Socket:
        """Return a socket, as pyzmq does. One that subscribes does not linger, as in libzmq: it has nothing to deliver.

        With a linger it would wait on its way out for a publisher that is gone to take its subscriptions.
        """
        made = super().socket(socket_type, *args, **kwargs)
        if socket_type in (zmq.SUB, zmq.XSUB) and self.sockopts.get(zmq.LINGER) == LINGER:
            Backend.set(made, zmq.LINGER, 0)
        return made

    def term(self):
        if self._shadow:
            self.closed = True
        else:
            # Others may end it, too, to wake who waits on its sockets. Twice at the same moment is fatal in libzmq.
            with self._one_at_a_time:
                super().term()


def _as_number(flags: Any) -> int | None:
    """Return flags as a plain int; None where they are no number. pyzmq takes whatever has an `__int__`, as 1.0 has."""
    try:
        return operator.index(flags)
    except TypeError:
        return int(flags) if hasattr(flags, "__int__") else None


def _check_sendable(number: int, part: Any) -> None:
    try:
        memoryview(part)
    except Exception:
        shown = repr(part)
        shown = shown if len(shown) <= 32 else shown[:32] + "..."
        raise TypeError(f"Frame {number} ({shown}) does not support the buffer interface.") from None


def _what_pyzmq_says(call: Callable[..., Any], *arguments: Any) -> Exception:
    """Return what a call raises that cannot succeed."""
    try:
        call(*arguments)
    except Exception as refusal:
        return refusal
    return TypeError("flags are a number")


def _linger(socket: Socket) -> int:
    try:
        linger = Backend.get(socket, zmq.LINGER)
    except zmq.ZMQError:  # the context is gone already
        return 0
    return linger if linger >= 0 else LINGER_WHEN_STOPPED


def _last_endpoint(socket: Socket) -> bytes:
    """Return what the system made of an address that was bound; nothing where it is longer than pyzmq reads (255 bytes)."""
    try:
        return Backend.get(socket, zmq.LAST_ENDPOINT)
    except zmq.ZMQError:
        return b""


def _text(address: Any) -> str:
    """Return an address as text; nothing for what is none, which pyzmq refuses in its own words."""
    if isinstance(address, bytes):
        address = address.decode("utf-8", "replace")
    return address.rstrip("\0") if isinstance(address, str) else ""
