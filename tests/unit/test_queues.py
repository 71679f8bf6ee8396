"""Where messages are between two sockets: measured on real ones, drawn, and changed by sliders."""

import re
import sys
import threading
from contextlib import closing
from xml.etree import ElementTree

import psutil
import pytest
import zmq
from zmqlab.course.queues_and_limits import between, gauges
from zmqlab.course.queues_and_limits.between import Places, places
from zmqlab.course.queues_and_limits.figures import NOT_KNOWN, Figures, QueueGauges
from zmqlab.course.queues_and_limits.queues import STILL, Queues
from zmqlab.lab import Lab
from zmqlab.live.sockets import Context
from zmqlab.record import events as kinds
from zmqlab.record.tally import Tally
from zmqlab.record.trace import Trace

from tests.lessons import ROOT, code_cells, read, source
from tests.unit.common import FakeLab, Showing, eventually, html_of, shown, shown_by

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what its kernel holds")


# where they are


@pytest.fixture
def context(trace):
    made = Context(trace=trace)
    yield made
    made.destroy(linger=0)


def joined(context, kinds=(zmq.PUSH, zmq.PULL), sender_binds=True, mark=5):
    """Return a sender, a receiver, and a function that says where the messages between them are."""
    sender, receiver = (context.socket(kind) for kind in kinds)
    sender.sndhwm = receiver.rcvhwm = mark
    binds, connects = (sender, receiver) if sender_binds else (receiver, sender)
    port = binds.bind_to_random_port("tcp://127.0.0.1")
    connects.connect(f"tcp://127.0.0.1:{port}")
    if receiver.type == zmq.SUB:
        receiver.subscribe("")
    kind = sender._type_name
    return sender, receiver, lambda: places(sender._record, receiver._record, kind, port, not sender_binds)


@on_linux
@pytest.mark.parametrize("sender_binds", [True, False])
@pytest.mark.parametrize("size", [10, 255, 256, 50_000])
def test_what_is_read_from_the_kernel_is_with_the_receiver_to_the_last_message(context, size, sender_binds):
    sender, receiver, where = joined(context, sender_binds=sender_binds)
    for _ in range(4):
        sender.send(bytes(size))
    eventually(lambda: where() == (0, 0, 4))
    receiver.recv()
    assert where() == (0, 0, 3)


@on_linux
@pytest.mark.parametrize("kinds", [(zmq.PUSH, zmq.PULL), (zmq.PUB, zmq.SUB)])
def test_a_connection_opens_with_so_many_bytes(context, kinds):
    sender, receiver = (context.socket(kind) for kind in kinds)
    port = sender.bind_to_random_port("tcp://127.0.0.1")
    receiver.connect(f"tcp://127.0.0.1:{port}")
    opening = between.OPENING + len(sender._type_name)
    eventually(lambda: between._bytes_through(port, connects=False) == (opening, opening))


@on_linux
def test_a_full_line_is_split_in_three_and_adds_up(context):
    sender, receiver, where = joined(context)
    while sender.poll(300, zmq.POLLOUT):
        sender.send(bytes(50_000))
    sent = sender._record.sent
    eventually(lambda: where() == where())
    found = where()
    assert sum(found) == sent
    assert 1 <= found.sender <= 6  # the mark, and one in hand
    assert 5 <= found.receiver <= 6
    assert found.kernel > 5
    for _ in range(sent):
        receiver.recv()
    eventually(lambda: where() == (0, 0, 0))


@on_linux
def test_what_a_publisher_dropped_counts_as_with_the_sender(context):
    sender, receiver, where = joined(context, (zmq.XPUB, zmq.SUB))
    sender.recv()  # the subscription
    for _ in range(500):
        sender.send(bytes(50_000))
    received = 0
    while receiver.poll(300):
        receiver.recv()
        received += 1
    assert where() == (500 - received, 0, 0)
    assert received < 500


def test_without_a_link_or_elsewhere_than_on_linux_nothing_is_claimed(context, monkeypatch):
    sender, receiver, where = joined(context)
    assert where() == (0, 0, 0)
    sender.send(b"x")
    monkeypatch.setattr(between.sys, "platform", "win32")
    assert where() is None
    monkeypatch.undo()
    receiver.close(0)
    eventually(lambda: where() is None)


# the drawing


def test_the_curve_is_well_formed_and_said_in_words():
    samples = [(80.0, 9_999, 0, 0), (99.0, 1, 2, 3), (100.0, 10, 20, 30)]
    svg = gauges.curve(samples, 100.5)
    root = ElementTree.fromstring(svg)
    assert len(list(root.iter("polygon"))) == 3
    assert root.get("aria-label").startswith(
        "Now 10 messages are with the sender, 20 in the kernel, 30 with the receiver."
    )
    assert "there were 60 at most" in root.get("aria-label")
    assert ">100<" in svg
    assert "9,999" not in svg


@pytest.mark.parametrize(("most", "label"), [(4_000, "5,000"), (23_000, "50k"), (150_000, "200k"), (900_000, "1M")])
def test_the_scale_of_the_curve_has_room_beside_it(most, label):
    assert f">{label}<" in gauges.curve([(1.0, most, 0, 0)], 1.0)


def test_the_areas_stand_upon_each_other():
    root = ElementTree.fromstring(gauges.curve([(0.0, 0, 0, 0), (1.0, 20, 30, 50)], 1.0))

    def heights(kind):
        (area,) = [one for one in root.iter("polygon") if one.get("class") == f"zl-gauge-{kind}"]
        return [float(point.split(",")[1]) for point in area.get("points").split() if point.startswith("380.0")]

    (sender, kernel), (same, receiver), (again, ground) = map(heights, ("sender", "kernel", "receiver"))
    assert (kernel, receiver) == (same, again)
    assert sender < kernel < receiver < ground


def test_a_gauge_is_never_more_than_full_and_its_words_are_no_markup():
    bar = gauges.gauge("sender", "<b>", 300, 100, "300 & more")
    assert "width: 100%" in bar
    assert "&lt;b&gt;" in bar
    assert "300 &amp; more" in bar
    assert "width: 0%" in gauges.gauge("sender", "", 3, 0, "")


def test_what_stood_still_for_longer_than_the_curve_goes_back_is_drawn_from_its_beginning():
    root = ElementTree.fromstring(gauges.curve([(0.0, 0, 0, 50), (59.7, 0, 0, 50), (60.0, 0, 0, 49)], 60.0))
    areas = {area.get("class"): area.get("points").split() for area in root.iter() if area.tag.endswith("polygon")}
    assert areas["zl-gauge-receiver"][0] == f"{gauges.LEFT:.1f},{gauges.TOP:.1f}"


def test_an_empty_curve_can_be_drawn():
    assert "No message is on its way." in gauges.curve([], 5.0)


# the control


class TracedLab(FakeLab):
    """One that has a record, too."""

    def __init__(self):
        super().__init__()
        self.trace = Trace()

    def endpoint(self, name):
        return "tcp://127.0.0.1:1"


@pytest.fixture
def lab_and_queues():
    lab = TracedLab()
    dials = {"sends": 0, "reads": 0, "size": 10_000, "mark": 10}
    queues = shown(lab, Queues("sender", "reader", dials))
    yield lab, queues, dials
    queues.close()


class Watched(Showing):
    """Queues that are told what happens, and that measure when they are asked to."""

    def __init__(self, lab, queues):
        super().__init__(queues)
        self.lab = lab

    def begin(self, kind="PUSH"):
        """Tell of both actors' sockets. Returns their counters."""
        tallies = [Tally(name) for name in ("sender", "reader")]
        for tally, type_name in zip(tallies, (kind, "PULL"), strict=True):
            self.lab.trace.enter(tally)
            self.tell([kinds.SocketMade(1, tally.actor, tally.number, type=type_name)])
        return tallies

    def look(self, found, monkeypatch):
        """Measure, and tell of it. Returns what is shown."""
        monkeypatch.setattr("zmqlab.course.queues_and_limits.queues.places", lambda *where: found)
        self.control.look()
        self.tell([event for event in self.lab.trace.take() if isinstance(event, kinds.Measured)])
        return self.html


def test_the_button_and_the_rates_turn_the_dials_at_once(lab_and_queues):
    lab, queues, dials = lab_and_queues
    assert dials["sends"] == 0
    queues.button.click()
    assert dials["sends"] == queues.sends.value > 0
    queues.sends.value, queues.reads.value = 500, 50
    assert (dials["sends"], dials["reads"]) == (500, 50)
    queues.button.click()
    assert dials["sends"] == 0
    assert lab.asked == []


@pytest.mark.parametrize(("slider", "name", "value"), [("size", "size", 1_000), ("mark", "mark", 50)])
def test_what_holds_from_the_beginning_begins_anew(lab_and_queues, slider, name, value):
    lab, queues, dials = lab_and_queues
    getattr(queues, slider).value = value
    assert dials[name] == value
    assert lab.asked == [("sender", "stop"), ("reader", "stop"), ("reader", "restart"), ("sender", "restart")]


def test_the_gauges_say_what_was_measured(lab_and_queues, monkeypatch):
    lab, queues, _ = lab_and_queues
    watched = Watched(lab, queues)
    sender, _reader = watched.begin()
    assert watched.html == ""  # nothing is measured yet
    sender.sent = 130
    shown = watched.look(between.Places(7, 113, 10), monkeypatch)
    for words in ("7 (mark 10)", "113 (1.1 MB)", "10 (mark 10)", "<svg"):
        assert words in shown
    assert "dropped" not in shown


def test_a_sender_that_waits_is_told_until_it_has_sent_again(lab_and_queues, monkeypatch):
    lab, queues, _ = lab_and_queues
    watched = Watched(lab, queues)
    sender, _reader = watched.begin()
    sender.sent = 5
    assert "waits in send()" not in watched.look(between.Places(5, 0, 0), monkeypatch)
    watched.tell([kinds.Waits(2, "sender", sender.number, "send")])
    assert "waits in send()" in watched.html
    assert "waits in send()" in watched.look(between.Places(4, 1, 0), monkeypatch)
    watched.tell([kinds.Sent(3, "sender", sender.number, (b"x",), (1,), 6)])
    assert "waits in send()" not in watched.html


def test_of_a_publisher_what_no_queue_can_hold_was_dropped_at_least(lab_and_queues, monkeypatch):
    lab, queues, _ = lab_and_queues
    watched = Watched(lab, queues)
    sender, _reader = watched.begin("PUB")
    sender.sent = 100
    assert "dropped: at least 89" in watched.look(between.Places(100, 0, 0), monkeypatch)
    assert "dropped: at least 89" in watched.look(between.Places(92, 4, 4), monkeypatch)


def test_where_nothing_is_known_the_total_is_told(lab_and_queues, monkeypatch):
    lab, queues, _ = lab_and_queues
    watched = Watched(lab, queues)
    sender, reader = watched.begin()
    sender.sent, reader.received = 30, 10
    shown = watched.look(None, monkeypatch)
    assert ">20<" in shown
    assert "only Linux tells" in shown


# all of it together


def sender(context, endpoint, pause, dials):
    with context.socket(zmq.PUSH) as out:
        out.sndhwm = dials["mark"]
        out.bind(endpoint)
        while True:
            for _ in range(dials["sends"] // 20):
                out.send(bytes(dials["size"]))
            pause(0.05)


def reader(context, endpoint, pause, dials):
    with context.socket(zmq.PULL) as incoming:
        incoming.rcvhwm = dials["mark"]
        incoming.connect(endpoint)
        while True:
            for _ in range(dials["reads"] // 20):
                incoming.recv()
            pause(0.01)


@on_linux
def test_the_control_in_a_lab(lab):
    dials = {"sends": 0, "reads": 0, "size": 100_000, "mark": 10}
    for function in (sender, reader):
        lab.start(function, endpoint=lab.endpoint(transport="tcp"), dials=dials)
    control = shown_by(lab, Queues("sender", "reader", dials))
    press, sends, reads = control.button, control.sends, control.reads
    sends.value = 5000
    press.click()
    eventually(lambda: "sender waits in send()" in html_of(control))
    press.click()
    reads.value = 5000
    eventually(lambda: "Now 0 messages are with the sender, 0 in the kernel" in html_of(control))
    eventually(lambda: "waits in send()" not in html_of(control))


def of_the_lesson(*names):
    """Return functions of lesson 06 as they stand there."""
    cells = [source(cell) for _, cell in code_cells(read(ROOT / "notebooks/06-queues-and-limits.ipynb"))]
    found = {"zmq": zmq}
    for cell in cells:
        if cell.startswith(tuple(f"def {name}(" for name in names)):
            exec(cell, found)
    return [found[name] for name in names]


def listening():
    """Return the tcp ports at which this process listens."""
    return {found.laddr.port for found in psutil.Process().net_connections("tcp") if found.status == psutil.CONN_LISTEN}


def test_on_a_shared_host_the_lesson_opens_no_port_and_its_gauges_tell_the_total(monkeypatch):
    monkeypatch.setenv("ZMQLAB_SHARED_HOST", "1")
    dials, before = {"sends": 0, "reads": 0, "size": 100_000, "mark": 10}, listening()
    with closing(Lab("flow on a shared host")) as lab:
        for function in of_the_lesson("sender", "reader"):
            lab.start(function, endpoint=lab.endpoint(), dials=dials)
        queues = shown_by(lab, Queues("sender", "reader", dials))
        press, sends, reads = queues.button, queues.sends, queues.reads
        sends.value = 5000
        press.click()
        eventually(lambda: "sender waits in send()" in html_of(queues))
        assert "This is the total only" in html_of(queues)
        assert "on the way" in html_of(queues)
        assert listening() == before
        press.click()
        reads.value = 5000
        eventually(lambda: '<span class="zl-bar-words">0</span>' in html_of(queues))


@pytest.mark.parametrize(
    ("endpoint", "port"), [("tcp://127.0.0.1:5555", 5555), ("ipc:///tmp/zmqlab-x/1", None), ("inproc://x", None)]
)
def test_only_over_tcp_there_is_a_port_to_look_at(endpoint, port):
    assert between.port_of(endpoint) == port


class Told(threading.Event):
    """An event that knows whether somebody waits for it."""

    waited_for = False

    def wait(self, timeout=None):
        self.waited_for = True
        try:
            return super().wait(timeout)
        finally:
            self.waited_for = False


def test_where_nothing_moves_nobody_looks(lab_and_queues, monkeypatch):
    monkeypatch.setattr("zmqlab.course.queues_and_limits.queues.PERIOD", 0.001)
    lab, queues, _ = lab_and_queues
    looks, found = [], [Places(1, 2, 3)]
    monkeypatch.setattr("zmqlab.course.queues_and_limits.queues.places", lambda *where: looks.append(1) or found[0])
    news, queues._news = queues._news, Told()
    news.set()
    Watched(lab, queues).begin()
    eventually(lambda: len(looks) > STILL)
    eventually(lambda: queues._news.waited_for and not queues._news.is_set())
    before, found[0] = len(looks), Places(3, 2, 1)
    queues.tell([kinds.Sent(9, "sender", 1, (b"x",), (1,), 1)])
    eventually(lambda: len(looks) > before + STILL)
    eventually(lambda: queues._news.waited_for and not queues._news.is_set())
    measured = [event for event in lab.trace.take() if isinstance(event, kinds.Measured)]
    assert [event.values[2:5] for event in measured] == [(1, 2, 3), (3, 2, 1)]  # entered when they have changed
    before = len(looks)
    queues.tell(measured)  # its own figures are no news
    queues.tell([])
    assert not queues._news.is_set()
    assert len(looks) == before


@on_linux
def test_in_a_lab_where_nothing_happens_its_thread_sleeps_and_so_does_the_pump(lab, monkeypatch):
    monkeypatch.setattr("zmqlab.course.queues_and_limits.queues.PERIOD", 0.01)
    dials = {"sends": 0, "reads": 0, "size": 1_000, "mark": 10}
    for function in (sender, reader):
        lab.start(function, endpoint=lab.endpoint(transport="tcp"), dials=dials)
    queues = Queues("sender", "reader", dials)
    queues._news = Told()
    looks, plain = [], queues.look
    monkeypatch.setattr(queues, "look", lambda: (looks.append(1), plain())[1])
    lab.show(queues)
    eventually(lambda: len(looks) >= STILL)
    eventually(lambda: queues._news.waited_for and not queues._news.is_set() and lab.trace.asleep)
    before = len(looks)
    queues.sends.value = 100
    queues.button.click()
    eventually(lambda: len(looks) > before and re.search(r"[1-9] in the kernel", html_of(queues)))
    assert queues._thread.is_alive()


def test_a_look_that_fails_is_told_where_the_control_stands(lab_and_queues, monkeypatch):
    monkeypatch.setattr("zmqlab.course.queues_and_limits.queues.PERIOD", 0.001)
    lab, queues, _ = lab_and_queues

    def fail(*_):
        raise OSError("<no /proc>")

    monkeypatch.setattr("zmqlab.course.queues_and_limits.queues.places", fail)
    Watched(lab, queues).begin()
    eventually(lambda: "OSError: &lt;no /proc&gt;" in queues.note.value)


def test_a_socket_of_which_nothing_is_kept_any_more_ends_no_look(lab_and_queues):
    lab, queues, _ = lab_and_queues
    watched = Watched(lab, queues)
    watched.tell([kinds.SocketMade(1, name, number, type="PUSH") for number, name in ((8, "sender"), (9, "reader"))])
    assert queues.look() is False
    watched.begin()
    assert queues.look() is True


def test_of_two_that_did_not_begin_together_no_figure_is_less_than_none(lab_and_queues, monkeypatch):
    lab, queues, _ = lab_and_queues
    watched = Watched(lab, queues)
    sender, reader = watched.begin()
    sender.sent, reader.received = 1, 500
    assert "0 (0.0 MB)" in watched.look(between.Places(0, -499, 0), monkeypatch)
    shown = watched.look(None, monkeypatch)
    assert '<span class="zl-bar-words">0</span>' in shown
    assert "width: -" not in shown


# its output


def measured(time, *values, actor="sender"):
    return kinds.Measured(time, actor, 1, "queues", tuple(Figures(*values)))


def test_gauges_show_the_last_figures_and_a_new_socket_begins_a_new_curve(lab_and_queues):
    _, queues, _ = lab_and_queues
    gauges = Showing(queues)
    gauges.tell([kinds.SocketMade(0, "sender", 1, "PUSH"), measured(10**9, 9, 0, 2, 3, 4, 0, 10, 1_000)])
    assert "Now 2 messages are with the sender, 3 in the kernel, 4 with the receiver" in gauges.html
    gauges.tell([measured(2 * 10**9, 90, 0, 20, 30, 40, 0, 10, 1_000)])
    gauges.tell([kinds.SocketMade(3 * 10**9, "sender", 2, "PUSH")])
    assert "20 (mark 10)" not in gauges.html, "these are figures of a socket that is closed"
    assert "begun anew" in gauges.html
    gauges.tell([measured(4 * 10**9, 1, 0, 1, 0, 0, 0, 10, 1_000)._replace(socket=2)])
    assert "there were 1 at most" in gauges.html


def test_figures_of_others_are_none_of_its_own(lab_and_queues):
    _, queues, _ = lab_and_queues
    gauges = Showing(queues)
    gauges.tell([measured(1, 9, 0, 2, 3, 4, 0, 10, 1_000, actor="another")])
    gauges.tell([measured(2, 9, 0, 2, 3, 4, 0, 10, 1_000)._replace(name="other figures")])
    assert gauges.html == ""


def test_a_message_moves_no_gauge_and_draws_no_curve(lab_and_queues):
    _, queues, _ = lab_and_queues
    gauges = QueueGauges("sender")
    there = Showing(queues)
    for event in (kinds.SocketMade(0, "sender", 1, "PUSH"), measured(1, 9, 0, 2, 3, 4, 0, 10, 1_000)):
        there.scene.apply(event)
        gauges.apply(event, there.scene)
    sent = kinds.Sent(10**9, "sender", 1, (b"x",), (1,), 1)
    assert gauges.apply(sent, there.scene.apply(sent)) == {}


def test_a_curve_has_so_many_points_at_most(lab_and_queues):
    _, queues, _ = lab_and_queues
    there = Showing(queues)
    there.tell([measured(number * 10**8, number, 0, number, 0, 0, 0, 10, 1_000) for number in range(1, 1000)])
    polygon = ElementTree.fromstring(there.pieces[-1]).find("polygon")
    assert 2 * 40 < len(polygon.get("points").split()) <= 2 * 60
    assert "Now 999 messages are with the sender" in there.html
    there.tell([measured(10**12, 1_000, 0, *[NOT_KNOWN] * 3, 0, 10, 1_000)])
    assert "only Linux tells" in there.html


def test_where_nothing_was_measured_for_long_nothing_moved(lab_and_queues):
    _, queues, _ = lab_and_queues
    there = Showing(queues)
    there.tell([measured(second * 10**9, 9, 0, count, 0, 0, 0, 10, 1_000) for second, count in ((1, 10), (11, 0))])
    area = next(one for one in ElementTree.fromstring(there.pieces[-1]).iter("polygon") if "sender" in one.get("class"))
    upper = [point.split(",") for point in area.get("points").split()][:3]
    assert upper[0][1] == upper[1][1] != upper[2][1]  # level until just before it fell


def test_who_has_filled_a_queue_hears_of_room_half_a_queue_at_a_time():
    with zmq.Context() as context, context.socket(zmq.PULL) as receiver, context.socket(zmq.PUSH) as full:
        full.sndhwm = receiver.rcvhwm = 5  # over inproc they are one queue of 10
        receiver.bind("inproc://half")
        full.connect("inproc://half")
        sent = read = 0
        while full.poll(0, zmq.POLLOUT):
            full.send(b"x")
            sent += 1
        while not full.poll(0, zmq.POLLOUT):
            receiver.recv(zmq.NOBLOCK)
            read += 1
    assert (sent, read) == (10, 5)
