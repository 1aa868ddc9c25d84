"""A store of finished work, addressed by what it was made from."""

import hashlib
import os
import tempfile
from pathlib import Path


def digest(*parts: bytes | str) -> str:
    """Return the key of the work that `parts` determine; no two lists of parts share one."""
    seen = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        seen.update(len(data).to_bytes(8, "big"))
        seen.update(data)
    return seen.hexdigest()


class Cache:
    """Files in one folder, each written whole and checked when it is read.

    Only finished work is put here, so a run that fails or is cut off leaves nothing behind that a later run could take for a result.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> bytes | None:
        """Return what was put under `key`, or None if nothing whole stands there."""
        try:
            stored = (self.folder / key[:2] / key).read_bytes()
        except OSError:
            return None
        seal, content = stored[:64], stored[64:]
        return content if seal == hashlib.sha256(content).hexdigest().encode() else None

    def put(self, key: str, content: bytes) -> None:
        """Store `content` under `key`, whole or not at all."""
        folder = self.folder / key[:2]
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode() + content)
        os.replace(name, folder / key)
