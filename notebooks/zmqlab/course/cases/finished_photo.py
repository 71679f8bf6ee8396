"""The photo that was finished and never came: a worker reports work as done before it does it."""

import zmq

from ...learning.predictions import Question
from .case import CaseFile

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
        while (photo := ask(requester, "next?")) != "no more":
            pause(0.2)  # develop it
            pusher.send_string(f"{photo} developed")
            ask(requester, photo)


def ben(context, task_endpoint, album_endpoint, pause):
    with context.socket(zmq.REQ) as requester, context.socket(zmq.PUSH) as pusher:
        requester.connect(task_endpoint)
        pusher.connect(album_endpoint)
        while (photo := ask(requester, "next?")) != "no more":
            ask(requester, photo)
            pause(0.3)  # develop it
            pusher.send_string(f"{photo} developed")


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

CURE = Question(
    name="cure",
    text="Ben swaps his two lines, as Anna has them, and the giver gives again what stays unfinished for too long. What can happen now?",
    options={
        "A": "each photo comes exactly once",
        "B": "a photo can come twice",
        "C": "a photo can still be missing for ever",
    },
    said={
        "A": "If Ben dies between the two lines, the photo is in the album, and unfinished on the giver's list. It is given again.",
        "B": "He may die after the photo has left and before he reports it. So the album must count photos, not messages.",
        "C": "What nobody has reported is given again, until somebody reports it.",
    },
    right="B",
)

CASE = CaseFile(
    number="91",
    title="Find the fault: the photo that was finished",
    questions=(WHICH, WHOSE, CURE),
    programs=(giver, anna, ben, ask, album),
)
