"""The pictures that move by themselves: their rules say the same as the film, at each of its moments."""

import re
from html import unescape

import moving
import pictures
import pytest
from zmqlab.record import files

from tools.site import films

SEEN = re.compile(r"@keyframes s(\d+)\{(.*?\})\}")
FLIGHT = re.compile(r"@keyframes f(\d+)\{(.*?\})\}")
PIECE = re.compile(r'<g class="(?:s(\d+))?( ?off)?" data-piece="([^"]*)">(?:<g class="f(\d+)")?')


def told_of(name):
    _, events = files.load(pictures.recordings()[name])
    return films.told(films.tell([], events))


def frames(text):
    """Return what holds from which part of the time on."""
    return [(float(when), what) for when, what in re.findall(r"([\d.]+)%\{\w+:([^}]*)\}", text)]


def visible(svg, part):
    """Return the pieces that a picture shows at a part of its time, by its rules alone."""
    rules = {number: frames(text) for number, text in SEEN.findall(svg)}
    found = []
    for number, off, name, flight in PIECE.findall(svg):
        shown = (
            not off if not number else [what for when, what in rules[number] if when <= 100 * part][-1:] == ["visible"]
        )
        if shown:
            found.append((unescape(name), flight))
    return found


def where(svg, flight, part):
    """Return where a message is at a part of the time."""
    rule = [
        (when, *map(float, re.findall(r"-?[\d.]+", what))) for when, what in frames(dict(FLIGHT.findall(svg))[flight])
    ]
    before = [one for one in rule if one[0] <= 100 * part][-1]
    after = next((one for one in rule if one[0] > 100 * part), before)
    along = (100 * part - before[0]) / (after[0] - before[0]) if after != before else 0
    return before[1] + (after[1] - before[1]) * along, before[2] + (after[2] - before[2]) * along


@pytest.mark.parametrize("name", pictures.recordings())
def test_at_each_moment_it_shows_what_the_film_shows(name):
    film = told_of(name)
    svg, whole = moving.moving(film, name), moving.length(film)
    for step in film["history"]:
        for at in (step["at"] + 0.05, step["at"] + 40):
            pieces, part = films.moment(film, at).pieces, moving.clock(film, at) / whole
            wanted = {key for key in pieces if key.partition("/")[0] in moving.LAYERS}
            spots = {key: films.place(pieces[key], at) for key in wanted if not isinstance(pieces[key], str)}
            shown = visible(svg, part)
            assert sorted(key for key, _ in shown) == sorted(key for key in wanted if spots.get(key, True))
            for key, flight in shown:
                if flight:
                    x, y = where(svg, flight, part)
                    assert abs(x - spots[key][0]) < 3, (key, at)
                    assert abs(y - spots[key][1]) < 3, (key, at)


def test_it_stands_still_where_motion_is_reduced_with_most_messages_on_their_way():
    film = told_of("publish-subscribe")
    svg = moving.moving(film, "x")
    assert "@media (prefers-reduced-motion: no-preference)" in svg
    rules, _, _ = svg.partition("@media (prefers-reduced-motion: no-preference)")
    assert "animation" not in rules
    still = [name for _, off, name, _ in PIECE.findall(svg) if not off]
    assert sum(name.startswith("pills/") for name in still) == 3
    assert len(still) == len(set(still))


def test_it_asks_for_nothing_and_runs_no_script():
    svg = moving.moving(told_of("request-reply"), "a <title> & more")
    assert "<title>a &lt;title&gt; &amp; more</title>" in svg
    assert not re.search(r"<script|href=|url\(|@import", svg)
