"""What a result depends on."""

from pathlib import Path

import pytest

from galley.run import keys
from galley.run.keys import Files, of_job, slices

MODULE = """
import numpy as np
DEPTH = 10

def _axes(figure):
    return figure.subplots()

def fall(figure):
    _axes(figure).plot([1, DEPTH])

def rise(figure):
    globals()["_late"](figure)

def _late(figure):
    pass
"""


def changed(old: str, new: str) -> set[str]:
    """Return which figures of the module another text of it changes."""
    assert MODULE.count(old) == 1
    before, after = slices(MODULE.encode()), slices(MODULE.replace(old, new).encode())
    return {name for name in after if before.get(name) != after[name]}


@pytest.mark.parametrize(
    ("old", "new", "figures"),
    [
        ("[1, DEPTH]", "[2, DEPTH]", {"fall"}),
        ("figure.subplots()", "figure.add_subplot()", {"fall", "_axes"}),
        ("    pass", "    figure.clear()", {"rise", "_late"}),
        ("DEPTH = 10", "DEPTH = 11", {"fall", "rise", "_axes", "_late"}),
        ("def rise", "def set_off(figure):\n    pass\n\ndef rise", {"set_off"}),
        ("def fall", "# a remark\n\ndef fall", set()),
    ],
)
def test_a_figure_depends_on_what_it_reaches(old: str, new: str, figures: set[str]) -> None:
    """A change of a module touches the figures that can reach the place, by a name or a text, and no others."""
    assert changed(old, new) == figures


def test_what_is_no_python_has_no_parts() -> None:
    """A module that cannot be read counts as a whole."""
    assert slices(b"def f(:") == {}


def test_a_moved_project_has_the_same_keys(tmp_path: Path) -> None:
    """Paths count as seen from the project."""
    one, two = (
        of_job("galley.maths.values:evaluate", ("1 + 1", root / "src"), root) for root in (tmp_path, tmp_path / "b")
    )
    assert one == two
    assert one != of_job("galley.maths.values:evaluate", ("1 + 2", tmp_path / "src"), tmp_path)
    assert one != of_job("galley.maths.expressions:mistakes", ("1 + 1", tmp_path / "src"), tmp_path)


def test_a_project_in_the_root_folder_tells_its_expressions_apart() -> None:
    """Only paths are seen from the project; a stroke in an expression stays one."""
    one, two = (of_job("galley.maths.values:evaluate", (said, Path("/src")), Path("/")) for said in ("1/2", "1.2"))
    assert one != two


def test_the_press_counts_as_far_as_it_may_be_imported() -> None:
    """A job depends on the press's rooms below its own and on no room above; a stranger's on none."""
    assert keys.press("math") == ""
    assert keys.press("galley.maths.tex") == keys.press("galley.maths.expressions") != keys.press("galley.drawing.draw")


def test_what_is_installed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of a package is another Python."""
    packages = tmp_path / "site-packages"
    (packages / "numpy-1.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr("sys.path", [str(packages)])
    before = keys.installed.__wrapped__()
    (packages / "numpy-1.0.dist-info").rename(packages / "numpy-1.1.dist-info")
    assert keys.installed.__wrapped__() != before


def test_a_state_is_of_names_and_contents(tmp_path: Path) -> None:
    """A result's key changes with each file that was read, is the same again when it is, and knows a file that is not there."""
    (tmp_path / "a").write_text("1")
    first = Files(tmp_path).state("job", ["a", "b"])
    (tmp_path / "b").write_text("")
    assert Files(tmp_path).state("job", ["a", "b"]) != first
    (tmp_path / "b").unlink()
    (tmp_path / "a").write_text("2")
    assert Files(tmp_path).state("job", ["a", "b"]) != first
    (tmp_path / "a").write_text("1")
    assert Files(tmp_path).state("job", ["a", "b"]) == first
