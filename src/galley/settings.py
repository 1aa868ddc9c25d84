"""A configuration of MkDocs as YAML that knows where each part stands, what it inherits included."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
import yaml_env_tag

from galley.findings import Finding, Findings

NAMES = ("mkdocs.yml", "mkdocs.yaml")  # of a configuration that is found without being named


@dataclass(frozen=True)
class Entry:
    """A page that the nav names, and where it does."""

    page: str
    path: Path
    line: int
    column: int


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


def read(path: Path, heirs: tuple[Path, ...] = ()) -> yaml.Node | None:
    """Return a configuration with what it inherits, each part knowing where it stands."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        loader.name = str(path)
        tree: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Findings([Finding(path, *place, f"this is no YAML: {error.problem}", "close what is open")]) from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        words = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise Findings([Finding(path, 1, 1, f"it cannot be read: {words}", "name a file of YAML in UTF-8")]) from error
    above = value(tree, "INHERIT")
    if above is None:
        return tree
    parent = (path.parent / str(above.value)).resolve()
    if parent in heirs or not parent.is_file():
        wrong = "inherits from itself" if parent in heirs else "is not there"
        raise refused(path, above, f"{above.value} {wrong}", "name another configuration to inherit from")
    return _merged(read(parent, (*heirs, path)), tree)


def _merged(parent: yaml.Node | None, child: yaml.Node | None) -> yaml.Node | None:
    """Return a mapping with what another adds to it, at any depth, as MkDocs merges what a configuration inherits."""
    if not (isinstance(parent, yaml.MappingNode) and isinstance(child, yaml.MappingNode)):
        return child
    own = {key.value: value for key, value in child.value}
    kept = [(key, _merged(value, own.pop(key.value)) if key.value in own else value) for key, value in parent.value]
    added = [(key, value) for key, value in child.value if key.value in own]
    return yaml.MappingNode(child.tag, kept + added, child.start_mark, child.end_mark)


def plain(tree: yaml.Node | None) -> dict[str, Any]:
    """Return what a configuration says, without the places."""
    return (_Loader("").construct_document(tree) if tree else None) or {}


def refused(path: Path, node: yaml.Node | None, wrong: str, right: str) -> Findings:
    """Return what is wrong with a part of a configuration, or with the whole of it."""
    return Findings([Finding(*(place(node) if node else (path, 1, 1)), wrong, right)])


def place(node: yaml.Node) -> tuple[Path, int, int]:
    """Return the file, the line and the column of a part."""
    return Path(node.start_mark.name), node.start_mark.line + 1, node.start_mark.column + 1


def value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """Return the value that a mapping has under a name."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def leaves(nav: yaml.Node | None) -> Iterator[Entry]:
    """Yield the pages of a nav, however it nests and names them."""
    match nav:
        case yaml.ScalarNode(value=str(page)) if page:
            yield Entry(page, *place(nav))
        case yaml.SequenceNode():
            for entry in nav.value:
                yield from leaves(entry)
        case yaml.MappingNode():
            for _, entry in nav.value:
                yield from leaves(entry)
