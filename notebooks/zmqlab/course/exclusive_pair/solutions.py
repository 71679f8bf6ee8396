"""A solution of each exercise of lesson 05."""

import threading
import uuid

import zmq


def in_order(context, first, second):
    """Call first() and then second(), each in a thread of its own."""
    at_most = 60_000  # milliseconds: who waits longer hears no more, but zmq.Again

    def one():
        with context.socket(zmq.PAIR) as to_two:
            to_two.connect("inproc://one")
            first()
            to_two.send(b"ready")

    def two():
        with context.socket(zmq.PAIR) as from_one, context.socket(zmq.PAIR) as to_you:
            from_one.rcvtimeo = at_most
            from_one.bind("inproc://one")
            to_you.connect("inproc://two")
            from_one.recv()
            second()
            to_you.send(b"ready")

    threads = [threading.Thread(target=work, name=work.__name__) for work in (one, two)]
    with context.socket(zmq.PAIR) as from_two:
        from_two.rcvtimeo = at_most
        from_two.bind("inproc://two")
        for thread in threads:
            thread.start()
        from_two.recv()
    for thread in threads:
        thread.join()


def ask_partner(context, pair, hire, text, timeout):
    """Return the partner's answer, and the pair to go on with. Replace a partner that is silent."""
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string(), pair
    pair.close()
    new_pair = context.socket(zmq.PAIR)
    new_pair.sndtimeo = new_pair.rcvtimeo = timeout
    try:
        endpoint = f"inproc://{uuid.uuid4()}"  # a name that nobody has bound
        new_pair.bind(endpoint)
        hire(endpoint)
        new_pair.send_string(text)
        return new_pair.recv_string(), new_pair
    except BaseException:  # it is silent, too
        new_pair.close()
        raise
