"""The first lesson, as a learner meets it."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SEE_IT
from tests.browser.lesson import CHOSEN, PLACE_OF, command


def adds_up(totals):
    """Whether "5 sent = 4 received, 1 not delivered" is a sum that comes out."""
    left, right = totals.split(" = ")
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", left)]
    return numbers[-1] == sum(int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", right))


def test_after_run_all_a_message_travels_and_its_reply_comes_back(lesson):
    lesson.run_all()
    lesson.wait_until_ran(lesson.page.evaluate(PLACE_OF, '"the client binds"'))
    stage = lesson.stage()
    stage.root.scroll_into_view_if_needed()
    stage.rest()  # while the film is behind, the picture says less
    stage.watch_pills()
    reply = f"World {lesson.ask('len(done)') + 1}"
    lesson.send("Good day")
    stage.see_pill("Good day", places=3)
    stage.see_pill(reply, places=3)
    expect(lesson.sender()).to_contain_text(re.compile(f"← {reply}.*→ Good day"))
    stage.rest()
    assert adds_up(stage.totals.text_content())


def test_a_sum_that_does_not_come_out_is_noticed():
    assert adds_up("1,005 sent, 2,010 copies = 2,000 received, 10 waiting")
    assert not adds_up("5 sent = 3 received, 1 waiting")


def test_a_learner_who_runs_cell_by_cell_soon_sees_a_message_move(lesson):
    began = time.monotonic()
    lesson.run_to(SEE_IT)
    lesson.stage().watch_pills()
    lesson.send("Hello")
    lesson.stage().see_pill("Hello", places=3)
    print(f"from the open notebook to a message on its way: {time.monotonic() - began:.1f} s")
    expect(lesson.stage().totals).to_have_text("2 sent = 2 received")


def test_enter_in_the_text_box_sends(lesson, stage):
    lesson.sender().get_by_role("textbox").fill("by Enter")
    lesson.page.keyboard.press("Enter")
    expect(lesson.sender()).to_contain_text("→ by Enter")


def test_a_text_typed_fast_is_sent_whole(lesson, stage):
    text = "the quick brown fox jumps over the lazy dog"
    lesson.sender().get_by_role("textbox").fill("")
    lesson.page.keyboard.type(text)
    lesson.page.keyboard.press("Enter")
    expect(lesson.sender()).to_contain_text("← World 1")
    assert lesson.ask("done") == [text.encode()]


def test_what_was_typed_and_sent_is_there_after_a_reload_and_can_be_sent_again(lesson, stage):
    box = lesson.sender().get_by_role("textbox", name="What client sends")
    lesson.send("first")
    expect(lesson.sender()).to_contain_text("← World 1")
    command(lesson.page, "docmanager:save")
    lesson.page.reload()
    lesson.wait_until_ready()
    expect(box).to_have_value("first")
    lesson.send("second")
    expect(lesson.sender()).to_contain_text(re.compile("← World 2.*→ second.*→ first"))
    assert lesson.ask("done") == [b"first", b"second"]


def test_the_sender_is_worked_by_keyboard_alone_and_its_keys_are_no_shortcuts(lesson, stage):
    cells = lesson.page.locator(".jp-Notebook .jp-Cell").count()
    lesson.sender().get_by_role("textbox").fill("by Space")
    lesson.page.keyboard.press("Tab")
    expect(lesson.sender().get_by_role("button", name="Send")).to_be_focused()
    lesson.page.keyboard.press("Space")
    expect(lesson.sender()).to_contain_text("← World 1")
    lesson.page.keyboard.press("Enter")
    expect(lesson.sender()).to_contain_text("← World 2")
    lesson.page.keyboard.press("b")
    assert lesson.ask("done") == [b"by Space", b"by Space"]
    expect(lesson.page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells)


@pytest.mark.parametrize(
    ("code", "role", "name"),
    [("lab.question(", "radio", "A"), (SEE_IT, "button", "Back one event"), (SEE_IT, "button", "Send")],
    ids=["a card", "the stage", "the sender"],
)
def test_shift_enter_after_a_press_runs_the_next_cell(lesson, stage, code, role, name):
    place = lesson.page.evaluate(PLACE_OF, code)
    cell = lesson.cell(place)
    cell.get_by_role(role, name=re.compile(f"^{name}")).click()
    lesson.page.keyboard.press("Shift+Enter")
    lesson.page.wait_for_function(f"({CHOSEN})() === {place + 2}")
    if name == "Send":
        expect(lesson.sender()).to_contain_text("← World 1")
        assert lesson.ask("len(done)") == 1  # it was not pressed a second time


def test_more_to_break_has_buttons(lesson):
    place = lesson.run_to("spare.show(")
    cell, stage = lesson.cell(place), lesson.stage(place)
    cell.get_by_role("button", name="Let it die").first.click()
    expect(stage.title("anna")).to_have_text("died")
    for number in (1, 2):
        lesson.send("Hello", place)
        expect(lesson.sender(place)).to_contain_text(f"← World {number}")
    cell.get_by_role("button", name="Let it die").nth(1).click()
    lesson.send("Hello", place)
    expect(lesson.sender(place)).to_contain_text("nobody is there …")

    place = lesson.go_on_to("more.show(")
    you, server = (lesson.cell(place).locator(".zl-panel").nth(number) for number in (0, 1))
    you.get_by_role("button", name="Ask").click()
    expect(you).to_contain_text("→ old question")
    expect(you).to_contain_text(re.compile(r"✗ no reply for \d+\.\d s: given up"), timeout=20_000)
    you.get_by_role("textbox").fill("new question")
    you.get_by_role("button", name="Ask").click()
    expect(you).to_contain_text("→ new question")
    for _ in range(2):
        server.get_by_role("button", name="Answer").click()
    expect(server).to_contain_text("→ the answer to the new question")
    expect(you).to_contain_text("← the answer to the new question")
    expect(you).not_to_contain_text("← the answer to the old question")


def test_a_server_dies_and_is_restarted(lesson):
    place = lesson.run_to("bar.show(")
    stage, press = lesson.stage(place), lesson.cell(place).get_by_role
    press("button", name="Let it die before its next reply").click()
    expect(press("button", name="Let it die before its next reply")).to_be_disabled()
    expect(lesson.cell(place)).to_contain_text("server is armed")
    lesson.send("Coffee", place)
    expect(stage.title("server")).to_have_text("died before its reply")
    expect(stage.words("client")).to_have_text("waiting in recv()")
    press("button", name="Restart it").click()
    expect(stage.words("server")).to_have_text("waiting in recv()")
    expect(stage.words("client")).to_have_text("waiting in recv()")
