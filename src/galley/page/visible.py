"""What a reader will meet of a page's numerals, block by block, as its scan sees them: the source's half of the audit.

Only digits that the scan has found count, for those alone are judged. So text in which Markdown sees a numeral and the scan does not
comes out short here, and the audit finds the finished page to say more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from galley.page.pieces import Binding, Formula, Image, Other, Page
from galley.page.uniform import COUNTS, EDGE, tokens

SHOWN = r"title|alt|placeholder|label|aria-(?:label|valuetext|description|roledescription)|data-(?:check|title|tooltip)"
_ATTRIBUTE = re.compile(rf"""(?<![\w-])(?:{SHOWN})\s*=\s*("[^"]*"|'[^']*'|[^\s"'>}}]+)""")
_ENTITY = re.compile(r"&[A-Za-z]+;")
_HIDDEN = re.compile(
    r"""
    ^[ \t>]*\[\^[^\]\s]+\]:                    # the mark of a footnote, which the engine numbers
  | \[\^[^\]\s]+\]                             # and what refers to it
  | ^[ \t>]*\[[^\]\n]+\]:[^\n]*                # the address of a link
  | (?<=\])\[[^\]\n]*\]                        # the name of an address
  | (?<=\)){[^{}\n]*}
  | ^[ \t>]*(?:/{3,}|!!!|\?\?\?\+?|===[!+]?)[ \t][^\n"]*  # what opens a box, but for its title
  | (?:^[ \t>]*|(?<=[-+*.)][ \t]))\d{1,9}[.)](?=[ \t])  # the number of an item, which the engine counts
    """,
    re.MULTILINE | re.VERBOSE,
)
_TITLE = re.compile(r"""[ \t\n]+("[^"\n]*"|'[^'\n]*')[ \t]*(?=\))""")  # of a link or an image, behind its target
_OPENS = re.compile(r"[ \t>]*(?:\#{1,6}[ \t]|[-+*][ \t]|\d{1,9}[.)][ \t]|\||:[ \t]|/{3,}|!!!|\?\?\?|===|$)")
_ITEM = re.compile(r"[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]")


@dataclass(frozen=True)
class Block:
    """The numerals of one block as a reader meets them, in order, and where it starts; of text, an attribute or an abbreviation."""

    line: int
    column: int
    kind: str
    tokens: tuple[str, ...]


def blocks(page: Page) -> Iterator[Block]:
    """Yield the blocks of a page that show numerals: those of its text in order, and those of what it shows elsewhere."""
    shown, asides = _shown(page)
    starts = _starts(page)
    for start, end in zip(starts, [*starts[1:], len(page.text)], strict=True):
        found = tokens("".join(shown[start:end]))
        if found:
            kind = "abbreviation" if page.text.startswith("*[", start) else "text"
            yield Block(*page.place(start), kind, tuple(found))
    for offset, text in asides:
        if found := tokens(text):
            yield Block(*page.place(offset), "aside", tuple(found))


def _shown(page: Page) -> tuple[list[str], list[tuple[int, str]]]:
    """Return what readers see for each character of a page, and the texts that stand outside of its flow."""
    text, shown, asides = page.text, list(page.text), []
    judged = {place for numeral in page.numerals for place in range(numeral.start, numeral.end)}

    def put(start: int, end: int, seen: str) -> None:
        shown[start:end] = [seen, *[""] * (end - start - 1)]

    for match in COUNTS.finditer(text):
        if match.start() not in judged:
            shown[match.start()] = EDGE
    masked = shown.copy()
    for match in _ENTITY.finditer(text):
        put(*match.span(), EDGE if COUNTS.search(unescape(match[0])) else unescape(match[0]))
    for match in _HIDDEN.finditer(text, page.body):
        put(*match.span(), EDGE)
    for piece in page.pieces:
        match piece:
            case Formula():
                put(piece.start, piece.end, f"{EDGE}{piece.tex}{EDGE}")
            case Binding():
                put(piece.start, piece.end, EDGE)
            case Image():
                put(piece.start, piece.end, EDGE)
                asides += [(piece.at, "".join(masked[piece.at : piece.at + len(piece.alt)]))]
                asides += [
                    (piece.start, title[1]) for title in _TITLE.finditer("".join(masked[piece.start : piece.end]))
                ]
                if piece.figure:
                    asides.append((piece.start, page.section(piece.start).title))
            case Other(kind="code"):
                put(piece.start, piece.end, _code(piece.text))
            case Other(kind="escape"):
                put(piece.start, piece.end, piece.text[1:])
            case Other():
                inside = piece.start in judged and piece.end in judged
                raised = re.match("<su[bp]\\b", piece.text)
                put(piece.start, piece.end, "^" if raised else "" if inside else EDGE)
        if isinstance(piece, Other) and piece.kind in ("tag", "attributes"):
            asides += [(piece.start, unescape(match[1])) for match in _ATTRIBUTE.finditer(piece.text)]
        elif isinstance(piece, Other) and piece.kind == "code":
            asides += [(piece.start, match[1]) for match in _ATTRIBUTE.finditer(piece.text.split("\n")[0])]
        elif isinstance(piece, Other) and (title := _TITLE.match(text, piece.end)):
            asides.append((title.start(1), "".join(masked[title.start(1) : title.end(1)])))
            put(*title.span(), "")
    for numeral in page.numerals:  # a dash before it that the scan takes for no sign, though readers may
        before = "".join(shown[max(0, numeral.start - 8) : numeral.start])[-1:]
        if not numeral.text.startswith(("-", "+", "\u2212", "\u2013")) and tokens(f" {before}1") == ["-1"]:
            shown[numeral.start] = EDGE + shown[numeral.start]
    return shown, asides


def _code(text: str) -> str:
    """Return what code shows: within its ticks, or between the lines that fence it."""
    fenced = re.match(r"[ \t>]*(?:```|~~~)[^\n]*\n", text)
    return text[fenced.end() :] if fenced else text.strip("`")


def _starts(page: Page) -> list[int]:
    """Return where the blocks of a page start, in order."""
    whole = [(piece.start, piece.end) for piece in page.pieces if isinstance(piece, Other) and piece.kind == "code"]
    formulas = [(piece.start, piece.end) for piece in page.pieces if isinstance(piece, Formula) and piece.display]
    starts = {page.body, *(place for span in formulas for place in span)}
    inside = {place for start, end in [*whole, *formulas] for place in range(start + 1, end)}
    listed = opened = False
    for match in re.finditer(r"^[^\n]*$", page.text[page.body :], re.MULTILINE):
        start, line = page.body + match.start(), match[0]
        if start in inside:
            continue
        opens = _OPENS.match(line)
        item = _ITEM.match(line)
        if opened or (opens and (not item or listed or not line.strip() or start - 1 in starts)):
            starts.add(start)
        listed = bool(item) or listed and bool(line.strip())
        opened = not line.strip() or line.lstrip().startswith("#")
    return sorted(starts)
