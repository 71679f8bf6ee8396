"""The two plain functions of the lesson's first picture: what they do is set by sliders, in `dials`.

Nothing but pyzmq. The lesson reads them line by line.
"""

import zmq


def sender(context, endpoint, pause, dials, kind=zmq.PUSH):
    """Send so many messages a second as the dials say."""
    with context.socket(kind) as out:
        out.sndhwm = dials["mark"]
        out.bind(endpoint)
        while True:
            for _ in range(dials["sends"] // 20):
                out.send(b"x" * dials["size"])
            pause(0.05)


def reader(context, endpoint, pause, dials, kind=zmq.PULL):
    """Receive so many messages a second as the dials say."""
    with context.socket(kind) as incoming:
        incoming.rcvhwm = dials["mark"]
        incoming.connect(endpoint)
        if kind == zmq.SUB:
            incoming.subscribe("")
        while True:
            for _ in range(dials["reads"] // 20):
                incoming.recv()
            pause(0.05)
