"""The whole site: each page with its films, what they share, and the pictures beside them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from zmqlab.page.assets import style
from zmqlab.picture.drawing import STYLE
from zmqlab.record import files

from . import films, lessons, pages, recordings
from .bundle import bundle
from .pieces import Films
from .text import Site

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
FIRST = ROOT / "images/request-reply.json"
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="1" y="8" width="30" height="16" rx="8" fill="#0067a3"/>'
    '<path d="M12 8v16" stroke="#fff" stroke-width="2"/></svg>\n'
)


@dataclass
class Built:
    """What was written: every film by its path, the record that it was made from, and which are `hiding` inferred losses."""

    folder: Path
    films: dict[str, films.Told] = field(default_factory=dict)
    records: dict[str, Path] = field(default_factory=dict)
    hiding: set[str] = field(default_factory=set)


def build(folder: Path) -> Built:
    """Write the site into a folder. Returns what its films are."""
    shutil.rmtree(folder, ignore_errors=True)
    places = recordings.record_all()
    read = [lessons.Lesson.read(notebook, record) for notebook, record in places.items()]
    site, built = Site({one.name for one in read}), Built(folder)
    written: dict[str, str] = {}
    for one in read:
        page = lessons.page(one, site)
        written[f"{one.name}.html"] = pages.lesson_page(page, read)
        _add(page.films, written, built, places[one.path])
    first = Films("start")
    title, events = files.load(FIRST)
    told = {width: films.told(films.tell([], events, width == "small")) for width in ("wide", "small")}
    place = first.place({"films": told | {"record": FIRST.name}}, title.rstrip("."))
    _add(first, written, built, FIRST.parent)
    written["index.html"] = pages.start_page(read, site, first, place)
    written["glossary.html"] = pages.glossary_page(read, site)
    written["legend.html"] = pages.legend_page()
    written["teaching.html"] = pages.teaching_page(site)
    written["site.js"] = bundle("site.js")
    sheets = [
        STYLE,
        style("stage.css", "card.css", "shown.css", "controls.css"),
        (HERE / "site.css").read_text(encoding="utf-8"),
    ]
    written["site.css"] = "\n".join(sheets)
    written["icon.svg"], written[".nojekyll"] = ICON, ""
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, source in site.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, folder / name)
    return built


def _add(made: Films, written: dict[str, str], built: Built, records: Path) -> None:
    written |= made.scripts
    built.films |= made.told
    built.hiding |= made.hiding
    built.records |= {path: records / record for path, record in made.records.items() if record}
