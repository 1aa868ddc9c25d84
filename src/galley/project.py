"""Where a project keeps its rooms, as its `mkdocs.yml` says."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from galley.findings import Finding, Findings
from galley.run.cache import Cache
from galley.run.library import Library

OPTIONS = {"library": "src", "tests": "tests"}  # of the extension, with their defaults: folders below the root


@dataclass(frozen=True)
class Entry:
    """A page that the nav names, and where in `mkdocs.yml` it does."""

    page: str
    line: int
    column: int


@dataclass(frozen=True)
class Project:
    """The folders of a book, absolute."""

    root: Path
    docs: Path
    figures: Path
    package: Path
    tests: Path
    nav: tuple[Entry, ...] = ()  # the pages in the order of the book

    @property
    def config(self) -> Path:
        """The file that says all this."""
        return self.root / "mkdocs.yml"

    @property
    def cache(self) -> Cache:
        """What earlier runs have finished."""
        return Cache(self.root / ".cache" / "galley")

    @property
    def library(self) -> Library:
        """The functions of the package and the tests, as they stand now."""
        return Library(self.package, self.tests)

    def recorded(self, stem: str) -> Path:
        """Return the file of a chapter's recorded values."""
        return self.tests / "recorded" / f"{stem}.json"

    def pages(self) -> list[Path]:
        """Return the Markdown pages in the order of the book, those that it does not name last."""
        named = {entry.page: place for place, entry in enumerate(self.nav)}

        def place(path: Path) -> tuple[int, Path]:
            return named.get(path.relative_to(self.docs).as_posix(), len(named)), path

        return sorted(self.docs.rglob("*.md"), key=place)


class _Loader(yaml.SafeLoader):
    """Reads what MkDocs' own tags stand for as nothing: the press needs none of it."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def load(start: Path) -> Project:
    """Return the project whose `mkdocs.yml` stands in `start` or above it.

    Raises:
        FileNotFoundError: if there is none.
        Findings: if it cannot be read, or what it says of the press is wrong: nothing else makes sense until that is mended.
    """
    root = next(
        (folder for folder in [start.resolve(), *start.resolve().parents] if (folder / "mkdocs.yml").is_file()), None
    )
    if root is None:
        raise FileNotFoundError(f"there is no mkdocs.yml in {start} or above it")
    path = root / "mkdocs.yml"
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        tree = loader.get_single_node()
        config: dict[str, Any] = loader.construct_document(tree) if tree else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Findings([Finding(path, *place, f"this is no YAML: {error.problem}", "close what is open")]) from error
    options = OPTIONS | _options(path, tree)
    return Project(
        root,
        root / config.get("docs_dir", "docs"),
        root / "figures",
        root / options["library"],
        root / options["tests"],
        tuple(_leaves(_value(tree, "nav"))),
    )


def _options(path: Path, tree: yaml.Node | None) -> dict[str, str]:
    """Return what `mkdocs.yml` says to the press, held against what it may say."""

    def refused(node: yaml.Node | None, wrong: str, right: str) -> Findings:
        place = (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)
        return Findings([Finding(path, *place, wrong, right)])

    extensions = _value(tree, "markdown_extensions")
    for extension in extensions.value if isinstance(extensions, yaml.SequenceNode) else ():
        given = _value(extension, "galley")
        if extension.value != "galley" and given is None:
            continue
        pairs = given.value if isinstance(given, yaml.MappingNode) else []
        for key, folder in pairs:
            if key.value not in OPTIONS:
                near = difflib.get_close_matches(key.value, OPTIONS, n=1)
                right = f"did you mean {near[0]}?" if near else f"its options are {' and '.join(OPTIONS)}"
                raise refused(key, f"galley has no option {key.value}", right)
            if not (path.parent / folder.value).is_dir():
                raise refused(folder, f"there is no folder {folder.value}", "name one as seen from mkdocs.yml")
        return {key.value: folder.value for key, folder in pairs}
    right = "add the entry galley: {library: src/…, tests: tests}"
    raise refused(extensions, "galley is not among the markdown_extensions", right)


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """Return the value that a mapping has under a name."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _leaves(nav: yaml.Node | None) -> Iterator[Entry]:
    """Yield the pages of a nav, however it nests and names them."""
    match nav:
        case yaml.ScalarNode(value=str(page)) if page:
            yield Entry(page, nav.start_mark.line + 1, nav.start_mark.column + 1)
        case yaml.SequenceNode():
            for entry in nav.value:
                yield from _leaves(entry)
        case yaml.MappingNode():
            for _, entry in nav.value:
                yield from _leaves(entry)
