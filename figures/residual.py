"""The figures of the chapter *residual*."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from galley.figure import band, label, label_lines, note, number, powers, readout, rule, slider
from gradients import residual, scalar

INNER = (0.1, 0.9)  # the middle of the seeds, as in the other chapters


def paths(figure: Figure, *, blocks: int = 3) -> None:
    """Every way through a few blocks: a filled box is a branch taken, the bare line a block skipped."""
    figure.set_size_inches(400 / 72, 260 / 72)
    axes = figure.subplots()
    ways = residual.paths(blocks)
    for row, way in enumerate(ways):
        axes.plot([0, blocks + 1], [row, row], color="edge", linewidth=1.2, label=f"path {row + 1}")
        for block in way:
            axes.add_patch(Rectangle((block - 0.3, row - 0.3), 0.6, 0.6, facecolor="accent_soft", zorder=3))
            note(axes, (block, row), f"$J_{number(block)}$", ha="center", color="accent")
        term = r"\,".join(f"J_{number(block)}" for block in reversed(way)) or "I"
        note(axes, (blocks + 1, row), f"${term}$", offset=(8, 0))
    for block in range(1, blocks + 1):
        note(axes, (block, -0.75), f"block {block}", ha="center", color="muted")
    note(axes, (0, -0.75), "$z_0$", ha="center")
    note(axes, (blocks + 1, -0.75), f"$z_{number(blocks)}$", ha="center")
    axes.set(xlim=(-0.8, blocks + 2), ylim=(len(ways) - 0.5, -1.1))
    axes.axis("off")
    lengths = [len(way) for way in ways]
    for length in range(blocks + 1):
        first, count = lengths.index(length), lengths.count(length)
        note(axes, (0, first + (count - 1) / 2), f"length ${number(length)}$", offset=(-8, 0), ha="right")
        if first:
            axes.axhline(first - 0.5, color="grid", linewidth=0.8, zorder=0)


def lengths(figure: Figure, *, blocks: int = 54, ratio: float = 0.1, shortest: int = 20, longest: int = 34) -> None:
    """How the paths spread over lengths, each counted as one, and each weighed by what it carries."""
    axes = figure.subplots()
    length = np.arange(blocks + 1)
    counted = np.array([residual.path_share(blocks, m, m) for m in range(blocks + 1)])
    weighed = np.array([residual.path_share(blocks, m, m, ratio=ratio) for m in range(blocks + 1)])
    inside = slice(shortest, longest + 1)
    band(axes, length[inside], np.zeros(longest + 1 - shortest), counted[inside], "accent2", series="counted, middle")
    shown = {"marker": "o", "markersize": 3}
    axes.plot(length, counted, color="accent2", label="counted", **shown)
    axes.plot(length, weighed, color="accent", linestyle="--", label="weighed", **shown)
    axes.set(xlim=(0, blocks), ylim=(0, 0.25), xlabel="blocks on the path", ylabel="share")
    label(axes.lines[0], "each path counts one", at=blocks / 2, offset=(0, 5))
    top = int(weighed.argmax())
    text = rf"weighed, $\varepsilon = {number(ratio, decimals=1)}$"
    note(axes, (top, weighed[top]), text, offset=(10, 4), color="accent")


def failures(
    figure: Figure,
    *,
    branch: float = slider(0, 1.5, step=0.05, start=1.0, label=r"size $\alpha$ of the branch"),
    size: int = 64,
    blocks: int = 50,
    seeds: int = 9,
    shrink: float = 0.1,
) -> None:
    """What becomes of a gradient on its way back through residual blocks of five kinds."""
    figure.set_size_inches(400 / 72, 290 / 72)
    axes = figure.subplots()
    axes.set(yscale="log", xlim=(0, blocks), ylim=(1e-16, 1e14))
    axes.set(xlabel="blocks passed on the way back", ylabel="norm of the gradient, relative")
    back = np.arange(blocks + 1)
    texts: dict[Line2D, str] = {}
    reached: list[float] = []
    for alpha, colour, text in (
        (branch, "warm", r"ReLU, $\alpha$"),
        (residual.root_scale(blocks), "accent", rf"ReLU, $\alpha = {number(1)}/\sqrt{{L}}$"),
    ):
        gains = residual.relu_gains(size, blocks, branch=alpha, seeds=seeds)
        low, high = (residual.quantile(gains, chance) for chance in INNER)
        band(axes, back, low, high, colour, series=f"{colour} seeds")
        median = residual.quantile(gains, 0.5)
        texts[axes.plot(back, median, color=colour, label=f"{colour} median")[0]] = text
        reached.append(float(median[-1]))
    expected = [residual.gain(branch, int(k)) for k in back]
    texts[axes.plot(back, expected, color="warm", linestyle="--", label="root mean square")[0]] = "root mean square"
    for taken, style in ((shrink, "-"), (0.5, "--")):
        name = rf"$F = -{number(taken, decimals=1)}\,z$"
        left = [scalar.factor(1 - taken, int(k)) for k in back]
        texts[axes.plot(back, left, color="cool", linestyle=style, label=f"F = -{taken:.1f} z")[0]] = name
    powers(axes.yaxis)
    rule(axes, y=1.0)
    label_lines(axes, texts)
    said = f"the median gradient is ${number(reached[0])}$ times as long, the root mean square ${number(expected[-1])}$"
    readout(figure, rf"$\alpha = {number(branch, decimals=2)}$: after {blocks} blocks {said}.")


def guarantee(figure: Figure, *, norm: float = 0.5, size: int = 20, blocks: int = 50, seeds: int = 100) -> None:
    """The singular values of products of random blocks, and the bounds that no block of that norm can break."""
    figure.set_size_inches(400 / 72, 230 / 72)
    left, right = figure.subplots(1, 2)
    _within(left, norm, size, blocks, seeds, (1e-16, 1e10))
    _within(right, 1 / blocks, size, blocks, seeds, (0.3, 3.3))
    left.set_title(rf"$\|J_k\|_2 = {number(norm, decimals=1)}$")
    right.set_title(rf"$\|J_k\|_2 = {number(1)}/L$")
    powers(left.yaxis)
    ticks = (0.5, 1.0, 2.0)
    right.set_yticks(ticks, [f"${number(tick, 1)}$" for tick in ticks])
    right.minorticks_off()
    left.set_ylabel("singular values of the product")


def _within(axes: Axes, norm: float, size: int, blocks: int, seeds: int, limits: tuple[float, float]) -> None:
    """Draw the extremes of random products between their bounds."""
    depth = np.arange(blocks + 1)
    made = residual.random_extremes(size, blocks, norm, seeds=seeds)
    largest, smallest = residual.quantile(made[:, :, 0], 0.5), residual.quantile(made[:, :, 1], 0.5)
    bounds = np.array([residual.bounds([norm] * int(k)) for k in depth])
    axes.set(yscale="log", xlim=(0, blocks), ylim=limits, xlabel="blocks", xticks=[0, blocks // 2, blocks])
    band(axes, depth, smallest, largest, "accent", series="measured")
    axes.plot(depth, largest, color="accent", label="largest")
    axes.plot(depth, smallest, color="accent", linestyle=":", label="smallest")
    axes.plot(depth, bounds[:, 1], color="warm", linestyle="--", label="upper bound")
    axes.plot(depth, bounds[:, 0], color="cool", linestyle="--", label="lower bound")
    label(axes.lines[2], "upper bound", at=blocks * 0.55, offset=(-6, 2), ha="right")
    label(axes.lines[3], "lower bound", at=blocks * 0.55, offset=(-6, -2), ha="right", va="top")
    note(axes, (blocks, largest[-1]), "measured", offset=(-2, 3), ha="right", va="bottom", color="accent")


def scaling(
    figure: Figure,
    *,
    size: int = 64,
    blocks: int = 50,
    seeds: int = 100,
    shown: Sequence[float] = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0),
) -> None:
    """The gain of all blocks together against the branch scale in units of one over the root of the depth."""
    axes = figure.subplots()
    scale = np.linspace(0, max(shown), 61)
    axes.set(yscale="log", xlim=(-0.1, max(shown) + 0.1), ylim=(0.5, 200))
    axes.set(xlabel=r"branch scale in units of the root, $\alpha\sqrt{L}$", ylabel="gain of all blocks")
    axes.plot(
        scale,
        [residual.gain(residual.root_scale(blocks, c), blocks) for c in scale],
        color="warm",
        linestyle="--",
        label="root mean square",
    )
    for c in shown:
        ends = residual.relu_gains(size, blocks, branch=residual.root_scale(blocks, c), seeds=seeds)[:, -1]
        low, middle, high = (float(residual.quantile(ends, chance)) for chance in (INNER[0], 0.5, INNER[1]))
        axes.plot([c, c], [low, high], color="accent", linewidth=1.2, label=f"seeds at {c:.1f}")
        axes.plot(c, middle, "o", color="accent", label=f"median at {c:.1f}")
    powers(axes.yaxis)
    rule(axes, y=1.0)
    label(axes.lines[0], "root mean square", at=2.2, offset=(-8, 4), ha="right")
    unit = residual.gain(residual.root_scale(blocks), blocks)
    note(axes, (1.0, unit), f"${number(unit, 3)}$", offset=(-6, 7), ha="right", color="warm")


def edge(figure: Figure, *, size: int = 64, blocks: int = 50, seeds: int = 100, top: float = 1.2) -> None:
    """Plain layers beside residual blocks of the same branch scale: a knife edge beside a gentle slope."""
    axes = figure.subplots()
    scale = np.linspace(0, top, 121)[1:]
    axes.set(yscale="log", xlim=(0, top), ylim=(1e-16, 1e12), xlabel=r"branch scale $\alpha$")
    axes.set_ylabel("gain of all layers")
    plain = axes.plot(
        scale, [scalar.factor(each, blocks) for each in scale], color="accent2", linestyle="--", label="plain"
    )[0]
    skip = axes.plot(scale, [residual.gain(each, blocks) for each in scale], color="accent", label="residual")[0]
    for each in (0.2, 0.4, 0.6, 0.8, 1.0):
        for skipped, colour in ((False, "accent2"), (True, "accent")):
            ends = residual.relu_gains(size, blocks, branch=each, skip=skipped, seeds=seeds)[:, -1]
            middle = float(residual.quantile(ends, 0.5))
            if middle > axes.get_ylim()[0]:
                axes.plot(each, middle, "o", color=colour, label=f"{colour} at {each:.1f}")
    powers(axes.yaxis)
    rule(axes, y=1.0)
    label(plain, r"plain, $\alpha^L$", at=0.6, offset=(8, -4), ha="left", va="top")
    label(
        skip,
        rf"residual, $({number(1)} + \alpha^{{{number(2)}}})^{{L/{number(2)}}}$",
        at=0.7,
        offset=(-4, 8),
        ha="right",
    )


def layers(
    figure: Figure, *, scale: float = 0.5, size: int = 32, blocks: int = 50, branch: float = 1.0, seeds: int = 100
) -> None:
    """The gradients by the states of networks with and without a skip, made of the same weights."""
    axes = figure.subplots()
    axes.set(
        yscale="log", xlim=(1, blocks), ylim=(1e-17, 1e3), xlabel="block $k$", xticks=[1, *range(10, blocks + 1, 10)]
    )
    axes.set_ylabel(r"norm of $\partial ℒ / \partial z_k$, relative")
    block = np.arange(1, blocks + 1)
    for skip, colour, text in ((False, "cool", "plain"), (True, "accent", "residual")):
        norms = residual.gradient_norms(size, blocks, scale=scale, branch=branch, skip=skip, seeds=seeds)[:, 0]
        band(axes, block, *(residual.quantile(norms, chance) for chance in INNER), colour, series=f"{text} seeds")
        line = axes.plot(
            block, residual.quantile(norms, 0.5), color=colour, linestyle="-" if skip else "--", label=text
        )[0]
        label(line, text, at=blocks * 0.4, offset=(0, 6) if skip else (-8, 6), ha="center" if skip else "right")
    powers(axes.yaxis)
    rule(axes, y=1.0)
