import itertools

import zmq


class Waiting:
    """Who waits for which order, by its number."""

    def __init__(self):
        self.numbers, self.envelopes = itertools.count(1), {}

    def begin(self, envelope):
        number = str(next(self.numbers)).encode()
        self.envelopes[number] = envelope
        return number


def serve_slow(router, kitchen):
    waiting = Waiting()
    while True:
        readable, _, _ = zmq.select([router, kitchen], [], [])
        for socket in readable:
            *before, body = socket.recv_multipart()
            if socket is router:
                kitchen.send(waiting.begin(before), zmq.SNDMORE)
                kitchen.send(body)
            else:
                router.send_multipart([*waiting.envelopes.pop(before[0]), body])
