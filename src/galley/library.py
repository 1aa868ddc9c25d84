"""What the library and its tests offer to a page, read as text: no code runs here."""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_EQUATION = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_DOMAIN = re.compile(r"\$([^$]+?)\s*\\in\s+([^$]+?)\$")
_ARGUMENT = re.compile(r"^\s*(\w+):\s*\$([^$]+?)\s*\\in\s+([^$]+?)\$", re.MULTILINE)


@dataclass(frozen=True)
class Function:
    """A public function: its place, its signature and what its docstring says of equations and symbols."""

    name: str
    path: Path
    line: int
    docstring: str
    node: ast.FunctionDef

    @property
    def equations(self) -> list[str]:
        """The display equations of the docstring."""
        return [match.group(1) for match in _EQUATION.finditer(self.docstring)]

    @property
    def domains(self) -> dict[str, str]:
        """The set of each symbol that the docstring declares, as TeX."""
        return {symbol.strip(): domain.strip() for symbol, domain in _DOMAIN.findall(self.docstring)}

    @property
    def arguments(self) -> dict[str, str]:
        """The symbol of each parameter that the docstring gives one."""
        return {name: symbol.strip() for name, symbol, _ in _ARGUMENT.findall(self.docstring)}

    @cached_property
    def signature(self) -> inspect.Signature:
        """The parameters, without annotations."""
        spec, parameters = self.node.args, []
        empty = inspect.Parameter.empty
        positional = [*spec.posonlyargs, *spec.args]
        first_default = len(positional) - len(spec.defaults)
        for index, argument in enumerate(positional):
            kind = (
                inspect.Parameter.POSITIONAL_ONLY
                if index < len(spec.posonlyargs)
                else inspect.Parameter.POSITIONAL_OR_KEYWORD
            )
            parameters.append(inspect.Parameter(argument.arg, kind, default=None if index >= first_default else empty))
        if spec.vararg:
            parameters.append(inspect.Parameter(spec.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
        for argument, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            parameters.append(
                inspect.Parameter(
                    argument.arg, inspect.Parameter.KEYWORD_ONLY, default=empty if default is None else None
                )
            )
        if spec.kwarg:
            parameters.append(inspect.Parameter(spec.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
        return inspect.Signature(parameters)

    def call_text(self) -> str:
        """Return the call as an author writes it, for messages."""
        return f"{self.name}{self.signature}".replace("=None", "=…")


class Library:
    """The public functions of a package and of the tests beside it, by `module.function`."""

    def __init__(self, package: Path, tests: Path) -> None:
        self.package = package
        self.tests = tests

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The public functions of the package."""
        return self._read(self.package, "*.py", lambda stem: stem)

    @cached_property
    def steps(self) -> dict[str, Function]:
        """The test functions, as `tests.stem.function` for `tests/test_stem.py`."""
        return self._read(self.tests, "test_*.py", lambda stem: f"tests.{stem.removeprefix('test_')}")

    @cached_property
    def tested(self) -> set[str]:
        """The package's functions that a test of their own module calls, in a test that asserts something."""
        found: set[str] = set()
        for name, test in self.steps.items():
            module = name.split(".")[1]
            if not name.split(".")[2].startswith("test_") or not _asserts(test.node):
                continue
            for node in ast.walk(test.node):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
                    found.add(f"{module}.{node.attr}")
        return found

    @staticmethod
    def _read(folder: Path, pattern: str, prefix: Callable[[str], str]) -> dict[str, Function]:
        functions = {}
        for path in sorted(folder.glob(pattern)):
            if path.stem.startswith("_"):
                continue
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except SyntaxError:
                continue  # the run of its code says so, with the place
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    name = f"{prefix(path.stem)}.{node.name}"
                    functions[name] = Function(name, path, node.lineno, ast.get_docstring(node) or "", node)
        return functions


def _asserts(node: ast.FunctionDef) -> bool:
    """Tell whether a test can fail by itself: it asserts, or it calls what is named so."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            called = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            if called.startswith("assert_"):
                return True
    return False
