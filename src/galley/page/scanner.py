"""One scan of a raw page: where its formulas, bindings, figures, links and numerals stand.

Offsets count characters of the raw file, front matter included, so that every message names the place the author sees.
"""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from markdown.extensions.toc import slugify

from galley.findings import Finding, Findings
from galley.page.numerals import Numeral, numerals

MAX_CHARACTERS, MAX_PIECES, MAX_SECTIONS, MAX_NUMERALS = 200_000, 3000, 300, 3000  # of a page
MAX_FORMULA = 2000  # characters

# No pattern goes back over what it has taken (`++`), nor looks farther than a piece may reach, so that a scan takes time in
# proportion to the page, whatever stands there.
_PIECE = re.compile(
    r"""
    (?P<escape>\\[\\`*_{}\[\]()#+\-.!$|<>])
  | <!--(?P<comment>(?:(?!<!--).)*?)-->
  | (?P<unclosed><!--)
  | (?P<ticks>`++)(?P<code>(?:(?!\n\s*\n).){1,2000}?)(?<!`)(?P=ticks)(?!`)
  | (?P<unpaired>`++)
  | \$\$(?P<display>(?:(?!\n\s*\n)(?!\$\$).)+?)\$\$
  | \$(?![\s$])(?P<inline>(?:\\.|(?!\n\s*\n)[^$\\])+?)(?<!\s)\$(?!\d)
  | (?P<dollar>\$)
  | !\[(?P<alt>[^\[\]]*+)\]\(\s*+(?P<source>[^)\s]{0,1000}+)[^)]{0,1000}+\)
  | \]\(\s*+(?P<target>[^)\s]{0,1000}+)[^)]{0,1000}+\)
  | ^[ \t]*+\[(?!\^)[^\]\n]++\]:\s*+(?P<reference>\S++)
  | (?P<tag><(?:https?:[^<>\s]++|/?[A-Za-z][^<>]*+)>)
  | (?P<attributes>\{:?\s*+[\#.][^{}\n]*+\})
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_FENCE = re.compile(
    r"^(?P<indent>[ \t]*+)(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ \t]*+(?P=fence)[`~]*+[ \t]*+$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_FRONT = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*\n", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^\#{1,6}[ \t]++(?P<title>[^\n]*+)$", re.MULTILINE)
_ID = re.compile(r"\{[^{}]*+\}\Z")
_CAPTION = re.compile(
    r"(?:[ \t]*+\n)++[ \t]*+///[ \t]++caption[^\n]*+\n(?P<caption>.{0,5000}?)^[ \t]*+///[ \t]*+$",
    re.MULTILINE | re.DOTALL,
)
_BINDING = re.compile(r"\s*+(?P<kind>=|holds:|eq:)\s*+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True)
class Formula:
    """TeX between dollars; `at` is the offset of the TeX itself."""

    start: int
    end: int
    tex: str
    at: int
    display: bool


@dataclass(frozen=True)
class Binding:
    """A comment that ties what stands before it to an expression; `at` is the expression's offset."""

    start: int
    end: int
    kind: str
    expression: str
    at: int


@dataclass(frozen=True)
class Image:
    """An image with its caption, if one follows; a figure of the press if its source is `figures/<chapter>/<name>.svg`."""

    start: int
    end: int
    alt: str
    at: int
    source: str
    caption: str | None
    caption_end: int

    @property
    def figure(self) -> tuple[str, str] | None:
        """The chapter and the name of the figure function."""
        match = re.fullmatch(r"(?:\.\./)?figures/(\w+)/(\w+)\.svg", self.source)
        return (match[1], match[2]) if match else None


@dataclass(frozen=True)
class Other:
    """Code, a link's target, a tag: text in which numerals are names."""

    start: int
    end: int
    kind: str
    text: str


Piece = Formula | Binding | Image | Other


@dataclass(frozen=True)
class Section:
    """From one heading to the next; checks share their inputs within it."""

    slug: str
    title: str
    start: int
    end: int


class _TooLarge(Exception):
    """The page holds more than one may."""


@dataclass(frozen=True)
class Page:
    """A scanned page; `findings` are what the scan itself found wrong."""

    path: Path
    text: str
    pieces: tuple[Piece, ...] = ()
    sections: tuple[Section, ...] = ()
    numerals: tuple[Numeral, ...] = ()
    findings: tuple[Finding, ...] = ()
    body: int = 0

    @property
    def stem(self) -> str:
        """The page's single word, which is also its room in every other folder."""
        return self.path.stem

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both counted from one."""
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def finding(self, offset: int, wrong: str, right: str) -> Finding:
        """Return a mistake at an offset."""
        return Finding(self.path, *self.place(offset), wrong, right)

    def section(self, offset: int) -> Section:
        """Return the section that holds an offset."""
        return next(section for section in reversed(self.sections) if section.start <= offset)

    def block(self, offset: int) -> int:
        """Return where the block of text around `offset` starts: blank lines part blocks, and a row of a table is one."""
        line = self.line_start(offset)
        if self.text[line:offset].lstrip().startswith("|"):
            return line
        index = bisect.bisect_right(self._blocks, offset) - 1
        return self._blocks[max(index, 0)]

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of `offset` starts."""
        return self.text.rfind("\n", 0, offset) + 1

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _blocks(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\n[ \t]*\n+", self.text))]


class _Scan:
    """One scan at work: what it has found so far."""

    def __init__(self, path: Path, text: str) -> None:
        self.blank = Page(path, text)
        self.text = text
        self.findings: list[Finding] = []
        self.pieces: list[Piece] = []
        self.numerals: list[Numeral] = []
        front = _FRONT.match(self.text)
        self.body = front.end() if front else 0
        self.sections = [Section("", "", 0, len(self.text))]

    def page(self) -> Page:
        """Return the page with all that stands on it."""
        for match in _UNSEEN.finditer(self.text):
            self.note(match.start(), f"the character U+{ord(match[0]):04X} here cannot be seen", "delete it")
        try:
            self._bound(MAX_CHARACTERS, "characters", range(len(self.text)))
            self.pieces = sorted(islice(self._scan(), MAX_PIECES + 1), key=lambda piece: piece.start)
            self._bound(MAX_PIECES, "formulas, comments, links and the like", [piece.start for piece in self.pieces])
            self._find_sections()
            self._find_numerals()
            self._bound(MAX_NUMERALS, "numerals", [numeral.start for numeral in self.numerals])
        except _TooLarge:
            self.pieces, self.numerals, self.sections = [], [], self.sections[:1]
        return Page(
            self.blank.path,
            self.text,
            tuple(self.pieces),
            tuple(self.sections),
            tuple(self.numerals),
            tuple(self.findings),
            self.body,
        )

    def note(self, offset: int, wrong: str, right: str) -> None:
        """Note a mistake at an offset."""
        self.findings.append(self.blank.finding(offset, wrong, right))

    def _bound(self, most: int, what: str, places: Sequence[int]) -> None:
        """Refuse a page that holds too much: its checks would take for ever."""
        if len(places) > most:
            self.findings = []
            self.note(places[most], f"the page has more than {most} {what}", "make two pages of it")
            raise _TooLarge

    def _scan(self) -> Iterator[Piece]:
        at = self.body
        for fence in [*_FENCE.finditer(self.text, self.body), None]:
            stop = fence.start() if fence else len(self.text)
            yield from self._scan_text(at, stop)
            if fence:
                if fence["fence"] not in fence.group().rstrip().rpartition("\n")[2]:
                    self.note(fence.start(), "the code block is not closed", f"end it with {fence['fence']}")
                yield Other(fence.start(), fence.end(), "code", fence.group())
                at = fence.end()

    def _scan_text(self, start: int, stop: int) -> Iterator[Piece]:
        for match in _PIECE.finditer(self.text, start, stop):
            first, last = match.span()
            kind = match.lastgroup or ""
            if match["comment"] is None and "<!--" in match.group() and kind in ("alt", "source", "target"):
                self.note(
                    first + match.group().index("<!--"),
                    "a comment stands inside a link or an alt text",
                    "put it behind; what binds an alt text stands in the caption",
                )
            if match["comment"] is not None:
                yield self._comment(match)
            elif kind == "unclosed":
                self.note(first, "a comment is not closed", "end it with -->")
            elif kind == "dollar":
                self.note(
                    first,
                    "a dollar sign opens no formula",
                    r"close the formula with another, or write \$ for the sign itself",
                )
            elif match["display"] is not None or match["inline"] is not None:
                name = "display" if match["display"] is not None else "inline"
                if len(match[name]) <= MAX_FORMULA:
                    yield Formula(first, last, match[name], match.start(name), name == "display")
                else:
                    wrong = f"the formula has {len(match[name])} characters"
                    self.note(first, wrong, f"at most {MAX_FORMULA} are read: break it up")
                    yield Other(first, last, "code", match.group())
            elif match["alt"] is not None:
                caption = _CAPTION.match(self.text, last)
                yield Image(
                    first,
                    last,
                    match["alt"],
                    match.start("alt"),
                    match["source"],
                    caption and caption["caption"],
                    caption.end() if caption else last,
                )
            elif kind != "unpaired":
                name = next(
                    name
                    for name in ("escape", "code", "target", "reference", "tag", "attributes")
                    if match[name] is not None
                )
                if name in ("target", "reference"):
                    yield Other(match.start(name), match.end(name), "link", match[name])
                else:
                    yield Other(first, last, name, match.group())

    def _comment(self, match: re.Match[str]) -> Piece:
        content, start = match["comment"], match.start("comment")
        binding = _BINDING.match(content)
        if binding:
            expression = content[binding.end() :].rstrip()
            kind = binding["kind"].rstrip(":")
            return Binding(match.start(), match.end(), kind, expression, start + binding.end())
        if not content.lstrip().startswith("note:"):
            word = " ".join(content.split()[:1])
            self.note(
                match.start(),
                f"the comment begins with {word!r}, which binds nothing",
                "begin it with = or holds: or eq:, or with note: for a remark",
            )
        return Binding(match.start(), match.end(), "note", "", start)

    def _find_sections(self) -> None:
        code = [(piece.start, piece.end) for piece in self.pieces if isinstance(piece, Other) and piece.kind == "code"]
        used: dict[str, int] = {}
        starts: list[tuple[int, str, str]] = [(0, "", "")]
        for match in _HEADING.finditer(self.text, self.body):
            if any(first <= match.start() < last for first, last in code):
                continue
            self._bound(MAX_SECTIONS, "headings", [*(start for start, _, _ in starts[1:]), match.start()])
            title, given = match["title"].strip(), None
            if (attributes := _ID.search(title)) and (found := re.search(r"\#([\w-]+)", attributes[0])):
                title, given = title[: attributes.start()].rstrip(), found[1]
            title = re.sub(r"[*_`]", "", title)
            slug = given or slugify(title, "-")
            if slug in used and given:
                self.note(
                    match.start(),
                    f"the id {slug} stands on this page already, in line {self.blank.place(used[slug])[0]}",
                    "choose another",
                )
            number, plain = 1, slug
            while slug in used:  # as the table of contents numbers equal headings
                slug, number = f"{plain}_{number}", number + 1
            used[slug] = match.start()
            starts.append((match.start(), slug, title))
        ends = [*(start for start, _, _ in starts[1:]), len(self.text)]
        self.sections = [
            Section(slug, title, start, end) for (start, slug, title), end in zip(starts, ends, strict=True)
        ]
        for piece in self.pieces:
            if isinstance(piece, Formula) and self.text.startswith("#", self.blank.line_start(piece.start)):
                self.note(
                    piece.start,
                    "a heading holds a formula",
                    "write headings in words: they are read aloud and listed as plain text",
                )

    def _find_numerals(self) -> None:
        """Find the numerals of prose; those inside formulas are the formula's own matter, those inside code and links are names."""
        blank = list(self.text)
        for piece in self.pieces:
            kept = range(piece.at, piece.at + len(piece.alt)) if isinstance(piece, Image) else range(0)
            for index in range(piece.start, piece.end):
                if index not in kept and blank[index] != "\n":
                    blank[index] = " "
        prose = "".join(blank)
        for numeral in islice(numerals(prose, self.body), MAX_NUMERALS + 1):
            if numeral.beyond:
                wrong = f"{numeral.text[:40]} has a value beyond all that is computed"
                self.note(numeral.start, wrong, "write it as a power in a formula, which is compared in logs")
            else:
                self.numerals.append(numeral)


def scan(path: Path, text: str | None = None) -> Page:
    """Return the scan of the page at `path`; its text may be given where it is at hand.

    Raises:
        Findings: if it is no text.
    """
    if text is None:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line, column = (
                error.object.count(b"\n", 0, error.start) + 1,
                error.start - error.object.rfind(b"\n", 0, error.start),
            )
            wrong = f"the byte 0x{error.object[error.start]:02x} is no UTF-8"
            raise Findings([Finding(path, line, column, wrong, "save the file as UTF-8")]) from error
    return _Scan(path, text).page()
