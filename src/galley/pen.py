"""What matplotlib would write of a thing to an SVG file, as elements, with no file between."""

import copy
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Transform

from galley import svg

PLACE = re.compile(r"translate\([^)]*\)")

class Pen:
    """Draws things of a figure again, each as it would stand in a whole drawing.

    One renderer draws them all, for each would have to learn anew how wide words are. A formula is set only once, wherever
    it stands, and of markers in a row only the first.
    """

    def __init__(self, figure: Figure, ids: Mapping[str, str]) -> None:
        """Take the size of a figure, and what the ids that matplotlib gives have become in its drawing."""
        width, height = figure.get_size_inches() * figure.dpi
        open_svg: Any = RendererSVG  # which has no types
        self._renderer = open_svg(float(width), float(height), io.StringIO(), image_dpi=72)
        self._write, self._renderer.draw_text = self._renderer.draw_text, self._set
        self._mark, self._renderer.draw_markers = self._renderer.draw_markers, self._repeat
        self._formulas: dict[Any, Element] = {}
        self._ids = ids
        self._shapes: dict[str, str] = {}

    def draw(self, artists: Sequence[Artist], *, apart: bool = False) -> dict[str, Element]:
        """Return the groups of what is drawn, by their new ids; with `apart`, each cell of a matrix is an element of its own.

        Raises:
            KeyError: If a marker is drawn that the figure does not hold.
            StrangeColour: If a colour is no role, or is not opaque.
        """
        self._renderer.writer = sheet = _Sheet()
        for artist in sorted(artists, key=Artist.get_zorder):
            artist.draw(self._renderer)
        return svg.parts(sheet.root, self._ids, self._shapes, apart=apart)

    def _set(self, gc: Any, x: float, y: float, words: str, font: Any, angle: float, ismath: Any = "", mtext: Any = None) -> None:
        """Draw text in the renderer's place: a formula that is known is put where it now belongs."""
        clipped = gc.get_clip_rectangle() is not None or gc.get_clip_path()[0] is not None
        if not ismath or clipped or gc.get_url():
            self._write(gc, x, y, words, font, angle, ismath, mtext)
            return
        key = (words, hash(font), angle, gc.get_rgb())
        if key not in self._formulas:
            self._write(gc, x, y, words, font, angle, ismath, mtext)
            self._formulas[key] = copy.deepcopy(self._renderer.writer.last)
            return
        known = copy.deepcopy(self._formulas[key])
        known.attrib["transform"] = PLACE.sub(f"translate({x:f} {y:f})", known.attrib["transform"], count=1)
        self._renderer.writer.put(known)

    def _repeat(self, gc: Any, marker: Path, shape: Any, path: Path, transform: Transform, fill: Any = None) -> None:
        """Draw markers in the renderer's place."""
        places = path.vertices[np.isfinite(path.vertices).all(axis=1)]
        if not len(places) or path.codes is not None or gc.get_url():
            self._mark(gc, marker, shape, path, transform, fill)
            return
        self._mark(gc, marker, shape, Path(places[:1]), transform, fill)
        group = self._renderer.writer.last
        for x, y in transform.transform(places[1:]):
            SubElement(group, "use", group[0].attrib | {"x": f"{x:f}", "y": f"{self._renderer.height - y:f}"})


class _Sheet:
    """What a renderer writes on instead of a file, with the methods of matplotlib's own writer."""

    def __init__(self) -> None:
        self.root = Element("svg")
        self._open = [self.root]

    @property
    def last(self) -> Element:
        """What was drawn last where the renderer stands."""
        return self._open[-1][-1]

    def put(self, element: Element) -> None:
        """Put an element where the renderer stands."""
        self._open[-1].append(element)

    def start(self, tag: str, attrib: Mapping[str, str] | None = None, **extra: str) -> int:
        given = {key.rpartition(":")[2]: value for key, value in {**(attrib or {}), **extra}.items() if value}
        if "d" in given:
            given["d"] = given["d"].replace("\n", " ")  # as anyone reads it who reads the file
        self._open.append(SubElement(self._open[-1], tag, given))
        return len(self._open) - 1

    def data(self, text: str) -> None:
        self._open[-1].text = (self._open[-1].text or "") + text

    def end(self, _tag: str = "", *, indent: bool = True) -> None:
        self._open.pop()

    def element(self, tag: str, text: str = "", attrib: Mapping[str, str] | None = None, **extra: str) -> None:
        self.start(tag, attrib, **extra)
        self.data(text)
        self.end()

    def comment(self, _text: str) -> None:
        pass
