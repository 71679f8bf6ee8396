"""A solution of each exercise of lesson 05."""

import threading

import zmq


def in_order(context, first, second):
    """Call first() and then second(), each in a thread of its own."""

    def one():
        with context.socket(zmq.PAIR) as to_two:
            to_two.connect("inproc://one")
            first()
            to_two.send(b"ready")

    def two():
        with context.socket(zmq.PAIR) as from_one, context.socket(zmq.PAIR) as to_you:
            from_one.bind("inproc://one")
            to_you.connect("inproc://two")
            from_one.recv()
            second()
            to_you.send(b"ready")

    with context.socket(zmq.PAIR) as from_two:
        from_two.bind("inproc://two")
        for work in (one, two):
            threading.Thread(target=work).start()
        from_two.recv()


def ask_partner(context, pair, hire, text, timeout):
    """Return the partner's answer. Replace a partner that is silent."""
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()
