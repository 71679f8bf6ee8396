import zmq


def ben(context, task_endpoint, album_endpoint, pause):
    giver, album = context.socket(zmq.REQ), context.socket(zmq.REQ)
    giver.connect(task_endpoint)
    album.connect(album_endpoint)
    try:
        giver.send(b"next?")
        photo = giver.recv()
        while photo != b"no more":
            pause(0.3)
            album.send(photo + b" developed")
            assert album.recv() == b"kept"
            giver.send(photo)
            giver.recv()
            giver.send(b"next?")
            photo = giver.recv()
    finally:
        giver.close()
        album.close()
