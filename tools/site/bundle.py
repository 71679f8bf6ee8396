"""The scripts of the site in one file: the same small modules as in JupyterLab, and our own few.

A page that is opened from a folder (`file://`) may load scripts, but no modules. So each module becomes a function, and
its imports what an earlier one returned.
"""

from __future__ import annotations

import re
from pathlib import Path

from zmqlab.page import assets

PLACES = (Path(__file__).parent / "js", assets.HERE / "js")
IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w-]+\.js)";\n?', re.MULTILINE)
EXPORT = re.compile(r"^export (async function|function|const|let|class) ([\w$]+)", re.MULTILINE)


def bundle(name: str) -> str:
    """Return a script with all that it imports. Raises `ValueError` for what it does not know of modules."""
    done: dict[str, str] = {}

    def add(name: str) -> None:
        if name in done:
            return
        text = next(place / name for place in PLACES if (place / name).exists()).read_text(encoding="utf-8")
        for _, other in IMPORT.findall(text):
            add(other)
        exported = [found for _, found in EXPORT.findall(text)]
        text = IMPORT.sub(lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = {variable(found[2])};\n", text)
        text = EXPORT.sub(r"\1 \2", text)
        if left := re.search(r"^(import|export)\b.*", text, re.MULTILINE):
            raise ValueError(f"{name}: {left[0]}")
        done[name] = f"const {variable(name)} = (() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})();\n"

    add(name)
    return '(() => {\n"use strict";\n' + "".join(done.values()) + "})();\n"


def variable(name: str) -> str:
    """Return what a module is called in the one file."""
    return f"of_{name.removesuffix('.js')}"
