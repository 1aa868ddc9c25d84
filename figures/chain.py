"""The figures of the chapter *chain*."""

import math
from itertools import accumulate

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from galley.figure import arrow, band, cells, choice, label, label_lines, note, number, powers, readout, slider
from gradients import chain

_FACTORS = (
    r"$\dfrac{\partial ℒ}{\partial ŷ}$",
    r"$\dfrac{\partial ŷ}{\partial a_2}$",
    r"$\dfrac{\partial a_2}{\partial z_1}$",
    r"$\dfrac{\partial z_1}{\partial a_1}$",
    r"$\dfrac{\partial a_1}{\partial w_1}$",
)


def five(
    figure: Figure,
    *,
    w1: float = 0.8,
    w2: float = 1.2,
    b1: float = 0.1,
    b2: float = -0.2,
    x: float = 1.5,
    y: float = 1.0,
) -> None:
    """The magnitude of the product after each of the five factors: a staircase on a log axis."""
    factors = chain.two_layer_factors(w1, w2, b1, b2, x, y)
    products = [1.0, *accumulate(factors, lambda product, factor: product * factor)]
    heights = [abs(product) for product in products]
    axes = figure.subplots()
    axes.set(yscale="log", xlim=(-0.6, 5.4), ylim=(0.01, 1.5), ylabel="magnitude of the product")
    for place, (factor, before, after) in enumerate(zip(factors, heights, heights[1:], strict=False)):
        colour = "cool" if abs(factor) < 1 else "warm"
        band(axes, [place - 0.3, place + 0.3], before, after, colour)
        arrow(axes, (place, before), (place, after), colour)
        axes.plot([place - 0.3, place + 1.3], [after, after], color=colour, linewidth=1.0)
        text = f"${number(float(factor), decimals=2)}$"
        note(axes, (place, max(before, after)), text, offset=(0, 4), ha="center", va="bottom", color=colour)
    total = f"${number(products[-1])}$"
    note(axes, (4.85, heights[-1]), total, offset=(0, 5), ha="center", va="bottom")
    axes.set_xticks(range(len(factors)), _FACTORS)
    powers(axes.yaxis)


def matrices(
    figure: Figure, *, activation: str = "logistic", scale: float = 1.0, depth: int = 5, width: int = 6, seed: int = 1
) -> None:
    """The Jacobians of a small network, and the products that backpropagation makes of them from the left."""
    network = chain.random_network(depth, width, scale=scale, rng=np.random.default_rng(seed))
    single = chain.jacobians(activation, network)
    figure.set_size_inches(400 / 72, 225 / 72)
    rows = figure.subplots(2, depth)
    for column, (above, below) in enumerate(rows.T):
        layer = depth - column
        running = chain.product(single[layer - 1 :])
        for axes, matrix in ((above, single[layer - 1]), (below, running)):
            largest = float(abs(matrix).max())
            cells(axes, matrix / largest, limit=1.0, series=f"layer {layer}")
            axes.set_title(f"${number(chain.spectral_norm(matrix))}$")
        above.set_xlabel(f"$J_{layer}$")
        dots = r"\cdots " if column > 1 else ""
        below.set_xlabel(f"$J_{depth}{dots}J_{layer}$" if column else f"$J_{depth}$")


def pairs(figure: Figure, *, factors: int = 20) -> None:
    """Two repeating pairs of matrices with the same norms: one product explodes, the other vanishes."""
    axes = figure.subplots()
    axes.set(yscale="log", ylim=(1e-8, 1e8), xlabel="number of factors", ylabel="spectral norm")
    axes.set_xticks([1, *range(5, factors + 5, 5)])
    count = np.arange(1, factors + 1)
    shift, back = [[0, 2], [0, 0]], [[0, 0], [2, 0]]
    wide, high = [[2, 0], [0, 0.1]], [[0.1, 0], [0, 2]]
    bound = chain.magnitude(chain.norm_bounds([shift, back], factors // 2))
    line = axes.plot(count, bound, color="muted", linestyle="--", linewidth=4, label="product of the norms")[0]
    label(line, "product of the norms", at=9, offset=(-6, 8), ha="right")
    for pair, colour, at, offset in (([shift, back], "warm", 11, (4, -22)), ([wide, high], "cool", 8, (-2, -24))):
        radius = max(chain.spectral_radius(matrix) for matrix in pair)
        norms = chain.magnitude(chain.product_norms(pair, factors // 2))
        text = f"spectral radius ${number(int(radius))}$ each"
        line = axes.plot(count, norms, color=colour, marker="o", markersize=3, label=text)[0]
        label(line, text, at=at, offset=offset, ha="left" if colour == "warm" else "right")
    powers(axes.yaxis)


def gaussian(figure: Figure, *, size: int = 4, factors: int = 100, seeds: int = 100) -> None:
    """Products of random matrices: the median follows the Lyapunov exponent, the product of the norms is far above."""
    axes = figure.subplots()
    axes.set(yscale="log", xlim=(0, factors), ylim=(1e-1, 1e50), xlabel="number of factors", ylabel="spectral norm")
    count = np.arange(1, factors + 1)
    norms = chain.gaussian_products(size, factors, seeds)
    low, median, high = (chain.magnitude(chain.quantile(norms, chance)) for chance in (0.05, 0.5, 0.95))
    bounds = chain.magnitude(chain.quantile(chain.gaussian_bounds(size, factors, seeds), 0.5))
    band(axes, count, low, high, "warm", series="quantiles")
    middle = axes.plot(count, median, color="warm", linewidth=3, label="median")[0]
    growth = chain.lyapunov_exponent(size)
    typical = chain.magnitude(growth * count, math.e)
    line = axes.plot(count, typical, linestyle=":", label="Lyapunov exponent")[0]
    bound = axes.plot(count, bounds, color="muted", linestyle="--", label="product of the norms")[0]
    powers(axes.yaxis)
    label_lines(axes, {bound: "bound", middle: "median", line: rf"$e^{{{number(growth)}\,k}}$"})


def layers(
    figure: Figure,
    *,
    scale: float = slider(
        0.5,
        2,
        step=0.25,
        start=1.0,
        label=r"scale $\sigma_w$",
        marks={1.0: "the edge for tanh", 1.4: "near that for ReLU"},
    ),
    activation: str = choice(
        {"relu": "ReLU", "tanh": "tanh", "logistic": "logistic"}, start="relu", label="activation"
    ),
    depth: int = 30,
    width: int = 64,
    seeds: int = 9,
) -> None:
    """What each layer receives, from the front and from behind, and the gradient by its weights that comes of both."""
    axes = figure.subplots()
    axes.set(yscale="log", xlim=(1, depth), ylim=(1e-15, 1e12), xlabel="layer $k$", ylabel="norm")
    axes.set_xticks([1, *range(5, depth + 5, 5)])
    texts: dict[Line2D, str] = {}
    for norms, colour, style, text in (
        (chain.signal_norms, "ink", ":", "signal"),
        (chain.output_norms, "accent", "-", r"$\partial ℒ/\partial z_k$"),
        (chain.weight_norms, "accent2", "--", r"$\partial ℒ/\partial W_k$"),
    ):
        line = _by_layer(axes, norms(activation, scale, depth, width, seeds), colour, style, text.split("/")[-1])
        texts[line] = text
    powers(axes.yaxis)
    label_lines(axes, texts)
    first, last = np.asarray(axes.lines[1].get_ydata())[[0, -1]]  # of the gradient by the outputs
    name = {"relu": "ReLU"}.get(activation, activation)
    said = (
        f"from the last layer to the first the gradient by the outputs changes by a factor of ${number(first / last)}$"
    )
    readout(figure, rf"{name}, scale ${number(scale, 3)}$: {said}.")


def kinds(figure: Figure, *, depth: int = 30, width: int = 64, seeds: int = 100) -> None:
    """Three activations at the same scale of the weights: gradients by outputs left, by weights right."""
    figure.set_size_inches(400 / 72, 230 / 72)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, norms, text in (
        (panels[0], chain.output_norms, r"$\|\partial ℒ/\partial z_k\|$"),
        (panels[1], chain.weight_norms, r"$\|\partial ℒ/\partial W_k\|$"),
    ):
        axes.set(yscale="log", ylim=(1e-20, 1e3), xlabel="layer $k$")
        axes.set_title(text)
        axes.set_xticks([1, *range(10, depth + 10, 10)])
        for activation, colour, style in (
            ("tanh", "accent", "-"),
            ("ReLU", "accent2", "-."),
            ("logistic", "cool", "--"),
        ):
            line = _by_layer(axes, norms(activation.lower(), 1.0, depth, width, seeds), colour, style, activation)
            if axes is panels[0]:
                label(line, activation, at=11, offset=(0, 6), ha="right")
        powers(axes.yaxis)


def biases(figure: Figure, *, depth: int = 20, width: int = 256, seeds: int = 100) -> None:
    """Uniform weights of variance a third over the width, without biases and with: only then do early layers lag."""
    axes = figure.subplots()
    axes.set(yscale="log", ylim=(1e-8, 10), xlabel="layer $k$", ylabel="gradient by the weights")
    axes.set_xticks([1, *range(5, depth + 5, 5)])
    scale, deviation = chain.torch_default(width)
    texts: dict[Line2D, str] = {}
    for bias, colour, style, text in (
        (0.0, "cool", "--", "no biases"),
        (deviation, "accent", "-", "biases"),
    ):
        norms = chain.weight_norms("relu", scale, depth, width, seeds, bias=bias, law="uniform")
        texts[_by_layer(axes, norms, colour, style, text)] = text
    powers(axes.yaxis)
    label_lines(axes, texts)


def _by_layer(axes: Axes, norms: np.ndarray, colour: str, style: str, text: str) -> Line2D:
    """Draw the median over seeds for each layer, in the band that holds the middle of them."""
    layer = np.arange(1, len(norms) + 1)
    low, median, high = (chain.magnitude(chain.quantile(norms, chance)) for chance in (0.1, 0.5, 0.9))
    if colour != "ink":  # which has no soft fill
        band(axes, layer, low, high, colour)
    return axes.plot(layer, median, color=colour, linestyle=style, label=text)[0]
