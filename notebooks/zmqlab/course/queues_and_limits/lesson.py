"""Lesson 06: limit the queues."""

from ...learning.lesson import Lesson
from .exercises import NEWEST, OFFER
from .questions import LEAVING, OPENING, SLOW_SUBSCRIBER, TEN
from .questions import NEWEST as ONLY_THE_NEWEST

LESSON = Lesson(
    number="06",
    title="Limit the queues: high-water marks",
    predictions=(TEN, SLOW_SUBSCRIBER, ONLY_THE_NEWEST, LEAVING),
    exercises=(OFFER, NEWEST),
    opening=OPENING,
)
