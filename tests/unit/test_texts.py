"""A function with all that it names, as the text of a program: complete and in order, or refused in words."""

import linecache
import subprocess
import sys
import textwrap
import types
from itertools import count

import pytest
from zmqlab.live.processes.programs import program
from zmqlab.live.processes.scripts import Script

NUMBERS = count()


class Notebook:
    """Runs cells one after the other, in a module that stands in no file, and keeps their text as a kernel does."""

    def __init__(self):
        self.module = types.ModuleType(f"notebook_{next(NUMBERS)}")
        sys.modules[self.module.__name__] = self.module

    def run(self, cell):
        text, name = textwrap.dedent(cell), f"/nowhere/ipykernel_1/{next(NUMBERS)}.py"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec", dont_inherit=True), vars(self.module))
        return vars(self.module)


@pytest.fixture
def notebook():
    made = Notebook()
    yield made
    del sys.modules[made.module.__name__]


COMES_ALONG = {
    "a module": ("import random\ndef f(): return random.randint(1, 1)", 1),
    "a module under another name": ("import json as j\ndef f(): return j.dumps(1)", "1"),
    "a name of a module": ("from collections import deque as d\ndef f(): return len(d([1]))", 1),
    "a constant": ("GREETING = 'World'\ndef f(): return GREETING", "World"),
    "a list": ("PLACES = ['oslo', 'paris']\ndef f(): return PLACES", ["oslo", "paris"]),
    "a dict of sets": ("KINDS = {'a': {1, 2}, 'b': set()}\ndef f(): return KINDS", {"a": {1, 2}, "b": set()}),
    "infinity": ("MOST = float('inf')\ndef f(): return MOST", float("inf")),
    "a helper": ("def g(): return 2\ndef f(): return g()", 2),
    "a helper defined later": ("def f(): return g()\ndef g(): return 2", 2),
    "helpers that call each other": (
        "def f(n=3): return g(n - 1) if n else 'done'\ndef g(n): return f(n)",
        "done",
    ),
    "a helper under another name": ("def g(): return 2\nh = g\ndef f(): return h()", 2),
    "a default": ("LIMIT = 3\ndef f(n=LIMIT): return n", 3),
    "a hint": ("from collections import deque\ndef f(q: deque = None) -> 'deque': return q", None),
    "a hint of a library": ("from typing import Optional\nWhole = Optional[int]\ndef f(n: Whole = 1): return n", 1),
    "hints that nobody evaluates": (
        "from __future__ import annotations\ndef f(q: Nowhere = None): return f.__annotations__['q']",
        "Nowhere",
    ),
    "a decorator": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(): return 2 * f()\n    return inner\n"
        "@twice\ndef f(): return 2",
        4,
    ),
    "a decorated helper": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(): return 2 * f()\n    return inner\n"
        "@twice\ndef g(): return 2\ndef f(): return g()",
        4,
    ),
    "a decorator that hides what it decorates": (
        "def twice(g):\n    def inner(): return 2 * g()\n    return inner\n@twice\ndef g(): return 2\ndef f(): return g()",
        4,
    ),
    "a decorator that is a class": (
        "class Twice:\n    def __init__(self, g): self.g = g\n    def __call__(self): return 2 * self.g()\n"
        "@Twice\ndef g(): return 2\ndef f(): return g()",
        4,
    ),
    "a decorator with a helper and arguments": (
        "RATE = 3\ndef scale(n): return n * RATE\ndef times(n):\n    def decorate(g):\n        def inner(): return scale(n) * g()\n"
        "        return inner\n    return decorate\n@times(2)\ndef g(): return 1\ndef f(): return g()",
        6,
    ),
    "a cache": (
        "import functools\n@functools.lru_cache(maxsize=None)\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
        "def f(): return fib(30)",
        832040,
    ),
    "a cache made by a call": ("import functools\ndef g(n): return n\nh = functools.lru_cache(g)\ndef f(): return h(1)", 1),
    "a partial": ("from functools import partial\ndef g(a, b): return a + b\nh = partial(g, 1, b=2)\ndef f(): return h()", 3),
    "what a closure holds": ("def make(n):\n    def f(): return n\n    return f\nf = make(5)", 5),
    "a class": (
        "BASE = 1\nclass A:\n    step = BASE\n    def go(self): return self.step + g()\ndef g(): return 2\ndef f(): return A().go()",
        3,
    ),
    "a subclass": ("class A:\n    n = 1\nclass B(A):\n    def go(self): return self.n\ndef f(): return B().go()", 1),
    "a dataclass": (
        "from dataclasses import dataclass, field\n@dataclass\nclass Order:\n    text: str\n    items: list = field(default_factory=list)\n"
        "def f(): return Order('tea').text",
        "tea",
    ),
    "a value of a dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Limit:\n    most: int\nTOP = Limit(most=3)\ndef f(): return TOP.most",
        3,
    ),
    "an enum": ("import enum\nclass Kind(enum.Enum):\n    TEA = 'tea'\n    SOUP = 'soup'\ndef f(): return Kind('soup').name", "SOUP"),
    "a member of an enum": ("from enum import Enum\nclass Kind(Enum):\n    TEA = 1\nBEST = Kind.TEA\ndef f(): return BEST.name", "TEA"),
    "a NamedTuple": (
        "from typing import NamedTuple\nclass Point(NamedTuple):\n    x: int\n    y: int = 2\nHERE = Point(1)\ndef f(): return HERE.y",
        2,
    ),
    "an exception": ("class Lost(Exception):\n    pass\ndef f():\n    try: raise Lost\n    except Lost: return 'caught'", "caught"),
    "a dict of functions": ("def g(): return 1\nWAYS = {'g': g, 'len': len}\ndef f(): return WAYS['g']() + WAYS['len']('ab')", 3),
    "values that say how they are made": (
        "import re, datetime\nfrom fractions import Fraction\nWORD = re.compile('a+')\nDAY = datetime.date(2024, 5, 1)\nHALF = Fraction(1, 2)\n"
        "def f(): return [WORD.match('aab').end(), DAY.year, HALF * 2]",
        [2, 2024, 1],
    ),
    "a logger": ("import logging\nlog = logging.getLogger('x')\ndef f(): return log.name", "x"),
    "constants of pyzmq": ("import zmq\nfrom zmq import REP\nKIND = zmq.REQ\ndef f(): return [KIND == 3, REP == 4]", [True, True]),
    "a name of its own module": ("def f(): return __name__ != ''", True),
    "a global that it sets": ("seen = 0\ndef f():\n    global seen\n    seen += 1\n    return seen", 1),
}  # fmt: skip


@pytest.mark.parametrize("case", COMES_ALONG)
def test_what_a_function_names_comes_along(notebook, case):
    cell, value = COMES_ALONG[case]
    text = program(notebook.run(cell)["f"])
    space = {"__name__": "another"}
    exec(compile(text, "<program>", "exec", dont_inherit=True), space)
    assert space["f"]() == value, text


REFUSED = {
    "a lock": ("import threading\nlock = threading.Lock()\ndef f(): return lock", r"f\(\) names lock .*only this process has"),
    "a list of locks": ("import threading\nlocks = [threading.Lock()]\ndef f(): return locks", r"f\(\) names locks "),
    "a helper's lock": ("import threading\nlock = threading.Lock()\ndef g(): return lock\ndef f(): return g()", r"g\(\) names lock "),
    "a lambda": ("f = lambda: 1", "a lambda has no text of its own: write it in a cell, as `def"),
    "a helper that is a lambda": ("g = lambda: 1\ndef f(): return g()", r"f\(\) names .*lambda.*as `def"),
    "a built-in": ("f = len", "len cannot run in a process of its own.*as `def"),
    "two things of one name": (
        "def make(n):\n    def g(): return n\n    return g\na, n = make(1), 2\ndef f(): return a() + n",
        "two different things that are called n .*give one of them another name",
    ),
    "a decorator that is gone": ("def d(g): return g\n@d\ndef f(): return 1\ndel d", r"f\(\) names d, which cannot be found any more"),
    "an open file": ("import sys\nout = open('/dev/null')\ndef f(): return out", r"f\(\) names out "),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_come_along_is_refused_in_words_that_say_what_to_do(notebook, case):
    cell, words = REFUSED[case]
    with pytest.raises(TypeError, match=words):
        program(notebook.run(cell)["f"])


def test_text_that_is_kept_nowhere_is_explained():
    for file, words in (
        ("<timed exec>", "`%%time` stands above it. Take that line out"),
        ("<stdin>", "no text is kept"),
    ):
        space = {"__name__": "typed"}
        exec(compile("def f(): return 1", file, "exec"), space)
        with pytest.raises(TypeError, match=words):
            program(space["f"])


def test_of_two_classes_of_one_name_the_one_that_is_meant_comes_along(notebook):
    first = "from enum import Enum\nclass Kind(Enum):\n    TEA = 1\ndef f(): return Kind.TEA.value"
    notebook.run(first)
    notebook.run("class Kind(Enum):\n    TEA = 2")
    meant = notebook.run(first)["f"]
    space = {"__name__": "another"}
    exec(program(meant), space)
    assert space["f"]() == 1


def test_what_lies_below_a_package_is_imported_too(notebook):
    text = program(notebook.run("import xml.dom.minidom\ndef f(): return xml.dom.minidom.parseString('<a/>')")["f"])
    assert "import xml.dom.minidom\n" in text
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{text}\nprint(f())"], capture_output=True, text=True, timeout=20
    )
    assert "Document" in done.stdout, done.stderr


def test_a_script_reads_as_one_would_write_it(notebook):
    space = notebook.run('''
        import json
        import zmq
        from collections import deque

        PLACES = ["oslo", "paris"]

        def spoken(text):
            """Say it aloud."""
            return json.loads(text).upper()

        def client(context, endpoint, pause, texts, loud=False, last=None):
            """Ask."""
            pause(0.1)
            return deque(spoken(text) for text in texts), PLACES
    ''')
    arguments = {"endpoint": "tcp://127.0.0.1:5555", "texts": ['"a"'], "last": "it's"}
    assert str(Script(space["client"], arguments)) == textwrap.dedent('''\
        import json
        import time
        from collections import deque

        import zmq


        PLACES = ["oslo", "paris"]


        def spoken(text):
            """Say it aloud."""
            return json.loads(text).upper()


        def client(context, endpoint, pause, texts, loud=False, last=None):
            """Ask."""
            pause(0.1)
            return deque(spoken(text) for text in texts), PLACES


        with zmq.Context() as context:
            print(client(context, "tcp://127.0.0.1:5555", time.sleep, ['"a"'], last="it's"))
    ''')
    assert str(Script(notebook.run("def two(): return 2")["two"], {"endpoint": "x"})) == (
        "def two(): return 2\n\n\nprint(two())\n"
    )


def test_a_script_says_which_argument_is_missing_unknown_or_cannot_be_written(notebook):
    f = notebook.run("def f(endpoint, n): return n")["f"]
    for arguments, words in (
        ({}, r"f\(\) wants endpoint, n: pass it where you make the script"),
        ({"endpoint": "x", "n": 1, "m": 1}, r"f\(\) has no argument called m"),
        (
            {"endpoint": "x", "n": object()},
            r"f\(\) is given n=<object.*cannot go into a process of its own: text, bytes",
        ),
    ):
        with pytest.raises(TypeError, match=words):
            Script(f, arguments)
    with pytest.raises(TypeError, match="made of a function"):
        Script(None, {})


def test_cells_of_a_real_notebook_give_their_text(tmp_path):
    program = tmp_path / "shell.py"
    program.write_text(
        textwrap.dedent("""
        import sys
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        def run(cell):
            assert shell.run_cell(cell).success, cell
        run("from dataclasses import dataclass\\nfrom enum import Enum\\nfrom typing import NamedTuple")
        run("class Kind(Enum):\\n    TEA = 1")
        run("@dataclass\\nclass Order:\\n    kind: Kind\\nclass Place(NamedTuple):\\n    name: str")
        run("class Desk:\\n    def take(self, order): return order.kind.name")
        run("HERE = Place('oslo')\\ndef f(): return Desk().take(Order(Kind.TEA)) + HERE.name")
        run("%%time\\ndef g(): return 1")
        from zmqlab.live.processes.programs import program
        text = program(shell.user_ns["f"])
        space = {"__name__": "another"}
        exec(text, space)
        assert space["f"]() == "TEAoslo", text
        try:
            program(shell.user_ns["g"])
        except TypeError as refused:
            assert "Take that line out" in str(refused), refused
        else:
            raise AssertionError("not refused")
        print("fine")
        """)
    )
    environment = {"PYTHONPATH": "notebooks", "PATH": "", "IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.splitlines()[-1:] == ["fine"], done.stdout + done.stderr
