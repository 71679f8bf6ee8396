import zmq


def broker(clients, workers):
    ready = {}
    number = 0
    poller = zmq.Poller()
    poller.register(workers, zmq.POLLIN)
    poller.register(clients, 0)
    while True:
        poller.modify(clients, zmq.POLLIN if ready else 0)
        for socket, _ in poller.poll(1000):
            frames = socket.recv_multipart(copy=True)
            if socket is workers:
                number += 1
                ready[frames[0]] = number
                if frames[2] != b"READY":
                    clients.send_multipart(frames[2:])
            else:
                oldest = min(ready, key=ready.get)
                del ready[oldest]
                workers.send_multipart([oldest, b"", *frames])
