# %% [markdown]
# # Lab: backpropagation through time, beside its bound
#
# The chapter [Recurrent networks and their bound](../recurrence.md) bounds $\partial s_t / \partial s_k$ by $(\gamma \lambda)^{t-k}$.
# Here you run a small network, go back through time, and measure how far below the bound the derivative stays.
# All you need is Python with NumPy.

# %%
import numpy as np

# %%
from lines import Lines

# %% [markdown]
# ## Forwards, and back through time
#
# One matrix serves at every step: $a_j = W s_{j-1} + \text{drive}$ and $s_j = \tanh(a_j)$, whose slope is $1 - s_j^2$.
# Going back, each step adds a term of its own to the derivative by $W$, and hands the rest to the step before.


# %%
def run(W, drive):
    s = [np.zeros(len(W))]
    for each in drive:
        s.append(np.tanh(W @ s[-1] + each))
    return s


def back_through_time(W, drive):
    s, back, terms = run(W, drive), np.ones(len(W)), []
    for j in reversed(range(1, len(s))):
        back = back * (1 - s[j] ** 2)
        terms.insert(0, np.outer(back, s[j - 1]))
        back = back @ W
    return s[-1], np.array(terms)


def unit(w, drive, steps):
    return [each.ravel() for each in back_through_time(np.array([[w]]), np.full((steps, 1), drive))]


# %% [markdown]
# ## The product of Jacobians, beside the bound
#
# The spectral norm of $W$ is 2, and tanh is nowhere steeper than 1, so the bound doubles at every step of 50.

# %%
rng = np.random.default_rng(1)
W = rng.normal(size=(64, 64))
W *= 2 / np.linalg.norm(W, 2)
product, norms = np.eye(64), [1.0]
for s in run(W, 0.1 * rng.normal(size=(50, 64)))[1:]:
    product = (1 - s**2)[:, None] * W @ product
    norms.append(np.linalg.norm(product, 2))
bound = 2.0 ** np.arange(51)
print(f"after 50 steps: bound {bound[50]:.1e}, measured {norms[50]:.1e}")
Lines(bound=bound, measured=norms)

# %% [markdown]
# ## What the chapter prints
#
# If one of these fails, the chapter or this lab is wrong.

# %%
difference = (unit(0.9 + 1e-6, 0.1, 6)[0] - unit(0.9 - 1e-6, 0.1, 6)[0]) / 2e-6
assert f"{unit(0.9, 0.1, 6)[1].sum():.4f}" == f"{difference[0]:.4f}" == "0.7746"
assert f"{unit(0.9, 0.1, 6)[1] @ np.arange(6, 0, -1):.4f}" == "1.6515"
assert f"{unit(0.5, 0.4, 50)[1].sum():.3f}" == "0.561" and f"{unit(0.5, 0.4, 50)[1][39]:.1e}" == "3.8e-06"
assert f"{bound[50]:.1e}" == "1.1e+15" and np.all(norms <= bound * (1 + 1e-9))

# %% [markdown]
# ## Change something, and see
#
# 1. Feed the network ten times as strong a drive. Which of the two lines moves, and which way?
# 2. Take an orthogonal matrix instead, `np.linalg.qr(W)[0]`, scale it to the same norm, and let the drive be zero.
#    How far apart are the two lines now?
