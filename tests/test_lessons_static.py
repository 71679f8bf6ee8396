"""The lessons keep to the form of a lesson, and every rule of that form can fail."""

import ast
import copy
import warnings

import pytest

from tests import form, lessons
from tests.lessons import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = {path.name: lessons.read(path) for path in lessons.lesson_files()}


def problems_in(notebook):
    return [*lessons.problems_in(notebook), *form.problems_in(notebook)]


# --- The lessons that we have ---


def test_there_are_lessons():
    assert LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_keeps_to_the_form(name):
    assert problems_in(LESSONS[name]) == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_states_the_minutes_that_its_walks_took(name):
    assert list(form.minutes_problems(name[:2], LESSONS[name], form.all_walks())) == []
    if doubt := form.doubt(LESSONS[name]):
        warnings.warn(f"{name}: {doubt}", stacklevel=1)


@pytest.mark.parametrize("name", LESSONS)
def test_what_a_lesson_plays_first_is_what_it_reads(name):
    """The first picture runs functions of the lesson's folder, and the lesson then shows them: they are the same."""
    for function, played, read in form.played_and_read(LESSONS[name]):
        assert ast.unparse(ast.parse(played)) == ast.unparse(ast.parse(read)), function


@pytest.mark.parametrize("name", LESSONS)
def test_the_links_of_a_lesson_resolve(name):
    assert lessons.broken_links(lessons.all_markdown(LESSONS[name]), ROOT / "notebooks") == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_the_links_and_images_of_a_document_resolve(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    assert lessons.broken_links(text, ROOT) == []
    assert not lessons.has_image_without_alt(text)


def test_the_lessons_agree_with_the_table_of_the_readme():
    assert lessons.way_problems(LESSONS, lessons.table_rows(README)) == []


def test_the_table_of_the_readme_shows_a_picture_of_each_lesson():
    assert list(lessons.picture_problems(README)) == []
    [heading] = [
        line.strip("| ").split("|")[-1].strip() for line in README.splitlines() if line.startswith("| lesson |")
    ]
    # GitHub shrinks an image in a table as far as the words of its column can be broken. This is as wide as the pictures.
    assert " " not in heading
    assert len(heading.replace("&nbsp;", " ")) >= 30


def test_the_imports_of_zmqlab_point_down_only():
    assert (ROOT / "notebooks/zmqlab/record/trace.py").exists()
    assert lessons.import_problems(ROOT / "notebooks/zmqlab") == []


# --- A good lesson, and all the ways to spoil it ---


def markdown(text, **metadata):
    return {"cell_type": "markdown", "id": "m", "metadata": metadata, "source": text}


def code(text, *tags):
    cell = {"cell_type": "code", "id": "c", "metadata": {"tags": list(tags)}, "source": text}
    return {**cell, "outputs": [], "execution_count": None}


WAY_ON = "**Before:** [Start](00-start.ipynb) · **Next:** [Tell](02-tell.ipynb) · [all lessons](../README.md#lessons)"
GOOD = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        markdown("# Ask and answer\n\nYou send a request. 5 minutes."),
        code("import time\n\nimport zmq\n\nlab.show(Sender('you', time, 5 % 3, 'tcp://127.0.0.1'))"),
        markdown("## Break it\n\n![A picture of it](picture.svg) <img src='a.svg' alt='Another'>"),
        code("reply = lab.ask()", "experiment"),
        code("assert reply == b'HELLO'"),
        markdown(f"### Why\n\n```python\n# no heading\nsocket.connect('tcp://server:5555')\n```\n\n{WAY_ON}"),
    ],
}


def spoilt(*cells):
    """The good lesson with more cells before its way on."""
    return {**copy.deepcopy(GOOD), "cells": [*copy.deepcopy(GOOD["cells"]), *cells, markdown(WAY_ON)]}


def with_cell(place, **changes):
    """The good lesson with one cell changed, counted from 1."""
    notebook = copy.deepcopy(GOOD)
    notebook["cells"][place - 1] |= changes
    return notebook


def test_a_good_lesson_has_no_problems():
    assert problems_in(GOOD) == []


def test_a_lesson_may_import_from_its_own_folder():
    own = "from zmqlab import Lab, Sender\nfrom zmqlab.course.publish_subscribe import Topics\nlab = Lab('publish-subscribe')"
    assert problems_in(spoilt(code(own))) == []


PREDICTED = code("prediction = lab.predict('twice', twice)", "experiment")
FOLDED = f"{form.WHY}\n\nIt arrives.\n\n</details>"

BAD = {
    "a magic": (spoilt(code("%matplotlib inline")), "cell 7 is not plain Python"),
    "a cell magic": (spoilt(code("%%time\nprint()")), "cell 7 is not plain Python"),
    "a shell line": (spoilt(code("!ls")), "cell 7 is not plain Python"),
    "a shell line with a result": (spoilt(code("files = !ls")), "cell 7 is not plain Python"),
    "help by a question mark": (spoilt(code("zmq.Socket?")), "cell 7 is not plain Python"),
    "a magic in disguise": (spoilt(code("get_ipython().run_line_magic('time', '')")), "get_ipython"),
    "time.sleep": (spoilt(code("time.sleep(1)")), "cell 7 calls time.sleep"),
    "sleep, imported": (spoilt(code("from time import sleep"), code("sleep(1)")), "cell 8 calls time.sleep"),
    "sleep, renamed": (spoilt(code("from time import sleep as nap\nnap(1)")), "cell 7 calls time.sleep"),
    "time, renamed": (spoilt(code("import time as clock\nclock.sleep(1)")), "cell 7 calls time.sleep"),
    "a literal port": (spoilt(code("s.bind('tcp://127.0.0.1:5555')")), "cell 7 holds a literal port"),
    "a port on every network": (spoilt(code("s.bind('tcp://*')")), "cell 7 opens a socket"),
    "0.0.0.0": (spoilt(code("s.bind('tcp://0.0.0.0')")), "cell 7 opens a socket"),
    "a port to copy": (spoilt(markdown("```\ns.bind('tcp://*:5555')\n```")), "cell 7 opens a socket"),
    "pickle": (spoilt(code("import pickle")), "cell 7 uses pickle"),
    "recv_pyobj": (spoilt(code("s.recv_pyobj()")), "cell 7 uses pickle"),
    "an import from inside": (
        spoilt(code("from zmqlab.page.sender import Sender")),
        "cell 7 imports zmqlab.page.sender",
    ),
    "an import of the whole": (spoilt(code("import zmqlab.lab")), "cell 7 imports zmqlab.lab"),
    "an import from another lesson": (
        spoilt(code("lab = Lab('request-reply')\nfrom zmqlab.course.pipeline import Batches")),
        "or `from zmqlab.course.request_reply import …`",
    ),
    "an actor that is kept": (spoilt(code("server = lab.start(server)")), "cell 7 keeps what start() returns"),
    "a cell that nbval skips": (spoilt(code("# NBVAL_SKIP\nprint()")), "cell 7 is skipped"),
    "a tag misspelt": (spoilt(code("lab.ask()", "experimemt")), "unknown tag 'experimemt'"),
    "no experiment": (with_cell(4, metadata={}), "no cell is tagged as an experiment"),
    "a finding in nothing": (
        {**GOOD, "cells": [GOOD["cells"][0], code("case.question('which')", "finding")]},
        "nothing is asserted of the recording",
    ),
    "no assert": (with_cell(5, source="print(reply)"), "cell 4 is an experiment without an assert"),
    "an assert in the next section": (
        spoilt(code("lab.ask()", "experiment"), markdown("## After"), code("assert True")),
        "cell 7 is an experiment without an assert",
    ),
    "an image without alt text": (spoilt(markdown("![](a.svg)")), "cell 7 has an image without alt text"),
    "an image by reference": (spoilt(markdown("![ ][a]")), "cell 7 has an image without alt text"),
    "an HTML image": (spoilt(markdown("<img src='a.svg'>")), "cell 7 has an image without alt text"),
    "an empty HTML alt": (spoilt(markdown('<img src="a.svg" alt="">')), "cell 7 has an image without alt text"),
    "two titles": (spoilt(markdown("# Another")), "only heading of level 1"),
    "no title": (with_cell(1, source="## Ask and answer\n\n5 minutes."), "only heading of level 1"),
    "a title that comes late": (spoilt() | {"cells": [code("zmq"), *GOOD["cells"]]}, "only heading of level 1"),
    "a level skipped": (spoilt(markdown("##### Deep")), "cell 7 skips a heading level, from 3 to 5"),
    "a GitHub note": (spoilt(markdown("> [!NOTE]\n> Look.")), "cell 7 uses > [!NOTE]"),
    "a MyST fence": (spoilt(markdown(":::{note}\nLook.\n:::")), "cell 7 uses :::"),
    "a MyST directive": (spoilt(markdown("```{note}\nLook.\n```")), "cell 7 uses ```{directive}"),
    "an underlined heading": (spoilt(markdown("Another\n=======")), "cell 7 uses a heading underlined"),
    "a heading in HTML": (spoilt(markdown("<h1>Another</h1>")), "cell 7 uses a heading in HTML"),
    "an output": (with_cell(4, outputs=[{"output_type": "stream"}]), "cell 4 is stored with its output"),
    "a count": (with_cell(4, execution_count=1), "cell 4 is stored with its output"),
    "widgets": (GOOD | {"metadata": {"widgets": {}}}, "state of its widgets"),
    "no id": (with_cell(4, id=""), "cell 4 has no id"),
    "36 cells": (spoilt(*[code("lab")] * 29), "the core takes 36 cells: at most 35"),
    "1,201 words": (spoilt(markdown("word " * 1190)), "words: at most 1200"),
    "6 experiments": (spoilt(*[code("assert 1", "experiment")] * 5), "6 experiments: at most 5"),
    "16 lines": (spoilt(code("lab\n" * 16)), "cell 7 has 16 lines: at most 15"),
    "55 minutes": (with_cell(1, source="# Ask\n\n55 minutes."), "55 minutes: at most 50"),
    "minutes unsaid": (with_cell(1, source="# Ask"), 'must say "N minutes"'),
    "an explanation in view": (
        spoilt(PREDICTED, code("assert prediction.holds()"), markdown("It arrives.\n\n## On")),
        "cell 9 explains the prediction of cell 7 in view",
    ),
    "an explanation beside its fold": (
        spoilt(PREDICTED, markdown(f"{FOLDED}\n\nSo it is.\n\n## On")),
        "cell 8 explains the prediction of cell 7 in view",
    ),
    "a fold of another name": (
        spoilt(PREDICTED, markdown(f"{FOLDED.replace('happened', 'came')}\n\n## On")),
        "cell 8 explains the prediction of cell 7 in view",
    ),
    "an explanation in two cells": (
        spoilt(PREDICTED, markdown(FOLDED), markdown("So it is.\n\n## On")),
        "cell 9 explains the prediction of cell 7 in view",
    ),
    "an answer in code": (
        spoilt(PREDICTED, code("assert prediction.holds()\nprint('C')"), markdown(f"{FOLDED}\n\n## On")),
        "cell 8 stands under the prediction of cell 7",
    ),
    "a prediction that nothing explains": (spoilt(PREDICTED, markdown("## On")), "cell 7 has no explanation"),
    "a prediction without an end": (
        {**GOOD, "cells": [*GOOD["cells"], PREDICTED, markdown(FOLDED)]},
        "no heading follows the prediction of cell 7",
    ),
    "a heading that is folded": (
        spoilt(PREDICTED, markdown(FOLDED.replace("It", "## On\n\nIt")), markdown("So it is.\n\n## On")),
        "cell 9 explains the prediction of cell 7 in view",
    ),
    "a heading in a fold": (
        spoilt(PREDICTED, markdown(FOLDED.replace("It", "## It") + "\n\n## On")),
        "cell 8 has a heading in a fold",
    ),
    "code before play": (
        {**GOOD, "cells": [GOOD["cells"][0], code("def a():\n    lab.show()"), code("b = 1"), *GOOD["cells"][1:]]},
        "2 code cells stand before the first button: at most 1",
    ),
    "nothing to press": (with_cell(2, source="lab.show()"), "no cell shows anything to press"),
    "an end without a way": (
        {**GOOD, "cells": [*GOOD["cells"], markdown("## More to break"), code("lab")]},
        "the last line of the lesson must be the way on",
    ),
    "a way on that is not last": (with_cell(6, source=f"{WAY_ON}\n\nGood bye."), "the last line of the lesson must be"),
    "a way on across two lines": (
        with_cell(6, source=WAY_ON.replace("**Next:** ", "**Next:**\n").replace("Tell](02-tell.ipynb)", "Tell](02)")),
        "the last line of the lesson must be",
    ),
}


@pytest.mark.parametrize("defect", BAD)
def test_a_defect_is_reported(defect):
    notebook, expected = BAD[defect]
    assert [problem for problem in problems_in(notebook) if expected in problem], problems_in(notebook)


def test_every_rule_has_a_defect_that_it_reports():
    for rule in [*lessons.RULES, *form.RULES]:
        assert any(list(rule(notebook)) for notebook, _ in BAD.values()), rule.__name__


def test_what_follows_more_to_break_is_outside_the_budget():
    assert problems_in(spoilt(markdown("## More to break"), *[code("lab\n" * 16)] * 30)) == []


def test_what_is_folded_under_a_prediction_is_fine():
    under = [code("assert prediction.holds()  # as every claim"), markdown(f"{FOLDED}\n\n## On\n\nIt arrived.")]
    assert problems_in(spoilt(PREDICTED, *under)) == []
    assert problems_in(spoilt(PREDICTED, under[0], markdown(FOLDED), markdown("### On"))) == []


def test_a_question_may_come_before_the_first_button():
    asked = {**GOOD, "cells": [GOOD["cells"][0], code("lab.question()"), *GOOD["cells"][1:]]}
    assert problems_in(asked) == []


def test_a_lesson_is_measured():
    lesson = spoilt(
        markdown("word " * 336 + "[a link](https://somewhere.example/far/away) <b>bold</b>"),
        code("lab\n" * 15),
        code("assert 1", "experiment"),
        markdown("Try.", tags=["exercise"]),
    )
    assert lessons.measure(lesson) == {
        "cells": 11, "words": 364, "lines": 25, "experiments": 2, "findings": 0, "exercises": 1
    }  # fmt: skip
    assert form.by_formula(lesson) == pytest.approx(364 / 150 + 25 / 8 + 3 * 2 + 9)


def test_the_formula_only_doubts():
    twenty = with_cell(1, source="# Ask\n\n20 minutes.")
    assert form.doubt(GOOD) == ""
    assert "it states 20 minutes, and by words, lines and exercises it takes 4" in form.doubt(twenty)
    assert problems_in(twenty) == []


TABLE = """
| lesson | commit | minutes | of these doing |
|---|---|---|---|
| 00 | abc1234 | 18 | 10 |
| 01 | abc1234 | 44 | - |
| 01 | def5678 | 47 | 30 |
"""


@pytest.mark.parametrize(
    ("number", "minutes", "problem"),
    [
        ("00", 20, ""),
        ("00", 15, "states 15 minutes, and its walks took 20"),
        ("01", 50, ""),
        ("01", 45, "states 45 minutes, and its walks took 50"),
        ("02", 20, "nobody has walked through lesson 02"),
    ],
)
def test_the_minutes_are_the_mean_of_the_walks_to_the_next_five(number, minutes, problem):
    walked = form.walks(TABLE)
    assert walked[0] == form.Walk("00", "abc1234", 18, 10)
    found = list(form.minutes_problems(number, with_cell(1, source=f"# Ask\n\n{minutes} minutes."), walked))
    assert [problem in one for one in found] == ([True] if problem else [])


def test_what_is_played_and_what_is_read_are_compared():
    played = code("from zmqlab.course.start_here import friend, you")
    read = code("def friend(context, endpoint):\n    return 'another'")
    [(name, there, here)] = form.played_and_read(spoilt(played, read))
    assert name == "friend"
    assert ast.unparse(ast.parse(there)) != ast.unparse(ast.parse(here))


# --- Links ---


@pytest.mark.parametrize(
    "link",
    [
        "[a](missing.ipynb)",
        "![a](missing.svg)",
        "[![a](there.md)](missing.md)",
        "[a][b]\n\n[b]: missing.md",
        "<a href='missing.md'>a</a>",
        '<img alt="a" src="missing.svg">',
        "[a](../outside.md)",
        "[a](/there.md)",
        "[a](#No-such-heading)",
    ],
)
def test_a_link_that_leads_nowhere_is_reported(link, tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "there.md").touch()
    (tmp_path / "outside.md").touch()
    assert len(lessons.broken_links(link, course, course)) == 1


def test_a_link_that_resolves_is_not_reported(tmp_path):
    (tmp_path / "with space.md").touch()
    text = (
        "# Who's first\n\n[a](with%20space.md#part) [b](#Who's-first) [c](#whos-first) [d](https://zeromq.org) `[e](f)`"
    )
    assert lessons.broken_links(text, tmp_path, tmp_path) == []


# --- The way through the course ---

ROWS = [("00-start.ipynb", "Start here", 5), ("01-ask.ipynb", "Ask", 5), ("02-tell.ipynb", "Tell", 5)]


def lesson(name, ways, minutes=5):
    return {"metadata": {}, "cells": [markdown(f"# {name}\n\n{minutes} minutes."), markdown(ways)]}


def course():
    return {
        "00-start.ipynb": lesson("Start here", "**Next**: [Ask](01-ask.ipynb)"),
        "01-ask.ipynb": lesson("Ask", "Before: [Start here](00-start.ipynb). Next: [Tell](02-tell.ipynb)"),
        "02-tell.ipynb": lesson("Tell", "Before: [Ask](01-ask.ipynb)"),
    }


def row(name, text, minutes, picture):
    return f"| {name[:2]} [{text}](notebooks/{name}) | You do it. | {minutes} | {picture} |"


def picture(name, file):
    return f'[<img src="images/{file}.small.svg" width="220" alt="It moves.">](notebooks/{name})'


def test_a_course_in_order_has_no_problems():
    rows = [row(*each, picture(each[0], each[0][3:-6])) for each in ROWS]
    other = "| [a page](https://example.org) | which is no lesson | 5 | - |"
    table = "\n".join(["| lesson | what | minutes | picture |", "|---|---|---|---|", *rows, other])
    assert lessons.table_rows(table) == ROWS
    assert lessons.way_problems(course(), ROWS) == []
    assert list(lessons.picture_problems(table)) == []


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nothing",
        picture("01-ask.ipynb", "tell"),
        picture("02-tell.ipynb", "ask"),
        picture("01-ask.ipynb", "ask").replace("220", "900"),
        picture("01-ask.ipynb", "ask").partition("]")[0],
    ],
)
def test_a_row_without_the_picture_of_its_lesson_is_reported(bad):
    [problem] = lessons.picture_problems(row("01-ask.ipynb", "Ask", 5, bad))
    assert "the row of 01-ask.ipynb must end with the picture" in problem


def test_a_row_with_no_minutes_is_reported():
    [found] = lessons.table_rows(row("00-start.ipynb", "Start here", "soon", ""))
    problems = lessons.way_problems({"00-start.ipynb": lesson("Start here", "")}, [found])
    assert problems == ["00-start.ipynb states 5 minutes, and 0 in the README's table"]


@pytest.mark.parametrize(
    ("name", "bad", "expected"),
    [
        (
            "01-ask.ipynb",
            lesson("Request", "Before: [Start here](00-start.ipynb). Next: [Tell](02-tell.ipynb)"),
            "called",
        ),
        ("00-start.ipynb", lesson("Start here", "Next: [Ask](01-ask.ipynb)", minutes=10), "states 10 minutes"),
        ("00-start.ipynb", lesson("Start here", "Next: nothing"), "Next leads to None"),
        ("00-start.ipynb", lesson("Start here", "Next: [Tell](02-tell.ipynb)"), "Next leads to"),
        ("00-start.ipynb", lesson("Start here", "Next: [Asking](01-ask.ipynb)"), "Next leads to"),
        ("02-tell.ipynb", lesson("Tell", "Next: [Ask](01-ask.ipynb)"), "Before leads to None"),
        (
            "02-tell.ipynb",
            lesson("Tell", "Before: [Ask](01-ask.ipynb). Next: [Ask](01-ask.ipynb)"),
            "it should to None",
        ),
        ("03-more.ipynb", lesson("More", ""), "the README's table lists"),
    ],
)
def test_a_course_out_of_order_is_reported(name, bad, expected):
    assert any(expected in problem for problem in lessons.way_problems(course() | {name: bad}, ROWS))


# --- Imports ---

PACKAGE = {
    "__init__.py": "from zmqlab.lab import Lab",
    "lab.py": "from .live.sockets import Socket\nfrom .page import Stage\nfrom . import learning, record",
    "learning/__init__.py": "from ..record.events import Event",
    "live/__init__.py": "",
    "live/sockets.py": "import zmq\nfrom zmqlab.record.events import Event\nfrom . import actors",
    "live/actors.py": "from .. import record",
    "page/__init__.py": "from ..picture import stage",
    "picture/__init__.py": "",
    "picture/stage.py": "import anywidget\nfrom ..record.events import Event",
    "record/__init__.py": "",
    "record/events.py": "import time",
    "course/pipeline/__init__.py": "from .batches import Batches",
    "course/pipeline/batches.py": "from ...page import Stage",
    "course/start_here/__init__.py": "",
}


def write_package(folder, changes):
    package = folder / "zmqlab"
    for name, text in (PACKAGE | changes).items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return package


def test_imports_that_point_down_are_fine(tmp_path):
    assert lessons.import_problems(write_package(tmp_path, {})) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("live/actors.py", "from ..picture.stage import Stage"),
        ("live/actors.py", "from .. import picture"),
        ("live/actors.py", "from zmqlab import picture"),
        ("live/actors.py", "import zmqlab.page.stage as stage"),
        ("live/actors.py", "def later():\n    from ..lab import Lab"),
        ("live/actors.py", "from .. import Lab"),
        ("live/__init__.py", "from ..learning import predictions"),
        ("live/actors.py", "import importlib\nimportlib.import_module('zmqlab.picture')"),
        ("picture/stage.py", "from ..live import sockets"),
        ("picture/__init__.py", "from ..live import sockets"),
        ("learning/__init__.py", "from ..lab import Lab"),
        ("record/events.py", "from ..live import sockets"),
        ("record/events.py", "import zmqlab"),
        ("helpers.py", ""),
        ("course/start_here/place.py", "from ..pipeline import Batches"),
        ("course/start_here/place.py", "from ...course.pipeline.batches import Batches"),
        ("course/start_here/place.py", "from .. import pipeline"),
        ("course/start_here/place.py", "import zmqlab.course.pipeline"),
    ],
)
def test_an_import_that_points_up_or_across_is_reported(file, text, tmp_path):
    problems = lessons.import_problems(write_package(tmp_path, {file: text}))
    assert len(problems) == 1
    assert problems[0].startswith(file)
