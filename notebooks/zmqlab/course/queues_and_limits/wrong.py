"""Wrong answers of lesson 06, each under the law that it breaks."""

import threading

import zmq

from .exercises import NEWEST, OFFER


@OFFER.refused_by("never waits", "your function waited")
def offer_and_wait(socket, messages):
    for message in messages:
        socket.send(message)
    return []


@OFFER.refused_by("room", "you took the limit away")
def offer_without_a_limit(socket, messages):
    socket.sndhwm = 0
    for message in messages:
        socket.send(message)
    return []


@OFFER.refused_by("returns", "you returned 1 of 5")
def offer_until_one_is_left(socket, messages):
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            return [message]
    return []


@OFFER.refused_by("returns", "these were sent")
def offer_and_return_the_sent(socket, messages):
    sent = []
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
            sent.append(message)
        except zmq.Again:
            pass
    return sent


@OFFER.refused_by("ends", "your function did not return")
def offer_again_and_again(socket, messages):
    for message in messages:
        while True:
            try:
                socket.send(message, zmq.NOBLOCK)
                break
            except zmq.Again:
                pass
    return []


@OFFER.refused_by("returns", "not a list")
def offer_and_count(socket, messages):
    count = 0
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            count += 1
    return count


@OFFER.refused_by("returns", "your function returned nothing")
def offer_and_forget(socket, messages):
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            pass


@OFFER.refused_by("room", "there was room for more")
def offer_none(socket, messages):
    return messages


@OFFER.refused_by("raises", "Your code raised Again")
def offer_and_raise(socket, messages):
    return [message for message in messages if not socket.send(message, zmq.NOBLOCK)]


@NEWEST.refused_by("newest", "that report is old")
def newest_in_turn(reports):
    return reports.recv_multipart()


@NEWEST.refused_by("newest", "that is no whole report")
def newest_frame(reports):
    report = reports.recv()
    while reports.poll(0):
        report = reports.recv()
    return report


@NEWEST.refused_by("waits for the first", "your function waits for one too many")
def newest_of_all_time(reports):
    report = None
    while True:
        report = reports.recv_multipart()
    return report


@NEWEST.refused_by("waits for the first", "you did not wait for a report")
def newest_or_none(reports):
    report = None
    while reports.poll(0):
        report = reports.recv_multipart()
    return report


@NEWEST.refused_by("ends", "your function does not come to an end")
def newest_never(reports):
    while True:
        pass


@NEWEST.refused_by("raises", "Your code raised Again")
def newest_until_it_raises(reports):
    report = reports.recv_multipart()
    while True:
        report = reports.recv_multipart(zmq.NOBLOCK)
    return report


@OFFER.refused_by("room", "there was room for more")
def offer_in_one_message(socket, messages):
    try:
        socket.send_multipart(messages, zmq.NOBLOCK)
    except zmq.Again:
        return messages
    return []


@OFFER.refused_by("never waits", "your function waited")
def offer_by_the_mark(socket, messages):
    for message in messages[: socket.sndhwm]:
        socket.send(message)
    return messages[socket.sndhwm :]


@OFFER.refused_by("never waits", "your function waited")
def offer_the_rest_later(socket, messages):
    left = []
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            left.append(message)
    threading.Thread(target=lambda: [socket.send(message) for message in left], daemon=True).start()
    return left


@OFFER.refused_by("room", "the order is wrong")
def offer_the_last_first(socket, messages):
    left = []
    for message in messages[::-1]:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            left.insert(0, message)
    return left


@OFFER.refused_by("returns", "not a list")
def offer_a_tuple(socket, messages):
    left = list(messages)
    while left and socket.poll(0, zmq.POLLOUT):
        socket.send(left.pop(0))
    return tuple(left)


@OFFER.refused_by("options", "you left sndtimeo changed")
def offer_for_the_time_being(socket, messages):
    socket.sndtimeo = 0
    for number, message in enumerate(messages):
        try:
            socket.send(message)
        except zmq.Again:
            return messages[number:]
    return []


@NEWEST.refused_by("waits for the first", "your function waits for one too many")
def newest_until_silence(reports):
    report = reports.recv_multipart()
    while reports.poll(50):
        report = reports.recv_multipart()
    return report


@NEWEST.refused_by("newest", "that report is old")
def newest_by_its_number(reports):
    found = [reports.recv_multipart()]
    while reports.poll(0):
        found.append(reports.recv_multipart())
    return max(found, key=lambda report: int(report[1]))


@NEWEST.refused_by("options", "you left rcvtimeo changed")
def newest_from_now_on(reports):
    report = reports.recv_multipart()
    reports.rcvtimeo = 0
    try:
        while True:
            report = reports.recv_multipart()
    except zmq.Again:
        return report


@NEWEST.refused_by("waits for the first", "you did not wait for a report")
def newest_within_a_minute(reports):
    report = None
    if reports.poll(60_000):
        report = reports.recv_multipart()
    while reports.poll(0):
        report = reports.recv_multipart()
    return report


@NEWEST.refused_by("newest", "you set `conflate` too late")
def newest_by_conflate(reports):
    reports.conflate = 1
    return reports.recv_multipart()
