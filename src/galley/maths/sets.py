"""The sets that a docstring declares symbols to be of, and random values drawn from them."""

import math
import re
from collections.abc import Mapping
from typing import Any

from galley.maths.evaluation import Arrays, evaluate
from galley.maths.tex import Unreadable, chains

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
        if letter.isdigit() or letter in symbols:
            return int(symbols.get(letter, letter))
        return sizes.setdefault(letter, int(rng.integers(2, 6)))

    for symbol, domain in domains.items():
        match = _SET.fullmatch(domain.strip())
        if match is None:
            raise Unreadable(f"{domain} is no set that {symbol} can be drawn from")
        if match["vector"]:
            shape = (size(match["rows"]), size(match["columns"])) if match["columns"] else (size(match["rows"]),)
            value: Any = rng.normal(size=shape) * 2.0 ** rng.integers(-4, 5)
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
        symbols[symbol_name(symbol)] = value
    return {**sizes, **symbols}


def symbol_name(symbol: str) -> str:
    """Return the name of a symbol as the parser gives it."""
    return re.sub(r"[{}\s]", "", symbol)


def _bound(text: str) -> float:
    plain = text.strip()
    if plain in (r"\infty", r"+\infty", r"-\infty"):
        return -math.inf if plain.startswith("-") else math.inf
    statement = chains(plain)
    if len(statement) != 1 or len(statement[0].members) != 1 or statement[0].members[0] is None:
        raise Unreadable(f"{text} is no bound")
    return float(evaluate(statement[0].members[0], {}, Arrays()))
