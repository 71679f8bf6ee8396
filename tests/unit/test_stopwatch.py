"""Scripts in processes of their own, and a watch: one that hangs is ended, and said to have hung."""

import threading
from types import SimpleNamespace

from zmqlab.course.queues_and_limits import stopwatch
from zmqlab.course.queues_and_limits.stopwatch import Stopwatch

from tests.unit.common import FakeLab, eventually, shown


class Scripts(FakeLab):
    """A lab whose scripts are functions. One that gives back nothing had not ended in time."""

    def run(self, script, seconds):
        came = script()
        if came is None:
            raise TimeoutError
        return [SimpleNamespace(output=f"{came}\n")]


def watch_of(**scripts):
    return shown(Scripts(), Stopwatch({label.replace("_", " "): script for label, script in scripts.items()}))


def run(watch, label):
    watch.start(label)
    watch._thread.join(20)
    return watch.results.value


def test_what_a_script_printed_is_shown_without_markup():
    watch = watch_of(linger_0=lambda: "<b>linger 0</b> has gone")
    assert "linger 0: &lt;b&gt;linger 0&lt;/b&gt; has gone" in run(watch, "linger 0")


def test_one_that_hangs_is_told_so_and_the_last_stands_on_top():
    watch = watch_of(short=lambda: "gone", long=lambda: None)
    run(watch, "short")
    said = run(watch, "long")
    assert "long: had not ended after 5 s" in said
    assert said.index("long:") < said.index("short: gone")


def test_the_watch_runs_while_the_script_does_and_a_second_press_does_nothing():
    going_on, started = threading.Event(), []
    watch = watch_of(a=lambda: started.append("a") or (going_on.wait(10) and "gone"))
    watch.buttons[0].click()
    eventually(lambda: "s …" in watch.results.value)
    watch.buttons[0].click()
    assert "at work already" in watch.note.value
    going_on.set()
    watch._thread.join(10)
    assert started == ["a"]
    assert "a: gone" in watch.results.value


def test_what_goes_wrong_is_said():
    def fail():
        raise OSError("no process")

    assert "OSError: no process" in run(watch_of(a=fail), "a")


def hang(seconds):
    import time

    time.sleep(seconds)
    return "awake"


def test_the_control_in_a_lab(lab, monkeypatch):
    monkeypatch.setattr(stopwatch, "LIMIT", 1.0)
    watch = Stopwatch({"short": lab.script(hang, seconds=0), "long": lab.script(hang, seconds=60)})
    lab.show(watch)
    results, (short, long) = watch.results, watch.buttons
    short.click()
    eventually(lambda: "short: awake" in results.value or "ended by force" in results.value)
    watch._thread.join(20)
    long.click()
    eventually(lambda: "long: had not ended" in results.value)
