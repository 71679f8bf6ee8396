"""The pictures that move by themselves, in Chromium: at each moment they show what the film shows then."""

import moving
import pictures
import pytest
from zmqlab.record import files

from tests.browser.test_site import VISIBLE
from tools.site import films


def told_of(name):
    _, events = files.load(pictures.recordings()[name])
    return films.told(films.tell([], events))


@pytest.mark.parametrize("name", ["request-reply", "publish-subscribe"])
def test_what_chromium_shows_is_the_film(browser, name):
    film = told_of(name)
    context = browser.new_context(offline=True)
    try:
        page = context.new_page()
        page.goto(f"file://{pictures.IMAGES}/{name}.moving.svg")
        for step in film["history"]:
            at = step["at"] + 0.05
            pieces = films.moment(film, at).pieces
            wanted = [key for key in pieces if key.partition("/")[0] in moving.LAYERS]
            wanted = [key for key in wanted if isinstance(pieces[key], str) or films.place(pieces[key], at)]
            assert page.evaluate(VISIBLE, moving.clock(film, at)) == sorted(wanted)
    finally:
        context.close()


def test_who_wants_no_motion_sees_a_still_picture_with_a_message(browser):
    context = browser.new_context(offline=True, reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(f"file://{pictures.IMAGES}/request-reply.moving.svg")
        assert page.evaluate("document.getAnimations().length") == 0
        shown = page.evaluate(VISIBLE, 0)
        assert sum(name.startswith("pills/") for name in shown) == 1
        assert {"actors/client", "actors/server"} <= set(shown)
    finally:
        context.close()
