import zmq


def collect(context, endpoint, city):
    beginning = f"{city}|"
    found = []
    subscriber = context.socket(zmq.SUB)
    subscriber.rcvtimeo = 1000
    subscriber.setsockopt(zmq.SUBSCRIBE, beginning.encode())
    subscriber.connect(endpoint)
    while len(found) < 3:
        try:
            found.append(subscriber.recv().decode()[len(beginning) :])
        except zmq.Again:
            continue
    subscriber.close()
    return found
