"""What matplotlib by itself makes of a figure function, read element by element: what the press's drawings are held against."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.mathtext import MathTextParser
from numpy.typing import NDArray

from finish.browser import ROOT
from galley.drawing.stops import house
from galley.figure import private

ROOMS = (ROOT / "figures", ROOT / "src")
PARSERS = cache(MathTextParser)  # by the kind of output
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PART = re.compile(r"([A-Za-z])([^A-Za-z]*)")
Points = NDArray[np.float64]


@contextmanager
def styled() -> Iterator[None]:
    """Set matplotlib up in the house style; a formula that several drawings show is set once in a process."""
    with ExitStack() as stack:
        stack.enter_context(house())
        for room in (
            "backends.backend_agg",
            "textpath",
        ):  # each renderer has a parser of its own, which keeps what it has set
            stack.enter_context(patch(f"matplotlib.{room}.MathTextParser", PARSERS))
        yield


class Places(LayoutEngine):
    """Puts the panels of a figure where they stood in another."""

    _adjust_compatible, _colorbar_gridspec = False, False

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.places = [axes.get_position(original=True) for axes in figure.axes]
        self.titles = [text.get_position() for text in private.titles(figure)]

    def execute(self, fig: Figure) -> None:
        """Put them there."""
        for axes, place in zip(fig.axes, self.places, strict=True):
            axes.set_position(place, which="original")
        for text, at in zip(private.titles(fig), self.titles, strict=True):
            text.set_position(at)


def saved(function: Callable[..., object], given: Mapping[str, Any], first: Mapping[str, Any] | None = None) -> Element:
    """Return the SVG that matplotlib saves of a call, the panels where they stand after another call, if one is given."""
    with styled():
        start = Figure()
        function(start, **(given if first is None else first))
        start.savefig(io.StringIO(), format="svg")  # which lays it out, by the measures of this format
        figure = start
        if first is not None:
            figure = Figure(layout=Places(start))
            function(figure, **given)
        file = io.StringIO()
        figure.savefig(file, format="svg")
    return ElementTree.fromstring(file.getvalue())


@dataclass
class Thing:
    """One thing that shows: its kind, its colours, its words, and where it is."""

    kind: str
    colours: tuple[str, ...]
    words: str
    places: Points

    def same(self, other: "Thing", within: float) -> bool:
        """Tell whether another thing shows the same, all of it no farther away than `within`."""
        if (self.kind, self.colours, self.words) != (other.kind, other.colours, other.words):
            return False
        if self.kind == "path":
            return max(far(self.places, other.places), far(other.places, self.places)) <= within
        return len(self.places) == len(other.places) and bool(
            np.abs(self.places - other.places).max(initial=0) <= within
        )


def far(points: Points, corners: Points) -> float:
    """Return the largest distance of any point from lines through corners; a row that is no number ends a line."""
    starts, ends = (corners[:-1], corners[1:]) if len(corners) > 1 else (corners, corners)
    along = ends - starts
    whole = np.isfinite(along).all(axis=1)
    alone = corners[np.isfinite(corners).all(axis=1)]
    starts, along = np.concatenate([starts[whole], alone]), np.concatenate([along[whole], alone * 0])
    points = points[np.isfinite(points).all(axis=1)]
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    shares = np.clip(((points[:, None] - starts) * along).sum(axis=2) / square, 0, 1)
    return float(
        np.linalg.norm(points[:, None] - starts - shares[..., None] * along, axis=2).min(axis=1).max(initial=0)
    )


def corners(path: str) -> Points:
    """Return the corners of a path, control points included, with a row that is no number between its parts."""
    found: list[Points] = []
    here = opened = np.zeros(2)
    for command, written in PART.findall(path):
        numbers = np.array([float(each) for each in NUMBER.findall(written)]).reshape(-1, 2)
        if command == "M":
            found.append(np.full(2, np.nan))
        if command in "Zz":
            found.append(opened)
        for pair in numbers:
            here = here + pair if command == "l" else pair
            found.append(here)
        if command == "M":
            opened = here
    return np.array(found).reshape(-1, 2)


def things(root: Element) -> list[Thing]:
    """Return all that shows of a drawing, in order, but for backgrounds and for markers beyond its edges."""
    shapes = {f"#{each.get('id')}": each for each in root.iter() if each.get("id")}
    box = [float(each) for each in root.attrib["viewBox"].split()]
    found: list[Thing] = []

    def visit(element: Element, moved: Points, colour: tuple[str, ...]) -> None:
        tag = element.tag.rpartition("}")[2]
        style = element.get("style", "")
        mine = tuple(dict.fromkeys(re.findall(r"#[0-9a-f]{6}", style))) or colour
        if tag in ("defs", "metadata", "title", "desc", "style") or element.get("display") == "none":
            return
        if shift := re.match(r"translate\((\S+)[ ,]+([^)]+)\)", element.get("transform", "")):
            moved = moved + np.array([float(shift[1]), float(shift[2])])
        own = np.array([float(element.get("x", "0").split()[0]), float(element.get("y", "0"))])
        if tag == "path" and element.get("d") and style.replace(" ", "") != "fill:none":
            found.append(Thing(tag, mine, "", corners(element.attrib["d"]) + moved))
        elif tag == "use":
            href = next(value for key, value in element.attrib.items() if key.endswith("href"))
            shape = shapes[href]
            if shape.tag.endswith("path") and (own >= 0).all() and (own <= box[2:]).all():
                found.append(Thing("path", mine, "", corners(shape.attrib["d"]) + own))
        elif tag == "rect":
            size = np.array([float(element.attrib["width"]), float(element.attrib["height"])])
            found.append(Thing(tag, mine, "", np.array([own + moved, size])))
        elif tag == "text":
            places = [] if len(element) else [own + moved]
            for span in element:
                y = float(span.attrib["y"])
                places += [moved + np.array([float(x), y]) for x in span.attrib.get("x", "").split()]
                mine = mine or tuple(re.findall(r"#[0-9a-f]{6}", span.get("style", "")))
            words = "".join(span.text or "" for span in element) if len(element) else element.text or ""
            found.append(Thing(tag, mine, words, np.array(places).reshape(-1, 2)))
            return
        for child in element:
            visit(child, moved, mine)

    visit(root, np.zeros(2), ())
    return found


def turned(svg: str, book: dict[str, Any], stop: int) -> Element:
    """Return a drawing as the reader's script would leave it at a stop."""
    root = ElementTree.fromstring(svg)
    nodes = {element.get("id"): element for element in root.iter()}
    for name, place, key, values, which in book["slots"]:
        element, value = list(nodes[name].iter())[place], values[which[stop]]
        if key == "":
            element.text = value
        else:
            element.set(key.replace("xlink:", "{http://www.w3.org/1999/xlink}"), value)
    return root
