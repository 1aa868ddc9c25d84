"""Imports a module of the book, in a worker; one that fails says where, once for all that needs it."""

import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from galley.findings import Finding


class Broken(Exception):
    """A module that cannot be imported, and the place that keeps it from being so."""

    def __init__(self, path: Path, line: int, column: int, wrong: str) -> None:
        super().__init__(path, line, column, wrong)
        self.line = line
        self.finding = Finding(path, line, column, wrong, "mend this first: what needs the module waits for it")


def load(package: Path, module: str) -> ModuleType:
    """Import `module` of the package in the folder `package`.

    Raises:
        Broken: if it fails on the way.
    """
    if str(package.parent) not in sys.path:
        sys.path.insert(0, str(package.parent))
    with told(package.parent):
        return importlib.import_module(f"{package.name}.{module}")


@contextmanager
def told(*rooms: Path) -> Iterator[None]:
    """Tell what goes wrong during an import as `Broken`, at the innermost place in one of `rooms`."""
    try:
        yield
    except Exception as error:
        broken = at_import(error, *rooms)
        raise (error if broken is None else broken) from None


def at_import(error: BaseException, *rooms: Path) -> Broken | None:
    """Return where in `rooms` an import failed, or None if the error is of another kind."""
    if isinstance(error, SyntaxError) and error.filename and _within(error.filename, rooms):
        return unreadable(Path(error.filename), error)
    found = [frame for frame in traceback.extract_tb(error.__traceback__) if _within(frame.filename, rooms)]
    if not any(frame.name == "<module>" for frame in found):
        return None
    wrong = f"{type(error).__name__}: {' '.join(str(error).split())}"
    for room in rooms:
        wrong = wrong.replace(f"{room.parent}/", "")
    return Broken(Path(found[-1].filename), *place(found[-1]), f"the module cannot be imported: {wrong}")


def unreadable(path: Path, error: SyntaxError | ValueError) -> Broken:
    """Return what a text that is no Python comes to."""
    line, column = (error.lineno, error.offset) if isinstance(error, SyntaxError) else (1, 1)
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return Broken(path, max(line or 1, 1), max(column or 1, 1), f"the module cannot be read: {message}")


def place(frame: traceback.FrameSummary) -> tuple[int, int]:
    """Return the line and the column of a frame, both counted from one."""
    line = frame.lineno or 1
    text = Path(frame.filename).read_bytes().splitlines()[line - 1 :][:1]
    return line, len(b"".join(text)[: frame.colno or 0].decode(errors="replace")) + 1


def _within(file: str, rooms: tuple[Path, ...]) -> bool:
    return any(Path(file).is_relative_to(room) for room in rooms)
