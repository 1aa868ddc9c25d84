"""What a figure function draws with beside matplotlib itself: numbers, labels, arrows, bands, cells in the house style."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator, LogFormatterMathtext, NullLocator
from numpy.typing import ArrayLike, NDArray

from galley.figure.controls import choice, slider, spoken
from galley.figure.palette import ramp

__all__ = [
    "arrow",
    "band",
    "cells",
    "choice",
    "label",
    "label_lines",
    "note",
    "number",
    "powers",
    "readout",
    "rule",
    "slider",
    "spaced",
]

Colour = str
Point = tuple[float, float]


def number(value: float, digits: int = 2, *, decimals: int | None = None) -> str:
    r"""Return a number as mathematics, to stand between `$` signs: `0.90`, `5.2\times10^{-3}`.

    Args:
        value: An `int` up to 9999 is written whole; everything else to `digits` significant digits, and as a power of
            ten below 0.01 and from 10 000 on.
        digits: Significant digits; with 1 and a mantissa of one, only the power is written.
        decimals: If given, digits after the point instead, and never a power of ten.

    Raises:
        ValueError: If `value` is not a number.
    """
    if math.isnan(value):
        raise ValueError("a figure cannot print nan; leave the label out or compute its number")
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if value == 0 or isinstance(value, int | np.integer) and abs(value) < 10_000:
        return f"{value:.0f}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -2 <= power < 4:
        return f"{float(f'{mantissa}e{power}'):.{max(digits - 1 - power, 0)}f}"
    sign, size = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    return f"{sign}10^{{{power}}}" if size == "1" else rf"{sign}{size}\times10^{{{power}}}"


def label(
    line: Line2D,
    text: str,
    *,
    at: float | None = None,
    offset: Point | None = None,
    ha: str | None = None,
    va: str | None = None,
    color: Colour | None = None,
) -> Annotation:
    """Write `text` beside a line, in the colour of the line.

    Args:
        line: A line that is drawn already.
        text: The label, mathematics between `$` signs.
        at: Write above the drawn point whose x is nearest; without it, right of the last point that is in view.
        offset: How far from the line, in points; the default is to the right of an end and above a middle.
        ha: As in matplotlib; the default is left of an end and centred above a middle.
        va: As in matplotlib; the default is the middle of an end and the bottom above a middle.
        color: A role, if it is not to be that of the line.
    """
    end = at is None
    place = _last_seen(line) if at is None else _on(line, at)
    return note(
        _axes(line),
        place,
        text,
        offset=offset or ((5, 0) if end else (0, 4)),
        ha=ha or ("left" if end else "center"),
        va=va or ("center" if end else "bottom"),
        color=color or str(line.get_color()),
    )


def label_lines(axes: Axes, texts: Mapping[Line2D, str], *, leading: float = 13) -> list[Annotation]:
    """Write a label right of the end of each line, moved up or down no more than it takes that none overlaps another.

    Call it last: it reads where the axes stand. `leading` is the least distance of two labels, in points.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None, "these axes are in no figure"
    figure.draw_without_rendering()  # lays the axes out, so that places in points are known
    ends = {line: _last_seen(line) for line in texts}
    scale = 72 / figure.dpi
    heights = {line: float(axes.transData.transform(end)[1]) * scale for line, end in ends.items()}
    order = sorted(texts, key=lambda line: heights[line])
    moved = spaced([heights[line] for line in order], leading)
    places = dict(zip(order, moved, strict=True))
    return [
        note(axes, end, texts[line], offset=(5, places[line] - heights[line]), color=str(line.get_color()))
        for line, end in ends.items()
    ]


def note(
    axes: Axes,
    at: Point,
    text: str,
    *,
    offset: Point = (0, 0),
    ha: str = "left",
    va: str = "center",
    color: Colour = "ink",
) -> Annotation:
    """Write `text` at a point of the data, moved by `offset` points."""
    made: Annotation = axes.annotate(
        text, at, xytext=offset, textcoords="offset points", ha=ha, va=va, color=color, annotation_clip=False
    )
    return made


def arrow(axes: Axes, tail: Point, head: Point, color: Colour = "ink", *, text: str = "") -> Annotation:
    """Draw an arrow between two points of the data, with `text`, if any, at its tail."""
    style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.5", "shrinkA": 3 if text else 0, "shrinkB": 0}
    drawn: dict[str, Any] = {**style, "color": color, "linewidth": 1.1, "mutation_scale": 10}
    made: Annotation = axes.annotate(
        text, head, xytext=tail, color=color, ha="center", va="center", arrowprops=drawn, annotation_clip=False
    )
    return made


def band(axes: Axes, x: ArrayLike, low: ArrayLike, high: ArrayLike, color: Colour, *, series: str = "") -> None:
    """Fill between two curves with the soft fill of a role: a range over seeds, or a region.

    Raises:
        ValueError: If some of it is masked, for a band has no gaps; draw one for each part.
    """
    if any(np.ma.is_masked(each) for each in (x, low, high)):
        raise ValueError("a band has no gaps, and some of this one is masked; draw one band for each part")
    along, below, above = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (x, low, high)))
    outline = np.concatenate([along, along[::-1]]), np.concatenate([above, below[::-1]])
    named: dict[str, Any] = {"label": series} if series else {}
    axes.fill(*outline, color=f"{color}_soft", linewidth=0, zorder=1, **named)


def rule(axes: Axes, *, x: float | None = None, y: float | None = None, color: Colour = "edge", text: str = "") -> None:
    """Draw a thin dashed line across the axes at one x or one y, `text` at its upper or right end."""
    drawn: dict[str, Any] = {"color": color, "linewidth": 1.0, "linestyle": "--", "zorder": 1.5}
    words: dict[str, Any] = {"textcoords": "offset points", "color": color, "annotation_clip": False}
    if x is not None:
        axes.axvline(x, **drawn)
        if text:
            axes.annotate(text, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), ha="center", **words)
    if y is not None:
        axes.axhline(y, **drawn)
        if text:
            axes.annotate(text, (1, y), xycoords=("axes fraction", "data"), xytext=(5, 0), va="center", **words)


def powers(axis: Axis, *, most: int = 6) -> None:
    """Tick a logarithmic axis at whole powers of ten in equal steps, at most `most` of them, and nowhere else.

    Call it after the limits are as they shall be.
    """
    low, high = sorted(math.log10(limit) for limit in axis.get_view_interval())
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    anchored = range(-(-first // step) * step, last + 1, step)  # multiples of the step, so that 1 is among them
    axis.set_major_locator(FixedLocator([10.0**power for power in anchored]))
    axis.set_major_formatter(LogFormatterMathtext())
    axis.set_minor_locator(NullLocator())


def cells(axes: Axes, values: ArrayLike, *, limit: float, series: str = "") -> QuadMesh:
    """Draw a matrix as cells, first row on top: the redder above zero, the bluer below, paper at zero.

    Args:
        axes: Where to draw.
        values: Shape (rows, columns), for instance logarithms of factors: cool below zero, warm above.
        limit: The magnitude of the fullest colours; what lies beyond it has them too.
        series: The name of the data in the figure's CSV.
    """
    matrix: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    colours = ListedColormap([*reversed(ramp("cool")), "paper", *ramp("warm")])
    norm = Normalize(-limit, limit, clip=True)
    mesh = axes.pcolormesh(matrix, cmap=colours, norm=norm, edgecolor="face", linewidth=0.3, label=series or None)
    axes.set(aspect="equal", xticks=[], yticks=[], xlim=(0, matrix.shape[1]), ylim=(matrix.shape[0], 0))
    axes.spines[:].set_visible(False)
    axes.grid(False)
    return mesh


def readout(figure: Figure, text: str) -> None:
    """Say in a sentence what the figure shows at the stop at hand of its controls, mathematics between `$` signs."""
    figure.set_label(spoken(text))


def spaced(places: Sequence[float], gap: float) -> list[float]:
    """Return ascending `places` moved as little as possible (least squares) to lie at least `gap` apart."""
    blocks: list[list[float]] = []  # each the places of labels that touch, measured from where its first would be
    for index, place in enumerate(places):
        blocks.append([place - index * gap])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    even = [float(np.mean(block)) for block in blocks for _ in block]
    return [place + index * gap for index, place in enumerate(even)]


def _axes(line: Line2D) -> Axes:
    axes = line.axes
    if not isinstance(axes, Axes):
        raise ValueError("this line is not on any axes; draw it with axes.plot(…) before you label it")
    return axes


def _seen(line: Line2D) -> NDArray[np.float64]:
    points = np.asarray(line.get_xydata(), dtype=np.float64)
    return points[np.isfinite(points).all(axis=1)]


def _last_seen(line: Line2D) -> Point:
    axes = _axes(line)
    points = _seen(line)
    inside = np.ones(len(points), dtype=bool)
    for column, limits in zip(points.T, (axes.get_xlim(), axes.get_ylim()), strict=True):
        inside &= (column >= min(limits)) & (column <= max(limits))
    if not inside.any():
        raise ValueError("no point of this line lies within the limits of its axes, so it has no end to label")
    x, y = points[inside][-1]
    return float(x), float(y)


def _on(line: Line2D, x: float) -> Point:
    points = _seen(line)
    nearest = points[np.argmin(abs(points[:, 0] - x))]
    return float(nearest[0]), float(nearest[1])
