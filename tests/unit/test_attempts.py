"""A table that is filled in by trying, after some of it was predicted."""

import pytest
from zmqlab.course.queues_and_limits.attempts import Attempts

from tests.unit.common import FakeLab, shown

WORDS = {"PUSH": "waits, after 5", "PUB": "drops", "REQ": "refuses, after 1"}


@pytest.fixture
def table():
    made = Attempts(lambda row, situation: WORDS[row], list(WORDS), ["alone", "full"], ["waits", "drops"])
    shown(FakeLab(), made)
    yield made
    made.close()


def predict(table, **presses):
    for row, number in presses.items():
        for _ in range(number):
            table.buttons[row].click()


def run(table):
    table.start_button.click()
    if table._thread:
        table._thread.join(10)


def test_nothing_is_tried_before_enough_is_predicted(table):
    predict(table, PUSH=1, PUB=1)
    run(table)
    assert table.cells["PUSH", "full"].value == ""
    assert "first" in table.note.value


def test_all_is_tried_and_held_against_what_was_said(table):
    predict(table, PUSH=1, PUB=1, REQ=2)
    assert [button.description for button in table.buttons.values()] == ["waits", "waits", "drops"]
    run(table)
    for (row, _), cell in table.cells.items():
        assert WORDS[row] in cell.value
    assert [button.description for button in table.buttons.values()] == ["✓ waits", "✗ waits", "✗ drops"]
    assert "right about 1 of 3" in table.note.value


def test_a_button_goes_through_the_choices_and_back_and_stands_when_it_was_tried(table):
    predict(table, PUSH=3, PUB=1, REQ=1)
    assert table.buttons["PUSH"].description == "?"
    predict(table, PUSH=2)
    run(table)
    predict(table, PUSH=1)
    assert table.buttons["PUSH"].description == "✗ drops"


def test_after_all_was_tried_no_row_can_be_predicted_or_looks_so():
    table = shown(
        FakeLab(), Attempts(lambda row, situation: WORDS.get(row, "drops"), [*WORDS, "SUB"], ["full"], ["waits"])
    )
    predict(table, PUSH=1, PUB=1, REQ=1)
    assert not any(button.disabled for button in table.buttons.values())
    run(table)
    assert all(button.disabled for button in table.buttons.values())
    assert table.buttons["SUB"].description == "–"
    predict(table, SUB=1)
    assert table.buttons["SUB"].description == "–"
    assert "right about 1 of 3" in table.note.value


def test_each_press_before_enough_is_predicted_is_answered(table):
    said = []
    for _ in range(2):
        run(table)
        said.append(table.note.value)
    assert len(set(said)) == 2


def test_what_to_press_next_is_said_quietly_and_a_refusal_goes_once_it_was_heeded(table):
    assert "Say for all" in table.note.value
    assert "zl-quiet" in table.note.value
    predict(table, PUSH=1, PUB=1)
    run(table)
    assert "zl-note" in table.note.value
    predict(table, REQ=1)
    assert "Now press Try them all." in table.note.value
    assert "zl-note" not in table.note.value
    predict(table, REQ=2)
    assert "Say for all" in table.note.value, "it was taken back"


def test_what_goes_wrong_is_said_without_markup():
    def fail(row, situation):
        raise ValueError("<b>no</b>")

    table = shown(FakeLab(), Attempts(fail, list(WORDS), ["full"], ["waits"]))
    predict(table, PUSH=1, PUB=1, REQ=1)
    run(table)
    assert "ValueError: &lt;b&gt;no" in table.note.value
    assert not table.start_button.disabled


def test_the_control_in_a_lab(lab, page):
    lab.show(Attempts(lambda row, situation: "drops", ["PUB"], ["full"], ["drops"], title="Who drops?"))
    [panel] = page[0].children[-1].children
    assert panel.title == "Who drops?"
