"""What figures are drawn with: the same as matplotlib would write to a file, and each formula and marker set only once."""

import io
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from matplotlib.figure import Figure

from galley.drawing.pen import Pen
from galley.drawing.stage import Canvas, Stage
from galley.drawing.stops import house
from galley.figure import arrow, band, cells, label_lines, note

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def sample(figure: Figure) -> None:
    """Draw a little of everything, some of it more than once."""
    figure.set_size_inches(400 / 72, 270 / 72)
    left, right = figure.subplots(1, 2)
    x = np.arange(30.0)
    left.set(yscale="log", xlim=(0, 20), ylim=(1e-3, 1e3), xlabel="$x$")
    lines = [left.plot(x, w**x, marker=marker, color="cool")[0] for w, marker in ((0.9, "o"), (1.1, "s"), (0.5, "o"))]
    left.scatter(x, 1.2**x, color="warm", s=9)
    band(left, x, 0.8**x, 1.2**x, "accent")
    for place in (2, 7, 12):
        note(left, (place, 1), r"$\frac{w}{2}$", color="ink" if place > 5 else "accent")
        left.text(place, 10, "plain", rotation=30)
    label_lines(left, {line: "$w$" for line in lines[:2]})
    arrow(left, (2, 2), (4, 4), text="$w$")
    cells(right, np.outer([1, -1], [0.5, 1]), limit=1)


def spelled(root: Element) -> list[tuple[str, dict[str, str], list[list[float]], str]]:
    """Return all elements that show of a drawing, which is 400 by 270, what is said of them, and the numbers in it."""
    found = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        said = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        beyond = tag == "use" and not (0 <= float(said["x"]) <= 400 and 0 <= float(said["y"]) <= 270)
        if tag in ("path", "use", "text", "tspan", "rect", "clipPath") and not beyond:
            kept = {key: value for key, value in said.items() if key not in ("id", "clip-path", "href")}
            numbers = [[float(each) for each in NUMBER.findall(value)] for value in kept.values()]
            words = {key: " ".join(NUMBER.sub("", value).split()) for key, value in kept.items()}
            found.append((tag, words, numbers, (element.text or "").strip()))
    return found


def test_a_figure_is_drawn_as_matplotlib_saves_it() -> None:
    """Element by element, in the same order, with the same numbers to a thousandth of a point."""
    with house():
        figure = Stage(Pen())
        sample(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        file = io.StringIO()
        figure.savefig(file, format="svg")
        ours, theirs = spelled(figure.pen.draw(figure)), spelled(ElementTree.fromstring(file.getvalue()))
    assert len(ours) > 200
    assert [(tag, words, text) for tag, words, _, text in ours] == [
        (tag, words, text) for tag, words, _, text in theirs
    ]
    for one, other in zip(ours, theirs, strict=True):
        for mine, yours in zip(one[2], other[2], strict=True):
            assert mine == pytest.approx(yours, abs=1e-3)


def test_figures_of_any_size_are_drawn_with_one_pen() -> None:
    """All that is measured and drawn of figures goes through one renderer, which is as large as the figure at hand."""
    with house():
        pen = Pen()
        for size in ((9, 3), (4, 4)):
            figure = Stage(pen)
            figure.set_size_inches(size)
            assert isinstance(figure.canvas, Canvas)
            renderer = figure.canvas.get_renderer()
            assert renderer is pen.renderer
            assert (renderer.width, renderer.height) == (72 * size[0], 72 * size[1])
