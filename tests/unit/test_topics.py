"""Subscriptions by hand: set in the actor's own thread, shown as ZeroMQ has them, with what passed and what did not."""

import re

import pytest
import zmq
from zmqlab.course.publish_subscribe.topics import LONGEST, Topics
from zmqlab.record import events as kinds

from tests.unit.common import FakeLab, Showing, eventually, html_of, plain, shown, shown_by

ENDPOINT = "tcp://127.0.0.1:1"


def you(context, endpoint):
    """Receive what you subscribed to, for ever."""
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        while True:
            subscriber.recv_multipart()


def publisher(context, endpoint, messages):
    """Send what is said."""
    with context.socket(zmq.PUB) as socket:
        socket.bind(endpoint)
        for message in messages:
            socket.send_multipart(message)


def flood(context, endpoint):
    """Send without a pause."""
    with context.socket(zmq.PUB) as socket:
        socket.bind(endpoint)
        while True:
            socket.send_multipart([b"flood", b"x"])


class Story:
    """What a trace tells, event after event."""

    def __init__(self):
        self.time, self.totals = 0, {}

    def note(self, kind, actor="you", socket=None, **fields):
        self.time += 1
        return kind(self.time, actor, socket, **fields)

    def message(self, way, *frames, actor="you", socket=1, sizes=None):
        self.time += 1
        self.totals[socket] = self.totals.get(socket, 0) + 1
        sizes = sizes or tuple(map(len, frames))
        message = kinds.Sent(self.time, actor, socket, frames, sizes, self.totals[socket])
        return message if way == "sent" else kinds.Received(*message, self.time)

    def linked(self, *topics):
        """You, subscribed and linked to a publisher with socket 2."""
        events = [self.note(kinds.Started, function="you"), self.note(kinds.SocketMade, socket=1, type="SUB")]
        events += [self.note(kinds.Connected, socket=1, endpoint=ENDPOINT)]
        events += [self.note(kinds.Subscribed, socket=1, topic=topic) for topic in topics]
        events += [self.note(kinds.SocketMade, "publisher", 2, type="PUB")]
        events += [self.note(kinds.Bound, "publisher", 2, endpoint=ENDPOINT)]
        return [*events, self.note(kinds.LinkUp, socket=1, endpoint=ENDPOINT)]

    def published(self, *frames):
        return self.message("sent", *frames, actor="publisher", socket=2)


@pytest.fixture
def topics():
    return shown(FakeLab(), Topics("you", ["paris", "everything"]))


def names(topics):
    return [chip.description for chip in topics.chips.values()]


def do(asked_for):
    """Do what the pump does, once it has let its lock go."""
    for one in asked_for:
        one()


def enter(topics, text):
    """Do what the page does when a text is entered."""
    topics.boxes._handle_custom_msg({"type": "pressed", "texts": [text]}, [])


def test_chips_stand_for_what_zeromq_has_taken(topics):
    story = Story()
    assert names(topics) == ["+ paris", "+ everything"]
    enter(topics, "lon")
    assert topics.lab.asked == [("+", "you", b"lon")]
    assert topics.boxes.texts == [""]  # for the next one
    assert names(topics) == ["+ paris", "+ everything"]  # asked for, not there yet
    topics.tell(story.linked(b"lon"))
    assert names(topics) == ["+ paris", "+ everything", "lon ×"]
    topics.chips[False, b""].click()
    topics.chips[True, b"lon"].click()
    assert topics.lab.asked[-2:] == [("+", "you", b""), ("-", "you", b"lon")]
    topics.tell([story.note(kinds.Unsubscribed, socket=1, topic=b"lon")])
    topics.tell([story.note(kinds.Subscribed, socket=1, topic=b"")])
    assert names(topics) == ["+ paris", "everything ×"], "each in its place: no other comes under the pointer"
    topics.tell([story.note(kinds.Closed, socket=1)])
    assert names(topics) == ["+ paris", "+ everything"]


def test_a_message_shows_the_bytes_that_matched(topics):
    story, log = Story(), Showing(topics)
    log.tell(story.linked(b"p", b"paris", b"\xff", b"\xc3"))
    log.tell([story.message("received", b"paris-nord", "19 °C".encode())])
    assert '<mark class="zl-match">paris</mark>-nord │ 19 °C' in log.html
    log.tell([story.message("received", b"\xff\xfe")])
    assert '<mark class="zl-match">ff</mark> fe' in log.html
    log.tell([story.message("received", "é".encode())])  # the subscription ends within this letter
    assert "<div>é</div>" in log.html
    log.tell([story.message("received", b"paris")])
    assert '<mark class="zl-match">paris</mark></div>' in log.html
    assert log.plain.startswith("|received 4|||paris|||é|")  # the newest on top


def test_what_stayed_at_the_publisher_is_told_of_recorded_publishers_only(topics):
    story, log = Story(), Showing(topics)
    log.tell(story.linked(b"paris"))
    log.tell([story.published(b"paris", b"21"), story.published(b"oslo", b"4"), story.published(b"par", b"?")])
    assert "|2 stayed at the publisher: you never saw them. The last: par │ ?|||par │ ?||oslo │ 4|" in log.plain
    log.tell([story.note(kinds.LinkDown, socket=1, endpoint=ENDPOINT), story.published(b"oslo", b"5")])
    assert "2 stayed" in log.plain  # without a link it is lost, which is another thing
    log.tell([story.note(kinds.LinkUp, socket=1, endpoint=ENDPOINT)])
    log.tell([kinds.Counted(story.time, "publisher", 2, 100, 0), story.published(b"oslo", b"6")])
    assert "at least 3 stayed" in log.plain


def test_a_publisher_in_another_program_is_said_to_be_unknown(topics):
    story, log = Story(), Showing(topics)
    *yours, link = [event for event in story.linked(b"") if event.actor == "you"]
    log.tell([*yours, link._replace(ours="127.0.0.1:7", theirs="127.0.0.1:1")])
    assert "what stayed there is not recorded" in log.plain
    log.tell([story.message("received", b"x"), kinds.Counted(story.time, "you", 1, 0, 5000)])
    assert "what stayed there is not recorded" in log.plain
    assert "received 5,000" in log.plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "If you mean it, press the chip"),
        ("x" * (LONGEST + 1), "That is 65 bytes. This box subscribes to 64 at most"),
        ("\ud83e", "part of a character"),
    ],
)
def test_what_cannot_be_subscribed_to_is_said_in_words(text, words):
    topics = shown(FakeLab(), Topics("you"))
    enter(topics, text)
    assert words in topics.note.value
    assert topics.lab.asked == []
    assert names(topics) == (["+ everything"] if not text else [])


@pytest.mark.parametrize("text", [" ", "🦜", "<script>alert(1)</script>", "x" * LONGEST])
def test_any_text_is_shown_as_text(topics, text):
    story, log = Story(), Showing(topics)
    enter(topics, text)
    assert topics.lab.asked == [("+", "you", text.encode())]
    log.tell(story.linked(text.encode()))
    assert names(topics)[-1].startswith(text[:20])
    log.tell([story.message("received", text.encode(), b"<b>"), story.published(b"<i>", b"&")])
    assert "<script" not in log.html
    assert "&lt;b&gt;" in log.html
    assert "&lt;i&gt; │ &amp;" in log.html
    enter(topics, text)
    assert "is subscribed already" in topics.note.value
    assert "<script" not in topics.note.value


def test_an_actor_that_is_gone_is_said_without_markup():
    topics = shown(FakeLab("The <b>you</b> is gone."), Topics("you"))
    enter(topics, "x")
    assert "&lt;b&gt;you&lt;/b&gt; is gone." in topics.note.value


def test_a_new_socket_of_the_same_function_gets_them_again_and_of_another_function_none(topics):
    story = Story()
    topics.tell(story.linked())
    enter(topics, "paris")
    enter(topics, "lon")
    topics.tell([story.note(kinds.Subscribed, socket=1, topic=topic) for topic in (b"paris", b"lon")])
    topics.unsubscribe(b"lon")
    topics.tell([story.note(kinds.Closed, socket=1), story.note(kinds.Stopped)])
    assert "Started again, it gets them again" in topics.note.value
    assert names(topics) == ["+ paris", "+ everything"]
    topics.lab.asked.clear()
    do(topics.tell([story.note(kinds.Started, function="you"), story.note(kinds.SocketMade, socket=3, type="SUB")]))
    assert topics.lab.asked == [("+", "you", b"paris")]
    assert "These were set again: paris." in topics.note.value
    do(topics.tell([story.note(kinds.Started, function="another"), story.note(kinds.SocketMade, socket=4, type="SUB")]))
    assert len(topics.lab.asked) == 1


@pytest.mark.parametrize("process", [False, True])
def test_a_subscription_reaches_the_socket_and_filters_at_the_publisher(lab, process):
    lab.start(publisher)
    lab.start(you, process=process)
    topics = shown_by(lab, Topics("you", suggest=["paris", "everything"]))
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.LinkUp)])
    topics.chips[False, b"paris"].click()
    eventually(lambda: "paris ×" in names(topics))

    def say_until_received(*frames):
        # PUB cannot see its subscriptions: say it until it comes.
        before = len(lab["you"].messages("received"))
        eventually(lambda: lab["publisher"].say(list(frames)) or len(lab["you"].messages("received")) > before)

    say_until_received(b"paris-nord", b"19")
    lab["publisher"].say([b"oslo", b"4"])
    eventually(lambda: "1 stayed at the publisher" in html_of(topics))
    assert '<mark class="zl-match">paris</mark>-nord │ 19' in html_of(topics)
    assert not [m for m in lab["you"].messages() if m.frames[0] == b"oslo"]
    lab["you"].restart()
    eventually(lambda: "These were set again: paris." in topics.note.value)
    say_until_received(b"paris", b"20")
    eventually(lambda: "|paris| │ 20" in plain(html_of(topics)))
    topics.chips[True, b"paris"].click()
    eventually(lambda: "paris ×" not in names(topics))
    lab["you"].stop()
    enter(topics, "lon")
    assert "not at work any more" in topics.note.value


def _received(topics):
    """How many messages the control says were received."""
    return int(re.search(r"received ([\d,]+)", html_of(topics))[1].replace(",", ""))


def test_subscriptions_change_while_messages_flood_in(lab):
    lab.start(flood)
    lab.start(you)
    topics = shown_by(lab, Topics("you", suggest=["everything"]))
    eventually(lambda: topics._mine)
    topics.subscribe(b"")
    eventually(lambda: "received" in html_of(topics) and _received(topics) > 1000)
    topics.unsubscribe(b"")
    eventually(lambda: names(topics) == ["+ everything"])


def test_a_control_made_late_knows_who_is_there(lab):
    lab.trace.capacity = 100
    lab.start(publisher)
    lab.start(you)
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.LinkUp)])
    lab["you"].subscribe(b"paris")
    eventually(lambda: [e for e in lab.trace.controls() if isinstance(e, kinds.Subscribed)])
    for number in range(300):
        lab["publisher"].say([b"oslo %d" % number])
    eventually(lambda: lab.trace.events() and lab.trace.dropped)
    assert not [e for e in lab.trace.events() if isinstance(e, kinds.Subscribed)]  # it is folded away
    topics = shown_by(lab, Topics("you"))
    assert names(topics) == ["paris ×"]
    eventually(lambda: "stayed at the publisher" in html_of(topics))


# what it counts


def test_it_counts_the_present_run_only_as_the_box_of_the_picture_does(topics):
    story, log = Story(), Showing(topics)
    log.tell([*story.linked(b"paris"), story.message("received", b"paris"), story.published(b"oslo")])
    assert "received 1" in log.plain
    assert "1 stayed" in log.plain
    log.tell([story.note(kinds.Closed, socket=1), story.note(kinds.Stopped)])
    assert "received 1" in log.plain  # as the box, which stays, pale
    log.tell([story.note(kinds.Started, function="you")])
    assert "received 0" in log.plain
    assert "1 stayed" not in log.plain
    log.tell([story.note(kinds.SocketMade, socket=3, type="SUB"), story.note(kinds.Subscribed, socket=3, topic=b"")])
    log.tell([story.message("received", b"oslo", socket=3)])
    assert "received 1" in log.plain
    assert log.plain.startswith("|received 1||oslo|||paris|")  # lines stay


def test_a_socket_that_is_closed_counts_until_another_takes_its_place(topics):
    story, log = Story(), Showing(topics)
    log.tell([*story.linked(b""), story.message("received", b"x"), story.published(b"lost with it")])
    log.tell([story.note(kinds.Closed, socket=1)])
    assert log.scene.lost  # so that the scene still remembers the socket when another comes
    assert "received 1" in log.plain
    log.tell([story.note(kinds.SocketMade, socket=3, type="SUB")])
    assert "received 0" in log.plain


def test_what_comes_by_another_kind_of_socket_or_is_told_by_a_monitor_is_none_of_its_messages(topics):
    story, log = Story(), Showing(topics)
    log.tell([*story.linked(b""), story.note(kinds.SocketMade, socket=5, type="PULL")])
    log.tell([story.message("received", b"task", socket=5), story.message("received", b"\x01\x00", b"e", socket=77)])
    assert log.plain == "|received 0|"
