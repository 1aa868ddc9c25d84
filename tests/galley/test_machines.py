"""Other machines: the checks, and the recorded values, hold with the kernels and instructions of other processor generations."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.galley.book import ROOT, copied

KERNELS = {"x86_64": ("Nehalem", "Haswell"), "aarch64": ("ARMV8", "NEOVERSEN1")}.get(platform.machine(), ())
WIDE = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])  # instructions that NumPy chooses to use here
# Each with the matrix products of an older generation, and without the instructions that it did not have.
MACHINES = {
    kernel: {"OPENBLAS_CORETYPE": kernel, "NPY_DISABLE_CPU_FEATURES": " ".join(WIDE[older:])}
    for older, kernel in enumerate(KERNELS)
}
NUDGED = {
    "PYTHONPATH": str(ROOT / "tests/studies/nudged")
}  # the same machine, with random numbers that are off by a bit
ASK = "import numpy, threadpoolctl; print([pool['architecture'] for pool in threadpoolctl.threadpool_info()][0])"
SUM = "import numpy; a = numpy.random.default_rng(0).normal(size=(300, 300)); print((a @ a @ a @ a).sum().hex())"
EXP = "import numpy; a = numpy.linspace(0, 5, 10001); print(hash((numpy.exp(a) + numpy.tanh(a)).tobytes()))"
DRAW = "import numpy; print(*numpy.random.default_rng(0).normal(size=9))"


def ask(command: str, played: dict[str, str]) -> str:
    """Return what a program says that runs as if on another machine."""
    environment = {**os.environ, **played, "PYTHONHASHSEED": "0"}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.skipif(not KERNELS, reason="this NumPy brings the kernels of one processor generation only")
@pytest.mark.parametrize("question", [ASK, SUM, *([EXP] if "X86_V3" in WIDE else [])])
def test_the_machines_differ(question: str) -> None:
    """The generations that the tests play are really others, which round otherwise."""
    assert len({ask(question, played) for played in MACHINES.values()}) == len(MACHINES)


def test_nudged_numbers_are_others_and_near() -> None:
    """Where the study of machines nudges random numbers, they really are others, by a bit."""
    drawn, nudged = (np.array(ask(DRAW, played).split(), float) for played in ({}, NUDGED))
    assert (drawn != nudged).any()
    np.testing.assert_allclose(nudged, drawn, rtol=1e-15)


@pytest.mark.parametrize("machine", KERNELS[:1])  # the oldest, which differs most
def test_the_checks_hold(machine: str, tmp_path: Path) -> None:
    """Two pages of long matrix products and trainings agree there with what was recorded elsewhere; `make bench` checks all."""
    book = copied(tmp_path)
    kept = ROOT / ".cache" / machine  # of its own, as no key names the machine
    kept.mkdir(parents=True, exist_ok=True)
    (book.root / ".cache").symlink_to(kept)
    environment = {**os.environ, **MACHINES[machine], "GALLEY_QUIET": "1"}
    command = [sys.executable, "-m", "galley.cli", "check", "docs/chain.md", "docs/diagnosis.md"]
    done = subprocess.run(command, cwd=book.root, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
