"""Many learners' notebooks are graded at once, and nothing of them is run but definitions."""

import csv
import json
import subprocess
import sys

import grade

from tests import lessons

ECHO = "def serve(socket):\n    while True:\n        socket.send(socket.recv())\n"
RIGHT = """import zmq
def serve(socket):
    while True:
        try:
            reply = socket.recv_string().upper()
        except UnicodeDecodeError:
            reply = NOT_TEXT
        socket.send_string(reply)
"""


def notebook(*cells):
    return {"cells": [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]}


def test_a_notebook_gives_what_it_defines_and_nothing_is_called():
    cells = ["lab = Lab('request-reply')", "NOT_TEXT = 'not text'\nprint(1 / 0)\nx = input()", ECHO, "%magic", RIGHT]
    text = grade.answer_in(notebook(*cells))
    assert "NOT_TEXT = 'not text'" in text
    assert text.rindex("UnicodeDecodeError") > text.index("socket.send(socket.recv())")
    assert not any(word in text for word in ("Lab", "print", "input", "magic"))


def test_many_notebooks_are_graded_into_two_tables(tmp_path):
    begin = 'from zmqlab import Lab\nlab = Lab("request-reply")\nraise SystemExit'
    for name, cells in {
        "anna": (begin, "NOT_TEXT = 'not text'", RIGHT),
        "bert": (begin, ECHO),
        "carl": ("print('no lesson')",),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "01.ipynb").write_text(json.dumps(notebook(*cells)))
    (tmp_path / "torn.ipynb").write_text("{")
    done = subprocess.run(
        [sys.executable, "tools/grade.py", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=lessons.ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 of 4 exercises are right")
    assert "torn.ipynb" in done.stderr
    rows = json.loads((tmp_path / "grades.json").read_text())
    told = {(row["notebook"].split("/")[0], row["exercise"]): row["verdict"] for row in rows}
    assert told == {
        ("anna", "serve"): "right",
        ("anna", "ask"): "not attempted",
        ("bert", "serve"): "wrong",
        ("bert", "ask"): "not attempted",
    }
    with (tmp_path / "grades.csv").open(newline="") as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == [row["verdict"] for row in rows]


def test_where_there_is_no_notebook_it_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "tools/grade.py", str(tmp_path)], capture_output=True, text=True, cwd=lessons.ROOT
    )
    assert done.returncode == 2
    assert "There is no notebook with exercises" in done.stderr
