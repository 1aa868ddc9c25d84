# %% [markdown]
# # Lab: put instruments into a network
#
# The page [My network does not learn](../diagnosis.md) measures small networks that fail. Here you build one, with its backward pass,
# and write down for each layer what the page looks at: the length of the gradient, the length of a step, and who is dead.
# All you need is Python with NumPy.

# %%
import numpy as np

# each with its slope, written in the value s that the function takes
logistic = (lambda a: 1 / (1 + np.exp(-a)), lambda s: s * (1 - s))
relu = (lambda a: np.maximum(a, 0), lambda s: (s > 0).astype(float))


def network(seed, scale):
    rng = np.random.default_rng(seed)
    y = np.arange(64) % 2
    radius, angle = 0.5 + y + 0.15 * rng.normal(size=64), rng.uniform(0, 2 * np.pi, 64)
    sizes = [2, *[32] * 10, 1]
    W = [rng.normal(size=(out, into)) / np.sqrt(into) for into, out in zip(sizes[:-1], sizes[1:], strict=True)]
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return x, y, [scale * each for each in W[:10]] + W[10:], [np.zeros(size) for size in sizes[1:]]


# %% [markdown]
# ## A backward pass that keeps a log
#
# On its way back, `g` is the gradient by the outputs of one layer after the other. The log has its length and the share of dead units.


# %%
def backward(units, x, y, W, b):
    (value, slope), s = units, [x]
    for k in range(10):
        s.append(value(s[k] @ W[k].T + b[k]))
    z = (s[10] @ W[10].T + b[10])[:, 0]
    g = ((1 / (1 + np.exp(-z)) - y) / 64)[:, None]
    by_W, by_b, log = [g.T @ s[10]], [g.sum(axis=0)], []
    for k in reversed(range(10)):
        g = g @ W[k + 1]
        log.insert(0, (np.linalg.norm(g), (s[k + 1] == 0).all(axis=0).mean()))
        g = g * slope(s[k + 1])
        by_W, by_b = [g.T @ s[k], *by_W], [g.sum(axis=0), *by_b]
    return np.mean(np.logaddexp(0, z) - y * z), by_W, by_b, np.array(log)


# %% [markdown]
# ## Three networks
#
# Each is drawn eight times, and the healthy one is trained. A row has the smallest and the largest value of the first loss, of the gradient
# by the first layer over that by the last, of the first layer's step over its weights, of the share of dead units in the worst layer, and of the last loss.

# %%
table = []
for units, scale, rate, steps in [(relu, 2**0.5, 0.1, 300), (logistic, 1, 1, 0), (relu, 2.1, 0.1, 0)]:
    rows = []
    for x, y, W, b in (network(seed, scale) for seed in range(8)):
        loss, by_W, _, log = backward(units, x, y, W, b)
        step = rate * np.linalg.norm(by_W[0]) / np.linalg.norm(W[0])
        for _ in range(steps):
            _, by_W, by_b, _ = backward(units, x, y, W, b)
            W, b = ([old - rate * g for old, g in zip(*pair, strict=True)] for pair in ((W, by_W), (b, by_b)))
        rows.append((loss, log[0, 0] / log[9, 0], step, log[:, 1].max(), backward(units, x, y, W, b)[0]))
    table.append(np.array(rows).T)
    print(f"scale {scale:.1f}:", *(f"{each.min():9.2g} to {each.max():.2g}" for each in table[-1]))

# %% [markdown]
# ## What the page prints
#
# If one of these fails, the page or this lab is wrong.

# %%
healthy, vanishes, explodes = table
assert [f"{healthy[1].min():.2f}", f"{healthy[1].max():.2f}", f"{healthy[2].max():.4f}"] == ["0.32", "1.28", "0.0023"]
assert [f"{vanishes[1].max():.1e}", f"{explodes[1].max():.0f}"] == ["3.1e-06", "42"]
assert [f"{healthy[4].min():.5f}", f"{healthy[4].max():.5f}"] == ["0.00024", "0.00045"]

# %% [markdown]
# ## Change something, and see
#
# 1. Start all hidden biases at minus one. What becomes of the log, and of the loss?
# 2. Train the exploding network, and print the loss and the log at each step. Which number warns you first?
# 3. Write an activation function of your own, and find the scale at which the gradient of the first layer is as long as that of the last.
