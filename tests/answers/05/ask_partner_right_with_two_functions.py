import zmq


def said(pair, text, timeout):
    pair.send_multipart([text.encode()])
    return pair.recv_multipart()[0].decode() if pair.poll(timeout, zmq.POLLIN) else None


def ask_partner(context, pair, hire, text, timeout):
    answer = said(pair, text, timeout)
    if answer is not None:
        return answer
    pair.close()
    with context.socket(zmq.PAIR) as other, other.bind("inproc://another one"):
        hire("inproc://another one")
        return said(other, text, 20_000)
