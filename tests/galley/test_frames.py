"""Stops of a figure: what is sent of each is what a whole drawing of it would show, and what must not change does not."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from galley.drawing.draw import draw
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.frames import CONTENT, TEXT
from galley.drawing.snapshot import compare
from galley.drawing.svg import compact
from galley.figure import arrow, band, cells, choice, label, label_lines, note, number, powers, readout, rule, slider
from galley.figure.controls import stops
from tests.galley.browser import ROOT

FONTS = ROOT / "node_modules" / "katex" / "dist" / "fonts"


def sample(
    figure: Figure,
    *,
    w: float = slider(0.5, 1.5, step=0.25, start=0.75, label="weight $w$", marks={1.0: "edge"}),
    shape: str = choice({"power": "power", "line": "straight"}, start="power", label="shape"),
) -> None:
    """Draw a little of everything, some of it moving."""
    left, right = figure.subplots(1, 2)
    depth = np.arange(21)
    role = "edge" if w == 1 else "vanish" if w < 1 else "explode"
    left.set(yscale="log", xlim=(0, 20), ylim=(1e-7, 1e7), xlabel="depth")
    moving = left.plot(depth, w**depth if shape == "power" else np.maximum(w * depth, 1e-2), color=role)[0]
    still = left.plot(depth, 1e5 * 1.1**depth, "--", color="edge")[0]
    left.plot(10, w**10, "o", color=role)
    left.plot(depth[::2], w ** depth[::2], "s", color="accent", markersize=2)
    rule(left, y=w)
    powers(left.yaxis)
    label_lines(left, {moving: "moves", still: "stays"})
    note(left, (15, w), f"$w = {number(w)}$", ha="right")
    left.set_title(f"$w$ is {number(w)}")
    band(right, depth, -w * np.sin(depth), w * np.sin(depth) + w, "vanish")
    right.scatter(depth, w * np.cos(depth), color="explode", s=9)
    right.bar([3, 7], [w, -w], color=["accent", "vanish"])
    right.set(xlim=(0, 20), ylim=(-4, 4))
    note(right, (5, w), "moves", color="ink")
    arrow(right, (2, 2), (4, 2 * w), role, text="tail")
    arrow(right, (8, 2), (9, 2 * w))
    right.annotate("", (1, 1), xytext=(2, 3), arrowprops={"arrowstyle": "->", "color": role, "linewidth": w})
    label(right.plot([0, 20], [w, -w], color="muted")[0], "end")
    readout(figure, f"$w = {number(w)}$ is {role}, {shape}")


def matrices(figure: Figure, *, w: float = slider(0, 2, step=1, start=1, label="$w$")) -> None:
    """Draw a matrix whose cells change."""
    cells(figure.subplots(), np.outer([1, -1, 0.3], [w, 1 - w, 0.1]), limit=2)
    readout(figure, f"{w}")


def drawn(function: Callable[..., None], **parameters: Any) -> Drawing:
    """Return the drawing of a figure, still at a stop if one is given."""
    return draw(function, chapter="sample", name="some", fonts=FONTS, parameters=parameters or None)


def turned(drawing: Drawing, stop: int) -> ElementTree.Element:
    """Return the drawing as the reader's script would leave it at a stop."""
    root = ElementTree.fromstring(drawing.svg)
    book = json.loads(drawing.frames)
    for gid, place, key, values, which in book["slots"]:
        group = next(element for element in root.iter() if element.get("id") == gid)
        element, value = list(group.iter())[place], values[which[stop]]
        if key == TEXT:
            element.text = value
        elif key == CONTENT:
            space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            element[:] = list(ElementTree.fromstring(f"<g {space}>{value}</g>"))
        else:
            element.set(key.replace("xlink:", "{http://www.w3.org/1999/xlink}"), value)
    return root


def shown(root: ElementTree.Element) -> list[tuple[str, dict[str, str], str]]:
    """Return all that shows of a drawing, without ids and without what only groups."""
    outlines = {f"#{each.get('id')}": each.get("d", "") for each in root.iter() if each.tag.endswith("path")}
    found = []
    for element in root.iter():
        kept = {
            key: compact(value) if key == "d" else outlines.get(value, value)
            for key, value in element.attrib.items()
            if key not in ("id", "clip-path") and value
        }
        if not element.tag.endswith(("}g", "}defs")) and "id" not in element.attrib:
            found.append((element.tag, kept, element.text or ""))
    return found


@pytest.mark.parametrize("function", [sample, matrices])
def test_each_stop_is_as_if_drawn_whole(function: Callable[..., None]) -> None:
    """What the frames make of the starting drawing is what saving the figure at that stop gives."""
    drawing = drawn(function)
    values = [
        [control.values[at] for control, at in zip(drawing.controls, stop, strict=True)]
        for stop in stops(drawing.controls)
    ]
    assert len(values) == len(drawing.readouts)
    names = [control.name for control in drawing.controls]
    for stop, here in enumerate(values):
        whole = drawn(function, **dict(zip(names, here, strict=True)))
        assert shown(turned(drawing, stop)) == shown(ElementTree.fromstring(whole.svg)), here
        assert not whole.frames


def test_the_starting_stop_stands_there() -> None:
    """The drawing itself is that of the stops at which the controls start, and so is its table."""
    still = drawn(sample, w=0.75, shape="power")
    assert shown(ElementTree.fromstring(drawn(sample).svg)) == shown(ElementTree.fromstring(still.svg))
    assert drawn(sample).csv == still.csv


def test_only_what_moves_is_sent() -> None:
    """No slot holds one value only, none is there of what stands still, and each value is there once."""
    book = json.loads(drawn(sample).frames)
    slots = book["slots"]
    assert all(len(values) == len(set(values)) > 1 for *_, values, _ in slots)
    assert not any(gid.endswith("Line2D.0.1") for gid, *_ in slots)
    assert sum(len(which) for *_, which in slots) == len(slots) * 10
    assert book["index"] == [[2 * k, 2 * k + 1] for k in range(5)]
    assert (book["start"], book["readouts"][2]) == (2, "w = 0.75 is vanish, power")
    assert book["keys"] == {"w": ["0.5", "0.75", "1", "1.25", "1.5"], "shape": ["power", "line"]}


def test_drawing_is_the_same_each_time() -> None:
    """The frames are the same to the byte."""
    assert drawn(sample) == drawn(sample)


def test_what_moves_at_a_stop_is_recorded() -> None:
    """A change of one stop alone, of what is drawn there or said, shows in the record."""
    recorded = drawn(sample).record

    def moved(figure: Figure, **given: Any) -> None:
        sample(figure, **given)
        if given["w"] == 1.25:
            figure.axes[1].lines[0].set_ydata([1.25, -1.250001])

    def says(figure: Figure, **given: Any) -> None:
        sample(figure, **given)
        if given["w"] == 1.25:
            readout(figure, "something else")

    for function in (moved, says):
        function.__signature__ = sample_signature()  # type: ignore[attr-defined]  # what the press reads the controls from
    assert compare(recorded, drawn(moved).record)[0].startswith("2 of 10 stops moved; the gist of stop 7 was ")
    assert compare(recorded, drawn(says).record)[0].startswith("what is said at the stops was ")
    assert compare(recorded, recorded) == []


def sample_signature() -> Any:
    """Return the signature of the sample."""
    import inspect

    return inspect.signature(sample)


def limits(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on axes that follow the data."""
    figure.subplots().plot([0, w], [0, 1])
    readout(figure, "w")


def ticks(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on axes whose ticks follow the slider."""
    figure.subplots().set(xlim=(0, 4), ylim=(0, 4), xticks=[0, w])
    figure.axes[0].plot([0, w], [0, 1])
    readout(figure, "w")


def more(figure: Figure, *, w: int = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw as many lines as the slider says."""
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 4))
    for k in range(int(w)):
        axes.plot([0, 1], [0, k])
    readout(figure, "w")


def panels(figure: Figure, *, w: int = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw as many panels as the slider says."""
    np.ravel(figure.subplots(1, int(w)))[0].plot([0, 1], [0, 1])
    readout(figure, "w")


def added(figure: Figure, *, w: int = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on axes that are added each time."""
    figure.add_subplot().plot([0, 1], [0, 1])
    readout(figure, "w")


def infinite(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw something that is no number at one stop."""
    figure.subplots().set(xlim=(0, 1), ylim=(0, 4))
    figure.axes[0].plot([0, 1], [0, np.inf if w == 2 else w])
    readout(figure, "w")


def markers(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw a marker that grows."""
    figure.subplots().set(xlim=(0, 1), ylim=(0, 4))
    figure.axes[0].plot([0, 1], [0, 1], "o", markersize=w)
    readout(figure, "w")


def silent(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Say nothing."""
    figure.subplots().set(xlim=(0, 1), ylim=(0, 4))
    figure.axes[0].plot([0, 1], [0, w])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            limits,
            "at w = 2.0: the x axis goes from 0 to 2 there, and from 0 to 1 at the start; set the same at each stop",
        ),
        (
            ticks,
            "at w = 2.0: the ticks of the x axis are 0.0, 2.0 there, and 0.0, 1.0 at the start; set the same at each stop",
        ),
        (
            more,
            "at w = 2.0: it calls axes.plot there, unlike at the start; call the same at each stop, with other data",
        ),
        (panels, "at w = 2.0: it asks for other axes there; call figure.subplots the same way at each stop"),
        (added, "it adds axes each time; make them with figure.subplots, the same way at each stop"),
        (infinite, "at w = 2.0: a Line2D has the y inf; compute a number, or mask it with numpy.ma to leave a gap"),
        (markers, "at w = 2.0: a marker has another shape there; keep its shape, size and edge"),
        (silent, "it has controls but says nothing; call readout(figure, …) with what a stop means"),
    ],
)
def test_what_must_not_change(function: Callable[..., None], message: str) -> None:
    """A figure whose axes or things change between stops is refused, with the stop and what would be right."""
    with pytest.raises(FigureError) as caught:
        drawn(function)
    assert str(caught.value) == message


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=1, max_size=9), max_size=3
    )
)
def test_a_path_is_shortened_to_a_tenth_of_a_point(lines: list[list[tuple[int, int]]]) -> None:
    """Corners written from the one before lead where the corners themselves did, whatever was rounded on the way."""
    hundredths = [[(x / 100, y / 100) for x, y in line] for line in lines]
    path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in line) for line in hundredths)
    made: list[list[tuple[float, float]]] = []
    for command, numbers in re.findall(r"([Ml])([-\d. ]+)", compact(path)):
        corners = np.reshape([float(each) for each in re.findall(r"-?[\d.]+", numbers)], (-1, 2))
        if command == "M":
            made.append([tuple(corners[0])])
        else:
            made[-1] += [tuple(corner) for corner in made[-1][-1] + np.cumsum(corners, axis=0)]
    for line, short in zip(hundredths, made, strict=True):
        places = iter(short)
        here = next(places)
        for corner in line:
            while np.abs(np.subtract(here, corner)).max() > 0.0501:
                here = next(places)


def test_other_paths_stay_as_they_are() -> None:
    """A path with curves is not touched."""
    assert compact("M1 2C3 4 5 6 7 8Z") == "M1 2C3 4 5 6 7 8Z"
    assert compact("M1 2L3 4Z") == "M1 2l2 2z"
    assert compact("") == ""


def test_a_hundred_stops_are_light() -> None:
    """A curve with a hundred stops takes a few kilobytes on the way to the reader."""

    def curve(figure: Figure, *, w: float = slider(0.5, 1.5, step=0.01, start=1, label="$w$")) -> None:
        axes = figure.subplots()
        axes.set(xlim=(0, 10), ylim=(-1, 1))
        axes.plot(np.linspace(0, 10, 200), np.sin(w * np.linspace(0, 10, 200)))
        readout(figure, number(w, decimals=2))

    assert len(gzip.compress(drawn(curve).frames.encode())) < 20_000
