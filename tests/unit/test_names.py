"""Any text as an actor's name: seen whole or cut, escaped, and nothing stops because of it."""

from xml.etree import ElementTree

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st
from zmqlab.record import files
from zmqlab.record.text import NAME, readable
from zmqlab.recording import save, snapshot

from tests.unit.common import client, eventually, server, stage_of

TEXTS = {
    "a lone surrogate": "half \ud800 a character",
    "colours of a terminal": "\x1b[31mred\x1b[0m",
    "another direction": "\u202etxet\u202c \u2067tob\u2069",
    "nothing that XML can hold": "\x00\x01\x0b\ufffe",
    "markup": '<script>alert("&")</script>',
    "a million letters": "x" * 1_000_000,
    "a million half characters": "\udfff" * 1_000_000,
    "two lines": "one\ntwo\r\tthree",
    "Hebrew": "שרת",
    "spaces": "   ",
}


@pytest.mark.parametrize("name", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("process", [False, True], ids=["thread", "process"])
def test_an_actor_may_be_called_anything(lab, tmp_path, name, process):
    stage = stage_of(lab)
    lab.start(server, name=name, process=process)
    lab.start(client, name="client")
    lab["client"].say("hello")
    assert lab.wait_for(lambda: len(lab[name].messages("sent")) == 1, 10)
    eventually(lambda: "1 sent" in stage.playback.pieces["totals"] or "2 sent" in stage.playback.pieces["totals"])
    eventually(lambda: stage.playback.scene.received == 2)
    picture = snapshot(lab)
    for svg in (picture.svg, picture.sequence):
        ElementTree.fromstring(svg.encode("utf-8"))
        assert len(svg) < 100_000
    words = repr(picture)
    assert all(line.isprintable() for line in words.splitlines())
    said = [step["say"] for step in stage.past.told()["history"]]
    assert all(len(one) < 1_000 and one.isprintable() for one in said)
    _, events = files.load(save(lab, tmp_path / "run.json"))
    assert [event.actor for event in events].count(readable(name)) > 1
    assert lab[name].stop()


def test_what_an_exception_says_is_shown_as_text_and_cut(lab):
    def clumsy():
        raise ValueError("\ud800\x1b[31m" + "x" * 1_000_000)

    stage = stage_of(lab)
    actor = lab.start(clumsy)
    assert actor.join(5)
    eventually(lambda: "ValueError" in repr(stage))
    assert len(repr(stage)) < 2_000
    assert lab._bench.pump._thread.is_alive()


def test_a_cell_may_be_called_anything(lab):
    with lab.context(TEXTS["a lone surrogate"]).socket(zmq.PUB) as publisher:
        publisher.bind(lab.endpoint())
        assert "half \\ud800 a character" in repr(snapshot(lab))


@given(st.text(st.characters()), st.integers(4, 80))
def test_what_is_readable_can_be_seen_and_fits(text, letters):
    shown = readable(text, letters)
    assert shown.isprintable()
    assert len(shown) <= letters
    shown.encode("utf-8")
    if text.isprintable() and len(text) <= letters:
        assert shown == text
    assert readable(shown, letters) == shown


def test_names_are_cut_where_one_sees_it():
    assert readable("x" * NAME) == "x" * NAME
    assert readable("x" * (NAME + 1)) == "x" * (NAME - 1) + "…"
