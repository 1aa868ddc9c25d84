"""What a drawing depends on."""

from pathlib import Path

import pytest

from galley.run.cache import digest
from galley.run.keys import ingredients, sources

FILES = {
    "figures/one.py": "import numpy\nfrom book import power\nimport book.depth.layers\n",
    "figures/two.py": "def late():\n    from book.power import of\n    import one_not_there\n",
    "src/book/__init__.py": "",
    "src/book/power.py": "from . import checks\nfrom .depth import layers as all_layers\n",
    "src/book/checks.py": "import book.power\n",
    "src/book/other.py": "",
    "src/book/depth/__init__.py": "from ..rest import *\n",
    "src/book/depth/layers.py": "",
    "src/book/rest.py": "",
}
CORE = {"src/book/__init__.py", "src/book/power.py", "src/book/checks.py", "src/book/rest.py"}
CORE |= {"src/book/depth/__init__.py", "src/book/depth/layers.py"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project whose modules import one another in every way."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("name", "more"), [("figures/one.py", set()), ("figures/two.py", set())])
def test_sources_are_all_that_is_imported(root: Path, name: str, more: set[str]) -> None:
    """Imports are followed through packages, dots, circles and functions; what is not of the project is left out."""
    found = {path.relative_to(root.resolve()).as_posix() for path in sources(root / name, [root, root / "src"])}
    assert found == CORE | {name} | more


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("figures/two.py", "src/book/other.py")])
def test_key_changes_with_what_is_imported(root: Path, name: str) -> None:
    """A figure's key changes when any file changes that it depends on."""
    before = digest(*ingredients(root / "figures/one.py", [root, root / "src"], root))
    (root / name).write_text(FILES[name] + "# changed\n")
    assert digest(*ingredients(root / "figures/one.py", [root, root / "src"], root)) != before


def test_key_stays_with_what_is_not_imported(root: Path) -> None:
    """A figure's key does not change with a file that it does not depend on."""
    before = digest(*ingredients(root / "figures/one.py", [root, root / "src"], root))
    for name in ("figures/two.py", "src/book/other.py"):
        (root / name).write_text("# changed\n")
    assert digest(*ingredients(root / "figures/one.py", [root, root / "src"], root)) == before


def test_key_knows_the_press_itself(root: Path) -> None:
    """The press's own part of the key holds every module that drawing a figure runs, and the style."""
    parts = ingredients(root / "figures/one.py", [root, root / "src"], root)
    assert {"draw.py", "pen.py", "svg.py", "api.py", "palette.py", "house.mplstyle"} <= {
        p for p in parts if isinstance(p, str)
    }


def test_modules_that_cannot_be_read_are_sources_too(root: Path) -> None:
    """A module with a mistake in it is still a source: drawing it tells the mistake."""
    (root / "figures/one.py").write_text("import = 3")
    assert sources(root / "figures/one.py", [root, root / "src"]) == [(root / "figures/one.py").resolve()]
