"""A broker between: who stands where, what its own code holds, whom a ROUTER names, and what is no message."""

import pytest
import zmq
from zmqlab import Lab
from zmqlab.course.brokers.actors import client, worker
from zmqlab.course.brokers.orders import CLIENTS, EACH, WORKERS, Orders
from zmqlab.course.brokers.tally import Tally
from zmqlab.picture.drawing import still
from zmqlab.picture.layout import lay_out
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.words import counts, event_words, totals_words
from zmqlab.record import events as kinds

from tests.unit.common import Showing, eventually, shown_by
from tests.unit.test_scene import Story

CLIENTS_SIDE, WORKERS_SIDE = "tcp://127.0.0.1:5", "tcp://127.0.0.1:6"
HERE = "tcp://127.0.0.1:8"
MADE_UP = b"\x00\xba\x95\xf8t"
"""A name that a ROUTER has made up."""
SECOND = 1_000_000_000


def two_routers(*clients):
    """A broker with a ROUTER at both its sides: 1 and 2; workers 11 and 12, which have said READY; clients from 21 on."""
    story = Story().socket("broker", 1, "ROUTER", CLIENTS_SIDE).socket("broker", 2, "ROUTER", WORKERS_SIDE)
    for number, name in ((11, "worker 1"), (12, "worker 2")):
        story.socket(name, number, "REQ", WORKERS_SIDE).message(name, number, "sent", b"READY")
    for name in (b"one", b"two"):
        story.message("broker", 2, "received", name, b"", b"READY")
    for number, name in enumerate(clients, 21):
        story.socket(name, number, "DEALER", CLIENTS_SIDE)
    return story


def asks(story, name, number, text):
    story.message(name, number, "sent", b"", text)
    return story.message("broker", 1, "received", name.encode(), b"", text)


def given(story, to, name, text):
    return story.message("broker", 2, "sent", to, b"", name.encode(), b"", text)


def held(scene):
    return scene.passing.number_at(scene.sockets[1])


# --- who stands where ---


def test_clients_stand_before_a_broker_and_workers_behind_it_also_where_workers_send_first():
    boxes = lay_out(two_routers("anna", "ben").scene).boxes
    columns = {name: box.x for name, box in boxes.items()}
    assert columns["anna"] == columns["ben"] < columns["broker"] < columns["worker 1"] == columns["worker 2"]


def test_its_two_routers_face_both_ways_and_so_they_are_called():
    scene = two_routers("anna").scene
    spots = lay_out(scene).spots
    assert (spots[1].side, spots[2].side, spots[11].side) == (-1, 1, -1)
    assert "left ROUTER" in still(scene)
    assert "right ROUTER" in still(scene)


def test_the_only_router_of_an_actor_stands_where_it_always_stood():
    story = Story().socket("server", 1, "ROUTER", CLIENTS_SIDE).socket("anna", 2, "DEALER", CLIENTS_SIDE)
    boxes = lay_out(story.scene).boxes
    assert boxes["anna"].x < boxes["server"].x


def test_two_brokers_in_a_row_make_four_columns():
    story = Story().socket("near", 1, "ROUTER", CLIENTS_SIDE).note("near", kinds.SocketMade, 2, type="DEALER")
    story.note("near", kinds.Bound, 2, endpoint="tcp://127.0.0.1:7").note("far", kinds.SocketMade, 3, type="ROUTER")
    story.note("far", kinds.Connected, 3, endpoint="tcp://127.0.0.1:7").note("far", kinds.SocketMade, 4, type="DEALER")
    story.note("far", kinds.Bound, 4, endpoint=WORKERS_SIDE).note("worker", kinds.SocketMade, 5, type="REP")
    story.note("worker", kinds.Connected, 5, endpoint=WORKERS_SIDE).socket("anna", 6, "DEALER", CLIENTS_SIDE)
    boxes = lay_out(story.scene).boxes
    across = [boxes[name].x for name in ("anna", "near", "far", "worker")]
    assert across == sorted(set(across))


# --- what its own code holds ---


def test_what_was_received_and_not_sent_on_is_held_and_said_so():
    story = two_routers("anna", "ben")
    for name, number, text in (("anna", 21, b"a1"), ("ben", 22, b"b1"), ("anna", 21, b"a2")):
        asks(story, name, number, text)
    given(story, b"one", "anna", b"a1")
    assert held(story.scene) == 2
    assert "holds 2: not sent on" in still(story.scene)
    given(story, b"two", "ben", b"b1")
    assert held(story.scene) == 1


def test_before_anything_was_sent_on_nobody_claims_that_something_is_held():
    assert held(asks(two_routers("anna"), "anna", 21, b"a1").scene) == 0


def test_what_a_worker_tells_the_broker_itself_is_not_held():
    story = asks(two_routers("anna"), "anna", 21, b"a1")
    given(story, b"one", "anna", b"a1").message("worker 1", 11, "received", b"anna", b"", b"a1")
    story.message("worker 1", 11, "sent", b"anna", b"", b"A1").message(
        "broker", 2, "received", b"one", b"", b"anna", b"", b"A1"
    )
    story.message("broker", 1, "sent", b"anna", b"", b"A1")
    scene = story.scene
    assert scene.passing.number_at(scene.sockets[2]) == 0


def replies(story, worker, name, text):
    """A worker's reply to a client comes to the broker."""
    number = {b"one": 11, b"two": 12}[worker]
    story.message(f"worker {number - 10}", number, "received", name.encode(), b"", text.lower())
    story.message(f"worker {number - 10}", number, "sent", name.encode(), b"", text)
    return story.message("broker", 2, "received", worker, b"", name.encode(), b"", text)


def last_words(events):
    """What a film that is told whole says below the broker after each of its events."""
    playback, said = Playback(Scene()), []
    playback.begin(events)
    for _ in playback.event_by_event(events):
        said.append(playback.pieces.get("notes/broker", ""))
    return said


def test_a_film_that_is_told_whole_says_of_the_first_request_that_it_is_held():
    story = asks(two_routers("anna"), "anna", 21, b"a1")
    asked = len(story.events)
    given(story, b"one", "anna", b"a1")
    said = last_words(story.events)
    assert "holds 1: not sent on" in said[asked - 1]
    assert not any("not sent on" in words for words in [*said[: asked - 1], *said[asked:]])


def test_in_a_film_nobody_claims_that_what_a_worker_tells_the_broker_is_held():
    story = asks(two_routers("anna"), "anna", 21, b"a1")
    replies(given(story, b"one", "anna", b"a1"), b"one", "anna", b"A1")
    story.message("broker", 1, "sent", b"anna", b"", b"A1")
    said = last_words(story.events)
    assert ["holds 1: not sent on" in words for words in said].count(True) == 2  # the request, and the reply
    assert not any("holds 2" in words for words in said)


def test_nor_where_the_broker_takes_that_for_a_reply():
    """It sends one frame into a ROUTER: that is an address, and no message."""
    said = last_words(two_routers("anna").message("broker", 1, "sent", b"READY").events)
    assert not any("not sent on" in words for words in said)


def test_a_reply_carries_an_address_and_so_the_first_one_is_held_for_all_to_see():
    story = asks(two_routers("anna"), "anna", 21, b"a1")
    replies(given(story, b"one", "anna", b"a1"), b"one", "anna", b"A1")
    scene = story.scene
    assert scene.passing.number_at(scene.sockets[2]) == 1
    assert "holds 1: not sent on" in still(scene)
    scene = story.message("broker", 1, "sent", b"anna", b"", b"A1").scene
    assert scene.passing.number_at(scene.sockets[2]) == 0


def test_requests_and_replies_that_are_held_are_one_number():
    story = two_routers("anna", "ben")
    for name, number, text in (("anna", 21, b"a1"), ("ben", 22, b"b1"), ("anna", 21, b"a2")):
        asks(story, name, number, text)
    replies(given(story, b"one", "anna", b"a1"), b"one", "anna", b"A1")
    assert "holds 3: not sent on" in still(story.scene)
    assert still(story.scene).count("not sent on") == 1


@pytest.mark.parametrize("reply", [(b"anna", b"", b"A1"), (b"anna", b"A1, with love"), (b"anna", b"", b"", b"A1")])
def test_a_reply_that_is_sent_on_with_another_envelope_or_text_is_held_no_more(reply):
    story = asks(two_routers("anna"), "anna", 21, b"a1")
    replies(given(story, b"one", "anna", b"a1"), b"one", "anna", b"A1").message("broker", 1, "sent", *reply)
    scene = story.scene
    assert scene.passing.number_at(scene.sockets[2]) == 0


def test_what_is_sent_on_without_its_empty_frame_is_held_no_more():
    story = Story().socket("counter", 1, "ROUTER", CLIENTS_SIDE).socket("counter", 2, "DEALER", WORKERS_SIDE)
    story.message("counter", 1, "received", b"anna", b"", b"tea").message("counter", 1, "received", b"ben", b"", b"tea")
    story.message("counter", 2, "sent", b"anna", b"tea")
    assert held(story.scene) == 1
    story.message("counter", 2, "received", b"anna", b"TEA")
    assert story.scene.passing.number_at(story.scene.sockets[2]) == 1
    story.message("counter", 1, "sent", b"anna", b"", b"TEA")
    assert story.scene.passing.number_at(story.scene.sockets[2]) == 0


def test_equal_requests_of_one_client_are_counted_each():
    story = two_routers("anna")
    for _ in range(3):
        asks(story, "anna", 21, b"tea")
    given(story, b"one", "anna", b"tea")
    assert held(story.scene) == 2


def test_what_a_dead_broker_held_was_never_sent_on():
    story = two_routers("anna")
    for text in (b"a1", b"a2"):
        asks(story, "anna", 21, text)
    given(story, b"one", "anna", b"a1").note("broker", kinds.Closed, 2).note("broker", kinds.Closed, 1)
    story.note("broker", kinds.Died)
    assert "1 never sent on" in still(story.scene)
    assert "right ROUTER" in still(story.scene)


def anew(story, code):
    """The broker and its sockets begin anew, and a question comes."""
    story.note("broker", kinds.Closed, 2).note("broker", kinds.Closed, 1).note("broker", kinds.Died)
    story.note("broker", kinds.Started, code=code).socket("broker", 3, "ROUTER", CLIENTS_SIDE)
    story.message("anna", 21, "sent", b"", b"a3")
    return story.message("broker", 3, "received", b"anna", b"", b"a3").scene


@pytest.mark.parametrize(("code", "number"), [("def broker(): ...", 1), ("def another(): ...", 0)])
def test_what_a_broker_holds_that_began_anew_is_said_from_the_first_on_if_it_does_the_same(code, number):
    story = two_routers("anna").note("broker", kinds.Started, code="def broker(): ...")
    given(asks(story, "anna", 21, b"a1"), b"one", "anna", b"a1")
    scene = anew(story, code)
    assert scene.passing.number_at(scene.sockets[3]) == number


def test_a_film_and_a_step_back_keep_what_is_held():
    story = two_routers("anna")
    for text in (b"a1", b"a2"):
        asks(story, "anna", 21, text)
    given(story, b"one", "anna", b"a1")
    playback = Playback(Scene())
    playback.tell(story.events)
    assert "holds 1: not sent on" in "".join(map(str, playback.pieces.values()))


def test_of_messages_that_were_only_counted_nothing_is_claimed():
    story = two_routers("anna")
    for text in (b"a1", b"a2"):
        asks(story, "anna", 21, text)
    given(story, b"one", "anna", b"a1")
    scene = story.scene
    scene.sockets[1].thinned = True
    assert held(scene) == 0


# --- whom a ROUTER names ---


def a_broker_that_died_with_a_request_given():
    """A broker, 1 and 2, has given anna's request to a worker, 11, and died. Another, 3 and 4, has bound where it was."""
    story = Story().socket("broker", 1, "ROUTER", CLIENTS_SIDE).note("broker", kinds.SocketMade, 2, type="DEALER")
    story.note("broker", kinds.Bound, 2, endpoint=WORKERS_SIDE).note("worker", kinds.SocketMade, 11, type="REP")
    story.note("worker", kinds.Connected, 11, endpoint=WORKERS_SIDE).socket("anna", 21, "DEALER", CLIENTS_SIDE)
    story.message("anna", 21, "sent", b"", b"tea").message("broker", 1, "received", MADE_UP, b"", b"tea")
    story.message("broker", 2, "sent", MADE_UP, b"", b"tea").message("worker", 11, "received", b"tea")
    story.note("broker", kinds.Closed, 2).note("broker", kinds.Closed, 1).note("broker", kinds.Died)
    story.note("broker", kinds.SocketMade, 3, type="ROUTER").note("broker", kinds.Bound, 3, endpoint=CLIENTS_SIDE)
    story.note("broker", kinds.SocketMade, 4, type="DEALER")
    return story.note("anna", kinds.LinkUp, 21, endpoint=CLIENTS_SIDE)


def test_a_reply_to_a_broker_that_died_waits_for_who_binds_where_it_was():
    story = a_broker_that_died_with_a_request_given().message("worker", 11, "sent", b"TEA")
    assert (story.scene.totals()["waiting"], story.scene.totals()["not delivered"]) == (1, 0)
    story.note("broker", kinds.Bound, 4, endpoint=WORKERS_SIDE).note("worker", kinds.LinkUp, 11, endpoint=WORKERS_SIDE)
    scene = story.scene
    assert scene.waiting_at(scene.sockets[4]) == 1


def test_so_does_the_reply_to_what_is_read_when_the_next_one_is_there():
    first, second = {"ours": "127.0.0.1:5", "theirs": "127.0.0.1:8"}, {"ours": "127.0.0.1:6", "theirs": "127.0.0.1:8"}
    story = Story().note("broker", kinds.SocketMade, 2, type="DEALER").note("broker", kinds.Bound, 2, endpoint=HERE)
    story.note("worker", kinds.SocketMade, 11, type="REP").note("worker", kinds.Connected, 11, endpoint=HERE)
    story.note("worker", kinds.LinkUp, 11, endpoint=HERE, **first).message("broker", 2, "sent", b"", b"tea")
    story.note("broker", kinds.Closed, 2).note("worker", kinds.LinkDown, 11, endpoint=HERE, **first)
    story.note("broker", kinds.SocketMade, 4, type="DEALER").note("broker", kinds.Bound, 4, endpoint=HERE)
    story.note("worker", kinds.LinkUp, 11, endpoint=HERE, **second)
    story.message("worker", 11, "received", b"tea").message("worker", 11, "sent", b"TEA")
    scene = story.scene
    assert scene.waiting_at(scene.sockets[4]) == 1
    assert scene.totals()["not delivered"] == 0


def test_a_name_that_another_router_made_up_is_nobodys_here():
    story = a_broker_that_died_with_a_request_given().message("broker", 3, "sent", MADE_UP, b"", b"TEA")
    scene = story.scene
    assert scene.waiting_at(scene.sockets[21]) == 0
    assert scene.totals()["not delivered"] == 1


def test_equal_words_of_two_workers_tell_nobodys_name():
    """Else the first request would be drawn at the wrong worker, and its REQ would seem to have asked anew."""
    story = asks(two_routers("anna"), "anna", 21, b"a1")
    given(story, b"two", "anna", b"a1")
    assert story.scene.sockets[2].routes == {}
    story.message("worker 1", 11, "received", b"anna", b"", b"a1")  # so "two" is worker 1
    scene = story.scene
    assert scene.sockets[2].routes == {b"two": 11}
    assert scene.totals()["not delivered"] == 0


# --- what is no message ---


def test_a_subscription_that_an_xsub_sends_waits_nowhere_and_lets_reports_through():
    story = Story().note("forwarder", kinds.SocketMade, 1, type="XSUB")
    story.note("forwarder", kinds.Bound, 1, endpoint=CLIENTS_SIDE).socket("forwarder", 2, "XPUB", WORKERS_SIDE)
    story.note("station", kinds.SocketMade, 3, type="PUB").note("station", kinds.Connected, 3, endpoint=CLIENTS_SIDE)
    story.note("station", kinds.LinkUp, 3, endpoint=CLIENTS_SIDE).socket("anna", 4, "SUB", WORKERS_SIDE, b"paris")
    story.message("forwarder", 2, "received", b"\x01paris").message("forwarder", 1, "sent", b"\x01paris")
    scene = story.scene
    assert (scene.sent, scene.totals()["waiting"], scene.totals()["expected"]) == (0, 0, 0)
    story.message("station", 3, "sent", b"paris").message("forwarder", 1, "received", b"paris")
    story.message("forwarder", 2, "sent", b"paris").message("anna", 4, "received", b"paris")
    assert totals_words(story.scene) == "2 sent = 2 received"


def forwards(*topics):
    """A forwarder, its XSUB 1 and its XPUB 2, which hands subscriptions on to a station. Anna has made them."""
    story = Story().note("forwarder", kinds.SocketMade, 1, type="XSUB")
    story.note("forwarder", kinds.Bound, 1, endpoint=CLIENTS_SIDE).socket("forwarder", 2, "XPUB", WORKERS_SIDE)
    story.socket("anna", 4, "SUB", WORKERS_SIDE, *topics)
    for topic in topics:
        story.message("forwarder", 2, "received", b"\x01" + topic).message("forwarder", 1, "sent", b"\x01" + topic)
    return story


def test_a_subscription_that_is_sent_is_told_as_one_and_so_is_the_sum():
    story = forwards(b"")
    playback = Playback(Scene())
    said = [step.say for step in playback.tell(story.events)]
    assert "forwarder receives “\\x01” from anna" in said
    assert "forwarder subscribes to everything, by sending “\\x01”" in said
    assert playback.pieces["totals"] == "nothing sent yet but subscriptions"
    story.message("forwarder", 1, "sent", b"\x00paris")
    assert event_words(story.events[-1], story.scene) == "forwarder unsubscribes from paris, by sending “\\x00paris”"


@pytest.mark.parametrize(
    ("topics", "number"), [((b"",), "1 (about subscriptions)"), ((b"oslo", b""), "2 (about subscriptions)")]
)
def test_the_notes_say_how_many_subscriptions_came_out_of_an_xpub_and_went_into_an_xsub(topics, number):
    scene = forwards(*topics).scene
    assert counts(scene, scene.sockets[1]) == f"sent {number} · received 0"
    assert counts(scene, scene.sockets[2]) == f"sent 0 · received {number}"


def test_what_was_sent_to_nobody_was_sent():
    story = Story().note("station", kinds.SocketMade, 1, type="PUB").message("station", 1, "sent", b"news")
    assert totals_words(story.scene) == "1 sent, to nobody"


# --- the real thing ---


def proxy_broker(context, endpoint, workers_endpoint):
    with context.socket(zmq.ROUTER) as clients, context.socket(zmq.DEALER) as workers:
        clients.bind(endpoint)
        workers.bind(workers_endpoint)
        zmq.proxy(clients, workers)


@pytest.fixture
def lab():
    lab = Lab("brokers under test")
    yield lab
    lab.close()


def test_a_press_has_three_clients_ask_and_the_bars_say_who_did_how_many(lab):
    orders = Orders({"in turn": (proxy_broker, worker)}, seconds=0.01)
    orders.attach(lab, lab._bench)
    orders.ask()
    eventually(lambda: sum(len(lab[name].messages("received")) for name in CLIENTS) == EACH * len(CLIENTS))
    bars = Showing(orders)
    bars.tell(lab.trace.events())
    assert [len(lab[name].messages("sent")) for name in WORKERS] == [4, 4, 4]
    assert "12 of 12" in bars.html
    assert "in turn: " in bars.html


def test_a_press_while_requests_are_answered_makes_the_batch_larger():
    tally = Tally("broker", ("anna",), ("worker 1",), 2, ("in turn", "who is ready"))

    def seen():
        return "".join(tally.look(Scene()).values())

    def tell(second, kind, actor, *details):
        tally.apply(kind(second * SECOND, actor, *details), Scene())

    def press(second, button):
        tell(second, kinds.Pressed, "broker", None, button)

    def answered(*seconds):
        for second in seconds:
            tell(second, kinds.Received, "anna", 1, (b"C",), (1,), 1, 0)

    press(1, "2 requests")
    press(1, "2 requests")
    answered(2, 3)
    assert "2 of 4" in seen()
    answered(4, 5)
    assert "in turn, 4 requests: 4.0 s" in seen()
    press(6, "who is ready")
    tell(6, kinds.Started, "broker")
    press(7, "2 requests")
    answered(8, 9)
    assert "who is ready: 2.0 s" in (bars := seen())
    assert "2 of 2" in bars


def test_clients_of_a_broker_that_died_are_replaced_when_they_are_to_ask_again(lab):
    orders = Orders({"in turn": (proxy_broker, worker)}, seconds=0.01)
    orders.attach(lab, lab._bench)
    before = {name: lab[name].run for name in CLIENTS}
    lab["broker"].kill()
    lab["broker"].restart()
    orders.ask()
    assert all(lab[name].run != before[name] for name in CLIENTS)
    eventually(lambda: sum(len(lab[name].messages("received")) for name in CLIENTS) == EACH * len(CLIENTS))


def test_clients_that_wait_for_a_broker_that_died_are_asked_for_nothing_and_that_is_said(lab):
    orders = shown_by(lab, Orders({"in turn": (proxy_broker, worker)}, seconds=60))
    orders.ask()
    eventually(lambda: all(lab[name].messages("sent") for name in CLIENTS))
    lab["broker"].kill()
    orders.ask()
    assert "“broker” is not at work any more." in orders.note.value
    presses = [event for event in lab.trace.events() if isinstance(event, kinds.Pressed)]
    assert len(presses) == 1


def test_what_passes_a_real_proxy_is_drawn_and_adds_up(lab):
    lab.start(proxy_broker, name="broker")
    lab.crew(worker, 3, seconds=0.01)
    lab.start(client, my_name="client", name="client")
    lab["client"].say("6")
    eventually(lambda: len(lab["client"].messages("received")) == 6)
    scene = Scene()
    lab.trace.settle()
    for event in lab.trace.events():
        scene.apply(event)
    assert scene.totals() | {"expected": 24, "received": 24} == scene.totals()
    assert all(scene.passing.number_at(socket) == 0 for socket in scene.sockets.values())
