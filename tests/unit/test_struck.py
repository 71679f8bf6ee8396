"""An interrupt at every place of a cell where Python lets one in: what it has opened can be closed all the same."""

import dis
import gc
import sys
import threading

import pytest
import zmq
from zmqlab.live import contexts
from zmqlab.live.sockets import Context

STRIKES_AFTER = {"CALL", "CALL_FUNCTION_EX", "CALL_KW", "JUMP_BACKWARD"}
"""Python looks for signals after these, and where a function begins. Nowhere else, so that `with` a lock is safe."""
PATIENCE = 10
"""Seconds for the sockets of a context to be closed. It takes some milliseconds; hung, it would take for ever."""


class Strike:
    """Raises KeyboardInterrupt at the place of that number, as a tracing function. `where` says which it was."""

    def __init__(self, number):
        self.left, self.where, self.last = number, None, {}

    def __call__(self, frame, event, arg):
        frame.f_trace_opcodes = True
        lets_in = event == "call"
        if event == "opcode":
            lets_in = self.last.get(frame) in STRIKES_AFTER
            self.last[frame] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
        if lets_in and self.where is None:
            if self.left == 0:
                self.where = f"{frame.f_code.co_qualname}, line {frame.f_lineno} of {frame.f_code.co_filename}"
                raise KeyboardInterrupt
            self.left -= 1
        return self


def messages(context):
    """A cell that opens, sends, receives and closes."""
    with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://here")
        other.connect("inproc://here")
        one.send(b"hello")
        other.recv()
        one.send_multipart([b"of two", b"frames"])
        other.recv_multipart()
        other.poll(0)


def addresses(context):
    """A cell that sets options, and comes and goes."""
    one = context.socket(zmq.SUB)
    one.set(zmq.RCVHWM, 5)
    one.subscribe("rain")
    one.bind("inproc://here")
    one.unbind("inproc://here")
    one.connect("inproc://there")
    one.disconnect("inproc://there")
    one.unsubscribe("rain")
    one.close()


def frame_by_frame(context):
    """A cell that is between two frames, again and again."""
    with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://here")
        other.connect("inproc://here")
        one.send(b"of two", zmq.SNDMORE)
        one.send(b"frames")
        other.recv()
        other.recv()


def watched(context):
    """A cell whose links are watched, and heard by a monitor of its own."""
    with context.socket(zmq.REQ) as requester, context.socket(zmq.REP) as replier:
        replier.bind("tcp://127.0.0.1:*")
        requester.monitor("inproc://monitor")
        requester.connect(replier.last_endpoint)


def struck(cell, context, number):
    """Run a cell, and strike at the place of that number. Returns which it was; None when the cell had ended before."""
    strike = Strike(number)
    before = sys.gettrace()
    sys.settrace(strike)
    try:
        cell(context)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return strike.where


def can_be_ended(context):
    """End a context as another thread does while ours waits for it. False when that takes too long, or for ever."""
    outcome, ours = [], threading.current_thread()
    ending = threading.Thread(target=lambda: outcome.append(contexts.close(context, PATIENCE, user=ours)), daemon=True)
    ending.start()
    ending.join(2 * PATIENCE)
    return outcome == [True]


@pytest.fixture
def freed_at_any_moment():
    """Have Python look for what can be freed very often, and leave nothing to be freed."""
    before = gc.get_threshold()
    gc.set_threshold(100, 2, 2)
    yield
    gc.set_threshold(*before)
    gc.collect()


@pytest.mark.usefixtures("freed_at_any_moment")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # struck where Python frees a socket
@pytest.mark.parametrize("cell", [messages, addresses, frame_by_frame, watched])
def test_wherever_a_cell_is_interrupted_its_context_can_be_ended(cell, trace, links):
    number, where, kept = 0, "before the first", []
    while where is not None:
        context = Context(trace=trace, link_watch=links)
        kept.append(context)  # or an interrupt could come while Python frees the one before, where none is heard
        where = struck(cell, context, number)
        assert can_be_ended(context), where
        number += 1
    assert number > 100  # there are so many places, and this found them
