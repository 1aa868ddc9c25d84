"""A figure held against the rules by the names of its parts, and its data read back: as a table for readers, in few numbers for reviewers."""

import csv
import io
import itertools
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.quiver import Quiver
from matplotlib.text import Text

from galley.drawing.marks import Mark, marks, role, title
from galley.drawing.pen import Unprintable
from galley.drawing.snapshot import reading
from galley.drawing.stage import panels
from galley.figure import private

BITMAP = "draw cells with galley.figure.cells, all else as lines and fills"
ALPHA = "take a soft role such as vanish_soft instead"


def check(figure: Figure) -> None:
    """Refuse by its name what cannot be printed; what has none is refused when it is drawn.

    Raises:
        Unprintable: For a figure with nothing on it, a bitmap, alpha, a colour that is no role, or a point that is no number.
    """
    axes = panels(figure)
    for panel in axes:
        if panel.name != "rectilinear":
            raise Unprintable(f"its axes are {panel.name}, which cannot be read off paper; draw on plain ones")
    everything = figure.findobj()
    for artist in everything:
        if isinstance(artist, private.Image) or artist.get_rasterized():
            raise Unprintable(f"{title(artist)} is a bitmap; {BITMAP}")
        if artist.get_alpha() not in (None, 1):
            raise Unprintable(f"{title(artist)} is drawn with alpha; {ALPHA}")
    if not any([marks(panel) for panel in axes]):
        raise Unprintable("it draws nothing; plot something on figure.subplots()")
    for artist in filter(Artist.get_visible, everything):
        if isinstance(artist, Line2D | Collection | Polygon):
            _check_numbers(artist)
        if isinstance(artist, Text) and artist.get_text() and role(artist.get_color()) is None:
            words = f"the text “{artist.get_text()}” is written in {artist.get_color()}"
            raise Unprintable(f"{words}, which is no role; name one, such as ink or muted")


def _check_numbers(artist: Line2D | Collection | Polygon) -> None:
    data = artist.axes.transData if isinstance(artist.axes, Axes) else None
    for name, column in _given(artist).items():
        values = np.asarray(column.compressed() if np.ma.isMA(column) else column, dtype=np.float64)
        leave = "mask it with numpy.ma to leave a gap" if isinstance(artist, Line2D) else "leave the point out"
        if not np.isfinite(values).all():
            wrong = values[~np.isfinite(values)][0]
            raise Unprintable(f"{title(artist)} has the {name} {wrong}; compute a number, or {leave}")
        if (
            data is None
            or name not in ("x", "y")
            or not _placed(artist).contains_branch_seperately(data)["xy".index(name)]
        ):
            continue
        if isinstance(artist.axes, Axes) and _logarithmic(artist.axes, name) and (values <= 0).any():
            low = f"{values.min():g} on a logarithmic axis, where it cannot be seen"
            raise Unprintable(f"{title(artist)} has the {name} {low}; end the line before it, or {leave}")


def _placed(artist: Artist) -> Any:
    """Return the transform from the numbers of an artist to the paper."""
    return (
        artist.get_offset_transform() if isinstance(artist, PathCollection | Quiver) else Artist.get_transform(artist)
    )


def _given(artist: Line2D | Collection | Polygon) -> dict[str, Any]:
    """Return the numbers that an artist was given, which it may have masked since."""
    if isinstance(artist, Line2D):
        return {name: getattr(artist, f"get_{name}data")(orig=True) for name in "xy"}
    if isinstance(artist, QuadMesh):
        return {"value": artist.get_array()}
    if isinstance(artist, PathCollection):
        points = np.ma.getdata(artist.get_offsets())
    elif isinstance(artist, Quiver):
        return {"u": artist.U, "v": artist.V} | dict(zip("xy", np.asarray(artist.get_offsets()).T, strict=True))
    elif isinstance(artist, Collection):
        points = np.concatenate([np.empty((0, 2)), *(np.asarray(path.vertices) for path in artist.get_paths())])
    else:
        points = artist.get_xy()
    return dict(zip("xy", np.reshape(points, (-1, 2)).T, strict=True))


def _logarithmic(axes: Axes, name: str) -> bool:
    return name in ("x", "y") and getattr(axes, f"get_{name}scale")() == "log"


def _series(figure: Figure) -> Iterator[tuple[str, Axes, Mark]]:
    """Give all marks of a figure, each with a name: the label, else colour and kind, numbered where several have the same."""
    every = panels(figure)
    for panel, axes in enumerate(every, 1):
        place = f"panel {panel}: " if len(every) > 1 else ""
        found = marks(axes)
        wanted = [mark.series or f"{mark.colour} {mark.kind}" for mark in found]
        total, seen = Counter(wanted), Counter[str]()
        for each, name in zip(found, wanted, strict=True):
            seen[name] += 1
            yield f"{place}{name} {seen[name]}" if total[name] > 1 else f"{place}{name}", axes, each


def table(figure: Figure) -> str:
    """Return the drawn data as CSV in long form, every number to its last bit: series, x, y, and value, u, v if there are."""
    rows: list[dict[str, str]] = []
    for series, _, found in _series(figure):
        for values in zip(*found.columns.values(), strict=True):
            numbers = ("" if math.isnan(value) else repr(float(value)) for value in values)
            rows.append({"series": series, **dict(zip(found.columns, numbers, strict=True))})
    file = io.StringIO()
    fields = list(dict.fromkeys(itertools.chain(("series", "x", "y"), *rows)))
    writer = csv.DictWriter(file, fields, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def readings(figure: Figure) -> list[dict[str, Any]]:
    """Return a few numbers of each series of the table."""
    found = []
    for series, axes, each in _series(figure):
        log = "".join(name for name in each.columns if _logarithmic(axes, name))
        named = {"series": series} | ({"log": log} if log else {})
        found.append(named | reading(each.columns, logarithmic=log))
    return found
