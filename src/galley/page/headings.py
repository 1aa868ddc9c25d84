"""The headings of a page, and the sections between them, as the table of contents names them."""

import re
from collections.abc import Iterator
from itertools import islice

from markdown.extensions.toc import slugify, unique

from galley.findings import Finding
from galley.page.pieces import Formula, Page, Section

_HASHES = re.compile(r"[ \t]*+(?:(?:[-*+]|\d+\.)[ \t]++)?\#{1,6}")
_LINE = re.compile(r"[ \t]*+[=-]++[ \t]*+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ATTRIBUTES = re.compile(r"\{(?P<list>[^{}\n]*+)\}\Z")


def sections(page: Page, prose: str, most: int) -> tuple[list[Section], list[Finding]]:
    """Return the sections of a page, behind at most so many headings, and what is wrong with these.

    Args:
        page: the page with its pieces.
        prose: its text, with all blanked that is no word.
        most: how many headings are read.
    """
    found = [Section("", "", 0, len(page.text))]
    findings: list[Finding] = []
    used: dict[str, int] = {}
    for start, first, last in islice(_headings(prose, page.body), most):
        whole = page.text[first:last]
        if inside := re.search(r"\{[^{}\n]*?<!--|\}[ \t]*<!--", whole):
            wrong = f"a comment stands {'inside' if inside[0][0] == '{' else 'behind'} the id of a heading"
            findings.append(page.finding(first + inside.end() - 4, wrong, "put it in front of the id"))
        for piece in page.pieces:
            if isinstance(piece, Formula) and first <= piece.start < last:
                right = "write headings in words: they are read aloud and listed as plain text"
                findings.append(page.finding(piece.start, "a heading holds a formula", right))
        title, given = _title(whole)
        slug = given or slugify(title, "-")
        if given in used:
            wrong = f"the id {slug} stands on this page already, in line {page.place(used[slug])[0]}"
            findings.append(page.finding(start, wrong, "choose another"))
        slug = unique(slug, set(used))  # as the table of contents numbers equal headings
        used[slug] = start
        above = found.pop()
        found += [Section(above.slug, above.title, above.start, start), Section(slug, title, start, above.end)]
    return found, findings


def _headings(prose: str, body: int) -> Iterator[tuple[int, int, int]]:
    """Yield for each heading where its line starts, and where its title starts and ends."""
    lines, at, blank = [*prose[body:].split("\n"), ""], body, True
    for line, following in zip(lines, lines[1:], strict=False):
        if hashes := _HASHES.match(line):
            yield at, at + hashes.end(), at + len(line)
        elif blank and line.strip() and _LINE.fullmatch(following):
            yield at, at, at + len(line)
        blank, at = not line.strip(), at + len(line) + 1


def _title(text: str) -> tuple[str, str | None]:
    """Return a heading as the table of contents has it, and the id that it gives itself."""
    title, given = _COMMENT.sub("", text).strip(), None
    if attributes := _ATTRIBUTES.search(title):
        name = re.search(r"\#([\w-]+)", attributes["list"])
        title, given = title[: attributes.start()].rstrip(), name and name[1]
    title = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", title.rstrip("# "))
    return re.sub(r"[*`]|(?<![^\W_])_|_(?![^\W_])", "", title), given
