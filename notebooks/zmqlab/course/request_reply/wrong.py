"""Answers of lesson 01 that are refused, each under the law that it breaks."""

import threading
import time

import zmq

from .exercises import ASK, SERVE


@SERVE.refused_by("goes on", "2 of 3 clients got no reply")
def serve_once(socket):
    socket.send_string(socket.recv_string().upper())


@SERVE.refused_by("not text", "a bad request stopped your server")
def serve_text_only(socket):
    while True:
        socket.send_string(socket.recv_string().upper())


@SERVE.refused_by("not text", "a bad request got no reply")
def serve_on_after_what_is_no_text(socket):
    while True:
        try:
            socket.send_string(socket.recv_string().upper())
        except UnicodeDecodeError:
            continue


@SERVE.refused_by("not text", "after a bad request nobody is served")
def serve_until_what_is_no_text(socket):
    try:
        while True:
            socket.send_string(socket.recv_string().upper())
    except UnicodeDecodeError:
        socket.send_string("not text")


@SERVE.refused_by("replies", "and was told “a")
def serve_an_echo(socket):
    while True:
        socket.send(socket.recv())


@SERVE.refused_by("replies", "a bad request was told “")
def serve_whatever_can_be_read(socket):
    while True:
        socket.send_string(socket.recv().decode(errors="ignore").upper())


@SERVE.refused_by("replies", "client D asked “straße, ÷ é” and was told “not text”")
def serve_in_english_only(socket):
    while True:
        request = socket.recv()
        socket.send(request.upper() if request.isascii() else b"not text")


@SERVE.refused_by("replies", "client A got a reply of 2 frames")
def serve_in_two_frames(socket):
    while True:
        try:
            reply = socket.recv_string().upper()
        except UnicodeDecodeError:
            reply = "not text"
        socket.send_string("", zmq.SNDMORE)
        socket.send_string(reply)


@SERVE.refused_by("goes on", "your function returned when nobody asked for a while")
def serve_as_long_as_somebody_asks(socket):
    socket.rcvtimeo = 60_000
    try:
        while True:
            try:
                reply = socket.recv_string().upper()
            except UnicodeDecodeError:
                reply = "not text"
            socket.send_string(reply)
    except zmq.Again:
        return


@SERVE.refused_by("goes on", "your function returned when nobody asked for a while")
def serve_for_five_minutes(socket):
    last = time.monotonic()
    while time.monotonic() - last < 240:
        if socket.poll(100):
            try:
                reply = socket.recv_string().upper()
            except UnicodeDecodeError:
                reply = "not text"
            socket.send_string(reply)
            last = time.monotonic()


@SERVE.refused_by("spins", "your function spins")
def serve_without_rest(socket):
    while True:
        try:
            request = socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            continue
        try:
            reply = request.decode().upper()
        except UnicodeDecodeError:
            reply = "not text"
        socket.send_string(reply)


@SERVE.refused_by("sleeps", "you sleep for 0.05 s between two looks")
def serve_now_and_then(socket):
    while True:
        if not socket.poll(0):
            time.sleep(0.05)
            continue
        try:
            reply = socket.recv_string().upper()
        except UnicodeDecodeError:
            reply = "not text"
        socket.send_string(reply)


@SERVE.refused_by("replies", "3 of 3 clients wait for a reply")
def serve_nobody(socket):
    while True:
        pass


@SERVE.refused_by("raises", "Your code raised TypeError")
def serve_text_as_bytes(socket):
    while True:
        socket.send(socket.recv_string().upper())


@ASK.refused_by("new socket", "you sent again on the same socket")
def ask_on_one_socket(context, endpoint, text, timeout):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for attempt in range(3):
            requester.send_string(text)
            if requester.poll(timeout):
                return requester.recv_string()


@ASK.refused_by("new socket", "you sent again on the same socket")
def ask_on_one_dealer(context, endpoint, text, timeout):
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(endpoint)
        for attempt in range(3):
            dealer.send_multipart([b"", text.encode()])
            if dealer.poll(timeout):
                return dealer.recv_multipart()[1].decode()


@ASK.refused_by("closes", "1 of 2 sockets were never closed")
def ask_and_close_what_answered(context, endpoint, text, timeout):
    for attempt in range(3):
        requester = context.socket(zmq.REQ)
        requester.linger = 0
        requester.connect(endpoint)
        requester.send_string(text)
        if requester.poll(timeout):
            reply = requester.recv_string()
            requester.close()
            return reply


@ASK.refused_by("ends", "you wait for ever")
def ask_and_wait(context, endpoint, text, timeout):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        requester.send_string(text)
        return requester.recv_string()


@ASK.refused_by("gives up", "you gave up after one lost reply")
def ask_once(context, endpoint, text, timeout):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        requester.send_string(text)
        if requester.poll(timeout):
            return requester.recv_string()


@ASK.refused_by("tries", "you asked a silent server 5 times")
def ask_five_times(context, endpoint, text, timeout):
    for attempt in range(5):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout):
                return requester.recv_string()


@ASK.refused_by("waits", "you waited 2000 ms where 1000 were told")
def ask_and_wait_twice_as_long(context, endpoint, text, timeout):
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.rcvtimeo = 2 * timeout
            requester.connect(endpoint)
            requester.send_string(text)
            try:
                return requester.recv_string()
            except zmq.Again:
                continue


@ASK.refused_by("waits", "you gave up after")
def ask_in_seconds(context, endpoint, text, timeout):
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout / 1000):
                return requester.recv_string()


@ASK.refused_by("sleeps", "you sleep for 1.5 s between two looks")
def ask_and_sleep(context, endpoint, text, timeout):
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            time.sleep(timeout / 1000)
            if requester.poll(0):
                return requester.recv_string()


@ASK.refused_by("watches", "you watch for `zmq.POLLOUT`")
def ask_and_watch_for_room(context, endpoint, text, timeout):
    poller = zmq.Poller()
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            poller.register(requester, zmq.POLLOUT)
            if poller.poll(timeout):
                return requester.recv_string()


@ASK.refused_by("context", "you made a context of your own")
def ask_in_a_context_of_its_own(context, endpoint, text, timeout):
    for attempt in range(3):
        with zmq.Context() as own, own.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout):
                return requester.recv_string()


@ASK.refused_by("types", "you made a PUSH")
def ask_without_a_way_back(context, endpoint, text, timeout):
    with context.socket(zmq.PUSH) as pusher:
        pusher.connect(endpoint)
        pusher.send_string(text)


@ASK.refused_by("returns", "you returned b'COFFEE")
def ask_for_bytes(context, endpoint, text, timeout):
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout):
                return requester.recv()


@ASK.refused_by("returns", "you returned 'COFFEE'")
def ask_and_guess(context, endpoint, text, timeout):
    for attempt in range(3):
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout):
                return text.upper()


@ASK.refused_by("sends", "you sent 3 messages, not 1")
def ask_three_at_once(context, endpoint, text, timeout):
    replies = []

    def once():
        with context.socket(zmq.REQ) as requester:
            requester.linger = 0
            requester.connect(endpoint)
            requester.send_string(text)
            if requester.poll(timeout):
                replies.append(requester.recv_string())

    threads = [threading.Thread(target=once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies[0] if replies else None


@ASK.refused_by("ends", "your function does not come to an end")
def ask_nobody(context, endpoint, text, timeout):
    while True:
        pass


@ASK.refused_by("raises", "Your code raised ZeroDivisionError")
def ask_of_zero(context, endpoint, text, timeout):
    return 1 / 0
