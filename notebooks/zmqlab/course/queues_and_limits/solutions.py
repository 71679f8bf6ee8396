"""A solution of each exercise of lesson 06."""

import zmq


def offer(socket, messages):
    """Send what finds room, without waiting. Return the rest."""
    unsent = []
    for message in messages:
        try:
            socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            unsent.append(message)
    return unsent


def newest(reports):
    """Return the newest report, and let go of the older ones."""
    report = reports.recv_multipart()
    while reports.poll(0):
        report = reports.recv_multipart()
    return report
