"""A film on a page with no kernel and no widget: `mountFilm`, which plays what a stage has told."""

import pytest
from zmqlab.page.stage import Stage
from zmqlab.picture.film import tell
from zmqlab.picture.playback import Playback

from tests.browser.alone import Mounted, page_without_kernel, still_time
from tests.unit.test_scene import Story

LONG = 30_000


@pytest.fixture(scope="module")
def page(browser):
    context, asked, problems = still_time(browser), [], []
    context.on("request", lambda request: asked.append(request.url))
    context.on("weberror", lambda error: problems.append(error.error.stack))
    yield page_without_kernel(context)
    context.close()
    assert problems == []
    assert [url for url in asked if not url.startswith("blob:")] == []


@pytest.fixture
def mount(page):
    views = []

    def mount(stage):
        mounted = Mounted(page, stage)
        views.append(mounted.view)
        return mounted

    yield mount
    for view in views:
        view.close()


def story():
    story = Story().socket("server", 1, "REP", "tcp://127.0.0.1:5").socket("client", 2, "REQ", "tcp://127.0.0.1:5")
    return story.message("client", 2, "sent", b"</script>").message("server", 1, "received", b"</script>")


def until_seen(mounted):
    for _ in range(20):
        mounted.wait(20)  # the page learns that the picture is in sight when it draws


def test_a_film_plays_to_its_end_with_no_kernel(mount):
    stage = Stage.of_recording(story().events, "a recording")
    mounted = mount(stage)
    assert mounted.view.totals() == "nothing sent"
    until_seen(mounted)
    mounted.wait(LONG)
    playback = Playback()
    playback.film(story().events)
    assert mounted.view.shown() == mounted.as_shown(playback.pieces)
    assert mounted.view.totals() == "1 sent = 1 received"


def test_its_buttons_walk_through_it(mount):
    view = mount(Stage.of_recording(story().events, "a recording")).view
    view.press("End")
    there = view.walk("Back one event")
    view.press("Forward one event")
    assert view.event() == 1
    assert len({str(shown) for shown in there}) == len(there)


def test_a_message_opens_frame_by_frame(mount):
    mounted = mount(Stage.of_recording(story().events, "a recording"))
    view = mounted.view
    view.press("End")
    view.press("Sequence")
    view.find(".zl-sequence [data-message='1'] text").click()
    mounted.wait(20)
    assert "</script>" in view.find(".zl-inspector table").text_content()


def test_a_film_that_is_to_stand_still_does(mount):
    film = tell(story().events)
    stage = Stage(film.playback, "one moment", film=film, pause_at=film.steps[1].at)
    mounted = mount(stage)
    until_seen(mounted)
    before = mounted.view.shown()
    mounted.wait(LONG)
    assert mounted.view.shown() == before
    assert mounted.view.button("Play")


def test_two_films_of_one_page_do_not_move_each_other(mount):
    one, other = (mount(Stage.of_recording(story().events, "a recording")) for _ in range(2))
    one.view.press("End")
    other.view.press("To the start")
    assert one.view.totals() == "1 sent = 1 received"
    assert other.view.event() == 0


def test_a_film_that_is_closed_leaves_the_page(mount, page):
    mounted = mount(Stage.of_recording(story().events, "a recording"))
    assert page.locator(".zl-stage").count() == 1
    mounted.view.place.evaluate("(view) => view.end()")
    assert page.locator(".zl-stage").count() == 0
