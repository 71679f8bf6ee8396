"""Scripts at work: read while they run, whatever they print; told of when the time is over; ended in any case."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from zmqlab.live.processes import keeping, scripts
from zmqlab.live.processes.scripts import Script, run_together

from tests.unit.common import eventually, processes_at_work

NOTEBOOKS = str(Path(__file__).parents[2] / "notebooks")
ENDPOINT = {"endpoint": "ipc:///nowhere"}


@pytest.fixture(autouse=True)
def no_process_is_left():
    yield
    eventually(lambda: processes_at_work() == [])


def run(function, seconds=20, **arguments):
    (done,) = run_together([Script(function, ENDPOINT | arguments)], seconds)
    return done


def chatty(lines):
    for number in range(lines):
        print("received message number", number, "of a flood that I wanted to see")


def raw():
    import sys

    sys.stdout.buffer.write(b"\xff\xfe raw\n")
    sys.stdout.flush()


def asks():
    return input("name? ")


def complains():
    import sys

    print("to you")
    print("to whom it may concern", file=sys.stderr)
    sys.exit(5)


def chatty_server(lines):
    import time

    chatty(lines)
    time.sleep(1000)


def clumsy_server():
    print("about to begin")
    return undefined  # noqa: F821


def waiting():
    import time

    print("waiting for a reply")
    time.sleep(1000)


def leaving():
    import subprocess

    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    subprocess.Popen(["sleep", "1000"])
    return "left two"


def printing_for_ever():
    while True:
        print("x" * 1000)


def test_any_amount_is_read_while_it_is_printed():
    done = run(chatty, lines=20_000)
    assert len(done.output.splitlines()) == 20_000
    assert done.status == 0
    # The first would stand still in `print` if nobody read: the second ends, and says so.
    first, second = run_together([Script(chatty_server, ENDPOINT | {"lines": 20_000}), Script(complains, ENDPOINT)], 20)
    assert (first.status, second.status) == (None, 5)


def test_of_what_never_ends_the_beginning_and_the_end_are_kept(monkeypatch):
    monkeypatch.setattr(scripts, "KEPT", 10_000)
    done = run(chatty, lines=20_000)
    assert len(done.output) < 20_000
    assert done.output.startswith("received message number 0 ")
    assert "19999" in done.output.splitlines()[-1]
    assert re.search(r"… \(\d+ bytes are left out here\) …", done.output)
    with pytest.raises(
        TimeoutError, match=r"printing_for_ever had not ended after 0\.5 s\. It had printed, at the end"
    ):
        run(printing_for_ever, seconds=0.5)


def test_any_bytes_can_be_printed_and_nobody_can_be_asked():
    assert run(raw).output == "\ufffd\ufffd raw\n"
    done = run(asks)
    assert (done.status, done.output.splitlines()[-1]) == (1, "EOFError: EOF when reading a line")
    assert run(complains).output == "to you\nto whom it may concern\n"


def returns_text(context):
    def inner():
        return None

    return f"closed: {context.closed}"


def returns_nothing(context):
    def inner():
        return "this is not what it returns"


def shares_with_a_thread(context):
    thread = threading.Thread(target=context.socket, args=[5])
    thread.start()
    thread.join()
    return "the socket is the thread's"


def test_a_script_closes_its_context_and_prints_what_its_function_returns():
    text = str(Script(returns_text, {}))
    assert text.endswith("\n\n\nwith zmq.Context() as context:\n    print(returns_text(context))\n")
    assert str(Script(returns_nothing, {})).endswith("\n    returns_nothing(context)\n")
    assert [run(function).output for function in (returns_text, returns_nothing)] == ["closed: False\n", ""]


def test_a_script_leaves_a_context_open_that_other_threads_may_use():
    assert "print(shares_with_a_thread(zmq.Context()))" in str(Script(shares_with_a_thread, {}))


def test_when_the_time_is_over_each_script_is_named_with_what_it_printed():
    with pytest.raises(TimeoutError) as over:
        run_together(
            [Script(one, ENDPOINT) for one in (clumsy_server, leaving, complains, printing_for_ever, waiting)],
            6,  # a busy machine needs more than two until all five have begun
        )
    words = str(over.value)
    assert words.startswith("waiting had not ended after 6 s. It had printed:\nwaiting for a reply\n")
    assert "clumsy_server had ended with NameError: name 'undefined' is not defined. It had printed:\nabout" in words
    assert "Traceback (most recent call last)" in words
    assert "leaving had ended. It had printed:\nleft two" in words
    assert "complains had ended with exit status 5. It had printed:\nto you" in words
    assert "printing_for_ever was still at work. It had printed, at the end:\n…" in words


def test_what_a_script_has_started_ends_with_it():
    assert run(leaving).output == "left two\n"
    assert processes_at_work() == []


@pytest.mark.parametrize("presses", [1, 2])
def test_an_interrupt_ends_all_scripts_and_they_can_be_run_again(presses):
    def press():
        eventually(lambda: len(processes_at_work()) == 2)
        for _ in range(presses):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    for _ in range(2):
        presser = threading.Thread(target=press)
        presser.start()
        with pytest.raises(KeyboardInterrupt):
            run_together([Script(waiting, ENDPOINT)] * 2, 100)
        presser.join()
        eventually(lambda: processes_at_work() == [])


def test_who_waits_no_longer_is_noticed_also_where_he_could_not_say_so():
    def ask():
        # As if a second interrupt had struck in `finally`, before anything was said there.
        together = scripts.Together([Script(waiting, ENDPOINT)], 100, sys._getframe(), threading.get_ident())
        keeping.in_background(together.work, "scripts")
        eventually(processes_at_work)
        return together

    assert ask().over.wait(10)


def test_a_folder_is_removed_and_nothing_stands_in_it_but_scripts():
    def look():
        import os

        return sorted(os.listdir()), os.getcwd()

    names, folder = eval(run(look).output)
    assert names == ["0_look.py"]
    assert not os.path.exists(folder)


def test_a_module_that_this_kernel_finds_is_found_by_a_script(tmp_path, monkeypatch):
    (tmp_path / "helpers_of_mine.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    import helpers_of_mine

    def asking():
        return helpers_of_mine.ANSWER

    assert run(asking).output == "42\n"


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_text_is_utf_8_whatever_the_locale(locale, tmp_path):
    program = tmp_path / "kernel.py"
    program.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {NOTEBOOKS!r})
        from zmqlab.live.processes.scripts import Script, run_together

        WHERE = "Łódź"

        def reading():
            print("21 °C 🐢", WHERE)

        assert sys.getfilesystemencoding() != "utf-8"
        (run,) = run_together([Script(reading, {{}})], 20)
        print(ascii(run.output))
        """),
        encoding="utf-8",
    )
    environment = os.environ | {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout == ascii("21 °C 🐢 Łódź\n") + "\n", done.stderr
