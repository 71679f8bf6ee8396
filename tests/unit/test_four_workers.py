"""Four workers of a pipeline, and one that dies: all of it has room in a laptop's window, whatever has been said of them."""

import pytest
from zmqlab.course.pipeline import plain_sink, push, ventilator, worker
from zmqlab.picture.layout import HEIGHT, WIDTH, lay_out
from zmqlab.picture.plan import Plan
from zmqlab.picture.scene import Scene
from zmqlab.record.events import LinkUp

from tests.unit.common import messages

TASKS = 20
HAIR = 1
"""Pixels: the width of a word in one font or another."""


@pytest.fixture
def story(lab):
    """What happened: a batch in which worker 2 dies, and another with a new one, which dies too."""
    lab.start(ventilator)
    lab.start(plain_sink, name="sink", count=1_000)
    for _ in range(2):
        lab.crew(worker, 4, keep=4, seconds=0.02)
        before = len(messages(lab, "worker 2", "sent"))
        lab["ventilator"].say(str(TASKS))
        assert lab.wait_for(lambda before=before: len(messages(lab, "worker 2", "sent")) > before)
        lab["worker 2"].kill()
    lab.crew(worker, 4, keep=4, seconds=0.01)
    push(lab, TASKS)
    return lab.trace.events()


def linked(events):
    """Return how many events there are until the first four workers are linked: then the picture is shown."""
    up = [place for place, event in enumerate(events) if isinstance(event, LinkUp)]
    return up[8] if len(up) > 8 else up[-1]


def test_four_workers_with_losses_have_room_in_a_laptops_window(story):
    scene, plan = Scene(), Plan()
    for event in story[: linked(story)]:
        scene.apply(event)
    most_lost = 0
    for event in story[linked(story) :]:
        layout = lay_out(scene.apply(event), plan)
        assert layout.height <= HEIGHT
        assert layout.width <= WIDTH + HAIR
        most_lost = max(most_lost, len(scene.lost))
    assert most_lost > 1


def test_who_comes_where_others_have_met_stands_between_them_from_the_start(story):
    scene, plan, seen = Scene(), Plan(), set()
    for event in story:
        layout = lay_out(scene.apply(event), plan)
        if scene.met and layout.sockets.get("worker 3"):
            seen.add(plan.column()["worker 3"])
    assert seen == {1}
