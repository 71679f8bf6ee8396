import zmq


def ask_many(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", b"%d" % number, text.encode()])
        while dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
            if int(number) == len(texts) - 1:
                break
    return replies
