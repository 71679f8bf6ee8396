"""Fresh machines, and what they have that the machine of an author has not."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import badge
import install
import lab
import pip_settings
import place
import psutil
import pytest
import zmqlab
from jupyter_client.kernelspec import KernelSpecManager
from jupyterlab.commands import get_app_dir
from lock import python_of
from zmqlab import installation

from tests.unit.common import eventually

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def git(*arguments, folder=ROOT):
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


# --- Line ends ---


def test_a_clone_has_the_line_ends_of_unix_whatever_git_is_set_to(tmp_path):
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    (tmp_path / "script").write_bytes(b"#!/bin/sh\nexit 0\n")
    git("init", "--quiet", folder=tmp_path)
    git("add", ".", folder=tmp_path)
    git("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "All", folder=tmp_path)
    git("clone", "--quiet", "-c", "core.autocrlf=true", ".", "clone", folder=tmp_path)
    assert (tmp_path / "clone" / "script").read_bytes() == b"#!/bin/sh\nexit 0\n"


def test_no_file_of_the_course_is_stored_with_other_line_ends():
    kinds = re.findall(r"^i/(\S+)\s.*\t(.*)$", git("ls-files", "--eol"), re.MULTILINE)
    assert [name for kind, name in kinds if kind not in ("lf", "none") and not name.endswith(".png")] == []


# --- pip ---

LISTED = """\
:env:.user='1'
:env:.proxy='http://proxy:3128'
global.cert='/etc/school.pem'
global.target='/elsewhere'
global.index-url='https://one/'
install.index-url='https://two/'
install.no-deps='true'
download.timeout='7'
"""


def test_only_what_reaches_packages_is_taken_from_the_settings_of_pip():
    before = {"HOME": "/h", "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "pip_target": "/e"}
    assert pip_settings.clean(before, pip_settings.settings(LISTED)) == {
        "HOME": "/h",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_PROXY": "http://proxy:3128",
        "PIP_CERT": "/etc/school.pem",
        "PIP_INDEX_URL": "https://two/",
    }


def wheel(folder):
    """Put a wheel of a package that does nothing into a folder, and return the lock that asks for it."""
    import base64
    import hashlib
    import zipfile

    folder.mkdir()
    info = "nothing_here-1.0.dist-info"
    files = {
        "nothing_here.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: nothing-here\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}"
        for name, text in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    path = folder / "nothing_here-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return f"nothing-here==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def fresh(tmp_path):
    """A folder with the installer, a lock of one package, and its wheel: no network is needed."""
    folder = tmp_path / "a course"
    folder.mkdir()
    (folder / "requirements.txt").write_text("# A lock\n" + wheel(tmp_path / "wheels"))
    return folder


def installed(folder, wheels, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, ROOT / "tools/install.py", "requirements.txt", wheels],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
    )


def test_settings_of_pip_for_other_purposes_do_not_reach_the_installation(fresh):
    config = fresh.parent / "pip.conf"
    config.write_text(f"[global]\nuser = true\ntarget = {fresh.parent}/elsewhere\n[install]\nno-deps = true\n")
    done = installed(fresh, "../wheels", PIP_USER="1", PIP_PREFIX=str(fresh), PIP_CONFIG_FILE=str(config))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "== Installed"), done.stderr
    assert list((fresh / ".venv").rglob("nothing_here.py"))
    assert not (fresh.parent / "elsewhere").exists()


def test_an_installation_that_fails_names_its_cause(fresh, monkeypatch, capfd):
    monkeypatch.chdir(fresh)
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    (fresh / "requirements.txt").write_text(f"not-in-there==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SystemExit, match="no such package for this Python and this system"):
        install.run_pip("requirements.txt", 1, "../wheels")
    assert "No matching distribution found for not-in-there==1.0" in capfd.readouterr().err


def test_a_folder_without_wheels_is_said_before_anything_is_made(fresh):
    done = installed(fresh, "..")
    assert (done.returncode, "no wheels in .." in done.stderr) == (1, True)
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize(
    ("complaint", "says"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying … NameResolutionError(…)\nERROR: No matching distribution found for x", "network"),
        ("ERROR: No matching distribution found for x==1.0", "no such package for this Python"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] …", "certificate"),
        ("ProxyError('Cannot connect to proxy.', NewConnectionError(…", "proxy"),
        ("ERROR: Something nobody has seen", "What stands above"),
    ],
)
def test_a_cause_is_told_from_what_pip_says(complaint, says):
    assert says in install.cause(complaint)


# --- Folders ---


def test_a_path_with_a_colon_is_said_in_words(tmp_path):
    folder = tmp_path / "lab:1"
    folder.mkdir()
    (folder / "requirements.txt").touch()
    done = installed(folder, "")
    assert done.returncode == 1
    assert "':' in it" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_may_not_be_written_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    assert 'cp -r "' in place.problem(tmp_path)
    monkeypatch.undo()
    assert place.problem(tmp_path) == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else")
def test_in_a_folder_of_another_person_it_says_what_to_do(tmp_path):
    look = f"import os, sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import place"
    code = f"{look}; os.setuid(65534); place.stop_if_not({str(tmp_path)!r}, 'build')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "You may not write in this folder" in done.stderr


# --- make lab ---


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Start `make lab` up to where it becomes JupyterLab. Returns the arguments that this gets."""
    monkeypatch.setattr(lab, "OWN_JUPYTER", tmp_path / "jupyter")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    taken = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: taken.append(arguments))

    def start(*arguments):
        lab.main(["", *arguments])
        return taken.pop()

    return start


def test_a_kernel_python3_of_somebody_else_is_not_the_course_s(started, tmp_path, monkeypatch):
    other = tmp_path / "other" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "Other", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "other"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    assert KernelSpecManager().get_kernel_spec("python3").argv == ["/bin/false"]
    started()
    assert KernelSpecManager().get_kernel_spec("python3").argv[1:3] == ["-m", "ipykernel_launcher"]


def test_root_gets_in_with_a_word_of_warning(started, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in started()
    assert "You are root" in capsys.readouterr().out
    assert "--allow-root" not in started("--ip=0.0.0.0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert "--allow-root" not in started()


def test_the_settings_that_are_set_are_settings_of_jupyterlab():
    for plugin, values in lab.SETTINGS.items():
        package, _, name = plugin.rpartition("/")
        schema = json.loads(Path(get_app_dir(), "schemas", package, f"{name}.json").read_text())
        for key, value in values.items():
            choices = [one["const"] for one in schema["properties"][key].get("oneOf", [{"const": value}])]
            assert value in choices, (plugin, key)


# --- zmqlab in notebooks of one's own ---


def test_what_pip_install_asks_for_is_what_the_lessons_need():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = []
    for name, oldest in installation.NEEDED.items():
        broken = f",!={'.'.join(map(str, installation.BROKEN[name]))}.*" if name in installation.BROKEN else ""
        needed.append(f"{name}>={'.'.join(map(str, oldest))}{broken}")
    assert project["dependencies"] == needed
    assert project["requires-python"] == f">={'.'.join(map(str, installation.OLDEST_PYTHON))}"


TRACKED = git("ls-files", "notebooks/zmqlab", "pyproject.toml", "README.md", "LICENSE*").splitlines()


@pytest.fixture(scope="module")
def installed_elsewhere(tmp_path_factory):
    """A wheel of zmqlab, built from what git knows and installed into an environment of its own. Returns its Python."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in TRACKED:
        (folder / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "clone" / name)
    pip = [sys.executable, "-m", "pip"]
    offline = ["--quiet", "--no-index", "--no-deps"]
    wheels = folder / "wheels"
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "-w", wheels, folder / "clone"], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", *offline, *wheels.glob("*.whl")], check=True)
    # What zmqlab needs is here already: it is borrowed, not installed once more.
    [packages] = (folder / "venv").glob("lib/*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def run_elsewhere(python, folder, code):
    """Run code as a notebook in a folder of its own does. Returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ZMQLAB"))}
    done = subprocess.run([python, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_pip_install_gives_zmqlab_to_notebooks_elsewhere(installed_elsewhere, tmp_path):
    code = """
from zmqlab import Lab
from zmqlab.course.start_here import friend, you

lab = Lab("start-here")
lab.start(friend)
lab.start(you)
lab["you"].say("Hello")
assert lab.wait_for(lambda: lab["friend"].messages("received"))
lab.close()
"""
    run_elsewhere(installed_elsewhere, tmp_path, code)
    packages = installed_elsewhere.parents[1]
    found = {path.relative_to(path.parents[-1]).as_posix() for path in packages.rglob("zmqlab/**/*.*")}
    wanted = [name.removeprefix("notebooks/") for name in TRACKED if name.startswith("notebooks/")]
    assert [name for name in wanted if not any(one.endswith(f"site-packages/{name}") for one in found)] == []


def test_an_installed_zmqlab_says_which_version_it_is(installed_elsewhere, tmp_path):
    code = "import importlib.metadata, zmqlab; print(zmqlab.__version__, importlib.metadata.version('zmqlab'))"
    assert run_elsewhere(installed_elsewhere, tmp_path, code).split() == [zmqlab.__version__] * 2


def test_an_installed_zmqlab_keeps_progress_in_the_folder_of_the_notebook(installed_elsewhere, tmp_path):
    code = """
from zmqlab.course.report import Report
from zmqlab.learning.progress import Progress

progress = Progress()
progress.answered("start-here", "connect first", "C")
print(Report(progress).widget.view["notes"][0]["text"].splitlines()[-1])
"""
    said = run_elsewhere(installed_elsewhere, tmp_path, code)
    assert said.startswith("Kept in the file my-progress.json, in the folder of your notebook, and nowhere else.")
    assert "connect first" in (tmp_path / "my-progress.json").read_text()
    assert not list(installed_elsewhere.parents[1].rglob("my-progress*"))


def test_a_notebook_in_another_folder_of_the_course_finds_zmqlab(started, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/mine")
    started()
    assert os.environ["PYTHONPATH"].split(os.pathsep) == [str(ROOT / "notebooks"), "/mine"]
    done = subprocess.run(
        [sys.executable, "-c", "import zmqlab; print(zmqlab.__file__)"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
    )
    assert done.stdout.decode().startswith(str(ROOT / "notebooks"))


# --- The links ---


def test_no_link_of_the_readme_leads_nowhere_before_the_course_is_published():
    assert "OWNER/REPOSITORY" not in README
    assert README.count("<!-- links: open") == 1


def test_make_badge_writes_the_links_and_writes_them_anew():
    once = badge.written(README, "someone/somewhere")
    binder = "https://mybinder.org/v2/gh/someone/somewhere/HEAD?urlpath=lab/workspaces/course/tree/notebooks/00-start-here.ipynb"
    assert f"({binder})" in once
    assert "(https://codespaces.new/someone/somewhere?quickstart=1)" in once
    assert "Until then" not in once
    assert badge.written(badge.written(README, "an/other"), "someone/somewhere") == once
    assert lab.url_path(lab.lesson_path("")) == badge.FIRST


@pytest.mark.parametrize("wrong", ["", "OWNER", "https://github.com/a/b", "a/b/c", "a b/c"])
def test_make_badge_without_a_repository_changes_nothing(wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text(README)
    with pytest.raises(SystemExit, match="owner/name"):
        badge.main(wrong)
    assert (tmp_path / "README.md").read_text() == README


# --- Containers ---


def container():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text()
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


def test_a_dev_container_runs_the_python_of_the_list_and_commands_of_the_makefile():
    made = container()
    assert made["image"].endswith(f":{python_of((ROOT / 'environment.yml').read_text())}")
    assert made["onCreateCommand"] == "make install"
    assert made["postAttachCommand"].startswith("make lab ARGS=")


def answers(url):
    """Whether a server answers there, be it with a refusal."""
    try:
        urlopen(url)
    except HTTPError:
        return True
    except URLError:
        return False
    return True


def test_what_a_dev_container_starts_is_the_first_lesson_on_the_container_alone(tmp_path):
    course = tmp_path / "course"
    shutil.copytree(ROOT / "tools", course / "tools")
    (course / "notebooks").mkdir()
    for name in ("00-start-here.ipynb", "01-request-reply.ipynb"):
        shutil.copy(ROOT / "notebooks" / name, course / "notebooks")
    [arguments] = re.findall(r'ARGS="(.*)"$', container()["postAttachCommand"])
    arguments = arguments.replace("8888", "0").split()
    command = [sys.executable, course / "tools/lab.py", "", *arguments, "--IdentityProvider.token=known"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=course, stdout=log, stderr=log)
    try:
        told = course / f"build/jupyter/runtime/jpserver-{process.pid}.json"
        url = eventually(lambda: told.exists() and told.read_text() and json.loads(told.read_text())["url"], 60)
        eventually(lambda: answers(url), 60)
        with urlopen(f"{url}?token=known") as page:
            assert page.url.startswith(f"{url}lab/workspaces/course/tree/notebooks/00-start-here.ipynb")
        with pytest.raises(HTTPError, match="403"):
            urlopen(f"{url}api/kernels")
        connections = psutil.Process(process.pid).net_connections("tcp")
        assert {one.laddr.ip for one in connections if one.status == "LISTEN"} <= {"127.0.0.1", "::1"}
    finally:
        process.terminate()
        process.wait(20)
