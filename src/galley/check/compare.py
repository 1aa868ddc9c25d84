"""Display equations held against code: the TeX itself, evaluated at random inputs, beside the function it is bound to."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from galley.maths.evaluation import Arrays, Definition, Undefined, evaluate
from galley.maths.sets import draw, symbol_name
from galley.maths.tex import Chain, Node, Unreadable, chains, parse, tokens
from galley.run.imports import load

DRAWS, ENOUGH = 40, 10
TOLERANCE = 1e-9
DERIVATIVE_TOLERANCE = 1e-6  # where the TeX differentiates, which is done by differences
LIMIT_TOLERANCE = 1e-4  # where it takes a limit, which is done by going far


@dataclass(frozen=True)
class Comparison:
    """At how many inputs an equation was compared, how many pairs there were at each, and what failed."""

    inputs: int
    mismatch: str = ""
    pairs: int = 0


Pairs = Sequence[tuple[str, str]]


def compare(
    tex: str, name: str, package: Path | None, arguments: Pairs, domains: Pairs, settings: Pairs = ()
) -> dict[str, Any]:
    """Compare the members of an equation with each other and with a function; runs in a worker.

    Args:
        tex: the equation.
        name: `module.function`, whose value the last members equal.
        package: the folder of the library's package; None where the equation is a step that stands by itself.
        arguments: the symbol of each parameter.
        domains: the set of each symbol.
        settings: what other symbols, and functions, equal.

    Returns:
        a `Comparison` as plain data.
    """
    return asdict(_compare(tex, name, package, dict(arguments), dict(domains), dict(settings)))


def _compare(
    tex: str,
    name: str,
    package: Path | None,
    arguments: dict[str, str],
    domains: dict[str, str],
    settings: dict[str, str],
) -> Comparison:
    import numpy as np

    function = None
    if package is not None:
        module, _, attribute = name.partition(".")
        function = getattr(load(package, module), attribute)
        arguments = {parameter: symbol_name(symbol) for parameter, symbol in arguments.items()}
        if not arguments or any(symbol not in map(symbol_name, domains) for symbol in arguments.values()):
            function = None
    definitions = define(settings)
    statements = chains(tex, {definition.symbol.name for definition in definitions if definition.parameter})
    rng = np.random.default_rng(20)
    compared = 0
    pairs: dict[tuple[int, int], list[bool]] = {}  # by statement and relation: whether the sides differ, at each input
    for _ in range(DRAWS):
        try:
            symbols = draw(domains, rng)
        except Unreadable:
            return Comparison(0)
        found: dict[tuple[int, int], bool] = {}
        try:
            for number, statement in enumerate(statements):
                values = [_try(member, symbols, definitions) for member in statement.members]
                found |= {(number, index): gap for index, gap in _compare_members(statement, values, symbols)}
                if (
                    function is not None
                    and statement is statements[-1]
                    and _compare_function(statement, values, function, arguments, symbols, name)
                ):
                    found[number, -1] = False
        except _Mismatch as mismatch:
            return Comparison(compared, str(mismatch))
        except (Undefined, ValueError):
            continue  # this input lies outside of what the equation speaks of
        compared += bool(found)
        for key, differ in found.items():
            pairs.setdefault(key, []).append(differ)
    if compared < ENOUGH:
        return Comparison(0)
    for (number, index), gaps in pairs.items():
        if index >= 0 and statements[number].relations[index] in "<>" and not any(gaps):
            return Comparison(
                compared,
                f"at {compared} random inputs the two sides of {statements[number].relations[index]} are equal",
            )
    return Comparison(compared, "", sum(len(gaps) >= ENOUGH for gaps in pairs.values()))


class _Mismatch(Exception):
    """Two members differ."""


def _try(member: Node | None, symbols: Mapping[str, Any], definitions: Sequence[Definition]) -> Any:
    if member is None:
        return None
    try:
        return evaluate(member, symbols, Arrays(), definitions)
    except Unreadable:
        return None


def _compare_members(statement: Chain, values: list[Any], symbols: Mapping[str, Any]) -> Iterator[tuple[int, bool]]:
    """Yield each relation that has a value on both sides, by its place, with whether the sides differ."""
    tolerance = _tolerance(statement)
    for index, relation in enumerate(statement.relations):
        one, other = values[index], values[index + 1]
        if relation == "|" or one is None or other is None:
            continue
        differ = _difference(one, other) > tolerance
        if relation in ("=", "~", "!="):
            holds = differ is (relation == "!=")
        else:
            slack = tolerance * max(abs(float(one)), abs(float(other)))
            holds = one <= other + slack if relation in ("<", "<=") else one >= other - slack
        if not holds:
            raise _Mismatch(f"at {_show(symbols)} one side is {_short(one)} and the other {_short(other)}")
        yield index, differ


def _compare_function(
    statement: Chain,
    values: list[Any],
    function: Any,
    arguments: Mapping[str, str],
    symbols: Mapping[str, Any],
    name: str,
) -> bool:
    """Compare the members that the last one equals with the function's value."""
    first = len(values) - 1
    while first and statement.relations[first - 1] == "=":
        first -= 1
    values = [value for value in values[first:] if value is not None]
    if not values:
        return False
    result = function(**{parameter: symbols[symbol] for parameter, symbol in arguments.items()})
    if not _is_array(result):
        raise _Mismatch(f"{name} returns a {type(result).__name__}, and the TeX is a number, a vector or a matrix")
    for value in values:
        if _difference(value, result) > _tolerance(statement):
            raise _Mismatch(f"at {_show(symbols)} the TeX is {_short(value)} and {name} returns {_short(result)}")
    return True


def _is_array(value: Any) -> bool:
    import numpy as np

    try:
        np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    return True


def _tolerance(statement: Chain) -> float:
    nodes = [node for member in statement.members if member for node in member.walk()]
    derivative = any(
        node.operation in ("derivative", "partial") or (node.operation == "apply" and node.value) for node in nodes
    )
    if any(node.operation == "limit" for node in nodes):
        return LIMIT_TOLERANCE
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


_FUNCTION = re.compile(r"(?P<name>\\?[A-Za-z]+)\s*\(\s*(?P<parameter>\\?[A-Za-z]+)\s*\)")


def define(settings: Mapping[str, str]) -> list[Definition]:
    """Return what symbols and functions equal; what cannot be read is left out."""
    heads = {left: _FUNCTION.fullmatch(left.strip()) for left in settings}
    functions = {head["name"] for head in heads.values() if head}
    found = []
    for left, right in settings.items():
        head = heads[left]
        try:
            symbol = parse(tokens(head["name"] if head else left))
            body = parse(tokens(right), functions)
        except Unreadable:
            continue
        if symbol.operation == "symbol":
            found.append(Definition(symbol, body, head["parameter"] if head else ""))
    return found


def _short(value: Any) -> str:
    return " ".join(
        str(value.round(6) if hasattr(value, "round") and not isinstance(value, float) else f"{value:.6g}").split()
    )


def _show(symbols: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_short(value)}" for name, value in symbols.items())
