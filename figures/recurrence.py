"""The figures of the chapter *recurrence*."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import NDArray

from galley.figure import arrow, band, cells, choice, label, label_lines, note, number, powers, readout, rule, slider
from gradients import recurrence

TURN = ((0.6, -0.8), (0.8, 0.6))


def unrolled(figure: Figure, *, steps: int = 4) -> None:
    r"""The unrolled network, and one path from the loss to $W$ for each step, with its factors."""
    figure.set_size_inches(400 / 72, 270 / 72)
    axes = figure.subplots()
    axes.set(xlim=(-0.4, steps + 1.75), ylim=(-1.2 - 0.62 * steps, 0.45))
    axes.set_aspect("equal")
    axes.axis("off")
    for step in range(steps + 1):
        axes.add_patch(Circle((step, 0), 0.29, facecolor="accent_soft", edgecolor="accent", linewidth=1.2))
        note(axes, (step, 0), f"$s_{step}$", ha="center")
        if step:
            arrow(axes, (step - 0.71, 0), (step - 0.29, 0))
            note(axes, (step - 0.5, 0.08), "$W$", ha="center", va="bottom")
            arrow(axes, (step, -0.78), (step, -0.29))
            note(axes, (step, -0.98), f"$x_{step}$", ha="center")
    note(axes, (steps + 0.06, -0.53), "$U$")
    arrow(axes, (steps + 0.29, 0), (steps + 0.86, 0))
    note(axes, (steps + 0.92, 0), r"$ℒ$")
    for copy in range(1, steps + 1):
        height = -1.55 - 0.62 * (steps - copy)
        axes.plot((copy, steps), (height, height), color="accent", linewidth=1.1, label=f"path k = {copy}")
        for factor in range(copy, steps):
            arrow(axes, (factor + 1, height), (factor + 0.16, height), "accent")
        axes.plot(np.arange(copy, steps + 1), np.full(steps + 1 - copy, height), "o", color="accent", markersize=4)
        arrow(axes, (copy - 0.08, height), (copy - 0.6, height), "accent2")
        note(axes, (copy - 0.64, height), "$W$", ha="right", color="accent2")
        factors = steps - copy
        count = "factor" if factors == 1 else "factors"
        note(axes, (steps + 0.25, height), f"$k = {copy}$: ${number(factors)}$ {count}")


def factors(
    figure: Figure,
    *,
    activation: str = "tanh",
    norm: float = 2.0,
    width: int = 8,
    shown: Sequence[int] = (1, 2, 4, 8, 16),
    noise: float = 0.5,
    seed: int = 1,
) -> None:
    r"""Single factors $J_k$ above, the product of the first $k$ factors below, scaled to be seen, each with its norm."""
    figure.set_size_inches(400 / 72, 215 / 72)
    steps = _factors(activation, norm, width, max(shown), noise, seed)
    products, _ = recurrence.running_products(steps)
    sizes = recurrence.log10_norms(steps)
    panels = figure.subplots(2, len(shown))
    for column, k in enumerate(shown):
        above, below = panels[0, column], panels[1, column]
        cells(above, steps[k - 1], limit=0.8, series=f"J_{k}")
        cells(below, products[k], limit=0.4, series=f"product of {k}")
        above.set_title(f"$k = {k}$")
        above.set_xlabel(f"${number(recurrence.spectral_norm(steps[k - 1]))}$")
        below.set_xlabel(f"${number(float(recurrence.from_log10(sizes[k])))}$")
    panels[0, 0].set_ylabel("factor $J_k$")
    panels[1, 0].set_ylabel("product")


def _factors(activation: str, norm: float, width: int, steps: int, noise: float, seed: int) -> NDArray[np.float64]:
    """Return the factors of one draw; of two lengths the shorter one is the beginning of the longer."""
    rng = np.random.default_rng(seed)
    W = recurrence.gaussian(width, norm, rng=rng)
    start = rng.standard_normal(width)
    before, _ = recurrence.run(W, noise * rng.standard_normal((steps, width)), activation=activation, start=start)
    return recurrence.jacobians(W, before, activation=activation)


def film(
    figure: Figure,
    *,
    k: float = slider(1, 30, step=1, start=1, label="step $k$", play=True),
    activation: str = choice({"tanh": "tanh", "logistic": "logistic"}, start="tanh", label="activation"),
    norm: float = 2.0,
    width: int = 8,
    steps: int = 30,
    noise: float = 0.5,
    seed: int = 1,
) -> None:
    r"""One factor $J_k$ and the product of all up to it, as they follow each other in time."""
    figure.set_size_inches(400 / 72, 205 / 72)
    single, whole = figure.subplots(1, 2)
    factors = _factors(activation, norm, width, steps, noise, seed)
    products, _ = recurrence.running_products(factors)
    step = int(k)
    cells(single, factors[step - 1], limit=0.8, series="factor")
    cells(whole, products[step], limit=0.4, series="product")
    single.set_title("factor $J_k$")
    whole.set_title("product, scaled to be seen")
    size = float(recurrence.from_log10(recurrence.log10_norms(factors)[step]))
    one = recurrence.spectral_norm(factors[step - 1])
    readout(figure, f"$k = {number(step)}$: the factor has the norm ${number(one)}$, the product ${number(size)}$.")


def bound(
    figure: Figure,
    *,
    norm: float = 2.0,
    activations: Sequence[str] = ("linear", "tanh", "relu", "logistic"),
    lags: int = 50,
    every: int = 5,
    seeds: int = 100,
    ends: tuple[float, float] = (0.1, 0.9),
) -> None:
    r"""The bound $(\gamma \lambda)^{t-k}$ beside the measured norm, by lag, for four activation functions."""
    figure.set_size_inches(400 / 72, 300 / 72)
    axes = figure.subplots()
    lag = np.arange(0, lags + 1, every)
    axes.set(yscale="log", xlim=(0, lags), ylim=(1e-35, 1e20))
    axes.set(xlabel="lag $t - k$ (steps)", ylabel=r"norm of $\partial s_t / \partial s_k$")
    looks = {"linear": ("edge", ":"), "tanh": ("accent", "-"), "relu": ("accent2", "-."), "logistic": ("cool", "-")}
    names = {"linear": "linear", "tanh": "tanh", "relu": "ReLU", "logistic": "logistic"}
    texts = {}
    for activation in activations:
        gains = recurrence.gain_by_lag(activation, norm=norm, lags=lags, every=every, seeds=seeds)
        low, middle, high = (recurrence.from_log10(np.quantile(gains, q, axis=0)) for q in (ends[0], 0.5, ends[1]))
        colour, style = looks[activation]
        band(axes, lag, low, high, colour, series=f"{activation}, quantiles")
        line = axes.plot(lag, middle, color=colour, linestyle=style, label=activation)[0]
        texts[line] = names[activation]
    for activation in ("tanh", "logistic"):
        heights = recurrence.from_log10(np.array([recurrence.log10_bound(norm, activation, int(each)) for each in lag]))
        drawn = {"color": "warm" if heights[-1] > 1 else "cool", "linestyle": "--", "linewidth": 1.0}
        line = axes.plot(lag, heights, label=f"bound, {activation}", **drawn)[0]
        texts[line] = rf"bound, $\gamma\lambda = {number(recurrence.steepest(activation) * norm, 1)}$"
    rule(axes, y=1.0)
    powers(axes.yaxis)
    label_lines(axes, texts)


def reach(
    figure: Figure,
    *,
    norm: float = slider(0.5, 4, step=0.5, start=2.0, label=r"norm $\lambda$", marks={1.0: "the edge for tanh"}),
    activation: str = choice(
        {"logistic": "logistic", "tanh": "tanh", "relu": "ReLU", "linear": "linear"}, start="tanh", label="activation"
    ),
    lags: int = 50,
    every: int = 5,
    seeds: int = 9,
    ends: tuple[float, float] = (0.1, 0.9),
) -> None:
    r"""The bound $(\gamma \lambda)^{t-k}$ and the measured norm by lag, for one activation function."""
    axes = figure.subplots()
    lag = np.arange(0, lags + 1, every)
    axes.set(yscale="log", xlim=(0, lags), ylim=(1e-32, 1e32))
    axes.set(xlabel="lag $t - k$ (steps)", ylabel=r"norm of $\partial s_t / \partial s_k$")
    gains = recurrence.gain_by_lag(activation, norm=norm, lags=lags, every=every, seeds=seeds)
    low, middle, high = (recurrence.from_log10(np.quantile(gains, q, axis=0)) for q in (ends[0], 0.5, ends[1]))
    band(axes, lag, low, high, "accent", series="quantiles")
    line = axes.plot(lag, middle, color="accent", label="measured")[0]
    rate = recurrence.steepest(activation) * norm
    role = "cool" if rate < 1 else "edge" if rate == 1 else "warm"
    ends_at = [0, lags]
    heights = recurrence.from_log10(np.array([recurrence.log10_bound(norm, activation, each) for each in ends_at]))
    ceiling = axes.plot(ends_at, heights, color=role, linestyle="--", label="bound")[0]
    rule(axes, y=1.0)
    powers(axes.yaxis)
    label_lines(axes, {line: "measured", ceiling: "bound"})
    name = {"relu": "ReLU"}.get(activation, activation)
    said = f"the bound is ${number(float(heights[-1]), 1)}$, measured is ${number(float(middle[-1]), 1)}$"
    readout(figure, rf"{name}, $\lambda = {number(norm, decimals=1)}$: at lag {lags} {said}.")


def fates(figure: Figure, *, norm: float = 1.3, lags: int = 30, drive: float = 1.0, seed: int = 0) -> None:
    """Four tanh networks with one and the same bound: one follows it, three fall below one."""
    axes = figure.subplots()
    turn = norm * np.array(TURN)
    random = recurrence.gaussian(32, norm, rng=np.random.default_rng(seed))
    axes.set(yscale="log", xlim=(0, lags), ylim=(1e-9, 1e6))
    axes.set(xlabel="lag $t - k$ (steps)", ylabel=r"norm of $\partial s_t / \partial s_k$")
    heights = recurrence.from_log10(np.array([recurrence.log10_bound(norm, "tanh", each) for each in range(lags + 1)]))
    ceiling = axes.plot(heights, color="warm", linewidth=4, label="rotation at rest")[0]
    axes.plot(heights, color="paper", linestyle="--", linewidth=1.2, label="bound")
    texts = {ceiling: "rotation at rest"}
    cases = (
        ("random at rest", random, 0.0, "cool", "-"),
        ("rotation, driven", turn, drive, "accent", "-."),
        ("nilpotent", norm * np.eye(2, k=1), 0.0, "accent2", "-"),
    )
    for name, W, given, colour, style in cases:
        logs = _measured(W, given, lags)
        seen = np.isfinite(logs)
        line = axes.plot(recurrence.from_log10(logs[seen]), color=colour, linestyle=style, label=name)[0]
        if seen.all():
            texts[line] = name
        else:
            gone = int(seen.sum())
            axes.plot((gone - 1, gone), (line.get_ydata()[-1], 1e-9), color=colour, linestyle=":", label="to zero")
            note(axes, (gone, 1e-9), f"nilpotent: zero from lag ${number(gone)}$", offset=(5, 10), color=colour)
    rule(axes, y=1.0)
    powers(axes.yaxis)
    label_lines(axes, texts)


def shares(
    figure: Figure,
    *,
    w: float = slider(0.1, 1.5, step=0.1, start=0.5, label="weight $w$", marks={1.0: "the edge of the bound"}),
    drive: float = 0.4,
    steps: int = 50,
    recent: int = 5,
) -> None:
    r"""What each step contributes to $ds_t/dw$ of a single tanh unit, by how far back it lies."""
    axes = figure.subplots()
    parts = recurrence.unit_parts(w, drive, steps)
    terms = np.abs(parts[::-1])
    seen = terms > 1e-30
    axes.set(yscale="log", xlim=(-1, steps), ylim=(1e-26, 1e2))
    axes.set(xlabel="lag $t - k$ (steps)", ylabel="term of $ds_t/dw$")
    heights = recurrence.from_log10(np.array([recurrence.log10_bound(abs(w), "tanh", each) for each in range(steps)]))
    role = "cool" if w < 1 else "edge" if w == 1 else "warm"
    axes.plot(heights, color=role, linestyle="--", linewidth=1.0, label="bound")
    axes.plot(terms[seen], "o", color="cool", markersize=3, label="terms")
    total = abs(float(parts.sum()))
    rule(axes, y=total, color="accent")
    note(axes, (steps, total), "sum of all", offset=(-4, 4), ha="right", va="bottom", color="accent")
    label(axes.lines[0], "bound", offset=(-6, -9), ha="right")
    label(axes.lines[1], "terms", at=steps * 0.3, offset=(-6, -6), ha="right", va="top")
    powers(axes.yaxis)
    share = recurrence.recent_share(parts, recent)
    said = f"the sum is ${number(total, 3)}$, ${number(100 * share, 3)}$ % of it from the last {recent} steps"
    readout(figure, f"$w = {number(w, decimals=1)}$: {said}.")


def transient(figure: Figure, *, radius: float = 0.9, corner: float = 10.0, steps: int = 100) -> None:
    r"""The norm of the powers of one matrix between the powers of its spectral radius and of its spectral norm."""
    axes = figure.subplots()
    W = np.array([[radius, corner], [0.0, radius]])
    axes.set(yscale="log", xlim=(0, steps), ylim=(1e-5, 1e6), xlabel="steps $k$", ylabel=r"norm of $W^k$")
    norms = recurrence.from_log10(recurrence.log10_powers(W, steps))
    lowest = recurrence.from_log10(recurrence.log10_powers([[recurrence.spectral_radius(W)]], steps))
    highest = recurrence.from_log10(recurrence.log10_powers([[recurrence.spectral_norm(W)]], steps))
    axes.plot(norms, color="accent", label="measured")
    axes.plot(lowest, color="cool", linestyle=":", label="spectral radius")
    axes.plot(highest, color="warm", linestyle="--", label="spectral norm")
    peak = int(norms.argmax())
    axes.plot(peak, norms[peak], "o", color="accent")
    text = f"peak ${number(norms[peak], 3)}$ at $k = {peak}$"
    note(axes, (peak, norms[peak]), text, offset=(6, 8), va="bottom", color="accent")
    rule(axes, y=1.0)
    powers(axes.yaxis)
    label(axes.lines[0], r"$\|W^k\|_2$", at=steps * 0.6, offset=(6, 4), ha="left")
    label(axes.lines[1], r"$\rho^k$: bound from below", at=steps * 0.5, offset=(-4, -6), ha="right", va="top")
    label(axes.lines[2], r"$\|W\|_2^k$: bound from above", at=5, offset=(8, 0), ha="left", va="center")


def updates(
    figure: Figure,
    *,
    w: float = 0.5,
    drive: float = 0.4,
    target: float = 0.9,
    rates: Sequence[float] = (0.1, 0.3, 1.0),
    count: int = 100,
) -> None:
    r"""The weight of a tanh unit along gradient descent: it leaves the region in which the bound says vanishing."""
    axes = figure.subplots()
    axes.set(xlim=(0, count), ylim=(0.4, 1.4), xlabel="updates", ylabel=r"$\gamma\lambda = |w|$")
    texts = {}
    for rate, style in zip(rates, (":", "--", "-"), strict=True):
        path = recurrence.unit_descent(w, drive, target, rate=rate, updates=count)
        line = axes.plot(np.abs(path), color="accent", linestyle=style, label=f"rate {number(rate, 1)}")[0]
        texts[line] = rf"$\eta = {number(rate, 1)}$"
    rule(axes, y=1.0)
    note(axes, (count, 0.45), "below the dashes the bound says: vanishing", offset=(-4, 0), ha="right", color="edge")
    label_lines(axes, texts)


def _measured(W: NDArray[np.float64], drive: float, lags: int) -> NDArray[np.float64]:
    """Return the logarithms of the norms by lag of a tanh network that starts at zero and has one drive throughout."""
    before, _ = recurrence.run(W, np.full((lags, len(W)), drive))
    return recurrence.log10_norms(recurrence.jacobians(W, before))
