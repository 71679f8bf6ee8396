"""A batch of work: pressed for, counted from the trace, and timed from the first task to the last result."""

import pytest
from zmqlab.course.pipeline.batches import Batches
from zmqlab.record import events as kinds

from tests.unit.common import FakeLab, Showing, eventually, html_of, shown, shown_by

SECOND = 1_000_000_000
SOCKETS = {"worker 1": 1, "worker 2": 2, "ventilator": 8, "sink": 9}
TYPES = {"sink": "PULL"}


class NotedLab(FakeLab):
    """One with a record that keeps what is noted."""

    def __init__(self, problem=""):
        super().__init__(problem)
        self.trace, self.noted = self, []

    def note(self, kind, actor, socket=None, **fields):
        self.noted.append(kind(0, actor, socket, **fields))


def batches(lab=None, **options):
    return shown(lab or NotedLab(), Batches(worker, **{"count": 2, "workers": 2, "kill": "worker 2"} | options))


def began(*names):
    """Actors that are at work, each with its socket."""
    events = []
    for name in names:
        made = kinds.SocketMade(0, name, SOCKETS[name], type=TYPES.get(name, "PUSH"))
        events += [kinds.Started(0, name), made]
    return events


def at_work(control, *names):
    """Show a control with a ventilator, a sink and workers at work."""
    bars = Showing(control)
    bars.tell(began("ventilator", "sink", *names))
    return bars


def pressed(after=0):
    return kinds.Pressed(int(after * SECOND), "ventilator", None, "Push 2 tasks")


def message(after, actor, way, text, socket=None):
    """A message so many seconds after the beginning."""
    sent = kinds.Sent(int(after * SECOND), actor, socket or SOCKETS[actor], (text,), (len(text),), 1)
    return sent if way == "sent" else kinds.Received(*sent, sent.time)


def done(after, worker, text):
    return [message(after, worker, "sent", text), message(after + 0.25, "sink", "received", text)]


def test_a_press_has_workers_and_asks_for_a_batch():
    lab = NotedLab()
    control = batches(lab)
    assert lab.asked == [("crew", 2)]  # at work before anything is pressed
    control.button.click()
    assert lab.asked[1:] == [("crew", 2), ("ventilator", "2")]
    control.slider.value = 3
    assert lab.asked[3:] == [("crew", 3)]


def test_a_press_is_an_event_of_the_ventilator_before_it_is_told_of_the_batch():
    lab = NotedLab()
    control = batches(lab)
    lab.asked = lab.noted  # one list: the order counts
    control.button.click()
    assert lab.noted[-2:] == [kinds.Pressed(0, "ventilator", None, "Push 2 tasks"), ("ventilator", "2")]
    assert control.note.value == ""


def test_a_press_that_cannot_be_done_begins_no_batch():
    lab = NotedLab("nobody is there")
    batches(lab).button.click()
    assert lab.noted == []


def test_the_red_button_kills_the_worker_that_it_names():
    lab = FakeLab()
    control = batches(lab)
    (kill,) = [child for child in control.widget.children[2].children if child.description == "Kill worker 2"]
    assert "zl-button-fault" in kill._dom_classes
    kill.click()
    assert lab.asked[1:] == [("worker 2", "kill")]


@pytest.mark.parametrize("ending", [kinds.Stopped, kinds.Finished, kinds.Died, kinds.Failed])
def test_the_red_button_can_be_pressed_while_its_worker_is_at_work(ending):
    control = batches()
    assert control.kill.disabled  # nobody is there yet
    control.tell(began("worker 1", "worker 2"))
    assert not control.kill.disabled
    control.tell([ending(1, "worker 1")])
    assert not control.kill.disabled
    control.tell([ending(2, "worker 2")])
    assert control.kill.disabled
    control.tell(began("worker 2"))
    assert not control.kill.disabled


def test_without_somebody_to_kill_there_is_no_red_button():
    control = shown(FakeLab(), Batches(worker))
    control.tell(began("worker 1", "worker 2"))
    assert [child.description for child in control.widget.children[2].children] == ["Push 20 tasks", "workers"]


def test_results_are_counted_by_worker_and_timed_from_the_first_task_to_the_last_result():
    bars = at_work(batches(), "worker 1", "worker 2")
    assert "results" not in bars.plain
    bars.tell([pressed(), message(1, "ventilator", "sent", b"a"), *done(1.5, "worker 1", b"a")])
    assert "1 of 2" in bars.html
    assert ">1 done" in bars.html
    assert bars.html.count("width: 50%") == 2  # a worker's bar is measured as that of all results
    bars.tell(done(2.25, "worker 2", b"b"))
    assert "2 of 2" in bars.html
    assert "2 tasks, 2 workers: 1.50 s" in bars.html


def test_a_result_that_comes_twice_counts_once_and_is_told():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell([pressed(), *done(1, "worker 1", b"a"), *done(2, "worker 2", b"a")])
    assert "1 of 2" in bars.html
    assert "1 result came a second time" in bars.html


def test_what_came_before_the_press_and_what_is_no_result_is_not_counted():
    bars = at_work(batches(), "worker 1")
    bars.tell([kinds.SocketMade(1, "worker 1", 5, type="REQ"), *done(1, "worker 1", b"a")])
    bars.tell([pressed(2), message(3, "worker 1", "sent", b"ready", socket=5)])
    assert "0 of 2" in bars.html
    assert ">0 done" in bars.html


def test_what_a_monitor_is_told_is_no_result_either():
    bars = at_work(batches(), "worker 1")
    bars.tell([pressed(), message(1, "worker 1", "sent", b"x", socket=77)])
    assert ">0 done" in bars.html


def test_a_worker_that_died_stays_in_sight_and_one_that_was_stopped_does_not():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell([kinds.Stopped(5, "worker 1", None), kinds.Died(6, "worker 2", None)])
    assert "worker 1" not in bars.html
    assert "0, died" in bars.html
    bars.tell(began("worker 2"))
    assert ">0 done" in bars.html
    bars.tell([kinds.Failed(9, "worker 2", None, "ValueError", "x")])
    assert "0, failed" in bars.html


def test_a_figure_counts_the_workers_that_were_at_work_whoever_else_has_died():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell(
        [pressed(), message(0, "ventilator", "sent", b"a"), kinds.Died(1, "worker 2"), kinds.Died(1, "ventilator")]
    )
    bars.tell([*done(1, "worker 1", b"a"), *done(2, "worker 1", b"b")])
    assert "2 tasks, 1 worker: 2.25 s" in bars.html


def waits(after, actor, call="recv"):
    return kinds.Waits(int(after * SECOND), actor, SOCKETS[actor], call)


def linked():
    """Links from the ventilator to two workers, and from those to the sink."""
    events = [kinds.Bound(0, "sink", 9, "tcp://s"), kinds.Bound(0, "ventilator", 8, "tcp://v")]
    for name, number in (("worker 1", 11), ("worker 2", 12)):
        events.append(kinds.SocketMade(0, name, number, type="PULL"))
        for socket, endpoint in ((number, "tcp://v"), (SOCKETS[name], "tcp://s")):
            events += [kinds.Connected(0, name, socket, endpoint), kinds.LinkUp(0, name, socket, endpoint)]
    return events


def test_what_was_dealt_to_a_worker_that_died_is_missing_with_what_it_had_in_hand():
    bars = at_work(batches(count=4), "worker 1", "worker 2")
    bars.tell(linked())
    tasks = [
        message(1 + number / 10, "ventilator", "sent", text)._replace(total=number + 1)
        for number, text in enumerate((b"a", b"b", b"c", b"d"))
    ]
    bars.tell([pressed(), *tasks, message(1.5, "worker 1", "received", b"a", 11)])
    bars.tell([message(1.6, "worker 2", "received", b"b", 12), *done(1.7, "worker 1", b"a")])
    third = message(1.8, "worker 1", "received", b"c", 11)._replace(total=2)
    result = [one._replace(total=2) for one in done(1.9, "worker 1", b"c")]
    bars.tell([third, *result, kinds.Closed(2 * SECOND, "worker 2", 12), kinds.Died(2 * SECOND, "worker 2")])
    bars.tell([waits(3, "worker 1"), waits(3, "sink"), kinds.WaitsForYou(3 * SECOND, "ventilator")])
    assert "2 results are missing (2 of a worker that died): nobody works on them" in bars.plain


def test_a_batch_whose_rest_was_lost_says_so_when_all_who_are_left_wait():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell(linked())
    second = message(1, "ventilator", "sent", b"b")._replace(total=2)
    bars.tell(
        [pressed(), message(1, "ventilator", "sent", b"a"), message(1.1, "worker 1", "received", b"a", 11), second]
    )
    bars.tell([message(1.2, "worker 2", "received", b"b", 12), *done(1.5, "worker 1", b"a")])
    bars.tell([kinds.Died(2 * SECOND, "worker 2")])
    bars.tell([waits(2, "worker 1"), waits(2, "sink")])
    assert "missing" not in bars.plain, "the ventilator may still deal"
    bars.tell([kinds.WaitsForYou(3 * SECOND, "ventilator")])
    assert "1 result is missing (1 of a worker that died): nobody works on it" in bars.plain
    bars.tell([kinds.Started(4 * SECOND, "worker 2"), pressed(4)])
    assert "nobody works on" not in bars.plain
    assert "2 tasks: 1 result, 1 missing" in bars.plain
    assert "worker 2 is back: started again" in bars.plain
    bars.tell([kinds.Died(5 * SECOND, "worker 2")])
    assert "is back" not in bars.plain
    assert "0, died" in bars.plain


def test_what_is_pushed_while_a_batch_is_at_work_belongs_to_it():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell([pressed(), message(1, "ventilator", "sent", b"a"), pressed(1.1)])
    assert "0 of 4" in bars.plain
    bars.tell([each for number, text in enumerate(b"abcd") for each in done(2 + number, "worker 1", bytes([text]))])
    assert "4 of 4" in bars.plain
    assert "4 tasks, 1 worker: 4.25 s" in bars.plain, "the other had nothing to do"
    assert "missing" not in bars.plain
    bars.tell([pressed(8)])
    assert "0 of 2" in bars.plain


def test_who_is_stopped_while_a_batch_is_at_work_keeps_its_bar_until_the_next():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell([pressed(), message(1, "ventilator", "sent", b"a"), *done(2, "worker 2", b"a")])
    bars.tell([kinds.Stopped(3 * SECOND, "worker 2")])
    assert "1, stopped" in bars.plain, "or the bars would not add up to the results"
    bars.tell([message(3, "ventilator", "sent", b"b"), *done(4, "worker 1", b"b")])
    assert "2 tasks, 2 workers" in bars.plain
    bars.tell([pressed(8)])
    assert "worker 2" not in bars.plain


def test_a_batch_of_which_something_is_under_way_is_not_over():
    bars = at_work(batches(), "worker 1", "worker 2")
    bars.tell(
        [*linked(), pressed(), message(1, "ventilator", "sent", b"a"), kinds.WaitsForYou(2 * SECOND, "ventilator")]
    )
    bars.tell([waits(2, name) for name in ("worker 1", "worker 2", "sink")])
    assert "nobody works on" not in bars.plain


def test_who_is_a_guest_or_a_cell_is_no_worker():
    bars = at_work(batches(), "worker 1")
    bars.tell([kinds.Started(0, "guest", guest=True), kinds.Started(0, "cell", visitor=True)])
    bars.tell([kinds.SocketMade(0, "guest", 5, type="PUSH"), pressed(), message(1, "guest", "sent", b"x", socket=5)])
    bars.tell([kinds.Died(2, "guest")])
    assert bars.plain.count("done") == 1
    assert "guest" not in bars.plain
    assert "cell" not in bars.plain


def test_workers_stand_in_the_order_of_their_numbers():
    bars = Showing(batches())
    bars.tell([kinds.Started(0, f"worker {number}") for number in (10, 9, 2, 1)])
    assert [name for name in bars.plain.split("|") if name.startswith("worker")] == [
        f"worker {number}" for number in (1, 2, 9, 10)
    ]


def test_the_figures_of_the_last_batches_stay_the_newest_on_top():
    bars = at_work(batches(), "worker 1")
    for seconds in (1, 2):
        bars.tell([pressed(10 * seconds), message(10 * seconds, "ventilator", "sent", b"a")])
        for number in (1, 2):
            bars.tell(done(11 * seconds, "worker 1", b"%d.%d" % (seconds, number)))
    assert "|2 tasks, 1 worker: 2.25 s||2 tasks, 1 worker: 1.25 s|" in bars.plain


def test_a_late_second_result_of_the_batch_before_does_not_count():
    bars = at_work(batches(), "worker 1")
    bars.tell([pressed(), *done(1, "worker 1", b"a"), *done(1, "worker 1", b"b")])
    bars.tell([pressed(2), *done(3, "worker 1", b"b"), *done(3, "worker 1", b"c")])
    assert "1 of 2" in bars.html
    bars.tell([kinds.Started(5 * SECOND, "ventilator", None)])  # and begins to count anew
    assert "results" not in bars.html
    assert ">0 done" in bars.html
    bars.tell([*began("ventilator"), pressed(6), *done(7, "worker 1", b"b")])
    assert "1 of 2" in bars.html


def test_a_batch_goes_on_when_its_sink_is_started_again():
    bars = at_work(batches(), "worker 1")
    bars.tell([pressed(), *done(1, "worker 1", b"a"), kinds.Died(2 * SECOND, "sink"), *began("sink")])
    assert "1 of 2" in bars.html
    bars.tell(done(3, "worker 1", b"b"))
    assert "2 of 2" in bars.html
    assert ">2 done" in bars.html


def test_a_press_that_concerns_somebody_else_begins_no_batch():
    bars = at_work(batches(), "worker 1")
    bars.tell([kinds.Pressed(0, "worker 1", None, "x"), *done(1, "worker 1", b"a")])
    assert "results" not in bars.html


def test_what_cannot_be_done_is_said_in_words_without_markup():
    control = batches(NotedLab("The <b>ventilator</b> is gone."))
    control.button.click()
    assert "&lt;b&gt;ventilator&lt;/b&gt; is gone." in control.note.value


# the crew, and all of it together


def ventilator(context, endpoint, texts):
    import zmq

    with context.socket(zmq.PUSH) as tasks:
        tasks.bind(endpoint)
        for batch, count in enumerate(texts):
            for number in range(int(count)):
                tasks.send_string(f"task {batch}.{number}")


def worker(context, endpoint, sink_endpoint, my_name, word="done"):
    import zmq

    with context.socket(zmq.PULL) as tasks, context.socket(zmq.PUSH) as results:
        tasks.connect(endpoint)
        results.connect(sink_endpoint)
        while True:
            results.send_string(f"{tasks.recv_string()} {word} by {my_name}")


def sink(context, sink_endpoint):
    import zmq

    with context.socket(zmq.PULL) as results:
        results.bind(sink_endpoint)
        while True:
            results.recv()


@pytest.fixture
def pipeline(lab):
    lab.start(ventilator)
    lab.start(sink)
    return lab


def test_a_crew_is_linked_when_crew_returns_and_knows_its_names(pipeline):
    pipeline.crew(worker, 3, first={"word": "ready"})
    pipeline["ventilator"].say("6")
    eventually(lambda: len(pipeline["sink"].messages("received")) == 6)
    for number in (1, 2, 3):
        texts = [message.frames[0].decode() for message in pipeline[f"worker {number}"].messages("sent")]
        assert len(texts) == 2
        word = "ready" if number == 1 else "done"
        assert all(text.endswith(f"{word} by worker {number}") for text in texts)


def test_a_crew_shrinks_and_keeps_whom_it_shall_keep(pipeline):
    pipeline.crew(worker, 3)
    first = pipeline["worker 1"].run
    pipeline.crew(worker, 2, keep=1)
    assert pipeline["worker 1"].run == first
    assert [pipeline[f"worker {number}"].alive for number in (1, 2, 3)] == [True, True, False]
    pipeline["worker 1"].kill()
    pipeline.crew(worker, 2, keep=2)
    assert pipeline["worker 1"].run != first
    assert pipeline["worker 1"].alive


def test_the_control_in_a_lab(pipeline):
    control = shown_by(pipeline, Batches(worker, workers=2, most=4, count=8))
    push, slider = control.button, control.slider
    push.click()
    eventually(lambda: "8 of 8" in html_of(control) and ">4 done" in html_of(control))
    slider.value = 4
    push.click()
    eventually(lambda: "8 tasks, 4 workers" in html_of(control))


def test_the_red_button_in_a_lab(pipeline):
    control = shown_by(pipeline, Batches(worker, workers=2, kill="worker 2"))
    eventually(lambda: not control.kill.disabled)
    control.kill.click()
    eventually(lambda: control.kill.disabled)
    eventually(lambda: "0, died" in html_of(control))
    control.button.click()  # replaces who has died
    eventually(lambda: not control.kill.disabled)
    eventually(lambda: "20 of 20" in html_of(control))
    assert "died" not in html_of(control)


def test_a_panel_that_is_made_late_shows_the_batch_from_its_beginning(pipeline, monkeypatch):
    monkeypatch.setattr("zmqlab.page.beginning.TOLD", 5)  # events to step back through: fewer than a batch has
    first = shown_by(pipeline, Batches(worker, workers=1, count=8))
    first.button.click()
    eventually(lambda: "8 of 8" in html_of(first))
    late = shown_by(pipeline, Batches(worker, workers=1, count=8))
    assert "8 of 8" in html_of(late)
    assert "8 tasks, 1 worker" in html_of(late)


def test_controls_stand_beside_the_stage_and_where_no_widgets_run_a_picture_does(pipeline, page):
    pipeline.show(Batches(worker))
    [both] = page
    data, _ = both._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == both.model_id
    assert "<img" in data["text/html"]
    assert "ventilator" in data["text/plain"]


def test_a_worker_that_asks_brings_a_result_with_each_request_but_the_first():
    control = shown(NotedLab(), Batches(worker, ventilator="giver", sink="giver", count=2, workers=1))
    assert control.actors == ("giver",)
    bars = Showing(control)
    sockets = {"giver": (8, "REP"), "worker 1": (1, "REQ")}
    for name, (number, kind) in sockets.items():
        bars.tell([kinds.Started(0, name), kinds.SocketMade(0, name, number, type=kind)])
    asks = lambda after, text: [  # noqa: E731
        message(after, "worker 1", "sent", text, 1),
        message(after + 0.1, "giver", "received", text, 8),
    ]
    bars.tell([kinds.Pressed(0, "giver", None, "Push 2 tasks"), *asks(1, b"")])
    assert "0 of 2" in bars.html
    assert ">0 done" in bars.html
    bars.tell(asks(2, b"task 1 done"))
    assert "1 of 2" in bars.html
    assert ">1 done" in bars.html
