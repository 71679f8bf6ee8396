"""Who stands where: who sends first on the left, and each socket on the side that faces its peer."""

from __future__ import annotations

from collections.abc import Iterable

BEHIND = "ROUTER-behind"
"""The role of the second ROUTER of one actor. Clients stand before a broker and workers behind it, whoever sends first."""
FACES_RIGHT = {"REQ", "DEALER", "PUSH", "PUB", "XPUB", "CLIENT", "RADIO", "SCATTER", BEHIND}
"""Roles that stand on the right side of their actor: messages set out there. The others face left."""
EQUALS = {"PAIR", "PEER", "CHANNEL"}
"""Socket types of which either end may begin: who has connected faces right, unless who sends first is known."""
MOST = 4
"""The last column."""

Met = tuple[str, str, str, str]
"""A pair that shared an endpoint: actor and socket type of who connected, then of who bound."""


def face(kind: str, connects: bool) -> int:
    """Return the side of its actor on which a socket stands by its type alone: +1 right, -1 left."""
    right = connects if kind in EQUALS else kind in FACES_RIGHT
    return 1 if right else -1


def columns(faces: dict[str, set[int]], met: Iterable[Met], begins: dict[frozenset[str], str]) -> dict[str, int]:
    """Return the column of each actor: who sends first stands left of who receives.

    `faces` are the sides on which its sockets ever stood. All that ever `met` count, so that an actor keeps its place
    while it is down. `begins` says who of two equals begins. Who comes where others have met, and faces both ways, is
    about to meet somebody on each side: it stands between them from the start.
    """
    met = list(met)
    known = {name for one, _, other, _ in met for name in (one, other)}
    between = {name for name, sides in faces.items() if met and len(sides) == 2 and name not in known}
    column = {name: 1 if sides == {-1} or name in between else 0 for name, sides in faces.items()}
    flows = set()
    for one, one_type, other, other_type in met:
        if one == other or one not in column or other not in column:
            continue
        if BEHIND in (one_type, other_type):
            flows.add((one, other) if one_type == BEHIND else (other, one))
        elif one_type in EQUALS and one_type == other_type:
            first = begins.get(frozenset((one, other)), one)
            flows.add((first, other if first == one else one))
        elif one_type in FACES_RIGHT and other_type not in FACES_RIGHT:
            flows.add((one, other))
        elif other_type in FACES_RIGHT and one_type not in FACES_RIGHT:
            flows.add((other, one))
    for one, other in flows:  # who begins among equals: neither is pushed right by the side that it faced alone
        if begins.get(frozenset((one, other))) == one and faces[one] == {-1}:
            column[one] = 0
    for _ in range(len(column)):
        for left, right in sorted(flows):
            if (right, left) not in flows or column[right] == column[left]:
                column[right] = min(max(column[right], column[left] + 1), MOST)
    return column


def turned(column: dict[str, int], met: Iterable[Met]) -> dict[tuple[str, str], int]:
    """Return the side on which sockets stand, by actor and type, where their type does not say it right.

    Where all peers that they ever met stand on one side, they face these: else their links would run around the picture.
    Both ends of a link within one actor stand on its right, one above the other.
    """
    peers: dict[tuple[str, str], set[str]] = {}
    for one, one_type, other, other_type in met:
        peers.setdefault((one, one_type), set()).add(other)
        peers.setdefault((other, other_type), set()).add(one)
    found = {}
    for (actor, kind), others in peers.items():
        if others == {actor}:
            found[actor, kind] = 1
            continue
        steps = {column[other] - column[actor] for other in others if other in column} if actor in column else set()
        if steps and (min(steps) > 0 or max(steps) < 0):
            found[actor, kind] = 1 if min(steps) > 0 else -1
    return found
