"""What comes of a figure function, as plain data: it is kept as JSON, and read without matplotlib."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from galley.figure.controls import Control
from galley.figure.palette import FAMILY, ROLES
from galley.findings import Finding

VARIABLE = re.compile(r"var\(--galley-[\w-]+, (#[0-9a-f]{6})\)")
FONT = re.compile(r"font-(style|weight|family): ?([^;]+)")


class FigureError(Exception):
    """A figure that cannot be printed: what is wrong, what would be right, and where in its module."""

    def __init__(self, wrong: str, right: str, line: int = 1, column: int = 1) -> None:
        super().__init__(wrong, right, line, column)
        self.wrong, self.right, self.line, self.column = wrong, right, line, column

    def __str__(self) -> str:
        return f"{self.wrong}; {self.right}"

    def finding(self, path: Path, name: str = "") -> Finding:
        """Return what this comes to in the module at `path`, for the figure called `name`."""
        wrong = f"the figure {name} cannot be drawn: {self.wrong}" if name else self.wrong
        return Finding(path, self.line, self.column, wrong, self.right)


@dataclass(frozen=True)
class Drawing:
    """What the press makes of a figure.

    Attributes:
        prefix: `<chapter>-<name>`, which every id in the SVG begins with.
        svg: The inline SVG for both colour schemes, still without title and description (`embed`).
        csv: The drawn data, in the columns series, x, y.
        record: What was drawn, to be compared with what was drawn before (`galley.drawing.snapshot`).
        width: In points.
        height: In points.
        controls: What a reader may drag, if anything.
        readouts: What the figure says in words at each stop of its controls.
        frames: What changes between the stops, as JSON (`galley.drawing.frames.book`); empty without controls.
        seal: The digest by which frames and page know that they belong together.
        texts: All words in the drawing, text by text in the order of the document, at each stop; once without controls.
    """

    prefix: str
    svg: str
    csv: str
    record: dict[str, Any]
    width: float
    height: float
    controls: tuple[Control, ...] = ()
    readouts: tuple[str, ...] = ()
    frames: str = ""
    seal: str = ""
    texts: tuple[tuple[str, ...], ...] = ()

    def embed(self, title: str, description: str = "") -> str:
        """Return the SVG to stand in a page, with what a screen reader reads out; browsers show the title as a tooltip."""
        return self._embedded(self.svg, title, description)

    def standalone(self, title: str, description: str, fonts: Mapping[str, bytes]) -> str:
        """Return the SVG as a file of its own: in light colours on paper, with those of the `fonts`, by the names of their files, within that it is set in."""
        faces = "".join(
            f"@font-face{{font-family:{family};font-style:{style};font-weight:{weight};"
            f"src:url(data:font/woff2;base64,{data})}}"
            for family, style, weight, data in _faces(self.svg, fonts)
        )
        page = f'<style>{faces}</style><rect width="100%" height="100%" fill="{ROLES["paper"]}"/>'
        size = f' width="{self.width:g}pt" height="{self.height:g}pt"'
        svg = VARIABLE.sub(r"\1", self.svg.replace(' data-search-exclude=""', size, 1))
        return self._embedded(svg, title, description, page)

    def _embedded(self, svg: str, title: str, description: str, beside: str = "") -> str:
        """Return an SVG with a title and, if there is one, a description for a screen reader, then what stands `beside` them."""
        said = {name: text for name, text in (("title", title), ("desc", description)) if text or name == "title"}
        words = "".join(f'<{name} id="{self.prefix}-{name}">{escape(text)}</{name}>' for name, text in said.items())
        start, _, rest = svg.partition(">")
        return f'{start} aria-labelledby="{" ".join(f"{self.prefix}-{name}" for name in said)}">{words}{beside}{rest}'


def _faces(svg: str, fonts: Mapping[str, bytes]) -> Iterator[tuple[str, str, str, str]]:
    """Give family, style, weight and content of each font that the text is set in."""
    faces = set()
    for element in ElementTree.fromstring(svg).iter():
        if element.tag.endswith(("text", "tspan")) and element.text:
            font = dict(FONT.findall(element.get("style", "")))
            family = font.get("family", FAMILY).partition(",")[0]
            faces.add((family, font.get("style", "normal"), font.get("weight", "400")))
    for family, style, weight in sorted(faces):
        cut = ("Bold" if weight == "700" else "") + ("Italic" if style == "italic" else "") or "Regular"
        yield family, style, weight, base64.b64encode(fonts[f"{family}-{cut}.woff2"]).decode()
