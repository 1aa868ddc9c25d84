"""What the library and its tests offer to a page, read as text: no code runs here."""

import ast
import copy
import inspect
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from galley.run import imports

_EQUATION = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_MEMBER = r"\$((?:[^$\\]++|\\(?!in\s))++)\\in\s++([^$]++)\$"  # $w \in \mathbb{R}$; what is taken is not gone back over
_DOMAIN = re.compile(_MEMBER)
_SETTING = re.compile(r"\$([^$=<>]+?)=([^$=]+?)\$")
_ARGUMENT = re.compile(rf"^[ \t]*+(\w++):\s*+{_MEMBER}", re.MULTILINE)


@lru_cache(128)  # the library is asked for again and again, by a server at each save
def parsed(text: str) -> ast.Module:
    """Return a module read as text."""
    return ast.parse(text)


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
        prose = _EQUATION.sub("", self.docstring)
        return {symbol.strip(): domain.strip() for symbol, domain in _DOMAIN.findall(prose)}

    @property
    def settings(self) -> dict[str, str]:
        """What the docstring says in passing that a symbol or a function equals, as TeX."""
        prose = _EQUATION.sub("", self.docstring)
        return {left.strip(): right.strip() for left, right in _SETTING.findall(prose)}

    @property
    def arguments(self) -> dict[str, str]:
        """The symbol of each parameter that the docstring gives one."""
        return {name: symbol.strip() for name, symbol, _ in _ARGUMENT.findall(self.docstring)}

    @cached_property
    def signature(self) -> inspect.Signature:
        """The parameters, without annotations."""
        spec = copy.deepcopy(self.node.args)
        for parameter in ast.walk(spec):
            if isinstance(parameter, ast.arg):
                parameter.annotation = None
        nothing = ast.Constant(None)
        spec.defaults = [nothing for _ in spec.defaults]
        spec.kw_defaults = [default and nothing for default in spec.kw_defaults]
        bare = ast.fix_missing_locations(ast.Expression(ast.Lambda(spec, nothing)))
        return inspect.signature(
            eval(compile(bare, "<signature>", "eval"))
        )  # of names alone: nothing of the library runs

    def place(self, root: Path) -> str:
        """Return the file and line of the function, as seen from a folder."""
        return f"{self.path.relative_to(root).as_posix()}:{self.line}"

    def call_text(self) -> str:
        """Return the call as an author writes it, for messages."""
        return f"{self.name}{self.signature}".replace("=None", "=…")


class Library:
    """The public functions of a package and of the tests beside it, by `module.function`."""

    def __init__(self, package: Path, tests: Path) -> None:
        self.package = package
        self.tests = tests
        self._tested: dict[str, set[str]] = {}

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The public functions of the package."""
        return {name: function for name, function in self._public.items() if not name.startswith("tests.")}

    @cached_property
    def steps(self) -> dict[str, Function]:
        """The test functions, as `tests.stem.function` for `tests/test_stem.py`."""
        return {name: function for name, function in self._public.items() if name.startswith("tests.")}

    @property
    def broken(self) -> dict[str, imports.Broken]:
        """What keeps a module from being read, by its name, which for `tests/test_stem.py` is `tests.stem`."""
        return {name: tree for name, (_, tree) in self._modules.items() if isinstance(tree, imports.Broken)}

    def unknowable(self, text: str) -> bool:
        """Tell whether an expression or the name of a function needs a module that cannot be read."""
        return any(re.search(rf"(?<![\w.]){re.escape(name)}\.", text) for name in self.broken)

    def tested(self, module: str) -> set[str]:
        """Return the functions of a module that one of its tests calls which asserts something."""
        if module not in self._tested:
            tests = [test.node for name, test in self.steps.items() if name.startswith(f"tests.{module}.test_")]
            self._tested[module] = {
                node.attr
                for test in tests
                if _asserts(test)
                for node in ast.walk(test)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
            }
        return self._tested[module]

    @cached_property
    def _public(self) -> dict[str, Function]:
        found = {}
        for module, (path, tree) in self._modules.items():
            if isinstance(tree, imports.Broken) or path.stem.startswith("_"):
                continue
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    name = f"{module}.{node.name}"
                    found[name] = Function(name, path, node.lineno, ast.get_docstring(node) or "", node)
        return found

    @cached_property
    def _modules(self) -> dict[str, tuple[Path, ast.Module | imports.Broken]]:
        tests = {f"tests.{path.stem.removeprefix('test_')}": path for path in self.files if path.parent == self.tests}
        paths = {path.stem: path for path in self.files if path.parent == self.package} | tests
        return {name: (path, _parse(path)) for name, path in paths.items()}

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The modules of the package, and those of the tests."""
        return *sorted(self.package.glob("*.py")), *sorted(self.tests.glob("test_*.py"))


def _parse(path: Path) -> ast.Module | imports.Broken:
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        return imports.unreadable(path, error)


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
