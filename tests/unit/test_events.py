"""Every kind of event is a type: what they have in common, how recordings hold them, and that no kind is a string."""

import ast
import inspect
import json
from pathlib import Path

import pytest
from zmqlab.record import events as kinds
from zmqlab.record import files

ZMQLAB = Path(files.__file__).parents[1]
VALUES = {
    "int": 7,
    "int | None": 7,
    "str": "text é",
    "str | None": None,
    "float": 0.5,
    "bool": True,
    "bytes": b"\xff topic",
    "None": None,
    "tuple[bytes, ...]": (b"text", b"\xff", b""),
    "tuple[int, ...]": (4, 1, 0),
}


def example(kind):
    """Return an event of a kind, with a value in every field."""
    return kind(
        **{
            name: VALUES[getattr(words, "__forward_arg__", words)]
            for name, words in inspect.get_annotations(kind).items()
        }
    )


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=kinds.KINDS)
def test_every_kind_says_when_who_and_at_which_socket_first_and_what_it_means(kind):
    assert kind._fields[:3] == ("time", "actor", "socket")
    assert kind.__doc__
    assert not kind.__doc__.startswith(kind.__name__ + "(")


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=kinds.KINDS)
def test_a_recording_gives_back_an_event_of_every_kind(kind, tmp_path):
    event = example(kind)
    title, [back] = files.load(files.save(tmp_path / "x.json", [event], "a “title”"))
    moments = {name: 0 for name in files.MOMENTS if name in kind._fields}
    assert (title, back) == ("a “title”", event._replace(**moments))
    assert type(back) is kind


def test_every_kind_is_in_one_family():
    families = [kinds.Message, kinds.Wait, kinds.OfASocket, kinds.OfAnActor]
    members = [member for family in families for member in family.__args__] + [kinds.Counted, kinds.Measured]
    written = [one for one in vars(kinds).values() if inspect.isclass(one) and hasattr(one, "_fields")]
    assert sorted(member.__name__ for member in members) == sorted(one.__name__ for one in written)


FORMER = [
    (
        {"event": "control", "kind": "bound", "detail": {"endpoint": "tcp://a:1"}},
        kinds.Bound,
        {"endpoint": "tcp://a:1"},
    ),
    ({"event": "control", "kind": "subscribed", "detail": {"topic": {"text": "a"}}}, kinds.Subscribed, {"topic": b"a"}),
    ({"event": "control", "kind": "died", "detail": {"fault": None}}, kinds.Died, {"fault": None}),
    ({"event": "wait", "call": "recv_multipart()"}, kinds.Waits, {"call": "recv_multipart"}),
    ({"event": "wait", "call": "pause(0.05)"}, kinds.Pauses, {"seconds": 0.05}),
    ({"event": "wait", "call": "you"}, kinds.WaitsForYou, {}),
    ({"event": "wait", "call": ""}, kinds.GoesOn, {}),
    ({"event": "count", "sent": 7, "received": 0}, kinds.Counted, {"sent": 7, "received": 0}),
    (
        {
            "event": "message",
            "way": "sent",
            "began": 5,
            "ended": 5,
            "frames": [{"text": "x"}],
            "sizes": [1],
            "total": 1,
        },
        kinds.Sent,
        {"frames": (b"x",), "sizes": (1,), "total": 1},
    ),
    (
        {
            "event": "message",
            "way": "received",
            "began": 2,
            "ended": 5,
            "frames": [{"hex": "ff"}],
            "sizes": [1],
            "total": 1,
        },
        kinds.Received,
        {"frames": (b"\xff",), "sizes": (1,), "total": 1, "began": 2},
    ),
]


@pytest.mark.parametrize(("line", "kind", "fields"), FORMER)
def test_a_recording_of_the_former_format_is_read(line, kind, fields, tmp_path):
    whose = {"time": 5, "actor": "you", "socket": None if kind in (kinds.Died, kinds.Pauses) else 1}
    path = tmp_path / "former.json"
    path.write_text(json.dumps({"format": 1, "title": "former", "events": [line | whose]}), encoding="utf-8")
    assert files.load(path) == ("former", [kind(**whose, **fields)])


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 7}', '{"format": 2, "title": "", "events": [{"event": "Nothing"}]}', "\xff"]
)
def test_what_is_no_recording_is_refused_in_words(text, tmp_path):
    path = tmp_path / "none.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"not a recording|format 7"):
        files.load(path)


KIND_WORDS = {
    "socket made",
    "link up",
    "link down",
    "high-water mark",
    "long wait",
    "held up",
    "goes on",
    "waits for you",
}
KIND_WORDS |= {"bound", "unbound", "connected", "disconnected", "subscribed", "unsubscribed", "conflate", "refused"}
KIND_WORDS |= {"closed", "started", "armed", "counted", *kinds.KINDS}


def kinds_as_strings(text):
    """Return the strings in a module that it compares with, or chooses by: those that name a kind of event."""
    found = []
    for node in ast.walk(ast.parse(text)):
        compared = []
        if isinstance(node, ast.Compare):
            compared = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            compared = [node.value]
        for one in compared:
            constants = [part for part in ast.walk(one) if isinstance(part, ast.Constant)]
            found += [part.value for part in constants if part.value in KIND_WORDS]
    return found


MODULES = sorted(ZMQLAB.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ZMQLAB)))
def test_no_kind_is_a_string(path):
    assert kinds_as_strings(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        'event.kind == "link up"',
        'x in ("bound", 1)',
        'match x:\n    case "closed":\n        pass',
        'type(x).__name__ == "Sent"',
    ],
)
def test_a_kind_that_is_a_string_is_found(text):
    assert len(kinds_as_strings(text)) == 1
