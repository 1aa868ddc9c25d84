"""Where a project keeps its rooms, as its `mkdocs.yml` says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from galley.cache import Cache
from galley.library import Library


@dataclass(frozen=True)
class Project:
    """The folders of a book, absolute."""

    root: Path
    docs: Path
    figures: Path
    package: Path
    tests: Path
    nav: tuple[str, ...] = ()  # the pages in the order of the book

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
        named = {path: place for place, path in enumerate(self.nav)}

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
    """
    root = next(
        (folder for folder in [start.resolve(), *start.resolve().parents] if (folder / "mkdocs.yml").is_file()), None
    )
    if root is None:
        raise FileNotFoundError(f"there is no mkdocs.yml in {start} or above it")
    config: dict[str, Any] = yaml.load((root / "mkdocs.yml").read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # derived from SafeLoader
    options: dict[str, str] = {}
    for extension in config.get("markdown_extensions") or []:
        if isinstance(extension, dict) and "galley" in extension:
            options = extension["galley"] or {}
    return Project(
        root,
        root / config.get("docs_dir", "docs"),
        root / "figures",
        root / options.get("library", "src"),
        root / options.get("tests", "tests"),
        tuple(_leaves(config.get("nav"))),
    )


def _leaves(nav: Any) -> Iterator[str]:
    """Yield the pages of a nav, however it nests and names them."""
    match nav:
        case str():
            yield nav
        case list():
            for entry in nav:
                yield from _leaves(entry)
        case dict():
            for entry in nav.values():
                yield from _leaves(entry)
