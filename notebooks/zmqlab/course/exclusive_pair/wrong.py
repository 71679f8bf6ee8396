"""Wrong answers of lesson 05, each under the law that it breaks."""

import threading

import zmq

from .exercises import ASK_PARTNER, IN_ORDER


@IN_ORDER.refused_by("one thread", "a socket made in one thread was used in another")
def in_order_with_sockets_of_another(context, first, second):
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


@IN_ORDER.refused_by("context", "you made a context of your own")
def in_order_with_a_context_each(context, first, second):
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


@IN_ORDER.refused_by("order", "the second began before the first was ready")
def in_order_without_waiting(context, first, second):
    threading.Thread(target=first).start()
    threading.Thread(target=second).start()


@IN_ORDER.refused_by("order", "your function returned before second was done")
def in_order_until_the_first(context, first, second):
    def two():
        with context.socket(zmq.PAIR) as from_one:
            from_one.bind("inproc://one")
            from_one.recv()
            second()

    threading.Thread(target=two).start()
    thread = threading.Thread(target=first)
    thread.start()
    thread.join()


@IN_ORDER.refused_by("order", "the second began before the first was ready")
def in_order_at_once(context, first, second):
    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@IN_ORDER.refused_by("order", "those were not three threads")
def in_order_in_one_thread(context, first, second):
    first()
    second()


@IN_ORDER.refused_by("messages", "nobody said ready")
def in_order_by_joining(context, first, second):
    for work in (first, second):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


@IN_ORDER.refused_by("ends", "somebody waits for ever")
def in_order_of_one(context, first, second):
    def one():
        with context.socket(zmq.PAIR) as to_two:
            to_two.connect("inproc://one")
            first()
            to_two.send(b"ready")

    threading.Thread(target=one, daemon=True).start()
    with context.socket(zmq.PAIR) as from_two:
        from_two.bind("inproc://two")
        from_two.recv()


@IN_ORDER.refused_by("ends", "nothing was started")
def in_order_never(context, first, second):
    while True:
        pass


@IN_ORDER.refused_by("raises", "Your code raised ZMQError")
def in_order_at_no_endpoint(context, first, second):
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


@ASK_PARTNER.refused_by("endpoints", "the new partner stood beside the old one")
def ask_partner_beside_the_old(context, pair, hire, text, timeout):
    pair.send_string(text)
    if not pair.poll(timeout):
        hire(pair.last_endpoint.decode())
        pair.send_string(text)
    return pair.recv_string()


@ASK_PARTNER.refused_by("replaces", "you wait for ever")
def ask_partner_and_wait(context, pair, hire, text, timeout):
    pair.send_string(text)
    return pair.recv_string()


@ASK_PARTNER.refused_by("replaces", "the new partner was never asked")
def ask_partner_and_ask_nothing(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("replaces", "the old partner kept its place")
def ask_partner_elsewhere(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.unbind(pair.last_endpoint)
    pair.bind("inproc://new")
    hire("inproc://new")
    pair.send_string(text)
    return pair.recv_string()


@ASK_PARTNER.refused_by("closes", "the old pair is still open")
def ask_partner_and_keep_the_old(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("patience", "you replaced a partner that was at work")
def ask_partner_anew(context, pair, hire, text, timeout):
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("returns", "you did not replace the partner")
def ask_partner_once(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()


@ASK_PARTNER.refused_by("replaces", "you did not replace the partner")
def ask_partner_never(context, pair, hire, text, timeout):
    while True:
        pass


@ASK_PARTNER.refused_by("returns", "you did not replace the partner")
def ask_partner_keeps_the_old_one(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string(), pair
    return None, pair


@ASK_PARTNER.refused_by("raises", "Your code raised TypeError")
def ask_partner_in_bytes(context, pair, hire, text, timeout):
    pair.send(text)
    return pair.recv()


@IN_ORDER.refused_by("types", "you made a PU")
def in_order_by_pushing(context, first, second):
    def one():
        with context.socket(zmq.PUSH) as out:
            out.connect("inproc://one")
            first()
            out.send(b"ready")

    def two():
        with context.socket(zmq.PULL) as into, context.socket(zmq.PUSH) as out:
            into.bind("inproc://one")
            out.connect("inproc://two")
            into.recv()
            second()
            out.send(b"ready")

    with context.socket(zmq.PULL) as into:
        into.bind("inproc://two")
        for work in (one, two):
            threading.Thread(target=work).start()
        into.recv()


@IN_ORDER.refused_by("messages", "the second thread was not told by a message")
def in_order_by_an_event(context, first, second):
    ready = threading.Event()

    def one():
        first()
        ready.set()

    def two():
        ready.wait()
        second()
        with context.socket(zmq.PAIR) as out:
            out.connect("inproc://end")
            out.send(b"ready")

    with context.socket(zmq.PAIR) as end:
        end.bind("inproc://end")
        for work in (one, two):
            threading.Thread(target=work).start()
        end.recv()


@IN_ORDER.refused_by("closes", "sockets were never closed")
def in_order_and_leave_all_open(context, first, second):
    def one():
        out = context.socket(zmq.PAIR)
        out.connect("inproc://one")
        first()
        out.send(b"ready")

    def two():
        into, out = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        into.bind("inproc://one")
        out.connect("inproc://two")
        into.recv()
        second()
        out.send(b"ready")

    end = context.socket(zmq.PAIR)
    end.bind("inproc://two")
    for work in (one, two):
        threading.Thread(target=work).start()
    end.recv()


@ASK_PARTNER.refused_by("asks once", "you asked a silent partner 3 times")
def ask_partner_again(context, pair, hire, text, timeout):
    for _ in range(3):
        pair.send_string(text)
        if pair.poll(timeout):
            return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("waits", "you waited 2100 ms where 700 were told")
def ask_partner_for_long(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(3 * timeout):
        return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("closes", "your socket was never closed")
def ask_partner_and_leave_it_open(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.close()
    new_pair = context.socket(zmq.PAIR)
    new_pair.bind("inproc://new")
    hire("inproc://new")
    new_pair.send_string(text)
    return new_pair.recv_string()


@ASK_PARTNER.refused_by("endpoints", "you hired somebody for tcp://127.0.0.1:")
def ask_partner_over_tcp(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        port = new_pair.bind_to_random_port("tcp://127.0.0.1")
        hire(f"tcp://127.0.0.1:{port}")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("endpoints", "you connected where you should bind")
def ask_partner_where_nobody_binds(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string()
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        hire("inproc://new")
        new_pair.connect("inproc://new")
        new_pair.send_string(text)
        return new_pair.recv_string()


@ASK_PARTNER.refused_by("returns", "what you returned is no open pair")
def ask_partner_and_return_what_is_closed(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair.recv_string(), pair
    pair.close()
    with context.socket(zmq.PAIR) as new_pair:
        new_pair.bind("inproc://new")
        hire("inproc://new")
        new_pair.send_string(text)
        return (new_pair.recv_string() if new_pair.poll(timeout) else None), new_pair


@ASK_PARTNER.refused_by("returns", "you returned (<")
def ask_partner_and_return_the_pair_first(context, pair, hire, text, timeout):
    pair.send_string(text)
    if pair.poll(timeout):
        return pair, pair.recv_string()
    pair.close()
    new_pair = context.socket(zmq.PAIR)
    new_pair.bind("inproc://new")
    hire("inproc://new")
    new_pair.send_string(text)
    return new_pair, new_pair.recv_string()
