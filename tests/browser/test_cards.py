"""A card that is drawn anew under a hand: a press that has begun, the focus and a reader of the page lose nothing."""

import pytest
from zmqlab.page.assets import page_script, style

QUESTION = {
    "heading": "Predict",
    "text": "Who gets `task 2`?",
    "options": [{"letter": letter, "text": text} for letter, text in zip("ABC", ("anna", "ben", "both"), strict=True)],
    "tick": "so it was",
}
EXERCISE = {
    "heading": "Exercise",
    "text": "Answer.",
    "buttons": [
        {"label": "Check", "action": "check", "kind": "main"},
        {"label": "Hint 1 of 2", "action": "hint"},
    ],
}
NOTE = {"kind": "hint", "title": "Hint 1", "text": "Read."}
MOUNT = """
window.card = document.body.appendChild(document.createElement("section"));
card.className = "zl-card";
window.pressed = [];
window.draw = (view) => main.drawCard(card, view, (...press) => pressed.push(press.join(" ").trim()));
"""


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 900, "height": 700})
    problems = []
    page.on("pageerror", lambda error: problems.append(error.stack))
    page.set_content(
        f"<!doctype html><html lang='en'><body><script type='module'>{page_script('cards.js', MOUNT)}</script></body></html>"
    )
    page.add_style_tag(content=style("card.css"))
    page.wait_for_function("() => Boolean(window.draw)")
    yield page
    page.close()
    assert problems == []


def draw(page, view, **more):
    page.evaluate("(view) => draw(view)", view | more)


def shown(page):
    return page.locator(".zl-card").inner_text()


def button(name, **more):
    return [one | more if one["action"] == name else one for one in EXERCISE["buttons"]]


def test_a_press_that_has_begun_comes_to_its_button_though_the_card_is_drawn_anew_meanwhile(page):
    draw(page, EXERCISE)
    page.get_by_role("button", name="Hint").hover()
    page.mouse.down()
    draw(page, EXERCISE, buttons=button("hint", label="Hint 2 of 2"), busy="The rounds run.", done=0.2, notes=[NOTE])
    page.mouse.up()
    assert page.evaluate("pressed") == ["hint"]
    assert "Hint 2 of 2" in shown(page)


def test_what_is_disabled_meanwhile_is_not_pressed(page):
    draw(page, EXERCISE)
    page.get_by_role("button", name="Hint").hover()
    page.mouse.down()
    draw(page, EXERCISE, buttons=button("hint", disabled=True))
    page.mouse.up()
    assert page.evaluate("pressed") == []
    draw(page, EXERCISE)
    page.get_by_role("button", name="Hint").click()
    assert page.evaluate("pressed") == ["hint"]


def test_the_focus_stays_and_what_is_said_is_added_to_what_was_said(page):
    draw(page, EXERCISE, notes=[NOTE])
    page.get_by_role("button", name="Check").focus()
    page.evaluate("window.first = card.querySelector('[role=status]').firstChild")
    draw(page, EXERCISE, notes=[NOTE, NOTE | {"title": "Hint 2"}], code={"title": "One way", "text": "reply()"})
    assert page.evaluate("document.activeElement.textContent") == "Check"
    assert page.evaluate("first === card.querySelector('[role=status]').firstChild")
    assert [word in shown(page) for word in ("Hint 1", "Hint 2", "One way")] == [True] * 3
    draw(page, EXERCISE)
    assert [word in shown(page) for word in ("Hint 2", "Read.", "One way", "reply()")] == [False] * 4


def test_a_card_that_was_drawn_anew_looks_as_one_that_was_drawn_at_once(page):
    views = [
        QUESTION,
        QUESTION | {"busy": "It runs.", "done": 0.5},
        QUESTION
        | {
            "options": [QUESTION["options"][0], QUESTION["options"][2] | {"chosen": True, "right": True}],
            "locked": True,
        },
        EXERCISE | {"notes": [NOTE], "buttons": [*EXERCISE["buttons"], {"label": "Watch it fail", "action": "watch"}]},
        EXERCISE | {"buttons": EXERCISE["buttons"][::-1], "rows": [{"name": "01", "right": 1, "wrong": 0, "open": 2}]},
        EXERCISE | {"text": "Answer\n`twice`, `and` so on."},
        QUESTION,
    ]
    for before in views:
        for after in views:
            page.evaluate("card.replaceChildren()")
            draw(page, after)
            page.evaluate("window.at_once = card.cloneNode(true)")
            draw(page, before)
            draw(page, after)
            assert page.evaluate("at_once.isEqualNode(card)"), page.evaluate("[at_once.innerHTML, card.innerHTML]")


def test_arrows_move_among_options_that_were_drawn_anew_and_an_answer_is_given_once(page):
    draw(page, QUESTION)
    draw(page, QUESTION, busy="It runs.")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.key") == "option B"
    page.keyboard.press("Enter")
    draw(page, QUESTION, locked=True)
    page.keyboard.press("Enter")
    assert page.evaluate("pressed") == ["answer B"]
