"""Jobs in fresh processes: results in order, limits kept, one failure no other's."""

import math
import os
import time

from galley.run.workers import Failure, OverLimit, run


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


def test_time_is_limited() -> None:
    """A job over its time is ended, and the next one runs in a new process."""
    began = time.monotonic()
    one, two = run([(time.sleep, (60.0,)), (math.sqrt, (4.0,))], seconds=1.0)
    assert isinstance(one, Failure)
    assert isinstance(one.error, OverLimit)
    assert two == 2.0
    assert time.monotonic() - began < 20


def test_memory_is_limited() -> None:
    """A job over its memory fails; this process does not."""
    (one,) = run([(bytearray, (64 << 30,))])
    assert isinstance(one, Failure)
    assert isinstance(one.error, MemoryError | OverLimit)


def test_a_dying_process_is_told() -> None:
    """A job that takes its process with it is a failure, and the next one runs."""
    one, two = run([(os._exit, (3,)), (math.sqrt, (4.0,))])
    assert isinstance(one, Failure)
    assert two == 2.0


def test_what_cannot_be_sent() -> None:
    """A result that no pipe takes is a failure with a sentence."""
    (one,) = run([(eval, ("lambda: 1",))])
    assert isinstance(one, Failure)
    assert "cannot be sent between processes" in str(one.error)
