import zmq


def serve_slow(router, kitchen):
    asked = []
    poller = zmq.Poller()
    poller.register(router)
    poller.register(kitchen, zmq.POLLIN)
    poller.register(router, zmq.POLLIN)
    while True:
        for socket, _ in poller.poll():
            if socket is router:
                address, _, question = router.recv_multipart()
                asked.append(address)
                kitchen.send_multipart([str(len(asked)).encode(), question])
            else:
                _, answer = kitchen.recv_multipart()
                router.send_multipart([asked.pop(), b"", answer])
