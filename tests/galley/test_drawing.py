"""Drawing a figure: its SVG, its table, and what is refused."""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from galley.drawing.draw import draw, draw_named
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.snapshot import compare
from galley.figure import cells
from galley.figure import palette as roles
from galley.run.imports import Broken
from tests.galley.browser import ROOT

FONTS = ROOT / "node_modules" / "katex" / "dist" / "fonts"
SAMPLE = '''\
"""The figures of the chapter *sample*."""

from matplotlib.figure import Figure

from galley.figure import label, number
from sums import double


def line(figure: Figure, *, slope: float = 2.0) -> None:
    axes = figure.subplots()
    axes.plot([0, 1], [0, double(slope)], color="vanish", label="a line")
    label(axes.lines[0], f"$s = {number(slope)}$")


def broken(figure: Figure) -> None:
    figure.subplots()
    raise KeyError("slope")
'''


def drawn(on: Callable[[Axes], object], **options: object) -> Drawing:
    """Return the drawing of a figure on whose only axes `on` draws."""
    return draw(lambda figure: void(on(figure.subplots(**options))), chapter="sample", name="some_line", fonts=FONTS)


def void(_: object) -> None:
    """Return nothing, as a figure function does."""


def sample(axes: Axes) -> None:
    """Draw a little of everything."""
    axes.plot([0, 1, 2], [1.0, 0.1, 0.01], color="vanish", label="one")
    axes.plot([0, 1, 2], [1, 10, 100], "o--", color="explode")
    axes.fill_between([0, 1, 2], [1, 1, 1], [2, 3, 4], color="edge_soft")
    axes.scatter([1], [2], color="accent", label="point $p$")
    axes.set(yscale="log", xlabel="depth $L$", ylabel=r"$\|J\|_2$", title="a < b & “c”")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the root of a project with one chapter of figures and a library."""
    for room in ("figures", "src"):
        (tmp_path / room).mkdir()
    (tmp_path / "figures" / "sample.py").write_text(SAMPLE)
    (tmp_path / "src" / "sums.py").write_text("def double(x: float) -> float:\n    return 2 * x\n")
    return tmp_path


def test_two_processes_draw_the_same_bytes(project: Path) -> None:
    """A figure is the same to the byte, whichever process draws it."""
    code = (
        "import sys; from pathlib import Path; from galley.drawing.draw import draw_named;"
        "made = draw_named(Path(sys.argv[1]), 'sample', 'line', Path(sys.argv[2]));"
        "sys.stdout.buffer.write((made.svg + made.csv + repr(made.record)).encode());"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    command = [sys.executable, "-c", code, str(project), str(FONTS)]
    environments = ({"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")} for seed in ("1", "2"))
    first, second = (subprocess.run(command, env=env, capture_output=True, check=True).stdout for env in environments)
    assert b"<svg" in first
    assert first == second


def test_svg_is_one_well_formed_image_with_its_own_ids() -> None:
    """The SVG is a labelled image that scales, and every id in it is unique, begins as its figure and is referred to."""
    made = drawn(sample)
    inline = made.embed("A title < & >", "What a reader “concludes”")
    root = ElementTree.fromstring(inline)
    assert "<?xml" not in inline and "<!DOCTYPE" not in inline and "\n" not in inline.strip()
    assert root.get("role") == "img" and root.get("width") is None
    assert root.get("viewBox") == f"0 0 {made.width:g} {made.height:g}"
    words = {element.get("id"): element.text for element in root if element.tag.endswith(("title", "desc"))}
    assert [words[name] for name in root.attrib["aria-labelledby"].split()] == [
        "A title < & >",
        "What a reader “concludes”",
    ]
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids)) > 2
    assert all(name.startswith("sample-some-line-") for name in ids)
    referred = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', inline)) | set(root.attrib["aria-labelledby"].split())
    assert referred == set(ids)


def test_colours_are_roles_with_their_light_value_behind() -> None:
    """Every colour is a custom property, and the standalone file has the light values in their place."""
    made = drawn(sample)
    assert set(re.findall(r"(?:var\((--[\w-]+), )?(#[0-9a-f]{6})", made.svg)) == {
        (roles.variable(role), roles.ROLES[role])
        for role in ("vanish", "explode", "edge_soft", "accent", "ink", "muted", "grid")
    }
    alone = made.standalone("title", "words", FONTS)
    assert "var(" not in alone
    assert roles.ROLES["vanish"] in alone


def test_standalone_file_carries_each_font_it_uses_and_no_other() -> None:
    """A file that is opened by itself has its fonts within, a size, and paper behind it."""
    alone = drawn(sample).standalone("title", "words", FONTS)
    ElementTree.fromstring(alone)
    assert set(re.findall(r"font-family:(KaTeX_\w+);font-style:(\w+)", alone)) == {
        ("KaTeX_Main", "normal"),
        ("KaTeX_Math", "italic"),
    }
    assert alone.count("data:font/woff2;base64,") == 2
    assert 'width="400pt"' in alone and f'fill="{roles.ROLES["paper"]}"' in alone


def test_text_is_text() -> None:
    """Words can be read and searched in the SVG, and a formula is whole."""
    root = ElementTree.fromstring(drawn(sample).svg)
    texts = ["".join(text.itertext()) for text in root.iter() if text.tag.endswith("}text")]
    assert "a < b & “c”" in texts
    assert any("depth" in text and "L" in text for text in texts)


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (lambda axes: None, "it draws nothing; plot something"),
        (lambda axes: axes.set_title("words alone"), "it draws nothing"),
        (lambda axes: axes.plot([0, 1], [0, 1], color="red"), "Line2D.* is drawn in red, which is no role"),
        (lambda axes: axes.scatter([0, 1], [0, 1], color="#123456"), "PathCollection is drawn in .*, which is no role"),
        (
            lambda axes: axes.plot([0, 1], [0, 1], color="ink") and axes.text(0, 0, "x", color="black"),
            "text “x” .* black",
        ),
        (lambda axes: axes.plot([0, 1], [0, 1], color="ink", alpha=0.5), "Line2D.* with alpha; take a soft role"),
        (lambda axes: axes.imshow([[0, 1]]), "AxesImage.* is a bitmap; draw cells"),
        (
            lambda axes: axes.plot([0, 1], [0, np.nan], color="ink", label="gap"),
            "“gap”.* has the y nan; compute a number",
        ),
        (lambda axes: axes.plot([0, np.inf], [0, 1], color="ink"), "has the x inf"),
        (lambda axes: axes.scatter([0, 1], [np.nan, 1], color="ink"), "PathCollection has the y nan"),
        (lambda axes: axes.semilogy([1, 2], [1, 0], color="ink"), "has the y 0 on a logarithmic axis"),
        (
            lambda axes: axes.plot([0, 1], [0, 1], color="ink") and axes.set_title(r"$\lVert$"),
            "matplotlib cannot draw it",
        ),
        (
            lambda axes: axes.plot([0, 1], [0, 1], color="ink") and axes.spines.left.set_color("teal"),
            "drawn in #008080",
        ),
    ],
)
def test_what_cannot_be_printed_is_refused(on: Callable[[Axes], object], message: str) -> None:
    """An empty figure, colours of its own, alpha, bitmaps and points that are no numbers are errors that name the artist."""
    with pytest.raises(FigureError, match=message):
        drawn(on)


def test_returning_something_is_refused() -> None:
    """A figure function returns nothing; the error names it and its line."""

    def wrong(figure: Figure) -> Figure:
        figure.subplots().plot([0, 1], [0, 1], color="ink")
        return figure

    with pytest.raises(FigureError, match="it returns something") as error:
        draw(wrong, chapter="sample", name="wrong", fonts=FONTS)
    assert error.value.line == wrong.__code__.co_firstlineno


def test_masked_points_leave_a_gap() -> None:
    """A point that is masked on purpose is no error, even on a logarithmic axis."""
    made = drawn(lambda axes: axes.semilogy([0, 1, 2], np.ma.masked_less_equal([1.0, 0.0, 2.0], 0), color="ink"))
    assert made.record["axes"][0]["marks"][0]["count"] == 2


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (
            lambda axes, k: axes.set_xticks([0, k], ["low", "high"]),
            "places of the x axis was [0.0, 1.0], is [0.0, 2.0]",
        ),
        (
            lambda axes, k: [axes.set_yscale("asinh", linear_width=k), axes.set_ylim(0, 3)],
            'scale of the y axis was "asinh 1", is "asinh 2"',
        ),
        (
            lambda axes, k: [axes.set_yscale("symlog", linthresh=k), axes.set_ylim(0, 3)],
            'scale of the y axis was "symlog 1", is "symlog 2"',
        ),
        (
            lambda axes, k: axes.axhspan(0, 1, color="edge_soft", ec=("ink", "muted")[k - 1]),
            "mark 2 was edge_soft patch edge ink of 5, is edge_soft patch edge muted of 5",
        ),
        (
            lambda axes, k: cells(axes, [[1, 2]], limit=k),
            "mark 2 was ramp cells -1 to 1 of 2, is ramp cells -2 to 2 of 2",
        ),
    ],
)
def test_a_record_holds_what_data_alone_do_not_say(on: Callable[[Axes, int], object], words: str) -> None:
    """Where a tick with words stands, how wide a scale is linear, the edge of a patch and the range of colours are recorded."""
    first, second = (drawn(lambda axes, k=k: [axes.plot([0, 3], [0, 3], color="ink"), on(axes, k)]) for k in (1, 2))
    assert compare(first.record, first.record) == []
    assert compare(first.record, second.record) == [words]


def test_a_record_holds_where_panels_stand() -> None:
    """Two panels beside each other are told from the same two one above the other."""

    def panels(figure: Figure, *, rows: int, columns: int) -> None:
        for axes in figure.subplots(rows, columns):
            axes.plot([0, 1], [0, 1], color="ink")
            axes.set(xticks=[], yticks=[])

    beside, above = (
        draw(panels, chapter="sample", name="panels", fonts=FONTS, parameters={"rows": rows, "columns": 3 - rows})
        for rows in (1, 2)
    )
    assert compare(beside.record, above.record) == [
        'panel 1, place in the grid was "1 of 1 by 2", is "1 of 2 by 1"',
        'panel 2, place in the grid was "2 of 1 by 2", is "2 of 2 by 1"',
    ]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=6, unique=True))
def test_csv_holds_every_bit(values: list[float]) -> None:
    """What is read from the table is what was drawn, to the last bit."""
    made = drawn(lambda axes: (axes.scatter(range(len(values)), values, color="ink"), axes.set_ylim(0, 1)))
    rows = list(csv.DictReader(io.StringIO(made.csv)))
    assert [float(row["y"]) for row in rows] == values
    assert [float(row["x"]) for row in rows] == list(range(len(values)))


def test_csv_names_its_series() -> None:
    """A series is called by its label, else by its colour and kind; with several panels it says in which it stands."""
    names = {line.partition(",")[0] for line in drawn(sample).csv.splitlines()[1:]}
    assert names == {"one", "explode line", "edge_soft fill", "point p"}

    def panels(figure: Figure) -> None:
        for axes in figure.subplots(1, 2):
            axes.plot([0, 1], [0, 1], color="ink")
            axes.plot([0, 1], [1, 0], color="ink")

    table = draw(panels, chapter="sample", name="panels", fonts=FONTS).csv
    assert table.splitlines()[1] == "panel 1: ink line 1,0.0,0.0"
    assert table.splitlines()[-1] == "panel 2: ink line 2,1.0,0.0"


def test_figures_are_drawn_from_the_files_as_they_stand(project: Path) -> None:
    """A figure is drawn by name, with its parameters, and what changed in the library shows at once."""
    assert draw_named(project, "sample", "line", FONTS).record["axes"][0]["marks"][0]["y"] == [0.0, 4.0]
    assert draw_named(project, "sample", "line", FONTS, {"slope": 1.0}).record["axes"][0]["marks"][0]["y"] == [0.0, 2.0]
    library = project / "src" / "sums.py"
    library.write_text("def double(x: float) -> float:\n    return 3 * x + 0\n")
    assert draw_named(project, "sample", "line", FONTS).record["axes"][0]["marks"][0]["y"] == [0.0, 6.0]


@pytest.mark.parametrize(
    ("chapter", "name", "change", "message", "line"),
    [
        ("sample", "broken", ("", ""), "KeyError: 'slope'", 17),
        ("sample", "curve", ("", ""), "there is no function curve in figures/sample.py", 1),
        ("other", "line", ("", ""), "there is no file figures/other.py", 1),
        ("sample", "line", ("axes = figure", "axes = = figure"), "the module cannot be read", 10),
        ("sample", "line", ("import double", "import treble"), "cannot import name 'treble'", 6),
        ("sample", "line", ('"vanish"', '"blue"'), "a Line2D .* is drawn in blue", 9),
        ("sample", "line", ("$s =", "$й ="), "the character й", 9),
    ],
)
def test_errors_say_where(
    project: Path, chapter: str, name: str, change: tuple[str, str], message: str, line: int
) -> None:
    """Whatever fails in a figure module is told in a sentence, with the line in that module."""
    module = project / "figures" / "sample.py"
    module.write_text(module.read_text().replace(*change) if change[0] else module.read_text())
    with pytest.raises((FigureError, Broken), match=message) as error:
        draw_named(project, chapter, name, FONTS)
    assert error.value.line == line


def test_errors_name_missing_fonts(tmp_path: Path) -> None:
    """Without KaTeX's fonts nothing is drawn, and the error says what brings them."""
    with pytest.raises(FileNotFoundError, match="run make once"):
        draw(lambda figure: None, chapter="sample", name="line", fonts=tmp_path)
