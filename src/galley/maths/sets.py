"""What a docstring declares of symbols: their sets, random values drawn from these, and what some stand for."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from galley.maths.arrays import Arrays, Family
from galley.maths.evaluation import evaluate
from galley.maths.parser import parse
from galley.maths.scope import Definition
from galley.maths.tex import chains
from galley.maths.tokens import Unreadable, fused, symbol_name, tokens

_SET = re.compile(
    r"""
    (?P<vector>\\mathbb\{R\}\^\{?(?P<rows>\w+)(?:\s*\\times\s*(?P<columns>\w+))?\}?)
  | (?P<real>\\mathbb\{R\})
  | (?P<natural>\\mathbb\{N\})
  | \\\{(?P<first>-?\d+),.*?(?:\\l?dots|…),?\s*(?P<last>-?\d+|[A-Za-z])?\s*\\\}
  | (?P<open>[\[(])\s*(?P<low>[^,]+),\s*(?P<high>[^\])]+)[\])]
    """,
    re.VERBOSE | re.DOTALL,
)


_FAMILY = re.compile(r"(?P<base>[^_,]+)_\{?(?P<first>\d+)\}?,\s*\\l?dots,\s*(?P=base)_\{?(?P<last>\w+)\}?")
_FUNCTION = re.compile(r"(?P<name>(?:\\operatorname\{\w+\}|\\?[A-Za-z]+)'*)\s*\(\s*(?P<parameter>\\?[A-Za-z]+)\s*\)")


def draw(domains: Mapping[str, str], rng: Any) -> dict[str, Any]:
    r"""Return a random value for each symbol from its set; of symbols such as `J_1, \dots, J_L`, the family `J` of them.

    Raises:
        Unreadable: if a set is not one of those that the guide lists.
    """
    sizes: dict[str, int] = {}
    symbols: dict[str, Any] = {}

    def size(letter: str) -> int:
        if letter.lstrip("-").isdigit() or letter in symbols:
            return int(symbols.get(letter, letter))
        return sizes.setdefault(letter, int(rng.integers(2, 6)))

    for declared, domain in domains.items():
        match = _SET.fullmatch(domain.strip())
        if match is None:
            raise Unreadable(f"{domain} is no set that {declared} can be drawn from")
        if family := _FAMILY.fullmatch(declared.strip()):
            indices = range(int(family["first"]), size(family["last"]) + 1)
            values = Family({index: _one(match, size, rng) for index in indices})
            symbols[symbol_name(family["base"])] = values
            symbols[symbol_name(declared)] = list(values.values())  # as a function takes them
        else:
            for symbol in declared.split(","):
                symbols[symbol_name(symbol)] = _one(match, size, rng)
    return {**sizes, **symbols}


def _one(match: re.Match[str], size: Callable[[str], int], rng: Any) -> Any:
    """Return one value from a set."""
    if match["vector"]:
        shape = (size(match["rows"]), size(match["columns"])) if match["columns"] else (size(match["rows"]),)
        scale = (
            rng.integers(-2, 1) if match["columns"] else rng.integers(-4, 5)
        )  # a product of matrices grows fast enough
        return rng.normal(size=shape) * 2.0**scale
    if match["real"]:
        return float(rng.uniform(0.2, 2.0) * rng.choice([-1, 1]))
    if match["natural"] or match["first"]:
        first = int(match["first"] or 1)
        last = size(match["last"]) if match["last"] else first + 12
        return int(rng.integers(first, max(first, last) + 1))
    low, high = (_bound(match[end]) for end in ("low", "high"))
    low, high = (
        (low if math.isfinite(low) else min(-3.0, high - 3)),
        (high if math.isfinite(high) else max(3.0, low + 3)),
    )
    return float(rng.uniform(low, high))


def _bound(text: str) -> float:
    plain = text.strip()
    if plain in (r"\infty", r"+\infty", r"-\infty"):
        return -math.inf if plain.startswith("-") else math.inf
    statement = chains(plain)
    if len(statement) != 1 or len(statement[0].members) != 1 or statement[0].members[0] is None:
        raise Unreadable(f"{text} is no bound")
    return float(evaluate(statement[0].members[0], {}, Arrays()))


def define(settings: Mapping[str, str], names: Collection[str] = ()) -> list[Definition]:
    """Return what symbols and functions equal; what cannot be read is left out.

    Args:
        settings: what stands on the two sides, as TeX.
        names: the symbols that are declared.
    """
    heads = {left: _FUNCTION.fullmatch(left.strip()) for left in settings}
    functions = {head["name"].rstrip("'") for head in heads.values() if head}
    found = []
    for left, right in settings.items():
        head = heads[left]
        try:
            symbol = parse(tokens(head["name"] if head else left), functions)
            body = parse(fused(tokens(right), names), functions)
        except Unreadable:
            continue
        if symbol.operation == "symbol":
            found.append(Definition(symbol, body, head["parameter"] if head else ""))
    return found
