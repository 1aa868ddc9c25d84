"""Display equations held against code: the TeX itself, evaluated at random inputs, beside the function it is bound to."""

import inspect
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from galley.check.sides import Mismatch, agree, differ, finite, is_array, last
from galley.maths.arrays import Arrays
from galley.maths.evaluation import evaluate
from galley.maths.reals import Undefined
from galley.maths.scope import Definition
from galley.maths.sets import define, draw
from galley.maths.tex import chains
from galley.maths.tokens import Unreadable, symbol_name
from galley.maths.tree import Chain, Node
from galley.run.imports import load

DRAWS, ENOUGH = 40, 10
FUNCTION = -1  # stands for the relation between a statement and the function

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """What became of an equation: at how many inputs how many of its relations were compared, and what was not.

    Attributes:
        mismatch: where it is false.
        left: why a relation was not compared, and how it would be; empty where all were.
        broken: whether what was left has a value on both sides, so that it is a mistake to leave it.
    """

    inputs: int = 0
    pairs: int = 0
    relations: int = 0
    mismatch: str = ""
    left: str = ""
    broken: bool = False


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
    import numpy as np

    rng = np.random.default_rng(20)
    definitions = define(dict(settings), [symbol for symbol, _ in domains])
    function, left = None, ""
    if package is not None:
        module, _, attribute = name.partition(".")
        function = getattr(load(package, module), attribute)
        missing = _missing(function, dict(arguments))
        if missing:
            function, left = None, f"the docstring gives no symbol and set to {' and '.join(missing)} of {name}"
    functions = {each.symbol.name.rstrip("'") for each in definitions if each.parameter}
    functions |= {r"\rho"} - {symbol for symbol, _ in domains}  # the spectral radius
    statements = chains(tex, functions, [symbol for symbol, _ in domains])
    symbols = {parameter: symbol_name(symbol) for parameter, symbol in arguments}
    try:
        own = _own(statements, definitions, draw(dict(domains), np.random.default_rng(0)).keys())
        equation = _Equation(statements, [*definitions, *own.values()], own, name, function, symbols)
        for _ in range(DRAWS):
            equation.hold(draw(dict(domains), rng))
    except Unreadable as unknown:
        return asdict(Comparison(left=str(unknown), broken=True))
    except Mismatch as mismatch:
        return asdict(Comparison(mismatch=str(mismatch)))
    return asdict(equation.outcome(left))


def _own(statements: Sequence[Chain], definitions: Sequence[Definition], drawn: Set[str]) -> dict[int, Definition]:
    """Return what statements themselves define, by their number: those that begin with a symbol of which nothing else is said."""
    found: dict[int, Definition] = {}
    for number, statement in enumerate(statements):
        first, second = [*statement.members, None][:2]
        if first is None or second is None or first.operation != "symbol" or statement.relations[0] != "=":
            continue
        said = [each.symbol for each in [*definitions, *found.values()]]
        names = {each.name for each in said} | {each.base for each in said if each.indexed} | drawn
        if not names & {first.name, first.base}:
            found[number] = Definition(first, second)
    return found


def _missing(function: Any, arguments: Mapping[str, str]) -> list[str]:
    """Return the parameters that a function cannot be called without, and that have no symbol."""
    parameters = inspect.signature(function).parameters
    needed = [each.name for each in parameters.values() if each.default is each.empty and each.name not in arguments]
    return needed or ([] if arguments or not parameters else list(parameters))


@dataclass
class _Equation:
    """An equation being compared: of each relation, by its statement and its place, what it came to so far."""

    statements: list[Chain]
    definitions: Sequence[Definition]
    own: Mapping[int, Definition]  # by statement: what it defines, so that its first relation compares nothing
    name: str
    function: Any
    arguments: Mapping[str, str]
    gaps: dict[tuple[int, int], list[bool]] = field(default_factory=dict)  # whether its sides differ, at each input
    unread: dict[tuple[int, int], str] = field(default_factory=dict)  # why a side has no value at all
    outside: dict[tuple[int, int], str] = field(default_factory=dict)  # why it had none at the last input without

    def hold(self, symbols: Mapping[str, Any]) -> None:
        """Compare at one input.

        Raises:
            Mismatch: if a relation is false there.
        """
        results = self._results(symbols)
        for number, statement in enumerate(self.statements):
            values = [self._value(*member, symbols) for member in zip(statement.members, statement.wrong, strict=True)]
            for place, relation in enumerate(statement.relations):
                if relation == "|" or not place and number in self.own:
                    continue
                if self._both(number, place, values[place : place + 2]):
                    self._keep(number, place, differ(statement, place, values, symbols))
            if number in results:
                ends = last(statement, values)
                if self._both(number, FUNCTION, [results[number], *ends]):
                    agree(statement, ends, self.name, results[number], symbols)
                    self._keep(number, FUNCTION, False)

    def _results(self, symbols: Mapping[str, Any]) -> dict[int, Any]:
        """Return what the function gives for each statement: for the last, or for all that define a symbol if it gives as many."""
        if self.function is None:
            return {}
        last = len(self.statements) - 1
        try:
            result = self.function(**{parameter: symbols[symbol] for parameter, symbol in self.arguments.items()})
        except (ValueError, ArithmeticError) as error:
            return {last: Undefined(str(error))}
        if isinstance(result, tuple) and len(result) == len(self.statements) > 1:
            names = [statement.members[0] for statement in self.statements]
            defined = [node is not None and node.operation == "symbol" for node in names]
            return {number: entry for number, entry in enumerate(result) if defined[number]}
        if not is_array(result):
            kind = type(result).__name__
            raise Mismatch(f"{self.name} returns a {kind}, and the TeX is a number, a vector or a matrix")
        return {last: result}

    def _value(self, member: Node | None, wrong: str, symbols: Mapping[str, Any]) -> Any:
        """Return what a member is worth, or why that cannot be said."""
        if member is None:
            return Unreadable(wrong)
        try:
            return finite(evaluate(member, symbols, Arrays(), self.definitions))
        except (Unreadable, Undefined) as error:
            return error

    def _both(self, number: int, place: int, sides: Sequence[Any]) -> bool:
        """Tell whether both sides of a relation have a value; if not, keep why."""
        for side in sides:
            if isinstance(side, Unreadable):
                self.unread[number, place] = str(side)
            elif isinstance(side, Undefined):
                self.outside[number, place] = str(side)
        return not any(isinstance(side, Unreadable | Undefined) for side in sides)

    def _keep(self, number: int, place: int, apart: bool) -> None:
        self.gaps.setdefault((number, place), []).append(apart)

    def outcome(self, left: str) -> Comparison:
        """Return what the inputs came to; `left` is why the function was not called."""
        compared = {key: gaps for key, gaps in self.gaps.items() if len(gaps) >= ENOUGH}
        for (number, place), gaps in compared.items():
            sign = "" if place == FUNCTION else self.statements[number].relations[place]
            if sign in ("<", ">") and not any(gaps):
                return Comparison(mismatch=f"at {len(gaps)} random inputs the two sides of {sign} are equal")
        inputs = max(map(len, compared.values()), default=0)
        relations = len({*self.gaps, *self.unread, *self.outside})
        if not relations:
            left = left or (
                "nothing else says what it defines" if self.own else "it has no relation that can be compared"
            )
        for key, why in self.outside.items():
            if key not in compared and key not in self.unread:
                few = f"at {len(self.gaps.get(key, ()))} of {DRAWS} random inputs alone it has a value: {why}"
                return Comparison(inputs, len(compared), relations, "", few, broken=True)
        return Comparison(inputs, len(compared), relations, "", next(iter(self.unread.values()), left))
