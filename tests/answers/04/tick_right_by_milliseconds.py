import time


def tick(notes, ticks):
    due = time.monotonic() + 0.1
    while True:
        if notes.poll(max(0, due - time.monotonic()) * 1000):
            notes.recv()
        if time.monotonic() >= due:
            ticks.send(b"tick")
            due = time.monotonic() + 0.1
