"""A configuration of MkDocs, with what it inherits, and where in its files each word stands."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
import yaml_env_tag
from mergedeep import merge

from galley.findings import Finding, Findings

NAMES = ("mkdocs.yml", "mkdocs.yaml")  # of a configuration that is found without being named


class _Loader(yaml.SafeLoader):
    """Reads what Python's own tags stand for as nothing: the press needs none of it."""


_Loader.add_constructor("!ENV", yaml_env_tag.construct_env_tag)
_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def find(start: Path) -> Path:
    """Return the configuration in `start` or above it."""
    for folder in [start.resolve(), *start.resolve().parents]:
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
    raise FileNotFoundError(f"there is no {NAMES[0]} in {start} or above it; go there, or name one with --config")


def read(path: Path) -> tuple[dict[str, Any], tuple[Path, ...]]:
    """Return what a configuration says, merged with what it inherits as MkDocs does, and the files that say it, its own first.

    Raises:
        Findings: if one of them cannot be read.
    """
    said, files = _read(path), [path]
    while name := said.pop("INHERIT", None):
        parent = (files[-1].parent / str(name)).resolve()
        if parent in files or not parent.is_file():
            wrong = f"{name} {'inherits from itself' if parent in files else 'is not there'}"
            raise refused(files[-1:], str(name), wrong, "name another configuration to inherit from")
        files.append(parent)
        said = dict(merge({}, _read(parent), said))
    return said, tuple(files)


def _read(path: Path) -> dict[str, Any]:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Findings([Finding(path, *place, f"this is no YAML: {error.problem}", "close what is open")]) from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        words = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise Findings([Finding(path, 1, 1, f"it cannot be read: {words}", "name a file of YAML in UTF-8")]) from error


def place(files: Sequence[Path], word: str) -> tuple[Path, int, int]:
    """Return the file, the line and the column where a word of a configuration stands first, or where it begins."""
    for path in files if word else ():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := re.search(rf"(?<![\w./-]){re.escape(word)}(?![\w./-])", line):
                return path, number, found.start() + 1
    return files[0], 1, 1


def refused(files: Sequence[Path], word: str, wrong: str, right: str) -> Findings:
    """Return what is wrong with a word of a configuration."""
    return Findings([Finding(*place(files, word), wrong, right)])


def leaves(nav: Any) -> Iterator[str]:
    """Yield the pages of a nav, however it nests and names them."""
    match nav:
        case str() if nav:
            yield nav
        case list() | dict():
            for entry in nav.values() if isinstance(nav, dict) else nav:
                yield from leaves(entry)
