"""The places where the course opens, each in a real page: Binder's address, Jupyter Notebook, JupyterLab without subshells."""

import json
import os
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import badge
import pytest
from hub import free_ports
from playwright.sync_api import expect

from tests.browser.lesson import AT_REST, READY, START_UP
from tests.jupyter import TOKEN, places, server
from tests.lessons import ROOT, lesson_files
from tests.soak import soak
from tests.unit.common import eventually

KERNELS = "settings/@jupyterlab/apputils-extension/kernels-settings.jupyterlab-settings"
LESSONS = [path.name for path in lesson_files()][: soak(ci=1, many=99)]
RUN_ALL = """() => { window.jupyterapp.commands.execute("notebook:run-all-cells"); }"""
RAN = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
    const code = cells.filter((cell) => cell.cell_type === "code" && cell.source.trim());
    return code.length > 0 && code.every((cell) => cell.execution_count);
}"""
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .filter((cell) => cell.cell_type === "code" && !(cell.metadata.tags ?? []).includes("raises-exception"))
    .flatMap((cell) => cell.outputs.filter((output) => output.output_type === "error").map((output) => output.evalue))
"""


@pytest.fixture
def course(tmp_path):
    """A copy of the course: no test writes into it."""
    root = tmp_path / "root"
    skip = shutil.ignore_patterns("__pycache__", ".*", "*.mine-*")
    for name in ("notebooks", "images", "tools", "binder"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    return root


@pytest.fixture
def context(browser):
    made = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield made
    made.close()


def opened(context, address):
    """Return a page on this address, once the kernel of the lesson in it can run cells."""
    page = context.new_page()
    page.goto(address, timeout=START_UP * 1000)
    page.wait_for_function(READY, timeout=START_UP * 1000)
    return page


def run_all(page):
    """Run every cell. Returns what the errors say of those that are not meant to fail."""
    page.evaluate(RUN_ALL)
    page.wait_for_function(RAN, timeout=START_UP * 1000)
    return page.evaluate(ERRORS)


def send(page, text):
    """Send a text from the first sender, and wait until the first stage has shown it."""
    panel = page.locator(".zl-panel", has=page.get_by_role("textbox")).first
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("button", name="Send").click()
    expect(panel).to_contain_text(text)
    stage = page.locator(".zl-stage").first.element_handle()
    page.wait_for_function(f"(stage) => ({AT_REST})(stage)", arg=stage, timeout=START_UP * 1000)


def test_the_address_of_the_badge_opens_the_first_lesson_in_a_second_tab_too(course, context, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    prepared = subprocess.run(
        ["sh", "-c", "chmod +x binder/start && exec binder/start echo the server"],
        cwd=course,
        env=os.environ | places(tmp_path) | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert (prepared.returncode, prepared.stdout, prepared.stderr) == (0, "the server\n", "")
    with server(tmp_path, "--expose-app-in-browser", "--ServerApp.base_url=/user/somebody/", root=course) as jupyter:
        address = f"{jupyter.url}{badge.FIRST}?token={TOKEN}"
        for page in (opened(context, address), opened(context, address)):
            shown = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
            assert shown == "notebooks/00-start-here.ipynb"


def test_the_first_lesson_runs_in_jupyter_notebook(course, context, tmp_path):
    with server(tmp_path, "--expose-app-in-browser", module="notebook", root=course) as jupyter:
        page = opened(context, f"{jupyter.url}notebooks/notebooks/00-start-here.ipynb?token={TOKEN}")
        assert run_all(page) == []
        send(page, "from a notebook")


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_where_jupyterlab_sends_nothing_over_subshells(lesson, course, context, tmp_path):
    setting = tmp_path / KERNELS
    setting.parent.mkdir(parents=True)
    setting.write_text(json.dumps({"commsOverSubshells": "disabled"}))
    with server(tmp_path, "--expose-app-in-browser", root=course) as jupyter:
        page = opened(context, f"{jupyter.url}lab/workspaces/a/tree/notebooks/{lesson}?token={TOKEN}")
        assert run_all(page) == []
        if lesson == LESSONS[0]:
            send(page, "without a subshell")


@pytest.mark.skipif(not find_spec("voila"), reason="Voila is not installed: it is no part of the course")
def test_the_first_lesson_is_served_by_voila(course, context, tmp_path):
    [port] = free_ports(1)
    command = [sys.executable, "-m", "voila", course / "notebooks/00-start-here.ipynb", "--no-browser"]
    command += [f"--port={port}", "--Voila.ip=127.0.0.1"]
    environment = os.environ | places(tmp_path) | {"ZMQLAB_PROGRESS": "off", "ZMQLAB_LONG_WAIT": "0.5"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: listens(port), START_UP)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/", timeout=START_UP * 1000)
        page.locator(".zl-stage").first.wait_for(timeout=START_UP * 1000)
        send(page, "from a page of Voila")
    finally:
        process.terminate()
        process.wait(20)


def listens(port):
    """Whether a server answers there."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
