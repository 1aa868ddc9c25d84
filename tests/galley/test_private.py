"""matplotlib's private parts that the press touches: all of them are there, in one module, and behave as it takes for granted."""

import io
import re
import tomllib
from importlib.metadata import version

import pytest
from matplotlib.figure import Figure

from finish.browser import ROOT
from galley.drawing.stage import Kept
from galley.figure import private

PRESS = ROOT / "src" / "galley"


def test_private_parts_are_named_in_one_module() -> None:
    """No other module of the press imports what matplotlib calls private."""
    private_import = re.compile(r"^\s*from (?:matplotlib\S*\._\w+ import|matplotlib\S* import .*\b_)", re.MULTILINE)
    found = [
        path.name for path in sorted(PRESS.rglob("*.py")) if private_import.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["private.py"]


@pytest.mark.parametrize("method", ["draw_text", "draw_markers", "draw_image", "draw_gouraud_triangles", "finalize"])
def test_the_renderer_has_what_the_pen_exchanges(method: str) -> None:
    """The SVG renderer draws by these methods, writes by `writer`, and takes its size from two attributes."""
    renderer = private.renderer(30, 20, io.StringIO())
    assert callable(getattr(renderer, method))
    assert (renderer.width, renderer.height) == (30, 20)
    for name in ("start", "end", "element", "comment", "close", "flush"):
        assert callable(getattr(renderer.writer, name))


def test_a_renderer_measures_without_drawing() -> None:
    """While it is not to be seen, it writes nothing."""
    file = io.StringIO()
    renderer = private.renderer(30, 20, file)
    with private.unseen(renderer):
        before = file.getvalue()
        Figure().draw(renderer)
    assert file.getvalue() == before


def test_titles_are_those_that_a_layout_moves() -> None:
    """The words over all panels are found, and a layout leaves them where they were put."""
    figure = Figure(layout="constrained")
    figure.subplots()
    assert private.titles(figure) == []
    made = [figure.suptitle("above"), figure.supxlabel("below"), figure.supylabel("left")]
    assert private.titles(figure) == made


def test_a_layout_says_what_it_does_with_others() -> None:
    """The layout that keeps panels where they are answers what a function may ask of one: whether it may adjust, and bars of colours."""
    kept = Kept.__new__(Kept)
    assert (kept.adjust_compatible, kept.colorbar_gridspec) == (False, False)


def test_matplotlib_is_bounded_to_the_series_that_is_tried() -> None:
    """The project asks for one minor series of matplotlib, and that is the one at hand."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    (bound,) = [each for each in asked if each.startswith("matplotlib")]
    low, high = (tuple(map(int, each.split("."))) for each in re.findall(r"\d+\.\d+", bound))
    assert high == (low[0], low[1] + 1)
    assert tuple(map(int, version("matplotlib").split(".")[:2])) == low
