"""Wrong repairs of Ben, each under the law that it breaks."""

import zmq

from .finished_photo_repair import BEN


@BEN.refused_by("reports after", "photo 1 was reported, and the album had not been sent it")
def ben_as_he_was(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as requester, context.socket(zmq.PUSH) as pusher:
        requester.connect(task_endpoint)
        pusher.connect(album_endpoint)
        photo = ask(requester, "next?")
        while photo != "no more":
            ask(requester, photo)
            pause(0.3)
            pusher.send_string(f"{photo} developed")
            photo = ask(requester, "next?")


@BEN.refused_by("reports after", "photo 1 was reported, and the album had not answered yet")
def ben_in_annas_order(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as requester, context.socket(zmq.REQ) as album:
        requester.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(requester, "next?")
        while photo != "no more":
            pause(0.3)
            album.send_string(f"{photo} developed")
            ask(requester, photo)
            album.recv()
            photo = ask(requester, "next?")


@BEN.refused_by("types", "you made a PUSH")
def ben_pushes_and_does_not_report(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as requester, context.socket(zmq.PUSH) as pusher:
        requester.connect(task_endpoint)
        pusher.connect(album_endpoint)
        photo = ask(requester, "next?")
        while photo != "no more":
            pause(0.3)
            pusher.send_string(f"{photo} developed")
            photo = ask(requester, "next?")


@BEN.refused_by("reports after", "was reported, and the album had not been sent it")
def ben_reports_first(context, task_endpoint, album_endpoint, pause):
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
            photo = ask(giver, "next?")


@BEN.refused_by("reports after", "was reported, and the album had not answered yet")
def ben_does_not_wait_for_the_answer(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(giver, "next?")
        while photo != "no more":
            pause(0.3)
            album.send_string(f"{photo} developed")
            ask(giver, photo)
            album.recv_string()
            photo = ask(giver, "next?")


@BEN.refused_by("reports", "was never reported")
def ben_does_not_report(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(giver, "next?")
        while photo != "no more":
            pause(0.3)
            ask(album, f"{photo} developed")
            photo = ask(giver, "next?")


@BEN.refused_by("all", "photo 2 is not in the album")
def ben_does_one(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(giver, "next?")
        pause(0.3)
        ask(album, f"{photo} developed")
        ask(giver, photo)


@BEN.refused_by("develops", "Ben develops nothing")
def ben_develops_nothing(context, task_endpoint, album_endpoint, pause):
    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(giver, "next?")
        while photo != "no more":
            ask(album, f"{photo} developed")
            ask(giver, photo)
            photo = ask(giver, "next?")


@BEN.refused_by("ends", "Ben asks for no photo")
def ben_goes_round(context, task_endpoint, album_endpoint, pause):
    while True:
        pass


@BEN.refused_by("raises", "Your code raised TypeError")
def ben_sends_text(context, task_endpoint, album_endpoint, pause):
    with context.socket(zmq.REQ) as giver:
        giver.connect(task_endpoint)
        giver.send("next?")
