"""Wrong answers of lesson 02, each under the law that it breaks."""

import zmq

from .lesson import COLLECT, PUBLISH


@COLLECT.refused_by("", "you collected a reading of paris-nord")
def collect_you_collected_a_reading_of_paris_nord(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city)
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("", "6 messages of other cities travelled to you")
def collect_6_messages_of_other_cities_travelled_to_you(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"")
        subscriber.connect(endpoint)
        while len(readings) < 3:
            name, reading = subscriber.recv_string().split("|")
            if name == city:
                readings.append(reading)
    return readings


@COLLECT.refused_by("", "2 messages of other cities travelled to you")
def collect_2_messages_of_other_cities_travelled_to_you(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city)
        subscriber.connect(endpoint)
        while len(readings) < 3:
            name, reading = subscriber.recv_string().split("|")
            if name == city:
                readings.append(reading)
    return readings


@COLLECT.refused_by("", "you wait for ever")
def collect_you_wait_for_ever(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("", "you wait for one message too many")
def collect_you_wait_for_one_message_too_many(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        while True:
            subscriber.recv_string()


@COLLECT.refused_by("", "you returned 1 of 3 readings")
def collect_you_returned_1_of_3_readings(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1]]


@COLLECT.refused_by("", "you returned whole messages")
def collect_you_returned_whole_messages(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string() for number in range(3)]


@COLLECT.refused_by("", "you returned bytes")
def collect_you_returned_bytes(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv().split(b"|")[1] for number in range(3)]


@COLLECT.refused_by("", "you collected a reading of london")
def collect_you_collected_a_reading_of_london(context, endpoint, city):
    readings = []
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("", "you collected a reading of paris")
def collect_you_collected_a_reading_of_paris(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"paris|")
        subscriber.connect(endpoint)
        return [subscriber.recv_string().split("|")[1] for number in range(3)]


@COLLECT.refused_by("", "your function does not come to an end")
def collect_your_function_does_not_come_to_an_end(context, endpoint, city):
    while True:
        pass


@COLLECT.refused_by("", "Your code raised TypeError")
def collect_your_code_raised_typeerror(context, endpoint, city):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(city + "|")
        subscriber.connect(endpoint)
        return [subscriber.recv().split("|")[1] for number in range(3)]


@PUBLISH.refused_by("", "you published without knowing who was there")
def publish_you_published_without_knowing_who_was_there(xpub, messages, n):
    import time

    time.sleep(0.5)
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("", "you published after one subscription of 3")
def publish_you_published_after_one_subscription_of_3(xpub, messages, n):
    xpub.recv()
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("", "you counted somebody who left as one more")
def publish_you_counted_somebody_who_left_as_one_more(xpub, messages, n):
    for number in range(n):
        xpub.recv()
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("", "you counted somebody who had left")
def publish_you_counted_somebody_who_had_left(xpub, messages, n):
    came = 0
    while came < n:
        came += xpub.recv()[0] == 1
    for message in messages:
        xpub.send(message)


@PUBLISH.refused_by("", "you wait for ever")
def publish_you_wait_for_ever(xpub, messages, n):
    present = 0
    while True:
        news = xpub.recv()
        present += 1 if news[0] == 1 else -1


@PUBLISH.refused_by("", "your function does not return")
def publish_your_function_does_not_return(xpub, messages, n):
    present = 0
    while True:
        news = xpub.recv()
        present += 1 if news[0] == 1 else -1
        if present == n:
            for message in messages:
                xpub.send(message)


@PUBLISH.refused_by("", "you published nothing")
def publish_you_published_nothing(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv()[0] == 1 else -1


@PUBLISH.refused_by("", "you sent 1 message, and not those 5")
def publish_you_sent_1_message_and_not_those_5(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv()[0] == 1 else -1
    xpub.send_multipart(messages)


@PUBLISH.refused_by("", "your function does not come to an end")
def publish_your_function_does_not_come_to_an_end(xpub, messages, n):
    while True:
        pass


@PUBLISH.refused_by("", "Your code raised TypeError")
def publish_your_code_raised_typeerror(xpub, messages, n):
    present = 0
    while present < n:
        present += 1 if xpub.recv().startswith("\x01") else -1
    for message in messages:
        xpub.send(message)
