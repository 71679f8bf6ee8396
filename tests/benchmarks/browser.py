"""The page of a real JupyterLab: how soon a press is seen, how smoothly messages move, and what a flood costs.

A press in a lesson's panel is measured beside a press of bare ipywidgets. Both do the same exchange: a request over tcp to
a server in the background. Of the panel the first motion counts: its words are part of the film, and come with its messages.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import TimeoutError, sync_playwright

from .record import Row

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CLICKS = 30
PAUSE = 0.3
"""Seconds between typing and pressing, or pressing and pressing: as quick as people are.

Without it, what is measured is mostly TCP: Jupyter's server holds back a second small message until the page's machine has
acknowledged the first (Nagle's algorithm, RFC 896), and in a quick exchange that waits for up to 40 ms (RFC 1122, 4.2.3.2).
"""
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

CELL = """
import zmq, ipywidgets
from IPython.display import display
from zmqlab import Lab, Sender

def server(context, endpoint):
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.send_string("echo " + replier.recv_string())

def client(context, endpoint, texts):
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()

lab = Lab("benchmark")
lab.start(server)
lab.start(server, name="bare server", endpoint=lab.endpoint("bare"))
lab.start(client)

text, button, echo = ipywidgets.Text("bare 0"), ipywidgets.Button(description="Bare"), ipywidgets.HTML()
plain = zmq.Context().socket(zmq.REQ)
plain.connect(lab.endpoint("bare"))

def exchange(_):
    plain.send_string(text.value)
    echo.value = plain.recv_string()

button.on_click(exchange)
lab.show(Sender("client", "ours 0"))
[stage] = lab._bench.pump._stages
display(text, button, echo)
"""

CLICK = """
async ([label, text]) => {
    const button = [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === label);
    const began = performance.now();
    const seen = () => document.querySelector(".jp-OutputArea").innerText.split(text).length - 1;
    const before = seen();
    const came = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
            if (seen() > before) { observer.disconnect(); resolve(performance.now() - began); }
        });
        observer.observe(document.body, {subtree: true, childList: true, characterData: true});
    });
    button.click();
    return await Promise.race([came, new Promise((resolve) => setTimeout(() => resolve(null), 10000))]);
}
"""

PILL = """
(text) => new Promise((resolve) => {
    const observer = new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes)
            if (node.dataset?.piece?.startsWith("pills/") && node.textContent === text) { observer.disconnect(); resolve(Date.now()); }
    });
    observer.observe(document.body, {subtree: true, childList: true});
    setTimeout(() => resolve(null), 10000);
})
"""

AT_REST = """
() => {
    const stage = document.querySelector(".zl-stage");
    const pills = [...stage.querySelectorAll("[data-piece^='pills/']")];
    return stage.dataset.applied === stage.dataset.events && pills.every((pill) => pill.style.display === "none");
}
"""

READY = """
() => {
    const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    const kernel = session?.session?.kernel;
    return session?.isReady && kernel?.status === "idle" && kernel?.connectionStatus === "connected";
}
"""


class JupyterLab:
    """A JupyterLab on a notebook of one cell, and a browser on it, for as long as the `with` lasts."""

    def __init__(self, cell: str) -> None:
        self._cell = cell

    def __enter__(self) -> JupyterLab:
        self._folder = tempfile.TemporaryDirectory()
        root = Path(self._folder.name)
        (root / "zmqlab").symlink_to(NOTEBOOKS / "zmqlab")
        source = self._cell.strip()
        cell = {
            "cell_type": "code",
            "execution_count": None,
            "id": "a",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = {"cells": [cell], "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
        (root / "bench.ipynb").write_text(json.dumps(notebook))
        places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        own = {f"JUPYTER_{place}": str(root / place.lower()) for place in places}
        own |= {f"JUPYTERLAB_{place}_DIR": str(root / place.lower()) for place in ("SETTINGS", "WORKSPACES")}
        options = ["--no-browser", "--IdentityProvider.token=t", "--expose-app-in-browser"]
        options += ["--allow-root"] if os.geteuid() == 0 else []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(root / "server.log", "w") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", f"--port={port}", *options],
                cwd=root,
                env=os.environ | own | {"IPYTHONDIR": str(root / "ipython")},
                stdout=log,
                stderr=log,
            )
        _wait_for_port(port)
        address = f"http://127.0.0.1:{port}"
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        self.page = self._browser.new_page(viewport={"width": 1400, "height": 1200})
        self.comms = self.comm_bytes = self.all_bytes = 0
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        self.page.goto(f"{address}/lab/tree/bench.ipynb?token=t")
        self.page.wait_for_function(READY, timeout=90_000)
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        return self

    def run(self, code: str) -> None:
        """Run code in the kernel, and wait until it is done. Its output is lost."""
        script = """async (code) => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            return (await kernel.requestExecute({code}).done).content.evalue;
        }"""
        problem = self.page.evaluate(script, code)
        assert not problem, f"{code}: {problem}"

    def ask(self, expression: str) -> list | float:
        """Return what an expression gives in the kernel. It may use `lab` and `time`."""
        script = """async (expression) => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            const code = "import json, time";
            const future = kernel.requestExecute({code, user_expressions: {answer: `json.dumps(${expression})`}});
            const reply = await future.done;
            return reply.content.user_expressions.answer.data["text/plain"];
        }"""
        return json.loads(literal_eval(self.page.evaluate(script, expression)))

    def heap(self) -> int:
        """Return the bytes that the page's JavaScript holds, after collecting its garbage."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]

    def _count(self, frame: str | bytes) -> None:
        data = frame if isinstance(frame, bytes) else frame.encode()
        self.all_bytes += len(data)
        if b"comm_msg" in data[:2000]:
            self.comms += 1
            self.comm_bytes += len(data)

    def kernel_process(self) -> psutil.Process:
        """Return the kernel's process."""
        for child in psutil.Process(self._server.pid).children(recursive=True):
            if "ipykernel" in " ".join(child.cmdline()):
                return child
        raise LookupError("no kernel runs")

    def __exit__(self, *problem: object) -> None:
        self._browser.close()
        self._playwright.stop()
        self._server.terminate()
        self._server.wait(20)
        self._folder.cleanup()


def _wait_for_port(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise OSError(f"no server on port {port} after {seconds} s")


MOTION = """
async (label) => {
    const button = [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === label);
    const began = performance.now();
    const came = new Promise((resolve) => {
        const observer = new MutationObserver((changes) => {
            for (const change of changes) for (const node of change.addedNodes)
                if (node.dataset?.piece?.startsWith("pills/")) { observer.disconnect(); resolve(performance.now() - began); }
        });
        observer.observe(document.body, {subtree: true, childList: true});
    });
    button.click();
    return await Promise.race([came, new Promise((resolve) => setTimeout(() => resolve(null), 10000))]);
}
"""


def motion_row(jupyter: JupyterLab) -> Row:
    """Press the lesson's button, and see when the first pill stands in the page; press the bare one, and see its echo."""
    page = jupyter.page
    page.wait_for_selector("text=You are the client", timeout=60_000)
    times: dict[str, list[float]] = {"motion": [], "bare": []}
    ours, bare = page.get_by_role("textbox", name="What client sends"), page.locator(".widget-text input")
    for number in range(CLICKS):
        page.wait_for_function(AT_REST, timeout=30_000)
        ours.fill(f"motion {number}.")
        time.sleep(PAUSE)
        times["motion"].append(page.evaluate(MOTION, "Send"))
        bare.fill(f"bare {number}.")
        time.sleep(PAUSE)
        times["bare"].append(page.evaluate(CLICK, ["Bare", f"echo bare {number}."]))
    assert None not in times["motion"] + times["bare"], "no pill, or no echo, within 10 s"
    motion, echo = median(times["motion"][3:]), median(times["bare"][3:])
    return (
        "from a press to the first motion",
        "median under 50 ms",
        f"{motion:.0f} ms (to the echo of bare ipywidgets: {echo:.0f} ms)",
    )


FLOOD = """
def flood(context, endpoint):
    with context.socket(zmq.PUSH) as pusher:
        pusher.connect(endpoint)
        while True:
            pusher.send(b"0123456789")

def drain(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.bind(endpoint)
        while True:
            puller.recv()

lab.start(drain, endpoint=lab.endpoint("flood"))
lab.start(flood, endpoint=lab.endpoint("flood"))
"""

LAST_PICTURE = "[...document.querySelectorAll('.zl-picture')].at(-1)"
IN_SIGHT = f"() => {LAST_PICTURE}.scrollIntoView({{block: 'center'}})"

FRAMES = """
(seconds) => new Promise((resolve) => {
    let frames = 0;
    const began = performance.now();
    const frame = (now) => {
        frames += 1;
        if (now - began < seconds * 1000) requestAnimationFrame(frame);
        else resolve(frames / (now - began) * 1000);
    };
    requestAnimationFrame(frame);
})
"""


def flood_rows(jupyter: JupyterLab) -> list[Row]:
    """Flood a link for 10 s and for 60 s, and look at the page, the wire and the memory."""
    page, kernel = jupyter.page, jupyter.kernel_process()
    tallies = "[tally for tally in lab.trace.tallies.values() if tally.actor in ('flood', 'drain')]"
    jupyter.run(FLOOD)
    page.evaluate(SHOW, ["lab.show(actors=['flood'])", ".zl-stage .zl-box"])
    page.wait_for_selector(".zl-rate", timeout=60_000)
    page.evaluate(IN_SIGHT)
    jupyter.run(f"flooded = {tallies}")  # the record lets go of them when their sockets are closed
    before = jupyter.ask(f"[{tallies}[0].received, time.monotonic()]")
    comms, received = jupyter.comms, jupyter.comm_bytes
    frames = page.evaluate(FRAMES, 10)
    comms, received = jupyter.comms - comms, jupyter.comm_bytes - received
    after = jupyter.ask(f"[{tallies}[0].received, time.monotonic()]")
    speed = (after[0] - before[0]) / (after[1] - before[1])
    memory = [(kernel.memory_full_info().uss, jupyter.heap())]
    page.evaluate(FRAMES, 60)
    memory.append((kernel.memory_full_info().uss, jupyter.heap()))
    jupyter.run("lab['flood'].stop(); lab['drain'].stop()")
    sent, got = jupyter.ask("[flooded[1].sent, flooded[0].received]")
    # The picture that tells of the last that was sent need not be the one that tells of the last that was received.
    told = f"() => ['sent {sent:,}', 'received {got:,}'].every((words) => {LAST_PICTURE}.textContent.includes(words))"
    try:
        page.wait_for_function(told, timeout=15_000)
        counters = "equal"
    except TimeoutError:
        shown = re.findall(r"(?:sent|received) [\d,]+", page.evaluate(f"() => {LAST_PICTURE}.textContent"))
        counters = f"not equal: {', '.join(shown)} shown, sent {sent:,}, received {got:,} counted"
    growth = [(late - early) / 1e6 for early, late in zip(*memory, strict=True)]
    flooded = f"PUSH/PULL at {speed:,.0f} messages a second"
    return [
        (f"{flooded}: frames a second in the page", "at least 50", f"{frames:.0f}"),
        (f"{flooded}: comm messages a second", "at most 21", f"{comms / 10:.1f}"),
        (f"{flooded}: KB a second", "at most 300", f"{received / 10_000:.0f}"),
        (f"{flooded}: counters shown at the end against the trace's", "equal", counters),
        (
            "60 s more of it: growth of the kernel's memory, of the page's heap",
            "under 20 MB each",
            f"{growth[0]:.1f} MB, {growth[1]:.1f} MB",
        ),
    ]


def pill_row(jupyter: JupyterLab) -> Row:
    """Send from a cell, and see when the pill stands in the page."""
    times = []
    time.sleep(5)  # let the film come to rest
    for number in range(20):
        time.sleep(PAUSE)
        seen = jupyter.page.evaluate_handle(f"() => {{ window.pill = ({PILL})('pill {number}') }}")
        seen.dispose()
        sent = jupyter.ask(f"(time.time(), lab['client'].say('pill {number}'))[0]")
        shown = jupyter.page.evaluate("() => window.pill")
        times.append(shown - sent * 1000)
        # Between a request and its reply there is a moment without a pill: a film is at rest when all of it was shown.
        jupyter.ask(
            "lab.wait_for(lambda: len(lab['client'].messages('received')) == len(lab['client'].messages('sent')))"
        )
        jupyter.page.wait_for_function(AT_REST, timeout=30_000)
    return "from `send` in a cell to the pill on the page", "median under 60 ms", f"{median(times):.0f} ms"


PILLS = """
from zmqlab.picture.playback import Step
d = "M200,60 C400,60 400,120 700,120"
pills = {
    f"pills/b{n}": {"svg": '<rect class="zl-pill" x="-30" y="-13" width="60" height="26" rx="13"/>', "d": d,
                    "back": bool(n % 2), "from": stage.playback.clock.at + n * 5, "to": stage.playback.clock.at + 6000 + n * 5}
    for n in range(200)
}
stage.show([Step(stage.playback.clock.at, "message", pills, [], "200 pills", 0, 0, 44)])
"""


def pills_row(jupyter: JupyterLab) -> Row:
    """Let 200 pills move, and count the page's frames."""
    jupyter.run(PILLS)
    moving = "() => [...document.querySelectorAll('[data-piece^=\"pills/b\"]')].filter((p) => p.style.display === '')"
    jupyter.page.wait_for_function(f"() => ({moving})().length >= 150")
    frames = jupyter.page.evaluate(FRAMES, 3)
    count = jupyter.page.evaluate(f"() => ({moving})().length")
    return f"{count} pills moving: frames a second", "at least 55", f"{frames:.0f}"


SHOW = """
async ([source, selector]) => {
    const {commands, shell} = window.jupyterapp;
    const notebook = shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    await commands.execute("notebook:insert-cell-below");
    notebook.activeCell.model.sharedModel.setSource(source);
    const node = notebook.activeCell.node;
    const began = performance.now();
    const shown = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
            if (node.querySelector(selector)) { observer.disconnect(); resolve(performance.now() - began); }
        });
        observer.observe(node, {subtree: true, childList: true});
    });
    commands.execute("notebook:run-cell");
    return await shown;
}
"""


FOUR = """
def ventilator(context, endpoint, texts):
    with context.socket(zmq.PUSH) as pusher:
        pusher.bind(endpoint)
        for text in texts:
            pusher.send_string(text)

def worker(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.connect(endpoint)
        while True:
            puller.recv()

four = Lab("four workers")
four.start(ventilator)
four.crew(worker, 4)
for task in range(20):
    four["ventilator"].say(str(task))
four.wait_for(lambda: len(four["worker 1"].messages("received")) == 5)
"""


def display_rows(jupyter: JupyterLab) -> list[Row]:
    """Display a panel of four workers, and a bare text box, and compare; measure what it is sent."""
    panel, text = "four.show(Sender('ventilator', 'a task'))", "display(ipywidgets.Text())"
    jupyter.run(FOUR)
    times: dict[str, list[float]] = {panel: [], text: []}
    sizes = []
    for _ in range(10):
        for source, selector in ((panel, ".zl-stage .zl-box"), (text, ".widget-text input")):
            before = jupyter.all_bytes
            times[source].append(jupyter.page.evaluate(SHOW, [source, selector]))
            if source == panel:
                jupyter.page.wait_for_timeout(500)  # also what the page asks for once it is shown
                sizes.append(jupyter.all_bytes - before)
    ours, bare = median(times[panel][1:]), median(times[text][1:])
    what = "a panel of 4 workers: time to display beyond a bare ipywidgets Text"
    return [
        (what, "under 60 ms", f"{ours - bare:.0f} ms ({ours:.0f} to {bare:.0f} ms)"),
        ("a panel of 4 workers: KB sent to the page", "", f"{median(sizes) / 1000:.0f}"),
    ]


def rows() -> Iterator[Row]:
    """Yield the rows of the table as they are measured, the head first."""
    with JupyterLab(CELL) as jupyter:
        yield "what", "aim", "measured"
        for measure in (motion_row, pill_row, pills_row):
            yield measure(jupyter)
        yield from display_rows(jupyter)
        try:
            yield from flood_rows(jupyter)
        except TimeoutError as late:
            yield "PUSH/PULL as fast as it goes", "", f"not measured: {str(late).splitlines()[0]}"


if __name__ == "__main__":
    for row in rows():
        print(*row, sep=" | ")
