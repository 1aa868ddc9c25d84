"""What runs in the processes that workers are: a warm one, its lanes, and each job in a fork of its own.

The warm process has loaded what all jobs need and never a line of the book. A lane is a fork of it that takes one job after the other and runs
none of the book's code either: it forks for each, holds the fork to its limits, and ends whatever the job has started and left.
So no job can spoil the next one, each sees the code as it stands, and nothing stays behind.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import math
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from galley.run import plain, touched

MEMORY = 4 << 30  # bytes of address space: NumPy's own libraries reserve one of them
LOOK = 0.05  # seconds between two looks at a job that says nothing
_DEATH_SIGNAL, _REAP = 1, 36  # what Linux calls PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER


def warm(control: int, modules: list[str]) -> None:
    """Load `modules`, then fork a lane for each socket that comes over `control`, until that is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us closes the sockets then
    try:
        for module in modules:
            importlib.import_module(module)
    except Exception as error:
        sys.exit(f"{module} cannot be loaded: {' '.join(str(error).split())}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # lanes that have ended leave nothing
    gc.collect()
    gc.freeze()
    sys.dont_write_bytecode = True
    with socket.socket(fileno=control) as link:
        while True:
            _, handles, _, _ = socket.recv_fds(link, 1, 1)
            if not handles:
                return
            if not os.fork():
                link.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                with contextlib.suppress(EOFError, OSError):  # its other end is closed, and with it all work is over
                    _lane(Connection(handles[0]))
                os._exit(0)
            os.close(handles[0])


def _lane(link: Connection) -> None:
    """Run what comes over `link`, one job after the other, and say after each what it answered and how it ended."""
    _ask_system(_REAP, 1)
    touched.from_source(link.recv())
    sources: list[str] = []
    while True:
        limits, order = link.recv(), link.recv_bytes()
        touched.compile_ahead(sources)
        answer, end = _supervise(order, limits, link)
        with contextlib.suppress(ValueError, KeyError):
            sources = [path for path in json.loads(answer)["touched"] if path.endswith(".py")]
        link.send(end)
        link.send_bytes(answer)


def _supervise(order: bytes, limits: tuple[float, float], link: Connection) -> tuple[bytes, tuple[int, float, bool]]:
    """Run a job in a fork; return what it answered, and its exit status, its processor time and whether its time by the clock was over."""
    reading, writing = os.pipe()
    deadline = time.monotonic() + limits[1]
    child = os.fork()
    if not child:
        os.close(reading)
        link.close()
        _job(order, limits[0], writing)
    os.close(writing)
    answer, late = b"", False
    with contextlib.suppress(OSError):  # it may have done so itself
        os.setpgid(child, child)
    try:
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        poll.register(link.fileno(), select.POLLIN)
        while not late:
            # asked before the pipe is looked at, so that what it wrote before it went is not missed
            gone = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            ready = [handle for handle, _ in poll.poll(0 if gone else LOOK * 1000)]
            if link.fileno() in ready:
                raise EOFError  # nobody speaks to a lane at work: the other end is closed
            if reading in ready:
                chunk = os.read(reading, 1 << 20)
                answer += chunk
                if not chunk or (len(answer) >= 8 and len(answer) == 8 + struct.unpack("!Q", answer[:8])[0]):
                    break
            elif gone:
                break  # what it has started may hold the pipe open
            late = time.monotonic() > deadline
    finally:
        status, spent = _end(child)
        os.close(reading)
    return answer[8:], (status, spent, late)


def _end(child: int) -> tuple[int, float]:
    """End a job and all that it has started; return its exit status and its processor time."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    with contextlib.suppress(
        OSError, ChildProcessError
    ):  # a system without such a list has had its process group ended
        while left := Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split():
            for stray in map(int, left):
                os.kill(stray, signal.SIGKILL)
                os.waitpid(stray, 0)
    return status, usage.ru_utime + usage.ru_stime


def _job(order: bytes, seconds: float, writing: int) -> None:
    """Do what `order` says, under its limits, and write what came of it."""
    try:
        os.setpgid(0, 0)
        _ask_system(_DEATH_SIGNAL, signal.SIGKILL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # what a figure prints is for its author
        most = math.ceil(seconds)
        for limit, values in (
            (resource.RLIMIT_AS, (MEMORY, MEMORY)),
            (resource.RLIMIT_CORE, (0, 0)),
            (resource.RLIMIT_CPU, (most, most + 1)),
        ):
            with contextlib.suppress(
                ValueError, OSError
            ):  # a system that knows no such limit still has the one by the clock
                resource.setrlimit(limit, values)
        myself = os.getpid()
        message = _answer(order)
        if os.getpid() != myself:
            return  # a fork of the job that came back as if it were the job
        view = memoryview(struct.pack("!Q", len(message)) + message)
        while view:
            view = view[os.write(writing, view) :]
    finally:
        os._exit(0)


def _answer(order: bytes) -> bytes:
    """Return what a job came to, with what it has read on the way."""
    module, name, arguments = plain.load(order.decode())
    seen = touched.Touched()
    seen.watch()
    try:
        result: Any = getattr(importlib.import_module(module), name)(*arguments)
        said = {"value": result}
    except BaseException as error:
        said = {"error": readable(error)}
    try:
        text = plain.dump(said | {"touched": seen.digests(), "whole": seen.whole})
    except (TypeError, ValueError, RecursionError) as error:
        text = plain.dump({"error": TypeError(f"its result cannot be sent between processes: {error}"), "touched": {}})
    return text.encode()


def readable(error: BaseException) -> Exception:
    """Return an error as another process can read it without the library, whose own errors it does not know."""
    if isinstance(error, SystemExit):
        return RuntimeError("it calls sys.exit")
    try:
        words = str(error)
    except Exception:  # of whatever kind
        return RuntimeError(f"{type(error).__name__}, which cannot be printed")
    with contextlib.suppress(Exception):  # it may be made of anything
        if isinstance(error, Exception) and str(plain.load(plain.dump(error))) == words:
            return error
    name = type(error).__name__
    return ValueError(words) if isinstance(error, ValueError) else RuntimeError(f"{name}: {words}" if words else name)


def _ask_system(what: int, value: int) -> None:
    """Ask Linux for something about this process; others do without."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(what, value)
