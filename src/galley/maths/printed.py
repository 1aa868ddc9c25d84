"""Printed results and computed values: when the one is a rounding of the other."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from galley.maths.reals import log10, real, text
from galley.maths.tree import Node

SLACK = Fraction(1, 10**9)  # of half a unit: a value that float64 puts on the very edge of rounding counts as inside
EXACT = 1e-12  # relative: what a fraction, which has no last digit, may differ from a float64
FARTHEST = 100_000  # that the exponent behind a mantissa may be
MAX_EXPONENT = 400  # powers of ten past this are compared in logs


@dataclass(frozen=True)
class Printed:
    """A result as printed: its value and what its last digit counts, or for a bare power of ten its exponent."""

    value: Fraction
    unit: Fraction | None
    exponent: Fraction | None = None
    exponent_unit: Fraction = Fraction(1)


def printed(node: Node | None) -> Printed | None:
    """Return the numeral that an expression prints, or None if it is more than a numeral."""
    if node is None:
        return None
    match node.operation:
        case "number":
            return Printed(node.value, node.unit)
        case "group":
            return printed(node.operands[0])
        case "neg":
            inner = printed(node.operands[0])
            return None if inner is None or inner.exponent is not None else Printed(-inner.value, inner.unit)
        case "pow" if node.operands[0].operation == "number" and node.operands[0].value == 10:
            exponent = printed(node.operands[1])
            if exponent is None or exponent.exponent is not None:
                return None
            return Printed(_power(exponent.value), None, exponent.value, exponent.unit or Fraction(1))
        case "mul":
            mantissa, power = printed(node.operands[0]), printed(node.operands[1])
            if (
                mantissa is None
                or power is None
                or power.exponent is None
                or power.exponent.denominator != 1
                or abs(power.exponent) > FARTHEST
                or mantissa.exponent is not None
            ):
                return None
            return Printed(mantissa.value * power.value, (mantissa.unit or Fraction(0)) * power.value)
        case "div":
            top, bottom = printed(node.operands[0]), printed(node.operands[1])
            if (
                top is None
                or bottom is None
                or top.exponent is not None
                or bottom.exponent is not None
                or not bottom.value
            ):
                return None
            return Printed(top.value / bottom.value, None)
    return None


def _power(exponent: Fraction) -> Fraction:
    """Return ten to an exponent where that stays within reach; a stand-in elsewhere, since such powers are compared in logs."""
    if exponent.denominator == 1 and abs(exponent) <= FARTHEST:
        return Fraction(10) ** int(exponent)
    return Fraction(10) ** max(-MAX_EXPONENT, min(MAX_EXPONENT, round(exponent)))


def agrees(target: Printed, value: Any) -> bool:
    """Tell whether `value` rounds to what is printed; only zero rounds to zero, which has no digit that could say more."""
    if isinstance(value, float) and not math.isfinite(value):
        return False
    number = Fraction(value) if isinstance(value, int | float) else value
    if target.exponent is not None:
        if number <= 0:
            return False
        difference = abs(log10(number) - real(target.exponent))
        return bool(difference <= real(target.exponent_unit / 2 * (1 + SLACK)))
    if target.unit is None:
        return bool(abs(real(number) - real(target.value)) <= EXACT * max(abs(real(number)), abs(real(target.value))))
    slack = target.unit / 2 * (1 + SLACK) if target.value else target.unit * SLACK
    return bool(abs(real(number) - real(target.value)) <= real(slack))


def show(value: Any) -> str:
    """Return a computed value as messages and the report print it."""
    if isinstance(value, bool | str) or value is None:
        return str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value[:8]) + (", …]" if len(value) > 8 else "]")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) < 10**15:
        return str(value.numerator)
    return text(value)


def suggest(value: Any, goal: Printed, *, tex: bool = False, percent: bool = False) -> str:
    """Return how a value would be printed with as many digits as what stands there, in prose or in TeX."""
    scale = 100 if percent else 1
    number, unit = real(value) * scale, (goal.unit or Fraction(0)) * scale
    sign = (r"\%" if tex else " %") if percent else ""
    if goal.exponent is not None and number > 0:
        decimals = max(0, -floor10(goal.exponent_unit))
        return _power_of_ten(f"{float(log10(number)):.{decimals}f}", tex) + sign
    if not unit:
        return typed(number, 3, tex=tex) + sign
    decimals = max(0, -floor10(unit))
    if unit <= 1 and decimals <= 15 and abs(number) < 1e15:
        rounded = f"{float(number):.{decimals}f}"
        if float(rounded) or not number:
            return rounded + sign
    return typed(number, max(1, floor10(goal.value * scale) - floor10(unit) + 1), tex=tex) + sign


def typed(value: Any, digits: int, *, tex: bool = False) -> str:
    """Return `value` to so many significant digits, as an author types it."""
    number = real(value)
    if not number:
        return "0"
    exponent = floor10(number)
    if -4 <= exponent < 6:
        return f"{float(number):.{max(0, digits - 1 - exponent)}f}"
    mantissa, carried = f"{float(number / real(10) ** exponent):.{digits - 1}e}".split("e")
    exponent += int(carried)  # 9.99 to two digits is 10
    return f"{mantissa} {_TIMES[tex]} {_power_of_ten(str(exponent), tex)}"


_TIMES = {False: "×", True: r"\times"}


def _power_of_ten(exponent: str, tex: bool) -> str:
    return f"10^{{{exponent}}}" if tex else "10" + exponent.translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))


def floor10(value: Any) -> int:
    """Return the place of a number's first digit as a power of ten; zero has none and counts as one."""
    return math.floor(log10(abs(value))) if value else 0
