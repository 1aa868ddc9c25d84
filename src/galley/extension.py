"""The press as a Markdown extension: whatever engine renders a page, it comes through here."""

import os
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from galley import build as press
from galley.engine import Collected
from galley.findings import Findings
from galley.project import OPTIONS, Project, load
from galley.site import api, report
from galley.site.edition import Edition
from galley.site.html import Store, set_page

WHOLE = (api.BLOCK, report.BLOCK)  # what the press's own pages are made of, which Markdown would read in vain


class Galley(Extension):
    """Sets pages of the press.

    An engine that checks the whole book first (our MkDocs plugin) leaves its edition and the path of the page at hand in `shared`;
    for any other engine a page is checked as it comes, its path taken from the page context that the engine adds.
    """

    def __init__(self, **options: Any) -> None:
        self.shared: Shared | Collected | None = options.pop("shared", None)  # no option that a page's author sets
        self.config = {name: list(option) for name, option in OPTIONS.items()}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Run before any other preprocessor that reads the text, after white space is made uniform and snippets are in."""
        md.preprocessors.register(_Setter(md, self.shared), "galley", 29.5)


class Shared:
    """What the plugin and the extension share while MkDocs renders: the edition, and the page at hand."""

    def __init__(self, edition: Edition, known: dict[Path, str]) -> None:
        self.edition = edition
        self.known = known  # the texts of pages that are not what their files hold
        self.path: Path | None = None
        self.again: set[Path] = set()  # pages that came otherwise than they were checked

    def hear(self, path: Path, text: str, md: Markdown) -> None:
        """Check a page as it is handed over, if that is not how it was checked before."""
        checks = self.edition.pages.get(path)
        if checks is not None and _uniform(checks.page.text[checks.page.body :], md) == text.strip("\n"):
            return
        self.known[path] = text
        self.again.add(path)
        draft = checks is None and path.is_file()
        try:
            self.edition.add(press.check(self.edition.project, [path], compare=not draft, texts=self.known), path)
        except Findings as found:
            self.edition.findings = sorted({*self.edition.findings, *found.findings})


def _uniform(text: str, md: Markdown) -> str:
    """Return a text as Markdown makes its white space uniform."""
    return "\n".join(md.preprocessors["normalize_whitespace"].run(text.split("\n"))).strip("\n")


class _Setter(Preprocessor):
    def __init__(self, md: Markdown, shared: Shared | Collected | None) -> None:
        super().__init__(md)
        self.shared = shared

    def run(self, lines: list[str]) -> list[str]:
        """Return the page set, or the lines as they are where they are no page of the book."""
        text, shared = "\n".join(lines), self.shared
        store: Store = self.md.htmlStash.store
        if isinstance(shared, Collected):
            shared.take(text)
            return []
        if shared is None:
            named = self._context()
            if named is None:
                return lines
            project = load(Path.cwd())
            path = named.resolve() if named.is_file() else project.docs / named
            if project.generated.match_file(os.path.relpath(path, project.docs)):
                return lines
            edition = press.check(project, [path], texts={path: text})
            if edition.findings:
                raise Findings(edition.findings)
            store = _between_sources(project, path, store)
        else:
            at, shared.path = shared.path, None  # what is rendered within a page is no page
            if at is None:
                return [store(line) if line.startswith(WHOLE) else line for line in lines]
            path = at
            shared.hear(path, text, self.md)
            edition = shared.edition
            if path not in edition.pages:
                return lines
        html = set_page(edition.pages[path].page, edition, store)
        return html.expandtabs(self.md.tab_length).split("\n")

    def _context(self) -> Path | None:
        """Return the path of the page, as it stands or below the docs folder, from the context that Zensical registers as a preprocessor."""
        for other in self.md.preprocessors:
            path = getattr(getattr(other, "page", None), "path", None)
            if path is not None:
                return Path(path)
        return None


def _between_sources(project: Project, path: Path, store: Store) -> Store:
    """Return what keeps HTML with its links as Zensical takes each: for one between sources, which it leads to where pages are."""
    name = project.uri(path)
    shown, source = (
        f'<a href="{each}/' for each in (project.link("figures", name), "../" * name.count("/") + "figures")
    )
    return lambda html: store(html.replace(shown, source))
