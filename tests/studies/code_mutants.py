"""Mutants of code: (c) the library's, held against independent truth alone; (d) the figures', held against the record.

A mutant of `src/gradients` is caught if a test of its chapter fails; the recorded values are out of reach of those tests. A mutant of
`figures` is caught if the press cannot draw the figure, complains of the module, or finds what was drawn other than recorded.
Survivors that no test could tell from the original stand in `equivalent.toml`, each with its reason.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from galley.check.figure_lint import lint
from galley.drawing.snapshot import compare
from galley.run.imports import Broken
from tests.studies import rules
from tests.studies.mutation import Mutant, mutants, uses
from tests.studies.rows import Row, Survivor
from tests.studies.trials import apart, tried

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "src" / "gradients"
TESTS = ROOT / "tests"
FIGURES = ROOT / "figures"
MARK = 0.97  # the share that has to be caught, whatever the reasons for the rest
EXAMPLES = 50  # of each property

Verdicts = list[tuple[Mutant, str]]


class Unsound(Exception):
    """The code fails without any change, so that nothing can be learned from a change of it."""


def library_mutants() -> list[Mutant]:
    """Return all mutants of the library."""
    return [mutant for path in sorted(LIBRARY.glob("*.py")) for mutant in mutants(path, rules.LIBRARY)]


def figure_mutants() -> list[Mutant]:
    """Return all mutants of the figures."""
    return [mutant for path in sorted(FIGURES.glob("*.py")) for mutant in mutants(path, rules.FIGURES)]


# The library


def try_library(chosen: Sequence[Mutant]) -> Verdicts:
    """Try mutants of the library against the tests of their chapters. It takes a fresh process."""
    sys.addaudithook(keep_records_shut)
    tester = _Tester(chosen)
    files = [str(path) for path in tester.files]
    quiet = ["--capture=no", "-pno:cacheprovider", "-pno:terminal"]
    pytest.main([*files, "--rootdir", str(ROOT), "--noconftest", *quiet], plugins=[tester])
    if tester.trouble:
        raise tester.trouble
    return tester.verdicts


def keep_records_shut(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse to open a recorded value: a hook for `sys.addaudithook`."""
    if event == "open" and "recorded" in str(arguments[0]) and Path(str(arguments[0])).parent == TESTS / "recorded":
        raise Unsound(f"{arguments[0]} is read, but what is recorded is no independent truth")


class _Tester:
    """A plugin that runs the tests collected once for each mutant, until one fails, instead of once."""

    def __init__(self, chosen: Sequence[Mutant]) -> None:
        self.chosen = chosen
        self.verdicts: Verdicts = []
        self.trouble: Exception | None = Unsound("the tests could not be collected")
        self.failed = False
        modules = sorted(LIBRARY.glob("*.py"))
        everyone = [TESTS / f"test_{path.stem}.py" for path in modules if (TESTS / f"test_{path.stem}.py").is_file()]
        own = {
            path.stem: [file for file in everyone if file.stem == f"test_{path.stem}"] or everyone for path in modules
        }
        self.tests = {stem: {file: uses(file, *modules) for file in files} for stem, files in own.items()}
        self.files = sorted({file for mutant in chosen for file in own[mutant.path.stem]})

    def pytest_configure(self) -> None:
        """Let properties be tried on the same few examples each time, and end at the first that fails."""
        from hypothesis import Phase, settings  # here, for pytest has to import it first

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile(
            "mutants", derandomize=True, database=None, deadline=None, max_examples=EXAMPLES, phases=phases
        )
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        try:
            self._run(session.items)
            self.trouble = None
        except Exception as trouble:
            self.trouble = trouble
        return True

    def _run(self, items: Sequence[pytest.Item]) -> None:
        wanted = {mutant.name: [item for item in items if self._reaches(item, mutant)] for mutant in self.chosen}
        needed = dict.fromkeys(item for some in wanted.values() for item in some)

        def unchanged(_: Mutant) -> dict[str, float]:
            times = {}
            for item in needed:
                start = time.process_time()
                if self._fails(item):
                    raise Unsound(f"{item.nodeid} fails without any change")
                times[item.nodeid] = time.process_time() - start
            return times

        (_, times), *_ = tried(unchanged, self.chosen[:1], lambda _: 600)  # in a fork as all others
        if isinstance(times, str):
            raise Unsound(f"the tests cannot be run without any change: {times}")
        for some in wanted.values():
            some.sort(key=lambda item: times[item.nodeid])

        def trial(mutant: Mutant) -> str:
            module = f"{LIBRARY.name}.{mutant.path.stem}"
            try:
                _load(mutant.source, module)
                for other in [name for name in sys.modules if name.startswith(f"{LIBRARY.name}.") and name != module]:
                    _load((LIBRARY / f"{other.rpartition('.')[2]}.py").read_text(encoding="utf-8"), other)
            except Exception as error:
                return f"it cannot be imported: {error}"
            return next((item.nodeid for item in wanted[mutant.name] if self._fails(item)), "")

        def seconds(mutant: Mutant) -> float:
            return 5 + 4 * sum(times[item.nodeid] for item in wanted[mutant.name])

        self.verdicts = list(tried(trial, self.chosen, seconds))

    def _reaches(self, item: pytest.Item, mutant: Mutant) -> bool:
        """Tell whether a test leads to what a mutant changes, over whatever names."""
        known = self.tests[mutant.path.stem].get(item.path, {})
        return mutant.within(known.get(getattr(item, "originalname", item.name), set()))

    def _fails(self, item: pytest.Item) -> bool:
        self.failed = False
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return self.failed


def _load(source: str, name: str) -> None:
    """Run `source` in the place of a module that is imported already, so that all who hold it see the change."""
    module = sys.modules[name]
    exec(compile(source, str(module.__file__), "exec"), module.__dict__)


# The figures


def try_figures(chosen: Sequence[Mutant]) -> Verdicts:
    """Try mutants of the figures against the record. It takes a fresh process."""
    from galley.drawing.draw import draw_named
    from galley.drawing.drawing import FigureError  # here, for the library's trials need no matplotlib

    stems = {mutant.path.stem: mutant.path for mutant in chosen}
    records: dict[str, dict[str, Any]] = {}
    for path in sorted((TESTS / "recorded").glob("*.json")):
        records |= json.loads(path.read_text(encoding="utf-8"))["figures"]
    reached = {stem: uses(path) for stem, path in stems.items()}

    def trial(mutant: Mutant) -> str:
        stem = mutant.path.stem
        for problem in lint(mutant.source, mutant.path):
            return f"lint: {problem.wrong}"
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "figures").mkdir()
            (root / "figures" / mutant.path.name).write_text(mutant.source, encoding="utf-8")
            (root / "src").symlink_to(ROOT / "src")
            for name, recorded in records.items():
                chapter, _, function = name.partition(".")
                if chapter == stem and (not mutant.scope or mutant.within(reached[stem][function])):
                    for moving in (False, True) if "stops" in recorded else (False,):  # the start alone is soon drawn
                        expected = recorded if moving else {key: recorded[key] for key in recorded if key != "stops"}
                        try:
                            drawing = draw_named((root / "figures", root / "src"), stem, function, moving=moving)
                        except (FigureError, Broken) as error:
                            return f"{name}: {error}"
                        for moved in compare(expected, drawing.record):
                            return f"{name}: {moved}"
        return ""

    unchanged = [Mutant(path, 1, 1, "", "", path.read_text(encoding="utf-8")) for path in stems.values()]
    for mutant, verdict in tried(trial, unchanged, lambda _: 100):
        if verdict:
            raise Unsound(f"{mutant.path.name} is caught without any change: {verdict}; run make accept first")
    return list(tried(trial, chosen, lambda _: 20))


# The study


def run() -> list[Row]:
    """Print what was left out and why the survivors did survive; return a row for each kind of code, and one for the reasons."""
    reasons = equivalents()
    rows, survived = [], {}
    kinds: list[tuple[str, Callable[[], list[Mutant]], Callable[[Sequence[Mutant]], Verdicts]]] = [
        ("(c) src/gradients, without the record", library_mutants, try_library),
        ("(d) figures, with the record", figure_mutants, try_figures),
    ]
    for name, made, work in kinds:
        start = time.monotonic()
        everyone = made()
        for rule, count in Counter(mutant.apart for mutant in everyone if mutant.apart).items():
            print(f"{name}: {count} left out: {rule}")
        chosen = [mutant for mutant in everyone if not mutant.apart]
        missed = sorted((mutant for mutant, verdict in apart(work, chosen) if not verdict), key=lambda each: each.name)
        survived |= {mutant.name: mutant for mutant in missed}
        survivors = [_survivor(mutant, reasons.get(mutant.name, "no reason is known")) for mutant in missed]
        total, left = len(chosen), len(everyone) - len(chosen)
        rows.append(Row(name, total - len(missed), total, left, survivors, MARK))
        print(f"{name}: {total - len(missed)} of {total} caught in {time.monotonic() - start:.0f} s", flush=True)
    return [*rows, explained(survived, reasons)]


def equivalents() -> dict[str, str]:
    """Return, by name, why a mutant can survive."""
    listed = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8"))["equivalent"]
    return {name: entry["why"] for entry in listed for name in entry["mutants"]}


def explained(survived: dict[str, Mutant], reasons: dict[str, str]) -> Row:
    """Return the row of the reasons: each survivor needs one, and each reason its survivor."""
    silent = [
        _survivor(mutant, "survives, and no reason is known")
        for name, mutant in survived.items()
        if name not in reasons
    ]
    place = Path(__file__).with_name("equivalent.toml").relative_to(ROOT)
    stale = [Survivor(str(place), 1, 1, f"{name} is no survivor") for name in reasons if name not in survived]
    total = len(survived.keys() | reasons.keys())
    return Row("(c, d) survivors with a reason", total - len(silent) - len(stale), total, 0, [*silent, *stale])


def _survivor(mutant: Mutant, why: str) -> Survivor:
    return Survivor(str(mutant.path.relative_to(ROOT)), mutant.line, mutant.column, f"{mutant.change}: {why}")
