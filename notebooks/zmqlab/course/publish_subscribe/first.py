"""The two plain functions of the lesson's first picture: one publishes, the other subscribes.

Nothing but pyzmq. The lesson reads them line by line.
"""

import zmq


def weather_station(context, endpoint, reports, pause):
    """Publish one report after the other, round and round, for ever."""
    with context.socket(zmq.PUB) as publisher:
        publisher.bind(endpoint)
        while True:
            for city, reading in reports:
                publisher.send_multipart([city.encode(), reading.encode()])
                pause(1)


def listener(context, endpoint, topics):
    """Receive what it has subscribed to, for ever."""
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        for topic in topics:
            subscriber.subscribe(topic)
        while True:
            subscriber.recv_multipart()
