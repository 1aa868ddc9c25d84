"""Jobs in fresh processes: results in order, limits kept, one failure no other's."""

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from galley.run.lanes import ENVIRONMENT
from galley.run.workers import Failure, OverLimit, Stale, Workers, cores, run


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


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a job have its processor time as late as a loaded machine gives it."""
    monkeypatch.setattr("galley.run.workers.SLEEP", 1000)


def test_processor_time_is_limited(unhurried: None) -> None:
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
    threads = [name for name in ENVIRONMENT if name.endswith("_THREADS")]
    assert run([(os.getenv, (name,)) for name in threads]) == ["1"] * 4


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


TRAPS = """
import os
import subprocess
import sys
import threading
import time

import numpy as np

STARTED = os.path.join(os.path.dirname(__file__), "started")

def spoil():
    np.cos = lambda x: 7.0
    np.seterr(all="ignore")
    os.environ["HOME"] = "spoilt"
    sys.path.append("spoilt")
    return float(np.cos(0.0))

def clean():
    return [float(np.cos(0.0)), os.environ["HOME"] == "spoilt", "spoilt" in sys.path, np.geterr()["over"]]

def leave():
    for session in (False, True):
        process = subprocess.Popen(["sleep", "100000"], start_new_session=session)
        with open(STARTED, "a") as file:
            file.write(f"{process.pid} ")
    pid = os.fork()
    if not pid:
        return "twice"
    with open(STARTED, "a") as file:
        file.write(f"{pid} ")
    threading.Thread(target=time.sleep, args=(100000,)).start()
    return "once"

def hang():
    with open(STARTED, "a") as file:
        file.write(f"{os.getpid()} ")
    leave()
    while True:
        pass

def exit():
    sys.exit(3)

def interrupt():
    raise KeyboardInterrupt

def close():
    raise GeneratorExit("gone")

class Own(BaseException):
    pass

def own():
    raise Own("mine")

class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")

def mute():
    raise Mute

class Odd(ValueError):
    def __init__(self, one, two):
        super().__init__("odd")

def odd():
    raise Odd(1, 2)

def crash():
    import ctypes
    ctypes.string_at(0)

def pages():
    open("/no/such/file")
"""


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """A library that behaves badly."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab/traps.py").write_text(TRAPS)
    return tmp_path / "lab"


def ask(package: Path, *names: str, seconds: float = 10.0) -> list[object]:
    """Return what functions of the library give, one after the other in one lane, an error by its words."""
    jobs = [("galley.maths.values:evaluate", (f"traps.{name}()", package)) for name in names]
    given = run(jobs, root=package.parent, seconds=seconds)
    return [f"{type(value.error).__name__}: {value.error}" if isinstance(value, Failure) else value for value in given]


def gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def all_gone(group: int) -> bool:
    """Tell whether all processes of a group have ended."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended by now
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
            left += [stat.parent.name] if int(of) == group and state != "Z" else []
    return Path("/proc").is_dir() and not left


def test_no_job_spoils_the_next(traps: Path) -> None:
    """What a job changes in NumPy, the environment or the interpreter, the next one does not see."""
    assert ask(traps, "spoil", "clean", "spoil", "clean") == [7.0, [1.0, False, False, "warn"]] * 2


@pytest.mark.parametrize("name", ["leave", "hang"])
def test_nothing_is_left_behind(traps: Path, unhurried: None, name: str) -> None:
    """What a job has started has ended when it has, also in a session of its own, also when the job is stopped."""
    (said,) = ask(traps, name, seconds=1.0)
    assert said == ("once" if name == "leave" else "OverLimit: it took more than 1 s of processor time")
    started = [int(pid) for pid in (traps / "started").read_text().split()]
    assert len(started) == (3 if name == "leave" else 4)
    assert all(gone(pid) for pid in started)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_job_outlives_the_press(traps: Path, how: signal.Signals) -> None:
    """A job in an endless loop, and all that it has started, ends when the press is killed."""
    code = f"from pathlib import Path; from tests.galley.test_workers import ask; ask(Path({str(traps)!r}), 'hang', seconds=1000)"
    press = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
    started: list[str] = []
    while len(started) < 4:
        assert press.poll() is None
        started = (traps / "started").read_text().split() if (traps / "started").exists() else []
        time.sleep(0.05)
    press.send_signal(how)
    press.wait()
    while not all(gone(int(pid)) for pid in started):
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exit", "RuntimeError: it calls sys.exit"),
        ("interrupt", "RuntimeError: KeyboardInterrupt"),
        ("close", "RuntimeError: GeneratorExit: gone"),
        ("own", "RuntimeError: Own: mine"),
        ("mute", "RuntimeError: Mute, which cannot be printed"),
        ("odd", "ValueError: odd"),
        ("crash", "OverLimit: its process crashed (SIGSEGV)"),
        ("pages", "RuntimeError: FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'"),
    ],
)
def test_every_end_has_its_words(traps: Path, name: str, said: str) -> None:
    """However a job ends, it is told in one line what it did, and the next one runs."""
    assert ask(traps, name, "clean") == [said, [1.0, False, False, "warn"]]


def test_work_ends_when_nobody_waits() -> None:
    """Whoever sees that all is in vain says so, and no job goes on."""
    asked: Iterator[bool] = iter([False, True])
    with Workers(Path.cwd(), count=1, seconds=100.0, stale=lambda: next(asked)) as workers, pytest.raises(Stale):
        workers.give("sleep", time.sleep, (1e6,), preload=["numpy"])
        list(workers.answers())


def test_what_took_longest_begins_first() -> None:
    """Jobs begin in the order of what they have cost before, equal ones in the order in which they were given."""
    with Workers(Path.cwd(), count=1, seconds=10.0) as workers:
        for name, cost in (("a", 0.1), ("b", 3.0), ("c", 0.1), ("d", 7.0)):
            workers.give(name, len, ("",), preload=["numpy"], cost=cost)
        assert [name for name, _ in workers.answers()] == ["d", "b", "a", "c"]


def test_what_cannot_be_loaded_is_told() -> None:
    """A module that no worker can load ends the run in a sentence."""
    with pytest.raises(RuntimeError, match="a process that loads nothing_of_this_name cannot be started"):
        run([(len, ("",))], preload=["nothing_of_this_name"])
