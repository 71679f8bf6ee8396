import zmq

TRIES = [1, 2, 3]


class Asker:
    def __init__(self, context, endpoint):
        self.context, self.endpoint = context, endpoint

    def once(self, text, timeout):
        requester = self.context.socket(zmq.REQ)
        requester.linger = 0
        requester.rcvtimeo = timeout
        try:
            requester.connect(self.endpoint)
            requester.send_string(text)
            return requester.recv_string()
        except zmq.Again:
            return None
        finally:
            requester.close()


def ask(context, endpoint, text, timeout):
    asker = Asker(context, endpoint)
    for _ in TRIES:
        if (reply := asker.once(text, timeout)) is not None:
            return reply
    return None
