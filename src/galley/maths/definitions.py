"""What a docstring says in passing that a symbol or a function stands for."""

import re
from collections.abc import Collection, Mapping

from galley.maths.evaluation import Definition
from galley.maths.parser import parse
from galley.maths.tokens import Unreadable, fused, tokens

_FUNCTION = re.compile(r"(?P<name>(?:\\operatorname\{\w+\}|\\?[A-Za-z]+)'*)\s*\(\s*(?P<parameter>\\?[A-Za-z]+)\s*\)")


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
