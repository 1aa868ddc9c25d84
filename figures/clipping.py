"""The figures of the chapter *clipping*."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.ticker import MultipleLocator

from galley.figure import arrow, band, label, note, number, powers, readout, rule, slider
from gradients import clipping

Vector = tuple[float, float]
ARROWS: tuple[Vector, ...] = ((2.6, 0.5), (1.3, 1.5), (-0.5, 0.4), (-2.2, -0.7), (0.3, -1.6))


def _plane(figure: Figure, vectors: Sequence[Vector], height: float) -> Axes:
    """Return axes of one unit in both directions that hold all `vectors`."""
    figure.set_size_inches(400 / 72, height / 72)
    axes = figure.subplots()
    axes.set_aspect("equal")
    reach = np.abs(np.array([*vectors, (1.0, 1.0)])).max(axis=0) + 0.35
    axes.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), xlabel="first entry", ylabel="second entry")
    axes.xaxis.set_major_locator(MultipleLocator(1))
    axes.yaxis.set_major_locator(MultipleLocator(1))
    axes.axhline(0, color="grid", linewidth=0.8, zorder=0)
    axes.axvline(0, color="grid", linewidth=0.8, zorder=0)
    axes.grid(False)
    return axes


def geometry(
    figure: Figure,
    *,
    norm: float = slider(0.2, 2.6, step=0.2, start=2.6, label=r"norm $\|g\|$"),
    threshold: float = slider(0.2, 1.8, step=0.2, start=1.0, label=r"threshold $\tau$"),
    vectors: Sequence[Vector] = ARROWS,
) -> None:
    """What clipping by norm does to single gradients: those that leave the disc are drawn back to its edge."""
    axes = _plane(figure, vectors, 275)
    axes.add_patch(Circle((0, 0), threshold, facecolor="accent_soft", edgecolor="accent", linewidth=1.2, zorder=0.5))
    first = norm * clipping.clip_by_norm(vectors[0], 1)
    for vector in ((float(first[0]), float(first[1])), *vectors[1:]):
        clipped = clipping.clip_by_norm(vector, threshold)
        role = "accent" if np.allclose(clipped, vector) else "warm"
        axes.plot(*zip(clipped, vector, strict=True), color="warm", linestyle="--", linewidth=1.0)
        axes.plot(*vector, "o", color=role, markersize=4)
        arrow(axes, (0, 0), (float(clipped[0]), float(clipped[1])), "accent")
    note(axes, (float(first[0]), float(first[1])), "$g$", offset=(2, 8), va="bottom")
    edge = clipping.clip_by_norm((1.0, -0.9), 1) * threshold
    note(axes, (float(edge[0]), float(edge[1])), r"norm $\tau$", offset=(5, -4), va="top", color="accent")
    share = float(clipping.coefficient(norm, threshold))
    fate = f"shortened to ${number(100 * share)}$ % of its length" if share < 1 else "left as it is"
    said = rf"$\|g\| = {number(norm, decimals=1)}$, $\tau = {number(threshold, decimals=1)}$"
    readout(figure, f"{said}: the gradient is {fate}.")


def response(figure: Figure, *, threshold: float = 1.0, largest: float = 4.0) -> None:
    """The norm that comes out against the norm that goes in: a straight line with one kink."""
    axes = figure.subplots()
    norms = np.linspace(0, largest, 201)
    axes.plot(norms, norms, color="warm", linestyle="--", label="not clipped")
    axes.plot(norms, norms * clipping.coefficient(norms, threshold), color="accent", label="clipped")
    axes.set(xlim=(0, largest), ylim=(0, largest), xlabel=r"norm before, $\|g\|$", ylabel="norm after")
    axes.set_xticks([0, threshold, largest], [f"${number(0)}$", r"$\tau$", rf"${number(int(largest))}\,\tau$"])
    axes.set_yticks([0, threshold, largest], [f"${number(0)}$", r"$\tau$", rf"${number(int(largest))}\,\tau$"])
    label(axes.lines[0], "not clipped", at=largest * 0.7, offset=(-6, 0), ha="right")
    label(axes.lines[1], "clipped", at=largest * 0.7)


def values(
    figure: Figure, *, limit: float = 1.0, vectors: Sequence[Vector] = ((3.0, 0.8), (-2.6, -0.5), (-0.6, 0.5))
) -> None:
    """What clipping by value does to single gradients: each entry alone, so that most long ones turn."""
    axes = _plane(figure, vectors, 205)
    square = {"facecolor": "accent2_soft", "edgecolor": "accent2", "linewidth": 1.2}
    axes.add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, **square))
    for vector in vectors:
        by_value, by_norm = clipping.clip_by_value(vector, limit), clipping.clip_by_norm(vector, limit)
        if not np.array_equal(by_value, vector):
            axes.plot(*zip(by_norm, vector, strict=True), color="warm", linestyle="--", linewidth=1.0)
            axes.plot(*vector, "o", color="warm", markersize=4)
            arrow(axes, (0, 0), (float(by_norm[0]), float(by_norm[1])), "accent")
            side = 1 if vector[1] > 0 else -1
            text = f"turned by ${number(clipping.angle(vector, by_value))}$°"
            note(axes, vector, text, offset=(8 * side, 9 * side), ha="right" if side > 0 else "left")
        arrow(axes, (0, 0), (float(by_value[0]), float(by_value[1])), "accent2")
    longest = vectors[0]
    by_value, by_norm = clipping.clip_by_value(longest, limit), clipping.clip_by_norm(longest, limit)
    note(axes, (float(by_value[0]), float(by_value[1])), "by value", offset=(6, 0), color="accent2")
    note(axes, (float(by_norm[0]), float(by_norm[1])), "by norm", offset=(8, -9), color="accent")
    note(axes, longest, "gradient", offset=(8, -10), ha="right", va="top", color="warm")


def wall(
    figure: Figure, *, w: float = 4.94, lowest: float = -3.1, highest: float = -2.2, edge: float = -2.5750214
) -> None:
    """A cut through the loss of the recurrent unit along its bias, and the norm of the gradient there."""
    figure.set_size_inches(400 / 72, 300 / 72)
    above, below = figure.subplots(2, 1, sharex=True)
    near = np.geomspace(1e-6, 0.3, 120)
    biases = np.unique(np.concatenate([np.linspace(lowest, highest, 181), edge - near, edge + near]))
    gradients = clipping.cliff_gradient(np.full(biases.shape, w), biases)
    norms = [clipping.global_norm([gradient]) for gradient in gradients.T]
    above.plot(biases, clipping.cliff_loss(w, biases), color="ink", label="loss")
    below.plot(biases, norms, color="warm", label="gradient norm")
    below.set(yscale="log", xlim=(lowest, highest), ylim=(1e-2, 1e4), xlabel="bias $b$")
    above.set(ylim=(0, 0.45), ylabel=r"loss $ℒ$")
    below.set_ylabel(r"norm $\|g\|$")
    powers(below.yaxis, most=4)
    top = int(np.argmax(norms))
    note(below, (float(biases[top]), norms[top]), f"${number(norms[top], 3)}$", offset=(6, 0), color="warm")


def cliff(
    figure: Figure,
    *,
    threshold: float = slider(0.125, 64, count=10, start=0.5, label=r"threshold $\tau$"),
    w: float = 4.9,
    b: float = -3.1,
    rate: float = 0.05,
    steps: int = 100,
) -> None:
    """Two descents on the same surface from the same start, one of them clipped."""
    figure.set_size_inches(400 / 72, 300 / 72)
    axes = figure.subplots()
    weights, biases = np.linspace(3.7, 5.2, 61), np.linspace(-4.5, -2.2, 921)
    losses = clipping.cliff_loss(weights, biases[:, None])
    axes.contourf(weights, biases, losses, levels=[0, 0.05], colors="accent_soft")
    lines = axes.contour(weights, biases, losses, levels=[0.05, 0.35, 0.4, 0.45], colors="edge", linewidths=0.6)
    for level, paths in zip(lines.levels, lines.allsegs, strict=True):
        for x, y in np.concatenate([path[[0, -1]] for path in paths]):
            if np.isclose(x, weights[0]):
                note(axes, (float(x), float(y)), f"${number(level)}$", offset=(5, 2), va="bottom", color="edge")
    plain = clipping.cliff_descent(w, b, rate, steps)
    clipped = clipping.cliff_descent(w, b, rate, steps, threshold)
    axes.plot(*plain.T, color="warm", linestyle="--", marker="o", markersize=2.5, linewidth=1.0, label="not clipped")
    axes.plot(*clipped.T, color="accent", marker="o", markersize=2.5, linewidth=1.0, label="clipped")
    axes.plot(w, b, "o")
    axes.grid(False)
    axes.set(xlim=(3.7, 5.2), ylim=(-4.5, -2.2), xlabel="weight $w$", ylabel="bias $b$")
    note(axes, (w, b), "start", offset=(0, -6), ha="center", va="top")
    note(axes, (float(plain[-1, 0]), float(plain[-1, 1])), "not clipped", offset=(8, 0), color="warm")
    end = (float(clipped[-1, 0]), float(clipped[-1, 1]))
    note(axes, end, "clipped", offset=(-8, -8), ha="right", va="top", color="accent")
    note(axes, (5.15, -2.35), "low loss", ha="right", color="accent")
    note(axes, (5.15, -3.9), "plateau of high loss", ha="right", color="edge")
    left = float(clipping.cliff_loss(*end))
    said = rf"$\tau = {number(threshold, decimals=3 if threshold < 1 else 0)}$: after {steps} steps the loss is"
    readout(
        figure,
        f"{said} ${number(left, decimals=3)}$, without clipping ${number(float(clipping.cliff_loss(*plain[-1])), decimals=3)}$.",
    )


def losses(
    figure: Figure, *, w: float = 4.9, b: float = -3.1, rate: float = 0.05, steps: int = 100, threshold: float = 0.5
) -> None:
    """The loss along the two descents, step by step."""
    axes = figure.subplots()
    plain = clipping.cliff_descent(w, b, rate, steps)
    clipped = clipping.cliff_descent(w, b, rate, steps, threshold)
    axes.plot(clipping.cliff_loss(*plain.T), color="warm", linestyle="--", label="not clipped")
    axes.plot(clipping.cliff_loss(*clipped.T), color="accent", label="clipped")
    axes.set(xlim=(0, steps), ylim=(0, 0.55), xlabel="step", ylabel=r"loss $ℒ$")
    label(axes.lines[0], "not clipped", at=steps * 0.9)
    label(axes.lines[1], "both", at=steps * 0.4, offset=(0, 6))
    note(axes, (steps, 0.1), "clipped", offset=(5, 0), color="accent")


def starving(
    figure: Figure, *, layers: int = 9, first: float = 1e3, last: float = 1e-1, threshold: float = 1.0
) -> None:
    """The norms of the gradients of nine layers before and after clipping, by one global norm and layer by layer."""
    axes = figure.subplots()
    before = np.geomspace(first, last, layers)
    gradients = [[norm] for norm in before]
    together = np.concatenate(clipping.clip_by_global_norm(gradients, threshold))
    alone = np.concatenate([clipping.clip_by_norm(gradient, threshold) for gradient in gradients])
    layer = np.arange(1, layers + 1)
    axes.set(yscale="log", xlim=(0.7, layers + 0.3), ylim=(1e-5, 1e4), xticks=layer)
    axes.set(xlabel="layer", ylabel="norm of the layer's gradient")
    circles = {"linestyle": "none", "marker": "o", "markersize": 10, "markerfacecolor": "paper", "zorder": 1.8}
    circles |= {"markeredgecolor": "accent", "markeredgewidth": 1.3}
    texts = {
        axes.plot(layer, before, color="warm", linestyle="--", marker="o", label="before")[0]: "before",
        axes.plot(layer, together, color="cool", marker="o", label="one norm")[0]: "one norm for all",
        axes.plot(layer, alone, color="accent", label="alone", **circles)[0]: "each layer alone",
    }
    powers(axes.yaxis)
    rule(axes, y=threshold, text=r"$\tau$")
    for (line, text), (at, offset) in zip(texts.items(), ((3, (6, 4)), (5, (6, 3)), (3, (0, 8))), strict=True):
        label(line, text, at=at, offset=offset, ha="left")


def bias(figure: Figure, *, values: Sequence[float] = (10, -1), probabilities: Sequence[float] = (0.1, 0.9)) -> None:
    """The mean of clipped noisy gradients against the threshold: its sign turns."""
    axes = figure.subplots()
    thresholds = np.geomspace(0.1, 20, 240)
    means = np.array([clipping.clipped_mean(values, probabilities, each) for each in thresholds])
    axes.set(xscale="log", xlim=(0.1, 20), ylim=(-1, 0.35))
    axes.set(xlabel=r"threshold $\tau$", ylabel="mean of the clipped gradients")
    axes.set_xticks([0.1, 1, 10], [f"${number(each, 1)}$" for each in (0.1, 1, 10)])
    axes.minorticks_off()
    band(axes, thresholds, np.full(means.shape, -1.0), np.zeros(means.shape), "edge")
    axes.plot(thresholds, means, color="accent", label="mean")
    true = clipping.clipped_mean(values, probabilities, max(abs(value) for value in values))
    rule(axes, y=true)
    note(axes, (0.1, true), f"true mean ${number(true, 1)}$", offset=(4, 3), va="bottom", color="edge")
    note(axes, (0.1, -1), "wrong sign", offset=(6, 10), va="bottom")


def adam(figure: Figure, *, spike: int = 1000, height: float = 1e3, steps: int = 4000, threshold: float = 1.0) -> None:
    """Adam's step before and after one huge gradient among ones, with and without clipping."""
    axes = figure.subplots()
    after = np.arange(1, steps + 1) - spike
    axes.plot(after, clipping.adam_response(spike, height, steps), color="warm", linestyle="--", label="not clipped")
    axes.plot(after, clipping.adam_response(spike, height, steps, threshold), color="accent", label="clipped")
    axes.set(yscale="log", xlim=(-300, steps - spike), ylim=(1e-2, 10))
    axes.set(xlabel="steps after the spike", ylabel="step, in learning rates")
    powers(axes.yaxis)
    label(axes.lines[0], "not clipped", at=(steps - spike) * 0.6, offset=(0, -8), va="top")
    label(axes.lines[1], "clipped", at=(steps - spike) * 0.6)
