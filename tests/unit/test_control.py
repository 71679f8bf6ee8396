"""What is pressed: done, or said in words why not. Nothing is silent, and nothing raises in the page."""

import threading

import ipywidgets as widgets
import pytest
from zmqlab import Faults, Sender
from zmqlab.lab import Lab
from zmqlab.live.crew import Busy
from zmqlab.page.control import AtWork, Control

from tests.unit.common import DEADLINE, FakeLab, eventually, server, shown, shown_by


class Plain(Control):
    def build(self):
        return widgets.VBox([self.note])


class Worker(AtWork):
    def build(self):
        return widgets.VBox([self.note])


@pytest.mark.parametrize("control", [Sender("client"), Faults("server"), Plain()], ids=lambda one: type(one).__name__)
def test_before_it_is_shown_it_says_how_to_show_it(control):
    assert control.press(lambda: pytest.fail("it has no lab")) is False
    assert f"Show it first: lab.show({type(control).__name__}(…))." in control.note.value


def test_what_is_pressed_is_done_and_what_was_said_before_goes():
    lab, done = FakeLab(), []
    control = shown(lab, Plain())
    control.say("before")
    assert control.press(lambda: done.append(1)) is True
    assert (done, control.note.value, lab.presses) == ([1], "", 1)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (LookupError("No actor is called <b>."), "No actor is called &lt;b&gt;."),
        (Busy("server is busy."), "server is busy."),
        (ValueError("too large"), "too large"),
        (TimeoutError("it has not ended"), "it has not ended"),
        (KeyError("key"), "KeyError: &#x27;key&#x27;"),
        (IndexError("far"), "IndexError: far"),
        (OSError(24, "Too many open files"), "OSError: [Errno 24] Too many open files"),
        (RuntimeError(), "RuntimeError: "),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_any_exception_is_said_in_words_without_markup(problem, words):
    def fail():
        raise problem

    control = shown(FakeLab(), Plain())
    assert control.press(fail) is False
    assert f">{words}<" in control.note.value


def test_in_a_closed_lab_it_says_so_and_does_nothing():
    lab = Lab("closed controls")
    lab.start(server)
    faults, sender = shown_by(lab, Faults("server")), shown_by(lab, Sender("server"))
    lab.close()
    for press, control in ((faults.restart, faults), (faults.arm, faults), (sender.send, sender)):
        press()
        assert "This lab is closed. Run the cell that says Lab(&#x27;closed controls&#x27;) again" in control.note.value


def test_an_actor_that_is_dead_or_unknown_is_said_with_what_to_do(lab):
    lab.start(server)
    lab["server"].kill()
    sender = shown_by(lab, Sender("server"))
    sender.send()
    assert "“server” is not at work any more. Run the cell that starts it." in sender.note.value
    assert sender.boxes.texts == ["Hello"]  # what was typed stays
    nobody = shown_by(lab, Sender("nobody"))
    nobody.send()
    assert "No actor is called &#x27;nobody&#x27;. Run the cells above" in nobody.note.value


def test_who_was_missed_is_no_longer_said_to_be_once_a_press_beside_has_brought_him_back(lab):
    lab.start(server)
    lab.start(server, name="another", endpoint=lab.endpoint("another"))
    lab["server"].kill()
    sender, faults, others = Sender("server"), Faults("server"), Faults("another")
    lab.show(sender, faults, others)
    sender.send()
    others.restart()
    assert "“server” is not at work any more." in sender.note.value
    faults.restart()
    assert sender.note.value == ""


def test_what_it_wants_of_a_name_in_hand_is_told_as_busy(lab, monkeypatch):
    monkeypatch.setattr("zmqlab.live.crew.PATIENCE", 0.02)
    lab.start(server)
    faults = shown_by(lab, Faults("server"))
    crew = lab._bench.crew
    crew._take_in_hand("server", None, "ending", same=True)
    faults.restart()
    assert "server is busy: somebody else starts it" in faults.note.value
    crew._let_go("server", "at work")
    faults.restart()
    assert faults.note.value == ""
    assert lab["server"].alive


def test_work_is_begun_once_and_a_second_press_says_so():
    control, go_on, done = shown(FakeLab(), Worker()), threading.Event(), []

    def work():
        done.append(1)
        assert go_on.wait(DEADLINE)

    control.begin(work)
    eventually(lambda: done)
    first = control._thread
    control.begin(work)
    assert "It is at work already: wait for its end." in control.note.value
    assert control._thread is first
    go_on.set()
    eventually(lambda: not control.working and control.note.value == "")  # it is not at work any more
    control.begin(work)
    control._thread.join(DEADLINE)
    assert done == [1, 1]


def test_two_presses_at_once_begin_one_work():
    control, both, done, go_on = shown(FakeLab(), Worker()), threading.Barrier(2), [], threading.Event()

    def press():
        both.wait(DEADLINE)
        control.begin(lambda: (done.append(1), go_on.wait(DEADLINE)))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    go_on.set()
    control._thread.join(DEADLINE)
    assert done == [1]


def test_work_that_fails_says_what_kind_of_problem_it_was_and_can_begin_again():
    control = shown(FakeLab(), Worker())

    def fail():
        raise ValueError("of a learner's own")

    control.begin(fail)
    eventually(lambda: "ValueError: of a learner&#x27;s own" in control.note.value)
    eventually(lambda: not control.working)

    def busy():
        raise Busy("server is busy.")

    control.begin(busy)
    eventually(lambda: ">server is busy.<" in control.note.value)


def test_work_is_refused_before_it_is_shown_and_in_a_closed_lab(lab):
    control = Worker()
    control.begin(lambda: pytest.fail("it has no lab"))
    assert "Show it first" in control.note.value
    assert not control.working
    lab.show(control)
    lab.close()
    control.begin(lambda: pytest.fail("it is closed"))
    assert "This lab is closed" in control.note.value
    assert not control.working
    assert control._thread is None


def test_closing_a_lab_waits_for_the_step_that_is_at_work(lab):
    control, steps = shown_by(lab, Worker()), []

    def work():
        while not control.closed:
            steps.append(1)
        steps.append("last")

    control.begin(work)
    eventually(lambda: steps)
    lab.close()
    assert steps[-1] == "last"
    assert not control.working


def test_a_control_that_two_threads_ask_for_at_once_is_made_once():
    made, second = [], threading.Event()

    class Slow(Control):
        def build(self):
            made.append(second.wait(0.2))  # the other would be through by then
            return widgets.VBox([self.note])

    control, seen = Slow(), []

    def ask():
        seen.append(control.widget)
        second.set()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert seen[0] is seen[1]
