"""Outputs: what controls show of what happened is part of the film. It steps back with it, and says what its events say."""

import copy
import re
from collections import Counter
from functools import partial
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zmqlab.course.pipeline.bars import Bars
from zmqlab.course.publish_subscribe.topic_log import TopicLog
from zmqlab.course.queues_and_limits.figures import QUEUES, Figures, QueueGauges
from zmqlab.course.start_here.place import whereabouts
from zmqlab.page.beginning import so_far
from zmqlab.picture.cast import Cast
from zmqlab.picture.log import Log
from zmqlab.picture.outputs import LINES, AboutAnActor, Lines, Outputs, line
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.words import actor_condition
from zmqlab.record import events as kinds

from tests.soak import dice, soak
from tests.unit.common import in_order, plain
from tests.unit.test_random_histories import History
from tests.unit.test_scene import Story

STOP = "has come to a stop by a fault of its own"


def condition(actor):
    return AboutAnActor(actor, actor_condition)


def place(actor):
    return AboutAnActor(actor, partial(whereabouts, kernel=4711))


class Counting:
    """An output that says how many events it was told. It fails at the one of a number."""

    def __init__(self, fails_at=None):
        self.told, self.fails_at = 0, fails_at

    def begin(self, scene):
        return self._say()

    def apply(self, event, scene):
        self.told += 1
        return self._say()

    def _say(self):
        if self.told == self.fails_at:
            raise ValueError("<b>")
        return {"1": line(f"{self.told} told")}


class Mute:
    """An output that gives back no changes at all."""

    def begin(self, scene):
        return None

    apply = begin


def request():
    """A client that asks, and a server that answers."""
    story = Story().note("server", kinds.Started).note("client", kinds.Started)
    story.socket("server", 1, "REP", "tcp://127.0.0.1:1").socket("client", 2, "REQ", "tcp://127.0.0.1:1")
    story.message("client", 2, "sent", b"tea").message("server", 1, "received", b"tea")
    return story.message("server", 1, "sent", b"TEA").message("client", 2, "received", b"TEA").events


def film(events, *outputs):
    """Yield each event of a film with the pieces that a page has then, having applied the steps that tell it."""
    playback = Playback(outputs=outputs)
    pieces = dict(playback.pieces)
    for event, steps in playback.event_by_event(events):
        for step in steps:
            put_and_drop(pieces, step)
        yield event, pieces, playback.scene


def put_and_drop(pieces, step):
    """Do what a page does when it goes over a step. Returns what takes that back."""
    before = {name: pieces.get(name) for name in [*step.drop, *step.put]}
    for name in step.drop:
        pieces.pop(name, None)
    pieces |= step.put
    return before


def take_back(pieces, before):
    for name, piece in before.items():
        pieces.pop(name, None)
        if piece is not None:
            pieces[name] = piece


def outputs_in(pieces):
    return {name: piece for name, piece in pieces.items() if name.startswith("outputs/")}


# one that fails


@pytest.mark.parametrize("fails_at", [0, 1, 3])
def test_an_output_that_fails_says_so_where_it_stands_and_the_others_go_on(fails_at, capsys):
    events = request()
    outputs = [Counting(), Counting(fails_at), Counting()]
    *_, (_, pieces, _) = film(events, *outputs)
    for place in (0, 2):
        assert in_order(pieces, place) == [f'<div class="">{len(events)} told</div>']
    alert, *last = in_order(pieces, 1)
    assert STOP in alert
    assert 'role="alert"' in alert
    assert "ValueError: &lt;b&gt;" in alert
    assert "run its cell again" in alert
    assert last == ([f'<div class="">{fails_at - 1} told</div>'] if fails_at else [])
    assert outputs[1].told == fails_at  # it is asked no more
    assert capsys.readouterr().err == ""  # in a kernel that would stand below the cell that runs


def test_an_output_that_gives_back_no_changes_has_failed_too():
    *_, (_, pieces, _) = film(request(), Counting(), Mute())
    assert STOP in in_order(pieces, 1)[0]
    assert in_order(pieces, 0) == [f'<div class="">{len(request())} told</div>']


@pytest.mark.parametrize("told_in_the_film", [3, 100])
@pytest.mark.parametrize("fails_at", [None, 0, 2])
def test_a_panel_that_is_made_late_tells_its_outputs_all_of_it(fails_at, told_in_the_film, monkeypatch):
    monkeypatch.setattr("zmqlab.page.beginning.TOLD", told_in_the_film)
    events, outputs = request(), [Counting(fails_at), Counting()]
    playback, past = so_far(events, Cast(), outputs)
    pieces = dict(past.told()["base"])
    for step in past._steps:
        put_and_drop(pieces, step)
    assert outputs_in(pieces) == outputs_in(playback.pieces)
    assert in_order(pieces, 1) == [f'<div class="">{len(events)} told</div>']
    assert (STOP in "".join(in_order(pieces, 0))) == (fails_at is not None)
    assert outputs[1].told == len(events)


class Looking(Counting):
    """An output that says how many events it was told, whenever the picture is drawn. It fails at the look of a number."""

    looked = 0

    def apply(self, event, scene):
        self.told += 1
        return {}

    def look(self, scene):
        self.looked += 1
        if self.looked == self.fails_at:
            raise ValueError("<b>")
        return {"1": line(f"{self.told} told")}


def flood(story, messages):
    """Have so many messages sent and received within a tenth of a second."""
    for number in range(messages):
        story.message("v", 1, "sent", b"%d" % number).message("w", 2, "received", b"%d" % number)
    first, last = story.events[0].time, story.events[-1].time
    return [event._replace(time=first + (event.time - first) * 100_000_000 // (last - first)) for event in story.events]


def test_in_a_flood_an_output_is_told_all_and_looks_as_often_as_the_picture_is_drawn():
    story = Story().socket("v", 1, "PUSH", "tcp://127.0.0.1:1").socket("w", 2, "PULL", "tcp://127.0.0.1:1")
    output, playback = Looking(), None
    playback = Playback(outputs=[output])
    events = flood(story, 2_000)
    for at in range(0, len(events), 1_000):
        playback.tell(events[at : at + 1_000], events[at].time)
    assert output.told == len(events)
    assert output.looked < len(events) / 10
    assert in_order(playback.pieces) == [f'<div class="">{len(events)} told</div>']


def test_an_output_that_fails_as_it_looks_says_so_too(capsys):
    *_, (_, pieces, _) = film(request(), Looking(fails_at=5), Counting())
    assert STOP in in_order(pieces)[0]
    assert in_order(pieces, 1) == [f'<div class="">{len(request())} told</div>']
    assert capsys.readouterr().err == ""


# lines


def test_each_line_is_a_piece_the_newest_on_top_and_fifty_are_kept():
    log, pieces = Lines(), {}
    for number in range(1, 3 * LINES):
        for name, html in log.add(str(number)).items():
            if html is None:
                del pieces[name]
            else:
                pieces[name] = html
        newest_first = [pieces[name] for name in sorted(pieces)]
        assert newest_first == [str(one) for one in range(number, max(0, number - LINES), -1)]


def test_a_log_keeps_its_last_fifty_messages_in_the_film_too():
    story = Story().socket("you", 1, "PUSH", "tcp://127.0.0.1:1")
    for number in range(LINES + 20):
        story.message("you", 1, "sent", b"%d" % number)
    *_, (_, pieces, _) = film(story.events, Log("you"))
    assert [plain(one).strip("|→ ") for one in in_order(pieces)] == [str(n) for n in range(LINES + 19, 19, -1)]


def test_a_log_says_of_who_wants_the_next_text_that_no_reply_is_waited_for_any_more():
    story = Story().socket("you", 1, "REQ", "tcp://127.0.0.1:1").message("you", 1, "sent", b"old")
    story.note("you", kinds.Waits, 1, call="recv").note("you", kinds.GoesOn, 1).note("you", kinds.WaitsForYou)
    *_, (_, pieces, _) = film(story.events, Log("you"))
    assert [plain(one).strip("|") for one in in_order(pieces)] == ["✗ no reply for 0.0 s: given up", "→ old"]


# stepping back


def every_output():
    """One of each kind, for the actors of a random history."""
    return [
        *(Log(name) for name in ("a", "you")),
        *(TopicLog(name) for name in ("a", "you")),
        Bars("a", "b", 3),
        QueueGauges("a"),
        condition("c"),
        place("you"),
    ]


class Measuring(History):
    """A random history in which things are measured, and pressed, too."""

    def __init__(self, random):
        super().__init__(random)
        self.steps += [self.measure, self.press]

    def measure(self, number):
        values = (*(self.random.randint(-1, 99) for _ in Figures._fields[:6]), 10, 1_000, 1)
        self.note(self.open[number][0], kinds.Measured, number, name=QUEUES, values=values)

    def press(self, number):
        self.note(self.open[number][0], kinds.Pressed, button="Push")


def test_no_history_breaks_an_output_and_steps_taken_back_show_what_was_before():
    for number in range(soak(40, 400)):
        random = dice(f"outputs {number}")
        events, outputs = Measuring(random).write(), every_output()
        playback = Playback(outputs=outputs)
        pieces, seen = dict(playback.pieces), []
        while events:
            size = random.choice([1, 1, 3, 20])
            batch, events = events[:size], events[size:]
            for step in playback.tell(batch, batch[-1].time):
                was = dict(pieces)
                seen.append((was, put_and_drop(pieces, step)))
            assert outputs_in(pieces) == playback.outputs.pieces, f"history {number}"
        assert len(playback.outputs._outputs) == len(outputs), f"history {number}: {playback.outputs.pieces}"
        for was, before in reversed(seen):
            take_back(pieces, before)
            assert pieces == was, f"history {number}"


def test_the_same_events_give_the_same_pieces_however_they_are_told():
    for number in range(soak(10, 100)):
        events = Measuring(dice(f"same {number}")).write()
        outputs, scene = Outputs(every_output()), Scene()
        outputs.begin(scene)
        for event in events:
            scene.apply(event, one_by_one=True)
            outputs.apply(event, scene)
            while scene.gives_up:
                scene.lose_next()
        playback = Playback(outputs=every_output())
        playback.tell(events, events[-1].time)
        assert playback.outputs.pieces == outputs.pieces


def test_an_output_keeps_nothing_of_the_scene():
    for number in range(soak(5, 50)):
        outputs, scene = Outputs(every_output()), Scene()
        outputs.begin(scene)
        for event in Measuring(dice(f"keeps {number}")).write():
            scene.apply(event)
            outputs.apply(event, copy.deepcopy(scene))  # another one each time
        assert len(outputs._outputs) == len(every_output())


# one moment: what the outputs say is what the events say, at every step


def numbers(words, text):
    """Return the number in some words of a text, or 0."""
    found = re.search(words.replace("#", r"([\d,]+)"), text)
    return int(found[1].replace(",", "")) if found else 0


TOPICS = [b"", b"p", b"pa", b"lon"]
HEADS = [b"p", b"pa", b"paris", b"london", b"oslo"]
DEEDS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(HEADS)),
    st.tuples(st.just("subscribe"), st.sampled_from(TOPICS)),
    st.tuples(st.just("unsubscribe"), st.sampled_from(TOPICS)),
    st.tuples(st.sampled_from(["receive", "restart"]), st.none()),
)


class Subscriber:
    """A world of a publisher and one subscriber, that keeps ZeroMQ's rules, and counts for itself."""

    def __init__(self):
        self.story, self.number, self.counts = Story(), 1, []
        self.story.note("publisher", kinds.Started).socket("publisher", 1, "PUB", "tcp://127.0.0.1:1")
        self.received = self.stayed = 0
        self.begin()

    def begin(self):
        self.number, self.queue, self.topics = self.number + 1, [], Counter()
        self.received = self.stayed = 0
        self.story.note("you", kinds.Started).socket("you", self.number, "SUB", "tcp://127.0.0.1:1")

    def publish(self, head):
        self.story.message("publisher", 1, "sent", head, b"%d" % len(self.story.events))
        if any(head.startswith(topic) for topic in +self.topics):
            self.queue.append(self.story.events[-1].frames)
        else:
            self.stayed += 1

    def subscribe(self, topic):
        self.topics[topic] += 1
        self.story.note("you", kinds.Subscribed, self.number, topic=topic)

    def unsubscribe(self, topic):
        if self.topics[topic]:
            self.topics[topic] -= 1
            self.story.note("you", kinds.Unsubscribed, self.number, topic=topic)

    def receive(self, _):
        if self.queue:
            self.story.message("you", self.number, "received", *self.queue.pop(0))
            self.received += 1

    def restart(self, _):
        self.story.note("you", kinds.Closed, self.number).note("you", kinds.Stopped)
        self.begin()

    def do(self, deeds):
        for name, what in deeds:
            getattr(self, name)(what)
            self.counts.append((len(self.story.events), self.received, self.stayed))


@given(st.lists(DEEDS, max_size=25))
def test_at_any_step_a_subscribers_counts_are_those_of_the_events_and_of_the_picture(deeds):
    world = Subscriber()
    world.do(deeds)
    expected = {told: counts for told, *counts in world.counts}
    for told, (event, pieces, scene) in enumerate(film(world.story.events, TopicLog("you")), 1):
        said = plain("".join(in_order(pieces)))
        received, stayed = numbers(r"received #", said), numbers(r"# stayed at", said)
        if event is not None and told in expected:
            assert [received, stayed] == expected[told]
        mine = [one for one in scene.sockets.values() if one.actor == "you" and not one.former]
        assert received == sum(one.received for one in mine)
        assert stayed == sum(scene.sockets[1].filtered[one.number] for one in mine)
        if not any(name == "restart" for name, _ in deeds):
            totals = scene.totals()
            assert (received, stayed) == (totals["received"], totals["filtered"])


WORKERS = {"worker 1": 3, "worker 2": 4, "worker 3": 5}
WORK = st.one_of(
    st.tuples(st.sampled_from(["result", "die", "start"]), st.sampled_from(sorted(WORKERS))),
    st.tuples(st.sampled_from(["press", "sink"]), st.just("")),
)


@given(st.lists(WORK, max_size=30))
def test_at_any_step_the_bars_are_what_each_worker_has_sent_since_its_batch_began(work):
    story = Story().note("ventilator", kinds.Started).note("sink", kinds.Started)
    story.socket("ventilator", 1, "PUSH", "tcp://127.0.0.1:1").socket("sink", 2, "PULL", "tcp://127.0.0.1:2")
    for name in WORKERS:
        story.note(name, kinds.Started)
        story.note(name, kinds.SocketMade, WORKERS[name], type="PUSH")
    alive, ever_dead = set(WORKERS), set()
    for what, who in work:
        match what:
            case "press":
                story.note("ventilator", kinds.Pressed, button="Push")
            case "sink":
                story.note("sink", kinds.Started)
            case "result" if who in alive:
                story.message(who, WORKERS[who], "sent", b"%d" % len(story.events))
            case "die" if who in alive:
                story.note(who, kinds.Died)
                alive.discard(who)
                ever_dead.add(who)
            case "start" if who not in alive:
                story.note(who, kinds.Started)
                alive.add(who)
    done, pressed = Counter(), False
    for event, pieces, scene in film(story.events, Bars("ventilator", "sink", 4)):
        if isinstance(event, kinds.Pressed) and not pressed:
            done, pressed = Counter(), True  # what is pushed later belongs to it: no result ever comes
        elif isinstance(event, kinds.Sent) and pressed:
            done[event.actor] += 1
        said = plain("".join(in_order(pieces)))
        for name in WORKERS.keys() & scene.actors.keys():
            ending = " done" if scene.actors[name].alive else ", died"
            assert f"|{name}|" in said
            assert re.search(rf"\|{name}\|+{done[name]}{ending}\|", said), said
        assert ("results" in said) == pressed


ANEW = ()
"""In place of figures: they are of sockets that are closed."""


@given(st.lists(st.one_of(st.integers(0, 99), st.sampled_from(["sent", "waits", "made"])), max_size=30))
def test_at_any_step_the_gauges_are_what_was_measured_last(happens):
    story, number = Story().socket("sender", 1, "PUSH", "tcp://127.0.0.1:1"), 1
    for one in happens:
        match one:
            case "sent":
                story.message("sender", number, "sent", b"x")
            case "waits":
                story.note("sender", kinds.Waits, number, call="send")
            case "made":
                story.note("sender", kinds.Closed, number)
                number += 1
                story.socket("sender", number, "PUSH", "tcp://127.0.0.1:1")
            case _:
                values = tuple(Figures(one, one + 1, one + 2, one + 3, one + 4, 0, 10, 1_000))
                story.note("sender", kinds.Measured, number, name=QUEUES, values=values)
    last, waits = None, False  # whether a socket of its waits now
    for event, pieces, _ in film(story.events, QueueGauges("sender")):
        if isinstance(event, kinds.Measured):
            last = event.values
        elif event is not None and not isinstance(event, kinds.LinkUp):
            waits = isinstance(event, kinds.Waits)
            if isinstance(event, kinds.SocketMade) and last is not None:
                last = ANEW
        said = unescape(plain("".join(in_order(pieces))))
        if last is None:
            assert said == ""
            continue
        if last is ANEW:
            assert "begun anew" in said
            assert said.count("–") == 3
            assert "(mark" not in said
            continue
        where = list(last[2:5])
        assert not ("waits in send()" in said and not waits)
        assert [
            numbers(words, said) for words in (r"queue\|+# \(mark", r"kernel\|+# \(", r"reader's queue\|+# \(")
        ] == where


@pytest.mark.parametrize("since", [0, 1, 30])
def test_while_a_publisher_drops_its_gauge_says_what_the_picture_says(since):
    story = Story().socket("sender", 1, "PUB", "tcp://127.0.0.1:1").socket("reader", 2, "SUB", "tcp://127.0.0.1:1", b"")
    story.note("sender", kinds.HighWaterMark, 1, option="SNDHWM", messages=10)
    story.note("sender", kinds.Counted, 1, sent=100, received=0)
    values = tuple(Figures(100, 0, 85, 10, 5, 70, 10, 1_000))
    story.note("sender", kinds.Measured, 1, name=QUEUES, values=values)
    if since:
        story.note("sender", kinds.Counted, 1, sent=100 + since, received=0)
    playback = Playback(outputs=[QueueGauges("sender")])
    playback.tell(story.events, story.events[-1].time)
    assert f"{85 + since} waiting or dropped" in playback.pieces["notes/sender"]
    said = plain("".join(in_order(playback.pieces)))
    assert numbers(r"waiting or dropped\|+#\|", said) == 85 + since


def test_once_all_is_known_to_be_dropped_its_gauge_says_so():
    story = Story().socket("sender", 1, "PUB", "tcp://127.0.0.1:1").socket("reader", 2, "SUB", "tcp://127.0.0.1:1", b"")
    story.note("sender", kinds.Counted, 1, sent=100, received=0).note("reader", kinds.Counted, 2, sent=0, received=15)
    story.note("sender", kinds.Measured, 1, name=QUEUES, values=tuple(Figures(100, 15, 85, 0, 0, 74, 10, 1_000)))
    story.note("reader", kinds.Waits, 2, call="recv")
    playback = Playback(outputs=[QueueGauges("sender")])
    playback.tell(story.events, story.events[-1].time)
    assert "waiting or dropped" in plain("".join(in_order(playback.pieces)))
    playback.tell([], story.events[-1].time + 1_000_000_000)
    said = plain("".join(in_order(playback.pieces)))
    assert "85 not delivered" in playback.pieces["totals"]
    assert "waiting or dropped" not in said
    assert numbers(r"\|dropped\|+#\|", said) == 85


# no text becomes markup

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' & \" < >", "</div></svg>", "&lt;b&gt;"]


class Reader(HTMLParser):
    """Reads HTML: its tags, the names and values of attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = Counter(), {}, ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)

    def handle_data(self, data):
        self.text += data


def hostile_story(text):
    """What happens to an actor with such a name, everything that is told of it in these words."""
    raw = text.encode()
    story = Story().note(text, kinds.Started, function=text)
    story.note("v", kinds.Started).socket("v", 1, "PUB", "tcp://127.0.0.1:1")
    story.socket(text, 2, "SUB", "tcp://127.0.0.1:1", raw).socket(text, 3, "PUSH", "tcp://127.0.0.1:3")
    story.note("v", kinds.Pressed, button=text)
    story.message("v", 1, "sent", raw, raw).message(text, 2, "received", raw, raw).message(
        "v", 1, "sent", b"other" + raw
    )
    story.note(text, kinds.Subscribed, 2, topic=b"").message(text, 2, "received", b"x" + raw, raw)
    story.message(text, 3, "sent", raw, b"\xff" + raw)
    story.note(text, kinds.Measured, 3, name=QUEUES, values=tuple(Figures(9, 8, 7, 6, 5, 4, 3, 2)))
    story.note(text, kinds.Waits, 3, call="send")
    story.note(text, kinds.Refused, 3, call=text, why=text, error=text).note(text, kinds.Armed, fault=text)
    return story.note(text, kinds.Failed, error=text, why=text)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", [Log, TopicLog, QueueGauges, condition, place, None])
def test_no_text_of_a_message_or_of_a_name_becomes_markup(text, kind):
    output = Bars("v", "sink", 2) if kind is None else kind(text)
    said = ""
    for _, pieces, _ in film(hostile_story(text).events, output):
        html = "".join(in_order(pieces))
        read = Reader(html)
        assert STOP not in html
        assert set(read.tags) <= {"div", "span", "mark", "svg", "line", "polygon", "text"}
        handlers = {"src", "href", "id", *(name for name in read.attributes if name.startswith("on"))}
        assert not handlers & set(read.attributes)
        assert not any(text in (value or "") for name in ("class", "style") for value in read.attributes.get(name, []))
        said += read.text
    assert text in said or isinstance(output, QueueGauges)  # it is there, as text
    if isinstance(output, QueueGauges):
        assert f"{text} waits in send()" in said
