"""Every control of the stage, and every key: they move the film, and nothing else."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SEE_IT, watched

DURATION_OF_PILL = """async ([stage, text]) => {
    const pill = () => [...stage.querySelectorAll('[data-piece^="pills/"][transform]')]
        .some((pill) => pill.textContent === text && pill.style.display !== "none");
    const frame = () => new Promise(requestAnimationFrame);
    while (!pill()) await frame();
    const began = performance.now();
    while (pill()) await frame();
    return performance.now() - began;
}"""


@pytest.fixture(scope="module")
def exchanged(shared_lesson):
    """A lesson in which a request and its reply have been exchanged."""
    shared_lesson.run_to(SEE_IT)
    shared_lesson.send("Hello")
    expect(shared_lesson.stage().totals).to_have_text("2 sent = 2 received")
    return shared_lesson


@pytest.fixture
def stage(request, jupyterlab, exchanged):
    with watched(request, jupyterlab):
        stage = exchanged.stage()
        stage.button("Live").click()
        stage.rest()
        yield stage


def test_the_picture_is_that_of_the_kernel(stage, exchanged):
    assert stage.pieces() == stage.as_shown(exchanged.ask("list(lab._bench.pump._stages)[0].playback.pieces"))
    expect(stage.open_list()).not_to_contain_text("some steps did not reach this page")


def test_to_the_start_shows_the_beginning(stage):
    stage.button("To the start").click()
    expect(stage.totals).to_have_text("nothing sent yet")
    expect(stage.scrubber).to_have_value("0")


def test_forward_and_back_go_one_event(stage):
    stage.open_list()
    stage.button("To the start").click()
    for press, place in [("Forward", 1), ("Forward", 2), ("Back", 1)]:
        stage.button(f"{press} one event").click()
        expect(stage.scrubber).to_have_value(str(place))
        expect(stage.list.locator("li").nth(place - 1)).to_have_class("zl-now")


def test_walking_back_shows_the_same_pictures_as_walking_forward(stage):
    at_the_end, last = stage.pieces(), stage.events()
    back = dict(stage.walk("Back one event", until=0))
    forward = dict(stage.walk("Forward one event", until=last))
    assert stage.pieces() == at_the_end
    shared = back.keys() & forward.keys() - {
        max(forward, key=int)
    }  # there, what the actors wait for may have come or not
    assert len(shared) >= len(("sent", "received", "sent"))
    assert {place: back[place] for place in shared} == {place: forward[place] for place in shared}


def test_pause_holds_the_film_and_play_goes_on(stage):
    stage.button("To the start").click()
    stage.button("Play").click()
    stage.wait_until("(stage) => stage.dataset.applied > 0")
    stage.button("Pause").click()
    held = stage.applied()
    assert held < stage.events()
    stage.two_frames()
    assert stage.applied() == held
    stage.button("Play").click()
    stage.rest()
    expect(stage.root).to_have_attribute("data-live", "true")


def test_live_returns_to_the_present(stage):
    stage.button("To the start").click()
    expect(stage.button("Live")).to_have_attribute("aria-pressed", "false")
    stage.button("Live").click()
    expect(stage.button("Live")).to_have_attribute("aria-pressed", "true")
    expect(stage.totals).to_have_text("2 sent = 2 received")


def test_the_scrubber_goes_where_it_is_dragged(stage):
    stage.scrubber.fill("1")
    expect(stage.scrubber).to_have_value("1")
    expect(stage.totals).to_have_text("nothing sent yet")
    stage.scrubber.fill(stage.scrubber.get_attribute("max"))
    expect(stage.totals).to_have_text("2 sent = 2 received")


def test_the_scrubber_takes_the_keyboard(stage):
    at_the_end, last = stage.totals.text_content(), int(stage.scrubber.get_attribute("max"))
    stage.scrubber.focus()
    for key, place in [("Home", 0), ("ArrowRight", 1), ("End", last), ("ArrowLeft", last - 1)]:
        stage.page.keyboard.press(key)
        expect(stage.scrubber).to_have_value(str(place))
        if place in (0, last):
            expect(stage.totals).to_have_text(at_the_end if place else "nothing sent yet")


def test_speed_changes_how_long_a_message_travels(stage, exchanged):
    def flight_at(speed, text):
        stage.root.get_by_label("Speed").select_option(label=speed)
        exchanged.send(text)
        return stage.page.evaluate(DURATION_OF_PILL, [stage.root.element_handle(), text])

    slow, fast = flight_at("¼ ×", "slow"), flight_at("2 ×", "fast")
    stage.root.get_by_label("Speed").select_option(label="1 ×")
    assert slow > 3 * fast


def test_the_list_tells_what_happened_in_words(stage):
    expect(stage.open_list()).to_contain_text("server receives “Hello” from client")
    stage.button("List").click()
    expect(stage.list).to_be_hidden()


def test_keys_move_the_film_when_the_stage_has_the_focus(stage):
    stage.root.focus()
    stage.page.keyboard.press("Home")
    expect(stage.scrubber).to_have_value("0")
    stage.page.keyboard.press("ArrowRight")
    expect(stage.scrubber).to_have_value("1")
    stage.page.keyboard.press("ArrowLeft")
    expect(stage.scrubber).to_have_value("0")
    stage.page.keyboard.press("Space")
    expect(stage.button("Pause")).to_be_visible()
    stage.page.keyboard.press("Space")
    expect(stage.button("Play")).to_be_visible()
    stage.page.keyboard.press("End")
    expect(stage.root).to_have_attribute("data-live", "true")


def test_shortcuts_of_jupyterlab_rest_while_the_stage_has_the_focus(stage):
    cells = stage.page.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    stage.root.focus()
    for key in "ddabxm":
        stage.page.keyboard.press(key)
    stage.two_frames()
    expect(cells).to_have_count(before)
    expect(stage.root).to_be_focused()
