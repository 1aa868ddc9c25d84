"""As if each normal number had been rounded the other way: what a training comes to must not hang on it."""

from typing import Any

import numpy as np

_drawn = np.random.default_rng


class Nudged:
    """A generator whose normal numbers are off by about one unit in the last place, each by another."""

    def __init__(self, seed: int) -> None:
        self._rng, self._noise = _drawn(seed), _drawn([seed, 1])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rng, name)

    def normal(self, *given: Any, **named: Any) -> Any:
        """Return normal numbers, nudged."""
        return self._nudged(self._rng.normal(*given, **named))

    def standard_normal(self, *given: Any, **named: Any) -> Any:
        """Return standard normal numbers, nudged."""
        return self._nudged(self._rng.standard_normal(*given, **named))

    def _nudged(self, numbers: Any) -> Any:
        return numbers * (1 + np.finfo(float).eps * self._noise.integers(-1, 2, np.shape(numbers)))


vars(np.random)["default_rng"] = Nudged  # it draws as a generator does, and is none
