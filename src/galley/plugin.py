"""The press for MkDocs: a translation of events, the work is elsewhere."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from galley import build as press
from galley.extension import Shared
from galley.findings import Findings, report
from galley.project import Project, load
from galley.site import assets as output
from galley.site.report import banner

log = logging.getLogger("mkdocs.plugins.galley")


@contextmanager
def _told() -> Iterator[None]:
    """End the run with what is wrong where no page can be checked for it."""
    try:
        yield
    except Findings as found:
        raise Abort(report(found.findings)) from found


class Galley(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # MkDocs leaves both open; we have no options
    """Checks the book before MkDocs builds it, and hands it the press's files."""

    def __init__(self) -> None:
        self.shared = Shared()
        self.serving = False
        self.project: Project

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember whether an author is watching: then a mistake is shown on the page and does not end the run."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Find the rooms, and watch them."""
        with _told():
            self.project = load(Path(), Path(config.config_file_path))
        config.mdx_configs.setdefault("galley", {})["shared"] = self.shared
        config.watch += [
            str(folder)
            for folder in (self.project.figures, self.project.package, self.project.tests)
            if str(folder) not in config.watch
        ]
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Check everything before anything is written."""
        with _told():
            self.shared.edition = press.check(self.project)
        findings = self.shared.edition.findings
        if findings and not self.serving:
            raise Abort(report(findings))
        for finding in findings:
            log.error("%s", finding)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add what the press makes: figures, stylesheets, fonts, the report; its pages stand in the nav only where that names them."""
        assert self.shared.edition is not None  # MkDocs asks for files after on_pre_build
        for path, content in output.files(self.project, self.shared.edition).items():
            if isinstance(content, Path):
                file = File.generated(config, path, abs_src_path=str(content))
            else:
                file = File.generated(config, path, content=content, inclusion=InclusionLevel.NOT_IN_NAV)
            files.append(file)
        return files

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Tell the extension which page comes next."""
        source = page.file.abs_src_path
        self.shared.path = Path(source) if source and not page.file.generated_by else None
        return markdown

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Show an author who is watching what is wrong, on the page where it is."""
        edition, path = self.shared.edition, self.shared.path
        self.shared.path = None
        if not self.serving or edition is None:
            return html
        return (
            banner(
                [
                    finding
                    for finding in edition.findings
                    if path is None or finding.path in (path, None) or finding.path.parent != path.parent
                ]
            )
            + html
        )

    def on_post_build(self, **_: Any) -> None:
        """Forget the edition: the next build checks afresh."""
        self.shared.edition = None
