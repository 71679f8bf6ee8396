"""The three plain functions of the lesson's first picture: one deals out tasks, one does them, one collects results.

Nothing but pyzmq. The lesson reads them line by line.
"""

import zmq


def ventilator(context, endpoint, texts):
    """For each text, a number, deal out so many tasks."""
    number = 0
    with context.socket(zmq.PUSH) as tasks:
        tasks.bind(endpoint)
        for count in texts:
            for _ in range(int(count)):
                number += 1
                tasks.send_string(f"task {number}")


def worker(context, endpoint, sink_endpoint, pause, seconds=0.1):
    """Do one task after the other, and send the results on."""
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as results:
        tasks.connect(endpoint)
        results.connect(sink_endpoint)
        while True:
            task = tasks.recv_string()
            pause(seconds)  # the work: think of a download, which mostly waits
            results.send_string(f"{task} done")


def plain_sink(context, sink_endpoint, count):
    """Receive so many results, and return them."""
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        return [results.recv_string() for _ in range(count)]
