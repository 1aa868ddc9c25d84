"""Fresh processes that run the library's code under a limit of processor time and memory.

A long-lived server would keep an imported library for ever; these workers are forked from a small server process that has loaded NumPy and
matplotlib but never the library, so each run sees the code as it stands now and starts in milliseconds.
"""

import contextlib
import math
import multiprocessing
import os
import resource
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, cast

MEMORY = 4 << 30  # bytes of address space: NumPy's own libraries reserve one of them
SLEEP = 10  # times its processor seconds a job may take by the clock: on a loaded machine it is slow, not wrong
THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
)  # one each: sums must not depend on how many there are
PATIENCE = 5  # jobs of a run that may break a limit; whoever wrote so many does not wait for the others
WHOLE = 30  # times what one job may take by the clock, for all of a run together
Job = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True)
class Failure:
    """What a job ended in instead of a result."""

    error: Exception


class OverLimit(Exception):
    """The job took more time or memory than it was given."""


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
    jobs: Sequence[Job], *, count: int = 1, seconds: float = 10.0, preload: Sequence[str] = ("numpy",)
) -> list[Any]:
    """Return each job's result, or its `Failure`, in order.

    Args:
        jobs: a top-level function with its arguments, each.
        count: how many processes share the work.
        seconds: the processor time that one job may take, and a tenth of what it may take by the clock; its process is ended then, and a new one goes
            on with the next job. After `PATIENCE` such ends, or `WHOLE` times as long altogether, the jobs that are left are not run.
        preload: modules that the first call loads once for all later ones.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["galley.run.workers", *preload])
    results: list[Any] = [None] * len(jobs)
    waiting = list(reversed(range(len(jobs))))
    busy: dict[Connection, tuple[Any, int, float]] = {}
    clock = SLEEP * seconds
    end, broken = time.monotonic() + WHOLE * clock, 0

    def start() -> tuple[Connection, Any]:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, seconds), daemon=True)
        with _no_main(), _one_thread():
            process.start()
        theirs.close()
        return ours, process

    def give(connection: Connection, process: Any) -> None:
        if broken >= PATIENCE or time.monotonic() > end:
            for index in waiting:
                results[index] = Failure(
                    OverLimit("it was not run: what stands before it took too much time or memory")
                )
            waiting.clear()
        if waiting:
            index = waiting.pop()
            busy[connection] = (process, index, time.monotonic() + clock)
            connection.send(jobs[index])
        else:
            connection.close()

    try:
        for _ in range(min(count, len(jobs))):
            give(*start())
        while busy:
            left = min(deadline for _, _, deadline in busy.values()) - time.monotonic()
            for ready in cast("list[Connection]", wait(list(busy), timeout=max(left, 0))):
                process, index, _ = busy.pop(ready)
                try:
                    results[index] = ready.recv()
                except (EOFError, ConnectionResetError):
                    process.join()
                    results[index] = Failure(OverLimit(_ended(process.exitcode, seconds)))
                    broken += 1
                    give(*start())
                else:
                    give(ready, process)
            for late in [key for key, (_, _, deadline) in busy.items() if deadline <= time.monotonic()]:
                process, index, _ = busy.pop(late)
                process.kill()
                late.close()
                results[index] = Failure(OverLimit(f"it did not end within {clock:g} s"))
                broken += 1
                if waiting:
                    give(*start())
    finally:
        for process, _, _ in busy.values():
            process.kill()
    return results


def _ended(code: int, seconds: float) -> str:
    """Say what ended a worker that did not answer, by its exit code."""
    if code == -signal.SIGXCPU:
        return f"it took more than {seconds:g} s of processor time"
    if code == -signal.SIGKILL:
        return "its process was killed, most likely out of memory"
    return (
        f"its process crashed ({signal.Signals(-code).name})"
        if code < 0
        else f"it ended its process with status {code}"
    )


def _serve(connection: Connection, seconds: float) -> None:
    """Answer jobs until the other end closes."""
    with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit still has the time limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        used = math.ceil(time.process_time() + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
        try:
            answer = function(*arguments)
        except Exception as error:
            answer = Failure(_readable(error))
        try:
            connection.send(answer)
        except Exception as error:
            connection.send(Failure(TypeError(f"its result cannot be sent between processes: {error}")))


def _readable(error: Exception) -> Exception:
    """Return an error as the other process can read it without importing the library, whose own errors it does not know."""
    module = type(error).__module__.partition(".")[0]
    plain = all(isinstance(argument, str | bytes | int | float | Path | None) for argument in error.args)
    if plain and module in ("builtins", "galley"):
        return error
    return ValueError(str(error)) if isinstance(error, ValueError) else RuntimeError(f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let what starts meanwhile compute with one thread."""
    kept = dict(os.environ)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name in THREADS:
            os.environ.pop(name)
            os.environ.update({name: kept[name]} if name in kept else {})


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """Keep workers from importing the command that started us: none of their work is in it, and it is slow."""
    kept = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = kept
