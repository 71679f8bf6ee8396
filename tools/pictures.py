"""The pictures of the course, drawn from recordings of real runs.

make images                draw images/*.svg from images/*.json
make images ARGS=record    run each scenario anew and write images/*.json, then draw
"""

import sys
from pathlib import Path

import zmq
from zmqlab import Lab, recording
from zmqlab.picture.drawing import STYLE, still
from zmqlab.picture.scene import Scene
from zmqlab.picture.sequence import diagram

IMAGES = Path(__file__).resolve().parent.parent / "images"


def server(context, endpoint):
    """Answer every request."""
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.recv_string()
            replier.send_string("World")


def client(context, endpoint):
    """Ask once."""
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        requester.send_string("Hello")
        requester.recv_string()


def request_reply(lab):
    """A request and its reply."""
    lab.start(server)
    assert lab.wait_for(lambda: "bound" in [event.kind for event in lab.trace.controls()])
    lab.start(client)
    assert lab.actor("client").join(5)


SCENARIOS = {"request-reply": request_reply}


def record(name):
    """Run a scenario with real sockets, and write what happened."""
    lab = Lab(name)
    try:
        SCENARIOS[name](lab)
        # An actor that waits enters its wait a moment later: without it nothing would be seen on its way.
        assert lab.wait_for(lambda: len(lab.messages("client")) == 2)
        recording.save(IMAGES / f"{name}.json", lab.trace.events(), SCENARIOS[name].__doc__.strip())
    finally:
        lab.close()


def draw(path):
    """Return the SVG of a recording, at the last moment at which a message was on its way."""
    title, events = recording.load(path)
    scene, moment = Scene(), 0
    for number, event in enumerate(events, 1):
        if scene.apply(event).totals()["on its way"]:
            moment = number
    scene = Scene()
    for event in events[: moment or len(events)]:
        scene.apply(event)
    return still(scene, title)


def draw_sequence(path):
    """Return the sequence diagram of a recording, as SVG."""
    title, events = recording.load(path)
    return diagram(events, title, STYLE)


def main():
    if sys.argv[1:] == ["record"]:
        for name in SCENARIOS:
            record(name)
    for path in sorted(IMAGES.glob("*.json")):
        path.with_suffix(".svg").write_text(draw(path), encoding="utf-8")
        path.with_suffix(".sequence.svg").write_text(draw_sequence(path), encoding="utf-8")
        print(f"drawn: images/{path.stem}.svg and its sequence")


if __name__ == "__main__":
    main()
