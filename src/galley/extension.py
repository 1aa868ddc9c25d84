"""The press as a Markdown extension: whatever engine renders a page, it comes through here."""

from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from galley import build as press
from galley.findings import Findings
from galley.project import OPTIONS, load
from galley.site.edition import Edition
from galley.site.html import set_page


class Galley(Extension):
    """Sets pages of the press.

    An engine that checks the whole book first (our MkDocs plugin) leaves its `edition` and the `path` of the page at hand here;
    for any other engine a page is checked as it comes, its path taken from the page context that the engine adds.
    """

    def __init__(self, **options: Any) -> None:
        self.shared: Shared | None = options.pop("shared", None)  # no option that a page's author sets
        self.config = {name: list(option) for name, option in OPTIONS.items()}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Run before any other preprocessor that reads the text, right after white space is made uniform."""
        md.preprocessors.register(_Setter(md, self.shared), "galley", 29.5)


class Shared:
    """What the plugin tells the extension: the edition, and the page that is being rendered."""

    edition: Edition | None = None
    path: Path | None = None


class _Setter(Preprocessor):
    def __init__(self, md: Markdown, shared: Shared | None) -> None:
        super().__init__(md)
        self.shared = shared

    def run(self, lines: list[str]) -> list[str]:
        """Return the page set, or the lines as they are where they are no page of the book."""
        edition, path = (self.shared.edition, self.shared.path) if self.shared else (None, self._context())
        if path is None:
            return lines
        if edition is None:
            edition = press.check(load(path.parent), [path])
            if edition.findings:
                raise Findings(edition.findings)
        checks = edition.pages.get(path)
        if checks is None:
            return lines
        return set_page(checks.page, edition, self.md.htmlStash.store).expandtabs(self.md.tab_length).split("\n")

    def _context(self) -> Path | None:
        """Return the path of the page from the context that Zensical registers as a preprocessor."""
        for other in self.md.preprocessors:
            path = getattr(getattr(other, "page", None), "path", None)
            if path is not None:
                return _resolve(Path(path))
        return None


def _resolve(path: Path) -> Path:
    """Return the absolute path of a page named relative to the docs folder or to where the engine runs."""
    project = load(Path.cwd())
    return next((full for full in (path.resolve(), project.docs / path) if full.is_file()), project.docs / path)
