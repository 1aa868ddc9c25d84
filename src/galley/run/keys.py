"""All that a result depends on: when none of it has changed, neither has the result."""

import ast
import contextlib
import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import galley
from galley.run import plain, touched
from galley.run.cache import Cache, digest
from galley.run.workers import Function, called

_PRESS = Path(galley.__file__).parent
# The press's rooms, each of which imports those before it alone.
_FLOORS = ("findings.py", "run", "maths", "page", "figure", "drawing", "check")
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
Part = tuple[Path, str]


def of_job(function: Function, arguments: tuple[Any, ...], root: Path) -> str:
    """Return the key of all that a job depends on besides what it reads: itself, the press, and what is installed.

    Args:
        function: A top-level function, or its name.
        arguments: Plain values; paths count as seen from `root`, so that a project may be moved.
        root: The folder of the project.
    """
    here = plain.dump(root).removesuffix('"}')  # the beginning of a path, which no text that is given can hold
    said = plain.dump(arguments).replace(here, plain.dump(Path()).removesuffix('"}'))
    module, name = called(function)
    return digest(module, name, said, press(module), installed())


@cache
def press(module: str) -> str:
    """Return the digest of the press's rooms that a module of it may import, its own included; nothing for another module."""
    if module.partition(".")[0] != "galley":
        return ""
    room = module.split(".")[1]
    floors = _FLOORS[: _FLOORS.index(room) + 1] if room in _FLOORS else (".",)
    parts: list[bytes | str] = []
    for floor in floors:
        for path in sorted([_PRESS / floor] if floor.endswith(".py") else (_PRESS / floor).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                parts += [str(path.relative_to(_PRESS)), path.read_bytes()]
    return digest(*parts)


@cache
def installed() -> str:
    """Return the digest of what this Python is and of the names and versions of all that is installed for it."""
    folders = [path for path in sys.path if path.endswith(("site-packages", "dist-packages")) and os.path.isdir(path)]
    names = sorted(
        name for folder in folders for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))
    )
    return digest(sys.version, platform.machine(), *names)


class Files:
    """What files hold now, each read once.

    Args:
        root: The folder of the project.
        cache: Where what their parts are is kept.
    """

    def __init__(self, root: Path, cache: Cache | None = None) -> None:
        self._cache = cache
        self._root = str(root.resolve())
        self._known: dict[str, str] = {}
        self._parts: dict[str, Mapping[str, str]] = {}

    def name(self, path: str) -> str:
        """Return what a file is called in the cache: its path as seen from the project, if it is within."""
        return os.path.relpath(path, self._root) if path.startswith(self._root + os.sep) else path

    def path(self, name: str) -> str:
        """Return the path of the file that is called so in the cache."""
        return os.path.join(self._root, name)

    def held(self, path: str) -> str:
        """Return the digest of what a file holds, or held when this was asked first."""
        if path not in self._known:
            self._known[path] = touched.digest(path)
        return self._known[path]

    def state(
        self, key: str, names: Sequence[str], part: Part | None = None, seen: Mapping[str, str] | None = None
    ) -> str:
        """Return the key of a result of the job `key` that has read the files called `names`.

        Args:
            key: The job's.
            names: What the files are called (`name`).
            part: A module of which only what one of its functions reaches counts.
            seen: The digests of the files as the job saw them, instead of what they hold now.
        """
        parts = [key]
        for name in sorted(names):
            path = self.path(name)
            held = seen[path] if seen else self.held(path)
            if part and path == str(part[0].resolve()):
                held = self._slices(path, held).get(part[1], held)
            parts += [name, held]
        return digest(*parts)

    def _slices(self, path: str, held: str) -> Mapping[str, str]:
        """Return the digest of what each function of the module that `held` is the digest of reaches within it."""
        if (
            held not in self._parts
            and self._cache
            and (kept := self._cache.get(digest("slices", press(__name__), held)))
        ):
            with contextlib.suppress(ValueError, TypeError):  # what is kept may be no such table: then it is made again
                self._parts[held] = dict(json.loads(kept))
        if held not in self._parts:
            source = Path(path).read_bytes()
            self._parts[held] = slices(source) if hashlib.sha256(source).hexdigest() == held else {}
            if self._cache and self._parts[held]:
                self._cache.put(digest("slices", press(__name__), held), json.dumps(self._parts[held]))
        return self._parts[held]


def slices(source: bytes) -> dict[str, str]:
    """Return, for each top-level function of a module, the digest of all in the module that it may depend on.

    That is all that stands outside of functions, and of functions those whose names occur in what counts already, be it as a text.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    functions = {node.name: node for node in tree.body if isinstance(node, _FUNCTIONS)}
    said = {name: _said(node) & functions.keys() for name, node in functions.items()}
    rest = [node for node in tree.body if not isinstance(node, _FUNCTIONS)]
    common = [ast.dump(node) for node in rest]
    shared = set().union(*(_said(node) for node in rest)) & functions.keys() if rest else set()
    dumped = {name: ast.dump(node) for name, node in functions.items()}
    found = {}
    for name in functions:
        reached, waiting = set(), {name, *shared}
        while waiting:
            reached.add(one := waiting.pop())
            waiting |= said[one] - reached
        found[name] = digest(*common, *(dumped[other] for other in functions if other in reached))
    return found


def _said(tree: ast.AST) -> set[str]:
    """Return all names that stand in a tree, attributes' and texts included."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                found.add(name)
    return found
