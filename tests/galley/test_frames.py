"""Stops of a figure: what is sent of each is what a whole drawing of it would show, and what must not change does not."""

import ast
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

from galley import build
from galley.drawing.draw import draw, load
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.frames import TEXT
from galley.drawing.snapshot import compare
from galley.drawing.svg import compact
from galley.figure import arrow, band, cells, choice, label, label_lines, note, number, powers, readout, rule, slider
from galley.figure.controls import declared, stops
from galley.project import load as load_project
from tests.galley.own import ROOMS, ROOT, saved, things, turned


def sample(
    figure: Figure,
    *,
    w: float = slider(0.5, 1.5, step=0.25, start=0.75, label="weight $w$", marks={1.0: "edge"}),
    shape: str = choice({"power": "power", "line": "straight"}, start="power", label="shape"),
) -> None:
    """Draw a little of everything, some of it moving."""
    left, right = figure.subplots(1, 2)
    depth = np.arange(21)
    role = "edge" if w == 1 else "cool" if w < 1 else "warm"
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
    band(right, depth, -w * np.sin(depth), w * np.sin(depth) + w, "cool")
    right.scatter(depth, w * np.cos(depth), color="warm", s=9)
    right.bar([3, 7], [w, -w], color=["accent", "cool"])
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
    return draw(function, chapter="sample", name="some", parameters=parameters or None)


def held(function: Callable[..., object], drawing: Drawing, stop: int, *, within: float = 0.1) -> int:
    """Hold a stop of a drawing against matplotlib's own; return how many things show there."""
    every = list(stops(drawing.controls))
    given = {control.name: control.values[at] for control, at in zip(drawing.controls, every[stop], strict=True)}
    first = {control.name: control.values[control.start] for control in drawing.controls}
    ours = things(turned(drawing.svg, json.loads(drawing.frames), stop))
    theirs = things(saved(function, given, first))
    assert [(each.kind, each.words, each.colours) for each in ours] == [
        (each.kind, each.words, each.colours) for each in theirs
    ]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.same(other, within), (mine, other)
    return len(ours)


BOOKS = [
    (path.stem, node.name)
    for path in sorted((ROOT / "figures").glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and re.search(r"\b(slider|choice)\(", ast.unparse(node.args))
]


def texts(book: dict[str, Any]) -> list[list[str]]:
    """Return the words that published frames put into a drawing at each stop, text by text; those that no stop changes left out."""
    said: dict[str, list[tuple[list[str], list[int]]]] = {}
    for name, _, key, values, which in book["slots"]:
        if key == TEXT:
            said.setdefault(name, []).append((values, which))
    every = [
        ["".join(values[which[stop]] for values, which in text) for text in said.values()]
        for stop in range(len(book["readouts"]))
    ]
    return [list(filter(None, words)) for words in every]


@pytest.mark.parametrize(("chapter", "name"), BOOKS, ids=map(".".join, BOOKS))
def test_a_stop_is_what_the_figure_draws_there(chapter: str, name: str) -> None:
    """At its first, middle and last stop each figure of the book shows what matplotlib saves of that call, to 0.1 point."""
    drawing = build.draw(load_project(ROOT), chapter, name)
    function = getattr(load(ROOMS, ROOT / "figures" / f"{chapter}.py"), name)
    for stop in (0, len(drawing.readouts) // 2, len(drawing.readouts) - 1):
        assert held(function, drawing, stop) > 20


def test_no_figure_that_can_be_dragged_is_left_out() -> None:
    """The figures that are held are those whose functions declare controls."""
    found = []
    for path in sorted((ROOT / "figures").glob("*.py")):
        module = load(ROOMS, path)
        functions = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
        found += [(path.stem, each.__name__) for each in functions if callable(each) and declared(each)]
    assert found == BOOKS


def words(figure: Figure, *, w: float = slider(0.5, 1.5, step=0.5, start=0.5, label="$w$")) -> None:
    """Say a number in every place that holds words."""
    figure.set_size_inches(6, 4)
    axes = figure.subplots()
    axes.set(xlim=(0, 2), ylim=(0, 2))
    figure.suptitle(f"all {w}")
    figure.text(0.5, 0.01, f"below {w}")
    axes.set(xlabel=f"x at {w}", title=f"title {w}")
    axes.set_xticks([0, w], ["zero", f"tick {w}"])
    axes.set_xticks([0.25, w / 3], ["minor", f"third of {w}"], minor=True)
    axes.plot([0, 2], [0, w], label=f"line {w}")
    axes.legend(title=f"legend {w}", loc="upper left")
    inner = axes.inset_axes([0.6, 0.1, 0.3, 0.3])
    inner.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    inner.plot([0, 1], [0, w / 2])
    inner.text(0.1, 0.8, f"inset {w}")
    axes.text(1, 1, "above one" if w > 1 else "")
    if w == 1:
        axes.text(1.5, 0.2, "the edge")
    readout(figure, f"{w}")


def moves(figure: Figure, *, w: float = slider(1, 4, step=1, start=4, label="$w$")) -> None:
    """Draw things of every kind that appear, disappear, leave the view, and change their shape."""
    axes = figure.subplots()
    axes.set(xlim=(0, 4), ylim=(0, 2))
    axes.plot([0, 4], [w, w + 1], color="warm")
    for k in range(int(w)):
        axes.plot([0, 4], [0, k / 2], "so^D"[k], markersize=w + 1, color="cool")
    axes.plot(np.arange(w), np.full(int(w), 1.5), "o", color="edge")
    axes.plot([0.1, 0.9], [0.5, w / 5], transform=axes.transAxes, color="accent")
    axes.axline((0, 0), slope=w / 4, color="muted")
    if w != 2:
        arrow(axes, (1, 1), (w, 1.2), text="here")
        axes.fill_between([0, 1, 2], [0, 0, 0], [w / 2, 1, w / 3], color="accent_soft")
    axes.axhspan(0, w / 10, color="edge_soft", hatch="//" if w > 2 else "")
    twin = axes.twinx()
    twin.set(ylim=(0, 8))
    twin.plot([0, 4], [w, 2 * w], color="accent2")
    axes.table([[f"{w:g}", "cell"]], loc="lower right", colWidths=[0.1, 0.1])
    readout(figure, f"{w}")


@pytest.mark.parametrize("function", [sample, matrices, words, moves])
def test_each_stop_is_as_if_drawn_whole(function: Callable[..., None]) -> None:
    """What the frames make of the starting drawing is what matplotlib saves of that stop, whatever appears or disappears."""
    drawing = drawn(function)
    assert len(drawing.texts) == len(drawing.readouts) == len(list(stops(drawing.controls)))
    for stop in range(len(drawing.readouts)):
        held(function, drawing, stop)


@pytest.mark.parametrize("function", [sample, words, moves])
def test_words_are_told_stop_by_stop(function: Callable[..., None]) -> None:
    """What a drawing and its frames tell of their words is what stands in the drawing at each stop."""
    drawing = drawn(function)
    book = json.loads(drawing.frames)
    told = texts(book)
    for stop, said in enumerate(drawing.texts):
        shown = [each.words for each in things(turned(drawing.svg, book, stop)) if each.kind == "text"]
        assert list(said) == shown
        changing = [each for each in shown if each not in set.intersection(*map(set, drawing.texts))]
        assert [each for each in told[stop] if each in changing] == changing
        assert set(told[stop]) <= set(shown)


def test_words_that_are_hidden_are_not_in_the_page() -> None:
    """What is drawn at other stops only stands in the frames, not in the page."""
    drawing = drawn(words)
    assert "above one" not in drawing.svg and "the edge" not in drawing.svg
    assert any("above one" in said for said in drawing.texts[2:])


def test_the_starting_stop_stands_there() -> None:
    """The drawing itself is that of the stops at which the controls start, and so is its table."""
    drawing, still = drawn(sample), drawn(sample, w=0.75, shape="power")
    shown, alone = (things(ElementTree.fromstring(each.svg)) for each in (drawing, still))
    assert len(shown) == len(alone)
    assert all(one.same(other, 1e-9) for one, other in zip(shown, alone, strict=True))
    assert drawing.csv == still.csv
    assert not still.frames


def test_only_what_moves_is_sent() -> None:
    """No slot holds one value only, but for words beside others that change, and each value is there once."""
    book = json.loads(drawn(sample).frames)
    slots = book["slots"]
    assert all(len(values) == len(set(values)) and (len(values) > 1 or key == "") for *_, key, values, _ in slots)
    assert not any("stays" in values for *_, values, _ in slots)
    assert sum(len(which) for *_, which in slots) == len(slots) * 10
    assert book["index"] == [[2 * k, 2 * k + 1] for k in range(5)]
    assert (book["start"], book["readouts"][2]) == (2, "w = 0.75 is cool, power")
    assert book["keys"] == {"w": ["0.5", "0.75", "1", "1.25", "1.5"], "shape": ["power", "line"]}


def test_a_page_knows_its_frames() -> None:
    """The frames carry the digest that stands on the page; frames of another drawing carry another."""

    def other(figure: Figure, *, w: float = slider(0, 2, step=1, start=1, label="$w$")) -> None:
        matrices(figure, w=2 - w)

    one, two = drawn(matrices), drawn(other)
    assert json.loads(one.frames)["digest"] == one.seal != two.seal == json.loads(two.frames)["digest"]


def test_drawing_is_the_same_each_time() -> None:
    """The frames are the same to the byte."""
    assert drawn(sample) == drawn(sample)


def test_what_moves_at_a_stop_is_recorded() -> None:
    """A change of one stop alone, of what is drawn there or said, shows in the record."""
    recorded = drawn(sample).record

    def moved(figure: Figure, **given: Any) -> None:
        sample(figure, **given)
        if given["w"] == 1.25:
            figure.axes[1].lines[0].set_ydata([1.25, -1.2501])

    def says(figure: Figure, **given: Any) -> None:
        sample(figure, **given)
        if given["w"] == 1.25:
            readout(figure, "something else")

    for function in (moved, says):
        function.__signature__ = sample_signature()  # type: ignore[attr-defined]  # what the press reads the controls from
    assert compare(recorded, drawn(moved).record)[0].startswith(
        "what can be dragged: the sum of all coordinates from stop 7 on was "
    )
    assert compare(recorded, drawn(says).record)[0].startswith(
        "what can be dragged: what is said, or a look, from stop 7 on was "
    )
    assert compare(recorded, recorded) == []


def sample_signature() -> Any:
    """Return the signature of the sample."""
    import inspect

    return inspect.signature(sample)


def limits(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on axes that follow the data."""
    figure.subplots().plot([0, w], [0, 1])
    readout(figure, "w")


def panels(figure: Figure, *, w: int = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw as many panels as the slider says."""
    np.ravel(figure.subplots(1, int(w)))[0].plot([0, 1], [0, 1])
    readout(figure, "w")


def scales(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on an axis that is logarithmic at some stops."""
    axes = figure.subplots()
    axes.set(xlim=(1, 4), ylim=(1, 4), xscale="log" if w > 1 else "linear")
    axes.plot([1, w], [1, 2])
    readout(figure, "w")


def within(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on an inset that follows the data."""
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 4))
    axes.plot([0, 1], [0, 1])
    axes.inset_axes([0.5, 0.5, 0.4, 0.4]).plot([0, w], [0, 1])
    readout(figure, "w")


def sizes(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw on a figure that grows."""
    figure.set_size_inches(4 + w, 3)
    figure.subplots().set(xlim=(0, 1), ylim=(0, 4))
    figure.axes[0].plot([0, 1], [0, w])
    readout(figure, "w")


def infinite(figure: Figure, *, w: float = slider(1, 3, step=1, start=1, label="$w$")) -> None:
    """Draw something that is no number at one stop."""
    figure.subplots().set(xlim=(0, 1), ylim=(0, 4))
    figure.axes[0].plot([0, 1], [0, np.inf if w == 2 else w])
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
            scales,
            "at w = 2.0: the scale of the x axis is log there, and linear at the start; set the same at each stop",
        ),
        (
            within,
            "at w = 2.0: the x axis of panel 2 goes from 0 to 2 there, and from 0 to 1 at the start; set the same at each stop",
        ),
        (panels, "at w = 2.0: it has other axes there than at the start; make the same at each stop"),
        (sizes, "at w = 2.0: the figure has another size there than at the start; set the same at each stop"),
        (infinite, "at w = 2.0: a Line2D has the y inf; compute a number, or mask it with numpy.ma to leave a gap"),
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
        left = list(short)
        for corner in line:
            while left and np.abs(np.subtract(left[0], corner)).max() > 0.0501:
                left.pop(0)
            assert left, f"the path does not lead to {corner}"


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
