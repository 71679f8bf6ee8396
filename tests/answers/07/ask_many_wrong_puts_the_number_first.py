import zmq


def ask_many(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"%d" % number, b"", text.encode()])
        while None in replies and dealer.poll(timeout):
            number, _, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies
