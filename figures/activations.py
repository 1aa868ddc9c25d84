"""The figures of the chapter *activations*."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from galley.figure import band, label, label_lines, note, number, powers, readout, rule, slider
from gradients import activations, scalar

LOOKS = {"relu": ("ink", "-.", "ReLU"), "tanh": ("accent2", "--", "tanh"), "logistic": ("accent", "-", "logistic")}
SOFT = {"relu": "edge", "tanh": "accent2", "logistic": "accent"}


def slopes(figure: Figure, *, reach: float = 6.0) -> None:
    r"""The slopes of three activation functions: none exceeds one, and that of the logistic stays below a quarter."""
    axes = figure.subplots()
    a = np.linspace(-reach, reach, 241)
    for name, beside, offset in (("tanh", 1.0, (4, 2)), ("logistic", 2.0, (4, 4))):
        colour, style, title = LOOKS[name]
        slope = activations.named(name)[1](a)
        line = axes.plot(a, slope, color=colour, linestyle=style, label=title)[0]
        label(line, f"{title}, at most ${slope.max():g}$", at=beside, offset=offset, ha="left")
    colour, style, title = LOOKS["relu"]
    for side in (a[a < 0], a[a > 0]):
        axes.plot(side, activations.relu_slope(side), color=colour, linestyle=style, label=title)
    note(axes, (reach / 2, 1), f"{title}, ${number(0)}$ or ${number(1)}$", offset=(0, 5), ha="center", va="bottom")
    axes.set(ylim=(-0.03, 1.15), xlabel="pre-activation $a$", ylabel="slope")


def output(figure: Figure, *, a: float = -6.0, reach: float = 8.0, y: float = 1.0) -> None:
    r"""The derivative at the output for two losses: the steep slope of the cross-entropy cancels the flat sigmoid."""
    figure.set_size_inches(400 / 72, 280 / 72)
    axes = figure.subplots()
    every = np.linspace(-reach, reach, 161)
    by_output, by_pre = r"|\partial ℒ / \partial ŷ|", r"|\partial ℒ / \partial a_2|"
    for function, colour, style, text, beside, shift, side in (
        (activations.cross_entropy_slope, "muted", ":", f"${by_output}$, cross-entropy", 0, (6, 6), "left"),
        (activations.cross_entropy_gradient, "accent", "-", f"${by_pre}$, cross-entropy", 2, (6, 5), "left"),
        (activations.squared_error_gradient, "accent2", "--", f"${by_pre}$, squared error", 4, (-8, -12), "right"),
    ):
        line = axes.plot(every, abs(function(every, y)), color=colour, linestyle=style, label=text)[0]
        height = abs(float(function(a, y)))
        axes.plot(a, height, "o", color=colour)
        note(axes, (a, height), f"${number(height, 3)}$", offset=(6, -6 if style == "--" else 8), color=colour)
        label(line, text, at=beside, offset=shift, ha=side)
    axes.set(
        yscale="log",
        ylim=(1e-7, 1e4),
        xlabel="pre-activation $a_2$ of the output",
        ylabel="magnitude of the derivative",
    )
    powers(axes.yaxis)


def settling(
    figure: Figure,
    *,
    scale: float = slider(
        0.5,
        2.0,
        step=0.25,
        start=1.5,
        label=r"scale $\sigma_w$",
        marks={1.0: "the edge for tanh", 1.5: "near that for ReLU"},
    ),
    most: float = 2.0,
) -> None:
    """The variance of the next layer against that of this one: where a curve meets the diagonal it settles."""
    axes = figure.subplots()
    q = np.linspace(0, most, 101)
    axes.set(xlim=(0, most), ylim=(0, most), xlabel="variance $q$ of a layer", ylabel="of the next layer")
    axes.plot([0, most], [0, most], color="edge", linewidth=0.8, label="stays")
    for name, beside in (("relu", 0.7), ("tanh", 1.4), ("logistic", 1.8)):
        colour, style, title = LOOKS[name]
        line = axes.plot(q, activations.next_variance(name, scale, q), color=colour, linestyle=style, label=title)[0]
        label(line, title, at=beside, **({"offset": (-6, 4), "ha": "right"} if name == "relu" else {}))
        if name != "relu":
            settled = float(activations.stationary_variance(name, scale))
            axes.plot(settled, settled, "o", color=colour, label=f"{title} settles")
    logistic, tanh = (float(activations.stationary_variance(name, scale)) for name in ("logistic", "tanh"))
    fate = "dies out" if scale < activations.critical_scale("relu") else "grows without end"
    said = f"the variance settles at ${number(logistic)}$ (logistic) and ${number(tanh)}$ (tanh); with ReLU it {fate}"
    readout(figure, rf"Scale ${number(scale, decimals=2)}$: {said}.")


def amplification(
    figure: Figure,
    *,
    w: float = slider(
        1, 20, step=0.5, start=6.9, label="weight $w$", marks={4.0: "the edge", 6.9: "the widest window"}
    ),
    others: Sequence[int] = (2, 20),
) -> None:
    r"""The gain of one logistic unit without bias against its input: above one in a window only, if at all."""
    figure.set_size_inches(400 / 72, 280 / 72)
    axes = figure.subplots()
    axes.set(xlim=(-1, 1), ylim=(0, 5.2), xlabel="input $z$", ylabel=r"gain $|w|\,\sigma'(wz)$")
    z = np.linspace(-1, 1, 201)
    for other, beside, offset, side in zip(others, (0.55, -0.08), ((6, 2), (-8, 4)), ("left", "right"), strict=True):
        text = f"w = {number(other)}"
        line = axes.plot(z, activations.amplification(z, other, 0), color="muted", linestyle=":", label=text)[0]
        label(line, f"${text}$", at=beside, offset=offset, ha=side)
    gain = activations.amplification(z, w, 0)
    band(axes, z, 1, np.maximum(gain, 1), "warm", series="amplifies")
    for half in (z[z < -0.04], z[z > 0.04]):
        bound = activations.largest_amplification(half)
        axes.plot(half, bound, color="accent", linestyle="--", label="largest for any weight")
    role = "warm" if w > 4 else "edge" if w == 4 else "cool"
    line = axes.plot(z, gain, color=role, label="dragged")[0]
    label(line, "$w$", at=-0.06, offset=(-16, 8), ha="right")
    note(axes, (0.07, 3.2), "no weight gives more", offset=(8, 0), color="accent")
    rule(axes, y=1.0)
    width = float(activations.window_width(w))
    fate = f"inputs in a window of width ${number(width, 3)}$ are amplified" if width else "no input is amplified"
    readout(figure, f"$w = {number(w, decimals=1)}$: {fate}, the gain is at most ${number(gain.max(), decimals=3)}$.")


def width(figure: Figure, *, largest: float = 100.0) -> None:
    """How wide the window is: nothing up to a weight of four, widest near seven, and narrow again beyond."""
    axes = figure.subplots()
    weights = np.concatenate([4 + np.geomspace(1e-6, 1, 60), np.geomspace(5.1, largest, 60)])
    _, best, widest = activations.widest_window()
    axes.plot([1, 4], activations.window_width([1, 4]), color="cool", label="no window")
    axes.plot(weights, activations.window_width(weights), color="warm", label="width of the window")
    axes.plot(best, widest, "o", color="warm")
    text = f"${number(widest, 3)}$ wide at $|w| = {number(best, 3)}$"
    note(axes, (best, widest), text, offset=(0, 8), ha="center", va="bottom", color="warm")
    axes.set(xscale="log", ylim=(0, 0.55), xlabel=r"weight $|w|$", ylabel=r"width $\Delta$")
    ticks = [1, 4, 10, 100]
    axes.set_xticks(ticks, [f"${number(tick)}$" for tick in ticks])
    axes.set_xticks([], minor=True)
    note(axes, (2, 0), "shrinks everything", offset=(0, 8), ha="center", va="bottom", color="cool")


def race(
    figure: Figure, *, w: float = 8.0, depth: int = 30, offsets: Sequence[float] = (0.0, 1e-6, 1e-3), start: float = 0.5
) -> None:
    """A chain of equal logistic units: it explodes while its signal stays in the window, and no longer."""
    axes = figure.subplots()
    axes.set(yscale="log", ylim=(1e-15, 1e12), xlabel="units passed", ylabel="gain so far")
    texts: dict[Line2D, str] = {}
    for offset, style in zip(offsets, ("-", "--", ":"), strict=True):
        factors = activations.chain_factors([w] * depth, [-w * start] * depth, start + offset)
        gain = np.concatenate([[1.0], factors.cumprod()])
        colour = "cool" if offset else "warm"
        text = f"start ${number(start, 1)}$" + (f" + ${number(offset, 1)}$" if offset else "")
        texts[axes.plot(gain, color=colour, linestyle=style, label=text)[0]] = text
    rule(axes, y=1.0)
    powers(axes.yaxis)
    label_lines(axes, texts)


def gains(figure: Figure, *, width: int = 100, depth: int = 12, seeds: int = 100) -> None:
    """The gain of a layer against the scale of its weights: each activation crosses one at a scale of its own."""
    figure.set_size_inches(400 / 72, 310 / 72)
    axes = figure.subplots()
    fine, coarse = np.geomspace(0.5, 20, 40), np.array([0.5, 1, 2, 4, 8, 16])
    axes.set(xscale="log", yscale="log", ylim=(0.1, 20))
    axes.set(xlabel=r"scale of the weights, $\sigma_w$", ylabel="gain of a layer")
    texts: dict[Line2D, str] = {}
    for name, (colour, style, title) in LOOKS.items():
        total = activations.total_gain(name, coarse, width=width, depth=depth, seeds=seeds)
        low, middle, high = (
            [scalar.weight_for(gain, depth) for gain in ends] for ends in np.quantile(total, [0.1, 0.5, 0.9], axis=0)
        )
        band(axes, coarse, low, high, SOFT[name], series=f"{title}, seeds")
        axes.plot(coarse, middle, "o", color=colour, markersize=4, label=f"{title}, median")
        line = axes.plot(fine, activations.layer_gain(name, fine), color=colour, linestyle=style, label=title)[0]
        texts[line] = title
    shifted = activations.layer_gain("tanh", fine / 4)
    centred = axes.plot(fine, shifted, color="accent", linestyle=":", label="logistic, centred")[0]
    texts[centred] = "centred"
    rule(axes, y=1.0)
    for name, (colour, _, _) in LOOKS.items():
        critical = activations.critical_scale(name)
        axes.plot(critical, 1, "s", color=colour)
    axes.plot(4 * activations.critical_scale("tanh"), 1, "s", color="accent")
    ticks = [0.5, 1, 2, 4, 10, 20]
    axes.set_xticks(ticks, [f"${tick:g}$" for tick in ticks])
    axes.set_xticks([], minor=True)
    powers(axes.yaxis)
    label_lines(axes, texts)


def layers(
    figure: Figure, *, scales: Sequence[float] = (1.0, 2.0), width: int = 100, depth: int = 30, seeds: int = 100
) -> None:
    """What is left of a gradient on its way back through random layers, for two scales of the weights."""
    figure.set_size_inches(400 / 72, 270 / 72)
    drawn: list[tuple[Axes, dict[Line2D, str]]] = []
    for axes, scale in zip(figure.subplots(1, len(scales), sharey=True), scales, strict=True):
        axes.set(yscale="log", ylim=(1e-21, 1e7), xlabel="layers passed")
        axes.set_title(rf"$\sigma_w = {scale:g}$")
        texts: dict[Line2D, str] = {}
        for name, (colour, style, title) in LOOKS.items():
            passed = activations.lengths(name, scale, width=width, depth=depth, seeds=seeds)
            low, middle, high = np.quantile(passed, [0.1, 0.5, 0.9], axis=0)
            band(axes, range(depth + 1), low, high, SOFT[name], series=f"{title}, seeds")
            line = axes.plot(range(depth + 1), middle, color=colour, linestyle=style, label=title)[0]
            texts[line] = title
        rule(axes, y=1.0)
        drawn.append((axes, texts))
    drawn[0][0].set_ylabel("length of the gradient")
    powers(drawn[0][0].yaxis)
    for axes, texts in drawn:
        label_lines(axes, texts)
