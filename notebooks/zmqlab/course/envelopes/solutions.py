"""A solution of each exercise of lesson 07."""

import zmq


def serve_slow(router, kitchen):
    """Pass each question on to the kitchen, and each answer to who asked, for ever."""
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen in ready:
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


def ask_many(context, endpoint, texts, timeout):
    """Return the reply to each text, in their order: None where none has come."""
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while None in replies and dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies
