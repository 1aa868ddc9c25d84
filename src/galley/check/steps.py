"""Tests that equations are bound to, run as pytest runs them, each module of them in one job."""

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galley.run import imports

if TYPE_CHECKING:  # which is imported where tests are run, and nowhere else
    import pytest

PLAIN = "--noconftest --import-mode=importlib -p no:cacheprovider -p no:terminal -o addopts=".split()


def run(module: Path, names: tuple[str, ...], package: Path) -> dict[str, str]:
    """Return what each test came to: nothing if it passed, else what failed and where; runs in a worker.

    Tests see what their own module imports and pytest's own fixtures. Hypothesis draws the same examples each time, and keeps none.

    Args:
        module: the file of the tests.
        names: the test functions in it.
        package: the folder of the library's package, beside which tests import it.

    Raises:
        Broken: if the module cannot be imported.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)  # which is meant for whoever calls pytest, and need not be known here
    import pytest

    with contextlib.suppress(ImportError):
        from hypothesis import configuration, settings

        configuration.set_hypothesis_home_dir(os.devnull)  # else what is read of it grows with each run
        settings.register_profile("galley", derandomize=True, database=None, deadline=None)
        settings.load_profile("galley")
    if str(package.parent) not in sys.path:
        sys.path.insert(0, str(package.parent))
    results = _Results(module, package)
    with contextlib.redirect_stderr(io.StringIO()) as said:
        room = f"--confcutdir={module.parent}"  # above which pytest need not look
        pytest.main([*PLAIN, room, *(f"{module}::{name}" for name in names)], plugins=[results])
    if results.broken:
        raise results.broken
    return {name: results.said.get(name, f"it was not run {said.getvalue()[:300]}".strip()) for name in names}


class _Results:
    """Listens to pytest."""

    def __init__(self, *rooms: Path) -> None:
        self.rooms = rooms
        self.said: dict[str, str] = {}
        self.broken: imports.Broken | None = None

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        """Keep what failed first of all that a test is run with."""
        name = report.location[2].partition("[")[0]
        if report.failed:
            self.said[name] = self.said.get(name) or _failure(report)
        elif report.skipped:
            self.said.setdefault(name, "it was skipped")
        elif report.when == "call":
            self.said.setdefault(name, "")

    def pytest_exception_interact(self, call: "pytest.CallInfo[Any]", report: Any) -> None:
        """Keep why a module cannot be imported."""
        error = call.excinfo.value if call.excinfo else None
        if report.when == "collect" and error is not None:
            self.broken = imports.at_import(error.__cause__ or error, *self.rooms)


def _failure(report: "pytest.TestReport") -> str:
    """Return the line that failed and what it said."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr).strip().rpartition("\n")[2]
    return f"{Path(crash.path).name}:{crash.lineno}: {crash.message.partition(chr(10))[0]}"
