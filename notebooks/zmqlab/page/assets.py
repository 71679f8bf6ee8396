"""The scripts and styles of our widgets, each joined from small files: there is no build step, and no file is fetched from elsewhere.

The scripts in `js/` import each other, `import { element } from "./elements.js";`, so each can be loaded and tested
alone. Joined, each stays a module of its own: an error in the page names its file and its line.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^(?:import|export)\b[^;"]*from "\./([\w-]+\.js)";', re.MULTILINE)
MODULES = (HERE / "modules.js").read_text(encoding="utf-8")
"""Defines `modulesOf`, with which a page makes modules of the parts."""

Part = tuple[str, str, dict[str, str]]


def page_script(name: str, then: str) -> str:
    """Return a script of `js/` and what it imports for a page with no kernel, to stand in a `<script type="module">`.

    `then` is what is done with it: there, `main` is the module, such as `main.mountFilm(element, film)`.
    Raises ValueError if files import each other in a circle.
    """
    joined = json.dumps(parts(name)).replace("<", "\\u003c")  # no text in it ends a <script>
    load = "const main = await import(modulesOf(parts)[parts.at(-1)[0]]);"
    return f"const parts = {joined};\n{MODULES}{load}\n{then}\n"


def style(*names: str) -> str:
    """Return the style of a widget: that of the line which says that nobody answers, and these files in this folder."""
    return "\n".join(file.read_text(encoding="utf-8") for file in (HERE / "over.css", *(HERE / name for name in names)))


def parts(*names: str) -> list[Part]:
    """Return these scripts of `js/` and all that they import, each after what it imports: key, text, keys of the imports.

    Raises ValueError if files import each other in a circle.
    """
    found: dict[str, Part] = {}

    def add(name: str, importing: tuple[str, ...]) -> None:
        if name in importing:
            raise ValueError(f"these files import each other: {' → '.join((*importing, name))}")
        if name in found:
            return
        text = (HERE / "js" / name).read_text(encoding="utf-8")
        imported = IMPORT.findall(text)
        for other in imported:
            add(other, (*importing, name))
        imports = {other: found[other][0] for other in imported}
        # A kernel that is started again may bring newer files to a page that has the older ones.
        version = hashlib.sha1("".join([text, *imports.values()]).encode()).hexdigest()[:10]
        found[name] = (f"{name}@{version}", f"{text}\n//# sourceURL=zmqlab/{name}\n", imports)

    for name in names:
        add(name, ())
    return list(found.values())


def key_of(name: str) -> str:
    """Return the key of a script in `parts`."""
    return parts(name)[-1][0]
