"""What comes of a figure function, as plain data: it is kept as JSON, and read without matplotlib."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.drawing import embedding
from galley.figure.controls import Control
from galley.findings import Finding


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
        return embedding.embed(self.svg, self.prefix, title, description)

    def standalone(self, title: str, description: str, fonts: Mapping[str, bytes]) -> str:
        """Return the SVG as a file of its own: light, with those of the `fonts`, by the names of their files, within that it is set in."""
        return embedding.alone(self.svg, self.prefix, title, description, (self.width, self.height), fonts)

    def to_json(self) -> str:
        """Return all of it as JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Drawing":
        """Return the drawing that `to_json` has written."""
        read = json.loads(text)
        read["controls"] = tuple(Control.read(control) for control in read["controls"])
        read["texts"] = tuple(map(tuple, read["texts"]))
        return cls(**read | {"readouts": tuple(read["readouts"])})
