"""The plain functions of the lesson's first picture: a desk that hears three sockets, and those who send to it.

Nothing but pyzmq. The lesson reads them line by line.
"""

import zmq


def watching(*sockets):
    """Return a poller that tells which of these sockets have something to receive."""
    poller = zmq.Poller()
    for one in sockets:
        poller.register(one, zmq.POLLIN)
    return poller


def desk(context, question_endpoint, news_endpoint, stop_endpoint):
    with context.socket(zmq.REP) as questions, context.socket(zmq.SUB) as news, context.socket(zmq.PULL) as stop:
        questions.bind(question_endpoint)
        news.connect(news_endpoint)
        news.subscribe("")
        stop.bind(stop_endpoint)
        poller, latest = watching(questions, news, stop), b"No news."
        while True:
            ready = dict(poller.poll())
            if news in ready:
                latest = news.recv()
            if questions in ready:
                questions.send(b"".join(questions.recv_multipart()) + b" " + latest)
            if stop in ready:
                return stop.recv_string()


def traveller(context, question_endpoint, texts):
    with context.socket(zmq.REQ) as requester:
        requester.connect(question_endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()


def station(context, news_endpoint, texts):
    with context.socket(zmq.PUB) as publisher:
        publisher.bind(news_endpoint)
        for text in texts:
            publisher.send_string(text)


def push(context, endpoint, texts):
    with context.socket(zmq.PUSH) as pusher:
        pusher.linger = 5_000  # milliseconds, for what nobody takes
        pusher.connect(endpoint)
        for text in texts:
            pusher.send_string(text)
