"""Lesson 02 as a learner goes through it: every control pressed, every prediction answered, every exercise tried."""

import re

import pytest
from playwright.sync_api import expect
from zmqlab.course import LESSONS, known_wrong_answers

from tests.browser.conftest import opened, watched
from tests.browser.lesson import PLAYED
from tests.browser.test_learning import check, choose
from tests.unit.common import eventually

known_wrong_answers()  # so that the exercises know theirs

FILE = "02-publish-subscribe.ipynb"
LESSON = LESSONS["publish-subscribe"]
# What the kernel knows of a slider: while it has one move at hand, the page keeps the next back, but not a press.
KNOWN = (
    "[one.value for one in __import__('ipywidgets').widgets.widget._instances.values()"
    " if getattr(one, 'description', '') == '{}']"
)


@pytest.fixture
def learner(request, server, jupyterlab):
    """The lesson, opened for somebody who has answered nothing yet."""
    (server.root.parent / "progress.json").unlink(missing_ok=True)
    with opened(FILE, request, server, jupyterlab) as lesson, watched(request, jupyterlab):
        yield lesson


def answer(learner, name, observed):
    """Answer a prediction wrongly, and see what happened, and which of the options that was."""
    place = learner.go_on_to(f'lab.predict("{name}"')
    prediction = LESSON.prediction(name)
    wrong = next(letter for letter in prediction.options if letter != prediction.right)
    card = choose(learner, place, wrong)
    expect(card.get_by_role("radio", name=re.compile(f"^{prediction.right}"))).to_contain_text("this happened")
    expect(card).to_contain_text(re.compile(observed))
    expect(card).to_contain_text(prediction.said[prediction.right])
    expect(learner.cell(place).locator(".zl-stage")).to_be_visible()
    return place


def test_from_the_first_cell_to_the_exercises(learner):
    place = learner.run_to("lab.question()")
    expect(choose(learner, place, LESSON.opening.right)).to_contain_text("and so it is")

    place = learner.go_on_to("weather.show(Topics(")
    panel = learner.cell(place).locator(".zl-panel")

    def press(name):
        panel.get_by_role("button", name=name, exact=True).click()

    expect(panel).to_contain_text("stayed at the publisher")
    expect(panel).to_contain_text("received 0")
    stage = learner.stage(place)
    stage.watch_pills()
    press("+ paris")
    expect(panel.locator("mark").first).to_have_text("paris")
    stage.see_pill("paris21 °C", places=3)
    press("paris ×")
    expect(panel.get_by_role("button", name="+ paris")).to_be_visible()
    panel.get_by_role("textbox").fill("o")
    press("Subscribe")
    expect(panel).to_contain_text("oslo │ 4 °C")
    press("+ everything")
    expect(panel.get_by_role("button", name="everything ×")).to_be_visible()

    place = learner.go_on_to('"a subscription travels"')
    expect(learner.cell(place)).to_contain_text(r"b'\x01paris' b'\x00paris'")
    answer(learner, "prefix", "paris-nord and paris came through")

    place = learner.go_on_to("radio.show(")
    log = learner.sender(place)
    for report in ("paris|sunny", "paris-nord|rain", "oslo|snow", "rome|hot"):
        log.get_by_role("textbox").fill(report)
        log.get_by_role("button", name="Publish").click()
        expect(log).to_contain_text(f"→ {report}")
    expect(learner.stage(place).totals).to_have_text("4 sent, 12 copies = 4 received, 8 filtered")

    answer(learner, "slow joiner", r"in 20 runs: .*nothing")

    place = learner.go_on_to("lab.show(Trials(")
    trials = learner.cell(place).locator(".zl-panel")
    trials.get_by_role("button", name="Run it 20 times").click()
    expect(trials).to_contain_text(re.compile(r"\d+ of 20 arrived · sleep 0 ms, link 0 ms"))
    sleep, link = trials.locator(".zl-slider .noUi-handle").all()
    for slider, name, times, value, done in (
        (sleep, "sleep", 4, 5, r"\d+ of 20 .* sleep 5 ms, link 0"),
        (link, "the link takes", 3, 20, r"[^0-9]0 of 20 .* sleep 5 ms, link 20"),
    ):
        slider.focus()
        for _ in range(times):
            learner.page.keyboard.press("ArrowRight")
        eventually(lambda name=name, value=value: learner.ask(KNOWN.format(name)) == [value])
        expect(trials.get_by_role("button", name="Run it 20 times")).to_be_enabled()
        trials.get_by_role("button", name="Run it 20 times").click()
        expect(trials).to_contain_text(re.compile(done))  # the button is grey until then, a little after the press

    # Once in a while a subscription is so fast that "at once" comes too.
    answer(learner, "revived", r"the later message came [345] times")

    place = learner.go_on_to('weather.show(Faults("weather station", "now")')
    stage, buttons = learner.stage(place), learner.cell(place).get_by_role
    everything = buttons("button", name=re.compile("everything"))  # subscribed already, if no cell ran again
    if "+" in everything.text_content():
        everything.click()
    expect(everything).to_have_text("everything ×")
    buttons("button", name="Let it die").click()
    expect(stage.title("weather station")).to_have_text("died")
    stage.watch_pills()
    buttons("button", name="Restart it").click()
    stage.see_pill("oslo4 °C", places=3)  # by the subscription of before


@pytest.mark.parametrize("exercise", LESSON.exercises, ids=lambda exercise: exercise.name)
def test_an_exercise_is_tried_failed_and_solved(learner, exercise):
    place = learner.run_to(f'lab.exercise("{exercise.name}")')
    card = learner.cell(place).locator(".zl-card")
    card.get_by_role("button", name="Check").click()
    expect(card).to_contain_text("Not attempted")

    ending = f'\n\nlab.exercise("{exercise.name}")'
    for _law, wrong, title in exercise.refused[:2]:
        check(learner, place, wrong + ending)
        expect(card).to_contain_text("Not yet: ")
        expect(card).to_contain_text(title)
        card.get_by_role("button", name="Watch it fail").click()
        film = learner.cell(place).locator(".zl-stage")
        expect(film).to_have_attribute("data-applied", PLAYED)
    for number in range(1, len(exercise.hints) + 1):
        card.get_by_role("button", name=f"Hint {number} of").click()
        expect(card.get_by_text(f"Hint {number}", exact=True)).to_be_visible()
    card.get_by_role("button", name="Show a solution").click()
    expect(card.locator("pre")).to_have_text(exercise.solution)
    check(learner, place, exercise.solution + ending)
    expect(card).to_contain_text(f"Solved in 3 tries, with {len(exercise.hints)} hints and a look at a solution.")


def test_all_cells_to_the_end(learner):
    place = learner.run_to("get_connection_info(unpack")
    # The kernel greets a subscription, as the lesson says.
    greeting = r'heard:\n\{"subscription": "stream.stdout"\}\n[\s\S]*Can anybody hear me?'
    expect(learner.cell(place)).to_contain_text(re.compile(greeting))

    place = learner.go_on_to("stations.show(")
    learner.cell(place).get_by_role("button", name="Let it die").first.click()
    stage = learner.stage(place)
    expect(stage.title("north")).to_have_text("died")
    stage.watch_pills()
    stage.see_pill("southrain", places=3)

    # One by one: a page that is closed while it makes a picture complains.
    for experiment in ('"both are heard"', '"verboser"', '"over inproc"', '"twice and once"'):
        place = learner.go_on_to(experiment)
        for film in learner.cell(place).locator(".zl-stage").all():
            expect(film.get_by_role("button", name="Sequence")).to_be_visible()
    place = learner.go_on_to('"a late subscription"')
    expect(learner.stage(place).totals).to_have_text("2 sent = 1 received, 1 filtered")
