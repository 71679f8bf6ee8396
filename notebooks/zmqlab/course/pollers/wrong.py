"""Wrong answers of lesson 04, each under the law that it breaks."""

import time

import zmq

from .lesson import SERVE, TICK


@SERVE.refused_by("", "the guest waits for an alarm")
def serve_the_guest_waits_for_an_alarm(questions, alarms):
    count = 0
    while True:
        questions.recv()
        questions.send_string(str(count))
        alarms.recv()
        count += 1


@SERVE.refused_by("", "an alarm waited behind the questions")
def serve_an_alarm_waited_behind_the_questions(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    poller.register(alarms, zmq.POLLIN)
    count = 0
    while True:
        ready = dict(poller.poll())
        if questions in ready:
            questions.recv()
            questions.send_string(str(count))
        elif alarms in ready:
            alarms.recv()
            count += 1


@SERVE.refused_by("", "a guest waited behind the alarms")
def serve_a_guest_waited_behind_the_alarms(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    poller.register(alarms, zmq.POLLIN)
    count = 0
    while True:
        ready = dict(poller.poll())
        if alarms in ready:
            while alarms.poll(0):
                alarms.recv()
                count += 1
        elif questions in ready:
            questions.recv()
            questions.send_string(str(count))


@SERVE.refused_by("", "the alarms wait for a guest")
def serve_the_alarms_wait_for_a_guest(questions, alarms):
    count = 0
    while True:
        while alarms.poll(0):
            alarms.recv()
            count += 1
        questions.recv()
        questions.send_string(str(count))


@SERVE.refused_by("", "your function spins")
def serve_your_function_spins(questions, alarms):
    count = 0
    while True:
        if alarms.poll(0):
            alarms.recv()
            count += 1
        if questions.poll(0):
            questions.recv()
            questions.send_string(str(count))


@SERVE.refused_by("", "3 alarms had come, and you replied “0”")
def serve_3_alarms_had_come_and_you_replied_0(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    poller.register(alarms, zmq.POLLIN)
    while True:
        count = 0
        ready = dict(poller.poll())
        if questions in ready:
            questions.recv()
            questions.send_string(str(count))
        if alarms in ready:
            alarms.recv()
            count += 1


@SERVE.refused_by("", "alarms were not received")
def serve_alarms_were_not_received(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if questions in ready:
            questions.recv()
            questions.send_string("0")


@SERVE.refused_by("", "your function returned")
def serve_your_function_returned(questions, alarms):
    questions.recv()
    questions.send_string("0")


@SERVE.refused_by("", "your function does nothing")
def serve_your_function_does_nothing(questions, alarms):
    while True:
        pass


@SERVE.refused_by("", "Your code raised TypeError")
def serve_your_code_raised_typeerror(questions, alarms):
    while True:
        questions.recv()
        questions.send(0)


@TICK.refused_by("", "no tick while notes keep coming")
def tick_no_tick_while_notes_keep_coming(notes, ticks):
    while True:
        if notes.poll(100):
            notes.recv()
        else:
            ticks.send(b"tick")


@TICK.refused_by("", "a tick for each note")
def tick_a_tick_for_each_note(notes, ticks):
    while True:
        if notes.poll(100):
            notes.recv()
        ticks.send(b"tick")


@TICK.refused_by("", "far too many ticks")
def tick_far_too_many_ticks(notes, ticks):
    while True:
        if notes.poll(0.1):
            notes.recv()
        else:
            ticks.send(b"tick")


@TICK.refused_by("", "your function spins")
def tick_your_function_spins(notes, ticks):
    due = time.monotonic() + 0.1
    while True:
        if notes.poll(0.1):
            notes.recv()
        if time.monotonic() >= due:
            ticks.send(b"tick")
            due += 0.1


@TICK.refused_by("", "the notes pile up")
def tick_the_notes_pile_up(notes, ticks):
    while True:
        time.sleep(0.1)
        ticks.send(b"tick")
        if notes.poll(0):
            notes.recv()


@TICK.refused_by("", "no tick while no note comes")
def tick_no_tick_while_no_note_comes(notes, ticks):
    while True:
        notes.recv()
        ticks.send(b"tick")


@TICK.refused_by("", "too few ticks")
def tick_too_few_ticks(notes, ticks):
    while True:
        pass


@TICK.refused_by("", "your function returned")
def tick_your_function_returned(notes, ticks):
    if not notes.poll(100):
        ticks.send(b"tick")


@TICK.refused_by("", "Your code raised TypeError")
def tick_your_code_raised_typeerror(notes, ticks):
    while True:
        notes.poll(100)
        ticks.send("tick")
