"""What a formula says, as a tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from galley.maths.tokens import Unreadable


@dataclass(frozen=True)
class Node:
    """An operation and its operands; a number carries its value and the unit of its last digit, a symbol its name.

    The operand of a symbol is its index, where that has a value of its own. A function that the page names carries the number of its primes.
    Where a node stands says nothing of what it is.
    """

    operation: str
    operands: tuple["Node", ...] = ()
    name: str = ""
    value: Fraction = Fraction(0)
    unit: Fraction | None = None
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it."""
        yield self
        for operand in self.operands:
            yield from operand.walk()

    def symbols(self) -> set[str]:
        """Return the names of the symbols that need a value; a sum's own index does not."""
        if self.operation == "symbol":  # an index is part of the name
            return {self.name}
        inner: set[str] = set().union(*(operand.symbols() for operand in self.operands), set())
        return inner - {self.name} if self.operation in ("sum", "prod", "limit") else inner

    @property
    def base(self) -> str:
        """The name of a symbol without its index."""
        return self.name.partition("_")[0]

    @property
    def indexed(self) -> bool:
        """Whether a symbol stands for one at every index, as `x_k` does and `x_1` does not."""
        return any(operand.symbols() for operand in self.operands)


@dataclass(frozen=True)
class Chain:
    """Members with the relations between them: `members[i] relations[i] members[i + 1]`; a member without value is None."""

    members: list[Node | None]
    relations: list[str]
    spans: list[tuple[int, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # why a member has no value


def alike(nodes: list[Node]) -> tuple[Node, list[tuple[Node, ...]]] | None:
    r"""Return what nodes have in common, and the indices or exponents in which they differ; None if they are of different kinds.

    Where the nodes differ, the common one has a symbol `\cdots0`, `\cdots1` and so on.
    """
    places: list[tuple[Node, ...]] = []

    def place(parts: tuple[Node, ...]) -> Node:
        if all(part == parts[0] for part in parts):
            return parts[0]
        places.append(parts)
        return Node("symbol", name=rf"\cdots{len(places) - 1}")

    def common(parts: tuple[Node, ...]) -> Node | None:
        first = parts[0]
        if all(part == first for part in parts):
            return first
        indexed = first.operation == "symbol" and bool(first.operands)
        kind = (first.operation, len(first.operands), first.value, first.base if indexed else first.name)
        for part in parts:
            if kind != (part.operation, len(part.operands), part.value, part.base if indexed else part.name):
                return None
        columns = list(zip(*(part.operands for part in parts), strict=True))
        if indexed:
            return Node("symbol", (place(columns[0]),), rf"{first.base}_\cdots")
        if first.operation == "pow":
            inner = [common(columns[0]), place(columns[1])]
        else:
            inner = [common(column) for column in columns]
        operands = tuple(node for node in inner if node)
        return Node(first.operation, operands, first.name, first.value) if operands and all(inner) else None

    found = common(tuple(nodes))
    return None if found is None else (found, places)


def joined(operation: str, parts: list[Node]) -> Node:
    """Return parts joined from the left."""
    node = parts[0]
    for part in parts[1:]:
        node = Node(operation, (node, part), start=node.start, end=part.end)
    return node


def going_on(operation: str, parts: list[Node], last: Node) -> tuple[list[Node], Node]:
    """Return the parts that do not belong to an ellipsis, and the ellipsis: its rows say by which indices it goes on.

    Raises:
        Unreadable: if nothing says so.
    """
    count = 0
    while count < len(parts) and alike([*parts[len(parts) - count - 1 :], last]) is not None:
        count += 1
    found = alike([*parts[len(parts) - count :], last]) if count else None
    if found is None or not found[1]:
        raise Unreadable("nothing says how an ellipsis goes on")
    template, places = found
    rows = [Node("row", row) for row in zip(*places, strict=True)]
    start = parts[len(parts) - count].start
    return parts[: len(parts) - count], Node(f"{operation} of", (template, *rows), start=start, end=last.end)
