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

from galley.drawing.snapshot import NEAR, compact, compare, marks, texts, whole
from galley.drawing.svg import Shapes

PLACES = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 80), st.just(2)), elements=st.floats(0, 400).map(lambda x: round(x, 6))
)


def picture(points: Any, words: str = "w = 1", style: str = "stroke:ink") -> dict[str, Any]:
    """Return the record of a drawing with one line, a marker, and words."""
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
    return {"size": [400.0, 250.0], "marks": marks(root, shapes), "sum": total, "looks": looks}


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


def test_a_line_of_many_points_is_summed() -> None:
    """A line may have more coordinates than there are weights, and the last of them shows."""
    points = np.zeros((60_000, 2))
    moved = points.copy()
    moved[-1, 1] = 2 * NEAR
    assert compare(picture(points), picture(moved))


def test_a_drawing_is_read_with_all_it_refers_to() -> None:
    """Words stand where their group does; a marker's shape and the edge of a clip count among the coordinates."""
    found = picture([[1.0, 2.0], [3.0, 4.0]])["marks"]
    path, use, text = found["path stroke:ink"], found["use"], found["text"]
    assert (path["count"], path["points"], path["at"]) == (1, 2, [1.0, 2.0, 3.0, 4.0])
    assert use["at"] == [5.0, 6.0]
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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda new: new["marks"].update(lines=new["marks"].pop("use")), r"^use \(1\) is gone"),
        (lambda new: new["marks"]["use"].update(count=2), "^use: the count was 1, is 2"),
        (
            lambda new: new["marks"]["path stroke:ink"]["at"].__setitem__(3, 41.0),
            "^path stroke:ink: some coordinate was 40.0, is 41.0",
        ),
        (lambda new: new["marks"]["use"].update(sum=1.0), "^use: the sum of all coordinates was .*, is 1.0"),
        (lambda new: new["marks"]["text"]["words"].__setitem__(0, "w = 2"), "^text: the text was 'w = 1', is 'w = 2'"),
        (lambda new: new["marks"]["text"]["words"].pop(), "^text: the text was 'ab', is nothing"),
        (lambda new: new["marks"]["text"]["at"].__setitem__(0, 9.0), "^text: some coordinate was 7.0, is 9.0"),
        (lambda new: new["marks"].pop("text"), r"^text \('w = 1', 'ab'\) is gone"),
        (lambda new: new.update(size=[400.0, 300.0]), "the size was 250.0, is 300.0"),
        (lambda new: new.update(looks="0"), "a look, or what stands above what, was"),
        (lambda new: new.update(sum=0.0), "the sum of all coordinates was"),
        (lambda new: new.update(series=["w"]), "^all together: the list of names of the data was 'v', is 'w'"),
        (lambda new: new["stops"]["controls"].append("b"), "^what can be dragged: the list was nothing, is 'b'"),
        (
            lambda new: new["stops"]["sums"].__setitem__(1, 5.0),
            "the sum of all coordinates from stop 2 on was 2.0, is 5.0",
        ),
        (lambda new: new["stops"].update(said=[*"ABCDEFGHI"]), "'A', 'B', 'C', 'D', 'E', 'F', …$"),
        (lambda new: new.pop("stops"), r"^what can be dragged .* is gone"),
    ],
)
def test_changes_are_told_in_words(change: Any, words: str) -> None:
    """What changed is named, with what it was and what it is."""
    old = picture([[10.0, 20.0], [30.0, 40.0]])
    old["series"] = ["v"]
    old["stops"] = {"controls": ["a"], "sums": [1.0, 2.0], "said": [*"abcdefghi"]}
    new = copy.deepcopy(old)
    change(new)
    moved = compare(old, new)
    assert re.search(words, moved[0])
    assert len(moved) <= 2  # what looks otherwise is gone, and new


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
    marks = [{"line": "cool", "y": [place / 8 for place in range(k)]} for k in (2, 3, 16)]
    lines = compact({"marks": marks}, width=80).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert [line.count('"line"') for line in lines[:3]] == [1, 1, 1]
