"""Whatever is typed or sent is shown as text, and nothing is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SEE_IT, watched

HACK = "<img src=x onerror=window.hacked=1>"
TEXTS = ["", " ", "héllo wörld", "🦜🦜🦜", "<script>window.hacked=1</script>", HACK, "</text></svg>" + HACK, '"&amp;\\']
RAW = """
def speaker(context, endpoint, messages):
    with context.socket(zmq.PUSH) as pusher:
        pusher.bind(endpoint)
        for message in messages:
            pusher.send_multipart(message)

def listener(context, endpoint):
    with context.socket(zmq.PULL) as puller:
        puller.connect(endpoint)
        while True:
            puller.recv_multipart()

lab.start(speaker, endpoint=lab.endpoint("raw"))
lab.start(listener, endpoint=lab.endpoint("raw"))
lab.show(Sender("speaker", "one", frames=True))
"""
HOSTILE = f"""
HACK = "{HACK}"

def hostile(context):
    with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://" + HACK)
        other.connect("inproc://" + HACK)
        one.send_string(HACK)
        other.recv_string()
        raise ValueError(HACK)

_ = lab.start(hostile, name=HACK)
lab.show(Sender(HACK, HACK, title=HACK), Faults(HACK))
"""


@pytest.fixture(scope="module")
def running_lesson(shared_lesson):
    shared_lesson.run_to(SEE_IT)
    return shared_lesson


@pytest.fixture
def lesson(request, jupyterlab, running_lesson):
    with watched(request, jupyterlab):
        yield running_lesson


@pytest.fixture
def stage(lesson):
    lesson.stage().rest()
    return lesson.stage()


def nothing_was_hacked(page):
    return page.evaluate("() => window.hacked === undefined && !document.querySelector('img[src=x]')")


def test_any_text_is_sent_and_shown_as_text(lesson, stage):
    stage.watch_pills()
    for number, text in enumerate(TEXTS, 1):
        lesson.send(text)
        log = re.compile(rf"← World {number} [\d.]+ ms\s*→ {re.escape(text or '(empty)')}")  # the newest on top
        expect(lesson.sender()).to_contain_text(log)
    expect(stage.totals).to_have_text(f"{2 * len(TEXTS)} sent = {2 * len(TEXTS)} received")
    assert lesson.ask("[request.decode() for request in done]") == TEXTS
    assert nothing_was_hacked(lesson.page)


def test_a_text_that_is_too_long_is_kept_and_refused_in_words(lesson, stage):
    before = stage.totals.text_content()
    lesson.send("x" * 1_000_001)
    expect(lesson.sender()).to_contain_text("That is 1,000,001 bytes. This box sends 1,000,000 at most.")
    assert len(lesson.sender().get_by_role("textbox").input_value()) == 1_000_001
    assert stage.totals.text_content() == before


def test_a_text_of_almost_a_megabyte_is_sent(lesson, stage):
    lesson.send("x" * 999_999)
    expect(lesson.sender()).to_contain_text(re.compile(r"← World.*→ x+… \(999,999 bytes\)"))
    expect(lesson.sender()).not_to_contain_text("at most")
    assert lesson.ask("len(done[-1])") == 999_999


@pytest.fixture(scope="module")
def speaker(running_lesson):
    """The control of an actor that takes messages of several frames. Its link is up."""
    place = running_lesson.run(RAW)
    expect(running_lesson.stage(place).open_list()).to_contain_text("listener has a link")
    return place


def test_bytes_that_are_no_text_are_shown_as_bytes(lesson, speaker):
    stage, speaker = lesson.stage(speaker), lesson.sender(speaker)
    stage.watch_pills()
    lesson.ask("None", r'lab["speaker"].say([b"\xff\xfe", b"two"])')
    stage.see_pill("ff fetwo")
    expect(speaker).to_contain_text("→ ff fe │ two")


def test_frames_can_be_added_to_a_message_and_taken_away_but_for_the_first(lesson, speaker):
    stage, speaker = lesson.stage(speaker), lesson.sender(speaker)
    less, boxes = speaker.get_by_role("button", name="− frame"), speaker.get_by_role("textbox")
    expect(less).to_be_disabled()
    stage.watch_pills()
    for text in ("zwei", "drei"):
        speaker.get_by_role("button", name="+ frame").click()
        boxes.last.fill(text)
    less.click()
    expect(boxes).to_have_count(2)
    speaker.get_by_role("button", name="Send").click()
    stage.see_pill("onezwei")
    expect(speaker).to_contain_text("→ one │ zwei")
    less.click()
    expect(boxes).to_have_count(1)
    expect(less).to_be_disabled()


def test_names_endpoints_and_errors_are_shown_as_text(lesson):
    place = lesson.run(HOSTILE)
    stage = lesson.stage(place)
    expect(stage.open_list()).to_contain_text(f"{HACK} binds inproc://{HACK}")
    expect(stage.list).to_contain_text(f"{HACK} fails: ValueError: {HACK}")
    stage.button("List").click()  # the picture again
    expect(stage.root.locator(".zl-name", has_text="<img")).to_be_visible()
    lesson.send(HACK, place)
    expect(lesson.sender(place)).to_contain_text(f"“{HACK}” is not at work any more")
    assert nothing_was_hacked(lesson.page)
