"""A solution of each exercise of lesson 01."""

import zmq


def serve(socket):
    """Answer every request with its text in capitals, for ever."""
    while True:
        try:
            reply = socket.recv_string().upper()
        except UnicodeDecodeError:
            reply = "not text"
        socket.send_string(reply)


def ask(context, endpoint, text, timeout):
    """Return the reply to a request, or None when three tries found none."""
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout):
                return requester.recv_string()
    return None
