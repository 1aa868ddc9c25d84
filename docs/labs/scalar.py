# %% [markdown]
# # Lab: a product of gains
#
# The chapter [One number per layer](../scalar.md) says that $L$ layers of slope $w$ multiply a gradient by $w^L$,
# and that a computer loses such a power at a known depth. Here you measure both.
# All you need is Python with NumPy.

# %%
import numpy as np

# %% [markdown]
# ## Forwards, then backwards
#
# Each layer multiplies its input by its weight $\theta_k$. On the way back the slope of the loss meets the same weights,
# the last first. The derivative by a weight is what has come back so far, times what went in.


# %%
def loss(theta, x, t):
    return (x * np.prod(theta) - t) ** 2 / 2


def gradient(theta, x, t):
    z = x * np.cumprod([1, *theta])
    back, by_weights = z[-1] - t, np.empty(len(theta))
    for k in reversed(range(len(theta))):
        by_weights[k] = back * z[k]
        back *= theta[k]
    return by_weights


# %% [markdown]
# Is it right? Move the first weight a little to either side, and look at the loss alone.

# %%
L, h = 50, 1e-6
print("weight        power   by the first weight   by differences")
for w in (0.9, 1.0, 1.1):
    theta = np.full(L, w)
    nudge = h * np.eye(L)[0]
    difference = (loss(theta + nudge, 1, 0.5) - loss(theta - nudge, 1, 0.5)) / (2 * h)
    print(f"{w:6} {w**L:12.5g} {gradient(theta, 1, 0.5)[0]:21.5g} {difference:16.5g}")
    assert np.isclose(difference, gradient(theta, 1, 0.5)[0])
    assert np.allclose(gradient(theta, 1, 0.5), difference), "every weight has the same slope"

# %% [markdown]
# ## Where a number format ends
#
# Round each power once to a format, and note the first depth at which it is infinite, no longer counts beside a one,
# loses digits, or is zero.

# %%
depth = np.arange(8000)
ends = {}
print("format    1.1^L infinite   0.9^L lost on 1   loses digits   zero")
for form in (np.float16, np.float32, np.float64):
    with np.errstate(over="ignore"):  # to overflow is the point here
        up, down = (np.power(w, depth).astype(form) for w in (1.1, 0.9))
    gone = np.isinf(up), form(1) + down == 1, down < np.finfo(form).tiny, down == 0
    ends[form.__name__] = [int(np.argmax(each)) for each in gone]
    print("{:8} {:15} {:17} {:14} {:6}".format(form.__name__, *ends[form.__name__]))

# %% [markdown]
# ## What the chapter prints
#
# If one of these fails, the chapter or this lab is wrong.

# %%
assert f"{gradient([1.1] * 50, 1, 0)[0]:,.0f}" == "12,528"
assert f"{gradient([0.9] * 50, 1, 1)[0]:.4f}" == "-0.0057"
assert [f"{each:,}" for each in ends["float16"]] == ["117", "73", "93", "165"]
assert [f"{each:,}" for each in ends["float32"]] == ["931", "158", "829", "987"]
assert [f"{each:,}" for each in ends["float64"]] == ["7,448", "349", "6,724", "7,073"]

# %% [markdown]
# ## Change something, and see
#
# 1. Give the layers different weights: at each, one half or three halves, drawn with equal chance by `rng.choice`. Their average is one.
#    What becomes of their product? The weights no longer have the same slope: what is the same in all layers now?
# 2. Multiply a single `np.float32` by itself in a loop, one layer after the other, instead of taking a power. Does it ever become zero?
