"""The fonts of a site: those of its formulas and of the words in its figures, each cut down to what the site shows."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache as once
from html import unescape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables.ttProgram import Program

from galley.drawing.drawing import Drawing
from galley.figure.palette import FAMILY
from galley.run.cache import Cache, digest

FOLDER = "assets/galley/fonts"
FAMILIES = re.compile(r"STIX\w+")
CUTS = {"Regular": "", "Italic": "Italic", "Bold": "Bol", "BoldItalic": "BolIta"}  # and what their files are called
SIZED = {"Regular": "Reg", "Bold": "Bol"}  # those of the brackets and roots that grow
RADICAL = 0.85  # em: how wide a tall radical may be


@once
def figures() -> Path:
    """Return the folder of the fonts that figures are set in, which are matplotlib's, without loading that."""
    found = find_spec("matplotlib")
    assert found is not None and found.origin, "it is installed with the press"
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def made(
    formulas: Iterable[str], drawings: Sequence[Drawing], root: Path, cache: Cache
) -> tuple[dict[str, bytes], str]:
    """Return the fonts by their path in the site, and the rules of the stylesheet beside their folder that name them."""
    known = root / "node_modules" / "@fontsource" / "stix-two-math"
    stix = known / "files" / "stix-two-math-latin-400-normal.woff2"
    files = {
        f"{FOLDER}/math.woff2": _cut(stix, _shown(formulas), cache, radical=True),
        f"{FOLDER}/LICENSE-math": (known / "LICENSE").read_bytes(),
    }
    faces = [_face("galley-math", "math.woff2")]
    cut = drawn(drawings, cache)
    files |= {f"{FOLDER}/{name}": content for name, content in cut.items()}
    files[f"{FOLDER}/LICENSE-figures"] = (figures() / "LICENSE_STIX").read_bytes()
    return files, "".join([*faces, *(_face(name.partition("-")[0], name) for name in cut)])


def drawn(drawings: Sequence[Drawing], cache: Cache) -> dict[str, bytes]:
    """Return the fonts that drawings are set in, by names such as `STIXGeneral-Italic.woff2`."""
    words = "".join(drawing.svg + drawing.frames for drawing in drawings)
    letters = "".join(sorted(set(words)))
    found = {}
    for family in sorted({FAMILY, *FAMILIES.findall(words)}):
        for cut, said in (CUTS if family == FAMILY else SIZED).items():
            file = figures() / f"{family.replace('Size', 'Siz')}{said}.ttf"
            if file.is_file():
                found[f"{family}-{cut}.woff2"] = _cut(file, letters, cache)
    return found


def _face(family: str, file: str) -> str:
    weight, style = 700 if "Bold" in file else 400, "italic" if "Italic" in file else "normal"
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:swap;'
        f'src:url("fonts/{file}") format("woff2")}}\n'
    )


def _shown(formulas: Iterable[str]) -> str:
    """Return the characters of formulas, with those that a browser makes of them: slanted letters and radicals."""
    texts = [re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", formula, flags=re.DOTALL) for formula in formulas]
    found = set(unescape("".join(texts))) | {"√"}
    return "".join(sorted(found | {slanted for letter in found for slanted in _slanted(letter)}))


def _slanted(letter: str) -> Iterable[str]:
    words = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace(" LETTER", "")
    for name in (f"MATHEMATICAL ITALIC {words}", "PLANCK CONSTANT" if letter == "h" else ""):
        try:
            yield unicodedata.lookup(name)
        except KeyError:
            continue


def _cut(font: Path, letters: str, cache: Cache, *, radical: bool = False) -> bytes:
    """Return a font with no more than the glyphs of `letters`, and all that a formula builds from them."""
    key = digest("font", Path(__file__).read_bytes(), font.read_bytes(), letters, str(radical))
    stored = cache.get(key)
    if stored is not None:
        return bytes.fromhex(stored)
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern", "liga", "ccmp", "mark", "ssty"])
    options.drop_tables += ["FFTM"]  # when it was made, in some of them
    cutter, out = subset.Subsetter(options), BytesIO()
    cutter.populate(text=letters)
    with subset.load_font(str(font), options) as loaded:
        cutter.subset(loaded)
        _smooth(loaded)
        if radical:
            _narrow(loaded)
        subset.save_font(loaded, out, options)
    cache.put(key, out.getvalue().hex())
    return out.getvalue()


def _smooth(font: TTFont) -> None:
    """Let letters stand where they are drawn, not on whole pixels, as a font without hints would have it."""
    font["gasp"] = gasp = newTable("gasp")
    gasp.version, gasp.gaspRange = 1, {0xFFFF: 0b1111}
    font["prep"] = prep = newTable("prep")
    prep.program = Program()
    prep.program.fromBytecode(b"\xb8\x01\xff\x85\xb0\x04\x8d")  # scan conversion with dropout control, at all sizes


def _narrow(font: TTFont) -> None:
    """Narrow the tall radicals: a browser reserves the width of the widest for each, and so leaves a gap after a short one."""
    variants = font["MATH"].table.MathVariants
    at = variants.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ord("√")])
    grown = variants.VertGlyphConstruction[at]
    names = {record.VariantGlyph for record in grown.MathGlyphVariantRecord[1:]}
    names |= {part.glyph for part in grown.GlyphAssembly.PartRecords}
    glyphs, widths = font["glyf"], font["hmtx"]
    for name in names:
        scale = RADICAL * font["head"].unitsPerEm / widths[name][0]
        glyph = glyphs[name]
        glyph.coordinates.scale((scale, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(glyphs)
        widths[name] = (round(widths[name][0] * scale), glyph.xMin)
