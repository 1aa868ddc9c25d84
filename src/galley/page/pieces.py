"""What a page holds: formulas, bindings, images and the rest, each with its place. Frozen data, and nothing that is wrong with it."""

import bisect
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from galley.findings import Finding
from galley.page.numerals import Numeral
from galley.page.places import column, origins


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
    """An image with its classes and its caption, if one follows; a figure of the press if its source is `figures/<chapter>/<name>.svg`."""

    start: int
    end: int
    alt: str
    at: int
    source: str
    caption: str | None
    caption_end: int
    classes: tuple[str, ...] = ()

    @property
    def figure(self) -> tuple[str, str] | None:
        """The chapter and the name of the figure function."""
        match = re.fullmatch(r"(?:\.\./)*figures/(\w+)/(\w+)\.svg", self.source)
        return (match[1], match[2]) if match else None


@dataclass(frozen=True)
class Other:
    """Code, a link's target, a tag, a list of attributes, an escape: text in which numerals are names."""

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


@dataclass(frozen=True)
class Page:
    """A scanned page.

    Its offsets count the characters of `text`, which is what the engine handed over, below the front matter that ends at `body`.
    Its places are lines and columns of `raw`, the author's file.
    """

    path: Path
    text: str
    raw: str
    body: int = 0
    pieces: tuple[Piece, ...] = ()
    sections: tuple[Section, ...] = ()
    numerals: tuple[Numeral, ...] = ()

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset in the author's file, both counted from one."""
        line = bisect.bisect_right(self._lines, offset) - 1
        across = offset - self._lines[line]
        if self.text == self.raw:
            return line + 1, across + 1
        here, there = self._both
        origin = self._origins[line]
        return origin + 1, column(here[line], there[origin], across) + 1

    def finding(self, offset: int, wrong: str, right: str) -> Finding:
        """Return a mistake at an offset."""
        return Finding(self.path, *self.place(offset), wrong, right)

    def section(self, offset: int) -> Section:
        """Return the section that holds an offset."""
        return self.sections[bisect.bisect_right(self._starts, offset) - 1]

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
    def anchors(self) -> list[str]:
        """Return where a link can lead on the page: its headings, and the ids that a tag or a list of attributes gives."""
        texts = [
            piece.text for piece in self.pieces if isinstance(piece, Other) and piece.kind in ("tag", "attributes")
        ]
        given = {found for text in texts for found in re.findall(r"""(?:\bid=["']?|\{[^}]*#)([\w-]+)""", text)}
        return sorted(given | {section.slug for section in self.sections if section.slug})

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _blocks(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\n[ \t]*\n+", self.text))]

    @cached_property
    def _starts(self) -> list[int]:
        return [section.start for section in self.sections]

    @cached_property
    def _both(self) -> tuple[list[str], list[str]]:
        return self.text.split("\n"), self.raw.split("\n")

    @cached_property
    def _origins(self) -> list[int]:
        return origins(*self._both)


def images(page: Page) -> list[Image]:
    """Return the images of a page."""
    return [piece for piece in page.pieces if isinstance(piece, Image)]
