"""Who takes part in lesson 08 beside its brokers: plain functions, known from the lessons before. A click on an actor shows them."""

import zmq


def client(context, endpoint, texts, my_name):
    """For each text, a number, send so many requests at once, and receive their replies. Return the last of them."""
    number, replies = 0, []
    with context.socket(zmq.DEALER) as requests:
        requests.connect(endpoint)
        for count in texts:
            for _ in range(int(count)):
                number += 1
                requests.send_multipart([b"", f"{my_name[0]}{number}".encode()])
            replies = [requests.recv_multipart()[1].decode() for _ in range(int(count))]
    return replies


def worker(context, workers_endpoint, pause, seconds=0.1):
    """Answer each request in upper case, for ever. The work takes some seconds."""
    with context.socket(zmq.REP) as requests:
        requests.connect(workers_endpoint)
        while True:
            request = requests.recv_string()
            pause(seconds)
            requests.send_string(request.upper())


def listener(context, news_endpoint, topics, most=0):
    """Receive what begins with one of the topics: so many, or for ever. Return the last."""
    with context.socket(zmq.SUB) as news:
        news.connect(news_endpoint)
        for topic in topics:
            news.subscribe(topic)
        while True:
            heard = news.recv_multipart()
            most -= 1
            if most == 0:
                return heard
