"""What a page that has just opened makes of messages in an unlucky order."""

import pytest

from tests.browser.alone import Alone, bare_page, still_time
from tests.browser.test_stage_alone import exchanges, pair


@pytest.fixture
def alone(browser):
    context = still_time(browser)
    yield Alone(bare_page(context))
    context.close()


def test_the_film_goes_on_after_a_batch_that_came_before_the_history(alone):
    story = pair()
    alone.happens(exchanges(1, story))
    alone.lose()  # no page listens yet
    view = alone.open()
    alone.show(exchanges(1, story))
    alone.answer()
    alone.show(exchanges(1, story))
    alone.rest()
    assert view.shown() == alone.as_shown(alone.playback.pieces)
