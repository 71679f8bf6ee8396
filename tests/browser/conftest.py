"""A real JupyterLab, a real Chromium, and lessons opened in them.

One page with JupyterLab serves all tests: opening it takes three times as long as opening a lesson in it. Each lesson
is a copy of its own, with a kernel of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.lesson import START_UP, JupyterLab, Lesson
from tests.lessons import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
TOKEN = "of-these-tests"
NEWS_OFF = {"fetchNews": "false", "checkForUpdates": False}
OPTIONS = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
OPTIONS += " disable-sync"
LESSON = "01-request-reply.ipynb"
SEE_IT = "lab.show("
"""What stands in the cell of the first lesson that first shows the stage."""
END = 20
"""Seconds that JupyterLab gets to end itself and its kernels."""


LET_A_STAGE_BE_SEEN = """() => {
    const stages = [...document.querySelectorAll(".zl-stage")];
    const inSight = (stage) => stage.getBoundingClientRect().bottom > 200 && stage.getBoundingClientRect().top < 700;
    if (!stages.some(inSight)) stages[0]?.scrollIntoView();
}"""


class Server:
    """A JupyterLab of the tests' own. It serves the folder `root`, and neither reads nor writes anyone's settings."""

    def __init__(self, folder):
        self.root, self.log = folder / "root", folder / "jupyterlab.log"
        self.root.mkdir()
        news = folder / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
        news.parent.mkdir(parents=True)
        news.write_text(json.dumps(NEWS_OFF))
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "ZMQLAB_PROGRESS": "progress.json",
        }
        environment = os.environ | {name: str(folder / place) for name, place in own.items()}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"]
        command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}"]
        command += [f"--ServerApp.root_dir={self.root}"]
        if hasattr(os, "getuid") and os.getuid() == 0:
            command.append("--allow-root")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        # It writes this file once it listens, with the port that the system gave it.
        self.url = self._wait_for(folder / f"runtime/jpserver-{self.process.pid}.json")["url"]

    def _wait_for(self, file):
        deadline, pause = time.monotonic() + START_UP, threading.Event()
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return json.loads(file.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                pause.wait(0.05)
        self.end()
        raise RuntimeError(f"JupyterLab did not start:\n{self.last_words()}")

    def last_words(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("jupyter"))
    yield made
    made.end()


@pytest.fixture(scope="session")
def browser():
    # Playwright can fetch browsers of its own; the one that the system has will do.
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "The browser tests need Chromium. On Debian and Ubuntu, .ci/run installs it."
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=[f"--{option}" for option in OPTIONS.split()])
        yield made
        made.close()


@pytest.fixture(scope="session")
def jupyterlab(server, browser):
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    return JupyterLab(page, f"{server.url}lab/workspaces/tests?token={TOKEN}&reset")


@contextmanager
def opened(name, request, server, jupyterlab):
    """Open a copy of a lesson, beside the pictures that it shows: no test writes into the course."""
    folder = in_file_names(request.node.name)
    skip = shutil.ignore_patterns("__pycache__", ".*", "*.mine-*")
    shutil.copytree(ROOT / "notebooks", server.root / folder / "notebooks", ignore=skip)
    shutil.copytree(ROOT / "images", server.root / folder / "images")
    lesson = Lesson(jupyterlab.page, f"{folder}/notebooks/{name}")
    try:
        yield lesson
    finally:
        lesson.close()


@contextmanager
def watched(request, jupyterlab):
    """Keep a screenshot of how a test ends, and let it fail if the page complained, or asked for another machine."""
    yield
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    jupyterlab.page.evaluate(LET_A_STAGE_BE_SEEN)
    jupyterlab.page.screenshot(path=SCREENSHOTS / f"{in_file_names(request.node.name)}.png")
    complaints = jupyterlab.complaints.copy()
    jupyterlab.complaints.clear()
    assert not complaints, "\n".join(map(str, complaints))


@pytest.fixture
def lesson(request, server, jupyterlab):
    """The first lesson, opened."""
    with opened(LESSON, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


@pytest.fixture
def stage(lesson):
    """The stage of the first lesson, after the cells up to it have run."""
    lesson.run_to(SEE_IT)
    stage = lesson.stage()
    stage.rest()
    return stage


@pytest.fixture(scope="module")
def shared_lesson(request, server, jupyterlab):
    """The first lesson, opened once for the tests of a file, each of which makes do with what the others left."""
    with opened(LESSON, request, server, jupyterlab) as lesson:
        yield lesson


def in_file_names(name):
    return "".join(character if character.isalnum() else "-" for character in name).strip("-")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed and "server" in item.funcargs:
        report.sections.append(("the end of JupyterLab's log", item.funcargs["server"].last_words()))
    return report
