"""What gets the course onto a machine: the list of packages, its locks, and the small programs behind the Makefile."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import choose
import lab
import pytest
from lock import for_binder, pins

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = (ROOT / "environment.yml").read_text()
PINS = pins(ENVIRONMENT)
RUN_LOCK = (ROOT / "requirements.txt").read_text()
TEST_LOCK = (ROOT / "requirements-test.txt").read_text()
LOCKS = [RUN_LOCK, TEST_LOCK]


# --- One list, and what is made from it ---


def entries(lock):
    """A lock's requirements, each as one text with its hashes."""
    return re.sub(r" \\\n\s+", " ", lock).splitlines()[1:]


def locked(lock):
    """The versions of each package in a lock; systems may differ, so there may be several."""
    versions = {}
    for entry in entries(lock):
        name, version = re.match(r"([\w.-]+)==([\w.]+)", entry).groups()
        versions.setdefault(name, set()).add(version)
    return versions


def test_every_version_in_the_list_is_exact():
    listed = re.findall(r"^\s+- (.*)$", ENVIRONMENT.partition("dependencies:")[2], re.MULTILINE)
    loose = [line for line in listed if not re.fullmatch(r"[\w.-]+==?\d+(\.\w+)+", line)]
    assert loose == ["pip", "pip:"]
    assert len(listed) - len(loose) == 1 + len(PINS["run"]) + len(PINS["test"])


def test_binder_builds_from_the_same_list_and_from_nothing_else():
    made = {path.name: path.read_text() for path in (ROOT / "binder").iterdir() if path.name != "start"}
    assert made == for_binder(ENVIRONMENT, RUN_LOCK)


def test_binder_takes_the_python_of_the_list():
    assert f"- {for_binder(ENVIRONMENT, '')['runtime.txt'].strip().replace('-', '=')}." in ENVIRONMENT


@pytest.mark.parametrize(("lock", "uses"), [(RUN_LOCK, ["run"]), (TEST_LOCK, ["run", "test"])], ids=["run", "test"])
def test_a_lock_has_the_versions_of_the_list(lock, uses):
    wanted = {name: {version} for use in uses for name, version in PINS[use].items()}
    assert {name: locked(lock).get(name) for name in wanted} == wanted


def test_what_runs_the_course_is_what_is_tested():
    assert PINS["run"]
    assert PINS["test"]
    to_run, to_test = ({re.sub(" ;.*? --hash", " --hash", entry) for entry in entries(lock)} for lock in LOCKS)
    assert to_run - to_test == set()


def test_only_the_lock_of_the_tests_holds_the_tools_of_the_tests():
    assert "pytest" in locked(TEST_LOCK)
    assert "pytest" not in locked(RUN_LOCK)


@pytest.mark.parametrize("lock", LOCKS, ids=["run", "test"])
def test_a_lock_holds_names_versions_and_hashes_only(lock):
    marker = r"( ; [\w .'()<>=!]+)?"
    for entry in entries(lock):
        assert re.fullmatch(rf"[\w.-]+==[\w.]+{marker}( --hash=sha256:[0-9a-f]{{64}})+", entry), entry


def test_the_kernel_that_loses_output_is_never_installed():
    constraints = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["constraint-dependencies"]
    assert "ipykernel != 7.0.*" in constraints
    assert not PINS["run"]["ipykernel"].startswith("7.0")


def test_what_is_installed_is_what_is_listed():
    wanted = PINS["run"] | PINS["test"]
    assert {name: importlib.metadata.version(name) for name in wanted} == wanted


# --- Finding a Python ---


def fake_python(folder, name, version, has_venv):
    """A Python that believes to be of another version, and perhaps to lack a module."""
    belief = f"import sys; sys.version_info = ({version.replace('.', ', ')}, 0)"
    if not has_venv:
        belief += "; sys.modules['ensurepip'] = None"
    program = folder / name
    program.write_text(f"""#!/bin/sh\nexec "{sys.executable}" -c "{belief}; exec(sys.argv[1])" "$2"\n""")
    program.chmod(0o755)
    return str(program)


def find_python(*candidates):
    environment = os.environ | {"PYTHON": " ".join(candidates)}
    return subprocess.run([ROOT / "tools/find-python"], env=environment, capture_output=True, text=True)


def test_the_first_python_that_will_do_is_taken(tmp_path):
    old = fake_python(tmp_path, "old", "3.10", True)
    bare = fake_python(tmp_path, "bare", "3.11", False)
    good = fake_python(tmp_path, "good", "3.13", True)
    found = find_python("no-such-python", old, bare, good)
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{good}\n", "")


@pytest.mark.parametrize(
    ("version", "has_venv", "expected"),
    [(None, None, "no Python here"), ("3.10", True, "3.10"), ("3.12", False, "not its module venv")],
)
def test_what_is_missing_is_said_with_what_mends_it(version, has_venv, expected, tmp_path):
    candidate = fake_python(tmp_path, "python", version, has_venv) if version else "no-such-python"
    found = find_python(candidate)
    assert found.returncode == 1
    assert expected in found.stderr
    assert "This mends it:  " in found.stderr


# --- make ---


def test_make_alone_lists_its_targets():
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True).stdout
    assert re.findall(r"^  make (\S+) +\w", listed, re.MULTILINE) == [
        name for name in targets if name != "install-test"
    ]


# --- Which lesson is meant ---

NAMES = ["02-b.ipynb", "01-a.ipynb", "10-c.ipynb"]


@pytest.mark.parametrize(
    ("lesson", "name"),
    [
        ("", "01-a.ipynb"),
        ("1", "01-a.ipynb"),
        ("02", "02-b.ipynb"),
        ("10-c", "10-c.ipynb"),
        ("02-b.ipynb", "02-b.ipynb"),
    ],
)
def test_a_lesson_is_chosen_by_number_or_name(lesson, name):
    assert choose.choose(lesson, NAMES) == name


@pytest.mark.parametrize("lesson", ["3", "0", "b", "../01-a"])
def test_an_unknown_lesson_gets_the_list(lesson):
    with pytest.raises(SystemExit, match=r"01-a\.ipynb\n.*02-b\.ipynb\n.*10-c\.ipynb"):
        choose.choose(lesson, NAMES)


# --- make lab: a workspace of our own ---


def test_a_copy_of_the_learner_is_not_the_first_lesson(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    for name in ["00-start.mine-2026-01-01-0000.ipynb", "01-a.ipynb"]:
        (tmp_path / "notebooks" / name).touch()
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    assert lab.lesson_path("") == "notebooks/01-a.ipynb"


def test_the_lesson_opens_in_a_workspace_of_our_own(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    for name in ["01-a.ipynb", "02-b.ipynb"]:
        (tmp_path / "notebooks" / name).touch()
    own = tmp_path / "build" / "jupyter"
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    monkeypatch.setattr(lab, "OWN_JUPYTER", own)
    monkeypatch.setattr(os, "environ", dict(os.environ) | {"JUPYTERLAB_WORKSPACES_DIR": "/elsewhere"})
    started = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: started.append(arguments))

    lab.main(["02", "--port", "9000"])

    [arguments] = started
    assert arguments[-2:] == ["--port", "9000"]
    assert "--LabApp.default_url=/lab/workspaces/course/tree/notebooks/02-b.ipynb" in arguments
    for kind in ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]:
        assert Path(os.environ[kind]).is_relative_to(own)
    [workspace] = (own / "workspaces").iterdir()
    data = json.loads(workspace.read_text())["data"]
    layout = data["layout-restorer:data"]
    assert layout["main"]["dock"]["widgets"] == ["notebook:notebooks/02-b.ipynb"]
    assert layout["left"]["collapsed"]
    assert layout["right"]["collapsed"]
    settings = {path.stem: json.loads(path.read_text()) for path in (own / "settings").rglob("*.jupyterlab-settings")}
    assert settings == {
        "notification": {"fetchNews": "false", "checkForUpdates": False},
        "kernels-settings": {"commsOverSubshells": "perCommTarget"},
    }


def test_settings_that_the_learner_changed_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path))
    lab.write_settings()
    for file in tmp_path.rglob("*.jupyterlab-settings"):
        file.write_text("{}")
    lab.write_settings()
    assert {file.read_text() for file in tmp_path.rglob("*.jupyterlab-settings")} == {"{}"}


# --- make fresh: nothing that you wrote is ever lost ---


@pytest.fixture
def course(tmp_path):
    """A clone with one lesson, and a person in it."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01-a.ipynb").write_bytes(b"original\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "A lesson")
    return tmp_path


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def fresh(folder, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / "tools/fresh.py", *arguments], cwd=folder, capture_output=True, text=True
    )


def lesson_of(folder):
    return folder / "notebooks" / "01-a.ipynb"


def copies(folder):
    return sorted(path.read_bytes() for path in (folder / "notebooks").glob("01-a.mine-*.ipynb"))


def test_fresh_puts_your_copy_aside_and_brings_the_original_back(course):
    lesson_of(course).write_bytes(b"mine\n")
    said = fresh(course, "01")
    assert said.returncode == 0
    assert copies(course) == [b"mine\n"]
    assert lesson_of(course).read_bytes() == b"original\n"
    [copy] = (course / "notebooks").glob("01-a.mine-*")
    assert re.fullmatch(r"01-a\.mine-\d{4}-\d\d-\d\d-\d{4}\.ipynb", copy.name)
    assert f"notebooks/{copy.name}" in said.stdout


def test_fresh_twice_in_a_minute_keeps_both(course):
    for text in [b"first\n", b"second\n", b"third\n"]:
        lesson_of(course).write_bytes(text)
        assert fresh(course, "01").returncode == 0
    assert copies(course) == [b"first\n", b"second\n", b"third\n"]


def test_fresh_with_nothing_to_put_aside_says_so(course):
    said = fresh(course, "01")
    assert said.returncode == 0
    assert "nothing to put aside" in said.stdout
    assert copies(course) == []


def test_fresh_takes_other_line_ends_for_the_original(course):
    lesson_of(course).write_bytes(b"original\r\n")
    assert "nothing to put aside" in fresh(course, "01").stdout


def test_fresh_brings_back_a_deleted_lesson(course):
    lesson_of(course).unlink()
    assert fresh(course, "01").returncode == 0
    assert lesson_of(course).read_bytes() == b"original\n"
    assert copies(course) == []


def test_fresh_keeps_what_was_given_to_git_add_too(course):
    lesson_of(course).write_bytes(b"added\n")
    git(course, "add", ".")
    lesson_of(course).write_bytes(b"later\n")
    assert fresh(course, "01").returncode == 0
    assert copies(course) == [b"added\n", b"later\n"]
    assert lesson_of(course).read_bytes() == b"original\n"


def test_fresh_changes_nothing_when_git_cannot_bring_the_original_back(course):
    lesson_of(course).write_bytes(b"mine\n")
    (course / ".git" / "index.lock").touch()
    said = fresh(course, "01")
    assert said.returncode == 1
    assert "it is unchanged" in said.stderr
    assert lesson_of(course).read_bytes() == b"mine\n"


@pytest.mark.parametrize(("arguments", "expected"), [(["7"], "LESSON=01"), ([""], "LESSON=01"), ([], "LESSON=01")])
def test_fresh_without_a_known_lesson_changes_nothing(course, arguments, expected):
    lesson_of(course).write_bytes(b"mine\n")
    said = fresh(course, *arguments)
    assert said.returncode == 1
    assert expected in said.stderr
    assert lesson_of(course).read_bytes() == b"mine\n"
    assert copies(course) == []


def test_fresh_outside_a_clone_changes_nothing(tmp_path):
    (tmp_path / "notebooks").mkdir()
    lesson_of(tmp_path).write_bytes(b"mine\n")
    said = fresh(tmp_path, "01")
    assert said.returncode == 1
    assert "Nothing was changed" in said.stderr
    assert lesson_of(tmp_path).read_bytes() == b"mine\n"
