"""Wrong answers of lesson 04, each under the law that it breaks."""

import threading
import time

import zmq

from .exercises import SERVE, TICK


@SERVE.refused_by("both", "the guest waits for an alarm")
def serve_in_turn(questions, alarms):
    count = 0
    while True:
        questions.recv()
        questions.send_string(str(count))
        alarms.recv()
        count += 1


@SERVE.refused_by("fair", "an alarm waited behind the questions")
def serve_with_elif(questions, alarms):
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


@SERVE.refused_by("fair", "a guest waited behind the alarms")
def serve_after_all_alarms(questions, alarms):
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


@SERVE.refused_by("both", "the alarms wait for a guest")
def serve_and_wait_for_questions(questions, alarms):
    count = 0
    while True:
        while alarms.poll(0):
            alarms.recv()
            count += 1
        questions.recv()
        questions.send_string(str(count))


@SERVE.refused_by("spins", "your function spins")
def serve_without_rest(questions, alarms):
    count = 0
    while True:
        if alarms.poll(0):
            alarms.recv()
            count += 1
        if questions.poll(0):
            questions.recv()
            questions.send_string(str(count))


@SERVE.refused_by("counts", "3 alarms had come, and you replied “0”")
def serve_forgetting(questions, alarms):
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


@SERVE.refused_by("both", "the alarms wait for a guest")
def serve_questions_alone(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if questions in ready:
            questions.recv()
            questions.send_string("0")


@SERVE.refused_by("goes on", "your function returned")
def serve_once(questions, alarms):
    questions.recv()
    questions.send_string("0")


@SERVE.refused_by("both", "your function receives nothing")
def serve_nobody(questions, alarms):
    while True:
        pass


@SERVE.refused_by("raises", "Your code raised TypeError")
def serve_numbers(questions, alarms):
    while True:
        questions.recv()
        questions.send(0)


@TICK.refused_by("pace", "while notes keep coming")
def tick_after_silence(notes, ticks):
    while True:
        if notes.poll(100):
            notes.recv()
        else:
            ticks.send(b"tick")


@TICK.refused_by("pace", "a tick for each note")
def tick_for_each_note(notes, ticks):
    while True:
        if notes.poll(100):
            notes.recv()
        ticks.send(b"tick")


@TICK.refused_by("pace", "far too many ticks")
def tick_in_seconds(notes, ticks):
    while True:
        if notes.poll(0.1):
            notes.recv()
        else:
            ticks.send(b"tick")


@TICK.refused_by("spins", "your function spins")
def tick_without_rest(notes, ticks):
    due = time.monotonic() + 0.1
    while True:
        if notes.poll(0.1):
            notes.recv()
        if time.monotonic() >= due:
            ticks.send(b"tick")
            due += 0.1


@TICK.refused_by("sleeps", "you sleep for 0.1 s between two looks")
def tick_and_sleep(notes, ticks):
    while True:
        time.sleep(0.1)
        ticks.send(b"tick")
        if notes.poll(0):
            notes.recv()


@TICK.refused_by("pace", "no tick while no note comes")
def tick_after_a_note(notes, ticks):
    while True:
        notes.recv()
        ticks.send(b"tick")


@TICK.refused_by("pace", "too few ticks")
def tick_never(notes, ticks):
    while True:
        pass


@TICK.refused_by("goes on", "your function returned")
def tick_once(notes, ticks):
    if not notes.poll(100):
        ticks.send(b"tick")


@TICK.refused_by("raises", "Your code raised TypeError")
def tick_in_text(notes, ticks):
    while True:
        notes.poll(100)
        ticks.send("tick")


@SERVE.refused_by("counts", "500 alarms had come, and you replied")
def serve_a_count_of_wakings(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    poller.register(alarms, zmq.POLLIN)
    count = 0
    while True:
        ready = dict(poller.poll())
        if alarms in ready:
            for _ in range(30):
                if alarms.poll(0):
                    alarms.recv()
            count += 1
        if questions in ready:
            questions.recv()
            questions.send_string(str(count))


@SERVE.refused_by("both", "the guest waits for an alarm")
def serve_a_second_each(questions, alarms):
    count = 0
    while True:
        if alarms.poll(1000):
            alarms.recv()
            count += 1
        if questions.poll(1000):
            questions.recv()
            questions.send_string(str(count))


@SERVE.refused_by("fair", "a guest waited behind the alarms")
def serve_after_200_alarms(questions, alarms):
    poller = zmq.Poller()
    poller.register(questions, zmq.POLLIN)
    poller.register(alarms, zmq.POLLIN)
    count = 0
    while True:
        ready = dict(poller.poll())
        for _ in range(200):
            if alarms in ready and alarms.poll(0):
                alarms.recv()
                count += 1
        if questions in ready:
            questions.recv()
            questions.send_string(str(count))


@TICK.refused_by("pace", "too slow")
def tick_half_as_often(notes, ticks):
    due = time.monotonic() + 0.2
    while True:
        if notes.poll(max(0, due - time.monotonic()) * 1000 + 1):
            notes.recv()
        if time.monotonic() >= due:
            ticks.send(b"tick")
            due += 0.2


@TICK.refused_by("tick", "you sent “tock”")
def tick_tock(notes, ticks):
    due = time.monotonic() + 0.1
    while True:
        if notes.poll(max(0, due - time.monotonic()) * 1000 + 1):
            notes.recv()
        if time.monotonic() >= due:
            ticks.send(b"tock")
            due += 0.1


@TICK.refused_by("pace", "while notes keep coming")
def tick_by_notes(notes, ticks):
    count = 0
    while True:
        if notes.poll(100):
            notes.recv()
            count += 1
        if count in (0, 20):
            ticks.send(b"tick")
            count = 1 if count else 0


@TICK.refused_by("receives", "the notes pile up")
def tick_and_take_one_note(notes, ticks):
    due = time.monotonic() + 0.1
    while True:
        threading.Event().wait(max(0, due - time.monotonic()))
        ticks.send(b"tick")
        due += 0.1
        if notes.poll(0):
            notes.recv()
