"""The files that others expect beside a course: that they can be read, and name only what is there."""

import json
import re
from pathlib import Path

import pytest
import yaml
import zmqlab
from lock import python_of
from zmqlab import installation
from zmqlab.course.request_reply import solutions, wrong

from tests.lessons import lesson_files, stated_minutes
from tests.lessons import read as read_lesson

ROOT = Path(__file__).resolve().parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path):
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_only_reads_has_an_end_and_names_files_that_are_there(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    assert any("cron" in when for when in workflow[True]["schedule"])  # YAML reads `on` as true
    for command in filter(None, (step.get("run") for step in steps(path))):
        for name in re.findall(
            r"(?:^|\s)((?:\.ci|tests|notebooks|binder|tools)/[\w./-]*\w|requirements[\w-]*\.txt)", command
        ):
            assert (ROOT / name).exists(), name


def test_every_python_that_is_supported_is_tested():
    job = read(GITHUB / "workflows/tests.yml")["jobs"]["linux"]
    pythons = job["strategy"]["matrix"]["python"]
    assert pythons[0] == ".".join(map(str, installation.OLDEST_PYTHON))
    assert pythons == [f"3.{minor}" for minor in range(installation.OLDEST_PYTHON[1], 15)]
    assert python_of((ROOT / "environment.yml").read_text()) in pythons


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_what_is_needed_and_names_each_answer_once(path):
    form = read(path)
    assert {"name", "description", "body"} <= form.keys()
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    names = [part["id"] for part in asked]
    assert len(set(names)) == len(names)
    assert any(part.get("validations", {}).get("required") for part in asked)
    assert all(part["attributes"]["label"] for part in asked)


def test_the_course_can_be_cited_in_the_version_that_is_installed():
    citation = read(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["version"] == zmqlab.__version__


def test_every_place_of_the_readme_has_a_test_that_is_there_or_says_that_it_was_not_tried():
    table = (ROOT / "README.md").read_text().partition("### Tried")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")][2:]
    makefile = (ROOT / "Makefile").read_text()
    assert len(rows) > 5
    for place, tried in rows:
        named = re.findall(r"`([^`]+)`", tried)
        assert named or "not tried" in tried, place
        for name in named:
            target = name.removeprefix("make ")
            assert (ROOT / name).exists() if target == name else re.search(rf"^{target}:", makefile, re.MULTILINE), name


def test_the_minutes_that_teachers_are_told_are_those_of_the_lessons():
    rows = re.findall(r"^\| ([\d, ]+) \| (\d+) \+ (\d+) \|", (ROOT / "docs/teaching.md").read_text(), re.MULTILINE)
    told = {number: (int(telling), int(doing)) for names, telling, doing in rows for number in names.split(", ")}
    sums = {number: telling + doing for number, (telling, doing) in told.items()}
    assert sums == {path.name[:2]: stated_minutes(read_lesson(path)) for path in lesson_files()}


# --- What teachers read ---

TEACHING = (ROOT / "docs/teaching.md").read_text()


def parts_of_lessons():
    """Return what teachers are told of each lesson, by its number."""
    found = re.findall(r"^### (\d[^\n]*)\n(.*?)(?=^##)", TEACHING, re.MULTILINE | re.DOTALL)
    return {number: text for heading, text in found for number in re.findall(r"\b\d\d\b", heading)}


def test_a_teacher_is_told_of_each_lesson_the_vote_the_question_what_goes_wrong_and_what_to_show():
    told = parts_of_lessons()
    assert sorted(told) == [path.name[:2] for path in lesson_files()]
    for number, text in told.items():
        assert re.findall(r"^- \*\*([\w ]+)\*\*", text, re.MULTILINE) == ["Vote", "Ask", "Goes wrong", "Projector"], (
            number
        )


@pytest.mark.parametrize("path", [path for path in lesson_files() if path.name < "90"], ids=lambda path: path.name[:2])
def test_the_votes_that_teachers_are_told_are_predictions_of_the_lesson(path):
    asked = set(re.findall(r'lab\.predict\("([^"]+)"', json.dumps(read_lesson(path)).replace('\\"', '"')))
    [vote] = re.findall(r"^- \*\*Vote\*\*:(.*?)^- ", parts_of_lessons()[path.name[:2]], re.MULTILINE | re.DOTALL)
    assert asked >= set(re.findall(r'"([^"]+)"', vote)) > set()


def test_the_cell_for_other_programs_that_grade_accepts_a_right_answer_and_no_other():
    [cell] = re.findall(r"```python\n(.*?)```", TEACHING, re.DOTALL)
    exec(cell, {"serve": solutions.serve})
    with pytest.raises(AssertionError, match="Not yet"):
        exec(cell, {"serve": wrong.serve_an_echo})
