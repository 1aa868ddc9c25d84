"""The warm processes that jobs are forks of, one for each set of modules that is loaded before; they live as long as this process."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import galley

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# One thread each, for sums must not depend on how many there are; one order of sets; one clock; one way to draw.
ENVIRONMENT = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
ENVIRONMENT |= {"TZ": "UTC", "LC_ALL": "C.UTF-8", "MPLBACKEND": "svg"}


_warm: dict[tuple[tuple[str, ...], int], tuple["subprocess.Popen[bytes]", socket.socket]] = {}


def opened(preload: tuple[str, ...], seed: int) -> "Connection":
    """Return a lane of the warm process that has loaded some modules; start that first if there is none."""
    from multiprocessing.connection import Connection

    prepare(preload, seed)
    ours, theirs = socket.socketpair()
    with theirs, contextlib.suppress(OSError):  # if it is gone, what is read from the lane says so
        socket.send_fds(_warm[preload, seed][1], [b"+"], [theirs.fileno()])
    return Connection(ours.detach())


def prepare(preload: tuple[str, ...], seed: int = 0) -> None:
    """Start the warm process that loads some modules, if there is none, and do not wait for it."""
    if (preload, seed) not in _warm or _warm[preload, seed][0].poll() is not None:
        _warm[preload, seed] = _start_warm(preload, seed)


def _start_warm(preload: tuple[str, ...], seed: int) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """Start a process that loads some modules and then waits for lanes to be asked for."""
    ours, theirs = socket.socketpair()
    press = str(Path(galley.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {press!r}); from galley.run.worker import warm; warm({theirs.fileno()}, {list(preload)!r})"
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=os.environ | ENVIRONMENT | {"PYTHONHASHSEED": str(seed)},
        )
    return process, ours


def has_ended(preload: tuple[str, ...], seed: int) -> bool:
    """Tell whether a warm process whose lanes are closed ends by itself, for which it may need a moment."""
    process, _ = _warm[preload, seed]
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    return process.returncode is not None


@atexit.register
def let_go() -> None:
    """End the warm processes with this one; if it is killed, the system closes their sockets, which does the same."""
    for process, control in _warm.values():
        control.close()
        process.wait()
    _warm.clear()
