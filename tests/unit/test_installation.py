"""The check of the installation: silent when all is well, else one line that mends it."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from zmqlab import installation
from zmqlab.installation import problems
from zmqlab.lab import Lab

FOLDER = Path(installation.__file__).parents[1]
GOOD = {"pyzmq": "27.3.0", "ipywidgets": "8.1.9", "anywidget": "0.9.18", "ipykernel": "7.4.0", "filelock": "4.2.11"}


def with_versions(**changes):
    def version_of(name):
        found = {**GOOD, **changes}[name]
        if found is None:
            raise PackageNotFoundError(name)
        return found

    return version_of


def test_what_is_installed_here_is_good_and_a_lab_says_nothing(capsys):
    assert problems() == []
    Lab("quiet").close()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changes", "says", "mends"),
    [
        ({"pyzmq": None}, "pyzmq is missing", "pyzmq>=26.0"),
        ({"pyzmq": "22.3.0"}, "pyzmq is version 22.3.0", "pyzmq>=26.0"),
        ({"ipywidgets": "7.8.5"}, "ipywidgets is version 7.8.5", "ipywidgets>=8.0"),
        ({"ipykernel": "7.0.1"}, "ipykernel 7.0.1 does not work", "ipykernel!=7.0.*"),
        ({"anywidget": None}, "anywidget is missing", "anywidget>=0.9"),
    ],
)
def test_what_is_wrong_is_said_with_the_line_that_mends_it(changes, says, mends):
    (problem,) = problems(with_versions(**changes))
    assert says in problem
    assert f'-m pip install --upgrade "{mends}"' in problem
    assert sys.executable in problem


def test_an_old_python_is_said_alone():
    (problem,) = problems(with_versions(pyzmq=None), python=(3, 9))
    assert "Python 3.9" in problem


def test_a_lab_says_it_in_the_cell(monkeypatch, capsys):
    monkeypatch.setattr(installation, "problems", lambda: ["mend me"])
    Lab("unwell").close()
    assert "mend me" in capsys.readouterr().out


def test_a_missing_package_is_named_where_lab_is_imported():
    code = "import sys; sys.modules['anywidget'] = None\nimport zmqlab\nzmqlab.Lab"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=FOLDER)
    assert "ModuleNotFoundError" in done.stderr
    assert "anywidget" in done.stderr.splitlines()[-1]
