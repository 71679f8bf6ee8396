"""Wrong answers of lesson 01, each under the law that it breaks."""

import zmq

from .lesson import ASK, SERVE


@SERVE.refused_by("", "2 of 3 clients got no reply")
def serve_2_of_3_clients_got_no_reply(socket):
    socket.send_string(socket.recv_string().upper())


@SERVE.refused_by("", "a bad request stopped your server")
def serve_a_bad_request_stopped_your_server(socket):
    while True:
        socket.send_string(socket.recv_string().upper())


@SERVE.refused_by("", "a bad request got no reply")
def serve_a_bad_request_got_no_reply(socket):
    while True:
        try:
            socket.send_string(socket.recv_string().upper())
        except UnicodeDecodeError:
            continue


@SERVE.refused_by("", "client A asked “a 0” and was told “a 0”")
def serve_client_a_asked_a_0_and_was_told_a_0(socket):
    while True:
        socket.send(socket.recv())


@SERVE.refused_by("", "3 of 3 clients wait for a reply")
def serve_3_of_3_clients_wait_for_a_reply(socket):
    while True:
        pass


@SERVE.refused_by("", "Your code raised TypeError")
def serve_your_code_raised_typeerror(socket):
    while True:
        socket.send(socket.recv_string().upper())


@ASK.refused_by("", "you sent again on the same socket")
def ask_you_sent_again_on_the_same_socket(context, endpoint, text, timeout):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for attempt in range(3):
            requester.send_string(text)
            if requester.poll(timeout):
                return requester.recv_string()


@ASK.refused_by("", "1 of 2 sockets were never closed")
def ask_1_of_2_sockets_were_never_closed(context, endpoint, text, timeout):
    for attempt in range(3):
        requester = context.socket(zmq.REQ)
        requester.linger = 0
        requester.connect(endpoint)
        requester.send_string(text)
        if requester.poll(timeout):
            reply = requester.recv_string()
            requester.close()
            return reply


@ASK.refused_by("", "you wait for ever")
def ask_you_wait_for_ever(context, endpoint, text, timeout):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        requester.send_string(text)
        return requester.recv_string()


@ASK.refused_by("", "you gave up after one lost reply")
def ask_you_gave_up_after_one_lost_reply(context, endpoint, text, timeout):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        requester.send_string(text)
        if requester.poll(timeout):
            return requester.recv_string()


@ASK.refused_by("", "your function does not come to an end")
def ask_your_function_does_not_come_to_an_end(context, endpoint, text, timeout):
    while True:
        pass


@ASK.refused_by("", "Your code raised ZeroDivisionError")
def ask_your_code_raised_zerodivisionerror(context, endpoint, text, timeout):
    return 1 / 0
