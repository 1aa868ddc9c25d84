"""What stands on a figure's axes, one mark for each line, fill, set of points or cells: its kind, its colour, its data."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, LineCollection, PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.offsetbox import OffsetBox
from matplotlib.patches import FancyArrowPatch, Patch, Polygon
from matplotlib.quiver import Quiver, QuiverKey
from matplotlib.spines import Spine
from matplotlib.table import Table
from matplotlib.text import Annotation, Text
from numpy.typing import NDArray

from galley.drawing.pen import Unprintable
from galley.figure.palette import NAMES

Columns = dict[str, NDArray[np.float64]]
WORDS = (Text, Legend, Table, OffsetBox, QuiverKey, Axis, Spine)  # what holds no data


@dataclass(frozen=True)
class Mark:
    """One drawn thing.

    Attributes:
        kind: line, points, fill, lines, bars, cells, arrow, arrows or patch.
        colour: Its role, or several joined by +.
        series: Its label, without `$`; empty if it has none.
        columns: Its data, among x, y, value, u and v; without an x (or y) that is no data, as in a rule across the axes.
    """

    kind: str
    colour: str
    series: str
    columns: Columns


def marks(axes: Axes) -> list[Mark]:
    """Return what is drawn on `axes`, without its frame, its words, and axes within it: bars, then all else in the order of drawing."""
    bars = [container for container in axes.containers if isinstance(container, BarContainer)]
    boxes = {patch for container in bars for patch in container.patches}
    apart = {axes.patch, *axes.spines.values(), *axes.child_axes, *boxes}
    rest = [mark(axes, artist) for artist in axes.get_children() if artist.get_visible() and artist not in apart]
    return [_bars(container) for container in bars] + [found for found in rest if found is not None]


def mark(axes: Axes, artist: Artist) -> Mark | None:
    """Return the mark that `artist` makes on `axes`, or None if it holds no data: words, a frame, or axes of its own.

    Raises:
        Unprintable: If its data cannot be read back, or a colour is no role.
    """
    transform = Artist.get_transform(artist)
    if isinstance(artist, Line2D):
        kind, colour, columns = "line", _colour(artist, "color"), _columns(artist.get_xydata())
    elif isinstance(artist, Collection):
        kind, colour, columns = _collection(artist)
        transform = artist.get_offset_transform() if kind in ("points", "arrows") else transform
    elif isinstance(artist, Annotation) and artist.arrow_patch is not None:
        kind, colour, columns = "arrow", _colour(artist.arrow_patch, "edgecolor"), _columns([artist.xyann, artist.xy])
        transform = axes.transData
    elif isinstance(artist, WORDS):
        return None
    elif isinstance(artist, FancyArrowPatch):
        raise Unprintable("an arrow is drawn as a patch, which holds no data; draw it with galley.figure.arrow")
    elif isinstance(artist, Patch):
        points = artist.get_patch_transform().transform(artist.get_path().vertices)
        kind = "fill" if isinstance(artist, Polygon) else "patch"
        colour, columns = _colour(artist, "facecolor", "edgecolor"), _columns(points)
    else:
        raise Unprintable(
            f"{title(artist)} is drawn, whose data cannot be read back; draw lines, fills, bars, points or cells"
        )
    for name, within in zip("xy", transform.contains_branch_seperately(axes.transData), strict=True):
        if not within:
            del columns[name]
    return Mark(kind, colour, _series(artist), columns) if columns else None


def role(colour: object) -> str | None:
    """Return the role that `colour` is, "none" for no colour at all, or None for a colour that is no role."""
    if isinstance(colour, str) and colour.lower() == "none":
        return "none"
    drawn = to_hex(colour, keep_alpha=True)  # type: ignore[arg-type]  # whatever an artist holds
    if drawn.endswith("00") and len(drawn) == 9:
        return "none"
    return NAMES.get(drawn[:7]) if drawn.endswith("ff") else None


def title(artist: Artist) -> str:
    """Return what a message calls `artist`."""
    label = str(artist.get_label())
    kind = type(artist).__name__
    return f"{'an' if kind[0] in 'AEIO' else 'a'} {kind}" + (
        "" if label.startswith("_") or not label else f" (label “{label}”)"
    )


def _bars(container: BarContainer) -> Mark:
    boxes = [(patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()) for patch in container.patches]
    x, y, width, height = np.asarray(boxes, dtype=np.float64).reshape(-1, 4).T
    upright = container.orientation == "vertical"
    columns = {"x": x + width / 2, "y": y + height} if upright else {"x": x + width, "y": y + height / 2}
    colours = dict.fromkeys(_colour(patch, "facecolor") for patch in container.patches)
    return Mark("bars", "+".join(colours), _series(container), columns)


def _collection(artist: Collection) -> tuple[str, str, Columns]:
    if isinstance(artist, QuadMesh):
        corners = np.asarray(artist.get_coordinates(), dtype=np.float64)
        values = np.ma.asarray(artist.get_array(), dtype=np.float64)
        columns = _columns((corners[:-1, :-1] + corners[1:, 1:]) / 2)
        return "cells", "ramp", columns | {"value": np.ma.filled(values, np.nan).ravel()}
    if isinstance(artist, Quiver):
        arrows = {name: np.asarray(getattr(artist, name.upper()), dtype=np.float64) for name in ("u", "v")}
        return "arrows", _colour(artist, "facecolor"), _columns(artist.get_offsets()) | arrows
    if isinstance(artist, PathCollection):
        points = np.ma.filled(np.ma.asarray(artist.get_offsets(), dtype=np.float64), np.nan)
        return "points", _colour(artist, "facecolor", "edgecolor"), _columns(points)
    paths = [np.asarray(path.vertices, dtype=np.float64) for path in artist.get_paths()]
    points = np.concatenate(paths) if paths else np.empty((0, 2))
    if isinstance(artist, LineCollection):
        return "lines", _colour(artist, "edgecolor"), _columns(points)
    return "fill", _colour(artist, "facecolor", "edgecolor"), _columns(points)


def _columns(points: object) -> Columns:
    table = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return {"x": table[:, 0], "y": table[:, 1]}


def _series(artist: Artist | BarContainer) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label.replace("$", "")


def _colour(artist: Artist, *properties: str) -> str:
    """Return the roles of the first of `properties` that shows."""
    for name in properties:
        value = getattr(artist, f"get_{name}")()
        colours = [value] if isinstance(value, str) or np.ndim(value) == 1 else list(value)
        roles: dict[str, None] = {}
        for colour in colours:
            if (found := role(colour)) is None:
                raise Unprintable(
                    f"{title(artist)} is drawn in {colour}, which is no role; name one, such as vanish, explode or edge"
                )
            roles[found] = None
        if roles.keys() - {"none"}:
            return "+".join(roles)
    return "none"
