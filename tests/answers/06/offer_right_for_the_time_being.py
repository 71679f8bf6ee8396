import zmq


def offer(socket, messages):
    before, left = socket.sndtimeo, []
    socket.sndtimeo = 0
    for message in messages:
        try:
            socket.send(message)
        except zmq.Again:
            left.append(message)
    socket.sndtimeo = before
    return left
