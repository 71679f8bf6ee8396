"""The pages of the site, each as HTML."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from . import glossary, legend
from .lessons import Lesson, Page
from .pieces import Films
from .text import Site, Text, inline, slug, stacked

ROOT = Path(__file__).resolve().parents[2]
NAME = "Learn ZeroMQ by touching it"
NAVIGATION = (
    ("index.html#lessons", "Lessons"),
    ("legend.html", "Picture"),
    ("glossary.html", "Glossary"),
    ("teaching.html", "Teachers"),
)
ROW = re.compile(r"^\| *(\d\d) \[[^\]]*\]\([^)]*\) *\| *(.*?) *\| *\d+ *\|", re.MULTILINE)
"""A lesson in the README's table: its number, and what one is able to do after it."""
NEEDS = "You need Python 3.11 or newer and <code>make</code>. In your clone of the repository:"


def shell(title: str, body: str, name: str, description: str, aside: str = "") -> str:
    """Return a whole page."""
    links = "".join(link(address, words, address == name) for address, words in NAVIGATION)
    whole = title if title == NAME else f"{title} · {NAME}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{escape(description)}">
<title>{escape(whole)}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="site.css">
<script src="site.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header class="top"><a class="home" href="index.html"><svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><rect x="1" y="9" width="30" height="14" rx="7"/><path d="M12 9v14"/></svg><span>{NAME}</span></a>
<nav aria-label="Site"><ul>{links}</ul></nav></header>
<div class="around">
{aside}
<main id="content">
{body}
</main>
</div>
<footer class="bottom"><p>Every film on this site is a recording of real sockets, played slowly. Nothing here asks another host for anything.</p>
<p>Code: MIT. Text and pictures: CC BY 4.0.</p></footer>
</body>
</html>
"""


def link(address: str, html: str, here: bool) -> str:
    """Return an item of a list that leads to a page, marked where one is `here`."""
    current = ' aria-current="page"' if here else ""
    return f'<li><a href="{address}"{current}>{html}</a></li>'


def contents(items: str, more: str = "") -> str:
    """Return what stands beside a page: its headings, as items of a list, and `more`."""
    return f'<aside class="contents"><nav aria-label="On this page"><b>On this page</b><ul>{items}</ul></nav>{more}</aside>'


def readme() -> str:
    """Return the text of the README."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def binder_of(lesson: Lesson) -> str:
    """Return the address that opens a lesson on Binder, or nothing while the course is not published."""
    found = re.search(r"https://mybinder\.org/v2/gh/[^)\s>]+", readme())
    return re.sub(r"\d\d-[\w-]+\.ipynb", lesson.path.name, found[0]) if found else ""


def able(lesson: Lesson) -> str:
    """Return what somebody will be able to do after a lesson, as the README says it, else as it says itself."""
    return dict(ROW.findall(readme())).get(lesson.number, lesson.promise)


def emphasised(words: str) -> str:
    """Return a line of text as HTML, with `code` and *emphasis*."""
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", inline(words))


def lesson_page(page: Page, pages: list[Lesson]) -> str:
    """Return the page of a lesson."""
    lesson = page.lesson
    here = pages.index(lesson)
    sections = [(html, name) for level, html, name in page.headings if level == 2]
    items = "".join(f'<li><a href="#{name}">{html}</a></li>' for html, name in sections)
    items += '<li><a href="#run-it-yourself">Run it yourself</a></li>'
    others = "".join(
        link(f"{one.name}.html", f"<span>{one.number}</span> {escape(one.short)}", one is lesson) for one in pages
    )
    aside = contents(items, f'<nav aria-label="All lessons" class="all"><b>All lessons</b><ul>{others}</ul></nav>')
    note = (
        "A recording and its questions: nothing has to be installed for this one."
        if lesson.is_case
        else "You read a lesson that is made to be run. Where it says <em>run the cell</em> or <em>press</em>, somebody has: "
        "watch the film. Step with <kbd>←</kbd> and <kbd>→</kbd>, click a message to look into it."
    )
    kind = "Case file" if lesson.is_case else "Lesson"
    minutes = f" · {lesson.minutes} minutes" if lesson.minutes else ""
    before = pages[here - 1] if here else None
    after = pages[here + 1] if here + 1 < len(pages) else None
    turn = "".join(
        f'<a class="{side}" href="{one.name}.html"><small>{words}</small>{escape(one.title)}</a>'
        for one, words, side in ((before, "Before", "before"), (after, "Next", "after"))
        if one
    )
    title, _, rest = page.html.partition("</h1>")
    body = (
        f'<article><p class="kicker">{kind} {lesson.number}{minutes}</p>{title}</h1><p class="how">{note}</p>{rest}'
        f'{run_it(lesson)}</article><nav class="turn" aria-label="Lessons">{turn}</nav>'
    )
    return shell(lesson.title, body, f"{lesson.name}.html", able(lesson), aside)


def run_it(lesson: Lesson) -> str:
    """Return how to run a lesson oneself."""
    binder = binder_of(lesson)
    online = (
        f'<p>With nothing installed: <a href="{escape(binder)}">open this lesson on Binder</a>.</p>' if binder else ""
    )
    return (
        '<section class="run"><h2 id="run-it-yourself">Run it yourself</h2>'
        "<p>Here you have watched. There you press, type, break and mend; and what you write is checked.</p>"
        f"{online}<p>{NEEDS}</p>"
        f'<pre class="code"><code>make lab LESSON={lesson.number}</code></pre></section>'
    )


def start_page(pages: list[Lesson], site: Site, films: Films, film: str) -> str:
    """Return the first page: what this is, a film that plays at once, the lessons, and which pattern when."""
    text = Text(site)
    lead = " ".join(readme().split("\n\n")[1].split())
    rows = []
    for one in pages:
        name = one.name.partition("-")[2].removeprefix("the-")
        site.files[f"images/{name}.small.svg"] = f"images/{name}.small.svg"
        rows.append(
            f'<li><a class="lesson" href="{one.name}.html"><img src="images/{name}.small.svg" alt="" loading="lazy">'
            f'<span class="words"><b><span class="number">{one.number}</span> {escape(one.title)}</b>'
            f'<span class="able">{emphasised(able(one))}</span><small>{one.minutes} minutes</small></span></a></li>'
        )
    lessons = "".join(row for row, one in zip(rows, pages, strict=True) if not one.is_case)
    cases = "".join(row for row, one in zip(rows, pages, strict=True) if one.is_case)
    which = readme().partition("### Which pattern when")[2].partition("\n\n")[2].partition("\n\n")[0]
    patterns = text.html(which)
    for one in pages:
        pattern = one.name.partition("-")[2].replace("-", " ")
        for words in (pattern, pattern.replace(" ", "-")):
            patterns = patterns.replace(f">{words}</td>", f'><a href="{one.name}.html">{words}</a></td>')
    first = pages[0]
    body = f"""<div class="hero"><h1>{NAME}</h1>
<p class="lead">{escape(lead)}</p>
<p class="go"><a class="button" href="{first.name}.html">Begin: lesson {first.number}</a> <a href="#run-it">Run it yourself</a></p></div>
{film}
<section><h2 id="lessons">Lessons</h2>
<p>Each begins with something that moves, breaks it, and mends it. Read them here, or run them: here you watch, there you press.</p>
<ol class="lessons">{lessons}</ol>
<h2 id="cases">Case files</h2><p>Recordings of systems that broke. Whose fault was it? They need nothing but this page.</p>
<ol class="lessons">{cases}</ol></section>
<section><h2 id="which-pattern-when">Which pattern when</h2>{patterns}</section>
<section><h2 id="what-you-see">What you see</h2>
<p>Real sockets run at full speed, and everything they do is recorded. The picture plays that record slowly: pause it, step back,
look into each message. <a href="legend.html">How to read the picture</a>.</p></section>
<section class="run"><h2 id="run-it">Run it yourself</h2><p>{NEEDS}</p>
<pre class="code"><code>make lab</code></pre><p>That installs what the lessons need, and opens the first one in your browser.</p></section>
<section><h2 id="your-answers">Your answers</h2><p>What you answer is kept in this browser, and nowhere else.
<button type="button" class="plain needs-script" data-forget>Forget my answers</button></p></section>"""
    return shell(NAME, body, "index.html", lead)


def glossary_page(pages: list[Lesson], site: Site) -> str:
    """Return the terms and calls, each with a link to where it is taught."""
    text = Text(site)

    def entry(term: glossary.Term) -> str:
        where = f"{term.lesson.name}.html" + (f"#{slug(term.heading)}" if term.heading else "")
        name = text.html(term.name).removeprefix("<p>").strip().removesuffix("</p>")
        words = text.html(term.definition[:1].upper() + term.definition[1:]).strip()
        return (
            f'<div class="term"><dt id="{text.names.of(term.name)}">{name}</dt><dd>{words}'
            f'<p class="where"><a href="{where}">Lesson {term.lesson.number}: {escape(term.heading or term.lesson.title)}</a></p></dd></div>'
        )

    terms = "".join(map(entry, glossary.terms(pages)))
    calls = "".join(map(entry, glossary.calls(pages)))
    body = (
        "<article><h1>Glossary</h1><p>Each term in the words of the lesson that uses it first.</p>"
        f'<dl class="glossary">{terms}</dl><h2 id="calls">Calls and options</h2>'
        f'<p>As the lessons explain them.</p><dl class="glossary">{calls}</dl></article>'
    )
    return shell("Glossary", body, "glossary.html", "The terms of the course, each with a link to where it is taught.")


def legend_page() -> str:
    """Return how to read the picture."""
    sections = "".join(
        f'<section><h2 id="{slug(heading)}">{heading}</h2><ul class="legend zl-still">'
        + "".join(f"<li>{drawing}<span>{words}</span></li>" for drawing, words in rows)
        + "</ul></section>"
        for heading, rows in legend.parts()
    )
    reasons = "".join(f"<li>{escape(words)}</li>" for words in legend.reasons())
    keys = (
        ("← and →", "one event back, one forward"),
        ("Space", "play or pause; at the end, play again"),
        ("Home and End", "to the start, to the end"),
        ("P", "fill the screen, for a room; P or Escape brings the page back"),
    )
    rows = "".join(f"<tr><td><kbd>{key}</kbd></td><td>{words}</td></tr>" for key, words in keys)
    body = (
        "<article><h1>How to read the picture</h1><p>A film is a record of what real sockets did. Nothing in it was drawn by hand."
        f'</p>{sections}<section><h2 id="why">Why a message was not delivered</h2>'
        "<p>In the picture's words:</p>"
        f'<ul class="reasons">{reasons}</ul></section><section><h2 id="keys">Keys, when a film has the focus</h2>'
        f"{stacked('<table><tbody>' + rows + '</tbody></table>')}<p>▲ on the scrubber marks a failure. ⫽ says that a pause was cut. "
        "<kbd>Link</kbd> copies the address of the moment that you see.</p></section></article>"
    )
    return shell(
        "How to read the picture", body, "legend.html", "What is drawn in the films of this course, and what it means."
    )


def teaching_page(site: Site) -> str:
    """Return the page for teachers."""
    text = Text(site)
    html = text.html((ROOT / "docs/teaching.md").read_text(encoding="utf-8"))
    links = "".join(f'<li><a href="#{name}">{words}</a></li>' for level, words, name in text.headings if level == 2)
    return shell("For teachers", f"<article>{html}</article>", "teaching.html", "What a class needs.", contents(links))
