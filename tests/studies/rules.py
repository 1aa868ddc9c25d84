"""What is left out of the mutants of code, by rule."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from galley.figure.palette import ROLES
from tests.studies.mutation import Rule, Spot

# What a record of a figure does not hold: it moves with the font and says nothing of the data.
LOOKS = {"offset", "ha", "va", "linewidth", "linewidths", "markersize", "markeredgewidth", "zorder"}
FURNITURE = {"grid"}  # methods of axes that draw what a record does not hold


def word(spot: Spot) -> bool:
    """Tell whether a change is in a string, or in what is formatted into one."""
    return isinstance(spot.old, cst.SimpleString) or any(isinstance(node, cst.FormattedString) for node in spot.around)


def alias(spot: Spot) -> bool:
    """Tell whether a change is in what a type is called: `Vector = tuple[float, float]`."""
    around = [spot.old, *spot.around]
    if any(isinstance(node, cst.FunctionDef) for node in around):
        return False
    return any(isinstance(node, cst.Assign) and isinstance(node.value, cst.Subscript) for node in around)


def guard(spot: Spot) -> bool:
    """Tell whether a change is in the guard of `zip` against lengths that differ."""
    return any(isinstance(node, cst.Arg) and _keyword(node) == "strict" for node in _within(spot))


def case(spot: Spot) -> bool:
    """Tell whether a change writes the name of a role in capitals."""
    match spot.old, spot.new:
        case cst.SimpleString() as old, cst.SimpleString() as new:
            return old.raw_value in ROLES and old.raw_value == new.raw_value.lower()
    return False


def hair(spot: Spot) -> bool:
    """Tell whether a change moves a number by no more than a part in a hundred million, as one more does to a large one."""
    match spot.old, spot.new:
        case cst.Float() | cst.Integer(), cst.Float() | cst.Integer():
            old, new = (float(node.value) for node in (spot.old, spot.new))
            return abs(new - old) <= 1e-8 * abs(old)
    return False


def look(spot: Spot) -> bool:
    """Tell whether a change is in what sets a look and nothing else: an argument, a piece of furniture, a variable."""
    within = _within(spot)
    if any(_sets_look(node) for node in within):
        return True
    function = next((node for node in reversed(spot.around) if isinstance(node, cst.FunctionDef)), None)
    if function is None:
        return False
    reads = list(_reads(function.body))
    looks = {name for name, for_look in reads if for_look} - {name for name, for_look in reads if not for_look}
    return any(value in within and name in looks for node in within for name, value in _bound(node))


GUARD = "the guard of zip against lengths that differ"
LIBRARY: dict[str, Rule] = {"strings, mostly words of an error": word, "what a type is called": alias, GUARD: guard}
FIGURES: dict[str, Rule] = {
    f"looks that no record holds: {', '.join(sorted(LOOKS | FURNITURE))}": look,
    "a role in capitals, which matplotlib takes for the same": case,
    "a number moved by a hundred millionth of it or less": hair,
    GUARD: guard,
    "what a type is called": alias,
}


def _within(spot: Spot) -> list[cst.CSTNode]:
    """Return what holds a change: the node itself, what of it is gone or replaced, and all around."""
    changed: list[cst.CSTNode] = [spot.old, *spot.around]
    match spot.old, spot.new:
        case cst.Call(args=before), cst.Call(args=after):
            changed += [arg for arg in before if all(arg is not kept for kept in after)]
        case cst.Assign(value=value), cst.Assign():
            changed.append(value)
    return changed


def _keyword(arg: cst.Arg) -> str:
    return arg.keyword.value if arg.keyword else ""


def _sets_look(node: cst.CSTNode) -> bool:
    match node:
        case cst.Arg():
            return _keyword(node) in LOOKS
        case cst.DictElement(key=cst.SimpleString() as key):
            return key.raw_value in LOOKS
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return name in FURNITURE
    return False


def _reads(node: cst.CSTNode, look: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the names that are read in `node`, each with whether that is to set a look."""
    look = look or _sets_look(node)
    parts = node.children
    match node:
        case cst.Name(value=name):
            yield name, look
        case cst.AssignTarget(target=cst.Name()):
            return
        case cst.For():
            parts = [node.iter, node.body]
        case cst.Attribute(value=value) | cst.Arg(value=value):
            parts = [value]
    for part in parts:
        yield from _reads(part, look)


def _bound(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """Yield the names to which an assignment or a loop over literals gives a value, each with that value."""
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
            yield from _paired(target, value)
        case cst.For(target=target, iter=cst.Tuple(elements=rows)):
            for row in rows:
                yield from _paired(target, row.value)
        case cst.For(target=cst.Tuple(elements=targets), iter=cst.Call(func=cst.Name(value="zip"), args=args)):
            for one, arg in zip(targets, args, strict=False):
                for row in arg.value.elements if isinstance(arg.value, cst.Tuple) else ():
                    yield from _paired(one.value, row.value)


def _paired(target: cst.BaseExpression, value: cst.BaseExpression) -> Iterator[tuple[str, cst.CSTNode]]:
    match target, value:
        case cst.Name(value=name), _:
            yield name, value
        case cst.Tuple(elements=names), cst.Tuple(elements=values):
            for one, other in zip(names, values, strict=False):
                yield from _paired(one.value, other.value)
