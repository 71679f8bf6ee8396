"""The program that a learner repairs in the case of the finished photo, and what must hold of it."""

from __future__ import annotations

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Makes, Round, Run, endless, law
from ...live.inbox import Killed

PHOTOS = ["photo 1", "photo 2", "photo 3"]
DIES_IN = 2
"""In which photo Ben dies."""
OFTEN = 3
"""How often a photo is given at most: a check comes to an end."""
A_MOMENT = 0.05
"""Seconds that the album takes to keep a photo: in which nobody may report it."""
NO_MORE = "no more"


def giver(context: zmq.Context, endpoint: str, photos: list[str]) -> None:
    """Give a photo to whoever asks, and give again what nobody has reported."""
    given, unfinished = dict.fromkeys(photos, 0), list(photos)
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            request = replier.recv_string()
            if request in unfinished:
                unfinished.remove(request)
            if request != "next?":
                replier.send_string("noted")
                continue
            unfinished.sort(key=given.get)
            photo = unfinished[0] if unfinished and given[unfinished[0]] < OFTEN else NO_MORE
            if photo != NO_MORE:
                given[photo] += 1
            replier.send_string(photo)


def album_that_answers(context: zmq.Context, endpoint: str, run: Run) -> None:
    """Collect the developed photos, and say of each that it is kept, a moment later."""
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            photo = replier.recv_string().removesuffix(" developed")
            run.arena.wait_for(lambda photo=photo: (photo.encode(),) in run.frames("sent"), A_MOMENT)
            replier.send_string("kept")


def anna(context: zmq.Context, task_endpoint: str, album_endpoint: str) -> None:
    """Do what Ben has left."""
    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = _ask(giver, "next?")
        while photo != NO_MORE:
            _ask(album, f"{photo} developed")
            _ask(giver, photo)
            photo = _ask(giver, "next?")


def _ask(requester: zmq.Socket, text: str) -> str:
    requester.send_string(text)
    return requester.recv_string()


def begin(run: Run, dies_in: int = 0) -> None:
    """Let the function work. It dies in the pause for that photo, if for any."""
    tasks, album = run.endpoint("task_endpoint"), run.endpoint("album_endpoint")
    run.start(giver, "giver", endpoint=tasks, photos=PHOTOS)
    run.start(album_that_answers, "album", endpoint=album, run=run)
    pauses = run.notes["pauses"] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == dies_in:
            raise Killed

    run.begin(lambda context: run.call(context, tasks, album, pause))
    run.until_it_ends()


def a_day(run: Run) -> None:
    begin(run)


def a_day_on_which_ben_dies(run: Run) -> None:
    begin(run, DIES_IN)
    places = {name: run.endpoint(name) for name in ("task_endpoint", "album_endpoint")}
    worker = run.start(anna, "anna", **places)
    run.arena.wait_for(lambda: not worker.alive)


def kept(run: Run) -> list[str]:
    """Return the photos that the album has, each as often as it came."""
    return [frames[0].decode(errors="replace") for frames in run.frames("received", "album")]


@law("ends")
def asks_for_photos(run: Run) -> Complaint | None:
    """It asks the giver for photos."""
    if run.messages("sent") or run.error or not run.alive:
        return None
    call = run.waits_in()
    text = f"It waits in {call}. Ask the giver: send `next?` and receive its reply." if call else ""
    return Complaint("Ben asks for no photo", text or endless(run, "Ask the giver for a photo.").text)


@law("develops")
def pauses_for_each(run: Run) -> Complaint | None:
    """It develops what it is given."""
    if run.notes["pauses"] or run.error or run.alive:
        return None
    return Complaint("Ben develops nothing", "`pause(0.3)` stands for the work: keep it, once for each photo.")


@law("reports after")
def reports_what_is_kept(run: Run) -> Complaint | None:
    """No photo is reported before the album has said that it is kept."""
    confirmed: set[str] = set()
    asked = ""
    for message in run.arena.messages(run.name):
        text = message.frames[0].decode(errors="replace")
        if text.removesuffix(" developed") in PHOTOS and text.endswith(" developed") and message.way == "sent":
            asked = text.removesuffix(" developed")
        elif text == "kept" and message.way == "received":
            confirmed.add(asked)
        elif text in PHOTOS and message.way == "sent" and text not in confirmed:
            why = "had not answered yet" if asked == text else "had not been sent it"
            then = "Receive its `kept` first." if asked == text else "First send it, and receive the answer."
            if asked == text and run.made("PUSH"):
                then = "A `PUSH` hears no answer: make a `REQ` for the album."
            title = f"{text} was reported, and the album {why}"
            return Complaint(title, f"Who dies now takes {text} along, and nobody gives it again. {then}", message)
    return None


@law("reports")
def reports_each(run: Run) -> Complaint | None:
    """Each photo that is kept is reported."""
    told = {frames[0].decode(errors="replace") for frames in run.frames("sent")}
    for photo in PHOTOS:
        if kept(run).count(f"{photo} developed") > 1 and photo not in told:
            text = f"So the giver gave {photo} again, and it is in the album {kept(run).count(f'{photo} developed')} times. Report each when it is kept."
            return Complaint(f"{photo} was never reported", text)
    return None


@law("all")
def all_are_in_the_album(run: Run) -> Complaint | None:
    """In the evening all are in the album."""
    missing = [photo for photo in PHOTOS if f"{photo} developed" not in kept(run)]
    if not missing:
        return None
    text = "Send each as `photo 1 developed` and so on, and go on until the giver says `no more`."
    return Complaint(f"{missing[0]} is not in the album", text)


OF_BEN = (asks_for_photos, reports_what_is_kept, reports_each)


def ben(context, task_endpoint, album_endpoint, pause):
    """Develop photos. Report one when the album has it."""

    def ask(requester, text):
        requester.send_string(text)
        return requester.recv_string()

    with context.socket(zmq.REQ) as giver, context.socket(zmq.REQ) as album:
        giver.rcvtimeo = album.rcvtimeo = 10_000  # milliseconds, then an error
        giver.connect(task_endpoint)
        album.connect(album_endpoint)
        photo = ask(giver, "next?")
        while photo != "no more":
            pause(0.3)  # develop it
            ask(album, f"{photo} developed")  # its answer says: I have it
            ask(giver, photo)
            photo = ask(giver, "next?")


BEN = Exercise(
    name="ben",
    title="Ben may die, and no photo with him",
    task="Repair `ben`. The album answers now: it is a `REP`, and replies `kept` when it has a photo. The giver gives again "
    "what nobody reports.\nReport a photo when the album has it, not before. In the check a day goes well first; "
    "on the next, Ben dies while he develops photo 2, and Anna goes on. No photo may be missing on either.",
    check=Check(
        Round(a_day, pauses_for_each, all_are_in_the_album, first=OF_BEN),
        Round(a_day_on_which_ben_dies, all_are_in_the_album, first=OF_BEN, dies=True),
        makes=(
            Makes(("REQ",), "connect", "task_endpoint", meets="REP"),
            Makes(("REQ",), "connect", "album_endpoint", meets="REP"),
        ),
        ends="Return when the giver says `no more`.",
        you="ben",
        well="Ben died, Anna went on, and in the evening all photos were in the album",
    ),
    hints=(
        "Who can say that the album has a photo? Only the album. So ask it: with a `REQ` in place of the `PUSH`.",
        "Three lines, in this order: develop the photo, have the album answer, report to the giver.",
        '`pause(0.3)`, then `ask(album, f"{photo} developed")`, then `ask(giver, photo)`. Both sockets are a `REQ`.',
    ),
    model=ben,
    home=__name__,
    runs=True,
)
