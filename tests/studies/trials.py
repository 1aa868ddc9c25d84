"""Trials of mutants: each in a forked process of its own, which ends when it takes too much time or memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import TypeVar

from tests.studies.mutation import Mutant

MEMORY = 6 << 30  # bytes of address space
LIMIT = "it took too much time or memory"  # which is noticed all the same
Result = TypeVar("Result")


def apart(work: Callable[..., Result], *arguments: object) -> Result:
    """Return what `work` returns in a fresh process: one that has not loaded the code under study."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads do not outlive a fork
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def tried(
    trial: Callable[[Mutant], Result], mutants: Sequence[Mutant], seconds: Callable[[Mutant], float]
) -> Iterator[tuple[Mutant, Result | str]]:
    """Yield each mutant with the result of its trial, in no order.

    As many are tried at once as there are processors; each may use so many seconds of one, or its result is `LIMIT`.
    """
    fork = multiprocessing.get_context("fork")
    waiting, running = list(reversed(mutants)), {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            mutant = waiting.pop()
            ours, theirs = fork.Pipe(duplex=False)
            process = fork.Process(target=_try, args=(theirs, trial, mutant, int(seconds(mutant)) + 1))
            process.start()
            theirs.close()
            running[ours] = process, mutant
        for ready in wait(list(running)):
            assert isinstance(ready, Connection), "nothing else is waited for"
            process, mutant = running.pop(ready)
            try:
                result = ready.recv()
            except EOFError:
                result = LIMIT
            process.join()
            if isinstance(result, BaseException):
                raise result
            yield mutant, result


def _try(connection: Connection, trial: Callable[[Mutant], object], mutant: Mutant, seconds: int) -> None:
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_AS: MEMORY, resource.RLIMIT_CORE: 0}
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # not every system has every limit
            resource.setrlimit(kind, (limit, limit))
    try:
        connection.send(trial(mutant))
    except Exception as error:  # of the trial, for what the mutant raises is its result
        connection.send(error)
