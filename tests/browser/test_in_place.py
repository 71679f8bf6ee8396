"""What is pressed stays under the pointer: whatever a film tells, its buttons and its picture keep their places."""

import pytest
from zmqlab.page.stage import Stage
from zmqlab.record import files

from tests.browser.alone import Alone, Mounted, bare_page, page_without_kernel, still_time
from tests.browser.test_stage_alone import exchanges, pair
from tests.lessons import ROOT

RECORDINGS = [*sorted((ROOT / "images").glob("*.json"))]
RECORDINGS += sorted((ROOT / "notebooks/zmqlab/course/cases").glob("*.json"))
TIMES = 30
ROOM = 760
"""Width of a picture in a panel, on a laptop (px)."""
PLACES = """(view) => [...view.querySelectorAll(".zl-transport :is(button, select, input), .zl-words > *")].map((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    const isWord = part.tagName === "SPAN"; // words may be as long as they are, in their line
    return [part.ariaLabel ?? part.textContent, top, height, ...(isWord ? [] : [left, width])].map((one) =>
        typeof one === "number" ? Math.round(one) : isWord ? "" : one);
})"""
HEIGHT = """(view) => view.querySelector(".zl-picture-ground").getBoundingClientRect().height"""


@pytest.fixture(scope="module")
def context(browser):
    context = still_time(browser)
    yield context
    context.close()


@pytest.fixture
def page(context, request):
    page, problems = request.param(context), []
    page.on("pageerror", lambda error: problems.append(error.stack))
    page.set_viewport_size({"width": ROOM, "height": 1400})
    yield page
    page.close()
    assert problems == []


def places(view):
    """Return where each button, the scrubber and the words are: of a button that changes its name, the place alone."""
    return [place[1:] for place in view.place.evaluate(PLACES)]


def height(view):
    return round(view.place.evaluate(HEIGHT))


def buttons(view):
    return view.all(".zl-transport button")


@pytest.mark.parametrize("page", [page_without_kernel], indirect=True, ids=["no kernel"])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_whatever_is_pressed_thirty_times_stays_under_the_pointer(page, path):
    title, events = files.load(path)
    mounted = Mounted(page, Stage.of_recording(events, title))
    view = mounted.view
    first, high = places(view), height(view)
    assert high > 0
    assert len(first) >= 10
    for number in range(len(buttons(view))):
        box = buttons(view)[number].bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for time in range(TIMES):
            page.mouse.down()
            page.mouse.up()
            mounted.wait(40)  # a film that plays goes on meanwhile
            assert places(view) == first, f"button {number}, pressed {time + 1} times"
            assert height(view) == high, f"button {number}, pressed {time + 1} times"
    view.press("To the start")
    for time in range(TIMES):
        mounted.wait(500)
        assert (places(view), height(view)) == (first, high), f"after {time + 1} half seconds of film"


@pytest.mark.parametrize("page", [page_without_kernel], indirect=True, ids=["no kernel"])
def test_the_scrubber_is_24_pixels_high_and_stays_under_the_pointer_that_drags_it(page):
    title, events = files.load(RECORDINGS[0])
    view = Mounted(page, Stage.of_recording(events, title)).view
    box = view.find("input[type=range]").bounding_box()
    assert box["height"] == 24
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 5, middle)
    page.mouse.down()
    seen = set()
    for part in range(1, 11):
        page.mouse.move(box["x"] + box["width"] * part / 10 - 5, middle)
        view.alone.wait(20)
        seen.add(view.event())
        assert view.find("input[type=range]").bounding_box() == box
    page.mouse.up()
    assert len(seen) > 3


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
def test_live_the_picture_only_grows_and_no_button_moves_sideways(page):
    alone = Alone(page)
    view, story = alone.open(), pair()
    alone.show(exchanges(1, story))
    alone.rest()
    high, sideways = height(view), [place[2:] for place in places(view)]
    for number in range(TIMES):
        if number % 10 == 5:
            story.socket(f"guest {number}", 10 + number, "REQ", "tcp://127.0.0.1:5")
        alone.show(exchanges(1, story))
        for _ in range(3):
            alone.wait(300)
            assert height(view) >= high
            high = height(view)
            assert [place[2:] for place in places(view)] == sideways
        alone.rest()


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
@pytest.mark.parametrize(("wide", "high"), [(750, 285), (720, 240), (900, 265)], ids=["higher", "lower", "wider"])
def test_live_a_picture_that_needs_a_little_more_room_gets_it_without_moving_what_is_below(page, wide, high):
    alone, view = enlarged(page, 900)
    before, places_before = height(view), places(view)
    assert before > 265
    resize(alone, wide, high)
    assert (height(view), places(view)) == (before, places_before)


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
@pytest.mark.parametrize(("room", "high"), [(900, 350), (775, 270)], ids=["much higher", "no room to spare"])
def test_live_a_picture_is_made_higher_before_its_text_is_made_small(page, room, high):
    alone, view = enlarged(page, room)
    before = height(view)
    resize(alone, 750, high)
    assert height(view) == pytest.approx(before * high / 265, abs=1.5)


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
def test_in_a_window_of_another_width_a_picture_is_as_high_as_it_is_wide(page):
    alone, view = enlarged(page, 900)
    resize(alone, 750, 285)
    page.set_viewport_size({"width": 780, "height": 1400})
    page.wait_for_function("(view) => view.querySelector('.zl-picture').style.height === ''", arg=view.place)
    wide = view.place.evaluate("(view) => view.querySelector('.zl-picture-ground').clientWidth")
    assert height(view) == pytest.approx(wide * 285 / 750, abs=1.5)


def enlarged(page, room):
    """Return a stage, and a view of it in so much room, with a picture of 750 by 265."""
    page.set_viewport_size({"width": room, "height": 1400})
    alone = Alone(page)
    view = alone.open()
    resize(alone, 750, 265)
    return alone, view


def resize(alone, wide, high):
    """Have the picture be so large from now on."""
    alone.stage.show([alone.playback.broken("")._replace(put={"size": f"{wide} {high}"})])
    alone.deliver()
    alone.rest()
