"""What is pressed stays under the pointer: whatever a film tells, its buttons and its picture keep their places."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS, known_wrong_answers
from zmqlab.page.stage import Stage
from zmqlab.record import files

from tests.browser.alone import Alone, Mounted, bare_page, page_without_kernel, still_time
from tests.browser.conftest import opened, watched
from tests.browser.test_in_sight import LAPTOP, problems_of
from tests.browser.test_learning import WRITE
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

CUT = """(view, said) => [".zl-caption", ".zl-totals"].filter((kind, place) => {
    const line = view.querySelector(kind);
    line.textContent = said[place];
    return line.scrollWidth > line.clientWidth;
})"""
DRAWN = """(view) => {
    const svg = view.querySelector(".zl-picture");
    return svg.getScreenCTM().d * svg.viewBox.baseVal.height;
}"""


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


def wide(view):
    return view.place.evaluate("(view) => view.querySelector('.zl-picture-ground').clientWidth")


def drawn(view):
    """How high what is drawn stands there, without the room around it."""
    return view.place.evaluate(DRAWN)


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
@pytest.mark.parametrize(("room", "high"), [(900, 440), (775, 340)], ids=["much higher", "no room to spare"])
def test_live_a_picture_is_made_higher_before_its_text_is_made_small(page, room, high):
    alone, view = enlarged(page, room)
    resize(alone, 750, high)
    assert drawn(view) == pytest.approx(wide(view) * high / 750, abs=1.5)


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
@pytest.mark.parametrize("high", [30, 130, 265])
def test_live_a_picture_has_room_for_two_lines_and_a_fifth_more_from_the_beginning(page, high):
    alone, view = enlarged(page, 775, high)
    before, places_before = height(view), places(view)
    assert before > wide(view) * high / 750
    resize(alone, 750, max(high + 34, 1.19 * high))
    assert (height(view), places(view)) == (before, places_before)
    assert drawn(view) == pytest.approx(wide(view) * max(high + 34, 1.19 * high) / 750, abs=1.5)


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
@pytest.mark.parametrize("more", [{}, {"actors/carl": "<g></g>"}], ids=["nobody came", "one more came"])
def test_live_who_comes_has_room_for_what_will_be_said_of_it_from_the_beginning(page, more):
    alone, view = enlarged(page, 775)
    first = height(view)
    resize(alone, 750, 310, more)
    came = height(view)
    assert (came > first) == bool(more), "who comes may move what is below"
    resize(alone, 750, 340)
    assert (height(view) == came) == bool(more)


@pytest.mark.parametrize("page", [page_without_kernel], indirect=True, ids=["no kernel"])
def test_a_film_has_no_room_to_grow_since_it_never_does(page):
    title, events = files.load(RECORDINGS[0])
    view = Mounted(page, Stage.of_recording(events, title)).view
    assert height(view) == pytest.approx(drawn(view), abs=1)


@pytest.mark.parametrize("page", [bare_page], indirect=True, ids=["live"])
def test_in_a_window_of_another_width_a_picture_is_as_high_as_it_is_wide(page):
    alone, view = enlarged(page, 900)
    resize(alone, 750, 285)
    before = view.place.evaluate(HEIGHT)
    page.set_viewport_size({"width": 780, "height": 1400})
    page.wait_for_function(f"([view, before]) => ({HEIGHT})(view) !== before", arg=[view.place, before])
    assert drawn(view) == pytest.approx(wide(view) * 285 / 750, abs=1.5)


def enlarged(page, room, high=265):
    """Return a stage, and a view of it in so much room, with a picture of 750 by `high`."""
    page.set_viewport_size({"width": room, "height": 1400})
    alone = Alone(page)
    view = alone.open()
    resize(alone, 750, high)
    return alone, view


def resize(alone, wide, high, more=()):
    """Have the picture be so large from now on, and have more pieces."""
    put = {"size": f"{wide} {high}"} | dict(more)
    alone.stage.show([alone.playback.broken("")._replace(put=put)])
    alone.deliver()
    alone.rest()


@pytest.mark.parametrize("page", [page_without_kernel], indirect=True, ids=["no kernel"])
def test_of_the_words_under_a_film_neither_cuts_the_other(page):
    title, events = files.load(RECORDINGS[0])
    view = Mounted(page, Stage.of_recording(events, title)).view
    said = [f"event 31 of 32 · stubborn sender sends “{'x' * 39}…” · 12.953659 s"]
    said.append("21,272 sent = 0 received, 6 waiting, 22 not seen one by one, 21,244 waiting or dropped")
    assert view.place.evaluate(CUT, said) == []


# in a lesson

known_wrong_answers()  # so that the exercises know theirs
ENVELOPES = "07-envelopes.ipynb"
BROKERS = "08-brokers.ipynb"
QUEUES = "06-queues-and-limits.ipynb"
PRESSED = """(cell) => [...cell.querySelectorAll(":is(.zl-transport, .zl-panel, .zl-card) :is(button, input, select)")].map((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    return [part.dataset.key ?? part.ariaLabel ?? part.textContent, [left, top, width, height].map(Math.round)];
}).filter(([, box]) => box[2])"""


class Cell:
    """A cell of a lesson, in which all that can be pressed keeps its place."""

    def __init__(self, lesson, code):
        self.lesson, self.place = lesson, lesson.go_on_to(code)
        self.root, self.stage = lesson.cell(self.place), lesson.stage(self.place)
        assert problems_of(lesson.page, self.root) == []

    def places(self):
        return dict(self.root.evaluate(PRESSED))

    def press(self, what, until, but=()):
        """Press something; wait `until` that is done; nothing that there was stands elsewhere, `but` for what may."""
        what.scroll_into_view_if_needed()
        before = self.places()
        what.click()
        until()
        self.stage.two_frames()
        after = self.places()
        moved = {
            name: (box, after[name]) for name, box in before.items() if name not in but and after.get(name, box) != box
        }
        assert not moved

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def totals(self, words):
        return lambda: expect(self.stage.totals).to_contain_text(words)

    def frames(self, number):
        return lambda: expect(self.root.locator(".zl-text")).to_have_count(number)

    def whole(self, words):
        """Wait until it says so, and its film is whole in sight: the notebook has been scrolled by then."""

        def wait():
            expect(self.root.locator(".zl-card")).to_contain_text(words)
            expect(self.root.locator(".zl-picture")).to_be_visible()
            assert problems_of(self.lesson.page, self.root) == []

        return wait


@pytest.fixture
def lesson(request, server, jupyterlab):
    before = jupyterlab.page.viewport_size
    jupyterlab.page.set_viewport_size(LAPTOP)
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened(request.param, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        lesson.cell(0).click()
        yield lesson
    jupyterlab.page.set_viewport_size(before)


@pytest.mark.parametrize("lesson", [ENVELOPES], indirect=True, ids=["07"])
def test_what_is_pressed_in_a_panel_moves_nothing_that_can_be_pressed(lesson):
    cell = Cell(lesson, 'lab.show(Sender("client"')
    cell.press(cell.button("Send"), cell.totals("2 sent = 2 received"))
    for unfolded in ("Sequence", "List", "List", "Sequence"):
        cell.press(cell.button(unfolded), cell.stage.two_frames)

    cell = Cell(lesson, "office = Lab(")
    cell.press(cell.button("Send to Anna"), cell.totals("received"))
    cell.press(cell.button("Let it die"), lambda: expect(cell.stage.words("device")).to_have_text("died"))
    cell.press(cell.button("Send to Anna"), cell.totals("1 not delivered"))

    cell = Cell(lesson, "corner = Lab(")
    cell.press(cell.button("Send"), cell.totals("1 not delivered"))
    for number in (2, 3):
        cell.press(cell.button("+ frame"), cell.frames(number), but=frames(number))
    cell.press(cell.button("− frame"), cell.frames(2), but=frames(3))
    cell.press(cell.button("Send"), cell.stage.rest)


def frames(number):
    """The text boxes of so many frames, which share one line."""
    return ["What careless sends", *(f"What careless sends, frame {one}" for one in range(2, number + 1))]


@pytest.mark.parametrize("lesson", [BROKERS], indirect=True, ids=["08"])
def test_a_choice_and_a_picture_that_grows_with_it_move_nothing_that_can_be_pressed(lesson):
    cell = Cell(lesson, "counter.show(Orders(ways, seconds=3)")

    def asked():
        expect(cell.stage.title("worker 1")).to_have_text(re.compile("recv_multipart"))
        cell.stage.rest()

    cell.press(cell.button("who is ready"), asked)


@pytest.mark.parametrize("lesson", [ENVELOPES], indirect=True, ids=["07"])
def test_a_card_keeps_its_places_whatever_it_says_and_whatever_comes_beside_it(lesson):
    cell = Cell(lesson, "lab.question()")
    cell.press(cell.root.get_by_role("radio").last, lambda: expect(cell.root).to_contain_text("You said"))
    for prediction in LESSONS["envelopes"].predictions[:3]:
        cell = Cell(lesson, f'lab.predict("{prediction.name}"')
        cell.press(cell.root.get_by_role("radio").last, cell.whole("What happened"))

    exercise = LESSONS["envelopes"].exercises[0]
    cell = Cell(lesson, f'lab.exercise("{exercise.name}")')
    lesson.page.evaluate(WRITE, [cell.place, f'{exercise.refused[0].source}\n\nlab.exercise("{exercise.name}")'])
    lesson.run_again(cell.place)
    assert problems_of(lesson.page, cell.root) == []
    hint, solution = (cell.root.locator(f"[data-key={key}]") for key in ("hint", "solution"))
    watch, films = cell.button("Watch it fail"), cell.root.locator(".zl-stage")
    cell.press(cell.button("Check"), lambda: expect(watch).to_be_visible())
    cell.press(watch, cell.whole("Not yet"))
    for number in range(1, len(exercise.hints) + 1):
        cell.press(
            hint,
            lambda number=number: expect(cell.root.get_by_role("status")).to_contain_text(f"Hint {number}"),
        )
    cell.press(solution, lambda: expect(films).to_have_count(0))
    expect(cell.root.locator("pre")).to_be_in_viewport()
    cell.press(solution, lambda: expect(cell.root.locator("pre")).to_have_count(0))
    cell.press(watch, lambda: expect(films).to_have_count(1))
    cell.press(cell.button("Check"), lambda: expect(films).to_have_count(0))
    expect(watch).to_be_visible()


@pytest.mark.parametrize("lesson", [QUEUES], indirect=True, ids=["06"])
def test_a_card_above_its_film_keeps_its_places_when_it_says_more(lesson):
    lesson.page.set_viewport_size({"width": 1000, "height": 768})  # as with the file browser open
    exercise = LESSONS["queues-and-limits"].exercises[0]
    cell = Cell(lesson, f'lab.exercise("{exercise.name}")')
    lesson.page.evaluate(WRITE, [cell.place, f'{exercise.refused[0].source}\n\nlab.exercise("{exercise.name}")'])
    lesson.run_again(cell.place)
    cell.button("Check").click()
    cell.button("Watch it fail").click()
    film, card = cell.root.locator(".zl-stage"), cell.root.locator(".zl-card")
    expect(film).to_be_in_viewport(ratio=0.99)
    assert film.bounding_box()["y"] >= card.bounding_box()["y"] + card.bounding_box()["height"]
    for number in range(1, len(exercise.hints) + 1):
        said = f"Hint {number}"
        cell.press(
            cell.root.locator("[data-key=hint]"),
            lambda said=said: expect(cell.root.get_by_role("status")).to_contain_text(said),
            but=cell.places().keys() - {"check", "hint", "solution", "watch"},  # its film stands lower
        )
