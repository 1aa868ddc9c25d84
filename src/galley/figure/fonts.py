"""The typeface of the equations, given to matplotlib: each character from a font that the site ships, or an error."""

import unicodedata
from pathlib import Path
from typing import ClassVar

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

from galley.figure import private
from galley.figure.private import (
    ComputerModernFontConstants,
    FontConstantsBase,
    TruetypeFonts,
    UnicodeFonts,
    get_unicode_index,
)

# mathtext's names of fonts → files; "0" … "4" are the sizes that a bracket or a root grows through
FILES = {
    "rm": "Main-Regular",
    "it": "Math-Italic",
    "bf": "Main-Bold",
    "bfit": "Math-BoldItalic",
    "sf": "SansSerif-Regular",
    "tt": "Typewriter-Regular",
    "cal": "Caligraphic-Regular",
    "scr": "Script-Regular",
    "frak": "Fraktur-Regular",
    "bb": "AMS-Regular",
    "0": "Main-Regular",
    "1": "Size1-Regular",
    "2": "Size2-Regular",
    "3": "Size3-Regular",
    "4": "Size4-Regular",
}
ELSEWHERE = ("rm", "it", "1", "bb")  # where else a character is looked for, in this order
# Characters that KaTeX's fonts hold at another code point than mathtext asks for.
ALIASES = {
    0x00B7: 0x22C5,  # middle dot
    0x2016: 0x2225,  # double bar
    0x0302: 0x02C6,  # accents: combining → spacing
    0x0303: 0x02DC,
    0x0304: 0x02C9,
    0x0307: 0x02D9,
    0x0308: 0x00A8,
    0x2131: 0x0046,  # letterlike symbols stand in the script fonts under their letter
    0x2102: 0x0043,
    0x2115: 0x004E,
    0x211A: 0x0051,
    0x211D: 0x0052,
    0x2124: 0x005A,
}
BRACKETS = {0x3C: 0x27E8, 0x3E: 0x27E9, 0x7C: 0x2223}  # \left< and \left| grow as these
BLACKBOARD = (0x2102, 0x2115, 0x211A, 0x211D, 0x2124)


class MissingCharacter(Exception):
    """A character that no font of the site holds."""

    def __init__(self, character: str, text: str = "") -> None:
        code = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
        place = f" of “{text}”" if text else ""
        super().__init__(
            f"the character {character}{place} ({code}) is in no font that the site ships; "
            "write it as mathematics between $…$, or in other words"
        )


class Places(ComputerModernFontConstants):
    """Where scripts, fractions and roots stand: scripts as close to a slanted letter as KaTeX sets them."""

    delta = 0.06
    delta_slanted = 0.08


class Typeface(UnicodeFonts):
    """KaTeX's fonts as a math font set of matplotlib."""

    folder: ClassVar[Path]

    def __init__(self, default_font_prop: FontProperties, load_glyph_flags: LoadFlags) -> None:
        TruetypeFonts.__init__(self, default_font_prop, load_glyph_flags)
        self.fontmap = {name: str(self.folder / f"KaTeX_{file}.ttf") for name, file in FILES.items()}

    def _get_glyph(self, fontname: str, font_class: str, sym: str) -> tuple[FT2Font, int, bool]:
        asked = get_unicode_index(sym)
        code = ALIASES.get(asked, asked)
        if asked in BLACKBOARD:
            fontname = "bb"
        elif fontname in ("normal", "it") and code < 0x10000:
            letter = unicodedata.category(chr(code)).startswith("L")
            fontname = "it" if letter and not unicodedata.name(chr(code)).startswith("GREEK CAPITAL") else "rm"
        for name in (fontname, *ELSEWHERE):
            font = self._get_font(name)
            if font.get_char_index(code):
                return font, code, name in ("it", "bfit") or sym in self._slanted_symbols
        raise MissingCharacter(chr(asked))

    def get_sized_alternatives_for_symbol(self, fontname: str, sym: str) -> list[tuple[str, str]]:
        """Return the sizes in which there is a bracket or a root, smallest first."""
        code = get_unicode_index(sym)
        code = BRACKETS.get(code, ALIASES.get(code, code))
        sizes = [(size, chr(code)) for size in "01234" if self._get_font(size).get_char_index(code)]
        return sizes or [(fontname, sym)]

    def get_font_constants(self) -> type[FontConstantsBase]:
        """Return where scripts, fractions and roots stand."""
        return Places


def install(folder: Path) -> None:
    """Let matplotlib set all text, and all mathematics, in the KaTeX fonts of `folder`."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    main = folder / "KaTeX_Main-Regular.ttf"
    if not main.is_file():
        raise FileNotFoundError(f"there is no {main.name} in {folder}; run make once to bring the fonts")
    if str(main) not in known:
        font_manager.fontManager.addfont(main)
    Typeface.folder = folder
    private.fontsets()["custom"] = Typeface


def missing(text: str, folder: Path) -> str | None:
    """Return the first character of plain `text` that the typeface lacks, or None."""
    font = font_manager.get_font(folder / "KaTeX_Main-Regular.ttf")
    return next((letter for letter in text if letter != "\n" and not font.get_char_index(ord(letter))), None)
