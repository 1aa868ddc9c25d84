"""A figure held against the rules by the names of its parts, and its data read back as a table for readers."""

import csv
import io
import itertools
from collections import Counter
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection, QuadMesh
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from matplotlib.quiver import Quiver
from matplotlib.spines import Spine
from matplotlib.text import Annotation

from galley.drawing.pen import Unprintable
from galley.drawing.stage import panels
from galley.figure.palette import NAMES

Drawn = Line2D | Collection | Patch | Annotation | BarContainer  # what holds data
KINDS = {
    Line2D: "line",
    QuadMesh: "cells",
    Quiver: "arrows",
    PathCollection: "points",
    LineCollection: "lines",
    Collection: "fill",
    Polygon: "fill",
    Annotation: "arrow",
    BarContainer: "bars",
    Patch: "patch",
}


def check(figure: Figure) -> None:
    """Refuse by its name what cannot be read off paper; what has none is refused when it is drawn.

    Raises:
        Unprintable: For a figure with nothing on it, axes that are not plain, or a point that is no number.
    """
    axes = panels(figure)
    for panel in axes:
        if panel.name != "rectilinear":
            raise Unprintable(f"its axes are {panel.name}, which cannot be read off paper; draw on plain ones")
    if not any(_artists(panel) for panel in axes):
        raise Unprintable("it draws nothing; plot something on figure.subplots()")
    for artist in figure.findobj(lambda each: isinstance(each, Line2D | Collection | Polygon)):
        if artist.get_visible():
            _check_numbers(artist)


def _check_numbers(artist: Any) -> None:
    label = _label(artist)
    kind = type(artist).__name__ + (f" (label “{label}”)" if label else "")
    leave = "mask it with numpy.ma to leave a gap" if isinstance(artist, Line2D) else "leave the point out"
    for name, column in _columns(artist).items():
        values = column.compressed() if isinstance(artist, Line2D | QuadMesh) else np.ma.getdata(column)
        if not np.isfinite(values).all():
            wrong = values[~np.isfinite(values)][0]
            raise Unprintable(f"a {kind} has the {name} {wrong}; compute a number, or {leave}")
        scale = getattr(artist.axes, f"get_{name}scale")() if name in _placed(artist) else ""
        if scale == "log" and (values <= 0).any():
            low = f"{values.min():g} on a logarithmic axis, where it cannot be seen"
            raise Unprintable(f"a {kind} has the {name} {low}; end the line before it, or {leave}")


def _artists(axes: Axes) -> list[Drawn]:
    """Return what is drawn on `axes`, without its frame, its words, and axes within it: bars, then all else in order."""
    bars = [container for container in axes.containers if isinstance(container, BarContainer)]
    apart = {axes.patch, *(patch for container in bars for patch in container.patches)}
    return bars + [
        artist
        for artist in axes.get_children()
        if artist.get_visible() and artist not in apart and isinstance(artist, Line2D | Collection | Patch | Annotation)
        if not isinstance(artist, Spine) and getattr(artist, "arrow_patch", artist) is not None
    ]


def _placed(artist: Drawn) -> set[str]:
    """Return which of x and y are numbers of the axes; the others are none that a reader could look up, as in a rule across."""
    if isinstance(artist, Annotation | BarContainer):
        return {"x", "y"}
    if not isinstance(artist.axes, Axes):
        return set()
    points = isinstance(artist, PathCollection | Quiver)
    transform = Collection.get_offset_transform(artist) if points else Artist.get_transform(artist)  # type: ignore[arg-type]  # `points` says which
    within = transform.contains_branch_seperately(artist.axes.transData)
    return {name for name, inside in zip("xy", within, strict=True) if inside}


def _columns(artist: Drawn) -> dict[str, Any]:
    """Return the numbers that an artist was given, among x, y, value, u and v, what is masked still masked."""
    more: dict[str, Any] = {}
    match artist:
        case BarContainer():
            boxes = [patch.get_bbox() for patch in artist.patches]
            upright = artist.orientation == "vertical"
            points: Any = [((b.x0 + b.x1) / 2, b.y1) if upright else (b.x1, (b.y0 + b.y1) / 2) for b in boxes]
        case Line2D():
            both = [np.ma.asarray(each, np.float64).ravel() for each in artist.get_data(orig=True)]
            points = np.ma.stack([each.repeat(max(map(len, both)) // (len(each) or 1)) for each in both], axis=1)
        case Annotation():
            points = [artist.xyann, artist.xy]
        case QuadMesh():
            corners = np.asarray(artist.get_coordinates())
            points, more = (corners[:-1, :-1] + corners[1:, 1:]) / 2, {"value": artist.get_array()}
        case Quiver():
            points, more = artist.get_offsets(), {"u": artist.U, "v": artist.V}
        case PathCollection():
            points = artist.get_offsets()
        case Collection():
            points = np.concatenate([np.empty((0, 2)), *(np.asarray(path.vertices) for path in artist.get_paths())])
        case Patch():
            points = artist.get_patch_transform().transform(artist.get_path().vertices)
    given = dict(zip("xy", np.ma.asarray(points, np.float64).reshape(-1, 2).T, strict=True)) | more
    return {name: np.ma.asarray(column, np.float64).ravel() for name, column in given.items()}


def _label(artist: Drawn) -> str:
    """Return the name that the author gave, if any."""
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _name(artist: Drawn) -> str:
    """Return what a series is called: its label, else its colour and kind."""
    if label := _label(artist):
        return label.replace("$", "")
    kind = next(said for known, said in KINDS.items() if isinstance(artist, known))
    if isinstance(artist, QuadMesh):
        return kind
    part: Any = artist.patches[0] if isinstance(artist, BarContainer) else getattr(artist, "arrow_patch", artist)
    asked = ["color"] if isinstance(part, Line2D) else ["facecolor", "edgecolor"]
    colours = [colour for name in asked for colour in to_rgba_array(getattr(part, f"get_{name}")()) if colour[3]]
    return f"{NAMES[to_hex(colours[0])] if colours else ''} {kind}".strip()


def table(figure: Figure) -> str:
    """Return the drawn data as CSV in long form, every number to its last bit: series, x, y, and value, u, v if there are."""
    rows: list[dict[str, str]] = []
    every = panels(figure)
    for panel, axes in enumerate(every, 1):
        found = _artists(axes)
        names = list(map(_name, found))
        total, seen = Counter(names), Counter[str]()
        for artist, name in zip(found, names, strict=True):
            seen[name] += 1
            series = f"panel {panel}: " * (len(every) > 1) + name + f" {seen[name]}" * (total[name] > 1)
            shown = {
                key: column for key, column in _columns(artist).items() if key in _placed(artist) | {"value", "u", "v"}
            }
            for values in zip(*shown.values(), strict=True):
                numbers = ("" if value is np.ma.masked or value != value else repr(float(value)) for value in values)
                rows.append({"series": series, **dict(zip(shown, numbers, strict=True))})
    file = io.StringIO()
    fields = list(dict.fromkeys(itertools.chain(("series", "x", "y"), *rows)))
    writer = csv.DictWriter(file, fields, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def series(table: str) -> list[str]:
    """Return the names in such a table, each once."""
    return list(dict.fromkeys(row["series"] for row in csv.DictReader(io.StringIO(table))))
