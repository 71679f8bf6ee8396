"""A batch of work: pressed for, counted from the trace, and timed from the first task to the last result."""

import pytest
from zmqlab.course.pipeline.batches import Batches
from zmqlab.record import events as kinds

from tests.unit.common import FakeLab, eventually, shown, shown_by


def batches(lab=None, **options):
    return shown(lab or FakeLab(), Batches(worker, count=2, workers=2, kill="worker 2", **options))


def began(*names):
    events = []
    for socket, name in enumerate(names, 1):
        events += [
            kinds.Started(socket, name, None),
            kinds.SocketMade(socket, name, socket, type="PUSH"),
        ]
    return events


def message(control, after, actor, socket, way, text):
    """A message so many seconds after the batch was asked for."""
    time = control._since + int(after * 1e9)
    sent = kinds.Sent(time, actor, socket, (text,), (len(text),), 1)
    return sent if way == "sent" else kinds.Received(*sent, time)


def done(control, after, worker, socket, text):
    return [
        message(control, after, worker, socket, "sent", text),
        message(control, after + 0.25, "sink", 9, "received", text),
    ]


def test_a_press_has_workers_and_asks_for_a_batch():
    lab = FakeLab()
    control = batches(lab)
    assert lab.asked == [("crew", 2)]  # at work before anything is pressed
    control.button.click()
    assert lab.asked[1:] == [("crew", 2), ("ventilator", "2")]
    control.slider.value = 3
    assert lab.asked[3:] == [("crew", 3)]


def test_the_red_button_kills_the_worker_that_it_names():
    lab = FakeLab()
    control = batches(lab)
    (kill,) = [child for child in control.widget.children[2].children if child.description == "Kill worker 2"]
    kill.click()
    assert lab.asked[1:] == [("worker 2", "kill")]


def test_results_are_counted_by_worker_and_timed_from_the_first_task_to_the_last_result():
    control = batches()
    control.tell(began("worker 1", "worker 2"))
    control.push()
    control.tell([message(control, 1, "ventilator", 8, "sent", b"a"), *done(control, 1.5, "worker 1", 1, b"a")])
    assert "1 of 2" in control.bars.value
    assert ">1 done" in control.bars.value
    assert control.bars.value.count("width: 50%") == 2  # a worker's bar is measured as that of all results
    control.tell(done(control, 2.25, "worker 2", 2, b"b"))
    assert "2 of 2" in control.bars.value
    assert "2 tasks, 2 workers: 1.50 s" in control.bars.value


def test_a_result_that_comes_twice_counts_once_and_is_told():
    control = batches()
    control.tell(began("worker 1", "worker 2"))
    control.push()
    control.tell([*done(control, 1, "worker 1", 1, b"a"), *done(control, 2, "worker 2", 2, b"a")])
    assert "1 of 2" in control.bars.value
    assert "1 result came a second time" in control.bars.value


def test_what_came_before_the_press_and_what_is_no_result_is_not_counted():
    control = batches()
    control.tell([*began("worker 1"), kinds.SocketMade(1, "worker 1", 5, type="REQ")])
    control.push()
    control.tell(done(control, -1, "worker 1", 1, b"a"))
    control.tell([message(control, 1, "worker 1", 5, "sent", b"ready")])
    assert "0 of 2" in control.bars.value
    assert ">0 done" in control.bars.value


def test_a_worker_that_died_stays_in_sight_and_one_that_was_stopped_does_not():
    control = batches()
    control.tell(began("worker 1", "worker 2"))
    control.tell([kinds.Stopped(5, "worker 1", None), kinds.Died(6, "worker 2", None)])
    assert "worker 1" not in control.bars.value
    assert "0, died" in control.bars.value


def test_the_figures_of_the_last_batches_stay():
    control = batches()
    control.tell(began("worker 1"))
    for seconds in (1, 2):
        control.push()
        control.tell([message(control, 0, "ventilator", 8, "sent", b"a")])
        for number in (1, 2):
            control.tell(done(control, seconds, "worker 1", 1, b"%d.%d" % (seconds, number)))
    assert "1 worker: 1.25 s" in control.bars.value
    assert "1 worker: 2.25 s" in control.bars.value


def test_a_late_second_result_of_the_batch_before_does_not_count():
    control = batches()
    control.tell(began("worker 1"))
    control.push()
    control.tell(done(control, 1, "worker 1", 1, b"a") + done(control, 1, "worker 1", 1, b"b"))
    control.push()
    control.tell(done(control, 1, "worker 1", 1, b"b") + done(control, 1, "worker 1", 1, b"c"))
    assert "1 of 2" in control.bars.value
    control.tell([kinds.Started(control._since + 1, "ventilator", None)])  # and begins to count anew
    control.push()
    control.tell(done(control, 1, "worker 1", 1, b"b"))
    assert "1 of 2" in control.bars.value


def test_what_cannot_be_done_is_said_in_words_without_markup():
    control = batches(FakeLab("The <b>ventilator</b> is gone."))
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
    push, slider, bars = control.button, control.slider, control.bars
    push.click()
    eventually(lambda: "8 of 8" in bars.value and ">4 done" in bars.value)
    slider.value = 4
    push.click()
    eventually(lambda: "8 tasks, 4 workers" in bars.value)


def test_controls_stand_beside_the_stage_and_where_no_widgets_run_a_picture_does(pipeline, page):
    pipeline.show(Batches(worker))
    [both] = page
    data, _ = both._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == both.model_id
    assert "<img" in data["text/html"]
    assert "ventilator" in data["text/plain"]
