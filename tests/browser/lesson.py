"""JupyterLab in a page, a lesson that is open in it, and a stage: what a test does there, and what it sees."""

import ast
import re
import warnings
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError, expect

START_UP = 60
"""Seconds for what starts: a server, a page, a kernel. The machine may have other things to do."""
ALL_CELLS = 180
"""Seconds for all cells of a lesson, which wait for one another."""
PLAYED = re.compile("[1-9]")
"""Events of a film that has begun to play, however soon it comes to rest."""
DEADLINE = 20
"""Seconds for anything else to happen."""
OF_OTHERS = re.compile(
    "Canceled future for (debug|create_subshell)_request"  # JupyterLab asks that of every kernel, also of one that is shut down
    r"|\[anywidget\] Failed to initialize model"  # on a busy machine: `test_late.py` proves that it does no harm
)
"""What others complain of."""


class JupyterLab:
    """A page with JupyterLab in it. `complaints` is all that went wrong in the page, or asked for another machine."""

    def __init__(self, page, url):
        self.page = page
        self.complaints = []
        page.set_default_timeout(DEADLINE * 1000)
        expect.set_options(timeout=DEADLINE * 1000)
        page.on("console", self._hear)
        page.on("pageerror", self._hear_error)
        page.on("request", lambda request: self._check(request.url))
        page.on("websocket", lambda websocket: self._check(websocket.url))
        page.goto(url, timeout=START_UP * 1000)
        page.wait_for_function("() => window.jupyterapp", timeout=START_UP * 1000)
        page.evaluate(RESTORED)

    def _hear_error(self, error):
        words = f"page error: {error.stack or error}"
        if not OF_OTHERS.search(words):
            self.complaints.append(words)

    def _hear(self, message):
        if message.type == "error" and not OF_OTHERS.search(message.text):
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _check(self, url):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"asked for {url}")


RESTORED = """() => window.jupyterapp.restored.then(() => window.jupyterapp.shell.collapseLeft())"""
READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    const kernel = session?.isReady && session.session?.kernel;
    return kernel && kernel.status === "idle" && kernel.connectionStatus === "connected";
}"""
STATE = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    const kernel = session?.session?.kernel;
    return `ready ${session?.isReady}, kernel ${kernel?.status}, connection ${kernel?.connectionStatus}`;
}"""
# `evaluate` waits for ever: so it only begins what may take long, and `wait_for_function` waits, with a deadline.
COMMAND = """([name, options]) => {
    const command = (window.command = { done: false });
    const end = (outcome) => Object.assign(command, { done: true, ...outcome });
    window.jupyterapp.commands.execute(name, options).then(() => end({}), (error) => end({ error: String(error) }));
}"""


def command(page, name, seconds=START_UP, **options):
    """Run a command of JupyterLab to its end."""
    page.evaluate(COMMAND, [name, options])
    page.wait_for_function("() => window.command.done", timeout=seconds * 1000)
    error = page.evaluate("() => window.command.error")
    assert error is None, f"{name}: {error}"


ASK = """([code, expression]) => {
    const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    const question = { code, silent: true, store_history: false, user_expressions: { value: expression } };
    const answer = (window.answer = {});
    kernel.requestExecute(question).done.then((reply) => (answer.content = reply.content));
}"""
PLACE_OF = """(code) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets.map((widget) => widget.model);
    return cells.findIndex((cell) => cell.type === "code" && cell.sharedModel.source.includes(code));
}"""
CHOSEN = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
CHOOSE = "(place) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = place; }"
APPEND = """(code) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.model.sharedModel.addCell({ cell_type: "code", source: code });
    notebook.activeCellIndex = notebook.widgets.length - 1;
}"""
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.sessionContext.shutdown();
    await panel.context.save(); // or JupyterLab asks whether to
    panel.dispose();
}"""

PANELS = """(path) => [...window.jupyterapp.shell.widgets("main")].filter((panel) => panel.context?.path === path)"""
# JupyterLab goes by the focus, which can stay with what was there before.
ACTIVATE = f"(path) => ({PANELS})(path).forEach((panel) => window.jupyterapp.shell.activateById(panel.id))"
GIVE_UP = f"""(path) => {{
    for (const panel of ({PANELS})(path)) {{
        panel.context.sessionContext.shutdown().catch(() => {{}}); // it may never answer
        panel.dispose();
    }}
}}"""


class Lesson:
    """A lesson, opened in JupyterLab, with a kernel of its own. Cells are counted from 0, those of text included."""

    def __init__(self, page, path):
        self.page = page
        self._open(path)
        try:
            self.wait_until_ready()
        except TimeoutError:
            # Seen once in some thousand: the kernel is up and connected, and JupyterLab never says so. None of our code
            # has run by then. A notebook left open would be in the way of all tests that follow.
            warnings.warn(f"opened again, since its kernel was not ready: {page.evaluate(STATE)}", stacklevel=2)
            page.evaluate(GIVE_UP, path)
            self._open(path)
            self.wait_until_ready()

    def _open(self, path):
        command(self.page, "docmanager:open", path=path)
        self.page.evaluate(ACTIVATE, path)

    def wait_until_ready(self):
        """Wait until the kernel can run cells. Before that, a dialog opens and nothing runs."""
        self.page.wait_for_function(READY, timeout=START_UP * 1000)

    def close(self):
        self.page.evaluate(CLOSE)

    # doing

    def run_to(self, code):
        """Run the cells up to the first with that code, as a learner does: click the first, press Shift+Enter for each.

        Returns the place of the last.
        """
        place = self.page.evaluate(PLACE_OF, code)
        self.cell(0).click()
        for _ in range(place + 1):
            self.page.keyboard.press("Shift+Enter")
        self.wait_until_ran(place)
        return place

    def go_on_to(self, code, wait=True):
        """Run the cells from the chosen one on, up to the first with that code. Returns its place."""
        place = self.page.evaluate(PLACE_OF, code)
        self.cell(self.page.evaluate(CHOSEN)).click(position={"x": 5, "y": 5})
        while self.page.evaluate(CHOSEN) <= place:
            chosen = self.page.evaluate(CHOSEN)
            self.page.keyboard.press("Shift+Enter")
            self.page.wait_for_function(f"({CHOSEN})() > {chosen}")
        if wait:
            self.wait_until_ran(place)
        return place

    def run_again(self, place):
        """Run one cell again, to its end."""
        self.page.evaluate(CHOOSE, place)
        command(self.page, "notebook:run-cell")
        self.wait_until_ran(place)

    def run_all(self):
        command(self.page, "notebook:run-all-cells", seconds=ALL_CELLS)

    def begin(self, code):
        """Add a cell at the end and run it. Returns its place, without waiting for its end."""
        self.page.evaluate(APPEND, code.strip())
        self.page.evaluate(COMMAND, ["notebook:run-cell", {}])
        return self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")

    def run(self, code):
        """Add a cell at the end and run it to its end. Returns its place."""
        place = self.begin(code)
        self.wait_until_ran(place)
        return place

    def send(self, text, place=None):
        """Put a text into the sender of a cell, and press the button."""
        self.sender(place).get_by_role("textbox").fill(text)
        self.sender(place).get_by_role("button", name="Send").click()

    # seeing

    def cell(self, place):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(place)

    def prompt(self, place):
        """What stands before a cell: [ ] before it runs, [*] while it does, [1] after."""
        return self.cell(place).locator(".jp-InputPrompt")

    def wait_until_ran(self, place):
        try:
            expect(self.prompt(place)).to_have_text(re.compile(r"\[\d+\]"), timeout=START_UP * 1000)
        except AssertionError as late:  # a cell above it may have raised: then JupyterLab runs no more
            raised = self.page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
            raise AssertionError("\n".join([str(late), *raised])) from late
        expect(self.cell(place).locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)

    def sender(self, place=None):
        """The text box, the button and the log of messages of a cell; if none is named, of the first that has one."""
        return self._within(place).locator(".zl-panel", has=self.page.get_by_role("textbox")).first

    def stage(self, place=None):
        """The stage of a cell; if none is named, of the first that has one."""
        return Stage(self.page, self._within(place).locator(".zl-stage").first)

    def _within(self, place):
        return self.page.locator(".jp-Notebook") if place is None else self.cell(place)

    def ask(self, expression, code=""):
        """Return what an expression is worth in the kernel, after running code there that no cell shows."""
        self.page.evaluate(ASK, [code, expression])
        self.page.wait_for_function("() => window.answer.content")
        content = self.page.evaluate("() => window.answer.content")
        value = content["user_expressions"]["value"] if content["status"] == "ok" else content
        assert value["status"] == "ok", value
        return ast.literal_eval(value["data"]["text/plain"])


WATCH_PILLS = """(stage) => {
    const seen = (stage.pillsSeen = {});
    new MutationObserver(() => {
        for (const pill of stage.querySelectorAll('[data-piece^="pills/"][transform]'))
            if (pill.style.display !== "none") (seen[pill.textContent] ??= new Set()).add(pill.getAttribute("transform"));
    }).observe(stage, { subtree: true, childList: true, attributes: true });
}"""
AT_REST = """(stage) => {
    const pills = [...stage.querySelectorAll('[data-piece^="pills/"]')];
    return stage.dataset.applied === stage.dataset.events && pills.every((pill) => pill.style.display === "none");
}"""
# What the browser makes of a piece's SVG is not letter by letter what Python wrote: so it is compared in the browser.
PIECES = """(stage) => Object.fromEntries(
    [...stage.querySelectorAll(".zl-picture [data-piece]")]
        .filter((piece) => piece.style.display !== "none")
        .map((piece) => [piece.dataset.piece, piece.innerHTML]),
)"""
AS_SHOWN = """(pieces) => {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const shown = (svg) => ((group.innerHTML = svg), group.innerHTML);
    const named = Object.entries(pieces).filter(([name]) => /^(links|actors|notes)\\//.test(name));
    return Object.fromEntries(named.map(([name, svg]) => [name, shown(svg)]));
}"""


class Stage:
    """A stage in the page."""

    def __init__(self, page, root):
        self.page, self.root = page, root
        self.totals, self.caption, self.list = (root.locator(f".zl-{name}") for name in ("totals", "caption", "log"))
        self.scrubber = root.get_by_role("slider")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def open_list(self):
        """Show the list of what happened, if it is not there."""
        if self.list.is_hidden():
            self.button("List").click()
        return self.list

    def words(self, actor):
        """What an actor's box says that it does."""
        return self.root.locator(f'[data-piece="notes/{actor}"] .zl-words')

    def title(self, actor):
        """The same words in full, for those who point at the box."""
        return self.root.locator(f'[data-piece="notes/{actor}"] title')

    def pieces(self):
        """The picture as it stands: the SVG of each of its pieces, by name."""
        return self.root.evaluate(PIECES)

    def applied(self):
        """How many steps of the film have been played."""
        return int(self.root.get_attribute("data-applied"))

    def events(self):
        return int(self.root.get_attribute("data-events"))

    def wait_until(self, condition, argument=None, seconds=DEADLINE):
        """Wait until a function of the page says true of this stage."""
        handle = self.root.element_handle()
        self.page.wait_for_function(
            f"([stage, argument]) => ({condition})(stage, argument)", arg=[handle, argument], timeout=seconds * 1000
        )

    def walk(self, name, until):
        """Press a button until so many steps have been played. Yields each place in the film, and its picture."""
        while (before := self.applied()) != until:
            self.button(name).click()
            self.wait_until("(stage, before) => stage.dataset.applied !== before", str(before))
            yield self.scrubber.input_value(), self.pieces()

    def two_frames(self):
        """Wait while the page draws twice: what a key or a button does is done by then."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def as_shown(self, pieces):
        """Return pieces of the kernel as this page shows them."""
        return self.page.evaluate(AS_SHOWN, pieces)

    def rest(self):
        """Wait until all that happened has been shown."""
        self.wait_until(AT_REST)

    def watch_pills(self):
        """From now on, remember which pills are seen, and where."""
        self.root.evaluate(WATCH_PILLS)

    def see_pill(self, text, places=1):
        """Wait until a pill with that text has been seen in so many places."""
        self.wait_until("(stage, [text, places]) => stage.pillsSeen[text]?.size >= places", [text, places])

    def places_of_pill(self, text):
        return self.root.evaluate("(stage, text) => stage.pillsSeen[text]?.size ?? 0", text)
