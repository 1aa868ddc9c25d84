"""Jobs in fresh processes: results in order, limits kept, one failure no other's."""

import math
import os
import time

import pytest

from galley.run.workers import THREADS, Failure, OverLimit, cores, run


def test_results_in_order() -> None:
    """However many processes share the work, results come in the order of the jobs."""
    assert run([(math.sqrt, (float(k * k),)) for k in range(20)], count=3) == list(range(20))


def test_no_jobs() -> None:
    """Nothing to do is done at once."""
    assert run([]) == []


def test_a_failure_is_its_own() -> None:
    """A job that raises is told with its error; the others go on."""
    one, two, three = run([(math.sqrt, (4.0,)), (math.sqrt, (-1.0,)), (math.sqrt, (9.0,))])
    assert (one, three) == (2.0, 3.0)
    assert isinstance(two, Failure)
    assert isinstance(two.error, ValueError)


def test_processor_time_is_limited() -> None:
    """A job over its processor time is ended, and the next one runs in a new process."""
    one, two = run([(eval, ("any(iter(int, 1))",)), (math.sqrt, (4.0,))], seconds=1.0)
    assert isinstance(one, Failure)
    assert str(one.error) == "it took more than 1 s of processor time"
    assert two == 2.0


def test_sleeping_is_limited_by_the_clock() -> None:
    """A job that sleeps takes no processor time; it may do so `SLEEP` times as long."""
    one, two = run([(time.sleep, (1e6,)), (time.sleep, (0.2,))], seconds=0.1)
    assert isinstance(one, Failure)
    assert str(one.error) == "it did not end within 1 s"
    assert two is None


def test_memory_is_limited() -> None:
    """A job over its memory fails; this process does not."""
    (one,) = run([(bytearray, (64 << 30,))])
    assert isinstance(one, Failure)
    assert isinstance(one.error, MemoryError | OverLimit)


def test_a_dying_process_is_told() -> None:
    """A job that takes its process with it is a failure, and the next one runs."""
    one, two = run([(os._exit, (3,)), (math.sqrt, (4.0,))])
    assert isinstance(one, Failure)
    assert str(one.error) == "it ended its process with status 3"
    assert two == 2.0


def test_one_thread_for_sums() -> None:
    """Workers compute with one thread each, so that no result depends on how many processors there are."""
    assert run([(os.getenv, (name,)) for name in THREADS]) == ["1"] * len(THREADS)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a processor")
def test_cores_are_those_that_may_be_used() -> None:
    """Processors that the process may not run on are not counted."""
    allowed = os.sched_getaffinity(0)
    assert 1 <= cores() <= len(allowed)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_what_cannot_be_sent() -> None:
    """A result that no pipe takes is a failure with a sentence."""
    (one,) = run([(eval, ("lambda: 1",))])
    assert isinstance(one, Failure)
    assert "cannot be sent between processes" in str(one.error)
