import threading
import time


def tick(notes, ticks):
    def receive():
        while True:
            notes.recv()

    threading.Thread(target=receive, daemon=True).start()
    due = time.monotonic()
    while True:
        due += 0.1
        time.sleep(max(0, due - time.monotonic()))
        ticks.send(b"tick")
