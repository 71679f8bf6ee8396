"""Text as HTML: the lessons' markdown, their code, and where their links lead on the site."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

import mistune
from bs4 import BeautifulSoup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, PythonLexer, TextLexer

ROOT = Path(__file__).resolve().parents[2]
LEXERS = {"python": PythonLexer, "py": PythonLexer, "sh": BashLexer, "bash": BashLexer}
NUMBERED = re.compile(r"^(?:\.\./|notebooks/)*(\d\d-[\w-]+)\.ipynb(#.*)?$")


def slug(words: str) -> str:
    """Return words as they stand in an address: "Sending twice!" is "sending-twice"."""
    return re.sub(r"[^a-z0-9]+", "-", unescape(words).lower()).strip("-") or "it"


class Names:
    """Gives each thing of a page a name of its own."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, words: str) -> str:
        """Return a name made of words; a second one of the same words ends with -2."""
        name, number = slug(words), 2
        while name in self._taken:
            name, number = f"{slug(words)}-{number}", number + 1
        self._taken.add(name)
        return name


def code(text: str, language: str = "python") -> str:
    """Return code as HTML, its words coloured by their classes: a line each, so that what is wrapped stays indented."""
    marked = highlight(text.strip("\n"), LEXERS.get(language, TextLexer)(), HtmlFormatter(nowrap=True)).rstrip("\n")
    lines = []
    for plain, line in zip(text.strip("\n").split("\n"), marked.split("\n"), strict=True):
        deep = len(plain) - len(plain.lstrip(" "))
        if deep and plain.strip():
            line = line.replace(" " * deep, f"<i>{' ' * deep}</i>", 1)
        lines.append(
            f'<span class="line" style="--in:{deep}">{line}\n</span>' if deep else f'<span class="line">{line}\n</span>'
        )
    return f'<pre class="code"><code>{"".join(lines)}</code></pre>'


def inline(text: str) -> str:
    """Return a line of text as HTML, in which `code` stands between backticks."""
    parts = text.split("`")
    return "".join(f"<code>{escape(one)}</code>" if place % 2 else escape(one) for place, one in enumerate(parts))


def paragraphs(text: str) -> str:
    """Return lines of text as paragraphs."""
    return "".join(f"<p>{inline(line)}</p>" for line in text.split("\n") if line)


class Text:
    """Turns the markdown of one page into HTML, and keeps its headings in mind."""

    def __init__(self, site: Site) -> None:
        self.site, self.names = site, Names()
        self.headings: list[tuple[int, str, str]] = []  # level, HTML, id
        self._markdown = mistune.create_markdown(renderer=_Renderer(self), plugins=["table", "strikethrough"])

    def html(self, markdown: str) -> str:
        """Return the HTML of some markdown."""
        return stacked(self._markdown(markdown))

    def heading(self, level: int, html: str) -> str:
        """Return the id of a heading."""
        name = self.names.of(re.sub("<[^>]*>", "", html))
        self.headings.append((level, html, name))
        return name


class _Renderer(mistune.HTMLRenderer):
    def __init__(self, text: Text) -> None:
        super().__init__(escape=False)
        self._text = text

    def heading(self, text: str, level: int, **attributes: object) -> str:
        name = self._text.heading(level, text)
        link = f' <a class="anchor" href="#{name}" aria-label="Link to this section">#</a>' if level > 1 else ""
        return f'<h{level} id="{name}">{text}{link}</h{level}>\n'

    def block_code(self, code_text: str, info: str | None = None) -> str:
        return code(code_text, (info or "").strip())

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return f'<a href="{escape(self._text.site.address(url))}">{text}</a>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return self._text.site.picture(url, unescape(re.sub("<[^>]*>", "", text)))

    def block_html(self, html: str) -> str:
        return "" if html.lstrip().startswith("<!--") else html

    def inline_html(self, html: str) -> str:
        return "" if html.startswith("<!--") else html


def stacked(html: str) -> str:
    """Return HTML in which each cell of a table says what its column is: on a narrow page they stand below each other."""
    if "<table" not in html:
        return html
    soup = BeautifulSoup(html, "html.parser")
    for table in soup.find_all("table"):
        heads = [head.get_text(" ", strip=True) for head in table.find_all("th")]
        if heads and not any(heads):
            table.thead.decompose()
        for head in table.find_all("th"):
            head["scope"] = "col"
            if not head.get_text(strip=True):
                head.name = "td"
        for row in table.find_all("tr"):
            for head, cell in zip(heads, row.find_all("td"), strict=False):
                if head and len(heads) > 2 and cell.find_parent("tbody"):
                    cell["data-label"] = head
        for cell in table.find_all(["td", "th"]):
            cell.attrs.pop("style", None)
    return str(soup)


class Site:
    """Where things are on the site. `pages` are the names of the notebooks' pages, `files` what is copied beside them.

    A link to a file of the repository leads to a copy of it.
    """

    def __init__(self, pages: set[str]) -> None:
        self.pages = pages
        self.files: dict[str, str] = {}  # a path in the repository, by its path on the site

    def address(self, url: str) -> str:
        """Return where a link of the repository leads on the site. Raises `ValueError` where that is nowhere."""
        url = unquote(url)
        if found := NUMBERED.match(url):
            return f"{found[1]}.html{found[2] or ''}"
        path, _, part = url.partition("#")
        name = path.removeprefix("../").removeprefix("docs/")
        if name == "README.md" or (not path and part == "lessons"):
            return f"index.html#{part}" if part else "index.html"
        if name == "teaching.md":
            return "teaching.html"
        if "://" in url or url.startswith(("#", "mailto:")):
            return url
        for folder in ("", "docs", "notebooks"):
            source = ROOT / folder / path
            if source.is_file():
                self.files[f"files/{source.name}"] = str(source.resolve().relative_to(ROOT))
                return f"files/{source.name}"
        raise ValueError(f"a link leads nowhere: {url}")

    def picture(self, url: str, alt: str) -> str:
        """Return an image of the repository, which is copied beside the page."""
        if "://" in url:
            return escape(alt)
        name = url.rpartition("/")[2]
        self.files[f"images/{name}"] = f"images/{name}"
        return f'<img class="drawing" src="images/{name}" alt="{escape(alt)}">'
