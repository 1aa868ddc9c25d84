"""Display equations held against code: the TeX itself, evaluated at random inputs, beside the function it is bound to."""

import importlib
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.evaluation import Arrays, Undefined, evaluate
from galley.tex import Chain, Node, Unreadable, chains

DRAWS, ENOUGH = 40, 10
TOLERANCE, DERIVATIVE_TOLERANCE = 1e-9, 1e-6  # the second where the TeX differentiates, which is done by differences


@dataclass(frozen=True)
class Comparison:
    """How many inputs an equation was compared at, and what it said where it failed."""

    inputs: int
    mismatch: str = ""


def compare(
    tex: str, name: str, package: Path | None, arguments: Mapping[str, str], domains: Mapping[str, str]
) -> Comparison:
    """Compare the members of an equation with each other and with a function; runs in a worker.

    Args:
        tex: the equation.
        name: `module.function`, whose value the last members equal.
        package: the folder of the library's package; None where the equation is a step that stands by itself.
        arguments: the symbol of each parameter.
        domains: the set of each symbol.
    """
    import numpy as np

    function = None
    if package is not None:
        if str(package.parent) not in sys.path:
            sys.path.insert(0, str(package.parent))
        module, _, attribute = name.partition(".")
        function = getattr(importlib.import_module(f"{package.name}.{module}"), attribute)
        if not arguments or any(symbol not in domains for symbol in arguments.values()):
            function = None
    statements = chains(tex)
    rng = np.random.default_rng(20)
    compared = 0
    for _ in range(DRAWS):
        try:
            symbols = draw(domains, rng)
        except Unreadable:
            return Comparison(0)
        try:
            pairs = 0
            for statement in statements:
                values = [_try(member, symbols) for member in statement.members]
                pairs += _compare_members(statement, values, symbols)
            if function is not None and statements:
                pairs += _compare_function(statements[-1], function, arguments, symbols, name)
        except _Mismatch as mismatch:
            return Comparison(compared, str(mismatch))
        except (Undefined, ValueError):
            continue  # this input lies outside of what the equation speaks of
        compared += pairs > 0
    return Comparison(compared if compared >= ENOUGH else 0)


class _Mismatch(Exception):
    """Two members differ."""


def _try(member: Node | None, symbols: Mapping[str, Any]) -> Any:
    if member is None:
        return None
    try:
        return evaluate(member, symbols, Arrays())
    except Unreadable:
        return None


def _compare_members(statement: Chain, values: list[Any], symbols: Mapping[str, Any]) -> int:
    pairs = 0
    for index, relation in enumerate(statement.relations):
        one, other = values[index], values[index + 1]
        if relation == "|" or one is None or other is None:
            continue
        pairs += 1
        tolerance = _tolerance(statement)
        difference = _difference(one, other)
        holds = {
            "=": difference <= tolerance,
            "~": difference <= tolerance,
            "!=": difference > tolerance,
        }.get(relation)
        if holds is None:
            slack = tolerance * max(abs(float(one)), abs(float(other)))
            holds = one <= other + slack if relation in ("<", "<=") else one >= other - slack
        if not holds:
            raise _Mismatch(f"at {_show(symbols)} one side is {_short(one)} and the other {_short(other)}")
    return pairs


def _compare_function(
    statement: Chain, function: Any, arguments: Mapping[str, str], symbols: Mapping[str, Any], name: str
) -> int:
    """Compare the members that the last one equals with the function's value."""
    members = [statement.members[-1]]
    for relation, member in zip(reversed(statement.relations), reversed(statement.members[:-1]), strict=True):
        if relation != "=":
            break
        members.append(member)
    values = [value for value in (_try(member, symbols) for member in members) if value is not None]
    if not values:
        return 0
    result = function(**{parameter: symbols[symbol] for parameter, symbol in arguments.items()})
    for value in values:
        if _difference(value, result) > _tolerance(statement):
            raise _Mismatch(f"at {_show(symbols)} the TeX is {_short(value)} and {name} returns {_short(result)}")
    return 1


def _tolerance(statement: Chain) -> float:
    derivative = any(node.operation == "derivative" for member in statement.members if member for node in member.walk())
    return DERIVATIVE_TOLERANCE if derivative else TOLERANCE


def _difference(one: Any, other: Any) -> float:
    """Return the largest difference, relative to the largest magnitude; shapes that differ differ by infinity."""
    import numpy as np

    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if first.shape != second.shape:
        return math.inf
    scale = max(np.max(np.abs(first), initial=0), np.max(np.abs(second), initial=0))
    if not math.isfinite(scale):
        raise Undefined("a member is not finite")
    return float(np.max(np.abs(first - second), initial=0) / scale) if scale else 0.0


_SET = re.compile(
    r"""
    (?P<vector>\\mathbb\{R\}\^\{?(?P<rows>\w+)(?:\s*\\times\s*(?P<columns>\w+))?\}?)
  | (?P<real>\\mathbb\{R\})
  | (?P<natural>\\mathbb\{N\})
  | \\\{(?P<first>-?\d+),.*?(?:\\l?dots|…),?\s*(?P<last>-?\d+)?\s*\\\}
  | (?P<open>[\[(])\s*(?P<low>[^,]+),\s*(?P<high>[^\])]+)[\])]
    """,
    re.VERBOSE | re.DOTALL,
)


def draw(domains: Mapping[str, str], rng: Any) -> dict[str, Any]:
    """Return a random value for each symbol from its set.

    Raises:
        Unreadable: if a set is not one of those that the guide lists.
    """
    sizes: dict[str, int] = {}
    symbols: dict[str, Any] = {}

    def size(letter: str) -> int:
        return int(letter) if letter.isdigit() else sizes.setdefault(letter, int(rng.integers(2, 6)))

    for symbol, domain in domains.items():
        match = _SET.fullmatch(domain.strip())
        if match is None:
            raise Unreadable(f"{domain} is no set that is drawn from")
        if match["vector"]:
            shape = (size(match["rows"]), size(match["columns"])) if match["columns"] else (size(match["rows"]),)
            value: Any = rng.normal(size=shape) * 2.0 ** rng.integers(-2, 3)
        elif match["real"]:
            value = float(rng.uniform(0.2, 2.0) * rng.choice([-1, 1]))
        elif match["natural"] or match["first"]:
            first = int(match["first"] or 1)
            value = int(rng.integers(first, int(match["last"] or first + 12) + 1))
        else:
            low, high = (_bound(match[end]) for end in ("low", "high"))
            low, high = (
                (low if math.isfinite(low) else min(-3.0, high - 3)),
                (high if math.isfinite(high) else max(3.0, low + 3)),
            )
            value = float(rng.uniform(low, high))
        symbols[symbol] = value
    return symbols


def _bound(text: str) -> float:
    plain = text.strip()
    if plain in (r"\infty", r"+\infty", r"-\infty"):
        return -math.inf if plain.startswith("-") else math.inf
    statement = chains(plain)
    if len(statement) != 1 or len(statement[0].members) != 1 or statement[0].members[0] is None:
        raise Unreadable(f"{text} is no bound")
    return float(evaluate(statement[0].members[0], {}, Arrays()))


def _short(value: Any) -> str:
    return " ".join(
        str(value.round(6) if hasattr(value, "round") and not isinstance(value, float) else f"{value:.6g}").split()
    )


def _show(symbols: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_short(value)}" for name, value in symbols.items())
