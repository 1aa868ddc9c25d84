"""Results of tasks: each from the cache if nothing that it depends on has changed; else computed, once, and kept."""

import contextlib
import json
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galley.run import plain
from galley.run.cache import Cache, digest
from galley.run.keys import Files, Part, of_job
from galley.run.workers import Answer, Failure, Function, Job, Workers, called

Steps = Generator[list[Job], list[Any], Any]


@dataclass(frozen=True)
class Task:
    """Something to be computed.

    Attributes:
        function: What is computed: a top-level function, or its name.
        arguments: Plain values: what for.
        preload: Modules that are loaded once for all tasks that name them.
        steps: How it is computed of several jobs, some at once: it yields lists of them and is sent their results; in one, if None.
        part: A module of which only what one of its functions reaches counts, and that function.
        cost: A guess at its processor time, where it is not known from before.
    """

    function: Function
    arguments: tuple[Any, ...]
    preload: tuple[str, ...] = ("numpy",)
    steps: Callable[[], Steps] | None = None
    part: Part | None = None
    cost: float = 0.1


@dataclass(eq=False)
class _Unit:
    """A task that is being computed: its steps, the jobs that it waits for, and what these have read."""

    key: str
    task: Task
    steps: Steps
    cost: float
    jobs: list[str] = field(default_factory=list)
    touched: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    seconds: float = 0.0


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
    root = root.resolve()
    files = Files(root)
    keys = [of_job(task.function, task.arguments, root) for task in tasks]
    found: dict[str, Any] = {}
    missing: dict[str, _Unit] = {}
    for key, task in zip(keys, tasks, strict=True):
        if key not in found and key not in missing:
            cost, kept = (task.cost, []) if seed is not None else _kept(key, task, cache, files)
            if kept:
                found[key] = kept[0]
            else:
                missing[key] = _Unit(key, task, task.steps() if task.steps else _alone(task), cost)
    if missing:
        with Workers(root, count=count, seconds=seconds, seed=seed or 0, stale=stale) as workers:
            for unit, value in _Desk(workers, missing.values()).finished():
                found[unit.key] = value
                if seed is None and unit.whole and not isinstance(value, Failure):
                    _keep(unit, value, cache, files)
        cache.trim()
    return [found[key] for key in keys]


def _alone(task: Task) -> Steps:
    (value,) = yield [(task.function, task.arguments)]
    return value


def _kept(key: str, task: Task, cache: Cache, files: Files) -> tuple[float, list[Any]]:
    """Return what a task has cost, and its result, in a list, if it is kept for what its files hold now."""
    with contextlib.suppress(ValueError, KeyError, TypeError):  # what is kept under this key is of another kind
        reads = json.loads(cache.get(digest("reads", key)) or "{}")
        cost, names = float(reads["seconds"]), [str(name) for name in reads["files"]]
        text = cache.get(files.state(key, names, task.part))
        return cost, [] if text is None else [plain.load(text)]
    return task.cost, []


def _keep(unit: _Unit, value: Any, cache: Cache, files: Files) -> None:
    names = {files.name(path): held for path, held in unit.touched.items()}
    cache.put(files.state(unit.key, list(names), unit.task.part, unit.touched), plain.dump(value))
    cache.put(digest("reads", unit.key), json.dumps({"seconds": round(unit.seconds, 3), "files": sorted(names)}))


class _Desk:
    """Hands out the jobs of units, equal ones once, and goes on with each unit when its jobs are done."""

    def __init__(self, workers: Workers, units: Iterable[_Unit]) -> None:
        self.workers = workers
        self.units = list(units)
        self.answers: dict[str, Answer] = {}
        self.waiting: dict[str, list[_Unit]] = {}  # by job, given and not yet answered

    def finished(self) -> Iterable[tuple[_Unit, Any]]:
        """Yield each unit with its result, as they come."""
        for unit in self.units:
            yield from self._go_on(unit, None)
        for name, answer in self.workers.answers():
            self.answers[name] = answer
            for unit in self.waiting.pop(name):
                if all(job in self.answers for job in unit.jobs):
                    yield from self._go_on(unit, self._taken(unit))

    def _taken(self, unit: _Unit) -> list[Any]:
        """Return the results that a unit has waited for, and note what they depend on."""
        answers = [self.answers[job] for job in unit.jobs]
        for answer in answers:
            for path, held in answer.touched.items():
                unit.whole &= unit.touched.setdefault(path, held) == held  # else it was written between two jobs
            unit.whole &= answer.whole
            unit.seconds += answer.seconds
        return [answer.value for answer in answers]

    def _go_on(self, unit: _Unit, values: list[Any] | None) -> Iterable[tuple[_Unit, Any]]:
        try:
            jobs = unit.steps.send(values)  # type: ignore[arg-type]  # a generator is begun by sending it None
        except StopIteration as stop:
            yield unit, stop.value
            return
        unit.jobs = [plain.dump((*called(function), arguments)) for function, arguments in jobs]
        for name, (function, arguments) in zip(unit.jobs, jobs, strict=True):
            if name in self.answers:
                continue
            if name not in self.waiting:
                self.waiting[name] = []
                self.workers.give(name, function, arguments, preload=unit.task.preload, cost=unit.cost)
            if unit not in self.waiting[name]:
                self.waiting[name].append(unit)
        if all(name in self.answers for name in unit.jobs):
            yield from self._go_on(unit, self._taken(unit))
