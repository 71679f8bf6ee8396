import zmq


def ask_many(context, endpoint, texts, timeout):
    replies = {}
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for text in texts:
            dealer.send_multipart([b"", text.encode(), text.encode()])
        while len(replies) < len(texts) and dealer.poll(timeout):
            _, text, reply = dealer.recv_multipart()
            replies[text.decode()] = reply.decode()
    return [replies.get(text) for text in texts]
