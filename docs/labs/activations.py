# %% [markdown]
# # Lab: the critical scale
#
# The chapter [Sigmoid or ReLU](../activations.md) says at which scale of its weights a layer hands a gradient back as long as it came.
# Here you compute that scale for three activation functions, and then measure random networks at it.
# All you need is Python with NumPy.

# %%
import numpy as np

functions = {  # each with its slope, written in the value s that the function takes
    "logistic": (lambda a: 1 / (1 + np.exp(-a)), lambda s: s * (1 - s)),
    "tanh": (np.tanh, lambda s: 1 - s**2),
    "relu": (lambda a: np.maximum(a, 0), lambda s: (s > 0).astype(float)),
}

# %% [markdown]
# ## Theory: one wide layer
#
# The pre-activations of a wide layer are normal, with a variance $q$ that settles where
# $q = \sigma_w^2 \, \mathbb{E}[\varphi(\sqrt{q} \, \xi)^2]$. The gain is then the root of $\sigma_w^2 \, \mathbb{E}[\varphi'(\sqrt{q} \, \xi)^2]$.
# The mean over a standard normal $\xi$ is a sum over many evenly spaced values, each with the weight of its density.

# %%
xi = np.linspace(-9, 9, 2000)
weight = np.exp(-(xi**2) / 2) / np.exp(-(xi**2) / 2).sum()


def theory(name, scale):
    value, slope = functions[name]
    q = 1.0
    for _ in range(99):
        s = value(np.sqrt(q) * xi)
        q = scale**2 * weight @ s**2
    return scale * np.sqrt(weight @ slope(s) ** 2)


low, high = 1, 20
while high - low > 1e-6:
    middle = (low + high) / 2
    low, high = (low, middle) if theory("logistic", middle) > 1 else (middle, high)

# %% [markdown]
# ## Measured: random networks
#
# Send a random input forwards through random layers, and a random gradient back. The gain of a layer is the root,
# of the degree that is the depth, of the gain of all. The table has its median over some networks.


# %%
def measured(name, scale, width=200, depth=30, seeds=9):
    value, slope = functions[name]
    gains = []
    for rng in map(np.random.default_rng, range(seeds)):
        W = rng.normal(size=(depth, width, width)) * scale / np.sqrt(width)
        s, g = [rng.normal(size=width)], rng.normal(size=width) / np.sqrt(width)
        for Wk in W:
            s.append(value(Wk @ s[-1]))
        for k in reversed(range(depth)):
            g = (g * slope(s[k + 1])) @ W[k]
        gains.append(np.linalg.norm(g) ** (1 / depth))
    return np.median(gains)


table = {}
print("activation   scale   theory   measured")
for name, scale in [("logistic", 1), ("logistic", high), ("tanh", 2), ("relu", 1), ("relu", 2**0.5), ("relu", 2)]:
    table[name, scale] = theory(name, scale), measured(name, scale)
    print(f"{name:10} {scale:7.3f} {table[name, scale][0]:8.3f} {table[name, scale][1]:10.2f}")

# %% [markdown]
# ## What the chapter prints
#
# If one of these fails, the chapter or this lab is wrong.

# %%
assert f"{high:.3f}" == "10.149"
assert f"{table['logistic', 1][0]:.3f}" == "0.236" and f"{table['tanh', 2][0]:.3f}" == "1.167"
assert [f"{table['relu', 1][0]:.2f}", f"{table['relu', 2][0]:.3f}"] == ["0.71", "1.414"]
assert [f"{table['relu', scale][1]:.1f}" for scale in (2**0.5, 2)] == ["1.0", "1.4"]

# %% [markdown]
# ## Change something, and see
#
# 1. Add a leaky unit to `functions`: the slope below zero is one fifth instead of zero. Where is its gain one?
#    The chapter has the answer, in its third exercise.
# 2. Make the networks half as wide, and then twice. Which way do the measured gains move, and why does theory not?
