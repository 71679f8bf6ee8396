"""A solution of each exercise of lesson 04."""

import math
import time

import zmq


def serve(questions, alarms):
    """Count alarms, and reply to each question with the count, for ever."""
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    poller.register(alarms, zmq.POLLIN)
    count = 0
    while True:
        ready = dict(poller.poll())
        if alarms in ready:
            alarms.recv()
            count += 1
        if questions in ready:
            questions.recv()
            questions.send_string(str(count))


def tick(notes, ticks):
    """Receive every note, and tick every 100 ms, for ever."""
    due = time.monotonic() + 0.1
    while True:
        left = math.ceil(max(0, due - time.monotonic()) * 1000)
        if notes.poll(left):
            notes.recv()
        if time.monotonic() >= due:
            ticks.send(b"tick")
            due += 0.1
