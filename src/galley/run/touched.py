"""What a job reads while it runs: files that it opens and modules that it imports, so that its result is kept for these alone."""

import contextlib
import dis
import hashlib
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import FileFinder, SourceFileLoader
from types import CodeType
from typing import Any

# Beyond these no hook sees what a job depends on; its result serves this run and no other.
_BEYOND = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec", "socket.connect")
_APART = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
_APART |= {
    "/proc",
    "/dev",
    "/sys",
}  # what is installed counts by its version, and what the system makes up changes as it likes
_compiled: dict[str, tuple[bytes, CodeType]] = {}


class Touched:
    """The files that have been read since `watch`, each as it was then."""

    def __init__(self) -> None:
        self.whole = True  # whether these are all that the result depends on
        self._seen: dict[str, tuple[int, ...]] = {}
        self._own: set[str] = set()  # what it has written itself depends on it, and not it on that

    def watch(self) -> None:
        """Begin to watch: for the rest of this process."""
        sys.addaudithook(self._hear)

    def digests(self) -> dict[str, str]:
        """Return what each file holds, by its path; nothing for one that is not there."""
        found = {}
        for path in self._seen.keys() - self._own:
            found[path] = digest(path)
            self.whole &= (
                state(path) == self._seen[path]
            )  # else it was written meanwhile, and nobody knows which was read
        return found

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _BEYOND:
            self.whole = False
        elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            name, mode, flags = arguments
            if flags & (os.O_WRONLY | os.O_RDWR) or set(mode or "") & set("wax+"):
                self._own.add(_real(name))
            else:
                self._note(name)
        elif event == "os.rename":
            self._own |= {_real(name) for name in arguments[:2]}
        elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str | bytes | os.PathLike):
            if (
                "importlib" not in sys._getframe(1).f_code.co_filename
            ):  # which looks for modules, and opens what it finds
                self._note(arguments[0])

    def _note(self, name: "str | bytes | os.PathLike[Any]") -> None:
        path = _real(name)
        if path not in self._seen and not _apart(path):
            self._seen[path] = state(path)


def digest(path: str) -> str:
    """Return what tells a file's content, or a folder's names, from any other; nothing if there is none that can be read."""
    try:
        if os.path.isdir(path):
            return hashlib.sha256("\0".join(sorted({*os.listdir(path)} - {"__pycache__"})).encode()).hexdigest()
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _real(name: "str | bytes | os.PathLike[Any]") -> str:
    return os.path.realpath(os.fsdecode(name))


def state(path: str) -> tuple[int, ...]:
    """Return what differs once a file is written again; nothing if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _apart(path: str) -> bool:
    return any(_below(path, folder) for folder in _APART) or f"{os.sep}site-packages{os.sep}" in path


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


class _Source(SourceFileLoader):
    """Imports a module from its source as it stands: Python's own bytecode goes by a time in seconds and a size."""

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        known = _compiled.get(path)
        if known is None or known[0] != source:
            _compiled[path] = known = source, self.source_to_code(source, path)
        return known[1]


def from_source(root: str) -> None:
    """Let modules of the project at `root` be imported from their sources, whatever Python has kept of them."""
    find = FileFinder.path_hook((_Source, [".py"]))

    def hook(folder: str) -> Any:
        if not _below(os.path.realpath(folder), root) or _apart(folder):
            raise ImportError(f"{folder} is not of the project")
        return find(folder)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()


def compile_ahead(paths: Sequence[str]) -> None:
    """Compile sources, which runs nothing of them, and load what they import of what is installed, for all jobs that come after."""
    for path in paths:
        try:
            with open(path, "rb") as file:
                source = file.read()
            if path not in _compiled or _compiled[path][0] != source:
                _compiled[path] = source, compile(source, path, "exec", dont_inherit=True)
                _load_installed(_compiled[path][1])
        except (OSError, SyntaxError, ValueError, RecursionError):
            _compiled.pop(path, None)  # importing it says what is wrong


def _load_installed(code: CodeType) -> None:
    """Load the installed modules that a compiled one imports at its top level."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            with contextlib.suppress(Exception):  # of whatever kind: the job that needs it says so
                found = importlib.util.find_spec(instruction.argval.partition(".")[0])
                if found and found.origin and _apart(os.path.realpath(found.origin)):
                    importlib.import_module(instruction.argval)
