"""A solution of each exercise of lesson 02."""

import zmq


def collect(context, endpoint, city):
    """Return the first three readings of a city."""
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(f"{city}|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


def publish(xpub, messages, n):
    """Send all messages once n subscribers are there."""
    present = 0
    while present < n:
        news = xpub.recv()
        present += 1 if news[0] == 1 else -1
    for message in messages:
        xpub.send(message)
