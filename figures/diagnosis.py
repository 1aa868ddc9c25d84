"""The figures of the chapter *diagnosis*."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from galley.figure import band, label, label_lines, note, number, powers, rule
from gradients import activations, diagnosis

HE = activations.critical_scale(
    "relu"
)  # the scale at which a wide layer of ReLUs hands a gradient on as long as it came
VANISHES: dict[str, Any] = {"activation": "logistic", "scale": 1.0, "rate": 1.0}
EXPLODES: dict[str, Any] = {"activation": "relu", "scale": 2.1, "rate": 0.1}
TOO_FAST: dict[str, Any] = {"activation": "relu", "scale": HE, "rate": 3.0}
DEAD: dict[str, Any] = {"activation": "relu", "scale": HE, "rate": 0.1, "bias": -1.0}
HEALTHY: dict[str, Any] = {"activation": "relu", "scale": HE, "rate": 0.1}


def layers(figure: Figure) -> None:
    """How long the gradient by each layer's outputs is before the first step, in four networks."""
    figure.set_size_inches(400 / 72, 280 / 72)
    axes = figure.subplots()
    axes.set(yscale="log", ylim=(1e-8, 1e2), xlabel="hidden layer", ylabel="length of the gradient")
    for setting, colour, style, text, beside, offset in (
        (EXPLODES, "warm", "--", "explodes", 3, (0, 16)),
        (HEALTHY, "accent", "-", "healthy", 3, (0, -22)),
        (VANISHES, "cool", "-.", "vanishes", 4, (8, -14)),
    ):
        found = diagnosis.train(**setting, steps=0)["gradient"][0]
        layer = np.arange(1, len(found) + 1)
        band(axes, layer, found.min(axis=1), found.max(axis=1), colour, series=f"{text}, seeds")
        shown = {"color": colour, "linestyle": style, "marker": "o", "markersize": 3, "label": text}
        line = axes.plot(layer, np.median(found, axis=1), **shown)[0]
        label(line, text, at=beside, offset=offset, ha="left")
    found = np.median(diagnosis.train(**DEAD, steps=0)["gradient"][0], axis=1)
    alive = np.flatnonzero(found)
    axes.plot(alive + 1, found[alive], "s", color="ink", markersize=5, label="dead")
    note(
        axes, (float(alive[0] + 1), float(found[alive[0]])), "dead: zero\nbefore the last", offset=(2, -38), ha="right"
    )
    axes.set_xticks(layer)
    powers(axes.yaxis)


def speeds(figure: Figure, *, shown: Sequence[int] = (1, 4, 7, 10), usual: float = 1e-3) -> None:
    """How far each step moves the weights of a layer, over their own length, in a network that learns and one that does not."""
    figure.set_size_inches(400 / 72, 290 / 72)
    lost, _ = diagnosis.lost_update("float32")
    drawn: list[tuple[Axes, dict[Line2D, str]]] = []
    for axes, (title, colour, setting) in zip(
        figure.subplots(1, 2, sharey=True),
        (("vanishes", "cool", VANISHES), ("healthy", "accent", HEALTHY)),
        strict=True,
    ):
        found = diagnosis.train(**setting)["update"]
        axes.set(yscale="log", xlim=(0, len(found) - 1), ylim=(1e-10, 1), xlabel="step", title=title)
        texts: dict[Line2D, str] = {}
        for layer, style in zip(shown, ("-", "--", "-.", ":"), strict=True):
            text = f"layer {layer}"
            line = axes.plot(np.median(found[:, layer - 1], axis=1), color=colour, linestyle=style, label=text)[0]
            texts[line] = f"${number(layer)}$"
        rule(axes, y=usual)
        rule(axes, y=lost)
        drawn.append((axes, texts))
    (left, _), (right, _) = drawn
    left.set_ylabel("step over weights")
    powers(left.yaxis)
    note(left, (len(found) - 1, usual), "usual", offset=(0, 7), ha="right", color="edge")
    note(right, (len(found) - 1, lost), "lost in float32", offset=(0, 7), ha="right", color="edge")
    for axes, texts in drawn:
        label_lines(axes, texts)


def repairs(figure: Figure, *, steps: int = 300, most: float = 1e6) -> None:
    """The loss before and after each repair, in four networks."""
    figure.set_size_inches(400 / 72, 400 / 72)
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, title, lines in zip(
        grid.flat,
        ("vanishes", "explodes", "too fast", "dead"),
        (
            (
                (VANISHES, "cool", "-", "before", 60, (0, -12)),
                (VANISHES | {"skip": 0.1}, "accent", "--", "skips", 4, (0, 10)),
            ),
            (
                (EXPLODES, "warm", "-", "before", 3, (10, 0)),
                (EXPLODES | {"threshold": 1.0, "steps": 99}, "accent2", "-.", "clipped", 16, (0, 14)),  # chaotic later
                (EXPLODES | {"scale": HE}, "accent", "--", "smaller", 2, (0, -16)),
            ),
            (
                (TOO_FAST, "warm", "-", "before", 3, (14, 0)),
                (TOO_FAST | {"rate": 0.1}, "accent", "--", "slower", 4, (0, -16)),
            ),
            (
                (DEAD, "cool", "-", "before", 60, (0, 6)),
                (DEAD | {"bias": 0.0}, "accent", "--", "bias zero", 4, (0, -16)),
            ),
        ),
        strict=True,
    ):
        axes.set(xscale="log", yscale="log", xlim=(1, steps), ylim=(1e-4, 1e4), title=title)
        for setting, colour, style, text, beside, offset in lines:
            found = diagnosis.train(**{"steps": steps - 1, **setting})["loss"]
            inside = (found < most).all(axis=1)
            step, seen = 1 + np.flatnonzero(inside), found[inside]
            band(axes, step, seen.min(axis=1), seen.max(axis=1), colour, series=f"{text}, seeds")
            line = axes.plot(step, np.median(seen, axis=1), color=colour, linestyle=style, label=text)[0]
            label(line, text, at=beside, offset=offset, ha="left" if beside < 5 else "center")
    for axes in grid[1]:
        axes.set_xlabel("step")
        powers(axes.xaxis)
    for axes in grid[:, 0]:
        axes.set_ylabel("loss")
        powers(axes.yaxis)
