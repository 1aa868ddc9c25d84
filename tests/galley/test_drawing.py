"""Drawing a figure: its SVG, its table, and what is refused."""

import csv
import io
import json
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
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from finish.browser import ROOT
from galley.drawing.draw import draw, draw_named
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.snapshot import compare
from galley.figure import arrow, cells
from galley.figure import palette as roles
from galley.run.cache import Cache
from galley.run.imports import Broken
from galley.site import fonts

PAPER = ListedColormap([roles.ROLES["paper"], roles.ROLES["ink"]])
SAMPLE = '''\
"""The figures of the chapter *sample*."""

from matplotlib.figure import Figure

from galley.figure import label, number
from sums import double


def line(figure: Figure, *, slope: float = 2.0) -> None:
    axes = figure.subplots()
    axes.plot([0, 1], [0, double(slope)], color="cool", label="a line")
    label(axes.lines[0], f"$s = {number(slope)}$")


def broken(figure: Figure) -> None:
    figure.subplots()
    raise KeyError("slope")
'''


def drawn(on: Callable[[Axes], object], **options: object) -> Drawing:
    """Return the drawing of a figure on whose only axes `on` draws."""
    return draw(lambda figure: void(on(figure.subplots(**options))), chapter="sample", name="some_line")


def void(_: object) -> None:
    """Return nothing, as a figure function does."""


def sample(axes: Axes) -> None:
    """Draw a little of everything."""
    axes.plot([0, 1, 2], [1.0, 0.1, 0.01], color="cool", label="one")
    axes.plot([0, 1, 2], [1, 10, 100], "o--", color="warm")
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
        "made = draw_named((Path(sys.argv[1], 'figures'), Path(sys.argv[1], 'src')), 'sample', 'line');"
        "sys.stdout.buffer.write((made.svg + made.csv + repr(made.record)).encode());"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    command = [sys.executable, "-c", code, str(project)]
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


def test_colours_are_roles_with_their_light_value_behind(tmp_path: Path) -> None:
    """Every colour is a custom property, and the standalone file has the light values in their place."""
    made = drawn(sample)
    assert set(re.findall(r"(?:var\((--[\w-]+), )?(#[0-9a-f]{6})", made.svg)) == {
        (roles.variable(role), roles.ROLES[role])
        for role in ("cool", "warm", "edge_soft", "accent", "ink", "muted", "grid")
    }
    alone = made.standalone("title", "words", fonts.drawn([made], Cache(tmp_path)))
    assert "var(" not in alone
    assert roles.ROLES["cool"] in alone


def test_standalone_file_carries_each_font_it_uses_and_no_other(tmp_path: Path) -> None:
    """A file that is opened by itself has its fonts within, a size, and paper behind it."""
    made = drawn(sample)
    alone = made.standalone("title", "words", fonts.drawn([made], Cache(tmp_path)))
    ElementTree.fromstring(alone)
    assert set(re.findall(r"font-family:(\w+);font-style:(\w+)", alone)) == {
        ("STIXGeneral", "normal"),
        ("STIXGeneral", "italic"),
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
        (lambda axes: axes.plot([0, 1], [0, 1], color="red"), "a line2d is drawn in #ff0000; colours are roles"),
        (lambda axes: axes.scatter([0, 1], [0, 1], color="#123456"), "is drawn in #123456; colours are roles"),
        (
            lambda axes: axes.plot([0, 1], [0, 1], color="ink") and axes.text(0, 0, "x", color="black"),
            "the text “x” is drawn in #000000",
        ),
        (
            lambda axes: axes.plot([0, 1], [0, 1], color="ink", alpha=0.5),
            "a line2d is drawn with stroke-opacity 0.5; colours are roles, opaque",
        ),
        (lambda axes: axes.imshow([[0, 1]]), "draws nothing|a bitmap is drawn; draw cells"),
        (lambda axes: axes.figure.figimage(np.eye(3)), "it draws nothing"),
        (lambda axes: axes.pcolorfast(np.eye(3)), "draws nothing|a bitmap is drawn; draw cells"),
        (
            lambda axes: axes.pcolormesh(np.eye(3), shading="gouraud", cmap=PAPER),
            "a bitmap is drawn; draw cells",
        ),
        (lambda axes: axes.inset_axes([0, 0, 1, 1]).plot([5, np.nan, 6], color="ink"), "has the y nan; compute"),
        (
            lambda axes: axes.inset_axes([0, 0, 1, 1]).semilogy([5, 0, 6], color="ink"),
            "has the y 0 on a logarithmic axis",
        ),
        (lambda axes: axes.twinx().plot([5, np.inf], color="ink"), "has the y inf; compute"),
        (lambda axes: axes.inset_axes([0, 0, 1, 1]).plot([5, 6], color="teal"), "is drawn in #008080"),
        (
            lambda axes: [
                axes.plot([0, 1], color="ink"),
                axes.figure.add_artist(Line2D([0, np.nan], [0, 1], color="ink")),
            ],
            "has the x nan; compute",
        ),
        (
            lambda axes: [axes.plot([0, 1], color="ink"), axes.figure.text(0, 0, "x", color="teal")],
            "text “x” is drawn in #008080",
        ),
        (
            lambda axes: [axes.plot([0, 1], color="ink", label="a"), axes.legend(labelcolor="teal")],
            "text “a” is drawn in #008080",
        ),
        (
            lambda axes: [axes.plot([0, 1], color="ink", label="a"), axes.legend(frameon=True, facecolor="teal")],
            "drawn in #008080",
        ),
        (
            lambda axes: [axes.plot([0, 1], color="ink"), axes.table([["x"]], cellColours=[["teal"]])],
            "drawn in #008080",
        ),
        (
            lambda axes: [axes.plot([0, 1], color="ink"), axes.table([["x"]])[0, 0].set_facecolor(("ink", 0.5))],
            "opacity",
        ),
        (lambda axes: axes.fill([0, 1, 1], [0, 0, 1], color="black", lw=0), "a patch is drawn in #000000"),
        (lambda axes: axes.scatter([0, 1], [0, 1], color="black"), "is drawn in #000000"),
        (lambda axes: axes.add_artist(Strange()), "it draws nothing"),
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
    """An empty figure, colours of its own, alpha, bitmaps and points that are no numbers are errors that say what it is."""
    with pytest.raises(FigureError, match=message):
        drawn(on)


class Strange(Artist):
    """Draws nothing that the press knows."""


@pytest.mark.parametrize("projection", ["3d", "polar", "mollweide"])
def test_other_than_plain_axes_are_refused_by_name(projection: str) -> None:
    """What stands on axes that cannot be read off paper is not printed; the error names them."""

    def solid(figure: Figure) -> None:
        figure.subplots(subplot_kw={"projection": projection}).plot([0, 1], [0, 1], color="ink")

    with pytest.raises(FigureError, match=f"its axes are {projection}, which"):
        draw(solid, chapter="sample", name="solid")


def test_returning_something_is_refused() -> None:
    """A figure function returns nothing; the error names it and its line."""

    def wrong(figure: Figure) -> Figure:
        figure.subplots().plot([0, 1], [0, 1], color="ink")
        return figure

    with pytest.raises(FigureError, match="it returns something") as error:
        draw(wrong, chapter="sample", name="wrong")
    assert error.value.line == wrong.__code__.co_firstlineno


def test_masked_points_leave_a_gap() -> None:
    """A point that is masked on purpose is no error, even on a logarithmic axis."""
    made = drawn(lambda axes: axes.semilogy([0, 1, 2], np.ma.masked_less_equal([1.0, 0.0, 2.0], 0), color="ink"))
    assert made.csv.splitlines()[1:] == ["ink line,0.0,1.0", "ink line,1.0,", "ink line,2.0,2.0"]


def legend(axes: Axes, k: int, **given: object) -> None:
    """Add a legend to two lines."""
    axes.plot([0, 3], [1, 2], color="muted", label=f"entry {given.pop('entry', 0)}")
    axes.legend(**given)


def inset(axes: Axes) -> Axes:
    """Return axes within others, without ticks."""
    inner = axes.inset_axes([0.5, 0.1, 0.4, 0.4])
    inner.set(xlim=(0, 3), ylim=(0, 3), xticks=[], yticks=[])
    return inner


VISIBLE: dict[str, tuple[Callable[[Axes, int], object], str]] = {
    "the place of a tick": (lambda axes, k: axes.set_xticks([0, k], ["low", "high"]), "text .*some coordinate was"),
    "a tick label": (
        lambda axes, k: axes.set_xticks([0, 1], ["low", f"high {k}"]),
        "the text was 'high 1', is 'high 2'",
    ),
    "a minor tick label": (
        lambda axes, k: axes.set_xticks([0.6], [f"minor {k}"], minor=True),
        "'minor 1', is 'minor 2'",
    ),
    "a tick on the right": (
        lambda axes, k: [axes.yaxis.tick_right(), axes.set_yticks([0, 1], ["a", f"right {k}"])],
        "'right 1', is 'right 2'",
    ),
    "the linear part of a scale": (
        lambda axes, k: [axes.set_yscale("asinh", linear_width=k), axes.set_ylim(0, 3)],
        "path",
    ),
    "the linear part of another": (
        lambda axes, k: [axes.set_yscale("symlog", linthresh=k), axes.set_ylim(0, 3)],
        "path",
    ),
    "a limit": (lambda axes, k: axes.set_ylim(0, 4 + k), "some coordinate was"),
    "a title": (lambda axes, k: axes.set_title(f"title {k}"), "the text was 'title 1', is 'title 2'"),
    "a title over all": (lambda axes, k: axes.figure.suptitle(f"over {k}"), "'over 1', is 'over 2'"),
    "words of the figure": (lambda axes, k: axes.figure.text(0.5, 0.5, f"there {k}"), "'there 1', is 'there 2'"),
    "a legend": (lambda axes, k: legend(axes, k, entry=k), "'entry 1', is 'entry 2'"),
    "the title of a legend": (lambda axes, k: legend(axes, k, title=f"lines {k}"), "'lines 1', is 'lines 2'"),
    "a legend of the figure": (
        lambda axes, k: axes.figure.legend(handles=axes.lines, labels=[f"all {k}"]),
        "'all 1', is 'all 2'",
    ),
    "a secondary axis": (
        lambda axes, k: axes.secondary_yaxis("right", functions=(lambda y: k * y, lambda y: y / k)),
        "the text",
    ),
    "a twin": (lambda axes, k: axes.twinx().plot([0, 3], [0, k**2], color="accent"), "the text"),
    "words in an inset": (lambda axes, k: inset(axes).text(1, 1, f"in {k}"), "'in 1', is 'in 2'"),
    "a line in an inset": (
        lambda axes, k: inset(axes).plot([0, 1], [0, k], color="accent"),
        "path fill:none;stroke:accent",
    ),
    "where an inset stands": (
        lambda axes, k: axes.inset_axes([0.1 * k, 0.1, 0.4, 0.4]).plot([0, 1], [0, 1], color="accent"),
        "some coordinate was",
    ),
    "a table": (lambda axes, k: axes.table([[f"cell {k}"]], loc="center"), "'cell 1', is 'cell 2'"),
    "a line without ends": (
        lambda axes, k: axes.axline((0, 0), slope=k, color="accent"),
        "path fill:none;stroke:accent",
    ),
    "a line in the axes": (
        lambda axes, k: axes.plot([0, 1], [0, k / 2], transform=axes.transAxes, color="accent"),
        "path fill:none;stroke:accent",
    ),
    "a line of the figure": (
        lambda axes, k: axes.figure.add_artist(Line2D([0, 1], [0, k / 2], color="accent")),
        "path fill:none;stroke:accent",
    ),
    "the head of an arrow": (lambda axes, k: arrow(axes, (0, 0), (k, 1)), "some coordinate was"),
    "the edge of a patch": (
        lambda axes, k: axes.axhspan(0, 1, color="edge_soft", ec=("ink", "muted")[k - 1], linewidth=1),
        r"path fill:edge-soft;stroke:ink.* is gone",
    ),
    "a hatch": (lambda axes, k: axes.axhspan(0, 1, color="edge_soft", ec="ink", hatch="/|"[k - 1]), "path fill:url"),
    "dashes": (
        lambda axes, k: axes.axhline(1, color="accent", linestyle=("--", ":")[k - 1]),
        "stroke-dasharray.* is gone",
    ),
    "a width": (lambda axes, k: axes.axhline(1, color="accent", linewidth=k), "stroke-width:2.* is new"),
    "a marker": (lambda axes, k: axes.plot(1, 1, "os"[k - 1], color="accent"), "use fill:accent: the sum of all"),
    "the size of a marker": (
        lambda axes, k: axes.plot(1, 1, "o", markersize=3 + k, color="accent"),
        "use fill:accent: the sum of all",
    ),
    "the colour of words": (lambda axes, k: axes.text(1, 1, "so", color=("ink", "muted")[k - 1]), "'so'.* is gone"),
    "the turn of words": (lambda axes, k: axes.text(1, 1, "so", rotation=30 * k), "text .*some coordinate was"),
    "the size of words": (lambda axes, k: axes.text(1, 1, "so", fontsize=8 * k), "'so'.* is gone"),
    "a colour of cells": (lambda axes, k: cells(axes, [[1, 2]], limit=k), "path fill:warm"),
    "what is hidden by what": (
        lambda axes, k: [
            axes.axhspan(0, 1, color="edge_soft", zorder=k),
            axes.axhspan(0, 2, color="cool_soft", zorder=1.5),
        ],
        "what stands above what",
    ),
    "where a line is cut off": (
        lambda axes, k: axes.plot([0, 3], [0, 9], color="accent", scaley=False)[0].set_clip_on(k == 1),
        "path fill:none;stroke:accent",
    ),
}


@pytest.mark.parametrize("name", VISIBLE)
def test_nothing_that_is_seen_changes_unseen(name: str) -> None:
    """Whatever draws it: words, their places and looks, marks, axes within axes, what stands above what, is in the record."""
    on, words = VISIBLE[name]
    first, again, second = (
        drawn(lambda axes, k=k: [axes.plot([0, 3], [0, 3], color="ink"), on(axes, k)]) for k in (1, 1, 2)
    )
    assert compare(first.record, json.loads(json.dumps(again.record))) == []
    moved = compare(first.record, second.record)
    assert any(re.search(words, each) for each in moved), moved


def test_a_record_holds_where_panels_stand() -> None:
    """Two panels beside each other are told from the same two one above the other."""

    def panels(figure: Figure, *, rows: int, columns: int) -> None:
        for axes in figure.subplots(rows, columns):
            axes.plot([0, 1], [0, 1], color="ink")
            axes.set(xticks=[], yticks=[])

    beside, above = (
        draw(panels, chapter="sample", name="panels", parameters={"rows": rows, "columns": 3 - rows}) for rows in (1, 2)
    )
    moved = compare(beside.record, above.record)
    assert any(re.match(r"path .*stroke:ink.*: some coordinate was", each) for each in moved), moved


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
    assert names == {"one", "warm line", "edge_soft fill", "point p"}

    def panels(figure: Figure) -> None:
        for axes in figure.subplots(1, 2):
            axes.plot([0, 1], [0, 1], color="ink")
            axes.plot([0, 1], [1, 0], color="ink")

    table = draw(panels, chapter="sample", name="panels").csv
    assert table.splitlines()[1] == "panel 1: ink line 1,0.0,0.0"
    assert table.splitlines()[-1] == "panel 2: ink line 2,1.0,0.0"


def test_figures_are_drawn_from_the_files_as_they_stand(project: Path) -> None:
    """A figure is drawn by name, with its parameters, and what changed in the library shows at once."""

    def last(**given: float) -> str:
        rooms = project / "figures", project / "src"
        return draw_named(rooms, "sample", "line", given).csv.splitlines()[-1]

    assert (last(), last(slope=1.0)) == ("a line,1.0,4.0", "a line,1.0,2.0")
    library = project / "src" / "sums.py"
    library.write_text("def double(x: float) -> float:\n    return 3 * x + 0\n")
    assert last() == "a line,1.0,6.0"


@pytest.mark.parametrize(
    ("chapter", "name", "change", "message", "line"),
    [
        ("sample", "broken", ("", ""), "KeyError: 'slope'", 17),
        ("sample", "curve", ("", ""), "there is no function curve in figures/sample.py", 1),
        ("other", "line", ("", ""), "there is no file figures/other.py", 1),
        ("sample", "line", ("axes = figure", "axes = = figure"), "the module cannot be read", 10),
        ("sample", "line", ("import double", "import treble"), "cannot import name 'treble'", 6),
        ("sample", "line", ('"cool"', '"blue"'), "a line2d is drawn in #0000ff", 9),
        ("sample", "line", ("$s =", "$我 ="), "a character of the formula “¤", 9),
    ],
)
def test_errors_say_where(
    project: Path, chapter: str, name: str, change: tuple[str, str], message: str, line: int
) -> None:
    """Whatever fails in a figure module is told in a sentence, with the line in that module."""
    module = project / "figures" / "sample.py"
    module.write_text(module.read_text().replace(*change) if change[0] else module.read_text())
    with pytest.raises((FigureError, Broken), match=message) as error:
        draw_named((project / "figures", project / "src"), chapter, name)
    assert error.value.line == line
