"""Results of tasks: each from the cache if nothing that it depends on has changed; else computed, once, and kept."""

import contextlib
import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from galley.run import plain
from galley.run.cache import Cache, digest
from galley.run.keys import Files, Part, of_job
from galley.run.workers import Failure, Function, Job, Workers


@dataclass(frozen=True)
class Task:
    """Something to be computed.

    Attributes:
        function: What is computed: a top-level function, or its name.
        arguments: Plain values: what for.
        preload: Modules that are loaded once for all tasks that name them.
        steps: How it is computed of others, in this process; by a worker that calls the function, if None.
        reads: Files that the steps read themselves.
        part: A module of which only what one of its functions reaches counts, and that function.
        cost: A guess at its processor time, where it is not known from before.
        kept: Whether its result outlives the run.
    """

    function: Function
    arguments: tuple[Any, ...]
    preload: tuple[str, ...] = ("numpy",)
    steps: "Callable[[], Steps] | None" = None
    reads: tuple[Path, ...] = ()
    part: Part | None = None
    cost: float = 0.1
    kept: bool = True


@dataclass(frozen=True)
class Made:
    """What steps come to, if there is more to say of it than its value: which files it depends on, and whether it may be kept."""

    value: Any
    reads: tuple[Path, ...]
    kept: bool


# Yields lists of tasks and jobs, some of which may be equal, and is sent their results; returns its own, or what it has `Made`.
Steps = Generator[Sequence[Task | Job], list[Any], Any]


@dataclass(eq=False)
class _Unit:
    """A task, what it waits for, and what it depends on."""

    key: str
    task: Task
    cost: float
    steps: Steps | None = None
    waits: "list[_Unit]" = field(default_factory=list)
    awaited: "dict[_Unit, None]" = field(default_factory=dict)  # by these
    touched: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    seconds: float = 0.0
    done: bool = False
    value: Any = None

    def depend(self, touched: dict[str, str], *, whole: bool, seconds: float) -> None:
        """Add what a part of the work depends on."""
        for path, held in touched.items():
            self.whole &= self.touched.setdefault(path, held) == held  # else it was written meanwhile
        self.whole &= whole
        self.seconds += seconds


def results(
    tasks: Sequence[Task],
    root: Path,
    cache: Cache,
    *,
    count: int,
    seconds: float,
    seed: int | None = None,
    stale: Callable[[], bool] = bool,
) -> list[Any]:
    """Return the result of each task, or its `Failure`, in order.

    Args:
        tasks: Equal ones are computed once.
        root: The folder of the project.
        cache: What earlier runs have finished; failures are not kept.
        count: How many processes work at once.
        seconds: See `Workers`.
        seed: Another order of sets than is used else; what comes of it is neither taken from the cache nor kept.
        stale: See `Workers`.
    """
    with Workers(root, count=count, seconds=seconds, seed=seed or 0, stale=stale) as workers:
        desk = _Desk(root.resolve(), cache, workers, keeping=seed is None)
        units = [desk.want(task) for task in tasks]
        desk.finish_all()
    if cache.grown:
        cache.trim()
    return [unit.value for unit in units]


@lru_cache(1 << 10)  # a server asks for most of them at each save; nobody changes what was kept
def _loaded(text: str) -> Any:
    return plain.load(text)


class _Desk:
    """Takes results from the cache, hands out the rest, equal tasks once, and goes on with each that has waited for others."""

    def __init__(self, root: Path, cache: Cache, workers: Workers, *, keeping: bool) -> None:
        self.root, self.cache, self.workers, self.keeping = root, cache, workers, keeping
        self.files = Files(root, cache)
        self.units: dict[str, _Unit] = {}

    def want(self, task: Task) -> _Unit:
        """Return the unit of a task, done if its result is kept, else begun."""
        key = of_job(task.function, task.arguments, self.root)
        if key in self.units:
            return self.units[key]
        unit = self.units[key] = _Unit(key, task, task.cost)
        for path in task.reads:
            self.files.held(str(path))  # before it is read: what is kept, is kept for this
        if not (self.keeping and task.kept and self._take(unit)):
            if task.steps:
                unit.steps = task.steps()
                self._go_on(unit)
            else:
                self.workers.give(key, task.function, task.arguments, preload=task.preload, cost=unit.cost)
        return unit

    def finish_all(self) -> None:
        """Wait for all answers."""
        for key, answer in self.workers.answers():
            unit = self.units[key]
            unit.depend(answer.touched, whole=answer.whole, seconds=answer.seconds)
            self._finish(unit, answer.value)

    def _go_on(self, unit: _Unit, values: list[Any] | None = None) -> None:
        """Take the next step of a unit, and those after it as far as what it waits for is done."""
        try:
            wanted = cast("Steps", unit.steps).send(cast("list[Any]", values))
        except StopIteration as stop:
            self._made(unit, stop.value)
            return
        unit.waits = [self.want(self._task(each, unit)) for each in wanted]
        waiting = [other for other in unit.waits if not other.done]
        for other in waiting:
            other.awaited[unit] = None
        if not waiting:
            self._go_on(unit, self._values(unit))

    def _task(self, wanted: Task | Job, unit: _Unit) -> Task:
        if isinstance(wanted, Task):
            return wanted
        return Task(*wanted, preload=unit.task.preload, cost=unit.cost, kept=False)

    def _values(self, unit: _Unit) -> list[Any]:
        for other in dict.fromkeys(unit.waits):
            unit.depend(other.touched, whole=other.whole, seconds=other.seconds)
        return [other.value for other in unit.waits]

    def _made(self, unit: _Unit, value: Any) -> None:
        """Finish a unit of steps; it depends on the files that these have read as well."""
        made = value if isinstance(value, Made) else Made(value, unit.task.reads, kept=True)
        held = {str(path): self.files.held(str(path)) for path in made.reads}
        unchanged = all(Files(self.root).held(path) == now for path, now in held.items())
        unit.depend(held, whole=made.kept and unchanged, seconds=0.0)
        self._finish(unit, made.value)

    def _finish(self, unit: _Unit, value: Any) -> None:
        unit.done, unit.value = True, value
        unit.whole &= not isinstance(value, Failure)
        if self.keeping and unit.task.kept and unit.whole:
            self._keep(unit)
        for other in unit.awaited:
            if all(each.done for each in other.waits):
                self._go_on(other, self._values(other))

    def _take(self, unit: _Unit) -> bool:
        """Take the result of a unit if it is kept for what its files hold now; note in any case what it has cost."""
        with contextlib.suppress(ValueError, KeyError, TypeError):  # what is kept under this key is of another kind
            reads = json.loads(self.cache.get(digest("reads", unit.key)) or "{}")
            unit.cost, names = float(reads["seconds"]), [str(name) for name in reads["files"]]
            text = self.cache.get(self.files.state(unit.key, names, unit.task.part))
            if text is not None:
                unit.value, unit.done = _loaded(text), True
                unit.touched = {path: self.files.held(path) for path in map(self.files.path, names)}
        return unit.done

    def _keep(self, unit: _Unit) -> None:
        names = {self.files.name(path): held for path, held in unit.touched.items()}
        self.cache.put(self.files.state(unit.key, list(names), unit.task.part, unit.touched), plain.dump(unit.value))
        self.cache.put(
            digest("reads", unit.key), json.dumps({"seconds": round(unit.seconds, 3), "files": sorted(names)})
        )
