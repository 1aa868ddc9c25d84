"""Where a book keeps its rooms, as its configuration says: read as MkDocs reads it, but without loading its theme and plugins."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mkdocs.structure.files import File, InclusionLevel, get_files
from mkdocs.utils import get_relative_url, is_markdown_file
from pathspec.gitignore import GitIgnoreSpec

from galley import settings
from galley.findings import Finding
from galley.run.cache import Cache
from galley.run.library import Library

if TYPE_CHECKING:  # which takes time to load, and this does without it
    from mkdocs.config.defaults import MkDocsConfig

OPTIONS: dict[
    str, tuple[Any, str]
] = {  # of the extension, with their defaults: folders below that of the configuration
    "library": ("src", "folder of the package that the pages are checked against"),
    "figures": ("figures", "folder of the modules that draw"),
    "tests": ("tests", "folder of the tests, and of the recorded values"),
    "labs": ("docs/labs", "folder of the labs, below that of the pages"),
    "generated": ([], "pages that other tools write and the press leaves alone, as patterns of .gitignore"),
}
RULES = ("exclude_docs", "draft_docs", "not_in_nav")  # of MkDocs, on which files it takes


@dataclass(frozen=True)
class Project:
    """The folders of a book, absolute, and what else the press has to know of it."""

    config: Path  # the file that says all this
    docs: Path
    package: Path
    figures: Path
    tests: Path
    labs: Path
    nav: tuple[str, ...] = ()  # the pages in the order of the book
    generated: GitIgnoreSpec = field(
        default_factory=lambda: GitIgnoreSpec([])
    )  # pages, as seen from `docs`, that need no press
    rules: tuple[GitIgnoreSpec, ...] = ()  # MkDocs' own, in the order of RULES
    directory_urls: bool = True
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)  # all that the configuration says
    sources: tuple[Path, ...] = ()  # the files that say it, its own first

    @property
    def root(self) -> Path:
        """The folder of the configuration, which paths in messages are relative to."""
        return self.config.parent

    @property
    def site(self) -> Path:
        """The folder of the finished site."""
        return self.root / (self.said.get("site_dir") or "site")

    @property
    def rooms(self) -> tuple[Path, Path]:
        """The folders whose code draws: that of the figure modules, and the one in which the library's package lies."""
        return self.figures, self.package.parent

    @property
    def cache(self) -> Cache:
        """What earlier runs have finished."""
        return Cache(self.root / ".cache" / "galley")

    @property
    def library(self) -> Library:
        """The functions of the package and the tests, as they stand now."""
        return Library(self.package, self.tests)

    def recorded(self, path: Path) -> Path:
        """Return the file of a page's recorded values."""
        return self.tests / "recorded" / f"{self.stem(path)}.json"

    def pages(self) -> list[Path]:
        """Return the Markdown pages that the site holds in the order of the book, those that its nav does not name last."""
        named = {page: place for place, page in enumerate(self.nav)}
        pages = [uri for uri in self.files() if is_markdown_file(uri) and not self.generated.match_file(uri)]
        return [self.docs / uri for uri in sorted(pages, key=lambda uri: (named.get(uri, len(named)), uri))]

    def files(self) -> list[str]:
        """Return all files that the site takes from `docs`, as the nav names them."""
        included = (InclusionLevel.INCLUDED, InclusionLevel.NOT_IN_NAV)
        return [file.src_uri for file in self._files if file.inclusion in included]

    def strays(self) -> list[str]:
        """Return the pages that the nav should name and does not, as seen from `docs`."""
        wanted = {file.src_uri for file in self._files if file.inclusion is InclusionLevel.INCLUDED} - {*self.nav}
        return [page for page in map(self.uri, self.pages()) if page in wanted] if self.nav else []

    def finding(self, word: str, wrong: str, right: str) -> Finding:
        """Return a mistake at a word of the configuration."""
        return Finding(*settings.place(self.sources, word), wrong, right)

    def named(self, path: Path) -> str:
        """Return a path as seen from the configuration."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def uri(self, path: Path) -> str:
        """Return a file of `docs` as the nav names it."""
        return path.relative_to(self.docs).as_posix()

    def stem(self, path: Path) -> str:
        """Return the word by which the other rooms know a page: its file's name, with its folders where pages share that."""
        place = path.relative_to(self.docs).with_suffix("")
        return place.name if len(place.parts) == 1 or self._stems[place.name] < 2 else "_".join(place.parts)

    def address(self, page: str) -> str:
        """Return the address of a page, named as in the nav, below the site's."""
        return _address(page, directory_urls=self.directory_urls)

    def link(self, target: str, page: str) -> str:
        """Return the address `target`, below the site's, as seen from a page that is named as in the nav."""
        return get_relative_url(target, self.address(page))

    @cached_property
    def _stems(self) -> Counter[str]:
        return Counter(path.stem for path in self.pages())

    @cached_property
    def _files(self) -> list[File]:
        """All files below `docs`, with what MkDocs makes of each."""
        said = {"docs_dir": str(self.docs), "site_dir": "", "use_directory_urls": self.directory_urls}
        return list(get_files(cast("MkDocsConfig", said | dict(zip(RULES, self.rules, strict=False)))))


@cache
def _address(page: str, *, directory_urls: bool) -> str:
    return File(page, None, "", directory_urls).url


def load(start: Path, config: Path | None = None) -> Project:
    """Return the project of the configuration `config`, or of the first that stands in `start` or above it.

    Raises:
        FileNotFoundError: if there is none.
        Findings: if it cannot be read, or what it says of the press is wrong: nothing else makes sense until that is mended.
    """
    path = config.resolve() if config else settings.find(start)
    said, files = settings.read(path)
    options = _options(said, files)
    root = path.parent
    return Project(
        path,
        root / (said.get("docs_dir") or "docs"),
        package=root / options["library"],
        figures=root / options["figures"],
        tests=root / options["tests"],
        labs=root / options["labs"],
        nav=tuple(settings.leaves(said.get("nav"))),
        generated=GitIgnoreSpec.from_lines(map(str, options["generated"])),
        rules=tuple(GitIgnoreSpec.from_lines((said.get(rule) or "").splitlines()) for rule in RULES),
        directory_urls=said.get("use_directory_urls", True),
        said=said,
        sources=files,
    )


def _options(said: Mapping[str, Any], files: Sequence[Path]) -> dict[str, Any]:
    """Return what the configuration says to the press, held against what it may say."""
    extensions = said.get("markdown_extensions") or []
    listed = (
        [extensions]
        if isinstance(extensions, dict)
        else [{each: {}} if isinstance(each, str) else each for each in extensions]
    )
    given = next((each["galley"] or {} for each in listed if "galley" in each), None)
    if given is None:
        wrong, right = (
            "galley is not among the markdown_extensions",
            "add the entry galley: {library: src/…, tests: tests}",
        )
        raise settings.refused(files, "markdown_extensions", wrong, right)
    options = {name: default for name, (default, _) in OPTIONS.items()}
    for key, value in given.items():
        if key not in OPTIONS:
            near = difflib.get_close_matches(key, OPTIONS, n=1)
            right = f"did you mean {near[0]}?" if near else f"its options are {', '.join(OPTIONS)}"
            raise settings.refused(files, key, f"galley has no option {key}", right)
        if key == "generated":
            options[key] = value if isinstance(value, list) else [value]
        elif (files[0].parent / str(value)).is_dir():
            options[key] = str(value)
        else:
            right = f"name one as seen from {files[0].name}"
            raise settings.refused(files, str(value), f"there is no folder {value}", right)
    return options
