"""What is given to an actor is sent, or it is said why not: nothing that is pressed is silent."""

import threading

import pytest
import zmq
from zmqlab import Faults, Sender
from zmqlab.course.envelopes import Replies
from zmqlab.course.start_here import Place
from zmqlab.page.giving import Giving

from tests.unit.common import client, eventually, server, shown_by

NOT_YET = "1 not sent yet: the client takes it when it asks for the next."


def note(control):
    return control.note.value


def once(context, texts):
    """Send one text, and come to an end."""
    with context.socket(zmq.PUB) as publisher:
        publisher.send_string(next(texts))


def held_up(context, texts, go_on):
    """Send each text once it may."""
    with context.socket(zmq.PUB) as publisher:
        while True:
            go_on.wait()
            go_on.clear()
            publisher.send_string(next(texts))


@pytest.fixture
def desk_is_over(lab):
    lab.start(once, name="desk")
    lab.start(server)
    lab["desk"].say("the last")
    assert lab["desk"].join(10)
    return lab


def test_the_words_name_no_button_that_restarts_another(desk_is_over):
    sender = Sender("desk")
    desk_is_over.show(sender, Faults("server"))
    sender.send()
    assert ">The desk is not at work any more. Run the cell that starts it.<" in note(sender)


@pytest.mark.parametrize(
    ("control", "words"),
    [(Faults, "Press Restart it or run the cell"), (Place, "Press where it should work or run the cell")],
)
def test_the_words_name_the_button_that_restarts_it_where_there_is_one(desk_is_over, control, words):
    sender = Sender("desk")
    desk_is_over.show(sender, control("desk"))
    sender.send()
    assert f"not at work any more. {words} that starts it." in note(sender)


def test_a_function_of_the_learner_is_spoken_of_as_theirs(lab):
    lab.start(once, name="you")
    replies = shown_by(lab, Replies("you", ["Anna"]))
    lab["you"].kill()
    replies.reply("Anna", "Yes")
    assert "Your function is not at work any more." in note(replies)


def test_each_press_that_comes_to_nothing_is_answered(desk_is_over):
    sender = shown_by(desk_is_over, Sender("desk"))
    said = []
    for _ in range(3):
        sender.send()
        said.append(note(sender))
    assert len(set(said)) == 3
    assert "(Pressed 3 times.)" in said[-1]
    desk_is_over["desk"].restart()
    sender.send()
    assert "Pressed" not in note(sender)
    assert desk_is_over["desk"].join(10)
    sender.send()
    assert "Pressed" not in note(sender), "it is counted anew"


def test_a_place_where_an_actor_works_already_is_said_to_be_so(lab):
    lab.start(server)
    place = shown_by(lab, Place("server"))
    eventually(lambda: place._now is False)
    place.move(False)
    assert "It works there already." in note(place)


def test_what_an_actor_cannot_take_yet_is_said_to_be_not_sent_until_it_takes_it(lab):
    go_on = threading.Event()
    lab.start(held_up, name="client", go_on=go_on)
    sender = shown_by(lab, Sender("client"))
    eventually(lambda: sender._asks is False)
    sender.send()
    assert f">{NOT_YET}<" in note(sender)
    sender.send()
    assert ">2 not sent yet: the client takes each when it asks for the next.<" in note(sender)
    go_on.set()
    eventually(lambda: NOT_YET in note(sender))
    go_on.set()
    eventually(lambda: note(sender) == "")
    assert len(lab["client"].messages("sent")) == 2


def test_what_is_taken_at_once_leaves_no_words(lab):
    lab.start(server)
    lab.start(client, endpoint=lab.endpoint())
    sender = shown_by(lab, Sender("client"))
    for number in range(1, 4):
        eventually(lambda: sender._asks)
        sender.send()
        eventually(lambda n=number: len(lab["client"].messages("received")) == n)
    eventually(lambda: sender._asks)
    assert note(sender) == ""


def test_what_an_actor_has_not_sent_when_it_ends_is_said_to_be_lost(lab):
    lab.start(client)  # there is no server
    sender = shown_by(lab, Sender("client"))
    eventually(lambda: sender._asks)
    sender.send()
    eventually(lambda: sender._asks is False)
    sender.send()
    assert NOT_YET in note(sender)
    lab["client"].kill()
    eventually(lambda: "The client has ended, and has not sent what you gave it." in note(sender))


def test_all_that_give_an_actor_a_text_say_so():
    assert issubclass(Sender, Giving)
    assert issubclass(Replies, Giving)
