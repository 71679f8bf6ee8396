"""The keeper: starts the processes of a kernel, watches them, and ends them, whatever becomes of the kernel.

A program of its own, which the kernel starts when it first needs a process (`keeping.py` is the other side). It knows
the standard library and nothing of ours, so that it is there within some hundredths of a second. It has a session of
its own, so that no signal to the kernel's group reaches it.

Orders come over a socket pair, lines of JSON, and with "start" the three descriptors that become the standard input,
output and error of the new process. What became of each process is told over the same pair. When the pair ends, or on
Linux the kernel itself (a forked child of it may hold the pair open), all that was started is ended, with all that
it started in turn, and folders that were to be removed are removed.

Each process begins a session, and so a group, of its own. On Linux the keeper is the "subreaper" of all that descends
from it (prctl(2)): what leaves its group, or loses its parent, becomes the keeper's child, and is found. On macOS only
the groups are ended, and there is no limit of memory: who sets up a session of its own there escapes.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time

LINUX = sys.platform.startswith("linux")
EVERY = 0.05
"""Seconds between two looks at a process that has a limit."""
SHARE = 10
"""A moment in which the keeper got no processor counts as so many looks at most: a deadline is for who is given time."""
LOOK_FOR_KERNEL = 0.5
"""Seconds between two looks whether the kernel is there, where the system cannot tell of its end."""
SWEEP = 2.0
"""Seconds in which all must have gone that a process left behind. What cannot be killed keeps nobody waiting."""
MARK = "ZMQLAB_KEPT"
"""In the environment of each process, and of all that it starts: to whom it belongs."""
CHUNK = 65_536


class Child:
    """A process that was started here: its limits, and why it was ended (nothing, if it has ended by itself)."""

    def __init__(self, number, pid, mark, order):
        self.number, self.pid, self.mark, self.why = number, pid, mark, ""
        self.limit(order)

    def limit(self, order):
        """Set what is left of its time, in seconds, and the memory of its group, in bytes. None: no limit."""
        self.seconds, self.memory = order.get("seconds"), order.get("memory")

    @property
    def limited(self):
        return not self.why and (self.seconds is not None or self.memory is not None)


class Keeper:
    """All processes of one kernel."""

    def __init__(self, kernel, kernel_pid):
        self.kernel, self.kernel_pid = kernel, kernel_pid
        self.children = {}  # by pid
        self.folders = set()
        self.buffer, self.descriptors = b"", []
        self.looked = time.monotonic()
        self.wake, self.woken = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(self.wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)
        self.its_end = self.end_of_kernel()

    def end_of_kernel(self):
        """Return a descriptor that can be read from when the kernel has ended. None where there is no such thing."""
        try:
            return os.pidfd_open(self.kernel_pid)
        except (AttributeError, OSError):
            return None

    def work(self):
        """Do what the kernel orders until it is gone; then end all."""
        try:
            while self.look():
                pass
        except OSError:
            pass  # nobody is there any more to be told anything
        finally:
            self.end_all()

    def look(self):
        """Wait for the next thing to happen, and see to it. False when the kernel is gone."""
        limited = any(child.limited for child in self.children.values())
        longest = EVERY if limited else None if self.its_end else LOOK_FOR_KERNEL
        sources = [self.kernel, self.wake, *([self.its_end] if self.its_end else [])]
        watch = select.poll()  # not `select`, which takes no descriptor above 1,023: the kernel's may be such
        for source in sources:
            watch.register(source, select.POLLIN)
        ready = {descriptor for descriptor, _ in watch.poll(None if longest is None else longest * 1000)}
        if self.its_end in ready or os.getppid() != self.kernel_pid:
            return False
        if self.wake in ready:
            os.read(self.wake, CHUNK)
        self.reap()
        now = time.monotonic()
        spent, self.looked = min(now - self.looked, SHARE * EVERY), now
        if limited:
            self.keep_limits(spent)
        return self.kernel.fileno() not in ready or self.hear()

    # orders

    def hear(self):
        """Take what the kernel says. False when it says nothing any more."""
        said, descriptors, _, _ = socket.recv_fds(self.kernel, CHUNK, 64)
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        self.descriptors += descriptors
        *lines, self.buffer = (self.buffer + said).split(b"\n")
        for line in lines:
            self.obey(json.loads(line))
        return bool(said)

    def obey(self, order):
        if order["do"] == "start":
            self.start(order)
        elif order["do"] == "keep":
            self.folders.add(order["folder"])
        elif order["do"] == "forget":
            self.folders.discard(order["folder"])
        for child in [child for child in self.children.values() if child.number == order.get("number")]:
            if order["do"] == "end":
                self.end(child, "ended")
            elif order["do"] == "limit":
                child.limit(order)

    def start(self, order):
        given, self.descriptors = self.descriptors[:3], self.descriptors[3:]
        mark = f"{os.getpid()}.{order['number']}"
        pid = os.fork()
        if pid == 0:
            become(order, given, mark)
        for descriptor in given:
            os.close(descriptor)
        self.children[pid] = Child(order["number"], pid, mark, order)
        self.tell(there=order["number"], pid=pid)

    def tell(self, **what):
        self.kernel.sendall(json.dumps(what).encode() + b"\n")

    # limits

    def keep_limits(self, spent):
        """End who has had its time, `spent` seconds of it since the last look, or has taken too much memory."""
        table = processes() if any(child.memory for child in self.children.values()) else {}
        for child in [child for child in self.children.values() if child.limited]:
            if child.seconds is not None:
                child.seconds -= spent
                if child.seconds <= 0:
                    self.end(child, "deadline")
            held = sum(table[pid].resident for pid in self.family(child, table)) if child.memory else 0
            if held > (child.memory or 0):
                self.end(child, "memory")

    # ends

    def end(self, child, why):
        """Kill a process with its group. What became of it is told when it has ended."""
        child.why = child.why or why
        kill_group(child.pid)

    def reap(self):
        """See who has ended. What is left of its group ends now."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.children.pop(pid, None)
            if child is not None:
                self.sweep(child)
                self.tell(over=child.number, status=os.waitstatus_to_exitcode(status), why=child.why)

    def sweep(self, child):
        """End all that a process left behind."""
        kill_group(child.pid)
        until = time.monotonic() + SWEEP
        while time.monotonic() < until:
            left = self.family(child, processes())
            for pid in left:
                kill(pid)
            if not left:
                return
            time.sleep(0.002)

    def family(self, child, table):
        """Return the ids of a process and of what descends from it, and has not ended."""
        family = {pid for pid, one in table.items() if pid == child.pid or one.session == child.pid}
        for pid, one in table.items():  # what lost its parent
            if one.parent == os.getpid() and pid not in self.children and self.owner(pid) in (child.mark, None):
                family.add(pid)
        return descendants(family, table)

    def owner(self, pid):
        """Return the mark of a process that lost its parent; None when it has none and may be anybody's."""
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                marks = [one for one in file.read().split(b"\0") if one.startswith(MARK.encode() + b"=")]
        except OSError:
            return ""
        if marks:
            return marks[-1].split(b"=", 1)[1].decode()
        return "" if self.children else None

    def end_all(self):
        """End all that was started here, and all that descends from it, and remove the folders."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for pid in self.children:
            kill_group(pid)
        while True:
            for pid in descendants({os.getpid()}, processes()) - {os.getpid()}:
                kill(pid)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                break
            time.sleep(0.002)
        if self.folders:
            import shutil

            for folder in self.folders:
                shutil.rmtree(folder, ignore_errors=True)


def become(order, descriptors, mark):
    """In the new process: be what was ordered. Never returns."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target, inheritable=True)
        if order.get("folder"):
            os.chdir(order["folder"])
        if order.get("memory") and LINUX:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("500")  # where memory runs out, it is not the kernel that the system ends
        os.execve(order["command"][0], order["command"], order["environment"] | {MARK: mark})
    except BaseException as problem:
        os.write(2, f"{type(problem).__name__}: {problem}\n".encode())
    finally:
        os._exit(127)


class Seen:
    """A process as /proc shows it. `resident` is in bytes."""

    __slots__ = ("parent", "session", "resident")

    def __init__(self, parent, session, resident):
        self.parent, self.session, self.resident = parent, session, resident


PAGE = os.sysconf("SC_PAGE_SIZE")


def processes():
    """Return all processes that have not ended, by their ids. Nothing where there is no /proc."""
    table = {}
    for name in os.listdir("/proc") if LINUX else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue  # it has just ended
            if fields[0] not in b"ZX":
                table[int(name)] = Seen(int(fields[1]), int(fields[3]), int(fields[21]) * PAGE)
    return table


def descendants(family, table):
    """Return a set of ids, and those of all that descends from them."""
    family, before = set(family) & set(table), -1
    while len(family) != before:
        before = len(family)
        family |= {pid for pid, one in table.items() if one.parent in family}
    return family


def kill(pid):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def kill_group(pid):
    kill(pid)  # it may not have got round yet to having a group
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def adopt_what_loses_its_parent():
    """Become the parent of all that descends from here and loses its own (Linux, prctl(2))."""
    if not LINUX:
        return
    try:
        import ctypes

        PR_SET_CHILD_SUBREAPER = 36
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # then groups are all that is ended


def leave(*_):
    sys.exit()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.set_inheritable(int(sys.argv[1]), False)  # no process that is started here may speak for the keeper
    keeper = Keeper(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
    signal.signal(signal.SIGTERM, leave)
    adopt_what_loses_its_parent()
    keeper.work()
