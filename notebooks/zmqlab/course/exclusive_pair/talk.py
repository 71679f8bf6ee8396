"""The two plain functions of the lesson's first picture: each sends when it likes.

Nothing but pyzmq. The lesson reads them line by line.
"""

import zmq


def you(context, endpoint, texts):
    """Send each text, and hear all that comes back."""
    with context.socket(zmq.PAIR) as pair:
        pair.bind(endpoint)
        for text in texts:
            pair.send_string(text)
            while pair.poll(200):
                pair.recv_string()


def partner(context, endpoint):
    """Answer each message with two."""
    with context.socket(zmq.PAIR) as pair:
        pair.connect(endpoint)
        while True:
            pair.send_string(f"{pair.recv_string()}?")
            pair.send_string("Tell me more.")
