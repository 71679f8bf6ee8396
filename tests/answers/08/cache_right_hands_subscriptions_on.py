import zmq


def cache(xsub, xpub):
    xpub.setsockopt(zmq.XPUB_VERBOSE, 1)
    xsub.send(b"\x01")
    kept = []
    poller = zmq.Poller()
    for socket in (xpub, xsub):
        poller.register(socket, zmq.POLLIN)
    while True:
        for socket, _ in poller.poll():
            frames = socket.recv_multipart()
            if socket is xsub:
                kept = [report for report in kept if report[0] != frames[0]] + [frames]
                xpub.send_multipart(frames)
                continue
            xsub.send_multipart(frames)
            if frames[0].startswith(b"\x01"):
                for report in kept:
                    if report[0][: len(frames[0]) - 1] == frames[0][1:]:
                        xpub.send_multipart(report)
