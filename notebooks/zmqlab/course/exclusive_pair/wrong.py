"""Wrong answers of lesson 05, each under the law that it breaks."""

import threading

import zmq

from .lesson import ASK_PARTNER, IN_ORDER


@IN_ORDER.refused_by("", "a socket made in one thread was used in another")
def in_order_a_socket_made_in_one_thread_was_used_in_another(context, first, second):
    here, there = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    here.bind("inproc://one")
    there.connect("inproc://one")

    def one():
        first()
        there.send(b"ready")

    def two():
        here.recv()
        second()

    threads = [threading.Thread(target=one), threading.Thread(target=two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@IN_ORDER.refused_by("", "a context for each thread")
def in_order_a_context_for_each_thread(context, first, second):
    def one():
        context = zmq.Context()
        with context.socket(zmq.PAIR) as to_two:
            to_two.connect("inproc://one")
            first()
            to_two.send(b"ready")

    def two():
        context = zmq.Context()
        with context.socket(zmq.PAIR) as from_one, context.socket(zmq.PAIR) as to_you:
            from_one.bind("inproc://one")
            to_you.connect("inproc://two")
            from_one.recv()
            second()
            to_you.send(b"ready")

    with context.socket(zmq.PAIR) as from_two:
        from_two.bind("inproc://two")
        for work in (one, two):
            threading.Thread(target=work, daemon=True).start()
        from_two.recv()


@IN_ORDER.refused_by("", "your function returned before first was done")
def in_order_your_function_returned_before_first_was_done(context, first, second):
    threading.Thread(target=first).start()
    threading.Thread(target=second).start()


@IN_ORDER.refused_by("", "your function returned before second was done")
def in_order_your_function_returned_before_second_was_done(context, first, second):
    def two():
        with context.socket(zmq.PAIR) as from_one:
            from_one.bind("inproc://one")
            from_one.recv()
            second()

    threading.Thread(target=two).start()
    thread = threading.Thread(target=first)
    thread.start()
    thread.join()


@IN_ORDER.refused_by("", "the second began before the first was ready")
def in_order_the_second_began_before_the_first_was_ready(context, first, second):
    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@IN_ORDER.refused_by("", "that were not three threads")
def in_order_that_were_not_three_threads(context, first, second):
    first()
    second()


@IN_ORDER.refused_by("", "nobody said ready")
def in_order_nobody_said_ready(context, first, second):
    for work in (first, second):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


@IN_ORDER.refused_by("", "somebody waits for ever")
def in_order_somebody_waits_for_ever(context, first, second):
    def one():
        with context.socket(zmq.PAIR) as to_two:
            to_two.connect("inproc://one")
            first()
            to_two.send(b"ready")

    threading.Thread(target=one, daemon=True).start()
    with context.socket(zmq.PAIR) as from_two:
        from_two.bind("inproc://two")
        from_two.recv()


@IN_ORDER.refused_by("", "nothing was started")
def in_order_nothing_was_started(context, first, second):
    while True:
        pass


@IN_ORDER.refused_by("", "Your code raised ZMQError")
def in_order_your_code_raised_zmqerror(context, first, second):
    def one():
        first()
        with context.socket(zmq.PAIR) as to_two:
            to_two.connect("one")
            to_two.send(b"ready")

    threading.Thread(target=one).start()
    with context.socket(zmq.PAIR) as from_one:
        from_one.bind("inproc://one")
        from_one.recv()
        second()


@ASK_PARTNER.refused_by("", "the new partner stood beside the old one")
def ask_partner_the_new_partner_stood_beside_the_old_one(context, pair, hire, text, timeout):
    pair.send_string(text)
    if not pair.poll(timeout):
        hire(pair.last_endpoint.decode())
        pair.send_string(text)
    return pair.recv_string()


@ASK_PARTNER.refused_by("", "you wait for ever")
def ask_partner_you_wait_for_ever(context, pair, hire, text, timeout):
    pair.send_string(text)
    return pair.recv_string()


@ASK_PARTNER.refused_by("", "the new partner was never asked")
def ask_partner_the_new_partner_was_never_asked(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("", "the old partner kept its place")
def ask_partner_the_old_partner_kept_its_place(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.unbind(pair.last_endpoint)
    pair.bind("inproc://new")
    hire("inproc://new")
    pair.send_string(text)
    return pair.recv_string()


@ASK_PARTNER.refused_by("", "the old pair is still open")
def ask_partner_the_old_pair_is_still_open(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("", "you replaced a partner that was at work")
def ask_partner_you_replaced_a_partner_that_was_at_work(context, pair, hire, text, timeout):
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("", "you returned None")
def ask_partner_you_returned_none(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()


@ASK_PARTNER.refused_by("", "you did not replace the partner")
def ask_partner_you_did_not_replace_the_partner(context, pair, hire, text, timeout):
    while True:
        pass


@ASK_PARTNER.refused_by("", "Your code raised TypeError")
def ask_partner_your_code_raised_typeerror(context, pair, hire, text, timeout):
    pair.send(text)
    return pair.recv()
