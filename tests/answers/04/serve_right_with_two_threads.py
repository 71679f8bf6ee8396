import threading


def serve(questions, alarms):
    lock, count = threading.Lock(), 0

    def answer():
        while True:
            questions.recv()
            with lock:
                text = str(count)
            questions.send_string(text)

    threading.Thread(target=answer, daemon=True).start()
    while True:
        alarms.recv()
        with lock:
            count += 1
