"""Runs jobs in processes of their own, on all cores, under limits of processor time and memory.

A long-lived server would keep an imported library for ever, and one job's changes would reach the next: here each job is a fork of a warm
process that has loaded NumPy and matplotlib but never the library (`galley.run.worker`), so it sees the code as it stands and starts in
milliseconds.
"""

import contextlib
import heapq
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from galley.run import lanes, plain

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SECONDS = 20.0  # of processor time that a job may take: a binding, a figure, a lab
SLEEP = 10  # times its processor seconds a job may take by the clock: on a loaded machine it is slow, not wrong
PATIENCE = 5  # jobs of a run that may break a limit; whoever wrote so many does not wait for the others
_LOOK = 0.2  # seconds between two looks at whether somebody still waits
SPEAK = 2.0  # seconds after which a run tells how far it is, and again after each of as many
Function = (
    Callable[..., Any] | str
)  # a top-level function, or its name as module:function where it need not be imported here
Job = tuple[Function, tuple[Any, ...]]


@dataclass(frozen=True)
class Failure:
    """What a job ended in instead of a result."""

    error: Exception


class OverLimit(Exception):
    """The job took more time or memory than it was given."""


class Stale(Exception):
    """Nobody waits for the results any more."""


@dataclass(frozen=True)
class Answer:
    """What a job came to.

    Attributes:
        value: Its result, or its `Failure`.
        touched: The digest of each file that it has read.
        whole: Whether the result depends on nothing besides.
        seconds: The processor time that it took.
    """

    value: Any
    touched: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    seconds: float = 0.0


def called(function: Function) -> tuple[str, str]:
    """Return the module and the name of a function."""
    if isinstance(function, str):
        module, _, name = function.partition(":")
        return module, name
    return function.__module__, function.__qualname__


def cores() -> int:
    """Return how many processors this process may use at once, by its affinity and its container's share."""
    if not hasattr(os, "sched_getaffinity"):  # as on macOS
        return os.cpu_count() or 1
    count = len(os.sched_getaffinity(0))
    for quota, period in (("cpu.max", ""), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        with contextlib.suppress(OSError, ValueError):
            room = Path("/sys/fs/cgroup")
            share = ((room / quota).read_text() + (room / period).read_text() * bool(period)).split()
            if int(share[0]) > 0:
                count = min(count, max(1, round(int(share[0]) / int(share[1]))))
    return count


def run(
    jobs: Sequence[Job],
    *,
    root: Path | None = None,
    count: int = 1,
    seconds: float = SECONDS,
    preload: Sequence[str] = ("numpy",),
) -> list[Any]:
    """Return each job's result, or its `Failure`, in order; see `Workers`."""
    answers: dict[int, Answer] = {}
    with Workers(root or Path.cwd(), count=count, seconds=seconds) as workers:
        for number, (function, arguments) in enumerate(jobs):
            workers.give(number, function, arguments, preload=preload)
        answers.update(workers.answers())
    return [answers[number].value for number in range(len(jobs))]


class Workers:
    """Some processes that share work.

    Args:
        root: The folder of the project, whose modules are imported as they stand.
        count: How many processes work at once.
        seconds: The processor time that one job may take, and a tenth of what it may take by the clock; it is ended then.
            After `PATIENCE` such ends the jobs that are left are not run.
        seed: The order of sets and dictionaries of objects, as `PYTHONHASHSEED`.
        stale: Tells, when it is asked, whether all is in vain by now.
    """

    def __init__(
        self, root: Path, *, count: int, seconds: float, seed: int = 0, stale: Callable[[], bool] = bool
    ) -> None:
        self._root = root.resolve()
        self._count, self._seconds, self._seed, self._stale = count, seconds, seed, stale
        self._waiting: list[tuple[float, int, Any, tuple[str, ...], str]] = []  # a heap
        self._idle: list[tuple[tuple[str, ...], Connection]] = []  # lanes, with what they have loaded
        self._busy: dict[Connection, tuple[tuple[str, ...], Any]] = {}  # and with the name of their job
        self._given, self._done, self._broken = itertools.count(), 0, 0

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for lane in [*self._busy, *(lane for _, lane in self._idle)]:
            lane.close()  # which ends its job and all that this has started

    def give(
        self,
        name: Any,
        function: Function,
        arguments: tuple[Any, ...],
        *,
        preload: Sequence[str],
        cost: float = 0.0,
    ) -> None:
        """Add a job.

        Args:
            name: What its answer bears.
            function: What is called.
            arguments: What it is called with: plain values (`galley.run.plain`).
            preload: Modules that are loaded once for all jobs.
            cost: The processor time that it took before; what takes longest begins first.
        """
        order = plain.dump((*called(function), arguments))
        heapq.heappush(self._waiting, (-cost, next(self._given), name, tuple(preload), order))

    def answers(self) -> Iterator[tuple[Any, Answer]]:
        """Yield answers as they come, until there is no job left; more may be given meanwhile.

        Raises:
            Stale: if nobody waits any more.
        """
        from multiprocessing.connection import wait  # here, because a run whose results are all kept needs none of it

        spoke = looked = time.monotonic()
        while self._waiting or self._busy:
            if self._broken >= PATIENCE:
                for _, _, name, _, _ in self._waiting:
                    yield (
                        name,
                        Answer(
                            Failure(OverLimit("it was not run: what stands before it took too much time or memory"))
                        ),
                    )
                self._waiting.clear()
            while self._waiting and len(self._busy) < self._count:
                self._start(*heapq.heappop(self._waiting)[2:])
            for ready in wait(list(self._busy), timeout=_LOOK):
                yield self._take(cast("Connection", ready))
            if time.monotonic() > looked + _LOOK:
                looked = time.monotonic()
                if self._stale():
                    raise Stale
            if time.monotonic() > spoke + SPEAK:
                spoke = time.monotonic()
                tell(f"{self._done} of {self._done + len(self._busy) + len(self._waiting)} computed")

    def _start(self, name: Any, preload: tuple[str, ...], order: str) -> None:
        """Give a job to a lane that has loaded what it needs."""
        idle = next((entry for entry in self._idle if entry[0] == preload), None)
        if idle:
            self._idle.remove(idle)
        lane = idle[1] if idle else lanes.opened(preload, self._seed)
        with contextlib.suppress(OSError):  # if it has ended, what is read from it says so
            if not idle:
                lane.send(str(self._root))
            lane.send((self._seconds, SLEEP * self._seconds))
            lane.send_bytes(order.encode())
        self._busy[lane] = preload, name

    def _take(self, lane: "Connection") -> tuple[Any, Answer]:
        """Read what a lane says of its job."""
        preload, name = self._busy.pop(lane)
        self._done += 1
        try:
            status, spent, late = lane.recv()
            text = lane.recv_bytes().decode()
        except (EOFError, OSError):
            lane.close()
            if lanes.has_ended(preload, self._seed):
                raise RuntimeError(f"a process that loads {', '.join(preload)} cannot be started") from None
            status, spent, late, text = signal.SIGKILL, 0.0, False, ""
        else:
            self._idle.append((preload, lane))
        if text and not late:
            said = plain.load(text)
            value = Failure(said["error"]) if "error" in said else said["value"]
            return name, Answer(value, said["touched"], said.get("whole", False) and "value" in said, spent)
        self._broken += 1
        return name, Answer(Failure(OverLimit(self._ended(status, spent, late))), seconds=spent)

    def _ended(self, status: int, spent: float, late: bool) -> str:
        """Say what ended a job that did not answer."""
        code = os.waitstatus_to_exitcode(status)
        if late:
            return f"it did not end within {SLEEP * self._seconds:g} s"
        if code == -signal.SIGXCPU or (code == -signal.SIGKILL and spent >= self._seconds):
            return f"it took more than {self._seconds:g} s of processor time"
        if code == -signal.SIGKILL:
            return "its process was killed, most likely out of memory"
        return (
            f"its process crashed ({signal.Signals(-code).name})"
            if code < 0
            else f"it ended its process with status {code}"
        )


def tell(words: str) -> None:
    """Say on the terminal how far the press is."""
    if "GALLEY_QUIET" not in os.environ:
        print(f"galley: {words}", file=sys.stderr, flush=True)
