"""The scripts of the page: small files that import each other and nothing else, joined with no build step."""

import json
import re

import pytest
from zmqlab.page import assets
from zmqlab.page.library import STYLES

FOLDER = assets.HERE / "js"
FILES = sorted(file.name for file in FOLDER.glob("*.js"))
ENTRIES = (*STYLES, "film.js")
"""What a widget or a page begins with. All other files are imported."""
CHANGES = {"state.js", "playing.js", "moves.js", "arrivals.js"}
"""The files that may change the state of a film."""
WIDGETS = re.compile(r"\bmodel\b|\.widget_manager|\banywidget\b")
PLAIN = {"timeline.js", "view.js", "film.js"}
"""What a page with no kernel uses as it is, and all that these import."""


def text_of(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def code_of(name):
    """Return a script without its comments."""
    return re.sub(r"/\*.*?\*/|(?<![:\"])//[^\n]*", "", text_of(name), flags=re.DOTALL)


def imported_by(*names):
    """Return these files and all that they import, one from another."""
    found, left = set(), list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += assets.IMPORT.findall(text_of(name))
    return found


def parts_of(script):
    """Return the keys, the texts and the imports of what a script is joined from, in their order."""
    return json.loads(re.match(r"const parts = (.*);\n", script)[1])


@pytest.mark.parametrize("name", ENTRIES)
def test_a_part_comes_after_what_it_imports(name):
    seen = set()
    for key, text, imports in assets.parts(name):
        assert set(imports.values()) <= seen
        assert f"//# sourceURL=zmqlab/{key.split('@')[0]}" in text, "an error in the page names the file"
        seen.add(key)
    assert len(seen) == len(imported_by(name))
    assert key.startswith(f"{name}@")


def test_a_page_that_has_a_part_already_gets_a_newer_one_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "HERE", tmp_path)
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "one.js").write_text('import { two } from "./two.js";\n')
    keys = []
    for two in ("1", "2"):
        (tmp_path / "js" / "two.js").write_text(f"export const two = {two};\n")
        keys.append({key for key, *_ in assets.parts("one.js")})
    assert not keys[0] & keys[1]


def test_files_that_import_each_other_in_a_circle_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "HERE", tmp_path)
    (tmp_path / "js").mkdir()
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / "js" / f"{one}.js").write_text(f'import "./x.js";\nimport {{ x }} from "./{other}.js";\n')
    with pytest.raises(ValueError, match=r"a\.js → b\.js → c\.js → a\.js"):
        assets.parts("a.js")


def test_nothing_in_a_script_ends_the_element_that_it_stands_in(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "HERE", tmp_path)
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text('export const a = "</script><!--";\n')
    script = assets.page_script("a.js", "main.a;")
    assert "<" not in parts_line(script)
    assert parts_of(script)[0][1].startswith('export const a = "</script><!--";')
    assert script.endswith("main.a;\n")


def parts_line(script):
    return script.splitlines()[0]


def test_each_file_belongs_to_a_widget_or_a_page():
    assert imported_by(*ENTRIES) == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_imports_those_beside_it_alone(name):
    code = code_of(name)
    assert len(re.findall(r"\bimport\b", code)) == len(assets.IMPORT.findall(text_of(name))), "in a way that is joined"
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|\bfetch\(|XMLHttpRequest|WebSocket", code)


@pytest.mark.parametrize("name", FILES)
def test_only_who_may_change_the_state_of_a_film_does(name):
    changed = re.findall(
        r"\bstate\.\w+(?:\.(?:set|delete|clear|push|shift)\(|\s*(?:[+\-|&?]{0,2}=(?!=)|\+\+|--))", code_of(name)
    )
    assert bool(changed) == (name in CHANGES), changed


@pytest.mark.parametrize("name", sorted(imported_by(*PLAIN)))
def test_what_a_page_with_no_kernel_uses_knows_of_no_widget(name):
    assert not WIDGETS.search(code_of(name))


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_small(name):
    assert len(text_of(name).splitlines()) <= 160
