"""Wrong answers of lesson 03, each under the law that it breaks."""

import threading

import zmq

from .exercises import SINK, WORK


@WORK.refused_by("acknowledges after", "was acknowledged before it was done")
def work_later(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            done.send(task)
            do(task)


@WORK.refused_by("endpoints", "you connected a PUSH at `tasks_endpoint`")
def work_and_tell_the_ventilator(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(tasks_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done.send(task)


@WORK.refused_by("types", "your socket cannot send")
def work_with_one_socket(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks:
        tasks.connect(tasks_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            tasks.send(task)


@WORK.refused_by("bytes", "you call do('task 1 ")
def work_on_text(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv_string()
            do(task)
            done.send_string(task)


@WORK.refused_by("acknowledges", "no task was ever acknowledged")
def work_in_silence(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks:
        tasks.connect(tasks_endpoint)
        while True:
            do(tasks.recv())


@WORK.refused_by("acknowledges", "is done” is no task")
def work_and_tell_a_story(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done.send_string(f"{task} is done")


@WORK.refused_by("goes on", "your worker did one task and returned")
def work_once(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        task = tasks.recv()
        do(task)
        done.send(task)


@WORK.refused_by("ends", "your worker takes no task")
def work_never(context, tasks_endpoint, done_endpoint, do):
    while True:
        pass


@WORK.refused_by("raises", "Your code raised TypeError")
def work_and_send_text(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            do(tasks.recv())
            done.send("done")


@SINK.refused_by("returns", "you counted messages, not tasks")
def sink_by_number(context, sink_endpoint, tasks):
    total = 0
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        for _ in tasks:
            task, number = results.recv_multipart()
            total += int(number)
    return total


@SINK.refused_by("returns", "you stopped with 2 of 6 tasks missing")
def sink_until_silence(context, sink_endpoint, tasks):
    seen = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while results.poll(500):
            task, number = results.recv_multipart()
            seen[task] = int(number)
    return sum(seen.values())


@SINK.refused_by("returns", "4 tasks counted twice")
def sink_with_repeats(context, sink_endpoint, tasks):
    missing, total = set(tasks), 0
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while missing:
            task, number = results.recv_multipart()
            missing.discard(task)
            if task in tasks:
                total += int(number)
    return total


@SINK.refused_by("ends", "every task has come, and you wait on")
def sink_for_ever(context, sink_endpoint, tasks):
    seen = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while True:
            task, number = results.recv_multipart()
            seen[task] = int(number)


@SINK.refused_by("endpoints", "you connected where you should bind")
def sink_that_connects(context, sink_endpoint, tasks):
    missing, total = set(tasks), 0
    with context.socket(zmq.PULL) as results:
        results.connect(sink_endpoint)
        while missing:
            task, number = results.recv_multipart()
            missing.discard(task)
    return total


@SINK.refused_by("ends", "your function does not come to an end")
def sink_nothing(context, sink_endpoint, tasks):
    while True:
        pass


@SINK.refused_by("raises", "Your code raised ValueError")
def sink_of_one_frame(context, sink_endpoint, tasks):
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        task, number = results.recv()


@WORK.refused_by("acknowledges after", "task 3 was acknowledged before it was done")
def work_whatever_happens(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            try:
                do(task)
            finally:
                done.send(task)


@WORK.refused_by("acknowledges after", "was acknowledged before it was done")
def work_in_threads(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            threading.Thread(target=do, args=(task,), daemon=True).start()
            done.send(task)


@WORK.refused_by("acknowledges", "one task of 6 not acknowledged")
def work_one_behind(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        before = None
        while True:
            task = tasks.recv()
            if before is not None:
                done.send(before)
            do(task)
            before = task


@WORK.refused_by("acknowledges", "what is pushed again is not acknowledged")
def work_once_on_each(context, tasks_endpoint, done_endpoint, do):
    finished = set()
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            if task not in finished:
                do(task)
                done.send(task)
            finished.add(task)


@WORK.refused_by("acknowledges", "your acknowledgements were thrown away")
def work_in_haste(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks:
        tasks.connect(tasks_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done = context.socket(zmq.PUSH)
            done.connect(done_endpoint)
            done.send(task)
            done.close(linger=0)


@WORK.refused_by("types", "you made a PUB")
def work_and_publish(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUB) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done.send(task)


@WORK.refused_by("goes on", "and returned")
def work_until_silence(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while tasks.poll(30_000):
            task = tasks.recv()
            do(task)
            done.send(task)


@SINK.refused_by("returns", "you counted a task that is not yours")
def sink_of_everybody(context, sink_endpoint, tasks):
    found = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while not set(tasks) <= set(found):
            task, number = results.recv_multipart()
            found[task] = int(number)
    return sum(found.values())


@SINK.refused_by("ends", "every task has come, and you wait on")
def sink_of_text(context, sink_endpoint, tasks):
    found = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while not set(tasks) <= set(found):
            task, number = results.recv_multipart()
            found[task.decode()] = int(number)
    return sum(found.values())


@SINK.refused_by("types", "you made a SUB")
def sink_by_subscription(context, sink_endpoint, tasks):
    found = {}
    with context.socket(zmq.SUB) as results:
        results.subscribe(b"")
        results.bind(sink_endpoint)
        while not set(tasks) <= set(found):
            task, number = results.recv_multipart()
            found[task] = int(number)
    return sum(found[task] for task in tasks)


@SINK.refused_by("returns", "you returned '")
def sink_in_words(context, sink_endpoint, tasks):
    found = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while not set(tasks) <= set(found):
            task, number = results.recv_multipart()
            found[task] = int(number)
    return str(sum(found[task] for task in tasks))
