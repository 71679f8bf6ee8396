"""Wrong repairs of the gateway, each under the law that it breaks."""

import time

import zmq

from .silent_alarm_repair import GATEWAY


@GATEWAY.refused_by("all are there", "the gateway published before anybody was back")
def gateway_as_it_was(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.PUB) as publisher:
        puller.bind(door_endpoint)
        publisher.bind(news_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("all are there", "the gateway published before anybody was back")
def gateway_that_sleeps(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.PUB) as publisher:
        publisher.bind(news_endpoint)
        time.sleep(0.2)
        puller.bind(door_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("all are there", "the gateway published after one subscription of 2")
def gateway_that_waits_for_one(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.XPUB) as publisher:
        publisher.bind(news_endpoint)
        publisher.recv()
        puller.bind(door_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("goes on", "the gateway waits for ever")
def gateway_that_is_told_of_each_topic_once(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.XPUB) as publisher:
        publisher.bind(news_endpoint)
        publisher.recv()
        publisher.recv()
        puller.bind(door_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("goes on", "the gateway waits for ever")
def gateway_that_waits_for_three(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.XPUB) as publisher:
        publisher.xpub_verboser = 1
        publisher.bind(news_endpoint)
        for _ in range(3):
            publisher.recv()
        puller.bind(door_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("goes on", "your function returned")
def gateway_for_one_alarm(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.XPUB) as publisher:
        publisher.xpub_verboser = 1
        publisher.bind(news_endpoint)
        publisher.recv()
        publisher.recv()
        puller.bind(door_endpoint)
        publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("hands on", "siren heard")
def gateway_that_drops_the_topic(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.XPUB) as publisher:
        publisher.xpub_verboser = 1
        publisher.bind(news_endpoint)
        publisher.recv()
        publisher.recv()
        puller.bind(door_endpoint)
        while True:
            publisher.send_string(puller.recv_string().removeprefix("door "))


@GATEWAY.refused_by("raises", "Your code raised ZMQError")
def gateway_that_asks_a_pub(context, door_endpoint, news_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.PUB) as publisher:
        publisher.bind(news_endpoint)
        publisher.recv()
        publisher.recv()
        puller.bind(door_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


@GATEWAY.refused_by("binds", "your function does not come to an end")
def gateway_never(context, door_endpoint, news_endpoint):
    while True:
        pass
