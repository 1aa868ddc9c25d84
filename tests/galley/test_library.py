"""What the press reads of a library and its tests, without running them."""

from pathlib import Path

from galley.run.library import Library
from tests.galley.book import make


def test_functions_and_steps(tmp_path: Path) -> None:
    """Public functions of the package, test functions of the tests, each with its equations and symbols."""
    root = make(tmp_path).root
    library = Library(root / "src/toys", root / "tests")
    power = library.functions["power.power"]
    assert power.equations == [" w^{L} "]
    assert power.domains == {"w": r"\mathbb{R}", "L": r"\{0, 1, \dots\}"}
    assert power.arguments == {"w": "w", "depth": "L"}
    assert power.call_text() == "power.power(w, depth)"
    assert sorted(library.steps) == ["tests.power.test_power", "tests.power.test_step"]


def test_only_a_test_that_can_fail_counts(tmp_path: Path) -> None:
    """A function is tested if a test that asserts calls it by its module."""
    (tmp_path / "test_a.py").write_text(
        "def test_one():\n    assert a.f() == 1\n\n"
        "def test_two():\n    a.g()\n\n"
        "def test_three():\n    np.testing.assert_allclose(a.h(), 1)\n\n"
        "def helper():\n    assert a.i()\n\n"
        "def test_four():\n    with pytest.raises(ValueError):\n        a.j()\n"
    )
    assert Library(tmp_path, tmp_path).tested("a") == {"f", "h"}


def test_signatures(tmp_path: Path) -> None:
    """Positional, keyword-only, optional and collected parameters are told apart."""
    (tmp_path / "a.py").write_text("def f(x, /, y, z=1, *, u, v=2):\n    pass\n\ndef g(*a, **k):\n    pass\n")
    functions = Library(tmp_path, tmp_path).functions
    assert str(functions["a.f"].signature) == "(x, /, y, z=None, *, u, v=None)"
    assert functions["a.f"].call_text() == "a.f(x, /, y, z=…, *, u, v=…)"
    assert str(functions["a.g"].signature) == "(*a, **k)"


def test_a_module_that_does_not_parse_offers_nothing(tmp_path: Path) -> None:
    """The run of its code says what is wrong."""
    (tmp_path / "a.py").write_text("def f(:\n")
    assert Library(tmp_path, tmp_path).functions == {}
