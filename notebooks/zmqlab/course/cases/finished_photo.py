"""The photo that was finished and never came: a worker reports work as done before anybody has it."""

import zmq

from ...learning.predictions import Question
from .case import CaseFile
from .finished_photo_repair import BEN

# --- the system, as it was recorded ---


def giver(context, task_endpoint, photos):
    """Give a photo to whoever asks, and strike out what is reported as done."""
    waiting, unfinished = list(photos), set(photos)
    with context.socket(zmq.REP) as replier:
        replier.bind(task_endpoint)
        while True:
            request = replier.recv_string()
            if request == "next?":
                replier.send_string(waiting.pop(0) if waiting else "no more")
            else:
                unfinished.discard(request)
                replier.send_string("noted")


def anna(context, task_endpoint, album_endpoint, pause):
    with context.socket(zmq.REQ) as requester, context.socket(zmq.PUSH) as pusher:
        requester.connect(task_endpoint)
        pusher.connect(album_endpoint)
        photo = ask(requester, "next?")
        while photo != "no more":
            pause(0.2)  # develop it
            pusher.send_string(f"{photo} developed")
            ask(requester, photo)
            photo = ask(requester, "next?")


def ben(context, task_endpoint, album_endpoint, pause):
    with context.socket(zmq.REQ) as requester, context.socket(zmq.PUSH) as pusher:
        requester.connect(task_endpoint)
        pusher.connect(album_endpoint)
        photo = ask(requester, "next?")
        while photo != "no more":
            ask(requester, photo)
            pause(0.3)  # develop it
            pusher.send_string(f"{photo} developed")
            photo = ask(requester, "next?")


def ask(requester, text):
    """Return the reply to a request."""
    requester.send_string(text)
    return requester.recv_string()


def album(context, album_endpoint):
    """Collect the developed photos."""
    with context.socket(zmq.PULL) as puller:
        puller.bind(album_endpoint)
        while True:
            puller.recv_string()


# --- and as it is in the repaired system ---


def album_that_answers(context, album_endpoint):
    """Collect the developed photos, and say of each that it is kept."""
    kept = set()
    with context.socket(zmq.REP) as replier:
        replier.bind(album_endpoint)
        while True:
            kept.add(replier.recv_string())  # a set: what comes twice counts once
            replier.send_string("kept")


# --- what is asked ---

WHICH = Question(
    name="which",
    text="Which message was lost?",
    options={
        "A": "“photo 4”, on its way from the giver to Ben",
        "B": "“photo 4 developed”, on its way from Ben to the album",
        "C": "none",
    },
    said={
        "A": "Ben received “photo 4”. He even confirmed it.",
        "B": "Look at what Ben sends: there is no such message. What was never sent cannot be lost.",
        "C": "Every message that was sent was received. What is missing was never sent.",
    },
    right="C",
)

WHOSE = Question(
    name="whose",
    text="Ben's program died. That happens. But who is to blame that photo 4 is missing for ever?",
    options={
        "A": "the giver: it should have given photo 4 to Anna",
        "B": "Ben: he reports a photo as done before he has developed it",
        "C": "the album: it should have asked for photo 4",
    },
    said={
        "A": "It would have, if photo 4 had still been unfinished. It was reported as done.",
        "B": "He says “done” and begins then. If he dies in between, nobody knows that something is missing.",
        "C": "The album does not know what there is to come. The giver knows, and was told wrong.",
    },
    right="B",
)

SWAP = Question(
    name="swap",
    text="Ben works in Anna's order now: develop, push to the album, report. The giver gives again what nobody reports. Then "
    "Ben dies right after he has reported photo 4. Can it be missing for ever?",
    options={
        "A": "no: he reported it after `send` had returned",
        "B": "yes: it may still be in his own queue",
        "C": "no: ZeroMQ delivers what is in a queue, whoever dies",
    },
    said={
        "A": "`send` returns when the photo is in a queue of Ben's own program. Whether the album has it, it does not know.",
        "B": "The photo dies with the queue, and it is reported: nobody gives it again. Anna has run that risk all along.",
        "C": "The queue is a part of Ben's program. When that dies, all that has not left it is gone.",
    },
    right="B",
)

CURE = Question(
    name="cure",
    text="So the album answers: “kept”. Ben reports a photo when he has that answer, and not before. Then he dies between the "
    "answer and the report. What becomes of that photo?",
    options={
        "A": "it comes exactly once",
        "B": "it comes twice",
        "C": "it is missing for ever",
    },
    said={
        "A": "The album has it, and on the giver's list it is unfinished. It is given again.",
        "B": "Nobody has reported it, so it is given again: the album must count photos, not messages.",
        "C": "The album said that it has the photo. What nobody has reported is given again, until somebody reports it.",
    },
    right="B",
)

CASE = CaseFile(
    number="91",
    title="Find the fault: the photo that was finished",
    questions=(WHICH, WHOSE, SWAP, CURE),
    programs=(giver, anna, ben, ask, album, album_that_answers),
    exercises=(BEN,),
)
