"""The account that the press leaves in a site for its audit: what each page may show, and which files it wrote."""

import json
from collections.abc import Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, cast

from mkdocs.utils.meta import get_data

from galley.check import masthead
from galley.check.audit import LEDGER
from galley.check.reading import read
from galley.page.pieces import Page
from galley.page.uniform import tokens
from galley.page.visible import blocks
from galley.run.cache import digest
from galley.run.keys import press
from galley.site.edition import Edition
from galley.site.html import set_page

GENERATED = ("/404.html",)  # by themes, from templates alone


def leave(site: Path, edition: Edition, files: Mapping[str, str | bytes | Path], url: str) -> None:
    """Put the account into a site, beside the checks.

    Args:
        site: the folder.
        edition: what the press has checked.
        files: what the press writes, by its path in the site.
        url: where the site will live, if that is known.
    """
    project = edition.project
    pages = {project.uri(path): _page(checks.page, edition) for path, checks in edition.pages.items()}
    written = [name for name in files if name.endswith(".md")]
    content = {
        "url": url,
        "site": masthead.texts(project.said),
        "generated": [
            *GENERATED,
            *(f"/{name}" for name in written),
            *(each.pattern for each in project.generated.patterns if each.include is not None),
        ],
        "files": {name: _seal(content) for name, content in files.items() if name.startswith("figures/")},
        "pages": pages | edition.beside,
    }
    path = site / LEDGER
    checks = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(checks | {"audit": content}, ensure_ascii=False) + "\n", encoding="utf-8")


def _page(page: Page, edition: Edition) -> dict[str, Any]:
    front = {str(key): str(value) for key, value in get_data(page.text)[1].items()} if page.body else {}
    heading = next((section.title for section in page.sections if section.title), "")
    return {
        "source": page.path.relative_to(edition.project.root).as_posix(),
        "title": " ".join(tokens(front.get("title", heading))),
        "description": " ".join(tokens(front.get("description", ""))),
        "front": [" ".join(tokens(text)) for text in front.values() if tokens(text)],
        "blocks": _blocks(page, edition),
        "made": _made(page, edition),
    }


def _blocks(page: Page, edition: Edition) -> list[list[int | str]]:
    """Return the numerals that the source of a page shows, block by block."""

    def found() -> str:
        return json.dumps([[each.line, each.column, each.kind, " ".join(each.tokens)] for each in blocks(page)])

    key = digest("blocks", press(blocks.__module__), page.text, page.raw)
    return cast("list[list[int | str]]", json.loads(edition.project.cache.kept(key, found)))


def _made(page: Page, edition: Edition) -> list[str]:
    """Return the numerals that the press itself shows on a page: of drawings, controls, figures' code, and of what it held against what.

    Its formulas and numbers are the author's own, so of those the attributes alone count.
    """
    if page.path not in edition.parts:
        set_page(page, edition, str)
    own = ('<span class="formula', '<div class="formula', '<span class="check')
    parts = [part[: part.index(">") + 1] if part.startswith(own) else part for part in edition.parts[page.path]]
    key = digest("made", press(read.__module__), *parts)
    made = edition.project.cache.kept(key, lambda: json.dumps([*chain.from_iterable(map(_numerals, parts))]))
    return cast("list[str]", json.loads(made))


def _numerals(html: str) -> list[str]:
    """Return the numerals that a part of a page shows, block by block."""
    return [" ".join(each.tokens) for each in read(html, part=True).blocks if each.role != "drawing"]


def _seal(content: str | bytes | Path) -> str:
    data = content.read_bytes() if isinstance(content, Path) else content
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()
