"""Read a page as strictly as a browser does not: what is wrong with its HTML, and where its links lead."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SVG = {"svg", "g", "path", "rect", "circle", "line", "text", "title", "polygon", "tspan"}
PHRASING = {
    "a",
    "b",
    "i",
    "em",
    "strong",
    "code",
    "kbd",
    "q",
    "span",
    "small",
    "p",
    "h1",
    "h2",
    "h3",
    "summary",
    "dt",
    "button",
    "label",
}
BLOCKS = {
    "p",
    "div",
    "section",
    "ul",
    "ol",
    "dl",
    "table",
    "pre",
    "h1",
    "h2",
    "h3",
    "figure",
    "details",
    "nav",
    "main",
    "article",
}
INTERACTIVE = {"a", "button", "select", "textarea", "summary"}
PARENTS = {
    "li": {"ul", "ol"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "tr": {"thead", "tbody", "table"},
    "td": {"tr"},
    "th": {"tr"},
    "thead": {"table"},
    "tbody": {"table"},
    "figcaption": {"figure"},
    "summary": {"details"},
}
CHILDREN = {"ul": {"li"}, "ol": {"li"}, "table": {"thead", "tbody"}, "tr": {"td", "th"}, "dl": {"div", "dt", "dd"}}


class Markup(HTMLParser):
    """One page: its `problems` in words, its `ids`, and `links` (tag, attribute, where it leads)."""

    def __init__(self, text):
        super().__init__(convert_charrefs=False)
        self.problems, self.ids, self.links, self.text = [], set(), [], text
        self._open, self._levels = [], []
        if not text.startswith("<!DOCTYPE html>\n"):
            self.problems.append("it does not begin with its doctype")
        self.feed(text)
        self.close()
        self.problems += [f"<{tag}> is not closed" for tag, _ in self._open]
        if self._levels.count(1) != 1:
            self.problems.append(f"it has {self._levels.count(1)} first headings")
        pairs = zip(self._levels, self._levels[1:], strict=False)
        self.problems += [f"a heading {two} follows a heading {one}" for one, two in pairs if two > one + 1]

    def handle_starttag(self, tag, attributes):
        self._look(tag, attributes)
        if tag not in VOID:
            self._open.append((tag, self.getpos()))

    def handle_startendtag(self, tag, attributes):
        self._look(tag, attributes)
        if tag not in SVG | VOID:
            self._say(f"<{tag}/> closes itself")

    def handle_endtag(self, tag):
        if tag in VOID or not self._open or self._open[-1][0] != tag:
            self._say(f"</{tag}> closes <{self._open[-1][0] if self._open else ''}>")
            return
        self._open.pop()

    def handle_entityref(self, name):
        if f"&{name};" not in self.text:
            self._say(f"&{name} is no reference")

    def handle_data(self, data):
        parent = self._open[-1][0] if self._open else ""
        if "&" in data and parent not in ("script", "style"):
            self._say(f"a bare & in {data.strip()[:40]!r}")
        if data.strip() and parent in CHILDREN:
            self._say(f"text in <{parent}>: {data.strip()[:40]!r}")

    def _say(self, words):
        self.problems.append(f"line {self.getpos()[0]}: {words}")

    def _look(self, tag, attributes):
        around = [name for name, _ in self._open]
        parent, named = around[-1] if around else "", dict(attributes)
        if len(named) != len(attributes):
            self._say(f"<{tag}> has an attribute twice")
        if tag in PARENTS and parent not in PARENTS[tag]:
            self._say(f"<{tag}> in <{parent}>")
        if parent in CHILDREN and tag not in CHILDREN[parent] | {"script"}:
            self._say(f"<{tag}> in <{parent}>")
        if tag in BLOCKS and "svg" not in around and set(around) & (PHRASING - {"a"}):
            self._say(f"<{tag}> in <{next(name for name in reversed(around) if name in PHRASING)}>")
        if tag in INTERACTIVE and set(around) & INTERACTIVE:
            self._say(f"<{tag}> in what can be pressed itself")
        if tag == "img" and "alt" not in named:
            self._say("an image without words")
        if tag == "svg" and not ("aria-label" in named or named.get("aria-hidden") == "true"):
            self._say("a drawing without words")
        if tag in ("h1", "h2", "h3", "h4"):
            self._levels.append(int(tag[1]))
        if identity := named.get("id"):
            if identity in self.ids or " " in identity:
                self._say(f"the id {identity!r} again")
            self.ids.add(identity)
        self.links += [(tag, name, named[name]) for name in ("href", "src") if named.get(name)]


def dead_links(folder):
    """Yield in words the links of a folder's pages that lead nowhere in it."""
    pages = {path.name: Markup(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).glob("*.html"))}
    for name, page in pages.items():
        for tag, _, address in page.links:
            if re.match(r"[a-z]+:", address):
                if tag != "a" or not address.startswith("https://"):
                    yield f"{name}: <{tag}> asks {address}"
                continue
            path, _, part = unquote(address).partition("#")
            if path and not (Path(folder) / path).is_file():
                yield f"{name}: there is no {path}"
            elif part and part not in pages[path or name].ids:
                yield f"{name}: {path or name} has no #{part}"
