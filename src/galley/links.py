"""Links within the book: each leads to a page, a heading or a file that is there."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from galley.page import Image, Other, Page
from galley.project import Project

GENERATED = {"proofs.md", "proofs.json"}  # the press writes these while the site is built


def check(project: Project, pages: Sequence[Page], everything: Sequence[Page]) -> None:
    """Note on each of `pages` the links that lead nowhere."""
    known = {page.path.resolve(): page for page in everything}
    for page in pages:
        for twin in everything:
            if twin is not page and twin.stem == page.stem and page.path > twin.path:
                page.problem(
                    0,
                    f"the stem {page.stem} is taken by {twin.path.relative_to(project.docs).as_posix()}",
                    "a stem names one page: rename this one",
                )
        for piece in page.pieces:
            if isinstance(piece, Other) and piece.kind == "link":
                _check_target(project, page, piece.start, piece.text, known)
            elif isinstance(piece, Image) and piece.figure is None:
                _check_target(project, page, piece.start, piece.source, known)


def _check_target(project: Project, page: Page, offset: int, target: str, known: dict[Path, Page]) -> None:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return
    path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
    if parts.path in GENERATED:
        return
    if path not in known and not path.is_file():
        names = [other.path.relative_to(project.docs).as_posix() for other in known.values()]
        near = difflib.get_close_matches(parts.path, names, n=1)
        page.problem(
            offset,
            f"the link leads to {parts.path}, which is not there",
            f"did you mean {near[0]}?" if near else f"pages are {', '.join(names)}",
        )
    elif parts.fragment and path in known:
        anchors = sorted(_anchors(known[path]))
        if parts.fragment not in anchors:
            near = difflib.get_close_matches(parts.fragment, anchors, n=1)
            page.problem(
                offset,
                f"{known[path].path.name} has no heading #{parts.fragment}",
                f"did you mean #{near[0]}?" if near else f"its headings are #{', #'.join(anchors)}",
            )


def _anchors(page: Page) -> set[str]:
    """Return the ids of a page: its headings, and those given in tags and attribute lists."""
    kinds = ("tag", "attributes")
    given = " ".join(piece.text for piece in page.pieces if isinstance(piece, Other) and piece.kind in kinds)
    ids = {one or other for one, other in re.findall(r"""\bid=["']([\w-]+)|#([\w-]+)""", given)}
    return ids | {section.slug for section in page.sections if section.slug}
