"""What the site is made with when nothing has to be drawn: no matplotlib, and drawings kept as plain data."""

import subprocess
import sys

import pytest

from galley.drawing.drawing import Drawing
from galley.figure.controls import choice, slider

MODULES = "galley.drawing.drawing galley.drawing.embedding galley.figure.controls galley.figure.palette galley.site.flipbook galley.build"


@pytest.mark.parametrize("module", MODULES.split())
def test_a_site_without_a_figure_to_draw_needs_no_matplotlib(module: str) -> None:
    """What sets a page with drawings that are known already does not import matplotlib."""
    code = f"import sys, {module}; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_drawing_is_read_back_as_it_was_written() -> None:
    """Nothing is lost between a drawing and its JSON, controls and their marks included."""
    controls = (
        slider(0.5, 1.5, step=0.25, start=1.0, label="$w$", marks={1.0: "edge"}, play=True),
        choice({"tanh": "tanh", "relu": "ReLU"}, start="relu", label="kind"),
    )
    made = Drawing(
        "a-b", "<svg>→</svg>", "series,x,y\n", {"size": [1.0, 2.5]}, 400.0, 250.5, controls, ("x", "y"), "{}"
    )
    assert Drawing.from_json(made.to_json()) == made
    assert Drawing.from_json(made.to_json().encode()) == made
