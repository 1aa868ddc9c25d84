"""A figure held against the rules, and read back: as a table for readers, as a record for reviewers."""

import csv
import io
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import _ImageBase
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedFormatter, FuncFormatter

from galley.drawing.marks import Mark, Unprintable, mark, marks, role, title
from galley.drawing.snapshot import digits, gist, reading

Measured = Line2D | Collection | Polygon  # what is drawn of numbers that are data
DEFAULT = re.compile(r"^\$\\mathdefault\{(.*)\}\$$")  # what matplotlib puts the numbers of ticks in


def check(figure: Figure) -> None:
    """Refuse what cannot be printed.

    Raises:
        Unprintable: For a figure with nothing on it, a bitmap, alpha, a colour that is no role, or a point that is no number.
    """
    for artist in figure.findobj():
        if isinstance(artist, _ImageBase) or artist.get_rasterized():
            raise Unprintable(
                f"{title(artist)} is a bitmap; draw cells with galley.figure.cells, all else as lines and fills"
            )
        if artist.get_alpha() not in (None, 1):
            raise Unprintable(f"{title(artist)} is drawn with alpha; take a soft role such as vanish_soft instead")
    if not any(marks(axes) for axes in figure.axes):
        raise Unprintable("it draws nothing; plot something on figure.subplots()")
    for axes in figure.axes:
        for artist in axes.get_children():
            if artist.get_visible() and isinstance(artist, Measured) and (found := mark(axes, artist)):
                _check_numbers(axes, artist, found)
    for artist in figure.findobj(Text):
        assert isinstance(artist, Text), "findobj was asked for texts"
        if artist.get_visible() and artist.get_text() and role(artist.get_color()) is None:
            words = f"the text “{artist.get_text()}” is written in {artist.get_color()}"
            raise Unprintable(f"{words}, which is no role; name one, such as ink or muted")


def _check_numbers(axes: Axes, artist: Measured, found: Mark) -> None:
    columns: dict[str, Any] = dict(found.columns)
    if isinstance(artist, Line2D):  # what the artist was given still knows which points are masked
        columns = {name: getattr(artist, f"get_{name}data")(orig=True) for name in columns}
    elif isinstance(artist, QuadMesh):
        columns = {"value": artist.get_array()}
    elif isinstance(artist, PathCollection):
        offsets = np.ma.getdata(artist.get_offsets())  # matplotlib masks by itself what is no number
        columns = {name: offsets[:, "xy".index(name)] for name in columns}
    for name, column in columns.items():
        values = np.asarray(column.compressed() if np.ma.isMA(column) else column, dtype=np.float64)
        leave = "mask it with numpy.ma to leave a gap" if isinstance(artist, Line2D) else "leave the point out"
        if not np.isfinite(values).all():
            wrong = values[~np.isfinite(values)][0]
            raise Unprintable(f"{title(artist)} has the {name} {wrong}; compute a number, or {leave}")
        if _logarithmic(axes, name) and (values <= 0).any():
            low = f"{values.min():g} on a logarithmic axis, where it cannot be seen"
            raise Unprintable(f"{title(artist)} has the {name} {low}; end the line before it, or {leave}")


def _logarithmic(axes: Axes, name: str) -> bool:
    return name in ("x", "y") and getattr(axes, f"get_{name}scale")() == "log"


def table(figure: Figure) -> str:
    """Return the drawn data as CSV in long form, every number to its last bit: series, x, y, and value, u, v if there are."""
    rows: list[dict[str, str]] = []
    for panel, axes in enumerate(figure.axes, 1):
        place = f"panel {panel}: " if len(figure.axes) > 1 else ""
        for found in named(marks(axes)):
            for values in zip(*found.columns.values(), strict=True):
                numbers = ("" if math.isnan(value) else repr(float(value)) for value in values)
                rows.append({"series": place + found.series, **dict(zip(found.columns, numbers, strict=True))})
    file = io.StringIO()
    fields = list(dict.fromkeys(itertools.chain(("series", "x", "y"), *rows)))
    writer = csv.DictWriter(file, fields, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def named(found: list[Mark]) -> list[Mark]:
    """Return the marks with a series each: the label, else colour and kind, numbered where several have the same."""
    wanted = [mark.series or f"{mark.colour} {mark.kind}" for mark in found]
    total, seen = Counter(wanted), Counter[str]()
    result = []
    for each, name in zip(found, wanted, strict=True):
        seen[name] += 1
        result.append(replace(each, series=f"{name} {seen[name]}" if total[name] > 1 else name))
    return result


def record(figure: Figure) -> dict[str, Any]:
    """Return a reading of all that was drawn, short enough to be kept in a file, for `galley.drawing.snapshot.compare`."""
    panels = []
    for axes in figure.axes:
        logarithmic = {name for name in ("x", "y") if _logarithmic(axes, name)}
        read = [_looks(found) | reading(found.columns, logarithmic=logarithmic) for found in marks(axes)]
        panels.append({"x": _axis(axes.xaxis), "y": _axis(axes.yaxis), "marks": read, "texts": list(_texts(axes))})
        if (grid := axes.get_subplotspec()) is not None and len(figure.axes) > 1:
            rows, columns, first, last = grid.get_geometry()
            panels[-1]["place"] = f"{first + 1}{f' to {last + 1}' if last > first else ''} of {rows} by {columns}"
    return {"size": [round(72 * float(inches), 2) for inches in figure.get_size_inches()], "axes": panels}


def read(artist: Artist) -> tuple[float, str]:
    """Return what is recorded of a thing at a further stop: one number for its data, and its looks or its words.

    Raises:
        Unprintable: As `check`, of the numbers and colours of what was drawn.
    """
    axes = artist.axes
    assert isinstance(axes, Axes), "it stands on axes"
    if not artist.get_visible():
        return 0.0, ""
    number, said = 0.0, ""
    if isinstance(artist, Text) and artist.get_text():
        words, colour, *place = _text(artist)
        number, said = math.fsum(map(math.asinh, place)), f"{words} {colour}"
    if (found := mark(axes, artist)) is None:
        return number, said
    if isinstance(artist, Measured):
        _check_numbers(axes, artist, found)
    logarithmic = {name for name in ("x", "y") if _logarithmic(axes, name)}
    return number + gist(found.columns, logarithmic=logarithmic), f"{found.kind} {found.colour} {found.look} {said}"


def _looks(found: Mark) -> dict[str, Any]:
    looks = {found.kind: found.colour, "look": found.look, "series": found.series}
    return {key: value for key, value in looks.items() if value}


def _axis(axis: Axis) -> dict[str, Any]:
    low, high = (float(limit) for limit in axis.get_view_interval())
    within = sorted((low, high))
    ticks = [
        DEFAULT.sub(r"\1", tick.label1.get_text())
        for tick in axis.get_major_ticks()
        if tick.label1.get_visible() and within[0] <= tick.get_loc() <= within[1]
    ]
    label = axis.get_label().get_text()
    read = {"scale": _scale(axis), "limits": [digits(low), digits(high)], "label": label, "ticks": ticks}
    if isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter):  # words that do not say where they stand
        read["places"] = [digits(float(place)) for place in axis.get_majorticklocs() if within[0] <= place <= within[1]]
    return read


def _scale(axis: Axis) -> str:
    """Return the scale of an axis, with the width of its linear part if it has one."""
    transform = axis.get_transform()
    widths = [getattr(transform, name) for name in ("linear_width", "linthresh") if hasattr(transform, name)]
    return " ".join([axis.get_scale(), *(f"{width:g}" for width in widths)])


def _texts(axes: Axes) -> Iterator[list[Any]]:
    legend = axes.get_legend()
    for text in [*axes.get_children(), *(legend.get_texts() if legend else [])]:
        if isinstance(text, Text) and text.get_visible() and text.get_text():
            yield _text(text)


def _text(text: Text) -> list[Any]:
    place = text.xy if isinstance(text, Annotation) else text.get_position()
    return [text.get_text(), role(text.get_color()) or "?", *(digits(float(value)) for value in place)]
