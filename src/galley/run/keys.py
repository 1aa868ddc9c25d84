"""All that a drawing depends on: when none of it has changed, neither has the drawing."""

import ast
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import galley

TOOLS = ("matplotlib", "numpy")


def ingredients(module: Path, rooms: Sequence[Path], fonts: Path) -> list[bytes | str]:
    """Return what the figures of `module` depend on, for `galley.run.cache.digest`.

    Args:
        module: A figure module.
        rooms: The folders from which it imports, with that in which it lies.
        fonts: The folder of the TrueType fonts.
    """
    press = Path(galley.__file__).parent
    factory = [*sources(press / "drawing" / "draw.py", [press.parent]), press / "figure" / "house.mplstyle"]
    parts: list[bytes | str] = [f"{tool} {version(tool)}" for tool in TOOLS]
    for path in [*factory, *sources(module, rooms), *sorted(fonts.glob("*.ttf"))]:
        parts += [path.name, path.read_bytes()]
    return parts


def sources(module: Path, rooms: Sequence[Path]) -> list[Path]:
    """Return `module` and every file of `rooms` that it imports, directly or not, sorted.

    Imports are read, not run, and found wherever they stand, functions included.
    """
    found: set[Path] = set()
    waiting = [module.resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError:
            continue  # drawing it says what is wrong
        for name, level in _imported(tree):
            above = (
                [path.parents[level - 1]]
                if level
                else [*(room.resolve() for room in rooms), module.resolve().parents[1]]
            )
            waiting += [file for folder in above for file in _files(folder, name)]
    return sorted(found)


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Give the dotted names that are imported, those that may be modules or not included, and how many dots lead them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"{node.module}." if node.module else ""
            yield from ((base + alias.name, node.level) for alias in node.names)
            if node.module:
                yield node.module, node.level


def _files(folder: Path, name: str) -> Iterator[Path]:
    """Give the files below `folder` that importing the dotted `name` runs."""
    for part in name.split("."):
        if (file := folder / f"{part}.py").is_file():
            yield file
        folder = folder / part
        if (file := folder / "__init__.py").is_file():
            yield file
        if not folder.is_dir():
            return
