"""Controls: they address actors, show what really passed, and nothing typed is lost."""

import pytest
from zmqlab.page.faults import Faults
from zmqlab.page.sender import LARGEST, Sender
from zmqlab.record import events as kinds

from tests.unit.common import FakeLab, client, eventually, server, shown, shown_by


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


def test_a_reply_that_took_longer_than_a_second_is_told_in_seconds():
    sender = shown(FakeLab(), Sender("client", "Hello"))
    sender.tell([message("sent", b"?"), message("received", b"!", ended=60_157_670_000)])
    assert "60.2 s" in sender._log.widget.value


def test_the_log_shows_what_passed_how_long_it_took_and_no_markup():
    sender = shown(FakeLab(), Sender("client", "Hello"))
    sender.tell([message("sent", b"<b>bold</b>"), kinds.Waits(10, "client", 1, "recv")])
    said = sender._log.widget.value
    assert "→ &lt;b&gt;bold&lt;/b&gt;" in said
    assert "waiting for the reply" in said
    sender.tell([message("received", b"\xff\xfe", b"World")])
    said = sender._log.widget.value
    assert "← ff fe │ World" in said
    assert "1.39 ms" in said
    assert "waiting" not in said
    sender.tell([message("sent", b"x" * 64, sizes=(1_000_000,))])
    assert "(1,000,000 bytes)" in sender._log.widget.value


def test_nobody_waits_for_a_reply_to_what_was_only_told():
    sender = shown(FakeLab(), Sender("client", "Hello"))
    made = kinds.SocketMade(0, "client", 1, type="PUSH")
    sender.tell([made, message("sent", b"Hello"), kinds.Closed(2_000_000_000, "client", 1)])
    assert "→ Hello" in sender._log.widget.value
    assert "no reply" not in sender._log.widget.value


def test_the_log_shows_failures_and_leaves_out_other_actors():
    sender = shown(FakeLab(), Sender("client", "Hello"))
    sender.tell([kinds.Failed(1, "server", None, error="ValueError", why="not mine")])
    assert sender._log.widget.value == ""
    sender.tell([kinds.Failed(1, "client", None, error="ValueError", why="<mine>")])
    assert "ValueError: &lt;mine&gt;" in sender._log.widget.value


def test_a_fault_button_arms_and_says_so_until_it_has_struck():
    lab = FakeLab()
    faults = shown(lab, Faults("server", "sent"))
    faults._arm.click()
    assert lab.asked == [("server", "sent")]
    faults.tell([kinds.Armed(1, "server", None, fault="sent")])
    assert faults._arm.disabled
    faults.tell([kinds.Died(2, "server", None, fault="sent")])
    assert faults._arm.disabled  # nobody is there to die
    faults._again.click()
    faults.tell([kinds.Started(3, "server", None)])
    assert lab.asked[-1] == ("server", "restart")
    assert not faults._arm.disabled
    assert faults._arm.description == "Let it die before its next reply"


def test_a_click_reaches_the_wire_and_the_reply_reaches_the_log(lab, page):
    lab.start(server)
    lab.start(client)
    sender = shown_by(lab, Sender("client", "hello"))
    press(sender)
    eventually(lambda: "← HELLO" in sender._log.widget.value)
    assert sender.widget in page[0].children


def test_the_log_of_a_server_waits_for_requests_and_measures_nothing():
    sender = shown(FakeLab(), Sender("client", "Yes", label="Reply"))
    sender.tell([kinds.SocketMade(0, "client", 1, type="REP"), message("received", b"Soup?")])
    sender.tell([message("sent", b"Yes"), kinds.Waits(3, "client", 1, "recv")])
    assert "waiting for a request" in sender._log.widget.value
    sender.tell([message("received", b"And bread?"), kinds.Closed(9, "client", 1)])
    assert " ms" not in sender._log.widget.value
    assert "no reply" not in sender._log.widget.value


def test_an_actor_can_be_let_die_now_and_again_once_it_is_back():
    lab = FakeLab()
    faults = shown(lab, Faults("station", "now"))
    arm, again = faults.widget.children[2].children
    arm.click()
    assert lab.asked == [("station", "kill")]
    faults.tell([kinds.Died(1, "station", None)])
    assert (arm.description, arm.disabled) == ("It died", True)
    again.click()
    faults.tell([kinds.Started(2, "station", None)])
    assert lab.asked[-1] == ("station", "restart")
    assert not arm.disabled
