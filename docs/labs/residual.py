# %% [markdown]
# # Lab: a stack of residual blocks
#
# The chapter [Residual connections](../residual.md) says that a skip keeps gradients from vanishing, and lets them explode unless its branches are small.
# Here you measure it: blocks of full scale, blocks whose scale is one over the root of the depth, and plain layers.
# All you need is Python with NumPy.

# %%
import numpy as np

# %%
from lines import Lines

# %% [markdown]
# ## A random stack
#
# A block computes $z_k = z_{k-1} + \alpha W_k \operatorname{ReLU}(z_{k-1})$, with weights of the variance $2/n$. Its Jacobian is
# the identity plus $\alpha W_k D$, with the slopes of the ReLU in $D$. A plain layer is the same without its first term: `skip` is then zero.


# %%
def jacobians(rng, alpha, skip, L, n):
    z = rng.normal(size=n)
    for _ in range(L):
        W = alpha * rng.normal(size=(n, n)) * np.sqrt(2 / n)
        yield skip * np.eye(n) + W * (z > 0)
        z = skip * z + W @ np.maximum(z, 0)


# %% [markdown]
# ## The way back
#
# Send a random gradient back through the stack, and note its length behind each block. The singular values of the whole product
# tell the most and the least that any direction could gain. (Where they lie more than sixteen decades apart, the least is nothing but rounding,
# so the blocks of full scale have no line for them.) Take the medians over some networks.


# %%
def measure(alpha, skip=1, L=50, n=64, seeds=9):
    lengths, ends = [], []
    for rng in map(np.random.default_rng, range(seeds)):
        J = list(jacobians(rng, alpha, skip, L, n))
        g, P = [rng.normal(size=n)], np.eye(n)
        for Jk in reversed(J):
            g.append(g[-1] @ Jk)
            P = P @ Jk
        lengths.append(np.linalg.norm(g, axis=1) / np.linalg.norm(g[0]))
        ends.append(np.linalg.svd(P, compute_uv=False)[[0, -1]])
    return np.median(lengths, axis=0), np.median(ends, axis=0)


root = 1 / np.sqrt(50)
full, scaled, plain, tiny = measure(1), measure(root), measure(0.6, skip=0), measure(root / 10)
for name, (lengths, _) in {"full": full, "scaled": scaled, "plain": plain, "tiny": tiny}.items():
    print(f"{name:7} a random gradient ends {lengths[-1]:.1e} times as long")
for name, (_, ends) in {"scaled": scaled, "tiny": tiny}.items():
    print(f"{name:7} singular values from {ends[1]:.2f} to {ends[0]:.2f}")
Lines({"full": full[0], "scaled": scaled[0], "plain": plain[0]})

# %% [markdown]
# ## What the chapter prints
#
# If one of these fails, the chapter or this lab is wrong. The medians lie below the root mean square of the formulas,
# because products scatter on a log scale.

# %%
assert f"{scaled[0][-1]:.1f}" == "1.6" and f"{tiny[1][1]:.2f}" == "0.86"
assert f"{2 ** (50 / 2):.1e}" == "3.4e+07" and 0.1 < full[0][-1] / 3.4e7 < 1
assert f"{0.6**50:.1e}" == "8.1e-12" and 0.1 < plain[0][-1] / 8.1e-12 < 1

# %% [markdown]
# ## Change something, and see
#
# 1. Make the stack twice as deep and leave the branch scale as it is. What becomes of the gain, and which scale brings it back?
# 2. Let every branch take away a tenth of what enters it, by a matrix that is the identity times a negative number, with all slopes one. Does the skip save the gradient?
