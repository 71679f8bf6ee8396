import zmq


def serve(socket):
    while True:
        readable, _, _ = zmq.select([socket], [], [], 3)
        for one in readable:
            request = one.recv()
            try:
                one.send(request.decode("utf8").upper().encode("utf8"))
            except UnicodeError:
                one.send(b"not text")
