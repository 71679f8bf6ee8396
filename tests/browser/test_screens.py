"""Pictures of the stage as a learner sees it, from real runs in a real JupyterLab: to be looked at.

They go to build/screenshots; with KEEP_SCREENS=1 (`make screens`) to images/screens, where they are kept.
"""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.lesson import command
from tests.lessons import ROOT

KEPT = ROOT / "images" / "screens"
LARGEST = 200_000
"""Bytes that a kept picture may have."""

TOOLS = """
import zmq
from zmqlab import Lab
"""
WAITING = """
def server(context, endpoint, pause):
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.recv_string()
            pause(60)

def client(context, endpoint, texts):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()

lab = Lab("request-reply")
lab.show()
lab.start(server)
lab.start(client)
lab["client"].say("Coffee, please")
assert lab.wait_for(lambda: lab["server"].messages("received"))
"""
WEATHER = """
def weather_station(context, endpoint, texts):
    with context.socket(zmq.PUB) as publisher:
        publisher.bind(endpoint)
        for text in texts:
            publisher.send_multipart([part.encode() for part in text.split(maxsplit=1)])

def reader(context, endpoint, topics):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        for topic in topics:
            subscriber.subscribe(topic)
        while True:
            subscriber.recv_multipart()

readers = {"you": ["paris"], "dashboard": [""], "slow archive": ["lon"]}
lab = Lab("publish-subscribe")
lab.start(weather_station, name="weather station")
for name, topics in readers.items():
    lab.start(reader, name=name, topics=topics)

def subscribed(name):  # a publisher does not see its subscribers: so ask until each has heard something
    lab["weather station"].say(f"{topics_of[name]} ?")
    return lab.wait_for(lambda: lab[name].messages(), 0.05)

topics_of = {name: topics[0] or "paris" for name, topics in readers.items()}
assert all(lab.wait_for(lambda: subscribed(name)) for name in readers)
last = {"you": b"paris", "dashboard": b"london", "slow archive": b"london"}  # what comes in last, of all that was asked
for text in ("paris !", "london !"):
    lab["weather station"].say(text)
heard_all = lambda name: (last[name], b"!") in [message.frames for message in lab[name].messages()]
assert all(lab.wait_for(lambda: heard_all(name)) for name in readers)
with lab.experiment("who subscribed to what") as weather:
    for text in ("oslo 4 °C", "london 17 °C", "oslo 5 °C", "paris 21 °C"):
        heard = [len(weather.messages(name)) + any(map(text.startswith, readers[name])) for name in readers]
        lab["weather station"].say(text)
        assert lab.wait_for(lambda: [len(weather.messages(name)) for name in readers] == heard)
"""
PIPELINE = """
def ventilator(context, endpoint, texts):
    with context.socket(zmq.PUSH) as pusher:
        pusher.bind(endpoint)
        for text in texts:
            pusher.send_string(text)

def worker(context, endpoint, results_endpoint):
    with context.socket(zmq.PULL) as puller, context.socket(zmq.PUSH) as pusher:
        puller.connect(endpoint)
        pusher.connect(results_endpoint)
        while True:
            pusher.send_string(puller.recv_string() + ": done")

def sink(context, results_endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(results_endpoint)
        while True:
            puller.recv_string()

lab = Lab("pipeline")
lab.show()
lab.start(ventilator)
lab.start(sink)
for number in (1, 2, 3):
    lab.start(worker, name=f"worker {number}")
up = lambda: sum(type(event).__name__ == "LinkUp" for event in lab.trace.controls())
assert lab.wait_for(lambda: up() == 6)
for number in range(1, 4):
    lab["ventilator"].say(f"task {number}")
assert lab.wait_for(lambda: len(lab["sink"].messages("received")) == 3)
lab["worker 2"].kill()
"""
FULL = """
def ventilator(context, endpoint, texts):
    with context.socket(zmq.PUSH) as pusher:
        pusher.sndhwm, pusher.sndbuf = 2, 4096
        pusher.bind(endpoint)
        for text in texts:
            pusher.send_multipart([text.encode(), bytes(500_000)])

def slow_worker(context, endpoint, pause):
    with context.socket(zmq.PULL) as puller:
        puller.rcvhwm, puller.rcvbuf = 2, 4096
        puller.connect(endpoint)
        puller.recv_multipart()
        pause(60)

lab = Lab("full queue")
lab.show()
lab.start(ventilator)
lab.start(slow_worker, name="slow worker")
for number in range(1, 21):
    lab["ventilator"].say(f"task {number}")
"""
HOLD = """(stage) => {
    const width = stage.querySelector(".zl-picture").viewBox.baseVal.width;
    const pills = [...stage.querySelectorAll("[data-piece^='pills/']")].filter((one) => one.style.display !== "none");
    const places = pills.map((one) => one.transform.baseVal[0].matrix.e / width);
    if (!places.length || Math.min(...places) < 0.48) return false;
    stage.querySelector("button[aria-label=Pause]").click();
    return true;
}"""


@pytest.fixture(scope="module")
def prepared(shared_lesson):
    shared_lesson.page.set_viewport_size({"width": 1400, "height": 1500})  # a stage with all that opens, in one piece
    shared_lesson.run(TOOLS)
    yield shared_lesson
    shared_lesson.page.set_viewport_size({"width": 1400, "height": 1000})


@pytest.fixture
def run(prepared):
    """Run a scenario, and return the stage that it shows."""

    def run(code):
        return prepared.stage(prepared.run(code))

    yield run
    prepared.run("lab.close()")


@pytest.fixture
def dark(jupyterlab):
    command(jupyterlab.page, "apputils:change-theme", theme="JupyterLab Dark")
    yield
    command(jupyterlab.page, "apputils:change-theme", theme="JupyterLab Light")


def keep(stage, name):
    """Take the picture of a stage."""
    folder = KEPT if os.environ.get("KEEP_SCREENS") else SCREENSHOTS
    folder.mkdir(parents=True, exist_ok=True)
    stage.root.scroll_into_view_if_needed()
    stage.page.mouse.move(0, 0)
    picture = stage.root.screenshot(path=folder / f"{name}.png")
    assert len(picture) < LARGEST


def test_a_client_that_waits_for_its_reply(run):
    stage = run(WAITING)
    expect(stage.title("server")).to_have_text(re.compile(r"in pause\(.*\)"))
    expect(stage.title("client")).to_have_text("waiting in recv()")
    stage.rest()
    keep(stage, "request-reply")


def last_reading(stage):
    """Go to the last reading, when it is on its way to those who want it."""
    stage.button("End").click()  # it may be out of sight, and then it has not begun
    stage.button("To the start").click()
    for _ in range(stage.events()):
        stage.button("Forward one event").click()
        stage.two_frames()
        if "sends “paris" in stage.caption.text_content():
            break
    assert "sends “paris" in stage.caption.text_content(), stage.open_list().text_content()
    stage.button("Play").click()
    stage.wait_until(HOLD)
    stage.two_frames()


def test_what_a_publisher_filters(run):
    stage = run(WEATHER)
    last_reading(stage)
    expect(stage.root.locator("[data-piece='notes/weather station']")).to_contain_text("stayed here")
    keep(stage, "publish-subscribe")


def test_a_pipeline_with_a_dead_worker(run):
    stage = run(PIPELINE)
    expect(stage.title("worker 2")).to_have_text("died")
    stage.rest()
    keep(stage, "dead-worker")


def test_a_full_queue(run):
    stage = run(FULL)
    expect(stage.title("ventilator")).to_have_text("queue full: waiting in send()")
    expect(stage.title("slow worker")).to_have_text(re.compile(r"in pause\(.*\)"))
    stage.rest()
    keep(stage, "full-queue")


def test_a_message_frame_by_frame_and_the_sequence(run):
    stage = run(WEATHER)
    last_reading(stage)
    stage.button("Sequence").click()
    stage.root.locator(".zl-picture [data-piece^='pills/']:not([style*='none'])").first.dispatch_event("click")
    expect(stage.root.locator(".zl-inspector")).to_contain_text("21 °C")
    keep(stage, "inspector-and-sequence")


def test_a_dark_theme(run, dark):
    stage = run(WEATHER)
    last_reading(stage)
    keep(stage, "dark")
