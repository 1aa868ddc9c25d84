"""What the symbols of a formula are worth: by themselves, or by what they are said to equal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from galley.maths.reals import Value
from galley.maths.tree import Node


@dataclass(frozen=True)
class Definition:
    """What a symbol equals: `x`, or `x_{t+1}` for every whole t, or a function `f(x)`, which has a parameter."""

    symbol: Node
    body: Node
    parameter: str = ""


@dataclass(frozen=True)
class Scope:
    """What symbols are worth: those that are given, those that a sum or a function binds, and those found by a definition."""

    free: Mapping[str, Value]
    bound: Mapping[str, Value] = field(default_factory=dict)
    found: dict[str, Value] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether a symbol has a value without its definition."""
        return name in self.bound or name in self.free

    def get(self, name: str) -> Value:
        """Return that value, or None."""
        return self.bound[name] if name in self.bound else self.free.get(name)

    def bind(self, name: str, value: Value) -> "Scope":
        """Return the scope inside of a sum: a definition does not see what it binds."""
        return Scope(self.free, {**self.bound, name: value}, self.found)

    def vary(self, name: str, value: Value) -> "Scope":
        """Return the scope in which one symbol has another value, and what follows from it too."""
        return Scope({**self.free, name: value}, {key: kept for key, kept in self.bound.items() if key != name})
