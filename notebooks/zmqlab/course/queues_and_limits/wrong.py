"""Wrong answers of lesson 06, each under the law that it breaks."""

import zmq

from .lesson import NEWEST_EXERCISE, OFFER


@OFFER.refused_by("", "your function waited")
def offer_your_function_waited(socket, messages):
    for message in messages:
        socket.send(message)
    return []


@OFFER.refused_by("", "you took the limit away")
def offer_you_took_the_limit_away(socket, messages):
    socket.sndhwm = 0
    for message in messages:
        socket.send(message)
    return []


@OFFER.refused_by("", "you returned 1 of 3")
def offer_you_returned_1_of_3(socket, messages):
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            return [message]
    return []


@OFFER.refused_by("", "these were sent")
def offer_these_were_sent(socket, messages):
    sent = []
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
            sent.append(message)
        except zmq.Again:
            pass
    return sent


@OFFER.refused_by("", "your function did not return")
def offer_your_function_did_not_return(socket, messages):
    for message in messages:
        while True:
            try:
                socket.send(message, zmq.NOBLOCK)
                break
            except zmq.Again:
                pass
    return []


@OFFER.refused_by("", "not a list")
def offer_not_a_list(socket, messages):
    count = 0
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            count += 1
    return count


@OFFER.refused_by("", "your function returned nothing")
def offer_your_function_returned_nothing(socket, messages):
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            pass


@OFFER.refused_by("", "there was room for more")
def offer_there_was_room_for_more(socket, messages):
    return messages


@OFFER.refused_by("", "Your code raised Again")
def offer_your_code_raised_again(socket, messages):
    return [message for message in messages if not socket.send(message, zmq.NOBLOCK)]


@NEWEST_EXERCISE.refused_by("", "that report is old")
def newest_that_report_is_old(reports):
    return reports.recv_multipart()


@NEWEST_EXERCISE.refused_by("", "that is no whole report")
def newest_that_is_no_whole_report(reports):
    report = reports.recv()
    while reports.poll(0):
        report = reports.recv()
    return report


@NEWEST_EXERCISE.refused_by("", "your function waits for one too many")
def newest_your_function_waits_for_one_too_many(reports):
    report = None
    while True:
        report = reports.recv_multipart()
    return report


@NEWEST_EXERCISE.refused_by("", "you did not wait for a report")
def newest_you_did_not_wait_for_a_report(reports):
    report = None
    while reports.poll(0):
        report = reports.recv_multipart()
    return report


@NEWEST_EXERCISE.refused_by("", "your function does nothing")
def newest_your_function_does_nothing(reports):
    while True:
        pass


@NEWEST_EXERCISE.refused_by("", "Your code raised Again")
def newest_your_code_raised_again(reports):
    report = reports.recv_multipart()
    while True:
        report = reports.recv_multipart(zmq.NOBLOCK)
    return report
