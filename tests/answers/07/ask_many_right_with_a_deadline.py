import time

import zmq


def ask_many(context, endpoint, texts, timeout):
    found = {}
    dealer = context.socket(zmq.DEALER)
    try:
        dealer.setsockopt(zmq.LINGER, 0)
        dealer.connect(endpoint)
        for text in texts:
            dealer.send(b"", zmq.SNDMORE)
            dealer.send_string(f"{id(text)}", zmq.SNDMORE)
            dealer.send_string(text)
        until = time.monotonic() + timeout / 1000
        while len(found) < len(texts):
            left = round((until - time.monotonic()) * 1000)
            if left <= 0 or not dealer.poll(left):
                break
            *_, number, reply = dealer.recv_multipart()
            found[int(number)] = reply.decode()
            until = time.monotonic() + timeout / 1000
    finally:
        dealer.close()
    return [found.get(id(text)) for text in texts]
