"""Records of what was drawn, and what moved since."""

import copy
import json
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from galley.drawing.snapshot import NEAR, compact, compare, marks, reading, signs, texts, whole
from galley.drawing.svg import Shapes

VALUES = arrays.arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e6, 1e6))
PLACES = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 80), st.just(2)), elements=st.floats(0, 400).map(lambda x: round(x, 6))
)


def record(y: Any, scale: str = "linear", **named: Any) -> dict[str, Any]:
    """Return the record of a figure with one line."""
    log = "y" if scale == "log" else ""
    series = {"series": "one", **({"log": log} if log else {}), **named}
    series |= reading({"x": np.arange(len(y), dtype=float), "y": np.asarray(y, dtype=float)}, logarithmic=log)
    return picture([[10.0, 20.0], [30.0, 40.0]]) | {"data": [series]}


def picture(points: Any, words: str = "w = 1", style: str = "stroke:ink") -> dict[str, Any]:
    """Return the record of a drawing with one line, a marker, and words; its data left out."""
    path = "M " + " L ".join(f"{x:.6f} {y:.6f}" for x, y in points)
    root = ElementTree.fromstring(
        f'<svg><path d="{path}" style="{style}" clip-path="url(#area)"/><use x="5" y="6" xlink-href="#dot"/>'
        f'<text x="7" y="8">{words}</text><g transform="translate(50 60)"><text><tspan x="0 5" y="1">ab</tspan></text></g></svg>'
    )
    root[1].attrib = {"x": "5", "y": "6", "xlink:href": "#dot"}
    shapes = Shapes()
    shapes.elements["area"] = ElementTree.fromstring(
        '<clipPath><rect x="0" y="0" width="400" height="300"/></clipPath>'
    )
    shapes.elements["dot"] = ElementTree.fromstring('<path d="M 0 1 L 1 0"/>')
    total, looks = whole(root, shapes)
    return {"size": [400.0, 250.0], "marks": marks(root, shapes), "sum": total, "looks": looks, "data": []}


def stored(value: Any) -> Any:
    """Return what comes back from the file of a record."""
    return json.loads(compact(value))


@given(PLACES)
def test_a_drawing_that_did_not_move_is_not_reported(points: np.ndarray) -> None:
    """A record, stored and read back, equals itself, and the last of its millionths does not show."""
    assert compare(stored(picture(points)), picture(points)) == []
    assert compare(stored(picture(points)), picture(points + 1e-6)) == []


@given(PLACES, st.data())
def test_one_corner_that_moved_shows(points: np.ndarray, data: st.DataObject) -> None:
    """A single corner that moved by twice what counts as near is reported, whichever it is and in whichever direction."""
    moved = points.copy()
    corner = data.draw(st.integers(0, len(points) - 1), label="corner")
    moved[corner, data.draw(st.integers(0, 1), label="direction")] += data.draw(st.sampled_from([-2, 2])) * NEAR
    assert compare(picture(points), picture(moved))


@given(PLACES, st.floats(-50, 50), st.floats(-50, 50))
def test_a_line_that_moved_as_a_whole_shows(points: np.ndarray, x: float, y: float) -> None:
    """However far a line is moved, in whichever direction, and however many corners it has."""
    if max(abs(x), abs(y)) > 2 * NEAR:
        assert compare(picture(points), picture(points + [x, y]))


def test_a_drawing_is_read_with_all_it_refers_to() -> None:
    """Words stand where their group does; a marker's shape and the edge of a clip count among the coordinates."""
    path, use, text = picture([[1.0, 2.0], [3.0, 4.0]])["marks"]
    assert (path["path"], path["count"], path["points"], path["at"]) == ("stroke:ink", 1, 2, [1.0, 2.0, 3.0, 4.0])
    assert (use["use"], use["at"]) == ("", [5.0, 6.0])
    assert (text["words"], text["at"]) == (["w = 1", "ab"], [7.0, 8.0, 50.0, 60.0])
    root, shapes = ElementTree.fromstring('<svg><path d="M 1 2" clip-path="url(#a)"/></svg>'), Shapes()
    sums = []
    for width in (1, 2):
        shapes.elements["a"] = ElementTree.fromstring(f'<clipPath><rect width="{width}"/></clipPath>')
        sums.append(whole(root, shapes)[0])
    assert abs(sums[1] - sums[0]) >= 1
    assert texts(
        ElementTree.fromstring("<svg><text>a</text><g><text><tspan>b</tspan><tspan>c</tspan></text></g></svg>")
    ) == ["a", "bc"]


@given(VALUES)
def test_what_did_not_move_is_not_reported(values: np.ndarray) -> None:
    """A record, stored and read back, equals itself, and rounding of the last bits does not show."""
    assert compare(stored(record(values)), record(values)) == []
    assert compare(stored(record(values)), record(values * (1 + 1e-14))) == []


@given(VALUES, st.data())
def test_one_point_that_moved_shows(values: np.ndarray, data: st.DataObject) -> None:
    """A single point that moved by 1e-8 of the largest magnitude is reported, whichever it is; by 1e-11, it is not."""
    values[data.draw(st.integers(0, len(values) - 1), label="largest")] = 1e6
    moved = data.draw(st.integers(0, len(values) - 1), label="moved")
    for relative, reported in ((1e-8, True), (1e-11, False)):
        after = values.copy()
        after[moved] -= relative * 1e6
        assert bool(compare(stored(record(values)), record(after))) is reported


def test_logarithmic_axes_compare_what_is_seen() -> None:
    """On a logarithmic axis a small value that moved by a factor shows, though it is far below the largest."""
    values = np.logspace(0, -30, 40)
    after = values.copy()
    after[33] *= 1 + 1e-6
    assert compare(record(values), record(after)) == []
    (words,) = compare(record(values, "log"), record(after, "log"))
    assert "y moved between the recorded points" in words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda new: new["data"][0].update(series="two"), "series 1 was “one” of 5, is “two” of 5"),
        (lambda new: new["data"][0]["y"].__setitem__(2, 7.0), "y at the middle was 2.0, is 7.0"),
        (lambda new: new["data"].clear(), r"series 1 \(“one” of 5\) is gone"),
        (lambda new: new["data"].append(new["data"][0]), r"series 2 .* is new"),
        (lambda new: new["marks"][0].update(path="stroke:muted"), r"path stroke:ink \(1 of 2 points\) is gone"),
        (lambda new: new["marks"][0].update(count=2), "path stroke:ink was 1 of 2 points, is 2 of 2 points"),
        (lambda new: new["marks"][0]["at"].__setitem__(3, 41.0), r"point 2 .* was at \(30, 40\), is at \(30, 41\)"),
        (lambda new: new["marks"][0].update(sum=1.0), "path stroke:ink moved between the recorded points"),
        (lambda new: new["marks"][2]["words"].__setitem__(0, "w = 2"), "the text was 'w = 1', is 'w = 2'"),
        (lambda new: new["marks"][2]["words"].pop(), "the text was 'ab', is nothing"),
        (lambda new: new["marks"][2]["at"].__setitem__(0, 9.0), r"the text 'w = 1' was at \(7, 8\), is at \(9, 8\)"),
        (lambda new: new["marks"].pop(), r"text \(“w = 1”, “ab”\) is gone"),
        (lambda new: new.update(size=[400.0, 300.0]), "the size was"),
        (lambda new: new.update(looks="0"), "something looks otherwise"),
        (lambda new: new.update(sum=0.0), "something moved; the sum of all was"),
    ],
)
def test_changes_are_told_in_words(change: Any, words: str) -> None:
    """What changed is named, with what it was and what it is."""
    new = copy.deepcopy(record(range(5)))
    change(new)
    moved = compare(record(range(5)), new)
    assert re.search(words, moved[0])
    assert len(moved) <= 2  # what looks otherwise is gone, and new


def test_tolerance_can_be_stated() -> None:
    """A computation that is ill-conditioned may be held to less."""
    assert compare(record([1.0, 2.0]), record([1.0, 2.0 + 1e-6]), 1e-5) == []
    assert compare(record([1.0, 2.0]), record([1.0, 2.0 + 1e-6]), 1e-7) != []


def test_gaps_are_left_out() -> None:
    """Points that are no numbers are neither counted nor recorded."""
    assert record([1.0, np.nan, 3.0])["data"][0]["y"] == [1.0, 3.0]
    assert record([np.nan])["data"][0]["count"] == 0


def test_signs_follow_thue_and_morse() -> None:
    """The signs cancel every straight line and every parabola over eight points."""
    assert signs(4).tolist() == [1.0, -1.0, -1.0, 1.0]
    assert [signs(8) @ np.arange(8) ** power for power in range(3)] == [0.0, 0.0, 0.0]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
        max_leaves=40,
    )
)
def test_compact_json_is_json(value: Any) -> None:
    """Nothing is lost, and no list of numbers or small object is broken over lines without need."""
    assert json.loads(compact(value, width=40)) == value
    if len(json.dumps(value, ensure_ascii=False)) <= 40:
        assert "\n" not in compact(value, width=40)


def test_compact_json_keeps_one_mark_a_line() -> None:
    """Objects in a list stand on lines of their own, what is too long is broken, and no line is longer than the width."""
    marks = [{"line": "vanish", "y": [place / 8 for place in range(k)]} for k in (2, 3, 16)]
    lines = compact({"marks": marks}, width=80).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert [line.count('"line"') for line in lines[:3]] == [1, 1, 1]
