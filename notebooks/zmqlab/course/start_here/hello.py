"""The two plain functions of the course's first picture: one sends what you type, the other receives it.

Nothing but pyzmq. Lesson 00 reads them line by line.
"""

import zmq


def you(context, endpoint, texts):
    """Send each text as a message."""
    with context.socket(zmq.PUSH) as sender:
        sender.connect(endpoint)
        for text in texts:
            sender.send_string(text)


def friend(context, endpoint):
    """Receive messages, one after the other, for ever."""
    with context.socket(zmq.PULL) as receiver:
        receiver.bind(endpoint)
        while True:
            receiver.recv()
