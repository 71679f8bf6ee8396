"""A solution of each exercise of lesson 08."""

import zmq


def broker(clients, workers):
    """Give each request to the worker that has been ready longest, for ever."""
    ready = []
    poller = zmq.Poller()
    poller.register(workers, zmq.POLLIN)
    while True:
        came = dict(poller.poll())
        if workers in came:
            worker, _, *rest = workers.recv_multipart()
            if not ready:
                poller.register(clients, zmq.POLLIN)
            ready.append(worker)
            if rest != [b"READY"]:
                clients.send_multipart(rest)
        if clients in came:
            workers.send_multipart([ready.pop(0), b"", *clients.recv_multipart()])
            if not ready:
                poller.unregister(clients)


def cache(xsub, xpub):
    """Hand reports on, and send the newest of its topics to whoever subscribes, for ever."""
    newest = {}
    xpub.xpub_verbose = True
    xsub.send(b"\x01")
    poller = zmq.Poller()
    poller.register(xsub, zmq.POLLIN)
    poller.register(xpub, zmq.POLLIN)
    while True:
        came = dict(poller.poll())
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
