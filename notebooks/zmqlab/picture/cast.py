"""Who is drawn in a panel: those that are named, and everybody who ever met one of them."""

from __future__ import annotations

from collections.abc import Iterable

from .topology import Topology


class Cast:
    """The names of all who are drawn. It only grows. Without names, everybody is."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        self._names = None if names is None else set(names)

    def __contains__(self, name: str) -> bool:
        return self._names is None or name in self._names

    def grow(self, topology: Topology) -> set[str]:
        """Take in who has met one of them by now, and who has met those. Returns who is new."""
        if self._names is None:
            return set()
        before, pairs = set(self._names), [(one, other) for one, _, other, _ in topology.met]
        grown = True
        while grown:
            new = {name for pair in pairs if not self._names.isdisjoint(pair) for name in pair} - self._names
            self._names |= new
            grown = bool(new)
        return self._names - before
