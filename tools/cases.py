"""Record the broken systems of the case files anew: python tools/cases.py

Each recorder runs the programs of a case on real sockets, makes happen what the case is about, and returns whether
something was lost.
"""

import sys

from zmqlab import Lab
from zmqlab.course.cases import CASES, finished_photo, recording_of, silent_alarm
from zmqlab.record import files
from zmqlab.record.events import LinkUp, OfALink, Waits


def texts(lab, actor, way):
    return [message.frames[0].decode() for message in lab[actor].messages(way)]


def waiting(lab, actor):
    """Whether the last that is told of an actor is that it waits."""
    last = [event for event in lab.trace.events() if event.actor == actor and not isinstance(event, OfALink)][-1]
    return isinstance(last, Waits) and last.call == "recv"


def silent_alarm_happens(lab):
    """The gateway dies; the alarm waits for it at the sensor, and is published before a subscriber is back."""
    door, news = lab.endpoint("door", transport="tcp"), lab.endpoint("news", transport="tcp")
    lab.start(silent_alarm.gateway, door_endpoint=door, news_endpoint=news)
    lab.start(silent_alarm.subscriber, name="siren", news_endpoint=news, topic="door")
    lab.start(silent_alarm.subscriber, name="diary", news_endpoint=news, topic="")
    assert lab.wait_for(lambda: links_up(lab) == 2)
    lab.start(silent_alarm.sensor, door_endpoint=door)
    for text, heard in (("door test", 2), ("battery", 3)):
        lab["sensor"].say(text)
        assert lab.wait_for(
            lambda heard=heard: sum(len(texts(lab, name, "received")) for name in ("siren", "diary")) == heard
        )
    lab["gateway"].kill()
    lab["sensor"].say("door open")
    assert lab.wait_for(lambda: "door open" in texts(lab, "sensor", "sent"))
    lab["gateway"].restart()
    assert lab.wait_for(lambda: "door open" in texts(lab, "gateway", "sent"))
    assert lab.wait_for(lambda: links_up(lab) == 6)  # of two subscribers and the sensor, twice each
    lab["sensor"].say("door test")
    assert lab.wait_for(lambda: texts(lab, "siren", "received").count("door test") == 2)
    return "door open" not in texts(lab, "siren", "received") + texts(lab, "diary", "received")


def links_up(lab):
    """How many links have come up at sockets that connect."""
    return sum(isinstance(event, LinkUp) for event in lab.trace.controls())


def finished_photo_happens(lab):
    """Ben dies while he develops photo 4, which he has reported as done."""
    tasks, photos = lab.endpoint("tasks", transport="tcp"), lab.endpoint("photos", transport="tcp")
    lab.start(finished_photo.giver, task_endpoint=tasks, photos=[f"photo {number}" for number in range(1, 7)])
    lab.start(finished_photo.album, album_endpoint=photos)
    for number, worker in enumerate((finished_photo.anna, finished_photo.ben), 1):
        lab.start(worker, task_endpoint=tasks, album_endpoint=photos)
        assert lab.wait_for(lambda number=number: f"photo {number}" in texts(lab, "giver", "sent"))
    assert lab.wait_for(lambda: texts(lab, "ben", "sent")[-1:] == ["photo 4"])
    assert lab.wait_for(lambda: texts(lab, "ben", "received")[-1:] == ["noted"])
    lab["ben"].kill()
    assert lab["anna"].join(5)
    assert lab.wait_for(lambda: len(texts(lab, "album", "received")) == 5)
    # Who waits says so a moment later.
    assert lab.wait_for(lambda: waiting(lab, "album") and waiting(lab, "giver"))
    return "photo 4 developed" not in texts(lab, "album", "received")


HAPPENS = {"silent-alarm": silent_alarm_happens, "finished-photo": finished_photo_happens}


def main():
    for name in sys.argv[1:] or CASES:
        lab = Lab(name)
        try:
            if not HAPPENS[name](lab):
                sys.exit(f"{name}: this time nothing was lost. It is a matter of luck: record again.")
            files.save(recording_of(name), lab.trace.events(), CASES[name].title.removeprefix("Find the fault: "))
            print(f"recorded: {recording_of(name).name}")
        finally:
            lab.close()


if __name__ == "__main__":
    main()
