"""The figures of the chapter *scalar*."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from galley.figure import band, label, label_lines, note, number, powers, readout, rule, slider
from gradients import scalar


def power(
    figure: Figure,
    *,
    w: float = slider(0.5, 1.5, step=0.01, start=0.9, label="weight $w$", marks={1.0: "the knife edge"}, play=True),
    depths: int = 100,
    weights: Sequence[float] = (0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2),
    at: int = 50,
) -> None:
    r"""How $|w|^L$ moves with depth, on a log axis: straight lines, the sign of their slope the only question."""
    figure.set_size_inches(400 / 72, 300 / 72)  # tall enough for the two numbers to stand between the lines
    axes = figure.subplots()
    axes.set(yscale="log", xlim=(0, depths), xlabel="depth $L$ (layers)", ylabel="magnitude $|w|^L$")
    lines = _magnitudes(axes, weights, depths, every=10, linewidth=1.0)
    axes.set_ylim(1e-10, 1e8)
    for each, decimals, lift in ((0.9, 4, -15), (1.1, 0, 13)):
        reached = scalar.factor(each, at)
        axes.plot(at, reached, "o", color=_role(each), markersize=3)
        note(
            axes,
            (at, reached),
            f"${number(reached, decimals=decimals)}$",
            offset=(0, lift),
            ha="center",
            color=_role(each),
        )
    depth = range(0, depths + 1, 10)  # as far apart as that, for the lines are straight
    axes.plot(depth, [scalar.factor(w, layers) for layers in depth], color=_role(w), linewidth=3)
    left = scalar.factor(w, at)
    axes.plot(at, left, "o", color=_role(w), markersize=8)
    powers(axes.yaxis)
    label_lines(axes, lines)
    words = {
        "cool": f"${number(left, decimals=4 if left >= 1e-3 else None)}$ of the gradient is left: vanishing",
        "edge": "the gradient is as it was: the knife edge",
        "warm": f"the gradient is ${number(left, 3)}$ times as large: exploding",
    }
    readout(figure, f"$w = {number(w, decimals=2)}$: after {at} layers {words[_role(w)]}.")


def linear(
    figure: Figure, *, depths: int = 50, weights: Sequence[float] = (0.8, 0.9, 0.95, 1.0, 1.05, 1.1), cut: float = 1.2
) -> None:
    """The same powers on a linear axis: all that vanishes lies on the floor, and one weight hides the next."""
    axes = figure.subplots()
    lines = _magnitudes(axes, weights, depths)
    top = max(scalar.factor(w, depths) for w in weights)
    axes.set(xlim=(0, depths), ylim=(0, top), xlabel="depth $L$ (layers)", ylabel="magnitude $|w|^L$")
    steep, text = next(iter(_magnitudes(axes, [cut], depths).items()))
    label(steep, text, offset=(-5, -4), ha="right", va="top")
    for (line, text), w in zip(lines.items(), weights, strict=True):
        if w > 1:
            label(line, text)
    note(axes, (depths, 0), f"$w = {number(min(weights), decimals=2)}$ to ${number(1.0, decimals=2)}$", offset=(5, 0))


def window(figure: Figure, *, depths: int = 1000, ratio: float = 2.0) -> None:
    """Which weights keep the product within a factor of two, for each depth: a funnel that closes on one."""
    axes = figure.subplots()
    depth = np.unique(np.round(np.geomspace(1, depths, 200)).astype(int))
    above = np.array([scalar.weight_for(ratio, int(each)) for each in depth])
    below = np.array([scalar.weight_for(1 / ratio, int(each)) for each in depth])
    axes.set(xscale="log", xlim=(1, depths), ylim=(1 / ratio, 1.5), xlabel="depth $L$ (layers)", ylabel="weight $w$")
    band(axes, depth, above, np.full(len(depth), ratio), "warm", series="more than doubled")
    band(axes, depth, np.full(len(depth), 1 / ratio), below, "cool", series="less than half")
    axes.plot(depth, above, color="warm", label="doubled")
    axes.plot(depth, below, color="cool", linestyle="--", label="halved")
    axes.grid(False)
    rule(axes, y=1.0)
    powers(axes.xaxis)
    note(axes, (60, 1.28), f"more than doubled: $w^L > {number(int(ratio))}$", ha="center", color="warm")
    note(axes, (60, 0.72), f"less than half: $w^L < {number(1 / ratio, 1)}$", ha="center", color="cool")


def signs(figure: Figure, *, depths: int = 20, weights: Sequence[float] = (-0.9, -1.0, -1.1)) -> None:
    r"""The signed power $w^L$ for weights about minus one: the sign flips at each layer."""
    figure.set_size_inches(400 / 72, 190 / 72)
    depth = np.arange(depths + 1)
    for axes, w in zip(figure.subplots(1, len(weights), sharey=True), weights, strict=True):
        drawn = {"color": _role(w), "linewidth": 0.8, "marker": "o", "markersize": 3}
        axes.plot(depth, [scalar.factor(w, int(each)) for each in depth], label=f"w = {number(w, decimals=1)}", **drawn)
        limit = scalar.limit(w)
        ending = "no limit" if np.isnan(limit) else f"limit ${number(int(limit))}$"
        axes.set_title(f"$w = {number(w, decimals=1)}$: {ending}", color=_role(w))
        axes.set(xlabel="depth $L$", xticks=range(0, depths + 1, depths // 2))
        axes.margins(x=0.04, y=0.08)
    figure.axes[0].set_ylabel("power $w^L$")


def halving(figure: Figure, *, below: float = 0.9, above: float = 1.1) -> None:
    """How many layers halve or double the magnitude, for weights on either side of one."""
    axes = figure.subplots()
    shrinking, growing = np.linspace(0.5, 0.99, 99), np.linspace(1.01, 1.5, 99)
    axes.plot(shrinking, [scalar.half_life(w) for w in shrinking], color="cool", label="half-life")
    doubling = [scalar.doubling_depth(w) for w in growing]
    axes.plot(growing, doubling, color="warm", linestyle="--", label="doubling depth")
    axes.set(yscale="log", xlim=(0.5, 1.5), ylim=(0.8, 100), xlabel="weight $w$", ylabel="layers")
    powers(axes.yaxis)
    rule(axes, x=1.0)
    note(axes, (0.68, scalar.half_life(0.68)), "half-life", offset=(-6, 6), ha="right", color="cool")
    note(axes, (1.26, scalar.doubling_depth(1.26)), "doubling depth", offset=(4, 8), color="warm")
    for w, layers, side in ((below, scalar.half_life(below), "right"), (above, scalar.doubling_depth(above), "left")):
        axes.plot(w, layers, "o", color=_role(w))
        text = f"${number(layers)}$ layers at ${number(w, decimals=1)}$"
        note(axes, (w, layers), text, offset=(-8 if side == "right" else 8, 5), ha=side, color=_role(w))


def tied(figure: Figure, *, w: float = 0.9, depths: int = 100) -> None:
    r"""One weight in all layers, $L|w|^{L-1}$, beside a weight of its own in the first layer, $|w|^{L-1}$."""
    axes = figure.subplots()
    depth = range(1, depths + 1)
    axes.set(yscale="log", xlim=(1, depths), xlabel="depth $L$ (layers)", ylabel="derivative by the weight")
    axes.set_xticks([1, *range(20, depths + 1, 20)])
    texts: dict[Line2D, str] = {}
    for each in (1.0, w):
        colour, value = _role(each), number(each, decimals=1)
        shared = axes.plot(depth, [scalar.tied_derivative(each, layers) for layers in depth], color=colour)[0]
        alone = axes.plot(depth, [scalar.factor(each, layers - 1) for layers in depth], color=colour, linestyle="--")[0]
        texts[shared], texts[alone] = f"$w = {value}$, shared", f"$w = {value}$, alone"
    peak = round(scalar.tied_peak(w))
    axes.plot(peak, scalar.tied_derivative(w, peak), "o", color=_role(w))
    note(axes, (20, 7), f"peak at ${number(peak)}$ layers", color=_role(w))
    powers(axes.yaxis)
    label_lines(axes, texts)


def typical(
    figure: Figure,
    *,
    spread: float = slider(
        0.0, 0.95, step=0.05, start=0.5, label=r"distance $\varepsilon$ from one", marks={0.0: "all factors are one"}
    ),
    depths: int = 100,
    ends: tuple[float, float] = (0.05, 0.95),
) -> None:
    """Products of factors that are low or high with equal chance: the mean stays at one, the median falls."""
    axes = figure.subplots()
    low, high = 1 - spread, 1 + spread
    depth = range(0, depths + 1, 2)
    lower, median, upper = (
        [scalar.quantile(p, low, high, layers) for layers in depth] for p in (ends[0], 0.5, ends[1])
    )
    mean = scalar.geometric_mean([low, high])
    axes.set(
        yscale="log", xlim=(0, depths), ylim=(1e-11, 1e3), xlabel="depth $L$ (layers)", ylabel="product of the factors"
    )
    band(axes, depth, lower, upper, "cool", series="quantiles")
    axes.plot(depth, median, color="cool", linewidth=3, label="median")
    typical = [scalar.factor(mean, layers) for layers in depth]
    axes.plot(depth, typical, color="paper", linestyle="--", linewidth=1, label="power of the geometric mean")
    average = [scalar.factor((low + high) / 2, layers) for layers in depth]
    line = axes.plot(depth, average, color="accent", label="mean")[0]
    powers(axes.yaxis)
    label(line, "mean")
    label(axes.lines[0], "median")
    sizes = rf"${number(low, decimals=2)}$ or ${number(high, decimals=2)}$"
    fate = "on the knife edge" if low == high else "vanishing"
    said = f"the mean product stays ${number(1)}$, the median shrinks to ${number(mean, decimals=3)}$ of itself a layer"
    readout(figure, f"Factors of {sizes}: {said}, {fate}.")


def shares(figure: Figure, *, low: float = 0.5, high: float = 1.5, depth: int = 50) -> None:
    """How likely each product is, and how much of the mean it carries: two humps that hardly meet."""
    axes = figure.subplots()
    products = np.array([scalar.factor(high, k) * scalar.factor(low, depth - k) for k in range(depth + 1)])
    shown = (products > 1e-9) & (products < 1e9)
    humps = (
        ("draws", "cool", "-", scalar.count_chances(0.5, depth)),
        ("mean", "accent", "--", scalar.count_chances(high / (low + high), depth)),
    )
    for _, colour, _, hump in humps:
        band(axes, products[shown], 0, hump[shown], colour)
    for name, colour, style, hump in humps:
        drawn = {"color": colour, "linestyle": style, "marker": "o", "markersize": 3}
        axes.plot(products[shown], hump[shown], label=f"share of the {name}", **drawn)
        top = int(hump.argmax())
        text = f"share of the {name}"
        note(axes, (products[top], hump[top]), text, offset=(0, 6), ha="center", va="bottom", color=colour)
    axes.set(xscale="log", xlim=(1e-9, 1e9), ylim=(0, None), xlabel="product of the factors", ylabel="share")
    axes.grid(False)
    powers(axes.xaxis)
    rule(axes, x=1.0)


def floats(figure: Figure, *, below: float = 0.9, above: float = 1.1, depths: int = 10_000) -> None:
    """Where two powers leave the number formats: each crossing is a depth."""
    axes = figure.subplots()
    depth = np.unique(np.round(np.geomspace(10, depths, 200)).astype(int))
    axes.set(xscale="log", xlim=(10, depths), xlabel="depth $L$ (layers)", ylabel="$|w|^L$ in decades above one")
    axes.set_yscale("asinh", linear_width=2)
    axes.set_ylim(-1200, 1200)
    ticks = [-300, -30, -3, 0, 3, 30, 300]
    axes.set_yticks(ticks, [f"${number(tick)}$" for tick in ticks])
    axes.grid(False)
    powers(axes.xaxis)
    for dtype in ("float16", "float32", "float64"):
        _, normal, largest = scalar.number_range(dtype)
        rule(axes, y=scalar.log10_magnitude(largest, 1), color="muted", text=dtype)
        rule(axes, y=scalar.log10_magnitude(normal, 1), color="muted", text=dtype)
        _crossing(axes, above, scalar.overflow_depth(above, dtype), "bottom")
        _crossing(axes, below, scalar.subnormal_depth(below, dtype), "top")
    for w, style, side in ((above, "-", "bottom"), (below, "--", "top")):
        decades = [scalar.log10_magnitude(w, int(layers)) for layers in depth]
        text = f"w = {number(w, decimals=1)}"
        line = axes.plot(depth, decades, color=_role(w), linestyle=style, label=text)[0]
        label(line, f"${text}$", at=330, va=side, ha="right", offset=(-3, 2 if w > 1 else -2))


def line(figure: Figure, *, dtype: str = "float32", ends: tuple[float, float] = (1e-60, 1e54)) -> None:
    """The numbers above zero of one format on a line: what is zero, has fewer digits, is lost beside one, is infinite."""
    figure.set_size_inches(400 / 72, 130 / 72)
    axes = figure.subplots()
    axes.set(xscale="log", xlim=ends, ylim=(-0.3, 1), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.grid(False)
    powers(axes.xaxis)
    smallest, normal, largest = scalar.number_range(dtype)
    two, lost = number(2), smallest / normal / 2  # half the step above one
    for start, stop, colour, text, lift in (
        (ends[0], smallest / 2, "muted", "zero", 0.08),
        (smallest / 2, normal, "cool", "fewer digits", -0.14),
        (normal, lost, "accent", "lost beside one", 0.08),
        (lost, largest, "ink", "counts beside one", 0.08),
        (largest, ends[1], "warm", "infinite", 0.08),
    ):
        axes.plot([start, stop], [0.3, 0.3], color=colour, linewidth=5, solid_capstyle="butt", label=text)
        place = (float(np.geomspace(start, stop, 3)[1]), lift)
        note(axes, place, text, offset=(0, 0), ha="center", va="center", color=colour)
    for place, text, side in (
        (smallest / 2, f"{two}^{{{number(1)}-E-p}}", "right"),
        (normal, f"{two}^{{{number(1)}-E}}", "left"),
        (lost, f"{two}^{{-p}}", "center"),
        (1.0, number(1), "center"),
        (largest, rf"({two}-{two}^{{-p}})\,{two}^{{E}}", "center"),
    ):
        axes.plot([place, place], [0.2, 0.75], color="edge", linewidth=0.8, label=text)
        note(axes, (place, 0.78), f"${text}$", offset=(0, 0), ha=side, va="bottom")


def _crossing(axes: Axes, w: float, depth: int, side: str) -> None:
    """Mark the depth at which a power leaves a format."""
    height = scalar.log10_magnitude(w, depth)
    axes.plot(depth, height, "o", color=_role(w))
    lift = 3 if side == "bottom" else -3
    note(axes, (depth, height), f"${number(depth)}$", offset=(-4, lift), ha="right", va=side, color=_role(w))


def _magnitudes(
    axes: Axes, weights: Sequence[float], depths: int, *, every: int = 1, linewidth: float | None = None
) -> dict[Line2D, str]:
    """Draw the magnitude of the power for each weight; return the lines with their labels."""
    lines = {}
    for w in weights:
        text = f"w = {number(w, decimals=2)}"
        depth = range(0, depths + 1, every)
        values = [scalar.factor(w, layers) for layers in depth]
        style = "-" if w in (0.9, 1.0, 1.1) else "--"
        line = axes.plot(depth, values, color=_role(w), linestyle=style, label=text, linewidth=linewidth)[0]
        lines[line] = f"${text}$"
    return lines


def _role(w: float) -> str:
    """Return the role of a weight: on which side of the knife edge it lies."""
    return "edge" if abs(w) == 1 else "cool" if abs(w) < 1 else "warm"
