"""Random histories of a small world that keeps libzmq's rules: the ledger says of no message what the world knows is not so.

The world deals in turn among pipes that fill, as `lb.cpp` of libzmq 4.3 does, and knows where each message is.
"""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zmqlab.picture.copies import Doubt, Place
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.record import events as kinds

from tests.soak import dice, soak
from tests.unit.test_where_messages_are import Tale

MILLISECOND = 0.001


class World(Tale):
    """A ventilator that has bound, its workers, and where each task is: `queues` by the worker's socket."""

    def __init__(self, random, mark):
        super().__init__()
        self.random, self.mark, self.truth = random, mark, []
        self.pipes, self.active, self.current = [], 0, 0
        self.queues, self.tasks, self.made = defaultdict(list), 0, 1
        self.gone = []
        self.socket("ventilator", 1, "PUSH", "e")
        self.note("ventilator", kinds.HighWaterMark, 1, option="SNDHWM", messages=mark)
        self.join()

    def note(self, *arguments, **fields):
        super().note(*arguments, **fields)
        return self.remember()

    def message(self, *arguments):
        super().message(*arguments)
        return self.remember()

    def remember(self):
        """Keep for the event that was just told where each task is after it."""
        self.truth.append({task: self.where(task) for task in range(1, self.tasks + 1)})
        return self

    def join(self):
        self.made += 1
        number = self.made
        self.socket(f"worker {number}", number, "PULL", "e")
        self.note(f"worker {number}", kinds.HighWaterMark, number, option="RCVHWM", messages=self.mark)
        self.pipes.append(number)
        self._activate(len(self.pipes) - 1)

    def leave(self):
        if len(self.pipes) < 2:
            return
        index = self.random.randrange(len(self.pipes))
        number = self.pipes[index]
        if index < self.active:
            self.active -= 1
            self._swap(index, self.active)
            index = self.active
            self.current = 0 if self.current == self.active else self.current
        del self.pipes[index]
        self.gone += self.queues.pop(number, [])
        self.note(f"worker {number}", kinds.Closed, number, linger=0)

    def send(self):
        while self.active:
            number = self.pipes[self.current]
            if len(self.queues[number]) < 2 * self.mark:
                break
            self.active -= 1
            self._swap(self.current, self.active)
            self.current = 0 if self.current == self.active else self.current
        else:
            self.wait("ventilator", 1, "send")
            self.receive()
            self._wake()
            return
        self.tasks += 1
        self.queues[number].append(self.tasks)
        self.message("ventilator", 1, "sent", b"task %d" % self.tasks)
        self.current = (self.current + 1) % self.active

    def receive(self):
        full = [number for number in self.pipes if self.queues[number]]
        if full:
            number = self.random.choice(full)
            task = self.queues[number].pop(0)
            self.message(f"worker {number}", number, "received", b"task %d" % task)

    def _wake(self):
        """Let pipes be used again in which there is room: the sender hears of it some time later."""
        for index in range(self.active, len(self.pipes)):
            if len(self.queues[self.pipes[index]]) < 2 * self.mark:
                self._activate(index)

    def _activate(self, index):
        self._swap(index, self.active)
        self.active += 1

    def _swap(self, one, other):
        self.pipes[one], self.pipes[other] = self.pipes[other], self.pipes[one]

    def go_on(self):
        """Let something happen, at some distance from what was before."""
        self.pause(self.random.choice([0, 0, MILLISECOND, 0.1]))
        steps = [self.send] * 6 + [self.receive] * 4 + [self.join, self.leave, self._wake]
        self.random.choice(steps)()

    def where(self, task):
        """Return the socket in whose queue a task is; None if it has arrived, or is gone."""
        return next((number for number, queue in self.queues.items() if task in queue), None)


def adds_up(scene, events):
    """Whether the sum adds up, with what was sent and received counted from the events alone."""
    totals, happened = scene.totals(), Counter(type(event) for event in events)
    expected = totals.pop("expected")
    return (
        expected == sum(totals.values())
        and scene.sent == happened[kinds.Sent]
        and totals["received"] == happened[kinds.Received]
        and min(totals.values()) >= 0
    )


MARKS = [1, 2, 5, 1000]


@pytest.mark.parametrize("mark", MARKS)
def test_live_no_task_is_said_to_be_in_a_queue_where_it_is_not(mark):
    inferred = 0
    for number in range(soak(200, 3_000)):
        world, scene, told = World(dice(f"world {mark} {number}"), mark), Scene(), 0
        for _ in range(80):
            world.go_on()
            for event in world.events[told:]:
                scene.apply(event)
            told = len(world.events)
            for copy in scene.pending.values():
                if scene.ledger.place(copy) is not Place.SENDER:
                    inferred += copy.guessed
                    assert copy.receiver == world.where(copy.total), (number, copy, world.queues)
            assert adds_up(scene, world.events)
    assert inferred, "it is not silent about everything"


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([1, 2, 1000]))
def test_a_finished_film_has_every_task_in_the_queue_where_it_was(random, mark):
    world = World(random, mark)
    for _ in range(60):
        world.go_on()
    while any(world.queues.values()):  # at the end all is received that can be
        world.receive()
    scene = Scene()
    scene.foresee(world.events)
    for event, true in zip(world.events, world.truth, strict=True):
        scene.apply(event)
        for copy in scene.pending.values():
            if scene.ledger.place(copy) is Place.SENDER:
                assert copy.total in world.gone, "of what arrived all is known"
            else:
                assert copy.receiver == true[copy.total]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_in_no_film_a_message_lands_before_it_left_or_a_reply_sets_out_before_its_request_came(random):
    tale = Tale().socket("server", 1, "REP", "e")
    clients = {number: f"client {number}" for number in (2, 3, 4)}
    for number, name in clients.items():
        tale.socket(name, number, "REQ", "e")
    asked, busy, waits = [], None, set()
    for turn in range(40):
        tale.pause(random.choice([0, MILLISECOND, 0.3]))
        free = [number for number in clients if number not in waits]
        if busy is not None and random.random() < 0.6:
            tale.message("server", 1, "sent", b"reply %d" % busy[1])
            tale.message(clients[busy[0]], busy[0], "received", b"reply %d" % busy[1])
            waits.discard(busy[0])
            busy = None
        elif busy is None and asked and random.random() < 0.6:
            busy = asked.pop(0)
            tale.message("server", 1, "received", b"request %d" % busy[1])
        elif free:
            number = random.choice(free)
            waits.add(number)
            asked.append((number, turn))
            tale.message(clients[number], number, "sent", b"request %d" % turn)
    left, landed, flights = {}, {}, {}
    for step in Playback().film(tale.events):
        verb, _, rest = (
            step.say.partition(" “")[0].rpartition(" ")[2],
            None,
            step.say.partition("“")[2].partition("”")[0],
        )
        if verb == "sends":
            left[rest] = step.at
        elif verb == "receives":
            landed[rest] = step.at
        flights |= {name: piece for name, piece in step.put.items() if name.startswith("pills/")}
    assert all(piece["from"] < piece["to"] for piece in flights.values())
    assert len(flights) == len(left)
    for text, at in landed.items():
        assert left[text] < at
        if text.startswith("reply"):
            assert landed[text.replace("reply", "request")] < left[text]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([2, 5, 1000]))
def test_no_report_that_a_publisher_dropped_is_said_to_wait(random, mark):
    tale = (
        Tale().socket("station", 1, "PUB", "e").note("station", kinds.HighWaterMark, 1, option="SNDHWM", messages=mark)
    )
    tale.socket("reader", 2, "SUB", "e", b"")
    pipe, counted, queue, scene, told, full = 0, 0, [], Scene(), 0, False
    for number in range(1, 80):
        if random.random() < 0.7:
            # libzmq counts what was taken off by the half of the mark, and looks again only now and then.
            full = pipe - counted >= mark
            if not full:
                pipe += 1
                queue.append(number)
            tale.message("station", 1, "sent", b"%d" % number)
        elif queue:
            tale.message("reader", 2, "received", b"%d" % queue.pop(0))
            taken = pipe - len(queue)
            if random.random() < 0.5:
                counted = max(counted, taken - taken % ((mark + 1) // 2))
        for event in tale.events[told:]:
            scene.apply(event)
        told = len(tale.events)
        held = {copy.frames[0] for copy in scene.pending.values() if copy.doubt is Doubt.NONE}
        assert held <= {b"%d" % one for one in queue}
        assert adds_up(scene, tale.events)
