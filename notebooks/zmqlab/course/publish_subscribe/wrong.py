"""Wrong answers of lesson 02, each under the law that it breaks."""

import zmq

from .exercises import COLLECT, PUBLISH


@COLLECT.refused_by("returns", "you collected a reading of paris-nord")
def collect_by_a_prefix(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city)
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("subscription", "9 messages of other cities travelled to you")
def collect_out_of_all(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"")
        subscriber.connect(endpoint)
        while len(readings) < 3:
            name, reading = subscriber.recv_string().split("|")
            if name == city:
                readings.append(reading)
    return readings


@COLLECT.refused_by("subscription", "2 messages of other cities travelled to you")
def collect_out_of_a_prefix(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city)
        subscriber.connect(endpoint)
        while len(readings) < 3:
            name, reading = subscriber.recv_string().split("|")
            if name == city:
                readings.append(reading)
    return readings


@COLLECT.refused_by("ends", "you wait for ever")
def collect_without_a_subscription(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("ends", "you wait for one message too many")
def collect_for_ever(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        while True:
            subscriber.recv_string()


@COLLECT.refused_by("returns", "you returned 1 of 3 readings")
def collect_one(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1]]


@COLLECT.refused_by("returns", "you returned whole messages")
def collect_messages(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string() for number in range(3)]


@COLLECT.refused_by("returns", "you returned bytes")
def collect_bytes(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv().split(b"|")[1] for number in range(3)]


@COLLECT.refused_by("returns", "you collected a reading of london")
def collect_of_anywhere(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("returns", "you collected a reading of paris")
def collect_of_paris(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"paris|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("ends", "your function does not come to an end")
def collect_nothing(context, endpoint, city):
    while True:
        pass


@COLLECT.refused_by("raises", "Your code raised TypeError")
def collect_text_of_bytes(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv().split("|")[1] for number in range(3)]


@PUBLISH.refused_by("all are there", "you published without knowing who was there")
def publish_after_a_while(xpub, messages, n):
    import time

    time.sleep(0.5)
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("all are there", "you published after one subscription of 3")
def publish_to_the_first(xpub, messages, n):
    xpub.recv()
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("all are there", "you counted somebody who left as one more")
def publish_after_n_messages(xpub, messages, n):
    for number in range(n):
        xpub.recv()
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("all are there", "you counted somebody who had left")
def publish_after_n_subscriptions(xpub, messages, n):
    came = 0
    while came < n:
        came += xpub.recv()[0] == 1
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("ends", "you wait for ever")
def publish_never(xpub, messages, n):
    present = 0
    while True:
        news = xpub.recv()
        present += 1 if news[0] == 1 else -1


@PUBLISH.refused_by("ends", "your function does not return")
def publish_and_listen_on(xpub, messages, n):
    present = 0
    while True:
        news = xpub.recv()
        present += 1 if news[0] == 1 else -1
        if present == n:
            for message in messages:
                xpub.send(message)


@PUBLISH.refused_by("sends all", "you published nothing")
def publish_nothing(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv()[0] == 1 else -1


@PUBLISH.refused_by("sends all", "you sent one message, and not those 5")
def publish_in_one_message(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv()[0] == 1 else -1
    xpub.send_multipart(messages)


@PUBLISH.refused_by("ends", "your function does not come to an end")
def publish_round_and_round(xpub, messages, n):
    while True:
        pass


@PUBLISH.refused_by("raises", "Your code raised TypeError")
def publish_by_text(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv().startswith("\x01") else -1
    for message in messages:
        xpub.send(message)


@COLLECT.refused_by("one socket", "you made 3 sockets")
def collect_with_three(context, endpoint, city):
    readings = []
    while len(readings) < 3:
        with context.socket(zmq.SUB) as subscriber:
            subscriber.connect(endpoint)
            subscriber.subscribe(f"{city}|")
            readings.append(subscriber.recv_string().partition("|")[2])
    return readings


@COLLECT.refused_by("types", "you made a PULL")
def collect_by_pulling(context, endpoint, city):
    with context.socket(zmq.PULL) as puller:
        puller.connect(endpoint)
        return [puller.recv_string().partition("|")[2] for number in range(3)]


@COLLECT.refused_by("endpoints", "you bind where you should connect")
def collect_at_home(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.bind(endpoint)
        subscriber.subscribe(f"{city}|")
        return [subscriber.recv_string().partition("|")[2] for number in range(3)]


@COLLECT.refused_by("closes", "your socket was never closed")
def collect_and_leave_it_open(context, endpoint, city):
    subscriber = context.socket(zmq.SUB)
    subscriber.connect(endpoint)
    subscriber.subscribe(f"{city}|")
    return [subscriber.recv_string().partition("|")[2] for number in range(3)]


@COLLECT.refused_by("returns", "you returned 1 of 3 readings")
def collect_for_ten_seconds(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        subscriber.subscribe(f"{city}|")
        while len(readings) < 3 and subscriber.poll(10_000):
            readings.append(subscriber.recv_string().partition("|")[2])
    return readings


@PUBLISH.refused_by("ends", "you wait for ever")
def publish_to_topics(xpub, messages, n):
    topics = set()
    while len(topics) < n:
        news = xpub.recv()
        (topics.add if news[0] else topics.discard)(news[1:])
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("all are there", "you counted somebody who had left")
def publish_when_nobody_comes_any_more(xpub, messages, n):
    while xpub.poll(3000):
        xpub.recv()
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("sends all", "the order is wrong")
def publish_the_last_first(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv()[0] == 1 else -1
    for message in reversed(messages):
        xpub.send(message)


@PUBLISH.refused_by("keeps", "you closed a socket that is not yours")
def publish_and_close(xpub, messages, n):
    present = 0
    with xpub:
        while present < n:
            present += 1 if xpub.recv()[0] == 1 else -1
        for message in messages:
            xpub.send(message)
