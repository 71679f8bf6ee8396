"""Every sentence of the pictures stands in one file, and no logic reads one."""

import ast
import re
from pathlib import Path

import pytest
from zmqlab.picture import words

PICTURE = Path(words.__file__).parent
FILES = sorted(path for path in PICTURE.glob("*.py") if path.name != "words.py")

SENTENCE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|^ [^\W\d_]{3,}|[^\W\d_]{3,} $")
"""Two words, or one that goes on from, or to, what is put in beside it."""
MARKUP = re.compile(r'[<>{}]|="|zl-')
KINDS = {
    "turned away",
    "not delivered",
    "on its way",
    "to strangers",
    "counted only",
    "not known",
    "waiting or dropped",
}
"""Names of states and of terms of the sum, of two words: logic may compare them, and `words.py` says them."""
READS = {"startswith", "endswith", "split", "rsplit", "splitlines", "partition", "rpartition", "removeprefix"}
READS |= {"removesuffix", "find", "rfind", "index", "count", "replace", "strip", "isdigit"}
SAID = {"words", "parts", "why", "say", "scale"}
"""Attributes that hold what `words.py` has made."""
TYPOGRAPHY = {"svg.py", "plan.py", "layout.py", "notes.py"}
"""These cut words, break them into lines and find room for them, whatever they say."""


def docstrings(tree):
    """Return the strings that stand alone: they explain, and reach nobody."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def not_seen(tree):
    """Return the strings that describe the members of an enumeration, or stand in an error that a developer sees."""
    enums = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Enum" for base in node.bases)
    ]
    return {
        id(inner)
        for node in [*enums, *(one for one in ast.walk(tree) if isinstance(one, ast.Raise))]
        for inner in ast.walk(node)
    }


def sentences(tree):
    """Yield the sentences in a module, with their lines."""
    aside = docstrings(tree) | not_seen(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            text = node.value
            if text not in KINDS and SENTENCE.search(text) and not MARKUP.search(text):
                yield f"line {node.lineno}: {text!r}"


def imported(tree):
    """Return the names that a module takes from `words.py`, and whether it takes the module itself."""
    found = (
        {"words."}
        if any(
            isinstance(node, ast.ImportFrom) and not node.module and any(one.name == "words" for one in node.names)
            for node in ast.walk(tree)
        )
        else set()
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "words":
            found |= {one.asname or one.name for one in node.names}
    return found - {"text_of", "counted", "verb"}  # a frame as text, parts with their kinds, and names of calls


def is_said(node, names, said):
    """Whether an expression holds words that somebody reads: made by `words.py`, or kept from there."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) if name in names or name in said:
                return True
            case ast.Attribute(value=ast.Name(id="words")) if "words." in names:
                return True
            case ast.Attribute(attr=attr, ctx=ast.Load()) if attr in SAID:
                return True
    return False


def plain(targets):
    """Yield the plain names among what is assigned to: not `copy` in `copy.why = …`."""
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.Starred | ast.List):
            yield from plain(ast.iter_child_nodes(target))


def kept(function, names):
    """Return the names to which a function gives words, and what it makes of them."""
    said = set()
    for _ in range(3):
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=targets, value=value) if is_said(value, names, said):
                    said |= set(plain(targets))
                case ast.AugAssign(target=ast.Name(id=name), value=value) if is_said(value, names, said):
                    said.add(name)
                case ast.NamedExpr(target=ast.Name(id=name), value=value) if is_said(value, names, said):
                    said.add(name)
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value) if is_said(
                    value, names, said
                ):
                    said |= set(plain([target]))
    return said


def is_measured(node):
    """Whether it is the length of words that is compared, which is no reading."""
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in ("len", "sum")
        for one in ast.walk(node)
    )


def readings(tree):
    """Yield where a module decides by what a sentence says."""
    names = imported(tree)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        said = kept(function, names)
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in READS and is_said(
                    value, names, said
                ):
                    yield f"line {node.lineno}: .{attr}()"
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=arguments):
                    if any(is_said(one, names, said) for one in arguments):
                        yield f"line {node.lineno}: a pattern"
                case ast.Compare(
                    ops=[ast.In() | ast.NotIn() | ast.Eq() | ast.NotEq(), *_], left=left, comparators=others
                ):
                    for one in [left, *others]:
                        if is_said(one, names, said) and not is_measured(one):
                            yield f"line {node.lineno}: compares words"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_stands_in_words(path):
    assert list(sentences(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name not in TYPOGRAPHY], ids=lambda path: path.stem)
def test_no_logic_reads_a_sentence(path):
    assert list(readings(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "code",
    [
        'say = "waits for you"',
        'say = f"{name} waits"',
        'say = f"queue {number}"',
        'return "not delivered: " + why',
    ],
)
def test_a_sentence_elsewhere_is_found(code):
    assert list(sentences(ast.parse(f"def it(name, number, why):\n    {code}")))


@pytest.mark.parametrize(
    "code",
    [
        'return counts(scene, socket).split(" · ")',
        'said = counts(scene, socket)\n    return said.startswith("sent")',
        'return "sent" in counts(scene, socket)'
        if False
        else 'said = counts(scene, socket)\n    return "sent" in said',
        'return actor.words.partition(":")[0]',
        'return copy.why == "no match"',
        'return re.match("sent", words.counts(scene, socket))',
        'lines = [one for one in losses(scene, socket, 2)]\n    return [one for one in lines if one.endswith("lost")]',
    ],
)
def test_logic_that_reads_a_sentence_is_found(code):
    module = f"import re\nfrom . import words\nfrom .words import counts, losses\ndef it(scene, socket, actor, copy):\n    {code}"
    assert list(readings(ast.parse(module)))


def test_kinds_states_and_measures_are_no_sentences():
    code = 'state = "turned away"\nif state == "down" or len(counts(1, 2)) > 3:\n    svg = \'<path class="zl-link down" d="M 1 2"/>\''
    assert not list(sentences(ast.parse(code)))
    assert not list(
        readings(ast.parse(f"from .words import counts\ndef it():\n    {code.replace(chr(10), chr(10) + '    ')}"))
    )
