import time

import zmq


def ask(context, endpoint, text, timeout):
    for _ in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.setsockopt(zmq.LINGER, 0)
            requester.connect(endpoint)
            requester.send_string(text)
            until = time.monotonic() + timeout / 1000
            while (left := until - time.monotonic()) > 0:
                if requester.poll(min(50, left * 1000 + 1)):
                    return requester.recv_string()
    return None
