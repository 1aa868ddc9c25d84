# %% [markdown]
# # Lab: walk into a cliff
#
# The chapter [Gradient clipping](../clipping.md) lets one recurrent unit learn, used fifty times. Its loss has a wall.
# Here you walk into it three times: without clipping, clipped by norm, and clipped by value.
# All you need is Python with NumPy.

# %%
import numpy as np

# %%
from lines import Lines

# %% [markdown]
# ## The unit, and its gradient
#
# The state starts at $x_0 = 0.5$ and moves by $x_{t+1} = w \, \sigma(x_t) + b$. The loss is $(\sigma(x_{50}) - 0.7)^2$.


# %%
def outputs(w, b):
    x = [0.5]
    for _ in range(50):
        x.append(w / (1 + np.exp(-x[-1])) + b)
    return 1 / (1 + np.exp(-np.array(x)))


def loss(w, b):
    return (outputs(w, b)[50] - 0.7) ** 2


def gradient(w, b):
    s, by_w, by_b = outputs(w, b), 0.0, 0.0
    back = 2 * (s[50] - 0.7) * s[50] * (1 - s[50])
    for t in reversed(range(50)):
        by_w, by_b = by_w + back * s[t], by_b + back
        back *= w * s[t] * (1 - s[t])
    return np.array([by_w, by_b])


# %% [markdown]
# ## Three walks
#
# Clipping by norm shortens the gradient to the threshold. Clipping by value moves each entry into the limits on its own.

# %%
clips = {
    "no clipping": lambda g, limit: g,
    "by norm": lambda g, limit: g * limit / max(np.linalg.norm(g), limit),
    "by value": lambda g, limit: np.clip(g, -limit, limit),
}
walks = {name: [np.array([4.9, -3.1])] for name in clips}
for name, path in walks.items():
    while len(path) <= 90:
        path.append(path[-1] - 0.05 * clips[name](gradient(*path[-1]), 0.5))
    print(f"{name:12} ends at w = {path[-1][0]:.2f} and b = {path[-1][1]:.2f}, with the loss {loss(*path[-1]):.3f}")
Lines({name: [np.linalg.norm(gradient(*each)) for each in walks[name]] for name in ("no clipping", "by norm")})

# %% [markdown]
# The picture has the length of the gradient, before it is clipped. Up to the wall the walks are one line.
# The unclipped step then ends where there is hardly any gradient left. The clipped walk stays at the edge and meets the wall again and again.
#
# ## What the chapter prints
#
# If one of these fails, the chapter or this lab is wrong.

# %%
on_wall, thrown = walks["no clipping"][77:79]
assert f"{np.linalg.norm(gradient(*on_wall)):.1f}" == "40.7" and f"{np.linalg.norm(thrown - on_wall):.2f}" == "2.03"
assert [f"{each:.2f}" for each in thrown] == ["3.86", "-4.30"] and f"{loss(*thrown):.3f}" == "0.470"
assert [f"{each:.1f}" for each in clips["by norm"](np.array([3, 4]), 1)] == ["0.6", "0.8"]

# %% [markdown]
# ## Change something, and see
#
# 1. Raise the threshold a little at a time. From which one on does the clipped walk fly away, too, and how long was the gradient that threw it?
# 2. Multiply the loss by a hundred, and its gradient with it. What must become of the threshold and of the learning rate, so that the walks stay the same?
