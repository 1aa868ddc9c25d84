"""The other stops of a figure that can be dragged: the same function on the same axes, and what has moved read off.

The axes are laid out once. At each further stop the function is called again, and only what it drew otherwise is drawn:
two or three milliseconds, where saving a figure takes a hundred.
"""

import itertools
import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedFormatter

from galley.drawing import drawn, svg
from galley.drawing.snapshot import digits
from galley.drawing.stage import Stage, Unsteady, drawn_on
from galley.figure.controls import Control, start

Slot = tuple[str, int, str, list[str], list[int]]  # group, element, attribute, values, and which of them at each stop
TEXT, CONTENT = "", "<"  # what stands for an attribute where the text, or all within a group, changes
LINE = ("color", "linestyle", "marker", "linewidth", "markersize", "visible", "zorder")  # what a line's looks hang on
WORDS = ("text", "color", "ha", "va", "rotation", "fontsize", "visible", "position", "zorder")
MESH = ("clim", "edgecolor", "linewidth", "visible", "zorder")
PATCH = ("facecolor", "edgecolor", "linestyle", "linewidth", "hatch", "visible", "zorder")


def name(figure: Figure) -> list[str]:
    """Give everything that was drawn a group id, the same at each stop; return these ids."""
    names = []
    for panel, axes in enumerate(figure.axes):
        for index, artist in enumerate(drawn_on(axes)):
            for part in (artist, getattr(artist, "arrow_patch", None)):
                if part is not None:
                    part.set_gid(f"{type(part).__name__}.{panel}.{index}")
                    names.append(str(part.get_gid()))
    return names


def frame(figure: Figure) -> list[Any]:
    """Return all that may not change between stops, each with a name for it."""
    found: list[Any] = []
    for axes in figure.axes:
        for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
            low, high = (float(limit) for limit in getattr(axes, f"get_{name}lim")())
            found.append((f"the {name} axis goes", f"from {low:g} to {high:g}", (low, high)))
            found.append((f"the scale of the {name} axis is", axis.get_scale(), axis.get_scale()))
            found.append((f"the label of the {name} axis is", f"“{axis.get_label_text()}”", axis.get_label_text()))
            ticks = _ticks(axis)
            found.append((f"the ticks of the {name} axis are", ", ".join(map(str, ticks)), ticks))
    return found


def _ticks(axis: Axis) -> list[Any]:
    formatter = axis.get_major_formatter()
    words = list(formatter.seq) if isinstance(formatter, FixedFormatter) else []
    return [float(f"{place:.12g}") for place in axis.get_majorticklocs()] + words


class Frames:
    """What was drawn at each stop, by the id of the group that it stands in."""

    def __init__(self, figure: Stage, pressed: svg.Pressed) -> None:
        """Read the first stop off the figure as it was drawn whole; its groups become part of the frames."""
        self.figure, self.pressed = figure, pressed
        for path in (path for group in pressed.groups.values() for path in group.iter("path")):
            path.attrib["d"] = svg.compact(path.attrib["d"])
        self.frame = frame(figure)
        self.names = name(figure)
        self.known: dict[tuple[str, Any], dict[str, Element]] = {}
        self.still: set[tuple[str, Any]] = set()  # what stands as at the start
        self.read: dict[tuple[str, Any], tuple[float, str]] = {}
        self.cells: dict[str, Element] = {}  # of each matrix, by its group
        self.all: list[dict[str, Element]] = []
        self.gists: list[float] = []
        self.words: list[str] = []
        self.fresh: list[Artist] = []
        for artist in self._artists():
            self.still.add(key := (str(artist.get_gid()), _look(self.figure, artist)))
            self.known[key] = {gid: pressed.groups[gid] for gid in self._ids(artist) if gid in pressed.groups}

    def _artists(self) -> list[Artist]:
        return [artist for axes in self.figure.axes for artist in drawn_on(axes)]

    def _ids(self, artist: Artist) -> list[str]:
        ids, parts = self.pressed.ids, (artist, getattr(artist, "arrow_patch", None))
        return [ids[str(part.get_gid())] for part in parts if part is not None and part.get_gid() in ids]

    def take(self) -> None:
        """Read off what the function has drawn on the axes.

        Raises:
            Unsteady: If the axes have changed, or other things are drawn.
            Unprintable: If something is drawn that cannot be printed.
        """
        self.figure.settle()
        for (what, was, old), (_, now, new) in zip(self.frame, frame(self.figure), strict=True):
            if old != new:
                raise Unsteady(f"{what} {now} there, and {was} at the start; set the same at each stop")
        if name(self.figure) != self.names:
            kinds = ", ".join(gid.partition(".")[0] for gid in self.names)
            raise Unsteady(f"it draws other things there than at the start ({kinds}); draw the same at each stop")
        found: dict[str, Element] = {}
        total, words = 0.0, [str(self.figure.get_label())]
        fresh: list[tuple[Artist, tuple[str, Any]]] = []
        for place, artist in enumerate(self._artists(), 1):
            key = (str(artist.get_gid()), _look(self.figure, artist))
            if key not in self.known:
                fresh.append((artist, key))
            if key not in self.read:
                self.read[key] = drawn.read(artist)
            total += place * self.read[key][0] if key not in self.still else 0.0
            words.append(self.read[key][1])
            found |= self.known.get(key, {})
        if fresh:
            meshes = [artist for artist, _ in fresh if isinstance(artist, QuadMesh)]
            made = self._draw([artist for artist, _ in fresh if artist not in meshes]) | self._coloured(meshes)
            for artist, key in fresh:
                self.known[key] = {gid: made[gid] for gid in self._ids(artist) if gid in made}
                found |= self.known[key]
        self.fresh = [artist for artist, _ in fresh]
        self.all.append(found)
        self.gists.append(digits(total, 10))
        self.words.append(" ".join(words))

    def _draw(self, artists: Sequence[Artist], *, apart: bool = False) -> dict[str, Element]:
        try:
            return svg.parts(self.figure.pen.draw(artists), self.pressed, apart=apart) if artists else {}
        except KeyError:
            raise Unsteady("a marker has another shape there; keep its shape, size and edge") from None

    def _coloured(self, meshes: Sequence[QuadMesh]) -> dict[str, Element]:
        """Return matrices, whose cells are drawn once only: what changes are their colours."""
        found = {}
        for mesh in meshes:
            gid = self.pressed.ids[str(mesh.get_gid())]
            if gid not in self.cells:
                self.cells[gid] = self._draw([mesh], apart=True)[gid]
            values = np.ravel(np.asarray(mesh.get_array()))
            colours = map(_hex, map(tuple, mesh.to_rgba(values).tolist()))
            found[gid] = svg.coloured(self.cells[gid], colours)
        return found


_hex = cache(to_hex)  # a matrix has few colours and many cells


def _look(figure: Stage, artist: Artist) -> tuple[Any, ...]:
    """Return what decides how a thing is drawn on given axes: two that look the same need be drawn only once."""
    if isinstance(artist, Line2D):
        return _styled(artist, np.asarray(artist.get_xydata()).tobytes(), *LINE)
    if isinstance(artist, Annotation):
        arrow = artist.arrow_patch and _styled(artist.arrow_patch, artist.arrowprops, *PATCH)
        return _styled(artist, (str(artist.xy), str(arrow)), *WORDS)
    if isinstance(artist, Text):
        return _styled(artist, "", *WORDS)
    if isinstance(artist, QuadMesh):
        return _styled(artist, np.asarray(artist.get_array()).tobytes(), *MESH)
    if isinstance(artist, Patch) and artist.get_path() is not None:
        outline = artist.get_patch_transform().transform(artist.get_path().vertices)
        return _styled(artist, np.asarray(outline).tobytes(), *PATCH)
    return (figure.version(artist),)


def _styled(artist: Artist, data: Any, *names: str) -> tuple[Any, ...]:
    return (data, *(_told(getattr(artist, f"get_{name}")()) for name in names))


def _told(value: Any) -> str | float | bytes:
    if isinstance(value, str | int | float):
        return value
    return value.tobytes() if isinstance(value, np.ndarray) else str(value)


def book(controls: Sequence[Control], readouts: Sequence[str], frames: Sequence[dict[str, Element]]) -> str:
    """Return as JSON what the reader's script looks up.

    `index` leads from the stop of each control to the number of the stop of all, and `start` is where they start. `keys` and
    `words` are each control's stops in an address and for a reader. `readouts` holds a sentence for each stop of all, and
    `slots` what changes between them: the group's id, which of its elements, which attribute ("" for its text, "<" for all
    within it), the values, and which of them stands at each stop.
    """
    count = iter(range(len(frames)))

    def index(left: Sequence[Control]) -> Any:
        return [index(left[1:]) for _ in left[0].values] if left else next(count)

    read = {
        "keys": {control.name: control.keys for control in controls},
        "words": {control.name: control.words for control in controls},
        "index": index(controls),
        "start": start(controls),
        "readouts": readouts,
        "slots": [slot for gid in frames[0] for slot in _slots(gid, [frame.get(gid) for frame in frames])],
    }
    return json.dumps(read, ensure_ascii=False, separators=(",", ":"))


def _slots(gid: str, groups: Sequence[Element | None]) -> list[Slot]:
    """Return what changes of one group between stops."""
    if len({id(group) for group in groups}) == 1:
        return []
    spread = [list(group.iter()) if group is not None else [] for group in groups]
    found: list[Slot] = []
    shapes = {tuple(element.tag for element in elements) for elements in spread}
    if len(shapes) > 1:
        found.append(_slot(gid, 0, CONTENT, ["" if group is None else _within(group) for group in groups]))
        return found
    for place, elements in enumerate(zip(*spread, strict=True)):
        for key in dict.fromkeys(itertools.chain.from_iterable(element.keys() for element in elements)):
            found.append(_slot(gid, place, key, [element.get(key, "") for element in elements]))
        found.append(_slot(gid, place, TEXT, [element.text or "" for element in elements]))
    return [slot for slot in found if len(slot[3]) > 1]


def _slot(gid: str, place: int, key: str, values: Sequence[str]) -> Slot:
    known = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return gid, place, key, list(known), [known[value] for value in values]


def _within(group: Element) -> str:
    """Return the markup of all that stands within a group."""
    return "".join(ElementTree.tostring(child, encoding="unicode") for child in group)
