"""Wrong answers of lesson 03, each under the law that it breaks."""

import zmq

from .lesson import SINK, WORK


@WORK.refused_by("", "task 3 was never done")
def work_task_3_was_never_done(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            done.send(task)
            do(task)


@WORK.refused_by("", "you acknowledge to the ventilator's PUSH")
def work_you_acknowledge_to_the_ventilator_s_push(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(tasks_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done.send(task)


@WORK.refused_by("", "your socket cannot send")
def work_your_socket_cannot_send(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks:
        tasks.connect(tasks_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            tasks.send(task)


@WORK.refused_by("", "you call do('task 1')")
def work_you_call_do_task_1(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv_string()
            do(task)
            done.send_string(task)


@WORK.refused_by("", "no task was ever acknowledged")
def work_no_task_was_ever_acknowledged(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks:
        tasks.connect(tasks_endpoint)
        while True:
            do(tasks.recv())


@WORK.refused_by("", "“b'task 1' is done” is no task")
def work_b_task_1_is_done_is_no_task(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            task = tasks.recv()
            do(task)
            done.send_string(f"{task} is done")


@WORK.refused_by("", "your worker did one task and returned")
def work_your_worker_did_one_task_and_returned(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        task = tasks.recv()
        do(task)
        done.send(task)


@WORK.refused_by("", "your worker takes no task")
def work_your_worker_takes_no_task(context, tasks_endpoint, done_endpoint, do):
    while True:
        pass


@WORK.refused_by("", "Your code raised TypeError")
def work_your_code_raised_typeerror(context, tasks_endpoint, done_endpoint, do):
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as done:
        tasks.connect(tasks_endpoint)
        done.connect(done_endpoint)
        while True:
            do(tasks.recv())
            done.send("done")


@SINK.refused_by("", "you counted messages, not tasks")
def sink_you_counted_messages_not_tasks(context, sink_endpoint, tasks):
    total = 0
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        for _ in tasks:
            task, number = results.recv_multipart()
            total += int(number)
    return total


@SINK.refused_by("", "you stopped with 2 of 6 tasks missing")
def sink_you_stopped_with_2_of_6_tasks_missing(context, sink_endpoint, tasks):
    seen = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while results.poll(500):
            task, number = results.recv_multipart()
            seen[task] = int(number)
    return sum(seen.values())


@SINK.refused_by("", "3 tasks are counted twice")
def sink_3_tasks_are_counted_twice(context, sink_endpoint, tasks):
    missing, total = set(tasks), 0
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while missing:
            task, number = results.recv_multipart()
            missing.discard(task)
            total += int(number)
    return total


@SINK.refused_by("", "every task has come, and you wait on")
def sink_every_task_has_come_and_you_wait_on(context, sink_endpoint, tasks):
    seen = {}
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while True:
            task, number = results.recv_multipart()
            seen[task] = int(number)


@SINK.refused_by("", "no result has reached you")
def sink_no_result_has_reached_you(context, sink_endpoint, tasks):
    missing, total = set(tasks), 0
    with context.socket(zmq.PULL) as results:
        results.connect(sink_endpoint)
        while missing:
            task, number = results.recv_multipart()
            missing.discard(task)
    return total


@SINK.refused_by("", "your function does not come to an end")
def sink_your_function_does_not_come_to_an_end(context, sink_endpoint, tasks):
    while True:
        pass


@SINK.refused_by("", "Your code raised ValueError")
def sink_your_code_raised_valueerror(context, sink_endpoint, tasks):
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        task, number = results.recv()
