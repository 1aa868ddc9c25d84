"""The figure of the book's first page."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from galley.figure import arrow, cells, note, number
from gradients import scalar


def whole(figure: Figure, *, depth: int = 50, gains: Sequence[float] = (1.2, 1.1, 1.05, 1.0, 0.95, 0.9, 0.8)) -> None:
    """What is left of the gradient on its way back from the loss, one row for each gain: fading, kept, or growing."""
    axes = figure.subplots()
    back = np.arange(depth, -1, -1)
    left = [[scalar.log10_magnitude(gain, int(layers)) for layers in back] for gain in gains]
    cells(axes, left, limit=3.0, series="log10 of the gradient")
    axes.set_aspect("auto")
    axes.set_xlim(0, depth + 1)
    for row, gain in enumerate(gains):
        role = "cool" if gain < 1 else "warm" if gain > 1 else "edge"
        reached = scalar.factor(gain, depth)
        text = (
            number(reached, 3) if reached >= 1 else number(reached, decimals=4) if reached > 1e-3 else number(reached)
        )
        note(axes, (0, row + 0.5), f"${text}$", offset=(-6, 0), ha="right", color=role)
        note(axes, (depth + 1, row + 0.5), f"${number(gain, decimals=2)}$", offset=(6, 0), color=role)
        if gain == 1:
            note(axes, (depth / 2, row + 0.5), "unchanged", ha="center", color=role)
    rows = len(gains)
    note(axes, (0, 0), "what arrives", offset=(-6, 10), ha="right", va="bottom", color="muted")
    note(axes, (depth + 1, 0), "gain", offset=(6, 10), va="bottom", color="muted")
    arrow(axes, (depth + 1, -0.32), (0, -0.32), "muted")
    note(axes, (depth / 2, -0.32), "the gradient travels back", offset=(0, 5), ha="center", va="bottom", color="muted")
    for layers in range(0, depth + 1, 10):
        note(axes, (depth + 0.5 - layers, rows), f"${layers}$", offset=(0, -5), ha="center", va="top", color="muted")
    note(axes, (depth / 2, rows), "layers passed", offset=(0, -20), ha="center", va="top", color="muted")
