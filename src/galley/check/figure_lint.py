"""What a figure module must not hold: typed numerals, formulas, a style of its own. Of colours the drawing itself tells."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from galley.figure.palette import ROLES
from galley.findings import Finding
from galley.run.imports import unreadable

# A numeral: digits that are no part of a name (float32, 3d), no index (z_1, \log_{10}), and no power of a symbol of one digit
# (\sigma^2, x^{-1}): a longer one is a number of the figure, as in w^{50}.
POWER = r"".join(rf"(?<![A-Za-z)\]}}|]{before}(?=\d(?!\d)))" for before in (r"\^", r"\^\{", r"\^\{-"))
NUMERAL = re.compile(rf"(?<!\w)(?<!\w\.)(?<!_\{{){POWER}\d[\d.]*(?![\d.]*[dD]\b)")
FORMAT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*:[^{}]*\}")  # what says how a value is written: %.1f, {:.2f}
STYLE = {"cmap", "family", "font", "fontfamily", "fontname", "fontproperties", "fontsize", "fontstyle"}
STYLE |= {"fontweight", "rasterized", "path_effects"}
FORMULAS = set(
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt power square float_power sin cos tan sinh cosh tanh arctanh arccos "
    "arcsin arctan hypot dot matmul outer einsum prod cumprod convolve pow".split()
)
LIBRARY = "a figure only draws; write a function of the library that computes it, with a test"


def lint(source: str, path: Path) -> list[Finding]:
    """Return what is wrong with the figure module `source`, which stands at `path`, in the order of its lines."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        return [unreadable(path, error).finding]
    lines = [line.encode() for line in source.splitlines()]
    apart = set(_docstrings(tree)) | set(_specifications(tree))
    whole = {part: text for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for part in text.values}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.keyword) and node not in apart:
            at = whole.get(node, node) if isinstance(node, ast.expr) else node  # Pythons differ on where a part stands
            column = len(lines[at.lineno - 1][: at.col_offset].decode()) + 1  # Python counts bytes
            for wrong, right in _complaints(node):
                found.append(Finding(path, at.lineno, column, wrong, right))
    return sorted(set(found))


def _complaints(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Give what is wrong with one node, and what would be right."""
    match node:
        case ast.Constant(value=str(text)) if re.fullmatch("#[0-9a-fA-F]{3,8}", text):
            yield f"the colour {text} is typed", "name a role, so that it fits both schemes"
        case ast.Constant(value=str(text)) if text not in ROLES and (numeral := NUMERAL.search(FORMAT.sub("", text))):
            yield (
                f"the numeral {numeral[0]} is typed into a string",
                'format it from its value, as in f"{number(value)}"',
            )
        case ast.keyword(arg=str(name)) if name in STYLE:
            yield f"{name} is set here", "leave the look to the house style"
        case ast.BinOp(op=ast.Pow() | ast.MatMult()) | ast.AugAssign(op=ast.Pow() | ast.MatMult()):
            yield "a formula stands in a figure", LIBRARY
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy" | "math"), attr=name)) if name in FORMULAS:
            yield f"the formula {name} stands in a figure", LIBRARY
        case ast.Call(func=ast.Name(id="pow")):
            yield "the formula pow stands in a figure", LIBRARY
        case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="linalg" | "fft"):
            yield "linear algebra stands in a figure", LIBRARY
        case ast.Attribute(attr="rcParams") | ast.Name(id="rcParams"):
            yield "rcParams is touched", "leave the look to the house style"
        case ast.Import() | ast.ImportFrom() if "pyplot" in ast.unparse(node):
            yield "pyplot is imported", "draw on the Figure that the function receives"
        case ast.ImportFrom(module="math" | "numpy", names=names) if any(name.name in FORMULAS for name in names):
            yield "a formula is imported into a figure", LIBRARY


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False):
            assert isinstance(node.body[0], ast.Expr), "a docstring is an expression"
            yield node.body[0].value


def _specifications(tree: ast.Module) -> Iterator[ast.AST]:
    """Give the strings that say how a value is formatted: `.2f` in an f-string, the second argument of `format`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield from ast.walk(node.format_spec)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format":
            yield from node.args[1:]
