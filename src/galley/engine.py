"""The text of each page as MkDocs hands it to Markdown, after plugins, hooks and snippets had their turn, without a build."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galley.findings import Finding, Findings
from galley.project import Project

if TYPE_CHECKING:  # which takes time to load, and most books do without
    from mkdocs.config.defaults import MkDocsConfig

# What a plugin or a hook is named after that changes or adds text. Of labs, mkdocs-jupyter makes pages of their own kind.
EVENTS = re.compile(r"\bon_(?:page_markdown|page_read_source|files)\b")
OTHERS = ("galley", "search", "mkdocs-jupyter")
INCLUDING = ("pymdownx.snippets", "mdx_include", "markdown_include.include")  # extensions that change it later still


@dataclass
class Collected:
    """What our extension leaves here in place of setting pages: the text of each as it reaches Markdown's own rules."""

    path: Path | None = None
    texts: dict[Path, str] = field(default_factory=dict)

    def take(self, text: str) -> None:
        """Keep the text of the page at hand, once: what is rendered within a page is no page."""
        if self.path is not None:
            self.texts[self.path] = text
            self.path = None


def texts(project: Project) -> dict[Path, str]:
    """Return the text of each page, without front matter, where anything changes what the files hold; else nothing.

    Raises:
        Findings: if the configuration or a plugin fails.
    """
    plugins = [name for name in _names(project.said.get("plugins")) if name not in OTHERS and _changes(project, name)]
    hooks = [name for name in project.said.get("hooks") or () if _speaks(project.root / str(name))]
    including = [name for name in _names(project.said.get("markdown_extensions")) if name in INCLUDING]
    if not (plugins or hooks or including):
        return {}
    collected = Collected()
    with _told(project):
        _render(_config(project, plugins), project, collected)
    return collected.texts


def _names(listed: Any) -> list[str]:
    """Return the names in a list of plugins or extensions, each alone or with its options, or in a mapping."""
    entries = listed if isinstance(listed, list) else [listed or {}]
    return [str(name) for entry in entries for name in ([entry] if isinstance(entry, str) else entry)]


def _changes(project: Project, name: str) -> bool:
    """Tell whether a plugin may change a page's text; it is read, not imported."""
    theme = project.said.get("theme")
    within = f"{theme.get('name') if isinstance(theme, dict) else theme}/{name}"
    for entry in entry_points(group="mkdocs.plugins"):
        if entry.name in (name, within):
            spec = find_spec(entry.module)
            return spec is not None and spec.origin is not None and _speaks(Path(spec.origin))
    return False


def _speaks(path: Path) -> bool:
    return path.is_file() and EVENTS.search(path.read_text(encoding="utf-8", errors="replace")) is not None


def _config(project: Project, plugins: list[str]) -> "MkDocsConfig":
    """Return the configuration as MkDocs loads it, of its plugins only some."""
    from mkdocs.config.defaults import MkDocsConfig

    config = MkDocsConfig(config_file_path=str(project.config))
    with project.config.open("rb") as file:
        config.load_file(file)
    listed = config["plugins"] or []
    entries = [{name: options} for name, options in listed.items()] if isinstance(listed, dict) else listed
    config.load_dict({"plugins": [entry for entry in entries if _names([entry])[0] in plugins]})
    errors, _ = config.validate()
    if errors:
        raise ValueError(f"{errors[0][0]}: {errors[0][1]}")
    return config


def _render(config: "MkDocsConfig", project: Project, collected: Collected) -> None:
    """Lead each page to our extension, through the events that a build runs."""
    from mkdocs.structure.files import InclusionLevel, get_files, set_exclusions
    from mkdocs.structure.nav import get_navigation
    from mkdocs.structure.pages import Page

    run = config.plugins
    run.on_startup(command="build", dirty=False)
    config = run.on_config(config)
    config.mdx_configs.setdefault("galley", {})["shared"] = collected
    run.on_pre_build(config=config)
    files = run.on_files(get_files(config), config=config)
    set_exclusions(files, config)
    run.on_nav(get_navigation(files, config), config=config, files=files)
    for file in files.documentation_pages():
        page = file.page if isinstance(file.page, Page) else Page(None, file, config)
        page = run.on_pre_page(page, config=config, files=files)
        page.read_source(config)
        page.markdown = run.on_page_markdown(page.markdown or "", page=page, config=config, files=files)
        if file.inclusion is not InclusionLevel.EXCLUDED and not project.generated.match_file(file.src_uri):
            collected.path = project.docs / file.src_uri
            page.render(config, files)
    run.on_shutdown()


@contextmanager
def _told(project: Project) -> Iterator[None]:
    """Say in one line what fails, and nothing that MkDocs will say again in its own build."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    except (Exception, SystemExit) as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        wrong = f"MkDocs and its plugins hand over no text: {words}"
        raise Findings([Finding(project.config, 1, 1, wrong, "mend what it names")]) from error
    finally:
        logging.disable(logging.NOTSET)
