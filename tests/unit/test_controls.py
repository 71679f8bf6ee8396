"""Controls: they address actors, show what really passed, and nothing typed is lost."""

import pytest
from zmqlab.page.faults import Faults
from zmqlab.page.sender import LARGEST, Sender
from zmqlab.record import events as kinds

from tests.unit.common import FakeLab, Showing, client, eventually, html_of, server, shown, shown_by


def message(way, *frames, began=0, ended=1_390_000, sizes=None):
    sizes = sizes or tuple(map(len, frames))
    if way == "sent":
        return kinds.Sent(began, "client", 1, frames, sizes, 1)
    return kinds.Received(ended, "client", 1, frames, sizes, 1, began)


def press(sender, *texts):
    """Do what the page does when the button is pressed."""
    sender.boxes._handle_custom_msg({"type": "pressed", "texts": list(texts or sender.boxes.texts)}, [])


@pytest.mark.parametrize("text", ["Hello", "", "21 °C", "🦊", "<script>alert(1)</script>", "x" * LARGEST])
def test_whatever_is_typed_is_sent_as_it_is_and_stays_in_the_box(text):
    lab = FakeLab()
    sender = shown(lab, Sender("client", text))
    press(sender)
    assert lab.asked == [("client", text)]
    assert lab.presses == 1  # the stage shows what happens now
    assert sender.boxes.texts[0] == text
    assert sender.note.value == ""


def test_a_text_that_is_too_large_is_refused_in_words_and_kept():
    lab = FakeLab()
    sender = shown(lab, Sender("client", "x" * (LARGEST + 1)))
    press(sender)
    assert lab.asked == []
    assert "1,000,001 bytes" in sender.note.value
    assert len(sender.boxes.texts[0]) == LARGEST + 1


def test_an_actor_that_is_gone_is_said_in_words_without_markup():
    sender = shown(FakeLab("The <b>client</b> is gone."), Sender("client", "Hello"))
    press(sender)
    assert "&lt;b&gt;client&lt;/b&gt; is gone." in sender.note.value


def test_a_press_carries_what_is_typed_whatever_the_kernel_knew_before():
    lab = FakeLab()
    sender = shown(lab, Sender("client", "Hel"))
    press(sender, "Hello, you")
    assert lab.asked == [("client", "Hello, you")]
    assert sender.boxes.texts == ["Hello, you"]  # and a page that opens later shows it
    sender.send()
    assert lab.asked[1:] == [("client", "Hello, you")]


@pytest.mark.parametrize(
    "content",
    [None, "pressed", {}, {"texts": ["x"]}, *({"type": "pressed", "texts": texts} for texts in ([], "x", [1], None))],
)
def test_what_is_no_press_does_nothing(content):
    lab = FakeLab()
    sender = shown(lab, Sender("client", "Hello"))
    sender.boxes._handle_custom_msg(content, [])
    assert lab.asked == []
    assert sender.boxes.texts == ["Hello"]


@pytest.mark.parametrize("frames", [False, True])
def test_half_a_character_is_refused_in_words(frames):
    lab = FakeLab()
    sender = shown(lab, Sender("client", "Hello", frames=frames))
    press(sender, "\ud83e")
    assert lab.asked == []
    assert "part of a character" in sender.note.value


def test_where_nothing_runs_a_panel_is_still_text_without_markup():
    sender = shown(FakeLab(), Sender("client", "<b>", title="You are <the> client"))
    data, _ = sender.widget._repr_mimebundle_()
    assert data["text/html"].startswith(
        "<p><strong>You are &lt;the&gt; client</strong><br><code>[ &lt;b&gt; ] [ Send ]"
    )
    assert data["text/plain"].startswith("You are <the> client: [ <b> ] [ Send ]")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_several_frames_are_sent_as_bytes():
    lab = FakeLab()
    sender = shown(lab, Sender("client", "paris", frames=True))
    sender.add_frame("21 °C")
    press(sender)
    assert lab.asked == [("client", [b"paris", "21 °C".encode()])]


@pytest.fixture
def sender():
    return shown(FakeLab(), Sender("client", "Hello"))


def showing(control, kind="REQ"):
    """Show a control whose actor has a socket, and no more."""
    there = Showing(control)
    there.tell([kinds.SocketMade(0, "client", 1, type=kind)])
    return there


def test_a_reply_that_took_longer_than_a_second_is_told_in_seconds(sender):
    log = showing(sender)
    log.tell([message("sent", b"?"), message("received", b"!", ended=60_157_670_000)])
    assert "60.2 s" in log.html


def test_the_log_shows_what_passed_how_long_it_took_and_no_markup(sender):
    log = showing(sender)
    log.tell([message("sent", b"<b>bold</b>"), kinds.Waits(10, "client", 1, "recv")])
    assert "→ &lt;b&gt;bold&lt;/b&gt;" in log.html
    assert "waiting for the reply" in log.html
    log.tell([message("received", b"\xff\xfe", b"World")])
    assert "← ff fe │ World" in log.html
    assert "1.39 ms" in log.html
    assert "waiting" not in log.html
    log.tell([message("sent", b"x" * 64, sizes=(1_000_000,))])
    assert "(1,000,000 bytes)" in log.html


def test_the_newest_line_stands_on_top_and_what_the_actor_does_now_above_it(sender):
    log = showing(sender)
    log.tell([message("sent", b"one"), message("received", b"ONE"), message("sent", b"two")])
    assert log.plain == "|→ two||← ONE |1.39 ms|||→ one|"
    log.tell([kinds.Waits(10, "client", 1, "recv")])
    assert log.plain.startswith("|waiting for the reply …||→ two|")


def test_nobody_waits_for_a_reply_to_what_was_only_told(sender):
    log = showing(sender, "PUSH")
    log.tell([message("sent", b"Hello"), kinds.Closed(2_000_000_000, "client", 1)])
    assert "→ Hello" in log.html
    assert "no reply" not in log.html


def test_a_socket_that_is_closed_without_its_reply_says_so_and_another_one_does_not(sender):
    log = showing(sender)
    log.tell([message("sent", b"Hello"), kinds.SocketMade(1, "client", 2, type="REQ")])
    log.tell([kinds.Closed(1_000_000_000, "client", 2)])
    assert "no reply" not in log.html
    log.tell([kinds.Closed(2_500_000_000, "client", 1)])
    assert "✗ no reply for 2.5 s: closed" in log.html


def test_the_log_shows_failures_and_leaves_out_other_actors(sender):
    log = showing(sender)
    log.tell([kinds.Failed(1, "server", None, error="ValueError", why="not mine")])
    assert log.html == ""
    log.tell([kinds.Failed(1, "client", None, error="ValueError", why="<mine>")])
    assert "ValueError: &lt;mine&gt;" in log.html


@pytest.mark.parametrize("ending", [kinds.Stopped, kinds.Finished, kinds.Died, kinds.Failed, kinds.Started])
def test_who_has_ended_waits_for_nothing(sender, ending):
    log = showing(sender)
    log.tell([message("sent", b"Hello"), kinds.Waits(10, "client", 1, "recv")])
    log.tell([ending(20, "client")])
    assert "waiting" not in log.html
    log.tell([kinds.Closed(30, "client", 1)])
    assert "no reply" not in log.html  # nobody is there to miss it


@pytest.mark.parametrize("next_one", [kinds.GoesOn(11, "client", 1), kinds.Pauses(11, "client", None, 1.0)])
def test_a_wait_ends_with_the_next_thing_that_its_actor_does(sender, next_one):
    log = showing(sender)
    log.tell([message("sent", b"Hello"), kinds.Waits(10, "client", 1, "recv")])
    log.tell([kinds.LinkDown(10, "client", 1, "tcp://127.0.0.1:1")])  # others did that
    assert "waiting" in log.html
    log.tell([next_one])
    assert "waiting" not in log.html


def test_why_a_send_waits_is_told_as_it_is(sender):
    log = showing(sender, "PUSH")
    log.tell([kinds.Connected(1, "client", 1, "tcp://a"), kinds.Waits(2, "client", 1, "send")])
    assert "waiting: nobody is there …" in log.html
    log.tell([kinds.SocketMade(3, "puller", 2, type="PULL"), kinds.Bound(4, "puller", 2, "tcp://a")])
    log.tell([kinds.LinkUp(5, "client", 1, "tcp://a"), message("sent", b"x"), kinds.Waits(7, "client", 1, "send")])
    assert "waiting: its queue is full …" in log.html


def test_a_log_that_begins_while_its_actor_waits_says_so(sender):
    made = kinds.SocketMade(0, "client", 1, type="REP")
    assert "waiting for a request" in Showing(sender, before=[made, kinds.Waits(1, "client", 1, "recv")]).html


def test_what_an_actor_in_a_call_was_given_is_kept_and_the_log_says_so_at_once(sender):
    log = showing(sender)
    log.tell([message("sent", b"one"), kinds.Waits(10, "client", 1, "recv"), kinds.Kept(11, "client", number=1)])
    assert log.plain.startswith("|waiting for the reply …||1 text is kept until recv() returns||→ one|")
    log.tell([kinds.Kept(12, "client", number=2)])
    assert "|2 texts are kept until recv() returns|" in log.plain
    log.tell([message("received", b"ONE"), kinds.Kept(13, "client", number=1)])
    assert "|1 text is kept until its code asks for it|" in log.plain
    log.tell([kinds.Kept(14, "client", number=0)])
    assert "kept" not in log.html


@pytest.mark.parametrize("ending", [kinds.Stopped, kinds.Finished, kinds.Died, kinds.Failed])
def test_what_was_kept_for_an_actor_that_ends_is_told_as_not_sent(sender, ending):
    log = showing(sender)
    log.tell([kinds.Waits(10, "client", 1, "recv"), kinds.Kept(11, "client", number=2), ending(12, "client")])
    assert "2 texts not sent" in log.plain
    assert "kept" not in log.html
    log.tell([kinds.Started(13, "client")])
    assert log.plain.count("not sent") == 1


def test_a_log_that_begins_while_something_is_kept_says_so(sender):
    before = [kinds.SocketMade(0, "client", 1, type="REQ"), kinds.Waits(1, "client", 1, "recv")]
    log = Showing(sender, before=[*before, kinds.Kept(2, "client", number=3)])
    assert "3 texts are kept until recv() returns" in log.plain


def test_what_a_monitor_is_told_is_no_message_of_the_log(sender):
    log = showing(sender)
    log.tell([kinds.Received(5, "client", 77, (b"\x01\x00", b"tcp://127.0.0.1:1"), (6, 17), 1, 4)])
    assert log.html == ""


def test_a_fault_button_arms_and_a_line_beside_it_says_so_until_it_has_struck():
    lab = FakeLab()
    faults = shown(lab, Faults("server", "sent"))
    there = Showing(faults)
    there.tell([kinds.Started(0, "server", None)])
    assert there.html == ""
    faults._arm.click()
    assert lab.asked == [("server", "sent")]
    there.tell([kinds.Armed(1, "server", None, fault="sent")])
    assert faults._arm.disabled
    assert there.plain == "|server is armed: send it a message, and it dies|"
    there.tell([kinds.Died(2, "server", None, fault="sent")])
    assert faults._arm.disabled  # nobody is there to die
    assert there.plain == "|server is not at work: died before sending|"
    faults._again.click()
    there.tell([kinds.Started(3, "server", None)])
    assert lab.asked[-1] == ("server", "restart")
    assert not faults._arm.disabled
    assert there.html == ""


@pytest.mark.parametrize(
    ("fault", "label"),
    [
        ("received", "Let it die with the next request"),
        ("sent", "Let it die before its next reply"),
        ("now", "Let it die"),
    ],
)
def test_a_fault_button_names_what_it_does_for_good(fault, label):
    faults = shown(FakeLab(), Faults("server", fault))
    for event in (kinds.Started(0, "server"), kinds.Armed(1, "server", None, fault), kinds.Died(2, "server")):
        faults.tell([event])
        assert faults._arm.description == label
        assert "zl-button-fault" in faults._arm._dom_classes


@pytest.mark.parametrize("ending", [kinds.Stopped, kinds.Finished, kinds.Died, kinds.Failed])
def test_who_is_not_at_work_cannot_be_killed_nor_armed(ending):
    faults = shown(FakeLab(), Faults("server"))
    faults.tell([kinds.Started(0, "server"), ending(1, "another")])
    assert not faults._arm.disabled
    faults.tell([ending(2, "server")])
    assert faults._arm.disabled
    assert not faults._again.disabled


def test_a_click_reaches_the_wire_and_the_reply_reaches_the_log(lab, page):
    lab.start(server)
    lab.start(client)
    sender = shown_by(lab, Sender("client", "hello"))
    press(sender)
    eventually(lambda: "← HELLO" in html_of(sender))
    assert sender.widget in page[0].children[-1].children


def test_the_log_of_a_server_waits_for_requests_and_measures_nothing():
    log = showing(shown(FakeLab(), Sender("client", "Yes", label="Reply")), "REP")
    log.tell([message("received", b"Soup?")])
    log.tell([message("sent", b"Yes"), kinds.Waits(3, "client", 1, "recv")])
    assert "waiting for a request" in log.html
    log.tell([message("received", b"And bread?"), kinds.Closed(9, "client", 1)])
    assert " ms" not in log.html
    assert "no reply" not in log.html
    assert "waiting" not in log.html


def test_an_actor_can_be_let_die_now_and_again_once_it_is_back():
    lab = FakeLab()
    faults = shown(lab, Faults("station", "now"))
    there = Showing(faults)
    arm, again = faults.widget.children[2].children
    arm.click()
    assert lab.asked == [("station", "kill")]
    there.tell([kinds.Died(1, "station", None)])
    assert (arm.description, arm.disabled) == ("Let it die", True)
    assert there.plain == "|station is not at work: died|"
    again.click()
    there.tell([kinds.Started(2, "station", None)])
    assert lab.asked[-1] == ("station", "restart")
    assert not arm.disabled
    assert there.html == ""


class Starts:
    """An output that says how often the server was started."""

    def __init__(self):
        self.starts = 0

    def begin(self, scene):
        return {}

    def apply(self, event, scene):
        self.starts += isinstance(event, kinds.Started) and event.actor == "server"
        return {"1": f"started {self.starts} times"}


def test_each_film_of_a_control_has_an_output_of_its_own(lab):
    faults = Faults("server")
    faults.output = Starts()
    first = shown_by(lab, faults).stage
    lab.show(faults)
    lab.start(server)
    for stage in (first, faults.stage):
        eventually(lambda stage=stage: stage.playback.pieces.get("outputs/0/1") == "started 1 times")
    assert faults.output.starts == 0
