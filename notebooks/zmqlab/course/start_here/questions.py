"""What lesson 00 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction
from ...record.events import Refused


def _what_arrived(experiment: Any) -> tuple[str, str]:
    return ("C", "the message arrived") if experiment.messages("", "received") else ("B", "nothing arrived")


CONNECT_FIRST = Prediction(
    name="connect first",
    text="This program connects and sends before anyone has bound the endpoint. What happens?",
    options={
        "A": "`connect` raises an error: nobody is there",
        "B": "nothing fails, and the message is lost",
        "C": "nothing fails, and the message arrives once somebody binds",
    },
    said={
        "A": "`connect` only says whom to talk to. It goes on trying in the background until somebody is there.",
        "B": "On the side that connects nobody has to be there: a message waits.",
        "C": "`connect` makes a queue in the sender's own memory, and the message waits in it.",
    },
    right="C",
    happened=_what_arrived,
)


def _what_the_second_bind_did(experiment: Any) -> tuple[str, str]:
    refused = [event for event in experiment.events() if isinstance(event, Refused) and event.call == "bind"]
    return ("C", f"{refused[0].why} ({refused[0].error})") if refused else ("A", "both binds succeeded")


BIND_TWICE = Prediction(
    name="bind twice",
    text="Two sockets bind the same tcp endpoint, one after the other. What happens?",
    options={
        "A": "both are bound, and share what comes in",
        "B": "the second takes the endpoint over",
        "C": "the second `bind` raises an error",
    },
    said={
        "A": "Many may connect to an endpoint, but one alone owns it.",
        "B": "Not over tcp: the first keeps what it has.",
        "C": "An endpoint has one owner. Most people meet this error when they run a cell a second time.",
    },
    right="C",
    happened=_what_the_second_bind_did,
)
