"""Plain actors, and deadlines instead of sleeps."""

import copy
import os
import re
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

import comm
import psutil
import zmq
from ipywidgets.widgets import widget as registry
from zmqlab.live.processes.line import PROGRAM as KEEPER
from zmqlab.page.library import _made
from zmqlab.picture.outputs import Outputs
from zmqlab.picture.scene import Scene
from zmqlab.recording import moment

DEADLINE = 10.0
"""Seconds that a test waits for what must happen."""


def eventually(condition, seconds=DEADLINE):
    """Wait until `condition()` holds. Fails the test when it does not within so many seconds."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not (held := condition()):
        assert time.monotonic() < deadline, f"did not happen within {seconds} s" + _in_words(held)
        pause.wait(0.002)
    return held


def _in_words(held):
    """Return what a condition says of itself beyond being false."""
    return f": {held!r}" if isinstance(held, Left) else ""


class LeftOver(tuple):
    """How much a process holds that a lab must give back: threads, descriptors, widgets, comms. `what` names each."""

    def __new__(cls, *what):
        made = super().__new__(cls, (len(things) for things in what))
        made.what = what
        return made

    def more_than(self, before):
        """Return what is here beyond what there was before, a line each."""
        kinds = zip(("thread", "descriptor", "widget", "comm"), self.what, before.what, strict=True)
        return [
            f"{kind}: {things[thing]}"
            for kind, things, then in kinds
            if len(things) > len(then)
            for thing in things.keys() - then.keys()
        ]


def processes_at_work():
    """Return what runs that this process has started: no keeper, also none that goes, and nothing that has ended."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE and KEEPER not in child.cmdline():
                found.append(child)
    return found


def left_over():
    """Return what a process holds that a lab must give back. It compares as the numbers of threads, descriptors, …"""
    return LeftOver(_threads(), _descriptors(), _widgets(), _comms())


def nothing_left(before):
    """Whether a process holds no more than `left_over` said before: what an earlier test had left may go meanwhile.

    False is a `Left`, which says what is more: a test that waits for this in vain prints it.
    """
    now = left_over()
    return Left([]) if all(one <= then for one, then in zip(now, before, strict=True)) else Left(now.more_than(before))


class Left:
    """What is left. True when it is nothing."""

    def __init__(self, lines):
        self._lines = lines

    def __bool__(self):
        return not self._lines

    def __repr__(self):
        return "nothing is left" if self else "\n".join(["what is left:", *self._lines])


def _threads():
    frames = sys._current_frames()
    return {thread.ident: f"{thread.name}, {_where(frames.get(thread.ident))}" for thread in threading.enumerate()}


def _where(frame):
    if frame is None:
        return "not begun, or over"
    last = traceback.extract_stack(frame, limit=None)[-1]
    return f"at {last.filename}:{last.lineno} in {last.name}: {last.line}"


def _descriptors():
    """What each descriptor stands for, on Linux. Elsewhere there is only their number."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return dict.fromkeys(range(psutil.Process().num_fds()), "?")
    found = {}
    for entry in folder.iterdir():
        with suppress(OSError):  # the one with which this very folder is read
            target = os.readlink(entry)
            found[entry.name, target] = f"{entry.name} is {target}"
    return found


def _widgets():
    return {
        id(one): f"{type(one).__name__} ({_title(one)})"
        for one in list(registry._instances.values())
        if one not in _made
    }


def _title(widget):
    """Return what a learner knows a widget by, as far as it has something of the kind."""
    said = [getattr(widget, name, "") for name in ("title", "description", "label", "value")]
    return next((text[:60] for text in said if isinstance(text, str) and text), "no words")


def _comms():
    lasting = [one.comm for one in _made]
    comms = list(comm.get_comm_manager().comms.items())
    return {key: f"{key} of {one.target_name}" for key, one in comms if one not in lasting}


def server(context, endpoint):
    """Answer every request."""
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.send(replier.recv().upper())


def client(context, endpoint, texts):
    """Send each text, and wait for its reply."""
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()


class Interrupting:
    """Raises KeyboardInterrupt in this thread at the n-th line of what starts and ends processes. `struck` says whether."""

    FILES = ("parent.py", "keeping.py", "latch.py")

    def __init__(self, at):
        self.left, self.struck = at, False

    def __enter__(self):
        sys.settrace(self._call)

    def __exit__(self, *_):
        sys.settrace(None)

    def _call(self, frame, event, _):
        return self._line if frame.f_code.co_filename.endswith(self.FILES) else None

    def _line(self, frame, event, _):
        if event == "line" and not self.struck:
            self.left -= 1
            if self.left == 0:
                self.struck = True
                raise KeyboardInterrupt
        return self._line


def messages(lab, actor="", way=""):
    """Return the messages of a lab's whole record that an actor (or all) "sent" or "received" (or both), in order."""
    lab.trace.settle()
    return [one for one in lab.trace.messages() if actor in ("", one.actor) and way in ("", one.way)]


def scene_now(lab):
    """Return all that is known of a lab at this moment, as the picture draws it."""
    return moment(lab)[0]


def stage_of(lab):
    """Return the picture of a lab: the first that it shows, or if there is none the one that `lab.show()` would show."""
    pump = lab._bench.pump
    panels = [stage for stage, cast in pump._stages.items() if stage.title == lab.name]
    return panels[0] if panels else pump.panel(lab.name)


def worker_of(lab, name):
    """Return who works under a name now: an actor, a process, or a cell's context."""
    return lab._bench.crew.entry(name).worker


def shown_by(lab, control):
    """Show a control in a lab, and return it."""
    lab.show(control)
    return control


def interrupt_the_main_thread():
    """Do what ■ does, from any thread."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def begun(lab, function, **options):
    """Have an actor at work in a lab, and return it: itself, not its handle."""
    return worker_of(lab, lab.start(function, **options).name)


class FakeLab:
    """Takes what a control wants of its lab and of its bench, and remembers it. With a `problem` nobody can be asked."""

    def __init__(self, problem=""):
        self.problem, self.asked, self.presses = problem, [], 0

    closed = False

    def pressed(self):
        self.presses += 1

    def crew(self, function, number, *, keep=0, **arguments):
        self.asked.append(("crew", number))

    def __getitem__(self, name):
        if self.problem:
            raise LookupError(self.problem)
        return FakeHandle(name, self.asked)


class FakeHandle:
    """Remembers what an actor is asked: its name, and what."""

    def __init__(self, name, asked):
        self._name, self._asked = name, asked

    def say(self, message):
        self._asked.append((self._name, message))

    arm = say

    def kill(self):
        self.say("kill")

    def stop(self):
        self.say("stop")

    def restart(self, process=None):
        self.say("restart" if process is None else ("restart", process))

    def subscribe(self, topic):
        self._asked.append(("+", self._name, topic))

    def unsubscribe(self, topic):
        self._asked.append(("-", self._name, topic))


def shown(lab, control):
    """Have a control belong to a lab that is none."""
    control.attach(lab, lab)
    return made(control)


def made(control):
    """Have the widgets of a control made, as it is when it is shown."""
    assert control.widget is not None
    return control


class Showing:
    """A control that is told events, as a panel tells them: itself, and an output of its in a film with a scene."""

    def __init__(self, control, before=()):
        """Begin with what the scene is told `before`: the output finds it, and is not told of it."""
        self.control, self.scene = control, Scene()
        for event in before:
            self.scene.apply(event)
        self.outputs = Outputs([copy.deepcopy(control.output)])
        self.outputs.begin(self.scene)

    def tell(self, events):
        """Tell what happened next. Returns what the control wants done about it."""
        events = list(events)
        wanted = self.control.tell(events)
        for event in events:
            self.scene.apply(event)
            self.outputs.apply(event, self.scene)
        return wanted

    @property
    def pieces(self):
        """What is shown, in order."""
        assert self.outputs._outputs, f"the output has failed: {self.outputs.pieces}"
        return in_order(self.outputs.pieces)

    @property
    def html(self):
        return "".join(self.pieces)

    @property
    def plain(self):
        """The text that is shown, a bar where markup was."""
        return plain(self.html)


def in_order(pieces, place=0):
    """Return those pieces of a picture that are of one output, in the order of their names."""
    prefix = f"outputs/{place}/"
    return [pieces[name] for name in sorted(pieces) if name.startswith(prefix)]


def plain(html):
    """Return the text of some HTML, a bar where markup was."""
    return re.sub(r"<[^>]+>", "|", html)


def html_of(control):
    """Return what a control that a lab shows has in its outlet now, where its film is live."""
    return "".join(in_order(control.stage.playback.pieces, control.outlet.place))


class Aside:
    """Does something in a thread of its own. `result` gives back what came of it, or raises what it raised."""

    def __init__(self, work):
        self._work, self._came = work, []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            self._came += [self._work(), None]
        except BaseException as problem:
            self._came += [None, problem]

    def result(self):
        self.thread.join(DEADLINE)
        assert self._came, "it has not come back"
        if self._came[1] is not None:
            raise self._came[1]
        return self._came[0]
