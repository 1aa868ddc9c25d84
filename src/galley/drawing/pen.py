"""What a figure is drawn with: what matplotlib would write to an SVG file, as elements, with no file between."""

import copy
import io
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Transform

from galley.figure import private

PLACE = re.compile(r"translate\([^)]*\)")


class Unprintable(Exception):
    """Something on a figure that must not be there."""


class Pen:
    """Draws with matplotlib's SVG renderer. A formula is set only once, wherever it stands, and of markers in a row only the first.

    What a reader could not be shown in both colour schemes, at any size, and as text, is refused here, whatever drew it.
    """

    def __init__(self, spell: Callable[[str], None]) -> None:
        """Take what raises an error for words that cannot be spelled."""
        self.renderer = private.renderer(1, 1, io.StringIO())
        self.spell = spell
        self._set, self.renderer.draw_text = self.renderer.draw_text, self._set_once
        self._mark, self.renderer.draw_markers = self.renderer.draw_markers, self._repeat
        for name in ("draw_image", "draw_gouraud_triangles"):
            setattr(self.renderer, name, self._refuse)
        self._formulas: dict[Any, Element] = {}

    def sized(self, width: float, height: float) -> Any:
        """Return the renderer for a figure of a size in points."""
        self.renderer.width, self.renderer.height = width, height
        return self.renderer

    def draw(self, figure: Figure) -> Element:
        """Return an SVG of a figure, with all that its parts refer to and the pen has not drawn before."""
        width, height = (float(72 * inches) for inches in figure.get_size_inches())
        root = Element("svg", viewBox=f"0 0 {width:g} {height:g}")
        self.renderer.writer = _Sheet(root)
        figure.draw(self.sized(width, height))
        self.renderer.finalize()
        return root

    def _refuse(self, *_arguments: Any, **_options: Any) -> None:
        raise Unprintable("a bitmap is drawn; draw cells with galley.figure.cells, all else as lines and fills")

    def _set_once(
        self, gc: Any, x: float, y: float, words: str, font: Any, angle: float, ismath: Any = "", mtext: Any = None
    ) -> None:
        """Draw text in the renderer's place: a formula that is known is put where it now belongs."""
        if not ismath:
            self.spell(words)
        clipped = gc.get_clip_rectangle() is not None or gc.get_clip_path()[0] is not None
        if not ismath or clipped or gc.get_url():
            self._set(gc, x, y, words, font, angle, ismath, mtext)
            return
        key = (words, hash(font), angle, gc.get_rgb(), gc.get_alpha())
        if key not in self._formulas:
            self._set(gc, x, y, words, font, angle, ismath, mtext)
            self._formulas[key] = copy.deepcopy(self.renderer.writer.last)
            return
        known = copy.deepcopy(self._formulas[key])
        known.attrib["transform"] = PLACE.sub(f"translate({x:f} {y:f})", known.attrib["transform"], count=1)
        self.renderer.writer.put(known)

    def _repeat(self, gc: Any, marker: Path, shape: Any, path: Path, transform: Transform, fill: Any = None) -> None:
        """Draw markers in the renderer's place."""
        if path.codes is not None or gc.get_url():
            self._mark(gc, marker, shape, path, transform, fill)
            return
        size = (self.renderer.width, self.renderer.height)
        vertices = np.asarray(path.vertices)
        points = np.asarray(transform.transform(vertices)) * [1, -1] + [0, size[1]]
        inside = ((points >= 0) & (points <= size)).all(axis=1)  # which what is no number is not
        if not inside.any():
            return
        self._mark(gc, marker, shape, Path(vertices[inside][:1]), transform, fill)
        group = self.renderer.writer.last
        for x, y in points[inside][1:]:
            SubElement(group, "use", group[-1].attrib | {"x": f"{x:f}", "y": f"{y:f}"})


class _Sheet:
    """What a renderer writes on instead of a file, with the methods of matplotlib's own writer."""

    def __init__(self, root: Element) -> None:
        self._open = [root]

    @property
    def last(self) -> Element:
        """What was drawn last where the renderer stands."""
        return self._open[-1][-1]

    def put(self, element: Element) -> None:
        """Put an element where the renderer stands."""
        self._open[-1].append(element)

    def start(self, tag: str, attrib: Mapping[str, str] | None = None, **extra: str) -> None:
        given = {key.rpartition(":")[2]: value for key, value in {**(attrib or {}), **extra}.items() if value}
        if "d" in given:
            given["d"] = given["d"].replace("\n", " ")
        self._open.append(SubElement(self._open[-1], tag, given))

    def end(self, _tag: str = "", *, indent: bool = True) -> None:
        self._open.pop()

    def element(self, tag: str, text: str | None = None, attrib: Mapping[str, str] | None = None, **extra: str) -> None:
        self.start(tag, attrib, **extra)
        self._open.pop().text = text

    def comment(self, _text: str) -> None:
        pass

    def close(self, _root: int) -> None:
        pass

    def flush(self) -> None:
        pass
