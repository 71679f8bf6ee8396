"""Which message a receive took: the earliest of equal content that could have come here."""

from __future__ import annotations

from collections.abc import Iterable

from .copies import Copy, holds
from .envelopes import Frames


def match(receiver: int, came: Frames, senders: set[int], copies: Iterable[Copy]) -> Copy | None:
    """Return which of the copies a receiver took to which the frames `came`, from one of `senders`; None if it was none.

    Equal messages from two senders cannot be told apart: then it is `inferred`, and the other one `doubtful`. What was
    thought to be in another queue is taken last.
    """
    found: Copy | None = None
    elsewhere: Copy | None = None
    for copy in copies:
        from_a_sender = copy.sender in senders
        possible = copy.receiver == receiver or (copy.receiver is None and from_a_sender)
        if not possible and copy.guessed and from_a_sender and copy.state == "pending" and elsewhere is None:
            elsewhere = copy if holds(copy, came) else None
            continue
        possible = possible or (copy.state == "not delivered" and copy.inferred and from_a_sender)
        if not possible or not holds(copy, came):
            continue
        if found is None:
            found = copy
            found.inferred = found.doubtful
            if len(senders) == 1:
                break
        elif copy.sender != found.sender:
            found.inferred = copy.doubtful = True
            break
    return found or elsewhere
