"""The configurations for hubs, as far as it goes without a hub: `make workshop` holds a class on one."""

import asyncio
import json
import runpy
from pathlib import Path

import yaml
from traitlets.config import Config

from tests.jupyter import server
from tests.learner import Page
from tests.lessons import ROOT

HUB = ROOT / "docs" / "hub"


def config():
    given = Config()
    runpy.run_path(str(HUB / "jupyterhub_config.py"), {"get_config": lambda: given})
    return given


def test_the_arguments_that_a_hub_gives_start_a_server_whose_kernels_nobody_else_can_talk_to(tmp_path):
    with server(tmp_path, *config().Spawner.args) as jupyter:

        async def visit():
            page = Page(jupyter.url, jupyter.headers)
            await page.open("notebooks/00-start-here.ipynb")
            await page.run("assert 1 + 1 == 2")
            [told] = (tmp_path / "runtime").glob(f"kernel-{page.kernel}.json")
            connection = json.loads(told.read_text())
            await page.leave()
            return connection

        connection = asyncio.run(visit())
    assert connection["transport"] == "tcp"
    assert connection["curve_publickey"]
    assert connection["ip"] == "127.0.0.1"


def test_both_hubs_open_the_first_lesson_and_end_what_is_idle():
    one, many = config(), yaml.safe_load((HUB / "values.yaml").read_text())
    assert one.Spawner.default_url == many["singleuser"]["defaultUrl"] == "/lab/tree/notebooks/00-start-here.ipynb"
    assert one.Spawner.environment["ZMQLAB_SHARED_HOST"] == "1"
    assert many["cull"]["enabled"]
    assert many["singleuser"]["networkPolicy"]["enabled"]
    assert many["singleuser"]["networkPolicy"]["allowedIngressPorts"] == []
    assert Path(ROOT, one.Spawner.default_url.removeprefix("/lab/tree/")).exists()
