"""The lines of a page: which are quoted, and which are code, by a fence or by their indentation."""

import re
from dataclasses import dataclass

from galley.page.pieces import Other

_QUOTE = re.compile(r"[ \t]*+>(?: {0,3}>)* ?")
_FENCE = re.compile(r"(?P<fence>`{3,}+|~{3,}+)[ \t]*(?P<info>[^\n]*)")
_VALUE = r"""hl_lines=(?:"[\d -]+"|'[\d -]+')|linenums=(?:"[\d ]+"|'[\d ]+')|title=(?:"[^"]*"|'[^']*')"""
_INFO = re.compile(rf"(?:\.?[\w#.+-]+(?=[ \t]|$))?(?:[ \t]*\{{[^\n]*\}}|(?:[ \t]*(?:{_VALUE})(?=[ \t]|$))*)[ \t]*")
_CONTAINER = re.compile(
    r"[-*+][ \t]|\d+\.[ \t]|!!!|\?\?\?|===|\[\^[^\]\n]+\]:|:[ \t]"
)  # what indented lines may belong to
STEP = 4  # columns of indentation


@dataclass(frozen=True)
class Blocks:
    """The text with the marks of its quotations blanked, so that offsets stay; its code; what is wrong, each with its offset."""

    text: str
    code: list[Other]
    mistakes: list[tuple[int, str, str]]


@dataclass
class _Open:
    """A block of code at work: where it started, how far it is indented, its fence, and where its last line ended."""

    start: int
    indent: int
    fence: str
    end: int


class _Reader:
    """Reads line after line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.code: list[Other] = []
        self.mistakes: list[tuple[int, str, str]] = []
        self.open: _Open | None = None
        self.containers: list[int] = []  # how far the content of each list item, box or footnote at hand is indented
        self.fresh = self.free = True  # behind a blank line or a heading; where a quotation may begin
        self.quoted = self.comment = False  # in the line before; inside a comment that goes over lines

    def read(self, start: int, line: str) -> str:
        """Take in the line that starts at an offset, and return it without its marks of quotation."""
        mark = _QUOTE.match(line) if self.free else None
        content = line[mark.end() :] if mark else line
        if bool(mark) != self.quoted and line.strip():
            self.quoted, self.containers = bool(mark), []
        self.free = bool(mark) or not line.strip()
        inner = content.lstrip(" \t")
        indent = len(content[: len(content) - len(inner)].expandtabs(STEP))
        self._take(start, start + len(line), inner.rstrip(), indent)
        return " " * (len(line) - len(content)) + content

    def _take(self, start: int, end: int, line: str, indent: int) -> None:
        inside = self.open
        if inside and inside.fence:
            inside.end = end
            if line == inside.fence and indent == inside.indent:
                self.close()
            elif line and indent < inside.indent:
                wrong = "the line stands left of the fence of its code"
                self.mistakes.append((start, wrong, f"indent it by {inside.indent}, or close the code above"))
            return
        if inside and line:
            if indent >= inside.indent:
                inside.end = end
                return
            self.close()
        if not line:
            self.fresh = True
            return
        fence = _FENCE.match(line)
        if fence and not (line[0] == "`" and "`" in fence["info"]):  # which is code within a line
            self._begin(start, end, indent, fence)
        elif not self.comment:
            self._place(start, end, line, indent)
        if not self.open:
            opened, closed = line.rfind("<!--"), line.rfind("-->")
            self.comment = opened > closed or self.comment and closed < 0
        self.fresh = line.startswith("#")

    def _begin(self, start: int, end: int, indent: int, fence: re.Match[str]) -> None:
        info = fence["info"]
        if re.match(r"\.?math\b", info):
            self.mistakes.append((start, f"{fence['fence']}math is printed as it is", "write the formula between $$"))
        elif not _INFO.fullmatch(info):
            right = 'name a language, and options as in linenums="1" or title="…"'
            self.mistakes.append((start, f"{fence[0][:40]} does not start a block of code", right))
        self.open = _Open(start, indent, fence["fence"], end)

    def _place(self, start: int, end: int, line: str, indent: int) -> None:
        """Tell by its indentation to what a line belongs."""
        mark = _CONTAINER.match(line)
        if self.fresh or mark:
            while self.containers and indent < self.containers[-1]:
                self.containers.pop()
        base = self.containers[-1] if self.containers else 0
        if self.fresh and indent >= base + STEP:
            self.open = _Open(start, base + STEP, "", end)
        elif mark:
            self.containers.append((indent // STEP + 1) * STEP)

    def close(self) -> None:
        """End the code at hand."""
        if self.open:
            self.code.append(Other(self.open.start, self.open.end, "code", self.text[self.open.start : self.open.end]))
            self.fresh, self.open = True, None


def blocks(text: str, body: int) -> Blocks:
    """Return what the lines of a page are, from the offset `body` on."""
    reader, lines, at = _Reader(text), [text[:body]], body
    for line in text[body:].split("\n"):
        lines.append(reader.read(at, line) + "\n")
        at += len(line) + 1
    if reader.open and reader.open.fence:
        indent = reader.open.indent
        right = f"end it with {reader.open.fence}" + f", indented by {indent} as it begins" * bool(indent)
        reader.mistakes.append((reader.open.start, "the code block is not closed", right))
    reader.close()
    return Blocks("".join(lines)[:-1], reader.code, reader.mistakes)
