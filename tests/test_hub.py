"""The configurations for hubs, as far as it goes without a hub: `make workshop` holds a class on one."""

import asyncio
import json
import runpy
from pathlib import Path

import image
import workshop
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


def test_the_table_of_a_class_counts_who_came_to_the_end_and_names_what_went_wrong():
    def learner(name, **what):
        return workshop.Learner(name, "", "", **what)

    came = [learner("a", step="done", first=4.0), learner("b", step="done", first=8.0, throttled=3)]
    late = [learner(name, step="gave up", wrong="open: TimeoutError") for name in "cd"]
    text = workshop.told([*came, *late], peak=800.0, rest=400.0, busy=10.0, seconds=99.6)
    row = text.splitlines()[2].strip("| ").split(" | ")
    assert row[:4] == ["4", "2", "2", "6 s"]
    assert row[5:] == ["200", "100", "2.50", "3", "100"]
    assert text.endswith("- 2 × open: TimeoutError")


def test_nobody_of_a_class_that_failed_is_a_row_all_the_same():
    text = workshop.told([workshop.Learner("a", "", "", wrong="log in: OSError")], 0.0, 0.0, 0.0, 1.0)
    assert "| 1 | 0 | 1 | none |" in text


# --- What Binder builds ---

LOCK = """\
@EXPLICIT
https://example.org/noarch/jupyterlab-4.4.9-pyhd8ed1ab_0.conda#6fcc
https://example.org/noarch/jupyterhub-singleuser-5.4.0-hd843c07_0.conda#4fe3
https://example.org/linux-64/python-3.13.8-h2b335a9_101_cp313.conda#0000
https://example.org/linux-64/nodejs-20.19.5-h1_0.conda#1111
"""
LISTED = """\
channels:
- conda-forge
dependencies:
- python=3.13.*
- nodejs=20
- jupyterhub-singleuser==5.*     # a comment
- jupyterlab==4.*
"""
DOCKERFILE = """\
COPY --chown=1000:1000 src/binder/requirements.txt ${REPO_DIR}/binder/requirements.txt
RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"
ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"
"""


def test_the_copy_of_binder_s_base_has_the_versions_of_its_lock():
    assert image.wanted(LISTED, LOCK) == ["jupyterhub==5.4.0", "jupyterlab==4.4.9"]


def test_a_dockerfile_that_does_not_install_the_lock_is_told():
    assert image.check(DOCKERFILE) == []
    [said] = image.check(DOCKERFILE.replace('-r "binder', '-r "'))
    assert "pip installs the lock" in said
    [said] = image.check(DOCKERFILE + "RUN mamba env update --file environment.yml")
    assert "environment.yml" in said
