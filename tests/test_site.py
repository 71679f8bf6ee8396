"""The lessons as a site, without a browser: its pages, links, sizes, and that its films are those of the lessons."""

import gzip
import inspect
import json
import re
from collections import Counter, defaultdict
from html import unescape

import pytest
from zmqlab.course import LESSONS
from zmqlab.course.cases import CASES
from zmqlab.picture import words
from zmqlab.picture.types import FAN_OUT
from zmqlab.record import events as kinds
from zmqlab.record import files

from tests import lessons
from tests.lessons import ROOT, lesson_files
from tests.markup import Markup, dead_links
from tests.unit.test_one_truth import drawn, problems
from tools.site import films, glossary, legend, pages
from tools.site.bundle import bundle
from tools.site.lessons import Lesson
from tools.site.text import Names, Site, Text, slug

MOST, WITH_FILMS = 300_000, 350_000
"""Bytes of a page with what it fetches at once, compressed; and with all its films, which it fetches as they come near."""
FEW = 150
"""Events of a record up to which its small film is told again as well: that takes long."""
STRETCH = re.compile(r'\.(experiment|predict)\(\s*"([^"]+)"')
PLACE = re.compile(r'<figure class="film" id="[^"]*" data-film="([^"]*)" data-src="([^"]*)"')
QUESTION = re.compile(r'<script type="application/json">(.*?)</script>')


def html_files(site):
    return sorted(site.folder.glob("*.html"))


def page_of(site, notebook):
    return (site.folder / f"{notebook.stem}.html").read_text(encoding="utf-8")


def cells(notebook):
    return [(cell["cell_type"], lessons.source(cell)) for cell in lessons.read(notebook)["cells"]]


def test_there_is_a_page_for_each_lesson_and_the_four_others(site):
    wanted = {f"{path.stem}.html" for path in lesson_files()}
    assert {path.name for path in html_files(site)} == wanted | {
        "index.html",
        "glossary.html",
        "legend.html",
        "teaching.html",
    }


def test_every_page_is_valid_html(site):
    found = {path.name: Markup(path.read_text(encoding="utf-8")).problems for path in html_files(site)}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p><div></div></p>", "<div> in <p>"),
        ("<p>", "<p> is not closed"),
        ("<b><i></b></i>", "</b> closes <i>"),
        ('<p id="x"></p><p id="x"></p>', "the id 'x' again"),
        ('<img src="x.svg">', "an image without words"),
        ("<svg></svg>", "a drawing without words"),
        ("<td></td>", "<td> in <body>"),
        ("<ul><p></p></ul>", "<p> in <ul>"),
        ("<a href='#'><button></button></a>", "can be pressed itself"),
        ("<h3>x</h3>", "a heading 3 follows a heading 1"),
        ("<p>this & that</p>", "a bare &"),
    ],
)
def test_what_is_no_html_is_found(body, words):
    text = f"<!DOCTYPE html>\n<html><body><h1>x</h1>{body}</body></html>"
    assert any(words in problem for problem in Markup(text).problems)
    assert Markup("<!DOCTYPE html>\n<html><body><h1>x</h1></body></html>").problems == []


def test_no_link_is_dead_and_nothing_is_fetched_from_elsewhere(site):
    assert list(dead_links(site.folder)) == []
    for path in [*site.folder.glob("*.css"), *site.folder.glob("*.js")]:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"@import|url\(|\bfetch\(|XMLHttpRequest|import\(", text), path.name


def test_a_dead_link_is_found(tmp_path):
    body = '<a href="#no"></a><a href="no.html"></a><img alt="" src="https://example.org/x.png">'
    (tmp_path / "one.html").write_text(f"<!DOCTYPE html>\n<html><body><h1>x</h1>{body}</body></html>")
    assert list(dead_links(tmp_path)) == [
        "one.html: one.html has no #no",
        "one.html: there is no no.html",
        "one.html: <img> asks https://example.org/x.png",
    ]


def test_a_page_with_all_that_it_fetches_is_small(site):
    def size(path):
        return len(gzip.compress(path.read_bytes(), 6))

    sizes, films_too = {}, {}
    for path in html_files(site):
        page = Markup(path.read_text(encoding="utf-8"))
        fetched = {address for tag, _, address in page.links if tag in ("img", "script", "link")}
        films_there = {f"{source}.js" for _, source in PLACE.findall(page.text)}
        sizes[path.name] = size(path) + sum(size(site.folder / one) for one in fetched - films_there)
        films_too[path.name] = sizes[path.name] + sum(size(site.folder / one) for one in films_there)
    print(sizes, films_too)
    assert {name: number for name, number in sizes.items() if number > MOST} == {}
    assert {name: number for name, number in films_too.items() if number > WITH_FILMS} == {}


def test_the_legend_has_every_reason_why_a_message_is_not_delivered():
    _, _, rest = inspect.getsource(words).partition("# why a message was not delivered")
    there = dict(re.findall(r'^([A-Z_]+) = "(.*)"$', rest.partition("# the steps of a film")[0], re.MULTILINE))
    there |= {
        name: getattr(words, name)("anna") for name in re.findall(r"^def (\w+)\(actor: str\)", rest, re.MULTILINE)
    }
    assert len(there) > 14
    assert {name: reason for name, reason in there.items() if reason not in legend.reasons()} == {}


# --- one truth ---


@pytest.mark.parametrize("notebook", lesson_files(), ids=lambda path: path.stem)
def test_every_experiment_and_prediction_has_its_film(site, notebook):
    wanted = [slug(title) for kind, text in cells(notebook) if kind == "code" for _, title in STRETCH.findall(text)]
    there = [name for name, _ in PLACE.findall(page_of(site, notebook))]
    assert [name for name in wanted if name not in there] == []
    assert len(there) == len(set(there))


@pytest.mark.parametrize("notebook", lesson_files(), ids=lambda path: path.stem)
def test_every_panel_and_recording_has_a_film_or_says_what_it_showed(site, notebook):
    panels = sum(len(re.findall(r"\.show\(|\.recording\(", text)) for kind, text in cells(notebook) if kind == "code")
    text = page_of(site, notebook)
    made = len(re.findall(r'data-src="[^"]*"', text)) + text.count('<div class="tables')
    stretches = sum(len(STRETCH.findall(text)) for kind, text in cells(notebook) if kind == "code")
    assert made - stretches >= panels


def test_what_the_films_show_is_what_happened(site):
    """The record of each film is true at every step, and the film that is written is that of its record.

    Messages that may have been dropped are no question of the site: where an actor begins anew, they are in the sum alone.
    """
    found = []
    for path, record in site.records.items():
        _, events = files.load(record)
        number = 0 if record.parent == ROOT / "images" else int(record.stem.rpartition(".")[2])
        before, events = events[:number], events[number:]
        if films.is_short(events) and path not in site.hiding and not says_the_same_again(events):
            found += [f"{path}: {one}" for one in problems(before, events) if "waiting or dropped" not in one]
        for ending in ("", ".small") if len(events) <= FEW else ("",):
            told = written(site, path + ending)
            again = json.loads(
                json.dumps(films.told(films.tell(before, events, bool(ending), hides=path in site.hiding)))
            )
            rests = [(film["rest"], film["duration"]) for film in (told, again) if not has_outputs(told)]
            if without_outputs(told) != without_outputs(again) or len(set(rests)) > 1:
                found.append(f"{path}{ending} is not the film of its record")
    assert not found, "\n".join(found)


def test_the_small_film_ends_as_the_large_one_does(site):
    for path in site.records:
        ends = [films.moment(written(site, path + ending), 1e9) for ending in ("", ".small")]
        assert ends[0].pieces["totals"] == ends[1].pieces["totals"], path
        where = [sorted(drawn(end.pieces, 1e9)) for end in ends]
        assert where[0] == where[1], path


def says_the_same_again(events):
    """Whether somebody repeats a message that several could have received: the record does not say which of them arrived."""
    types = {event.socket: event.type for event in events if isinstance(event, kinds.SocketMade)}
    sent = Counter((one.socket, one.frames) for one in events if isinstance(one, kinds.Sent))
    receivers = defaultdict(set)
    for one in events:
        if isinstance(one, kinds.Received):
            receivers[one.frames].add(one.socket)
    again = [(socket, frames) for (socket, frames), number in sent.items() if number > 1]
    return any(types.get(socket) in FAN_OUT or len(receivers[frames]) > 1 for socket, frames in again)


def written(site, path):
    text = (site.folder / f"{path}.js").read_text(encoding="utf-8")
    key, _, film = text.removeprefix("zmqlabFilm(").removesuffix(");\n").partition(",")
    assert json.loads(key) == path
    return json.loads(film)


def has_outputs(film):
    """Whether lines of controls stand in a film: one of them may come last, and then it rests later."""
    return any(
        name.startswith("outputs/") for step in [{"put": film["base"]}, *film["history"]] for name in step["put"]
    )


def without_outputs(film):
    """Return what a film draws: the lines of controls, and the processes and clocks of a run, are none of it."""
    pieces = {name: piece for name, piece in film["base"].items() if not name.startswith("outputs/")}
    steps = []
    for step in film["history"]:
        put = {name: piece for name, piece in step["put"].items() if not name.startswith("outputs/")}
        if step["kind"] or put or step["drop"]:
            steps.append(
                (step["at"], step["kind"], step["say"], put, [one for one in step["drop"] if "outputs/" not in one])
            )
    return pieces, [step for step in steps if step[1] or step[3] or step[4]]


def test_a_still_is_the_film_where_it_rests(site):
    for path, film in site.films.items():
        pieces = films.moment(film).pieces
        folder, name = path.removesuffix(".small").split("/")[1:]
        pages_ = [one for one in html_files(site) if one.name.startswith(folder if folder != "start" else "index")]
        text = pages_[0].read_text(encoding="utf-8")
        place = text.partition(f'data-src="films/{folder}/{name}"')[2].partition("</figure>")[0]
        assert all(piece in place for key, piece in pieces.items() if key.startswith(("actors/", "links/"))), path


# --- what is asked ---


@pytest.mark.parametrize("notebook", lesson_files(), ids=lambda path: path.stem)
def test_every_question_can_be_answered_and_came_out_as_the_lesson_says(site, notebook):
    asked = [json.loads(text) for text in QUESTION.findall(page_of(site, notebook))]
    code = [text for kind, text in cells(notebook) if kind == "code"]
    number = sum(len(re.findall(r"\.predict\(|\.question\(", text)) for text in code)
    assert len(asked) == number
    for question in asked:
        lesson, _, name = question["name"].partition(": ")
        known = CASES[lesson].questions if lesson in CASES else (*LESSONS[lesson].predictions, LESSONS[lesson].opening)
        own = next(one for one in known if one and one.name == name)
        assert (question["right"], question["said"]) == (own.right, own.said)


@pytest.mark.parametrize("notebook", lesson_files(), ids=lambda path: path.stem)
def test_every_exercise_shows_its_task_its_hints_and_a_solution(site, notebook):
    text = unescape(re.sub("<[^>]*>", "", page_of(site, notebook)))
    names = [
        name for kind, cell in cells(notebook) for name in re.findall(r'(?:lab|case)\.exercise\("([^"]+)"\)', cell)
    ]
    everywhere = [*LESSONS.values(), *CASES.values()]
    own = next(one for one in everywhere if one.number == notebook.name[:2])
    found = {one.name: one for one in getattr(own, "exercises", ())}
    for name in names:
        exercise = found[name]
        for said in (exercise.title, exercise.task.split("\n")[0], *exercise.hints):
            assert unescape(said).replace("`", "") in text
        assert exercise.solution.strip() in text


def test_all_text_of_the_lessons_is_there(site):
    for notebook in lesson_files():
        page = unescape(page_of(site, notebook))
        for kind, text in cells(notebook):
            plain = lessons.without_code(text) if kind == "markdown" else ""
            for word in set(re.findall(r"[A-Za-z]{5,}", re.sub(r"\]\([^)]*\)|<[^>]*>", "", plain))):
                assert word in page, (notebook.name, word)


# --- the other pages ---


def read_lessons():
    return [Lesson(path, lessons.read(path)["cells"], {}) for path in lesson_files()]


def test_the_glossary_has_the_terms_as_they_are_defined_first():
    found = {term.name: term for term in glossary.terms(read_lessons())}
    assert {"context", "socket", "endpoint", "ZeroMQ"} <= found.keys()
    assert found["context"].lesson.number == "00"
    for term in found.values():
        text = " ".join(" ".join(lessons.source(cell).split()) for cell in term.lesson.cells)
        assert term.definition in text
    assert not {name.lower() for name in found} & {"send", "live", "check", "one", "use it when"}


def test_a_button_a_warning_and_emphasis_are_no_terms():
    cell = (
        "# T\n\nPress **paris**. **Do not wait.** It has exactly **one** peer. Tasks wait in a **tray**, in order.\n\n"
    )
    cell += "| call | what it does |\n|---|---|\n| `x.y()` | makes a **thing**: what holds. |"
    lesson = Lesson(ROOT / "07-x.ipynb", [{"cell_type": "markdown", "source": [cell]}], {})
    assert [(term.name, term.definition) for term in glossary.terms([lesson])] == [
        ("thing", "makes a **thing**: what holds."),
        ("tray", "Tasks wait in a **tray**, in order."),
    ]
    assert [term.name for term in glossary.calls([lesson])] == ["`x.y()`"]


def test_links_of_the_repository_lead_to_the_site():
    site = Site({"01-request-reply"})
    assert site.address("01-request-reply.ipynb") == "01-request-reply.html"
    assert site.address("../notebooks/01-request-reply.ipynb#mend-it") == "01-request-reply.html#mend-it"
    assert site.address("../README.md#lessons") == "index.html#lessons"
    assert site.address("docs/teaching.md") == "teaching.html"
    assert site.address("https://zeromq.org") == "https://zeromq.org"


def test_names_on_a_page_are_never_the_same():
    names = Names()
    assert [names.of(words) for words in ("Sending twice!", "sending twice", "…")] == [
        "sending-twice",
        "sending-twice-2",
        "it",
    ]


def test_markdown_is_text_with_links_tables_and_code():
    text = Text(Site(set()))
    html = text.html("## See `it`\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n```python\nif x:\n    y()\n```")
    assert Markup(f"<!DOCTYPE html>\n<html><body><h1>x</h1>{html}</body></html>").problems == []
    assert '<h2 id="see-it">See <code>it</code>' in html
    assert '<th scope="col">a</th>' in html
    assert re.sub("<[^>]*>", "", html.partition("<pre")[2].partition(">")[2]).strip() == "if x:\n    y()"


def test_a_script_of_modules_becomes_one_that_a_folder_can_load(monkeypatch, tmp_path):
    whole = bundle("site.js")
    assert not re.search(r"^\s*(import|export)\b", whole, re.MULTILINE)
    assert whole.count("const of_state = ") == 1
    monkeypatch.setattr("tools.site.bundle.PLACES", (tmp_path,))
    (tmp_path / "x.js").write_text("export default 1;\n")
    with pytest.raises(ValueError, match="export default"):
        bundle("x.js")


def test_where_the_course_is_published_a_lesson_opens_on_binder(monkeypatch):
    lesson = read_lessons()[1]
    monkeypatch.setattr(
        pages, "readme", lambda: "[x](https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab/notebooks/00-start-here.ipynb)"
    )
    assert pages.binder_of(lesson) == f"https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab/notebooks/{lesson.path.name}"
    assert pages.binder_of(lesson) in pages.run_it(lesson)
    monkeypatch.setattr(pages, "readme", lambda: "")
    assert "binder" not in pages.run_it(lesson).lower()


def test_ci_builds_the_site_and_the_readme_names_it():
    workflow = (ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    assert "run: make site" in workflow
    assert "path: build/site" in workflow
    assert "deploy-pages" in workflow
    assert "make site" in (ROOT / "README.md").read_text(encoding="utf-8")
