"""One scan of a page: where its formulas, bindings, images, links and numerals stand."""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from galley.findings import Finding, Findings
from galley.page import front, refused
from galley.page.blocks import blocks
from galley.page.headings import sections
from galley.page.numerals import numerals
from galley.page.pieces import Binding, Formula, Image, Other, Page, Piece, Section
from galley.page.prose import blanked

MAX_CHARACTERS, MAX_PIECES, MAX_SECTIONS, MAX_NUMERALS = 200_000, 3000, 300, 3000  # of a page
MAX_FORMULA = 2000  # characters

# No pattern goes back over what it has taken (`++`), and each stops where the next of its kind begins, so that a scan takes
# time in proportion to the page, whatever stands there.
_TARGET = r"\]\(\s*+(?P<{}><[^<>\n]*+>|(?:[^()\s]|\([^()\s]*+\))*+)(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?\s*+\)"
_PIECE = re.compile(
    rf"""
    (?P<escape>\\[\\`*_{{}}\[\]()#+\-.!$|<>])
  | <!--(?P<comment>(?:(?!<!--|-->).)*+)-->
  | (?P<unclosed><!--)
  | (?P<ticks>`++)
  | \$\$(?P<display>(?:(?!\n\s*\n|\$\$).)++)\$\$
  | \$(?![\s$])(?P<inline>(?:\\.|(?!\n\s*\n)[^$\\])++)(?<!\s)\$(?!\d)
  | (?P<dollar>\$)
  | !\[(?P<alt>[^\[\]]*+){_TARGET.format("source")}
  | {_TARGET.format("target")}
  | ^[ \t]*+\[(?!\^)[^\[\]\n]++\]:\s*+(?P<reference>\S++)
  | (?P<tag><(?:https?:[^<>\s]++|/?[A-Za-z][^<>]*+)>)
  | (?P<attributes>\{{:?\s*+[\#.][^{{}}\n]*+\}})
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_CLASSES = re.compile(r"[ \t]*\n?[ \t]*\{:?[ \t]*(?P<classes>(?:\.[\w-]+[ \t]*)+)\}")
_CAPTION = re.compile(
    r"(?:[ \t]*+\n|[ \t]*+<!--(?:(?!-->).)*+-->)*+[ \t]*+(?P<open>/{3,}+)[ \t]*+(?:figure-)?caption\b[^\n]*+\n(?P<caption>.{0,5000}?)^[ \t]*+(?P=open)[ \t]*+$",
    re.MULTILINE | re.DOTALL,
)
_BINDING = re.compile(r"\s*+(?P<kind>=|holds:|eq:|cited:)\s*+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ue000\ue001\U000e0000-\U000e0fff]"
)


class _TooLarge(Exception):
    """The page holds more than one may."""


class _Scan:
    """One scan at work: what it has found so far."""

    def __init__(self, blank: Page) -> None:
        self.blank = blank
        self.findings: list[Finding] = []

    def read(self) -> tuple[Page, tuple[Finding, ...]]:
        """Return the page with all that stands on it, and what could not be read."""
        blank = self.blank
        for offset, wrong, right in front.mistakes(blank.raw):
            line = blank.raw.count("\n", 0, offset) + 1
            self.findings.append(Finding(blank.path, line, offset - blank.raw.rfind("\n", 0, offset), wrong, right))
        for match in _UNSEEN.finditer(blank.text):
            self.note(match.start(), f"the character U+{ord(match[0]):04X} here cannot be seen", "delete it")
        try:
            self._bound(MAX_CHARACTERS, "characters", range(len(blank.text)))
            layout = blocks(blank.text, blank.body)
            self._tell(layout.mistakes)
            found = sorted([*layout.code, *islice(self._scan(layout.text, layout.code), MAX_PIECES + 1)], key=_start)
            self._bound(MAX_PIECES, "formulas, comments, links and the like", [piece.start for piece in found])
            prose = blanked(layout.text, found)
            page = replace(blank, pieces=tuple(found))
            heads, findings = sections(page, prose, MAX_SECTIONS + 1)
            self._bound(MAX_SECTIONS, "headings", [section.start for section in heads[1:]])
            numbers = list(islice(numerals(prose, blank.body), MAX_NUMERALS + 1))
            self._bound(MAX_NUMERALS, "numerals", [numeral.start for numeral in numbers])
            self.findings += findings
            self._tell(refused.on(page, layout.text, prose))
            for numeral in numbers:
                if numeral.beyond:
                    wrong = f"{numeral.text[:40]} has a value beyond all that is computed"
                    self.note(numeral.start, wrong, "write it as a power in a formula, which is compared in logs")
            numbers = [numeral for numeral in numbers if not numeral.beyond]
            page = replace(page, sections=tuple(heads), numerals=tuple(numbers))
        except _TooLarge:
            page = replace(blank, sections=(Section("", "", 0, len(blank.text)),))
        return page, tuple(self.findings)

    def note(self, offset: int, wrong: str, right: str) -> None:
        """Note a mistake at an offset."""
        self.findings.append(self.blank.finding(offset, wrong, right))

    def _tell(self, mistakes: "Sequence[refused.Mistake] | Iterator[refused.Mistake]") -> None:
        for mistake in mistakes:
            self.note(*mistake)

    def _bound(self, most: int, what: str, places: Sequence[int]) -> None:
        """Refuse a page that holds too much: its checks would take for ever."""
        if len(places) > most:
            self.findings = []
            self.note(places[most], f"the page has more than {most} {what}", "make two pages of it")
            raise _TooLarge

    def _scan(self, text: str, code: Sequence[Other]) -> Iterator[Piece]:
        starts = [self.blank.body, *(piece.end for piece in code)]
        ends = [*(piece.start for piece in code), len(text)]
        for start, stop in zip(starts, ends, strict=True):
            yield from self._scan_text(text, start, stop)

    def _scan_text(self, text: str, start: int, stop: int) -> Iterator[Piece]:
        spans = _Ticks(text, start, stop)
        at = start
        while match := _PIECE.search(text, at, stop):
            first, at = match.span()
            kind = match.lastgroup or ""
            if kind in ("source", "target") and "<!--" in match[0]:
                right = "put it behind; what binds an alt text stands in the caption"
                where = first + match[0].index("<!--")
                self.note(where, "a comment stands inside a link or an alt text", right)
            if kind == "ticks":
                end = spans.end(first, at)
                if end:
                    at = end
                    yield Other(first, at, "code", text[first:at])
                elif at - first > 2:
                    wrong = f"{match[0]} begins no code"
                    self.note(first, wrong, "start and end a block of code on lines of its own")
            elif kind == "comment":
                yield self._comment(match)
            elif kind == "unclosed":
                self.note(first, "a comment is not closed", "end it with -->")
            elif kind == "dollar":
                right = r"close the formula with another, or write \$ for the sign itself"
                self.note(first, "a dollar sign opens no formula", right)
            elif kind in ("display", "inline"):
                if len(match[kind]) <= MAX_FORMULA:
                    yield Formula(first, at, match[kind], match.start(kind), kind == "display")
                else:
                    wrong = f"the formula has {len(match[kind])} characters"
                    self.note(first, wrong, f"at most {MAX_FORMULA} are read: break it up")
                    yield Other(first, at, "code", match[0])
            elif kind == "source":
                yield (image := _image(match, text))
                at = image.end
            elif kind in ("target", "reference"):
                yield Other(match.start(kind), match.end(kind), "link", match[kind])
            else:
                yield Other(first, at, kind, match[0])

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
                "begin it with = or holds: or eq: or cited:, or with note: for a remark",
            )
        return Binding(match.start(), match.end(), "note", "", start)


def _start(piece: Piece) -> int:
    return piece.start


class _Ticks:
    """Code within lines: it ends at the next run of as many ticks in its paragraph."""

    def __init__(self, text: str, start: int, stop: int) -> None:
        self.runs: dict[int, list[int]] = {}
        for match in re.compile("`+").finditer(text, start, stop):
            self.runs.setdefault(len(match[0]), []).append(match.start())
        self.blanks = [match.start() for match in re.compile(r"\n[ \t]*\n").finditer(text, start, stop)]

    def end(self, first: int, last: int) -> int | None:
        """Return where the code ends whose ticks stand between two offsets."""
        runs = self.runs.get(last - first, [])
        at, blank = bisect.bisect_left(runs, last), bisect.bisect_left(self.blanks, first)
        if at == len(runs) or blank < len(self.blanks) and self.blanks[blank] < runs[at]:
            return None
        return runs[at] + last - first


def _image(match: re.Match[str], text: str) -> Image:
    """Return an image, with the classes of a figure and the caption that follow it."""
    image = Image(match.start(), match.end(), match["alt"], match.start("alt"), match["source"], None, match.end())
    if image.figure and (classes := _CLASSES.match(text, image.end)):
        names = tuple(re.findall(r"[\w-]+", classes["classes"]))
        image = replace(image, end=classes.end(), caption_end=classes.end(), classes=names)
    caption = _CAPTION.match(text, image.end)
    return replace(image, caption=caption["caption"], caption_end=caption.end()) if caption else image


def scan(path: Path, text: str | None = None, raw: str | None = None) -> tuple[Page, tuple[Finding, ...]]:
    """Return the page at `path`, and what on it cannot be read.

    Args:
        path: the page's file.
        text: the page as an engine hands it over, after plugins and snippets, with or without its front matter; as its file has it if None.
        raw: what the file holds, where that is at hand.

    Raises:
        Findings: if it is no text, or no longer there.
    """
    if raw is None:
        raw = text if text is not None and not path.is_file() else _read(path)
    body = front.end(raw)
    if text is None:
        text = raw
    elif not text.startswith(raw[:body]):
        text = raw[:body] + text
    return _Scan(Page(path, text, raw, body)).read()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        wrong = f"the byte 0x{error.object[error.start]:02x} is no UTF-8"
        raise Findings([Finding(path, line, column, wrong, "save the file as UTF-8")]) from error
    except OSError as error:
        raise Findings(
            [Finding(path, 1, 1, "the page is no longer there", "bring it back, or take it out of the book")]
        ) from error
