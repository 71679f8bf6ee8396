"""The two plain functions of the lesson's first picture: one asks, the other answers.

Nothing but pyzmq. The lesson reads them line by line.
"""

import zmq


def server(context, endpoint, done):
    """Answer every request, one after the other, for ever."""
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            request = replier.recv()
            done.append(request)  # the work: think of an order put into a database
            replier.send_string(f"World {len(done)}")


def client(context, endpoint, texts):
    """Send each text as a request, and wait for its reply."""
    replies = []
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            replies.append(requester.recv_string())
    return replies
