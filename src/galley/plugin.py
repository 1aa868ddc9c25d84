"""The press for MkDocs: a translation of events, the work is elsewhere."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from galley import build as press
from galley import engine
from galley.check.audit import audit
from galley.check.tasks import PRELOAD
from galley.extension import Shared
from galley.findings import Finding, Findings, report
from galley.labs import labs
from galley.labs import site as lab_pages
from galley.project import Project, load
from galley.run import touched
from galley.run.lanes import prepare
from galley.run.workers import Stale
from galley.site import account, serving
from galley.site import assets as output
from galley.site.edition import Edition
from galley.site.report import INDEX, LISTS, banner, list_of, pages

log = logging.getLogger("mkdocs.plugins.galley")


@contextmanager
def _told() -> Iterator[None]:
    """End the run with what is wrong where no page can be checked for it."""
    try:
        yield
    except Findings as found:
        raise Abort(report(found.findings)) from found


class Galley(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # MkDocs leaves both open; we have no options
    """Checks the book before MkDocs builds it, hands it the press's files, and checks again what comes otherwise to a page."""

    def __init__(self) -> None:
        self.serving = False
        self.called: Path | None = None  # what the site will be called, if it is built on its way to another place
        self.project: Project
        self.shared: Shared
        self.told: list[Finding] = []
        self.made: dict[str, str | bytes | Path] = {}  # the files that the press makes
        self.labs: dict[str, labs.Lab] = {}
        self.near: dict[str, Navigation] = {}  # the nav of each list of checks
        self.lists, self.templates = serving.Lists(), serving.Templates()
        lab_pages.prepare()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember whether an author is watching: then a mistake is shown on the page and does not end the run."""
        self.serving = command == "serve"
        if self.serving:
            for preload in (PRELOAD, press.DRAWING):  # so that the first save does not wait for NumPy and matplotlib
                prepare(preload)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Find the rooms, and watch them."""
        with _told():
            self.project = load(Path(), Path(config.config_file_path))
        rooms = (self.project.figures, self.project.package, self.project.tests)
        config.watch += [str(room) for room in rooms if str(room) not in config.watch]
        if jupyter := config.plugins.get(lab_pages.PLUGIN):
            jupyter.config["cache_dir"] = str(self.project.root / ".cache" / lab_pages.PLUGIN)
        return config

    @event_priority(-100)  # after all that other plugins do to the configuration
    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Check everything before anything is written."""
        self.project = replace(self.project, docs=Path(config.docs_dir), directory_urls=config.use_directory_urls)
        while (checked := self._checked()) is None:
            pass
        texts, edition = checked
        heard = {*config.plugins.events["page_markdown"], *config.plugins.events["page_read_source"]}
        others = heard - {self.on_page_markdown, self.on_page_read_source}
        if edition.findings and not self.serving and (texts or not others):  # else they may change pages unforeseen
            raise Abort(report(edition.findings))
        self.told = edition.findings if self.serving else []
        for finding in self.told:
            log.error("%s", finding)
        self.shared = Shared(edition, texts)
        config.mdx_configs.setdefault("galley", {})["shared"] = self.shared

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add what the press makes: figures, stylesheets, fonts, the report."""
        self.made = {}  # a server keeps its plugins from one build to the next
        if self.serving:
            self.lists.begin(self.shared.edition)
        self._add(files, config, output.files(self.project, self.shared.edition))
        for file in lab_pages.files(self.labs, config):
            _put(files, file)
            self.made[file.src_uri] = b""
        return files

    def on_page_read_source(self, *, page: Page, config: MkDocsConfig) -> str | None:
        """Read the report, whose pages come last, as it is by then; and let no page of wrong bytes end a server."""
        path, edition = self._path(page), self.shared.edition
        if path is None:
            return pages(self.project, edition).get(page.file.src_uri) if self.shared.again else None
        if self.serving and path not in edition.pages and path.is_file():
            return path.read_text(encoding="utf-8-sig", errors="replace")
        return None

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Set up what a list of checks leads to."""
        self.near = {}
        for uri in map(self.project.uri, self.shared.edition.pages):
            places = [file.page for name in (uri, INDEX) if (file := files.get_file_from_path(name))]
            near = [page for page in places if page and page is not nav.homepage]
            home = [nav.homepage] if nav.homepage else []
            self.near[list_of(self.project, uri)] = Navigation([*home, *near], [*home, *near])
        return nav

    @event_priority(-100)  # after all that other plugins do to the text
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Tell the extension which page comes next."""
        self.shared.path = self._path(page)
        return markdown

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Show an author who is watching what is wrong, on the page where it is."""
        self.shared.path = None
        own, edition, docs = {self._path(page)}, self.shared.edition, self.project.docs
        if lab := self.labs.get(page.file.src_uri):
            given = page.url, config.repo_url or "", config.edit_uri or ""
            html, own = lab_pages.page(html, page.file.src_uri, lab, edition, *given), {lab.page.path, lab.pair}
        if not self.serving:
            return html
        found = edition.findings
        if own & edition.pages.keys() or lab:  # else nothing of it is checked, and anything may be why
            found = [each for each in found if each.path in own or docs not in each.path.parents]
        return banner(found) + html

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        """End the build if a page is wrong as it came in the end: all have been seen now, and none is written yet."""
        found = self.shared.edition.findings
        if found and not self.serving:
            raise Abort(report(found))
        if self.serving:
            env.bytecode_cache = self.templates
        for finding in found:
            if finding not in self.told:
                log.error("%s", finding)
        if self.shared.again:
            made = output.files(self.project, self.shared.edition)
            self._add(files, config, {path: content for path, content in made.items() if not path.endswith(".md")})
        for file in files.documentation_pages():  # a link to a stop of a figure is checked where it is written
            for target, anchors in (file.page and file.page.links_to_anchors or {}).items():
                if target.page and target.page.present_anchor_ids is not None:
                    target.page.present_anchor_ids |= {anchor for anchor in anchors if "?" in anchor}
        return env

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Let a list of checks lead to where its reader came from: with all pages on each, lists cost as much as the book."""
        if page.file.src_uri in self.near:
            context["nav"] = self.near[page.file.src_uri]
        return context

    @event_priority(-100)  # after all that other plugins do to it
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Keep what an author who is watching need not wait for again."""
        if self.serving and not self.shared.again:
            self.lists.keep(page.file.src_uri, output)
        return output

    @event_priority(-100)  # after all that other plugins write
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Audit the site that came of it."""
        if self.shared.edition.findings:  # whoever is watching has been told of them
            return
        site = Path(config.site_dir)
        account.leave(site, self.shared.edition, self.made, config.site_url or "")
        called = self.project.site if self.serving else self.called  # a server's is a folder for the while
        found = audit(site, self.project.cache, called=called).findings
        if found and not self.serving:
            raise Abort(report(found))
        for finding in found:
            log.error("%s", finding)

    def _checked(self) -> tuple[dict[Path, str], Edition] | None:
        """Return the texts of the pages and what they came to; nothing if, with an author watching, a newer save puts an end to it."""
        saved = self._saved() if self.serving else None

        def stale() -> bool:
            return saved is not None and self._saved() != saved

        try:
            texts = engine.texts(self.project)
            edition = press.check(self.project, texts=texts, stale=stale)
            self.labs = labs.check(self.project, edition)
            return texts, edition
        except Stale:  # what was computed by now is kept
            return None
        except Findings as found:
            return {}, Edition(self.project, findings=found.findings)

    def _saved(self) -> dict[Path, tuple[int, ...]]:
        """Return the state of each file in the rooms."""
        rooms = (self.project.docs, self.project.figures, self.project.package, self.project.tests)
        paths = (path for room in rooms for path in room.rglob("*.*") if "__pycache__" not in path.parts)
        return {path: touched.state(str(path)) for path in paths}

    def _path(self, page: Page) -> Path | None:
        """Return the path by which the press knows a page, or None where it is not the press's to set."""
        uri = page.file.src_uri
        return None if uri in self.made or self.project.generated.match_file(uri) else self.project.docs / uri

    def _add(self, files: Files, config: MkDocsConfig, made: dict[str, str | bytes | Path]) -> None:
        """Put files into the site, in place of those of the same names; pages stand in the nav only where that names them."""
        for path, content in made.items():
            if isinstance(content, Path):
                file = File.generated(config, path, abs_src_path=str(content))
            else:
                file = File.generated(config, path, content=content, inclusion=InclusionLevel.NOT_IN_NAV)
            if self.serving and isinstance(content, str) and path.startswith(LISTS):
                file = self.lists.file(config, path, content) or file
            _put(files, file)
        self.made = self.made | made


def _put(files: Files, file: File) -> None:
    if (old := files.get_file_from_path(file.src_uri)) is not None:
        files.remove(old)
    files.append(file)
