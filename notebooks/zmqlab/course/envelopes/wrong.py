"""Answers of lesson 07 that are refused, each under the law that it breaks."""

import time

import zmq

from .exercises import ASK_MANY, SERVE_SLOW


@SERVE_SLOW.refused_by("replies", "got the answer of guest")
def serve_slow_the_last_asker(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([b"ticket", question])
        if kitchen in ready:
            _, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("replies", "got the answer of guest")
def serve_slow_in_one_variable(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    current = {}
    while True:
        ready = dict(poller.poll())
        if router in ready:
            current["address"], _, question = router.recv_multipart()
            kitchen.send_multipart([b"1", question])
        if kitchen in ready:
            number, answer = kitchen.recv_multipart()
            router.send_multipart([current["address"], b"", answer])


@SERVE_SLOW.refused_by("replies", "got the answer of guest ")
def serve_slow_in_the_order_of_questions(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    waiting = []
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            waiting.append(address)
            kitchen.send_multipart([b"ticket", question])
        if kitchen in ready:
            _, answer = kitchen.recv_multipart()
            router.send_multipart([waiting.pop(0), b"", answer])


@SERVE_SLOW.refused_by("empty frame", "a reply had no empty frame")
def serve_slow_without_the_empty_frame(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen in ready:
            router.send_multipart(kitchen.recv_multipart())


@SERVE_SLOW.refused_by("empty frame", "a reply had 4 frames")
def serve_slow_with_the_ticket(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen in ready:
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", address, answer])


@SERVE_SLOW.refused_by("address", "you decoded an address")
def serve_slow_with_addresses_as_text(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = (frame.decode() for frame in router.recv_multipart())
            kitchen.send_multipart([address.encode(), question.encode()])
        if kitchen in ready:
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("address", "a reply went to an address that nobody has")
def serve_slow_with_addresses_as_text_of_a_kind(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address.decode(errors="replace").encode(), question])
        if kitchen in ready:
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("both", "guests wait for a reply")
def serve_slow_one_after_the_other(router, kitchen):
    while True:
        address, _, question = router.recv_multipart()
        kitchen.send_multipart([address, question])
        _, answer = kitchen.recv_multipart()
        router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("both", "for a reply")
def serve_slow_when_somebody_asks(router, kitchen):
    while True:
        address, _, question = router.recv_multipart()
        kitchen.send_multipart([address, question])
        while kitchen.poll(0):
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("orders", "the kitchen got 3 frames")
def serve_slow_all_frames(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            kitchen.send_multipart(router.recv_multipart())
        if kitchen in ready:
            router.send_multipart(kitchen.recv_multipart())


@SERVE_SLOW.refused_by("orders", "the kitchen got one frame")
def serve_slow_without_a_ticket(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send(question)
        if kitchen in ready:
            router.send_multipart([address, b"", kitchen.recv()])


@SERVE_SLOW.refused_by("goes on", "your function returned")
def serve_slow_three(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    answered = 0
    while answered < 3:
        ready = dict(poller.poll())
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen in ready:
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])
            answered += 1


@SERVE_SLOW.refused_by("goes on", "your function returned")
def serve_slow_for_a_while(router, kitchen):
    poller = zmq.Poller()
    poller.register(router, zmq.POLLIN)
    poller.register(kitchen, zmq.POLLIN)
    while ready := dict(poller.poll(60_000)):
        if router in ready:
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen in ready:
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("spins", "your function spins")
def serve_slow_without_rest(router, kitchen):
    while True:
        if router.poll(0):
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen.poll(0):
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])


@SERVE_SLOW.refused_by("sleeps", "you sleep for 0.05 s between two looks")
def serve_slow_now_and_then(router, kitchen):
    while True:
        if router.poll(0):
            address, _, question = router.recv_multipart()
            kitchen.send_multipart([address, question])
        if kitchen.poll(0):
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])
        time.sleep(0.05)


@SERVE_SLOW.refused_by("raises", "Your code raised ValueError")
def serve_slow_of_two_frames(router, kitchen):
    while True:
        address, question = router.recv_multipart()
        kitchen.send_multipart([address, question])


@SERVE_SLOW.refused_by("both", "guest A waits for a reply")
def serve_slow_nobody(router, kitchen):
    while True:
        pass


@ASK_MANY.refused_by("returns", "for text 1 you returned ")
def ask_many_in_order(context, endpoint, texts, timeout):
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        replies = []
        while len(replies) < len(texts) and dealer.poll(timeout):
            replies.append(dealer.recv_multipart()[2].decode())
        return replies + [None] * (len(texts) - len(replies))


@ASK_MANY.refused_by("frames", "a request had no empty frame")
def ask_many_without_the_empty_frame(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([str(number).encode(), text.encode()])
        while None in replies and dealer.poll(timeout):
            number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("frames", "two requests had one number")
def ask_many_with_one_number(context, endpoint, texts, timeout):
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for text in texts:
            dealer.send_multipart([b"", b"1", text.encode()])
        replies = []
        while len(replies) < len(texts) and dealer.poll(timeout):
            replies.append(dealer.recv_multipart()[2].decode())
        return replies


@ASK_MANY.refused_by("frames", "a request had 2 frames")
def ask_many_without_a_number(context, endpoint, texts, timeout):
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for text in texts:
            dealer.send_multipart([b"", text.encode()])
        return [dealer.recv_multipart()[-1].decode() for _ in texts]


@ASK_MANY.refused_by("returns", "you missed the reply to text 5")
def ask_many_counting_messages(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        for _ in texts:
            if dealer.poll(timeout):
                _, number, reply = dealer.recv_multipart()
                replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("ends", "you wait for ever")
def ask_many_and_wait(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while None in replies:
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("ends", "your function does not come to an end")
def ask_many_nothing(context, endpoint, texts, timeout):
    while True:
        pass


@ASK_MANY.refused_by("at once", "you ask one after the other")
def ask_many_one_after_the_other(context, endpoint, texts, timeout):
    replies = []
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
            replies.append(dealer.recv_multipart()[2].decode())
    return replies


@ASK_MANY.refused_by("one dealer", "you made 5 sockets")
def ask_many_with_a_dealer_each(context, endpoint, texts, timeout):
    replies = []
    for number, text in enumerate(texts):
        with context.socket(zmq.DEALER) as dealer:
            dealer.linger = 0
            dealer.connect(endpoint)
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
            replies.append(dealer.recv_multipart()[2].decode() if dealer.poll(timeout) else None)
    return replies


@ASK_MANY.refused_by("types", "you made a REQ")
def ask_many_with_a_req(context, endpoint, texts, timeout):
    replies = []
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for number, text in enumerate(texts):
            requester.send_multipart([str(number).encode(), text.encode()])
            replies.append(requester.recv_multipart()[1].decode())
    return replies


@ASK_MANY.refused_by("gives up", "you gave up after 0 of ")
def ask_many_in_seconds(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        dealer.poll(5000)
        while None in replies and dealer.poll(timeout / 1000):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("gives up", "you waited 2100 ms where 700 were told")
def ask_many_three_times_as_long(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while None in replies and dealer.poll(3 * timeout):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("returns", "you returned bytes")
def ask_many_in_bytes(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while None in replies and dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply
    return replies


@ASK_MANY.refused_by("returns", "you returned 4 replies")
def ask_many_without_the_missing(context, endpoint, texts, timeout):
    replies = {}
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while len(replies) < len(texts) and dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return [replies[number] for number in sorted(replies)]


@ASK_MANY.refused_by("returns", "you returned {")
def ask_many_as_a_dictionary(context, endpoint, texts, timeout):
    replies = {}
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while len(replies) < len(texts) and dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[texts[int(number)]] = reply.decode()
    return replies


@ASK_MANY.refused_by("closes", "your socket was never closed")
def ask_many_and_leave_it_open(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    dealer = context.socket(zmq.DEALER)
    dealer.linger = 0
    dealer.connect(endpoint)
    for number, text in enumerate(texts):
        dealer.send_multipart([b"", str(number).encode(), text.encode()])
    while None in replies and dealer.poll(timeout):
        _, number, reply = dealer.recv_multipart()
        replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("once", "you sent 10 requests for 5 texts")
def ask_many_again(context, endpoint, texts, timeout):
    replies = [None] * len(texts)
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(endpoint)
        for _ in range(2):
            for number, text in enumerate(texts):
                dealer.send_multipart([b"", str(number).encode(), text.encode()])
        while None in replies and dealer.poll(timeout):
            _, number, reply = dealer.recv_multipart()
            replies[int(number)] = reply.decode()
    return replies


@ASK_MANY.refused_by("raises", "Your code raised TypeError")
def ask_many_in_numbers(context, endpoint, texts, timeout):
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(endpoint)
        for number, text in enumerate(texts):
            dealer.send_multipart([b"", number, text.encode()])
    return []
