"""The helpers that figure functions draw with."""

import csv
import io
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from galley.drawing import draw as drawing
from galley.drawing.drawing import FigureError
from galley.drawing.stops import house
from galley.figure import arrow, band, cells, label, label_lines, note, number, powers, rule, spaced
from galley.run.cache import Cache
from galley.site import fonts


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.9, "0.90"),
        (1.1, "1.1"),
        (50, "50"),
        (np.int64(9999), "9999"),
        (0, "0"),
        (-0.25, "-0.25"),
        (0.005153775, r"5.2\times10^{-3}"),
        (0.00996, "0.010"),
        (0.0099, r"9.9\times10^{-3}"),
        (9996.0, r"1.0\times10^{4}"),
        (9117.4, "9100"),
        (12345.0, r"1.2\times10^{4}"),
        (20000, r"2.0\times10^{4}"),
        (-6.02e23, r"-6.0\times10^{23}"),
        (math.inf, r"\infty"),
        (-math.inf, r"-\infty"),
    ],
)
def test_number_is_written_to_two_significant_digits(value: float, written: str) -> None:
    """A float has two significant digits unless told otherwise, a small int is whole, what is far from 1 is a power."""
    assert number(value) == written


def test_number_obeys_its_options() -> None:
    """Decimals fix the places after the point; with one digit a mantissa of one is left out."""
    assert number(1.0, decimals=1) == "1.0"
    assert number(1e-9, decimals=3) == "0.000"
    assert number(1e-3, 1) == "10^{-3}"
    assert number(-1e5, 1) == "-10^{5}"
    assert number(2e-3, 1) == r"2\times10^{-3}"


def test_number_refuses_nan() -> None:
    """No figure prints a number that is none."""
    with pytest.raises(ValueError, match="cannot print nan"):
        number(math.nan)


@given(st.floats(-1e300, 1e300), st.integers(1, 8))
def test_number_reads_back_within_its_precision(value: float, digits: int) -> None:
    """What is written is the value to within half a unit of its last digit."""
    mantissa, _, power = number(value, digits).replace(r"\times", "").partition("10^")
    if power and mantissa in ("", "-"):
        mantissa += "1"
    read = float(f"{mantissa}e{power.strip('{}')}" if power else mantissa)
    assert read == pytest.approx(value, rel=0.5001 * 10.0 ** (1 - digits), abs=1e-323)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(0.1, 50))
def test_spaced_labels_never_overlap_and_stay_in_order(places: list[float], gap: float) -> None:
    """Neighbours are at least the gap apart, places that are so already stay, and the mean does not move."""
    places = sorted(places)
    moved = spaced(places, gap)
    assert all(high - low >= gap * (1 - 1e-9) - 1e-9 for low, high in pairwise(moved))
    assert np.mean(moved) == pytest.approx(np.mean(places), abs=1e-9)
    if all(high - low >= gap for low, high in pairwise(places)):
        assert moved == pytest.approx(places)


def test_line_labels_stand_at_the_ends_in_the_colour_of_their_lines() -> None:
    """Labels of lines that end together are spread; each is where its line ends, in the role of its line."""
    with house():
        figure = Figure()
        axes = figure.subplots()
        lines = [axes.plot([0, 1], [0, end], color=role)[0] for end, role in ((1.0, "cool"), (1.01, "warm"))]
        low, high = label_lines(axes, {line: "text" for line in lines})
        figure.draw_without_rendering()
        assert (low.get_color(), high.get_color()) == ("cool", "warm")
        assert (low.xy, high.xy) == ((1.0, 1.0), (1.0, 1.01))
        assert not low.get_window_extent().overlaps(high.get_window_extent())


def test_label_marks_the_last_point_in_view() -> None:
    """A line that leaves the axes is labelled where it leaves, and one that is not in view says so."""
    with house():
        axes = Figure().subplots()
        (line,) = axes.plot([0, 1, 2, 3], [0, 1, 2, np.nan], color="cool")
        axes.set(xlim=(0, 1.5), ylim=(0, 5))
        assert label(line, "end").xy == (1.0, 1.0)
        assert label(line, "near", at=1.8).xy == (2.0, 2.0)
        axes.set(xlim=(8, 9))
        with pytest.raises(ValueError, match="no point of this line lies within"):
            label(line, "end")


def test_powers_tick_whole_decades_and_one_among_them() -> None:
    """Ticks are powers of ten in equal steps, at most as many as asked for, and include 1 where it is in view."""
    axes = Figure().subplots()
    axes.set(yscale="log", ylim=(1e-25, 1e7))
    powers(axes.yaxis, most=5)
    ticks = np.log10(axes.get_yticks())
    assert len(ticks) <= 5
    assert 0.0 in ticks
    assert np.ptp(np.diff(ticks)) == pytest.approx(0)
    assert axes.yaxis.get_minorticklocs().size == 0


def test_a_band_has_no_gaps() -> None:
    """What is masked is refused, and what is no number is found by the press; one number stands for a level."""
    axes = Figure().subplots()
    band(axes, [0, 1, 2], 0, [1, 2, 1], "cool")
    assert axes.patches[0].get_path().vertices.tolist() == [[0, 1], [1, 2], [2, 1], [2, 0], [1, 0], [0, 0], [0, 1]]
    with pytest.raises(ValueError, match="no gaps"):
        band(axes, [0, 1, 2], [0, 0, 0], np.ma.masked_equal([1, 2, 1], 2), "cool")

    def open_band(figure: Figure) -> None:
        band(figure.subplots(), [0, 1, 2], [0, 0, 0], [1, np.nan, 1], "cool", series="range")

    with pytest.raises(FigureError, match=r"“range”\) has the y nan; compute a number, or leave the point out"):
        drawing.draw(open_band, chapter="sample", name="open_band")


def test_helpers_draw_what_the_press_accepts() -> None:
    """Bands, rules, arrows, notes and cells are drawn in roles, and their data is read back."""

    def helpers(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        band(left, [0, 1, 2], [0, 0, 0], [1, 2, 1], "cool", series="range")
        rule(left, x=1.0, text="$x$")
        rule(left, y=0.5, text="half")
        arrow(left, (0, 0), (1, 1), "warm", text="from")
        note(left, (0, 1), r"$\|W\|_2$")
        cells(right, [[-2.0, 0.0], [0.5, 9.0]], limit=2.0, series="gain")

    made = drawing.draw(helpers, chapter="sample", name="helpers")
    rows = list(csv.DictReader(io.StringIO(made.csv)))
    named = {
        "panel 1: range",
        "panel 1: edge line 1",
        "panel 1: edge line 2",
        "panel 1: warm arrow",
        "panel 2: gain",
    }
    assert {row["series"] for row in rows} == named
    assert [row["x"] for row in rows if row["series"] == "panel 1: edge line 1"] == ["1.0", "1.0"]
    assert not any(row["y"] for row in rows if row["series"] == "panel 1: edge line 1")
    assert [float(row["value"]) for row in rows if row["series"] == "panel 2: gain"] == [-2.0, 0.0, 0.5, 9.0]
    for used in ("cool", "paper", "warm-ramp-2", "warm"):
        assert f"var(--galley-{used}," in made.svg


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("我", r"the character 我 \(cjk unified ideograph-6211\)"),
        ("10⁻³", r"the character ⁻ \(superscript minus\)"),
        ("$我$", "a character of the formula “¤”"),
        (r"$\mathcal{L}$", "a character of the formula"),
        (r"$\hat{y}$", "a character of the formula"),
    ],
)
def test_characters_without_a_glyph_are_named(text: str, named: str) -> None:
    """A character that no font holds, or none by a name of its own, is an error that names it, in plain text and in mathematics."""

    def words(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="cool")
        axes.set_title(text)

    with pytest.raises(FigureError, match=f"{named}.* is in no font; write it by a character of its own"):
        drawing.draw(words, chapter="sample", name="words")


@pytest.mark.parametrize(
    "formula",
    [
        r"ℒ \mathbb{R} \mathbf{W} \mathrm{d} \mathit{x} \mathsf{a} \mathtt{b} \mathfrak{g} \mathscr{H}",
        r"\sum_{k=1}^{L} \prod_k \int_0^1 \sqrt{x^2} \sqrt[3]{x}",
        r"\|W\|_2 \left\|\frac{a}{b}\right\| \left|\frac{a}{b}\right| \left(\frac{a}{b}\right) \left\{x\right\}",
        r"\left\langle x \right\rangle \lfloor x \rfloor \lceil x \rceil [0, 1]",
        r"ŷ \overline{xy} x' x''",
        r"\alpha \beta \gamma \delta \epsilon \varepsilon \eta \theta \lambda \mu \rho \sigma \phi \varphi \omega",
        r"\Gamma \Delta \Lambda \Sigma \Phi \Omega \partial \nabla \ell \infty \in \subset \forall \exists",
        r"= < > \leq \geq \ll \gg \approx \sim \propto \equiv + - \pm \times \cdot \circ \odot \otimes",
        r"\to \leftarrow \Rightarrow \mapsto \uparrow \downarrow \cdots \ldots \vdots \top \dagger \ast",
        r"\log_{10} \exp \sin \tanh \max \min \lim_{L \to \infty} \ln \operatorname{erf}",
    ],
)
def test_mathematics_is_set_in_the_fonts_of_the_site_alone(formula: str, tmp_path: Path) -> None:
    """Letters, roots, brackets and operators all come from the fonts that the site ships."""

    def words(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="cool")
        axes.set_title(f"text ${formula}$")

    made = drawing.draw(words, chapter="sample", name="words")
    families = {part.partition(",")[0] for part in made.svg.split("font-family:")[1:]}
    assert families <= {name.partition("-")[0] for name in fonts.drawn([made], Cache(tmp_path))}
