"""The mutants of code: how they are made, named and tried, and a sample of them, all caught."""

import random
import re
import sys
from pathlib import Path

import pytest

from tests.studies import rules
from tests.studies.code_mutants import (
    FIGURES,
    LIBRARY,
    ROOT,
    Unsound,
    equivalents,
    explained,
    keep_records_shut,
    try_figures,
    try_library,
)
from tests.studies.mutation import Mutant, Rule, mutants, uses
from tests.studies.trials import LIMIT, apart, tried

SEED = 3
CODE = '''\
"""A module."""

Pair = tuple[int, int]
SIZE: int = 3


def grow(x: float, times: int = 2) -> float:
    """Return x, grown."""
    lift = 1 if x > SIZE else 2
    for _, side in zip(range(times), ("left", "right"), strict=True):
        note(x, offset=(SIZE, lift), ha=side, color="ink")
    return x * times if x >= 0 else 0


def note(x: float, offset: Pair, ha: str, color: str) -> None:
    if x < 0:
        raise ValueError(f"{x} is below zero")


FAR: float = 1e9
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """Return a module of a few lines."""
    path = tmp_path / "small.py"
    path.write_text(CODE)
    return path


def sample(path: Path, size: int) -> list[Mutant]:
    """Return a few mutants of a module: none that is left out, and none that is the same as the original."""
    left_out = rules.LIBRARY if path.parent == LIBRARY else rules.FIGURES
    everyone = [mutant for mutant in mutants(path, left_out) if not mutant.apart and mutant.name not in equivalents()]
    return random.Random(SEED).sample(everyone, size)


def test_a_mutant_is_a_module_with_one_change(module: Path) -> None:
    """Each has a place, a name that says what was changed, and the whole source after it; no two are alike."""
    made = mutants(module, {})
    named = {mutant.name: mutant for mutant in made}
    assert len(named) == len({mutant.source for mutant in made}) == len(made)
    one = named["small.grow: return x [* → /] times if x >= 0 else 0"]
    assert (one.line, one.column) == (12, 12)
    assert one.source == CODE.replace("x * times", "x / times")
    assert "small.grow: return x * times if x [>= → >] 0 else 0" in named
    assert "small.grow: def grow(x: float, times: int = [2 → 3]) -> float:" in named
    assert "small.SIZE: SIZE: int = [3 → 4]" in named
    assert not any("int →" in name or "float →" in name for name in named), "a type is no code"


def left_out(path: Path, by: dict[str, Rule]) -> dict[str, set[str]]:
    """Return, for each rule, what was and what is of all that it leaves out."""
    made = mutants(path, by)
    return {
        rule: {re.sub(r".*?(\[.* → .*]).*", r"\1", each.change) for each in made if each.apart == rule} for rule in by
    }


def test_of_the_library_words_are_left_out(module: Path) -> None:
    """Strings, what is formatted into them, what types are called and guards of lengths are left out of the library's mutants."""
    words, types, guards = left_out(module, rules.LIBRARY).values()
    assert {"[ink → INK]", "[left → LEFT]", "[right → XXrightXX]"} <= words
    assert not any("None" in word or "SIZE" in word for word in words)
    assert types == {"[tuple[int, int] → None]"}
    assert guards


def test_of_the_figures_unrecorded_looks_are_left_out(module: Path) -> None:
    """An argument that sets a look which no record holds is left out, and a variable that is read for nothing else."""
    looks, capitals, hairs, guards, types = left_out(module, rules.FIGURES).values()
    offsets = {
        "[(SIZE, lift) → None]",
        "[offset=(SIZE, lift), → ]",
        "[1 if x > SIZE else 2 → None]",
        "[1 → 2]",
        "[2 → 3]",
    }
    branches = {"[x > SIZE → (x > SIZE) and False]", "[x > SIZE → (x > SIZE) or True]", "[> → >=]"}
    sides = {"[side → None]", "[ha=side, → ]"}
    sides |= {f"[{side} → {new}]" for side in ("left", "right") for new in (f"XX{side}XX", side.upper())}
    assert looks == offsets | branches | sides
    assert capitals == {"[ink → INK]"}
    assert hairs == {"[1e9 → 1000000001.0]"}
    assert guards == {"[strict=True → ]", "[True → None]", "[True → False]"}
    assert types == {"[tuple[int, int] → None]"}


def test_names_lead_to_names(module: Path, tmp_path: Path) -> None:
    """A test reaches all that its names lead to, over any number of functions."""
    (tmp_path / "test_small.py").write_text("def test_growth():\n    assert small.grow(1) == 2\n\nLEFT = 1\n")
    reached = uses(tmp_path / "test_small.py", module)
    assert {"grow", "note", "SIZE"} <= reached["test_growth"]
    assert reached["LEFT"] == {"LEFT"}
    assert "SIZE" not in reached["note"]


def test_sampled_mutants_of_the_library_are_caught() -> None:
    """Tests that see no recorded value catch a sample of mutants, but not one that is the same as the original."""
    same = next(mutant for mutant in mutants(LIBRARY / "scalar.py", {}) if mutant.name in equivalents())
    verdicts = apart(try_library, [*sample(LIBRARY / "scalar.py", 15), same])
    assert len(verdicts) == 16
    assert [mutant.name for mutant, verdict in verdicts if not verdict] == [same.name]
    assert all(verdict.startswith("tests/test_scalar.py::") for _, verdict in verdicts if verdict not in ("", LIMIT))


def test_sampled_mutants_of_the_figures_are_caught() -> None:
    """The record of what is drawn catches a sample of mutants, a label that moved by a point among them."""
    looks = [mutant for mutant in mutants(FIGURES / "index.py", rules.FIGURES) if "offset=([6 → 7]" in mutant.change]
    verdicts = apart(try_figures, [*sample(FIGURES / "index.py", 3), looks[0]])
    assert [mutant.name for mutant, verdict in verdicts if not verdict] == []


def test_a_mutant_that_cannot_be_imported_is_caught() -> None:
    """A figure whose module fails as it is imported is not drawn."""
    path = FIGURES / "index.py"
    ((_, verdict),) = apart(try_figures, [Mutant(path, 1, 1, "", "", f"{path.read_text()}\n{{}}['none']\n")])
    assert "cannot be imported" in verdict


def test_code_that_is_caught_unchanged_teaches_nothing(tmp_path: Path) -> None:
    """A study of code that is not as recorded is refused."""
    moved = tmp_path / "index.py"
    moved.write_text((FIGURES / "index.py").read_text().replace("depth: int = 50", "depth: int = 40"))
    with pytest.raises(Unsound, match="index.py is caught without any change: index.whole: "):
        apart(try_figures, sample(moved, 1))


def test_what_is_recorded_is_no_truth() -> None:
    """The trials of the library cannot read a recorded value."""
    with pytest.raises(Unsound, match="scalar.json is read, but what is recorded is no independent truth"):
        apart(read_a_record)


def read_a_record() -> str:
    """Read a recorded value where the library is tried."""
    sys.addaudithook(keep_records_shut)
    return (ROOT / "tests" / "recorded" / "scalar.json").read_text()


def endless(chosen: list[Mutant]) -> list[tuple[Mutant, str]]:
    """Try mutants that never end."""
    return list(tried(forever, chosen, lambda _: 0))


def forever(_: Mutant) -> str:
    """Never return."""
    while True:
        pass


def test_a_mutant_that_never_ends_is_noticed(module: Path) -> None:
    """Whoever runs for longer than its time is ended, and that is a verdict."""
    one = mutants(module, {})[0]
    assert apart(endless, [one]) == [(one, LIMIT)]


def test_every_survivor_has_a_reason_and_every_reason_a_survivor(module: Path) -> None:
    """A survivor without a reason is missed, and so is a reason whose mutant was caught or is gone."""
    one, other = mutants(ROOT / "src" / "gradients" / "_checks.py", {})[:2]
    assert not explained({one.name: one}, {one.name: "the same"}).missed
    silent, stale = explained({one.name: one}, {other.name: "the same"}).survivors
    assert (
        str(silent)
        == f"src/gradients/_checks.py:{one.line}:{one.column}: {one.change}: survives, and no reason is known"
    )
    assert str(stale) == f"tests/studies/equivalent.toml:1:1: {other.name} is no survivor"
