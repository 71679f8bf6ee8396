"""What each lesson asks. One file a lesson."""

from ..lesson import Lesson
from . import exclusive_pair, pipeline, pollers, publish_subscribe, queues_and_limits, request_reply, start_here

LESSONS: dict[str, Lesson] = {
    "start-here": start_here.LESSON,
    "request-reply": request_reply.LESSON,
    "publish-subscribe": publish_subscribe.LESSON,
    "pipeline": pipeline.LESSON,
    "pollers": pollers.LESSON,
    "exclusive-pair": exclusive_pair.LESSON,
    "queues-and-limits": queues_and_limits.LESSON,
}
"""By the name that a lesson gives its `Lab`."""
