import uuid

import zmq


def ask_many(context, endpoint, texts, timeout):
    names = [uuid.uuid4().hex.encode() for _ in texts]
    replies = dict.fromkeys(names)
    with context.socket(zmq.DEALER) as socket:
        socket.linger, socket.rcvtimeo = 0, timeout
        with socket.connect(endpoint):
            for name, text in zip(names, texts, strict=True):
                socket.send_multipart((b"", name, text.encode("utf-8")))
            try:
                while not all(replies.values()):
                    _, name, reply = socket.recv_multipart()
                    replies[name] = str(reply, "utf-8")
            except zmq.Again:
                pass
    return list(replies.values())
