"""A solution of each exercise of lesson 03."""

import zmq


def work(context, tasks_endpoint, done_endpoint, do):
    """Do each task, and acknowledge it when it is done, for ever."""
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done.send(task)


def sink(context, sink_endpoint, tasks):
    """Return the sum of the results, each task counted once."""
    missing, total = set(tasks), 0
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while missing:
            task, number = results.recv_multipart()
            if task in missing:
                missing.remove(task)
                total += int(number)
    return total
