"""A site put in the place of the old one, whole or not at all."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MARKS = ("checks.json", "assets/galley")  # what every site of the press holds


def publish(target: Path, build: Callable[[Path], None]) -> None:
    """Build a site beside `target`, then exchange the two folders; a failure leaves the old site as it was.

    For an instant between two renames there is no site. What a run that is killed then leaves, the next one puts back.

    Args:
        target: The folder of the site.
        build: Makes a site in the folder that it is given, which is not there yet.

    Raises:
        RuntimeError: if what stands at `target` is no site of the press, and so may be somebody's work.
        OSError: if a folder cannot be written.
    """
    target = target.resolve()
    _refuse(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _recover(target)
    _refuse(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with _locked(folder):
            fresh, old = folder / "fresh", folder / "old"
            build(fresh)
            with _locked(target.parent):
                _refuse(target)  # meanwhile something may have been put there
                try:
                    if target.exists():
                        target.rename(old)
                    fresh.rename(target)
                finally:
                    if old.exists() and not target.exists():
                        old.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse(target: Path) -> None:
    """Refuse to take away what is neither nothing nor a site of ours."""
    if not target.exists():
        return
    if not target.is_dir():
        raise RuntimeError(f"{target} is a file; name a folder for the site")
    if os.path.ismount(target):
        raise RuntimeError(f"{target} is a mount point, which cannot be exchanged; name a folder within it")
    if any(target.iterdir()) and not all((target / mark).exists() for mark in MARKS):
        raise RuntimeError(
            f"{target} is neither empty nor a site that galley has built; name another folder, or remove it yourself"
        )


def _recover(target: Path) -> None:
    """Put back the old site if a run was killed while it exchanged the two, and remove what killed runs have left."""
    for folder in target.parent.glob(f".{target.name}-*"):
        with contextlib.suppress(OSError), _locked(folder, wait=False), _locked(target.parent):
            if (folder / "old").is_dir() and not target.exists():
                (folder / "old").rename(target)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a folder's lock, which the system lets go when a process ends, however it does.

    Raises:
        OSError: if another process holds it, and `wait` is false.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
