"""Runs the PyTorch code of the page *diagnosis* on networks of the library, and keeps what it measured and printed.

`make torch` runs it in an environment of its own, which has PyTorch and NumPy. The tests only read what it has kept.
"""

import contextlib
import hashlib
import io
import json
import platform
import re
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from gradients import diagnosis

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "data" / "torch.json"
SETTINGS = [("logistic", 1.0, 1.0, "float32"), ("logistic", 1.0, 1.0, "float64"), ("relu", 2**0.5, 0.1, "float64")]


def code(title: str) -> str:
    """Return the code of the page in its fences of one title."""
    page = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    fences = re.finditer(rf'^( *)```\w+ title="{title}"\n(.*?)^\1```$', page, re.DOTALL | re.MULTILINE)
    return "\n".join(textwrap.dedent(each[2]) for each in fences)


def digest(text: str) -> str:
    """Return what tells one code from another."""
    return hashlib.sha256(text.encode()).hexdigest()


def tried(activation: str, scale: float, rate: float, dtype: str) -> dict[str, Any]:
    """Hand the first network of the library to PyTorch, run the page's code on it for one step, and return what came out."""
    import torch  # type: ignore[import-not-found]  # it is in the environment of this study alone

    start = diagnosis.networks(scale, seeds=1)
    kind = getattr(torch, dtype)
    parts: list[Any] = []
    for weights, biases in zip(start.weights, start.biases, strict=True):
        linear = torch.nn.Linear(weights.shape[2], weights.shape[1], dtype=kind)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights[0]))
            linear.bias.copy_(torch.tensor(biases[0, 0]))
        parts += [linear, {"logistic": torch.nn.Sigmoid, "relu": torch.nn.ReLU}[activation]()]
    network = torch.nn.Sequential(*parts[:-1])
    space = {
        "network": network,
        "points": torch.tensor(start.points[0], dtype=kind),
        "labels": torch.tensor(start.labels[0], dtype=kind),
        "optimizer": torch.optim.SGD(network.parameters(), lr=rate),
    }
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code("PyTorch"), "docs/diagnosis.md", "exec"), space)
    rows = space["log"].rows
    setting = {"activation": activation, "scale": scale, "rate": rate, "dtype": dtype}
    return {**setting, "loss": space["loss"].item(), "rows": rows, "printed": printed.getvalue()}


def main() -> None:
    """Try each setting, and write what came out beside the versions and the digest of the code."""
    import torch

    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    runs = [tried(*setting) for setting in SETTINGS]
    provenance = "Made by `make torch`: the PyTorch code of docs/diagnosis.md, one step on networks of the library with the seed 0."
    kept = {"provenance": provenance, "made_with": versions, "code": digest(code("PyTorch")), "runs": runs}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(runs[0]["printed"], end="")


if __name__ == "__main__":
    main()
