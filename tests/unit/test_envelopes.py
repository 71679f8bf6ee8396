"""Envelopes: what each frame of a message is, where it is seen, and what becomes of a message with a wrong address."""

import pytest
import zmq
from zmqlab import Lab
from zmqlab.course.envelopes import client, server
from zmqlab.course.envelopes.places import NOT_YET, PLACES, Frames
from zmqlab.picture import envelopes, words
from zmqlab.picture.envelopes import ADDRESS, BODY, EMPTY, NOT_KNOWN, parts
from zmqlab.picture.inspector import about
from zmqlab.picture.notes import alone_words
from zmqlab.picture.pills import pill
from zmqlab.picture.playback import Playback
from zmqlab.picture.scene import Scene
from zmqlab.picture.words import totals_words
from zmqlab.record import events as kinds

from tests.unit.test_scene import Story
from tests.unit.test_where_messages_are import Tale

MADE_UP = b"\x00k\x8b\x45\x67"


def kinds_of(*frames, type):
    return [part.kind for part in parts(frames, tuple(map(len, frames)), type)]


@pytest.mark.parametrize(
    ("type", "frames", "expected"),
    [
        ("ROUTER", [MADE_UP, b"", b"hi"], [ADDRESS, EMPTY, BODY]),
        ("ROUTER", [b"Anna", b"hi"], [ADDRESS, BODY]),
        ("ROUTER", [b"worker", b"", b"client", b"", b"hi"], [ADDRESS, EMPTY, ADDRESS, EMPTY, BODY]),
        ("ROUTER", [b"Anna", b"", b""], [ADDRESS, EMPTY, BODY]),
        ("ROUTER", [b"Anna", b"", b"", b"hi"], [ADDRESS, EMPTY, BODY, BODY]),
        ("DEALER", [b"", b"hi"], [EMPTY, BODY]),
        ("DEALER", [b"client", b"", b"hi"], [ADDRESS, EMPTY, BODY]),
        ("DEALER", [b"7", b"hi"], [BODY, BODY]),
        ("DEALER", [b""], [BODY]),
        ("REQ", [b"", b"hi"], [BODY, BODY]),
        ("PUB", [b"paris", b"", b"21"], [BODY, BODY, BODY]),
    ],
)
def test_each_frame_is_told_for_what_it_is(type, frames, expected):
    found = kinds_of(*frames, type=type)
    assert found == expected


def test_an_address_has_a_short_name_that_stays():
    assert words.name_of(MADE_UP) == "id 4567"
    assert words.name_of(b"\x00pari") == "id 7269"  # text after the zero byte, by chance
    assert words.name_of(b"Anna") == "Anna"
    assert words.name_of(b"\xff\xfe\x01") == "id fe01"
    assert words.name_of(b"") == "id "


def asked(address=b"", reply=()):
    """A client asks a ROUTER, which may reply, with a record of which address it saw."""
    tale = Tale().socket("server", 1, "ROUTER", "tcp://127.0.0.1:5").connects("client", 2, "REQ", "tcp://127.0.0.1:5")
    tale.note("client", kinds.LinkUp, 2, endpoint="tcp://127.0.0.1:5")
    tale.message("client", 2, "sent", b"hi")
    if address:
        tale.message("server", 1, "received", address, b"", b"hi")
    if reply:
        tale.message("server", 1, "sent", *reply)
    return tale


def columns(copy, scene):
    told = about(copy, scene, 0)["places"]
    texts = [[cell and cell["text"] for cell in row["cells"]] for row in told["rows"]]
    return told["names"], [row["is"] for row in told["rows"]], texts


def test_the_inspector_shows_a_request_at_three_places():
    scene = asked().scene
    [copy] = scene.pending.values()
    names, kinds_told, texts = columns(copy, scene)
    assert names == ["at client’s REQ", "on the wire", "at server’s ROUTER"]
    assert kinds_told == [ADDRESS, EMPTY, BODY]
    assert texts == [[None, None, "its address"], [None, "empty", "empty"], ["hi", "hi", "hi"]]


def test_the_inspector_shows_a_reply_at_three_places():
    scene = asked(MADE_UP, (MADE_UP, b"", b"HI")).scene
    [copy] = scene.pending.values()
    names, _, texts = columns(copy, scene)
    assert names == ["at server’s ROUTER", "on the wire", "at client’s REQ"]
    assert texts == [["id 4567", None, None], ["empty", "empty", None], ["HI", "HI", "HI"]]


def test_a_message_with_an_envelope_is_drawn_with_it():
    [request] = asked().scene.pending.values()
    assert ">empty</text>" in pill(request)
    [reply] = asked(MADE_UP, (MADE_UP, b"", b"HI")).scene.pending.values()
    assert "zl-address-ground" in pill(reply)
    assert ">id 4567</text>" in pill(reply)


def test_between_req_and_rep_no_envelope_is_drawn():
    tale = Tale().socket("server", 1, "REP", "tcp://127.0.0.1:5").connects("client", 2, "REQ", "tcp://127.0.0.1:5")
    tale.note("client", kinds.LinkUp, 2, endpoint="tcp://127.0.0.1:5").message("client", 2, "sent", b"hi")
    [copy] = tale.scene.pending.values()
    assert "empty" not in pill(copy)
    assert about(copy, tale.scene, 0)["places"] is None


@pytest.mark.parametrize(
    ("frames", "sender", "receiver", "expected"),
    [
        ((b"hi",), "DEALER", "REP", True),
        ((b"", b"hi"), "DEALER", "REP", False),
        ((b"id", b"", b"hi"), "DEALER", "REP", False),
        ((b"",), "DEALER", "REP", True),
        ((b"id", b"hi"), "ROUTER", "REQ", True),
        ((b"id", b"", b"hi"), "ROUTER", "REQ", False),
        ((b"id", b"x", b"", b"hi"), "ROUTER", "REQ", True),
        ((b"hi",), "REQ", "REP", False),
        ((b"hi",), "DEALER", "ROUTER", False),
    ],
)
def test_what_has_no_empty_frame_is_thrown_away(frames, sender, receiver, expected):
    assert envelopes.is_thrown_away((frames, tuple(map(len, frames))), sender, receiver) is expected


def test_an_address_that_is_not_known_yet_stands_for_itself():
    wire = envelopes.on_the_wire(((b"hi",), (2,)), None, "REQ", "ROUTER")
    assert envelopes.at_receiver(wire, None, "ROUTER", None)[0] is NOT_KNOWN


@pytest.fixture
def lab():
    made = Lab("of envelopes")
    yield made
    made.close()


def losses(run):
    return {why: number for (_, why, _), number in run.stage.playback.scene.losses.items() if number}


def test_what_a_rep_throws_away_is_not_delivered(lab):
    with lab.experiment("plain") as run:
        replier, dealer = run.context("server").socket(zmq.REP), run.context("client").socket(zmq.DEALER)
        replier.bind(run.endpoint())
        dealer.connect(run.endpoint())
        dealer.send(b"plain")
        dealer.send_multipart([b"", b"with the frame"])
        assert replier.recv() == b"with the frame"
    assert losses(run) == {words.NO_EMPTY_FRAME: 1}


def test_what_is_sent_to_yesterdays_address_is_not_delivered(lab):
    with lab.experiment("yesterday") as run:
        router, dealer = run.context("server").socket(zmq.ROUTER), run.context("client").socket(zmq.DEALER)
        router.bind(run.endpoint())
        dealer.connect(run.endpoint())
        dealer.send(b"evening")
        yesterday, _ = router.recv_multipart()
        dealer.disconnect(run.endpoint())
        dealer.connect(run.endpoint())
        dealer.send(b"morning")
        today, _ = router.recv_multipart()
        router.send_multipart([yesterday, b"lost"])
        router.send_multipart([today, b"heard"])
        assert dealer.recv() == b"heard"
    assert yesterday != today
    assert losses(run) == {words.NO_SUCH_NAME: 1}


def test_what_is_sent_to_a_peer_that_is_gone_is_not_for_the_next_one(lab):
    def guest(context, endpoint):
        with context.socket(zmq.REQ) as requester:
            requester.connect(endpoint)
            requester.send(b"soup?")
            requester.recv()

    with lab.experiment("gone") as run:
        router = run.context("server").socket(zmq.ROUTER)
        router.bind(run.endpoint())
        run.start(guest)
        address, *_ = router.recv_multipart()
        run["guest"].restart()
        assert run.wait_for(lambda: len(run.messages("guest", "sent")) == 2)
        router.send_multipart([address, b"", b"Yes"])
    assert losses(run)[words.NO_SUCH_NAME] == 1


@pytest.mark.parametrize("handover", [False, True])
def test_a_name_belongs_to_one(lab, handover):
    with lab.experiment("two of a name") as run:
        router = run.context("server").socket(zmq.ROUTER)
        router.router_handover = handover
        router.bind(run.endpoint())
        both = [run.context(name).socket(zmq.DEALER) for name in ("first", "second")]
        for dealer in both:
            dealer.routing_id = b"Anna"
            dealer.connect(run.endpoint())
            dealer.send(b"here")
            assert router.poll(2000 if dealer is both[0] or handover else 300) == (dealer is both[0] or handover)
            if dealer is both[0] or handover:
                router.recv_multipart()
        router.send_multipart([b"Anna", b"hello"])
        assert both[handover].recv() == b"hello"
        assert run.wait_for(
            lambda: {e.actor for e in run.events() if isinstance(e, kinds.LinkUp)} == {"first", "second"}
        )
        links = [link for socket in run.stage.playback.scene.sockets.values() for link in socket.links.values()]
    scene = run.stage.playback.scene
    turned_away = [socket.actor for socket in scene.sockets.values() if "turned away" in socket.links.values()]
    assert turned_away == ["first" if handover else "second"], links
    assert losses(run) == ({} if handover else {words.NAME_TAKEN: 1})


def test_when_the_router_is_gone_nobody_is_there_for_whom_it_has_turned_away_either(lab):
    with lab.experiment("two of a name, and the desk goes") as run:
        router = run.context("server").socket(zmq.ROUTER)
        router.bind(run.endpoint())
        both = {name: run.context(name).socket(zmq.DEALER) for name in ("first", "second")}

        def told(kind):
            return {event.actor for event in run.events() if isinstance(event, kind)}

        for name, dealer in both.items():
            dealer.routing_id = b"Anna"
            dealer.connect(run.endpoint())
            assert run.wait_for(lambda name=name: name in told(kinds.LinkUp))
        router.close()
        assert run.wait_for(lambda: told(kinds.LinkDown) == {*both})
        scene = Scene()
        for event in run.events():
            scene.apply(event)
    dealers = [socket for socket in scene.sockets.values() if socket.type == "DEALER"]
    assert [alone_words(scene, socket) for socket in dealers] == [[words.NOBODY_THERE]] * 2


@pytest.mark.parametrize("unread", [True, False])
def test_a_name_is_kept_for_a_peer_that_is_gone_as_long_as_its_messages_are_unread(lab, unread):
    def device(context, endpoint):
        with context.socket(zmq.DEALER) as dealer:
            dealer.routing_id = b"Anna"
            dealer.linger = 0
            dealer.connect(endpoint)
            dealer.send(b"here")
            while True:
                dealer.recv()

    with lab.experiment("back before anybody has read") as run:
        router = run.context("desk").socket(zmq.ROUTER)
        router.bind(run.endpoint())

        def came(kind, number):
            return run.wait_for(lambda: sum(isinstance(event, kind) for event in run.events()) == number)

        run.start(device)
        assert came(kinds.Accepted, 1)
        assert came(kinds.LinkUp, 1)
        assert router.poll(2000)
        if not unread:
            router.recv_multipart()
        run["device"].kill()
        assert came(kinds.Departed, 1)
        if not unread:
            assert not router.poll(20), "it has looked, and there was nothing"
        run["device"].restart()
        assert came(kinds.LinkUp, 2)
        assert router.poll(2000)
        assert router.recv_multipart() == [b"Anna", b"here"]
        assert router.poll(200) == 0, "of the newcomer nothing comes, or it has come"
        router.send_multipart([b"Anna", b"hello"])
        assert run.wait_for(lambda: len(run.messages("device", "received")) == 1, 0.5) == (not unread)
    scene = run.stage.playback.scene
    turned_away = [socket.actor for socket in scene.sockets.values() if "turned away" in socket.links.values()]
    assert turned_away == ["device"] * unread
    assert losses(run).get(words.NAME_TAKEN, 0) == unread
    assert not scene.pending
    assert "not recorded" not in totals_words(scene)


def test_who_waits_a_short_time_has_not_waited_in_vain():
    """It waited until something came, or was slow to take what lay there."""
    tale = Tale().socket("desk", 1, "ROUTER", "e").socket("device", 2, "DEALER", "e")
    tale.message("device", 2, "sent", b"here").note("device", kinds.Closed, 2, linger=0).pause(1)
    tale.note("desk", kinds.Waits, 1, call="recv", short=True)
    assert sum(tale.scene.losses.values()) == 0
    tale.message("desk", 1, "received", b"\0abcd", b"here")
    assert totals_words(tale.scene) == "1 sent = 1 received"


def test_a_name_is_kept_at_the_router_of_somebody_who_is_done():
    story = Story().socket("desk", 1, "ROUTER", "e").note("device", kinds.SocketMade, 2, type="DEALER")
    story.note("device", kinds.Named, 2, name=b"Anna").note("device", kinds.Connected, 2, endpoint="e")
    story.note("device", kinds.LinkUp, 2, endpoint="e").note("desk", kinds.Finished)
    scene = story.scene.begin_anew()
    assert "desk" not in scene.actors
    for event in Story().note("device", kinds.Closed, 2).events:
        scene.apply(event)
    assert scene.topology.kept == {1: {b"Anna"}}


def test_the_frames_of_a_question_are_told_at_the_place_that_is_pressed(lab):
    lab.start(server)
    lab.start(client, texts=["hi"])
    assert lab["client"].join(5)
    frames, scene, seen = Frames("client", "server"), Scene(), []
    for event in lab.trace.events():
        scene.apply(event)
        seen += frames.apply(event, scene).values()
    for place, expected in zip(PLACES, [[1, 1], [2, 2], [3, 3]], strict=True):
        html = frames.apply(kinds.Pressed(0, "server", button=place), scene)["1"]
        assert [row.count('class="zl-frame ') for row in html.split("zl-frames-name")[1:]] == expected
    assert "id " in html


@pytest.mark.parametrize("place", PLACES)
def test_what_is_on_its_way_is_not_shown_yet_where_it_goes(place):
    there, waits = (PLACES.index(place) + 1, False), (0, True)
    sent, replied = there if place != PLACES[2] else waits, there if place != PLACES[0] else waits
    story = Story().socket("server", 1, "ROUTER", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    story.message("client", 2, "sent", b"hi")
    assert shown_at(place, story) == [sent]
    story.message("server", 1, "received", MADE_UP, b"", b"hi")
    assert shown_at(place, story) == [there]
    story.message("server", 1, "sent", MADE_UP, b"", b"HI")
    assert shown_at(place, story) == [there, replied]
    story.message("client", 2, "received", b"HI")
    assert shown_at(place, story) == [there, there]


def shown_at(place, story):
    """Return how many frames are shown of the question and of the reply, and whether it has not come yet."""
    frames, scene = Frames("client", "server"), Scene()
    for event in story.events:
        scene.apply(event)
        frames.apply(event, scene)
    html = frames.apply(kinds.Pressed(0, "server", button=place), scene)["1"]
    return [(row.count('class="zl-frame '), NOT_YET in row) for row in html.split("zl-frames-name")[1:]]


def test_a_film_of_an_envelope_names_it_in_its_list():
    steps = Playback().film(asked(MADE_UP, (MADE_UP, b"", b"HI")).events)
    assert any("id 4567 | empty | HI" in step.say for step in steps)


def test_an_address_that_a_broker_hands_to_a_worker_has_the_same_short_name_there():
    message = (b"\x00\xb8\x04\x82\x40", b"", b"c1"), (5, 0, 2)
    at_the_broker = ((b"worker", b"", *message[0]), (6, 0, *message[1]))
    assert " | ".join(map(words.part_words, parts(*message, "REQ"))) == "id 8240 | empty | c1"
    assert " | ".join(map(words.part_words, parts(*at_the_broker, "ROUTER"))).endswith("id 8240 | empty | c1")
    assert [part.kind for part in parts((b"\x00pari",), (5,), "SUB")] == ["body"], "nothing empty follows it"
