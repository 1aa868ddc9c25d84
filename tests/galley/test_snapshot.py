"""Records of what was drawn, and what moved since."""

import copy
import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from galley.drawing.snapshot import compact, compare, reading, signs

VALUES = arrays.arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e6, 1e6))


def record(y: Any, scale: str = "linear", **mark: Any) -> dict[str, Any]:
    """Return the record of a figure with one line."""
    logarithmic = {"y"} if scale == "log" else set()
    axis = {"scale": "linear", "limits": [0.0, 1.0], "label": "x", "ticks": ["0", "1"]}
    line = {"line": "vanish", "look": "--", **mark}
    line |= reading({"x": np.arange(len(y), dtype=float), "y": np.asarray(y, dtype=float)}, logarithmic=logarithmic)
    panel = {"x": axis, "y": {**axis, "scale": scale}, "marks": [line], "texts": [["w = 1", "ink", 0.5, 0.5]]}
    return {"size": [400.0, 250.0], "axes": [panel]}


def stored(value: Any) -> Any:
    """Return what comes back from the file of a record."""
    return json.loads(compact(value))


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


def test_places_on_a_logarithmic_axis_are_compared_as_seen() -> None:
    """A limit, a tick with words or a text far below the largest number shows when it moves by a factor."""
    low = record([1.0], "log")
    panel = low["axes"][0]
    panel["y"] |= {"limits": [1e-10, 1e8], "places": [1e-9, 1e7]}
    panel["texts"] = [["low", "ink", 50.0, 1e-9]]
    for change in (
        lambda panel: panel["y"].update(limits=[2e-10, 1e8]),
        lambda panel: panel["y"].update(places=[2e-9, 1e7]),
        lambda panel: panel["texts"][0].__setitem__(3, 2e-9),
    ):
        moved = copy.deepcopy(low)
        change(moved["axes"][0])
        assert len(compare(low, moved)) == 1
    assert compare(low, stored(low)) == []


def test_a_text_is_placed_by_the_limits_of_each_axis() -> None:
    """A text far along one axis still shows when it moves along the other, whose numbers are small."""
    wide = record([1.0])
    wide["axes"][0]["x"] = {**wide["axes"][0]["x"], "limits": [0.0, 1e6]}
    wide["axes"][0]["texts"] = [["far", "ink", 1e6, 0.5]]
    moved = copy.deepcopy(wide)
    moved["axes"][0]["texts"][0][3] += 1e-6
    assert compare(wide, moved) == ['text was ["far", "ink", 1000000.0, 0.5], is ["far", "ink", 1000000.0, 0.500001]']


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda new: new["axes"][0]["marks"][0].update(line="explode"), "mark 1 was vanish line -- of 5, is explode"),
        (
            lambda new: new["axes"][0]["marks"][0].update(look="-"),
            "mark 1 was vanish line -- of 5, is vanish line - of 5",
        ),
        (lambda new: new["axes"][0]["marks"][0]["y"].__setitem__(2, 7.0), "y at the middle was 2.0, is 7.0"),
        (lambda new: new["axes"][0]["marks"].clear(), r"mark 1 \(vanish line -- of 5\) is gone"),
        (lambda new: new["axes"][0]["marks"].append(new["axes"][0]["marks"][0]), "mark 2 .* is new"),
        (lambda new: new["axes"][0]["texts"][0].__setitem__(0, "w = 2"), r'text was \["w = 1".* is \["w = 2"'),
        (lambda new: new["axes"][0]["texts"].clear(), "text .* is gone"),
        (
            lambda new: new["axes"][0]["y"].update(limits=[0.0, 2.0]),
            r"limits of the y axis was \[0.0, 1.0\], is \[0.0, 2.0\]",
        ),
        (lambda new: new["axes"][0]["x"].update(ticks=["0"]), "ticks of the x axis was"),
        (lambda new: new["axes"].append(new["axes"][0]), "the number of panels was 1, is 2"),
        (lambda new: new.update(size=[400.0, 300.0]), "the size was"),
    ],
)
def test_changes_are_told_in_words(change: Any, words: str) -> None:
    """What changed is named, with what it was and what it is."""
    new = copy.deepcopy(record(range(5)))
    change(new)
    moved = compare(record(range(5)), new)
    assert len(moved) == 1
    assert re.search(words, moved[0])


def test_tolerance_can_be_stated() -> None:
    """A computation that is ill-conditioned may be held to less."""
    assert compare(record([1.0, 2.0]), record([1.0, 2.0 + 1e-6]), 1e-5) == []
    assert compare(record([1.0, 2.0]), record([1.0, 2.0 + 1e-6]), 1e-7) != []


def test_gaps_are_left_out() -> None:
    """Points that are no numbers are neither counted nor recorded."""
    assert record([1.0, np.nan, 3.0])["axes"][0]["marks"][0]["y"] == [1.0, 3.0]
    assert record([np.nan])["axes"][0]["marks"][0]["count"] == 0


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
