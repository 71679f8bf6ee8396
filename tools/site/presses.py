"""What a learner presses in a panel, for a recording of it: first what prepares, then what acts, then what mends.

A control is known by its methods, so that one which does the same under another name in a new lesson is pressed as well.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import ipywidgets as widgets
from zmqlab.record.events import Pauses

PREPARES, ACTS, MENDS = range(3)
QUIET = 0.25
"""Seconds without an event, after which what was pressed has had its effect."""
LONGEST = 1.5
"""Seconds after which the next is pressed, though something happens still: some actors never rest."""
ROUNDS, LONGEST_ROUNDS = 4.2, 4.5
"""Pauses of an actor that goes on by itself for which one watches at last, and seconds at most."""
AT_WORK = 25.0
"""Seconds that a control may work which says when it is done."""


class Press(NamedTuple):
    """One press: when it comes, what a learner would say of it, and what does it."""

    turn: int
    words: str
    do: Callable[[], object]


def presses(controls: list[Any]) -> list[Press]:
    """Return what is pressed in a panel with these controls, in order."""
    broken = any(hasattr(control, "restart") for control in controls)
    found = [press for control in controls for press in _of(control, once=broken)]
    return sorted(found, key=lambda press: press.turn)


def _of(control: Any, once: bool) -> Iterator[Press]:
    """Yield the presses of one control. Some of it is sent `once`, where its actor dies of it."""
    if hasattr(control, "choose") and hasattr(control, "buttons"):
        for row in list(control.buttons)[:3]:
            yield Press(PREPARES, "", lambda row=row: control.choose(row))
    if hasattr(control, "move"):
        yield Press(PREPARES, control.buttons[True].description, lambda: control.move(True))
    if hasattr(control, "chips"):
        for (subscribed, topic), chip in list(control.chips.items())[:2]:
            if not subscribed:
                yield Press(PREPARES, chip.description, lambda topic=topic: control.subscribe(topic))
    if hasattr(control, "arm"):
        label = next((one.description for one in buttons(control.widget)), "")
        yield Press(PREPARES, label, control.arm)
    if hasattr(control, "send"):
        for _ in range(1 if once else 2):
            yield Press(ACTS, control.boxes.label, control.send)
    elif hasattr(control, "push"):
        yield Press(ACTS, control.button.description, control.push)
    elif hasattr(control, "toggle"):
        yield Press(ACTS, control.button.description, control.toggle)
        yield Press(MENDS, "Pause", control.toggle)
    elif hasattr(control, "start") and not inspect.signature(control.start).parameters:
        yield Press(ACTS, _main(control), control.start)
    elif not any(hasattr(control, name) for name in ("move", "chips", "arm")):
        for one in buttons(control.widget)[:4]:
            yield Press(ACTS, one.description, one.click)
    if hasattr(control, "restart"):
        label = [one.description for one in buttons(control.widget)][-1:]
        yield Press(MENDS, "".join(label), control.restart)


def _main(control: Any) -> str:
    """Return what stands on the button to press first."""
    return next((one.description for one in buttons(control.widget) if "zl-button-main" in one._dom_classes), "")


def buttons(widget: widgets.Widget) -> list[widgets.Button]:
    """Return all buttons in a widget, in the order in which they stand there."""
    if isinstance(widget, widgets.Button):
        return [widget]
    return [one for child in getattr(widget, "children", ()) for one in buttons(child)]


def until_quiet(latest: Callable[[], int], working: Callable[[], bool] = lambda: False) -> None:
    """Wait until nothing new has happened for a while. `latest` says how much has, `working` that a control is at work."""
    seen, since, began = latest(), time.monotonic(), time.monotonic()
    while time.monotonic() - since < QUIET or working():
        if time.monotonic() - began > (AT_WORK if working() else LONGEST):
            return
        time.sleep(0.02)
        if (now := latest()) != seen:
            seen, since = now, time.monotonic()


def rounds(events: list[Any], since: int) -> float:
    """Return for how many seconds one watches actors that go on by themselves, and pause in between."""
    pauses = [event.seconds for event in events if isinstance(event, Pauses) and event.time >= since]
    regular = [one for one in pauses if one < LONGEST_ROUNDS]
    return min(LONGEST_ROUNDS, ROUNDS * max(regular, default=0))
