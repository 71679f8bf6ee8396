import zmq


def work(context, tasks_endpoint, done_endpoint, do):
    poller = zmq.Poller()
    with context.socket(zmq.PUSH) as done, context.socket(zmq.PULL) as tasks:
        done.connect(done_endpoint)
        tasks.connect(tasks_endpoint)
        poller.register(tasks, zmq.POLLIN)
        while True:
            for socket, _ in poller.poll(1000):
                task = socket.recv()
                do(task)
                done.send_multipart([task])
