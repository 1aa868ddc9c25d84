"""Values as JSON: each comes back as it was, and no text makes anything else."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from galley.findings import Finding
from galley.run import plain
from galley.run.imports import Broken

VALUES = [
    None, True, 0, -7, 2**4000, 0.1, -0.0, 5e-324, math.inf, -math.inf, "", "π “\n", [], [1, [2.0, "3"]], {}, {"a": {"b": [None]}},
    (1, (2,)), {1: "one", (2, 3): [4]}, {plain.TAG: "tuple", "of": [1]}, b"\x00\xff", Path("/a/b"), Fraction(-22, 7),
    Finding(Path("docs/a.md"), 1, 2, "wrong", "right"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back(value: object) -> None:
    """What is written is read as it was, of the same kind and to the last bit."""
    back = plain.load(plain.dump(value))
    assert (type(back), repr(back)) == (type(value), repr(value))


def test_nan_comes_back() -> None:
    """What is no number stays so."""
    assert math.isnan(plain.load(plain.dump(math.nan)))


def test_numpy_floats_are_floats() -> None:
    """NumPy's own float is kept as Python's, with the same value."""
    back = plain.load(plain.dump(np.float64(0.1)))
    assert (type(back), back) == (float, 0.1)


def test_errors_come_back() -> None:
    """An error of Python's or of the press is one again, with its words."""
    for error in (ValueError("no"), KeyError("a"), Broken(Path("a.py"), 3, 4, "wrong")):
        back = plain.load(plain.dump(error))
        assert (type(back), str(back)) == (type(error), str(error))


@pytest.mark.parametrize(
    "value", [object(), lambda: 1, {1, 2}, np.zeros(2), 1j, type, print], ids=lambda value: type(value).__name__
)
def test_what_is_no_plain_value_is_refused(value: object) -> None:
    """Nothing is written that would not come back as it was."""
    with pytest.raises(TypeError):
        plain.dump(value)


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "builtins:eval",
        "builtins:exec",
        "subprocess:Popen",
        "galley.cli:main",
        "galley.run.workers:run",
        "galley.nothing:at_all",
        "x",
        "a:b:c",
    ],
)
def test_no_text_runs_code(name: str) -> None:
    """A text that names anything but a record or an error is refused, whatever it would be given."""
    with pytest.raises(ValueError):
        plain.load(json.dumps({plain.TAG: name, "of": ["print('run')"]}))
