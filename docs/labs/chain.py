# %% [markdown]
# # Lab: a gradient check, and products of matrices
#
# The chapter [The gradient as a product](../chain.md) multiplies one Jacobian a layer, in the order in which they act.
# Here you build a network, check its gradient without any calculus, and measure how fast long products grow.
# All you need is Python with NumPy.

# %%
import numpy as np

# %% [markdown]
# ## Backpropagation
#
# Layer $k$ forms $a_k = W_k z_{k-1} + b_k$ and hands on $z_k = \sigma(a_k)$, with the logistic function, whose slope is
# $z_k (1 - z_k)$. The row `back` starts as $\partial \mathcal{L} / \partial z_L$, and each Jacobian $\operatorname{diag}(\sigma'(a_k)) \, W_k$
# hands it to the layer before.


# %%
def forward(W, b, x):
    z = [x]
    for Wk, bk in zip(W, b, strict=True):
        z.append(1 / (1 + np.exp(-(Wk @ z[-1] + bk))))
    return z


def loss(W, b, x, y):
    return np.sum((forward(W, b, x)[-1] - y) ** 2) / 2


def gradients(W, b, x, y):
    z = forward(W, b, x)
    back, by_weights = z[-1] - y, []
    for k in reversed(range(len(W))):
        slopes = z[k + 1] * (1 - z[k + 1])
        by_weights.insert(0, np.outer(back * slopes, z[k]))
        back = back @ (slopes[:, None] * W[k])
    return by_weights


# %% [markdown]
# ## The check
#
# Move one weight at a time to either side, and divide the difference of the two losses by the way between them.


# %%
def differences(W, b, x, y, h=1e-5):
    slopes = np.zeros_like(W)
    for at in np.ndindex(W.shape):
        nudge = np.zeros_like(W)
        nudge[at] = h
        slopes[at] = (loss(W + nudge, b, x, y) - loss(W - nudge, b, x, y)) / (2 * h)
    return slopes


rng = np.random.default_rng(1)
network = rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3)), rng.normal(size=3), np.ones(3)
for k, (exact, numeric) in enumerate(zip(gradients(*network), differences(*network), strict=True), start=1):
    print(f"layer {k}: gradient of norm {np.linalg.norm(exact):.1e}")
    assert np.allclose(exact, numeric, rtol=1e-5, atol=1e-9), "backpropagation and differences disagree"

# %% [markdown]
# ## Long products
#
# Two pairs of matrices in turn, each repeated, all of one spectral norm. Then random matrices, where the mean log-gain of a vector
# tends to the Lyapunov exponent.

# %%
pairs = np.array([[0, 2], [0, 0]]) @ [[0, 0], [2, 0]], np.diag([2, 0.1]) @ np.diag([0.1, 2])
norms = [np.linalg.norm(np.linalg.matrix_power(pair, 25), 2) for pair in pairs]
v, log_gains = np.ones(4), []
for G in rng.normal(size=(20000, 4, 4)):
    v = G @ (v / np.linalg.norm(v))
    log_gains.append(np.log(np.linalg.norm(v)))
print(f"the pairs: {norms[0]:.1e} and {norms[1]:.1e}; random matrices: {np.mean(log_gains):.2f} a factor")

# %% [markdown]
# ## What the chapter prints
#
# If one of these fails, the chapter or this lab is wrong. The first two belong to its network of two units.

# %%
units = np.array([[[0.8]], [[1.2]]]), [[0.1], [-0.2]], np.array([1.5]), 1
assert f"{loss(*units):.4f}" == "0.0520"
assert f"{gradients(*units)[0][0, 0]:.5f}" == f"{differences(*units, h=0.001)[0, 0, 0]:.5f}" == "-0.02133"
assert [f"{norm:.1e}" for norm in norms] == ["1.1e+15", "3.4e-18"]
assert f"{np.mean(log_gains):.2f}" == "0.56"

# %% [markdown]
# ## Change something, and see
#
# 1. In `gradients`, exchange rows and columns of the slopes: `slopes[None, :]` for `slopes[:, None]`. Does the check notice?
#    Which layer would pass it all the same, and why?
# 2. In `pairs`, keep only the first matrix of the first pair, and then only the first of the second.
#    Both have the same norm. What becomes of their powers, and which number tells the two apart?
