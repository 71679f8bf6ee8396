import itertools

import zmq

NUMBERS = itertools.count()


def answer_of(pair, text, timeout):
    if not pair.poll(timeout, zmq.POLLOUT):
        return None
    pair.send_string(text)
    return pair.recv_string() if pair.poll(timeout) else None


def ask_partner(context, pair, hire, text, timeout):
    answer = answer_of(pair, text, timeout)
    if answer is None:
        pair.close()
        pair = context.socket(zmq.PAIR)
        place = f"inproc://partner {next(NUMBERS)}"
        pair.bind(place)
        hire(place)
        answer = answer_of(pair, text, 10 * timeout)
    return answer, pair
