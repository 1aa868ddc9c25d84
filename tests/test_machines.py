"""Other machines: the proofs, and all recorded values, hold with the kernels of other processor generations."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KERNELS = {"x86_64": ("Nehalem", "Haswell"), "aarch64": ("ARMV8", "NEOVERSEN1")}.get(platform.machine(), ())
ASK = "import numpy, threadpoolctl; print([pool['architecture'] for pool in threadpoolctl.threadpool_info()][0])"
SUM = "import numpy; a = numpy.random.default_rng(0).normal(size=(300, 300)); print((a @ a @ a @ a).sum().hex())"


def ask(command: str, kernel: str) -> str:
    """Return what a program says that runs with a processor generation's kernels."""
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.skipif(not KERNELS, reason="this NumPy brings the kernels of one processor generation only")
def test_the_kernels_differ() -> None:
    """The generations that the tests play are really other kernels, which round otherwise."""
    assert len({ask(ASK, kernel) for kernel in KERNELS}) == len(KERNELS)
    assert len({ask(SUM, kernel) for kernel in KERNELS}) == len(KERNELS)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_proofs_hold(kernel: str, tmp_path: Path) -> None:
    """Everything is proofed and drawn afresh, and agrees with what was recorded elsewhere."""
    for room in ("docs", "figures", "src", "tests"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
    command = [sys.executable, "-m", "galley.cli", "check"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
