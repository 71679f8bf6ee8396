"""Widgets of a closed lab: the page is told, this end is let go, and nothing vanishes from the page."""

import gc
import logging
import sys
import threading
import weakref

import comm
import ipywidgets as widgets
import pytest
from zmqlab.page.boxes import Boxes
from zmqlab.page.card import Card
from zmqlab.page.faults import Faults
from zmqlab.page.freeing import free, take_away
from zmqlab.page.panel import button, panel
from zmqlab.page.sender import Sender
from zmqlab.page.show import Shown
from zmqlab.page.stage import Stage
from zmqlab.picture.playback import Playback
from zmqlab.record import events as kinds

from tests.unit.common import eventually, left_over, nothing_left
from tests.unit.test_struck import Strike

WORDS = "This lab is closed: run its first cell again."


class Page:
    """Hears what every comm says."""

    def __init__(self):
        self.messages = []

    def hear(self, made, kind, data):
        self.messages.append((made.comm_id, kind, data or {}))

    def said(self, widget_id):
        """Return the values of traits that a widget's model in the page was given, after it was opened."""
        return [
            (name, value)
            for comm_id, kind, data in self.messages
            if comm_id == widget_id and kind == "comm_msg"
            for name, value in data.get("state", {}).items()
        ]


@pytest.fixture
def page(monkeypatch):
    """Let every comm that is made from here on speak to a page."""
    page = Page()

    class Told(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            page.hear(self, msg_type, data)

    monkeypatch.setattr(comm, "create_comm", Told)
    return page


def every_kind():
    """Return a tree with every kind of widget that a lab shows."""
    stage = Stage(Playback(), "a stage")
    sender, faults = Sender("client"), Faults("server")
    grid = widgets.GridBox([widgets.HTML("a"), button("?", print)])
    slider = widgets.IntSlider(description="workers")
    return [stage, sender.widget, faults.widget, panel("a table", grid, slider), card()]


def card(pressed=print):
    return Card(pressed, heading="A question", text="?", buttons=[{"label": "Check", "action": "check"}])


def test_nothing_is_left_of_any_kind_of_widget():
    before = left_over()
    free(every_kind(), WORDS)
    eventually(lambda: nothing_left(before))


def test_a_test_that_finds_a_widget_left_says_which():
    before = left_over()
    kept = widgets.IntSlider(description="how many workers")
    assert "IntSlider (how many workers)" in repr(nothing_left(before))
    free([kept], WORDS)
    eventually(lambda: nothing_left(before))


def test_nothing_is_left_of_what_is_taken_away():
    before = left_over()
    for widget in every_kind():
        take_away(widget)
    eventually(lambda: nothing_left(before))


def test_who_is_interrupted_while_a_widget_is_shown_leaves_nothing(monkeypatch):
    monkeypatch.setattr("zmqlab.page.place._is_jupyterlab", lambda: True)
    before, number, strike = left_over(), 0, None
    while strike is None or strike.where:
        shown, strike = Shown(None, [widgets.HTML("a")]), Strike(number)
        gc.collect()  # or what was before ends just now, and is interrupted instead
        sys.settrace(strike)
        try:
            shown._repr_mimebundle_()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        eventually(lambda: not busy())
        free([shown], WORDS)
        assert nothing_left(before), strike.where
        number += 7


def busy():
    """Whether something is being done whole just now."""
    return any(thread.name == "zmqlab: what must be done whole" for thread in threading.enumerate())


def test_what_is_let_go_can_be_collected_with_all_that_it_holds():
    sender = Sender("client")
    free([sender.widget], WORDS)
    gone = weakref.ref(sender)
    del sender
    eventually(lambda: gc.collect() >= 0 and gone() is None)  # what is finalized may live until the next collection


def test_no_view_is_taken_out_of_the_page(page):
    roots = every_kind()
    free(roots, WORDS)
    del roots
    gc.collect()
    kinds_of_messages = {kind for _, kind, _ in page.messages}
    assert kinds_of_messages == {"comm_open", "comm_msg"}


def test_every_panel_and_every_card_says_why_nothing_answers(page):
    roots = every_kind()
    names = {root.model_id: root for root in roots}
    free(roots, WORDS)
    for model_id, root in names.items():
        speaks = root if hasattr(root, "over") else root.children[0]
        said = page.said(model_id) if speaks is root else page.said(speaks._model_id)
        assert ("over", WORDS) in said, root


def test_what_can_be_pressed_is_disabled_in_the_page(page):
    press, slider, boxes = widgets.Button(), widgets.IntSlider(), Boxes("Hello", "Send", print)
    ids = [one.model_id for one in (press, slider, boxes)]
    free([widgets.VBox([press, widgets.HBox([slider]), boxes])], WORDS)
    assert [page.said(one) for one in ids] == [[("disabled", True)], [("disabled", True)], [("over", WORDS)]]


def test_a_stage_leaves_its_whole_film_to_a_page_that_has_not_asked_yet(page):
    playback = Playback()
    made = kinds.SocketMade(1, "client", 1, type="REQ")
    stage = Stage(playback, "a film").from_the_beginning()
    stage.show(playback.film([made, kinds.Sent(2, "client", 1, (b"Hello",), (5,), 1)]))
    model_id = stage.model_id
    free([stage], WORDS)
    last = dict(page.said(model_id))["last"]
    assert last["film"]
    assert last["history"] == [step._asdict() for step in stage.past._steps]
    assert last["history"]


def test_it_may_be_called_again_and_what_somebody_closed_is_left_alone(page):
    closed, open_one = widgets.Button(), widgets.Button()
    model_id = open_one.model_id
    box = widgets.VBox([closed, open_one])
    closed.close()
    free([box], WORDS)
    free([box, closed], "other words")
    assert page.said(model_id) == [("disabled", True)]


def test_a_widget_that_the_page_has_closed_is_let_go_too():
    before = left_over()
    press = button("one", print)
    comm.get_comm_manager().unregister_comm(press.comm)  # as on a message from the page
    free([press], WORDS)
    eventually(lambda: nothing_left(before))


def test_the_scripts_that_all_widgets_have_are_not_let_go_with_some_of_them():
    gone, stays = card(), card()
    free([gone], WORDS)
    assert stays.library.comm is not None
    assert stays.library is card().library
    assert (
        stays.get_state()["library"] == f"IPY_MODEL_{stays.library.model_id}"
    )  # what a page that is reloaded asks for


def test_a_page_that_can_no_longer_be_told_keeps_nothing_from_being_let_go(monkeypatch):
    before = left_over()
    press = button("one", print)

    def broken(*_, **__):
        raise OSError("the kernel is ending")

    monkeypatch.setattr(press.comm, "publish_msg", broken)
    free([press], WORDS)
    eventually(lambda: nothing_left(before))


def test_many_threads_may_let_go_of_the_same_widgets():
    before = left_over()
    roots, problems = every_kind(), []

    def let_go():
        try:
            free(roots, WORDS)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=let_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    eventually(lambda: nothing_left(before))


def test_a_widget_is_let_go_by_one_thread_at_a_time(monkeypatch):
    both, press = threading.Barrier(2), widgets.Button()
    close, met = press.close, []

    def meet():
        try:
            both.wait(0.3)
            met.append("two threads close it at once")
        except threading.BrokenBarrierError:
            close()

    monkeypatch.setattr(press, "close", meet)
    threads = [threading.Thread(target=free, args=[[press], WORDS]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == []
    assert press.comm is None


def test_what_is_set_afterwards_harms_nobody(page):
    shown, press = card(), button("one", print)
    free([shown, press], WORDS)
    heard = len(page.messages)
    shown.show(text="Nobody sees this.")
    press.description = "nor this"
    shown.send("nor this")
    assert len(page.messages) == heard


@pytest.mark.parametrize("end", [lambda widget: free([widget], WORDS), take_away])
def test_a_late_question_of_the_page_is_not_told_below_the_cell_that_runs(end, caplog):
    press = button("one", print)
    model_id = press.model_id
    end(press)
    with caplog.at_level(logging.WARNING):
        assert comm.get_comm_manager().get_comm(model_id) is None
        assert not caplog.records
        comm.get_comm_manager().get_comm("somebody else's")
        assert caplog.records


def test_what_is_let_go_can_still_be_shown_in_words():
    stage, shown, box = Stage(Playback(), "a stage"), card(), panel("A panel")
    free([stage, shown, box], WORDS)
    data, _ = stage._repr_mimebundle_()
    assert "image/svg+xml" in data
    data, _ = shown._repr_mimebundle_()
    assert "A question" in data["text/plain"]
    data, _ = box._repr_mimebundle_()
    assert "A panel" in data["text/plain"]
