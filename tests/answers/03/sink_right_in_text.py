import zmq


def sink(context, sink_endpoint, tasks):
    left = {task.decode(): None for task in tasks}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while None in left.values():
            task, number = (frame.decode() for frame in results.recv_multipart())
            if task in left:
                left[task] = int(number)
    return sum(left.values())
