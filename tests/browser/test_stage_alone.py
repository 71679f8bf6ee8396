"""The film in the page: steps that the real Playback tells, played by js/widget.js, with no Jupyter around.

Time stands still in these pages but for `wait` and `rest`, so nothing here depends on how fast the machine is.
"""

import re
from collections import Counter
from itertools import pairwise

import pytest
from zmqlab.picture.film import tell
from zmqlab.picture.playback import FLIGHT, Playback, Step
from zmqlab.record import events as kinds

from tests.browser.alone import DELIVER, HEARD, OPEN, Alone, bare_page, still_time
from tests.unit.test_scene import Story

HERE = "tcp://127.0.0.1:5"
SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def context(browser):
    context = still_time(browser)
    yield context
    context.close()


@pytest.fixture
def page(context):
    page, problems = bare_page(context), []
    page.on("pageerror", lambda error: problems.append(error.stack))
    page.on("request", lambda request: problems.append(f"asked for {request.url}"))
    yield page
    page.close()
    assert problems == []


@pytest.fixture
def alone(page):
    return Alone(page)


@pytest.fixture
def view(alone):
    """A view of a stage on which two questions were asked and answered. The film has come to its end."""
    view = alone.open()
    alone.show(exchanges(2))
    view.press("Live")
    alone.rest()
    return view


def pair():
    return Story().socket("server", 1, "REP", HERE).socket("client", 2, "REQ", HERE)


def exchanges(times, story=None):
    story = story or pair()
    for number in range(1, times + 1):
        question, reply = b"question %d" % number, b"reply %d" % number
        story.message("client", 2, "sent", question).message("server", 1, "received", question)
        story.message("server", 1, "sent", reply).message("client", 2, "received", reply)
    return story


def going_on(times):
    """Return a story of the same pair, which has had so many exchanges before."""
    story = Story()
    story.totals = {(number, way): times for number in (1, 2) for way in ("sent", "received")}
    return story


def a_film(story):
    return tell(story.events)


def pills(view):
    return [name for name in view.shown() if name.startswith("pills/")]


def wait_for_a_pill(view):
    while not pills(view):
        view.alone.wait(50)


def received(words):
    found = re.search(r"([\d,]+) received", words)
    return int(found[1].replace(",", "")) if found else 0


# moving about


def test_a_film_plays_to_its_end(view, alone):
    assert view.totals() == "4 sent = 4 received"
    assert view.shown() == alone.as_shown(alone.playback.pieces)


def test_pause_holds_a_message_where_it_is_and_play_lets_it_go_on(alone):
    view = alone.open()
    alone.show(exchanges(1))
    wait_for_a_pill(view)
    view.press("Pause")
    held = view.find(".zl-picture").inner_html()
    assert pills(view)
    alone.wait(5_000)
    assert view.find(".zl-picture").inner_html() == held
    view.press("Play")
    alone.rest()
    assert view.totals() == "2 sent = 2 received"


def test_walking_back_shows_the_same_pictures_as_walking_there(view):
    view.press("To the start")
    there = [view.shown(), *view.walk("Forward one event")]
    back = [view.shown(), *view.walk("Back one event")]
    assert there == back[::-1]
    assert all(one != other for one, other in pairwise(there))


def test_the_start_is_the_picture_before_the_first_event(view, alone):
    view.press("To the start")
    assert view.shown() == alone.as_shown(Playback().pieces)
    assert view.event() == 0


def test_live_shows_what_is_now(view, alone):
    view.press("To the start")
    view.press("Live")
    assert view.shown() == alone.as_shown(alone.playback.pieces)
    assert view.button("Live").get_attribute("aria-pressed") == "true"


def test_the_scrubber_goes_to_an_event_as_the_buttons_do(view):
    view.press("To the start")
    there = [view.shown(), *view.walk("Forward one event")]
    for event in (3, 7, 0, len(there) - 1, 5):
        view.scrub(event)
        assert view.shown() == there[event]


@pytest.mark.parametrize(("speed", "flights"), [("0.25", 4), ("0.5", 2), ("1", 1), ("2", 0.5)])
def test_speed_stretches_the_flight_of_a_message(alone, speed, flights):
    view = alone.open()
    alone.show(pair().message("client", 2, "sent", b"please"))
    alone.rest()
    view.press("To the start")
    view.walk("Forward one event")
    view.find("select").select_option(speed)
    view.press("Play")
    alone.wait(int(FLIGHT * flights) - 100)
    assert "pills/1" in view.shown()
    alone.wait(200)
    assert "pills/1" not in view.shown()


def test_while_the_film_is_paused_the_record_grows_and_can_be_walked(view, alone):
    view.press("To the start")
    before, events = view.shown(), view.events()
    alone.show(exchanges(3, going_on(2)))
    alone.wait(1_000)
    assert view.shown() == before
    assert view.events() == events + 12
    view.press("Forward one event")
    assert view.event() == 1
    view.walk("Forward one event")
    assert view.totals() == "10 sent = 10 received"


def test_a_film_that_has_caught_up_is_live_again(view, alone):
    view.press("To the start")
    view.press("Play")
    assert view.button("Live").get_attribute("aria-pressed") == "false"
    alone.rest()
    assert view.button("Live").get_attribute("aria-pressed") == "true"


def test_a_recording_that_is_in_sight_already_plays_when_it_comes(page):
    alone = Alone(page, film=a_film(exchanges(2)))
    view = alone.open()
    for _ in range(20):
        alone.wait(20)  # the page has long known that the picture is in sight
    alone.answer()
    alone.deliver()
    alone.rest()
    assert view.totals() == "4 sent = 4 received"


def test_a_message_that_sets_out_in_the_last_step_travels_to_its_end(page):
    story = exchanges(0).message("client", 2, "sent", b"nobody receives it")
    alone = Alone(page, film=a_film(story))
    view = alone.open()
    for _ in range(20):
        alone.wait(20)
    alone.answer()
    alone.deliver()
    alone.rest()
    assert ">queue 1<" in view.find(".zl-picture").inner_html()
    assert not view.find('[data-piece^="pills/"]').is_visible(), "it has landed: now it stands in the queue alone"


def test_a_press_on_a_control_brings_the_stage_back_to_what_happens_now(view, alone):
    view.press("To the start")
    alone.page.evaluate(DELIVER, [alone.state, [{"type": "live"}]])
    alone.rest()
    assert view.button("Live").get_attribute("aria-pressed") == "true"
    assert view.event() == view.events()


def test_a_view_that_is_opened_anew_shows_what_happens_now(view, alone):
    view.press("To the start")
    again = alone.open()
    alone.wait(20)
    assert again.button("Live").get_attribute("aria-pressed") == "true"
    assert view.event() == view.events()


ONCE_CLOSED = """(state) => {
    alone.model(state).save_changes = () => { throw "Syncing error: no comm channel defined"; };
}"""
MADE_TOO_LATE = """(state) => {
    const model = alone.model(state);
    model.end();
    widget.render({ model, el: document.createElement("div") })();
}"""


def test_a_film_that_is_closed_while_the_page_makes_it_raises_nothing(alone):
    alone.state["fresh"] = True
    alone.page.evaluate(ONCE_CLOSED, alone.state)
    assert alone.open().root


def test_a_film_that_was_closed_before_the_page_makes_it_raises_nothing(alone):
    alone.page.evaluate(MADE_TOO_LATE, alone.state)


def test_a_stage_says_when_it_has_shown_all(view, alone):
    alone.page.evaluate(HEARD, alone.state)
    alone.show(exchanges(3, Story()))
    assert alone.page.evaluate(HEARD, alone.state) == []
    alone.rest()
    assert alone.page.evaluate(HEARD, alone.state) == [{"type": "caught up"}]


LOOKED = "(state) => alone.model(state).sent.some(({ type }) => type === 'looking')"
OUT_OF_SIGHT = """() => new Promise((resolve) => {
    document.body.style.paddingTop = "5000px";
    const watch = new IntersectionObserver((entries) => {
        if (!entries.at(-1).isIntersecting) resolve(watch.disconnect());
    });
    watch.observe(document.querySelector(".zl-stage"));
})"""


def looks(alone):
    """Return how often the page has said since that somebody looks."""
    return alone.page.evaluate(HEARD, alone.state).count({"type": "looking"})


def test_that_somebody_looks_is_said_once_after_news_and_never_at_rest(view, alone):
    alone.page.wait_for_function(LOOKED, arg=alone.state)  # it came into sight
    alone.wait(60_000)
    looks(alone)  # once more, after what it was told as it opened
    alone.wait(120_000)
    assert looks(alone) == 0
    alone.show(exchanges(1, Story()))
    alone.wait(20)
    assert looks(alone) == 1
    alone.show(exchanges(1, Story()))
    alone.wait(20)
    assert looks(alone) == 0  # it is known
    alone.wait(30_000)
    assert looks(alone) == 1
    alone.wait(120_000)
    assert looks(alone) == 0


def test_out_of_sight_nobody_looks_and_in_sight_again_at_once(view, alone):
    alone.page.wait_for_function(LOOKED, arg=alone.state)
    alone.page.evaluate(OUT_OF_SIGHT)
    assert looks(alone) == 1
    alone.wait(60_000)
    alone.show(exchanges(1, Story()))
    alone.wait(60_000)
    assert looks(alone) == 0
    alone.page.evaluate("() => { document.body.style.paddingTop = '' }")
    alone.page.wait_for_function(LOOKED, arg=alone.state)


def test_what_was_not_told_while_nobody_looked_is_one_step_in_words(view, alone):
    alone.happens(exchanges(1, Story()))
    alone.lose()
    alone.stage._missed = True
    alone.stage.looked_at()
    alone.deliver()
    alone.rest()
    assert view.shown() == alone.as_shown(alone.playback.pieces)
    view.button("List").click()
    assert "while nobody looked" in view.all(".zl-log li")[-1].text_content()


def test_a_message_is_seen_at_once_when_nothing_moved_before_it(alone):
    view, story = alone.open(), exchanges(1).note("client", kinds.WaitsForYou)
    alone.show(story, 0)
    alone.rest()
    alone.show(story.note("client", kinds.GoesOn, 2).message("client", 2, "sent", b"question 2"), 0)
    alone.wait(40)
    assert "pills/3" in pills(view)


@pytest.mark.parametrize("at_once", [None, 0], ids=["one by one", "in a burst"])
def test_the_words_under_the_film_say_what_happened(alone, at_once):
    view = alone.open()
    alone.show(exchanges(2), at_once)
    view.press("To the start")
    view.walk("Forward one event")
    assert "client receives “reply 2” from server" in view.find(".zl-caption").text_content()


# what the page does not hear


@pytest.mark.parametrize("batches", [1, 3])
def test_after_a_loss_the_whole_picture_heals(alone, batches):
    view = alone.open()
    story = pair().socket("ventilator", 3, "PUSH", "tcp://127.0.0.1:6").socket("worker", 4, "PULL", "tcp://127.0.0.1:6")
    alone.show(story)
    for _ in range(batches):
        alone.happens(story.message("ventilator", 3, "sent", b"task").message("worker", 4, "received", b"task"))
        alone.lose()
    alone.show(exchanges(1, story))
    alone.heal()
    alone.deliver()
    alone.rest()
    view.press("Live")
    assert view.shown() == alone.as_shown(alone.playback.pieces)


def test_a_loss_at_the_end_heals_too_and_the_film_goes_on(view, alone):
    story = going_on(2)
    alone.happens(exchanges(1, story))
    alone.lose()
    alone.heal()
    alone.show(exchanges(1, story))
    alone.rest()
    assert view.totals() == "8 sent = 8 received"
    assert view.shown() == alone.as_shown(alone.playback.pieces)


def test_a_page_whose_first_word_was_lost_asks_again(alone):
    alone.happens(exchanges(2))
    alone.lose()
    view = alone.open()
    alone.page.evaluate(HEARD, alone.state)  # and nobody answers
    alone.heal()
    alone.deliver()
    alone.answer()
    alone.deliver()
    alone.rest()
    assert view.events() == len([step for step in alone.steps if step["say"]])


def test_without_a_loss_the_whole_picture_is_no_news(view, alone):
    before, events = view.shown(), view.events()
    alone.heal()
    alone.deliver()
    alone.rest()
    assert (view.shown(), view.events()) == (before, events)


def test_a_picture_that_is_paused_stays_while_a_loss_heals(view, alone):
    view.press("To the start")
    before = view.shown()
    alone.happens(exchanges(1, Story()))
    alone.lose()
    alone.heal()
    alone.deliver()
    alone.wait(20)
    assert view.shown() == before


def test_after_a_loss_the_sequence_diagram_goes_on(view, alone):
    view.press("Sequence")
    story = going_on(2)
    alone.happens(exchanges(1, story))
    alone.lose()
    alone.heal()
    alone.show(exchanges(1, story))
    alone.rest()
    assert [name.text_content() for name in view.all(".zl-sequence .zl-name")] == ["server", "client"]


# a page that opens late


def test_a_page_that_opens_late_shows_the_same_and_can_step_back(alone):
    alone.happens(exchanges(2))
    alone.lose()
    view = alone.open()
    alone.answer()
    alone.deliver()
    alone.rest()
    assert view.shown() == alone.as_shown(alone.playback.pieces)
    view.walk("Back one event")
    assert view.shown() == alone.as_shown(Playback().pieces)


def test_a_page_that_opens_very_late_begins_at_the_oldest_step_that_is_kept(alone):
    early, story = alone.open(), pair()
    for _ in range(60):
        alone.show(exchanges(1, story))
    late = alone.open()
    assert early.shown() == late.shown()
    other = Alone(alone.page)
    other.stage, other.state = alone.stage, alone.state | {"token": "another page"}
    other.under_way = alone.under_way
    late = other.open()
    other.answer()
    other.deliver()
    late.press("To the start")
    early.scrub(early.events() - late.events())
    now = {name: piece for name, piece in early.shown().items() if not name.startswith("pills/")}
    assert late.events() < early.events()
    assert late.shown() == now


def test_a_stage_that_is_made_late_has_a_lane_for_each_actor(page):
    playback, story = Playback(), pair()
    playback.tell(story.events)
    story.events.clear()
    alone = Alone(page, playback)
    view = alone.open()
    alone.answer()
    alone.show(exchanges(1, story))
    alone.rest()
    view.press("Sequence")
    assert [name.text_content() for name in view.all(".zl-sequence .zl-name")] == ["server", "client"]


def test_a_recording_plays_from_its_beginning_to_its_end_once_it_is_in_sight(page):
    page.add_style_tag(content="body { padding-top: 5000px }")
    alone = Alone(page, film=a_film(exchanges(2)))
    view = alone.open()
    alone.answer()
    alone.deliver()
    alone.wait(2_000)
    assert view.totals() == "nothing sent"
    assert view.event() == 0
    page.locator(".zl-picture").scroll_into_view_if_needed()
    for _ in range(100):
        alone.wait(20)  # the page learns that the picture is in sight when it draws
    alone.rest()
    assert view.totals() == "4 sent = 4 received"
    assert view.event() == view.events()


# saying less


def test_a_flood_is_a_rate_on_its_link_no_pills_and_exact_totals(alone):
    view, story = alone.open(), Story().socket("a", 1, "PUSH", HERE).socket("b", 2, "PULL", HERE)
    alone.show(story, 0)
    seen = set()
    for tick in range(1, 60):
        now, total = tick * SECOND // 20, 4920 * tick
        story.events += [kinds.Counted(now, "a", 1, total, 0), kinds.Counted(now, "b", 2, 0, total)]
        alone.show(story, now)
        alone.wait(50)
        seen |= set(pills(view))
    alone.rest()
    assert "98.4 k a second" in view.shown()["links/1-2"]
    assert seen == set()
    assert view.totals() == "290,280 sent = 290,280 received"


# the keyboard


@pytest.mark.parametrize(
    ("key", "button"),
    [("ArrowLeft", "Back one event"), ("ArrowRight", "Forward one event"), ("Home", "To the start"), ("End", "Live")],
)
def test_a_key_does_what_its_button_does(view, key, button):
    view.scrub(6)
    view.press(button)
    pressed = view.shown()
    view.scrub(6)
    view.key(key)
    assert view.shown() == pressed


def test_space_pauses_and_plays(view, alone):
    view.key(" ")
    assert view.button("Play")
    view.key(" ")
    assert view.button("Pause")


def test_p_is_for_the_projector_and_escape_leaves_it(view):
    wide = view.find(".zl-picture").bounding_box()["width"]
    view.press("Sequence")
    assert not view.find(".zl-picture").is_visible()
    view.key("p")
    assert not view.find(".zl-sequence").is_visible()
    assert view.find(".zl-picture").is_visible()
    assert view.find(".zl-transport").evaluate("(bar) => parseFloat(getComputedStyle(bar).fontSize)") == 20
    view.key("Escape")
    assert view.find(".zl-sequence").is_visible()
    assert view.find(".zl-picture").bounding_box()["width"] == wide


def test_to_print_the_page_is_not_to_project(view):
    view.key("Control+p")
    assert "zl-projector" not in view.root.get_attribute("class")


def test_no_key_leaves_the_stage(view, page):
    page.evaluate("() => { window.keys = []; document.addEventListener('keydown', (e) => keys.push(e.key)); }")
    for key in ("ArrowLeft", "ArrowRight", " ", "Home", "End", "p", "Escape", "a", "b", "d", "0", "Enter"):
        view.key(key)
    view.button("List").focus()
    page.keyboard.press("m")
    assert page.evaluate("keys") == []
    view.key("Control+s")  # which saves the notebook
    assert page.evaluate("keys") == ["Control", "s"]
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("x")
    assert page.evaluate("keys") == ["Control", "s", "x"]


# more than one view


def test_two_views_stay_in_step(alone):
    one, other = alone.open(), alone.open()
    alone.show(exchanges(2))
    alone.rest()
    for press in ("To the start", "Forward one event", "Forward one event", "Back one event", "Live"):
        one.press(press)
        assert one.shown() == other.shown()
        assert one.event() == other.event()
    other.scrub(3)
    assert one.event() == 3


def test_a_view_that_opens_while_the_film_is_paused_shows_the_same(view, alone):
    view.scrub(5)
    assert alone.open().shown() == view.shown()


def test_two_views_show_the_same_speed(alone):
    one, other = alone.open(), alone.open()
    one.find("select").select_option("0.5")
    alone.wait(20)
    assert other.find("select").input_value() == "0.5"


def test_a_closed_view_asks_for_no_more_frames(alone):
    view = alone.open()
    alone.show(exchanges(2))
    alone.wait(300)
    before = alone.frames()
    alone.wait(300)
    assert alone.frames() > before + 10
    view.close()
    alone.wait(100)
    before = alone.frames()
    alone.show(exchanges(1, Story()))
    alone.wait(5_000)
    assert alone.frames() == before


def test_a_closed_view_leaves_the_other_one_playing(alone):
    view, other = alone.open(), alone.open()
    view.close()
    alone.show(exchanges(2))
    alone.rest()
    assert other.totals() == "4 sent = 4 received"


def test_a_view_follows_the_theme_until_it_is_closed(view, page):
    dark = "() => document.body.setAttribute('data-jp-theme-light', 'false')"
    light = "() => document.body.setAttribute('data-jp-theme-light', 'true')"
    page.evaluate(dark)
    assert "zl-dark" in view.root.get_attribute("class")
    page.evaluate(light)
    assert "zl-dark" not in view.root.get_attribute("class")
    view.close()
    page.evaluate(dark)
    assert "zl-dark" not in view.root.get_attribute("class")


def test_when_the_kernel_is_gone_the_stage_says_so(view, alone):
    assert not view.find(".zl-gone-note").is_visible()
    alone.fire("comm:close")
    assert "Run > Run All Above Selected Cell, then run this one" in view.find(".zl-gone-note").inner_text()
    assert "live" not in view.root.inner_text().lower(), "nothing happens any more"
    assert view.button("End")


def test_a_stage_of_a_closed_lab_is_not_live_and_once_its_kernel_is_gone_too_it_says_that(view, alone):
    alone.page.evaluate("(state) => alone.model(state).set('over', 'This lab is closed.')", alone.state)
    assert view.find(".zl-gone-note").inner_text() == "This lab is closed."
    assert "live" not in view.root.inner_text().lower()
    alone.fire("comm:close")
    assert "This lab is closed" not in view.find(".zl-gone-note").inner_text()
    assert "kernel" in view.find(".zl-gone-note").inner_text()


# order, and motion


WATCH = """(view) => {
    window.frames_seen = [];
    window.afterFrame = () => frames_seen.push({
        totals: view.querySelector(".zl-totals").textContent,
        pills: [...view.querySelectorAll("[data-piece^='pills/']")]
            .filter((pill) => pill.style.display !== "none")
            .map((pill) => ({ name: pill.dataset.piece, place: pill.getAttribute("transform") })),
    });
}"""


def watched(alone, story):
    """Play a story. Returns what is in sight in each frame."""
    view = alone.open()
    view.place.evaluate(WATCH)
    alone.show(story)
    alone.rest()
    return alone.page.evaluate("frames_seen")


def places(frames, name):
    return {pill["place"] for frame in frames for pill in frame["pills"] if pill["name"] == name}


def push_to_two():
    story = (
        Story().socket("ventilator", 1, "PUSH", HERE).socket("one", 2, "PULL", HERE).socket("other", 3, "PULL", HERE)
    )
    story.message("ventilator", 1, "sent", b"a").message("ventilator", 1, "sent", b"b")
    return story.message("one", 2, "received", b"a").message("other", 3, "received", b"b")


@pytest.mark.parametrize("story", [exchanges(2), push_to_two()], ids=["request and reply", "receivers known late"])
def test_no_message_counts_as_received_before_its_pill_has_landed(alone, story):
    frames = watched(alone, story)
    names = sorted({pill["name"] for frame in frames for pill in frame["pills"]})
    assert len(names) == received(frames[-1]["totals"])
    for number, name in enumerate(names, 1):
        seen = [index for index, frame in enumerate(frames) if name in [pill["name"] for pill in frame["pills"]]]
        counted = [index for index, frame in enumerate(frames) if received(frame["totals"]) >= number]
        assert max(seen) < min(counted)


def test_a_message_comes_to_the_end_of_its_way(alone):
    frames = watched(alone, exchanges(2))
    told = {name: piece for step in alone.steps for name, piece in step["put"].items() if name.startswith("pills/")}
    for name, piece in told.items():
        numbers = [float(number) for number in re.findall(r"[\d.]+", piece["d"])]
        left, right = numbers[0], numbers[-2]
        start, end = (right, left) if piece["back"] else (left, right)
        xs = [float(place[10:].split(",")[0]) for place in places(frames, name)]
        assert max((x - start) / (end - start) for x in xs) > 0.9
        assert min((x - start) / (end - start) for x in xs) < 0.1


def test_no_reply_is_on_its_way_while_its_request_is(alone):
    for frame in watched(alone, exchanges(2)):
        assert len(frame["pills"]) <= 1


def test_at_every_stop_what_is_received_has_landed_and_what_travels_has_not(view, alone):
    told = {name: piece for step in alone.steps for name, piece in step["put"].items() if name.startswith("pills/")}
    view.press("To the start")
    for _ in range(view.events()):
        view.press("Forward one event")
        applied = alone.steps[: int(view.root.get_attribute("data-applied"))]
        now = applied[-1]["at"]
        assert all(told[name]["to"] <= now for step in applied for name in step["drop"] if name in told)
        assert all(told[name]["from"] <= now < told[name]["to"] for name in pills(view))


def test_a_message_moves(alone):
    assert len(places(watched(alone, exchanges(1)), "pills/1")) > 20


def test_with_reduced_motion_a_message_is_shown_and_stands_still(alone, page):
    page.emulate_media(reduced_motion="reduce")
    frames = watched(alone, exchanges(1))
    assert len(places(frames, "pills/1")) == 1
    assert len(places(frames, "pills/2")) == 1


# the sequence diagram


def test_the_sequence_diagram_opens_by_its_button(view):
    assert not view.find(".zl-sequence").is_visible()
    view.press("Sequence")
    assert view.find(".zl-sequence").is_visible()
    assert view.button("Sequence").get_attribute("aria-pressed") == "true"
    assert [name.text_content() for name in view.all(".zl-sequence .zl-name")] == ["server", "client"]


@pytest.mark.parametrize("at_once", [None, 0], ids=["one by one", "in a burst"])
def test_arrows_land_in_the_sequence_as_messages_land_in_the_picture(alone, at_once):
    view = alone.open()
    alone.show(exchanges(2), at_once)
    view.press("Sequence")
    view.press("To the start")
    heads = []
    for _ in range(view.events()):
        view.press("Forward one event")
        heads.append(len(view.all(".zl-sequence .zl-head")))
        assert heads[-1] == received(view.totals())
    assert heads[-1] == 4
    view.press("To the start")
    assert view.all(".zl-sequence [data-piece]") == []


def test_who_waits_has_a_bar_that_reaches_down_to_the_moment_that_is_shown(alone):
    view = alone.open()
    story = (
        pair().message("client", 2, "sent", b"question").wait("client", 2).message("server", 1, "received", b"question")
    )
    for number in range(3):
        story.message("server", 1, "sent", b"%d" % number)
    alone.show(story, at_once=0)
    view.press("Sequence")
    high = []
    for move in ("Live", "Back one event", "Back one event", "Forward one event", "Forward one event"):
        view.press(move)
        bar, now = (
            view.find(f".zl-sequence {part}").bounding_box()
            for part in ("[data-piece^='waits/client']", ".zl-now-line")
        )
        assert abs(bar["y"] + bar["height"] - now["y"]) <= 2
        high.append(bar["height"])
    assert high[0] > high[1] > high[2] < high[3] < high[4] == high[0]


def test_of_a_thousand_messages_only_those_in_sight_are_in_the_page(page):
    alone = Alone(page, film=a_film(exchanges(250)))
    view = alone.open()
    view.press("Sequence")
    alone.answer()
    alone.deliver()
    view.press("End")
    assert view.totals() == "500 sent = 500 received"
    for scrolled in (0, 0.5, 1):
        view.find(".zl-sequence").evaluate("(box, part) => { box.scrollTop = part * box.scrollHeight; }", scrolled)
        alone.wait(50)
        assert 5 <= len(view.all(".zl-sequence [data-piece]")) <= 60


def test_a_long_film_that_is_asked_for_again_is_told_once_to_each(page):
    film = a_film(exchanges(150))
    alone = Alone(page, film=film)
    views = [alone.open()]
    for _ in range(2):
        alone.answer()
        assert len(alone.under_way) > 2, "it comes in parts"
        alone.deliver()
        views.append(alone.open())
    events = sum(bool(step.kind) for step in film.steps)
    assert [view.events() for view in views[:2]] == [events, events]


def test_a_long_film_that_takes_the_place_of_what_was_live_is_told_once(page):
    alone, film = Alone(page), a_film(exchanges(150))
    view = alone.open()
    alone.stage.show_anew(film)  # before the page's question is heard
    alone.answer()
    alone.deliver()
    alone.wait(50)
    assert view.events() == sum(bool(step.kind) for step in film.steps)


# one message


def opened_message(view):
    return view.find(".zl-inspector").inner_text()


def test_a_click_on_an_arrow_opens_its_message(view):
    view.press("Sequence")
    view.find(".zl-sequence [data-message='2'] text").click()
    words = opened_message(view)
    assert "Message 2" in words
    assert "server → client" in words
    assert "reply 1" in words
    assert "72 65 70 6c 79 20 31" in words
    assert "was received 0.001 ms later, drawn slower than it happened" in words


def test_a_click_a_little_beside_an_arrow_means_it(view, page):
    view.press("Sequence")
    box = view.find(".zl-sequence [data-message='4'] path").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(middle[0], middle[1] + 14)
    assert not view.find(".zl-inspector").is_visible()
    page.mouse.click(middle[0], middle[1] + 5)
    assert "Message 4" in opened_message(view)


def test_a_click_on_a_message_holds_the_film_and_opens_it(alone):
    view = alone.open()
    story = Story().socket("weather station", 1, "PUB", HERE).socket("you", 2, "SUB", HERE, b"paris")
    alone.show(story.message("weather station", 1, "sent", b"paris", "21 °C".encode()))
    wait_for_a_pill(view)
    view.find("[data-piece^='pills/']").click()
    alone.wait(20)
    words = opened_message(view)
    assert "weather station → you" in words
    assert re.search(r"1\s+5\s+paris\s+70 61 72 69 73\s+2\s+6\s+21 °C\s+32 31 20 c2 b0 43", words)
    assert "Frame 1 begins with “paris”" in words
    assert view.button("Play")


def test_the_message_that_is_open_changes_as_the_film_goes_on(view):
    view.press("Sequence")
    view.find(".zl-sequence [data-message='1'] text").click()
    assert "was received" in opened_message(view)
    while received(view.totals()) > 0:
        view.press("Back one event")
    assert "was received" not in opened_message(view)
    assert "It left at" in opened_message(view)


def test_a_message_can_be_closed(view):
    view.press("Sequence")
    view.find(".zl-sequence [data-message='1'] text").click()
    view.press("Close")
    assert not view.find(".zl-inspector").is_visible()


class FakeSocket:
    """Keeps what is sent."""

    def __init__(self):
        self.frames = []

    def send(self, frame):
        self.frames = [frame]

    def send_multipart(self, frames):
        self.frames = frames


FRAMES = [[b"Hello"], [b""], [b"paris", "21 °C".encode()], [b"\x00\xff'\"\\\n", b"", b"</script>"]]
CLIPBOARD = """() => Object.defineProperty(navigator, "clipboard", {
    value: { writeText: async (text) => { window.copied = text; } },
})"""


def copy_as_python(alone, *frames):
    """Send a message, open it, and press its button. Returns what the button says then."""
    view = alone.open()
    alone.show(pair().message("client", 2, "sent", *frames))
    alone.rest()
    view.press("Sequence")
    view.find(".zl-sequence [data-message='1'] text").click()
    button = view.button("Copy as Python")
    button.click()
    alone.wait(20)
    return button.text_content()


@pytest.mark.parametrize("frames", FRAMES)
def test_the_python_that_is_copied_sends_the_same_frames(alone, page, frames):
    page.evaluate(CLIPBOARD)
    assert copy_as_python(alone, *frames) == "Copied"
    socket = FakeSocket()
    exec(page.evaluate("copied"), {"socket": socket})
    assert socket.frames == frames


def test_where_a_page_may_not_copy_the_button_does_not_say_that_it_has(alone, page):
    assert not page.evaluate("Boolean(navigator.clipboard)"), "pages without https have no clipboard"
    page.evaluate("() => { document.execCommand = () => false; }")
    assert copy_as_python(alone, b"Hello") != "Copied"


def test_of_a_message_whose_frames_were_not_kept_the_stage_says_so_and_shows_no_other(view, alone):
    mark = {"svg": "<text class='zl-small' x='20' y='260'>task 32</text>", "top": 250, "bottom": 270, "message": 99}
    alone.stage.show([Step(alone.steps[-1]["at"] + 1_000, "message", {"sequence/m99": mark}, [], "told", 0, 0, 260)])
    alone.deliver()
    alone.rest()
    view.press("Sequence")
    view.find(".zl-sequence [data-message='1'] text").click()
    assert "question 1" in view.find(".zl-inspector").text_content()
    view.find(".zl-sequence [data-message='99'] text").click()
    words = view.find(".zl-inspector").text_content()
    assert "Its frames were not kept" in words
    assert "question" not in words


# text that would like to be more than text

RUN = "window.hacked=1"
TEMPLATES = [
    "<script>{}</script>",
    "</text></svg><script>{}</script>",
    "</title></style><script>{}</script>",
    "<img src=x onerror={}>",
    '"><img src=x onerror="{}">',
    "'><svg onload='{}'>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<iframe srcdoc='&lt;script&gt;parent.{}&lt;/script&gt;'>",
    "<a href='javascript:{}' autofocus onfocus='{}'>click</a>",
    "<details open ontoggle={}>",
    "<style>@import 'javascript:{}'</style>",
    "<foreignObject><body onload={}></foreignObject>",
    "<use href='data:image/svg+xml,&lt;svg onload={}&gt;#x'/>",
    "<![CDATA[<script>{}</script>]]>",
    "<!--><script>{}</script>-->",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;",
    "${{{}}}",
    "`${{{}}}`",
    "{{{{constructor.constructor('{}')()}}}}",
    "' onmouseover='{}' x='",
    '" onclick="{}" x="',
    "javascript:{}",
    "');{};//",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
]
TRICKS = [
    lambda text: text,
    lambda text: "\u202e\u2066" + text.replace(">", ">\u200b"),
    lambda text: "\n" + text.replace("=", "=\n\t\r").replace("s", "\u017f", 1),
    lambda text: f"\x00\x1b[31m\ufeff{text}\x7f\x85\u2028e\u0301",
]
TOUCH = """(view) => view.querySelectorAll("[data-piece] *, li, td").forEach((element) =>
    ["mouseover", "click", "focus"].forEach((event) => element.dispatchEvent(new Event(event))))"""
ELEMENTS = """(view) => [...view.querySelectorAll("*")].flatMap((element) =>
    [`<${element.localName}>`, ...[...element.attributes].map((attribute) => `${element.localName} ${attribute.name}`)])"""


def kinds_on_the_page(page, texts):
    """Show texts wherever a stage shows words of others. Returns which elements and attributes are in the page."""
    alone, story = Alone(page, title=texts[0]), Story()
    view = alone.open()
    for number, words in enumerate(texts):
        frame, other, here, there = words.encode(), f"other {words}", 2 * number + 1, 2 * number + 2
        story.socket(words, here, "PUB", words).socket(other, there, "SUB", words, frame, frame[:3])
        story.message(words, here, "sent", frame, frame).message(other, there, "received", frame, frame)
        story.message(words, here, "sent", b"stays", frame).message(words, here, "sent", frame, b"under way")
        story.wait(other, there, words).note(other, kinds.Refused, there, call=words, why=words)
        story.note(words, kinds.Failed, error=words, why=words)
    alone.show(story)
    wait_for_a_pill(view)
    found = set(view.place.evaluate(ELEMENTS))
    for button in ("Pause", "Sequence", "List", "Live"):
        view.press(button)
    for part in (0, 0.5, 1):
        view.find(".zl-sequence").evaluate("(box, part) => { box.scrollTop = part * box.scrollHeight; }", part)
        alone.wait(20)
        view.find(".zl-sequence [data-message]").dispatch_event("click")
        alone.wait(20)
        view.place.evaluate(TOUCH)
        found |= set(view.place.evaluate(ELEMENTS))
    assert texts[0].strip()[-9:] in view.find(".zl-inspector").text_content() + view.find(".zl-log").text_content()
    view.close()
    return found


@pytest.mark.parametrize("trick", TRICKS, ids=["plain", "unicode", "white space", "control characters"])
def test_hostile_texts_are_shown_as_text(page, trick):
    hostile = [trick(template.format(RUN, RUN)) for template in TEMPLATES]
    assert len(set(hostile)) == 25
    harmless = kinds_on_the_page(page, [f"{number}, a harmless text" for number in range(9)])
    assert {"<text>", "<li>", "<td>", "rect class"} <= harmless
    for first in range(0, 25, 9):
        assert kinds_on_the_page(page, hostile[first : first + 9]) <= harmless
    assert page.evaluate("window.hacked") is None


# for everyone


def controls_by_name(page):
    """Return the name and the role of each thing that takes the focus, as a screen reader gets them."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    found = []
    for node in nodes:
        properties = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        role = node.get("role", {}).get("value")
        if (
            not node["ignored"]
            and properties.get("focusable")
            and role not in ("RootWebArea", "MenuListPopup", "option")
        ):
            found.append((node.get("name", {}).get("value", ""), role))
    return found


def everything_open(view):
    """Open what there is: a message from the sequence diagram, whose place the list takes then."""
    view.press("Sequence")
    view.find(".zl-sequence [data-message='1'] text").click()
    view.press("List")


def test_every_control_has_a_name(view, page):
    everything_open(view)
    playback = ["To the start", "Back one event", "Pause", "Forward one event", "Live", "Event", "Speed"]
    below = ["One message", "Close", "Copy as Python", "What happened, in order"]
    names = ["Stage: alone", *playback, "Sequence", "List", *below]
    assert Counter(name for name, _ in controls_by_name(page)) == Counter(names)


def test_every_control_has_a_role(view, page):
    everything_open(view)
    roles = Counter(role for _, role in controls_by_name(page))
    assert roles["button"] == 9
    assert roles["slider"] == roles["combobox"] == 1
    assert roles["generic"] == 0


def test_the_picture_has_a_name_that_says_how_things_stand(view):
    assert view.find(".zl-picture > title").text_content() == "alone: 4 sent = 4 received"


FOCUSED = """() => {
    const { left, top, right, bottom } = document.activeElement.getBoundingClientRect();
    const name = document.activeElement.ariaLabel || document.activeElement.textContent;
    return { name, left, top, right, bottom, stage: Boolean(document.activeElement.closest(".zl-stage")) };
}"""


def test_the_focus_goes_from_control_to_control_as_the_eye_does(view, page):
    everything_open(view)
    view.root.focus()
    page.keyboard.press("Tab")
    order = []
    while (focused := page.evaluate(FOCUSED))["stage"]:
        order.append(focused)
        page.keyboard.press("Tab")
    assert len(order) >= 13
    for one, other in pairwise(order):
        below = other["top"] >= one["bottom"] - 1
        inside = one["top"] <= other["top"] and other["bottom"] <= one["bottom"] and one["left"] <= other["left"]
        assert below or inside or other["left"] >= one["right"] - 1, (one["name"], other["name"])


def test_the_list_has_an_item_for_each_event_and_shows_where_the_film_is(view, alone):
    view.press("List")
    assert view.find(".zl-log").evaluate("(list) => list.localName") == "ol"
    said = [step["say"] for step in alone.steps if step["kind"]]
    assert [item.text_content() for item in view.all(".zl-log li")] == said
    view.scrub(5)
    assert [item.text_content() for item in view.all(".zl-log .zl-now")] == [said[4]]


def test_a_list_that_is_closed_and_opened_again_has_what_came_between(view, alone):
    view.press("List")
    view.press("List")
    alone.show(exchanges(1, Story()))
    alone.rest()
    view.press("List")
    assert len(view.all(".zl-log li")) == view.events()


def test_the_list_follows_a_long_film(page):
    alone = Alone(page, film=a_film(exchanges(100)))
    view = alone.open()
    alone.answer()
    alone.deliver()
    view.press("List")
    view.scrub(5)
    assert len(view.all(".zl-log .zl-now")) == 1


def test_a_screen_reader_is_told_the_sum_at_most_once_a_second(view, alone):
    alone.wait(2_000)
    alone.page.evaluate("""() => {
        const summary = document.querySelector("[role=log]");
        window.told = [];
        new MutationObserver(() => window.told.push(performance.now())).observe(summary, {childList: true});
    }""")
    for _ in range(5):
        view.press("To the start")
        view.press("Live")
        alone.wait(300)
    told = alone.page.evaluate("() => window.told")
    assert told
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(told))


def test_a_screen_reader_is_told_the_last_sum(view, alone):
    view.press("To the start")
    view.press("Live")
    alone.wait(5_000)
    assert view.find("[role=log]").text_content() == view.totals()


# what a walk stops at


def test_back_from_live_undoes_an_event_and_not_only_a_wait(view, alone):
    later = Story().wait("client", 2).wait("server", 1)
    later.events = [wait._replace(time=SECOND // 2) for wait in later.events]
    alone.show(later)
    alone.rest()
    assert view.totals() == "4 sent = 4 received"
    events = view.event()
    view.press("Back one event")
    assert view.event() == events - 1
    assert view.totals() == "4 sent = 3 received, 1 on its way"


def test_the_words_under_the_film_name_an_event_and_no_wait(view, alone):
    alone.show(Story().wait("client", 2))
    alone.rest()
    view.press("Pause")
    assert "client receives “reply 2”" in view.find(".zl-caption").text_content()


def test_the_words_under_the_film_say_when_to_a_thousandth(view):
    view.press("Back one event")
    assert re.search(r" · \d+\.\d{3} ms$", view.find(".zl-caption").text_content())


def test_the_picture_that_heals_a_loss_is_an_event_to_stop_at(view, alone):
    alone.happens(Story().wait("client", 2, "recv_multipart"))
    alone.lose()
    alone.heal()
    alone.deliver()
    alone.rest()
    assert "recv_multipart" in view.shown()["notes/client"]
    view.press("Back one event")
    assert "recv_multipart" not in view.shown()["notes/client"]
    assert "client receives “reply 2”" in view.find(".zl-caption").text_content()


ITEM_IN_SIGHT = """(log) => {
    const [item, box] = [log.querySelector(".zl-now").getBoundingClientRect(), log.getBoundingClientRect()];
    return item.top >= box.top && item.bottom <= box.bottom;
}"""


def test_the_list_keeps_in_sight_where_a_paused_film_is(page):
    alone = Alone(page, film=a_film(exchanges(30)))
    view = alone.open()
    alone.answer()
    alone.deliver()
    view.press("List")
    view.press("End")
    for event in (60, 3, 117, 20):
        view.scrub(event)
        assert view.find(".zl-log").evaluate(ITEM_IN_SIGHT)
    view.press("Forward one event")
    assert view.find(".zl-log").evaluate(ITEM_IN_SIGHT)


def test_of_a_record_that_grew_too_long_a_mark_that_was_drawn_anew_stays(view, alone):
    def step(at, put):
        return Step(at, "message", put, [], "told", 0, 0, 44)

    def mark(words):
        return {"svg": f"<text class='zl-small' x='20' y='60'>{words}</text>", "top": 40, "bottom": 70}

    at = alone.steps[-1]["at"] + 1_000
    alone.stage.show([step(at, {"sequence/m9": mark("under way"), "sequence/m8": mark("gone")})])
    alone.stage.show([step(at + 1, {"sequence/m9": mark("landed")})])
    alone.stage.show([step(at + 2 + number, {}) for number in range(4_998)])
    alone.deliver()
    alone.rest()
    view.press("Sequence")
    view.find(".zl-sequence").evaluate("(box) => { box.scrollTop = 0; }")
    alone.stage.show([step(at + 6_000, {})])
    alone.deliver()
    alone.rest()
    words = view.find(".zl-sequence").text_content()
    assert "landed" in words
    assert "gone" not in words


def test_the_names_of_the_lanes_stand_in_front_of_what_scrolls_under_them(page):
    alone = Alone(page, film=a_film(exchanges(30)))
    view = alone.open()
    view.press("Sequence")
    alone.answer()
    alone.deliver()
    view.press("End")
    in_front = """(box) => {
        const { left, top } = box.getBoundingClientRect();
        const seen = new Set();
        for (let scrolled = 100; scrolled < 300; scrolled += 10) {
            box.scrollTop = scrolled;
            box.dispatchEvent(new Event("scroll"));
            for (let x = 140; x < 350; x += 7) {
                for (const y of [4, 16, 28]) seen.add(document.elementFromPoint(left + x, top + y).getAttribute("class"));
            }
        }
        return [...seen];
    }"""
    assert set(view.find(".zl-sequence").evaluate(in_front)) == {"zl-lane-names", "zl-name"}


# how a stage ends


def test_a_stage_hears_on_when_its_first_view_is_closed(alone):
    view, other = alone.open(), alone.open()
    view.close()
    alone.show(exchanges(1))
    alone.rest()
    assert other.totals() == "2 sent = 2 received"


def test_a_closed_stage_leaves_nothing_in_the_page(alone, page):
    page.evaluate(OPEN, alone.state)  # with no handles on what is in it: they would keep it
    alone.show(exchanges(1))
    alone.rest()
    page.evaluate("(state) => { window.heard = new WeakRef(alone.model(state).listeners[0][1]); }", alone.state)
    collect = page.context.new_cdp_session(page)
    collect.send("HeapProfiler.collectGarbage")
    assert page.evaluate("heard.deref() !== undefined")
    page.evaluate("() => { const view = document.querySelector('.view'); view.end(); view.remove(); }")
    page.evaluate("(state) => alone.destroy(state)", alone.state)
    for _ in range(10):  # what the page and its elements hold of each other takes more than one round
        alone.wait(100)
        collect.send("HeapProfiler.collectGarbage")
    assert page.evaluate("heard.deref() === undefined")


CHANGED = """() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    window.changed = new Promise((done) => scheme.addEventListener("change", () => done(), { once: true }));
}"""


def test_without_jupyterlab_the_colours_of_the_system_are_followed(view, page):
    def choose(scheme):
        page.evaluate(CHANGED)  # ours listens first
        page.emulate_media(color_scheme=scheme)
        page.evaluate("changed")
        return "zl-dark" in view.root.get_attribute("class")

    assert choose("dark")
    assert not choose("light")
    view.close()
    assert not choose("dark")


def test_a_click_on_an_actor_shows_its_code_as_text(alone, page):
    view, code = alone.open(), "def server(context):\n    print('<b>')\n"
    alone.show(Story().note("server", kinds.Started, function="server", code=code))
    alone.rest()
    view.find("[data-piece='actors/server'] rect").dispatch_event("click")
    assert view.find(".zl-inspector pre").text_content() == code
    assert view.find(".zl-inspector pre b") is None


def test_a_click_on_an_actor_whose_code_was_not_kept_says_so(alone):
    view = alone.open()
    alone.show(Story().note("server", kinds.Started))
    alone.rest()
    view.find("[data-piece='actors/server'] rect").dispatch_event("click")
    assert "This record does not hold its code" in view.find(".zl-inspector").text_content()


def test_a_press_that_has_nowhere_to_go_says_so(view):
    caption = view.find(".zl-caption")
    view.press("To the start")
    view.press("Back one event")
    assert "there is nothing before it" in caption.text_content()
    view.press("Forward one event")
    assert "there is nothing" not in caption.text_content()
    for _ in range(30):
        view.press("Forward one event")
    assert "there is nothing after it" in caption.text_content()
