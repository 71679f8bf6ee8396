"""Subscribing by hand, in a notebook."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SEE_IT
from tests.browser.lesson import command

CELL = """
def weather(context, endpoint, messages):
    with context.socket(zmq.PUB) as publisher:
        publisher.bind(endpoint)
        for message in messages:
            publisher.send_multipart(message)

def you(context, endpoint):
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(endpoint)
        while True:
            subscriber.recv_multipart()

lab.start(weather, endpoint=lab.endpoint("weather"))
lab.start(you, endpoint=lab.endpoint("weather"))
from zmqlab.course.publish_subscribe import Topics
lab.show(Topics("you", suggest=["paris", "london", "everything"]))
"""
HACK = "<img src=x onerror=window.hacked=1>"


@pytest.fixture
def panel(lesson):
    lesson.run_to(SEE_IT)
    place = lesson.run(CELL)
    return lesson.cell(place).locator(".zl-panel")


def publish(lesson, *messages):
    for message in messages:
        lesson.ask("None", f'lab["weather"].say({message!r})')


def press(panel, name):
    panel.get_by_role("button", name=name, exact=True).click()


def test_topics_are_subscribed_by_hand_and_the_messages_show_why_they_passed(lesson, panel):
    box = panel.get_by_role("textbox", name="What you subscribe to")
    press(panel, "+ paris")
    expect(panel.get_by_role("button", name="paris ×")).to_be_visible()
    box.fill("")
    lesson.page.keyboard.type("lon")
    lesson.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="lon ×")).to_be_visible()
    # A PUB socket cannot see its subscriptions: this one says it until it comes.
    subscribed = 'lab.wait_for(lambda: lab["weather"].say([b"london", b"17"]) or lab["you"].messages("received"))'
    assert lesson.ask(subscribed)
    publish(lesson, [b"paris-nord", "19 °C".encode()], [b"oslo", b"4"], [HACK.encode(), b""])
    expect(panel).to_contain_text("paris-nord │ 19 °C")
    expect(panel.locator("mark", has_text="paris")).to_have_text("paris")
    expect(panel.locator(".zl-stayed")).to_contain_text(re.compile(r"stayed at the publisher: you never saw them"))
    expect(panel.locator(".zl-outlet")).to_contain_text("oslo │ 4")
    expect(panel.locator(".zl-outlet")).to_contain_text(HACK)
    heading = panel.locator(".zl-heading")
    of_now = re.compile("topics: now")
    expect(heading).not_to_have_css("content", of_now, pseudo="after")
    shown = lesson.page.locator(".zl-shown").last
    shown.get_by_role("button", name="To the start").click()
    expect(heading).to_have_css("content", of_now, pseudo="after")
    press(panel, "paris ×")
    expect(panel.get_by_role("button", name="paris ×")).to_have_count(0)
    expect(panel.get_by_role("button", name="+ paris")).to_be_visible()
    box.fill(HACK)
    press(panel, "Subscribe")
    expect(panel.get_by_role("button", name=f"{HACK[:23]}… ×")).to_be_visible()
    box.fill("")
    press(panel, "Subscribe")
    expect(panel).to_contain_text("If you mean it, press the chip")
    lesson.ask("None", 'lab["you"].restart()')
    expect(panel).to_contain_text("These were set again: lon, <img")
    expect(panel.get_by_role("button", name="lon ×")).to_be_visible()
    assert lesson.page.evaluate("() => window.hacked === undefined && !document.querySelector('img[src=x]')")
    panel.scroll_into_view_if_needed()


def test_the_subscriptions_are_there_after_a_reload(lesson, panel):
    press(panel, "+ everything")
    expect(panel.get_by_role("button", name="everything ×")).to_be_visible()
    command(lesson.page, "docmanager:save")
    lesson.page.reload()
    lesson.wait_until_ready()
    expect(panel.get_by_role("button", name="everything ×")).to_be_visible()
    press(panel, "everything ×")
    expect(panel.get_by_role("button", name="+ everything")).to_be_visible()
