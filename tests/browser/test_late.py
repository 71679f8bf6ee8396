"""A widget hears the kernel though anywidget has given it up, as it does on a busy machine after 2 s."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SEE_IT

NO_TIME = """() => {
    window.patient = AbortSignal.timeout;
    AbortSignal.timeout = () => {
        const one = new AbortController();
        setTimeout(() => one.abort(), 0);
        return one.signal;
    };
}"""
"""Time is up as soon as a widget has begun to begin."""


@pytest.fixture
def no_time(jupyterlab):
    jupyterlab.page.evaluate(NO_TIME)
    yield
    jupyterlab.page.evaluate("() => { AbortSignal.timeout = window.patient; }")


def test_a_widget_that_begins_too_late_hears_the_kernel(no_time, lesson):
    lesson.run_to(SEE_IT)
    lesson.send("Hello")
    expect(lesson.stage().totals).to_have_text("2 sent = 2 received")
    expect(lesson.sender()).to_contain_text("← World 1")


def test_a_card_that_begins_too_late_shows_what_came_of_an_answer(no_time, lesson):
    place = lesson.run_to('lab.predict("two servers"')
    card = lesson.cell(place).locator(".zl-card")
    card.get_by_role("radio").first.click()
    expect(card).to_contain_text("this happened")
