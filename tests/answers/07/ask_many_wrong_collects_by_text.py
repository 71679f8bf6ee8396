import zmq


def ask_many(context, endpoint, texts, timeout):
    replies = dict.fromkeys(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", b"%d" % number, text.encode()])
        while None in replies.values() and dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[texts[int(number)]] = reply.decode()
    return [replies[text] for text in texts]
