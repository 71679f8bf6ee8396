"""The pictures of the course, drawn from recordings of real runs.

make images                           draw images/*.svg from images/*.json
make images ARGS=record               run each scenario anew and write images/*.json, then draw
make images ARGS="record pipeline"    run this one anew

Of each recording there are four: the picture, a small one for the README's table, the sequence diagram, and the film, as a
picture that moves by itself.
"""

import sys
from itertools import islice
from pathlib import Path

import zmq
from moving import moving
from zmqlab import Lab
from zmqlab.course.cases import CASES, recording_of
from zmqlab.course.start_here import hello
from zmqlab.picture.drawing import STYLE, still
from zmqlab.picture.scene import Scene
from zmqlab.picture.sequence import diagram
from zmqlab.record import files
from zmqlab.record.events import OfALink, Pauses, Received, Waits

from tools.site import films

IMAGES = Path(__file__).resolve().parent.parent / "images"
TRIES = 40
"""Runs of a scenario, of which the one is kept that shows most."""

# Each scenario ends when all that it sends has been received, and has one order on every link. Where a message could
# come too early or too late for that, the sockets talk over inproc, whose links are there as soon as connect() returns.


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


def subscriber(context, endpoint, topic):
    """Receive what begins with the topic, for ever."""
    with context.socket(zmq.SUB) as weather:
        weather.connect(endpoint)
        weather.subscribe(topic)
        while True:
            weather.recv_multipart()


def sink(context, sink_endpoint):
    """Receive results, for ever."""
    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while True:
            results.recv_string()


def worker(context, endpoint, sink_endpoint):
    """Do one task after the other, for ever."""
    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as results:
        tasks.connect(endpoint)
        results.connect(sink_endpoint)
        while True:
            results.send_string(tasks.recv_string().replace("task", "done"))


def desk(context, questions_endpoint, news_endpoint, tasks_endpoint):
    """Hear three sockets, for ever."""
    with (
        context.socket(zmq.REP) as questions,
        context.socket(zmq.SUB) as news,
        context.socket(zmq.PULL) as tasks,
    ):
        questions.bind(questions_endpoint)
        news.connect(news_endpoint)
        news.subscribe("news")
        tasks.bind(tasks_endpoint)
        poller = zmq.Poller()
        for socket in (tasks, news, questions):
            poller.register(socket, zmq.POLLIN)
        while True:
            for socket, _ in poller.poll():
                socket.recv_string()
                if socket is questions:
                    socket.send_string("answer")


def hear(context, endpoint):
    """Wait for the other thread."""
    with context.socket(zmq.PAIR) as pair:
        pair.bind(endpoint)
        pair.recv_string()


def tell(context, endpoint):
    """Tell the other thread, and wait for what comes back."""
    with context.socket(zmq.PAIR) as pair:
        pair.connect(endpoint)
        pair.send_string("ready")
        pair.recv_string()


def busy(context, endpoint, pause):
    """Bind, and do not receive for an hour."""
    with context.socket(zmq.PULL) as readings:
        readings.rcvhwm = 4
        readings.bind(endpoint)
        pause(3600)


def eager(context, endpoint):
    """Send one reading after the other, for ever."""
    with context.socket(zmq.PUSH) as readings:
        readings.sndhwm = 1
        readings.connect(endpoint)
        while True:
            readings.send_string("reading")


def guest(context, endpoint, address):
    """Ask once, under a name."""
    with context.socket(zmq.REQ) as requester:
        requester.routing_id = address
        requester.connect(endpoint)
        requester.send_string("soup?")
        requester.recv_string()


def middleman(context, endpoint, workers_endpoint):
    """Hand requests on to workers, and replies back, for ever."""
    with context.socket(zmq.ROUTER) as clients, context.socket(zmq.DEALER) as workers:
        clients.bind(endpoint)
        workers.bind(workers_endpoint)
        zmq.proxy(clients, workers)


def asker(context, endpoint, texts, my_name):
    """Ask what one is told to, and hear the reply."""
    with context.socket(zmq.REQ) as requester:
        requester.routing_id = my_name.encode()  # the broker makes up no name, which would be another in each run
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()


def helper(context, workers_endpoint):
    """Answer every request."""
    with context.socket(zmq.REP) as requests:
        requests.connect(workers_endpoint)
        while True:
            requests.send_string(requests.recv_string().upper())


def start_here(lab):
    """One message from you to a friend."""
    lab.start(hello.friend)
    waits(lab, "friend", "recv")
    lab.start(hello.you)
    lab["you"].say("Hello")
    received(lab, friend=1)


def request_reply(lab):
    """A request and its reply."""
    lab.start(server)
    waits(lab, "server", "recv")
    lab.start(client)
    assert lab["client"].join(5)
    received(lab, client=1)


def publish_subscribe(lab):
    """A station publishes: each subscriber gets what it has subscribed to, and what nobody wants stays with it."""
    station = lab.context("station", shared=True).socket(zmq.PUB)
    station.bind("inproc://weather")
    for name, topic in (("anna", "paris"), ("bert", "paris"), ("carl", "oslo")):
        lab.start(subscriber, name=name, shared=True, endpoint="inproc://weather", topic=topic)
        waits(lab, name, "recv")
    for city, reading in (("paris", "21 °C"), ("oslo", "4 °C"), ("rome", "25 °C")):
        station.send_multipart([city.encode(), reading.encode()])
    received(lab, anna=1, bert=1, carl=1)


def pipeline(lab):
    """A ventilator deals tasks out to three workers, and a sink collects the results."""
    ventilator = lab.context("ventilator", shared=True).socket(zmq.PUSH)
    ventilator.bind("inproc://tasks")
    lab.start(sink, shared=True, sink_endpoint="inproc://results")
    waits(lab, "sink", "recv")
    for number in (1, 2, 3):
        name = f"worker {number}"
        lab.start(worker, name=name, shared=True, endpoint="inproc://tasks", sink_endpoint="inproc://results")
        waits(lab, name, "recv")
    for number in (1, 2, 3):
        ventilator.send_string(f"task {number}")
    received(lab, sink=3)


def pollers(lab):
    """A server hears three sockets at once: a question, news and a task come in together."""
    kinds = {"client": zmq.REQ, "station": zmq.PUB, "boss": zmq.PUSH}
    client, station, boss = (lab.context(name, shared=True).socket(kind) for name, kind in kinds.items())
    station.bind("inproc://news")
    endpoints = {f"{name}_endpoint": f"inproc://{name}" for name in ("questions", "news", "tasks")}
    lab.start(desk, name="server", shared=True, **endpoints)
    waits(lab, "server", "poll")
    client.connect("inproc://questions")
    boss.connect("inproc://tasks")
    for socket, text in ((boss, "task"), (station, "news"), (client, "question")):
        socket.send_string(text)
    client.recv_string()
    received(lab, server=3, client=1)


def exclusive_pair(lab):
    """One thread tells another that it is ready."""
    lab.start(hear, name="main", shared=True, endpoint="inproc://ready")
    waits(lab, "main", "recv")
    lab.start(tell, name="helper", shared=True, endpoint="inproc://ready")
    received(lab, main=1)


def queues_and_limits(lab):
    """A full queue: who sends has to wait, since who receives does not."""
    lab.start(busy, name="archive", shared=True, endpoint="inproc://readings")
    waits(lab, "archive", "pause")
    lab.start(eager, name="sensor", shared=True, endpoint="inproc://readings")
    waits(lab, "sensor", "send")


def envelopes(lab):
    """Two guests have asked, and the reply to the second leaves first, with its address on it."""
    router = lab.context("server", shared=True).socket(zmq.ROUTER)
    router.bind("inproc://inn")
    for name in ("Anna", "Ben"):
        lab.start(guest, name=name, shared=True, endpoint="inproc://inn", address=name.encode())
        waits(lab, name, "recv")
    asked = dict(router.recv_multipart()[::2] for _ in range(2))
    for name in (b"Ben", b"Anna"):
        router.send_multipart([name, b"", asked[name].replace(b"?", b"!")])
    received(lab, Anna=1, Ben=1)


def brokers(lab):
    """Three clients ask, and a broker deals their requests out to three workers."""
    ends = {"endpoint": "inproc://clients", "workers_endpoint": "inproc://workers"}
    lab.start(middleman, name="broker", shared=True, **ends)
    waits(lab, "broker", "poll")
    for number in (1, 2, 3):
        lab.start(helper, name=f"worker {number}", shared=True, workers_endpoint="inproc://workers")
        waits(lab, f"worker {number}", "recv")
    wishes = {"anna": "tea", "ben": "milk", "carl": "salt"}
    # Who asks last is seen in the picture: the uppermost, whose message covers nothing.
    for name in wishes:
        lab.start(asker, name=name, shared=True, endpoint="inproc://clients", my_name=name)
    for name, wish in reversed(wishes.items()):  # one after the other, so that each link has one order
        lab[name].say(wish)
        received(lab, **{name: 1})


SCENARIOS = {
    scenario.__name__.replace("_", "-"): scenario
    for scenario in (
        start_here,
        request_reply,
        publish_subscribe,
        pipeline,
        pollers,
        exclusive_pair,
        queues_and_limits,
        envelopes,
        brokers,
    )
}


def waits(lab, actor, call):
    """Wait until an actor waits in such a call."""

    def does():
        own = [event for event in lab.trace.events() if event.actor == actor and not isinstance(event, OfALink)]
        if not own:
            return False
        if call == "pause":
            return isinstance(own[-1], Pauses)
        return isinstance(own[-1], Waits) and own[-1].call.startswith(call)

    assert lab.wait_for(does), f"{actor} does not wait in {call}()"


def received(lab, **numbers):
    """Wait until each actor has received so many messages."""

    def have():
        return {actor: len(lab[actor].messages("received")) for actor in numbers}

    assert lab.wait_for(lambda: have() == numbers), f"{have()}, not {numbers}"


def run(name):
    """Run a scenario with real sockets, and return what happened."""
    lab = Lab(name)
    try:
        SCENARIOS[name](lab)
        assert lab.wait_for(lambda: whole(lab.trace.events())), "a message was received, and its send is not recorded"
        return lab.trace.events()
    finally:
        lab.close()


def whole(events):
    """Whether all that was received is known to have been sent: a send may be recorded after what it led to."""
    scene = Scene()
    landed = sum(len(scene.apply(event).changes.landed) for event in events)
    return landed == sum(isinstance(event, Received) for event in events)


def record(name):
    """Run a scenario many times, and write what happened in the run that has the moment with most to see."""
    events = max((run(name) for _ in range(TRIES)), key=lambda events: shows(moment(events)))
    files.save(IMAGES / f"{name}.json", events, SCENARIOS[name].__doc__.strip())


def scenes(events):
    """Yield the one scene after each event, as one sees it who knows who received what in the end."""
    end, receivers = Scene(), {}
    for event in events:
        receivers |= {copy.number: copy.receiver for copy in end.apply(event).changes.landed}
    scene = Scene()
    for event in events:
        for copy in scene.apply(event).changes.left:
            if copy.receiver is None and receivers.get(copy.number) in scene.sockets:
                scene.deal(copy, receivers[copy.number])
        for socket in scene.sockets.values():  # who waits in poll() waits for all of its sockets
            polls = scene.actors[socket.actor].words == "waiting in poll()"
            if polls or socket.waiting == "poll()":
                socket.waiting = "poll()" if polls else ""
        yield scene


def shows(scene):
    """Return how much there is to see: at how many sockets something leaves or is about to arrive, and how much was sent."""
    ends = {(copy.sender, copy.receiver) for copy in scene.pending.values() if scene.on_the_way(copy)}
    return len({socket for pair in ends for socket in pair}), scene.sent


def moment(events):
    """Return the scene at the last of the moments that show most."""
    best = max((shows(scene), number) for number, scene in enumerate(scenes(events)))[1]
    return next(islice(scenes(events), best, None))


def draw(path):
    """Return the SVGs of a recording by the endings of their names."""
    title, events = files.load(path)
    scene = moment(events)
    return {
        ".svg": still(scene, title),
        ".small.svg": still(scene, title, small=True),
        ".sequence.svg": diagram(events, title, STYLE),
        ".moving.svg": moving(films.told(films.tell([], events)), title),
    }


def main():
    if sys.argv[1:2] == ["record"]:
        for name in sys.argv[2:] or SCENARIOS:
            record(name)
    for name, path in recordings().items():
        for ending, svg in draw(path).items():
            (IMAGES / f"{name}{ending}").write_text(svg, encoding="utf-8")
        print(f"drawn: images/{name}.svg, its small one, its sequence, and the one that moves")


def recordings():
    """Return the file of each recording that a picture is drawn from, by the name of the picture."""
    return {path.stem: path for path in sorted(IMAGES.glob("*.json"))} | {name: recording_of(name) for name in CASES}


if __name__ == "__main__":
    main()
