"""Mutants of Python code: what the operators of mutmut make of it, one change at a time, each with a name of its own."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider, WhitespaceInclusivePositionProvider

# mutmut, because it is the one that is kept up for all our Pythons and comes as wheels alone. Only its operators serve here:
# its own runner knows no drawn data, and would leave constants of a module alone.
from mutmut.mutation.file_mutation import create_mutations

TOKEN = re.compile(r"[\w.]{2}|[-+*/<>=!]{2}")  # two characters that no change is to part


@dataclass(frozen=True)
class Mutant:
    """A module with one change.

    Attributes:
        path: The module.
        line: Where the change stands.
        column: The same.
        scope: The function of the module that holds it, or the constants that it gives a value.
        change: The line, with what was and what is in brackets.
        source: The whole module after the change.
        apart: By which rule it is left out; empty for a mutant that has to be caught.
    """

    path: Path
    line: int
    column: int
    scope: str
    change: str
    source: str
    apart: str = ""

    @property
    def name(self) -> str:
        return f"{self.path.stem}.{self.scope}: {self.change}"

    def within(self, names: Set[str]) -> bool:
        """Tell whether the change is in one of `names`."""
        return not names.isdisjoint(self.scope.split(", "))


@dataclass(frozen=True)
class Spot:
    """A node, what replaces it, and all that it stands in, innermost first."""

    old: cst.CSTNode
    new: cst.CSTNode
    around: Sequence[cst.CSTNode]


Rule = Callable[[Spot], bool]


def mutants(path: Path, rules: Mapping[str, Rule]) -> list[Mutant]:
    """Return the mutants of the module at `path`, those to which a rule applies marked with its name."""
    source = path.read_text(encoding="utf-8")
    module, mutations, *_ = create_mutations(str(path), source)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    parents = wrapper.resolve(ParentNodeProvider)
    inner, outer = wrapper.resolve(PositionProvider), wrapper.resolve(WhitespaceInclusivePositionProvider)
    starts = [0, *itertools.accumulate(len(line) for line in source.splitlines(keepends=True))]
    seen, times, found = {source}, Counter[tuple[str, str]](), []
    for mutation in mutations:
        old, new = mutation.original_node, mutation.mutated_node
        start, end = (starts[at.line - 1] + at.column for at in (outer[old].start, outer[old].end))
        changed = source[:start] + module.code_for_node(new) + source[end:]
        if changed in seen:  # two operators agree
            continue
        seen.add(changed)
        spot = Spot(old, new, list(_ancestors(old, parents)))
        apart = next((name for name, applies in rules.items() if applies(spot)), "")
        scope, change = _scope(spot), _change(source, changed)
        times[scope, change] += 1
        if times[scope, change] > 1:
            change += f" ({times[scope, change]})"
        at = inner[old].start if old in inner else outer[old].start
        found.append(Mutant(path, at.line, at.column + 1, scope, change, changed, apart))
    return found


def _ancestors(node: cst.CSTNode, parents: Mapping[cst.CSTNode, cst.CSTNode]) -> Iterator[cst.CSTNode]:
    while node in parents:
        node = parents[node]
        yield node


def _scope(spot: Spot) -> str:
    """Return the name of the outermost function, or the constant, that holds the change."""
    for node in reversed([spot.old, *spot.around]):
        match node:
            case cst.FunctionDef(name=name):
                return name.value
            case cst.Assign(targets=[cst.AssignTarget(target=target), *_]) | cst.AnnAssign(target=target):
                return cst.Module([]).code_for_node(target)
    return ""


def _change(old: str, new: str) -> str:
    """Return the changed line with what was and what is between brackets, whole words of it."""
    first = next(k for k, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    room = min(len(old), len(new)) - first
    last = next((k for k in range(room) if old[-1 - k] != new[-1 - k]), room)
    while any(TOKEN.fullmatch(text[first - 1 : first + 1]) for text in (old, new)):
        first -= 1
    while any(TOKEN.fullmatch(text[len(text) - last - 1 : len(text) - last + 1]) for text in (old, new)):
        last -= 1
    begin, end = old.rfind("\n", 0, first) + 1, old.find("\n", len(old) - last)
    parts = [old[begin:first], old[first : len(old) - last], new[first : len(new) - last], old[len(old) - last : end]]
    before, was, now, after = (re.sub(r"\s+", " ", part) for part in parts)
    return f"{before}[{was.strip()} → {now.strip()}]{after}".strip()


def uses(*modules: Path) -> dict[str, set[str]]:
    """Return, for each name that the modules define at their top, all names that it leads to."""
    direct: dict[str, set[str]] = {}
    for path in modules:
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            known = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            known |= {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)}
            for name in _defined(statement):
                direct.setdefault(name, set()).update(known)
    reached = {}
    for name in direct:
        found, waiting = {name}, [name]
        while waiting:
            further = direct.get(waiting.pop(), set()) - found
            found |= further
            waiting += further
        reached[name] = found
    return reached


def _defined(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []
