import zmq


def ben(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(giver, "next?")
        while photo != "no more":
            ask(giver, photo)
            pause(0.3)
            ask(album, f"{photo} developed")
            ask(giver, photo)
            photo = ask(giver, "next?")
