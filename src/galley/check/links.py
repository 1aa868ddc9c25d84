"""Links within the book: each leads to a page, a heading or a file that is there."""

import difflib
import re
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from galley.findings import Finding
from galley.page.pieces import Image, Other, Page
from galley.project import Project

SCHEMES = ("http", "https", "mailto")  # what a link may open; an image comes from the book alone
MADE = re.compile(r"(?:\.\./)*checks(?:\.md|\.json|/\w+/index\.md)")  # the press writes these while the site is built


def check(
    project: Project, pages: Sequence[Page], everything: Sequence[Page], figures: Sequence[str]
) -> Iterator[Finding]:
    """Yield the links of `pages` that lead nowhere, `figures` being what an image may show besides files."""
    files = [path.relative_to(project.docs).as_posix() for path in sorted(project.docs.rglob("*")) if path.is_file()]
    known = {page.path.resolve(): page for page in everything}
    for page in pages:
        yield from _check_name(page, project.docs)
        yield from _check_ids(page)
        for piece in page.pieces:
            if isinstance(piece, Other) and piece.kind == "link":
                yield from _check_target(page, piece.start, piece.text, known, project.docs, files)
            elif isinstance(piece, Image) and piece.figure is None:
                yield from _check_target(page, piece.start, piece.source, known, project.docs, [*figures, *files], ())


def made(target: str) -> bool:
    """Tell whether the press itself writes a page or a file into the site."""
    return MADE.fullmatch(target) is not None


def _check_name(page: Page, docs: Path) -> Iterator[Finding]:
    """Yield what is wrong with a page whose name would be more than a word in an address, or whose text comes from elsewhere."""
    strange = re.search(r"[^\w/-]", page.path.relative_to(docs).with_suffix("").as_posix())
    if strange:
        yield page.finding(0, f"the name of the page holds {strange[0]!r}", "name it with letters, digits and hyphens")
    if not page.path.resolve().is_relative_to(docs.resolve()):
        yield page.finding(0, "the page is a link to a file elsewhere", "put the file itself here")


def _check_ids(page: Page) -> Iterator[Finding]:
    """Yield ids that a tag or an attribute list gives a second time; of headings the scan tells."""
    starts = {section.start for section in page.sections}
    seen = {section.slug: section.start for section in page.sections if section.slug}
    for piece in page.pieces:
        heading = page.line_start(piece.start) in starts
        if isinstance(piece, Other) and piece.kind in ("tag", "attributes") and not heading:
            for name in _given(piece.text):
                if name in seen:
                    wrong = f"the id {name} stands on this page already, in line {page.place(seen[name])[0]}"
                    yield page.finding(piece.start, wrong, "choose another")
                seen.setdefault(name, piece.start)


def _check_target(
    page: Page,
    offset: int,
    target: str,
    known: dict[Path, Page],
    docs: Path,
    files: Sequence[str],
    schemes: Sequence[str] = SCHEMES,
) -> Iterator[Finding]:
    if not target:
        yield page.finding(offset, "the link leads nowhere", "name a page, a #heading or an address")
        return
    try:
        parts = urlsplit(unescape(target).strip("<>"))
        path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
        there = path in known or (path.is_relative_to(docs) and path.is_file())
    except (ValueError, OSError):
        yield page.finding(offset, f"{target[:60]} is no address", "name a page, a #heading or an address")
        return
    if parts.scheme or parts.netloc:
        if (parts.scheme or "https") not in schemes:
            right = (
                f"link to {', '.join(schemes)} or a page" if schemes else "put the file into the folder of the pages"
            )
            yield page.finding(offset, f"{target[:60]} is taken from elsewhere", right)
        return
    if made(parts.path):
        return
    if not there:
        near = difflib.get_close_matches(parts.path, files, n=1, cutoff=0.7)
        names = [name for name in files if name.endswith(".md")]
        yield page.finding(
            offset,
            f"the link leads to {parts.path}, which is not there",
            f"did you mean {near[0]}?" if near else f"pages are {', '.join(names)}",
        )
    elif parts.fragment and path in known:
        anchors = sorted(_anchors(known[path]))
        if parts.fragment not in anchors:
            near = difflib.get_close_matches(parts.fragment, anchors, n=1)
            yield page.finding(
                offset,
                f"{known[path].path.name} has no heading #{parts.fragment}",
                f"did you mean #{near[0]}?" if near else f"its headings are #{', #'.join(anchors)}",
            )


def _anchors(page: Page) -> set[str]:
    """Return the ids of a page: its headings, and those given in tags and attribute lists."""
    kinds = ("tag", "attributes")
    given = [piece.text for piece in page.pieces if isinstance(piece, Other) and piece.kind in kinds]
    return {name for text in given for name in _given(text)} | {
        section.slug for section in page.sections if section.slug
    }


def _given(text: str) -> list[str]:
    """Return the ids that a tag or an attribute list gives."""
    return re.findall(r"#([\w-]+)" if text.startswith("{") else r"""\bid=["']([\w-]+)""", text)
