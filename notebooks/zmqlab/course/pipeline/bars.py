"""Bars that tell how far a batch is, who did how much of it, and how long the last ones took."""

from __future__ import annotations

import re
from collections import Counter, deque

from ...picture.bars import bar, figures
from ...picture.outputs import Changes, changed
from ...picture.scene import Scene
from ...record.events import Died, Event, Failed, Pressed, Received, Sent, Started

REMEMBERED = 4
"""Batches whose figures stay in sight."""


class Bars:
    """A batch begins when a button is pressed that concerns the `ventilator`: `count` tasks, and a result for each at the `sink`.

    They may be the same actor, whom workers ask. No two results may be equal, but for those of a task that was done twice.
    """

    def __init__(self, ventilator: str, sink: str, count: int) -> None:
        self._ventilator, self._sink, self._count = ventilator, sink, count
        self._wanted = count  # of this batch: what is pushed while it is at work belongs to it
        self._over = False  # though results are missing
        self._pressed = False
        self._began = self._ended = 0
        self._done: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()  # tasks that a worker has received
        self._results: Counter[tuple[bytes, ...]] = Counter()
        self._former: set[tuple[bytes, ...]] = set()  # results of the batches before: some come again, and late
        self._dead: set[str] = set()
        self._failed: set[str] = set()
        self._lost = self._lost_before = 0  # messages that were lost at workers: by now, and as the batch began
        self._batches = 0
        self._back: dict[str, int] = {}  # who had died and was started again, and in which batch
        self._figures: deque[str] = deque(maxlen=REMEMBERED)
        self._shown: dict[str, str] = {}

    def begin(self, scene: Scene) -> Changes:
        """Return the bars of those who are at work."""
        return self.look(scene)

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of the ventilator, the sink or a worker."""
        match event:
            case Pressed() if event.actor == self._ventilator:
                if self._pressed and not (self._ended or self._over):
                    self._wanted += self._count
                else:
                    self._begin_batch()
            case Started() if event.actor == self._ventilator:
                self._forget()
            case Started():
                if event.actor in self._dead | self._failed:
                    self._back[event.actor] = self._batches
                self._dead.discard(event.actor)
                self._failed.discard(event.actor)
            case Died():
                self._dead.add(event.actor)
            case Failed():
                self._failed.add(event.actor)
            case Sent() if self._pressed:
                self._sent(event, scene)
            case Received() if self._pressed and event.actor == self._sink:
                if self._is_result(event):
                    self._came(event, scene)
            case Received() if self._pressed and event.actor in self._workers(scene):
                self._taken[event.actor] += any(event.frames)
        return {}

    def _is_result(self, event: Received) -> bool:
        """Whether it is a result of this batch. A worker that asks for its first task sends nothing with it."""
        return any(event.frames) and event.frames not in self._former

    def _begin_batch(self) -> None:
        if self._began and not self._ended:
            came = len(self._results)
            self._figures.append(
                f"{_plural(self._wanted, 'task')}: {_plural(came, 'result')}, {self._wanted - came} missing"
            )
        self._batches += 1
        self._lost_before = self._lost
        self._wanted, self._over = self._count, False
        self._pressed, self._began, self._ended = True, 0, 0
        self._done.clear()
        self._taken.clear()
        self._former |= set(self._results)
        self._results.clear()

    def _forget(self) -> None:
        """Begin with nothing: tasks are numbered anew, or another work is done under the same names."""
        self._began = 0
        self._begin_batch()
        self._former.clear()
        self._pressed = False

    def _sent(self, event: Sent, scene: Scene) -> None:
        if event.actor == self._ventilator:
            self._began = self._began or event.time
        elif event.socket in scene.sockets and event.actor in self._workers(scene):  # not what a monitor is told
            brings = "REQ" if self._ventilator == self._sink else "PUSH"
            self._done[event.actor] += scene.sockets[event.socket].type == brings and any(event.frames)

    def _came(self, event: Received, scene: Scene) -> None:
        self._results[event.frames] += 1
        if len(self._results) == self._wanted and not self._ended:
            self._ended = event.time
            workers = _plural(len(+self._done), "worker")  # who came while it was at work may have had nothing to do
            seconds = (self._ended - self._began) / 1e9
            self._figures.append(f"{_plural(self._wanted, 'task')}, {workers}: {seconds:.2f} s")

    def _workers(self, scene: Scene) -> list[str]:
        """Return the workers that are at work, have died or have failed, and who was stopped, if it has done something of this batch."""
        others = [one for one in scene.actors.values() if one.name not in (self._ventilator, self._sink)]
        gone = self._dead | self._failed | {*+self._done}
        names = [one.name for one in others if not (one.visitor or one.guest) and (one.alive or one.name in gone)]
        return sorted(names, key=_in_order)

    def _end_of(self, name: str, scene: Scene) -> str:
        ends = {name in self._dead: "died", name in self._failed: "failed"}
        return ends.get(True, "" if scene.actors[name].alive else "stopped")

    def _is_over(self, scene: Scene, workers: list[str]) -> bool:
        """Whether results are missing that cannot come any more: nothing is under way, and all who are alive wait."""
        there = [scene.actors[name] for name in (self._ventilator, self._sink, *workers) if name in scene.actors]
        all_wait = all(one.lamp == "waiting" for one in there if one.alive)
        return bool(self._began) and not self._ended and all_wait and not scene.pending and not scene.ledger.unseen

    def look(self, scene: Scene) -> Changes:
        """Return the bars that have changed."""
        self._lost = self._lost_at_workers(scene)
        rows = self._rows(scene)
        changes, self._shown = changed(self._shown, rows), rows
        return changes

    def _lost_at_workers(self, scene: Scene) -> int:
        """Return how many messages were lost, by now, that are drawn as lost at a worker."""
        ends = (self._ventilator, self._sink)
        workers = {number for number, socket in scene.sockets.items() if socket.actor not in ends}
        return sum(number for (where, *_), number in scene.losses.items() if where in workers)

    def _rows(self, scene: Scene) -> dict[str, str]:
        came, again = len(self._results), self._results.total() - len(self._results)
        rows = (
            {"1": bar("results", came, self._wanted, f"{came} of {self._wanted}", "zl-bar-all")}
            if self._pressed
            else {}
        )
        workers = self._workers(scene)
        most = max([self._wanted, *self._done.values()])
        for place, name in enumerate(workers):
            done, ended = self._done[name], self._end_of(name, scene)
            words = f"{done}, {ended}" if ended else f"{done} done"
            rows[f"2/{place:04}"] = bar(name, done, most, words, "zl-bar-dead" if ended else "")
        lines = list(self._figures)
        back = {name: at for name, at in self._back.items() if name not in self._dead | self._failed}
        lines += [f"{name} is back: started again" for name, at in back.items() if self._batches <= at + 1]
        if self._is_over(scene, workers):
            self._over = True  # also when somebody begins anew for the next
            missing = self._wanted - came
            held = sum(max(0, self._taken[name] - self._done[name]) for name in self._dead | self._failed)
            held = min(missing, held + max(0, self._lost - self._lost_before)) if self._dead | self._failed else 0
            hands = f" ({held} of a worker that died)" if held else ""
            lines.append(
                f"{_plural(missing, 'result')} {'is' if missing == 1 else 'are'} missing{hands}: nobody works on {'it' if missing == 1 else 'them'}"
            )
        if again:
            lines.append(f"{_plural(again, 'result')} came a second time")
        return rows | ({"3": figures(reversed(lines))} if lines else {})


def _in_order(name: str) -> list[tuple[int, str]]:
    """Return what names are sorted by: worker 10 after worker 2."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
