"""The fonts of a site hold what it shows, and no more."""

from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont

from galley.drawing.drawing import Drawing
from galley.run.cache import Cache
from galley.site import behind, fonts, mathml

ROOT = Path(__file__).parents[2]
SVG = '<svg style="font-family:STIXGeneral,serif"><text>gain</text></svg>'


def test_fonts_are_cut_to_what_is_shown(tmp_path: Path) -> None:
    """The font of formulas has the slanted letters of theirs and keeps its table for mathematics; figures name their families."""
    cache = Cache(tmp_path)
    (formula,) = mathml.set_math([(r"\sqrt{h} + \lambda", False)], cache, ROOT)
    assert isinstance(formula, str)
    drawing = Drawing("a-b", SVG, "series,x,y\n", {}, 1.0, 1.0)
    files, rules = fonts.made([formula], [drawing], ROOT, cache)
    assert files == fonts.made([formula], [drawing], ROOT, Cache(tmp_path / "other"))[0]
    math = TTFont(BytesIO(files["assets/galley/fonts/math.woff2"]))
    assert "MATH" in math and {ord("√"), ord("+"), 0x210E, 0x1D706} <= set(math.getBestCmap())
    assert 0x1D707 not in math.getBestCmap()
    assert len(files["assets/galley/fonts/math.woff2"]) < 8000
    assert rules.count("@font-face") == 5 and "STIXGeneral-Regular.woff2" in rules and "STIXSize" not in rules
    main = TTFont(BytesIO(files["assets/galley/fonts/STIXGeneral-Regular.woff2"]))
    assert {*map(ord, "gain")} <= set(main.getBestCmap()) and ord("w") not in main.getBestCmap()


def test_radicals_reserve_no_room(tmp_path: Path) -> None:
    """No radical is wider than the smallest by more than a tenth of its size, as browsers reserve the width of the widest."""
    files, _ = fonts.made([], [], ROOT, Cache(tmp_path))
    math = TTFont(BytesIO(files["assets/galley/fonts/math.woff2"]))
    variants = math["MATH"].table.MathVariants
    grown = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(math.getBestCmap()[ord("√")])]
    names = [each.VariantGlyph for each in grown.MathGlyphVariantRecord] + [
        each.glyph for each in grown.GlyphAssembly.PartRecords
    ]
    widths = [math["hmtx"][name][0] for name in names]
    assert len(widths) > 4 and max(widths) - min(widths) <= 100


def test_the_numbers_of_a_figure(tmp_path: Path) -> None:
    """Each series with a name comes before those without, in one row that says where it begins, ends and lies."""
    module = tmp_path / "power.py"
    module.write_text("def fall():\n    pass\n")
    data = "series,x,y\nedge line,0,1\nw < 1,0.0,1.0\nw < 1,1.0,0.25\n" + "".join(f"s {k},0,{k}\n" for k in range(20))
    drawing = Drawing("power-fall", SVG, data, {}, 1.0, 1.0)
    html = behind.fold(drawing, module, "fall", "figures/power.py", "power/fall", Cache(tmp_path))
    assert html.count("<tr>") == 1 + behind.ROWS and "edge line" not in html
    row = "<tr><th scope=row>w &lt; 1</th><td>2</td><td>0 to 1</td><td>1 to 0.25</td><td>0.25</td><td>1</td></tr>"
    assert row in html
    assert 'href="power/fall.csv"' in html.partition("<template")[0]
