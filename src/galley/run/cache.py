"""A store of finished work, addressed by what it was made from."""

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

MOST = 400 << 20  # bytes that are kept; what was not used for longest goes first
DAY = 86_400  # seconds: entries that are read are marked as used no more often


def digest(*parts: bytes | str) -> str:
    """Return the key of the work that `parts` determine; no two lists of parts share one."""
    seen = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        seen.update(len(data).to_bytes(8, "big"))
        seen.update(data)
    return seen.hexdigest()


class Cache:
    """Files in one folder, each text of them written whole and checked when it is read.

    Only finished work is put here, so a run that fails or is cut off leaves nothing behind that a later run could take for a result.
    What cannot be read is not there, and what cannot be written is made again next time: a cache costs time, never a run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grown = False  # so far that it is time to look at the size of all

    def get(self, key: str) -> str | None:
        """Return what was put under `key`, or None if nothing whole stands there."""
        path = self.folder / key[:2] / key
        try:
            with path.open("rb") as file:
                used = os.fstat(file.fileno()).st_mtime
                seal, _, content = file.read().partition(b"\n")
        except OSError:
            return None
        if seal != _seal(key, content):
            return None
        if used < time.time() - DAY:
            with contextlib.suppress(OSError):
                os.utime(path)
        return content.decode()

    def kept(self, key: str, make: Callable[[], str]) -> str:
        """Return what was put under `key`; what is not there is made, and put there."""
        if (text := self.get(key)) is None:
            self.put(key, text := make())
        return text

    def put(self, key: str, text: str) -> None:
        """Store `text` under `key`, whole or not at all."""
        content = text.encode()
        with contextlib.suppress(OSError):
            folder = self.folder / key[:2]
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / key, _seal(key, content) + b"\n" + content)
            self.grown |= key.startswith("00")  # one in 256: to look at all takes as long as to read them

    def trim(self, most: int = MOST) -> None:
        """Remove what was not used for longest, until `most` bytes are left, and what killed runs have left half written."""
        self.grown = False
        found = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
        found.sort(reverse=True)
        kept = 0
        for used, size, path in found:
            kept += size
            if kept > most or (path.suffix == ".part" and used < time.time() - DAY):
                with contextlib.suppress(OSError):
                    path.unlink()


def _seal(key: str, content: bytes) -> bytes:
    """Return what only this content under this key bears."""
    return hashlib.sha256(key.encode() + content).hexdigest().encode()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whatever ends the run meanwhile.

    Raises:
        OSError: if it cannot be written; what stood there stands as it was.
    """
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
