"""What a figure is drawn with: what matplotlib would write to an SVG file, as elements, with no file between."""

import io
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from matplotlib.figure import Figure

from galley.figure import private


class Unprintable(Exception):
    """Something on a figure that must not be there."""


class Pen:
    """Draws with matplotlib's SVG renderer, one for all stops of a figure: a new one would have to measure each word anew.

    What a reader could not be shown in both colour schemes, at any size, and as text, is refused here, whatever drew it.
    """

    def __init__(self) -> None:
        self.renderer = private.renderer(1, 1, io.StringIO())
        self._set, self.renderer.draw_text = self.renderer.draw_text, self._text
        for name in ("draw_image", "draw_gouraud_triangles"):
            setattr(self.renderer, name, self._refuse)

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

    def _text(
        self, gc: Any, x: float, y: float, words: str, font: Any, angle: float, ismath: Any = "", **more: Any
    ) -> None:
        if not any(gc.get_rgb()[:3]):  # of which nothing is written, as it is what browsers take
            raise Unprintable(
                f"the text “{words}” is drawn in #000000, which is no role; name one, such as ink or muted"
            )
        self._set(gc, x, y, words, font, angle, ismath, **more)


class _Sheet:
    """What a renderer writes on instead of a file, with the methods of matplotlib's own writer."""

    def __init__(self, root: Element) -> None:
        self._open = [root]

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
