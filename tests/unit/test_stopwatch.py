"""Scripts in processes of their own, and a watch: one that hangs is ended, and said to have hung."""

import threading

from zmqlab.course.queues_and_limits import stopwatch
from zmqlab.course.queues_and_limits.stopwatch import Stopwatch

from tests.unit.common import eventually


def run(watch, label):
    watch.start(label)
    watch._thread.join(20)
    return watch.results.value


def test_what_a_script_printed_is_shown_without_markup():
    watch = Stopwatch(lambda label, seconds: f"<b>{label}</b> has gone", ["linger 0"], "title")
    assert "linger 0: &lt;b&gt;linger 0&lt;/b&gt; has gone" in run(watch, "linger 0")


def test_one_that_hangs_is_told_so_and_the_last_stands_on_top():
    watch = Stopwatch(lambda label, seconds: None if label == "-1" else "gone", ["0", "-1"], "title")
    run(watch, "0")
    shown = run(watch, "-1")
    assert "-1: had not ended after 5 s" in shown
    assert shown.index("-1:") < shown.index("0: gone")


def test_the_watch_runs_while_the_script_does_and_a_second_press_does_nothing():
    going_on, started = threading.Event(), []
    watch = Stopwatch(lambda label, seconds: started.append(label) or (going_on.wait(10) and "gone"), ["a"], "title")
    watch.buttons[0].click()
    eventually(lambda: "s …" in watch.results.value)
    watch.buttons[0].click()
    going_on.set()
    watch._thread.join(10)
    assert started == ["a"]
    assert "a: gone" in watch.results.value


def test_what_goes_wrong_is_said():
    def fail(label, seconds):
        raise OSError("no process")

    assert "OSError: no process" in run(Stopwatch(fail, ["a"], "title"), "a")


def hang(seconds):
    import time

    time.sleep(seconds)
    return "awake"


def test_the_control_in_a_lab(lab, monkeypatch):
    monkeypatch.setattr(stopwatch, "LIMIT", 1.0)
    panel = lab.stopwatch({"short": lab.script(hang, seconds=0), "long": lab.script(hang, seconds=60)})
    row, results = panel.children[2:4]
    short, long = row.children
    short.click()
    eventually(lambda: "short: awake" in results.value or "ended by force" in results.value)
    long.click()
    eventually(lambda: "long: had not ended" in results.value)
