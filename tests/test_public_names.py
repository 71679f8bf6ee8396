"""The names that notebooks call are those that CONTRIBUTING.md lists, and one that is gone says what to write instead."""

import importlib
import inspect
import pkgutil
import re

import pytest
import zmqlab
import zmqlab.course
from zmqlab import Case, Lab, gone, recording
from zmqlab.page.control import Control

from tests.lessons import ROOT

TABLES = (
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## The public names")[2].partition("\n## ")[0]
)
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES.splitlines() if line.startswith("| ")]
OF_THE_LAB = {"abandoned", "alone", "close", "over", "thread"}
"""What the lab itself asks of a stretch: a notebook has `with`."""


def quoted(cell):
    return set(re.findall(r"`([^`]+)`", cell))


LISTED = {of: quoted(names) for of, names, *more in ROWS if not more and of != "of"}
CONTROLS = {
    (*quoted(name), *quoted(home)): quoted(made) for name, home, *rest in ROWS for made in rest if name[0] == "`"
}


def public(thing):
    """The names of an object that do not begin with an underscore, and `[name]` where it can be asked for one."""
    names = {name for name in [*dir(type(thing)), *vars(thing)] if not name.startswith("_")}
    return names | ({"[name]"} if hasattr(type(thing), "__getitem__") else set())


@pytest.fixture
def lab():
    made = Lab("of names")
    made.start(lambda: None, name="server")
    yield made
    made.close()


def test_the_public_names_are_those_that_are_listed(lab):
    with lab.experiment("of names") as run:
        found = {
            "`zmqlab`": set(zmqlab.__all__),
            "a lab": public(lab),
            'an actor, `lab["server"]`': public(lab["server"]),
            'a stretch, `with lab.experiment("…") as run`': public(run) - OF_THE_LAB,
            "a case": public(Case("silent-alarm")),
            "`zmqlab.recording`": {
                name
                for name, thing in vars(recording).items()
                if inspect.isfunction(thing) and thing.__module__ == recording.__name__ and name[0] != "_"
            },
        }
    assert found == LISTED


def test_the_controls_are_those_that_are_listed_and_are_made_so():
    homes = [zmqlab, *(importlib.import_module(f"zmqlab.course.{one.name}") for one in folders())]
    found = {}
    for home in homes:
        for name in getattr(home, "__all__", ()):
            control = getattr(home, name)
            if inspect.isclass(control) and issubclass(control, Control):
                found[name, home.__name__] = set(inspect.signature(control).parameters)
    assert found == CONTROLS


def folders():
    return list(pkgutil.iter_modules(zmqlab.course.__path__))


@pytest.mark.parametrize("name", gone.INSTEAD)
def test_a_name_that_is_gone_says_in_one_sentence_what_to_write(lab, name):
    assert name not in public(lab)
    with pytest.raises(AttributeError) as raised:
        getattr(lab, name)
    words = str(raised.value)
    assert words.startswith(f"lab.{name} is gone: ")
    assert words.endswith(gone.FRESH)
    said = words.removeprefix(f"lab.{name} is gone: ").removesuffix(gone.FRESH)
    assert said.endswith(". ")
    assert not re.search(r"[.!?\n] \S", said), "one sentence"
    for home, imported in re.findall(r"`from (\S+) import (\w+)`", words):
        assert hasattr(importlib.import_module(home), imported)
    for called in re.findall(r'lab\["\w+"\]\.(\w+)', words):
        assert hasattr(type(lab["server"]), called)
    for called in re.findall(r"\b(?:or|write) lab\.(\w+)\(", words):
        assert hasattr(Lab, called)


def test_a_stretch_too_says_what_to_write(lab):
    with lab.experiment("of names") as run, pytest.raises(AttributeError, match=r"^run\.arm is gone: write lab"):
        run.arm("server", "sent")
