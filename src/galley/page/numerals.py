"""Numerals as a page prints them, in prose: what they are worth, and how precisely."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_VULGAR = {
    "½": (1, 2),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "⅛": (1, 8),
    "⅜": (3, 8),
    "⅝": (5, 8),
    "⅞": (7, 8),
}
MINUS = r"\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"  # all that looks like one, as a class of a pattern
RELATIONS = "=<>~≈≠≤≥≃≅≊≐≒≡≦≧≨≩≪≫≲≳∼∝⩽⩾"
LOOSE = r"[ \t*_^#±€£(\"'“‘\[]|\n(?![ \t]*\n)"  # what may stand between a relation and its right side
_GROUP = r"[,\u00a0\u2009\u202f]"  # a comma, or a space that does not break
_EXPONENT = r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_SCRIPT = r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹₀-₉⅐-⅞↉]+"  # an exponent or an index of a letter, or a fraction that has no value here
DIGITS = re.compile(
    rf"[-+\u2212]? ?(?:\d+|[{''.join(_VULGAR)}])|{_SCRIPT}"
)  # with their signs, where they are no numeral
_NUMERAL = re.compile(
    rf"""
    (?P<sign>(?<![^\W_])(?<![)\]])[{MINUS}+])?
    (?:
        (?P<vulgar>[{"".join(_VULGAR)}])
      | (?P<top>\d+)[/\u2044](?P<bottom>[1-9]\d*)(?![\d.])
      | (?P<version>\d+(?:\.\d+){{2,}})
      | (?P<ten>10)(?P<tenth>{_EXPONENT})
      | (?:(?P<whole>\d{{1,3}}(?:{_GROUP}\d{{3}})+(?!\d)|\d+)(?P<decimals>\.\d+)?|(?<![^\W_])(?<![.)\]])(?P<bare>\.\d+))
        (?:[eE](?P<e>[{MINUS}+]?\d+)|\s?×\s?10(?P<times>{_EXPONENT}))?
        (?P<power>{_EXPONENT})?
      | (?P<script>{_SCRIPT})
    )
    (?P<percent>\s?(?:%|‰|(?:per\s?cent(?:age\spoints?)?|pct)\b))?
    """,
    re.VERBOSE,
)
_LED = re.compile(rf"(?!^>)[{RELATIONS}](?:{LOOSE})*+", re.MULTILINE)  # a line of a quotation begins with >
_IDENTIFIER = re.compile(r"(?:arxiv|doi|isbn|issn):?\s?\Z", re.IGNORECASE)
MAX_LENGTH, MAX_EXPONENT, MAX_BITS = (
    400,
    1300,
    1 << 13,
)  # of a numeral, its power of ten and its value: none that is computed has more


@dataclass(frozen=True)
class Numeral:
    """A numeral in prose: `start` and `end` are offsets, `unit` is what its last printed digit counts (None: the value is exact)."""

    start: int
    end: int
    text: str
    value: Fraction
    unit: Fraction | None
    claims: bool  # printed as a result is: a decimal point, a power of ten, a percentage, or behind a relation
    named: bool  # part of a name, as in float32 or a citation's number
    beyond: bool = False  # its value is out of reach, and stands as zero


def numerals(text: str, start: int = 0, end: int | None = None) -> Iterator[Numeral]:
    """Yield the numerals of `text` between two offsets."""
    stop = len(text) if end is None else end
    led = {match.end() for match in _LED.finditer(text, start, stop)}
    for match in _NUMERAL.finditer(text, start, stop):
        first, last = match.span()
        part = match.groupdict()
        try:
            worth = _worth(part) if last - first <= MAX_LENGTH else None
        except _Beyond:
            worth = None
        value, unit = worth or (Fraction(0), None)
        result = any(part[name] for name in ("decimals", "bare", "e", "times", "ten", "percent"))
        named = _named(part, text[max(start, first - 8) : first], text[last : last + 2], result or first in led)
        yield Numeral(
            first, last, match.group(), value, unit, not named and (result or first in led), named, worth is None
        )


def _named(part: dict[str, str | None], before: str, after: str, result: bool) -> bool:
    """Tell whether a numeral is part of a name: glued to a word in front, or to what is no unit of a result behind."""
    times = result and re.search(r"(?<!\w)[xX]\Z", before)  # as in x1.94
    if part["script"] or part["version"] or re.search(r"[^\W\d_]_*\Z|\w\.\Z", before) or _IDENTIFIER.search(before):
        return not times
    return not result and bool(re.search(r"[:/#.\u2044]\Z", before) or re.match(r"[^\W\d]|[:/]\w", after))


class _Beyond(Exception):
    """The value of a numeral has more digits than any that is computed."""


def _worth(part: dict[str, str | None]) -> tuple[Fraction, Fraction | None]:
    """Return the value of a matched numeral and the unit of its last digit."""
    sign = -1 if part["sign"] and part["sign"] != "+" else 1
    scale = Fraction(1, 1000 if "‰" in part["percent"] else 100) if part["percent"] else Fraction(1)
    if part["vulgar"]:
        return sign * scale * Fraction(*_VULGAR[part["vulgar"]]), None
    if part["top"] and part["bottom"]:
        return sign * scale * Fraction(int(part["top"]), int(part["bottom"])), None
    if part["ten"]:
        return sign * scale * _power(_exponent(part["tenth"])), None
    digits = re.sub(_GROUP, "", part["whole"] or "0")
    decimals = part["decimals"] or part["bare"] or ""
    ten = _power(int(re.sub(f"[{MINUS}]", "-", part["e"] or "0")) + _exponent(part["times"]))
    value, unit = Fraction(digits + decimals) * ten * scale, Fraction(1, 10 ** max(len(decimals) - 1, 0)) * ten * scale
    if part["power"]:  # 0.9⁵⁰ is worth what it says; it has no last digit
        exponent = _exponent(part["power"])
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        if abs(exponent) * bits > MAX_BITS or (value == 0 and exponent < 0):
            raise _Beyond
        return sign * value**exponent, None
    return sign * value, unit


def _exponent(text: str | None) -> int:
    return int(text.translate(_SUPERSCRIPTS)) if text else 0


def _power(exponent: int) -> Fraction:
    if abs(exponent) > MAX_EXPONENT:
        raise _Beyond
    return Fraction(10) ** exponent
