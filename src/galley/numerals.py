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
_GROUP = r"[,\u00a0\u2009\u202f]"  # a comma, or a space that does not break
_EXPONENT = r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_NUMERAL = re.compile(
    rf"""
    (?P<sign>(?<![\w)\]])[-\u2212+])?
    (?:
        (?P<vulgar>[{"".join(_VULGAR)}])
      | (?P<top>\d+)[/\u2044](?P<bottom>[1-9]\d*)(?![\d.])
      | (?P<ten>10)(?P<tenth>{_EXPONENT})
      | (?P<whole>\d{{1,3}}(?:{_GROUP}\d{{3}})+(?!\d)|\d+)(?P<decimals>\.\d+)?
        (?:[eE](?P<e>[-+]?\d+)(?!\w)|\s?×\s?10(?P<times>{_EXPONENT}))?
        (?P<power>{_EXPONENT})?
    )
    (?P<percent>[\u00a0\u2009\u202f\ ]?%)?
    """,
    re.VERBOSE,
)
MAX_EXPONENT = 100_000  # powers of ten beyond this are compared in logs, or not at all


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


def numerals(text: str, start: int = 0, end: int | None = None) -> Iterator[Numeral]:
    """Yield the numerals of `text` between two offsets."""
    stop = len(text) if end is None else end
    for match in _NUMERAL.finditer(text, start, stop):
        first, last = match.span()
        part = match.groupdict()
        value, unit = _worth(part)
        before = text[max(start, first - 1) : first]
        after = text[last : last + 1]
        named = bool(
            re.match(r"[\w:/#_.\u2044]", before)
            or re.match(r"[^\W\d]|_", after)
            or re.match(r"[:/]\w", text[last : last + 2])
        )
        relation = re.search(r"[≈=<>≤≥]\s*$", text[max(start, first - 3) : first])
        claims = not named and bool(
            part["decimals"] or part["e"] or part["times"] or part["ten"] or part["percent"] or relation
        )
        yield Numeral(first, last, match.group(), value, unit, claims, named)


def _worth(part: dict[str, str | None]) -> tuple[Fraction, Fraction | None]:
    """Return the value of a matched numeral and the unit of its last digit."""
    sign = -1 if part["sign"] in ("-", "\u2212") else 1
    scale = Fraction(1, 100) if part["percent"] else Fraction(1)
    if part["vulgar"]:
        return sign * scale * Fraction(*_VULGAR[part["vulgar"]]), None
    if part["top"] and part["bottom"]:
        return sign * scale * Fraction(int(part["top"]), int(part["bottom"])), None
    if part["ten"]:
        return sign * scale * _power(_exponent(part["tenth"])), None
    digits = re.sub(_GROUP, "", part["whole"] or "0")
    decimals = part["decimals"] or ""
    ten = _power(int(part["e"] or 0) + _exponent(part["times"]))
    value, unit = Fraction(digits + decimals) * ten * scale, Fraction(1, 10 ** max(len(decimals) - 1, 0)) * ten * scale
    if part["power"]:  # 0.9⁵⁰ is worth what it says; it has no last digit
        exponent = _exponent(part["power"])
        if (
            value == 0
            or abs(exponent) * max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_EXPONENT
        ):
            return Fraction(0), None
        return sign * value**exponent, None
    return sign * value, unit


def _exponent(text: str | None) -> int:
    return int(text.translate(_SUPERSCRIPTS)) if text else 0


def _power(exponent: int) -> Fraction:
    return Fraction(10) ** max(-MAX_EXPONENT, min(MAX_EXPONENT, exponent))
