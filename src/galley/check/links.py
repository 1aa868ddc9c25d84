"""Links within the book: each leads to a page, a heading, a stop of a figure or a file that the site holds."""

import difflib
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import unescape
from urllib.parse import parse_qsl, unquote, urlsplit

from galley.drawing.drawing import Drawing
from galley.findings import Finding
from galley.page.pieces import Image, Other, Page
from galley.project import Project

SCHEMES = ("http", "https", "mailto")  # what a link may open; an image comes from the book alone
# The press writes these while the site is built.
MADE = re.compile(r"checks\.json|(?:checks|api)(?:\.md|/[\w-]+/index\.md)")
Figure = tuple[str, str]


def check(
    project: Project,
    pages: Sequence[Page],
    everything: Sequence[Page],
    known: Sequence[Figure],
    drawings: Mapping[Figure, Drawing],
) -> Iterator[Finding]:
    """Yield the links of `pages` that lead nowhere.

    Args:
        project: the book.
        pages: those that are checked.
        everything: all its pages.
        known: what can be drawn.
        drawings: what has been drawn in this run.
    """
    there = {project.uri(page.path): page for page in everything}
    files = dict.fromkeys(sorted({*project.files(), *there}))
    images = files | dict.fromkeys(f"figures/{chapter}/{name}.svg" for chapter, name in known)
    for page in pages:
        yield from _check_name(page, project)
        here = project.uri(page.path)
        for piece in page.pieces:
            wrong = None
            if isinstance(piece, Other) and piece.kind == "link":
                wrong = _wrong(here, piece.text, there, files, SCHEMES, drawings)
            elif isinstance(piece, Image) and piece.figure is None:
                wrong = _wrong(here, piece.source, there, images, (), drawings)
            if wrong:
                yield page.finding(piece.start, *wrong)


def made(uri: str) -> bool:
    """Tell whether the press itself writes a page or a file into the site."""
    return MADE.fullmatch(uri) is not None


def _check_name(page: Page, project: Project) -> Iterator[Finding]:
    """Yield what is wrong with a page whose name would be more than a word in an address."""
    strange = re.search(r"[^\w/-]", page.path.relative_to(project.docs).with_suffix("").as_posix())
    if strange:
        yield page.finding(0, f"the name of the page holds {strange[0]!r}", "name it with letters, digits and hyphens")


def _wrong(
    here: str,
    target: str,
    pages: Mapping[str, Page],
    files: Collection[str],
    schemes: Sequence[str],
    drawings: Mapping[Figure, Drawing],
) -> tuple[str, str] | None:
    """Return what is wrong with a link on the page `here`, and what would be right."""
    try:
        parts = urlsplit(unescape(target).strip("<>"))
    except ValueError:
        return f"{target[:60]} is no address", "name a page, a #heading or an address"
    if not target:
        return "the link leads nowhere", "name a page, a #heading or an address"
    if parts.scheme or parts.netloc:
        if (parts.scheme or "https") in schemes:
            return None
        right = f"link to {', '.join(schemes)} or a page" if schemes else "put the file into the folder of the pages"
        return f"{target[:60]} is taken from elsewhere", right
    folder = posixpath.dirname(here)
    uri = posixpath.normpath(posixpath.join(folder, unquote(parts.path))) if parts.path else here
    if made(uri):
        return None
    if uri not in files or parts.path.endswith("/"):
        near = [name for name in files if posixpath.basename(name) == posixpath.basename(uri)]
        near = near or difflib.get_close_matches(uri, files, n=1, cutoff=0.7)
        named = [posixpath.relpath(name, folder) for name in near or files if near or name.endswith(".md")]
        right = f"did you mean {named[0]}?" if near else f"pages are {', '.join(named)}"
        return f"the link leads to {parts.path}, which is not there", right
    if parts.fragment and uri in pages:
        name, asked, stop = parts.fragment.partition("?")
        return _wrong_stop(pages[uri], name, stop, drawings) if asked else _wrong_anchor(pages[uri], name)
    return None


def _wrong_anchor(page: Page, name: str) -> tuple[str, str] | None:
    """Return what is wrong with a link to a heading, or to an id that a tag or a list of attributes gives."""
    if name in page.anchors:
        return None
    near = difflib.get_close_matches(name, page.anchors, n=1)
    right = f"did you mean #{near[0]}?" if near else f"its headings are #{', #'.join(page.anchors)}"
    return f"{page.path.name} has no heading #{name}", right


def _wrong_stop(page: Page, name: str, stop: str, drawings: Mapping[Figure, Drawing]) -> tuple[str, str] | None:
    """Return what is wrong with a link to a stop of a figure, such as `power?w=1.1`; as far as it was drawn in this run."""
    shown = {each.figure[1]: each.figure for each in page.pieces if isinstance(each, Image) and each.figure}
    if name not in shown:
        near = difflib.get_close_matches(name, shown, n=1)
        right = f"did you mean #{near[0]}?" if near else f"its figures are {', '.join(shown) or 'none'}"
        return f"{page.path.name} shows no figure {name}", right
    drawing = drawings.get(shown[name])
    controls = {control.name: control for control in drawing.controls} if drawing else {}
    for key, value in parse_qsl(stop, keep_blank_values=True) if drawing else ():
        if key not in controls:
            right = f"what can be dragged there is {', '.join(controls) or 'nothing'}"
            return f"the figure {name} has no control {key}", right
        if value not in (keys := controls[key].keys):
            return f"the figure {name} has no stop {key}={value}", f"its stops go from {keys[0]} to {keys[-1]}"
    return None
