from collections import deque

import zmq


class Desk:
    def __init__(self, clients, workers):
        self.clients, self.workers = clients, workers
        self.free = deque()

    def hear(self):
        name, empty, *message = self.workers.recv_multipart()
        assert empty == b""
        self.free.append(name)
        if len(message) > 1:
            self.clients.send_multipart(message)

    def serve(self):
        while True:
            while self.workers.poll(0):
                self.hear()
            if not self.free:
                self.workers.poll()
                continue
            came = zmq.select([self.workers, self.clients], [], [])[0]
            if self.clients in came and self.workers not in came:
                request = self.clients.recv_multipart()
                self.workers.send_multipart([self.free.popleft(), b"", *request])


def broker(clients, workers):
    Desk(clients, workers).serve()
