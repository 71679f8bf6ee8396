"""Wrong answers of lesson 08, each under the law that it breaks."""

import time
from itertools import cycle

import zmq

from .exercises import BROKER, CACHE


@BROKER.refused_by("no worker", "you received a request while no worker was ready")
def broker_that_hoards(clients, workers):
    requests, ready = [], []
    while True:
        came, _, _ = zmq.select([clients, workers], [], [])
        if clients in came:
            requests.append(clients.recv_multipart())
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        while requests and ready:
            workers.send_multipart([ready.pop(0), b"", *requests.pop(0)])


@BROKER.refused_by("no worker", "you received a request while no worker was ready")
def broker_that_deals_to_nobody(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came:
            request = clients.recv_multipart()
            workers.send_multipart([ready.pop(0), b"", *request])


@BROKER.refused_by("answers", "requests unanswered")
def broker_that_forgets_its_workers(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            if rest == [b"READY"]:
                ready.append(worker)
            else:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([ready.pop(0), b"", *clients.recv_multipart()])


@BROKER.refused_by("ready", "you handed READY on to the clients")
def broker_that_takes_ready_for_a_reply(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([ready.pop(0), b"", *clients.recv_multipart()])


@BROKER.refused_by("spins", "you look at a request that you do not take")
def broker_that_spins(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came and ready:
            workers.send_multipart([ready.pop(0), b"", *clients.recv_multipart()])


@BROKER.refused_by("longest ready", "another worker had waited longer")
def broker_that_takes_the_last(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([ready.pop(), b"", *clients.recv_multipart()])


@BROKER.refused_by("no worker")
def broker_that_deals_in_turn(clients, workers):
    known = []
    while True:
        came, _, _ = zmq.select([clients, workers] if known else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            if rest == [b"READY"]:
                known.append(worker)
                turns = cycle(known)
            else:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([next(turns), b"", *clients.recv_multipart()])


@BROKER.refused_by("envelope", "a worker cannot read")
def broker_without_the_empty_frame(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([ready.pop(0), *clients.recv_multipart()])


@BROKER.refused_by("envelope", "no client gets")
def broker_that_answers_whole(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            message = workers.recv_multipart()
            ready.append(message[0])
            if message[2:] != [b"READY"]:
                clients.send_multipart(message)
        if clients in came:
            workers.send_multipart([ready.pop(0), b"", *clients.recv_multipart()])


@BROKER.refused_by("envelope", "no client gets")
def broker_that_answers_the_last(clients, workers):
    ready, client = [], b""
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart([client, b"", rest[-1]])
        if clients in came:
            client, _, request = clients.recv_multipart()
            workers.send_multipart([ready.pop(0), b"", client, b"", request])


@BROKER.refused_by("answers", "a reply never reached its client")
def broker_that_keeps_replies(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            ready.append(workers.recv_multipart()[0])
        if clients in came:
            workers.send_multipart([ready.pop(0), b"", *clients.recv_multipart()])


@BROKER.refused_by("no worker")
def broker_that_waits_for_clients(clients, workers):
    while True:
        workers.send_multipart(clients.recv_multipart())
        clients.send_multipart(workers.recv_multipart())


@BROKER.refused_by("hears workers")
def broker_nothing(clients, workers):
    while True:
        pass


@BROKER.refused_by("raises", "Your code raised UnicodeDecodeError")
def broker_of_text(clients, workers):
    ready = []
    while True:
        came, _, _ = zmq.select([clients, workers] if ready else [workers], [], [])
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            ready.append(worker.decode())
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([ready.pop(0).encode(), b"", *clients.recv_multipart()])


@BROKER.refused_by("goes on", "returned")
def broker_of_two(clients, workers):
    ready = []
    for _ in range(2):
        worker, _, *rest = workers.recv_multipart()
        workers.send_multipart([worker, b"", *clients.recv_multipart()])
    return ready


@BROKER.refused_by("no worker")
def broker_that_is_a_proxy(clients, workers):
    zmq.proxy(clients, workers)


@CACHE.refused_by("verbose", "and you were not told")
def cache_without_verbose(xsub, xpub):
    newest = {}
    xsub.send(b"\x01")
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub in came:
            heard = xpub.recv()
            if heard[:1] == b"\x01":
                for topic, reading in newest.items():
                    if topic.startswith(heard[1:]):
                        xpub.send_multipart([topic, reading])


@CACHE.refused_by("newcomers", "again")
def cache_that_sends_all(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub in came and xpub.recv()[:1] == b"\x01":
            for report in newest.items():
                xpub.send_multipart(report)


@CACHE.refused_by("newcomers", "did not get paris-nord")
def cache_of_exact_topics(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub in came:
            heard = xpub.recv()
            if heard[:1] == b"\x01" and heard[1:] in newest:
                xpub.send_multipart([heard[1:], newest[heard[1:]]])


@CACHE.refused_by("leaves", "you took the end of a subscription for a subscription")
def cache_that_greets_who_leaves(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub in came:
            heard = xpub.recv()
            for topic, reading in newest.items():
                if topic.startswith(heard[1:]):
                    xpub.send_multipart([topic, reading])


@CACHE.refused_by("newcomers", "out of date")
def cache_of_the_oldest(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest.setdefault(topic, reading)
            xpub.send_multipart([topic, reading])
        if xpub in came:
            heard = xpub.recv()
            if heard[:1] == b"\x01":
                for topic, reading in newest.items():
                    if topic.startswith(heard[1:]):
                        xpub.send_multipart([topic, reading])


@CACHE.refused_by("subscribes", "you have not subscribed")
def cache_that_does_not_subscribe(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub in came:
            heard = xpub.recv()
            if heard[:1] == b"\x01":
                for topic, reading in newest.items():
                    if topic.startswith(heard[1:]):
                        xpub.send_multipart([topic, reading])


@CACHE.refused_by("subscribes", "you have not subscribed")
def cache_that_hands_subscriptions_on(xsub, xpub):
    newest = {}
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub in came:
            xsub.send(xpub.recv())


@CACHE.refused_by("passes on", "a report was not handed on")
def cache_that_keeps_all(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        came, _, _ = zmq.select([xsub, xpub], [], [])
        if xsub in came:
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
        if xpub in came:
            heard = xpub.recv()
            if heard[:1] == b"\x01":
                for topic, reading in newest.items():
                    if topic.startswith(heard[1:]):
                        xpub.send_multipart([topic, reading])


@CACHE.refused_by("newcomers", "got nothing")
def cache_that_is_a_proxy(xsub, xpub):
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    zmq.proxy(xsub, xpub)


@CACHE.refused_by("sleeps")
def cache_that_sleeps(xsub, xpub):
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        if xsub.poll(0):
            topic, reading = xsub.recv_multipart()
            newest[topic] = reading
            xpub.send_multipart([topic, reading])
        if xpub.poll(0):
            heard = xpub.recv()
            if heard[:1] == b"\x01":
                for topic, reading in newest.items():
                    if topic.startswith(heard[1:]):
                        xpub.send_multipart([topic, reading])
        time.sleep(0.01)


@CACHE.refused_by("subscribes", "you have not subscribed")
def cache_nothing(xsub, xpub):
    while True:
        pass


@CACHE.refused_by("subscribes", "you do not hear the publishers")
def cache_that_hears_one_side(xsub, xpub):
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    while True:
        xpub.recv()
